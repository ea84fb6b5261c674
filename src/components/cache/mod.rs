//! Cache: answers reads of the datasets it holds from memory, and asks the store behind it for
//! the rest.
//!
//! ```text
//! read   -> thread (look-up) -> held and fresh: answer
//!                            -> else: store -> keep it -> answer          (cache-aside)
//! write  -> store -> thread (delete the key) -> answer
//! others -> store, untouched
//! ```
//!
//! Memory is bounded and forgets the key unread for longest. A time to live counts from the fill.
//! It starts as if it had run for long (`start = "stationary"`): what it holds follows the steady
//! law of Che's approximation, and is drawn key by key when somebody asks. A content delivery
//! network is a cache that holds assets.
//!
//! - [`metrics`]: what it measures;
//! - [`running`]: threads and memory of the nodes, and what happens on a miss.

mod metrics;
mod running;

use std::sync::Arc;

use super::access::{Classes, Dataset, OwnedIn, Verb};
use super::flow::{Flow, FlowContext, StationFlow};
use super::keys::{HOLDS, NODE_COST, REGIONAL, SENDS_TO, regional};
use super::running::{BuildContext, Running};
use super::wiring::{Name, WireSpec, Wires};
use super::{Blueprint, ComponentKind, Resolver, Spec};
use crate::blocks::che::{Population, Solution, solve};
use crate::blocks::distribution::Distribution;
use crate::blocks::station::{Discipline, GatedBatch, Station};
use crate::blocks::warm_memory::WarmMemory;
use crate::blocks::warm_memory::inherited::Start;
use crate::components::holdings::{Demand, Holdings};
use crate::kernel::time::Duration;
use crate::language::key::{Given, Key, Takes};
use crate::language::quantity::{Count, Limit, Size};
use crate::language::reader::TableReader;
use running::{CacheNode, RunningCache, Settings};

const KEYS: &[Key] = &[
    Key { default: Given::Required, ..HOLDS },
    Key::with_default(
        "pattern",
        Takes::OneOf(&["cache_aside"]),
        "\"cache_aside\"",
        "How it is filled: by the answer to a read that missed.",
    ),
    Key::optional("memory", Takes::Size, "Memory of a node.").in_group("capacity"),
    Key::optional("entries", Takes::Count, "Entries a node can hold, whatever their size.")
        .in_group("capacity"),
    Key::optional("ttl", Takes::Duration, "How long an entry is good, counted from its fill."),
    Key::with_default(
        "invalidate",
        Takes::OneOf(&["delete", "none"]),
        "\"delete\"",
        "What a write does to the entry: delete it, or leave it (stale) until its time is over.",
    ),
    Key::with_default(
        "threads",
        Takes::Limit,
        "1",
        "Threads of a node; \"unlimited\" makes look-ups a pure delay.",
    ),
    Key::with_default(
        "discipline",
        Takes::OneOf(&["batch", "fcfs"]),
        "\"batch\"",
        "How a thread takes its work: all that waits, answered together, or one by one.",
    ),
    Key::with_default(
        "service_time",
        Takes::Distribution,
        "\"10us\"",
        "A thread's time for a key.",
    ),
    Key::with_default("wake_up", Takes::Duration, "\"0us\"", "Time an idle thread takes to begin."),
    Key::with_default(
        "queue_limit",
        Takes::Limit,
        "\"10K\"",
        "Look-ups that can wait at a node; further ones are rejected.",
    ),
    Key::with_default("nodes", Takes::Count, "1", "Nodes; keys are spread over them by hash."),
    Key::with_default(
        "start",
        Takes::OneOf(&["stationary", "cold"]),
        "\"stationary\"",
        "What it holds at first: what it would after a long time, or nothing.",
    ),
    SENDS_TO,
    NODE_COST,
];

/// The cache's entry in the list of kinds.
pub const KIND: ComponentKind = ComponentKind {
    name: "cache",
    meaning: "Answers reads of what it holds from memory; a CDN is one that holds assets.",
    keys: &regional::<{ KEYS.len() + REGIONAL }>(KEYS),
    metrics: metrics::ALL,
    read,
    example: "holds = [\"posts\"]\nmemory = \"1.5GiB\"\nttl = \"5min\"\nsends_to = \"db\"",
};

/// Bytes an entry takes beside its value: key, links and bookkeeping of a typical server.
const ENTRY_OVERHEAD: u64 = 64;

#[derive(Clone, Copy, Debug)]
enum Capacity {
    Bytes(u64),
    Entries(u64),
}

