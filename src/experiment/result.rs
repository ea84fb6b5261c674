//! What a run yields: plain data in SI units, ready for any report.
//!
//! Nothing here computes; values are seconds, fractions, bytes, counts and per-second rates.

use serde::{Deserialize, Serialize};

pub use crate::kernel::HopCounts;
use crate::measure::unit::Unit;

/// All that `simscale run` found out about one scenario.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// Name of the scenario: the file's stem.
    pub scenario: String,
    /// The scenario's own title, or its name.
    pub title: String,
    /// The range of users the stage is meant for, as written (`"1K..10K"`), if given.
    pub stage: Option<String>,
    /// Users of the busy hour.
    pub users: u64,
    /// Root seed.
    pub seed: u64,
    /// Repeats behind every value.
    pub repeats: u32,
    /// Version of simscale.
    pub version: String,
    /// Hash of every effective value, as 16 hexadecimal digits.
    pub scenario_hash: String,
    /// The command that repeats this run.
    pub command: String,
    /// What was cut and what was measured.
    pub horizon: Horizon,
    /// How far the numbers can be trusted.
    pub verdict: Verdict,
    /// Every metric of the scenario, in the order of `simscale metrics`.
    pub metrics: Vec<MetricValue>,
    /// Every component, in the order of the path from the users.
    pub components: Vec<ComponentResult>,
    /// The thresholds of `[graduate]`, and the implicit capacity.
    pub graduation: Vec<ThresholdResult>,
    /// The alerts of `[alerts]`.
    pub alerts: Vec<AlertResult>,
    /// Distributions of latency, pooled over repeats.
    pub latency: Vec<LatencyDistribution>,
    /// The simulated time series.
    pub series: TimeSeries,
    /// What the user should know before trusting the numbers.
    pub warnings: Vec<String>,
    /// Every effective value of the scenario: path, value, and whether the file gave it.
    pub effective: Vec<EffectiveValue>,
}

/// What one run simulated, in simulated seconds and requests per repeat.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Horizon {
    /// Simulated seconds cut at the start of every repeat.
    pub warm_up: f64,
    /// Simulated seconds measured in every repeat (mean).
    pub measured: f64,
    /// Requests measured, all repeats together, static ones included.
    pub requests: u64,
    /// Requests simulated, all repeats together, warm-up and pilots included.
    pub simulated: u64,
    /// Kernel events handled, all repeats together.
    pub events: u64,
}

/// One metric with its 95% interval.
#[derive(Clone, PartialEq, Debug)]
pub struct MetricValue {
    /// Metric path, such as `db.cpu` or `response_time.p95`.
    pub path: String,
    /// Pooled value; `None` when nothing was there to measure.
    pub value: Option<f64>,
    /// 95% confidence interval; `None` when one repeat gives none.
    pub ci95: Option<(f64, f64)>,
    /// Unit of value and interval.
    pub unit: Unit,
    /// What it means, in one line.
    pub meaning: String,
    /// Why to read it with care: "survivors only", "not steady", "not evaluable: ...".
    pub note: Option<String>,
    /// Whether the terminal table shows it without being asked.
    pub headline: bool,
}

/// Verdict on a run: read before any percentile.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub enum Verdict {
    /// The system keeps up and the sample is long enough.
    Stable,
    /// Work arrives faster than `component` can do it.
    Saturated {
        /// The component that gives way.
        component: String,
        /// Its offered load: arrival rate x service / servers.
        offered_load: f64,
    },
    /// More than 1% of the work is lost.
    LosingWork {
        /// Share lost, 0 to 1.
        share: f64,
        /// Where most of it is lost.
        component: String,
        /// The component behind it that is at its capacity, if it is another one.
        bottleneck: Option<String>,
    },
    /// Closed users drive `component` at its capacity: more users only wait longer.
    AtCapacity {
        /// The component at its capacity.
        component: String,
        /// Throughput there, per second.
        throughput: f64,
        /// Users beyond which more only wait: (think + total demand) / largest demand.
        knee: f64,
    },
    /// The run is too short to judge.
    TooFewSamples {
        /// About how many more requests are needed, all repeats together.
        more: u64,
        /// What is not known well enough.
        reason: String,
    },
    /// The input is a recorded trace, or the system changes in the course of the run: everything
    /// in it was simulated, nothing is in steady state.
    FiniteHorizon,
}

