//! Writes that reach a copy late: handed over by who kept them, or sent by a read that found the
//! copy old.
//!
//! What must hold: a delivery needs no connection, but takes the cores (and disk) of a write; a
//! hint that does not arrive goes back to its holder.

use super::hints::Hint;
use super::versions::Stamp;
use crate::components::access::Verb;
use crate::components::database::ring::Hinted;
use crate::components::database::running::stages::{DELIVERY_GOES, note, rest};
#[cfg(test)]
use crate::components::database::running::tests::Entry;
use crate::components::database::running::{HANDOVER, RunningDatabase};
use crate::kernel::random::mix;
use crate::kernel::time::Time;
use crate::kernel::{Context, JobId, Note, Rank};

/// Tells a hint from the write that it keeps, and repairs from each other.
const HINT_SALT: u64 = 1 << 43;
const REPAIR_SALT: u64 = 1 << 44;
const KEPT_SALT: u64 = 1 << 45;

/// A write on its way to a copy that lacks it.
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    key: u64,
    stamp: Stamp,
    since: Time,
    /// What its holder keeps until it has arrived.
    hint: Option<Hint>,
}

impl RunningDatabase {
    /// Sends the newest version that a read has seen to the copies that have shown an older one,
    /// and still do.
    pub(super) fn repair(
        &mut self,
        query: JobId,
        gathering: u32,
        (key, stamp): (u64, Stamp),
        context: &mut Context<'_>,
    ) {
        let ring = self.ring();
        if !ring.section.read_repair {
            return;
        }
        let operation = &ring.operations[gathering as usize];
        let is_old = |node: u16| {
            let is_own =
                operation.asked.iter().any(|it| it.node == node && it.stands_in_for.is_none());
            is_own && ring.versions.shown(key, node, true) < Some(stamp)
        };
        let seen = operation.seen.iter();
        let old = seen.filter(|(node, shown)| *shown < Some(stamp) && is_old(*node));
        let old: Vec<u16> = old.map(|(node, _)| *node).collect();
        let caller = operation.caller;
        for node in old {
            let delivery = Delivery { key, stamp, since: context.now(), hint: None };
            let ring = self.ring();
            ring.tally.repaired += 1;
            let slot = ring.deliveries.open(delivery);
            let job = context.fork(query, REPAIR_SALT | u64::from(node));
            context.note(job, Note::Purpose("repair of an old copy"));
            context.cut_off(job);
            let data = context.job_mut(job);
            (data.node, data.local) = (node, note(DELIVERY_GOES, slot));
            let way = self.way(caller, self.topology.region(usize::from(node)));
            self.step_after(job, way, DELIVERY_GOES, context);
        }
    }

    /// A node has taken a write for another one.
    pub(super) fn take_hint(&mut self, hint: Hint, target: u16, context: &mut Context<'_>) {
        let ring = self.ring();
        ring.versions.keep(hint.key, hint.kept_for(target));
        ring.hints.take(usize::from(target), hint);
        ring.tally.hinted += 1;
        self.begin_handing_over(usize::from(target), context);
    }

    /// A write does not reach one of its key's nodes: another one of them keeps it for that one,
    /// where the ring does so.
    pub(super) fn keep_for(&mut self, target: u16, gathering: u32, context: &mut Context<'_>) {
        let now = context.now();
        let ring = self.ring.as_ref().expect("it is a ring");
        let operation = &ring.operations[gathering as usize];
        if ring.section.hints != Hinted::Kept || operation.verb != Verb::Write {
            return;
        }
        let mut others = operation.asked.iter().map(|asked| asked.node);
        let is_fit = |node: &u16| *node != target && self.is_up(usize::from(*node), now);
        let Some(holder) = others.find(is_fit) else { return };
        let hint = Hint {
            key: operation.key,
            holder,
            stamp: operation.stamp,
            identity: mix(operation.identity, KEPT_SALT | u64::from(target)),
            recorded: operation.recorded,
            since: now,
        };
        self.take_hint(hint, target, context);
    }

    /// A node may have come back: what was kept for it is handed over.
    pub(super) fn begin_handing_over(&mut self, target: usize, context: &mut Context<'_>) {
        if self.is_up(target, context.now()) && self.ring().hints.begin(target) {
            context.wake_after(
                self.ring().section.hint_interval,
                Rank::Timer,
                HANDOVER,
                target as u32,
            );
        }
    }

    /// Faults have changed: hints go to whoever can be reached again.
    pub(in crate::components::database::running) fn hand_over_all(
        &mut self,
        context: &mut Context<'_>,
    ) {
        for target in 0..self.nodes.len() {
            self.begin_handing_over(target, context);
        }
    }

    /// The next hint for a node goes there.
    pub(in crate::components::database::running) fn hand_over(
        &mut self,
        target: usize,
        context: &mut Context<'_>,
    ) {
        let now = context.now();
        let mut hints = std::mem::take(&mut self.ring().hints);
        let next = hints.next(target, |it| self.connected(usize::from(it), target, now));
        let ring = self.ring();
        ring.hints = hints;
        let Some(hint) = next else { return };
        let (key, stamp) = (hint.key, hint.stamp);
        let slot = ring.deliveries.open(Delivery { key, stamp, since: hint.since, hint: next });
        let interval = ring.section.hint_interval;
        let job = context.begin(mix(hint.identity, HINT_SALT | u64::from(hint.holder)));
        let data = context.job_mut(job);
        (data.key, data.recorded) = (key, hint.recorded);
        (data.node, data.local) = (target as u16, note(DELIVERY_GOES, slot));
        let holder = self.topology.region(usize::from(hint.holder));
        let way = self.way(holder, self.topology.region(target));
        self.step_after(job, way, DELIVERY_GOES, context);
        context.wake_after(interval, Rank::Timer, HANDOVER, target as u32);
    }

    /// A delivery is over: its copy has the write, unless its node is down again.
    pub(in crate::components::database::running) fn delivered(
        &mut self,
        job: JobId,
        context: &mut Context<'_>,
    ) {
        let data = context.job(job);
        let (node, slot, now) = (data.node, rest(data.local), context.now());
        let has_got_it = self.is_up(usize::from(node), now);
        context.join(job);
        let ring = self.ring();
        let Delivery { key, stamp, since, hint } = *ring.deliveries.get(slot);
        ring.deliveries.close(slot);
        if !has_got_it {
            // A hint is handed over again when faults change.
            return hint.into_iter().for_each(|it| ring.hints.take_back(usize::from(node), it));
        }
        ring.versions.land(key, node, stamp);
        if let Some(hint) = hint {
            ring.versions.hand_over(key, hint.kept_for(node));
            self.nodes[usize::from(node)].tally.lag.record((now - since).nanos());
        }
        self.look_for_violation(key, usize::from(node));
        #[cfg(test)]
        self.journal.push(Entry::Landed { node, key, stamp });
    }
}
