//! What a service measures.

use crate::components::running::{ERROR_RATE, RESPONSE, THROUGHPUT};
use crate::measure::metric::Metric;
use crate::measure::unit::Unit;

/// Cores at work.
pub const CPU: Metric = Metric::ratio(
    "cpu",
    Unit::Fraction,
    "share of the cores' time spent computing",
    "busy core time / core time",
)
.headline();
/// Workers held.
pub const WORKERS_BUSY: Metric = Metric::ratio(
    "workers.busy",
    Unit::Fraction,
    "share of the workers held by a job, waiting for others included",
    "workers held x seconds / (workers x seconds)",
);
/// The line for a worker.
pub const QUEUE_DEPTH: Metric = Metric::level(
    "queue_depth",
    Unit::Count,
    "jobs that wait for a worker",
    "waiting jobs x seconds / seconds",
);
/// Waiting for a worker.
pub const WAIT: Metric = Metric::times("wait", "time a job waits for a worker", "begun - arrived");
/// Jobs turned away.
pub const REJECTED: Metric = Metric::ratio(
    "rejected",
    Unit::PerSecond,
    "jobs turned away per second: no worker free and no room to wait",
    "rejected / measured seconds",
);
/// Calls done without.
pub const SKIPPED: Metric = Metric::ratio(
    "skipped",
    Unit::PerSecond,
    "calls per second that failed and were skipped (`on_error = \"skip\"`)",
    "skipped calls / measured seconds",
);

/// All of them.
pub const ALL: &[Metric] =
    &[RESPONSE, THROUGHPUT, ERROR_RATE, CPU, WORKERS_BUSY, QUEUE_DEPTH, WAIT, REJECTED, SKIPPED];
