//! At how many users each stage crosses each of its thresholds, with an interval that means it.
//!
//! - [`residual`]: a threshold's distance from being crossed; [`search`]: what to run next;
//! - `stage`: one scenario from its `grid` to its crossings; [`result`]: what was found.
//!
//! All stages go side by side: whatever their searches want next is run together, so that no thread
//! waits. What must hold: what a search is told depends on the scenario, the number of users, the
//! length and the seeds alone; the interval comes from seeds by which nothing was chosen.

mod grid;
pub mod residual;
pub mod result;
pub mod search;
mod stage;

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use super::deal::{Compiled, deal};
use super::run::expected_requests;
use super::single::Breach;
use super::sweep::CaseResult;
use crate::language::source::Sources;
use crate::model::Variants;
use residual::Residuals;
use result::Graduation;
pub use search::COARSER;
use search::{Effort, Wanted};
use stage::Stage;

/// What a search for crossings is asked.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Ask {
    /// Half-width over the crossing, for the threshold that trips first and all that may; those
    /// wholly beyond it get intervals [`COARSER`] times as wide.
    pub precision: f64,
    /// The fewest and the most users to search.
    pub range: (u64, u64),
}

/// Requests of each repeat on the grid.
const GRID_REQUESTS: u64 = 20_000;
/// The most requests of a repeat: what a threshold very close to saturation would need is not
/// simulated, but told.
const MOST_REQUESTS: u64 = 6_000_000;
/// A run that confirms a capacity is so many times as long as the one that found it.
const LONGER: u64 = 4;
/// Repeats of every run.
const REPEATS: u32 = 8;

/// Called when more is to be simulated than was known, and with what has been.
pub trait Watch: Sync {
    /// So many more requests are to come, about.
    fn expect(&self, requests: u64);
    /// So many requests were simulated since the last call.
    fn advance(&self, requests: u64);
}

/// What one run told a search.
#[derive(Clone, Debug)]
struct Told {
    residuals: Residuals,
    case: CaseResult,
}

/// Searches the crossings of all stages.
///
/// # Errors
/// When jobs got lost or appeared in a component: a defect of the simulator.
pub fn graduate(
    stages: &[(Variants, Sources)],
    ask: Ask,
    watch: &dyn Watch,
) -> Result<Vec<Graduation>, Breach> {
    let effort = Effort {
        precision: ask.precision,
        requests: GRID_REQUESTS,
        most_requests: MOST_REQUESTS,
        longer: LONGER,
        by_points: false,
    };
    let mut searches: Vec<Stage<'_>> = stages
        .iter()
        .map(|(variants, sources)| Stage::new(variants, sources, ask.range, effort))
        .collect();
    loop {
        let wanted: Vec<(usize, Wanted)> = searches
            .iter()
            .enumerate()
            .flat_map(|(stage, search)| search.wanted().into_iter().map(move |one| (stage, one)))
            .collect();
        if wanted.is_empty() {
            return Ok(searches.into_iter().map(Stage::finish).collect());
        }
        let cases: Vec<Compiled> =
            wanted.iter().map(|(stage, wanted)| searches[*stage].case(*wanted)).collect();
        let told = run(&cases, watch)?;
        for ((stage, wanted), told) in wanted.into_iter().zip(told) {
            searches[stage].keep(wanted, told);
        }
        searches.iter_mut().for_each(Stage::advance);
    }
}

/// Runs cases, all repeats side by side; what they told comes in the order of the cases.
fn run(cases: &[Compiled], watch: &dyn Watch) -> Result<Vec<Told>, Breach> {
    watch.expect(cases.iter().map(|(scenario, model)| expected_requests(scenario, model)).sum());
    let told: Mutex<Vec<Option<Told>>> = Mutex::new(vec![None; cases.len()]);
    let all: Vec<&Compiled> = cases.iter().collect();
    deal(&all, &|requests| watch.advance(requests), &|position, course, runs| {
        let model = &cases[position].1;
        let residuals = Residuals::of(model, course, runs);
        let case = CaseResult::of(position, course, runs);
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        told[position] = Some(Told { residuals, case });
        ControlFlow::Continue(())
    })?;
    let told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(told.into_iter().map(|told| told.expect("every case was run")).collect())
}

impl Watch for () {
    fn expect(&self, _requests: u64) {}
    fn advance(&self, _requests: u64) {}
}
