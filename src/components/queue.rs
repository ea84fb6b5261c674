//! Message queue: takes a message, acknowledges it at once, and lets consumers work it off.
//!
//! ```text
//! job -> room? -> acknowledged            (the sender goes on)
//!        message -> line -> consumer: service time, then along the wires -> gone
//! ```
//!
//! A message is a child of the job that brought it and outlives it. What must hold: every message
//! taken is waiting, at a consumer, or processed.

use super::caller::{Caller, Ended, OnError};
use super::flow::{Flow, FlowContext, StationFlow};
use super::keys::{NODE_COST, REGIONAL, SENDS_TO, regional};
use super::running::{BuildContext, Door, ERROR_RATE, NodeLoad, RESPONSE, Running, THROUGHPUT};
use super::wiring::{WireSpec, Wires};
use super::{Blueprint, ComponentKind, Resolver, Spec};
use crate::blocks::distribution::Distribution;
use crate::blocks::station::{Admission, Full, Pool};
use crate::kernel::random::Stream;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{
    Answer, Component, Context, HopCounts, JobId, NODE_ANY, Note, Outcome, Rank, Timer,
};
use crate::language::key::{Key, Takes};
use crate::language::quantity::{Count, Limit};
use crate::language::reader::TableReader;
use crate::measure::histogram::Histogram;
use crate::measure::metric::{Metric, Node, Sheet};
use crate::measure::unit::Unit;

const KEYS: &[Key] = &[
    Key::with_default("consumers", Takes::Count, "1", "Messages worked on at the same time."),
    Key::required("service_time", Takes::Distribution, "Time a consumer takes for a message."),
    Key::with_default(
        "queue_limit",
        Takes::Limit,
        "\"100K\"",
        "Messages that can wait; further ones are rejected.",
    ),
    SENDS_TO,
    NODE_COST,
];

const DEPTH: Metric = Metric::level(
    "depth",
    Unit::Count,
    "messages that wait",
    "waiting messages x seconds / seconds",
)
.headline();
const RATE: Metric = Metric::ratio(
    "rate",
    Unit::PerSecond,
    "messages processed per second",
    "processed / measured seconds",
);
const AGE: Metric = Metric::times(
    "age",
    "time a message waits before a consumer takes it",
    "taken by a consumer - enqueued",
);
const COMPLETION: Metric = Metric::times(
    "completion_time",
    "time from sending the request until its message is processed",
    "processed - request sent, over messages processed well",
);
const BUSY: Metric = Metric::ratio(
    "consumers.busy",
    Unit::Fraction,
    "share of the consumers at work",
    "busy consumers x seconds / (consumers x seconds)",
);
const FAILED: Metric = Metric::ratio(
    "failed",
    Unit::PerSecond,
    "messages whose processing failed, per second",
    "failed / measured seconds",
);
const METRICS: &[Metric] =
    &[RESPONSE, THROUGHPUT, ERROR_RATE, DEPTH, RATE, AGE, COMPLETION, BUSY, FAILED];

/// The queue's entry in the list of kinds.
pub const KIND: ComponentKind = ComponentKind {
    name: "queue",
    meaning: "Takes messages, acknowledges them at once, and lets consumers work them off.",
    keys: &regional::<{ KEYS.len() + REGIONAL }>(KEYS),
    metrics: METRICS,
    read,
    example: "consumers = 4\nservice_time = { exponential = \"20ms\" }\nqueue_limit = \"10K\"",
};

#[derive(Debug)]
struct Queue {
    plan: Plan,
    wires: Vec<WireSpec>,
}

#[derive(Clone, Debug)]
struct Plan {
    consumers: u64,
    service_time: Distribution,
    limit: Option<u64>,
}

fn read(table: &mut TableReader<'_, '_>) -> Option<Box<dyn Spec>> {
    let consumers = table.get::<Count>("consumers");
    if consumers == Some(Count(0)) {
        table.error("consumers", "nobody would work the messages off", "at least 1");
    }
    let service_time = table.get::<Distribution>("service_time");
    let limit = table.get::<Limit>("queue_limit");
    let wires = table.optional::<Wires>("sends_to");
    table.optional::<String>("node_cost");
    let plan =
        Plan { consumers: consumers?.0, service_time: service_time?, limit: limit?.finite() };
    let wires = wires?.map_or_else(Vec::new, |wires| wires.0);
    Some(Box::new(Queue { plan, wires }))
}

impl Spec for Queue {
    fn wires(&self) -> Vec<WireSpec> {
        self.wires.clone()
    }

    fn resolve(&self, _resolver: &mut Resolver<'_, '_>) -> Option<Box<dyn Blueprint>> {
        Some(Box::new(self.plan.clone()))
    }
}

impl Blueprint for Plan {
    fn flow(&self, arriving: &[f64], context: &FlowContext<'_>) -> Flow {
        let mut flow = Flow::passing(arriving, context);
        let rate = arriving.iter().sum::<f64>();
        let busy = Some(rate * self.service_time.mean());
        let (station, servers) = ("consumers".to_owned(), self.consumers as f64);
        flow.stations.push(StationFlow { station, servers, rate, busy });
        flow
    }

    fn build(&self, context: &BuildContext<'_>) -> Box<dyn Running> {
        Box::new(RunningQueue {
            plan: self.clone(),
            consumers: Pool::new(self.consumers, self.limit),
            caller: context.caller(),
            service: context.stream("service"),
            door: Door::default(),
            tally: Tally::default(),
            taken: 0,
            done: 0,
            ended: Vec::new(),
        })
    }
}

