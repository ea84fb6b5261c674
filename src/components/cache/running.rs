//! A running cache: memory and threads of each node, and what happens on a miss.

use std::sync::Arc;

use super::metrics::{
    ENTRIES, EVICTIONS, EXPIRED, FULL, HIT_RATE, RESIDENCY_VIOLATIONS, STALE_RATE, THREADS_BUSY,
    WAIT,
};
use crate::blocks::distribution::Distribution;
use crate::blocks::least_recently_used::Flags;
use crate::blocks::station::{Full, Station};
use crate::blocks::warm_memory::WarmMemory;
use crate::components::access::{Classes, Dataset, Verb, must_be_elsewhere};
use crate::components::caller::{Caller, Ended, OnError, passed_on};
use crate::components::holdings::Holdings;
use crate::components::marks::STALE;
use crate::components::notes;
use crate::components::running::{Door, NodeLoad, Running};
use crate::kernel::random::{Luck, Stream, mix};
use crate::kernel::time::{Duration, Time};
use crate::kernel::{
    Answer, Component, Context, HopCounts, JobId, NODE_ANY, Note, Outcome, Rank, Timer, TimerTag,
};
use crate::measure::metric::{Node, Sheet};

/// What is the same for all nodes of a cache.
#[derive(Debug)]
pub struct Settings {
    /// Whether it answers for each dataset.
    pub holds: Vec<bool>,
    /// How long an entry is good.
    pub time_to_live: Option<Duration>,
    /// Whether a write deletes the entry.
    pub deletes_on_write: bool,
    /// Time a thread takes for a look-up or a delete.
    pub service_time: Distribution,
    /// Its draws.
    pub service_stream: Stream,
    /// Threads of a node; `None` when unlimited.
    pub threads: Option<u32>,
    /// All classes of access.
    pub classes: Classes,
    /// Where it stands.
    pub region: u16,
    /// All datasets, when it holds data that must stay somewhere; else none.
    pub residents: Vec<Dataset>,
}

impl Settings {
    /// Whether data of this key must stay elsewhere.
    #[inline]
    fn is_out_of_place(&self, key: u64) -> bool {
        must_be_elsewhere(&self.residents, key, self.region)
    }
}

/// Memory and threads of one node.
#[derive(Debug)]
pub struct CacheNode {
    /// What it holds.
    pub memory: WarmMemory<Arc<Holdings>>,
    /// Its threads.
    pub threads: Station,
}

/// Counts since the last reset.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    hits: u64,
    misses: u64,
    stale_hits: u64,
    expired: u64,
    evictions: u64,
    rejected: u64,
    out_of_place: u64,
}

/// A running cache.
#[derive(Debug)]
pub struct RunningCache {
    settings: Settings,
    nodes: Vec<CacheNode>,
    caller: Caller,
    door: Door,
    tally: Tally,
    finished: Vec<JobId>,
    ended: Vec<Ended>,
}

/// What its threads are called in notes.
const THREAD: &str = "a thread";

// A job's note: what it was doing.
/// It asks the store because the cache had nothing: the answer fills the cache.
const FILLING: u32 = 1;
/// It writes to the store: the answer deletes the entry.
const WRITING: u32 = 2;
/// The write is done, the entry is being deleted.
const DELETING: u32 = 3;
/// It only passes through.
const PASSING: u32 = 4;

