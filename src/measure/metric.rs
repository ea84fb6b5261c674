//! What can be measured, and sheets of readings.
//!
//! A [`Metric`] is declared once, beside the component that measures it, with its unit, meaning
//! and formula; thresholds, alerts, tables and `simscale metrics` all derive from that. A running
//! component fills in a [`Sheet`]: one [`Row`] for each metric and node. What must hold: a
//! component always fills in the same rows in the same order, so that sheets of repeats and of
//! successive instants can be laid over each other.

use super::histogram::Histogram;
use super::unit::Unit;

/// What sort of quantity a metric is, and so which statistics it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MetricKind {
    /// A quotient of two totals, such as hits over reads. No further statistics.
    Ratio,
    /// What it is at the end. No further statistics.
    Gauge,
    /// A level over time: its mean, and `.max`.
    Level,
    /// A distribution of times: `.mean`, `.p50`, `.p90`, `.p95`, `.p99`, `.p999`, `.max`.
    Distribution,
}

/// A metric's declaration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Metric {
    /// Last part of its path, such as `cpu`; parts within are joined by dots.
    pub name: &'static str,
    /// Unit of its values.
    pub unit: Unit,
    /// What sort of quantity it is.
    pub kind: MetricKind,
    /// What it tells, in one line.
    pub meaning: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// Whether a run's table shows it without being asked.
    pub headline: bool,
}

impl Metric {
    /// A quotient of two totals.
    pub const fn ratio(
        name: &'static str,
        unit: Unit,
        meaning: &'static str,
        formula: &'static str,
    ) -> Metric {
        Metric { name, unit, kind: MetricKind::Ratio, meaning, formula, headline: false }
    }

    /// What it is at the end.
    pub const fn gauge(
        name: &'static str,
        unit: Unit,
        meaning: &'static str,
        formula: &'static str,
    ) -> Metric {
        Metric { name, unit, kind: MetricKind::Gauge, meaning, formula, headline: false }
    }

    /// A level over time.
    pub const fn level(
        name: &'static str,
        unit: Unit,
        meaning: &'static str,
        formula: &'static str,
    ) -> Metric {
        Metric { name, unit, kind: MetricKind::Level, meaning, formula, headline: false }
    }

    /// A distribution of times, in seconds.
    pub const fn times(name: &'static str, meaning: &'static str, formula: &'static str) -> Metric {
        let kind = MetricKind::Distribution;
        Metric { name, unit: Unit::Seconds, kind, meaning, formula, headline: false }
    }

    /// The same metric, shown in a run's table without being asked.
    pub const fn headline(self) -> Metric {
        Metric { headline: true, ..self }
    }
}

/// What a metric belongs to: the first part of its path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scope {
    /// The system as its users see it: no first part.
    System,
    /// An operation, by its number: `operations.NAME.`.
    Operation(u16),
    /// A region, by its number: `regions.NAME.`.
    Region(u16),
    /// A component, by its number: `NAME.`.
    Component(u16),
}

/// One of a component's nodes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Node {
    /// What it is to the others, such as `primary`; empty where all are alike.
    pub role: &'static str,
    /// Its number among the component's nodes.
    pub index: u16,
    /// The region it stands in, where there are several.
    pub region: Option<u16>,
    /// The shard it belongs to, where there are several.
    pub shard: Option<u16>,
}

impl Node {
    /// The only node, or the component as a whole.
    pub const WHOLE: Node = Node::number(0);

    /// One of several nodes that are all alike.
    pub const fn number(index: u16) -> Node {
        Node { role: "", index, region: None, shard: None }
    }
}

/// What was read off.
#[derive(Clone, PartialEq, Debug)]
pub enum Reading {
    /// Two totals.
    Ratio {
        /// What is counted.
        numerator: f64,
        /// Out of which.
        denominator: f64,
    },
    /// What it is.
    Gauge(f64),
    /// A level.
    Level {
        /// Level x seconds.
        integral: f64,
        /// Seconds.
        seconds: f64,
        /// The highest it was.
        maximum: f64,
    },
    /// A distribution.
    Distribution {
        /// Successes, in nanoseconds.
        samples: Histogram,
        /// Failures: as long as for ever, for the statistics that count them.
        failures: u64,
    },
}

/// A reading with its address.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// What it belongs to.
    pub scope: Scope,
    /// Which of the nodes.
    pub node: Node,
    /// Which metric.
    pub metric: &'static Metric,
    /// What was read off.
    pub reading: Reading,
}

