//! What a component can do while it handles a signal: look at jobs, send them on, answer them,
//! fork children, and set timers.
//!
//! Hand-overs without delay wait in one first-in-first-out line that is drained before the agenda;
//! a direct call would re-enter a component that is being used.
//!
//! What sends a job on is inlined wherever it is used, with the calls and stations around it: that
//! saves 150 of 1,633 instructions a request in the workload `mm1` and 280 of 3,542 in `tiers`.

use super::agenda::Agenda;
use super::event::{
    ComponentId, Event, Rank, Signal, TAG_LIMIT, TAG_PAUSE, TAG_REPLY, TAG_REQUEST,
};
use super::job::{Frame, Job, JobId, JobTicket, Jobs, Outcome};
use super::ledger::Ledger;
use super::observer::{Moment, Note, Observer, Sight};
use super::random::{Draw, Stream, mix};
use super::time::{Duration, Time};

/// Everything of a run but the components.
#[derive(Debug)]
pub(super) struct Core {
    pub now: Time,
    pub agenda: Agenda,
    /// Signals of the current instant.
    pub ready: ReadyLine,
    pub jobs: Jobs,
    pub ledger: Ledger,
    pub halted: bool,
    pub handled: u64,
    /// Who watches, if anybody does.
    pub observer: Option<Box<dyn Observer>>,
}

impl Core {
    pub fn pause_at(&mut self, time: Time) {
        let signal = Signal { slot: 0, component: ComponentId(0), tag: TAG_PAUSE };
        self.agenda.push(Event::new(time, Rank::Observer, signal));
    }

    #[inline]
    fn deliver(&mut self, delay: Duration, rank: Rank, signal: Signal) {
        if delay == Duration::ZERO {
            self.ready.push(signal);
        } else {
            self.agenda.push(Event::new(self.now + delay, rank, signal));
        }
    }

    /// Tells whoever watches what becomes of a job. The sight is made only if somebody does, which
    /// keeps its stores off the usual way.
    #[inline(always)]
    fn show(&mut self, component: ComponentId, job: JobId, sight: impl FnOnce() -> Sight) {
        if self.observer.is_some() {
            self.tell(component, job, sight());
        }
    }

    #[cold]
    #[inline(never)]
    pub fn tell(&mut self, component: ComponentId, job: JobId, sight: Sight) {
        if let Some(observer) = &mut self.observer {
            let moment = Moment { now: self.now, component, job };
            observer.on_sight(moment, self.jobs.get(job), sight);
        }
    }
}

/// First in, first out: what is due at this very instant, whatever its rank. The agenda may be past
/// that rank already (work that takes no time, done at the instant of its arrival).
///
/// A plain vector that is emptied whenever its last signal is taken: most often it holds one.
#[derive(Debug, Default)]
pub(super) struct ReadyLine {
    signals: Vec<Signal>,
    taken: usize,
}

impl ReadyLine {
    #[inline]
    pub fn push(&mut self, signal: Signal) {
        self.signals.push(signal);
    }

    #[inline]
    pub fn pop(&mut self) -> Option<Signal> {
        let signal = *self.signals.get(self.taken)?;
        self.taken += 1;
        if self.taken == self.signals.len() {
            self.signals.clear();
            self.taken = 0;
        }
        Some(signal)
    }
}

/// Where a job is sent, and how long the wire takes.
#[derive(Clone, Copy, Debug)]
pub struct Hop {
    /// The component it goes to.
    pub to: ComponentId,
    /// Which of that component's nodes, or [`NODE_ANY`](super::job::NODE_ANY).
    pub node: u16,
    /// Number of the wire among the sender's own; comes back with the answer.
    pub wire: u16,
    /// Time the job takes to get there.
    pub outward: Duration,
    /// Time the answer takes back; at most some 4 seconds.
    pub homeward: Duration,
}

/// A component's view of the run while it handles one signal.
#[derive(Debug)]
pub struct Context<'run> {
    pub(super) core: &'run mut Core,
    pub(super) me: ComponentId,
}

