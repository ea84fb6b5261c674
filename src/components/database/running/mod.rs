//! A running database: what it does for a query, from its arrival to its answer.
//!
//! - this file: the way of a query, and of the children it sends to other nodes;
//! - [`node`]: connections, cores and disk of a node;
//! - [`routing`]: which shard and which of its members serves a query;
//! - [`commit`]: how a write reaches the other members, and when it is answered;
//! - [`leadership`]: what happens when a leader fails or cannot be reached;
//! - [`divergence`]: what both sides of a partition write;
//! - [`resharding`], [`copying`]: more shards in the course of a run, and the keys that move there;
//! - [`gather`], [`parts`]: waiting for several nodes; [`stages`]: what a job is doing;
//! - [`transactions`], [`coordinator`], [`participant`], [`locking`], [`locks`]: writes of several
//!   keys.
//!
//! ```text
//! query -> way to its node -> connection -> cores -> disk -> (commit) -> way back -> answer
//! child -> way to its node -> connection -> cores -> disk -> way back -> gathering
//! copy  -> lag and way -> (line) -> cores -> visible
//! ```
//! What must hold: a job's note tells what it is doing; every query is answered once, whatever
//! becomes of the node it is at.

pub mod commit;
pub mod coordinator;
mod copying;
pub mod divergence;
pub mod gather;
pub mod leadership;
pub mod locking;
pub mod locks;
pub mod node;
pub mod participant;
pub mod parts;
pub mod resharding;
pub mod routing;
pub mod stages;
#[cfg(test)]
mod tests;
pub mod transactions;

use super::replication::Replication;
use super::settings::Settings;
use super::topology::Topology;
use crate::blocks::placement::Placement;
use crate::components::access::Verb;
use crate::components::running::Door;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Component, Context, JobId, Note, Outcome, Rank, Timer, TimerTag};
use crate::measure::histogram::Histogram;
use divergence::Divergence;
use gather::Gatherings;
use leadership::Group;
use node::{DatabaseNode, Done, FIRST_FREE_TAG};
use resharding::Resharding;
use stages::{
    ANSWERED, BATCH_GOES, BATCH_READ, BATCH_WAITS, BATCH_WRITTEN, COMMITTING, COPY, COPY_GOES,
    FAILED, GATHERING, PART, PART_DONE, PART_FAILED, PART_GOES, QUERY, QUERY_GOES, REJECTED, TWIN,
    TWIN_GOES, awaited, doing, note, rest,
};
use std::collections::VecDeque;
use transactions::{DECIDING, LOCK_TIMEOUT, PREPARE_GOES, PREPARING, TOLD, Transactions};

/// A running database.
#[derive(Debug)]
pub struct RunningDatabase {
    pub(super) settings: Settings,
    pub(super) topology: Topology,
    pub(super) placement: Placement,
    /// All nodes, shard by shard.
    pub(super) nodes: Vec<DatabaseNode>,
    /// Who leads each shard.
    pub(super) groups: Vec<Group>,
    pub(super) replication: Replication,
    pub(super) gatherings: Gatherings,
    pub(super) divergence: Divergence,
    pub(super) transactions: Transactions,
    pub(super) tally: Tally,
    pub(super) resharding: Resharding,
    /// Which nodes could not be reached by a write, and have not caught up since.
    behind: Vec<bool>,
    /// When the last write sent to each node arrives there, where they keep their order.
    last_arrival: Vec<Time>,
    /// Writes that wait at each node to be applied, in order; the first one is being applied.
    apply_lines: Vec<VecDeque<JobId>>,
    pub(super) made_keys: u64,
    finished: Vec<JobId>,
    candidates: Vec<u16>,
    /// What a judge of the tests wants to know.
    #[cfg(test)]
    journal: Vec<tests::Entry>,
}

/// What it counts as a whole.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub door: Door,
    pub read_times: Histogram,
    pub write_times: Histogram,
    pub slow: u64,
    /// Queries turned away by a full line.
    pub rejected: u64,
    /// Queries that found nobody to serve them.
    pub unavailable: u64,
    /// Acknowledged writes that a new leader had not got.
    pub lost_writes: u64,
    /// Shards x nanoseconds without a leader.
    pub leaderless: u64,
}

/// A job takes its next step.
const STEP: TimerTag = FIRST_FREE_TAG;
/// A fault begins or ends.
const FAULT: TimerTag = FIRST_FREE_TAG + 1;
/// A shard gets its new leader.
const SUCCESSION: TimerTag = FIRST_FREE_TAG + 2;
/// Shards are added.
const GROWTH: TimerTag = FIRST_FREE_TAG + 3;

