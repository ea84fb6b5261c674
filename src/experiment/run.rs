//! A whole case: pilots, repeats in parallel, and what they found together.
//!
//! What must hold: repeats are dealt to threads and gathered by their number, so the bytes of a
//! result do not depend on how many threads there were.

use super::alerts::{AlertTrack, AlertWatch};
use super::gather;
use super::horizon::{Measured, Plan, round_step};
use super::result::{Horizon, RunResult};
use super::single::{Breach, Case, Single, run as run_single};
use super::value;
use super::verdict::{Evidence, verdict};
use super::warm_up::{Settled, first_cut, settled};
use crate::kernel::time::Duration;
use crate::measure::metric::Row;
use crate::model::Model;
use crate::model::catalogue::Catalogue;
use crate::scenario::Scenario;
use rayon::prelude::*;

/// What a caller wants of a run beside its result.
pub struct Options<'a> {
    /// The command that repeats the run, for the record.
    pub command: String,
    /// Called with the number of requests simulated since the last call, from several threads.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Whether models that need no list of events run without one. The results are the same to the
    /// last bit; only a test of just that, or a doubt, has a reason to say no.
    pub express: bool,
}

impl<'a> Options<'a> {
    /// The usual options.
    pub fn new(command: String, progress: &'a (dyn Fn(u64) + Sync)) -> Options<'a> {
        Options { command, progress, express: true }
    }
}

/// Rounds of lengthening before `precision` is given up.
const ROUNDS: u32 = 4;
/// The most a round lengthens a run.
const MOST_STRETCH: f64 = 8.0;
/// The most repeats that `precision` takes.
const MOST_REPEATS: u32 = 32;
/// What is simulated over what is measured: the warm-up is a tenth.
const OVERHEAD: f64 = 1.1;

/// The repeats of a case and how they were cut.
pub(super) struct Runs {
    pub singles: Vec<Single>,
    pub plan: Plan,
    /// Whether the response time had settled when the warm-up ended.
    pub settled: Settled,
    /// Requests simulated in runs that turned out to be pilots, or too short.
    pub simulated_before: u64,
}

/// The conditions that are watched over time.
pub(super) struct Watches {
    /// One for each threshold of the scenario, watched or not.
    pub thresholds: Vec<AlertWatch>,
    /// One for each alert.
    pub alerts: Vec<AlertWatch>,
    /// Those that are watched: thresholds with `for`, then all alerts.
    pub watched: Vec<AlertWatch>,
    /// For each threshold, its place among the watched ones.
    pub place: Vec<Option<usize>>,
}

impl Watches {
    fn of(scenario: &Scenario, catalogue: &Catalogue) -> Watches {
        const CHECKED: &str = "conditions were checked against the catalogue";
        let thresholds: Vec<AlertWatch> = scenario
            .thresholds
            .iter()
            .map(|threshold| AlertWatch::of(&threshold.condition, catalogue).expect(CHECKED))
            .collect();
        let alerts: Vec<AlertWatch> = scenario
            .alerts
            .iter()
            .map(|alert| AlertWatch::of(&alert.condition, catalogue).expect(CHECKED))
            .collect();
        let mut watched = Vec::new();
        let mut place = Vec::new();
        for watch in &thresholds {
            let holds = watch.any().iter().flatten().any(|watched| watched.hold.is_some());
            place.push(holds.then_some(watched.len()));
            if holds {
                watched.push(watch.clone());
            }
        }
        watched.extend(alerts.iter().cloned());
        Watches { thresholds, alerts, watched, place }
    }

    /// The tracks of one watched condition in all repeats.
    pub fn tracks(&self, singles: &[Single], place: usize) -> Vec<AlertTrack> {
        singles.iter().map(|single| single.alerts[place]).collect()
    }

