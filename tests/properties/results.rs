//! Judges of a whole result.

use crate::support::value;
use proptest::prelude::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use simscale::components::caller::OnError;
use simscale::experiment::result::{ComponentResult, RunResult};
use simscale::measure::unit::Unit;
use simscale::model::{Model, USERS};
use simscale::report::{FILES, Format, Screen, render};
use std::collections::BTreeMap;

type Judgement = Result<(), TestCaseError>;

/// How far a quotient may be from its value by rounding.
const ROUNDING: f64 = 1e-9;

/// All that must hold of a result.
pub fn judge(model: &Model, result: &RunResult) -> Judgement {
    jobs_are_conserved(result)?;
    calls_fit_together(model, result)?;
    values_are_possible(result)?;
    quantiles_rise(result)?;
    throughput_counts_the_cohort(model, result)?;
    distributions_count_what_completed(model, result)?;
    outputs_read_back(result)
}

fn jobs_are_conserved(result: &RunResult) -> Judgement {
    for component in &result.components {
        let hops = &component.hops;
        let ended = hops.completed
            + hops.rejected
            + hops.failed
            + hops.timed_out
            + hops.cancelled
            + hops.lost;
        prop_assert_eq!(hops.arrived, ended + hops.in_flight, "{}", &component.name);
        prop_assert!(hops.abandoned <= hops.arrived, "{}", &component.name);
    }
    Ok(())
}

fn account<'r>(result: &'r RunResult, name: &str) -> &'r ComponentResult {
    let found = result.components.iter().find(|component| component.name == name);
    found.expect("every component of the model has an account")
}

/// Callers and callees count the same calls, where a callee has but one caller that sends all its
/// jobs there and passes on what comes back: the users, and balancers with one wire, unless
/// something is down or cut off.
fn calls_fit_together(model: &Model, result: &RunResult) -> Judgement {
    for (id, callee) in model.in_order() {
        let callers: Vec<_> = model
            .in_order()
            .into_iter()
            .filter(|(_, caller)| {
                let mut targets = caller.wires.iter().flat_map(|wire| &wire.targets);
                targets.any(|target| target.to == id)
            })
            .collect();
        let [(caller_id, caller)] = callers.as_slice() else { continue };
        let [wire] = caller.wires.as_slice() else { continue };
        if wire.targets.len() > 1 {
            continue;
        }
        let passes_all_on = caller.kind == "load_balancer" && model.faults.is_empty();
        let passes_on = *caller_id == USERS || passes_all_on;
        if !passes_on || wire.on_error == OnError::Skip {
            continue;
        }
        let (from, to) = (&account(result, &caller.name).hops, &account(result, &callee.name).hops);
        let case = format!("{} calls {}: {from:?}, {to:?}", caller.name, callee.name);
        // A job may be on its wire to the caller, an answer on its way home, and a call that was
        // given up on may end well after all.
        prop_assert!(to.arrived <= from.arrived, "{}", &case);
        prop_assert!(from.arrived - to.arrived <= from.in_flight, "{}", &case);
        prop_assert!(from.completed <= to.completed, "{}", &case);
        prop_assert!(to.completed - from.completed <= from.in_flight + to.abandoned, "{}", &case);
        prop_assert!(from.unsuccessful() <= to.unsuccessful() + to.abandoned, "{}", &case);
        if *caller_id != USERS {
            prop_assert!(from.timed_out <= to.timed_out + to.abandoned, "{}", &case);
        }
    }
    Ok(())
}

/// Fractions lie between 0 and 1, nothing is negative, intervals hold their value.
fn values_are_possible(result: &RunResult) -> Judgement {
    for metric in &result.metrics {
        let Some(value) = metric.value else { continue };
        prop_assert!(value >= 0.0, "{} is {value}", &metric.path);
        // Work is booked when it begins, so these are what is asked for: beyond 1 in an overload.
        let is_demand = metric.path.ends_with(".read_load") || metric.path.ends_with(".write_load");
        let is_demand = is_demand || metric.path.ends_with("_load.mean");
        if metric.unit == Unit::Fraction && !is_demand {
            prop_assert!(value <= 1.0 + ROUNDING, "{} is {value}", &metric.path);
        }
        if let Some((low, high)) = metric.ci95 {
            let holds = low <= value * (1.0 + ROUNDING) && value <= high * (1.0 + ROUNDING);
            prop_assert!(holds, "{} is {value}, in {low} .. {high}", &metric.path);
        }
    }
    for component in &result.components {
        let share = component.share_of_time;
        prop_assert!((0.0..=1.0 + ROUNDING).contains(&share), "{component:?}");
        prop_assert!(component.own_time >= 0.0, "{component:?}");
        prop_assert!(component.offered_load.is_none_or(|load| load >= 0.0), "{component:?}");
    }
    Ok(())
}