impl RunningDatabase {
    /// A database at time zero.
    pub fn new(
        settings: Settings,
        topology: Topology,
        placement: Placement,
        nodes: Vec<DatabaseNode>,
        replication: Replication,
    ) -> RunningDatabase {
        let groups = (0..topology.shards()).map(|_| Group::default()).collect();
        let nodes_count = nodes.len();
        let last_arrival = vec![Time::ZERO; nodes.len()];
        let apply_lines = vec![VecDeque::new(); nodes.len()];
        RunningDatabase {
            settings,
            topology,
            placement,
            nodes,
            groups,
            replication,
            gatherings: Gatherings::default(),
            divergence: Divergence::default(),
            transactions: Transactions::default(),
            behind: vec![false; nodes_count],
            tally: Tally::default(),
            resharding: Resharding::default(),
            last_arrival,
            apply_lines,
            made_keys: 0,
            finished: Vec::new(),
            candidates: Vec::new(),
            #[cfg(test)]
            journal: Vec::new(),
        }
    }

    fn verb(&self, job: JobId, context: &Context<'_>) -> Verb {
        self.settings.classes.get(context.job(job).class).verb
    }

    /// The job does something else from now on.
    fn mark(job: JobId, doing: u32, context: &mut Context<'_>) {
        let note_of = &mut context.job_mut(job).local;
        *note_of = note(doing, rest(*note_of));
    }

    /// The job takes its next step after a while.
    fn step_after(&mut self, job: JobId, span: Duration, doing: u32, context: &mut Context<'_>) {
        Self::mark(job, doing, context);
        if span == Duration::ZERO {
            self.step(job, context);
        } else {
            context.note(job, Note::Waits(awaited(doing)));
            context.wake_after(span, Rank::Timer, STEP, job.0);
        }
    }

    fn step(&mut self, job: JobId, context: &mut Context<'_>) {
        match doing(context.job(job).local) {
            QUERY_GOES => self.arrive(job, QUERY, context),
            PART_GOES => self.arrive(job, PART, context),
            COMMITTING => self.committed(job, context),
            ANSWERED => self.reply(job, Outcome::Completed, context),
            REJECTED => self.reply(job, Outcome::Rejected, context),
            FAILED => self.reply(job, Outcome::Failed, context),
            PART_DONE => self.part_is_back(job, true, context),
            PART_FAILED => self.part_is_back(job, false, context),
            COPY_GOES => self.copy_arrives(job, context),
            PREPARE_GOES..=DECIDING => self.transaction_step(job, context),
            BATCH_WAITS | BATCH_GOES => self.batch_arrives(job, context),
            TWIN_GOES => self.twin_arrives(job, context),
            other => unreachable!("a job that does {other} has no step to take"),
        }
    }

    /// A query or a child of one is at its node.
    fn arrive(&mut self, job: JobId, doing: u32, context: &mut Context<'_>) {
        Self::mark(job, doing, context);
        let node = usize::from(context.job(job).node);
        if !self.is_up(node, context.now()) {
            context.note(job, Note::Found("nobody answers: the node is down"));
            self.tally.unavailable += 1;
            return self.leave(job, FAILED, context);
        }
        match self.nodes[node].connect(job, context) {
            Ok(true) => self.execute(job, context),
            Ok(false) => {}
            Err(_) => {
                self.tally.rejected += 1;
                self.leave(job, REJECTED, context);
            }
        }
    }

    /// A query has a connection: it runs on the cores.
    fn execute(&mut self, job: JobId, context: &mut Context<'_>) {
        if self.waits_for_locks(job, context) {
            return;
        }
        let node = usize::from(context.job(job).node);
        let verb = self.verb(job, context);
        let work = self.work(job, verb, context);
        debug_assert!(self.has_got_key(job, node, context), "a shard is asked for what it has got");
        if verb != Verb::Write {
            self.look_for_stale_data(job, node, context);
        }
        self.nodes[node].compute(job, node, work, context);
    }

    /// Core time of a query. The draw is keyed by the job, so it can be drawn again.
    fn work(&self, job: JobId, verb: Verb, context: &Context<'_>) -> Duration {
        let settings = &self.settings;
        let (law, stream) = match verb {
            Verb::Write => (&settings.write_time, settings.streams.write),
            Verb::Scan => (&settings.scan_time, settings.streams.read),
            Verb::Read | Verb::Call => (&settings.read_time, settings.streams.read),
        };
        law.duration(context.job(job), stream) + self.further_work(job, law, stream, context)
    }

    /// The cores are done with a job: on to the disk, or to the end.
    fn computed(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let (node, key) = (usize::from(data.node), data.key);
        if doing(data.local) == COPY {
            return self.copy_applied(job, context);
        }
        if matches!(doing(data.local), BATCH_READ | BATCH_WRITTEN | TWIN) {
            return self.moving_computed(job, context);
        }
        let verb = self.verb(job, context);
        let work = self.work(job, verb, context).nanos();
        let copy = &mut self.nodes[node];
        match verb {
            Verb::Write => copy.tally.write_work += work,
            Verb::Read | Verb::Scan | Verb::Call => copy.tally.read_work += work,
        }
        let is_write = verb == Verb::Write;
        if verb != Verb::Call && copy.needs_disk(key, is_write, context.now()) {
            copy.ask_disk(job, node, context);
        } else {
            self.executed(job, context);
        }
    }

