//! From the repeats to the result: every metric pooled, every component's account, the series.

use super::course::{Runs, Watches, sheets};
use super::horizon::Measured;
use super::result::{
    ComponentResult, EffectiveValue, HopCounts, Horizon, LatencyCell, LatencyDistribution,
    MetricValue, RunResult, SeriesColumn, TimeSeries, Verdict,
};
use super::sampler;
use super::single::Single;
use super::thresholds::Findings;
use super::value;
use super::verdict::{Evidence, offered_load, verdict};
use super::warm_up::Settled;
use crate::kernel::time::NANOS_PER_SECOND;
use crate::language::condition::MetricPath;
use crate::language::reading::Origin;
use crate::measure::histogram::Histogram;
use crate::measure::metric::{MetricKind, Reading, Row, Scope};
use crate::measure::statistics::sectioning::Estimate;
use crate::measure::unit::Unit;
use crate::model::catalogue::{Catalogue, CatalogueValue, Entry, Selected};
use crate::model::{Model, USERS};
use crate::scenario::Scenario;

/// What a path of the catalogue stands for.
pub(super) fn select(catalogue: &Catalogue, path: &str) -> Option<Selected> {
    let path = MetricPath::parse(path).ok()?;
    catalogue.select(&path).ok()
}

/// The result of a case.
pub(super) fn gather(
    scenario: &Scenario,
    model: &Model,
    catalogue: &Catalogue,
    watches: &Watches,
    runs: &Runs,
    command: String,
) -> RunResult {
    let sheets = runs.sheets();
    let verdict = judge(model, catalogue, &runs.singles);
    let horizon = horizon(runs);
    let findings = Findings {
        catalogue,
        sheets: &sheets,
        verdict: &verdict,
        measured: horizon.measured,
        is_recorded: model.load.is_recorded(),
    };
    let mut graduation: Vec<_> = std::iter::zip(&scenario.thresholds, &watches.thresholds)
        .zip(&watches.place)
        .map(|((threshold, watch), place)| {
            let tracks = place.map(|place| watches.tracks(&runs.singles, place));
            findings.threshold(threshold, watch, tracks)
        })
        .collect();
    let error_rate = select(catalogue, "error_rate");
    let error_rate = error_rate.and_then(|selected| value::pooled(&sheets, &selected));
    graduation.push(findings.capacity(error_rate));
    let alerts = std::iter::zip(&scenario.alerts, &watches.alerts).enumerate();
    let alerts = alerts.map(|(number, (alert, watch))| {
        let tracks = watches.tracks(&runs.singles, watches.first_alert() + number);
        findings.alert(alert, watch, &tracks)
    });
    RunResult {
        scenario: scenario.name.clone(),
        title: scenario.title.clone().unwrap_or_else(|| scenario.name.clone()),
        stage: scenario.stage.as_ref().map(|stage| stage.text.clone()),
        users: model.users,
        seed: model.seed,
        repeats: runs.singles.len() as u32,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario_hash: scenario.hash.clone(),
        command,
        horizon,
        metrics: metrics(catalogue, &sheets, &verdict),
        components: components(model, &runs.singles),
        graduation,
        alerts: alerts.collect(),
        latency: latency(catalogue, &sheets),
        series: series(catalogue, runs),
        warnings: warnings(model, runs),
        effective: effective(scenario),
        verdict,
    }
}

/// The verdict on the repeats.
pub(super) fn judge(model: &Model, catalogue: &Catalogue, singles: &[Single]) -> Verdict {
    let sheets = sheets(singles);
    let estimate =
        |path: &str| select(catalogue, path).and_then(|selected| value::pooled(&sheets, &selected));
    let p95 = estimate("response_time.p95");
    let throughput = estimate("throughput").map_or(0.0, |estimate| estimate.value);
    verdict(&Evidence { model, singles, p95, throughput })
}

