//! As many servers as jobs: nobody waits, every job takes just its work.

use super::{Alarm, StationMeter};
use crate::kernel::JobId;
use crate::kernel::time::{Duration, Time};

/// A pure delay.
#[derive(Clone, Debug)]
pub struct Unlimited {
    present: u64,
    meter: StationMeter,
}

impl Unlimited {
    /// A pure delay with nobody in it.
    #[expect(clippy::new_without_default, reason = "stations are made by `new`, all alike")]
    pub fn new() -> Unlimited {
        Unlimited { present: 0, meter: StationMeter::new() }
    }

    /// A job comes and is served at once.
    #[inline(always)]
    pub fn arrive(&mut self, job: JobId, work: Duration, now: Time) -> Alarm {
        self.enter(now);
        Alarm { at: now + work, slot: job.0 }
    }

    /// One more is served.
    #[inline]
    pub fn enter(&mut self, now: Time) {
        self.present += 1;
        self.meter.busy.add(now, 1);
    }

    /// One is done.
    #[inline]
    pub fn leave(&mut self, now: Time) {
        self.present -= 1;
        self.meter.busy.add(now, -1);
        self.meter.departures += 1;
    }

    /// One is done and the next one served at the same instant: the level stays.
    #[inline]
    pub fn take_turns(&mut self) {
        self.meter.departures += 1;
    }

    /// The job of this alarm is done.
    #[inline(always)]
    pub fn alarm(&mut self, slot: u32, now: Time, finished: &mut Vec<JobId>) -> Option<Alarm> {
        self.leave(now);
        finished.push(JobId(slot));
        None
    }

    /// What it measured.
    pub fn meter(&self) -> &StationMeter {
        &self.meter
    }

    /// Forgets what was measured.
    pub fn reset(&mut self, now: Time) {
        self.meter.reset(now);
    }

    /// Jobs in it.
    pub fn jobs(&self) -> u64 {
        self.present
    }
}
