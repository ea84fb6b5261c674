//! `[components.NAME.shards]`: slices of the keys, each with a primary and replicas of its own.

use super::regional::{Counts, read_counts};
use crate::blocks::placement::Placement;
use crate::kernel::random::mix;
use crate::language::key::{Key, Takes};
use crate::language::quantity::{Count, Fraction};
use crate::language::reader::TableReader;

/// Keys of the section.
pub const KEYS: &[Key] = &[
    Key::required("count", Takes::Count, "Shards in total, in all regions together."),
    Key::with_default(
        "strategy",
        Takes::OneOf(&["hash", "range", "geographic", "consistent", "virtual"]),
        "\"hash\"",
        "How keys are spread: hash modulo the count; ranges of neighbouring keys; by the region of \
         the key's owner; a ring of hashed points; or slots that are mapped to shards.",
    ),
    Key::with_default(
        "key",
        Takes::OneOf(&["data", "owner"]),
        "\"data\"",
        "What is spread: each key by itself, or all keys of a user together.",
    ),
    Key::with_default("slots", Takes::Count, "1024", "Slots of the virtual strategy."),
    Key::with_default(
        "virtual_nodes",
        Takes::Count,
        "128",
        "Points of a shard on the ring of the consistent strategy.",
    ),
    Key::optional(
        "weights",
        Takes::ListOf(&Takes::Number),
        "Relative sizes of the shards on the ring, in their order; all equal if absent.",
    ),
    Key::optional(
        "bounds",
        Takes::ListOf(&Takes::Fraction),
        "Upper ends of the ranges as shares of the keys, the last one 100%; all equal if absent.",
    ),
    Key::optional(
        "homes",
        Takes::MapOf(&Takes::Count),
        "Shards by region, for the geographic strategy: { us = 40, eu = 20 }.",
    ),
    Key::with_default(
        "scan_keys",
        Takes::Count,
        "100",
        "Neighbouring keys a scan reads: with ranges it goes only to the shards that hold them.",
    ),
];

/// How keys are spread.
#[derive(Clone, PartialEq, Debug)]
pub enum Strategy {
    /// Hash modulo the number of shards.
    Hash,
    /// Ranges of neighbouring keys: their upper ends, or equal ones.
    Range(Option<Vec<f64>>),
    /// By the region of the key's owner.
    Geographic,
    /// A ring with so many points for a shard of weight one.
    Consistent(u32, Vec<f64>),
    /// So many slots mapped to shards.
    Virtual(u32),
}

/// The section.
#[derive(Clone, Debug)]
pub struct Shards {
    /// How many.
    pub count: u16,
    /// How keys are spread over them.
    pub strategy: Strategy,
    /// Whether all keys of a user stay together.
    pub by_owner: bool,
    /// How many stand in each region; only with the geographic strategy.
    pub homes: Option<Counts>,
    /// Neighbouring keys a scan reads.
    pub scan_keys: u64,
}

/// The most shards of a database.
pub const MOST_SHARDS: u64 = 4096;
const MOST_SLOTS: u64 = 65_536;
const MOST_VIRTUAL_NODES: u64 = 4096;

impl Shards {
    /// All keys together.
    pub fn one() -> Shards {
        let (strategy, homes) = (Strategy::Hash, None);
        Shards { count: 1, strategy, by_owner: false, homes, scan_keys: 100 }
    }

    /// How many of so many shards a scan goes to, about.
    pub fn parts_of_scan(&self, shards: u16) -> f64 {
        let goes_to_one = self.by_owner || matches!(self.strategy, Strategy::Range(_));
        if goes_to_one { 1.0 } else { f64::from(shards) }
    }

    /// Which shard holds which key; `homes` are the shards of each region.
    pub fn placement(&self, homes: &[u16]) -> Placement {
        match &self.strategy {
            Strategy::Hash => Placement::modulo(self.count),
            Strategy::Range(None) => Placement::range(self.count),
            Strategy::Range(Some(bounds)) => Placement::range_with_bounds(bounds),
            Strategy::Geographic => Placement::geographic(homes),
            Strategy::Consistent(virtual_nodes, weights) => {
                Placement::consistent(weights, *virtual_nodes, RING_SALT)
            }
            Strategy::Virtual(slots) => Placement::virtual_shards(*slots, self.count),
        }
    }
}

/// Places shards on the ring, apart from other uses of their numbers.
const RING_SALT: u64 = 0x7269_6E67;
/// Spreads keys over shards, apart from other uses of the same keys.
const SHARD_SALT: u64 = 0x7368_6172_6473;

/// What of a key is hashed: the key itself, or the user to whom it belongs.
pub fn hash_of(key: u64, owner: Option<u64>) -> u64 {
    mix(owner.unwrap_or(key), SHARD_SALT)
}

