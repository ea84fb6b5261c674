//! One JSON document per ladder: SI units, full precision, keys always in the same order.

use serde_json::{Value, json};

use crate::experiment::graduation::result::{
    Change, Graduation, Ladder, Outcome, ThresholdGraduation,
};

use super::csv::note;

/// The document on a ladder, ending in a newline.
pub fn render(ladder: &Ladder) -> String {
    let document = json!({
        "version": ladder.version,
        "precision": ladder.precision,
        "range": [ladder.range.0, ladder.range.1],
        "ladder": ladder.stages.iter().map(of_stage).collect::<Vec<_>>(),
        "command": ladder.command,
    });
    format!("{document:#}\n")
}

fn of_stage(stage: &Graduation) -> Value {
    let tied = stage.tied();
    json!({
        "scenario": stage.scenario,
        "title": stage.title,
        "stage": stage.stage,
        "scenario_hash": stage.scenario_hash,
        "users": stage.users,
        "first": stage.first().map(|first| &first.name),
        "perhaps_first": tied.iter().map(|threshold| &threshold.name).collect::<Vec<_>>(),
        "headroom": stage.headroom(),
        "months": stage.months(),
        "thresholds": stage.thresholds.iter().map(of_threshold).collect::<Vec<_>>(),
        "simulated": stage.simulated,
    })
}

fn of_threshold(threshold: &ThresholdGraduation) -> Value {
    let mut value = json!({
        "name": threshold.name,
        "condition": threshold.condition,
        "users": null,
        "ci95": null,
        "state": threshold.outcome.word(),
    });
    match &threshold.outcome {
        Outcome::Crossed(crossing) => {
            value["users"] = json!(crossing.users);
            value["ci95"] = json!([crossing.interval.0, crossing.interval.1]);
            value["settled"] = json!(crossing.is_settled);
            value["by_capacity"] = json!(crossing.by_capacity);
        }
        Outcome::Already(users) => value["users"] = json!(users),
        Outcome::Never(users) | Outcome::NotBefore(users) => value["up_to"] = json!(users),
        Outcome::NotEvaluable(_) => {}
    }
    let later: Vec<Value> = threshold.later.iter().map(of_change).collect();
    if !later.is_empty() {
        value["later"] = json!(later);
    }
    if let Some(note) = note(threshold) {
        value["note"] = json!(note);
    }
    value
}

fn of_change(change: &Change) -> Value {
    json!({ "crosses": change.crosses, "after": change.after, "before": change.before })
}
