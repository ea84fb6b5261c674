//! A whole case: its repeats in parallel, round by round, and what they found together.
//!
//! What must hold: repeats are dealt to threads and gathered by their number, so the bytes of a
//! result do not depend on how many threads there were.

use super::course::Course;
use super::horizon::Measured;
use super::result::RunResult;
use super::single::Breach;
use super::warm_up::first_cut;
use crate::model::Model;
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

/// How many requests a run of a scenario simulates about, for a progress bar.
pub fn expected_requests(scenario: &Scenario, model: &Model) -> u64 {
    let measured = Measured::of(&scenario.run, model);
    let warm_up = first_cut(scenario.run.warmup, model, &measured);
    let followed = model.geography.longest_round_trip();
    let seconds = measured.expected_seconds(model) + (warm_up + followed).seconds();
    let each = seconds * model.rate;
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
    let mut course = Course::new(scenario, model);
    loop {
        let run = |repeat| course.run(repeat, options.express, options.progress);
        // Each repeat is dealt alone, so that no thread is left with two when the others are done.
        let repeats = (0..course.repeats()).into_par_iter().with_max_len(1);
        let singles = repeats.map(run).collect::<Result<Vec<_>, Breach>>()?;
        if let Some(runs) = course.take(singles) {
            return Ok(course.result(&runs, options.command.clone()));
        }
    }
}
