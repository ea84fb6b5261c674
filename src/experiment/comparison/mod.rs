//! Two cases side by side, repeat by repeat: what differs, and how sure that is.
//!
//! - [`ComparisonResult`] and its parts: the result, plain data in SI units;
//! - [`compare`]: both cases run, their repeats dealt to threads together;
//! - [`difference`]: one metric of both, from the repeats' own values.
//!
//! Repeat r of one case is paired with repeat r of the other. Draws are keyed by seed, repeat,
//! component, purpose and job, so both see the same requests with the same luck, and what chance
//! does to both leaves their difference (common random numbers; Asmussen and Glynn, "Stochastic
//! Simulation", 2007, section V.6).
//!
//! What must hold: A and B have as many repeats, of the same seed; what a result says does not
//! depend on how many threads there were.

pub mod difference;
mod metrics;
mod rounds;

use super::result::{MetricValue, RunResult, ThresholdResult};
use crate::measure::unit::Unit;
use crate::model::Model;
use crate::scenario::Scenario;

pub use rounds::compare;

/// What the two sides are called, in the order of their results.
pub const NAMES: [&str; 2] = ["A", "B"];

/// Level at which all differences taken together hold, and each alone.
pub const LEVEL: f64 = 0.95;

/// One of two cases that are to be compared.
#[derive(Clone, Debug)]
pub struct Side<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Compiled.
    pub model: &'a Model,
    /// What tells it from the other, in few words: its file, or what is set.
    pub label: String,
    /// The command that runs it alone; from the same draws, but with a cut of its own.
    pub command: String,
}

/// All that `simscale compare` found out about two cases.
#[derive(Clone, Debug)]
pub struct ComparisonResult {
    /// Both cases, A before B.
    pub sides: [SideResult; 2],
    /// Every metric that both offer, in the order of A.
    pub metrics: Vec<MetricDifference>,
    /// For each side the metrics that only it offers.
    pub only: [Vec<MetricValue>; 2],
    /// Thresholds by name, in the order of A, then those that only B has.
    pub thresholds: Vec<ThresholdPair>,
    /// Differences that were judged: the family that [`Significance::Together`] speaks of.
    pub judged: u32,
    /// The command that repeats the comparison.
    pub command: String,
}

/// One of two cases that were compared.
#[derive(Clone, Debug)]
pub struct SideResult {
    /// What tells it from the other, in few words.
    pub label: String,
    /// Its own result.
    pub result: RunResult,
}

/// A metric of both cases.
#[derive(Clone, PartialEq, Debug)]
pub struct MetricDifference {
    /// Metric path, such as `db.cpu` or `response_time.p95`.
    pub path: String,
    /// Unit of values and differences.
    pub unit: Unit,
    /// Pooled values of A and B; `None` where nothing was there to measure.
    pub values: [Option<f64>; 2],
    /// Their own 95% intervals.
    pub ci95: [Option<(f64, f64)>; 2],
    /// B - A; `None` where a value is missing or both are infinite.
    pub difference: Option<f64>,
    /// 95% interval of the difference, from the paired repeats.
    pub difference_ci95: Option<(f64, f64)>,
    /// The difference over A's value; `None` where that is 0 or there is no finite difference.
    pub relative: Option<f64>,
    /// How sure it is that there is a difference.
    pub significance: Significance,
    /// How many times as wide the interval of two unpaired runs would be; `None` where either has
    /// no width.
    pub narrowing: Option<f64>,
    /// Why to read it with care, or why it is not judged.
    pub note: Option<String>,
    /// Whether a table shows it without being asked.
    pub headline: bool,
}

/// How sure it is that a metric differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Significance {
    /// There is no interval, or no steady value; the note says which.
    NotJudged,
    /// The 95% interval holds 0.
    No,
    /// The 95% interval leaves 0 out. Of twenty metrics that do not differ one looks like this.
    Alone,
    /// So does the interval at the level at which all differences judged hold together with
    /// probability 95% (Bonferroni).
    Together,
}

impl Significance {
    /// Its word in JSON and CSV.
    pub fn word(self) -> &'static str {
        match self {
            Significance::NotJudged => "not judged",
            Significance::No => "no",
            Significance::Alone => "alone",
            Significance::Together => "together",
        }
    }
}

/// A threshold of either case or both, by name.
#[derive(Clone, PartialEq, Debug)]
pub struct ThresholdPair {
    /// Its name.
    pub name: String,
    /// What it says of A and of B; `None` for one that does not have it.
    pub sides: [Option<ThresholdResult>; 2],
}

impl ComparisonResult {
    /// The metric of this path, if both cases offer it.
    pub fn metric(&self, path: &str) -> Option<&MetricDifference> {
        self.metrics.iter().find(|metric| metric.path == path)
    }
}

/// Thresholds of both cases, joined by name.
fn thresholds(a: &[ThresholdResult], b: &[ThresholdResult]) -> Vec<ThresholdPair> {
    let named = |list: &[ThresholdResult], name: &str| {
        list.iter().find(|threshold| threshold.name == name).cloned()
    };
    let only_b = b.iter().filter(|threshold| named(a, &threshold.name).is_none());
    let pair = |threshold: &ThresholdResult| ThresholdPair {
        name: threshold.name.clone(),
        sides: [named(a, &threshold.name), named(b, &threshold.name)],
    };
    a.iter().chain(only_b).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::result::ThresholdState;

    #[test]
    fn thresholds_are_joined_by_name() {
        let threshold = |name: &str, condition: &str| ThresholdResult {
            name: name.to_owned(),
            condition: condition.to_owned(),
            value: Some(0.5),
            unit: Unit::Fraction,
            state: ThresholdState::NotCrossed,
        };
        let a = [threshold("cpu", "db.cpu > 60%"), threshold("hits", "cache.hit_rate < 80%")];
        let b = [threshold("slow", "response_time.p95 > 1s"), threshold("cpu", "db.cpu > 70%")];
        let pairs = thresholds(&a, &b);
        let names: Vec<&str> = pairs.iter().map(|pair| pair.name.as_str()).collect();
        assert_eq!(names, ["cpu", "hits", "slow"]);
        assert_eq!(pairs[0].sides, [Some(a[0].clone()), Some(b[1].clone())]);
        assert_eq!(pairs[1].sides, [Some(a[1].clone()), None]);
        assert_eq!(pairs[2].sides, [None, Some(b[0].clone())]);
    }
}
