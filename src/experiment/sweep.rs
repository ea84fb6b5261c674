//! A sweep: scenarios over axes, and what became of each case. Plain data, and how it is made.
//!
//! Cases are numbered through: scenario by scenario in the order given, the last axis fastest. What
//! must hold: a case depends on its scenario and its point alone, so any part of the cases can be
//! run anywhere, and the parts are together what one machine would have found.

use serde::{Deserialize, Serialize};

use super::course::{Course, Runs};
use super::deal::Compiled;
use super::result::{EffectiveValue, RunResult, ThresholdResult, Verdict};
use crate::kernel::random::{hash_name, mix};
use crate::language::diagnostic::Problems;
use crate::language::source::Sources;
use crate::measure::unit::Unit;
use crate::model::Variants;
use crate::model::catalogue::Catalogue;
use crate::scenario::axes::{Axis, USERS_AXIS};

/// All that a sweep is about, before anything is run.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct SweepHead {
    /// Version of simscale.
    pub version: String,
    /// Hash of all cases, as 16 hexadecimal digits: equal for sweeps that find the same.
    pub hash: String,
    /// The command that repeats the whole sweep.
    pub command: String,
    /// What is varied.
    pub axes: Vec<SweepAxis>,
    /// The scenarios, in the order given.
    pub stages: Vec<SweepStage>,
    /// Every metric that a case offers, with its unit.
    pub columns: Vec<(String, Unit)>,
    /// The metric that is drawn.
    pub plot: String,
}

/// An axis.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct SweepAxis {
    /// The path that is set.
    pub path: String,
    /// Its values in words.
    pub values: Vec<String>,
    /// Its values in SI units, if they are quantities of one kind.
    pub numbers: Option<Vec<f64>>,
    /// Unit of the numbers.
    pub unit: Unit,
    /// Whether the values lie apart by ratios.
    pub is_logarithmic: bool,
}

/// A scenario of a sweep.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct SweepStage {
    /// Its name: the file's stem.
    pub scenario: String,
    /// Its title, or its name.
    pub title: String,
    /// The range of users it is meant for, as written.
    pub stage: Option<String>,
    /// Its thresholds with their conditions; the implicit capacity last.
    pub thresholds: Vec<(String, String)>,
    /// Its effective values at the first case.
    pub effective: Vec<EffectiveValue>,
}

/// What became of a case.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct CaseResult {
    /// Its number among all cases of the sweep, from 0.
    pub case: usize,
    /// Users of the busy hour.
    pub users: u64,
    /// How far its numbers can be trusted.
    pub verdict: Verdict,
    /// Repeats behind every value.
    pub repeats: u32,
    /// Requests measured.
    pub requests: u64,
    /// Requests simulated, warm-up and pilots included.
    pub simulated: u64,
    /// Every metric it has.
    pub metrics: Vec<CaseMetric>,
    /// Its thresholds, and the implicit capacity.
    pub graduation: Vec<ThresholdResult>,
}

/// A metric of a case.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct CaseMetric {
    /// Metric path.
    pub path: String,
    /// Pooled value; absent when nothing was there to measure.
    #[serde(with = "exact")]
    pub value: Option<f64>,
    /// 95% confidence interval.
    pub ci95: Option<(f64, f64)>,
}

/// A sweep with the cases that were run, in the order of their numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct SweepResult {
    /// What it is about.
    pub head: SweepHead,
    /// The cases.
    pub cases: Vec<CaseResult>,
}

impl SweepHead {
    /// How many points each scenario is run at.
    pub fn points(&self) -> usize {
        self.axes.iter().map(|axis| axis.values.len()).product()
    }

    /// How many cases there are in all.
    pub fn cases(&self) -> usize {
        self.points() * self.stages.len()
    }

    /// The scenario of a case.
    pub fn stage(&self, case: usize) -> &SweepStage {
        &self.stages[case / self.points()]
    }

    /// Where a case stands on each axis.
    pub fn place(&self, case: usize) -> Vec<usize> {
        place(case % self.points(), &self.lengths())
    }

    fn lengths(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.values.len()).collect()
    }

    /// The unit of a metric.
    pub fn unit(&self, path: &str) -> Option<Unit> {
        self.columns.iter().find(|(known, _)| known == path).map(|(_, unit)| *unit)
    }
}

impl CaseResult {
    /// A metric by its path.
    pub fn metric(&self, path: &str) -> Option<&CaseMetric> {
        self.metrics.iter().find(|metric| metric.path == path)
    }

    /// Whether the system is beyond what it can do: what is measured then is no steady state.
    pub fn is_overloaded(&self) -> bool {
        matches!(self.verdict, Verdict::Saturated { .. } | Verdict::LosingWork { .. })
    }

    /// A case from its runs.
    pub fn of(case: usize, course: &Course<'_>, runs: &Runs) -> CaseResult {
        let RunResult { users, verdict, repeats, horizon, metrics, graduation, .. } =
            course.result(runs, String::new());
        let metric = |metric: super::result::MetricValue| CaseMetric {
            path: metric.path,
            value: metric.value,
            ci95: metric.ci95,
        };
        CaseResult {
            case,
            users,
            verdict,
            repeats,
            requests: horizon.requests,
            simulated: horizon.simulated,
            metrics: metrics.into_iter().map(metric).collect(),
            graduation,
        }
    }
}

