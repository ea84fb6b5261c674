//! What a ring measures beside what every database does.

use crate::measure::metric::Metric;
use crate::measure::unit::Unit;

/// Writes taken for others.
pub const HINTED_WRITES: Metric = Metric::ratio(
    "hinted_writes",
    Unit::PerSecond,
    "copies of writes that a node of a ring took for one that was down or out of reach, per second",
    "hints taken / measured seconds",
)
.headline();
/// Hints that wait.
pub const HINTS_WAITING: Metric = Metric::gauge(
    "hints_waiting",
    Unit::Count,
    "copies of writes that are still kept for another node at the end of the run",
    "hints taken and not handed over",
);
/// Copies brought up to date by reads.
pub const READ_REPAIRS: Metric = Metric::ratio(
    "read_repairs",
    Unit::PerSecond,
    "copies on a ring that a read found older than another one and brought up to date, per second",
    "copies repaired / measured seconds",
)
.headline();
