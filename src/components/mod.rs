//! The kinds of components a scenario can name, one file each.
//!
//! A kind lives through three stages, each of which sees only the one before:
//! [`Spec`] (what the file says) -> [`Blueprint`] (names resolved to numbers) -> [`Running`] (one
//! run). What must hold: a component knows its own wires, never its neighbours' insides; all that
//! is drawn is keyed by job; nothing is looked up by name while the model runs.
//!
//! To add a kind:
//! 1. write `src/components/KIND.rs`: prose, `KEYS`, `METRICS`, `KIND`, `read`, then the three
//!    stages, in that order;
//! 2. add it to the list of [`KINDS`] below;
//! 3. the tests over the list tell what is still missing: a meaning, an example, metrics that
//!    match what it measures.

pub mod access;
mod cache;
pub mod caller;
mod database;
pub mod express;
mod external;
pub mod flow;
pub mod growth;
mod holdings;
mod keys;
mod load_balancer;
pub mod machine;
pub mod marks;
mod notes;
pub mod outage;
mod queue;
pub mod redundancy;
pub mod running;
mod scaling;
mod service;
pub mod source;
pub mod wire;
pub mod wiring;
pub mod work;

pub use database::profiles;
pub use service::STEP_KEYS;

use access::Classes;
use express::Part;
use flow::{Flow, FlowContext};
use growth::{Growth, Refusal};
use redundancy::Redundancy;
use running::{BuildContext, Running};
use std::fmt::Debug;
use wiring::{Name, WireSpec};

use crate::blocks::geography::Geography;
use crate::kernel::time::Duration;
use crate::language::diagnostic::{Problems, suggestion};
use crate::language::key::{Key, Kind};
use crate::language::reader::TableReader;
use crate::language::source::Place;
use crate::measure::metric::Metric;

/// Every kind of component. Parser, reference, schema and the tests over all kinds derive from it.
pub const KINDS: &[ComponentKind] =
    &[load_balancer::KIND, service::KIND, cache::KIND, database::KIND, queue::KIND, external::KIND];

/// A kind of component.
#[derive(Clone, Copy)]
pub struct ComponentKind {
    /// The word in `kind = "..."`.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub meaning: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// What it measures.
    pub metrics: &'static [Metric],
    /// Reads its table; every problem is reported.
    pub read: fn(&mut TableReader<'_, '_>) -> Option<Box<dyn Spec>>,
    /// Lines of a table of this kind, for the reference.
    pub example: &'static str,
}

/// The kinds as the scenario language wants them.
pub fn kinds() -> Vec<Kind> {
    let kind =
        |kind: &ComponentKind| Kind { name: kind.name, keys: kind.keys, meaning: kind.meaning };
    KINDS.iter().map(kind).collect()
}

/// The kind of this name.
pub fn kind(name: &str) -> Option<&'static ComponentKind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Reads a component's table by its kind.
pub fn read(table: &mut TableReader<'_, '_>) -> Option<Box<dyn Spec>> {
    let name = table.kind()?;
    let kind = kind(name).expect("the reader knows the kinds of this list only");
    (kind.read)(table)
}

/// What the file says of a component: names are still names.
pub trait Spec: Debug + Send + Sync {
    /// Its wires as written, those that only steps use included.
    fn wires(&self) -> Vec<WireSpec>;

    /// Nodes among which a balancer in front of it can choose.
    fn nodes(&self) -> u16 {
        1
    }

    /// Whether one component serves all regions it stands in, with nodes of its own in each; the
    /// others have an instance in each.
    fn spans_regions(&self) -> bool {
        false
    }

    /// How many shards it has at last, and nodes of each, where these can fail alone.
    fn shards_and_nodes(&self) -> Option<(u16, u16)> {
        None
    }

    /// Whether it takes service times from the replayed trace.
    fn uses_recorded_work(&self) -> bool {
        false
    }

