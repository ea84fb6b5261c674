//! Writes of several keys: what is known of them while they are under way.
//!
//! - [`coordinator`](super::coordinator): who sends the parts of a write and decides;
//! - [`participant`](super::participant): what a part does on its shard;
//! - [`locking`](super::locking): who may write a key.

use super::RunningDatabase;
use super::locks::LockTable;
use super::slots::Slots;
use crate::components::database::metrics;
use crate::kernel::time::Time;
use crate::kernel::{JobId, TimerTag};
use crate::measure::histogram::Histogram;
use crate::measure::metric::{Node, Sheet};
use std::collections::VecDeque;

// What a job does, beside what it can do without transactions. The rest of its note is the number
// of the transaction.
/// A part on the way to its node.
pub const PREPARE_GOES: u32 = 40;
/// A part at its node: it has or waits for a connection, locks, cores, the disk.
pub const PREPARING: u32 = 41;
/// A part that writes down that it will commit.
pub const PREPARED: u32 = 42;
/// A part whose vote is on the way.
pub const VOTE_GOES: u32 = 43;
/// A part whose vote is with the coordinator.
pub const VOTED: u32 = 44;
/// A part whose refusal is on the way.
pub const REFUSAL_GOES: u32 = 45;
/// A part to which the decision is on the way.
pub const COMMIT_GOES: u32 = 46;
/// A part whose keys are being committed.
pub const APPLYING: u32 = 47;
/// A part that writes down that it has committed.
pub const APPLIED: u32 = 48;
/// A part whose acknowledgement is on the way.
pub const ACKNOWLEDGEMENT_GOES: u32 = 49;
/// A part that was called off before it had begun.
pub const WITHDRAWS: u32 = 50;
/// A query that waits for its parts.
pub const IN_TRANSACTION: u32 = 51;
/// A query whose decision is being written down.
pub const DECIDING: u32 = 52;

/// A part is told that its transaction is off.
pub const TOLD: TimerTag = super::FIRST_FREE_TAG + 20;
/// Waits for locks that are too long.
pub const LOCK_TIMEOUT: TimerTag = super::FIRST_FREE_TAG + 21;

/// How far a transaction is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    /// The shards prepare.
    Voting,
    /// The shards commit.
    Committing,
    /// The shards are told to forget it.
    Aborting,
    /// One local write after the other.
    Forward,
    /// The same, back again.
    Undoing,
}

/// What a transaction does on one shard.
#[derive(Debug)]
pub(super) struct Part {
    pub shard: u16,
    /// In ascending order, so that two parts on one shard never wait for each other.
    pub keys: Vec<u64>,
    /// Who does it now.
    pub job: Option<JobId>,
    /// How many of the keys it holds.
    pub held: usize,
    /// How many of them are on disk.
    pub written: usize,
    /// The key for which it waits, and the number of that wait.
    pub waiting: Option<(u64, u64)>,
    /// Whether it knows that the transaction is off.
    pub told: bool,
    /// Since when it is prepared and cannot give its locks up by itself.
    pub prepared: Option<Time>,
}

/// A write of several keys.
#[derive(Debug)]
pub(super) struct Transaction {
    pub query: JobId,
    pub caller: u16,
    pub phase: Phase,
    pub parts: Vec<Part>,
    /// Parts that have not ended.
    pub open: usize,
    /// Parts that have voted for it.
    pub votes: usize,
    /// The part that is done now, where they are done one after the other.
    pub step: usize,
}

/// All writes of several keys, and the locks.
#[derive(Debug, Default)]
pub struct Transactions {
    pub(super) slots: Slots<Transaction>,
    pub(super) locks: LockTable,
    /// When a wait is too long, and for what it is, ascending.
    pub(super) timeouts: VecDeque<(Time, u64, u64)>,
    pub(super) watches_timeouts: bool,
    /// Those who cannot go on before a fault ends.
    pub(super) stuck: Vec<JobId>,
    pub(super) tally: TransactionTally,
}

/// What is counted of them.
#[derive(Debug, Default)]
pub(super) struct TransactionTally {
    pub ended: u64,
    pub aborted: u64,
    pub participants: u64,
    pub compensations: u64,
    pub left_behind: u64,
    pub lock_wait: Histogram,
    pub blocked: Histogram,
}

impl Transactions {
    /// Forgets what was counted.
    pub fn reset(&mut self) {
        self.tally = TransactionTally::default();
    }
}

impl Transaction {
    /// Whether each part commits by itself.
    pub fn is_local(&self) -> bool {
        matches!(self.phase, Phase::Forward | Phase::Undoing)
    }
}

impl RunningDatabase {
    /// Fills in what is measured of writes of several keys.
    pub(in crate::components::database) fn measure_transactions(&self, sheet: &mut Sheet) {
        let tally = &self.transactions.tally;
        let ended = tally.ended as f64;
        let whole = Node::WHOLE;
        sheet.ratio(&metrics::ABORTED, whole, tally.aborted as f64, ended);
        sheet.ratio(&metrics::PARTICIPANTS, whole, tally.participants as f64, ended);
        sheet.distribution(&metrics::BLOCKED, whole, &tally.blocked);
        sheet.distribution(&metrics::LOCK_WAIT, whole, &tally.lock_wait);
        sheet.rate(&metrics::COMPENSATIONS, whole, tally.compensations);
        sheet.rate(&metrics::LEFT_BEHIND, whole, tally.left_behind);
    }
}

impl Part {
    /// It is over.
    ///
    /// # Panics
    /// When it still holds a lock: nobody would ever get it.
    pub fn leave(&mut self) {
        assert!(self.held == 0 && self.waiting.is_none(), "locks are given back before");
        self.job = None;
    }

    /// Nothing done yet.
    pub fn new(shard: u16, key: u64) -> Part {
        let (job, waiting, prepared) = (None, None, None);
        Part { shard, keys: vec![key], job, held: 0, written: 0, waiting, told: false, prepared }
    }
}
