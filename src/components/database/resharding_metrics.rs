//! What a database measures while it gets more shards; there only where a change adds some.

use crate::measure::metric::Metric;
use crate::measure::unit::Unit;

/// Keys that move.
pub const MOVED: Metric = Metric::gauge(
    "reshard.moved",
    Unit::Fraction,
    "share of the keys that move to another shard, over all changes",
    "sum over the changes of the share whose shard differs before and after, exact",
)
.headline();
/// Keys that have moved.
pub const PROGRESS: Metric = Metric::gauge(
    "reshard.progress",
    Unit::Fraction,
    "how much of that has moved at the end of the run",
    "keys that were switched to their new shard / keys that move",
);
/// How long it takes.
pub const SECONDS: Metric = Metric::ratio(
    "reshard.seconds",
    Unit::Seconds,
    "time from a change's beginning until all keys have moved; absent if the run ends before",
    "sum over the changes of (last bucket switched - begun), over the repeats that got so far",
)
.headline();
/// What is copied.
pub const COPIED: Metric = Metric::gauge(
    "reshard.copied",
    Unit::Bytes,
    "data copied to new shards, once for each key",
    "keys of the batches written x value size",
);
/// Writes to both shards.
pub const DOUBLE_WRITES: Metric = Metric::gauge(
    "reshard.double_writes",
    Unit::Count,
    "writes that went to the old and to the new shard of their key",
    "writes while their bucket was copied, or overtaken by its switch",
);
/// Queries meanwhile.
pub const QUERY: Metric = Metric::times(
    "reshard.query",
    "the same as `query`, for queries answered while keys are copied",
    "answered - arrived, over the queries answered while a change is under way",
)
.headline();
/// Balance before.
pub const IMBALANCE_BEFORE: Metric = Metric::ratio(
    "reshard.imbalance_before",
    Unit::Count,
    "queries of the hottest shard over those of the mean one, until the first change",
    "most queries of a shard / (queries / shards at the start)",
);
/// Balance after.
pub const IMBALANCE_AFTER: Metric = Metric::ratio(
    "reshard.imbalance_after",
    Unit::Count,
    "queries of the hottest shard over those of the mean one, once all changes are done",
    "most queries of a shard / (queries / shards at the end)",
);
