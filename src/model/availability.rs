//! Availability by arithmetic: how likely a request finds all it needs up.
//!
//! ```text
//! availability = sum over which regions are up: P(regions) x product over components:
//!                1 - share of requests that come there x P(down | regions)
//! ```
//!
//! A component is down where each instance in a region that is up has fewer nodes than it needs; a
//! shard, where fewer of its members are up than can lead it, and while a new leader takes over.
//! What must hold: nodes and regions fail independently of each other; what callers can do without
//! (`on_error = "skip"`, or behind a queue) keeps nobody from being served; nothing is simulated.

use super::{Model, ModelComponent};
use crate::blocks::redundancy::{Repair, at_least};
use crate::components::redundancy::{Group, Redundancy};
use crate::components::wire::OnError;

/// A component as failures see it.
struct Part {
    /// Share of the requests that come there.
    share: f64,
    /// Availability of a node.
    node: f64,
    /// By instance, any of which will do; of a database the shards, each for its share.
    redundancy: Redundancy,
    /// Whether each group serves a share of its own, instead of standing for the others.
    is_sharded: bool,
    /// Share of the time in which a new leader is taking over.
    taking_over: f64,
}

impl Model {
    /// The probability that a request finds all it needs up; `None` where nothing is said of
    /// failures.
    pub fn availability(&self) -> Option<f64> {
        let is_given = self.repairs.iter().any(Option::is_some)
            || self.components.iter().any(|component| component.failures.is_some());
        is_given.then(|| self.sum_over_regions(&self.parts()))
    }

    fn sum_over_regions(&self, parts: &[Part]) -> f64 {
        let failing: Vec<(usize, f64)> = (self.repairs.iter().enumerate())
            .filter_map(|(region, repair)| Some((region, (*repair)?.availability())))
            .collect();
        let mut availability = 0.0;
        for state in 0..1u32 << failing.len() {
            let mut is_up = vec![true; self.repairs.len()];
            let mut probability = 1.0;
            for (bit, (region, up)) in failing.iter().enumerate() {
                is_up[*region] = state >> bit & 1 == 1;
                probability *= if is_up[*region] { *up } else { 1.0 - up };
            }
            let served = parts.iter().map(|part| 1.0 - part.share * part.down(&is_up));
            availability += probability * served.product::<f64>();
        }
        (availability - self.unnoticed()).max(0.0)
    }

    /// Share of requests refused because callers have not yet noticed that their region is down.
    fn unnoticed(&self) -> f64 {
        let entry = self.components.iter().filter(|component| component.rank == 1);
        if self.faults_noticed_after == 0.0 || entry.count() < 2 {
            return 0.0;
        }
        let refused = self.geography.all().map(|region| {
            let rate = self.repairs[usize::from(region)].map_or(0.0, |repair| repair.rate());
            self.geography.share(region) * rate * self.faults_noticed_after
        });
        refused.sum()
    }

    fn parts(&self) -> Vec<Part> {
        let mut names: Vec<&str> =
            self.components[1..].iter().map(|component| component.plain_name.as_str()).collect();
        names.dedup();
        names.iter().filter_map(|name| self.part(name)).collect()
    }

    /// What a component, in all its instances, is to a request.
    fn part(&self, name: &str) -> Option<Part> {
        let instances: Vec<(u16, &ModelComponent)> =
            (0u16..).zip(&self.components).filter(|(_, it)| it.plain_name == name).collect();
        let arriving: f64 = instances.iter().flat_map(|(_, it)| &it.arriving).sum();
        if arriving == 0.0 || !self.is_needed(&instances) {
            return None;
        }
        let failures = instances[0].1.failures;
        let repair = failures.map(|failures| failures.repair);
        let needs = failures.and_then(|failures| failures.needs);
        let (number, first) = instances[0];
        let own = first
            .blueprint
            .as_ref()
            .and_then(|blueprint| blueprint.redundancy(&self.context(0, number, &first.arriving)));
        let is_sharded = own.is_some();
        let mut redundancy = own.unwrap_or_else(|| Redundancy {
            groups: instances.iter().map(|(_, instance)| servers(instance)).collect(),
        });
        for group in &mut redundancy.groups {
            group.needs = needs.map_or(group.needs, |needs| needs as usize);
        }
        let taking_over = redundancy.groups.iter().map(|group| {
            let fails = |repair: Option<Repair>| repair.map_or(0.0, |repair| repair.rate());
            let leader = group.regions.first().map_or(0, |region| usize::from(*region));
            (fails(repair) + fails(self.repairs[leader])) * group.takeover
        });
        let groups = redundancy.groups.len() as f64;
        Some(Part {
            share: (arriving / self.rate).min(1.0),
            node: repair.map_or(1.0, |repair| repair.availability()),
            taking_over: taking_over.sum::<f64>() / groups,
            redundancy,
            is_sharded,
        })
    }

    /// Whether some caller of a component cannot do without it.
    fn is_needed(&self, instances: &[(u16, &ModelComponent)]) -> bool {
        let leads_there = |to: u16| instances.iter().any(|(number, _)| *number == to);
        let callers = self.components.iter().filter(|caller| caller.kind != "queue");
        callers.flat_map(|caller| &caller.wires).any(|wire| {
            wire.on_error == OnError::Fail && wire.targets.iter().any(|it| leads_there(it.to.0))
        })
    }
}

/// The nodes of an instance: it needs as many as its load takes by arithmetic.
fn servers(instance: &ModelComponent) -> Group {
    let nodes = usize::from(instance.nodes);
    let loads = instance.flow.stations.iter().filter_map(|station| station.offered());
    let load = loads.fold(0.0, f64::max);
    let needs = (load * nodes as f64).ceil().clamp(1.0, nodes as f64) as usize;
    Group { regions: vec![instance.regions[0]; nodes], needs, takeover: 0.0 }
}

impl Part {
    /// The probability that a request finds it down while these regions are up.
    fn down(&self, is_up: &[bool]) -> f64 {
        let down = self.redundancy.groups.iter().map(|group| {
            let standing = group.regions.iter().filter(|region| is_up[usize::from(**region)]);
            1.0 - at_least(group.needs, standing.map(|_| self.node))
        });
        let down = match self.is_sharded {
            true => down.sum::<f64>() / self.redundancy.groups.len() as f64,
            false => down.product(),
        };
        (down + self.taking_over).min(1.0)
    }
}
