//! How much is cut at the start: one cut for all repeats.
//!
//! A run begins with a cut of 10%. Its repeats together then tell when the mean response time had
//! settled (MSER on the mean over all repeats, from time zero); where that is later than the cut,
//! the run was a pilot, and is done again with the later cut. Never is anything cut by what a
//! single repeat shows: that would bias it. Between regions, at least the longest round trip
//! is cut.
//!
//! Traces cut nothing: all of them counts. A load that varies by day cuts whole periods, so that
//! the measured part is as long as it was; a spike, a ramp, faults or changes cut nothing, for
//! their times count from the start.

use super::horizon::Measured;
use super::single::Single;
use crate::blocks::arrivals::Shape;
use crate::kernel::time::{Duration, Time};
use crate::measure::statistics::warm_up::BatchMeans;
use crate::model::Model;
use crate::scenario::Warmup;

/// Share of the measured part that is cut at least.
const LEAST_CUT: f64 = 0.1;

/// The cut to begin with.
pub fn first_cut(asked: Warmup, model: &Model, measured: &Measured) -> Duration {
    match asked {
        Warmup::Fixed(warm_up) => warm_up,
        Warmup::Auto
            if model.load.is_recorded() || model.is_changing || !model.faults.is_empty() =>
        {
            Duration::ZERO
        }
        Warmup::Auto => {
            let least = Duration::from_seconds(LEAST_CUT * measured.expected_seconds(model));
            // Before that, nothing from the farthest region has been there and back.
            let least = least.max(model.geography.longest_round_trip());
            match model.load.shape() {
                Shape::Constant => least,
                Shape::Diurnal { period, .. } => {
                    Duration::from_nanos(least.nanos().div_ceil(period.nanos()) * period.nanos())
                }
                Shape::Spike { .. } | Shape::Ramp { .. } => Duration::ZERO,
            }
        }
    }
}

/// What the repeats say of the cut they were run with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Settled {
    /// It was enough.
    Yes,
    /// The response time settled only then.
    Later(Duration),
    /// It had not settled in the first half of the run.
    No,
}

/// Whether the cut is found from the runs, so that it may come later than the first.
pub fn is_found(asked: Warmup, model: &Model) -> bool {
    let varies = model.load.shape() != Shape::Constant || model.is_changing;
    let is_steady = !varies && model.faults.is_empty();
    asked == Warmup::Auto && !model.load.is_recorded() && is_steady
}

/// Whether the response time had settled when the warm-up ended.
pub fn settled(asked: Warmup, model: &Model, singles: &[Single], warm_up: Duration) -> Settled {
    if !is_found(asked, model) {
        return Settled::Yes;
    }
    let join = |mut all: BatchMeans, single: &Single| {
        all.merge(&single.batches);
        all
    };
    let Some((first, others)) = singles.split_first() else { return Settled::Yes };
    match others.iter().fold(first.batches.clone(), join).mser_cut() {
        None => Settled::No,
        Some(cut) if cut <= Time::ZERO + warm_up => Settled::Yes,
        Some(cut) => Settled::Later(cut - Time::ZERO),
    }
}
