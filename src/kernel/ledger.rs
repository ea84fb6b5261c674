//! The kernel's own account of jobs at every component, from time zero on.
//!
//! What must hold at every instant, at every component:
//! arrived = completed + rejected + failed + timed out + cancelled + lost + in flight,
//! where the jobs in flight are counted by walking the live jobs, not derived from the others;
//! and Little's law, as an identity over what happened.

use super::event::ComponentId;
use super::job::Outcome;
use super::time::{Duration, Time};

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

/// Jobs in flight at one component, and when they came.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct InFlight {
    /// How many.
    pub jobs: u64,
    /// Sum of their arrival instants, in nanoseconds.
    pub arrivals: u128,
}

/// What happened at one component since time zero: all in one place, since a hop touches all of it.
#[derive(Clone, Copy, Default, Debug)]
struct Account {
    arrived: u64,
    /// Jobs that ended, by outcome.
    ended: [u64; Outcome::ALL.len()],
    abandoned: u64,
    times: HopTimes,
    /// Sum of the instants of all arrivals, in nanoseconds.
    arrivals: u128,
    /// Sum of the instants of all answers, in nanoseconds.
    answers: u128,
}

/// The accounts of every component.
#[derive(Debug)]
pub(crate) struct Ledger {
    accounts: Vec<Account>,
}

impl Ledger {
    pub fn new(components: usize) -> Ledger {
        Ledger { accounts: vec![Account::default(); components] }
    }

    #[inline]
    pub fn arrived(&mut self, component: ComponentId, at: Time) {
        let account = &mut self.accounts[component.index()];
        account.arrived += 1;
        account.arrivals += u128::from(at.nanos());
    }

    #[inline]
    pub fn ended(&mut self, component: ComponentId, outcome: Outcome, elapsed: Duration, at: Time) {
        let account = &mut self.accounts[component.index()];
        account.ended[outcome as usize] += 1;
        account.times.elapsed += u128::from(elapsed.nanos());
        account.answers += u128::from(at.nanos());
    }

    #[inline]
    pub fn was_away(&mut self, component: ComponentId, span: Duration) {
        self.accounts[component.index()].times.away += u128::from(span.nanos());
    }

    pub fn abandoned(&mut self, component: ComponentId) {
        self.accounts[component.index()].abandoned += 1;
    }

    /// The counts, completed by the jobs in flight.
    pub fn counts(&self, in_flight: &[InFlight]) -> Vec<HopCounts> {
        let with = |(account, in_flight): (&Account, &InFlight)| {
            let mut counts = HopCounts {
                arrived: account.arrived,
                in_flight: in_flight.jobs,
                abandoned: account.abandoned,
                ..HopCounts::default()
            };
            for outcome in Outcome::ALL {
                *counts.by_outcome(outcome) = account.ended[outcome as usize];
            }
            counts
        };
        self.accounts.iter().zip(in_flight).map(with).collect()
    }

    /// Whether Little's law holds at every component since time zero, as the identity it is on any
    /// sample path (Little, "A proof for the queuing formula L = lambda W", Operations Research 9,
    /// 1961): jobs present, summed over time, are the jobs' times there. The left side comes from
    /// the instants of arrivals and answers, the right side from what each job carries.
    pub fn obeys_littles_law(&self, in_flight: &[InFlight]) -> Vec<bool> {
        let obeys = |(account, in_flight): (&Account, &InFlight)| {
            account.answers + in_flight.arrivals == account.arrivals + account.times.elapsed
        };
        self.accounts.iter().zip(in_flight).map(obeys).collect()
    }

    pub fn times(&self) -> Vec<HopTimes> {
        self.accounts.iter().map(|account| account.times).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONLY: ComponentId = ComponentId(0);

    fn at(nanos: u64) -> Time {
        Time::from_nanos(nanos)
    }

    /// Jobs come at 10, 20 and 30; the first stays for 15, the second for 25, the third is there.
    fn ledger(second_stays: u64) -> Ledger {
        let mut ledger = Ledger::new(1);
        [10, 20, 30].into_iter().for_each(|nanos| ledger.arrived(ONLY, at(nanos)));
        ledger.ended(ONLY, Outcome::Completed, Duration::from_nanos(15), at(25));
        ledger.ended(ONLY, Outcome::Rejected, Duration::from_nanos(second_stays), at(45));
        ledger
    }

    #[test]
    fn accounts_balance_with_the_jobs_that_are_there() {
        let there = [InFlight { jobs: 1, arrivals: 30 }];
        let counts = ledger(25).counts(&there)[0];
        assert_eq!((counts.arrived, counts.completed, counts.rejected), (3, 1, 1));
        assert!(counts.balances());
        assert!(!ledger(25).counts(&[InFlight::default()])[0].balances());
    }

    #[test]
    fn a_time_that_is_wrong_by_a_nanosecond_breaks_littles_law() {
        let there = [InFlight { jobs: 1, arrivals: 30 }];
        assert_eq!(ledger(25).obeys_littles_law(&there), [true]);
        assert_eq!(ledger(24).obeys_littles_law(&there), [false]);
    }
}
