//! External provider: a pure delay with an error rate, such as a payment or mail service.
//!
//! ```text
//! job -> wait `delay` -> completed, or failed with `error_rate`
//! ```

use super::flow::{Flow, FlowContext};
use super::keys::{NODE_COST, REGIONAL, regional};
use super::running::{BuildContext, Door, ERROR_RATE, NodeLoad, RESPONSE, Running, THROUGHPUT};
use super::wiring::WireSpec;
use super::{Blueprint, ComponentKind, Resolver, Spec};
use crate::blocks::distribution::Distribution;
use crate::blocks::station::Unlimited;
use crate::kernel::random::Stream;
use crate::kernel::time::Time;
use crate::kernel::{Component, Context, HopCounts, JobId, Note, Outcome, Rank, Timer};
use crate::language::key::{Key, Takes};
use crate::language::quantity::Fraction;
use crate::language::reader::TableReader;
use crate::measure::metric::{Metric, Node, Sheet};
use crate::measure::unit::Unit;

const KEYS: &[Key] = &[
    Key::required("delay", Takes::Distribution, "Time it takes to answer."),
    Key::with_default("error_rate", Takes::Fraction, "\"0%\"", "Share of answers that are errors."),
    NODE_COST,
];

const BUSY: Metric =
    Metric::level("busy", Unit::Count, "calls under way", "calls under way x seconds / seconds");
const METRICS: &[Metric] = &[RESPONSE, THROUGHPUT, ERROR_RATE, BUSY];

/// The external provider's entry in the list of kinds.
pub const KIND: ComponentKind = ComponentKind {
    name: "external",
    meaning: "A provider outside of the system: a pure delay with an error rate.",
    keys: &regional::<{ KEYS.len() + REGIONAL }>(KEYS),
    metrics: METRICS,
    read,
    example: "delay = { lognormal = { p50 = \"120ms\", p99 = \"900ms\" } }\nerror_rate = \"0.5%\"",
};

#[derive(Clone, Debug)]
struct External {
    delay: Distribution,
    error_rate: f64,
}

fn read(table: &mut TableReader<'_, '_>) -> Option<Box<dyn Spec>> {
    let delay = table.get::<Distribution>("delay");
    let error_rate = table.get::<Fraction>("error_rate");
    table.optional::<String>("node_cost");
    Some(Box::new(External { delay: delay?, error_rate: error_rate?.0 }))
}

impl Spec for External {
    fn wires(&self) -> Vec<WireSpec> {
        Vec::new()
    }

    fn resolve(&self, _resolver: &mut Resolver<'_, '_>) -> Option<Box<dyn Blueprint>> {
        Some(Box::new(self.clone()))
    }
}

impl Blueprint for External {
    fn flow(&self, _arriving: &[f64], _context: &FlowContext<'_>) -> Flow {
        let mut flow = Flow::default();
        flow.note_delay(&self.delay);
        flow
    }

    fn build(&self, context: &BuildContext<'_>) -> Box<dyn Running> {
        Box::new(RunningExternal {
            plan: self.clone(),
            station: Unlimited::new(),
            delays: context.stream("delay"),
            errors: context.stream("error"),
            door: Door::default(),
            finished: Vec::new(),
        })
    }
}

#[derive(Debug)]
struct RunningExternal {
    plan: External,
    station: Unlimited,
    delays: Stream,
    errors: Stream,
    door: Door,
    finished: Vec<JobId>,
}

impl Component for RunningExternal {
    fn on_request(&mut self, job: JobId, context: &mut Context<'_>) {
        let delay = self.plan.delay.sample(&mut context.draw(self.delays, job));
        let alarm = self.station.arrive(job, delay, context.now());
        context.note(job, Note::Starts("the provider"));
        context.wake_at(alarm.at, Rank::Release, 0, alarm.slot);
    }

    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        self.station.alarm(timer.slot, context.now(), &mut self.finished);
        for job in self.finished.drain(..) {
            let errs = context.draw(self.errors, job).chance(self.plan.error_rate);
            let outcome = if errs { Outcome::Failed } else { Outcome::Completed };
            let elapsed = context.reply(job, outcome);
            self.door.leave(outcome.is_ok(), elapsed);
        }
    }
}

impl Running for RunningExternal {
    fn measure(&self, now: Time, sheet: &mut Sheet) {
        self.door.measure(sheet);
        let busy = &self.station.meter().busy;
        sheet.level(&BUSY, Node::WHOLE, busy.integral(now), busy.maximum() as f64);
    }

    fn reset(&mut self, now: Time) {
        self.door.reset();
        self.station.reset(now);
    }

    fn loads(&self, _now: Time) -> Vec<NodeLoad> {
        Vec::new()
    }

    fn audit(&self, counts: &HopCounts) -> Result<(), String> {
        self.door.audit(counts)
    }
}
