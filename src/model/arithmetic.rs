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
        let regions = usize::from(self.geography.regions());
        // For each component, how much of what arrives is of the users of each region.
        let mut origins = vec![vec![0.0; regions]; self.components.len()];
        origins[USERS.index()] =
            self.geography.all().map(|region| self.geography.share(region)).collect();
        let order: Vec<ComponentId> = self.in_order().into_iter().map(|(id, _)| id).collect();
        for id in order {
            let flow = self.flow_of(id);
            let sum: f64 = origins[id.index()].iter().sum();
            for &(wire, class, rate) in &flow.onward {
                let origin = match id {
                    // The users of each region have a wire of their own.
                    USERS => (0..regions).map(|it| if it == wire { rate } else { 0.0 }).collect(),
                    _ if regions == 1 => vec![rate],
                    _ => origins[id.index()].iter().map(|part| rate * part / sum).collect(),
                };
                self.send(id, wire, class, &origin, &mut origins);
            }
            self.components[id.index()].flow = flow;
        }
    }

    /// Lets what is sent along a wire arrive: `origin` is the rate by the region of the users.
    fn send(
        &mut self,
        from: ComponentId,
        wire: usize,
        class: u16,
        origin: &[f64],
        origins: &mut [Vec<f64>],
    ) {
        let wire = &self.components[from.index()].wires[wire];
        let parts = wire.parts(origin);
        let targets: Vec<ComponentId> = wire.targets.iter().map(|target| target.to).collect();
        for (to, part) in targets.into_iter().zip(parts) {
            self.components[to.index()].arriving[usize::from(class)] += part.iter().sum::<f64>();
            origins[to.index()].iter_mut().zip(part).for_each(|(sum, rate)| *sum += rate);
        }
    }

    fn flow_of(&self, id: ComponentId) -> Flow {
        let component = &self.components[id.index()];
        let context = FlowContext {
            classes: &self.classes,
            datasets: &self.datasets,
            wires: &component.wires,
            geography: &self.geography,
            users_of: component.users_of(),
        };
        if id == USERS {
            let mut flow = Flow::default();
            for (class, operation) in (0u16..).zip(&self.operations) {
                for region in self.geography.all() {
                    let rate = self.rate * operation.share;
                    let share = self.geography.share(region);
                    flow.onward.push((usize::from(region), class, rate * share));
                }
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
