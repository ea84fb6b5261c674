//! Writes of several keys, seen from the coordinator: the router in the caller's region.
//!
//! ```text
//! two phases: prepare -> all shards at once ... all votes -> decision flushed -> commit -> answers
//! saga:       shard by shard, each a local commit; on failure back again, undoing what was done
//! one shard:  a local commit
//! ```
//! [`participant`](super::participant) is the other side. A refusal is answered at once and nobody
//! waits for its acknowledgements (presumed abort). Shards lock in parallel, so no order of keys
//! can keep two transactions from waiting for each other: the lock timeout ends that. The
//! coordinator is down when its region is: then whoever has voted keeps its locks until the region
//! is back. What must hold: a transaction is open until each of its parts has ended; its query is
//! answered once.

use super::transactions::{
    COMMIT_GOES, DECIDING, IN_TRANSACTION, PREPARE_GOES, Part, Phase, REFUSAL_GOES, TOLD,
    Transaction, VOTED,
};
use super::{RunningDatabase, note, rest};
use crate::components::access::{Class, Verb};
use crate::components::database::transactions::{Style, TransactionSettings};
use crate::kernel::random::mix;
use crate::kernel::time::Duration;
use crate::kernel::{Context, JobId, Note, Outcome, Rank};

/// Tells the parts of a transaction apart; those that undo others are counted on from the bit.
const PART_SALT: u64 = 1 << 36;
const UNDOES: u64 = 1 << 16;
/// Draws of a coordinator's flush, apart from those of its parts.
const DECISION_SALT: u64 = 1 << 37;
/// How often a key is drawn again that the write touches already.
const MOST_TRIES: u64 = 16;

impl RunningDatabase {
    /// Begins a write of several keys; whether the query is one.
    pub(super) fn begins_transaction(
        &mut self,
        query: JobId,
        caller: u16,
        context: &mut Context<'_>,
    ) -> bool {
        let Some(settings) = &self.settings.transactions else { return false };
        let class = *self.settings.classes.get(context.job(query).class);
        if class.verb != Verb::Write || class.keys < 2 {
            return false;
        }
        let keys = self.draw_keys(query, &class, settings, context);
        let is_saga = settings.section.style == Style::Saga;
        let parts = self.parts_of(keys);
        let open = parts.len();
        let phase = if is_saga || open == 1 { Phase::Forward } else { Phase::Voting };
        let transaction = Transaction { query, caller, phase, parts, open, votes: 0, step: 0 };
        let slot = self.transactions.slots.open(transaction);
        context.job_mut(query).local = note(IN_TRANSACTION, slot);
        context.note(query, Note::Waits("its transaction"));
        match phase {
            Phase::Forward => self.send_part(slot, 0, context),
            _ => self.prepare(slot, open, context),
        }
        true
    }

    /// The keys of a write: the query's own, and others chosen alike, each of them once.
    fn draw_keys(
        &self,
        query: JobId,
        class: &Class,
        settings: &TransactionSettings,
        context: &Context<'_>,
    ) -> Vec<u64> {
        let data = context.job(query);
        let dataset = class.dataset.expect("a write has its dataset");
        let dataset = &self.settings.datasets[usize::from(dataset)];
        let mut keys = vec![data.key];
        for index in 1..u64::from(class.keys) {
            let key_of_try = |attempt: u64| {
                let identity = mix(data.identity, index << 8 | attempt);
                let draw = &mut settings.keys.draw(identity);
                dataset.draw_key(class.key, data.user, identity, draw)
            };
            let new = |key: &u64| !keys.contains(key);
            let mut key = (0..MOST_TRIES).map(key_of_try).find(new).unwrap_or(data.key);
            // Where few keys have all the demand, neighbours of the own key take the place.
            while keys.contains(&key) {
                key = dataset.next_key(key);
            }
            keys.push(key);
        }
        keys
    }

