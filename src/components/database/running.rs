//! A running database: a primary and its replicas, each with connections, cores and a disk.
//!
//! ```text
//! request -> node -> connection -> cores (shared by all running queries) -> disk -> answer
//!                                   a write also -> cores of every replica (apply)
//! ```

use super::replication::Replication;
use super::settings::Settings;
use crate::blocks::least_recently_used::{Flags, LeastRecentlyUsed};
use crate::blocks::station::{Admission, FirstCome, Full, Pool, Station, Unlimited};
use crate::components::access::{KeyChoice, ReadFrom, Verb};
use crate::components::marks::STALE;
use crate::components::notes;
use crate::components::running::Door;
use crate::kernel::time::Duration;
use crate::kernel::{Component, Context, JobId, Note, Outcome, Rank, Timer, TimerTag};
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

/// One copy of the data.
#[derive(Debug)]
pub struct DatabaseNode {
    /// Connections: a query holds one from start to answer.
    pub connections: Pool,
    /// Cores shared by the running queries.
    pub cores: Station,
    /// Its disk, if the scenario has one.
    pub disk: Option<Disk>,
    /// What of the data is in memory, if that is limited.
    pub buffer: Option<LeastRecentlyUsed>,
    pub(super) tally: NodeTally,
}

/// What a node counts beside its stations.
#[derive(Clone, Debug, Default)]
pub(super) struct NodeTally {
    /// Nanoseconds of core time given to reads, writes, and applied writes.
    pub read_work: u64,
    pub write_work: u64,
    pub buffer_hits: u64,
    pub buffer_misses: u64,
    pub replica_reads: u64,
    pub stale_reads: u64,
    pub lost_own_writes: u64,
    pub lag: Histogram,
}

impl DatabaseNode {
    /// An idle copy.
    pub fn new(
        connections: Pool,
        cores: Station,
        disk: Option<Disk>,
        buffer: Option<LeastRecentlyUsed>,
    ) -> DatabaseNode {
        DatabaseNode { connections, cores, disk, buffer, tally: NodeTally::default() }
    }
}

/// A running database.
#[derive(Debug)]
pub struct RunningDatabase {
    pub(super) settings: Settings,
    /// The primary, then the replicas.
    pub(super) nodes: Vec<DatabaseNode>,
    pub(super) replication: Replication,
    pub(super) door: Door,
    pub(super) read_times: Histogram,
    pub(super) write_times: Histogram,
    pub(super) slow: u64,
    pub(super) rejected: u64,
    pub(super) made_keys: u64,
    pub(super) finished: Vec<JobId>,
}

/// Timer tags of a node: its number times this, plus which of its stations.
const TAGS_PER_NODE: TimerTag = 3;
const CORES: TimerTag = 0;
const PACE: TimerTag = 1;
const ACCESS: TimerTag = 2;

// What its stations are called in notes.
const CONNECTION: &str = "a connection";
const CORE: &str = "a core";
const DISK: &str = "the disk";

/// Note of a job that applies a write on a replica.
const APPLYING: u32 = 1;

/// The node that takes the writes.
pub(super) const PRIMARY: usize = 0;

impl RunningDatabase {
    /// A database at time zero.
    pub fn new(settings: Settings, nodes: Vec<DatabaseNode>, replication: Replication) -> Self {
        RunningDatabase {
            settings,
            nodes,
            replication,
            door: Door::default(),
            read_times: Histogram::default(),
            write_times: Histogram::default(),
            slow: 0,
            rejected: 0,
            made_keys: 0,
            finished: Vec::new(),
        }
    }

    fn verb(&self, job: JobId, context: &Context<'_>) -> Verb {
        self.settings.classes.get(context.job(job).class).verb
    }

    /// The node that serves a query.
    fn choose_node(&self, job: JobId, context: &Context<'_>) -> usize {
        let replicas = self.nodes.len() - 1;
        let class = self.settings.classes.get(context.job(job).class);
        let from = match class.from {
            ReadFrom::Usual => self.settings.reads,
            other => other,
        };
        if replicas == 0 || !matches!(class.verb, Verb::Read | Verb::Scan) {
            return PRIMARY;
        }
        if from == ReadFrom::Primary {
            return PRIMARY;
        }
        let draw = &mut context.draw(self.settings.streams.replica, job);
        let replica = draw.below(replicas as u64) as u16;
        let user = context.job(job).user;
        let must_see_own = self.settings.read_your_writes && class.from != ReadFrom::Replica;
        if must_see_own && self.replication.lacks_write_of(user, replica, context.now()) {
            return PRIMARY;
        }
        usize::from(replica) + 1
    }

