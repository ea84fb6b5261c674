//! One request of a run, hop by hop.
//!
//! - [`trace`]: runs a repeat until the request, and all the work it caused, has ended;
//! - `recorder`: what is noted down meanwhile; [`result`]: what is found, with names.
//!
//! What must hold: the run is that of `simscale run`. Draws are keyed by job, measuring decides
//! nothing, and the recorder only looks; so neither the length of the run nor the recorder moves
//! the request.

mod recorder;
pub mod result;

use crate::components::access::{Verb, key_within};
use crate::components::machine::Machine;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Job, Moment, Observer, Sight, Stop};
use crate::measure::metric::{Node, Scope};
use crate::model::Model;
use crate::model::catalogue::{Catalogue, Entry};
use crate::scenario::Scenario;
use recorder::{Asks, Recorder};
use result::{Access, End, RequestTrace, TracedComponent, TracedJob};
use std::cell::RefCell;
use std::rc::Rc;

/// Which request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// The repeat, from 1.
    pub repeat: u32,
    /// The request in the order of sending, from 1. Warm-up counts.
    pub request: u64,
}

/// Why a request cannot be traced.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoSuchRequest {
    /// Arrivals are recorded, and the recording is over before.
    #[error(
        "there is no request {request}: the users send only {sent} in repeat {repeat}, then the \
         recorded trace is over; ask for a request from 1 to {sent}"
    )]
    TraceIsOver {
        /// What was asked for.
        request: u64,
        /// In which repeat.
        repeat: u32,
        /// How many there are.
        sent: u64,
    },
    /// The clock's 73 years end before.
    #[error("request {request} is not sent within 73 simulated years; ask for an earlier one")]
    TooLate {
        /// What was asked for.
        request: u64,
    },
}

/// Traces a request. `progress` is called with the number of requests sent since the last call.
///
/// # Errors
/// When the users do not send so many requests.
///
/// # Panics
/// When repeat or request is 0: both are counted from 1.
pub fn trace(
    scenario: &Scenario,
    model: &Model,
    wanted: Wanted,
    progress: &dyn Fn(u64),
) -> Result<RequestTrace, NoSuchRequest> {
    assert!(wanted.repeat > 0 && wanted.request > 0, "repeats and requests are counted from 1");
    let recorder = Rc::new(RefCell::new(Recorder::new(wanted.request)));
    let mut engine = model.engine(wanted.repeat - 1);
    engine.observe(Box::new(Shared(Rc::clone(&recorder))));
    engine.start();
    let (mut slice, mut reported, mut begun) = (FIRST_SLICE, 0, false);
    let longest = longest_slice(model, wanted.request);
    loop {
        let until = Time::from_nanos(engine.now().nanos() + slice.nanos()).min(Time::LAST);
        let stop = engine.run_until(until);
        let recorder = recorder.borrow();
        progress(recorder.sent - reported);
        reported = recorder.sent;
        if recorder.is_done() {
            break;
        }
        if !recorder.has_begun() && Machine::source(&mut engine).cohort().is_closed() {
            let Wanted { repeat, request } = wanted;
            return Err(NoSuchRequest::TraceIsOver { request, repeat, sent: recorder.sent });
        }
        if stop == Stop::Empty || until == Time::LAST {
            break;
        }
        // What is asked for comes late; what follows it, soon.
        let starts_anew = recorder.has_begun() && !begun;
        begun = recorder.has_begun();
        let twice = Duration::from_nanos(2 * slice.nanos());
        slice = if starts_anew { FIRST_SLICE } else { twice.min(longest) };
    }
    drop(engine);
    let recorder = Rc::into_inner(recorder).expect("the engine held the only other handle");
    let recorder = recorder.into_inner();
    if !recorder.has_begun() {
        return Err(NoSuchRequest::TooLate { request: wanted.request });
    }
    Ok(told(scenario, model, wanted, recorder))
}

/// The first span that is simulated without a look at what was recorded.
const FIRST_SLICE: Duration = Duration::from_nanos(1_000_000);
/// The longest such span at least.
const LONGEST_SLICE: Duration = Duration::from_nanos(1_000_000_000);
/// Looks on the way to the request, so that progress can be shown.
const LOOKS: f64 = 64.0;

