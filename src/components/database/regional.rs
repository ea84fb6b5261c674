//! How many of something stand in each region, as a database's sections say it.

use crate::blocks::geography::Geography;
use crate::components::Resolver;
use crate::components::wiring::Name;
use crate::language::quantity::Count;
use crate::language::reader::TableReader;

/// A number, or numbers by region.
#[derive(Clone, Debug)]
pub enum Counts {
    /// So many, wherever the database stands.
    Total(u64),
    /// So many in each of these regions.
    ByRegion(Vec<(Name, u64)>),
}

impl Counts {
    /// All of them.
    pub fn total(&self) -> u64 {
        match self {
            Counts::Total(total) => *total,
            Counts::ByRegion(counts) => counts.iter().map(|(_, count)| count).sum(),
        }
    }

    /// Whether they are given by region.
    pub fn is_by_region(&self) -> bool {
        matches!(self, Counts::ByRegion(_))
    }

    /// How many stand in each region, all of them at `home` when nothing else is said; `None` when
    /// a region is unknown, which is reported.
    pub fn resolve(&self, home: u16, resolver: &mut Resolver<'_, '_>) -> Option<Vec<u16>> {
        let mut by_region = vec![0; usize::from(resolver.geography.regions())];
        match self {
            Counts::Total(total) => by_region[usize::from(home)] = *total as u16,
            Counts::ByRegion(counts) => {
                for (name, count) in counts {
                    let region = resolver.region(name)?;
                    by_region[usize::from(region)] = *count as u16;
                }
            }
        }
        Some(by_region)
    }
}

/// Reads a count given as a whole by one key, or by region by another. One that is missing is 1.
pub fn read_counts(
    section: &mut TableReader<'_, '_>,
    whole: &str,
    by_region: &str,
) -> Option<Counts> {
    if !section.given(by_region) {
        let count = section.optional::<Count>(whole)?;
        return Some(Counts::Total(count.map_or(1, |count| count.0)));
    }
    let mut counts = Vec::new();
    for (text, place) in section.names(by_region) {
        let count = section.named::<Count>(by_region, text)?;
        counts.push((Name { text: text.to_owned(), place }, count.0));
    }
    Some(Counts::ByRegion(counts))
}

/// The regions of so many members, one after the other.
pub fn spread(by_region: &[u16], geography: &Geography, from: u16) -> Vec<u16> {
    let regions: Vec<u16> = geography.all().collect();
    let ordered = geography.by_distance(from, &regions);
    let members =
        |region: &u16| std::iter::repeat_n(*region, usize::from(by_region[usize::from(*region)]));
    ordered.iter().flat_map(members).collect()
}
