//! What a database measures.

use super::resharding_metrics as resharding;
use super::ring::metrics as ring;
use crate::components::running::{ERROR_RATE, THROUGHPUT};
use crate::measure::metric::Metric;
use crate::measure::unit::Unit;

/// Busy cores.
pub const CPU: Metric = Metric::ratio(
    "cpu",
    Unit::Fraction,
    "share of the cores' time spent on queries and applied writes",
    "busy core time / core time",
)
.headline();
/// Cores used by reads.
pub const READ_LOAD: Metric = Metric::ratio(
    "read_load",
    Unit::Fraction,
    "core time spent on reads, over the core time of the nodes that serve reads",
    "core time of reads / core time",
)
.headline();
/// Cores used by writes.
pub const WRITE_LOAD: Metric = Metric::ratio(
    "write_load",
    Unit::Fraction,
    "core time spent on writes, over the core time of the primary",
    "core time of writes / core time",
)
.headline();
/// All queries.
pub const QUERY: Metric = Metric::times(
    "query",
    "time from a query's arrival to its answer",
    "answered - arrived: connection, cores and disk, waiting included",
)
.headline();
/// Reads and scans.
pub const READ_QUERY: Metric =
    Metric::times("read_query", "the same for reads and scans", "answered - arrived");
/// Writes.
pub const WRITE_QUERY: Metric =
    Metric::times("write_query", "the same for writes", "answered - arrived");
/// Slow queries.
pub const SLOW_QUERIES: Metric = Metric::ratio(
    "slow_queries",
    Unit::Fraction,
    "share of queries slower than `slow_query`",
    "queries above the limit / queries",
);
/// Queries turned away.
pub const REJECTED: Metric = Metric::ratio(
    "rejected",
    Unit::PerSecond,
    "queries turned away per second: no connection free and no room to wait",
    "rejected / measured seconds",
);
/// Connections.
pub const POOL: Metric = Metric::ratio(
    "pool.utilization",
    Unit::Fraction,
    "share of the connections in use",
    "connections in use x seconds / (connections x seconds)",
);
/// The line for a connection.
pub const QUEUE_DEPTH: Metric = Metric::level(
    "queue_depth",
    Unit::Count,
    "queries that wait for a connection",
    "waiting queries x seconds / seconds",
);
/// Waiting for a connection.
pub const WAIT: Metric =
    Metric::times("wait", "time a query waits for a connection", "connected - arrived");
/// The disk.
pub const DISK: Metric = Metric::ratio(
    "disk.utilization",
    Unit::Fraction,
    "share of the disk's `iops` in use",
    "disk requests / (iops x seconds)",
);
/// The buffer pool.
pub const BUFFER_HIT_RATE: Metric = Metric::ratio(
    "buffer.hit_rate",
    Unit::Fraction,
    "share of reads whose data is in memory",
    "reads found in memory / reads",
);
/// Lag of replication.
pub const REPLICATION_LAG: Metric = Metric::times(
    "replication_lag",
    "time from a write's commit until a replica shows it, or another node of a ring",
    "visible - committed, over the writes; bare name: the mean at the replica where it is largest",
)
.headline();
/// Stale reads.
pub const STALE_READS: Metric = Metric::ratio(
    "stale_reads",
    Unit::Fraction,
    "share of the reads of replicas, or of a ring, that miss the latest write to their key",
    "stale reads / reads of replicas or of the ring",
)
.headline();
/// Lost own writes.
pub const LOST_OWN_WRITES: Metric = Metric::ratio(
    "lost_own_writes",
    Unit::Fraction,
    "share of the reads of replicas, or of a ring, that miss a write the reader made itself",
    "reads that miss the reader's own latest write / reads of replicas or of the ring",
);
/// Size of the data.
pub const STORAGE: Metric = Metric::gauge(
    "storage",
    Unit::Bytes,
    "data the primary holds at the end of the run",
    "keys x value size over the datasets it stores, keys made in the run included",
);
/// How full disks are.
pub const STORAGE_UTILIZATION: Metric = Metric::gauge(
    "storage.utilization",
    Unit::Fraction,
    "data of a node over its `disk`, the mean over the shards or the nodes of a ring",
    "storage / (shards x disk), or storage x copies / (nodes x disk)",
);
/// Uneven shards.
pub const IMBALANCE: Metric = Metric::ratio(
    "imbalance",
    Unit::Count,
    "queries of the hottest shard or node of a ring, over those of the mean one",
    "most queries of a shard / (queries / shards)",
)
.headline();
/// Queries nobody could serve.
pub const UNAVAILABLE: Metric = Metric::ratio(
    "unavailable",
    Unit::PerSecond,
    "queries per second that failed because a node was down or out of reach",
    "failed queries / measured seconds",
)
.headline();
/// Shards without a leader.
pub const LEADERLESS: Metric = Metric::ratio(
    "leaderless",
    Unit::Fraction,
    "share of the time in which a shard had no leader, over all shards",
    "shards x seconds without leader / (shards x seconds)",
)
.headline();
/// Writes that vanished with a leader.
pub const LOST_WRITES: Metric = Metric::gauge(
    "lost_writes",
    Unit::Count,
    "keys whose latest write, acknowledged before its leader failed, the next leader had not got",
    "keys with a lost write",
)
.headline();
/// Writes accepted away from the leader.
pub const DIVERGENT: Metric = Metric::gauge(
    "divergent_writes",
    Unit::Count,
    "writes accepted on a side of a partition that cannot reach the leader",
    "writes away from the leader",
)
.headline();
/// Writes of which one is lost.
pub const CONFLICTS: Metric = Metric::gauge(
    "conflicts",
    Unit::Count,
    "writes that crossed with another one to their key, of which the last writer wins",
    "keys written on both sides of a partition, or writes made where one under way had not arrived",
)
.headline();

