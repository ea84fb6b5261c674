//! How much is cut at the start: one cut for all repeats.
//!
//! Pilot runs of every repeat tell when the mean response time over all repeats has settled
//! (MSER); the cut is the larger of that and 10% of the run. Pilots are a tenth of the run, and
//! are lengthened until the cut lies in their first half. Traces cut nothing: all of it counts.

use super::horizon::Measured;
use super::single::pilot;
use crate::kernel::time::Duration;
use crate::measure::statistics::warm_up::BatchMeans;
use crate::model::Model;
use crate::scenario::Warmup;
use rayon::prelude::*;

/// The shortest pilot, in requests of one repeat.
const SHORTEST_PILOT: u64 = 20_000;
/// Width of the first windows of the pilots' batch means.
const FIRST_WINDOW: Duration = Duration::from_nanos(1_000_000);
/// Share of the run that is cut at least.
const LEAST_CUT: f64 = 0.1;

/// A cut, and what finding it took.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cut {
    /// What is cut.
    pub warm_up: Duration,
    /// Requests the pilots simulated, all repeats together.
    pub simulated: u64,
    /// Whether the pilots settled in their first half.
    pub settled: bool,
}

/// The common cut of all repeats.
pub fn cut(asked: Warmup, model: &Model, measured: &Measured, repeats: u32) -> Cut {
    let fixed = |warm_up| Cut { warm_up, simulated: 0, settled: true };
    if let Warmup::Fixed(warm_up) = asked {
        return fixed(warm_up);
    }
    let least = Duration::from_seconds(LEAST_CUT * measured.expected_seconds(model));
    let count = match measured {
        Measured::Requests { count, .. } => *count,
        Measured::Span(_) | Measured::Trace if model.load.is_recorded() => {
            return fixed(Duration::ZERO);
        }
        Measured::Span(span) => (span.seconds() * model.rate) as u64,
        Measured::Trace => return fixed(Duration::ZERO),
    };
    if model.load.is_recorded() {
        return fixed(Duration::ZERO);
    }
    let mut length = (count / 10).max(SHORTEST_PILOT.min(count));
    let mut simulated = 0;
    loop {
        let batches = pilots(model, repeats, length);
        simulated += length * u64::from(repeats);
        if let Some(cut) = batches.mser_cut() {
            let warm_up = least.max(Duration::from_nanos(cut.nanos()));
            return Cut { warm_up, simulated, settled: true };
        }
        if length >= count {
            return Cut { warm_up: least, simulated, settled: false };
        }
        length = (length * 3).min(count);
    }
}

/// Batch means over all repeats.
fn pilots(model: &Model, repeats: u32, requests: u64) -> BatchMeans {
    let each: Vec<BatchMeans> = (0..repeats)
        .into_par_iter()
        .map(|repeat| pilot(model, repeat, requests, FIRST_WINDOW))
        .collect();
    let join = |mut all: BatchMeans, batches: BatchMeans| {
        all.merge(&batches);
        all
    };
    each.into_iter().reduce(join).unwrap_or_else(|| BatchMeans::new(FIRST_WINDOW))
}