#[derive(Clone, Debug, Default)]
struct Tally {
    processed: u64,
    failed: u64,
    completion: Histogram,
}

#[derive(Debug)]
struct RunningQueue {
    plan: Plan,
    consumers: Pool,
    caller: Caller,
    service: Stream,
    door: Door,
    tally: Tally,
    /// Messages taken and done with since time zero.
    taken: u64,
    done: u64,
    ended: Vec<Ended>,
}

/// What its consumers are called in notes.
const CONSUMER: &str = "a consumer";

/// Tells a message apart from other children of the job that brought it.
const MESSAGE_SALT: u64 = 1 << 35;

impl RunningQueue {
    fn consume(&mut self, message: JobId, context: &mut Context<'_>) {
        let work = self.plan.service_time.sample(&mut context.draw(self.service, message));
        context.note(message, Note::Starts(CONSUMER));
        context.wake_after(work, Rank::Release, 0, message.0);
    }

    fn send(&mut self, message: JobId, wire: Option<usize>, context: &mut Context<'_>) {
        match wire {
            Some(wire) => self.caller.call(message, wire, NODE_ANY, context),
            None => self.processed(message, true, context),
        }
    }

    fn processed(&mut self, message: JobId, ok: bool, context: &mut Context<'_>) {
        self.done += 1;
        self.tally.processed += u64::from(ok);
        self.tally.failed += u64::from(!ok);
        if ok {
            let since_sent = context.now() - context.job(message).born;
            self.tally.completion.record(since_sent.nanos());
        }
        context.join(message);
        if let Some(next) = self.consumers.give_back(context.now()) {
            self.consume(next.job, context);
        }
    }

    fn call_ended(&mut self, ended: Ended, context: &mut Context<'_>) {
        let Ended { job, wire, outcome } = ended;
        if outcome.is_ok() {
            self.processed(job, true, context);
        } else if self.caller.on_error(wire) == OnError::Skip {
            let next = self.caller.route_after(context.job(job).class, wire);
            self.send(job, next, context);
        } else {
            self.processed(job, false, context);
        }
    }
}

impl Component for RunningQueue {
    fn on_request(&mut self, job: JobId, context: &mut Context<'_>) {
        let message = context.fork(job, MESSAGE_SALT);
        context.note(message, Note::Purpose("message"));
        let outcome = match self.consumers.take(message, Duration::ZERO, context.now()) {
            Ok(admission) => {
                self.taken += 1;
                // The message goes on when its sender has long been answered.
                context.cut_off(message);
                match admission {
                    Admission::Taken => self.consume(message, context),
                    Admission::Waits => context.note(message, Note::Waits(CONSUMER)),
                }
                Outcome::Completed
            }
            Err(Full) => {
                context.note(message, Note::Full(CONSUMER));
                context.join(message);
                Outcome::Rejected
            }
        };
        let elapsed = context.reply(job, outcome);
        self.door.leave(outcome.is_ok(), elapsed);
    }

    fn on_reply(&mut self, answer: Answer, context: &mut Context<'_>) {
        if let Some(ended) = self.caller.answered(answer, context) {
            self.call_ended(ended, context);
        }
    }

    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        if !Caller::owns(timer.tag) {
            let message = JobId(timer.slot);
            let wire = self.caller.route(context.job(message).class);
            return self.send(message, wire, context);
        }
        let mut ended = std::mem::take(&mut self.ended);
        self.caller.expire(timer.tag, context, &mut ended);
        ended.drain(..).for_each(|call| self.call_ended(call, context));
        self.ended = ended;
    }
}

impl Running for RunningQueue {
    fn measure(&self, now: Time, sheet: &mut Sheet) {
        self.door.measure(sheet);
        let meter = self.consumers.meter();
        let depth = &meter.waiting;
        sheet.level(&DEPTH, Node::WHOLE, depth.integral(now), depth.maximum() as f64);
        sheet.rate(&RATE, Node::WHOLE, self.tally.processed);
        sheet.distribution(&AGE, Node::WHOLE, &meter.wait);
        sheet.distribution(&COMPLETION, Node::WHOLE, &self.tally.completion);
        let capacity = self.plan.consumers as f64 * sheet.seconds;
        sheet.ratio(&BUSY, Node::WHOLE, meter.busy.integral(now), capacity);
        sheet.rate(&FAILED, Node::WHOLE, self.tally.failed);
    }

    fn reset(&mut self, now: Time) {
        self.door.reset();
        self.tally = Tally::default();
        self.consumers.reset(now);
    }

    fn loads(&self, now: Time) -> Vec<NodeLoad> {
        let meter = self.consumers.meter();
        let busy = meter.busy.mean(now).unwrap_or(0.0) / self.plan.consumers as f64;
        let (jobs, departures) = (self.consumers.jobs(), meter.departures);
        vec![NodeLoad { role: "", busy, own_busy: busy, jobs, departures }]
    }

    fn audit(&self, counts: &HopCounts) -> Result<(), String> {
        let here = self.consumers.jobs();
        if self.taken != self.done + here {
            return Err(format!(
                "{} messages taken, {} done with, {here} here",
                self.taken, self.done
            ));
        }
        self.door.audit(counts)
    }
}
