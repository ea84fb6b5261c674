//! `[run]`: how long and how often the scenario is simulated.

use crate::language::key::Key;
use crate::language::quantity::Duration;

/// How long and how often.
#[derive(Clone, PartialEq, Debug)]
pub struct RunSection {
    /// Arrivals measured, more than 0. None when a duration is given; with a trace, none means all
    /// of it.
    pub requests: Option<u64>,
    /// Simulated time measured, instead of a number of arrivals; more than 0.
    pub duration: Option<Duration>,
    /// Simulated time measured at least; none leaves it to the longest constant delay.
    pub min_time: Option<Duration>,
    /// What is cut off before measuring.
    pub warmup: Warmup,
    /// Runs with different seeds, more than 0; with `precision` the number to begin with.
    pub repeats: u32,
    /// Half width of the 95% intervals over their values at which repeating stops.
    pub precision: Option<f64>,
    /// Where the random draws start.
    pub seed: u64,
}

/// What is cut off before measuring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Warmup {
    /// Found from the runs themselves.
    Auto,
    /// So much simulated time.
    Fixed(Duration),
}

/// Keys of `[run]`.
pub const RUN: &[Key] = &[];