    /// What there is to do on each shard, in the order of the keys.
    fn parts_of(&self, keys: Vec<u64>) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        for key in keys {
            let shard = self.shard_of(key);
            match parts.iter_mut().find(|part| part.shard == shard) {
                Some(part) => part.keys.push(key),
                None => parts.push(Part::new(shard, key)),
            }
        }
        parts.iter_mut().for_each(|part| part.keys.sort_unstable());
        parts
    }

    /// Asks all shards to prepare. One may refuse before the others are asked.
    fn prepare(&mut self, slot: u32, parts: usize, context: &mut Context<'_>) {
        for index in 0..parts {
            match self.transactions.slots.get(slot).phase {
                Phase::Voting => self.send_part(slot, index, context),
                _ => self.part_ended(slot, context),
            }
        }
    }

    /// Sends a part to the leader of its shard.
    fn send_part(&mut self, slot: u32, index: usize, context: &mut Context<'_>) {
        let transaction = self.transactions.slots.get(slot);
        let (query, caller) = (transaction.query, transaction.caller);
        let undoes = transaction.phase == Phase::Undoing;
        let branch = PART_SALT | index as u64 | if undoes { UNDOES } else { 0 };
        let child = context.fork(query, branch);
        let purpose =
            if undoes { "undoes a part of a write" } else { "part of a write of several keys" };
        context.note(child, Note::Part(purpose));
        context.cut_off(child);
        let part = &mut self.transactions.slots.get_mut(slot).parts[index];
        (part.job, part.held, part.written) = (Some(child), 0, 0);
        let (shard, key) = (part.shard, part.keys[0]);
        let data = context.job_mut(child);
        (data.local, data.key) = (note(PREPARE_GOES, slot), key);
        match self.choose_member(child, shard, caller, context) {
            Some(node) => {
                context.job_mut(child).node = node as u16;
                let way = self.way(caller, self.topology.region(node));
                self.step_after(child, way, PREPARE_GOES, context);
            }
            None => {
                context.note(child, Note::Found("nobody to ask can be reached"));
                self.tally.unavailable += 1;
                self.step_after(child, Duration::ZERO, REFUSAL_GOES, context);
            }
        }
    }

    /// A shard has voted for the write.
    pub(super) fn vote_arrives(&mut self, job: JobId, context: &mut Context<'_>) {
        let slot = rest(context.job(job).local);
        Self::mark(job, VOTED, context);
        let transaction = self.transactions.slots.get_mut(slot);
        if transaction.phase == Phase::Aborting {
            return self.end_if_told(slot, job, context);
        }
        transaction.votes += 1;
        if transaction.votes == transaction.parts.len() {
            let query = transaction.query;
            let identity = mix(context.job(query).identity, DECISION_SALT);
            let flush = self.flush_of(identity);
            self.step_after(query, flush, DECIDING, context);
        }
    }

    /// A shard cannot do its part, or will not.
    pub(super) fn refusal_arrives(&mut self, job: JobId, context: &mut Context<'_>) {
        let slot = rest(context.job(job).local);
        match self.transactions.slots.get(slot).phase {
            Phase::Voting => {
                self.abort(slot, job, context);
                self.end_part(slot, job, context);
            }
            Phase::Aborting => {
                Self::mark(job, VOTED, context);
                self.end_if_told(slot, job, context);
            }
            Phase::Forward => {
                self.leave_step(slot, job, context);
                self.transactions.slots.get_mut(slot).phase = Phase::Undoing;
                self.undo_next(slot, context);
            }
            Phase::Undoing => {
                self.leave_step(slot, job, context);
                self.transactions.tally.left_behind += 1;
                self.undo_next(slot, context);
            }
            Phase::Committing => unreachable!("who has voted for a write does not refuse it"),
        }
    }

    /// The write is off: the query fails, and the others are told.
    fn abort(&mut self, slot: u32, refusing: JobId, context: &mut Context<'_>) {
        let transaction = self.transactions.slots.get_mut(slot);
        transaction.phase = Phase::Aborting;
        let (query, caller) = (transaction.query, transaction.caller);
        let others = transaction.parts.iter().filter_map(|part| part.job);
        let others: Vec<JobId> = others.filter(|&job| job != refusing).collect();
        for job in others {
            let node = usize::from(context.job(job).node);
            let way = self.way(caller, self.topology.region(node));
            context.wake_after(way, Rank::Timer, TOLD, job.0);
        }
        context.note(query, Note::Found("aborted: a shard refused its part"));
        self.reply(query, Outcome::Failed, context);
    }

    /// The decision to commit is on disk: the shards hear of it.
    pub(super) fn decided(&mut self, query: JobId, context: &mut Context<'_>) {
        let slot = rest(context.job(query).local);
        let caller = self.transactions.slots.get(slot).caller;
        if !self.settings.faults.region_is_up(caller, context.now()) {
            context.note(query, Note::Found("the coordinator is down"));
            return self.transactions.stuck.push(query);
        }
        let transaction = self.transactions.slots.get_mut(slot);
        transaction.phase = Phase::Committing;
        let jobs: Vec<JobId> = transaction.parts.iter().filter_map(|part| part.job).collect();
        for job in jobs {
            let node = usize::from(context.job(job).node);
            let way = self.way(caller, self.topology.region(node));
            self.step_after(job, way, COMMIT_GOES, context);
        }
    }

    /// A shard has committed its part.
    pub(super) fn acknowledged(&mut self, job: JobId, context: &mut Context<'_>) {
        let slot = rest(context.job(job).local);
        match self.transactions.slots.get(slot).phase {
            Phase::Forward => {
                self.leave_step(slot, job, context);
                let transaction = self.transactions.slots.get_mut(slot);
                transaction.step += 1;
                let step = transaction.step;
                match step == transaction.parts.len() {
                    true => self.answer(slot, Outcome::Completed, context),
                    false => self.send_part(slot, step, context),
                }
            }
            Phase::Undoing => {
                self.leave_step(slot, job, context);
                self.undo_next(slot, context);
            }
            _ => self.end_part(slot, job, context),
        }
    }

    /// Undoes the part before the one that was done or undone last.
    fn undo_next(&mut self, slot: u32, context: &mut Context<'_>) {
        let transaction = self.transactions.slots.get_mut(slot);
        match transaction.step.checked_sub(1) {
            Some(step) => {
                transaction.step = step;
                self.transactions.tally.compensations += 1;
                self.send_part(slot, step, context);
            }
            None => self.answer(slot, Outcome::Failed, context),
        }
    }

    fn leave_step(&mut self, slot: u32, job: JobId, context: &mut Context<'_>) {
        context.join(job);
        let transaction = self.transactions.slots.get_mut(slot);
        transaction.parts[transaction.step].leave();
    }

    /// A transaction without two phases is over.
    fn answer(&mut self, slot: u32, outcome: Outcome, context: &mut Context<'_>) {
        let query = self.transactions.slots.get(slot).query;
        self.close(slot);
        self.reply(query, outcome, context);
    }

    pub(super) fn end_if_told(&mut self, slot: u32, job: JobId, context: &mut Context<'_>) {
        let mut parts = self.transactions.slots.get(slot).parts.iter();
        if parts.any(|part| part.job == Some(job) && part.told) {
            self.end_part(slot, job, context);
        }
    }

    /// A part of a transaction of two phases is over.
    pub(super) fn end_part(&mut self, slot: u32, job: JobId, context: &mut Context<'_>) {
        context.join(job);
        let mut parts = self.transactions.slots.get_mut(slot).parts.iter_mut();
        let part = parts.find(|part| part.job == Some(job)).expect("it is one of the parts");
        part.leave();
        self.part_ended(slot, context);
    }

    fn part_ended(&mut self, slot: u32, context: &mut Context<'_>) {
        let transaction = self.transactions.slots.get_mut(slot);
        transaction.open -= 1;
        if transaction.open > 0 {
            return;
        }
        match transaction.phase {
            Phase::Committing => self.answer(slot, Outcome::Completed, context),
            _ => self.close(slot),
        }
    }

    fn close(&mut self, slot: u32) {
        let transaction = self.transactions.slots.get_mut(slot);
        let parts = std::mem::take(&mut transaction.parts);
        let is_aborted = matches!(transaction.phase, Phase::Aborting | Phase::Undoing);
        let tally = &mut self.transactions.tally;
        tally.aborted += u64::from(is_aborted);
        (tally.ended, tally.participants) =
            (tally.ended + 1, tally.participants + parts.len() as u64);
        self.transactions.slots.close(slot);
    }

    /// Time to force one record of the log to disk.
    pub(super) fn flush_of(&self, identity: u64) -> Duration {
        let settings = self.settings.transactions.as_ref().expect("a transaction has its settings");
        settings.section.flush.sample(&mut settings.flush.draw(identity))
    }

    /// A fault has begun or ended: perhaps those who were stuck can go on.
    pub(super) fn retry_stuck(&mut self, context: &mut Context<'_>) {
        for job in std::mem::take(&mut self.transactions.stuck) {
            self.step(job, context);
        }
    }
}
