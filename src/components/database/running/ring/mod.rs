//! A ring at work: whom a query asks, and what their answers mean.
//!
//! - this file: the way of a query and its parts; [`choice`]: the nodes it goes to;
//! - [`versions`]: which version of a key each node shows;
//! - [`hints`], [`delivery`]: writes that are kept for others, and copies brought up to date.
//!
//! ```text
//! write -> lag and way -> all copies, or who stands in for them; answered by the first W
//! read  -> way -> the nearest R copies; the newest answer counts, older copies are repaired
//! scan  -> all nodes; answered by the last
//! ```
//! The router in the caller's region coordinates. What must hold: where R + W exceeds the copies
//! and nobody stands in for another, a read shows every write answered before it began.

mod choice;
pub mod delivery;
pub mod hints;
#[cfg(test)]
mod tests;
pub mod versions;

use super::gather::Gathered;
use super::slots::Slots;
use super::stages::{PART_GOES, note, rest};
use super::{GATHERING, RunningDatabase};
use crate::components::access::Verb;
use crate::components::database::ring::Ring;
use crate::components::marks::STALE;
use crate::kernel::random::{Stream, mix};
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Context, JobId, Note, Outcome};
use choice::Asked;
use delivery::Delivery;
use hints::{Hint, Hints};
use versions::{Answered, Stamp, Versions};

/// Tells the parts of a query apart, by node.
const COPY_SALT: u64 = 1 << 42;

/// What a database that is a ring knows beside its nodes.
#[derive(Debug)]
pub struct RunningRing {
    section: Ring,
    /// Draws of the lag.
    lag: Stream,
    /// Copies of a key that stand in one region, at most.
    most_of_region: usize,
    versions: Versions,
    hints: Hints,
    deliveries: Slots<Delivery>,
    /// What is under way, by the number of its gathering.
    operations: Vec<Operation>,
    /// What it counts.
    pub tally: RingTally,
}

/// What a ring counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct RingTally {
    /// Reads answered.
    pub reads: u64,
    /// Those that missed the latest write answered before.
    pub stale: u64,
    /// Those that missed one of the reader's own.
    pub lost_own_writes: u64,
    /// Copies of writes taken for others.
    pub hinted: u64,
    /// Copies that reads brought up to date.
    pub repaired: u64,
}

/// A query and whom it has asked.
#[derive(Clone, Debug)]
struct Operation {
    verb: Verb,
    key: u64,
    user: u64,
    class: u16,
    identity: u64,
    recorded: Duration,
    caller: u16,
    asked: Vec<Asked>,
    /// The stamp of a write; 0 for others.
    stamp: Stamp,
    /// What had been answered when it began.
    before: Answered,
    /// What the nodes that a read asked have shown.
    seen: Vec<(u16, Option<Stamp>)>,
    /// When a write was answered.
    answered: Option<Time>,
}

impl RunningRing {
    /// A ring at time zero, on this many nodes in so many regions.
    pub fn new(section: Ring, lag: Stream, nodes: usize, regions: usize) -> RunningRing {
        let most_of_region = usize::from(section.copies).div_ceil(regions);
        RunningRing {
            section,
            lag,
            most_of_region,
            versions: Versions::default(),
            hints: Hints::new(nodes),
            deliveries: Slots::default(),
            operations: Vec::new(),
            tally: RingTally::default(),
        }
    }

    /// How many copies a key has.
    pub fn copies(&self) -> u16 {
        self.section.copies
    }

    /// Writes that are kept for others now.
    pub fn hints_waiting(&self) -> usize {
        self.hints.count()
    }

    fn operation(&mut self, gathering: u32) -> &mut Operation {
        &mut self.operations[gathering as usize]
    }

    fn begin(&mut self, gathering: u32, operation: Operation) {
        let index = gathering as usize;
        if index == self.operations.len() {
            self.operations.push(operation);
        } else {
            self.operations[index] = operation;
        }
    }
}

impl RunningDatabase {
    /// The ring; only for what happens on one.
    fn ring(&mut self) -> &mut RunningRing {
        self.ring.as_mut().expect("it is a ring")
    }

