//! The way of the keys that move: bucket by bucket, each in batches, to their new shard.
//!
//! ```text
//! batch -> its turn -> cores (disk) of the old leader -> way -> cores (disk) of all new members
//! write to a bucket that is copied -> its old shard as ever, and its twin -> the new leader
//! ```
//! Batches need no connection. The rate of copying is one for the whole change: a batch begins when
//! those before it would be through at that rate. What must hold: a bucket moves when its last
//! batch is written everywhere and no twin is on its way, so that no query is sent to a shard that
//! has not got its key.

use super::{
    BATCH_GOES, BATCH_READ, BATCH_WAITS, BATCH_WRITTEN, RunningDatabase, TWIN_GOES, doing, note,
    rest,
};
use crate::components::access::Verb;
use crate::components::database::buckets::Stage;
use crate::kernel::random::mix;
use crate::kernel::time::Duration;
use crate::kernel::{Context, JobId, Note};

/// Tells batches apart from all other jobs, and the nodes they are written on from each other.
const BATCH_SALT: u64 = 0x6261_7463_6865_7300;
/// Tells the twin of a write apart from its other copies.
const TWIN_SALT: u64 = 1 << 41;
/// How soon copying tries again where a leader is missing.
const RETRY: Duration = Duration::from_nanos(1_000_000_000);

/// One of the buckets that are copied side by side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lane {
    bucket: Option<u32>,
    /// Its batches that are not written.
    left: u64,
    /// Keys of each.
    keys: f64,
    /// Bytes of each.
    bytes: f64,
    /// Nodes that have not written the one that is under way.
    open: u16,
}

impl RunningDatabase {
    /// A lane goes on with the next batch of its bucket or the next bucket, if there is one.
    pub(super) fn next_batch(&mut self, lane: usize, context: &mut Context<'_>) {
        let Some(change) = &mut self.resharding.current else { return };
        let of = &mut change.lanes[lane];
        while of.left == 0 {
            if let Some(bucket) = of.bucket.take() {
                change.buckets.get_mut(bucket).is_written = true;
                change.buckets.settle(bucket);
            }
            let Some(bucket) = change.buckets.take() else { return self.end_growth(context) };
            let next = change.buckets.get(bucket);
            let left = (next.keys / change.growth.batch as f64).ceil();
            *of = Lane {
                bucket: Some(bucket),
                left: left as u64,
                keys: next.keys / left.max(1.0),
                bytes: next.bytes / left.max(1.0),
                open: 0,
            };
        }
        let start = change.next_start.max(context.now());
        let pace = Duration::from_seconds(of.bytes / change.growth.copy_rate);
        change.next_start = start + pace;
        let job = context.begin(batch_identity(of, u64::MAX));
        context.job_mut(job).local = note(BATCH_WAITS, lane as u32);
        self.step_after(job, start - context.now(), BATCH_WAITS, context);
    }

    /// Core time of a batch, and its bucket's old and new shard.
    fn batch(&self, lane: usize) -> (Duration, u16, u16) {
        const UNDER_WAY: &str = "a change lasts as long as its batches";
        let change = self.resharding.current.as_ref().expect(UNDER_WAY);
        let of = &change.lanes[lane];
        let bucket = change.buckets.get(of.bucket.expect(UNDER_WAY));
        let of_key = change.growth.copy_time.expect("a database knows what copying a key takes");
        (Duration::from_seconds(of_key.seconds() * of.keys), bucket.from, bucket.to)
    }

    /// The node that leads a shard, if one does.
    fn leader(&self, shard: u16, context: &Context<'_>) -> Option<usize> {
        let group = &self.groups[usize::from(shard)];
        let node = self.topology.node(shard, group.leader);
        (group.vacant_since.is_none() && self.is_up(node, context.now())).then_some(node)
    }

    /// A batch has its turn, or is at a node that writes it.
    pub(super) fn batch_arrives(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let (what, lane, node) =
            (doing(data.local), rest(data.local) as usize, usize::from(data.node));
        let (work, from, to) = self.batch(lane);
        if what == BATCH_GOES {
            Self::mark(job, BATCH_WRITTEN, context);
            return match self.is_up(node, context.now()) {
                true => self.nodes[node].compute(job, node, work, context),
                // It gets the batch with all else it has missed.
                false => self.moving_done(job, context),
            };
        }
        match (self.leader(from, context), self.leader(to, context)) {
            (Some(node), Some(_)) => {
                context.job_mut(job).node = node as u16;
                Self::mark(job, BATCH_READ, context);
                self.nodes[node].compute(job, node, work, context);
            }
            _ => self.step_after(job, RETRY, BATCH_WAITS, context),
        }
    }

