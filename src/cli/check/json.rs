//! What `simscale check` says, as one JSON document: SI units, full precision.

use serde_json::{Map, Value, json};

use super::growth::Growth;
use crate::cli::loading::Loaded;
use crate::language::reading::{Effective, Origin};
use crate::model::{Model, ModelComponent};

/// The document, ending in a newline.
pub(super) fn text(loaded: &Loaded, growth: &Growth) -> String {
    let Loaded { scenario, model, .. } = loaded;
    let operations = std::iter::zip(&model.operation_names, &model.operations);
    let operations = operations.map(|(name, operation)| {
        json!({ "name": name, "share": operation.share, "rate": operation.share * model.rate })
    });
    let components = model.in_order().into_iter().skip(1);
    let components = components.map(|(_, component)| of_component(component, growth));
    let document = json!({
        "scenario": scenario.name,
        "title": scenario.title,
        "stage": scenario.stage.as_ref().map(|stage| &stage.text),
        "scenario_hash": scenario.hash,
        "users": model.users,
        "rate": model.rate,
        "operations": operations.collect::<Vec<_>>(),
        "components": components.collect::<Vec<_>>(),
        "with_more_users": growth.shown().iter().map(at_users).collect::<Vec<_>>(),
        "effective": scenario.effective.iter().map(of_value).collect::<Map<_, _>>(),
    });
    format!("{document:#}\n")
}

fn of_component(component: &ModelComponent, growth: &Growth) -> Value {
    let stations = component.flow.stations.iter().map(|station| {
        json!({
            "station": station.station,
            "offered_load": station.offered(),
            "full_at_users": growth.full_users(&component.name, &station.station),
        })
    });
    json!({
        "name": component.name,
        "kind": component.kind,
        "rate": component.arriving.iter().sum::<f64>(),
        "stations": stations.collect::<Vec<_>>(),
        "hit_rate": component.flow.hit_rate,
    })
}

/// Loads and hit rates at one number of users.
fn at_users(model: &Model) -> Value {
    let components = model.in_order().into_iter().skip(1).map(|(_, component)| {
        let loads = component.flow.stations.iter();
        let loads = loads.map(|station| (station.station.clone(), json!(station.offered())));
        let value = json!({
            "offered_load": loads.collect::<Map<_, _>>(),
            "hit_rate": component.flow.hit_rate,
        });
        (component.name.clone(), value)
    });
    let datasets = model.datasets.iter().map(|dataset| (dataset.name.clone(), json!(dataset.keys)));
    json!({
        "users": model.users,
        "rate": model.rate,
        "components": components.collect::<Map<_, _>>(),
        "keys": datasets.collect::<Map<_, _>>(),
    })
}

fn of_value(effective: &Effective) -> (String, Value) {
    let origin = match effective.origin {
        Origin::Given => "given",
        Origin::Profile => "profile",
        Origin::Default => "default",
        Origin::Computed => "computed",
    };
    (effective.path.clone(), json!({ "value": effective.value, "origin": origin }))
}
