//! Load balancer: hands each job to one of the servers of the component behind it.
//!
//! ```text
//! job -> choose a server -> wire to it -> answer passes back
//! ```
//!
//! It takes no time of its own. It knows the calls it has open itself, not the inside of a server;
//! a call that ran into its timeout no longer counts as open.

use super::caller::{Caller, Ended, OnError, Wire, passed_on};
use super::express::Part;
use super::flow::{Flow, FlowContext};
use super::keys::SENDS_TO;
use super::running::{BuildContext, Door, ERROR_RATE, NodeLoad, RESPONSE, Running, THROUGHPUT};
use super::wiring::{WireSpec, Wires};
use super::{Blueprint, ComponentKind, Resolver, Spec};
use crate::blocks::balance::{Balance, Policy};
use crate::kernel::random::Stream;
use crate::kernel::time::Time;
use crate::kernel::{Answer, Component, Context, HopCounts, JobId, Outcome, Timer};
use crate::language::key::{Given, Key, Takes};
use crate::language::reader::TableReader;
use crate::measure::metric::{Metric, Sheet};

mod express;

const POLICIES: &[(&str, Policy)] = &[
    ("round_robin", Policy::RoundRobin),
    ("random", Policy::Random),
    ("least_connections", Policy::LeastConnections),
    ("power_of_two", Policy::PowerOfTwo),
];

const KEYS: &[Key] = &[
    Key::with_default(
        "algorithm",
        Takes::OneOf(&["round_robin", "random", "least_connections", "power_of_two"]),
        "\"round_robin\"",
        "How it chooses a server.",
    ),
    Key { default: Given::Required, ..SENDS_TO },
];

const METRICS: &[Metric] = &[RESPONSE, THROUGHPUT, ERROR_RATE];

/// The load balancer's entry in the list of kinds.
pub const KIND: ComponentKind = ComponentKind {
    name: "load_balancer",
    meaning: "Spreads jobs over the servers of the component behind it.",
    keys: KEYS,
    metrics: METRICS,
    read,
    example: "algorithm = \"least_connections\"\nsends_to = \"app\"",
};

#[derive(Debug)]
struct LoadBalancer {
    policy: Policy,
    wires: Vec<WireSpec>,
}

fn read(table: &mut TableReader<'_, '_>) -> Option<Box<dyn Spec>> {
    let word = table.get_word("algorithm");
    let wires = table.get::<Wires>("sends_to");
    let policy = POLICIES.iter().find(|(name, _)| Some(*name) == word)?.1;
    Some(Box::new(LoadBalancer { policy, wires: wires?.0 }))
}

impl Spec for LoadBalancer {
    fn wires(&self) -> Vec<WireSpec> {
        self.wires.clone()
    }

    fn resolve(&self, _resolver: &mut Resolver<'_, '_>) -> Option<Box<dyn Blueprint>> {
        Some(Box::new(Plan { policy: self.policy }))
    }
}

#[derive(Debug)]
struct Plan {
    policy: Policy,
}

impl Blueprint for Plan {
    fn flow(&self, arriving: &[f64], context: &FlowContext<'_>) -> Flow {
        let mut flow = Flow::passing(arriving, context);
        let stuck = (0u16..)
            .zip(arriving)
            .filter(|(class, rate)| **rate > 0.0 && context.route(*class).is_none());
        flow.stuck = stuck.map(|(class, _)| class).collect();
        flow
    }

    fn build(&self, context: &BuildContext<'_>) -> Box<dyn Running> {
        Box::new(self.running(context))
    }

    fn build_express(&self, context: &BuildContext<'_>) -> Option<Part> {
        let [wire] = context.wires else { return None };
        wire.is_plain().then(|| Part::Balancer(self.running(context)))
    }
}

impl Plan {
    fn running(&self, context: &BuildContext<'_>) -> RunningBalancer {
        let balance = |wire: &Wire| Balance::new(self.policy, wire.nodes);
        RunningBalancer {
            caller: context.caller(),
            balances: context.wires.iter().map(balance).collect(),
            choice: context.stream("choice"),
            door: Door::default(),
            ended: Vec::new(),
        }
    }
}

/// A running load balancer.
#[derive(Debug)]
pub struct RunningBalancer {
    caller: Caller,
    /// Open calls on the servers behind each wire.
    balances: Vec<Balance>,
    choice: Stream,
    door: Door,
    ended: Vec<Ended>,
}

impl RunningBalancer {
    #[inline(always)]
    fn send(&mut self, job: JobId, wire: usize, context: &mut Context<'_>) {
        let server = self.balances[wire].choose(&mut context.draw(self.choice, job));
        // The job's note tells which server's call ends with its answer.
        context.job_mut(job).local = u32::from(server);
        self.caller.call(job, wire, server, context);
    }

    #[inline(always)]
    fn call_ended(&mut self, ended: Ended, context: &mut Context<'_>) {
        let Ended { job, wire, outcome } = ended;
        let data = context.job(job);
        self.balances[wire].close(data.local as u16);
        if !outcome.is_ok()
            && self.caller.on_error(wire) == OnError::Skip
            && let Some(next) = self.caller.route_after(data.class, wire)
        {
            return self.send(job, next, context);
        }
        self.answer(job, passed_on(outcome), context);
    }

    #[inline(always)]
    fn answer(&mut self, job: JobId, outcome: Outcome, context: &mut Context<'_>) {
        let elapsed = context.reply(job, outcome);
        self.door.leave(outcome.is_ok(), elapsed);
    }
}

impl Component for RunningBalancer {
    fn on_request(&mut self, job: JobId, context: &mut Context<'_>) {
        match self.caller.route(context.job(job).class) {
            Some(wire) => self.send(job, wire, context),
            None => self.answer(job, Outcome::Failed, context),
        }
    }

    fn on_reply(&mut self, answer: Answer, context: &mut Context<'_>) {
        if let Some(ended) = self.caller.answered(answer, context) {
            self.call_ended(ended, context);
        }
    }

    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        let mut ended = std::mem::take(&mut self.ended);
        self.caller.expire(timer.tag, context, &mut ended);
        ended.drain(..).for_each(|call| self.call_ended(call, context));
        self.ended = ended;
    }
}

impl Running for RunningBalancer {
    fn measure(&self, _now: Time, sheet: &mut Sheet) {
        self.door.measure(sheet);
    }

    fn reset(&mut self, _now: Time) {
        self.door.reset();
    }

    fn loads(&self, _now: Time) -> Vec<NodeLoad> {
        Vec::new()
    }

    fn audit(&self, counts: &HopCounts) -> Result<(), String> {
        self.door.audit(counts)
    }
}