    /// The cores are done with a batch, which is one request: its keys lie side by side.
    pub(super) fn batch_computed(&mut self, job: JobId, context: &mut Context<'_>) {
        let node = usize::from(context.job(job).node);
        match self.nodes[node].disk {
            Some(_) => self.nodes[node].ask_disk(job, node, context),
            None => self.moving_done(job, context),
        }
    }

    /// A batch or a twin is done at its node.
    pub(super) fn moving_done(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let (what, node) = (data.local, usize::from(data.node));
        match doing(what) {
            BATCH_READ if !self.is_up(node, context.now()) => {
                self.step_after(job, RETRY, BATCH_WAITS, context);
            }
            BATCH_READ => {
                context.join(job);
                self.send_batch(rest(what) as usize, node, context);
            }
            BATCH_WRITTEN => {
                context.join(job);
                self.batch_written(rest(what) as usize, context);
            }
            _ => {
                context.join(job);
                self.twin_lands(rest(what), context);
            }
        }
    }

    /// A batch was read: all members of the new shard write it.
    fn send_batch(&mut self, lane: usize, from: usize, context: &mut Context<'_>) {
        let (_, _, to) = self.batch(lane);
        let members = self.topology.members();
        if let Some(change) = &mut self.resharding.current {
            change.lanes[lane].open = members;
        }
        for member in 0..members {
            let node = self.topology.node(to, member);
            let change = self.resharding.current.as_ref().expect("it lasts until all is written");
            let job = context.begin(batch_identity(&change.lanes[lane], u64::from(member)));
            let data = context.job_mut(job);
            (data.local, data.node) = (note(BATCH_GOES, lane as u32), node as u16);
            let way = self.way(self.topology.region(from), self.topology.region(node));
            self.step_after(job, way, BATCH_GOES, context);
        }
    }

    fn batch_written(&mut self, lane: usize, context: &mut Context<'_>) {
        let Some(change) = &mut self.resharding.current else { return };
        let of = &mut change.lanes[lane];
        of.open -= 1;
        if of.open == 0 {
            of.left -= 1;
            self.resharding.tally.copied += of.bytes;
            self.next_batch(lane, context);
        }
    }

    /// Whether the node that a read has reached has got its key. Judged in tests only.
    pub(super) fn has_got_key(&self, job: JobId, node: usize, context: &Context<'_>) -> bool {
        let key = context.job(job).key;
        let is_read = self.verb(job, context) == Verb::Read;
        match &self.resharding.current {
            Some(change) if is_read => {
                let shard = self.topology.shard(node);
                change.buckets.has_got(&self.placement, self.place(key), shard)
            }
            _ => true,
        }
    }

    /// A write was executed on a node. While its key is copied, or where it has moved meanwhile,
    /// the new shard gets it, too.
    pub(super) fn follow_move(&mut self, job: JobId, node: usize, context: &mut Context<'_>) {
        if !self.resharding.has_begun() {
            return;
        }
        let key = context.job(job).key;
        let (here, home) = (self.topology.shard(node), self.shard_of(key));
        let (to, bucket) = if home != here {
            (home, 0)
        } else {
            let place = self.place(key);
            let Some(change) = &mut self.resharding.current else { return };
            let Some(number) = change.buckets.bucket_of(&self.placement, place) else { return };
            let bucket = change.buckets.get_mut(number);
            if bucket.stage != Stage::IsCopied {
                return;
            }
            bucket.open_twins += 1;
            (bucket.to, number + 1)
        };
        self.resharding.tally.double_writes += 1;
        let leader = self.topology.node(to, self.groups[usize::from(to)].leader);
        let twin = context.fork(job, TWIN_SALT);
        context.note(twin, Note::Purpose("write on the new shard"));
        context.cut_off(twin);
        let data = context.job_mut(twin);
        (data.local, data.node) = (note(TWIN_GOES, bucket), leader as u16);
        let way = self.way(self.topology.region(node), self.topology.region(leader));
        self.step_after(twin, way, TWIN_GOES, context);
    }

    /// A twin is written: its bucket may have waited for it.
    fn twin_lands(&mut self, bucket: u32, context: &mut Context<'_>) {
        let (Some(bucket), Some(change)) = (bucket.checked_sub(1), &mut self.resharding.current)
        else {
            return;
        };
        change.buckets.get_mut(bucket).open_twins -= 1;
        change.buckets.settle(bucket);
        self.end_growth(context);
    }
}

/// Who a batch is: the draws of its disk requests belong to it.
fn batch_identity(lane: &Lane, node: u64) -> u64 {
    let bucket = u64::from(lane.bucket.unwrap_or(0));
    mix(mix(BATCH_SALT | bucket, lane.left), node)
}
