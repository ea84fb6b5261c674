//! A running service: workers, cores, and the interpreter of its programs.

mod express;

use super::program::{Ask, Instruction, Programs};
use crate::blocks::station::{Admission, Full, Pool, Station};
use crate::components::access::Dataset;
use crate::components::caller::{Caller, Ended, OnError, passed_on};
use crate::components::notes;
use crate::components::running::Door;
use crate::kernel::random::Stream;
use crate::kernel::time::Duration;
use crate::kernel::{
    Answer, Component, Context, JobId, NODE_ANY, Note, Outcome, Rank, Timer, TimerTag,
};
use std::ops::Range;

/// Timer tag of a `wait` step; below it lie the cores of the servers, by number.
const WAIT_TAG: TimerTag = 0xBFFF;
/// Tell the children of one job apart: the branch or the step they were made for.
const BRANCH_SALT: u64 = 1 << 32;
const ASK_SALT: u64 = 1 << 33;

/// What its workers are called in notes.
const WORKER: &str = "a worker";

// A job's note: where its program goes on, and marks.
/// The address at which the job's program goes on.
const ADDRESS: u32 = 0xFFFF;
/// One of the job's branches failed.
const BRANCH_FAILED: u32 = 1 << 16;
/// The job must take a worker again before it goes on.
const WITHOUT_WORKER: u32 = 1 << 17;
/// The job is a branch of a `parallel` step.
const BRANCH: u32 = 1 << 18;
/// The job was made to ask another component, and ends with the answer.
const ASKING: u32 = 1 << 19;

/// One server of the service.
#[derive(Debug)]
pub struct Server {
    /// Workers: a job holds one from its start to its answer.
    pub workers: Pool,
    /// Cores on which the workers compute.
    pub cores: Station,
}

/// What is the same for all servers of a service.
#[derive(Debug)]
pub struct Settings {
    /// What it does for each class.
    pub programs: Programs,
    /// Cores a server has.
    pub cores: u64,
    /// Whether a worker is free for others while its job waits for an answer.
    pub frees_workers: bool,
    /// Datasets, for steps that draw keys.
    pub datasets: Vec<Dataset>,
}

/// A running service.
#[derive(Debug)]
pub struct RunningService {
    pub(super) settings: Settings,
    pub(super) servers: Vec<Server>,
    caller: Caller,
    pub(super) door: Door,
    pub(super) rejected: u64,
    pub(super) skipped: u64,
    next_server: u16,
    /// Jobs that can go on now, each at the address in its note.
    runnable: Vec<JobId>,
    ended: Vec<Ended>,
}