    /// A query has a connection: it runs on the cores.
    fn execute(&mut self, job: JobId, context: &mut Context<'_>) {
        let node = usize::from(context.job(job).node);
        let verb = self.verb(job, context);
        let work = self.work(job, verb, context);
        if verb != Verb::Write {
            self.look_for_stale_data(job, node, context);
        }
        self.use_cores(job, node, work, context);
    }

    /// Core time of a query. The draw is keyed by the job, so it can be drawn again.
    fn work(&self, job: JobId, verb: Verb, context: &Context<'_>) -> Duration {
        let settings = &self.settings;
        let (law, stream) = match verb {
            Verb::Write => (&settings.write_time, settings.streams.write),
            Verb::Scan => (&settings.scan_time, settings.streams.read),
            Verb::Read | Verb::Call => (&settings.read_time, settings.streams.read),
        };
        law.duration(context.job(job), stream)
    }

    fn use_cores(&mut self, job: JobId, node: usize, work: Duration, context: &mut Context<'_>) {
        let cores = &mut self.nodes[node].cores;
        let alarm = cores.arrive(job, work, context.now());
        // The connections in front of the cores bound the queries.
        let alarm = alarm.expect("an unbounded line has room");
        notes::arrived(job, cores, alarm, CORE, context);
        if let Some(alarm) = alarm {
            let tag = node as TimerTag * TAGS_PER_NODE + CORES;
            context.wake_at(alarm.at, Rank::Release, tag, alarm.slot);
        }
    }

    fn look_for_stale_data(&mut self, job: JobId, node: usize, context: &mut Context<'_>) {
        if node == PRIMARY {
            return;
        }
        let data = context.job(job);
        let replica = (node - 1) as u16;
        let missed = self.replication.lacks(data.key, data.user, replica, context.now());
        let tally = &mut self.nodes[node].tally;
        tally.replica_reads += 1;
        if let Some(missed) = missed {
            tally.stale_reads += 1;
            tally.lost_own_writes += u64::from(missed.own);
            context.job_mut(job).marks |= STALE;
            context.note(job, Note::Found("reads what is older than the last write"));
        }
    }

    /// The cores are done with a job: on to the disk, or to the end.
    fn computed(&mut self, job: JobId, context: &mut Context<'_>) {
        let node = usize::from(context.job(job).node);
        if context.job(job).local == APPLYING {
            context.join(job);
            return;
        }
        let verb = self.verb(job, context);
        let work = self.work(job, verb, context).nanos();
        let tally = &mut self.nodes[node].tally;
        match verb {
            Verb::Write => tally.write_work += work,
            Verb::Read | Verb::Scan | Verb::Call => tally.read_work += work,
        }
        if !self.needs_disk(job, node, context) {
            return self.done(job, context);
        }
        context.note(job, Note::Waits(DISK));
        let disk = self.nodes[node].disk.as_mut().expect("only a node with a disk needs it");
        let alarm = disk.pace.arrive(job, disk.interval, context.now());
        if let Some(alarm) = alarm.expect("an unbounded line has room") {
            let tag = node as TimerTag * TAGS_PER_NODE + PACE;
            context.wake_at(alarm.at, Rank::Release, tag, alarm.slot);
        }
    }

    fn needs_disk(&mut self, job: JobId, node: usize, context: &Context<'_>) -> bool {
        let key = context.job(job).key;
        let verb = self.verb(job, context);
        let node = &mut self.nodes[node];
        if node.disk.is_none() || verb == Verb::Call {
            return false;
        }
        let Some(buffer) = &mut node.buffer else { return true };
        let held = buffer.touch(key).is_some();
        if !held {
            buffer.insert(key, context.now(), Flags::EMPTY);
        }
        if verb == Verb::Write {
            return true;
        }
        node.tally.buffer_hits += u64::from(held);
        node.tally.buffer_misses += u64::from(!held);
        !held
    }

