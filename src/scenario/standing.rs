//! In which regions a component stands, and how it differs there.

use super::regions::RegionsSection;
use crate::components::wiring::Name;
use crate::components::{Spec, read as read_component};
use crate::language::key::find;
use crate::language::merge::{merge, remove_none};
use crate::language::node::{Node, Table};
use crate::language::reader::TableReader;
use crate::language::reading::{FromNode, Reading};

/// `regions` as it is written.
enum Stands {
    All,
    In(Vec<Name>),
}

impl FromNode for Stands {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Stands> {
        match node.text() {
            Some("all") => Some(Stands::All),
            Some(_) => Vec::from_node(node, reading).map(Stands::In),
            None => Vec::from_node(node, reading).map(Stands::In),
        }
    }
}

/// The regions a component stands in: the home region first, the others in order.
pub(super) fn stands_in(
    reader: &mut TableReader<'_, '_>,
    regions: &RegionsSection,
) -> Option<Vec<u16>> {
    let geography = &regions.geography;
    if find(reader.keys(), "regions").is_none() || !reader.given("regions") {
        return Some(vec![geography.home()]);
    }
    let stands = reader.optional::<Stands>("regions")??;
    if !regions.is_named() {
        let label = "leave it out: everything is in one place";
        reader.error("regions", "there are no regions", label);
        return None;
    }
    let mut numbers: Vec<u16> = match stands {
        Stands::All => geography.all().collect(),
        Stands::In(names) => {
            let message = format!("{}: ", reader.subject());
            let problems = &mut *reader.reading().problems;
            let number = |name: &Name| regions.number((&name.text, name.place), &message, problems);
            let numbers: Vec<Option<u16>> = names.iter().map(number).collect();
            numbers.into_iter().collect::<Option<_>>()?
        }
    };
    if numbers.is_empty() {
        reader.error("regions", "it must stand somewhere", "at least one region");
        return None;
    }
    numbers.sort_unstable_by_key(|&region| (region != geography.home(), region));
    numbers.dedup();
    Some(numbers)
}

/// What the component is in each of `regions` where its table says that it differs.
pub(super) fn differences(
    reader: &mut TableReader<'_, '_>,
    known: &RegionsSection,
    regions: &[u16],
) -> Option<Vec<Option<Box<dyn Spec>>>> {
    let mut at: Vec<Option<Box<dyn Spec>>> = regions.iter().map(|_| None).collect();
    if find(reader.keys(), "at").is_none() {
        return Some(at);
    }
    let mut is_sound = true;
    for (name, place) in reader.names("at") {
        let message = format!("{}: `at`: ", reader.subject());
        let problems = &mut *reader.reading().problems;
        let Some(region) = known.number((name, place), &message, problems) else {
            is_sound = false;
            continue;
        };
        let Some(index) = regions.iter().position(|standing| *standing == region) else {
            let message = format!("{message}it does not stand in `{name}`");
            let label = "add the region to `regions`, or leave this out";
            problems.error(place, message, label);
            is_sound = false;
            continue;
        };
        match difference(reader, name) {
            Some(spec) => at[index] = Some(spec),
            None => is_sound = false,
        }
    }
    is_sound.then_some(at)
}

/// The component with what it says of this region laid over it.
fn difference(reader: &mut TableReader<'_, '_>, name: &str) -> Option<Box<dyn Spec>> {
    let above = {
        let inner = reader.named_table("at", name)?;
        if inner.has_unknown() {
            return None;
        }
        inner.as_table().clone()
    };
    reader.note_named("at", name);
    let keys = reader.keys();
    let entries = reader.as_table().entries.iter();
    let own = entries.filter(|entry| !["regions", "at"].contains(&entry.key.as_str()));
    let mut table = Table { entries: own.cloned().collect() };
    merge(&mut table, above, keys);
    remove_none(&mut table, keys);
    read_component(&mut reader.changed(&table))
}
