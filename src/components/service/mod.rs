//! Service: servers with workers that compute and call other components.
//!
//! ```text
//! job -> server -> worker (or wait, or be rejected) -> program -> answer, worker free
//! program: service_time, then along the wires;  or the steps of the operation's handler
//! ```
//!
//! A worker is held until the answer (`async = true` frees it while its job waits for another
//! component). Workers compute on the server's cores, which they share evenly; with a core for each
//! worker nobody slows anybody down. With `discipline = "batch"` a core is an event loop, as of a
//! single-threaded server, and the workers are its connections. What must hold: a worker is held by
//! at most one job; a job that is turned away has used nothing.

mod measuring;
mod metrics;
mod program;
mod running;
mod steps;

pub use running::RunningService;
pub use steps::STEP_KEYS;

use super::access::Class;
use super::express::Part;
use super::flow::{Flow, FlowContext, StationFlow};
use super::keys::{HOLDS, NODE_COST, REGIONAL, SENDS_TO, regional};
use super::running::{BuildContext, Running};
use super::scaling::{self, COHERENCY, CONTENTION};
use super::wiring::{Name, WireSpec, Wires};
use super::work::{WORK, Work};
use super::{Blueprint, ComponentKind, Resolver, Spec};
use crate::blocks::distribution::Distribution;
use crate::blocks::station::{Discipline, GatedBatch, Pool, Scalability, Station};
use crate::kernel::time::Duration;
use crate::language::key::{Key, Takes};
use crate::language::quantity::{Count, Limit};
use crate::language::reader::TableReader;
use program::{Programs, Step, has_parallel, mean_compute, visit_asks, visit_waits};
use running::{Server, Settings};
use steps::{StepSpec, asked_components, resolve_steps, uses_recorded};

const KEYS: &[Key] = &[
    Key::with_default("servers", Takes::Count, "1", "Servers, all alike."),
    Key::with_default("workers", Takes::Count, "64", "Jobs a server works on at the same time."),
    Key::computed(
        "cores",
        Takes::Count,
        "as many as workers",
        "Cores of a server, shared by the workers that compute.",
    ),
    Key::with_default(
        "queue_limit",
        Takes::Limit,
        "1000",
        "Jobs that can wait for a worker of a server; 0 for none, or \"unlimited\".",
    ),
    Key::with_default(
        "service_time",
        Takes::Custom(&WORK),
        "\"0ms\"",
        "Core time of a job, before it goes along the wires.",
    ),
    Key::with_default(
        "discipline",
        Takes::OneOf(&["processor_sharing", "fcfs", "batch"]),
        "\"processor_sharing\"",
        "How workers use the cores: all at once; one a core in the order they came; or as an event \
         loop does: a free core takes all that wait, and answers them together.",
    ),
    CONTENTION,
    COHERENCY,
    Key::with_default(
        "wake_up",
        Takes::Duration,
        "\"0us\"",
        "With `batch`: time an idle core takes to begin.",
    ),
    Key::with_default(
        "async",
        Takes::Flag,
        "false",
        "Whether a worker serves others while its job waits for another component.",
    ),
    HOLDS,
    Key::with_default(
        "static_time",
        Takes::Distribution,
        "\"200us\"",
        "Core time of a job for a dataset it holds.",
    ),
    Key::optional(
        "handlers",
        Takes::MapOf(&Takes::Steps),
        "What it does for an operation, step by step, instead of going along the wires.",
    ),
    SENDS_TO,
    NODE_COST,
];

/// The service's entry in the list of kinds.
pub const KIND: ComponentKind = ComponentKind {
    name: "service",
    meaning: "Servers with workers that compute and call other components.",
    keys: &regional::<{ KEYS.len() + REGIONAL }>(KEYS),
    metrics: metrics::ALL,
    read,
    example: "servers = 2\nworkers = 64\ncores = 4\n\
              service_time = { lognormal = { mean = \"2ms\", cv = 1.0 } }\nsends_to = \"db\"",
};

#[derive(Clone, Debug)]
struct Service {
    servers: u16,
    workers: u64,
    cores: u32,
    limit: Option<u64>,
    service_time: Work,
    discipline: Discipline,
    scalability: Scalability,
    wake_up: Duration,
    frees_workers: bool,
    holds: Vec<Name>,
    static_time: Distribution,
    handlers: Vec<(Name, Vec<StepSpec>)>,
    wires: Vec<WireSpec>,
}

const MOST_SERVERS: u64 = 10_000;
const MOST_WORKERS: u64 = 10_000_000;

