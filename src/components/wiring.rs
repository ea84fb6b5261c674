//! Wires as the scenario says them: `sends_to`.

use super::caller::OnError;
use crate::blocks::distribution::Distribution;
use crate::kernel::time::Duration;
use crate::language::key::{Key, Takes};
use crate::language::node::{Node, Value};
use crate::language::reading::{FromNode, Reading};
use crate::language::source::Place;

/// A name in the scenario, with its place.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

impl FromNode for Name {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Name> {
        let text = String::from_node(node, reading)?;
        Some(Name { text, place: node.place })
    }
}

/// A wire as written.
#[derive(Clone, Debug)]
pub struct WireSpec {
    /// The component it leads to.
    pub to: Name,
    /// Datasets or operations it takes; all when absent.
    pub of: Option<Vec<Name>>,
    /// Time one way.
    pub latency: Distribution,
    /// How long the caller waits.
    pub timeout: Option<Duration>,
    /// What the caller does about an error.
    pub on_error: OnError,
    /// To which of several regions it leads.
    pub scope: Scope,
    /// How a balancer spreads calls over the regions it leads to.
    pub spread: SpreadSpec,
}

/// To which of the regions that a component stands in a wire leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// The caller's own, else the one with the shortest round trip, else the next when it is down.
    Nearest,
    /// The home region.
    Home,
    /// All of them: the caller chooses.
    All,
}

/// How a balancer spreads calls over the regions a wire leads to.
#[derive(Clone, Debug)]
pub enum SpreadSpec {
    /// Over all nodes alike.
    Nodes,
    /// To the region nearest to the user's.
    User,
    /// To the region nearest to its own.
    Nearest,
    /// By the weights of the regions.
    Weights(Vec<(Name, f64)>),
}

impl WireSpec {
    /// A wire without delay, patience or conditions.
    pub fn plain(to: Name) -> WireSpec {
        let latency = Distribution::zero();
        WireSpec {
            to,
            of: None,
            latency,
            timeout: None,
            on_error: OnError::Fail,
            scope: Scope::Nearest,
            spread: SpreadSpec::Nodes,
        }
    }

    /// The same wire for no class: only steps that name it use it.
    pub fn for_steps_only(self) -> WireSpec {
        WireSpec { of: Some(Vec::new()), ..self }
    }
}

/// The keys of a wire's full form.
pub const WIRE_KEYS: &[Key] = &[
    Key::required("to", Takes::Name, "The component it leads to."),
    Key::optional("of", Takes::Names, "Datasets or operations it takes; everything if absent."),
    Key::with_default("latency", Takes::Distribution, "\"0ms\"", "Time one way, at most 4 s."),
    Key::optional(
        "timeout",
        Takes::Duration,
        "How long the caller waits; the work at the callee goes on.",
    ),
    Key::with_default(
        "on_error",
        Takes::OneOf(&["fail", "skip"]),
        "\"fail\"",
        "After an error: answer with an error, or go on to the next entry (or without).",
    ),
    Key::optional("retries", Takes::Text, "Not supported yet."),
    Key::computed(
        "scope",
        Takes::OneOf(&["nearest", "home", "all"]),
        "nearest: the caller's own region, else the nearest that is up",
        "To which of the regions that the component stands in; all is for load balancers.",
    ),
];

/// The longest latency a wire can have.
const LONGEST_LATENCY: Duration = Duration::from_nanos(4_000_000_000);

impl FromNode for WireSpec {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<WireSpec> {
        if matches!(node.value, Value::Text(_)) {
            return Name::from_node(node, reading).map(WireSpec::plain);
        }
        let mut table = reading.table(node, WIRE_KEYS)?;
        let to = table.get::<Name>("to");
        let of = table.optional::<Vec<Name>>("of");
        let latency = table.get::<Distribution>("latency");
        let timeout = table.optional::<Duration>("timeout");
        let word = table.get_word("on_error");
        let mut refused = false;
        if table.given("retries") {
            table.error("retries", "is not supported yet", "leave it out");
            refused = true;
        }
        let scope = match table.given("scope") {
            true => table.get_word("scope"),
            false => Some("nearest"),
        };
        if latency.as_ref().is_some_and(|law| law.mean() > LONGEST_LATENCY.seconds()) {
            table.error("latency", "is too long for a wire", "at most 4s");
            refused = true;
        }
        if timeout == Some(Some(Duration::ZERO)) {
            table.error("timeout", "a caller must wait a little", "more than 0");
            refused = true;
        }
        let on_error = if word? == "skip" { OnError::Skip } else { OnError::Fail };
        let scope = match scope? {
            "home" => Scope::Home,
            "all" => Scope::All,
            _ => Scope::Nearest,
        };
        let (to, of, latency, timeout) = (to?, of?, latency?, timeout?);
        let spread = SpreadSpec::Nodes;
        let wire = WireSpec { to, of, latency, timeout, on_error, scope, spread };
        (!refused).then_some(wire)
    }
}

/// A list of wires; a single one may stand alone.
#[derive(Clone, Debug)]
pub struct Wires(pub Vec<WireSpec>);

impl FromNode for Wires {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Wires> {
        if node.list().is_some() {
            return Vec::from_node(node, reading).map(Wires);
        }
        WireSpec::from_node(node, reading).map(|wire| Wires(vec![wire]))
    }
}