/// Transactions that failed.
pub const ABORTED: Metric = Metric::ratio(
    "transactions.aborted",
    Unit::Fraction,
    "share of the writes of several keys that failed as a whole",
    "aborted / (committed + aborted)",
)
.headline();
/// Shards of a transaction.
pub const PARTICIPANTS: Metric = Metric::ratio(
    "transactions.participants",
    Unit::Count,
    "shards that a write of several keys touches, on average",
    "shards touched / writes of several keys",
);
/// Locks of those who wait for the decision.
pub const BLOCKED: Metric = Metric::times(
    "transactions.blocked",
    "time in which a shard that has voted for a write keeps its locks for the decision",
    "unlocked - voted, over the shards of writes in two phases",
)
.headline();
/// Waiting for a lock.
pub const LOCK_WAIT: Metric = Metric::times(
    "lock_wait",
    "time a write waits for the lock on a key, those that need not wait included",
    "locked - asked, over the keys written",
)
.headline();
/// Writes that undo others.
pub const COMPENSATIONS: Metric = Metric::ratio(
    "transactions.compensations",
    Unit::PerSecond,
    "parts of failed sagas that were undone by another write, per second",
    "compensating writes / measured seconds",
);
/// Writes that could not be undone.
pub const LEFT_BEHIND: Metric = Metric::ratio(
    "transactions.left_behind",
    Unit::PerSecond,
    "parts of failed sagas that could not be undone, per second: no room, no lock, nobody there",
    "compensating writes that failed / measured seconds",
);

/// Data outside of where it must stay.
pub const RESIDENCY_VIOLATIONS: Metric = Metric::ratio(
    "residency_violations",
    Unit::PerSecond,
    "answers and copies of writes per second with data that must stay in another region \
     (`data.NAME.stay_in`)",
    "(answers + copies of writes outside of their region) / measured seconds",
);

/// All of them.
pub const ALL: &[Metric] = &[
    THROUGHPUT,
    ERROR_RATE,
    QUERY,
    READ_QUERY,
    WRITE_QUERY,
    SLOW_QUERIES,
    REJECTED,
    STORAGE,
    STORAGE_UTILIZATION,
    RESIDENCY_VIOLATIONS,
    IMBALANCE,
    UNAVAILABLE,
    LEADERLESS,
    LOST_WRITES,
    DIVERGENT,
    CONFLICTS,
    resharding::MOVED,
    resharding::PROGRESS,
    resharding::SECONDS,
    resharding::COPIED,
    resharding::DOUBLE_WRITES,
    resharding::QUERY,
    resharding::IMBALANCE_BEFORE,
    resharding::IMBALANCE_AFTER,
    CPU,
    READ_LOAD,
    WRITE_LOAD,
    POOL,
    QUEUE_DEPTH,
    WAIT,
    DISK,
    BUFFER_HIT_RATE,
    REPLICATION_LAG,
    STALE_READS,
    LOST_OWN_WRITES,
    ring::HINTED_WRITES,
    ring::HINTS_WAITING,
    ring::READ_REPAIRS,
    ABORTED,
    PARTICIPANTS,
    BLOCKED,
    LOCK_WAIT,
    COMPENSATIONS,
    LEFT_BEHIND,
];
