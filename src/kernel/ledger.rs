//! The kernel's own account of jobs at every component, from time zero on.
//!
//! What must hold at every instant, at every component:
//! arrived = completed + rejected + failed + timed out + cancelled + lost + in flight,
//! where the jobs in flight are counted by walking the live jobs, not derived from the others.

use super::event::ComponentId;
use super::job::Outcome;
use super::time::Duration;

/// Jobs at one component, seen from the component's side.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct HopCounts {
    /// Jobs that came.
    pub arrived: u64,
    /// Jobs answered well.
    pub completed: u64,
    /// Jobs turned away: no room.
    pub rejected: u64,
    /// Jobs answered with an error.
    pub failed: u64,
    /// Jobs answered too late: a call made on their behalf ran into its timeout.
    pub timed_out: u64,
    /// Jobs called off before they were done.
    pub cancelled: u64,
    /// Jobs that vanished with a node.
    pub lost: u64,
    /// Jobs still there (or on the wire to it).
    pub in_flight: u64,
    /// Jobs whose caller gave up waiting; counted beside their own outcome.
    pub abandoned: u64,
}

impl HopCounts {
    /// The counter of an outcome.
    pub fn by_outcome(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Completed => &mut self.completed,
            Outcome::Rejected => &mut self.rejected,
            Outcome::Failed => &mut self.failed,
            Outcome::TimedOut => &mut self.timed_out,
            Outcome::Cancelled => &mut self.cancelled,
            Outcome::Lost => &mut self.lost,
        }
    }

    /// Jobs that were answered other than well.
    pub fn unsuccessful(&self) -> u64 {
        self.rejected + self.failed + self.timed_out + self.cancelled + self.lost
    }

    /// Whether every job that came is accounted for.
    pub fn balances(&self) -> bool {
        self.arrived == self.completed + self.unsuccessful() + self.in_flight
    }

    /// Adds another repeat's counts.
    pub fn add(&mut self, other: &HopCounts) {
        self.arrived += other.arrived;
        self.completed += other.completed;
        self.rejected += other.rejected;
        self.failed += other.failed;
        self.timed_out += other.timed_out;
        self.cancelled += other.cancelled;
        self.lost += other.lost;
        self.in_flight += other.in_flight;
        self.abandoned += other.abandoned;
    }
}

/// Time that jobs spent at one component, over all hops that ended.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct HopTimes {
    /// Nanoseconds from arrival to answer.
    pub elapsed: u128,
    /// Nanoseconds of these spent waiting for other components and on the wires to them.
    pub away: u128,
}

/// Counts and times of every component.
#[derive(Debug)]
pub(super) struct Ledger {
    counts: Vec<HopCounts>,
    times: Vec<HopTimes>,
}

impl Ledger {
    pub fn new(components: usize) -> Ledger {
        Ledger {
            counts: vec![HopCounts::default(); components],
            times: vec![HopTimes::default(); components],
        }
    }

    #[inline]
    pub fn arrived(&mut self, component: ComponentId) {
        self.counts[component.index()].arrived += 1;
    }

    #[inline]
    pub fn ended(&mut self, component: ComponentId, outcome: Outcome, elapsed: Duration) {
        *self.counts[component.index()].by_outcome(outcome) += 1;
        self.times[component.index()].elapsed += u128::from(elapsed.nanos());
    }

    #[inline]
    pub fn was_away(&mut self, component: ComponentId, span: Duration) {
        self.times[component.index()].away += u128::from(span.nanos());
    }

    pub fn abandoned(&mut self, component: ComponentId) {
        self.counts[component.index()].abandoned += 1;
    }

    /// The counts, completed by the jobs in flight.
    pub fn counts(&self, in_flight: &[u64]) -> Vec<HopCounts> {
        let with = |(counts, &in_flight): (&HopCounts, &u64)| HopCounts { in_flight, ..*counts };
        self.counts.iter().zip(in_flight).map(with).collect()
    }

    pub fn times(&self) -> &[HopTimes] {
        &self.times
    }
}
