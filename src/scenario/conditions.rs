//! `[graduate]` and `[alerts.NAME]`: conditions on metrics.

use super::names;
use crate::language::condition::{Comparison, Condition};
use crate::language::key::{Key, Takes};
use crate::language::node::Node;
use crate::language::reader::TableReader;
use crate::language::source::{Place, Sources};

/// The threshold that every scenario has.
const IMPLICIT: &str = "capacity";

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
pub const ALERT: &[Key] = &[
    Key::required("condition", Takes::Condition, "When it fires."),
    Key::with_default(
        "severity",
        Takes::OneOf(&["info", "warning", "critical"]),
        "\"warning\"",
        "How bad that is.",
    ),
];

/// Reads `[graduate]`, in the order of the file.
pub(super) fn read_thresholds(root: &mut TableReader<'_, '_>) -> Option<Vec<Threshold>> {
    let thresholds: Vec<Option<Threshold>> = names::in_order(root, "graduate", "threshold")
        .into_iter()
        .map(|(name, place)| {
            if name == IMPLICIT {
                let message = format!("threshold `{IMPLICIT}` exists already");
                let label = "saturation or an error rate above 1%, in every scenario";
                root.reading().problems.error(place, message, label);
            }
            let table = root.node("graduate").and_then(Node::table);
            let place = table.and_then(|table| table.get(name)).map_or(place, |node| node.place);
            let condition = root.named("graduate", name)?;
            Some(Threshold { name: name.to_owned(), condition, place })
        })
        .collect();
    thresholds.into_iter().collect()
}

/// Reads `[alerts]`, in the order of the file.
pub(super) fn read_alerts(root: &mut TableReader<'_, '_>) -> Option<Vec<Alert>> {
    let alerts: Vec<Option<Alert>> = names::in_order(root, "alerts", "alert")
        .into_iter()
        .map(|(name, _)| alert(name, &mut root.named_table("alerts", name)?))
        .collect();
    alerts.into_iter().collect()
}

fn alert(name: &str, reader: &mut TableReader<'_, '_>) -> Option<Alert> {
    let condition = reader.get("condition");
    let severity = reader.get_word("severity").map(|word| match word {
        "info" => AlertSeverity::Info,
        "critical" => AlertSeverity::Critical,
        _ => AlertSeverity::Warning,
    });
    let place = reader.place("condition");
    Some(Alert { name: name.to_owned(), condition: condition?, severity: severity?, place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::testing::{check_problems, sound};

    #[test]
    fn conditions_keep_the_order_of_the_file() {
        let scenario = sound(
            "graduate = { slow = \"response_time.p95 > 200ms\", busy = \"app.cpu > 60%\" }\n\
             alerts.Lag = { condition = \"app.cpu > 90% for 2 minutes\", \
             severity = \"critical\" }\n\
             alerts.Hot = { condition = \"app.cpu > 80%\" }",
        );
        let names: Vec<&str> = scenario.thresholds.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["slow", "busy"]);
        assert_eq!(scenario.thresholds[0].condition.to_string(), "response_time.p95 > 200ms");
        let severities: Vec<AlertSeverity> =
            scenario.alerts.iter().map(|alert| alert.severity).collect();
        assert_eq!(severities, [AlertSeverity::Critical, AlertSeverity::Warning]);
    }

    #[test]
    fn a_metric_has_its_place() {
        let mut sources = Sources::new();
        let source = sources.add("a.toml", "\"a.b > 1 and c.d < 2\"", std::path::Path::new(""));
        let whole = Place { source, start: 0, end: 21 };
        let condition = Condition::parse("a.b > 1 and c.d < 2").expect("it follows the grammar");
        let metrics = condition.comparisons().map(|comparison| {
            sources.excerpt(metric_place(&condition, whole, comparison, &sources)).to_owned()
        });
        assert_eq!(metrics.collect::<Vec<_>>(), ["a.b", "c.d"]);
    }

    #[test]
    fn wrong_conditions_are_refused() {
        check_problems(&[
            (
                "graduate.slow = \"p95 over 200ms\"",
                "`graduate.slow` must be a condition | o | `p95` is compared with >, >=, < \
                 or <=",
            ),
            ("graduate.slow = 5", "`graduate.slow` must be a text | 5 | in quotes: \"5\""),
            (
                "graduate.capacity = \"app.cpu > 60%\"",
                "threshold `capacity` exists already | capacity | saturation or an error \
                 rate above 1%, in every scenario",
            ),
            (
                "alerts.Lag = { severity = \"critical\" }",
                "alert `Lag`: `condition` is missing | { severity = \"critical\" } | it \
                 takes a condition",
            ),
            (
                "alerts.Lag = { condition = \"app.cpu > 60%\", severity = \"high\" }",
                "alert `Lag`: `severity`: `high` is not known | \"high\" | accepted: info, \
                 warning, critical",
            ),
            (
                "alerts.Lag = \"app.cpu > 60%\"",
                "alert `Lag` must be a table, not a text | \"app.cpu > 60%\" | write Lag = { \
                 ... }",
            ),
        ]);
    }
}
