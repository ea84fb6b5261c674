//! A running database: what it does for a query, from its arrival to its answer.
//!
//! - this file: the way of a query, and of the children it sends to other nodes;
//! - [`node`]: connections, cores and disk of a node; [`execution`]: what is done there;
//! - [`routing`]: which shard and which of its members serves a query;
//! - [`commit`]: how a write reaches the other members, and when it is answered;
//! - [`leadership`]: what happens when a leader fails or cannot be reached;
//! - [`divergence`]: what both sides of a partition write;
//! - [`resharding`], [`copying`]: more shards in the course of a run, and the keys that move there;
//! - [`ring`]: how nodes without a leader serve it;
//! - [`residency`]: data that must not leave a region;
//! - [`gather`], [`parts`]: waiting for several nodes; [`stages`]: what a job is doing;
//!   [`slots`]: numbers for what is under way;
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
mod execution;
pub mod gather;
pub mod leadership;
pub mod locking;
pub mod locks;
pub mod node;
pub mod participant;
pub mod parts;
pub mod resharding;
mod residency;
pub mod ring;
pub mod routing;
pub mod slots;
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
use ring::RunningRing;
use stages::{
    ANSWERED, BATCH_GOES, BATCH_READ, BATCH_WAITS, BATCH_WRITTEN, COMMITTING, COPY, COPY_GOES,
    DELIVERY, DELIVERY_GOES, FAILED, GATHERING, PART, PART_DONE, PART_FAILED, PART_GOES, QUERY,
    QUERY_GOES, REJECTED, TWIN, TWIN_GOES, awaited, doing, note, rest,
};
use std::collections::VecDeque;
use transactions::{DECIDING, LOCK_TIMEOUT, PREPARE_GOES, TOLD, Transactions};

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
    /// What is known beside the nodes where they are a ring without leaders.
    pub(super) ring: Option<RunningRing>,
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
    pub(super) journal: Vec<tests::Entry>,
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
    /// Answers with data that must stay in another region, and copies of it.
    pub out_of_place: u64,
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
/// A node of a ring gets the next write that was kept for it.
const HANDOVER: TimerTag = FIRST_FREE_TAG + 4;

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
            ring: None,
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
            TWIN_GOES => self.write_arrives(job, TWIN, context),
            DELIVERY_GOES => self.write_arrives(job, DELIVERY, context),
            other => unreachable!("a job that does {other} has no step to take"),
        }
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
        if self.ring.is_some() {
            return self.ask_ring(job, caller, context);
        }
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
            HANDOVER => return self.hand_over(timer.slot as usize, context),
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
