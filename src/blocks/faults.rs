//! What fails in a run, and when.

use crate::kernel::time::Time;

/// A calendar of faults.
#[derive(Clone, Debug, Default)]
pub struct Faults {}

impl Faults {
    /// Whether nothing ever fails.
    pub fn is_empty(&self) -> bool {
        true
    }

    /// Whether a region is up.
    pub fn region_is_up(&self, _region: u16, _now: Time) -> bool {
        true
    }

    /// Whether messages get from one region to another.
    pub fn reaches(&self, _from: u16, _to: u16, _now: Time) -> bool {
        true
    }

    /// Whether a node of a component's shard is up.
    pub fn node_is_up(&self, _component: u16, _shard: u16, _node: u16, _now: Time) -> bool {
        true
    }

    /// When something fails or is back, in order.
    pub fn changes(&self) -> Vec<Time> {
        Vec::new()
    }
}
