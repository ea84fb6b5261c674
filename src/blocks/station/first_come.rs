//! First come, first served: c servers, one job each.

use super::{Admission, Alarm, Full, Pool, StationMeter, Waiting};
use crate::kernel::JobId;
use crate::kernel::time::{Duration, Time};

/// A station of c servers in front of one line.
#[derive(Clone, Debug)]
pub struct FirstCome {
    servers: Pool,
}

impl FirstCome {
    /// A station of `servers`, where at most `limit` jobs wait.
    pub fn new(servers: u32, limit: Option<u64>) -> FirstCome {
        FirstCome { servers: Pool::new(u64::from(servers), limit) }
    }

    /// A job comes; its alarm goes off when it is done.
    #[inline(always)]
    pub fn arrive(&mut self, job: JobId, work: Duration, now: Time) -> Result<Option<Alarm>, Full> {
        Ok(match self.servers.take(job, work, now)? {
            Admission::Taken => Some(Alarm { at: now + work, slot: job.0 }),
            Admission::Waits => None,
        })
    }

    /// The job of this alarm is done; the next in line starts.
    #[inline(always)]
    pub fn alarm(&mut self, slot: u32, now: Time, finished: &mut Vec<JobId>) -> Option<Alarm> {
        finished.push(JobId(slot));
        let Waiting { job: next, work, .. } = self.servers.give_back(now)?;
        Some(Alarm { at: now + work, slot: next.0 })
    }

    /// What it measured.
    pub fn meter(&self) -> &StationMeter {
        self.servers.meter()
    }

    /// Forgets what was measured.
    pub fn reset(&mut self, now: Time) {
        self.servers.reset(now);
    }

    /// Jobs in it.
    pub fn jobs(&self) -> u64 {
        self.servers.jobs()
    }
}
