//! Gated batches: a free server closes the gate behind all that wait, serves them one after the
//! other, and answers them together when the batch is done.
//!
//! An event loop that reads every ready socket, runs every command, and writes all answers at the
//! end of the turn behaves so; as first come, first served its mean latency comes out 20-46% too
//! low (measured on a real server, see the README).

use super::{Alarm, Full, StationMeter, Waiting};
use crate::kernel::JobId;
use crate::kernel::time::{Duration, Time};

/// Servers that work in batches.
#[derive(Clone, Debug)]
pub struct GatedBatch {
    /// What each server has behind its gate.
    batches: Vec<Vec<JobId>>,
    idle: Vec<u32>,
    line: Vec<Waiting>,
    limit: Option<u64>,
    /// Time an idle server takes to wake up.
    wake_up: Duration,
    meter: StationMeter,
}

impl GatedBatch {
    /// A station of `servers`, where at most `limit` jobs wait in front of the gates.
    pub fn new(servers: u32, limit: Option<u64>) -> GatedBatch {
        assert!(servers > 0, "a station has a server");
        GatedBatch {
            batches: vec![Vec::new(); servers as usize],
            idle: (0..servers).rev().collect(),
            line: Vec::new(),
            limit,
            wake_up: Duration::ZERO,
            meter: StationMeter::new(),
        }
    }

    /// The same station whose idle servers take `wake_up` to begin.
    pub fn with_wake_up(self, wake_up: Duration) -> GatedBatch {
        GatedBatch { wake_up, ..self }
    }

    /// A job comes; an idle server begins a batch with it.
    #[inline]
    pub fn arrive(&mut self, job: JobId, work: Duration, now: Time) -> Result<Option<Alarm>, Full> {
        if let Some(server) = self.idle.pop() {
            self.meter.busy.add(now, 1);
            self.meter.wait.record(self.wake_up.nanos());
            self.batches[server as usize].push(job);
            return Ok(Some(Alarm { at: now + self.wake_up + work, slot: server }));
        }
        if self.limit.is_some_and(|limit| self.line.len() as u64 >= limit) {
            return Err(Full);
        }
        self.line.push(Waiting { job, work, since: now });
        self.meter.waiting.add(now, 1);
        Ok(None)
    }

    /// A batch is done: all of it is answered, and the server takes all that wait.
    #[inline]
    pub fn alarm(&mut self, slot: u32, now: Time, finished: &mut Vec<JobId>) -> Option<Alarm> {
        let batch = &mut self.batches[slot as usize];
        self.meter.departures += batch.len() as u64;
        finished.append(batch);
        if self.line.is_empty() {
            self.idle.push(slot);
            self.meter.busy.add(now, -1);
            return None;
        }
        self.meter.waiting.add(now, -(self.line.len() as i64));
        let mut done = now;
        for waiting in self.line.drain(..) {
            self.meter.wait.record((done - waiting.since).nanos());
            done += waiting.work;
            batch.push(waiting.job);
        }
        Some(Alarm { at: done, slot })
    }

    /// What a server has behind its gate.
    pub fn batch(&self, server: u32) -> &[JobId] {
        &self.batches[server as usize]
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
        self.batches.iter().map(Vec::len).sum::<usize>() as u64 + self.line.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Jobs of 10 ns at 0, 1, 2: the first is a batch of its own until 10, the other two form one
    /// until 30 and are answered together.
    #[test]
    fn all_that_wait_are_answered_together() {
        let mut station = GatedBatch::new(1, None);
        let at = |nanos| Time::from_nanos(nanos);
        let work = Duration::from_nanos(10);
        assert_eq!(station.arrive(JobId(0), work, at(0)), Ok(Some(Alarm { at: at(10), slot: 0 })));
        assert_eq!(station.arrive(JobId(1), work, at(1)), Ok(None));
        assert_eq!(station.arrive(JobId(2), work, at(2)), Ok(None));
        let mut finished = Vec::new();
        assert_eq!(station.alarm(0, at(10), &mut finished), Some(Alarm { at: at(30), slot: 0 }));
        assert_eq!(finished, [JobId(0)]);
        assert_eq!(station.alarm(0, at(30), &mut finished), None);
        assert_eq!(finished, [JobId(0), JobId(1), JobId(2)]);
        assert_eq!(station.meter().departures, 3);
        assert_eq!(station.jobs(), 0);
    }

    #[test]
    fn an_idle_server_wakes_up_first_and_a_full_line_turns_away() {
        let mut station = GatedBatch::new(1, Some(0)).with_wake_up(Duration::from_nanos(8));
        let alarm = station.arrive(JobId(0), Duration::from_nanos(2), Time::ZERO);
        assert_eq!(alarm, Ok(Some(Alarm { at: Time::from_nanos(10), slot: 0 })));
        assert_eq!(station.arrive(JobId(1), Duration::ZERO, Time::ZERO), Err(Full));
    }
}