fn read(table: &mut TableReader<'_, '_>) -> Option<Box<dyn Spec>> {
    let servers = table.get::<Count>("servers");
    let workers = table.get::<Count>("workers");
    let cores = table.optional::<Count>("cores");
    if let (false, Some(workers)) = (table.given("cores"), &workers) {
        table.note_computed("cores", workers);
    }
    let limit = table.get::<Limit>("queue_limit");
    let service_time = table.get::<Work>("service_time");
    let discipline = read_discipline(table);
    let scalability = scaling::read(table, discipline);
    let wake_up = table.get::<Duration>("wake_up");
    let frees_workers = table.get::<bool>("async");
    let holds = table.optional::<Vec<Name>>("holds");
    let static_time = table.get::<Distribution>("static_time");
    let handlers = read_handlers(table);
    let wires = table.optional::<Wires>("sends_to");
    table.optional::<String>("node_cost");
    let bounds = [("servers", servers, MOST_SERVERS), ("workers", workers, MOST_WORKERS)];
    for (key, count, most) in bounds {
        if count.is_some_and(|count| !(1..=most).contains(&count.0)) {
            let message = format!("must lie between 1 and {}", Count(most));
            table.error(key, &message, "");
        }
    }
    if cores.flatten().is_some_and(|cores| !(1..=MOST_WORKERS).contains(&cores.0)) {
        table.error("cores", "must lie between 1 and 10M", "leave it out for one a worker");
    }
    let workers = workers?.0.min(MOST_WORKERS);
    let mut wires = wires?.map_or_else(Vec::new, |wires| wires.0);
    let handlers = handlers?;
    add_wires_of_steps(&handlers, &mut wires);
    Some(Box::new(Service {
        servers: servers?.0.min(MOST_SERVERS) as u16,
        workers,
        cores: cores?.map_or(workers, |cores| cores.0).min(MOST_WORKERS) as u32,
        limit: limit?.finite(),
        service_time: service_time?,
        discipline: discipline?,
        scalability: scalability?,
        wake_up: wake_up?,
        frees_workers: frees_workers?,
        holds: holds?.unwrap_or_default(),
        static_time: static_time?,
        handlers,
        wires,
    }))
}

fn read_discipline(table: &mut TableReader<'_, '_>) -> Option<Discipline> {
    let discipline = match table.get_word("discipline")? {
        "fcfs" => Discipline::FirstComeFirstServed,
        "batch" => Discipline::GatedBatch,
        _ => Discipline::ProcessorSharing,
    };
    let is_batch = discipline == Discipline::GatedBatch;
    if is_batch && !table.given("cores") {
        let label = "how many event loops, as in cores = 1";
        table.error("discipline", "batches need `cores` beside them", label);
    }
    if !is_batch && table.given("wake_up") {
        table.error(
            "wake_up",
            "means nothing without batches",
            "it goes with discipline = \"batch\"",
        );
    }
    Some(discipline)
}

fn read_handlers(table: &mut TableReader<'_, '_>) -> Option<Vec<(Name, Vec<StepSpec>)>> {
    let mut handlers = Vec::new();
    let mut whole = true;
    for (operation, place) in table.names("handlers") {
        match table.named::<Vec<StepSpec>>("handlers", operation) {
            Some(steps) => {
                handlers.push((Name { text: operation.to_owned(), place }, steps));
            }
            None => whole = false,
        }
    }
    whole.then_some(handlers)
}

/// Steps name components; one that no wire leads to gets a plain wire of its own.
fn add_wires_of_steps(handlers: &[(Name, Vec<StepSpec>)], wires: &mut Vec<WireSpec>) {
    for (_, steps) in handlers {
        for component in asked_components(steps) {
            if wires.iter().all(|wire| wire.to.text != component.text) {
                wires.push(WireSpec::plain(component.clone()).for_steps_only());
            }
        }
    }
}

impl Spec for Service {
    fn wires(&self) -> Vec<WireSpec> {
        self.wires.clone()
    }

    fn nodes(&self) -> u16 {
        self.servers
    }

    fn uses_recorded_work(&self) -> bool {
        self.service_time.is_recorded()
            || self.handlers.iter().any(|(_, steps)| uses_recorded(steps))
    }

    fn resolve(&self, resolver: &mut Resolver<'_, '_>) -> Option<Box<dyn Blueprint>> {
        let holds = resolver.holds(&self.holds);
        let mut handlers = vec![None; resolver.operations.len()];
        let mut whole = true;
        for (operation, steps) in &self.handlers {
            let number = resolver.operation(operation);
            let steps =
                number.and_then(|number| resolve_steps(steps, number, &self.wires, resolver));
            match (number, steps) {
                (Some(number), Some(steps)) => handlers[usize::from(number)] = Some(steps),
                _ => whole = false,
            }
        }
        let holds = holds?;
        whole.then(|| Box::new(Plan { service: self.clone(), holds, handlers }) as Box<_>)
    }
}

