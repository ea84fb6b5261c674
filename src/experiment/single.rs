//! One run: warm-up, the measured window, and the cohort's way to its end.
//!
//! ```text
//! 0 ---- warm-up ---- reset ==== measured window ==== read off ---- cohort ends ---- audit
//! ```
//!
//! Levels, loads and what components measure are read off at the end of the window; what users see
//! is read off when the last request of the cohort has ended, under continuing load.

use super::alerts::{AlertTrack, AlertWatch};
use super::horizon::{Measured, Plan};
use super::sampler::{Sampler, SeriesRows};
use crate::components::machine::Machine;
use crate::components::running::NodeLoad;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{ComponentId, HopCounts, HopTimes, Stop};
use crate::measure::metric::{Row, Wanted};
use crate::measure::statistics::warm_up::BatchMeans;
use crate::model::Model;
use crate::model::catalogue::{Catalogue, read_off, read_off_users};

/// What one run yields.
#[derive(Debug)]
pub struct Single {
    /// Every reading, in the order of the catalogue.
    pub rows: Vec<Row>,
    /// Jobs at every component, from time zero.
    pub hops: Vec<HopCounts>,
    /// Time jobs spent at every component in the window.
    pub times: Vec<HopTimes>,
    /// Loads of every component's nodes over the window, with the growth of their backlog.
    pub loads: Vec<Vec<LoadOfNode>>,
    /// Simulated seconds of the window.
    pub measured: f64,
    /// Requests of the cohort.
    pub requests: u64,
    /// Requests of the cohort that had not ended when the run did.
    pub unfinished: u64,
    /// Requests sent from time zero.
    pub sent: u64,
    /// Signals the kernel handled.
    pub events: u64,
    /// Response times by the time requests were sent, from time zero.
    pub batches: BatchMeans,
    /// The time series.
    pub series: SeriesRows,
    /// What became of each alert, and of each threshold with `for`.
    pub alerts: Vec<AlertTrack>,
}

/// A node's load over the window.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LoadOfNode {
    /// As it was at the end of the window.
    pub load: NodeLoad,
    /// Jobs there at the end less those at the start.
    pub backlog_change: f64,
}

/// A defect of the simulator: jobs got lost or appeared. The result must not be trusted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "conservation is broken at `{component}` in repeat {repeat}: {what}; \
     this is a defect of simscale"
)]
pub struct Breach {
    /// Where.
    pub component: String,
    /// In which repeat.
    pub repeat: u32,
    /// What does not add up.
    pub what: String,
}

/// What all repeats of a case share.
pub struct Case<'a> {
    /// The model.
    pub model: &'a Model,
    /// Its metrics.
    pub catalogue: &'a Catalogue,
    /// What each repeat simulates.
    pub plan: Plan,
    /// Conditions watched over time.
    pub watches: &'a [AlertWatch],
    /// Whether a time series is wanted.
    pub has_series: bool,
    /// Whether models that fit take the express lane; the results are the same.
    pub express: bool,
    /// Called with the number of requests sent since the last call.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

struct Run<'a> {
    case: &'a Case<'a>,
    machine: Box<dyn Machine>,
    sampler: Sampler<'a>,
    reported: u64,
}

/// Runs one repeat.
///
/// # Errors
/// When a component's account does not balance: a defect of the simulator.
pub fn run(case: &Case<'_>, repeat: u32) -> Result<Single, Breach> {
    let mut machine = case.model.machine(repeat, case.express);
    machine.source().collect_batches(FIRST_WINDOW);
    machine.start();
    let sampler = Sampler::new(case);
    let mut run = Run { case, machine, sampler, reported: 0 };
    // Without a warm-up nothing may happen before measuring begins: a trace can start at time zero.
    let has_warm_up = case.plan.warm_up > Duration::ZERO;
    if has_warm_up && run.advance(Time::ZERO + case.plan.warm_up) != Stop::Paused {
        // The trace ended within the warm-up: nothing is left to measure.
        run.case_is_over();
    }
    let before = run.begin();
    run.measure();
    let window = run.end(&before);
    run.follow(window.measured);
    run.finish(repeat, window)
}

/// State at the start of the window.
struct Before {
    at: Time,
    times: Vec<HopTimes>,
    jobs: Vec<Vec<u64>>,
}

/// What was read off at the end of the window.
struct Window {
    rows: Vec<Row>,
    times: Vec<HopTimes>,
    loads: Vec<Vec<LoadOfNode>>,
    measured: f64,
    ended: Time,
}

