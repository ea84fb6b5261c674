//! What stands before a component that can be down: refuses what comes meanwhile.
//!
//! ```text
//! job -> up? -> component ... answer
//!         |no
//!         +-> refused at once
//! ```
//!
//! What is inside when an outage begins is still worked off and answered; only what comes is
//! refused. Calls that do not get through (a cut lies between, or the other side is down) are sent
//! here marked, so that they too are counted where they were meant to go. What must hold: every
//! job that arrives is either refused here or the component's own.

use super::caller::NODE_UNREACHABLE;
use super::running::{ERROR_RATE, NodeLoad, Running};
use super::source::Source;
use crate::blocks::faults::Faults;
use crate::kernel::time::Time;
use crate::kernel::{Answer, Component, Context, HopCounts, JobId, Outcome, Timer};
use crate::measure::metric::Sheet;

/// A component behind its guard.
pub struct Guarded {
    inner: Box<dyn Running>,
    faults: Faults,
    /// Its place in the model.
    number: u16,
    region: u16,
    /// Jobs refused since the start.
    refused: u64,
    /// Those before the last reset.
    refused_before: u64,
}

impl Guarded {
    /// `inner`, the component of this number in this region, behind a guard.
    pub fn new(inner: Box<dyn Running>, number: u16, region: u16, faults: &Faults) -> Guarded {
        Guarded { inner, faults: faults.clone(), number, region, refused: 0, refused_before: 0 }
    }

    fn is_up(&self, now: Time) -> bool {
        self.faults.region_is_up(self.region, now) && self.faults.component_is_up(self.number, now)
    }
}

impl Component for Guarded {
    fn on_start(&mut self, context: &mut Context<'_>) {
        self.inner.on_start(context);
    }

    fn on_request(&mut self, job: JobId, context: &mut Context<'_>) {
        if context.job(job).node != NODE_UNREACHABLE && self.is_up(context.now()) {
            return self.inner.on_request(job, context);
        }
        self.refused += 1;
        context.reply(job, Outcome::Rejected);
    }

    fn on_reply(&mut self, answer: Answer, context: &mut Context<'_>) {
        self.inner.on_reply(answer, context);
    }

    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        self.inner.on_timer(timer, context);
    }
}

impl Running for Guarded {
    fn measure(&self, now: Time, sheet: &mut Sheet) {
        self.inner.measure(now, sheet);
        let refused = (self.refused - self.refused_before) as f64;
        sheet.add_to_ratio(&ERROR_RATE, refused, refused);
    }

    fn reset(&mut self, now: Time) {
        self.inner.reset(now);
        self.refused_before = self.refused;
    }

    fn loads(&self, now: Time) -> Vec<NodeLoad> {
        self.inner.loads(now)
    }

    fn audit(&self, counts: &HopCounts) -> Result<(), String> {
        let (arrived, rejected) = (counts.arrived, counts.rejected);
        let own = |count: u64| {
            count.checked_sub(self.refused).ok_or_else(|| {
                format!("{} were refused by its guard, the kernel counts {count}", self.refused)
            })
        };
        let counts = HopCounts { arrived: own(arrived)?, rejected: own(rejected)?, ..*counts };
        self.inner.audit(&counts)
    }

    fn as_source(&mut self) -> Option<&mut Source> {
        self.inner.as_source()
    }
}