#[derive(Debug)]
struct Plan {
    service: Service,
    holds: Vec<bool>,
    /// By operation.
    handlers: Vec<Option<Vec<Step>>>,
}

impl Plan {
    /// The steps for a class, and whether it goes along the wires after them.
    fn steps(&self, class: &Class) -> (Vec<Step>, bool) {
        if class.dataset.is_some_and(|dataset| self.holds[usize::from(dataset)]) {
            let work = Work::Drawn(self.service.static_time.clone());
            return (vec![Step::Compute(work)], false);
        }
        if let Some(steps) = &self.handlers[usize::from(class.operation)] {
            return (steps.clone(), false);
        }
        (vec![Step::Compute(self.service.service_time.clone())], true)
    }

    /// Whether every job that computes has a core to itself: no more jobs than workers compute,
    /// unless jobs fork into branches. Busy cores that disturb each other are nobody's own.
    fn has_core_each(&self) -> bool {
        let forks = self.handlers.iter().flatten().any(|steps| has_parallel(steps));
        let is_shared = forks || !self.service.scalability.is_linear();
        u64::from(self.service.cores) >= self.service.workers && !is_shared
    }

    /// The cores of a server.
    fn cores(&self) -> Station {
        let service = &self.service;
        if service.discipline == Discipline::GatedBatch {
            let cores = GatedBatch::new(service.cores, None).with_wake_up(service.wake_up);
            return Station::GatedBatch(cores);
        }
        if !service.scalability.is_linear() {
            return scaling::shared_cores(service.cores, service.scalability);
        }
        let cores = (!self.has_core_each()).then_some(service.cores);
        Station::new(service.discipline, cores, None)
    }

    /// Cores' work that can be done at the same time.
    fn usable_cores(&self) -> f64 {
        let service = &self.service;
        let cores = u64::from(service.cores);
        match self.has_core_each() {
            true => service.workers as f64,
            false => service.scalability.capacity(cores),
        }
    }
}

impl Blueprint for Plan {
    fn flow(&self, arriving: &[f64], context: &FlowContext<'_>) -> Flow {
        let mut flow = Flow::default();
        let mut busy = Some(0.0);
        for ((number, class), &rate) in context.classes.iter().zip(arriving) {
            if rate == 0.0 {
                continue;
            }
            let (steps, goes_on) = self.steps(class);
            busy = busy.zip(mean_compute(&steps)).map(|(busy, mean)| busy + rate * mean);
            visit_waits(&steps, &mut |law| flow.note_delay(law));
            visit_asks(&steps, rate, &mut |ask, rate| {
                flow.onward.push((ask.wire, ask.class, rate));
            });
            if goes_on {
                flow.send(number, rate, context);
                // Without any wire the service is all there is, and its time stands for the data's.
                if !context.wires.is_empty() {
                    flow.note_unanswered(number, rate, context);
                }
            }
        }
        flow.stations.push(StationFlow {
            station: "cpu".to_owned(),
            servers: self.usable_cores() * f64::from(self.service.servers),
            rate: arriving.iter().sum(),
            busy,
        });
        flow.unfit.extend(scaling::beyond_peak(self.service.cores, self.service.scalability));
        flow
    }

    fn build(&self, context: &BuildContext<'_>) -> Box<dyn Running> {
        Box::new(self.running(context))
    }

    fn build_express(&self, context: &BuildContext<'_>) -> Option<Part> {
        let is_leaf = context.wires.is_empty();
        let service = is_leaf.then(|| self.running(context))?;
        service.only_computes().then_some(Part::Service(service))
    }
}

impl Plan {
    fn running(&self, context: &BuildContext<'_>) -> RunningService {
        let mut programs = Programs::default();
        for (_, class) in context.classes.iter() {
            let (steps, goes_on) = self.steps(class);
            programs.push(&steps, goes_on, &|purpose| context.stream(purpose));
        }
        let service = &self.service;
        let server =
            |_| Server { workers: Pool::new(service.workers, service.limit), cores: self.cores() };
        let settings = Settings {
            programs,
            cores: u64::from(service.cores),
            frees_workers: service.frees_workers,
            datasets: context.datasets.to_vec(),
        };
        let servers = (0..service.servers).map(server).collect();
        RunningService::new(settings, servers, context.caller())
    }
}
