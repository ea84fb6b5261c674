//! A pool: a number of places, and a line of those who wait for one. Workers and database
//! connections are pools; a first-come-first-served station is a pool whose places are servers.

use super::{Full, StationMeter, Waiting};
use crate::kernel::JobId;
use crate::kernel::time::{Duration, Time};
use std::collections::VecDeque;

/// What became of a job at the pool's door.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admission {
    /// It has a place.
    Taken,
    /// It stands in line.
    Waits,
}

/// Places and a waiting line.
#[derive(Clone, Debug)]
pub struct Pool {
    places: u64,
    taken: u64,
    limit: Option<u64>,
    line: VecDeque<Waiting>,
    meter: StationMeter,
}

impl Pool {
    /// A pool of `places`, where at most `limit` jobs wait.
    pub fn new(places: u64, limit: Option<u64>) -> Pool {
        assert!(places > 0, "a pool has a place");
        Pool { places, taken: 0, limit, line: VecDeque::new(), meter: StationMeter::new() }
    }

    /// A job asks for a place. `work` is kept for it while it waits.
    #[inline(always)]
    pub fn take(&mut self, job: JobId, work: Duration, now: Time) -> Result<Admission, Full> {
        if self.taken < self.places {
            self.taken += 1;
            self.meter.busy.add(now, 1);
            self.meter.wait.record(0);
            return Ok(Admission::Taken);
        }
        if self.limit.is_some_and(|limit| self.line.len() as u64 >= limit) {
            return Err(Full);
        }
        self.stand_in_line(job, work, now);
        Ok(Admission::Waits)
    }

    /// A job that gave its place up for a while asks for one again: it is never turned away.
    pub fn take_again(&mut self, job: JobId, now: Time) -> Admission {
        if self.taken < self.places {
            self.taken += 1;
            self.meter.busy.add(now, 1);
            return Admission::Taken;
        }
        self.stand_in_line(job, Duration::ZERO, now);
        Admission::Waits
    }

    #[inline(always)]
    fn stand_in_line(&mut self, job: JobId, work: Duration, now: Time) {
        self.line.push_back(Waiting { job, work, since: now });
        self.meter.waiting.add(now, 1);
    }

    /// A place is given back. Returns the one in line who gets it.
    #[inline(always)]
    pub fn give_back(&mut self, now: Time) -> Option<Waiting> {
        debug_assert!(self.taken > 0, "only a taken place can be given back");
        self.meter.departures += 1;
        let Some(next) = self.line.pop_front() else {
            self.taken -= 1;
            self.meter.busy.add(now, -1);
            return None;
        };
        self.meter.waiting.add(now, -1);
        self.meter.wait.record((now - next.since).nanos());
        Some(next)
    }

    /// Those who wait, in the order in which they will get a place.
    pub fn line(&self) -> impl Iterator<Item = &Waiting> {
        self.line.iter()
    }

    /// What it measured: busy places, the line, waiting times.
    pub fn meter(&self) -> &StationMeter {
        &self.meter
    }

    /// Forgets what was measured.
    pub fn reset(&mut self, now: Time) {
        self.meter.reset(now);
    }

    /// Places, taken or not.
    pub fn places(&self) -> u64 {
        self.places
    }

    /// Jobs that hold a place or wait for one.
    pub fn jobs(&self) -> u64 {
        self.taken + self.line.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_then_line_then_full() {
        let mut pool = Pool::new(1, Some(1));
        let at = |nanos| Time::from_nanos(nanos);
        assert_eq!(pool.take(JobId(1), Duration::ZERO, at(0)), Ok(Admission::Taken));
        assert_eq!(pool.take(JobId(2), Duration::from_nanos(7), at(1)), Ok(Admission::Waits));
        assert_eq!(pool.take(JobId(3), Duration::ZERO, at(2)), Err(Full));
        let next = pool.give_back(at(5)).map(|next| (next.job, next.work));
        assert_eq!(next, Some((JobId(2), Duration::from_nanos(7))));
        assert_eq!(pool.give_back(at(9)), None);
        assert_eq!(pool.jobs(), 0);
        assert_eq!(pool.meter().wait.largest(), Some(4));
        assert_eq!(pool.meter().departures, 2);
    }

    #[test]
    fn no_line_at_all_turns_away_at_once() {
        let mut pool = Pool::new(1, Some(0));
        assert!(pool.take(JobId(1), Duration::ZERO, Time::ZERO).is_ok());
        assert_eq!(pool.take(JobId(2), Duration::ZERO, Time::ZERO), Err(Full));
    }
}