    /// A disk request may start.
    fn paced(&mut self, job: JobId, node: usize, context: &mut Context<'_>) {
        let time =
            self.settings.disk_time.sample(&mut context.draw(self.settings.streams.disk, job));
        context.note(job, Note::Starts(DISK));
        let disk = self.nodes[node].disk.as_mut().expect("only a node with a disk paces");
        let alarm = disk.access.arrive(job, time, context.now());
        let tag = node as TimerTag * TAGS_PER_NODE + ACCESS;
        context.wake_at(alarm.at, Rank::Release, tag, alarm.slot);
    }

    /// A query is done.
    fn done(&mut self, job: JobId, context: &mut Context<'_>) {
        let node = usize::from(context.job(job).node);
        let verb = self.verb(job, context);
        if verb == Verb::Write {
            self.commit(job, context);
        }
        let elapsed = context.reply(job, Outcome::Completed);
        self.door.leave(true, elapsed);
        let times = if verb == Verb::Write { &mut self.write_times } else { &mut self.read_times };
        times.record(elapsed.nanos());
        self.slow += u64::from(elapsed > self.settings.slow_query);
        if let Some(next) = self.nodes[node].connections.give_back(context.now()) {
            context.note(next.job, Note::Takes(CONNECTION));
            self.execute(next.job, context);
        }
    }

    /// A write is committed on the primary: replicas get it after their lag, and apply it.
    fn commit(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        let (key, user, identity, class) = (data.key, data.user, data.identity, data.class);
        let is_new = self.settings.classes.get(class).key == KeyChoice::New;
        self.made_keys += u64::from(is_new);
        if self.nodes.len() == 1 {
            return;
        }
        self.replication.commit(key, user, identity, context.now());
        for node in 1..self.nodes.len() {
            let lag = self.replication.lag(identity, node as u16 - 1);
            self.nodes[node].tally.lag.record(lag.nanos());
            let Some(apply_time) = &self.settings.apply_time else { continue };
            let copy = context.fork(job, APPLY_SALT | node as u64);
            context.note(copy, Note::Purpose("write applied on a replica"));
            context.cut_off(copy);
            context.job_mut(copy).local = APPLYING;
            context.job_mut(copy).node = node as u16;
            let work = apply_time.sample(&mut context.draw(self.settings.streams.apply, copy));
            self.use_cores(copy, node, work, context);
        }
    }

    /// Bytes of the data the database holds now.
    pub(super) fn storage(&self) -> f64 {
        self.settings.stored_bytes + self.made_keys as f64 * self.settings.new_key_bytes
    }
}

/// Tells the copies of one write apart.
const APPLY_SALT: u64 = 1 << 34;

impl Component for RunningDatabase {
    fn on_request(&mut self, job: JobId, context: &mut Context<'_>) {
        let node = self.choose_node(job, context);
        context.job_mut(job).node = node as u16;
        let connections = &mut self.nodes[node].connections;
        match connections.take(job, Duration::ZERO, context.now()) {
            Ok(Admission::Taken) => self.execute(job, context),
            Ok(Admission::Waits) => context.note(job, Note::Waits(CONNECTION)),
            Err(Full) => {
                context.note(job, Note::Full(CONNECTION));
                self.rejected += 1;
                let elapsed = context.reply(job, Outcome::Rejected);
                self.door.leave(false, elapsed);
            }
        }
    }

    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        let node = usize::from(timer.tag / TAGS_PER_NODE);
        let station = timer.tag % TAGS_PER_NODE;
        let (now, slot) = (context.now(), timer.slot);
        let mut finished = std::mem::take(&mut self.finished);
        let copy = &mut self.nodes[node];
        let next = match (station, &mut copy.disk) {
            (CORES, _) => copy.cores.alarm(slot, now, &mut finished),
            (PACE, Some(disk)) => disk.pace.alarm(slot, now, &mut finished),
            (_, Some(disk)) => disk.access.alarm(slot, now, &mut finished),
            (_, None) => unreachable!("only a node with a disk sets its timers"),
        };
        if let Some(next) = next {
            if station == CORES {
                notes::begun(&copy.cores, next, CORE, context);
            }
            context.wake_at(next.at, Rank::Release, timer.tag, next.slot);
        }
        for job in finished.drain(..) {
            match station {
                CORES => self.computed(job, context),
                PACE => self.paced(job, node, context),
                _ => self.done(job, context),
            }
        }
        self.finished = finished;
    }
}
