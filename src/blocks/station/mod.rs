//! Stations: servers with a waiting line, as pure state machines.
//!
//! A station never sees the engine. Its owner tells it that a job arrives or that an alarm it
//! asked for has gone off, and is told when to set the next alarm and which jobs are done:
//!
//! ```text
//! owner -- arrive(job, work, now) --> station   -> admitted? next alarm
//! owner -- alarm(slot, now) --------> station   -> finished jobs, next alarm
//! ```
//!
//! What must hold: a job that was admitted is reported as finished exactly once, after it has
//! received its work; no server idles while a job waits that it could serve (for the gated batch:
//! at the start of a batch); busy and waiting levels change only here.

mod first_come;
mod gated_batch;
mod pool;
mod processor_sharing;
mod scalability;
mod unlimited;

pub use first_come::FirstCome;
pub use gated_batch::GatedBatch;
pub use pool::{Admission, Pool};
pub use processor_sharing::ProcessorSharing;
pub use scalability::Scalability;
pub use unlimited::Unlimited;

use crate::kernel::JobId;
use crate::kernel::time::{Duration, Time};
use crate::measure::histogram::Histogram;
use crate::measure::level::Level;
use std::borrow::Cow;

/// How a station's servers divide their time among the jobs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Discipline {
    /// One job a server, the others wait in line.
    FirstComeFirstServed,
    /// All jobs run at once and share the servers evenly.
    ProcessorSharing,
    /// A free server takes all that wait and answers them together.
    GatedBatch,
}

/// An alarm the owner must set: give `slot` back at `at`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alarm {
    /// When.
    pub at: Time,
    /// What to hand back.
    pub slot: u32,
}

/// Levels and counters of a station, over the time since the last reset.
#[derive(Clone, Debug)]
pub struct StationMeter {
    /// Servers at work.
    pub busy: Level,
    /// Jobs that wait for a server.
    pub waiting: Level,
    /// Waiting times, in nanoseconds.
    pub wait: Histogram,
    /// Jobs done.
    pub departures: u64,
}

impl StationMeter {
    fn new() -> StationMeter {
        StationMeter {
            busy: Level::new(Time::ZERO),
            waiting: Level::new(Time::ZERO),
            wait: Histogram::default(),
            departures: 0,
        }
    }

    /// Forgets what was measured; levels keep their present values.
    pub fn reset(&mut self, now: Time) {
        self.busy.reset(now);
        self.waiting.reset(now);
        self.wait.clear();
        self.departures = 0;
    }
}

/// A station of any discipline.
#[derive(Clone, Debug)]
pub enum Station {
    /// First come, first served.
    FirstCome(FirstCome),
    /// Processor sharing.
    ProcessorSharing(ProcessorSharing),
    /// Gated batches.
    GatedBatch(GatedBatch),
    /// As many servers as jobs: a pure delay.
    Unlimited(Unlimited),
}

impl Station {
    /// A station of `servers` servers, or of unlimited ones, where at most `limit` jobs wait.
    pub fn new(discipline: Discipline, servers: Option<u32>, limit: Option<u64>) -> Station {
        let Some(servers) = servers else {
            return Station::Unlimited(Unlimited::new());
        };
        match discipline {
            Discipline::FirstComeFirstServed => Station::FirstCome(FirstCome::new(servers, limit)),
            Discipline::ProcessorSharing => {
                Station::ProcessorSharing(ProcessorSharing::new(servers))
            }
            Discipline::GatedBatch => Station::GatedBatch(GatedBatch::new(servers, limit)),
        }
    }

    /// A job comes with this much work. `Err` when there is no room; else the alarm to set.
    #[inline(always)]
    pub fn arrive(&mut self, job: JobId, work: Duration, now: Time) -> Result<Option<Alarm>, Full> {
        match self {
            Station::FirstCome(station) => station.arrive(job, work, now),
            Station::ProcessorSharing(station) => Ok(station.arrive(job, work, now)),
            Station::GatedBatch(station) => station.arrive(job, work, now),
            Station::Unlimited(station) => Ok(Some(station.arrive(job, work, now))),
        }
    }

