//! Calling other components: wires with latency, patience, and a way to go on after an error.
//!
//! Every component that sends jobs on owns a [`Caller`]. What must hold:
//! - a caller that gives up does not stop the work: a call with a timeout runs in a forked child,
//!   which is cut off when the time is over, goes on to its own end, and is counted as abandoned;
//! - each call is answered exactly once: by the callee or by the timeout, whichever comes first.

use super::access::Classes;
use crate::blocks::distribution::Distribution;
use crate::kernel::random::Stream;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Answer, ComponentId, Context, Hop, JobId, JobTicket, NODE_ANY, Note, Outcome};
use crate::kernel::{Rank, TimerTag, random};
use std::collections::VecDeque;

/// What a caller does when a call fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnError {
    /// Answers with an error itself.
    Fail,
    /// Goes on to the next entry, or without the answer if there is none.
    Skip,
}

/// A compiled wire: where it leads and for which classes.
#[derive(Clone, Debug)]
pub struct Wire {
    /// The component at its end.
    pub to: ComponentId,
    /// That component's nodes.
    pub nodes: u16,
    /// What a job is told as its node when the caller chooses none: [`NODE_ANY`], or the caller's
    /// region where one component stands in several.
    pub any_node: u16,
    /// Time one way.
    pub latency: Distribution,
    /// How long the caller waits.
    pub timeout: Option<Duration>,
    /// What it does about an error.
    pub on_error: OnError,
    /// Whether it takes jobs of each class.
    pub takes: Vec<bool>,
}

impl Wire {
    /// A plain wire without delay that takes every class.
    pub fn plain(to: ComponentId, nodes: u16, classes: &Classes) -> Wire {
        Wire {
            to,
            nodes,
            any_node: NODE_ANY,
            latency: Distribution::zero(),
            timeout: None,
            on_error: OnError::Fail,
            takes: vec![true; classes.len()],
        }
    }

    /// Whether it is one: no delay, no timeout, open to every class.
    pub fn is_plain(&self) -> bool {
        let is_instant = self.latency.is_constant() == Some(Duration::ZERO);
        is_instant && self.timeout.is_none() && self.takes.iter().all(|takes| *takes)
    }
}

/// First timer tag of the timeouts; a component's own tags lie below.
pub const TIMEOUT_TAGS: TimerTag = 0xC000;
/// Branch numbers of timed calls, apart from those a component uses for its own children.
const TIMED_BRANCH: u64 = 0x7469_6D65_6400_0000;

/// An open call with a timeout.
#[derive(Clone, Copy, Debug)]
struct Patience {
    until: Time,
    child: JobTicket,
}

#[derive(Clone, Debug)]
struct Line {
    /// The component at its end.
    to: ComponentId,
    /// The latency, when it is always the same.
    constant: Option<Duration>,
    timeout: Option<Duration>,
    /// The node a job is told when none is chosen.
    any_node: u16,
    outward: Stream,
    homeward: Stream,
    /// Open calls in the order in which their patience ends: all wait equally long.
    waiting: VecDeque<Patience>,
    /// Whether an alarm is set for the first of them.
    armed: bool,
    wire: Wire,
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
    /// For each class, the first wire that takes it.
    first: Vec<Option<u16>>,
}

impl Caller {
    /// The wires of `component` in this seed and repeat.
    pub fn new(wires: &[Wire], seed: u64, repeat: u32, component: &str) -> Caller {
        let line = |(index, wire): (usize, &Wire)| Line {
            to: wire.to,
            constant: wire.latency.is_constant().map(|latency| latency.min(LONGEST_WIRE)),
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

    /// Sends a job along a wire to one of the callee's nodes.
    #[inline(always)]
    pub fn call(&mut self, job: JobId, wire: usize, node: u16, context: &mut Context<'_>) {
        let line = &self.lines[wire];
        let node = if node == NODE_ANY { line.any_node } else { node };
        match (line.constant, line.timeout) {
            (Some(latency), None) => {
                let (outward, homeward) = (latency, latency);
                let to = line.to;
                context.forward(job, Hop { to, node, wire: wire as u16, outward, homeward });
            }
            _ => self.call_patiently(job, wire, node, context),
        }
    }

    /// Sends a job along a wire that has a timeout or whose latency varies.
    fn call_patiently(&mut self, job: JobId, wire: usize, node: u16, context: &mut Context<'_>) {
        let line = &mut self.lines[wire];
        let traveller = match line.timeout {
            None => job,
            Some(timeout) => {
                let child = context.fork(job, random::mix(TIMED_BRANCH, wire as u64));
                context.note(child, Note::Purpose("call with a timeout"));
                context.job_mut(child).local = TIMED;
                let until = context.now() + timeout;
                line.waiting.push_back(Patience { until, child: context.ticket(child) });
                if !line.armed {
                    line.armed = true;
                    let tag = TIMEOUT_TAGS + wire as TimerTag;
                    context.wake_at(until, Rank::Deadline, tag, 0);
                }
                child
            }
        };
        let draw = |stream: Stream| line.wire.latency.sample(&mut context.draw(stream, traveller));
        let (outward, homeward) = match line.constant {
            Some(latency) => (latency, latency),
            None => (draw(line.outward), draw(line.homeward).min(LONGEST_WIRE)),
        };
        let to = line.to;
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
        while let Some(&Patience { until, child }) = line.waiting.front() {
            if !context.is_live(child) {
                line.waiting.pop_front();
            } else if until <= context.now() {
                line.waiting.pop_front();
                context.abandon(child.job, line.to);
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
