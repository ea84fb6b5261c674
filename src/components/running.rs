//! What every running component offers beside reacting to signals: readings, resets, and the
//! state of its stations for the verdict.

use crate::blocks::faults::Faults;
use crate::blocks::geography::Geography;
use crate::components::source::Source;
use crate::kernel::random::Stream;
use crate::kernel::time::Time;
use crate::kernel::{Component, HopCounts};
use crate::measure::histogram::Histogram;
use crate::measure::metric::{Metric, Node, Sheet};
use crate::measure::unit::Unit;

use super::access::{Classes, Dataset};
use super::caller::{Caller, Wire};

/// A component of a running model.
pub trait Running: Component {
    /// Fills in its readings since the last reset.
    fn measure(&self, now: Time, sheet: &mut Sheet);

    /// Forgets what was measured so far; what is there stays.
    fn reset(&mut self, now: Time);

    /// The load on each of its nodes that has a capacity.
    fn loads(&self, now: Time) -> Vec<NodeLoad>;

    /// Compares its own counts with the kernel's; `Err` tells what does not add up.
    fn audit(&self, counts: &HopCounts) -> Result<(), String>;

    /// The source of requests, if that is what it is.
    fn as_source(&mut self) -> Option<&mut Source> {
        None
    }
}

/// How busy a node was since the last reset, for the verdict.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NodeLoad {
    /// Nodes of equal role are judged together; empty where all are alike.
    pub role: &'static str,
    /// Busy share of its most loaded station, 0 to 1, places held for others' answers included.
    pub busy: f64,
    /// Busy share of its most loaded station by its own work: nothing held for others' answers.
    pub own_busy: f64,
    /// Jobs in it now, waiting or served.
    pub jobs: u64,
    /// Jobs it was done with.
    pub departures: u64,
}

/// What a component needs to come to life in one run.
#[derive(Clone, Copy, Debug)]
pub struct BuildContext<'model> {
    /// Its name in the scenario.
    pub name: &'model str,
    /// Its place in the model.
    pub number: u16,
    /// Root seed.
    pub seed: u64,
    /// Which repeat.
    pub repeat: u32,
    /// Its wires, in order.
    pub wires: &'model [Wire],
    /// All classes of access.
    pub classes: &'model Classes,
    /// All datasets.
    pub datasets: &'model [Dataset],
    /// Jobs per second expected to arrive, by class.
    pub arriving: &'model [f64],
    /// The same, even where nothing is expected because the component is only looked at.
    pub reached_by: &'model [f64],
    /// All regions.
    pub geography: &'model Geography,
    /// What goes down when.
    pub faults: &'model Faults,
    /// The regions in which the component stands, the first one its home.
    pub regions: &'model [u16],
    /// The region whose users it serves, where there is one of its kind in several; else all.
    pub users_of: Option<u16>,
}

impl BuildContext<'_> {
    /// The component's draws for one purpose.
    pub fn stream(&self, purpose: &str) -> Stream {
        Stream::new(self.seed, self.repeat, self.name, purpose)
    }

    /// Its wires, ready for calls.
    pub fn caller(&self) -> Caller {
        Caller::new(self.wires, self.faults, (self.seed, self.repeat), self.name)
    }
}

/// Time from a job's arrival at a component to its answer.
pub const RESPONSE: Metric = Metric::times(
    "response_time",
    "time from a job's arrival at the component to its answer, successful jobs",
    "answered - arrived, over jobs that completed",
);

/// Jobs answered well per second.
pub const THROUGHPUT: Metric = Metric::ratio(
    "throughput",
    Unit::PerSecond,
    "jobs answered well per second",
    "completed / measured seconds",
);

/// Share of jobs that were not answered well.
pub const ERROR_RATE: Metric = Metric::ratio(
    "error_rate",
    Unit::Fraction,
    "share of jobs rejected, failed or timed out",
    "(answered - completed) / answered",
);

/// What every component counts at its door.
#[derive(Clone, Debug, Default)]
pub struct Door {
    /// Response times of the jobs answered well.
    response: Histogram,
    /// Jobs answered otherwise.
    failed: u64,
    /// Jobs answered before the last reset, for the audit.
    answered_before: u64,
}

impl Door {
    /// A job leaves, answered after `elapsed`.
    #[inline]
    pub fn leave(&mut self, ok: bool, elapsed: crate::kernel::time::Duration) {
        if ok {
            self.response.record(elapsed.nanos());
        } else {
            self.failed += 1;
        }
    }

    /// The jobs that left since the last reset are these, whatever was said of them before.
    pub fn set(&mut self, response: Histogram, failed: u64) {
        (self.response, self.failed) = (response, failed);
    }

    /// Fills in response time, throughput and error rate.
    pub fn measure(&self, sheet: &mut Sheet) {
        sheet.distribution(&RESPONSE, Node::WHOLE, &self.response);
        self.measure_counts(sheet);
    }

    /// Fills in throughput and error rate only.
    pub fn measure_counts(&self, sheet: &mut Sheet) {
        sheet.rate(&THROUGHPUT, Node::WHOLE, self.response.count());
        sheet.ratio(&ERROR_RATE, Node::WHOLE, self.failed as f64, self.answered() as f64);
    }

    /// Response times of the jobs answered well.
    pub fn response(&self) -> &Histogram {
        &self.response
    }

    /// Forgets what was measured.
    pub fn reset(&mut self) {
        self.answered_before += self.answered();
        self.response.clear();
        self.failed = 0;
    }

    /// Jobs answered since the last reset.
    fn answered(&self) -> u64 {
        self.response.count() + self.failed
    }

    /// Whether the kernel counts as many answers as this door.
    pub fn audit(&self, counts: &HopCounts) -> Result<(), String> {
        let kernel = counts.completed + counts.unsuccessful();
        let own = self.answered_before + self.answered();
        if kernel == own {
            return Ok(());
        }
        Err(format!("{own} jobs left by its door, the kernel counts {kernel}"))
    }
}