#[derive(Clone, Debug)]
struct Cache {
    holds: Vec<Name>,
    capacity: Capacity,
    time_to_live: Option<Duration>,
    deletes_on_write: bool,
    threads: Option<u32>,
    discipline: Discipline,
    service_time: Distribution,
    wake_up: Duration,
    limit: Option<u64>,
    nodes: u16,
    starts_cold: bool,
    wires: Vec<WireSpec>,
}

fn read(table: &mut TableReader<'_, '_>) -> Option<Box<dyn Spec>> {
    let holds = table.get::<Vec<Name>>("holds");
    let pattern = table.get_word("pattern");
    let capacity = match table.get_group("capacity") {
        Some("memory") => table.get::<Size>("memory").map(|size| Capacity::Bytes(size.0)),
        Some(_) => table.get::<Count>("entries").map(|count| Capacity::Entries(count.0)),
        None => None,
    };
    let time_to_live = table.optional::<Duration>("ttl");
    let invalidate = table.get_word("invalidate");
    let threads = table.get::<Limit>("threads");
    let discipline = table.get_word("discipline");
    let service_time = table.get::<Distribution>("service_time");
    let wake_up = table.get::<Duration>("wake_up");
    let limit = table.get::<Limit>("queue_limit");
    let nodes = table.get::<Count>("nodes");
    let start = table.get_word("start");
    let wires = table.optional::<Wires>("sends_to");
    table.optional::<String>("node_cost");
    if let Some(Some(Duration::ZERO)) = time_to_live {
        table.error("ttl", "an entry must live a little", "more than 0");
    }
    if threads == Some(Limit::Finite(0)) {
        table.error("threads", "nobody would answer", "at least 1, or \"unlimited\"");
    }
    if nodes.is_some_and(|nodes| !(1..=MOST_NODES).contains(&nodes.0)) {
        table.error("nodes", "must lie between 1 and 10K", "");
    }
    let small = |entries: &Capacity| match entries {
        Capacity::Entries(entries) => *entries > MOST_ENTRIES,
        Capacity::Bytes(_) => false,
    };
    if capacity.as_ref().is_some_and(small) {
        table.error("entries", "is more than a node can hold", "at most 4B");
    }
    pattern?;
    Some(Box::new(Cache {
        holds: holds?,
        capacity: capacity?,
        time_to_live: time_to_live?,
        deletes_on_write: invalidate? == "delete",
        threads: threads?.finite().map(|threads| threads as u32),
        discipline: match discipline? {
            "batch" => Discipline::GatedBatch,
            _ => Discipline::FirstComeFirstServed,
        },
        service_time: service_time?,
        wake_up: wake_up?,
        limit: limit?.finite(),
        nodes: nodes?.0.min(MOST_NODES) as u16,
        starts_cold: start? == "cold",
        wires: wires?.map_or_else(Vec::new, |wires| wires.0),
    }))
}

const MOST_NODES: u64 = 10_000;
const MOST_ENTRIES: u64 = 4_000_000_000;

impl Spec for Cache {
    fn wires(&self) -> Vec<WireSpec> {
        self.wires.clone()
    }

    fn nodes(&self) -> u16 {
        self.nodes
    }

    fn resolve(&self, resolver: &mut Resolver<'_, '_>) -> Option<Box<dyn Blueprint>> {
        let holds = resolver.holds(&self.holds)?;
        Some(Box::new(Plan { cache: self.clone(), holds }))
    }
}

#[derive(Debug)]
struct Plan {
    cache: Cache,
    /// Whether it holds each dataset.
    holds: Vec<bool>,
}

impl Plan {
    fn capacity(&self) -> u64 {
        match self.cache.capacity {
            Capacity::Bytes(capacity) | Capacity::Entries(capacity) => capacity,
        }
    }

    /// The keys it holds and the steady state of a node.
    fn steady_state(
        &self,
        arriving: &[f64],
        classes: &Classes,
        datasets: &[Dataset],
        users_of: Option<u16>,
    ) -> (Holdings, Option<Solution>) {
        let demand = Demand { classes, arriving };
        let capacity = self.capacity();
        let size = |dataset: &Dataset| match self.cache.capacity {
            Capacity::Bytes(_) => dataset.value_size + ENTRY_OVERHEAD,
            Capacity::Entries(_) => 1,
        };
        let mut holdings = Holdings::new(datasets, size);
        let mut populations = Vec::new();
        let held = |dataset: &&Dataset| self.holds[usize::from(dataset.number)];
        for dataset in datasets.iter().filter(held) {
            let weight = size(dataset);
            let owned: Vec<OwnedIn> = dataset
                .by_region(users_of)
                .into_iter()
                .filter(|owned| demand.rate(dataset, true, *owned) > 0.0)
                .collect();
            if owned.is_empty() || dataset.is_recorded() || weight > capacity {
                continue;
            }
            let regions = owned.iter().map(|owned| owned.region).collect();
            holdings.hold(dataset, populations.len(), regions);
            // Each node serves the keys that are hashed to it, and their reads and writes.
            let share = 1.0 / f64::from(self.cache.nodes);
            for owned in owned {
                let writes = demand.rate(dataset, false, owned) * share;
                populations.push(Population {
                    keys: dataset.keys,
                    share: share * owned.keys,
                    popularity: demand.law(dataset, true),
                    read_rate: demand.rate(dataset, true, owned) * share,
                    written: demand.law(dataset, false),
                    write_rate: if self.cache.deletes_on_write { writes } else { 0.0 },
                    weight: weight as f64,
                });
            }
        }
        let solved = !populations.is_empty();
        let solution =
            solved.then(|| solve(&populations, capacity as f64, self.cache.time_to_live));
        (holdings, solution)
    }
}

