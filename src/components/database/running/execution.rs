//! What a query or a child of one does at its node: connection, cores, disk, and away again.
//!
//! What must hold: whatever becomes of the node, who has come leaves again, and gives back the
//! connection and the locks it holds.

use super::RunningDatabase;
use super::stages::{
    ANSWERED, BATCH_READ, BATCH_WRITTEN, COPY, DELIVERY, FAILED, PART, PART_DONE, PART_FAILED,
    PART_GOES, REJECTED, TWIN, doing, rest,
};
use super::transactions::PREPARING;
use crate::components::access::Verb;
use crate::kernel::time::Duration;
use crate::kernel::{Context, JobId, Note};

impl RunningDatabase {
    /// A query or a child of one is at its node.
    pub(super) fn arrive(&mut self, job: JobId, doing: u32, context: &mut Context<'_>) {
        Self::mark(job, doing, context);
        let node = usize::from(context.job(job).node);
        if !self.is_up(node, context.now()) {
            context.note(job, Note::Found("nobody answers: the node is down"));
            self.tally.unavailable += u64::from(self.ring.is_none());
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
    pub(super) fn execute(&mut self, job: JobId, context: &mut Context<'_>) {
        if self.waits_for_locks(job, context) {
            return;
        }
        let node = usize::from(context.job(job).node);
        let verb = self.verb(job, context);
        let work = self.work(job, verb, context);
        debug_assert!(self.has_got_key(job, node, context), "a shard is asked for what it has got");
        match (&self.ring, verb) {
            (_, Verb::Write) => {}
            (Some(_), _) => self.look_at_copy(job, context),
            (None, _) => self.look_for_stale_data(job, node, context),
        }
        self.nodes[node].compute(job, node, work, context);
    }

    /// Core time of a query. The draw is keyed by the job, so it can be drawn again.
    pub(super) fn work(&self, job: JobId, verb: Verb, context: &Context<'_>) -> Duration {
        let settings = &self.settings;
        let (law, stream) = match verb {
            Verb::Write => (&settings.write_time, settings.streams.write),
            Verb::Scan => (&settings.scan_time, settings.streams.read),
            Verb::Read | Verb::Call => (&settings.read_time, settings.streams.read),
        };
        law.duration(context.job(job), stream) + self.further_work(job, law, stream, context)
    }

    /// A write that needs no connection is at its node: a twin, or one that comes late.
    pub(super) fn write_arrives(&mut self, job: JobId, doing: u32, context: &mut Context<'_>) {
        let node = usize::from(context.job(job).node);
        Self::mark(job, doing, context);
        if !self.is_up(node, context.now()) {
            return self.executed(job, context);
        }
        let work = self.work(job, Verb::Write, context);
        self.nodes[node].compute(job, node, work, context);
    }

    /// The cores are done with a job: on to the disk, or to the end.
    pub(super) fn computed(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let (node, key) = (usize::from(data.node), data.key);
        let verb = match doing(data.local) {
            COPY => return self.copy_applied(job, context),
            BATCH_READ | BATCH_WRITTEN => return self.batch_computed(job, context),
            // Whatever made it, it is a write.
            DELIVERY => Verb::Write,
            _ => self.verb(job, context),
        };
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
    pub(super) fn executed(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let (node, doing, key) = (usize::from(data.node), doing(data.local), data.key);
        match doing {
            PREPARING => return self.part_executed(job, context),
            BATCH_READ | BATCH_WRITTEN | TWIN => return self.moving_done(job, context),
            DELIVERY => return self.delivered(job, context),
            _ => {}
        }
        self.nodes[node].tally.queries += 1;
        if !self.is_up(node, context.now()) {
            context.note(job, Note::Found("lost: the node went down"));
            self.tally.unavailable += u64::from(self.ring.is_none());
            self.finish(job, FAILED, context);
        } else if doing == PART {
            self.look_for_violation(key, node);
            if self.ring.is_some() {
                self.copy_is_done(job, context);
            }
            self.finish(job, ANSWERED, context);
        } else if self.verb(job, context) == Verb::Write {
            self.follow_move(job, node, context);
            self.commit(job, node, context);
        } else {
            self.look_for_violation(key, node);
            self.confirm_read(job, node, context);
        }
    }

    /// A query or a child of one is done at its node, and gives its connection back.
    pub(super) fn finish(&mut self, job: JobId, how: u32, context: &mut Context<'_>) {
        let node = usize::from(context.job(job).node);
        self.unlock(job, context);
        self.leave(job, how, context);
        if let Some(next) = self.nodes[node].disconnect(context) {
            self.execute(next, context);
        }
    }

    /// A query or a child of one leaves its node, to be answered so.
    pub(super) fn leave(&mut self, job: JobId, how: u32, context: &mut Context<'_>) {
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
}