/// Where point `point` stands on each axis of these lengths; the last axis is the fastest.
fn place(mut point: usize, lengths: &[usize]) -> Vec<usize> {
    let mut place = vec![0; lengths.len()];
    for (at, length) in place.iter_mut().zip(lengths).rev() {
        *at = point % length;
        point /= length;
    }
    place
}

/// The scenario at every point of the axes, compiled, in the order of the cases. `None` when some
/// point makes it wrong; all that is wrong is reported, once for all points it is wrong at.
pub fn cases(
    variants: &Variants,
    axes: &[Axis],
    sources: &Sources,
    problems: &mut Problems,
) -> Option<Vec<Compiled>> {
    let lengths: Vec<usize> = axes.iter().map(|axis| axis.points.len()).collect();
    let at = |point: usize| {
        let place = place(point, &lengths);
        let changes = std::iter::zip(axes, place);
        let changes: Vec<_> =
            changes.map(|(axis, at)| (axis.path.as_str(), axis.points[at].node.clone())).collect();
        let mut found = Problems::new();
        let compiled = variants.with(&changes, sources, &mut found);
        if found.has_errors() {
            problems.absorb(found);
        }
        compiled
    };
    let all: Vec<Option<Compiled>> = (0..lengths.iter().product()).map(at).collect();
    all.into_iter().collect()
}

/// What a sweep of these scenarios over these axes is about.
pub fn head(command: String, axes: &[Axis], stages: &[Vec<Compiled>], plot: String) -> SweepHead {
    let mut columns: Vec<(String, Unit)> = Vec::new();
    for (_, model) in stages.iter().flatten() {
        let catalogue = Catalogue::of(model);
        for value in catalogue.values() {
            if !columns.iter().any(|(known, _)| *known == value.path) {
                columns.push((value.path, catalogue.unit(&value.selected)));
            }
        }
    }
    let hashes = stages.iter().flatten().map(|(scenario, _)| hash_name(&scenario.hash));
    SweepHead {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        hash: format!("{:016x}", hashes.fold(0, mix)),
        command,
        axes: axes.iter().map(axis).collect(),
        stages: stages.iter().filter_map(|cases| cases.first()).map(stage).collect(),
        columns,
        plot,
    }
}

fn axis(axis: &Axis) -> SweepAxis {
    SweepAxis {
        path: axis.path.clone(),
        values: axis.points.iter().map(|point| point.text.clone()).collect(),
        numbers: axis.points.iter().map(|point| point.number).collect(),
        unit: axis.unit.unwrap_or(Unit::Count),
        is_logarithmic: axis.is_logarithmic,
    }
}

fn stage((scenario, _): &Compiled) -> SweepStage {
    let named = scenario.thresholds.iter();
    let named = named.map(|threshold| (threshold.name.clone(), threshold.condition.to_string()));
    let capacity = super::thresholds::CAPACITY;
    SweepStage {
        scenario: scenario.name.clone(),
        title: scenario.title.clone().unwrap_or_else(|| scenario.name.clone()),
        stage: scenario.stage.as_ref().map(|stage| stage.text.clone()),
        thresholds: named.chain([(capacity.0.to_owned(), capacity.1.to_owned())]).collect(),
        effective: super::gather::effective(scenario),
    }
}

/// The users axis of a sweep, or else its first one of numbers: what is drawn to the right.
pub fn across(head: &SweepHead) -> Option<usize> {
    let is_numeric = |axis: &&SweepAxis| axis.numbers.is_some();
    let users = head.axes.iter().position(|axis| axis.path == USERS_AXIS);
    users.or_else(|| head.axes.iter().position(|axis| is_numeric(&axis)))
}

/// Numbers that JSON has no word for: a percentile among failures is infinite.
mod exact {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Number {
        Finite(f64),
        Other(String),
    }

    #[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
    pub fn serialize<S: Serializer>(value: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
        let number = value.map(|value| match value.is_finite() {
            true => Number::Finite(value),
            false => Number::Other(value.to_string()),
        });
        number.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
        let number: Option<Number> = Option::deserialize(from)?;
        match number {
            None => Ok(None),
            Some(Number::Finite(value)) => Ok(Some(value)),
            Some(Number::Other(word)) => word.parse().map(Some).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_axis_is_the_fastest() {
        let places: Vec<Vec<usize>> = (0..6).map(|point| place(point, &[2, 3])).collect();
        assert_eq!(places, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
        assert_eq!(place(0, &[]), [0; 0]);
    }

    /// A percentile that reaches into the failures is infinite, for which JSON has no word.
    #[test]
    fn every_number_survives_a_line_of_the_journal() {
        for value in [None, Some(0.1 + 0.2), Some(1e-300), Some(f64::INFINITY)] {
            let metric =
                CaseMetric { path: "p".to_owned(), value, ci95: value.map(|it| (0.0, it)) };
            let metric = match value.is_some_and(f64::is_infinite) {
                // An infinite value has no interval.
                true => CaseMetric { ci95: None, ..metric },
                false => metric,
            };
            let text = serde_json::to_string(&metric).expect("plain data has a JSON form");
            let read: CaseMetric = serde_json::from_str(&text).expect("what was written is read");
            assert_eq!(read, metric, "{text}");
        }
    }
}
