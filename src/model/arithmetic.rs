//! Offered load without simulation: rates flow from the users along the wires.
//!
//! Closed users have no rate of their own; theirs is the bound min(N / (Z + D), 1 / Dmax) of
//! operational analysis (Denning and Buzen, "The operational analysis of queueing network models",
//! ACM Computing Surveys 1978), with D the total and Dmax the largest demand a request makes.

use super::load::Arrivals;
use super::{Model, USERS};
use crate::blocks::distribution::Distribution;
use crate::components::flow::{Flow, FlowContext};
use crate::kernel::ComponentId;
use crate::kernel::time::Duration;

/// Total and largest demand of a request.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Demand {
    /// Seconds of service a request asks for, all stations together.
    pub total: f64,
    /// Seconds a request takes of the station it loads most, over that station's servers.
    pub largest: f64,
}

impl Demand {
    /// Users beyond which more only wait: (think + total) / largest.
    pub fn knee(&self, think: f64) -> f64 {
        (think + self.total) / self.largest
    }
}

impl Model {
    /// Works out rates and loads for `rate` requests per second and keeps them.
    pub(super) fn spread(&mut self, rate: f64) {
        self.rate = rate;
        let classes = self.classes.len();
        for component in &mut self.components {
            component.arriving = vec![0.0; classes];
            component.flow = Flow::default();
        }
        let order: Vec<ComponentId> = self.in_order().into_iter().map(|(id, _)| id).collect();
        for id in order {
            let flow = self.flow_of(id);
            for &(wire, class, rate) in &flow.onward {
                let to = self.components[id.index()].wires[wire].to;
                self.components[to.index()].arriving[usize::from(class)] += rate;
            }
            self.components[id.index()].flow = flow;
        }
    }

    fn flow_of(&self, id: ComponentId) -> Flow {
        let component = &self.components[id.index()];
        let context = FlowContext {
            classes: &self.classes,
            datasets: &self.datasets,
            wires: &component.wires,
            geography: &self.geography,
        };
        if id == USERS {
            let mut flow = Flow::default();
            for (class, operation) in (0u16..).zip(&self.operations) {
                flow.send(class, self.rate * operation.share, &context);
            }
            return flow;
        }
        let blueprint = component.blueprint.as_ref().expect("only the users have no blueprint");
        blueprint.flow(&component.arriving, &context)
    }

    /// What a request asks of the stations; `None` when service times are recorded, or nothing
    /// takes time.
    pub fn demand(&self) -> Option<Demand> {
        let mut demand = Demand { total: 0.0, largest: 0.0 };
        for station in self.components.iter().flat_map(|component| &component.flow.stations) {
            let busy = station.busy?;
            demand.total += busy / self.rate;
            demand.largest = demand.largest.max(busy / self.rate / station.servers);
        }
        (demand.largest > 0.0).then_some(demand)
    }

    /// The largest throughput that `users` closed users can reach, per second.
    pub(super) fn closed_bound(&self, users: f64, think: f64) -> f64 {
        match self.demand() {
            Some(demand) => (users / (think + demand.total)).min(1.0 / demand.largest),
            None if think > 0.0 => users / think,
            None => users,
        }
    }

    /// The longest constant delay in the model: on wires, in timeouts, thinking, or waiting.
    pub fn longest_constant_delay(&self) -> Duration {
        let constant = |law: &Distribution| law.is_constant().unwrap_or(Duration::ZERO);
        let wires = self.components.iter().flat_map(|component| &component.wires);
        let on_wires =
            wires.map(|wire| constant(&wire.latency).max(wire.timeout.unwrap_or_default()));
        let within = self.components.iter().map(|component| component.flow.longest_delay);
        let thinking = match &self.load.arrivals {
            Arrivals::Closed { think } => constant(think),
            _ => Duration::ZERO,
        };
        on_wires.chain(within).fold(thinking, Duration::max)
    }
}
