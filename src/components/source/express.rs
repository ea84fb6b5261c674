//! The users on the express lane: what they send and what they see, without jobs and signals.

use super::cohort::{Membership, Phase};
use super::{KeyChoice, Load, Source};
use crate::kernel::Outcome;
use crate::kernel::random::Luck;
use crate::kernel::time::{Duration, Time};
use crate::measure::histogram::Histogram;

/// A request as the express lane needs it.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// What its draws have in common.
    pub luck: Luck,
    /// What it asks for, which is also its class.
    pub operation: u16,
    /// A service time recorded with the arrival.
    pub recorded: Duration,
    /// Whether it belongs to the measured cohort.
    pub measured: bool,
    /// Whether it completes the cohort, which halts the run.
    pub is_last: bool,
}

impl Source {
    /// Whether requests come at times of their own.
    pub(in crate::components) fn is_open(&self) -> bool {
        matches!(self.load, Load::Open { .. })
    }

    /// When the next request comes. `None` closes the cohort, which halts the run: no more come.
    #[inline(always)]
    pub(in crate::components) fn next_arrival(&mut self, now: Time) -> Option<Time> {
        let next = self.load.next_arrival();
        if next.is_none() {
            self.cohort.close();
        }
        next.map(|time| time.max(now))
    }

    /// Sends the request that is due. `None` when the recorded trace of its keys is over: that
    /// closes the cohort and halts the run.
    ///
    /// Nobody looks at users and keys on the express lane. They are drawn by identity, so leaving
    /// them out moves no other draw; a recorded key is read because its trace may end.
    #[inline(always)]
    pub(in crate::components) fn send_express(&mut self, now: Time) -> Option<Request> {
        let identity = self.sent;
        let luck = Luck::of(identity);
        let operation = self.draw_operation(luck);
        if self.operations[operation].key == KeyChoice::Recorded
            && self.draw_key(operation, 0, (identity, luck)).is_none()
        {
            self.cohort.close();
            return None;
        }
        let (membership, recorded) = self.count_in(now);
        Some(Request {
            luck,
            operation: operation as u16,
            recorded,
            measured: membership != Membership::None,
            is_last: membership == Membership::Last,
        })
    }

    /// A request's answer has come.
    #[inline(always)]
    pub(in crate::components) fn answer_express(
        &mut self,
        operation: u16,
        born: Time,
        response: Duration,
        outcome: Outcome,
        measured: bool,
    ) {
        self.measures.record(usize::from(operation), born, response, outcome, measured);
        if measured {
            self.cohort.ended();
        }
    }

    /// Response times of all requests answered well since the last reset, and how many others
    /// ended.
    pub(in crate::components) fn answered(&self) -> (Histogram, u64) {
        self.measures.answered()
    }

    /// Whether requests of a complete cohort are still under way: the end of the last one of them
    /// halts the run.
    pub(in crate::components) fn follows_cohort(&self) -> bool {
        self.cohort.phase() == Phase::Following && self.cohort.open_requests() > 0
    }
}
