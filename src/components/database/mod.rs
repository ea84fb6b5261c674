//! Database: shards, each of them a group of nodes of which one leads, takes the writes and sends
//! them to the others.
//!
//! - [`replicas`], [`shards`], [`consensus`], [`ring`], [`failover`], [`transactions`]: the
//!   sections of its table;
//! - [`profiles`]: figures of well-known stores, which lie under its table;
//! - [`topology`]: which nodes that makes;
//! - [`load`], [`buffer`]: load by arithmetic, and what is in memory; [`plan`]: how it is built;
//! - [`growing`], [`buckets`]: more shards in the course of a run, and which keys move when;
//! - [`running`]: what it does; [`replication`]: who lacks which write.
//!
//! ```text
//! query -> shard -> member -> connection -> cores, shared by all running queries -> disk (if any)
//! write -> the leader; the others get it after their lag, and spend `apply_time` on it
//! read  -> a replica, the primary, or the primary as long as a write matters to the reader
//! ```
//!
//! Running queries share the cores (processor sharing), because a measured PostgreSQL behaves so,
//! within 11%; first come, first served comes out up to 2x too low. What must hold: a write is
//! taken by the leader only; a read that misses the latest write of its key is counted as stale.

mod buckets;
mod buffer;
mod consensus;
mod failover;
mod growing;
mod load;
mod measuring;
mod metrics;
mod otherwise;
mod plan;
pub mod profiles;
mod redundancy;
mod regional;
mod replicas;
mod replication;
mod resharding_metrics;
mod ring;
mod running;
mod settings;
mod shards;
mod topology;
mod transactions;

use super::growth::{Growth, Refusal};
use super::keys::{MTBF, MTTR, NEEDS, NODE_COST, REGIONS};
use super::scaling::{self, COHERENCY, CONTENTION};
use super::wiring::WireSpec;
use super::work::{WORK, Work};
use super::{Blueprint, ComponentKind, Resolver, Spec};
use crate::blocks::distribution::Distribution;
use crate::blocks::station::{Discipline, Scalability};
use crate::kernel::time::Duration;
use crate::language::diagnostic::suggestion;
use crate::language::key::{Key, PROFILE, Takes};
use crate::language::quantity::{Count, Limit, Rate, Size};
use crate::language::reader::TableReader;
use crate::language::reading::FromNode;
use consensus::Consensus;
use failover::Failover;
use plan::Plan;
use replicas::Replicas;
use ring::Ring;
use shards::Shards;
use transactions::Transactions;

/// How the copies of a shard hold together: one way of several.
const REPLICATION: &str = "replication";

const KEYS: &[Key] = &[
    Key::optional(
        PROFILE,
        Takes::OneOf(profiles::NAMES),
        "A well-known store whose figures hold for all that is not said here, the required keys \
         included; `simscale profiles` lists them with their sources.",
    ),
    Key::required("cores", Takes::Count, "Cores of a node, shared by its running queries."),
    Key::with_default("connections", Takes::Limit, "100", "Queries that can run at a node."),
    Key::with_default(
        "queue_limit",
        Takes::Limit,
        "\"10K\"",
        "Queries that can wait for a connection at a node; further ones are rejected.",
    ),
    Key::with_default(
        "discipline",
        Takes::OneOf(&["processor_sharing", "fcfs"]),
        "\"processor_sharing\"",
        "How queries use the cores: all at once, or one a core in the order they came.",
    ),
    CONTENTION,
    COHERENCY,
    Key::required("read_time", Takes::Custom(&WORK), "Core time of a read."),
    Key::computed("write_time", Takes::Custom(&WORK), "as read_time", "Core time of a write."),
    Key::computed("scan_time", Takes::Custom(&WORK), "as read_time", "Core time of a scan."),
    Key::optional(
        "apply_time",
        Takes::Distribution,
        "Core time of a replica for each write; applying is free if absent.",
    ),
    Key::optional(
        "disk_time",
        Takes::Distribution,
        "Time a disk request takes; no disk if absent.",
    ),
    Key::with_default("iops", Takes::Rate, "\"3000/s\"", "Disk requests a node can start."),
    Key::optional(
        "memory",
        Takes::Size,
        "Buffer pool of a node: reads of what it holds need no disk. Without it every query does.",
    ),
    Key::optional(
        "disk",
        Takes::Size,
        "What fits on the disk of a node, for `storage.utilization`; a full disk stops nothing.",
    ),
    Key::with_default("slow_query", Takes::Duration, "\"1s\"", "Queries above this are slow."),
    Key::optional(
        "replicas",
        Takes::Table(replicas::KEYS),
        "Copies of each shard that follow its primary.",
    )
    .in_group(REPLICATION),
    Key::optional(
        "shards",
        Takes::Table(shards::KEYS),
        "Slices of the keys, each a primary with its replicas.",
    ),
    Key::optional(
        "consensus",
        Takes::Table(consensus::KEYS),
        "Makes each shard a group that agrees on every write, in place of replicas.",
    )
    .in_group(REPLICATION),
    Key::optional(
        "ring",
        Takes::Table(ring::KEYS),
        "Makes it a ring of nodes without a leader, each key on the next few clockwise, in place \
         of shards with replicas.",
    )
    .in_group(REPLICATION),
    Key::with_default(
        "failover",
        Takes::Table(failover::KEYS),
        "{}",
        "How soon a replica takes over from a primary that failed.",
    ),
    Key::with_default(
        "on_partition",
        Takes::OneOf(&["consistency", "availability"]),
        "\"consistency\"",
        "What those do who cannot reach the leader: refuse, or go on by themselves.",
    ),
    Key::optional(
        "otherwise",
        Takes::OneOf(&["latency", "consistency"]),
        "What counts without a partition: replicas answer reads at once and writes do not wait \
         (latency), or the primary answers reads and writes wait for all (consistency).",
    ),
    Key::optional(
        "transactions",
        Takes::Table(transactions::KEYS),
        "How writes of several keys keep together what lies on several shards.",
    ),
    REGIONS,
    MTBF,
    MTTR,
    NEEDS,
    NODE_COST,
];

