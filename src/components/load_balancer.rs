//! Load balancer: hands each job to one of the servers of the component behind it.
//!
//! ```text
//! job -> choose a server -> wire to it -> answer passes back
//! ```
//!
//! It takes no time of its own. It knows the calls it has open itself, not the inside of a server;
//! a call that ran into its timeout no longer counts as open.

use super::caller::{Caller, Ended, OnError, passed_on};
use super::express::Part;
use super::flow::{Flow, FlowContext};
use super::keys::{REGIONAL, SENDS_TO, regional};
use super::running::{BuildContext, Door, ERROR_RATE, NodeLoad, RESPONSE, Running, THROUGHPUT};
use super::wiring::{Name, Scope, SpreadSpec, WireSpec, Wires};
use super::{Blueprint, ComponentKind, Resolver, Spec};
use crate::blocks::balance::Policy;
use crate::blocks::geography::Geography;
use crate::kernel::random::Stream;
use crate::kernel::time::Time;
use crate::kernel::{Answer, Component, Context, HopCounts, JobId, Outcome, Timer};
use crate::language::key::{Given, Key, Takes};
use crate::language::reader::TableReader;
use crate::measure::metric::{Metric, Sheet};

mod choice;
mod express;

use choice::Choice;

const ALGORITHMS: &[&str] = &[
    "round_robin",
    "random",
    "least_connections",
    "power_of_two",
    "geographic",
    "latency",
    "weighted",
];

const KEYS: &[Key] = &[
    Key::with_default(
        "algorithm",
        Takes::OneOf(ALGORITHMS),
        "\"round_robin\"",
        "How it chooses a server; the last three choose among regions, with scope = \"all\": the \
         one nearest to the user, the one nearest to the balancer, or by `weights`.",
    ),
    Key::optional(
        "weights",
        Takes::MapOf(&Takes::Number),
        "Shares of the regions, as in { us = 2, eu = 1 }, with algorithm = \"weighted\".",
    ),
    Key { default: Given::Required, ..SENDS_TO },
];

const METRICS: &[Metric] = &[RESPONSE, THROUGHPUT, ERROR_RATE];

/// The load balancer's entry in the list of kinds.
pub const KIND: ComponentKind = ComponentKind {
    name: "load_balancer",
    meaning: "Spreads jobs over the servers of the component behind it.",
    keys: &regional::<{ KEYS.len() + REGIONAL }>(KEYS),
    metrics: METRICS,
    read,
    example: "algorithm = \"least_connections\"\nsends_to = \"app\"",
};

#[derive(Debug)]
struct LoadBalancer {
    plan: Plan,
    wires: Vec<WireSpec>,
    weights: Vec<(Name, f64)>,
}

/// How it chooses.
#[derive(Clone, Copy, Debug)]
struct Plan {
    policy: Policy,
    /// Whether it chooses among regions; the policy then means nothing.
    by_region: bool,
}

fn read(table: &mut TableReader<'_, '_>) -> Option<Box<dyn Spec>> {
    let word = table.get_word("algorithm");
    let wires = table.get::<Wires>("sends_to");
    let weights = read_weights(table, word);
    let (word, mut wires, weights) = (word?, wires?.0, weights?);
    let policy = match word {
        "random" => Policy::Random,
        "least_connections" => Policy::LeastConnections,
        "power_of_two" => Policy::PowerOfTwo,
        _ => Policy::RoundRobin,
    };
    let spread = match word {
        "geographic" => Some(SpreadSpec::User),
        "latency" => Some(SpreadSpec::Nearest),
        "weighted" => Some(SpreadSpec::Weights(weights.clone())),
        _ => None,
    };
    let by_region = spread.is_some();
    if let Some(spread) = spread {
        if wires.iter().any(|wire| wire.scope != Scope::All) {
            let label = "say so in `sends_to`, as in { to = \"app\", scope = \"all\" }";
            table.error("algorithm", "chooses among regions: it needs scope = \"all\"", label);
            return None;
        }
        wires.iter_mut().for_each(|wire| wire.spread = spread.clone());
    }
    Some(Box::new(LoadBalancer { plan: Plan { policy, by_region }, wires, weights }))
}

/// The weights of regions, which must be there exactly when they are used.
fn read_weights(
    table: &mut TableReader<'_, '_>,
    algorithm: Option<&str>,
) -> Option<Vec<(Name, f64)>> {
    let names = table.names("weights");
    let is_used = algorithm.is_none_or(|word| word == "weighted");
    if is_used && algorithm.is_some() && names.is_empty() {
        let label = "as in weights = { us = 2, eu = 1 }";
        table.error("algorithm", "needs `weights` beside it", label);
        return None;
    }
    if !is_used && table.given("weights") {
        let label = "say algorithm = \"weighted\", or leave it out";
        table.error("weights", "has no meaning with this algorithm", label);
        return None;
    }
    let mut weights = Vec::new();
    for (name, place) in names {
        let weight = table.named::<f64>("weights", name)?;
        weights.push((Name { text: name.to_owned(), place }, weight));
    }
    let is_weight = |weight: f64| weight.is_finite() && weight >= 0.0;
    let sum: f64 = weights.iter().map(|(_, weight)| *weight).sum();
    let are_sound = weights.iter().all(|(_, weight)| is_weight(*weight)) && is_weight(sum);
    if !weights.is_empty() && (!are_sound || sum == 0.0) {
        table.error("weights", "are no shares", "0 or more each, more than 0 in total");
        return None;
    }
    Some(weights)
}

impl Spec for LoadBalancer {
    fn wires(&self) -> Vec<WireSpec> {
        self.wires.clone()
    }

    fn resolve(&self, resolver: &mut Resolver<'_, '_>) -> Option<Box<dyn Blueprint>> {
        let known: Vec<_> = self.weights.iter().map(|(name, _)| resolver.region(name)).collect();
        known.into_iter().all(|region| region.is_some()).then_some(())?;
        Some(Box::new(self.plan))
    }
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
        (wire.is_plain() && !self.by_region).then(|| Part::Balancer(self.running(context)))
    }
}

impl Plan {
    fn running(&self, context: &BuildContext<'_>) -> RunningBalancer {
        let choice = |wire| Choice::new(self.policy, self.by_region, wire);
        RunningBalancer {
            caller: context.caller(),
            choices: context.wires.iter().map(choice).collect(),
            geography: context.geography.clone(),
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
    choices: Vec<Choice>,
    geography: Geography,
    choice: Stream,
    door: Door,
    ended: Vec<Ended>,
}

impl RunningBalancer {
    #[inline(always)]
    fn send(&mut self, job: JobId, wire: usize, context: &mut Context<'_>) {
        let draw = &mut context.draw(self.choice, job);
        let (user, now) = (context.job(job).user, context.now());
        let caller = &self.caller;
        let is_up = |target| caller.expects_up(wire, target, now);
        let chosen = self.choices[wire].choose(user, &self.geography, is_up, draw);
        // The job's note tells which server's call ends with its answer.
        context.job_mut(job).local = chosen.note;
        match &self.choices[wire] {
            Choice::Servers(_) => self.caller.call(job, wire, chosen.node, context),
            _ => self.caller.call_target(job, wire, (chosen.target, chosen.node), context),
        }
    }

    #[inline(always)]
    fn call_ended(&mut self, ended: Ended, context: &mut Context<'_>) {
        let Ended { job, wire, outcome } = ended;
        let data = context.job(job);
        self.choices[wire].close(data.local);
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