/// The longest span without a look, given when the request is expected.
fn longest_slice(model: &Model, request: u64) -> Duration {
    let expected = request as f64 / model.rate / LOOKS;
    let most = Time::LAST.seconds() / LOOKS;
    Duration::from_seconds(expected.clamp(LONGEST_SLICE.seconds(), most))
}

/// A recorder that is read when the engine is done with it.
#[derive(Debug)]
struct Shared(Rc<RefCell<Recorder>>);

impl Observer for Shared {
    fn on_sight(&mut self, moment: Moment, data: &Job, sight: Sight) {
        self.0.borrow_mut().on_sight(moment, data, sight);
    }
}

/// What was recorded, with names and in the order of time.
fn told(scenario: &Scenario, model: &Model, wanted: Wanted, recorder: Recorder) -> RequestTrace {
    let Recorder { visits, mut steps, ended, given_up, jobs, .. } = recorder;
    // What happened at the far end of a wire was told when the job or its answer was over it.
    steps.sort_by_key(|step| step.at);
    let born = visits[0].arrived;
    let asks = jobs[0].asks;
    let operation = usize::from(model.classes.get(asks.class).operation);
    let parents: Vec<Option<usize>> = jobs.iter().map(|job| job.parent).collect();
    let traced = jobs.iter().zip(paths(&parents)).map(|(job, path)| TracedJob {
        path,
        parent: job.parent,
        purpose: job.purpose,
        access: access(model, job.asks),
        alone: job.alone,
        gathered: job.gathered,
    });
    RequestTrace {
        scenario: scenario.name.clone(),
        title: scenario.title.clone().unwrap_or_else(|| scenario.name.clone()),
        seed: model.seed,
        users: model.users,
        repeat: wanted.repeat,
        request: wanted.request,
        born,
        user: asks.user,
        operation: model.operation_names[operation].clone(),
        end: ended.map(|(at, outcome)| End { outcome, response: at - born }),
        jobs: traced.collect(),
        components: components(model),
        visits,
        steps,
        given_up,
    }
}

/// Names of jobs by their place among the children of their parents.
fn paths(parents: &[Option<usize>]) -> Vec<String> {
    let mut children = vec![0; parents.len()];
    let mut paths: Vec<String> = Vec::with_capacity(parents.len());
    for parent in parents {
        paths.push(match parent {
            None => "1".to_owned(),
            Some(parent) => {
                children[*parent] += 1;
                format!("{}.{}", paths[*parent], children[*parent])
            }
        });
    }
    paths
}

fn access(model: &Model, asks: Asks) -> Access {
    let class = model.classes.get(asks.class);
    let verb = match class.verb {
        Verb::Call => "call",
        Verb::Read => "read",
        Verb::Write => "write",
        Verb::Scan => "scan",
    };
    let dataset = class.dataset.map(|number| model.datasets[usize::from(number)].name.clone());
    let key = dataset.is_some().then(|| key_within(asks.key));
    Access { verb, dataset, key }
}

/// All components, with their nodes as the catalogue of metrics knows them.
fn components(model: &Model) -> Vec<TracedComponent> {
    let catalogue = Catalogue::of(model);
    let component = |(number, component): (u16, &crate::model::ModelComponent)| {
        let scope = Scope::Component(number);
        let nodes_of = |entry: &Entry| -> Vec<(Node, usize)> {
            let all = entry.nodes.iter().zip(&entry.scopes);
            all.filter(|(_, of)| **of == scope).map(|(node, _)| *node).collect()
        };
        let nodes = catalogue.entries.iter().map(nodes_of).max_by_key(Vec::len);
        let several = nodes.filter(|nodes| nodes.len() > 1).unwrap_or_default();
        let name = |index: u16| match several.iter().find(|(node, _)| node.index == index) {
            Some((node, _)) if node.role == "primary" => node.role.to_owned(),
            Some((node, _)) if !node.role.is_empty() => format!("{} {index}", node.role),
            _ => format!("node {index}"),
        };
        TracedComponent {
            name: component.name.clone(),
            kind: component.kind.to_owned(),
            nodes: (0..several.len() as u16).map(name).collect(),
        }
    };
    (0u16..).zip(&model.components).map(component).collect()
}
