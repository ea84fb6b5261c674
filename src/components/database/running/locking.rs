//! Who may write a key: locks, as the writes of a database take them and give them back.
//!
//! A connection is held while its query waits for locks, so whoever holds a lock can go on without
//! another connection. Reads take no locks: they see the last version that was committed. While a
//! database is asked for writes of several keys, those of one key take their lock, too. What must
//! hold: each lock that is taken is given back once, before its job leaves the database.

use super::locks::{Asked, Waiter};
use super::transactions::{LOCK_TIMEOUT, PREPARING, WITHDRAWS};
use super::{COMMITTING, FAILED, QUERY, RunningDatabase, STEP, doing};
use crate::components::access::Verb;
use crate::kernel::time::Duration;
use crate::kernel::{Context, JobId, Note, Rank};

/// What waits are for, in notes.
const LOCK: &str = "a lock";

impl RunningDatabase {
    /// A job with a connection asks for the locks it needs; whether it has to wait.
    pub(super) fn waits_for_locks(&mut self, job: JobId, context: &mut Context<'_>) -> bool {
        if self.settings.transactions.is_none() {
            return false;
        }
        let data = context.job(job);
        match doing(data.local) {
            QUERY if self.verb(job, context) == Verb::Write => {
                self.ask_lock(data.key, job, context).is_some()
            }
            PREPARING => loop {
                let part = self.part(job, context);
                if part.told {
                    // Not at once: a whole line may have been called off.
                    Self::mark(job, WITHDRAWS, context);
                    context.wake_after(Duration::ZERO, Rank::Timer, STEP, job.0);
                    return true;
                }
                let Some(&key) = part.keys.get(part.held) else { return false };
                let waits = self.ask_lock(key, job, context);
                let part = self.part(job, context);
                part.waiting = waits.map(|number| (key, number));
                if waits.is_some() {
                    return true;
                }
                part.held += 1;
            },
            _ => false,
        }
    }

    /// Asks for a lock; the number of the wait if it is not to be had at once.
    fn ask_lock(&mut self, key: u64, job: JobId, context: &mut Context<'_>) -> Option<u64> {
        let transactions = &mut self.transactions;
        let number = match transactions.locks.acquire(key, job, context.now()) {
            Asked::Granted => {
                transactions.tally.lock_wait.record(0);
                return None;
            }
            Asked::HeldAlready => return None,
            Asked::Waits(number) => number,
        };
        context.note(job, Note::Waits(LOCK));
        let settings = self.settings.transactions.as_ref().expect("only with them are locks taken");
        let at = context.now() + settings.section.lock_timeout;
        transactions.timeouts.push_back((at, key, number));
        if !std::mem::replace(&mut transactions.watches_timeouts, true) {
            context.wake_at(at, Rank::Timer, LOCK_TIMEOUT, 0);
        }
        Some(number)
    }

    /// Waits for locks that are too long end now.
    pub(super) fn locks_time_out(&mut self, context: &mut Context<'_>) {
        let now = context.now();
        while let Some(&(at, key, number)) = self.transactions.timeouts.front() {
            if at > now {
                return context.wake_at(at, Rank::Timer, LOCK_TIMEOUT, 0);
            }
            self.transactions.timeouts.pop_front();
            let Some(Waiter { job, since, .. }) = self.transactions.locks.give_up(key, number)
            else {
                continue;
            };
            self.transactions.tally.lock_wait.record((now - since).nanos());
            context.note(job, Note::Found("waited too long for a lock"));
            if doing(context.job(job).local) == PREPARING {
                self.part(job, context).waiting = None;
            }
            self.finish(job, FAILED, context);
        }
        self.transactions.watches_timeouts = false;
    }

    fn lock_granted(&mut self, waiter: Waiter, context: &mut Context<'_>) {
        let Waiter { job, since, .. } = waiter;
        context.note(job, Note::Takes(LOCK));
        self.transactions.tally.lock_wait.record((context.now() - since).nanos());
        if doing(context.job(job).local) == PREPARING {
            let part = self.part(job, context);
            part.waiting = None;
            part.held += 1;
        }
        self.execute(job, context);
    }

    /// A query is done at its node: a write of one key gives its lock back.
    pub(super) fn unlock(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let is_query = matches!(doing(data.local), QUERY | COMMITTING);
        if self.settings.transactions.is_some()
            && is_query
            && self.transactions.locks.holds(data.key, job)
            && let Some(next) = self.transactions.locks.release(data.key, job)
        {
            self.lock_granted(next, context);
        }
    }

    /// A part gives its locks back.
    pub(super) fn unlock_part(&mut self, job: JobId, context: &mut Context<'_>) {
        let now = context.now();
        let part = self.part(job, context);
        let held = std::mem::take(&mut part.held);
        let keys = part.keys[..held].to_vec();
        if let Some(since) = part.prepared.take() {
            self.transactions.tally.blocked.record((now - since).nanos());
        }
        for key in keys {
            if let Some(next) = self.transactions.locks.release(key, job) {
                self.lock_granted(next, context);
            }
        }
    }
}
