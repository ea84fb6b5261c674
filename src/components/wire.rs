//! Compiled wires: where they lead, and how far that is.
//!
//! A wire leads to a component, which may have an instance in each of several regions: its targets,
//! the nearest first. What must hold: within one region the way takes no time of its own; which
//! target a call takes is decided by what is known of faults at that instant, and by nothing else.

use super::access::Classes;
use crate::blocks::distribution::Distribution;
use crate::blocks::faults::Faults;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{ComponentId, NODE_ANY};

/// What a caller does when a call fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnError {
    /// Answers with an error itself.
    Fail,
    /// Goes on to the next entry, or without the answer if there is none.
    Skip,
}

/// One instance a wire leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// The component.
    pub to: ComponentId,
    /// The region it stands in.
    pub region: u16,
    /// Its nodes among which a balancer can choose.
    pub nodes: u16,
    /// Time to it, beside the latency of the wire.
    pub outward: Duration,
    /// Time back from it.
    pub homeward: Duration,
}

/// How calls are expected to spread over the targets of a wire.
#[derive(Clone, PartialEq, Debug)]
pub enum Spread {
    /// All go to the nearest.
    Nearest,
    /// In proportion to their nodes.
    Nodes,
    /// By the region of the user: for each region the targets in order of preference.
    User(Vec<Vec<u16>>),
    /// In proportion to these weights.
    Weights(Vec<f64>),
}

/// A compiled wire: where it leads and for which classes.
#[derive(Clone, Debug)]
pub struct Wire {
    /// The instances at its end, the nearest first; more than one only where it may choose.
    pub targets: Vec<Target>,
    /// How calls spread over them.
    pub spread: Spread,
    /// The caller's region.
    pub from: u16,
    /// Whether the users are the caller: an outage of their region does not keep them from others.
    pub from_users: bool,
    /// What a job is told as its node, whatever its caller chose: [`NODE_ANY`], or the caller's
    /// region where one component stands in several and knows its own ways.
    pub any_node: u16,
    /// Time one way, beside what lies between regions.
    pub latency: Distribution,
    /// How long the caller waits.
    pub timeout: Option<Duration>,
    /// What it does about an error.
    pub on_error: OnError,
    /// Whether it takes jobs of each class.
    pub takes: Vec<bool>,
}

impl Wire {
    /// A plain wire without delay that takes every class.
    pub fn plain(targets: Vec<Target>, from: u16, classes: &Classes) -> Wire {
        Wire {
            targets,
            spread: Spread::Nearest,
            from,
            from_users: false,
            any_node: NODE_ANY,
            latency: Distribution::zero(),
            timeout: None,
            on_error: OnError::Fail,
            takes: vec![true; classes.len()],
        }
    }

    /// The nearest of its targets.
    pub fn nearest(&self) -> Target {
        self.targets[0]
    }

    /// Whether it is plain: no delay, no timeout, open to every class, and no choice.
    pub fn is_plain(&self) -> bool {
        let is_instant = self.latency.is_constant() == Some(Duration::ZERO);
        let [Target { outward: Duration::ZERO, homeward: Duration::ZERO, .. }] = self.targets[..]
        else {
            return false;
        };
        is_instant && self.timeout.is_none() && self.takes.iter().all(|takes| *takes)
    }

    /// Whether a call to a target gets there now.
    pub fn reaches(&self, target: usize, faults: &Faults, now: Time) -> bool {
        let Target { to, region, .. } = self.targets[target];
        if faults.is_empty() || self.any_node != NODE_ANY {
            return true;
        }
        let gets_there = match self.from_users {
            true => faults.region_is_up(region, now) && faults.way_is_open(self.from, region, now),
            false => faults.reaches(self.from, region, now),
        };
        gets_there && faults.component_is_up(to.0, now)
    }

    /// The part of what is sent along it by users of each region that goes to each target:
    /// `origins` are the rates by region.
    pub fn parts(&self, origins: &[f64]) -> Vec<Vec<f64>> {
        let nothing = vec![0.0; origins.len()];
        let mut parts = vec![nothing; self.targets.len()];
        let mut share = |weights: &[f64]| {
            let sum: f64 = weights.iter().sum();
            for (part, weight) in parts.iter_mut().zip(weights) {
                *part = origins.iter().map(|rate| rate * weight / sum).collect();
            }
        };
        match &self.spread {
            Spread::Nearest => parts[0] = origins.to_vec(),
            Spread::Nodes => {
                let nodes = self.targets.iter().map(|target| f64::from(target.nodes));
                share(&nodes.collect::<Vec<_>>());
            }
            Spread::Weights(weights) => share(weights),
            Spread::User(orders) => {
                for (region, (rate, order)) in origins.iter().zip(orders).enumerate() {
                    parts[usize::from(order[0])][region] = *rate;
                }
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::faults::{Cause, Fault};

    fn wire() -> Wire {
        let target = |(number, nodes): (u16, u16)| Target {
            to: ComponentId(number + 1),
            region: number,
            nodes,
            outward: Duration::ZERO,
            homeward: Duration::ZERO,
        };
        let targets = [(0, 3), (1, 1)].map(target).to_vec();
        Wire::plain(targets, 0, &Classes::default())
    }

    #[test]
    fn what_is_sent_is_shared_out_whole() {
        let origins = [6.0, 2.0];
        let parts = |spread| Wire { spread, ..wire() }.parts(&origins);
        assert_eq!(parts(Spread::Nearest), [[6.0, 2.0], [0.0, 0.0]]);
        assert_eq!(parts(Spread::Nodes), [[4.5, 1.5], [1.5, 0.5]]);
        assert_eq!(parts(Spread::Weights(vec![1.0, 1.0])), [[3.0, 1.0], [3.0, 1.0]]);
        let by_user = Spread::User(vec![vec![0, 1], vec![1, 0]]);
        assert_eq!(parts(by_user), [[6.0, 0.0], [0.0, 2.0]]);
    }

    #[test]
    fn users_of_a_region_that_is_down_reach_others() {
        let cause = Cause::Region(0);
        let (from, until) = (Time::ZERO, Time::from_nanos(10));
        let faults = Faults::new(vec![Fault { cause, from, until }], Duration::ZERO);
        let reaches = |wire: &Wire, target| wire.reaches(target, &faults, Time::from_nanos(5));
        let users = Wire { from_users: true, ..wire() };
        assert!(!reaches(&users, 0) && reaches(&users, 1));
        assert!(!reaches(&wire(), 1) && wire().reaches(1, &faults, Time::from_nanos(10)));
    }
}
