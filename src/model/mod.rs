//! The compiled scenario: numbers instead of names, wires instead of words, no option left.
//!
//! - [`compile`]: a [`Scenario`](crate::scenario::Scenario) becomes a [`Model`], with every
//!   dangling name, cycle and dead end reported at its place;
//! - [`arithmetic`]: users -> requests per second -> offered load of every station, without
//!   simulating; `availability`: the same of failures;
//! - [`catalogue`]: every metric the model offers, by path; [`conditions`]: whether thresholds and
//!   alerts name such metrics;
//! - [`Variants`]: one scenario with some values changed, again and again.
//!
//! What must hold: components are numbered by their names, the users first, so moving a table in
//! the file changes nothing; a model has no cycle; one model serves any number of runs.

pub mod arithmetic;
mod availability;
pub mod catalogue;
mod compile;
pub mod conditions;
mod layout;
mod load;
mod ranks;
mod unfit;
mod variants;
mod wires;

pub use compile::compile;
pub use load::LoadPlan;
pub use variants::{Limits, Variants};

use crate::blocks::faults::Faults;
use crate::blocks::geography::Geography;
use crate::blocks::redundancy::Repair;
use crate::components::Blueprint;
use crate::components::access::{Classes, Dataset};
use crate::components::caller::Wire;
use crate::components::express::ExpressLane;
use crate::components::flow::Flow;
use crate::components::machine::Machine;
use crate::components::outage::Guarded;
use crate::components::running::{BuildContext, Running};
use crate::components::source::{Operation, Source};
use crate::kernel::{ComponentId, Engine};
use crate::scenario::Failures;

/// Place of the users among the components.
pub const USERS: ComponentId = ComponentId(0);

/// A compiled scenario.
#[derive(Debug)]
pub struct Model {
    /// Root seed of all draws.
    pub seed: u64,
    /// Users of the busy hour.
    pub users: u64,
    /// How requests come.
    pub load: LoadPlan,
    /// What users ask for; operation n is class n.
    pub operations: Vec<Operation>,
    /// Names of the operations.
    pub operation_names: Vec<String>,
    /// All datasets at this number of users.
    pub datasets: Vec<Dataset>,
    /// All classes of access.
    pub classes: Classes,
    /// All regions.
    pub geography: Geography,
    /// What goes down when.
    pub faults: Faults,
    /// Seconds until callers notice that something is down.
    pub faults_noticed_after: f64,
    /// How often each region fails, where that is said.
    pub repairs: Vec<Option<Repair>>,
    /// Whether components change in the course of the run, so that nothing is in steady state.
    pub is_changing: bool,
    /// The users, then the components by name.
    pub components: Vec<ModelComponent>,
    /// Requests per second the arithmetic expects.
    pub rate: f64,
    /// Longest path through the model, in components.
    route_depth: usize,
}

/// A component of the model.
#[derive(Debug)]
pub struct ModelComponent {
    /// What tables call it: its name, with the region where it is one of several.
    pub name: String,
    /// Its name in the scenario, which its draws and its metrics go by.
    pub plain_name: String,
    /// Its kind.
    pub kind: &'static str,
    /// Its nodes among which a balancer in front of it can choose.
    pub nodes: u16,
    /// How often they fail, where that is said.
    pub failures: Option<Failures>,
    /// Its wires.
    pub wires: Vec<Wire>,
    /// Jobs per second expected to arrive, by class.
    pub arriving: Vec<f64>,
    /// What these make of its stations.
    pub flow: Flow,
    /// The regions in which it stands, the first one its home.
    pub regions: Vec<u16>,
    /// Whether the component of this name has an instance in each of several regions.
    pub is_one_of_several: bool,
    /// Whether it serves all its regions itself, and sees to its faults itself.
    pub is_spanning: bool,
    /// Position on the way from the users: callers come before those they call.
    pub rank: usize,
    /// How to build it; the users have none.
    blueprint: Option<Box<dyn Blueprint>>,
}

impl ModelComponent {
    /// The region whose users it serves, as far as they are served where they live.
    fn users_of(&self) -> Option<u16> {
        if self.is_one_of_several { self.regions.first().copied() } else { None }
    }
}