    /// An alarm went off: appends the jobs that are done to `finished`, returns the next alarm.
    #[inline(always)]
    pub fn alarm(&mut self, slot: u32, now: Time, finished: &mut Vec<JobId>) -> Option<Alarm> {
        match self {
            Station::FirstCome(station) => station.alarm(slot, now, finished),
            Station::ProcessorSharing(station) => station.alarm(now, finished),
            Station::GatedBatch(station) => station.alarm(slot, now, finished),
            Station::Unlimited(station) => station.alarm(slot, now, finished),
        }
    }

    /// Whether a job that has just come is being served, by whether it made the station set an
    /// alarm.
    pub fn begins_with(&self, has_alarm: bool) -> bool {
        match self {
            Station::FirstCome(_) | Station::GatedBatch(_) => has_alarm,
            Station::ProcessorSharing(_) | Station::Unlimited(_) => true,
        }
    }

    /// The jobs that waited and are served since one alarm went off and the next was set, which
    /// hands back this slot.
    pub fn begun(&self, slot: u32) -> Cow<'_, [JobId]> {
        match self {
            Station::FirstCome(_) => Cow::Owned(vec![JobId(slot)]),
            Station::GatedBatch(station) => Cow::Borrowed(station.batch(slot)),
            Station::ProcessorSharing(_) | Station::Unlimited(_) => Cow::Borrowed(&[]),
        }
    }

    /// The station itself, if it serves everybody at once.
    #[inline]
    pub fn as_unlimited(&mut self) -> Option<&mut Unlimited> {
        match self {
            Station::Unlimited(station) => Some(station),
            _ => None,
        }
    }

    /// What it measured.
    pub fn meter(&self) -> &StationMeter {
        match self {
            Station::FirstCome(station) => station.meter(),
            Station::ProcessorSharing(station) => station.meter(),
            Station::GatedBatch(station) => station.meter(),
            Station::Unlimited(station) => station.meter(),
        }
    }

    /// Forgets what was measured.
    pub fn reset(&mut self, now: Time) {
        match self {
            Station::FirstCome(station) => station.reset(now),
            Station::ProcessorSharing(station) => station.reset(now),
            Station::GatedBatch(station) => station.reset(now),
            Station::Unlimited(station) => station.reset(now),
        }
    }

    /// Jobs in it, waiting or served.
    pub fn jobs(&self) -> u64 {
        match self {
            Station::FirstCome(station) => station.jobs(),
            Station::ProcessorSharing(station) => station.jobs(),
            Station::GatedBatch(station) => station.jobs(),
            Station::Unlimited(station) => station.jobs(),
        }
    }
}

/// A job in a waiting line, with the work it brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// The job.
    pub job: JobId,
    /// Its work.
    pub work: Duration,
    /// When it came.
    pub since: Time,
}

/// The waiting line has no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full;

#[cfg(test)]
mod tests {
    use super::*;

    /// Three jobs come at once; the first one's alarm goes off. Returns who began when he came, and
    /// who of the others began then.
    fn beginnings(discipline: Discipline) -> ([bool; 3], Vec<JobId>) {
        let mut station = Station::new(discipline, Some(1), None);
        let work = Duration::from_nanos(10);
        let mut first = None;
        let began = [0, 1, 2].map(|job| {
            let alarm = station.arrive(JobId(job), work, Time::ZERO).expect("there is no limit");
            first = first.or(alarm);
            station.begins_with(alarm.is_some())
        });
        let first = first.expect("somebody is served");
        let next = station.alarm(first.slot, Time::from_nanos(10), &mut Vec::new());
        (began, next.map(|next| station.begun(next.slot).to_vec()).unwrap_or_default())
    }

    #[test]
    fn a_station_tells_who_began_and_when() {
        let line = beginnings(Discipline::FirstComeFirstServed);
        assert_eq!(line, ([true, false, false], vec![JobId(1)]));
        let batch = beginnings(Discipline::GatedBatch);
        assert_eq!(batch, ([true, false, false], vec![JobId(1), JobId(2)]));
        assert_eq!(beginnings(Discipline::ProcessorSharing), ([true; 3], vec![]));
    }
}
