//! Processor sharing: all jobs run at once; with n jobs on c cores each runs at min(1, c/n), or
//! slower where busy cores wait for each other: they share what [`Scalability`] leaves of as many
//! cores as are busy.
//!
//! Since all run at the same speed, one virtual clock tells how much work each job has received
//! since the start, and a job is done when that clock passes its finish mark. What must hold:
//! - the virtual clock counts 2^-8 ns in whole numbers, rounded down as it advances, while alarms
//!   are rounded up: a job never leaves before it has its work, at most some ns after;
//! - at most one alarm counts; it is set again only when the next job gets done earlier. An alarm
//!   that comes too early finds nobody done and sets the next one.

use super::scalability::{SPEED_BITS, Scalability};
use super::{Alarm, StationMeter};
use crate::kernel::JobId;
use crate::kernel::time::{Duration, Time};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Virtual ticks in a nanosecond, as a power of two.
const TICK_BITS: u32 = 8;

/// Cores shared evenly by all jobs present.
#[derive(Clone, Debug)]
pub struct ProcessorSharing {
    cores: u64,
    /// What cores do together; none where they do not disturb each other.
    scalability: Option<Scalability>,
    /// Ticks of work every job present has received since the station was empty first.
    progress: u64,
    /// When `progress` was last brought up to date.
    updated: Time,
    /// Finish mark, running number (first come among equals), job.
    marks: BinaryHeap<Reverse<(u64, u64, u32)>>,
    arrivals: u64,
    /// When the alarm that counts goes off.
    alarm_at: Time,
    meter: StationMeter,
}

impl ProcessorSharing {
    /// Cores with nobody on them.
    pub fn new(cores: u32) -> ProcessorSharing {
        assert!(cores > 0, "a station has a core");
        ProcessorSharing {
            cores: u64::from(cores),
            scalability: None,
            progress: 0,
            updated: Time::ZERO,
            marks: BinaryHeap::new(),
            arrivals: 0,
            alarm_at: Time::LAST,
            meter: StationMeter::new(),
        }
    }

    /// The same cores, which do together what this law leaves of them.
    pub fn with_scalability(self, law: Scalability) -> ProcessorSharing {
        ProcessorSharing { scalability: (!law.is_linear()).then_some(law), ..self }
    }

    /// A job comes and runs at once, at its share. Returns an alarm if one must be set.
    #[inline]
    pub fn arrive(&mut self, job: JobId, work: Duration, now: Time) -> Option<Alarm> {
        self.advance(now);
        let mark = self.progress + (work.nanos() << TICK_BITS);
        self.marks.push(Reverse((mark, self.arrivals, job.0)));
        self.arrivals += 1;
        self.set_busy(now);
        self.next_alarm(now)
    }

    /// An alarm went off: jobs that have received their work leave.
    #[inline]
    pub fn alarm(&mut self, now: Time, finished: &mut Vec<JobId>) -> Option<Alarm> {
        if now != self.alarm_at {
            return None;
        }
        self.alarm_at = Time::LAST;
        self.advance(now);
        while let Some(&Reverse((mark, _, job))) = self.marks.peek() {
            if mark > self.progress {
                break;
            }
            self.marks.pop();
            self.meter.departures += 1;
            finished.push(JobId(job));
        }
        self.set_busy(now);
        self.next_alarm(now)
    }

    /// Brings the virtual clock up to now, at the speed since the last change.
    #[inline]
    fn advance(&mut self, now: Time) {
        let elapsed = (now - self.updated).nanos();
        self.updated = now;
        let present = self.marks.len() as u64;
        if present == 0 || elapsed == 0 {
            return;
        }
        self.progress += if let Some(law) = &self.scalability {
            let speed = law.speed(present.min(self.cores));
            let ticks = u128::from(elapsed << TICK_BITS) * u128::from(speed);
            (ticks / (u128::from(present) << SPEED_BITS)) as u64
        } else if present <= self.cores {
            elapsed << TICK_BITS
        } else {
            let ticks = u128::from(elapsed << TICK_BITS) * u128::from(self.cores);
            (ticks / u128::from(present)) as u64
        };
    }

    /// The alarm for the next job to be done, if it lies before the one that is set.
    #[inline]
    fn next_alarm(&mut self, now: Time) -> Option<Alarm> {
        let &Reverse((mark, _, _)) = self.marks.peek()?;
        let left = mark.saturating_sub(self.progress);
        let present = self.marks.len() as u64;
        let nanos = if let Some(law) = &self.scalability {
            let speed = law.speed(present.min(self.cores));
            let ticks = u128::from(left) * (u128::from(present) << SPEED_BITS);
            ticks.div_ceil(u128::from(speed) << TICK_BITS) as u64
        } else if present <= self.cores {
            left.div_ceil(1 << TICK_BITS)
        } else {
            let ticks = u128::from(left) * u128::from(present);
            ticks.div_ceil(u128::from(self.cores) << TICK_BITS) as u64
        };
        let at = now + Duration::from_nanos(nanos);
        if at >= self.alarm_at {
            return None;
        }
        self.alarm_at = at;
        Some(Alarm { at, slot: 0 })
    }

    #[inline]
    fn set_busy(&mut self, now: Time) {
        let busy = self.cores.min(self.marks.len() as u64);
        self.meter.busy.set(now, busy);
    }

