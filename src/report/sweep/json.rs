//! One JSON document per sweep: SI units, full precision, keys always in the same order.

use serde_json::{Map, Value, json};

use crate::experiment::sweep::{CaseMetric, CaseResult, SweepHead, SweepResult};

use super::brackets::brackets;
use super::csv::blamed;

/// The document on a sweep, ending in a newline.
pub fn render(result: &SweepResult) -> String {
    let head = &result.head;
    let axes = head.axes.iter().map(|axis| {
        json!({ "path": axis.path, "values": axis.values, "numbers": axis.numbers,
                "unit": axis.numbers.as_ref().map(|_| axis.unit.symbol()) })
    });
    let stages = head.stages.iter().map(
        |stage| json!({ "scenario": stage.scenario, "title": stage.title, "stage": stage.stage }),
    );
    let graduation = brackets(result).into_iter().map(|bracket| {
        json!({ "scenario": bracket.scenario, "other_axes": bracket.others,
                "name": bracket.threshold, "condition": bracket.condition, "axis": bracket.axis,
                "state": bracket.state.word(), "not_crossed_at": bracket.not_crossed_at,
                "crossed_at": bracket.crossed_at })
    });
    let document = json!({
        "version": head.version,
        "sweep_hash": head.hash,
        "axes": axes.collect::<Vec<_>>(),
        "stages": stages.collect::<Vec<_>>(),
        "cases": result.cases.iter().map(|case| of_case(head, case)).collect::<Vec<_>>(),
        "graduation": graduation.collect::<Vec<_>>(),
        "command": head.command,
    });
    format!("{document:#}\n")
}

fn of_case(head: &SweepHead, case: &CaseResult) -> Value {
    let at = std::iter::zip(&head.axes, head.place(case.case));
    let point = at.map(|(axis, at)| (axis.path.clone(), json!(axis.values[at])));
    let metrics = case.metrics.iter().map(|metric| {
        let unit = head.unit(&metric.path).map(|unit| unit.symbol());
        (metric.path.clone(), of_metric(metric, unit))
    });
    let graduation = case.graduation.iter().map(|threshold| {
        json!({ "name": threshold.name, "value": threshold.value,
                            "state": threshold.state.word() })
    });
    json!({
        "case": case.case,
        "scenario": head.stage(case.case).scenario,
        "point": point.collect::<Map<_, _>>(),
        "users": case.users,
        "verdict": case.verdict.word(),
        "place": blamed(&case.verdict),
        "repeats": case.repeats,
        "requests": case.requests,
        "simulated": case.simulated,
        "metrics": metrics.collect::<Map<_, _>>(),
        "graduation": graduation.collect::<Vec<_>>(),
    })
}

fn of_metric(metric: &CaseMetric, unit: Option<&str>) -> Value {
    let mut value = json!({
        "value": metric.value,
        "ci95": metric.ci95.map(|(low, high)| [low, high]),
        "unit": unit,
    });
    if metric.value.is_some_and(f64::is_infinite) {
        value["note"] = json!("infinite");
    }
    value
}