    /// Place of the first alert among the watched ones.
    pub fn first_alert(&self) -> usize {
        self.watched.len() - self.alerts.len()
    }
}

/// How many requests a run of a scenario simulates about, for a progress bar.
pub fn expected_requests(scenario: &Scenario, model: &Model) -> u64 {
    let measured = Measured::of(&scenario.run, model);
    let each = measured.expected_seconds(model) * model.rate * OVERHEAD;
    (each * f64::from(scenario.run.repeats)) as u64
}

/// Runs a scenario.
///
/// # Errors
/// When jobs got lost or appeared in a component: a defect of the simulator.
///
/// # Panics
/// When a condition names a metric the model does not have: conditions are checked before a run.
pub fn run(scenario: &Scenario, model: &Model, options: &Options<'_>) -> Result<RunResult, Breach> {
    let catalogue = Catalogue::of(model);
    let watches = Watches::of(scenario, &catalogue);
    let mut measured = Measured::of(&scenario.run, model);
    let mut repeats = scenario.run.repeats;
    let mut round = 0;
    let mut later_cut = Duration::ZERO;
    let mut simulated_before = 0;
    let runs = loop {
        let warm_up = first_cut(scenario.run.warmup, model, &measured).max(later_cut);
        let length = warm_up.seconds() + measured.expected_seconds(model);
        let plan = aligned(Plan { warm_up, measured, step: round_step(length) });
        let case = Case {
            model,
            catalogue: &catalogue,
            plan,
            watches: &watches.watched,
            express: options.express,
            progress: options.progress,
        };
        let singles = all_repeats(&case, repeats)?;
        let settled = settled(scenario.run.warmup, model, &singles, plan.warm_up);
        if let (Settled::Later(cut), true) = (settled, later_cut == Duration::ZERO) {
            later_cut = cut;
            simulated_before += sent(&singles);
            continue;
        }
        let runs = Runs { singles, plan, settled, simulated_before };
        let Some(precision) = scenario.run.precision else { break runs };
        let Some(share) = relative_width(&catalogue, &runs.singles) else { break runs };
        if share <= precision || round == ROUNDS {
            break runs;
        }
        round += 1;
        simulated_before += sent(&runs.singles);
        later_cut = Duration::ZERO;
        let needed = (share / precision) * (share / precision) * 1.1;
        if round == ROUNDS && repeats < MOST_REPEATS {
            repeats *= 2;
        }
        measured = measured.stretched(needed.clamp(2.0, MOST_STRETCH).ceil() as u64);
    };
    Ok(gather::gather(scenario, model, &catalogue, &watches, &runs, options.command.clone()))
}

/// The warm-up ends on a sample of the time series, so that no sample lies on both sides.
fn aligned(plan: Plan) -> Plan {
    let step = plan.step.nanos();
    let warm_up = Duration::from_nanos(plan.warm_up.nanos().div_ceil(step) * step);
    Plan { warm_up, ..plan }
}

fn all_repeats(case: &Case<'_>, repeats: u32) -> Result<Vec<Single>, Breach> {
    // Each repeat is dealt alone, so that no thread is left with two when the others are done.
    (0..repeats).into_par_iter().with_max_len(1).map(|repeat| run_single(case, repeat)).collect()
}

/// Requests sent in all repeats.
fn sent(singles: &[Single]) -> u64 {
    singles.iter().map(|single| single.sent).sum()
}

/// Half-width of the interval of p95, over its value.
fn relative_width(catalogue: &Catalogue, singles: &[Single]) -> Option<f64> {
    let sheets = sheets(singles);
    let p95 = value::pooled(&sheets, &gather::select(catalogue, "response_time.p95")?)?;
    p95.half_width.map(|half_width| half_width / p95.value)
}

/// The final sheets of the repeats.
pub(super) fn sheets(singles: &[Single]) -> Vec<&[Row]> {
    singles.iter().map(|single| single.rows.as_slice()).collect()
}

/// The verdict on the repeats.
pub(super) fn judge(
    model: &Model,
    catalogue: &Catalogue,
    singles: &[Single],
) -> super::result::Verdict {
    let sheets = sheets(singles);
    let estimate = |path: &str| {
        gather::select(catalogue, path).and_then(|selected| value::pooled(&sheets, &selected))
    };
    let p95 = estimate("response_time.p95");
    let throughput = estimate("throughput").map_or(0.0, |estimate| estimate.value);
    verdict(&Evidence { model, singles, p95, throughput })
}

/// What was simulated.
pub(super) fn horizon(runs: &Runs) -> Horizon {
    let sum = |count: fn(&Single) -> u64| runs.singles.iter().map(count).sum::<u64>();
    let measured: f64 = runs.singles.iter().map(|single| single.measured).sum();
    Horizon {
        warm_up: runs.plan.warm_up.seconds(),
        measured: measured / runs.singles.len() as f64,
        requests: sum(|single| single.requests),
        simulated: runs.simulated_before + sum(|single| single.sent),
        events: sum(|single| single.events),
    }
}