    /// Takes note that it gets more shards in the course of a run; changes come in the order of
    /// their times. Returns the time that copying a key takes.
    fn grow(&mut self, _growth: Growth) -> Result<Duration, Refusal> {
        Err(Refusal::new("component", "has no shards", "a change adds shards to a database"))
    }

    /// Resolves its names; unknown ones are reported.
    fn resolve(&self, resolver: &mut Resolver<'_, '_>) -> Option<Box<dyn Blueprint>>;
}

/// A component of a compiled model: no name and no option left.
pub trait Blueprint: Debug + Send + Sync {
    /// Load on its stations and onward rates, from the rates by class that arrive.
    fn flow(&self, arriving: &[f64], context: &FlowContext<'_>) -> Flow;

    /// The component at time zero of one run.
    fn build(&self, context: &BuildContext<'_>) -> Box<dyn Running>;

    /// Which of its nodes stand for each other; `None` where those of an instance are all alike.
    fn redundancy(&self, _context: &BuildContext<'_>) -> Option<Redundancy> {
        None
    }

    /// The same as a part of the express lane, where what it does can be done without events.
    fn build_express(&self, _context: &BuildContext<'_>) -> Option<Part> {
        None
    }
}

/// Turns the names in one component's table into numbers.
pub struct Resolver<'a, 'p> {
    /// How messages about the component begin: "component `app` (service)".
    pub subject: String,
    /// Where its table stands.
    pub place: Place,
    /// All regions.
    pub geography: &'a Geography,
    /// Name and kind of every component.
    pub kinds: &'a [(&'a str, &'static str)],
    /// Names of the operations, in order.
    pub operations: &'a [String],
    /// Names of the datasets, in order.
    pub datasets: &'a [String],
    /// The classes of access so far; steps add theirs.
    pub classes: &'a mut Classes,
    /// Where problems are reported.
    pub problems: &'p mut Problems,
}

impl Resolver<'_, '_> {
    /// The number of a dataset; an unknown one is reported.
    pub fn dataset(&mut self, name: &Name) -> Option<u16> {
        let names = self.datasets.iter().map(String::as_str);
        self.number(name, names, "dataset")
    }

    /// The number of an operation; an unknown one is reported.
    pub fn operation(&mut self, name: &Name) -> Option<u16> {
        let names = self.operations.iter().map(String::as_str);
        self.number(name, names, "operation")
    }

    fn number<'n>(
        &mut self,
        name: &Name,
        names: impl Iterator<Item = &'n str> + Clone,
        what: &str,
    ) -> Option<u16> {
        let found = (0u16..).zip(names.clone()).find(|(_, known)| *known == name.text);
        if found.is_none() {
            let message = format!("{}: there is no {what} `{}`", self.subject, name.text);
            self.problems.error(name.place, message, suggestion(&name.text, names));
        }
        found.map(|(number, _)| number)
    }

    /// Which datasets are held: a flag for each; unknown ones are reported.
    pub fn holds(&mut self, names: &[Name]) -> Option<Vec<bool>> {
        let mut holds = vec![false; self.datasets.len()];
        let mut known = true;
        for name in names {
            match self.dataset(name) {
                Some(number) => holds[usize::from(number)] = true,
                None => known = false,
            }
        }
        known.then_some(holds)
    }

    /// The number of a region; an unknown one is reported.
    pub fn region(&mut self, name: &Name) -> Option<u16> {
        let geography = self.geography;
        if geography.is_single() {
            self.error(name, "there are no regions", "name them in [regions]");
            return None;
        }
        self.number(name, geography.all().map(|region| geography.name(region)), "region")
    }

    /// Reports a problem of this component as a whole.
    pub fn fail(&mut self, message: &str, label: &str) {
        let message = format!("{}: {message}", self.subject);
        self.problems.error(self.place, message, label);
    }

    /// Reports a problem of this component.
    pub fn error(&mut self, name: &Name, message: &str, label: &str) {
        let message = format!("{}: {message}", self.subject);
        self.problems.error(name.place, message, label);
    }
}
