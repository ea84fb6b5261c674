//! A node: connections, cores and a disk, and what it counts.

use crate::blocks::least_recently_used::Flags;
use crate::blocks::station::{Admission, FirstCome, Full, Pool, Station, Unlimited};
use crate::components::database::buffer::BufferPool;
use crate::components::notes;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Context, JobId, Note, Rank, Timer, TimerTag};
use crate::measure::histogram::Histogram;

/// A disk: requests start at most so often, each takes its time.
#[derive(Debug)]
pub struct Disk {
    /// Paces the starts: one server that takes 1/iops each.
    pub pace: FirstCome,
    /// The time each takes.
    pub access: Unlimited,
    /// Time between two starts.
    pub interval: Duration,
}

/// One copy of a shard's data.
#[derive(Debug)]
pub struct DatabaseNode {
    /// Connections: a query holds one from start to answer.
    pub connections: Pool,
    /// Cores shared by the running queries.
    pub cores: Station,
    /// Its disk, if the scenario has one.
    pub disk: Option<Disk>,
    /// What of the data is in memory, if that is limited.
    pub buffer: Option<BufferPool>,
    /// What it counts.
    pub tally: NodeTally,
}

/// What a node counts beside its stations.
#[derive(Clone, Debug, Default)]
pub struct NodeTally {
    /// Nanoseconds of core time given to reads.
    pub read_work: u64,
    /// Nanoseconds of core time given to writes.
    pub write_work: u64,
    /// Reads found in memory.
    pub buffer_hits: u64,
    /// Reads not found in memory.
    pub buffer_misses: u64,
    /// Reads answered as a follower.
    pub replica_reads: u64,
    /// Those that missed the latest write to their key.
    pub stale_reads: u64,
    /// Those that missed a write of the reader itself.
    pub lost_own_writes: u64,
    /// Times from a commit until it was visible here.
    pub lag: Histogram,
    /// Queries that were done here.
    pub queries: u64,
}

// Timer tags of a node: its number times this, plus which of its stations.
const TAGS_PER_NODE: TimerTag = 3;
const CORES: TimerTag = 0;
const PACE: TimerTag = 1;
const ACCESS: TimerTag = 2;

/// The most nodes for which there are timer tags.
pub const MOST_NODES: u16 = 15_000;
/// Tags from here on belong to no node.
pub const FIRST_FREE_TAG: TimerTag = MOST_NODES * TAGS_PER_NODE;

// What its stations are called in notes.
const CONNECTION: &str = "a connection";
const CORE: &str = "a core";
const DISK: &str = "the disk";

/// Which of its stations is done with some jobs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Done {
    /// The cores.
    Computing,
    /// The disk lets them start.
    Pacing,
    /// The disk.
    Access,
}

impl DatabaseNode {
    /// An idle copy.
    pub fn new(
        connections: Pool,
        cores: Station,
        disk: Option<Disk>,
        buffer: Option<BufferPool>,
    ) -> DatabaseNode {
        DatabaseNode { connections, cores, disk, buffer, tally: NodeTally::default() }
    }

    /// The node and station of a timer.
    pub fn of_timer(timer: Timer) -> usize {
        usize::from(timer.tag / TAGS_PER_NODE)
    }

    /// A query asks for a connection; whether it has one. `Err` when there is no room to wait.
    pub fn connect(&mut self, job: JobId, context: &mut Context<'_>) -> Result<bool, Full> {
        match self.connections.take(job, Duration::ZERO, context.now()) {
            Ok(Admission::Taken) => Ok(true),
            Ok(Admission::Waits) => {
                context.note(job, Note::Waits(CONNECTION));
                Ok(false)
            }
            Err(Full) => {
                context.note(job, Note::Full(CONNECTION));
                Err(Full)
            }
        }
    }

    /// A connection is free again. Returns the query that takes it.
    pub fn disconnect(&mut self, context: &mut Context<'_>) -> Option<JobId> {
        let next = self.connections.give_back(context.now())?.job;
        context.note(next, Note::Takes(CONNECTION));
        Some(next)
    }

    /// A job runs on the cores of this node, number `node`.
    pub fn compute(&mut self, job: JobId, node: usize, work: Duration, context: &mut Context<'_>) {
        let alarm = self.cores.arrive(job, work, context.now());
        // The connections in front of the cores bound the queries.
        let alarm = alarm.expect("an unbounded line has room");
        notes::arrived(job, &self.cores, alarm, CORE, context);
        if let Some(alarm) = alarm {
            let tag = node as TimerTag * TAGS_PER_NODE + CORES;
            context.wake_at(alarm.at, Rank::Release, tag, alarm.slot);
        }
    }

    /// A job that asks for the disk waits for its start.
    pub fn ask_disk(&mut self, job: JobId, node: usize, context: &mut Context<'_>) {
        context.note(job, Note::Waits(DISK));
        let disk = self.disk.as_mut().expect("only a node with a disk needs it");
        let alarm = disk.pace.arrive(job, disk.interval, context.now());
        if let Some(alarm) = alarm.expect("an unbounded line has room") {
            let tag = node as TimerTag * TAGS_PER_NODE + PACE;
            context.wake_at(alarm.at, Rank::Release, tag, alarm.slot);
        }
    }

    /// A disk request may start and takes this long.
    pub fn use_disk(&mut self, job: JobId, node: usize, time: Duration, context: &mut Context<'_>) {
        context.note(job, Note::Starts(DISK));
        let disk = self.disk.as_mut().expect("only a node with a disk paces");
        let alarm = disk.access.arrive(job, time, context.now());
        let tag = node as TimerTag * TAGS_PER_NODE + ACCESS;
        context.wake_at(alarm.at, Rank::Release, tag, alarm.slot);
    }

    /// Whether a query of this key needs the disk: a write always, a read when the key is not in
    /// memory.
    pub fn needs_disk(&mut self, key: u64, is_write: bool, now: Time) -> bool {
        if self.disk.is_none() {
            return false;
        }
        let Some(buffer) = &mut self.buffer else { return true };
        let held = buffer.touch(key).is_some();
        if !held {
            buffer.insert(key, now, Flags::EMPTY);
        }
        if is_write {
            return true;
        }
        self.tally.buffer_hits += u64::from(held);
        self.tally.buffer_misses += u64::from(!held);
        !held
    }

    /// One of its timers: which station is done with the jobs that are appended to `finished`.
    pub fn alarm(
        &mut self,
        timer: Timer,
        finished: &mut Vec<JobId>,
        context: &mut Context<'_>,
    ) -> Done {
        let (now, slot) = (context.now(), timer.slot);
        let (done, next) = match (timer.tag % TAGS_PER_NODE, &mut self.disk) {
            (CORES, _) => (Done::Computing, self.cores.alarm(slot, now, finished)),
            (PACE, Some(disk)) => (Done::Pacing, disk.pace.alarm(slot, now, finished)),
            (_, Some(disk)) => (Done::Access, disk.access.alarm(slot, now, finished)),
            (_, None) => unreachable!("only a node with a disk sets its timers"),
        };
        if let Some(next) = next {
            if done == Done::Computing {
                notes::begun(&self.cores, next, CORE, context);
            }
            context.wake_at(next.at, Rank::Release, timer.tag, next.slot);
        }
        done
    }

    /// Forgets what was measured.
    pub fn reset(&mut self, now: Time) {
        self.tally = NodeTally::default();
        self.connections.reset(now);
        self.cores.reset(now);
        if let Some(disk) = &mut self.disk {
            disk.pace.reset(now);
            disk.access.reset(now);
        }
    }
}
