//! The nodes of a ring that a query goes to.
//!
//! What must hold: a node is asked once for a query; who stands in for a node is the next one
//! clockwise that can be reached and is none of the key's own.

use super::{Operation, RunningRing};
use crate::components::access::Verb;
use crate::components::database::ring::Hinted;
use crate::components::database::running::RunningDatabase;
use crate::components::database::topology::Topology;
use crate::kernel::random::mix;
use crate::kernel::time::Time;
use crate::kernel::{Context, JobId};

/// A node that a query asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// The node.
    pub node: u16,
    /// The key's own node for which it stands in; `None` when it is one itself.
    pub stands_in_for: Option<u16>,
}

impl Asked {
    fn own(node: u16) -> Asked {
        Asked { node, stands_in_for: None }
    }

    /// The key's own node for which it is asked: itself, or the one for which it stands in.
    pub fn target(&self) -> u16 {
        self.stands_in_for.unwrap_or(self.node)
    }
}

impl RunningRing {
    /// The first nodes clockwise, as many as a key has copies and no region has more of them than
    /// its share.
    fn own_of(&self, order: &[u16], topology: &Topology) -> Vec<u16> {
        let copies = usize::from(self.section.copies);
        let mut own: Vec<u16> = Vec::with_capacity(copies);
        for &node in order {
            let region = topology.region(usize::from(node));
            let there = own.iter().filter(|it| topology.region(usize::from(**it)) == region);
            if own.len() < copies && there.count() < self.most_of_region {
                own.push(node);
            }
        }
        // Where a region has too few nodes for its share, others have more.
        for &node in order {
            if own.len() < copies && !own.contains(&node) {
                own.push(node);
            }
        }
        own
    }
}

impl RunningDatabase {
    /// The whom and how many of a query: the nodes to ask, and whose answers it needs.
    pub(super) fn choose_nodes(
        &mut self,
        query: JobId,
        verb: Verb,
        own: &[u16],
        caller: u16,
        context: &Context<'_>,
    ) -> (Vec<Asked>, u16) {
        let (key, now) = (context.job(query).key, context.now());
        let section = &self.ring().section;
        let (reads, writes, by_owner) =
            (section.read_quorum, section.write_quorum, section.by_owner);
        match verb {
            Verb::Scan if !by_owner => self.whole_ring(caller, now),
            Verb::Write => (self.copies_in_reach(key, own, caller, now), writes),
            Verb::Read | Verb::Scan | Verb::Call => {
                let copies = self.copies_in_reach(key, own, caller, now);
                (self.nearest(copies, reads, caller, query, context), reads)
            }
        }
    }

    /// All nodes that can be reached: they have everything as long as fewer are missing than a key
    /// has copies.
    fn whole_ring(&self, caller: u16, now: Time) -> (Vec<Asked>, u16) {
        let all = self.topology.nodes();
        let reached: Vec<Asked> =
            (0..all).filter(|&node| self.is_in_reach(node, caller, now)).map(Asked::own).collect();
        let copies = self.ring.as_ref().map_or(1, RunningRing::copies);
        let is_whole = all - (reached.len() as u16) < copies;
        let needed = if is_whole { reached.len() as u16 } else { all };
        (reached, needed.max(1))
    }

    /// Whether a node seems to be up and can be reached.
    fn is_in_reach(&self, node: u16, caller: u16, now: Time) -> bool {
        let node = usize::from(node);
        self.seems_up(node, now) && self.reaches(caller, self.topology.region(node), now)
    }

    /// The nodes that a key lies on, in order.
    pub(in crate::components::database) fn own_nodes(&self, key: u64) -> Vec<u16> {
        let ring = self.ring.as_ref().expect("it is a ring");
        let mut order = Vec::new();
        let all = usize::from(self.topology.nodes());
        let is_spread = self.topology.regions() > 1;
        let count = if is_spread { all } else { usize::from(ring.section.copies) };
        self.placement.successors(self.place(key), count, &mut order);
        if is_spread { ring.own_of(&order, &self.topology) } else { order }
    }

    /// A key's own nodes that can be reached, and those who stand in for the others.
    fn copies_in_reach(&self, key: u64, own: &[u16], caller: u16, now: Time) -> Vec<Asked> {
        let (reached, missing): (Vec<u16>, Vec<u16>) =
            own.iter().partition(|&&node| self.is_in_reach(node, caller, now));
        let mut asked: Vec<Asked> = reached.into_iter().map(Asked::own).collect();
        if !missing.is_empty() {
            let others = self.others_in_reach(key, own, caller, now);
            let pairs = others.into_iter().zip(missing);
            asked.extend(pairs.map(|(node, it)| Asked { node, stands_in_for: Some(it) }));
        }
        asked
    }

    /// Nodes that can stand in for a key's own, clockwise.
    fn others_in_reach(&self, key: u64, own: &[u16], caller: u16, now: Time) -> Vec<u16> {
        if self.ring.as_ref().is_none_or(|it| it.section.hints != Hinted::Counted) {
            return Vec::new();
        }
        let mut order = Vec::new();
        let all = usize::from(self.topology.nodes());
        self.placement.successors(self.place(key), all, &mut order);
        order.retain(|node| !own.contains(node) && self.is_in_reach(*node, caller, now));
        order
    }

    /// So many of the nodes, the nearest ones first, of equally near ones any; those who stand in
    /// for others last.
    fn nearest(
        &self,
        mut asked: Vec<Asked>,
        count: u16,
        caller: u16,
        query: JobId,
        context: &Context<'_>,
    ) -> Vec<Asked> {
        if asked.len() > usize::from(count) {
            let luck = context.draw(self.settings.streams.replica, query).below(u64::MAX);
            asked.sort_by_key(|it| {
                let way = self.way(caller, self.topology.region(usize::from(it.node)));
                (it.stands_in_for.is_some(), way, mix(luck, u64::from(it.node)))
            });
            asked.truncate(usize::from(count));
        }
        asked
    }

    /// Whom to ask in place of a node that turned out to be down.
    pub(super) fn replacement(&self, gathering: u32, node: u16, now: Time) -> Option<Asked> {
        let ring = self.ring.as_ref().expect("it is a ring");
        let operation: &Operation = &ring.operations[gathering as usize];
        let own = self.own_nodes(operation.key);
        let is_asked = |node: u16| operation.asked.iter().any(|asked| asked.node == node);
        let failed = operation.asked.iter().find(|asked| asked.node == node)?;
        let others = || self.others_in_reach(operation.key, &own, operation.caller, now);
        let target = failed.target();
        match operation.verb {
            Verb::Scan => None,
            Verb::Write => others()
                .into_iter()
                .find(|&other| !is_asked(other))
                .map(|node| Asked { node, stands_in_for: Some(target) }),
            Verb::Read | Verb::Call => {
                let next = own
                    .iter()
                    .copied()
                    .find(|&node| !is_asked(node) && self.is_in_reach(node, operation.caller, now));
                next.map(Asked::own).or_else(|| {
                    let other = others().into_iter().find(|&other| !is_asked(other))?;
                    Some(Asked { node: other, stands_in_for: Some(target) })
                })
            }
        }
    }
}
