//! Writes of several keys, seen from the leader of a shard.
//!
//! ```text
//! part -> connection -> locks -> cores -> disk -> flush -> vote
//! decision -> keys -> flush -> acknowledgement
//! ```
//! A part gives its connection back with its vote: who is prepared needs none. What must hold: a
//! part that has voted keeps its locks until it knows the decision.

use super::leadership::Leader;
use super::transactions::{
    ACKNOWLEDGEMENT_GOES, APPLIED, APPLYING, COMMIT_GOES, DECIDING, PREPARE_GOES, PREPARED,
    PREPARING, Part, Phase, REFUSAL_GOES, VOTE_GOES, VOTED, WITHDRAWS,
};
use super::{COMMITTING, FAILED, RunningDatabase, doing, note, rest};
use crate::components::database::replicas::Mode;
use crate::components::database::settings::CommitRule;
use crate::components::work::Work;
use crate::kernel::random::{Luck, Stream, mix};
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Context, JobId, Note};

/// Tells the keys of a part apart.
const KEY_SALT: u64 = 1 << 38;
/// In the note of a write of one of a part's keys, beside what it does.
const ONE_OF_MANY: u32 = 1 << 23;
/// Draws of a part's two flushes.
const PREPARE_SALT: u64 = 1 << 39;
const COMMIT_SALT: u64 = 1 << 40;

impl RunningDatabase {
    /// A part, or the query of a transaction, takes its next step.
    pub(super) fn transaction_step(&mut self, job: JobId, context: &mut Context<'_>) {
        match doing(context.job(job).local) {
            PREPARE_GOES => self.arrive(job, PREPARING, context),
            PREPARED => self.prepared(job, context),
            VOTE_GOES => self.vote_arrives(job, context),
            REFUSAL_GOES => self.refusal_arrives(job, context),
            DECIDING => self.decided(job, context),
            COMMIT_GOES => self.part_commits(job, context),
            APPLIED => self.applied(job, context),
            ACKNOWLEDGEMENT_GOES => self.acknowledged(job, context),
            WITHDRAWS => self.withdraw(job, context),
            other => unreachable!("a job that does {other} has no step to take"),
        }
    }

    /// The transaction of a job that does a part of it, and which part.
    fn place_of(&self, job: JobId, context: &Context<'_>) -> (u32, usize) {
        let slot = rest(context.job(job).local);
        let mut parts = self.transactions.slots.get(slot).parts.iter();
        let index = parts.position(|part| part.job == Some(job));
        (slot, index.expect("a part belongs to its transaction"))
    }

    pub(super) fn part(&mut self, job: JobId, context: &Context<'_>) -> &mut Part {
        let (slot, index) = self.place_of(job, context);
        &mut self.transactions.slots.get_mut(slot).parts[index]
    }

    /// Core time of a part's keys beside the first.
    pub(super) fn further_work(
        &self,
        job: JobId,
        law: &Work,
        stream: Stream,
        context: &Context<'_>,
    ) -> Duration {
        let data = context.job(job);
        if doing(data.local) != PREPARING {
            return Duration::ZERO;
        }
        let (slot, index) = self.place_of(job, context);
        let keys = self.transactions.slots.get(slot).parts[index].keys.len() as u64;
        let luck = |key: u64| Luck::of(mix(data.identity, KEY_SALT | key));
        (1..keys).fold(Duration::ZERO, |sum, key| sum + law.of(luck(key), data.recorded, stream))
    }

    /// A part has done its work on the cores and, for one key, on the disk.
    pub(super) fn part_executed(&mut self, job: JobId, context: &mut Context<'_>) {
        let (slot, index) = self.place_of(job, context);
        let node = usize::from(context.job(job).node);
        let part = &mut self.transactions.slots.get_mut(slot).parts[index];
        part.written += 1;
        let told = part.told;
        let next = part.keys.get(part.written).copied();
        if !told
            && let Some(key) = next
            && self.nodes[node].needs_disk(key, true, context.now())
        {
            return self.nodes[node].ask_disk(job, node, context);
        }
        self.nodes[node].tally.queries += 1;
        if told {
            return self.withdraw(job, context);
        }
        if !self.can_commit(node, context.now()) {
            context.note(job, Note::Found("too few nodes are up to commit"));
            self.tally.unavailable += 1;
            return self.finish(job, FAILED, context);
        }
        let transaction = self.transactions.slots.get(slot);
        let is_undone = transaction.phase == Phase::Undoing;
        if !is_undone && self.refuses(job, context) {
            context.note(job, Note::Found("refused"));
            return self.finish(job, FAILED, context);
        }
        if transaction.is_local() {
            return self.commit_keys(job, context);
        }
        let identity = mix(context.job(job).identity, PREPARE_SALT);
        let flush = self.flush_of(identity) + self.agreement(identity, node, context.now());
        self.step_after(job, flush, PREPARED, context);
    }

    fn refuses(&self, job: JobId, context: &Context<'_>) -> bool {
        let settings = self.settings.transactions.as_ref().expect("a part has its settings");
        settings.section.abort > 0.0
            && context.draw(settings.abort, job).chance(settings.section.abort)
    }

    /// Time until the others of a voting group have a record of the leader's, too.
    fn agreement(&mut self, identity: u64, node: usize, now: Time) -> Duration {
        let rule = self.settings.commit.clone();
        if self.topology.members() == 1 || matches!(rule, CommitRule::Primary(_)) {
            return Duration::ZERO;
        }
        let spread = self.spread(identity, node, &rule, now);
        self.wait_for(&rule, identity, node, &spread).unwrap_or(Duration::ZERO)
    }

