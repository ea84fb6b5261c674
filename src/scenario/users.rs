//! `[users]`: how many there are, and when they ask.

use crate::blocks::arrivals::{CountColumns, Shape, Spacing, Window};
use crate::blocks::distribution::Distribution;
use crate::blocks::trace::{TimeUnit, TraceFile, TraceSummary};
use crate::language::key::Key;

/// Who uses the system.
#[derive(Clone, Debug)]
pub struct UsersSection {
    /// People active in the hour that the steady state stands for; more than 0.
    pub count: u64,
    /// When they ask.
    pub load: Load,
    /// How the rate varies over the run; only with [`Load::Open`].
    pub shape: Option<Shape>,
    /// At which point of the shape thresholds are judged.
    pub at: JudgedAt,
    /// Relative growth of the count per month: 0.08 for 8%.
    pub growth: Option<f64>,
}

/// At which point of a varying load thresholds are judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JudgedAt {
    /// At its peak.
    Peak,
    /// At its mean.
    Mean,
}

/// When users ask.
#[derive(Clone, Debug)]
pub enum Load {
    /// Each asks at a rate, whether answered or not.
    Open {
        /// Requests per second of one user, more than 0.
        rate_per_user: f64,
        /// How regular the gaps of all users together are.
        spacing: Spacing,
    },
    /// Each waits for the answer, thinks, and asks again.
    Closed {
        /// Time from an answer to the next request.
        think: Distribution,
    },
    /// At the times recorded in a trace.
    Stamps(StampedLoad),
    /// At the counts recorded in a trace.
    Counts(CountedLoad),
}

/// A trace with one row an arrival.
#[derive(Clone, Debug)]
pub struct StampedLoad {
    /// The file and which of its rows count.
    pub file: TraceFile,
    /// Column of the times, and how they are written.
    pub time: (String, TimeUnit),
    /// Column of recorded service times, and their unit.
    pub work: Option<(String, TimeUnit)>,
    /// The part of the trace that is replayed.
    pub window: Window,
    /// How many users made the trace; without it, it is replayed as it is.
    pub recorded_users: Option<u64>,
    /// What the whole trace amounts to.
    pub summary: TraceSummary,
}

/// A trace with one row an interval.
#[derive(Clone, Debug)]
pub struct CountedLoad {
    /// The file and which of its rows count.
    pub file: TraceFile,
    /// Its columns, and the length of an interval.
    pub columns: CountColumns,
    /// How regular the gaps within an interval are.
    pub spacing: Spacing,
    /// The part of the trace that is replayed.
    pub window: Window,
    /// How many users made the trace; without it, it is replayed as it is.
    pub recorded_users: Option<u64>,
    /// What the whole trace amounts to.
    pub summary: TraceSummary,
}

/// Keys of `[users]`.
pub const USERS: &[Key] = &[];