/// The database's entry in the list of kinds.
pub const KIND: ComponentKind = ComponentKind {
    name: "database",
    meaning: "Shards, each a primary with replicas or a voting group; queries share the cores.",
    keys: KEYS,
    metrics: metrics::ALL,
    read,
    example: "cores = 4\nread_time = { lognormal = { mean = \"4ms\", cv = 1.2 } }\n\
              write_time = { lognormal = { mean = \"9ms\", cv = 1.2 } }\n\
              replicas = { count = 2, lag = { exponential = \"80ms\" } }",
};

#[derive(Clone, Debug)]
struct Database {
    cores: u32,
    connections: Option<u64>,
    limit: Option<u64>,
    discipline: Discipline,
    scalability: Scalability,
    read_time: Work,
    write_time: Work,
    scan_time: Work,
    apply_time: Option<Distribution>,
    disk_time: Option<Distribution>,
    iops: f64,
    memory: Option<u64>,
    disk: Option<u64>,
    slow_query: Duration,
    replicas: Replicas,
    shards: Shards,
    consensus: Option<Consensus>,
    ring: Option<Ring>,
    failover: Failover,
    prefers_availability: bool,
    transactions: Transactions,
    /// More shards in the course of a run, in the order of time.
    growth: Vec<Growth>,
}

const MOST_CORES: u64 = 100_000;

fn read(table: &mut TableReader<'_, '_>) -> Option<Box<dyn Spec>> {
    read_database(table).map(|database| Box::new(database) as Box<dyn Spec>)
}

fn read_database(table: &mut TableReader<'_, '_>) -> Option<Database> {
    let is_unknown = refuse_unknown_profile(table);
    let cores = required::<Count>(table, "cores", is_unknown);
    let connections = table.get::<Limit>("connections");
    let limit = table.get::<Limit>("queue_limit");
    let discipline = read_discipline(table);
    let scalability = scaling::read(table, discipline);
    let read_time = required::<Work>(table, "read_time", is_unknown);
    let write_time = table.optional::<Work>("write_time");
    let scan_time = table.optional::<Work>("scan_time");
    for key in ["write_time", "scan_time"] {
        if !table.given(key)
            && let Some(node) = table.node("read_time")
        {
            table.note_computed(key, node);
        }
    }
    let apply_time = table.optional::<Distribution>("apply_time");
    let disk_time = table.optional::<Distribution>("disk_time");
    let iops = table.get::<Rate>("iops");
    let memory = table.optional::<Size>("memory");
    let disk = read_disk(table);
    let slow_query = table.get::<Duration>("slow_query");
    let replicas = replicas::read(table);
    let shards = shards::read(table);
    let consensus = consensus::read(table);
    let ring = ring::read(table);
    let failover = failover::read(table);
    let on_partition = table.get_word("on_partition");
    let otherwise = otherwise::read(table);
    let transactions = transactions::read(table);
    table.optional::<String>("node_cost");
    check_node(table, cores, connections, iops);
    check_together(table);
    let read_time = read_time?;
    Some(Database {
        cores: cores?.0.min(MOST_CORES) as u32,
        connections: connections?.finite(),
        limit: limit?.finite(),
        discipline: discipline?,
        scalability: scalability?,
        write_time: write_time?.unwrap_or_else(|| read_time.clone()),
        scan_time: scan_time?.unwrap_or_else(|| read_time.clone()),
        read_time,
        apply_time: apply_time?,
        disk_time: disk_time?,
        iops: iops?.0,
        memory: memory?.map(|size| size.0),
        disk: disk?,
        slow_query: slow_query?,
        replicas: otherwise?.applied_to(replicas?),
        shards: shards?,
        consensus: consensus?,
        ring: ring?,
        failover: failover?,
        prefers_availability: on_partition? == "availability",
        transactions: transactions?,
        growth: Vec::new(),
    })
}

