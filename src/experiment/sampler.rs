//! Samples of a running system: the time series that is drawn, and the watched conditions.
//!
//! Two cadences run side by side: the series with a step that gives some 240 samples, from time
//! zero; the watched conditions every ten seconds, from the end of the warm-up.

use super::alerts::{AlertState, AlertTrack, next_sample_after};
use super::single::Case;
use super::value;
use crate::components::machine::Machine;
use crate::kernel::time::{Duration, Time};
use crate::measure::metric::{MetricKind, Row, Scope, Wanted};
use crate::model::catalogue::{Catalogue, Selected, Statistic, read_off};

/// The most samples a time series keeps; a longer one is thinned to every other.
const MOST_SAMPLES: usize = 2_000;

/// Component metrics that are drawn over time.
const SERIES: &[&str] = &[
    "cpu",
    "workers.busy",
    "threads.busy",
    "consumers.busy",
    "pool.utilization",
    "hit_rate",
    "replication_lag",
    "queue_depth",
    "depth",
    "reshard.progress",
];

/// The time series of one run: a value a column in each sample.
#[derive(Clone, PartialEq, Debug)]
pub struct SeriesRows {
    /// Time between two samples.
    pub step: Duration,
    /// Samples in order of time.
    pub samples: Vec<Vec<Option<f64>>>,
}

/// The columns of the time series.
pub fn columns(catalogue: &Catalogue) -> Vec<(String, Selected)> {
    let mut columns = Vec::new();
    for (index, entry) in catalogue.entries.iter().enumerate() {
        let statistics: &[(&str, Statistic)] = match (entry.scope, entry.metric.kind) {
            (Scope::System, MetricKind::Distribution) => {
                &[(".p50", Statistic::Quantile(0.5)), (".p95", Statistic::Quantile(0.95))]
            }
            (Scope::System, MetricKind::Ratio) => &[("", Statistic::Bare)],
            (Scope::Component(_), _) if SERIES.contains(&entry.metric.name) => {
                &[("", Statistic::Bare)]
            }
            _ => &[],
        };
        for (suffix, statistic) in statistics {
            let places = entry.nodes.iter().map(|(_, place)| *place).collect();
            let selected = Selected { entry: index, places, statistic: *statistic };
            columns.push((format!("{}{suffix}", entry.path), selected));
        }
    }
    columns
}

/// Takes samples of one run.
pub struct Sampler<'a> {
    case: &'a Case<'a>,
    columns: Vec<Selected>,
    /// The distributions that samples need, by scope and name.
    copied: Vec<(Scope, &'static str)>,
    series: SeriesRows,
    next_series: Time,
    before_series: Vec<Row>,
    states: Vec<AlertState<'a>>,
    /// End of the warm-up, once it is over.
    watched_from: Option<Time>,
    looks: u64,
    before_look: Vec<Row>,
    /// When the components last forgot what they had measured.
    reset_at: Time,
}

impl<'a> Sampler<'a> {
    /// A sampler at time zero.
    pub fn new(case: &'a Case<'a>) -> Sampler<'a> {
        let columns = if case.has_series { columns(case.catalogue) } else { Vec::new() };
        let columns: Vec<Selected> = columns.into_iter().map(|(_, selected)| selected).collect();
        let first_sample = if case.has_series { Time::ZERO + case.plan.step } else { Time::LAST };
        let watched = case.watches.iter().flat_map(|watch| watch.entries());
        let entries = columns.iter().map(|selected| selected.entry).chain(watched);
        let entries = entries.map(|entry| &case.catalogue.entries[entry]);
        let entries = entries.filter(|entry| entry.metric.kind == MetricKind::Distribution);
        let copied =
            entries.flat_map(|entry| entry.scopes.iter().map(|scope| (*scope, entry.metric.name)));
        let mut copied: Vec<_> = copied.collect();
        copied.sort_unstable();
        copied.dedup();
        Sampler {
            case,
            columns,
            copied,
            series: SeriesRows { step: case.plan.step, samples: Vec::new() },
            next_series: first_sample,
            before_series: Vec::new(),
            states: case.watches.iter().map(AlertState::new).collect(),
            watched_from: None,
            looks: 0,
            before_look: Vec::new(),
            reset_at: Time::ZERO,
        }
    }

    /// When the next sample is due.
    pub fn next_sample(&self) -> Time {
        self.next_series.min(self.next_look())
    }

    fn next_look(&self) -> Time {
        match self.watched_from {
            Some(start) if !self.states.is_empty() => next_sample_after(start, self.looks),
            _ => Time::LAST,
        }
    }

    /// The components have just forgotten what they measured: the warm-up is over.
    pub fn restart(&mut self, machine: &dyn Machine) {
        self.reset_at = machine.now();
        self.before_series.clear();
        self.before_look.clear();
        self.watched_from = Some(machine.now());
    }

    /// Takes the samples that are due.
    pub fn take(&mut self, machine: &dyn Machine) {
        let now = machine.now();
        let seconds = now.saturating_since(self.reset_at).seconds();
        let model = self.case.model;
        let rows = read_off(machine, model, Wanted::Sample, seconds, Some(&self.copied));
        if now == self.next_look() {
            let happened = value::difference(&rows, &self.before_look);
            let start = self.watched_from.expect("looks follow the warm-up");
            let since_start = now - start;
            self.states.iter_mut().for_each(|state| state.look(&happened, since_start));
            self.before_look.clone_from(&rows);
            self.looks += 1;
        }
        if now == self.next_series {
            let happened = value::difference(&rows, &self.before_series);
            let values = self.columns.iter().map(|column| value::of_sheet(&happened, column));
            self.series.samples.push(values.collect());
            self.before_series = rows;
            self.next_series = now + self.series.step;
            self.thin();
        }
    }

    /// Keeps memory bounded: when there are too many samples, every other one goes and the step
    /// doubles. A kept sample then speaks of the first half of its step.
    fn thin(&mut self) {
        if self.series.samples.len() < MOST_SAMPLES {
            return;
        }
        let mut index = 0;
        self.series.samples.retain(|_| {
            index += 1;
            index % 2 == 1
        });
        self.series.step = self.series.step + self.series.step;
    }

    /// The time series and what became of the watched conditions.
    pub fn finish(self) -> (SeriesRows, Vec<AlertTrack>) {
        (self.series, self.states.iter().map(AlertState::track).collect())
    }
}
