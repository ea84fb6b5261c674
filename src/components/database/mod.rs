//! Database: a primary that takes the writes, and asynchronous replicas that share the reads.
//!
//! ```text
//! query -> node -> connection -> cores, shared by all running queries -> disk (if any) -> answer
//! write -> the primary; then every replica shows it after its lag, and spends `apply_time` on it
//! read  -> a replica, the primary, or the primary as long as the reader's own write is not visible
//! ```
//!
//! Running queries share the cores (processor sharing), because a measured PostgreSQL behaves so,
//! within 11%; first come, first served comes out up to 2x too low. What must hold: a write is
//! taken by the primary only; a read that misses the latest write of its key is counted as stale.

mod measuring;
mod metrics;
mod replication;
mod running;
mod settings;

use super::access::{Dataset, ReadFrom, Verb};
use super::flow::{Flow, FlowContext, StationFlow};
use super::keys::NODE_COST;
use super::running::{BuildContext, Running};
use super::wiring::WireSpec;
use super::work::{WORK, Work};
use super::{Blueprint, ComponentKind, Resolver, Spec};
use crate::blocks::distribution::Distribution;
use crate::blocks::least_recently_used::LeastRecentlyUsed;
use crate::blocks::station::{Discipline, FirstCome, Pool, Station, Unlimited};
use crate::kernel::time::Duration;
use crate::language::key::{Key, Takes};
use crate::language::quantity::{Count, Limit, Rate, Size};
use crate::language::reader::TableReader;
use replication::Replication;
use running::{DatabaseNode, Disk, RunningDatabase};
use settings::{Settings, Streams};

const REPLICA_KEYS: &[Key] = &[
    Key::with_default("count", Takes::Count, "1", "Replicas beside the primary."),
    Key::with_default(
        "lag",
        Takes::Distribution,
        "\"0ms\"",
        "Time from a write's commit until a replica shows it, for each write and replica.",
    ),
    Key::with_default(
        "reads",
        Takes::OneOf(&["replica", "primary", "read_your_writes"]),
        "\"replica\"",
        "Where reads go; `read_your_writes` asks the primary while the replica lacks the reader's \
         own last write.",
    ),
];

const KEYS: &[Key] = &[
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
    Key::with_default("slow_query", Takes::Duration, "\"1s\"", "Queries above this are slow."),
    Key::optional("replicas", Takes::Table(REPLICA_KEYS), "Asynchronous copies."),
    NODE_COST,
];

/// The database's entry in the list of kinds.
pub const KIND: ComponentKind = ComponentKind {
    name: "database",
    meaning: "A primary with asynchronous replicas; running queries share the cores.",
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
    read_time: Work,
    write_time: Work,
    scan_time: Work,
    apply_time: Option<Distribution>,
    disk_time: Option<Distribution>,
    iops: f64,
    memory: Option<u64>,
    slow_query: Duration,
    replicas: u16,
    lag: Distribution,
    reads: ReadFrom,
    read_your_writes: bool,
}

#[derive(Debug)]
struct Replicas {
    count: u16,
    lag: Distribution,
    reads: ReadFrom,
    read_your_writes: bool,
}

const MOST_REPLICAS: u64 = 1000;
const MOST_CORES: u64 = 100_000;

fn read_replicas(table: &mut TableReader<'_, '_>) -> Option<Replicas> {
    if !table.given("replicas") {
        let (count, reads) = (0, ReadFrom::Primary);
        return Some(Replicas { count, lag: Distribution::zero(), reads, read_your_writes: false });
    }
    let mut replicas = table.table("replicas")?;
    let count = replicas.get::<Count>("count");
    let lag = replicas.get::<Distribution>("lag");
    let word = replicas.get_word("reads");
    if count.is_some_and(|count| count.0 > MOST_REPLICAS) {
        replicas.error("count", "is more than a primary can feed", "at most 1000");
        return None;
    }
    let word = word?;
    Some(Replicas {
        count: count?.0 as u16,
        lag: lag?,
        reads: if word == "primary" { ReadFrom::Primary } else { ReadFrom::Replica },
        read_your_writes: word == "read_your_writes",
    })
}

