//! More shards in the course of a run: what the scenario may ask for, and where they stand.

use super::Database;
use super::shards::{MOST_SHARDS, Strategy};
use crate::blocks::placement::Placement;
use crate::components::growth::{Growth, Refusal};
use crate::kernel::time::Duration;

/// Core time of copying a key over that of a read: a copy reads neighbouring rows in one sweep and
/// writes them in one sweep, without a plan, a round trip and a commit for each.
const COPY_OVER_READ: f64 = 0.01;

impl Database {
    /// Shards when all changes are done.
    pub(super) fn final_shards(&self) -> u16 {
        self.growth.last().map_or(self.shards.count, |growth| growth.shards as u16)
    }

    /// Takes note of a change. Returns the core time of copying a key.
    pub(super) fn grow(&mut self, growth: Growth) -> Result<Duration, Refusal> {
        if self.ring.is_some() {
            let label = "give it the nodes it needs from the start";
            return Err(Refusal::new(
                "shards",
                "is a ring, which does not grow while it runs",
                label,
            ));
        }
        let had = u64::from(self.final_shards());
        if growth.shards <= had {
            let label = format!("more than {had}: shards are added, not removed");
            return Err(Refusal::new("shards", format!("has {had} shards already"), label));
        }
        let most = match self.shards.strategy {
            Strategy::Virtual(slots) => u64::from(slots).min(MOST_SHARDS),
            _ => MOST_SHARDS,
        };
        if growth.shards > most {
            let message = match self.shards.strategy {
                Strategy::Virtual(slots) if u64::from(slots) == most => {
                    format!("has only {slots} slots, and each shard needs one")
                }
                _ => "cannot have so many shards".to_owned(),
            };
            return Err(Refusal::new("shards", message, format!("at most {most}")));
        }
        let by_rule =
            || self.read_time.mean().map(|it| Duration::from_seconds(it * COPY_OVER_READ));
        let Some(copy_time) = growth.copy_time.or_else(by_rule) else {
            let label = "say what copying a key takes: copy_time = \"20us\"";
            return Err(Refusal::new("copy_time", "has recorded read times", label));
        };
        self.growth.push(Growth { copy_time: Some(copy_time), ..growth });
        Ok(copy_time)
    }

    /// The region, by its place among those with shards, of each shard that is added; none where
    /// regions do not matter.
    pub(super) fn regions_of_added(&self, placement: &Placement) -> Vec<Option<u16>> {
        let after = placement.grown_to(self.final_shards());
        (placement.shards()..after.shards()).map(|shard| after.region_of(shard)).collect()
    }

    /// A station's name, with the shards it is reckoned for where their number changes.
    pub(super) fn station_name(&self, name: &str) -> String {
        match self.growth.last() {
            Some(growth) => format!("{name}, {} shards", growth.shards),
            None => name.to_owned(),
        }
    }
}
