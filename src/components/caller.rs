//! Calling other components: wires with latency, patience, and a way to go on after an error.
//!
//! Every component that sends jobs on owns a [`Caller`]. What must hold:
//! - a caller that gives up does not stop the work: a call with a timeout runs in a forked child,
//!   which is cut off when the time is over, goes on to its own end, and is counted as abandoned;
//! - each call is answered exactly once: by the callee or by the timeout, whichever comes first.

use crate::blocks::faults::Faults;
use crate::kernel::random::Stream;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Answer, ComponentId, Context, Hop, JobId, JobTicket, NODE_ANY, Note, Outcome};
use crate::kernel::{Rank, TimerTag, random};
use std::collections::VecDeque;

pub use super::wire::{OnError, Target, Wire};

/// Told as its node to a job that does not get where it was sent: a guard stands there, which
/// refuses it.
pub const NODE_UNREACHABLE: u16 = NODE_ANY - 1;

/// First timer tag of the timeouts; a component's own tags lie below.
pub const TIMEOUT_TAGS: TimerTag = 0xC000;
/// Branch numbers of timed calls, apart from those a component uses for its own children.
const TIMED_BRANCH: u64 = 0x7469_6D65_6400_0000;

/// An open call with a timeout.
#[derive(Clone, Copy, Debug)]
struct Patience {
    until: Time,
    child: JobTicket,
    to: ComponentId,
}

#[derive(Clone, Debug)]
struct Line {
    /// The way of every call, when it is always the same and nobody counts the time.
    direct: Option<Way>,
    timeout: Option<Duration>,
    /// The node a job is told when none is chosen, or even then.
    any_node: u16,
    outward: Stream,
    homeward: Stream,
    /// Open calls in the order in which their patience ends: all wait equally long.
    waiting: VecDeque<Patience>,
    /// Whether an alarm is set for the first of them.
    armed: bool,
    wire: Wire,
}

/// A way to a component and back.
#[derive(Clone, Copy, Debug)]
struct Way {
    to: ComponentId,
    outward: Duration,
    homeward: Duration,
}

impl Line {
    /// The way of every call, when its latency is constant, it leads to one place, and there is
    /// neither patience nor fault.
    fn direct(wire: &Wire, faults: &Faults) -> Option<Way> {
        let latency = wire.latency.is_constant()?;
        let is_simple = wire.timeout.is_none() && faults.is_empty();
        is_simple.then(|| way(wire.nearest(), latency, latency))
    }
}

/// The way to a target and back, with so much latency each way.
fn way(target: Target, outward: Duration, homeward: Duration) -> Way {
    let homeward = (homeward + target.homeward).min(LONGEST_WIRE);
    Way { to: target.to, outward: outward + target.outward, homeward }
}

/// The end of a call, as its component sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended {
    /// The job that was sent, here again.
    pub job: JobId,
    /// The wire it was sent along.
    pub wire: usize,
    /// How it went.
    pub outcome: Outcome,
}

/// A component's outgoing wires and the calls open on them.
#[derive(Clone, Debug)]
pub struct Caller {
    lines: Vec<Line>,
    faults: Faults,
    /// For each class, the first wire that takes it.
    first: Vec<Option<u16>>,
}

impl Caller {
    /// The wires of `component` in this seed and repeat, under these faults.
    pub fn new(
        wires: &[Wire],
        faults: &Faults,
        (seed, repeat): (u64, u32),
        component: &str,
    ) -> Caller {
        let line = |(index, wire): (usize, &Wire)| Line {
            direct: Line::direct(wire, faults),
            timeout: wire.timeout,
            any_node: wire.any_node,
            outward: Stream::new(seed, repeat, component, &format!("wire {index} outward")),
            homeward: Stream::new(seed, repeat, component, &format!("wire {index} homeward")),
            waiting: VecDeque::new(),
            armed: false,
            wire: wire.clone(),
        };
        let classes = wires.first().map_or(0, |wire| wire.takes.len());
        let first = |class| (0u16..).zip(wires).find(|(_, wire)| wire.takes[class]);
        Caller {
            lines: wires.iter().enumerate().map(line).collect(),
            faults: faults.clone(),
            first: (0..classes).map(|class| first(class).map(|(wire, _)| wire)).collect(),
        }
    }

    /// The first wire that takes this class.
    #[inline]
    pub fn route(&self, class: u16) -> Option<usize> {
        self.first.get(usize::from(class)).copied().flatten().map(usize::from)
    }

    /// The first wire after `wire` that takes this class.
    pub fn route_after(&self, class: u16, wire: usize) -> Option<usize> {
        let takes = |wire: &usize| self.lines[*wire].wire.takes[usize::from(class)];
        (wire + 1..self.lines.len()).find(takes)
    }

    /// What the component does about an error on a wire.
    pub fn on_error(&self, wire: usize) -> OnError {
        self.lines[wire].wire.on_error
    }

    /// Whether callers think that a target of a wire can be reached: what was so a while ago.
    pub fn expects_up(&self, wire: usize, target: usize, now: Time) -> bool {
        let noticed = self.faults.noticed(now);
        self.lines[wire].wire.reaches(target, &self.faults, noticed)
    }