fn quantiles_rise(result: &RunResult) -> Judgement {
    const RISING: &[&str] = &["p50", "p90", "p95", "p99", "p999", "max"];
    let values: BTreeMap<&str, Option<f64>> =
        result.metrics.iter().map(|metric| (metric.path.as_str(), metric.value)).collect();
    for path in values.keys().filter_map(|path| path.strip_suffix(".p50")) {
        let of = |statistic: &str| values[format!("{path}.{statistic}").as_str()];
        let known: Vec<f64> = RISING.iter().filter_map(|statistic| of(statistic)).collect();
        prop_assert!(known.is_empty() || known.len() == RISING.len(), "{path}: {known:?}");
        prop_assert!(known.is_sorted(), "{path}: {known:?}");
        if let (Some(mean), Some(max)) = (of("mean"), of("max")) {
            prop_assert!(mean <= max * (1.0 + ROUNDING), "{path}: mean {mean}, max {max}");
        }
        if let (Some(p95), Some(Some(all))) = (of("p95"), values.get(&*format!("{path}.p95_all"))) {
            prop_assert!(*all >= p95, "{path}: p95 {p95}, with failures {all}");
        }
    }
    Ok(())
}

/// Throughput x seconds is the number of requests of the cohort that completed.
fn throughput_counts_the_cohort(model: &Model, result: &RunResult) -> Judgement {
    let seconds = result.horizon.measured * f64::from(result.repeats);
    let count = |path: &str| value_or_zero(result, path) * seconds;
    let completed = count("throughput");
    let (nearest, requests) = (completed.round(), result.horizon.requests as f64);
    prop_assert!((completed - nearest).abs() < 1e-4, "{completed} requests completed");
    prop_assert!(nearest <= requests, "{nearest} of {requests} completed");
    prop_assert!(count("goodput") <= completed * (1.0 + ROUNDING));
    let operations = model.operation_names.iter();
    let by_operation: f64 =
        operations.map(|name| count(&format!("operations.{name}.throughput"))).sum();
    prop_assert!((by_operation - completed).abs() < 1e-4, "{by_operation} of {completed}");
    if !model.geography.is_single() {
        let names = model.geography.all().map(|region| model.geography.name(region));
        let by_region: f64 = names.map(|name| count(&format!("regions.{name}.throughput"))).sum();
        prop_assert!((by_region - completed).abs() < 1e-4, "{by_region} of {completed}");
    }
    let errors = value_or_zero(result, "error_rate");
    if errors < 1.0 {
        let ended = completed / (1.0 - errors);
        prop_assert!(ended <= requests + 1e-4, "{ended} of {requests} ended");
    }
    Ok(())
}

fn value_or_zero(result: &RunResult, path: &str) -> f64 {
    let metric = result.metrics.iter().find(|metric| metric.path == path);
    metric.expect("every result has it").value.unwrap_or(0.0)
}

/// Cells of a distribution rise without overlap, and hold as many samples as were counted.
fn distributions_count_what_completed(model: &Model, result: &RunResult) -> Judgement {
    let seconds = result.horizon.measured * f64::from(result.repeats);
    for distribution in &result.latency {
        let mut end = 0.0;
        for cell in &distribution.cells {
            prop_assert!(cell.count > 0 && cell.from >= end && cell.to >= cell.from);
            end = cell.to;
        }
        let Some(name) = distribution.path.strip_suffix(".response_time") else { continue };
        let counted: u64 = distribution.cells.iter().map(|cell| cell.count).sum();
        let completed = value(result, &format!("{name}.throughput")) * seconds;
        // The distribution is that of all instances, the throughput that of the busiest one.
        if model.components.iter().any(|it| it.plain_name == name && it.is_one_of_several) {
            continue;
        }
        // Static assets are not in the response times of a region, as they are not in the whole.
        if name.starts_with("regions.") {
            prop_assert!(counted as f64 <= completed + 1e-4, "{name}: {counted}, {completed}");
            continue;
        }
        prop_assert!((counted as f64 - completed).abs() < 1e-4, "{name}: {counted}, {completed}");
    }
    Ok(())
}

fn outputs_read_back(result: &RunResult) -> Judgement {
    let screen = Screen::from_environment(false);
    let document: serde_json::Value =
        serde_json::from_str(&render(result, Format::Json, screen)).expect("the document is JSON");
    prop_assert_eq!(&document["conservation"], "holds");
    for component in &result.components {
        let arrived = &document["components"][&component.name]["arrived"];
        prop_assert_eq!(arrived.as_u64(), Some(component.hops.arrived));
    }
    // Pixels take longer to paint than most of these scenarios take to run.
    for file in FILES.iter().filter(|file| !file.name.ends_with(".png")) {
        let bytes = (file.bytes)(result);
        prop_assert!(!bytes.is_empty(), "{} is empty", file.name);
        if file.name.ends_with(".csv") {
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            prop_assert!(reader.records().all(|record| record.is_ok()), "{}", file.name);
        } else if file.name.ends_with(".toml") {
            let text = String::from_utf8(bytes).expect("a manifest is text");
            prop_assert!(text.parse::<toml::Table>().is_ok(), "{}", file.name);
        }
    }
    let table = render(result, Format::Csv, screen);
    let rows = csv::Reader::from_reader(table.as_bytes()).into_records().count();
    prop_assert_eq!(rows, result.metrics.len());
    Ok(())
}