impl Context<'_> {
    /// The current instant.
    #[inline]
    pub fn now(&self) -> Time {
        self.core.now
    }

    /// The component that handles the signal.
    pub fn me(&self) -> ComponentId {
        self.me
    }

    /// A job's data.
    #[inline]
    pub fn job(&self, job: JobId) -> &Job {
        self.core.jobs.get(job)
    }

    /// A job's data, to change.
    #[inline]
    pub fn job_mut(&mut self, job: JobId) -> &mut Job {
        self.core.jobs.get_mut(job)
    }

    /// The draws of `stream` for a job.
    #[inline]
    pub fn draw(&self, stream: Stream, job: JobId) -> Draw {
        stream.draw_for(self.job(job).luck)
    }

    /// A new job born here and now; this component is its source.
    pub fn spawn(&mut self, identity: u64) -> JobId {
        self.core.ledger.arrived(self.me, self.core.now);
        let job = self.core.jobs.insert(identity, self.me, self.core.now);
        self.core.show(self.me, job, || Sight::Born);
        job
    }

    /// Ends a job at its source. Returns how long it lived.
    #[inline(always)]
    pub fn finish(&mut self, job: JobId, outcome: Outcome) -> Duration {
        self.core.show(self.me, job, || Sight::Ended { outcome });
        let lived = self.core.now - self.job(job).born;
        self.core.ledger.ended(self.me, outcome, lived, self.core.now);
        self.core.jobs.remove(job);
        lived
    }

    /// Sends a job on; its answer comes back here.
    ///
    /// # Panics
    /// When the way home takes more than 2^32 nanoseconds (the scenario's check refuses such
    /// wires).
    #[inline(always)]
    pub fn forward(&mut self, job: JobId, hop: Hop) {
        let core = &mut *self.core;
        let arrives = core.now + hop.outward;
        let (data, frame) = core.jobs.next_frame(job);
        *frame = Frame {
            entered: data.entered,
            sent: core.now,
            local: data.local,
            homeward: u32::try_from(hop.homeward.nanos()).expect("a wire's latency is below 4 s"),
            component: self.me,
            node: data.node,
            wire: hop.wire,
        };
        data.depth += 1;
        data.at = hop.to;
        data.node = hop.node;
        data.local = 0;
        data.entered = arrives;
        core.ledger.arrived(hop.to, arrives);
        let signal = Signal { slot: job.0, component: hop.to, tag: TAG_REQUEST };
        core.deliver(hop.outward, Rank::Arrival, signal);
    }

    /// Answers a job: it goes back to whoever sent it here, and is from now on as it was when sent,
    /// so that one look at its route serves a hop (62 of 3,027 instructions a request in `tiers`).
    /// Returns how long it was here.
    #[inline(always)]
    pub fn reply(&mut self, job: JobId, outcome: Outcome) -> Duration {
        let core = &mut *self.core;
        let (data, frame) = core.jobs.top_frame(job);
        let elapsed = core.now.saturating_since(data.entered);
        core.ledger.ended(self.me, outcome, elapsed, core.now);
        let homeward = Duration::from_nanos(u64::from(frame.homeward));
        core.ledger.was_away(frame.component, core.now + homeward - frame.sent);
        data.outcome = outcome;
        data.wire = frame.wire;
        data.depth -= 1;
        data.at = frame.component;
        data.node = frame.node;
        data.local = frame.local;
        data.entered = frame.entered;
        let signal = Signal { slot: job.0, component: frame.component, tag: TAG_REPLY };
        core.deliver(homeward, Rank::Release, signal);
        elapsed
    }

    /// A child of `parent`, here: it carries what its parent carries, with an identity of its own
    /// made from `branch`. Its answers come back here; [`Context::join`] ends it.
    pub fn fork(&mut self, parent: JobId, branch: u64) -> JobId {
        let identity = mix(self.job(parent).identity, branch);
        let child = self.core.jobs.insert(identity, self.me, self.core.now);
        let ticket = self.core.jobs.ticket(parent);
        let (born, key, recorded, user, class, node, marks) = {
            let data = self.core.jobs.get_mut(parent);
            data.pending += 1;
            (data.born, data.key, data.recorded, data.user, data.class, data.node, data.marks)
        };
        let data = self.core.jobs.get_mut(child);
        (data.born, data.key, data.recorded, data.user) = (born, key, recorded, user);
        (data.class, data.node, data.marks) = (class, node, marks);
        data.parent = Some(ticket);
        self.core.show(self.me, child, || Sight::Forked { parent });
        child
    }

    /// A job of this component's own, here: it works for nobody, so that it counts in no account
    /// and nobody waits for it. [`Context::join`] ends it.
    pub fn begin(&mut self, identity: u64) -> JobId {
        let job = self.core.jobs.insert(identity, self.me, self.core.now);
        self.core.jobs.get_mut(job).parent = Some(JobTicket::NOBODY);
        job
    }

    /// Cuts a child off from its parent: the parent no longer waits for it, the child goes on.
    /// Returns the parent, if it still waited.
    pub fn cut_off(&mut self, child: JobId) -> Option<JobId> {
        self.core.show(self.me, child, || Sight::CutOff);
        self.take_off(child)
    }

    #[inline(always)]
    fn take_off(&mut self, child: JobId) -> Option<JobId> {
        let parent = self.core.jobs.get_mut(child).parent.replace(JobTicket::NOBODY);
        let parent = parent.expect("only a forked child can be cut off");
        if !self.core.jobs.is_live(parent) {
            return None;
        }
        self.core.jobs.get_mut(parent.job).pending -= 1;
        Some(parent.job)
    }

    /// Ends a child that has come back. Returns its parent, unless that no longer waits for it.
    #[inline(always)]
    pub fn join(&mut self, child: JobId) -> Option<JobId> {
        self.core.show(self.me, child, || Sight::Joined);
        let parent = self.take_off(child);
        self.core.jobs.remove(child);
        parent
    }

    /// A job's ticket, to find out later whether it still lives.
    pub fn ticket(&self, job: JobId) -> JobTicket {
        self.core.jobs.ticket(job)
    }

    /// Whether the job of this ticket lives.
    pub fn is_live(&self, ticket: JobTicket) -> bool {
        self.core.jobs.is_live(ticket)
    }

    /// Counts a call to `component`, made by `child`, that its caller no longer waits for.
    pub fn abandon(&mut self, child: JobId, component: ComponentId) {
        self.core.show(self.me, child, || Sight::Abandoned);
        self.core.ledger.abandoned(component);
    }

    /// Whether somebody watches the run.
    #[inline(always)]
    pub fn is_observed(&self) -> bool {
        self.core.observer.is_some()
    }

    /// Tells whoever watches more of a job that is here; nothing depends on it.
    #[inline(always)]
    pub fn note(&mut self, job: JobId, note: Note) {
        self.core.show(self.me, job, || Sight::Noted(note));
    }

    /// Sets a timer for this component. One for this very instant waits with the hand-overs: what
    /// its rank would put it before may have been handled already.
    #[inline(always)]
    pub fn wake_at(&mut self, time: Time, rank: Rank, tag: u16, slot: u32) {
        debug_assert!(tag < TAG_LIMIT, "the kernel's own tags are reserved");
        let signal = Signal { slot, component: self.me, tag };
        if time == self.core.now {
            self.core.ready.push(signal);
        } else {
            self.core.agenda.push(Event::new(time, rank, signal));
        }
    }

    /// Sets a timer for this component.
    #[inline(always)]
    pub fn wake_after(&mut self, delay: Duration, rank: Rank, tag: u16, slot: u32) {
        debug_assert!(tag < TAG_LIMIT, "the kernel's own tags are reserved");
        self.core.deliver(delay, rank, Signal { slot, component: self.me, tag });
    }

    /// Hands control back to whoever runs the engine, once this instant is over: what is seen then
    /// does not depend on the order of events within it.
    pub fn halt(&mut self) {
        if !self.core.halted {
            self.core.halted = true;
            self.core.pause_at(self.core.now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::engine::{Component, Engine, Stop, Timer};
    use super::*;

    /// Each of its timers sets the next one, for the same instant and with an earlier rank.
    struct Impatient {
        ranks: Vec<Rank>,
    }

    impl Component for Impatient {
        fn on_start(&mut self, context: &mut Context<'_>) {
            context.wake_after(Duration::from_nanos(7), Rank::Deadline, 0, 0);
        }

        fn on_request(&mut self, _job: JobId, _context: &mut Context<'_>) {
            unreachable!("nobody sends it anything");
        }

        fn on_timer(&mut self, _timer: Timer, context: &mut Context<'_>) {
            if let Some(rank) = self.ranks.pop() {
                context.wake_after(Duration::ZERO, rank, 0, 0);
            }
        }
    }

    #[test]
    fn a_timer_without_delay_may_have_a_rank_that_has_passed() {
        let ranks = vec![Rank::Release, Rank::Timer, Rank::Arrival];
        let mut engine = Engine::new(vec![Box::new(Impatient { ranks })], 1);
        engine.start();
        assert_eq!(engine.run(), Stop::Empty);
        assert_eq!((engine.now().nanos(), engine.handled()), (7, 4));
    }
}
