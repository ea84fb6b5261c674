//! Conditions on metrics: `db.query.p95 > 200ms for 5 minutes and db.cpu >= 60%`.
//!
//! ```text
//! condition  = all { "or" all }                    "and" binds tighter
//! all        = comparison { "and" comparison }
//! comparison = METRIC ( ">" | ">=" | "<" | "<=" ) QUANTITY [ "for" DURATION ]
//! METRIC     = name { "." name }                   db[region=eu, role=replica].cpu
//! ```
//! One grammar serves thresholds, alerts and targets; a printed condition parses back to itself.

mod amount;
mod parse;

use std::fmt;
use std::ops::Range;

pub use amount::Amount;

use super::node::Node;
use super::quantity::Duration;
use super::reading::{FromNode, Reading};

/// A condition on metrics, as a list of alternatives.
#[derive(Clone, Debug)]
pub struct Condition {
    /// It holds when all comparisons of any of these lists hold; no list is empty.
    pub any: Vec<Vec<Comparison>>,
    /// The text as the user wrote it.
    pub written: String,
}

/// One metric against one bound.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What is measured.
    pub metric: MetricPath,
    /// How it is compared.
    pub comparator: Comparator,
    /// The bound.
    pub bound: Amount,
    /// How long it must hold without a gap, in simulated time.
    pub hold: Option<Duration>,
    /// Where its parts stand.
    pub spans: Spans,
}

/// Bytes of a comparison's parts within the condition's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spans {
    /// The metric path.
    pub metric: Range<usize>,
    /// The bound.
    pub bound: Range<usize>,
    /// The duration behind `for`.
    pub hold: Option<Range<usize>>,
}

/// A path to a metric, such as `db[region=eu].query.p95`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MetricPath {
    /// The names between the dots; never empty.
    pub names: Vec<String>,
    /// Key and value of each selector behind the first name.
    pub selectors: Vec<(String, String)>,
}

/// How a metric is compared with its bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparator {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// Why a text is no condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConditionError {
    /// The bytes at fault.
    pub span: Range<usize>,
    /// What is wrong, and what is accepted.
    pub message: String,
}

impl Condition {
    /// The condition a text states.
    ///
    /// # Errors
    /// The first place at which the text leaves the grammar.
    pub fn parse(text: &str) -> Result<Condition, ConditionError> {
        parse::condition(text)
    }

    /// Every comparison in it, as written.
    pub fn comparisons(&self) -> impl Iterator<Item = &Comparison> {
        self.any.iter().flatten()
    }
}

impl MetricPath {
    /// The path a text states.
    ///
    /// # Errors
    /// The first place at which the text is no metric path.
    pub fn parse(text: &str) -> Result<MetricPath, ConditionError> {
        parse::metric_path(text)
    }
}

impl Comparator {
    /// Whether `value` compares with `bound` like this.
    pub fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Comparator::Above => value > bound,
            Comparator::AtLeast => value >= bound,
            Comparator::Below => value < bound,
            Comparator::AtMost => value <= bound,
        }
    }

    /// Whether larger values satisfy it: `>` and `>=`.
    pub const fn is_upward(self) -> bool {
        matches!(self, Comparator::Above | Comparator::AtLeast)
    }

    /// Its sign.
    pub const fn sign(self) -> &'static str {
        match self {
            Comparator::Above => ">",
            Comparator::AtLeast => ">=",
            Comparator::Below => "<",
            Comparator::AtMost => "<=",
        }
    }
}

/// Two conditions are equal when they say the same, however they are written.
impl PartialEq for Condition {
    fn eq(&self, other: &Condition) -> bool {
        self.any == other.any
    }
}

/// Two comparisons are equal when they say the same, wherever they stand.
impl PartialEq for Comparison {
    fn eq(&self, other: &Comparison) -> bool {
        self.metric == other.metric
            && self.comparator == other.comparator
            && self.bound == other.bound
            && self.hold == other.hold
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, all) in self.any.iter().enumerate() {
            formatter.write_str(if index == 0 { "" } else { " or " })?;
            for (index, comparison) in all.iter().enumerate() {
                let joint = if index == 0 { "" } else { " and " };
                write!(formatter, "{joint}{comparison}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.metric, self.comparator.sign(), self.bound)?;
        match self.hold {
            Some(hold) => write!(formatter, " for {hold}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for MetricPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names.iter().enumerate() {
            write!(formatter, "{}{name}", if index == 0 { "" } else { "." })?;
            if index == 0 && !self.selectors.is_empty() {
                let selectors: Vec<String> =
                    self.selectors.iter().map(|(key, value)| format!("{key}={value}")).collect();
                write!(formatter, "[{}]", selectors.join(", "))?;
            }
        }
        Ok(())
    }
}

impl FromNode for Condition {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Condition> {
        let text = String::from_node(node, reading)?;
        match Condition::parse(&text) {
            Ok(condition) => Some(condition),
            Err(error) => {
                let place = reading.place_within(node, error.span);
                reading.error(place, "must be a condition", error.message);
                None
            }
        }
    }
}