    /// What it measured. Nobody waits: all run.
    pub fn meter(&self) -> &StationMeter {
        &self.meter
    }

    /// Forgets what was measured.
    pub fn reset(&mut self, now: Time) {
        self.meter.reset(now);
    }

    /// Jobs in it.
    pub fn jobs(&self) -> u64 {
        self.marks.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The obvious twin: keeps what each job still needs, in exact fractions of a nanosecond
    /// (floating point), and finds the next to be done by looking at all of them.
    fn departures_by_explicit_shares(
        cores: u64,
        law: Scalability,
        jobs: &[(u64, u64)],
    ) -> Vec<f64> {
        let mut left: Vec<(usize, f64)> = Vec::new();
        let mut departures = vec![0.0; jobs.len()];
        let (mut now, mut next) = (0.0, 0);
        while next < jobs.len() || !left.is_empty() {
            let present = left.len().max(1) as u64;
            let speed = law.capacity(present.min(cores)) / present as f64;
            let least = left.iter().map(|&(_, work)| work).fold(f64::INFINITY, f64::min);
            let done_at = now + least / speed;
            let arrives_at = jobs.get(next).map_or(f64::INFINITY, |job| job.0 as f64);
            let until = done_at.min(arrives_at);
            for job in &mut left {
                job.1 -= (until - now) * speed;
            }
            now = until;
            if arrives_at <= done_at {
                left.push((next, jobs[next].1 as f64));
                next += 1;
            }
            left.retain(|&(index, work)| {
                let done = work <= 1e-6;
                if done {
                    departures[index] = now;
                }
                !done
            });
        }
        departures
    }

    fn departures(cores: u32, law: Scalability, jobs: &[(u64, u64)]) -> Vec<f64> {
        let mut station = ProcessorSharing::new(cores).with_scalability(law);
        let mut departures = vec![0.0; jobs.len()];
        let mut alarms = std::collections::BTreeSet::new();
        let mut next = 0;
        while next < jobs.len() || !alarms.is_empty() {
            let alarm: Option<u64> = alarms.first().copied();
            let new = match (alarm, jobs.get(next)) {
                (Some(at), job) if job.is_none_or(|job| at <= job.0) => {
                    alarms.remove(&at);
                    let mut finished = Vec::new();
                    let new = station.alarm(Time::from_nanos(at), &mut finished);
                    for job in finished {
                        departures[job.0 as usize] = at as f64;
                    }
                    new
                }
                (_, Some(&(at, work))) => {
                    let job = JobId(next as u32);
                    next += 1;
                    station.arrive(job, Duration::from_nanos(work), Time::from_nanos(at))
                }
                (_, None) => unreachable!("the loop ends when neither is left"),
            };
            alarms.extend(new.map(|alarm| alarm.at.nanos()));
        }
        assert_eq!(station.jobs(), 0);
        departures
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        /// Departures agree with explicit shares to the rounding. Each of the 2n arrivals and
        /// departures may cost all n jobs present a tick of 1/256 ns, together n^2 / 128 ns; an
        /// alarm is rounded up to a whole ns, during which the finished job still takes its share,
        /// so every departure may delay the later ones by up to 1 ns, together n. A speed is cut to
        /// 2^-20 cores, which over some 200 us changes nothing by as much as a ns.
        #[test]
        fn agrees_with_explicit_shares(
            cores in 1u32..5,
            contention in prop::sample::select(vec![0.0, 0.1]),
            coherency in prop::sample::select(vec![0.0, 0.02]),
            gaps in prop::collection::vec((0u64..2000, 1u64..3000), 1..60),
        ) {
            let mut at = 0;
            let jobs: Vec<(u64, u64)> =
                gaps.into_iter().map(|(gap, work)| { at += gap; (at, work) }).collect();
            let law = Scalability { contention, coherency };
            let fast = departures(cores, law, &jobs);
            let slow = departures_by_explicit_shares(u64::from(cores), law, &jobs);
            let count = jobs.len() as f64;
            for (fast, slow) in fast.iter().zip(&slow) {
                prop_assert!((fast - slow).abs() <= count * count / 128.0 + count + 1.0,
                    "{} against {}", fast, slow);
            }
        }
    }

    /// Two jobs of 100 ns on one core from the start: both are done at 200, in order of arrival.
    #[test]
    fn equal_jobs_leave_together() {
        let alone = Scalability::LINEAR;
        assert_eq!(departures(1, alone, &[(0, 100), (0, 100)]), [200.0, 200.0]);
        assert_eq!(departures(2, alone, &[(0, 100), (0, 100)]), [100.0, 100.0]);
    }

    /// Two cores that leave each other 1 / (1 + 0.25) of their speed while both are busy: 80 us of
    /// work are done when the second job comes, the other 20 take 25; then it runs alone.
    #[test]
    fn busy_cores_slow_each_other_down() {
        let law = Scalability { contention: 0.25, coherency: 0.0 };
        let departures = departures(2, law, &[(0, 100_000), (80_000, 100_000)]);
        for (departure, exact) in departures.iter().zip([105_000.0, 185_000.0]) {
            assert!((departure - exact).abs() <= 2.0, "{departures:?}");
        }
    }
}
