//! Faults: when which regions, nodes and ways between regions are down.
//!
//! A calendar that is fixed before a run begins. What must hold: what is up at an instant is a
//! function of that instant alone; a fault holds from its beginning, inclusive, to its end,
//! exclusive; callers know what was so a while ago, never what is to come.

use crate::kernel::time::{Duration, Time};

/// What is down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// Everything in a region.
    Region(u16),
    /// A component, or some of its nodes.
    Component {
        /// Its place in the model.
        component: u16,
        /// Only this shard; all of them when absent.
        shard: Option<u16>,
        /// Only this node, of the shard or the component; all of them when absent.
        node: Option<u16>,
    },
    /// The ways between some regions and all others.
    Partition {
        /// The regions that are cut off; they still reach each other.
        isolated: Vec<u16>,
    },
}

/// One fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What is down.
    pub cause: Cause,
    /// From when on.
    pub from: Time,
    /// Until when.
    pub until: Time,
}

impl Fault {
    fn is_on(&self, now: Time) -> bool {
        self.from <= now && now < self.until
    }
}

/// All faults of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Faults {
    faults: Vec<Fault>,
    changes: Vec<Time>,
    detection: Duration,
}

/// A calendar without faults, for whoever needs one to point at.
pub static NO_FAULTS: Faults =
    Faults { faults: Vec::new(), changes: Vec::new(), detection: Duration::ZERO };

impl Faults {
    /// A calendar of faults that callers notice after `detection`, and the end of one as long
    /// after that.
    pub fn new(faults: Vec<Fault>, detection: Duration) -> Faults {
        let mut changes: Vec<Time> =
            faults.iter().flat_map(|fault| [fault.from, fault.until]).collect();
        changes.sort_unstable();
        changes.dedup();
        Faults { faults, changes, detection }
    }

    /// Whether nothing ever breaks.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// The instants at which something goes down or comes back, in order, each once.
    pub fn changes(&self) -> &[Time] {
        &self.changes
    }

    /// All faults, in the order of the scenario.
    pub fn all(&self) -> &[Fault] {
        &self.faults
    }

    /// How long it takes callers to notice.
    pub fn detection(&self) -> Duration {
        self.detection
    }

    /// The instant whose state callers know now: that of [`Faults::detection`] ago.
    pub fn noticed(&self, now: Time) -> Time {
        Time::from_nanos(now.nanos().saturating_sub(self.detection.nanos()))
    }

    /// Whether a region is up.
    #[inline]
    pub fn region_is_up(&self, region: u16, now: Time) -> bool {
        !self.any(now, |cause| *cause == Cause::Region(region))
    }

    /// Whether what stands in `from` reaches what stands in `to`: both are up, and no cut lies
    /// between them.
    #[inline]
    pub fn reaches(&self, from: u16, to: u16, now: Time) -> bool {
        let down = |cause: &Cause| *cause == Cause::Region(from) || *cause == Cause::Region(to);
        !self.any(now, down) && self.way_is_open(from, to, now)
    }

    /// Whether no cut lies between two regions.
    #[inline]
    pub fn way_is_open(&self, from: u16, to: u16, now: Time) -> bool {
        !self.any(now, |cause| match cause {
            Cause::Partition { isolated } => isolated.contains(&from) != isolated.contains(&to),
            _ => false,
        })
    }

    /// Whether a node of a component is up, as far as the component's own faults go: see
    /// [`Faults::region_is_up`] for those of its region.
    #[inline]
    pub fn node_is_up(&self, component: u16, shard: u16, node: u16, now: Time) -> bool {
        !self.any(now, |cause| match *cause {
            Cause::Component { component: down, shard: of, node: which } => {
                down == component
                    && of.is_none_or(|of| of == shard)
                    && which.is_none_or(|which| which == node)
            }
            _ => false,
        })
    }

    /// Whether a component is not down as a whole by a fault of its own.
    #[inline]
    pub fn component_is_up(&self, component: u16, now: Time) -> bool {
        let whole = Cause::Component { component, shard: None, node: None };
        !self.any(now, |cause| *cause == whole)
    }

    /// Whether a component in some regions can ever be down as a whole: by its own fault or that
    /// of one of them.
    pub fn concerns(&self, component: u16, regions: &[u16]) -> bool {
        self.faults.iter().any(|fault| match &fault.cause {
            Cause::Region(region) => regions.contains(region),
            Cause::Component { component: down, .. } => *down == component,
            Cause::Partition { .. } => false,
        })
    }

    #[inline]
    fn any(&self, now: Time, is_meant: impl Fn(&Cause) -> bool) -> bool {
        self.faults.iter().any(|fault| fault.is_on(now) && is_meant(&fault.cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::from_nanos(seconds * 1_000_000_000)
    }

    fn calendar() -> Faults {
        let fault = |cause, from, until| Fault { cause, from: at(from), until: at(until) };
        let faults = vec![
            fault(Cause::Region(1), 60, 90),
            fault(Cause::Component { component: 4, shard: Some(3), node: Some(0) }, 80, 100),
            fault(Cause::Component { component: 5, shard: None, node: None }, 90, 100),
            fault(Cause::Partition { isolated: vec![2, 3] }, 10, 20),
        ];
        Faults::new(faults, Duration::from_nanos(10_000_000_000))
    }

    #[test]
    fn a_region_is_down_from_the_beginning_of_its_fault_to_before_its_end() {
        let faults = calendar();
        for (seconds, is_up) in [(59, true), (60, false), (89, false), (90, true)] {
            assert_eq!(faults.region_is_up(1, at(seconds)), is_up, "{seconds}");
            assert_eq!(faults.reaches(0, 1, at(seconds)), is_up, "{seconds}");
            assert_eq!(faults.reaches(1, 1, at(seconds)), is_up, "{seconds}");
            assert!(faults.region_is_up(0, at(seconds)) && faults.reaches(0, 2, at(seconds)));
        }
    }

    #[test]
    fn a_cut_leaves_both_of_its_sides_whole() {
        let faults = calendar();
        let reaches = |from, to| faults.reaches(from, to, at(15));
        assert!(reaches(2, 3) && reaches(0, 1) && reaches(2, 2));
        assert!(!reaches(0, 2) && !reaches(3, 1));
        assert!(faults.region_is_up(2, at(15)) && faults.reaches(0, 2, at(20)));
    }

    #[test]
    fn a_fault_names_one_node_or_all_of_them() {
        let faults = calendar();
        assert!(!faults.node_is_up(4, 3, 0, at(85)) && faults.node_is_up(4, 3, 1, at(85)));
        assert!(faults.node_is_up(4, 2, 0, at(85)) && faults.component_is_up(4, at(85)));
        assert!(!faults.node_is_up(5, 7, 9, at(95)) && !faults.component_is_up(5, at(95)));
        assert!(faults.concerns(4, &[0]) && faults.concerns(9, &[0, 1]));
        assert!(!faults.concerns(9, &[0, 2]));
    }

    #[test]
    fn changes_come_in_order_and_are_noticed_late() {
        let faults = calendar();
        assert_eq!(faults.changes(), [10, 20, 60, 80, 90, 100].map(at));
        assert_eq!((faults.noticed(at(65)), faults.noticed(at(5))), (at(55), at(0)));
        assert!(NO_FAULTS.is_empty() && NO_FAULTS.reaches(0, 1, at(70)));
    }
}
