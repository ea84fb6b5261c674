//! Choosing one of several like nodes: the balancing policies as pure state machines.
//!
//! What must hold: a balancer knows only what a real one can know, that is the calls it has open
//! itself, never the inside of a node.

use crate::kernel::random::Draw;

/// How a balancer chooses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    /// One after the other.
    RoundRobin,
    /// Any, evenly.
    Random,
    /// The one with the fewest open calls; the first after the last choice among equals.
    LeastConnections,
    /// The one with fewer open calls of two different ones drawn evenly (Mitzenmacher, "The power
    /// of two choices in randomized load balancing", IEEE TPDS 2001).
    PowerOfTwo,
}

impl Policy {
    /// Chooses one of some candidates, of which there is at least one: `open` tells a candidate's
    /// open calls, `turn` counts the choices.
    pub fn pick(
        self,
        candidates: &[u16],
        open: impl Fn(u16) -> u64,
        turn: &mut usize,
        draw: &mut Draw,
    ) -> u16 {
        let count = candidates.len();
        let first = *turn % count;
        *turn = turn.wrapping_add(1);
        let index = match self {
            Policy::RoundRobin => first,
            Policy::Random => draw.below(count as u64) as usize,
            Policy::LeastConnections => {
                let in_turn = (first..first + count).map(|index| index % count);
                in_turn.min_by_key(|&index| open(candidates[index])).unwrap_or(first)
            }
            Policy::PowerOfTwo if count == 1 => 0,
            Policy::PowerOfTwo => {
                let one = draw.below(count as u64) as usize;
                let other = draw.below(count as u64 - 1) as usize;
                let other = if other >= one { other + 1 } else { other };
                if open(candidates[other]) < open(candidates[one]) { other } else { one }
            }
        };
        candidates[index]
    }
}

/// Which nodes' open calls a choice depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Glance {
    /// None: it will be this node anyway.
    At(usize),
    /// Those of these two.
    AtTwo(usize, usize),
    /// All of them.
    AtAll,
}

/// A balancer's state.
#[derive(Clone, Debug)]
pub struct Balance {
    policy: Policy,
    open: Vec<u32>,
    /// The node after the last choice.
    next: usize,
}

impl Balance {
    /// A balancer over `nodes` idle nodes.
    pub fn new(policy: Policy, nodes: u16) -> Balance {
        assert!(nodes > 0, "there is a node to choose");
        Balance { policy, open: vec![0; usize::from(nodes)], next: 0 }
    }

    /// Chooses a node and opens a call on it.
    #[inline]
    pub fn choose(&mut self, draw: &mut Draw) -> u16 {
        let glance = self.glance(draw);
        self.decide(glance)
    }

    /// As [`Balance::choose`], among the nodes that are up; among all when none is.
    pub fn choose_among(&mut self, draw: &mut Draw, is_up: impl Fn(usize) -> bool) -> u16 {
        let nodes = self.open.len();
        let up: Vec<usize> = (0..nodes).filter(|&node| is_up(node)).collect();
        if up.is_empty() || up.len() == nodes {
            return self.choose(draw);
        }
        // The next one first, so that equals take turns.
        let turn = up.partition_point(|&node| node < self.next) % up.len();
        let any = |draw: &mut Draw| up[draw.below(up.len() as u64) as usize];
        let fewest = |one: usize, other: usize| {
            if self.open[other] < self.open[one] { other } else { one }
        };
        let chosen = match self.policy {
            Policy::RoundRobin => up[turn],
            Policy::Random => any(draw),
            Policy::LeastConnections => {
                let (before, after) = up.split_at(turn);
                after.iter().chain(before).copied().reduce(fewest).unwrap_or(up[turn])
            }
            Policy::PowerOfTwo => {
                let (one, other) = (any(draw), any(draw));
                fewest(one, other)
            }
        };
        self.decide(Glance::At(chosen))
    }

    /// The first half of a choice: what it will look at.
    #[inline]
    pub fn glance(&self, draw: &mut Draw) -> Glance {
        let nodes = self.open.len();
        match self.policy {
            _ if nodes == 1 => Glance::At(0),
            Policy::RoundRobin => Glance::At(self.next),
            Policy::Random => Glance::At(draw.below(nodes as u64) as usize),
            Policy::LeastConnections => Glance::AtAll,
            Policy::PowerOfTwo => {
                let first = draw.below(nodes as u64) as usize;
                let other = draw.below(nodes as u64 - 1) as usize;
                Glance::AtTwo(first, if other >= first { other + 1 } else { other })
            }
        }
    }