impl Row {
    /// Whether it tells what users saw, of the system, an operation or a region, rather than of a
    /// component.
    pub fn is_of_users(&self) -> bool {
        !matches!(self.scope, Scope::Component(_))
    }
}

/// What a sheet is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// The final reading: of requests, the measured cohort.
    Result,
    /// A sample of the running system: of requests, all that ended up to now.
    Sample,
}

/// Readings of all components at one instant.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What the readings are for.
    pub wanted: Wanted,
    /// Seconds since the last reset.
    pub seconds: f64,
    scope: Scope,
    /// The region of the nodes that name none.
    region: Option<u16>,
    /// Distributions that are copied, by scope and name; the others stay empty. All when absent.
    copied: Option<Vec<(Scope, &'static str)>>,
    rows: Vec<Row>,
}

impl Sheet {
    /// An empty sheet for readings over `seconds`.
    pub fn new(wanted: Wanted, seconds: f64) -> Sheet {
        Sheet {
            wanted,
            seconds,
            scope: Scope::System,
            region: None,
            copied: None,
            rows: Vec::new(),
        }
    }

    /// The same sheet that copies only these distributions, by scope and name: a copy takes
    /// microseconds, and samples are taken often.
    pub fn copying_only(self, copied: &[(Scope, &'static str)]) -> Sheet {
        Sheet { copied: Some(copied.to_vec()), ..self }
    }

    /// The rows that follow belong to `scope`.
    pub fn begin(&mut self, scope: Scope) {
        self.begin_in(scope, None);
    }

    /// The rows that follow belong to `scope`, and their nodes stand in this region unless they
    /// say so themselves.
    pub fn begin_in(&mut self, scope: Scope, region: Option<u16>) {
        (self.scope, self.region) = (scope, region);
    }

    /// Adds two totals.
    pub fn ratio(&mut self, metric: &'static Metric, node: Node, numerator: f64, denominator: f64) {
        debug_assert!(metric.kind == MetricKind::Ratio);
        self.push(metric, node, Reading::Ratio { numerator, denominator });
    }

    /// Adds more to both totals of a ratio that stands on the sheet already.
    pub fn add_to_ratio(&mut self, metric: &'static Metric, numerator: f64, denominator: f64) {
        let scope = self.scope;
        let mut rows = self.rows.iter_mut().rev().take_while(|row| row.scope == scope);
        let row = rows.find(|row| row.metric.name == metric.name);
        if let Some(Row {
            reading: Reading::Ratio { numerator: above, denominator: below }, ..
        }) = row
        {
            *above += numerator;
            *below += denominator;
        }
    }

    /// Adds what it is now.
    pub fn gauge(&mut self, metric: &'static Metric, node: Node, value: f64) {
        debug_assert!(metric.kind == MetricKind::Gauge);
        self.push(metric, node, Reading::Gauge(value));
    }

    /// Adds a count over the sheet's seconds.
    pub fn rate(&mut self, metric: &'static Metric, node: Node, count: u64) {
        self.ratio(metric, node, count as f64, self.seconds);
    }

    /// Adds a level: `integral` is level x seconds.
    pub fn level(&mut self, metric: &'static Metric, node: Node, integral: f64, maximum: f64) {
        debug_assert!(metric.kind == MetricKind::Level);
        self.push(metric, node, Reading::Level { integral, seconds: self.seconds, maximum });
    }

    /// Adds a distribution.
    pub fn distribution(&mut self, metric: &'static Metric, node: Node, samples: &Histogram) {
        self.distribution_with_failures(metric, node, samples, 0);
    }

    /// Adds a distribution of successes beside which failures were counted.
    pub fn distribution_with_failures(
        &mut self,
        metric: &'static Metric,
        node: Node,
        samples: &Histogram,
        failures: u64,
    ) {
        debug_assert!(metric.kind == MetricKind::Distribution);
        let asked = (self.scope, metric.name);
        let copied = self.copied.as_ref().is_none_or(|copied| copied.contains(&asked));
        let samples = if copied { samples.clone() } else { Histogram::default() };
        self.push(metric, node, Reading::Distribution { samples, failures });
    }

    fn push(&mut self, metric: &'static Metric, node: Node, reading: Reading) {
        let node = Node { region: node.region.or(self.region), ..node };
        self.rows.push(Row { scope: self.scope, node, metric, reading });
    }

    /// The rows, in the order in which they were filled in.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows, to be kept.
    pub fn into_rows(self) -> Vec<Row> {
        self.rows
    }
}