impl Verdict {
    /// The verdict's word in JSON and CSV.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Stable => "stable",
            Verdict::Saturated { .. } => "saturated",
            Verdict::LosingWork { .. } => "losing work",
            Verdict::AtCapacity { .. } => "at capacity",
            Verdict::TooFewSamples { .. } => "too few samples",
            Verdict::FiniteHorizon => "finite horizon",
        }
    }
}

/// One component's account.
#[derive(Clone, PartialEq, Debug)]
pub struct ComponentResult {
    /// Its name in the scenario.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Jobs at the component.
    pub hops: HopCounts,
    /// Largest offered load among its stations: busy time plus backlog growth over capacity.
    pub offered_load: Option<f64>,
    /// Mean seconds a user's request spends here itself (waiting and service, not callees).
    pub own_time: f64,
    /// Share of the mean response time spent here.
    pub share_of_time: f64,
}

/// State of a graduation threshold.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum ThresholdState {
    /// The interval lies beyond the threshold.
    Crossed,
    /// The interval lies on the safe side.
    NotCrossed,
    /// The interval holds the threshold.
    Undecided,
    /// The run cannot tell, and why.
    NotEvaluable(String),
}

impl ThresholdState {
    /// The state's word in tables, JSON and CSV.
    pub fn word(&self) -> &'static str {
        match self {
            ThresholdState::Crossed => "crossed",
            ThresholdState::NotCrossed => "not crossed",
            ThresholdState::Undecided => "undecided",
            ThresholdState::NotEvaluable(_) => "not evaluable",
        }
    }
}

/// One threshold of `[graduate]`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct ThresholdResult {
    /// Its name.
    pub name: String,
    /// Its condition, as written.
    pub condition: String,
    /// Value of the condition's metric (the first, when several are joined).
    pub value: Option<f64>,
    /// Unit of the value.
    pub unit: Unit,
    /// Whether it is crossed.
    pub state: ThresholdState,
}

/// One alert of `[alerts]`.
#[derive(Clone, PartialEq, Debug)]
pub struct AlertResult {
    /// Its name.
    pub name: String,
    /// Its condition, as written.
    pub condition: String,
    /// Its severity, as written.
    pub severity: String,
    /// Repeats in which it fired; `None` when the run is too short to tell.
    pub fired_in: Option<u32>,
    /// Simulated seconds from the end of the warm-up to the first firing (earliest repeat).
    pub first_at: Option<f64>,
    /// Simulated seconds it was on (mean over the repeats).
    pub active: f64,
    /// Why it could not be evaluated.
    pub not_evaluable: Option<String>,
}

/// A latency distribution, pooled over the repeats.
#[derive(Clone, PartialEq, Debug)]
pub struct LatencyDistribution {
    /// Metric path of the distribution, such as `response_time` or `db.query`.
    pub path: String,
    /// Occupied cells in rising order.
    pub cells: Vec<LatencyCell>,
}

/// One cell of a latency distribution.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LatencyCell {
    /// Lower bound in seconds.
    pub from: f64,
    /// Upper bound in seconds.
    pub to: f64,
    /// Samples in it.
    pub count: u64,
}

/// Simulated time series, mean over the repeats.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TimeSeries {
    /// Seconds between samples.
    pub step: f64,
    /// Simulated second at which the warm-up ended; samples start at zero.
    pub warm_up: f64,
    /// One column per metric.
    pub columns: Vec<SeriesColumn>,
}

/// One metric over time; sample `i` covers `[i x step, (i + 1) x step)`.
#[derive(Clone, PartialEq, Debug)]
pub struct SeriesColumn {
    /// Metric path.
    pub path: String,
    /// Unit.
    pub unit: Unit,
    /// A value a sample; `None` where nothing happened.
    pub values: Vec<Option<f64>>,
}

/// One effective value of the scenario.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct EffectiveValue {
    /// Canonical path, such as `components.db.cores`.
    pub path: String,
    /// Its value as TOML text.
    pub value: String,
    /// Whether the file or the command line gave it.
    pub given: bool,
}