impl Blueprint for Plan {
    fn flow(&self, arriving: &[f64], context: &FlowContext<'_>) -> Flow {
        let (classes, datasets) = (context.classes, context.datasets);
        let (holdings, solution) = self.steady_state(arriving, classes, datasets, context.users_of);
        let mut flow = Flow::default();
        let (mut served, mut reads, mut hits) = (0.0, 0.0, 0.0);
        for ((class, access), &rate) in context.classes.iter().zip(arriving) {
            flow.note_unanswered(class, rate, context);
            let held = access.dataset.filter(|number| self.holds[usize::from(*number)]);
            let Some(number) = held else {
                flow.send(class, rate, context);
                continue;
            };
            match access.verb {
                Verb::Read | Verb::Scan => {
                    let populations = holdings.populations(number);
                    let hit_rate = solution.as_ref().map_or(0.0, |it| it.hit_rate_of(populations));
                    served += rate;
                    reads += rate;
                    hits += rate * hit_rate;
                    flow.send(class, rate * (1.0 - hit_rate), context);
                }
                Verb::Write => {
                    served += if self.cache.deletes_on_write { rate } else { 0.0 };
                    flow.send(class, rate, context);
                }
                Verb::Call => flow.send(class, rate, context),
            }
        }
        if let Some(threads) = self.cache.threads {
            flow.stations.push(StationFlow {
                station: "threads".to_owned(),
                servers: f64::from(threads) * f64::from(self.cache.nodes),
                rate: served,
                busy: Some(served * self.cache.service_time.mean()),
            });
        }
        flow.hit_rate = (reads > 0.0).then(|| hits / reads);
        flow
    }

    fn build(&self, context: &BuildContext<'_>) -> Box<dyn Running> {
        let (classes, datasets) = (context.classes, context.datasets);
        let (holdings, solution) =
            self.steady_state(context.arriving, classes, datasets, context.users_of);
        let solution = solution.filter(|_| !self.cache.starts_cold);
        let start = solution.map(|solution| Start::new(solution, context.stream("start")));
        let holdings = Arc::new(holdings);
        let settings = Settings {
            holds: self.holds.clone(),
            time_to_live: self.cache.time_to_live,
            deletes_on_write: self.cache.deletes_on_write,
            service_time: self.cache.service_time.clone(),
            service_stream: context.stream("service"),
            threads: self.cache.threads,
            classes: context.classes.clone(),
            region: context.regions[0],
            residents: residents(&self.holds, context.datasets),
        };
        let threads = || match (self.cache.discipline, self.cache.threads) {
            (Discipline::GatedBatch, Some(threads)) => Station::GatedBatch(
                GatedBatch::new(threads, self.cache.limit).with_wake_up(self.cache.wake_up),
            ),
            (discipline, threads) => Station::new(discipline, threads, self.cache.limit),
        };
        let memory = || {
            let memory = WarmMemory::new(self.capacity(), Arc::clone(&holdings));
            match &start {
                Some(start) => memory.starting(start.clone()),
                None => memory,
            }
        };
        let node = |_| CacheNode { memory: memory(), threads: threads() };
        let nodes = (0..self.cache.nodes).map(node).collect();
        Box::new(RunningCache::new(settings, nodes, context.caller()))
    }
}

/// The datasets whose data must stay somewhere; empty when it holds none of them.
fn residents(holds: &[bool], datasets: &[Dataset]) -> Vec<Dataset> {
    let is_bound = |(dataset, held): (&Dataset, &bool)| *held && dataset.has_residency();
    match datasets.iter().zip(holds).any(is_bound) {
        true => datasets.to_vec(),
        false => Vec::new(),
    }
}
