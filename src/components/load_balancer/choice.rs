//! Choosing among the servers behind one wire, in one region or in several.
//!
//! What must hold: where there is one region and no fault, it is the plain choice among servers;
//! where there are several, those that callers think are down are left out as long as another is
//! up.

use crate::blocks::balance::{Balance, Policy};
use crate::blocks::geography::Geography;
use crate::components::caller::{Target, Wire};
use crate::components::wire::Spread;
use crate::kernel::random::Draw;

/// What a balancer chose: the target of the wire, the server there, and the note by which the end
/// of the call is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chosen {
    /// Which target of the wire.
    pub target: usize,
    /// Which of its servers.
    pub node: u16,
    /// To be handed back by [`Choice::close`].
    pub note: u32,
}

/// The state of the choice behind one wire.
#[derive(Clone, Debug)]
pub enum Choice {
    /// Among the servers of whichever region is nearest.
    Servers(Balance),
    /// Among all servers of all regions.
    Everywhere {
        /// All of them, as if in one place.
        balance: Balance,
        /// Where each of them is: target and server.
        places: Vec<(usize, u16)>,
    },
    /// Among the regions; then one server after the other.
    Regions {
        /// How the region is chosen.
        spread: Spread,
        /// For each target its servers and the next one.
        next: Vec<(u16, u16)>,
    },
}

impl Choice {
    /// The choice among what a wire leads to; `by_region` when the regions are chosen among, not
    /// the servers.
    pub fn new(policy: Policy, by_region: bool, wire: &Wire) -> Choice {
        let nodes = |target: &Target| target.nodes;
        if by_region {
            let next = wire.targets.iter().map(|target| (nodes(target), 0)).collect();
            return Choice::Regions { spread: wire.spread.clone(), next };
        }
        if wire.targets.len() == 1 || wire.spread != Spread::Nodes {
            return Choice::Servers(Balance::new(policy, wire.nearest().nodes));
        }
        let servers = wire.targets.iter().enumerate();
        let places: Vec<(usize, u16)> = servers
            .flat_map(|(target, it)| (0..it.nodes).map(move |node| (target, node)))
            .collect();
        let all = u16::try_from(places.len()).expect("regions of 10K servers at most are few");
        Choice::Everywhere { balance: Balance::new(policy, all), places }
    }

    /// Chooses for a user of `region`; `is_up` tells of which targets the balancer thinks so.
    pub fn choose(
        &mut self,
        user: u64,
        geography: &Geography,
        is_up: impl Fn(usize) -> bool,
        draw: &mut Draw,
    ) -> Chosen {
        match self {
            Choice::Servers(balance) => {
                let node = balance.choose(draw);
                Chosen { target: 0, node, note: u32::from(node) }
            }
            Choice::Everywhere { balance, places } => {
                let server = balance.choose_among(draw, |server| is_up(places[server].0));
                let (target, node) = places[usize::from(server)];
                Chosen { target, node, note: u32::from(server) }
            }
            Choice::Regions { spread, next } => {
                let region = geography.region_of(user);
                let target = target(spread, next.len(), region, is_up, draw);
                let (nodes, next) = &mut next[target];
                let node = *next;
                *next = if node + 1 == *nodes { 0 } else { node + 1 };
                Chosen { target, node, note: 0 }
            }
        }
    }

    /// A call has ended.
    #[inline]
    pub fn close(&mut self, note: u32) {
        match self {
            Choice::Servers(balance) | Choice::Everywhere { balance, .. } => {
                balance.close(note as u16);
            }
            Choice::Regions { .. } => {}
        }
    }
}

/// The target for a user of a region.
fn target(
    spread: &Spread,
    targets: usize,
    region: u16,
    is_up: impl Fn(usize) -> bool,
    draw: &mut Draw,
) -> usize {
    match spread {
        Spread::Nearest | Spread::Nodes => (0..targets).find(|&target| is_up(target)).unwrap_or(0),
        Spread::User(orders) => {
            let order = &orders[usize::from(region)];
            let up = order.iter().map(|target| usize::from(*target)).find(|&target| is_up(target));
            up.unwrap_or(usize::from(order[0]))
        }
        Spread::Weights(weights) => {
            let some_up = (0..targets).any(|target| weights[target] > 0.0 && is_up(target));
            let weight = |target: usize| {
                if some_up && !is_up(target) { 0.0 } else { weights[target] }
            };
            let sum: f64 = (0..targets).map(weight).sum();
            let mut left = draw.unit() * sum;
            let last = (0..targets).rev().find(|&target| weight(target) > 0.0).unwrap_or(0);
            let found = (0..last).find(|&target| {
                left -= weight(target);
                left < 0.0
            });
            found.unwrap_or(last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::Stream;

    /// 30,000 draws: a share of 2/3 has a standard error of 0.0027, four of which are 0.011.
    #[test]
    fn weights_are_kept_among_those_that_are_up() {
        let spread = Spread::Weights(vec![2.0, 1.0, 1.0]);
        let stream = Stream::new(1, 0, "lb", "choice");
        let mut counts = [0.0f64; 3];
        for identity in 0..30_000 {
            let mut draw = stream.draw(identity);
            counts[target(&spread, 3, 0, |target| target != 1, &mut draw)] += 1.0 / 30_000.0;
        }
        assert!((counts[0] - 2.0 / 3.0).abs() < 0.011 && counts[1] == 0.0, "{counts:?}");
    }

    #[test]
    fn users_go_to_the_nearest_that_is_up() {
        let spread = Spread::User(vec![vec![0, 1], vec![1, 0]]);
        let stream = Stream::new(1, 0, "lb", "choice");
        let to = |region, down: usize| {
            target(&spread, 2, region, |target| target != down, &mut stream.draw(0))
        };
        assert_eq!([to(0, 9), to(1, 9), to(0, 0), to(1, 1)], [0, 1, 1, 0]);
        let nobody = target(&spread, 2, 1, |_| false, &mut stream.draw(0));
        assert_eq!(nobody, 1);
    }
}