fn read_discipline(table: &mut TableReader<'_, '_>) -> Option<Discipline> {
    Some(match table.get_word("discipline")? {
        "fcfs" => Discipline::FirstComeFirstServed,
        _ => Discipline::ProcessorSharing,
    })
}

/// Bytes that fit on a node's disk, if that is limited.
fn read_disk(table: &mut TableReader<'_, '_>) -> Option<Option<u64>> {
    let disk = table.optional::<Size>("disk")?;
    if disk == Some(Size(0)) {
        table.error("disk", "nothing would fit", "more than 0");
    }
    Some(disk.map(|disk| disk.0))
}

/// Whether the profile it names is not known, which is reported. The name is not among the values
/// that take effect: what it stands for is.
fn refuse_unknown_profile(table: &mut TableReader<'_, '_>) -> bool {
    let Some(node) = table.node(PROFILE) else { return false };
    let names = profiles::NAMES.iter().copied();
    let (message, label) = match node.text() {
        Some(name) if profiles::NAMES.contains(&name) => return false,
        Some(name) => (format!("`{name}` is not known"), suggestion(name, names)),
        None => {
            let accepted: Vec<&str> = names.collect();
            let message = format!("must be a name, not {}", node.value.what());
            (message, format!("one of {}", accepted.join(", ")))
        }
    };
    let message = format!("{}: `{PROFILE}`: {message}", table.subject());
    table.reading().problems.error(node.place, message, label);
    true
}

/// The value of a required key, which is not missed where it would come with a profile if that one
/// were known.
fn required<T: FromNode>(
    table: &mut TableReader<'_, '_>,
    key: &str,
    is_unknown: bool,
) -> Option<T> {
    if is_unknown && !table.given(key) { None } else { table.get::<T>(key) }
}

/// Refuses a node with which nothing could be done.
fn check_node(
    table: &mut TableReader<'_, '_>,
    cores: Option<Count>,
    connections: Option<Limit>,
    iops: Option<Rate>,
) {
    if cores.is_some_and(|cores| !(1..=MOST_CORES).contains(&cores.0)) {
        table.error("cores", "must lie between 1 and 100K", "");
    }
    if connections == Some(Limit::Finite(0)) {
        table.error("connections", "no query could run", "at least 1");
    }
    if iops.is_some_and(|iops| iops.0 <= 0.0) {
        table.error("iops", "the disk would stand still", "more than 0");
    }
}

/// Refuses keys that make no sense beside each other.
fn check_together(table: &mut TableReader<'_, '_>) {
    if table.given("memory") && !table.given("disk_time") {
        table.error("memory", "does nothing without a disk", "give `disk_time` too");
    }
}

impl Spec for Database {
    fn wires(&self) -> Vec<WireSpec> {
        Vec::new()
    }

    fn spans_regions(&self) -> bool {
        true
    }

    fn shards_and_nodes(&self) -> Option<(u16, u16)> {
        Some((self.final_shards(), self.members()))
    }

    fn uses_recorded_work(&self) -> bool {
        [&self.read_time, &self.write_time, &self.scan_time].iter().any(|work| work.is_recorded())
    }

    fn grow(&mut self, growth: Growth) -> Result<Duration, Refusal> {
        Database::grow(self, growth)
    }

    fn resolve(&self, resolver: &mut Resolver<'_, '_>) -> Option<Box<dyn Blueprint>> {
        Some(Box::new(Plan::new(self.clone(), resolver)?))
    }
}
