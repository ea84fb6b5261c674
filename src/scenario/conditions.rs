//! `[graduate]` and `[alerts.NAME]`: conditions on metrics.

use crate::language::condition::{Comparison, Condition};
use crate::language::key::Key;
use crate::language::source::{Place, Sources};

/// A condition on steady values that says: time for the next stage.
#[derive(Clone, Debug)]
pub struct Threshold {
    /// Its name.
    pub name: String,
    /// When it is crossed.
    pub condition: Condition,
    /// Where the condition stands.
    pub place: Place,
}

/// A condition judged on the time series.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// When it fires.
    pub condition: Condition,
    /// How bad that is.
    pub severity: AlertSeverity,
    /// Where the condition stands.
    pub place: Place,
}

/// How bad it is when an alert fires.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AlertSeverity {
    /// Good to know.
    Info,
    /// Something is amiss.
    Warning,
    /// Somebody must act.
    Critical,
}

/// Where the metric of one comparison stands, in a condition written at `condition_place`.
pub fn metric_place(
    condition: &Condition,
    condition_place: Place,
    comparison: &Comparison,
    sources: &Sources,
) -> Place {
    sources.part(condition_place, &condition.written, comparison.spans.metric.clone())
}

/// Keys of an alert's table.
pub const ALERT: &[Key] = &[];