impl RunningService {
    /// A service at time zero.
    pub fn new(settings: Settings, servers: Vec<Server>, caller: Caller) -> RunningService {
        RunningService {
            settings,
            servers,
            caller,
            door: Door::default(),
            rejected: 0,
            skipped: 0,
            next_server: 0,
            runnable: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// The server for a job that comes without one: they take turns.
    #[inline]
    pub(in crate::components) fn take_turn(&mut self) -> u16 {
        let server = self.next_server;
        let following = server + 1;
        self.next_server = if usize::from(following) == self.servers.len() { 0 } else { following };
        server
    }

    /// Lets every runnable job run until it waits for something.
    #[inline]
    fn run_all(&mut self, context: &mut Context<'_>) {
        while let Some(job) = self.runnable.pop() {
            self.run(job, context);
        }
    }

    /// Runs a job until it waits for something. The three instructions of a plain service are in
    /// line here, the others behind a call (66 instructions a request less in `tiers`).
    #[inline(always)]
    fn run(&mut self, job: JobId, context: &mut Context<'_>) {
        let mut address = context.job(job).local as u16;
        loop {
            let data = context.job_mut(job);
            data.local = data.local & !ADDRESS | u32::from(address + 1);
            match self.settings.programs.at(address) {
                Instruction::Compute(work, stream) => {
                    let work = work.duration(data, *stream);
                    return self.compute(job, data.node, work, context);
                }
                Instruction::Send => match self.caller.route(data.class) {
                    Some(wire) => {
                        let freed = self.give_worker_up(job, context);
                        self.caller.call(job, wire, NODE_ANY, context);
                        return self.pass_worker_on(freed, context);
                    }
                    None => address += 1,
                },
                Instruction::Reply => return self.answer(job, Outcome::Completed, context),
                _ => match self.run_step(job, address, context) {
                    Some(next) => address = next,
                    None => return,
                },
            }
        }
    }

    /// Runs an instruction of a handler. Returns the address at which the job goes on, unless it
    /// waits.
    fn run_step(&mut self, job: JobId, address: u16, context: &mut Context<'_>) -> Option<u16> {
        match self.settings.programs.at(address) {
            Instruction::Wait(law, stream) => {
                let span = law.sample(&mut context.draw(*stream, job));
                context.note(job, Note::Starts("a pause"));
                context.wake_after(span, Rank::Timer, WAIT_TAG, job.0);
            }
            Instruction::Ask(ask, stream) => {
                let (ask, stream) = (*ask, *stream);
                let freed = self.give_worker_up(job, context);
                self.ask(job, address, ask, stream, context);
                self.pass_worker_on(freed, context);
            }
            Instruction::Parallel(branches, after) => {
                let (branches, after) = (branches.clone(), *after);
                self.fork_branches(job, branches, after, context);
            }
            Instruction::Unless(probability, stream, otherwise) => {
                let taken = context.draw(*stream, job).chance(*probability);
                return Some(if taken { address + 1 } else { *otherwise });
            }
            Instruction::EndBranch => self.end_branch(job, true, context),
            Instruction::Compute(..) | Instruction::Send | Instruction::Reply => {
                unreachable!("the plain instructions are run in line")
            }
        }
        None
    }

    #[inline(always)]
    fn compute(&mut self, job: JobId, node: u16, work: Duration, context: &mut Context<'_>) {
        let cores = &mut self.servers[usize::from(node)].cores;
        let alarm = cores.arrive(job, work, context.now());
        // Cores have no bound of their own: the workers in front of them do.
        let alarm = alarm.expect("an unbounded line has room");
        notes::arrived(job, cores, alarm, "a core", context);
        if let Some(alarm) = alarm {
            context.wake_at(alarm.at, Rank::Release, node, alarm.slot);
        }
    }

    fn ask(&mut self, job: JobId, at: u16, ask: Ask, keys: Stream, context: &mut Context<'_>) {
        let child = context.fork(job, ASK_SALT | u64::from(at));
        context.note(child, Note::Purpose("call of a step"));
        let key = ask.key.map(|(dataset, choice)| {
            let data = context.job(child);
            let dataset = &self.settings.datasets[usize::from(dataset)];
            dataset.draw_key(choice, data.user, data.identity, &mut context.draw(keys, child))
        });
        let data = context.job_mut(child);
        data.class = ask.class;
        data.key = key.unwrap_or(data.key);
        data.local = ASKING;
        self.caller.call(child, ask.wire, NODE_ANY, context);
    }

    fn fork_branches(
        &mut self,
        job: JobId,
        branches: Range<usize>,
        after: u16,
        context: &mut Context<'_>,
    ) {
        let note = &mut context.job_mut(job).local;
        *note = *note & !ADDRESS | u32::from(after);
        for branch in branches {
            let child = context.fork(job, BRANCH_SALT | branch as u64);
            context.note(child, Note::Purpose("parallel branch"));
            let start = self.settings.programs.branch(branch);
            context.job_mut(child).local = BRANCH | u32::from(start);
            self.runnable.push(child);
        }
    }

    /// A call goes out: an asynchronous worker serves others meanwhile. Returns the server whose
    /// worker is free. A branch works on its parent's worker, which is held until the join.
    fn give_worker_up(&mut self, job: JobId, context: &mut Context<'_>) -> Option<u16> {
        let data = context.job_mut(job);
        if !self.settings.frees_workers || data.local & (BRANCH | WITHOUT_WORKER) != 0 {
            return None;
        }
        data.local |= WITHOUT_WORKER;
        Some(data.node)
    }

    #[inline(always)]
    fn pass_worker_on(&mut self, freed: Option<u16>, context: &mut Context<'_>) {
        if let Some(server) = freed {
            let workers = &mut self.servers[usize::from(server)].workers;
            if let Some(next) = workers.give_back(context.now()) {
                context.note(next.job, Note::Takes(WORKER));
                self.runnable.push(next.job);
            }
        }
    }

    /// A job goes on after an answer; if it gave its worker up it needs one again.
    #[inline]
    fn resume(&mut self, job: JobId, context: &mut Context<'_>) {
        let now = context.now();
        let data = context.job_mut(job);
        if data.local & WITHOUT_WORKER != 0 {
            data.local &= !WITHOUT_WORKER;
            let workers = &mut self.servers[usize::from(data.node)].workers;
            if workers.take_again(job, now) == Admission::Waits {
                context.note(job, Note::Waits(WORKER));
                return;
            }
        }
        self.runnable.push(job);
    }

    fn end_branch(&mut self, child: JobId, ok: bool, context: &mut Context<'_>) {
        let parent = context.join(child).expect("a job waits for all its branches");
        let data = context.job_mut(parent);
        if !ok {
            data.local |= BRANCH_FAILED;
        }
        if data.pending > 0 {
            return;
        }
        if data.local & BRANCH_FAILED == 0 {
            self.runnable.push(parent);
        } else {
            data.local &= !BRANCH_FAILED;
            self.give_up(parent, Outcome::Failed, context);
        }
    }

    /// A job cannot go on: what it asked for ended in an error.
    fn give_up(&mut self, job: JobId, outcome: Outcome, context: &mut Context<'_>) {
        if context.job(job).local & BRANCH != 0 {
            self.end_branch(job, false, context);
        } else {
            self.answer(job, outcome, context);
        }
    }

    #[inline]
    fn answer(&mut self, job: JobId, outcome: Outcome, context: &mut Context<'_>) {
        let data = context.job(job);
        let freed = (data.local & WITHOUT_WORKER == 0).then_some(data.node);
        let elapsed = context.reply(job, outcome);
        self.door.leave(outcome.is_ok(), elapsed);
        self.pass_worker_on(freed, context);
    }

    /// A call along the wires or of a step has ended.
    #[inline]
    fn call_ended(&mut self, ended: Ended, context: &mut Context<'_>) {
        let Ended { mut job, wire, outcome } = ended;
        let asked = context.job(job).local & ASKING != 0;
        if asked {
            job = context.join(job).expect("a job waits for what it asked");
        }
        if outcome.is_ok() {
            return self.resume(job, context);
        }
        if self.caller.on_error(wire) == OnError::Fail {
            return self.give_up(job, passed_on(outcome), context);
        }
        self.skipped += 1;
        context.note(job, Note::Found("goes on without the answer"));
        let next = if asked { None } else { self.caller.route_after(context.job(job).class, wire) };
        match next {
            Some(next) => self.caller.call(job, next, NODE_ANY, context),
            None => self.resume(job, context),
        }
    }
}

impl Component for RunningService {
    fn on_request(&mut self, job: JobId, context: &mut Context<'_>) {
        let now = context.now();
        let data = context.job_mut(job);
        if data.node == NODE_ANY {
            data.node = self.take_turn();
        }
        data.local = u32::from(self.settings.programs.entry(data.class));
        match self.servers[usize::from(data.node)].workers.take(job, Duration::ZERO, now) {
            Ok(Admission::Taken) => {
                self.runnable.push(job);
                self.run_all(context);
            }
            Ok(Admission::Waits) => context.note(job, Note::Waits(WORKER)),
            Err(Full) => {
                context.note(job, Note::Full(WORKER));
                self.rejected += 1;
                let elapsed = context.reply(job, Outcome::Rejected);
                self.door.leave(false, elapsed);
            }
        }
    }

    fn on_reply(&mut self, answer: Answer, context: &mut Context<'_>) {
        if let Some(ended) = self.caller.answered(answer, context) {
            self.call_ended(ended, context);
            self.run_all(context);
        }
    }

    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        if Caller::owns(timer.tag) {
            let mut ended = std::mem::take(&mut self.ended);
            self.caller.expire(timer.tag, context, &mut ended);
            for call in ended.drain(..) {
                self.call_ended(call, context);
            }
            self.ended = ended;
        } else if timer.tag == WAIT_TAG {
            self.runnable.push(JobId(timer.slot));
        } else {
            let cores = &mut self.servers[usize::from(timer.tag)].cores;
            if let Some(next) = cores.alarm(timer.slot, context.now(), &mut self.runnable) {
                notes::begun(cores, next, "a core", context);
                context.wake_at(next.at, Rank::Release, timer.tag, next.slot);
            }
        }
        self.run_all(context);
    }
}
