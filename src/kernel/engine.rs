//! The loop: take the next signal, move the clock, hand it to its component.

use super::agenda::Agenda;
use super::context::{Context, Core, ReadyLine};
use super::event::{ComponentId, Signal, TAG_PAUSE, TAG_REPLY, TAG_REQUEST};
use super::job::{JobId, Jobs, Outcome};
use super::ledger::{HopCounts, HopTimes, Ledger};
use super::observer::{Observer, Sight};
use super::time::Time;

/// An answer as it reaches the component that sent the job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The job, with its route, node and note as they were when it was sent.
    pub job: JobId,
    /// How it ended at the callee.
    pub outcome: Outcome,
    /// The wire it was sent along.
    pub wire: u16,
}

/// A timer as it comes back to the component that set it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timer {
    /// The tag it was set with.
    pub tag: u16,
    /// The slot it was set with.
    pub slot: u32,
}

/// What a component does when it is asked, answered, or woken.
pub trait Component {
    /// The run begins: set the first timers.
    fn on_start(&mut self, _context: &mut Context<'_>) {}

    /// A job arrives.
    fn on_request(&mut self, job: JobId, context: &mut Context<'_>);

    /// A job comes back answered. Passing the answer on is the default.
    fn on_reply(&mut self, answer: Answer, context: &mut Context<'_>) {
        context.reply(answer.job, answer.outcome);
    }

    /// A timer fires.
    fn on_timer(&mut self, _timer: Timer, _context: &mut Context<'_>) {}
}

/// Why the engine handed control back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The asked-for instant has come.
    Paused,
    /// A component asked for it.
    Halted,
    /// Nothing is pending any more.
    Empty,
}

/// One run: components, clock, agenda and jobs.
pub struct Engine<C: ?Sized> {
    components: Vec<Box<C>>,
    core: Core,
}

impl<C: Component + ?Sized> Engine<C> {
    /// An engine at time zero for these components; `route_depth` is the longest path through the
    /// model, in components.
    pub fn new(components: Vec<Box<C>>, route_depth: usize) -> Engine<C> {
        let count = components.len();
        assert!(count < usize::from(u16::MAX), "component ids have 16 bits");
        Engine {
            components,
            core: Core {
                now: Time::ZERO,
                agenda: Agenda::default(),
                ready: ReadyLine::default(),
                jobs: Jobs::new(route_depth),
                ledger: Ledger::new(count),
                halted: false,
                handled: 0,
                observer: None,
            },
        }
    }

    /// Lets `observer` see all that happens from now on.
    pub fn observe(&mut self, observer: Box<dyn Observer>) {
        self.core.observer = Some(observer);
    }

    /// Starts every component, in the order of their ids.
    pub fn start(&mut self) {
        for index in 0..self.components.len() {
            let me = ComponentId(index as u16);
            self.components[index].on_start(&mut Context { core: &mut self.core, me });
        }
    }

    /// Runs until all events up to and at `until` are handled, or a component halts the run.
    pub fn run_until(&mut self, until: Time) -> Stop {
        self.core.pause_at(until);
        loop {
            match self.run() {
                // A pause left over from an earlier call that was halted before it.
                Stop::Paused if self.core.now < until => {}
                stop => return stop,
            }
        }
    }

    /// Runs until a component halts the run, a pause set earlier is reached, or nothing is left.
    pub fn run(&mut self) -> Stop {
        self.core.halted = false;
        loop {
            while let Some(signal) = self.core.ready.pop() {
                self.dispatch(signal);
            }
            let Some(event) = self.core.agenda.pop() else { return Stop::Empty };
            self.core.now = event.time();
            if event.signal.tag == TAG_PAUSE {
                return if self.core.halted { Stop::Halted } else { Stop::Paused };
            }
            self.dispatch(event.signal);
        }
    }

    #[inline]
    fn dispatch(&mut self, signal: Signal) {
        self.core.handled += 1;
        if self.core.observer.is_some() {
            self.tell_observer(signal);
        }
        let me = signal.component;
        let component = &mut self.components[me.index()];
        let core = &mut self.core;
        match signal.tag {
            TAG_REQUEST => component.on_request(JobId(signal.slot), &mut Context { core, me }),
            TAG_REPLY => {
                let job = JobId(signal.slot);
                let data = core.jobs.get(job);
                let answer = Answer { job, outcome: data.outcome, wire: data.wire };
                component.on_reply(answer, &mut Context { core, me });
            }
            tag => {
                let timer = Timer { tag, slot: signal.slot };
                component.on_timer(timer, &mut Context { core, me });
            }
        }
    }

    #[cold]
    fn tell_observer(&mut self, signal: Signal) {
        let job = (signal.tag >= TAG_REPLY).then_some(JobId(signal.slot));
        if let Some(observer) = &mut self.core.observer {
            observer.on_signal(self.core.now, signal.component, job);
        }
        let Some(job) = job else { return };
        let sight = match signal.tag {
            TAG_REQUEST => Sight::Arrived { sent: self.core.jobs.sent(job) },
            _ => Sight::Answered {
                at: self.core.jobs.answered(job, self.core.now),
                outcome: self.core.jobs.get(job).outcome,
            },
        };
        self.core.tell(signal.component, job, sight);
    }

    /// The current instant.
    pub fn now(&self) -> Time {
        self.core.now
    }

    /// Signals handled so far.
    pub fn handled(&self) -> u64 {
        self.core.handled
    }

    /// Jobs alive now.
    pub fn live_jobs(&self) -> usize {
        self.core.jobs.live()
    }

    /// A component.
    pub fn component(&self, id: ComponentId) -> &C {
        &self.components[id.index()]
    }

    /// A component, to change between two pauses.
    pub fn component_mut(&mut self, id: ComponentId) -> &mut C {
        &mut self.components[id.index()]
    }

    /// Every component's account of jobs since time zero; the jobs in flight are counted afresh.
    pub fn hop_counts(&self) -> Vec<HopCounts> {
        self.core.ledger.counts(&self.core.jobs.in_flight(self.components.len()))
    }

    /// For every component, whether Little's law holds as an identity since time zero.
    pub fn littles_law(&self) -> Vec<bool> {
        let in_flight = self.core.jobs.in_flight(self.components.len());
        self.core.ledger.obeys_littles_law(&in_flight)
    }

    /// Every component's times since time zero, over the hops that ended.
    pub fn hop_times(&self) -> Vec<HopTimes> {
        self.core.ledger.times()
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Rank;
    use super::super::time::Duration;
    use super::*;

    /// Wakes up when it is time for an arrival, and at once again to free a server.
    #[derive(Default)]
    struct Instant {
        woken: Vec<(u16, u64)>,
    }

    impl Component for Instant {
        fn on_start(&mut self, context: &mut Context<'_>) {
            context.wake_after(Duration::from_nanos(5), Rank::Arrival, 0, 0);
        }

        fn on_request(&mut self, _job: JobId, _context: &mut Context<'_>) {}

        fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
            self.woken.push((timer.tag, context.now().nanos()));
            if timer.tag == 0 {
                context.wake_after(Duration::ZERO, Rank::Release, 1, 0);
                context.wake_after(Duration::from_nanos(1), Rank::Release, 2, 0);
            }
        }
    }

    #[test]
    fn what_takes_no_time_is_done_at_once_whatever_its_rank() {
        let mut engine = Engine::new(vec![Box::new(Instant::default())], 1);
        engine.start();
        assert_eq!(engine.run(), Stop::Empty);
        assert_eq!(engine.component(ComponentId(0)).woken, [(0, 5), (1, 5), (2, 6)]);
    }
}