/// What was simulated.
fn horizon(runs: &Runs) -> Horizon {
    let sum = |count: fn(&Single) -> u64| runs.singles.iter().map(count).sum::<u64>();
    let measured: f64 = runs.singles.iter().map(|single| single.measured).sum();
    Horizon {
        warm_up: runs.plan.warm_up.seconds(),
        measured: measured / runs.singles.len() as f64,
        requests: sum(|single| single.requests),
        simulated: runs.simulated(),
        events: sum(|single| single.events),
    }
}

/// Every path of the catalogue with its value.
fn metrics(catalogue: &Catalogue, sheets: &[&[Row]], verdict: &Verdict) -> Vec<MetricValue> {
    let metric = |value: CatalogueValue| {
        let CatalogueValue { path, suffix, selected } = value;
        let entry = &catalogue.entries[selected.entry];
        let estimate = value::pooled(sheets, &selected);
        MetricValue {
            value: estimate.map(|estimate| estimate.value),
            ci95: estimate.and_then(|estimate| possible(entry, &estimate)),
            unit: entry.metric.unit,
            meaning: entry.metric.meaning.to_owned(),
            note: note(entry, verdict),
            headline: is_headline(entry, suffix),
            path,
        }
    };
    catalogue.values().into_iter().map(metric).collect()
}

/// The interval without the values the metric cannot take: nothing measured is negative, and no
/// part passes its whole; but work asked for, which may pass 1, keeps the whole interval then.
fn possible(entry: &Entry, estimate: &Estimate) -> Option<(f64, f64)> {
    let (low, high) = estimate.interval()?;
    let is_part = entry.metric.unit == Unit::Fraction && estimate.value <= 1.0;
    Some((low.max(0.0), if is_part { high.min(1.0) } else { high }))
}

/// Statistics of a distribution that a table shows.
const SHOWN: &[&str] = &["mean", "p50", "p95", "p99"];

fn is_headline(entry: &Entry, suffix: &str) -> bool {
    if !entry.metric.headline {
        return false;
    }
    match (entry.metric.kind, entry.scope) {
        (MetricKind::Distribution, Scope::System) => SHOWN.contains(&suffix),
        (MetricKind::Distribution, _) => suffix == "p95",
        _ => suffix.is_empty(),
    }
}

/// Why a value must be read with care.
fn note(entry: &Entry, verdict: &Verdict) -> Option<String> {
    if entry.metric.unit != Unit::Seconds {
        return None;
    }
    match verdict {
        Verdict::Stable | Verdict::AtCapacity { .. } | Verdict::FiniteHorizon => None,
        Verdict::LosingWork { .. } => Some("survivors only".to_owned()),
        Verdict::Saturated { .. } => Some("not steady".to_owned()),
        Verdict::TooFewSamples { .. } => Some("too few samples".to_owned()),
    }
}

/// Accounts of all components, in the order of the way from the users.
fn components(model: &Model, singles: &[Single]) -> Vec<ComponentResult> {
    let own = |id: usize| {
        let nanos: i128 = singles
            .iter()
            .map(|single| single.times[id].elapsed as i128 - single.times[id].away as i128)
            .sum();
        nanos as f64 / NANOS_PER_SECOND as f64
    };
    let requests: f64 = singles.iter().map(|single| single.requests as f64).sum();
    let ids = || model.in_order().into_iter().filter(|(id, _)| *id != USERS);
    let all: f64 = ids().map(|(id, _)| own(id.index()).max(0.0)).sum();
    let mut results = Vec::new();
    for (id, component) in model.in_order() {
        let mut hops = HopCounts::default();
        singles.iter().for_each(|single| hops.add(&single.hops[id.index()]));
        let own = if id == USERS { 0.0 } else { own(id.index()).max(0.0) };
        results.push(ComponentResult {
            name: component.name.clone(),
            kind: component.kind.to_owned(),
            hops,
            offered_load: offered_load(singles, id.index()),
            own_time: if requests > 0.0 { own / requests } else { 0.0 },
            share_of_time: if all > 0.0 { own / all } else { 0.0 },
        });
    }
    results
}

