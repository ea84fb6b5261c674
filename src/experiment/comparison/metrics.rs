//! Every metric of both cases: its difference, and whether that may be judged.

use std::collections::BTreeMap;

use super::difference::{Difference, subtract};
use super::{MetricDifference, NAMES, SideResult, Significance};
use crate::experiment::course::{Course, Runs};
use crate::experiment::gather::select;
use crate::experiment::result::{MetricValue, Verdict};
use crate::experiment::value;
use crate::measure::metric::{MetricKind, Row};
use crate::measure::statistics::sectioning::Sections;
use crate::measure::unit::Unit;
use crate::model::catalogue::Statistic;

/// The metrics of both cases.
pub(super) struct Compared {
    /// Those that both offer.
    pub metrics: Vec<MetricDifference>,
    /// Those that only one of them does.
    pub only: [Vec<MetricValue>; 2],
    /// How many differences were judged.
    pub judged: u32,
}

/// Compares every metric that both cases offer.
pub(super) fn compare(
    courses: &[Course<'_>; 2],
    runs: &[Runs; 2],
    results: &[SideResult; 2],
) -> Compared {
    let sheets = [runs[0].sheets(), runs[1].sheets()];
    let by_path = [0, 1].map(|side: usize| {
        let metrics = results[side].result.metrics.iter();
        metrics.map(|metric| (metric.path.as_str(), metric)).collect::<BTreeMap<_, _>>()
    });
    let paired = |side: usize, metric: &MetricValue| {
        let other = by_path[1 - side].get(metric.path.as_str());
        other.copied().filter(|other| other.unit == metric.unit)
    };
    let only = [0, 1].map(|side: usize| {
        let metrics = results[side].result.metrics.iter();
        metrics.filter(|metric| paired(side, metric).is_none()).cloned().collect()
    });
    let verdicts = [0, 1].map(|side: usize| &results[side].result.verdict);
    let of_a = results[0].result.metrics.iter();
    let pairs = of_a.filter_map(|a| Some([a, paired(0, a)?]));
    let drafts: Vec<Draft<'_>> = pairs
        .map(|pair| {
            let readings = [0, 1]
                .map(|side: usize| Readings::of(&courses[side], &sheets[side], &pair[side].path));
            Draft::of(pair, &readings, verdicts)
        })
        .collect();
    let judged = drafts.iter().filter(|draft| draft.judged().is_some()).count() as u32;
    Compared { metrics: drafts.iter().map(|draft| draft.finished(judged)).collect(), only, judged }
}

/// What a case's repeats read off for a metric.
struct Readings {
    sections: Option<Sections>,
    statistic: Statistic,
    kind: MetricKind,
}

impl Readings {
    fn of(course: &Course<'_>, sheets: &[&[Row]], path: &str) -> Readings {
        let selected = select(course.catalogue(), path).expect("every metric shown can be named");
        Readings {
            sections: value::sections(sheets, &selected),
            statistic: selected.statistic,
            kind: course.catalogue().entries[selected.entry].metric.kind,
        }
    }
}

/// A metric of both cases before it is known how many are judged with it.
struct Draft<'a> {
    pair: [&'a MetricValue; 2],
    difference: Option<Difference>,
    /// Why no claim is made whatever the interval says.
    withheld: Option<String>,
    /// Why to read it with care.
    note: Option<String>,
}

impl<'a> Draft<'a> {
    fn of(pair: [&'a MetricValue; 2], readings: &[Readings; 2], verdicts: [&Verdict; 2]) -> Self {
        let unsteady = |side: usize| unsteady(pair[side].unit, readings[side].kind, verdicts[side]);
        let withheld = sides_with(unsteady).map(|why| format!("not judged: {why}"));
        let is_largest = readings[0].statistic == Statistic::Maximum;
        let sections = readings.each_ref().map(|readings| readings.sections.as_ref());
        let difference = match sections {
            [Some(a), Some(b)] if !is_largest => Difference::between(a, b),
            _ => None,
        };
        let no_interval = || {
            let why = sides_with(|side| unmeasured(pair[side].value));
            let why = why.unwrap_or_else(|| {
                let why = if is_largest { "a maximum grows with the run" } else { TOO_FEW_PAIRS };
                format!("not judged: {why}")
            });
            difference.is_none().then_some(why)
        };
        let too_few = |side: usize| {
            let is_short = matches!(verdicts[side], Verdict::TooFewSamples { .. });
            (is_short && pair[side].unit == Unit::Seconds).then_some("too few samples")
        };
        let note = withheld.clone().or_else(no_interval).or_else(|| sides_with(too_few));
        Draft { pair, difference, withheld, note }
    }

    /// The difference, if a claim is made on it.
    fn judged(&self) -> Option<&Difference> {
        self.difference.as_ref().filter(|_| self.withheld.is_none())
    }

    /// The metric, judged as one of `family`.
    fn finished(&self, family: u32) -> MetricDifference {
        let [a, b] = self.pair;
        let significance = match self.judged() {
            None => Significance::NotJudged,
            Some(difference) if difference.is_significant(family) => Significance::Together,
            Some(difference) if difference.is_significant(1) => Significance::Alone,
            Some(_) => Significance::No,
        };
        // What the tables show as values is what is subtracted; two infinities have no difference.
        let difference = a.value.zip(b.value).map(|(a, b)| subtract(b, a));
        let difference = difference.filter(|difference| !difference.is_nan());
        let relative = difference.zip(a.value).map(|(difference, a)| difference / a);
        MetricDifference {
            path: a.path.clone(),
            unit: a.unit,
            values: [a.value, b.value],
            ci95: [a.ci95, b.ci95],
            difference,
            difference_ci95: self.difference.map(|difference| difference.interval()),
            relative: relative.filter(|relative| relative.is_finite()),
            significance,
            narrowing: self.difference.and_then(|difference| difference.narrowing),
            note: self.note.clone(),
            headline: a.headline || b.headline,
        }
    }
}

const TOO_FEW_PAIRS: &str = "fewer than two pairs of repeats have finite values";

/// Why a value is no steady value of all work; `None` when it is one.
fn unsteady(unit: Unit, kind: MetricKind, verdict: &Verdict) -> Option<&'static str> {
    let grows = unit == Unit::Seconds || (kind == MetricKind::Level && unit == Unit::Count);
    match verdict {
        Verdict::Saturated { .. } if grows => Some("not steady"),
        Verdict::LosingWork { .. } if unit == Unit::Seconds => Some("survivors only"),
        _ => None,
    }
}

fn unmeasured(value: Option<f64>) -> Option<&'static str> {
    match value {
        None => Some("nothing measured"),
        Some(value) if value.is_infinite() => Some("infinite"),
        Some(_) => None,
    }
}

/// What is said of the sides: `not steady in A; survivors only in B`, `nothing measured in A and
/// B`.
fn sides_with(said: impl Fn(usize) -> Option<&'static str>) -> Option<String> {
    let [name_a, name_b] = NAMES;
    match [said(0), said(1)] {
        [None, None] => None,
        [Some(what), None] => Some(format!("{what} in {name_a}")),
        [None, Some(what)] => Some(format!("{what} in {name_b}")),
        [Some(a), Some(b)] if a == b => Some(format!("{a} in {name_a} and {name_b}")),
        [Some(a), Some(b)] => Some(format!("{a} in {name_a}; {b} in {name_b}")),
    }
}