impl RunningCache {
    /// A cache at time zero.
    pub fn new(settings: Settings, nodes: Vec<CacheNode>, caller: Caller) -> RunningCache {
        RunningCache {
            settings,
            nodes,
            caller,
            door: Door::default(),
            tally: Tally::default(),
            finished: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// Whether this cache answers for what the job asks, and what is done to it.
    #[inline]
    fn held_verb(&self, job: JobId, context: &Context<'_>) -> Option<Verb> {
        let class = self.settings.classes.get(context.job(job).class);
        let dataset = class.dataset?;
        self.settings.holds[usize::from(dataset)].then_some(class.verb)
    }

    /// A look-up or a delete waits for a thread of the key's node.
    #[inline(always)]
    fn serve(&mut self, job: JobId, context: &mut Context<'_>) -> Result<(), Full> {
        let node = usize::from(context.job(job).node);
        let service = &self.settings.service_time;
        let data = context.job(job);
        let luck = match u64::from(data.local) {
            0 => data.luck,
            note => Luck::of(data.identity ^ note << 62),
        };
        let work = service.sample(&mut self.settings.service_stream.draw_for(luck));
        let threads = &mut self.nodes[node].threads;
        let alarm = threads.arrive(job, work, context.now())?;
        notes::arrived(job, threads, alarm, THREAD, context);
        if let Some(alarm) = alarm {
            context.wake_at(alarm.at, Rank::Release, node as TimerTag, alarm.slot);
        }
        Ok(())
    }

    fn send_on(&mut self, job: JobId, note: u32, context: &mut Context<'_>) {
        match self.caller.route(context.job(job).class) {
            Some(wire) => self.send_along(job, note, wire, context),
            // Nobody behind the cache: it is the origin of what it holds.
            None => self.come_back(job, note, context),
        }
    }

    #[inline(always)]
    fn send_along(&mut self, job: JobId, note: u32, wire: usize, context: &mut Context<'_>) {
        context.job_mut(job).local = note;
        self.caller.call(job, wire, NODE_ANY, context);
    }

    /// A thread is done with a job.
    #[inline(always)]
    fn served(&mut self, job: JobId, context: &mut Context<'_>) {
        if context.job(job).local == DELETING {
            return self.answer(job, Outcome::Completed, context);
        }
        let now = context.now();
        let data = context.job(job);
        let node = &mut self.nodes[usize::from(data.node)];
        let found = node.memory.touch(data.key);
        let usable = found.filter(|entry| match self.settings.time_to_live {
            Some(limit) => entry.age(now) < limit,
            None => true,
        });
        let Some(entry) = usable else {
            self.tally.misses += 1;
            self.tally.expired += u64::from(found.is_some());
            let what = if found.is_some() { "looked up: expired" } else { "looked up: miss" };
            context.note(job, Note::Found(what));
            return self.send_on(job, FILLING, context);
        };
        self.tally.hits += 1;
        self.tally.out_of_place += u64::from(self.settings.is_out_of_place(entry.key));
        if entry.flags.contains(Flags::STALE) {
            self.tally.stale_hits += 1;
            context.job_mut(job).marks |= STALE;
            context.note(job, Note::Found("looked up: hit, older than the last write"));
        } else {
            context.note(job, Note::Found("looked up: hit"));
        }
        self.answer(job, Outcome::Completed, context);
    }

    /// A job is back from the store, or there was none to ask.
    fn come_back(&mut self, job: JobId, note: u32, context: &mut Context<'_>) {
        match note {
            FILLING => self.fill(job, context),
            WRITING => return self.written(job, context),
            _ => {}
        }
        self.answer(job, Outcome::Completed, context);
    }

    fn fill(&mut self, job: JobId, context: &mut Context<'_>) {
        let data = context.job(job);
        self.tally.out_of_place += u64::from(self.settings.is_out_of_place(data.key));
        let stale = data.marks & STALE != 0;
        let flags = if stale { Flags::STALE } else { Flags::EMPTY };
        let node = &mut self.nodes[usize::from(data.node)];
        self.tally.evictions += node.memory.insert(data.key, context.now(), flags);
    }

    fn written(&mut self, job: JobId, context: &mut Context<'_>) {
        let key = context.job(job).key;
        let node = &mut self.nodes[usize::from(context.job(job).node)];
        if !self.settings.deletes_on_write {
            node.memory.mark(key, Flags::STALE);
            return self.answer(job, Outcome::Completed, context);
        }
        node.memory.remove(key);
        context.job_mut(job).local = DELETING;
        context.note(job, Note::Found("deletes the entry: it was written"));
        if self.serve(job, context).is_err() {
            // The data is written; a delete that finds no room is not the user's failure.
            self.answer(job, Outcome::Completed, context);
        }
    }

    #[inline]
    fn answer(&mut self, job: JobId, outcome: Outcome, context: &mut Context<'_>) {
        let elapsed = context.reply(job, outcome);
        self.door.leave(outcome.is_ok(), elapsed);
    }

    #[inline]
    fn call_ended(&mut self, ended: Ended, context: &mut Context<'_>) {
        let Ended { job, wire, outcome } = ended;
        let note = context.job(job).local;
        if outcome.is_ok() {
            self.come_back(job, note, context);
        } else if self.caller.on_error(wire) == OnError::Skip {
            match self.caller.route_after(context.job(job).class, wire) {
                Some(next) => self.send_along(job, note, next, context),
                None => self.answer(job, Outcome::Completed, context),
            }
        } else {
            self.answer(job, passed_on(outcome), context);
        }
    }
}

impl Component for RunningCache {
    fn on_request(&mut self, job: JobId, context: &mut Context<'_>) {
        let nodes = self.nodes.len() as u64;
        let data = context.job_mut(job);
        data.node = if nodes == 1 { 0 } else { (mix(data.key, NODE_SALT) % nodes) as u16 };
        match self.held_verb(job, context) {
            Some(Verb::Read | Verb::Scan) => {
                context.job_mut(job).local = 0;
                if self.serve(job, context).is_err() {
                    context.note(job, Note::Full(THREAD));
                    self.tally.rejected += 1;
                    self.answer(job, Outcome::Rejected, context);
                }
            }
            Some(Verb::Write) => self.send_on(job, WRITING, context),
            Some(Verb::Call) | None => {
                context.note(job, Note::Found("not held here: passes through"));
                self.send_on(job, PASSING, context);
            }
        }
    }

    fn on_reply(&mut self, answer: Answer, context: &mut Context<'_>) {
        if let Some(ended) = self.caller.answered(answer, context) {
            self.call_ended(ended, context);
        }
    }

    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        if Caller::owns(timer.tag) {
            let mut ended = std::mem::take(&mut self.ended);
            self.caller.expire(timer.tag, context, &mut ended);
            ended.drain(..).for_each(|call| self.call_ended(call, context));
            self.ended = ended;
            return;
        }
        let mut finished = std::mem::take(&mut self.finished);
        let threads = &mut self.nodes[usize::from(timer.tag)].threads;
        if let Some(next) = threads.alarm(timer.slot, context.now(), &mut finished) {
            notes::begun(threads, next, THREAD, context);
            context.wake_at(next.at, Rank::Release, timer.tag, next.slot);
        }
        finished.drain(..).for_each(|job| self.served(job, context));
        self.finished = finished;
    }
}

/// Spreads keys over the nodes, apart from other uses of the same keys.
pub const NODE_SALT: u64 = 0x006E_6F64_6573;

impl Running for RunningCache {
    fn measure(&self, now: Time, sheet: &mut Sheet) {
        self.door.measure(sheet);
        let tally = &self.tally;
        let reads = (tally.hits + tally.misses) as f64;
        sheet.ratio(&HIT_RATE, Node::WHOLE, tally.hits as f64, reads);
        sheet.ratio(&STALE_RATE, Node::WHOLE, tally.stale_hits as f64, tally.hits as f64);
        sheet.rate(&EVICTIONS, Node::WHOLE, tally.evictions);
        sheet.rate(&EXPIRED, Node::WHOLE, tally.expired);
        if !self.settings.residents.is_empty() {
            sheet.rate(&RESIDENCY_VIOLATIONS, Node::WHOLE, tally.out_of_place);
        }
        for (index, node) in (0u16..).zip(&self.nodes) {
            let label = Node::number(index);
            let meter = node.threads.meter();
            if let Some(threads) = self.settings.threads {
                let capacity = f64::from(threads) * sheet.seconds;
                sheet.ratio(&THREADS_BUSY, label, meter.busy.integral(now), capacity);
                sheet.distribution(&WAIT, label, &meter.wait);
            }
            let capacity = node.memory.capacity().max(1) as f64;
            sheet.gauge(&FULL, label, node.memory.used() / capacity);
            sheet.gauge(&ENTRIES, label, node.memory.entries());
        }
    }

    fn reset(&mut self, now: Time) {
        self.door.reset();
        self.tally = Tally::default();
        self.nodes.iter_mut().for_each(|node| node.threads.reset(now));
    }

    fn loads(&self, now: Time) -> Vec<NodeLoad> {
        let Some(threads) = self.settings.threads else { return Vec::new() };
        let load = |node: &CacheNode| {
            let meter = node.threads.meter();
            let busy = meter.busy.mean(now).unwrap_or(0.0) / f64::from(threads);
            let (jobs, departures) = (node.threads.jobs(), meter.departures);
            NodeLoad { role: "", busy, own_busy: busy, jobs, departures }
        };
        self.nodes.iter().map(load).collect()
    }

    fn audit(&self, counts: &HopCounts) -> Result<(), String> {
        self.door.audit(counts)
    }
}