impl Run<'_> {
    /// Runs up to an instant, taking samples on the way.
    fn advance(&mut self, until: Time) -> Stop {
        loop {
            let next = self.sampler.next_sample().min(until);
            let stop = self.machine.run_until(next);
            self.report();
            match stop {
                Stop::Paused if next < until => self.sampler.take(&*self.machine),
                Stop::Paused => {
                    if next == self.sampler.next_sample() {
                        self.sampler.take(&*self.machine);
                    }
                    return stop;
                }
                _ => return stop,
            }
        }
    }

    fn report(&mut self) {
        let sent = self.machine.source().sent();
        (self.case.progress)(sent - self.reported);
        self.reported = sent;
    }

    fn case_is_over(&mut self) {
        self.machine.source().cohort().stop_admitting();
    }

    fn loads(&self) -> Vec<Vec<NodeLoad>> {
        let components = 0..self.case.model.components.len() as u16;
        let loads = |number| self.machine.component(ComponentId(number)).loads(self.machine.now());
        components.map(loads).collect()
    }

    fn begin(&mut self) -> Before {
        let now = self.machine.now();
        let loads = self.loads();
        let jobs = loads.iter().map(|loads| loads.iter().map(|load| load.jobs).collect());
        let before = Before { at: now, times: self.machine.hop_times(), jobs: jobs.collect() };
        for number in 0..self.case.model.components.len() as u16 {
            self.machine.component_mut(ComponentId(number)).reset(now);
        }
        self.sampler.restart(&*self.machine);
        before
    }

    fn measure(&mut self) {
        let now = self.machine.now();
        let (wanted, open_until, until) = match self.case.plan.measured {
            Measured::Requests { count, min_time } => (count, now + min_time, Time::LAST),
            Measured::Span(span) => (0, Time::LAST, now + span),
            Measured::Trace => (u64::MAX, Time::LAST, Time::LAST),
        };
        self.machine.source().cohort().open(wanted, open_until);
        self.advance(until);
        self.machine.source().cohort().stop_admitting();
    }

    fn end(&mut self, before: &Before) -> Window {
        let now = self.machine.now();
        let measured = (now - before.at).seconds();
        let rows = read_off(&*self.machine, self.case.model, Wanted::Result, measured, None);
        let times = std::iter::zip(self.machine.hop_times(), &before.times);
        let times = times.map(|(now, before)| HopTimes {
            elapsed: now.elapsed - before.elapsed,
            away: now.away - before.away,
        });
        let loads = std::iter::zip(self.loads(), &before.jobs).map(|(loads, jobs)| {
            let with = |(load, &jobs): (&NodeLoad, &u64)| LoadOfNode {
                load: *load,
                backlog_change: load.jobs as f64 - jobs as f64,
            };
            std::iter::zip(&loads, jobs).map(with).collect()
        });
        Window { rows, times: times.collect(), loads: loads.collect(), measured, ended: now }
    }

    /// Lets the cohort's requests end under continuing load: for as long as the window lasted at
    /// least, and until as many requests have come again as before. What has not ended by then is
    /// unfinished.
    fn follow(&mut self, measured: f64) {
        let end = self.machine.now();
        let sent_before = self.machine.source().sent();
        let enough = sent_before + sent_before.max(LEAST_FOLLOWING);
        let mut slice = SHORTEST_SLICE.seconds().max(measured / 8.0);
        while self.machine.source().cohort().open_requests() > 0 {
            let until = self.machine.now() + Duration::from_seconds(slice);
            let stop = self.machine.run_until(until.min(Time::LAST));
            let followed = (self.machine.now() - end).seconds();
            let is_enough = followed > measured && self.machine.source().sent() > enough;
            if stop == Stop::Empty || is_enough || until > Time::LAST {
                break;
            }
            slice *= 1.5;
        }
        self.report();
    }

    fn finish(mut self, repeat: u32, mut window: Window) -> Result<Single, Breach> {
        let model = self.case.model;
        let hops = self.machine.hop_counts();
        let littles_law = self.machine.littles_law();
        for (number, (component, counts)) in model.components.iter().zip(&hops).enumerate() {
            let id = ComponentId(number as u16);
            let balance = if counts.balances() {
                self.machine.component(id).audit(counts)
            } else {
                Err(format!("{counts:?}"))
            };
            let balance = balance.and_then(|()| match littles_law[number] {
                true => Ok(()),
                false => Err("jobs over time are not the jobs' times (Little's law)".to_owned()),
            });
            balance.map_err(|what| Breach { component: component.name.clone(), repeat, what })?;
        }
        // What users saw is complete only now that the cohort has ended.
        let last = read_off_users(&*self.machine, Wanted::Result, window.measured);
        let of_users = window.rows.iter_mut().filter(|row| row.is_of_users());
        std::iter::zip(of_users, last).for_each(|(row, last)| *row = last);
        let events = self.machine.handled();
        let (series, alerts) = self.sampler.finish();
        let source = self.machine.source();
        let mut batches = source.take_batches().expect("batches are collected from the start");
        batches.end_at(window.ended);
        Ok(Single {
            rows: window.rows,
            hops,
            times: window.times,
            loads: window.loads,
            measured: window.measured,
            requests: source.cohort().admitted(),
            unfinished: source.cohort().open_requests(),
            sent: source.sent(),
            events,
            batches,
            series,
            alerts,
        })
    }
}

/// Width of the first windows of the batch means that tell when the warm-up is over.
pub(super) const FIRST_WINDOW: Duration = Duration::from_nanos(1_000_000);

/// Requests that come at least while a cohort is followed, before it is given up.
const LEAST_FOLLOWING: u64 = 20_000;

/// The shortest time for which a cohort is followed without a look.
const SHORTEST_SLICE: Duration = Duration::from_nanos(1_000_000);
