//! One JSON document per comparison: SI units, full precision, keys always in the same order.
//!
//! Nothing measured is `null`; an infinite value is `null` too, and its note says so.

use serde_json::{Map, Value, json};

use crate::experiment::comparison::{ComparisonResult, MetricDifference, SideResult};
use crate::experiment::result::MetricValue;
use crate::report::json::{of_horizon, of_metric, of_threshold, of_verdict};

/// The document, ending in a newline.
pub fn render(result: &ComparisonResult) -> String {
    format!("{:#}\n", document(result))
}

fn document(result: &ComparisonResult) -> Value {
    let [a, b] = &result.sides;
    let differences = result.metrics.iter().map(|metric| (metric.path.clone(), of_pair(metric)));
    let only = |metrics: &[MetricValue]| {
        let values = metrics.iter().map(|metric| (metric.path.clone(), of_metric(metric)));
        Value::Object(values.collect())
    };
    let thresholds = result.thresholds.iter().map(|pair| {
        let [a, b] = pair.sides.each_ref().map(|side| side.as_ref().map(of_threshold));
        json!({ "name": pair.name, "a": a, "b": b })
    });
    json!({
        "version": a.result.version,
        "seed": a.result.seed,
        "repeats": a.result.repeats,
        "a": of_side(a),
        "b": of_side(b),
        "judged": result.judged,
        "metrics": differences.collect::<Map<_, _>>(),
        "only_a": only(&result.only[0]),
        "only_b": only(&result.only[1]),
        "thresholds": thresholds.collect::<Vec<_>>(),
        "conservation": "holds",
        "command": result.command,
    })
}

fn of_side(side: &SideResult) -> Value {
    let result = &side.result;
    json!({
        "label": side.label,
        "scenario": result.scenario,
        "title": result.title,
        "scenario_hash": result.scenario_hash,
        "verdict": result.verdict.word(),
        "verdict_detail": of_verdict(result),
        "users": result.users,
        "horizon": of_horizon(&result.horizon),
        "warnings": result.warnings,
        "command": result.command,
    })
}

fn of_pair(metric: &MetricDifference) -> Value {
    let ends = |ends: Option<(f64, f64)>| ends.map(|(low, high)| [low, high]);
    let of = |side: usize| json!({ "value": metric.values[side], "ci95": ends(metric.ci95[side]) });
    let mut value = json!({
        "a": of(0),
        "b": of(1),
        "difference": metric.difference,
        "ci95": ends(metric.difference_ci95),
        "relative": metric.relative,
        "significance": metric.significance.word(),
        "narrowing": metric.narrowing,
        "unit": metric.unit.symbol(),
    });
    if let Some(note) = &metric.note {
        value["note"] = json!(note);
    }
    value
}