fn read(table: &mut TableReader<'_, '_>) -> Option<Box<dyn Spec>> {
    let cores = table.get::<Count>("cores");
    let connections = table.get::<Limit>("connections");
    let limit = table.get::<Limit>("queue_limit");
    let discipline = table.get_word("discipline");
    let read_time = table.get::<Work>("read_time");
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
    let slow_query = table.get::<Duration>("slow_query");
    let replicas = read_replicas(table);
    table.optional::<String>("node_cost");
    if cores.is_some_and(|cores| !(1..=MOST_CORES).contains(&cores.0)) {
        table.error("cores", "must lie between 1 and 100K", "");
    }
    if connections == Some(Limit::Finite(0)) {
        table.error("connections", "no query could run", "at least 1");
    }
    if iops.is_some_and(|iops| iops.0 <= 0.0) {
        table.error("iops", "the disk would stand still", "more than 0");
    }
    if memory.is_some_and(|memory| memory.is_some())
        && disk_time.as_ref().is_some_and(Option::is_none)
    {
        table.error("memory", "does nothing without a disk", "give `disk_time` too");
    }
    let read_time = read_time?;
    let replicas = replicas?;
    Some(Box::new(Database {
        cores: cores?.0.min(MOST_CORES) as u32,
        connections: connections?.finite(),
        limit: limit?.finite(),
        discipline: match discipline? {
            "fcfs" => Discipline::FirstComeFirstServed,
            _ => Discipline::ProcessorSharing,
        },
        write_time: write_time?.unwrap_or_else(|| read_time.clone()),
        scan_time: scan_time?.unwrap_or_else(|| read_time.clone()),
        read_time,
        apply_time: apply_time?,
        disk_time: disk_time?,
        iops: iops?.0,
        memory: memory?.map(|size| size.0),
        slow_query: slow_query?,
        replicas: replicas.count,
        lag: replicas.lag,
        reads: replicas.reads,
        read_your_writes: replicas.read_your_writes,
    }))
}

impl Spec for Database {
    fn wires(&self) -> Vec<WireSpec> {
        Vec::new()
    }

    fn uses_recorded_work(&self) -> bool {
        [&self.read_time, &self.write_time, &self.scan_time].iter().any(|work| work.is_recorded())
    }

    fn resolve(&self, _resolver: &mut Resolver<'_, '_>) -> Option<Box<dyn Blueprint>> {
        Some(Box::new(self.clone()))
    }
}

impl Database {
    /// Core time per second that reads and writes ask for, if it is known.
    fn core_time(&self, arriving: &[f64], context: &FlowContext<'_>) -> CoreTime {
        let mut time = CoreTime::default();
        for ((_, class), &rate) in context.classes.iter().zip(arriving) {
            let work = match class.verb {
                Verb::Write => &self.write_time,
                Verb::Scan => &self.scan_time,
                Verb::Read | Verb::Call => &self.read_time,
            };
            let busy = work.mean().map(|mean| rate * mean);
            let at_primary = class.verb == Verb::Write
                || self.replicas == 0
                || class.from == ReadFrom::Primary
                || (class.from == ReadFrom::Usual && self.reads == ReadFrom::Primary);
            let (sum, total) = if at_primary {
                (&mut time.primary, &mut time.primary_rate)
            } else {
                (&mut time.replicas, &mut time.replica_rate)
            };
            *total += rate;
            if rate > 0.0 {
                *sum = sum.zip(busy).map(|(sum, busy)| sum + busy);
            }
            if class.verb == Verb::Write {
                time.write_rate += rate;
            }
        }
        time
    }

    /// Entries of the buffer pool: values of mean size.
    fn buffer(&self, datasets: &[Dataset]) -> Option<LeastRecentlyUsed> {
        let sizes = datasets.iter().map(|dataset| dataset.value_size).sum::<u64>();
        let mean = (sizes / datasets.len().max(1) as u64).max(1);
        let entries = (self.memory? / mean).clamp(1, u64::from(u32::MAX) - 1);
        Some(LeastRecentlyUsed::new(entries as u32))
    }
}

