//! One JSON document per run: SI units, full precision, keys always in the same order.
//!
//! Nothing measured is `null`. JSON has no infinity: an infinite value is `null` too, and its note
//! says so.

use serde_json::{Map, Value, json};

use crate::experiment::result::{
    AlertResult, ComponentResult, Horizon, MetricValue, RunResult, ThresholdResult, ThresholdState,
    Verdict,
};

use super::verdict;

/// The document on one run, ending in a newline.
pub fn render(result: &RunResult) -> String {
    // A `Value` prints itself as JSON; with `#` it is indented.
    format!("{:#}\n", document(result))
}

/// The document as a value.
fn document(result: &RunResult) -> Value {
    let components =
        result.components.iter().map(|component| (component.name.clone(), of_component(component)));
    let metrics = result.metrics.iter().map(|metric| (metric.path.clone(), of_metric(metric)));
    json!({
        "scenario": result.scenario,
        "title": result.title,
        "stage": result.stage,
        "version": result.version,
        "scenario_hash": result.scenario_hash,
        "seed": result.seed,
        "repeats": result.repeats,
        "verdict": result.verdict.word(),
        "verdict_detail": of_verdict(result),
        "users": result.users,
        "horizon": of_horizon(&result.horizon),
        "warnings": result.warnings,
        "metrics": metrics.collect::<Map<_, _>>(),
        "components": components.collect::<Map<_, _>>(),
        "graduation": result.graduation.iter().map(of_threshold).collect::<Vec<_>>(),
        "alerts": result.alerts.iter().map(of_alert).collect::<Vec<_>>(),
        // A run that breaks conservation yields no result at all.
        "conservation": "holds",
        "command": result.command,
    })
}

/// What a verdict tells: its numbers and its words.
pub(super) fn of_verdict(result: &RunResult) -> Value {
    let words = verdict::words(result);
    let mut detail = match &result.verdict {
        Verdict::Stable | Verdict::FiniteHorizon => json!({}),
        Verdict::Saturated { component, offered_load } => {
            json!({ "component": component, "offered_load": offered_load })
        }
        Verdict::LosingWork { share, component, bottleneck } => {
            json!({ "component": component, "share": share, "bottleneck": bottleneck })
        }
        Verdict::AtCapacity { component, throughput, knee } => {
            json!({ "component": component, "throughput": throughput, "knee": knee })
        }
        Verdict::TooFewSamples { more, reason } => {
            json!({ "more_requests": more, "reason": reason })
        }
    };
    detail["meaning"] = json!(words.meaning);
    detail["advice"] = json!(words.advice);
    detail
}

/// What was simulated.
pub(super) fn of_horizon(horizon: &Horizon) -> Value {
    json!({
        "warm_up": horizon.warm_up,
        "measured": horizon.measured,
        "requests": horizon.requests,
        "simulated": horizon.simulated,
        "events": horizon.events,
    })
}

/// A metric with its interval.
pub(super) fn of_metric(metric: &MetricValue) -> Value {
    let mut value = json!({
        "value": metric.value,
        "ci95": metric.ci95.map(|(low, high)| [low, high]),
        "unit": metric.unit.symbol(),
    });
    if metric.value.is_some_and(f64::is_infinite) {
        value["note"] = json!(metric.note.as_deref().unwrap_or("infinite"));
    } else if let Some(note) = &metric.note {
        value["note"] = json!(note);
    }
    value
}

fn of_component(component: &ComponentResult) -> Value {
    let hops = &component.hops;
    json!({
        "kind": component.kind,
        "arrived": hops.arrived,
        "completed": hops.completed,
        "rejected": hops.rejected,
        "failed": hops.failed,
        "timed_out": hops.timed_out,
        "cancelled": hops.cancelled,
        "lost": hops.lost,
        "in_flight": hops.in_flight,
        "abandoned": hops.abandoned,
        "offered_load": component.offered_load,
        "own_time": component.own_time,
        "share_of_time": component.share_of_time,
    })
}

/// A threshold with its state.
pub(super) fn of_threshold(threshold: &ThresholdResult) -> Value {
    let mut value = json!({
        "name": threshold.name,
        "condition": threshold.condition,
        "value": threshold.value,
        "unit": threshold.unit.symbol(),
        "state": threshold.state.word(),
    });
    if let ThresholdState::NotEvaluable(reason) = &threshold.state {
        value["note"] = json!(reason);
    }
    value
}