    /// A query goes to the nodes that have its key.
    pub(super) fn ask_ring(&mut self, query: JobId, caller: u16, context: &mut Context<'_>) {
        let verb = self.verb(query, context);
        context.job_mut(query).local = note(GATHERING, u32::from(caller));
        let own = self.own_nodes(context.job(query).key);
        let (asked, needed) = self.choose_nodes(query, verb, &own, caller, context);
        if asked.len() < usize::from(needed) {
            context.note(query, Note::Found("too few nodes that have it can be reached"));
            self.tally.unavailable += 1;
            return self.reply(query, Outcome::Failed, context);
        }
        context.note(query, Note::Waits("its copies"));
        let gathering = self.gatherings.open(query, needed, asked.len() as u16);
        let data = context.job(query);
        let operation = Operation {
            verb,
            key: data.key,
            user: data.user,
            class: data.class,
            identity: data.identity,
            recorded: data.recorded,
            caller,
            asked: asked.clone(),
            stamp: 0,
            before: self.ring().versions.answered(data.key),
            seen: Vec::new(),
            answered: None,
        };
        let key = data.key;
        self.ring().begin(gathering, operation);
        if verb == Verb::Write {
            self.begin_write(gathering, key, own, context);
        }
        for asked in asked {
            self.send_to_copy(gathering, asked, context);
        }
    }

    /// A write gets its stamp. If nobody whom it asks has the last one, the two have crossed.
    fn begin_write(&mut self, gathering: u32, key: u64, own: Vec<u16>, context: &mut Context<'_>) {
        let ring = self.ring();
        let operation = &ring.operations[gathering as usize];
        let knows = |asked: &Asked| {
            let shown = ring.versions.shown(key, asked.node, asked.stands_in_for.is_none());
            shown.is_some_and(|shown| shown >= operation.before.stamp)
        };
        let clashes = !operation.asked.iter().any(knows);
        let stamp = ring.versions.begin(key, &own);
        let operation = ring.operation(gathering);
        operation.stamp = stamp;
        #[cfg(test)]
        {
            let query = operation.user;
            self.journal.push(super::tests::Entry::Stamped { query, key, stamp });
        }
        if clashes {
            self.divergence.clashed();
        }
        let asked = &self.ring().operation(gathering).asked;
        let is_missing = |node: &u16| !asked.iter().any(|it| it.target() == *node);
        let missing: Vec<u16> = own.into_iter().filter(is_missing).collect();
        for node in missing {
            self.keep_for(node, gathering, context);
        }
    }

    /// Sends a query's part to one of its nodes.
    fn send_to_copy(&mut self, gathering: u32, asked: Asked, context: &mut Context<'_>) {
        let waiting = self.gatherings.waiting(gathering);
        let ring = self.ring.as_mut().expect("it is a ring");
        let operation = &ring.operations[gathering as usize];
        let child = match waiting {
            Some(query) => {
                let child = context.fork(query, COPY_SALT | u64::from(asked.node));
                context.note(child, Note::Part("part at one of its copies"));
                context.cut_off(child);
                child
            }
            // Its query has been answered by others.
            None => {
                let branch = COPY_SALT | u64::from(asked.node);
                let child = context.begin(mix(operation.identity, branch));
                let data = context.job_mut(child);
                (data.key, data.user, data.class) =
                    (operation.key, operation.user, operation.class);
                data.recorded = operation.recorded;
                child
            }
        };
        let data = context.job_mut(child);
        (data.node, data.local) = (asked.node, note(PART_GOES, gathering));
        let lag = match operation.verb {
            Verb::Write => {
                let draw = mix(operation.identity, u64::from(asked.node));
                ring.section.lag.sample(&mut ring.lag.draw(draw))
            }
            Verb::Read | Verb::Scan | Verb::Call => Duration::ZERO,
        };
        let caller = operation.caller;
        let way = self.way(caller, self.topology.region(usize::from(asked.node)));
        self.step_after(child, lag + way, PART_GOES, context);
    }