/// Busy cores asked for, and the rates behind them.
#[derive(Debug)]
struct CoreTime {
    primary: Option<f64>,
    primary_rate: f64,
    replicas: Option<f64>,
    replica_rate: f64,
    write_rate: f64,
}

impl Default for CoreTime {
    fn default() -> CoreTime {
        let zero = Some(0.0);
        let (primary_rate, replica_rate, write_rate) = (0.0, 0.0, 0.0);
        CoreTime { primary: zero, primary_rate, replicas: zero, replica_rate, write_rate }
    }
}

impl Blueprint for Database {
    fn flow(&self, arriving: &[f64], context: &FlowContext<'_>) -> Flow {
        let time = self.core_time(arriving, context);
        let mut flow = Flow::default();
        flow.note_delay(&self.lag);
        let cores = f64::from(self.cores);
        let station = |name: &str, nodes: f64, rate: f64, busy: Option<f64>| StationFlow {
            station: name.to_owned(),
            servers: cores * nodes,
            rate,
            busy,
        };
        let primary = if self.replicas == 0 { "cpu" } else { "primary cpu" };
        flow.stations.push(station(primary, 1.0, time.primary_rate, time.primary));
        if self.replicas > 0 {
            let replicas = f64::from(self.replicas);
            let apply = self.apply_time.as_ref().map_or(0.0, Distribution::mean);
            let applied = time.write_rate * apply * replicas;
            let busy = time.replicas.map(|busy| busy + applied);
            flow.stations.push(station("replica cpu", replicas, time.replica_rate, busy));
        }
        if self.disk_time.is_some() && self.memory.is_none() {
            let busy = Some(time.primary_rate / self.iops);
            let (station, servers) = ("disk".to_owned(), 1.0);
            flow.stations.push(StationFlow { station, servers, rate: time.primary_rate, busy });
        }
        flow
    }

    fn build(&self, context: &BuildContext<'_>) -> Box<dyn Running> {
        let reached = |dataset: &&Dataset| {
            let of = context.classes.iter().zip(context.arriving);
            of.filter(|(_, rate)| **rate > 0.0)
                .any(|((_, class), _)| class.dataset == Some(dataset.number))
        };
        let stored: Vec<&Dataset> = context.datasets.iter().filter(reached).collect();
        let bytes = |dataset: &&Dataset| dataset.keys as f64 * dataset.value_size as f64;
        let sizes = stored.iter().map(|dataset| dataset.value_size as f64);
        let settings = Settings {
            cores: u64::from(self.cores),
            read_time: self.read_time.clone(),
            write_time: self.write_time.clone(),
            scan_time: self.scan_time.clone(),
            apply_time: self.apply_time.clone(),
            disk_time: self.disk_time.clone().unwrap_or_else(Distribution::zero),
            reads: self.reads,
            read_your_writes: self.read_your_writes,
            slow_query: self.slow_query,
            stored_bytes: stored.iter().map(bytes).sum(),
            new_key_bytes: sizes.fold(0.0, f64::max),
            classes: context.classes.clone(),
            streams: Streams {
                read: context.stream("read time"),
                write: context.stream("write time"),
                apply: context.stream("apply time"),
                disk: context.stream("disk time"),
                replica: context.stream("replica"),
            },
        };
        let disk = || Disk {
            pace: FirstCome::new(1, None),
            access: Unlimited::new(),
            interval: Duration::from_seconds(1.0 / self.iops),
        };
        let node = |_| {
            DatabaseNode::new(
                Pool::new(self.connections.unwrap_or(u64::MAX), self.limit),
                Station::new(self.discipline, Some(self.cores), None),
                self.disk_time.as_ref().map(|_| disk()),
                self.buffer(context.datasets),
            )
        };
        let nodes = (0..=self.replicas).map(node).collect();
        let follows_users = self.read_your_writes;
        let lags = context.stream("lag");
        let replication = Replication::new(self.replicas, self.lag.clone(), lags, follows_users);
        Box::new(RunningDatabase::new(settings, nodes, replication))
    }
}