/// Every distribution, pooled over the repeats and nodes.
fn latency(catalogue: &Catalogue, sheets: &[&[Row]]) -> Vec<LatencyDistribution> {
    let mut distributions = Vec::new();
    for entry in &catalogue.entries {
        if entry.metric.kind != MetricKind::Distribution {
            continue;
        }
        let mut pooled = Histogram::default();
        for rows in sheets {
            for (_, place) in &entry.nodes {
                if let Reading::Distribution { samples, .. } = &rows[*place].reading {
                    pooled.merge(samples);
                }
            }
        }
        if pooled.count() == 0 {
            continue;
        }
        let seconds = |nanos: u64| nanos as f64 / NANOS_PER_SECOND as f64;
        let cells = pooled.cells().map(|cell| LatencyCell {
            from: seconds(cell.lower),
            to: seconds(cell.upper),
            count: cell.count,
        });
        distributions
            .push(LatencyDistribution { path: entry.path.clone(), cells: cells.collect() });
    }
    distributions
}

/// The time series: the mean over the repeats of each sample that all of them have.
fn series(catalogue: &Catalogue, runs: &Runs) -> TimeSeries {
    let columns = sampler::columns(catalogue);
    let all: Vec<_> = runs.singles.iter().map(|single| &single.series).collect();
    // Repeats of unlike length may have been thinned unlike; the coarsest step is kept.
    let Some(step) = all.iter().map(|series| series.step).max() else {
        return TimeSeries::default();
    };
    let thinned: Vec<Vec<&Vec<Option<f64>>>> = all
        .iter()
        .map(|series| {
            let every = (step.nanos() / series.step.nanos()) as usize;
            series.samples.iter().step_by(every).collect()
        })
        .collect();
    let samples = thinned.iter().map(Vec::len).min().unwrap_or(0);
    let column = |(number, (path, selected)): (usize, (String, Selected))| {
        let mean = |sample: usize| {
            let values: Vec<f64> =
                thinned.iter().filter_map(|series| series[sample][number]).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        SeriesColumn {
            path,
            unit: catalogue.entries[selected.entry].metric.unit,
            values: (0..samples).map(mean).collect(),
        }
    };
    TimeSeries {
        step: step.seconds(),
        warm_up: runs.plan.warm_up.seconds(),
        columns: columns.into_iter().enumerate().map(column).collect(),
    }
}

fn warnings(model: &Model, runs: &Runs) -> Vec<String> {
    let mut warnings = Vec::new();
    if runs.settled == Settled::No {
        warnings.push(
            "the response time had not settled in the first half of the run: make it longer, or \
             give `run.warmup`"
                .to_owned(),
        );
    }
    if let Measured::Requests { count, .. } = runs.plan.measured {
        let short = runs.singles.iter().filter(|single| single.requests < count).count();
        if short > 0 && !model.load.is_recorded() {
            warnings.push(format!("{short} repeats measured fewer than {count} requests"));
        }
    }
    if runs.singles.len() == 1 {
        warnings.push("one repeat gives no intervals: use at least 2, better 8".to_owned());
    }
    for (number, component) in model.components.iter().enumerate().skip(1) {
        let sum = |count: fn(&HopCounts) -> u64| {
            runs.singles.iter().map(|single| count(&single.hops[number])).sum::<u64>() as f64
        };
        let share = sum(|hops| hops.rejected) / sum(|hops| hops.arrived).max(1.0);
        if share > MOST_REJECTED {
            warnings.push(format!(
                "`{}` turns {:.1}% of its jobs away",
                component.name,
                100.0 * share
            ));
        }
    }
    warnings
}

/// Share of rejected jobs that is worth a warning, even where callers skip over it.
const MOST_REJECTED: f64 = 0.01;

/// Every value of a scenario that takes effect.
pub(super) fn effective(scenario: &Scenario) -> Vec<EffectiveValue> {
    let value = |effective: &crate::language::reading::Effective| EffectiveValue {
        path: effective.path.clone(),
        value: effective.value.clone(),
        given: matches!(effective.origin, Origin::Given | Origin::Profile),
    };
    scenario.effective.iter().map(value).collect()
}