    /// Whether a leader is up and reaches as many others as a write needs.
    fn can_commit(&self, node: usize, now: Time) -> bool {
        if self.settings.faults.is_empty() {
            return true;
        }
        let others = usize::from(self.topology.members()) - 1;
        let needed = match self.settings.commit {
            CommitRule::Primary(Mode::Asynchronous) => 0,
            CommitRule::Primary(Mode::SemiSynchronous(count)) => usize::from(count),
            CommitRule::Primary(Mode::Synchronous) => others,
            CommitRule::Majority(_) => others.div_ceil(2),
        };
        let reached = self.others(node).filter(|&other| self.connected(node, other, now)).count();
        self.is_up(node, now) && (others == 0 || reached >= needed)
    }

    /// A part cannot be done: it gives up what it has and says so. Its connection, if it has one,
    /// is given back by whoever ends its stay at the node.
    pub(super) fn refuse(&mut self, job: JobId, context: &mut Context<'_>) {
        self.unlock_part(job, context);
        let way = self.way_back(job, context);
        self.step_after(job, way, REFUSAL_GOES, context);
    }

    fn way_back(&self, job: JobId, context: &Context<'_>) -> Duration {
        let data = context.job(job);
        let caller = self.transactions.slots.get(rest(data.local)).caller;
        self.way(self.topology.region(usize::from(data.node)), caller)
    }

    /// A part has written down that it will commit: it votes.
    fn prepared(&mut self, job: JobId, context: &mut Context<'_>) {
        let now = context.now();
        let part = self.part(job, context);
        if part.told {
            return self.withdraw(job, context);
        }
        part.prepared = Some(now);
        let node = usize::from(context.job(job).node);
        let way = self.way_back(job, context);
        self.step_after(job, way, VOTE_GOES, context);
        self.give_connection_back(node, context);
    }

    fn give_connection_back(&mut self, node: usize, context: &mut Context<'_>) {
        if let Some(next) = self.nodes[node].disconnect(context) {
            self.execute(next, context);
        }
    }

    /// A part with a connection that was called off leaves.
    fn withdraw(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let (slot, node) = (rest(data.local), usize::from(data.node));
        self.unlock_part(job, context);
        self.end_part(slot, job, context);
        self.give_connection_back(node, context);
    }

    /// A part hears that its transaction is off.
    pub(super) fn told(&mut self, job: JobId, context: &mut Context<'_>) {
        let part = self.part(job, context);
        part.told = true;
        match doing(context.job(job).local) {
            PREPARING => {
                // Without a wait for a lock it finds out where it is: in line, computing, writing.
                if let Some((key, number)) = self.part(job, context).waiting.take() {
                    self.transactions.locks.give_up(key, number);
                    self.withdraw(job, context);
                }
            }
            VOTE_GOES | REFUSAL_GOES => self.unlock_part(job, context),
            VOTED => {
                self.unlock_part(job, context);
                self.end_part(rest(context.job(job).local), job, context);
            }
            _ => {}
        }
    }

    /// The decision has come. Where the shard has no leader that could commit, it waits for one.
    fn part_commits(&mut self, job: JobId, context: &mut Context<'_>) {
        let now = context.now();
        let (slot, index) = self.place_of(job, context);
        let transaction = self.transactions.slots.get(slot);
        let (shard, caller) = (transaction.parts[index].shard, transaction.caller);
        match self.leader_for(shard, caller, now) {
            Leader::At(node) if self.can_commit(node, now) => {
                context.job_mut(job).node = node as u16;
                self.commit_keys(job, context);
            }
            _ => {
                context.note(job, Note::Found("blocked: nobody can take the decision"));
                self.transactions.stuck.push(job);
            }
        }
    }

    /// The keys of a part are committed like any write.
    fn commit_keys(&mut self, job: JobId, context: &mut Context<'_>) {
        Self::mark(job, APPLYING, context);
        let node = usize::from(context.job(job).node);
        let keys = self.part(job, context).keys.clone();
        let write = |(index, key): (u64, u64)| {
            let write = context.fork(job, KEY_SALT | index);
            context.note(write, Note::Purpose("one key of the part"));
            let data = context.job_mut(write);
            (data.key, data.local) = (key, note(COMMITTING, ONE_OF_MANY));
            write
        };
        let writes: Vec<JobId> = (0..).zip(keys).map(write).collect();
        for write in writes {
            self.follow_move(write, node, context);
            self.commit(write, node, context);
        }
    }

    /// A write is safe; whether it was one key of a part, which goes on when all are.
    pub(super) fn key_committed(&mut self, job: JobId, context: &mut Context<'_>) -> bool {
        let data = context.job(job);
        if rest(data.local) & ONE_OF_MANY == 0 {
            return false;
        }
        let makes_key = self.makes_key(data.class);
        let part = context.join(job).expect("a part waits for its keys");
        let data = context.job(part);
        let (identity, pending) = (mix(data.identity, COMMIT_SALT), data.pending);
        match self.transactions.slots.get(rest(data.local)).phase {
            Phase::Undoing => self.made_keys -= u64::from(makes_key),
            _ => self.made_keys += u64::from(makes_key),
        }
        if pending == 0 {
            let flush = self.flush_of(identity);
            self.step_after(part, flush, APPLIED, context);
        }
        true
    }

    /// A part has committed: others may write its keys.
    fn applied(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let (slot, node) = (rest(data.local), usize::from(data.node));
        // Who was prepared has given its connection back with its vote.
        let has_connection = self.transactions.slots.get(slot).is_local();
        self.unlock_part(job, context);
        let way = self.way_back(job, context);
        self.step_after(job, way, ACKNOWLEDGEMENT_GOES, context);
        if has_connection {
            self.give_connection_back(node, context);
        }
    }
}
