//! The keys of a whole scenario, and the components that can stand in it.

use crate::language::key::{CustomValue, Key, Kind, Takes};
use crate::language::reader::TableReader;

use super::conditions::ALERT;
use super::data::DATA;
use super::operations::OPERATION;
use super::run::RUN;
use super::stage::STAGE;
use super::users::USERS;

/// What a component's table says, ready to be built.
pub trait Spec: std::fmt::Debug + Send + Sync {}

/// What is done to the data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verb {
    /// Nothing: the job is just served.
    Call,
    /// One key is read.
    Read,
    /// One key is written.
    Write,
    /// Many keys are read.
    Scan,
}

/// Which key an access touches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyChoice {
    /// Drawn by the dataset's popularity.
    Popular,
    /// Drawn evenly from all keys.
    Uniform,
    /// One of the user's own keys.
    Own,
    /// A key that was not there before.
    New,
    /// The key made last.
    Newest,
}

/// The kinds of components there are.
pub fn kinds() -> Vec<Kind> {
    vec![Kind { name: "service", keys: SERVICE, meaning: "Serves requests." }]
}

const SERVICE: &[Key] = &[
    Key::required("service_time", Takes::Distribution, "How long it takes."),
    Key::optional("sends_to", Takes::Wires, "Where requests go next."),
];

#[derive(Debug)]
struct Service(crate::blocks::distribution::Distribution);

impl Spec for Service {}

/// Reads a component by its kind.
pub fn read_component(reader: &mut TableReader<'_, '_>) -> Option<Box<dyn Spec>> {
    Some(Box::new(Service(reader.get("service_time")?)))
}

/// Axes of a sweep, as they stand.
static SWEEP: CustomValue = CustomValue {
    name: "a table of axes",
    accepts: "`{ \"users.count\" = [\"1K\", \"10K\"] }`",
    schema: || serde_json::json!({ "type": "object" }),
};

/// Every key of a scenario.
pub const ROOT: &[Key] = &[
    Key::optional("title", Takes::Text, "What the scenario is about, in a few words.")
        .not_inherited(),
    Key::optional("stage", Takes::Custom(&STAGE), "The numbers of users it is meant for.")
        .not_inherited(),
    Key::optional("extends", Takes::File, "The scenario file this one starts from.")
        .not_inherited(),
    Key::required("entry", Takes::Name, "The component that users' requests reach first."),
    Key::required("users", Takes::Table(USERS), "How many users there are, and what they ask."),
    Key::optional("data", Takes::TableOf(DATA), "The datasets, by name."),
    Key::optional(
        "operations",
        Takes::TableOf(OPERATION),
        "What users ask for, by name; without any, one operation `request` that is just served.",
    ),
    Key::required("components", Takes::TablesByKind(kinds), "The parts of the system, by name."),
    Key::with_default("run", Takes::Table(RUN), "{}", "How long and how often it is simulated."),
    Key::optional(
        "graduate",
        Takes::MapOf(&Takes::Condition),
        "Conditions on steady values that say: time for the next stage.",
    )
    .not_inherited(),
    Key::optional("alerts", Takes::TableOf(ALERT), "Conditions judged on the time series."),
    Key::optional("sweep", Takes::Custom(&SWEEP), "Values to run through, by path.")
        .not_inherited(),
];
