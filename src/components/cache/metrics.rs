//! What a cache measures.

use crate::components::running::{ERROR_RATE, RESPONSE, THROUGHPUT};
use crate::measure::metric::Metric;
use crate::measure::unit::Unit;

/// Share of reads answered.
pub const HIT_RATE: Metric = Metric::ratio(
    "hit_rate",
    Unit::Fraction,
    "share of reads of held datasets answered from memory",
    "hits / (hits + misses)",
)
.headline();
/// Share of hits that are old.
pub const STALE_RATE: Metric = Metric::ratio(
    "stale_rate",
    Unit::Fraction,
    "share of hits that are older than a write which passed here, or were filled from a stale read",
    "stale hits / hits",
);
/// Entries thrown out.
pub const EVICTIONS: Metric = Metric::ratio(
    "evictions",
    Unit::PerSecond,
    "entries thrown out for want of memory, per second",
    "evictions / measured seconds",
);
/// Entries found too old.
pub const EXPIRED: Metric = Metric::ratio(
    "expired",
    Unit::PerSecond,
    "reads per second that found an entry past its time to live",
    "expired look-ups / measured seconds",
);
/// Busy threads.
pub const THREADS_BUSY: Metric = Metric::ratio(
    "threads.busy",
    Unit::Fraction,
    "share of the threads at work",
    "busy threads x seconds / (threads x seconds)",
);
/// Waiting for a thread.
pub const WAIT: Metric =
    Metric::times("wait", "time a look-up waits for a thread", "begun - arrived");
/// Memory in use.
pub const FULL: Metric = Metric::gauge(
    "memory",
    Unit::Fraction,
    "share of the memory in use at the end of the run",
    "used / capacity",
);
/// Entries held.
pub const ENTRIES: Metric =
    Metric::gauge("entries", Unit::Count, "entries held at the end of the run", "entries held");

/// Data outside of where it must stay.
pub const RESIDENCY_VIOLATIONS: Metric = Metric::ratio(
    "residency_violations",
    Unit::PerSecond,
    "answers and fills per second with data that must stay in another region (`data.NAME.stay_in`)",
    "(hits + fills outside of their region) / measured seconds",
);

/// All of them.
pub const ALL: &[Metric] = &[
    RESPONSE,
    THROUGHPUT,
    ERROR_RATE,
    HIT_RATE,
    STALE_RATE,
    EVICTIONS,
    EXPIRED,
    THREADS_BUSY,
    WAIT,
    FULL,
    ENTRIES,
    RESIDENCY_VIOLATIONS,
];