    /// A query or a child of one has done its work at its node.
    fn executed(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let (node, doing) = (usize::from(data.node), doing(data.local));
        if doing == PREPARING {
            return self.part_executed(job, context);
        }
        if matches!(doing, BATCH_READ | BATCH_WRITTEN | TWIN) {
            return self.moving_done(job, context);
        }
        self.nodes[node].tally.queries += 1;
        if !self.is_up(node, context.now()) {
            context.note(job, Note::Found("lost: the node went down"));
            self.tally.unavailable += 1;
            self.finish(job, FAILED, context);
        } else if doing == PART {
            self.finish(job, ANSWERED, context);
        } else if self.verb(job, context) == Verb::Write {
            self.follow_move(job, node, context);
            self.commit(job, node, context);
        } else {
            self.confirm_read(job, node, context);
        }
    }

    /// A query or a child of one is done at its node, and gives its connection back.
    fn finish(&mut self, job: JobId, how: u32, context: &mut Context<'_>) {
        let node = usize::from(context.job(job).node);
        self.unlock(job, context);
        self.leave(job, how, context);
        if let Some(next) = self.nodes[node].disconnect(context) {
            self.execute(next, context);
        }
    }

    /// A query or a child of one leaves its node, to be answered so.
    fn leave(&mut self, job: JobId, how: u32, context: &mut Context<'_>) {
        let data = context.job(job);
        let (node, what) = (usize::from(data.node), data.local);
        let from = self.topology.region(node);
        if doing(what) == PREPARING {
            return self.refuse(job, context);
        }
        if matches!(doing(what), PART | PART_GOES) {
            let to = self.caller_of_part(rest(what), context);
            let back = if how == ANSWERED { PART_DONE } else { PART_FAILED };
            return self.step_after(job, self.way(from, to), back, context);
        }
        let way = self.way(from, rest(what) as u16);
        self.step_after(job, way, how, context);
    }

    /// The answer is with the caller.
    fn reply(&mut self, job: JobId, outcome: Outcome, context: &mut Context<'_>) {
        let verb = self.verb(job, context);
        let elapsed = context.reply(job, outcome);
        let tally = &mut self.tally;
        tally.door.leave(outcome.is_ok(), elapsed);
        if outcome.is_ok() {
            let of_verb =
                if verb == Verb::Write { &mut tally.write_times } else { &mut tally.read_times };
            of_verb.record(elapsed.nanos());
            tally.slow += u64::from(elapsed > self.settings.slow_query);
            self.resharding.answered(elapsed);
        }
    }
}

impl Component for RunningDatabase {
    fn on_start(&mut self, context: &mut Context<'_>) {
        self.watch_faults(context);
        self.watch_growth(context);
    }

    fn on_request(&mut self, job: JobId, context: &mut Context<'_>) {
        let caller = self.caller(job, context);
        if self.verb(job, context) == Verb::Scan {
            let shards = self.shards_of_scan(context.job(job).key);
            if let [_, _, ..] = shards[..] {
                return self.scatter(job, &shards, caller, context);
            }
        }
        if self.begins_transaction(job, caller, context) {
            return;
        }
        let shard = self.shard_of(context.job(job).key);
        context.job_mut(job).local = note(QUERY_GOES, u32::from(caller));
        match self.choose_member(job, shard, caller, context) {
            Some(node) => {
                context.job_mut(job).node = node as u16;
                let way = self.way(caller, self.topology.region(node));
                self.step_after(job, way, QUERY_GOES, context);
            }
            None => {
                context.note(job, Note::Found("nobody to ask can be reached"));
                self.tally.unavailable += 1;
                self.reply(job, Outcome::Failed, context);
            }
        }
    }

    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        match timer.tag {
            STEP => return self.step(JobId(timer.slot), context),
            FAULT => {
                self.faults_changed(context);
                return self.retry_stuck(context);
            }
            SUCCESSION => {
                self.succeed(timer.slot as u16, context);
                return self.retry_stuck(context);
            }
            GROWTH => return self.growth_is_due(context),
            TOLD => return self.told(JobId(timer.slot), context),
            LOCK_TIMEOUT => return self.locks_time_out(context),
            _ => {}
        }
        let node = DatabaseNode::of_timer(timer);
        let mut finished = std::mem::take(&mut self.finished);
        let done = self.nodes[node].alarm(timer, &mut finished, context);
        for job in finished.drain(..) {
            match done {
                Done::Computing => self.computed(job, context),
                Done::Pacing => {
                    let draw = &mut context.draw(self.settings.streams.disk, job);
                    let time = self.settings.disk_time.sample(draw);
                    self.nodes[node].use_disk(job, node, time, context);
                }
                Done::Access => self.executed(job, context),
            }
        }
        self.finished = finished;
    }
}