fn of_alert(alert: &AlertResult) -> Value {
    let mut value = json!({
        "name": alert.name,
        "condition": alert.condition,
        "severity": alert.severity,
        "fired": alert.fired_in.map(|repeats| repeats > 0),
        "fired_in": alert.fired_in,
        "first_at": alert.first_at,
        "for": alert.active,
    });
    if let Some(reason) = &alert.not_evaluable {
        value["note"] = json!(reason);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::unit::Unit;
    use crate::report::sample;

    fn parsed(result: &RunResult) -> Value {
        serde_json::from_str(&render(result)).expect("the document is JSON")
    }

    fn keys(value: &Value) -> Vec<&str> {
        value.as_object().expect("an object").keys().map(String::as_str).collect()
    }

    #[test]
    fn the_document_has_its_shape_and_order() {
        let document = parsed(&sample::stable());
        assert_eq!(
            keys(&document),
            [
                "scenario",
                "title",
                "stage",
                "version",
                "scenario_hash",
                "seed",
                "repeats",
                "verdict",
                "verdict_detail",
                "users",
                "horizon",
                "warnings",
                "metrics",
                "components",
                "graduation",
                "alerts",
                "conservation",
                "command"
            ]
        );
        assert_eq!(
            document["metrics"]["response_time.p95"],
            json!({ "value": 0.0123, "ci95": [0.0121, 0.0125], "unit": "s" })
        );
        assert_eq!(
            keys(&document["components"]["db"])[1..10],
            [
                "arrived",
                "completed",
                "rejected",
                "failed",
                "timed_out",
                "cancelled",
                "lost",
                "in_flight",
                "abandoned"
            ]
        );
        assert_eq!(
            document["graduation"][0],
            json!({ "name": "write_load", "condition": "db.write_load > 70%", "value": 0.4123,
                    "unit": "1", "state": "not crossed" })
        );
        assert_eq!(
            document["alerts"][0],
            json!({ "name": "HighReplicationLag", "severity": "critical",
                    "condition": "db.replication_lag > 10s for 2 minutes",
                    "fired": false, "fired_in": 0, "first_at": null, "for": 0.0 })
        );
        assert_eq!(document["conservation"], "holds");
    }

    #[test]
    fn components_account_for_every_job() {
        let document = parsed(&sample::stable());
        for (name, component) in document["components"].as_object().expect("an object") {
            let number = |key: &str| component[key].as_u64().expect("a count");
            let ends = ["completed", "rejected", "failed", "timed_out", "cancelled", "lost"];
            let ended: u64 = ends.iter().map(|key| number(key)).sum();
            assert_eq!(number("arrived"), ended + number("in_flight"), "{name}");
        }
    }

    #[test]
    fn what_was_not_measured_is_null() {
        let mut result = sample::stable();
        result.metrics.push(sample::metric(
            "response_time.p95_all",
            Some(f64::INFINITY),
            None,
            Unit::Seconds,
        ));
        let document = parsed(&result);
        assert_eq!(document["metrics"]["db.lost_own_writes"]["value"], Value::Null);
        assert_eq!(document["metrics"]["response_time.p95_all"]["value"], Value::Null);
        assert_eq!(document["metrics"]["response_time.p95_all"]["note"], "infinite");
        assert_eq!(document["alerts"][2]["fired"], Value::Null);
    }

    #[test]
    fn numbers_keep_their_full_precision() {
        let mut result = sample::stable();
        result.metrics[0].value = Some(1.0 / 3.0);
        let value = parsed(&result)["metrics"]["response_time.p50"]["value"].as_f64();
        assert_eq!(value.map(f64::to_bits), Some((1.0f64 / 3.0).to_bits()));
    }

    #[test]
    fn a_verdict_carries_its_numbers() {
        let verdict = Verdict::Saturated { component: "db".to_string(), offered_load: 1.25 };
        let detail = &parsed(&sample::with_verdict(verdict))["verdict_detail"];
        assert_eq!(detail["component"], "db");
        assert_eq!(detail["offered_load"], 1.25);
        assert_eq!(keys(detail), ["component", "offered_load", "meaning", "advice"]);
    }
}