impl Model {
    /// An engine at time zero of one repeat.
    pub fn engine(&self, repeat: u32) -> Engine<dyn Running> {
        self.engine_expecting(repeat, |component| &component.arriving)
    }

    /// An engine that is only looked at: its caches expect nothing, so they need no filling.
    pub fn idle_engine(&self) -> Engine<dyn Running> {
        let nothing = vec![0.0; self.classes.len()];
        self.engine_expecting(0, |_| &nothing)
    }

    fn engine_expecting<'a>(
        &'a self,
        repeat: u32,
        arriving: impl Fn(&'a ModelComponent) -> &'a [f64],
    ) -> Engine<dyn Running> {
        let mut components: Vec<Box<dyn Running>> = Vec::with_capacity(self.components.len());
        for (number, component) in (0u16..).zip(&self.components) {
            let context = self.context(repeat, number, arriving(component));
            components.push(match &component.blueprint {
                Some(blueprint) if component.is_spanning => blueprint.build(&context),
                Some(blueprint) => self.guarded(blueprint.build(&context), &context),
                None => Box::new(self.source(&context)),
            });
        }
        Engine::new(components, self.route_depth)
    }

    /// A component behind a guard that refuses what comes while it is down.
    fn guarded(&self, inner: Box<dyn Running>, context: &BuildContext<'_>) -> Box<dyn Running> {
        if self.faults.is_empty() {
            return inner;
        }
        Box::new(Guarded::new(inner, context.number, context.regions[0], &self.faults))
    }

    /// One repeat at time zero, on the express lane if the model fits there and it is wanted.
    pub fn machine(&self, repeat: u32, express: bool) -> Box<dyn Machine> {
        let lane = if express { self.express_lane(repeat) } else { None };
        match lane {
            Some(lane) => Box::new(lane),
            None => Box::new(self.engine(repeat)),
        }
    }

    /// Whether the model fits on the express lane.
    pub fn fits_express_lane(&self) -> bool {
        self.express_lane(0).is_some()
    }

    fn express_lane(&self, repeat: u32) -> Option<ExpressLane> {
        const LONGEST: usize = 3;
        let is_one_place = self.geography.is_single() && self.faults.is_empty();
        let is_short = is_one_place && self.components.len() <= LONGEST && !self.load.is_closed();
        // All components lie on the one way from the users.
        let ranks = is_short.then(|| self.in_order())?;
        if (0..).zip(&ranks).any(|(rank, (_, component))| component.rank != rank) {
            return None;
        }
        let context = |number: u16| {
            self.context(repeat, number, &self.components[usize::from(number)].arriving)
        };
        let part = |(number, component): (u16, &ModelComponent)| {
            component.blueprint.as_ref()?.build_express(&context(number))
        };
        let parts = (1u16..).zip(&self.components[1..]).map(part).collect::<Option<Vec<_>>>()?;
        ExpressLane::new(self.source(&context(USERS.0)), parts)
    }

    fn context<'a>(&'a self, repeat: u32, number: u16, arriving: &'a [f64]) -> BuildContext<'a> {
        let component = &self.components[usize::from(number)];
        BuildContext {
            name: &component.plain_name,
            number,
            seed: self.seed,
            repeat,
            wires: &component.wires,
            classes: &self.classes,
            datasets: &self.datasets,
            arriving,
            reached_by: &component.arriving,
            geography: &self.geography,
            faults: &self.faults,
            regions: &component.regions,
            users_of: component.users_of(),
        }
    }

    fn source(&self, context: &BuildContext<'_>) -> Source {
        let load = self.load.start(context);
        let key_traces = self.load.key_traces();
        let source = Source::new(load, &self.operations, self.users, key_traces, context);
        source.with_availability(self.availability())
    }

    /// Components in the order of the way from the users.
    pub fn in_order(&self) -> Vec<(ComponentId, &ModelComponent)> {
        let mut ordered: Vec<_> = (0u16..).map(ComponentId).zip(&self.components).collect();
        ordered.sort_by_key(|(id, component)| (component.rank, *id));
        ordered
    }

    /// The number of the component that tables call so.
    pub fn component(&self, name: &str) -> Option<ComponentId> {
        let found = (0u16..).zip(&self.components).find(|(_, component)| component.name == name);
        found.map(|(number, _)| ComponentId(number))
    }
}