    /// A part runs at its node: what a read finds there.
    pub(super) fn look_at_copy(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let (node, gathering) = (data.node, rest(data.local));
        let ring = self.ring();
        let operation = &mut ring.operations[gathering as usize];
        if operation.verb == Verb::Scan {
            return;
        }
        let asked = operation.asked.iter().find(|asked| asked.node == node);
        let is_own = asked.is_some_and(|asked| asked.stands_in_for.is_none());
        let shown = ring.versions.shown(operation.key, node, is_own);
        operation.seen.push((node, shown));
        #[cfg(test)]
        {
            let query = operation.user;
            self.journal.push(super::tests::Entry::LookedAt { query, node });
        }
    }

    /// A part is done at its node: a write is there.
    pub(super) fn copy_is_done(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let (node, gathering, now) = (data.node, rest(data.local), context.now());
        let (identity, recorded) = (data.identity, data.recorded);
        let ring = self.ring();
        let operation = &ring.operations[gathering as usize];
        let (key, stamp) = (operation.key, operation.stamp);
        if operation.verb != Verb::Write {
            return;
        }
        let late = operation.answered.map_or(Duration::ZERO, |at| now - at);
        let asked = operation.asked.iter().find(|asked| asked.node == node);
        match asked.expect("who has a part was asked").stands_in_for {
            None => {
                ring.versions.land(key, node, stamp);
                self.nodes[usize::from(node)].tally.lag.record(late.nanos());
            }
            Some(target) => {
                let hint = Hint { key, holder: node, stamp, identity, recorded, since: now };
                self.take_hint(hint, target, context);
            }
        }
        #[cfg(test)]
        self.journal.push(super::tests::Entry::Landed { node, key, stamp });
    }

    /// A part is back at the coordinator.
    pub(super) fn copy_answers(&mut self, child: JobId, ok: bool, context: &mut Context<'_>) {
        let data = context.job(child);
        let (gathering, node) = (rest(data.local), data.node);
        let is_lost = !ok && !self.is_up(usize::from(node), context.now());
        context.join(child);
        if is_lost && let Some(asked) = self.replacement(gathering, node, context.now()) {
            self.ring().operation(gathering).asked.push(asked);
            return self.send_to_copy(gathering, asked, context);
        }
        if is_lost {
            self.keep_for(node, gathering, context);
        }
        let gathered = self.gatherings.came_back(gathering, ok);
        match gathered {
            Gathered::NotYet => {}
            Gathered::Enough(query) => self.copies_agree(query, gathering, context),
            Gathered::Failed(query) => {
                self.tally.unavailable += u64::from(is_lost);
                self.reply(query, Outcome::Failed, context);
            }
        }
        if self.gatherings.is_over(gathering) {
            let ring = self.ring();
            let operation = &ring.operations[gathering as usize];
            if operation.verb == Verb::Write {
                ring.versions.end(operation.key);
            }
        }
    }

    /// Enough copies have answered a query.
    fn copies_agree(&mut self, query: JobId, gathering: u32, context: &mut Context<'_>) {
        let now = context.now();
        let ring = self.ring();
        let operation = &mut ring.operations[gathering as usize];
        match operation.verb {
            Verb::Write => {
                operation.answered = Some(now);
                let write = Answered { stamp: operation.stamp, user: operation.user };
                ring.versions.answer(operation.key, write);
                self.made_keys += u64::from(self.makes_key(context.job(query).class));
            }
            Verb::Read | Verb::Call => self.judge_read(query, gathering, context),
            Verb::Scan => {}
        }
        self.reply(query, Outcome::Completed, context);
    }

    /// A read is about to be answered: what it misses, and who is brought up to date by it.
    fn judge_read(&mut self, query: JobId, gathering: u32, context: &mut Context<'_>) {
        let ring = self.ring();
        let operation = &ring.operations[gathering as usize];
        let (key, before) = (operation.key, operation.before);
        let newest = operation.seen.iter().filter_map(|(_, shown)| *shown).max();
        let is_stale = newest.is_none_or(|newest| newest < before.stamp);
        ring.tally.reads += 1;
        ring.tally.stale += u64::from(is_stale);
        let is_own_write = before.stamp > 0 && before.user == operation.user;
        ring.tally.lost_own_writes += u64::from(is_stale && is_own_write);
        if is_stale {
            context.job_mut(query).marks |= STALE;
            context.note(query, Note::Found("reads what is older than the last write"));
        }
        if let Some(newest) = newest {
            self.repair(query, gathering, (key, newest), context);
        }
    }
}
