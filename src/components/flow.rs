//! Offered load by arithmetic: how often each class of access reaches each component, and how
//! much of each station's time that takes.
//!
//! Rates go from the users along the wires, in the order of the model; no queueing is in it, and a
//! cache answers with the hit rate of Che's approximation. What must hold: rates are conserved
//! where nothing is held back (every arriving job goes along at most one wire of a plain route).

use super::access::{Classes, Dataset, Verb};
use super::caller::Wire;
use crate::blocks::distribution::Distribution;
use crate::blocks::geography::Geography;
use crate::kernel::time::Duration;

/// Load on one kind of station of a component.
#[derive(Clone, PartialEq, Debug)]
pub struct StationFlow {
    /// What it is: `cpu`, `threads`, `disk`.
    pub station: String,
    /// Servers of all nodes together.
    pub servers: f64,
    /// Jobs per second, all nodes together.
    pub rate: f64,
    /// Busy servers that this takes: rate x mean service time. `None` when the times are recorded.
    pub busy: Option<f64>,
}

impl StationFlow {
    /// Offered load: arrival rate x service time / servers.
    pub fn offered(&self) -> Option<f64> {
        self.busy.map(|busy| busy / self.servers)
    }

    /// Whether it has something to do, and a limit to what it can do.
    pub fn is_limited(&self) -> bool {
        self.servers.is_finite() && self.rate > 0.0
    }
}

/// What arrives at a component, turned into load and onward rates.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Flow {
    /// Load on its stations.
    pub stations: Vec<StationFlow>,
    /// Jobs per second sent on: wire, class, rate.
    pub onward: Vec<(usize, u16, f64)>,
    /// Classes that arrive and can go nowhere.
    pub stuck: Vec<u16>,
    /// Classes whose data is neither here nor behind: they are answered as if it were.
    pub unanswered: Vec<u16>,
    /// The longest constant delay within the component, which a run must hold several of.
    pub longest_delay: Duration,
    /// Hit rate expected of a cache, over the reads it holds.
    pub hit_rate: Option<f64>,
    /// What makes no sense together with what arrives.
    pub unfit: Vec<Unfit>,
}

/// Something of a component that makes no sense together with what arrives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unfit {
    /// Whether it is refused, or only warned of.
    pub is_error: bool,
    /// What it is.
    pub message: String,
    /// What would be accepted.
    pub label: String,
}

impl Unfit {
    /// Something that is refused.
    pub fn error(message: String, label: String) -> Unfit {
        Unfit { is_error: true, message, label }
    }

    /// Something that is warned of.
    pub fn warning(message: String, label: String) -> Unfit {
        Unfit { is_error: false, message, label }
    }
}

/// What a component needs to know for the arithmetic.
#[derive(Clone, Copy, Debug)]
pub struct FlowContext<'model> {
    /// All classes.
    pub classes: &'model Classes,
    /// All datasets.
    pub datasets: &'model [Dataset],
    /// The component's wires.
    pub wires: &'model [Wire],
    /// All regions.
    pub geography: &'model Geography,
    /// The region whose users it serves, where there is one of its kind in several; else all.
    pub users_of: Option<u16>,
}

impl FlowContext<'_> {
    /// The first wire that takes a class.
    pub fn route(&self, class: u16) -> Option<usize> {
        self.wires.iter().position(|wire| wire.takes[usize::from(class)])
    }
}

impl Flow {
    /// All that arrives goes along the first wire that takes it.
    pub fn passing(arriving: &[f64], context: &FlowContext<'_>) -> Flow {
        let mut flow = Flow::default();
        for (class, &rate) in (0u16..).zip(arriving) {
            flow.send(class, rate, context);
        }
        flow
    }

    /// Takes note of a delay within the component; a law that varies counts nothing.
    pub fn note_delay(&mut self, law: &Distribution) {
        self.longest_delay = self.longest_delay.max(law.is_constant().unwrap_or(Duration::ZERO));
    }

    /// Notes a class that touches data and finds no wire that takes it.
    pub fn note_unanswered(&mut self, class: u16, rate: f64, context: &FlowContext<'_>) {
        let touches_data = context.classes.get(class).verb != Verb::Call;
        if rate > 0.0 && touches_data && context.route(class).is_none() {
            self.unanswered.push(class);
        }
    }

    /// Sends a class along the first wire that takes it.
    pub fn send(&mut self, class: u16, rate: f64, context: &FlowContext<'_>) {
        if rate > 0.0
            && let Some(wire) = context.route(class)
        {
            self.onward.push((wire, class, rate));
        }
    }
}