/// Reads the section; without it all keys are together.
pub fn read(table: &mut TableReader<'_, '_>) -> Option<Shards> {
    if !table.given("shards") {
        return Some(Shards::one());
    }
    let mut section = table.table("shards")?;
    let count = section.get::<Count>("count");
    let word = section.get_word("strategy");
    let key = section.get_word("key");
    let slots = section.get::<Count>("slots");
    let virtual_nodes = section.get::<Count>("virtual_nodes");
    let weights = section.optional::<Vec<f64>>("weights");
    let bounds = section.optional::<Vec<Fraction>>("bounds");
    let scan_keys = section.get::<Count>("scan_keys");
    let homes = match section.given("homes") {
        true => read_counts(&mut section, "count", "homes").map(Some),
        false => Some(None),
    };
    refuse_strays(&mut section, word?);
    let count = count?.0;
    if !(1..=MOST_SHARDS).contains(&count) {
        section.error("count", "must lie between 1 and 4096", "");
        return None;
    }
    let homes = homes?;
    let sum = homes.as_ref().map_or(count, Counts::total);
    if sum != count {
        let message = format!("add up to {sum} shards, not to `count`");
        section.error("homes", &message, format!("{count} in all"));
        return None;
    }
    let strategy = match word? {
        "range" => Strategy::Range(read_bounds(&mut section, bounds?, count)?),
        "geographic" => Strategy::Geographic,
        "consistent" => {
            let points =
                within(&mut section, "virtual_nodes", virtual_nodes?.0, MOST_VIRTUAL_NODES)?;
            Strategy::Consistent(points, read_weights(&mut section, weights?, count)?)
        }
        "virtual" => {
            let slots = within(&mut section, "slots", slots?.0, MOST_SLOTS)?;
            if u64::from(slots) < count {
                section.error("slots", "are fewer than the shards", format!("{count} or more"));
                return None;
            }
            Strategy::Virtual(slots)
        }
        _ => Strategy::Hash,
    };
    Some(Shards {
        count: count as u16,
        strategy,
        by_owner: key? == "owner",
        homes,
        scan_keys: scan_keys?.0,
    })
}

/// Keys that only one strategy uses.
const OF_STRATEGY: &[(&str, &str)] = &[
    ("slots", "virtual"),
    ("virtual_nodes", "consistent"),
    ("weights", "consistent"),
    ("bounds", "range"),
    ("homes", "geographic"),
];

fn refuse_strays(section: &mut TableReader<'_, '_>, strategy: &str) {
    for (key, of) in OF_STRATEGY.iter().filter(|(_, of)| *of != strategy) {
        if section.given(key) {
            let label = format!("it goes with strategy = \"{of}\"");
            section.error(key, "does nothing here", label);
        }
    }
}

/// A count from 1 to so many; else it is reported.
pub fn within(section: &mut TableReader<'_, '_>, key: &str, count: u64, most: u64) -> Option<u32> {
    if (1..=most).contains(&count) {
        return Some(count as u32);
    }
    section.error(key, &format!("must lie between 1 and {most}"), "");
    None
}

fn read_weights(
    section: &mut TableReader<'_, '_>,
    weights: Option<Vec<f64>>,
    count: u64,
) -> Option<Vec<f64>> {
    let weights = weights.unwrap_or_else(|| vec![1.0; count as usize]);
    if weights.len() as u64 != count {
        let message = format!("are {} for {count} shards", weights.len());
        section.error("weights", &message, "one for each shard");
        return None;
    }
    if weights.iter().any(|weight| !(0.01..=100.0).contains(weight)) {
        section.error("weights", "must lie between 0.01 and 100", "1 is usual");
        return None;
    }
    Some(weights)
}

fn read_bounds(
    section: &mut TableReader<'_, '_>,
    bounds: Option<Vec<Fraction>>,
    count: u64,
) -> Option<Option<Vec<f64>>> {
    let Some(bounds) = bounds else { return Some(None) };
    let bounds: Vec<f64> = bounds.into_iter().map(|bound| bound.0).collect();
    let (message, label) = if bounds.len() as u64 != count {
        (format!("are {} for {count} shards", bounds.len()), "one upper end for each shard")
    } else if bounds.windows(2).any(|pair| pair[1] <= pair[0]) || bounds[0] <= 0.0 {
        ("overlap or leave a range empty".to_owned(), "each more than the one before")
    } else if bounds.last() != Some(&1.0) {
        ("leave a gap above the last range".to_owned(), "the last one is 100%")
    } else {
        return Some(Some(bounds));
    };
    section.error("bounds", &message, label);
    None
}