    /// The second half of a choice: looks, chooses a node and opens a call on it.
    #[inline]
    pub fn decide(&mut self, glance: Glance) -> u16 {
        let nodes = self.open.len();
        let chosen = match glance {
            Glance::At(node) => node,
            Glance::AtTwo(first, second) => {
                if self.open[second] < self.open[first] {
                    second
                } else {
                    first
                }
            }
            Glance::AtAll => self.least_connections(),
        };
        self.next = if chosen + 1 == nodes { 0 } else { chosen + 1 };
        self.open[chosen] += 1;
        chosen as u16
    }

    /// The node with the fewest open calls, the first after the last choice among equals. No node
    /// has fewer than none, so that the first idle one is it.
    fn least_connections(&self) -> usize {
        let (before, after) = self.open.split_at(self.next);
        let mut best = self.next;
        let mut fewest = u32::MAX;
        for (nodes, first) in [(after, self.next), (before, 0)] {
            for (node, &open) in nodes.iter().enumerate() {
                if open < fewest {
                    (best, fewest) = (first + node, open);
                    if open == 0 {
                        return best;
                    }
                }
            }
        }
        best
    }

    /// A call on a node has ended.
    #[inline]
    pub fn close(&mut self, node: u16) {
        let open = &mut self.open[usize::from(node)];
        debug_assert!(*open > 0, "only an open call can end");
        *open -= 1;
    }

    /// Open calls on each node.
    pub fn open(&self) -> &[u32] {
        &self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::Stream;

    fn choices(policy: Policy, nodes: u16, calls: u64) -> Vec<u16> {
        let stream = Stream::new(1, 0, "lb", "choice");
        let mut balance = Balance::new(policy, nodes);
        (0..calls).map(|call| balance.choose(&mut stream.draw(call))).collect()
    }

    #[test]
    fn round_robin_takes_turns() {
        assert_eq!(choices(Policy::RoundRobin, 3, 7), [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn least_connections_fills_evenly_and_prefers_the_idle() {
        let mut balance = Balance::new(Policy::LeastConnections, 3);
        let mut draw = Stream::new(1, 0, "lb", "choice").draw(0);
        for _ in 0..6 {
            balance.choose(&mut draw);
        }
        assert_eq!(balance.open(), [2, 2, 2]);
        balance.close(1);
        assert_eq!(balance.choose(&mut draw), 1);
    }

    #[test]
    fn candidates_are_picked_by_the_policy() {
        let stream = Stream::new(1, 0, "db", "replica");
        let candidates = [4, 7, 9];
        let pick = |policy: Policy, open: [u64; 10]| {
            let mut turn = 0;
            let mut picks = Vec::new();
            for call in 0..6 {
                let open = |node: u16| open[usize::from(node)];
                picks.push(policy.pick(&candidates, open, &mut turn, &mut stream.draw(call)));
            }
            picks
        };
        let mut open = [0; 10];
        assert_eq!(pick(Policy::RoundRobin, open), [4, 7, 9, 4, 7, 9]);
        assert_eq!(pick(Policy::LeastConnections, open), [4, 7, 9, 4, 7, 9], "equals take turns");
        (open[4], open[9]) = (2, 1);
        assert_eq!(pick(Policy::LeastConnections, open), [7; 6]);
        assert!(!pick(Policy::PowerOfTwo, open).contains(&4), "the busiest loses every pair");
        assert!(pick(Policy::Random, open).iter().all(|picked| candidates.contains(picked)));
    }

    /// 3000 calls that never end: power of two keeps the spread within a few, random does not.
    #[test]
    fn power_of_two_is_far_more_even_than_random() {
        let spread = |policy| {
            let mut count = [0u32; 10];
            for node in choices(policy, 10, 3000) {
                count[usize::from(node)] += 1;
            }
            count.iter().max().unwrap_or(&0) - count.iter().min().unwrap_or(&0)
        };
        assert!(spread(Policy::PowerOfTwo) <= 6);
        assert!(spread(Policy::Random) > 6);
    }
}