    /// The nearest target of a wire that callers think can be reached; the nearest of all when
    /// there is none.
    fn preferred(&self, wire: usize, now: Time) -> usize {
        let targets = self.lines[wire].wire.targets.len();
        if targets == 1 {
            return 0;
        }
        (0..targets).find(|&target| self.expects_up(wire, target, now)).unwrap_or(0)
    }

    /// Sends a job along a wire to one of the callee's nodes.
    #[inline(always)]
    pub fn call(&mut self, job: JobId, wire: usize, node: u16, context: &mut Context<'_>) {
        let line = &self.lines[wire];
        let Some(Way { to, outward, homeward }) = line.direct else {
            let target = self.preferred(wire, context.now());
            return self.call_target(job, wire, (target, node), context);
        };
        let is_told = node == NODE_ANY || line.any_node != NODE_ANY;
        let node = if is_told { line.any_node } else { node };
        context.forward(job, Hop { to, node, wire: wire as u16, outward, homeward });
    }

    /// Sends a job along a wire to a node of one of its targets.
    pub fn call_target(
        &mut self,
        job: JobId,
        wire: usize,
        (target, node): (usize, u16),
        context: &mut Context<'_>,
    ) {
        let gets_there = self.lines[wire].wire.reaches(target, &self.faults, context.now());
        let line = &mut self.lines[wire];
        let target = line.wire.targets[target];
        let node = match node {
            _ if !gets_there => NODE_UNREACHABLE,
            _ if line.any_node != NODE_ANY => line.any_node,
            NODE_ANY => NODE_ANY,
            // Another region may have fewer nodes than the one the choice was made for.
            node => node % target.nodes,
        };
        let traveller = match line.timeout {
            None => job,
            Some(timeout) => {
                let child = context.fork(job, random::mix(TIMED_BRANCH, wire as u64));
                context.note(child, Note::Purpose("call with a timeout"));
                context.job_mut(child).local = TIMED;
                let until = context.now() + timeout;
                let child_ticket = context.ticket(child);
                line.waiting.push_back(Patience { until, child: child_ticket, to: target.to });
                if !line.armed {
                    line.armed = true;
                    let tag = TIMEOUT_TAGS + wire as TimerTag;
                    context.wake_at(until, Rank::Deadline, tag, 0);
                }
                child
            }
        };
        let draw = |stream: Stream| line.wire.latency.sample(&mut context.draw(stream, traveller));
        let Way { to, outward, homeward } = match line.wire.latency.is_constant() {
            // A refusal comes at once.
            _ if !gets_there => {
                Way { to: target.to, outward: Duration::ZERO, homeward: Duration::ZERO }
            }
            Some(latency) => way(target, latency, latency),
            None => way(target, draw(line.outward), draw(line.homeward)),
        };
        context.forward(traveller, Hop { to, node, wire: wire as u16, outward, homeward });
    }

    /// An answer came. `None` when nobody waits for it any more.
    #[inline(always)]
    pub fn answered(&mut self, answer: Answer, context: &mut Context<'_>) -> Option<Ended> {
        let wire = usize::from(answer.wire);
        let outcome = answer.outcome;
        if self.lines[wire].timeout.is_none() {
            return Some(Ended { job: answer.job, wire, outcome });
        }
        let job = context.join(answer.job)?;
        Some(Ended { job, wire, outcome })
    }

    /// Whether a timer is one of this caller's timeouts.
    #[inline]
    pub fn owns(tag: TimerTag) -> bool {
        tag >= TIMEOUT_TAGS
    }

    /// A timeout's timer went off: appends the calls whose patience is over.
    pub fn expire(&mut self, tag: TimerTag, context: &mut Context<'_>, ended: &mut Vec<Ended>) {
        let wire = usize::from(tag - TIMEOUT_TAGS);
        let line = &mut self.lines[wire];
        line.armed = false;
        while let Some(&Patience { until, child, to }) = line.waiting.front() {
            if !context.is_live(child) {
                line.waiting.pop_front();
            } else if until <= context.now() {
                line.waiting.pop_front();
                context.abandon(child.job, to);
                if let Some(job) = context.cut_off(child.job) {
                    ended.push(Ended { job, wire, outcome: Outcome::TimedOut });
                }
            } else {
                line.armed = true;
                context.wake_at(until, Rank::Deadline, tag, 0);
                return;
            }
        }
    }
}

/// Note of a child made for a timed call.
const TIMED: u32 = u32::MAX;

/// The longest time an answer spends on a wire; a law with a longer tail is cut here.
const LONGEST_WIRE: Duration = Duration::from_nanos(u32::MAX as u64);

/// How a component answers after a call of its own ended so: what went wrong further on is a
/// failure here, except that a timeout of its own is a timeout.
pub fn passed_on(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Completed => Outcome::Completed,
        Outcome::TimedOut => Outcome::TimedOut,
        _ => Outcome::Failed,
    }
}
