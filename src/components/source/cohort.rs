//! The measured cohort: which requests count, and when all of them have ended.

use crate::kernel::time::Time;

/// What the source is doing.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Phase {
    /// Requests pass uncounted.
    #[default]
    WarmUp,
    /// Every new request joins the cohort.
    Measuring,
    /// The cohort is complete; its requests are followed to their end under continuing load.
    Following,
}

/// What a request is to the cohort.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Membership {
    /// It does not belong to it.
    None,
    /// It belongs to it.
    Member,
    /// It belongs to it, and completes it.
    Last,
}

/// The requests born while the source measures.
#[derive(Clone, Copy, Default, Debug)]
pub struct Cohort {
    phase: Phase,
    /// How many requests are wanted at least.
    wanted: u64,
    /// The cohort stays open until then at least.
    open_until: Time,
    admitted: u64,
    ended: u64,
    /// No more requests come: the trace is over.
    exhausted: bool,
}

impl Cohort {
    /// Begins to measure: at least `wanted` requests, and at least until `open_until`.
    pub fn open(&mut self, wanted: u64, open_until: Time) {
        let exhausted = self.exhausted;
        let phase = Phase::Measuring;
        *self = Cohort { phase, wanted, open_until, exhausted, ..Cohort::default() };
    }

    /// What a request sent now is to the cohort. The last one halts the run, so that its moment
    /// can be read off.
    #[inline]
    pub(super) fn admit(&mut self, now: Time) -> Membership {
        if self.phase != Phase::Measuring {
            return Membership::None;
        }
        self.admitted += 1;
        if self.admitted >= self.wanted && now >= self.open_until {
            self.phase = Phase::Following;
            return Membership::Last;
        }
        Membership::Member
    }

    /// One of the cohort has ended. Returns whether it was the last one, which halts the run.
    #[inline]
    pub(super) fn ended(&mut self) -> bool {
        self.ended += 1;
        self.phase == Phase::Following && self.ended == self.admitted
    }

    /// No more requests come, which halts the run.
    pub(super) fn close(&mut self) {
        self.exhausted = true;
        self.stop_admitting();
    }

    /// Closes the cohort now, whatever was wanted.
    pub fn stop_admitting(&mut self) {
        if self.phase == Phase::Measuring {
            self.phase = Phase::Following;
        }
    }

    /// What the source is doing.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether the source has nothing more to send.
    pub fn is_closed(&self) -> bool {
        self.exhausted
    }

    /// Requests in the cohort.
    pub fn admitted(&self) -> u64 {
        self.admitted
    }

    /// Requests of the cohort that have not ended.
    pub fn open_requests(&self) -> u64 {
        self.admitted - self.ended
    }
}
