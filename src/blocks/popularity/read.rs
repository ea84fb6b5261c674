//! How popularity is written in a scenario: `"uniform"`, `{ zipf = 0.99 }`, or the keys of a trace.

use super::Popularity;
use crate::blocks::trace::TraceFile;

/// How the demand is spread over the keys of a dataset.
#[derive(Clone, PartialEq, Debug)]
pub enum PopularitySpec {
    /// By a law.
    Law(Popularity),
    /// As in a trace.
    Trace {
        /// The file and which of its rows count.
        file: TraceFile,
        /// Column of the keys.
        column: String,
        /// Rows that count.
        rows: u64,
    },
}
