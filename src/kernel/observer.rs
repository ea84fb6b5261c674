//! Watching a run without changing it, for tests and traces.
//!
//! An [`Observer`] is told of every signal, and of all that becomes of every job. What the kernel
//! cannot know (that a job stands in line, that a server takes it) components add by a [`Note`].
//!
//! A run that nobody watches pays little for it: what is on the wires is told when it arrives, out
//! of the job's route, so that only births, forks and ends ask whether somebody watches.

use super::event::ComponentId;
use super::job::{Job, JobId, Outcome};
use super::time::Time;
use std::fmt::Debug;

/// Sees what happens and changes nothing.
pub trait Observer: Debug {
    /// A signal is about to be handled: `job` is empty for timers.
    fn on_signal(&mut self, _now: Time, _component: ComponentId, _job: Option<JobId>) {}

    /// Something became of a job. `data` is as it is when the sight is told.
    fn on_sight(&mut self, _moment: Moment, _data: &Job, _sight: Sight) {}
}

/// When, where and to which job something happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// The current instant.
    pub now: Time,
    /// The component that handles the signal.
    pub component: ComponentId,
    /// The job. Its slot may be used again once it has ended.
    pub job: JobId,
}

/// What becomes of a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sight {
    /// It is born at its source; what it asks for is not known yet.
    Born,
    /// It comes to the component.
    Arrived {
        /// When it was sent there.
        sent: Time,
    },
    /// It is back at the component that had sent it.
    Answered {
        /// When it was answered.
        at: Time,
        /// How.
        outcome: Outcome,
    },
    /// It is forked from this job, here.
    Forked {
        /// The parent, which waits for it until told otherwise.
        parent: JobId,
    },
    /// It was sent along a wire, and whoever sent it gives up waiting.
    Abandoned,
    /// Its parent no longer waits for it.
    CutOff,
    /// A child is done, and is no more.
    Joined,
    /// The source has its answer; it is no more.
    Ended {
        /// How it ended.
        outcome: Outcome,
    },
    /// What the component adds.
    Noted(Note),
}

/// What a component tells of a job that it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Note {
    /// What it was forked for: `parallel branch`.
    Purpose(&'static str),
    /// The same of a part whose maker waits for several at once, though it was cut off from it.
    Part(&'static str),
    /// It stands in line for this: `a worker`.
    Waits(&'static str),
    /// It has this, and goes on at once: `a worker`.
    Takes(&'static str),
    /// It is being served by this: `a core`.
    Starts(&'static str),
    /// It found no room in front of this.
    Full(&'static str),
    /// Something turned out, in words: `hit`.
    Found(&'static str),
}

#[cfg(test)]
mod tests {
    use super::super::engine::{Answer, Component, Engine, Stop, Timer};
    use super::super::event::Rank;
    use super::super::time::Duration;
    use super::super::{Context, Hop, NODE_ANY};
    use super::*;
    use std::cell::RefCell;
    use std::rc::Rc;

    /// Sends a child of its one job to component 1 over wires of 2 ns out and 3 ns home.
    struct Caller;

    impl Component for Caller {
        fn on_start(&mut self, context: &mut Context<'_>) {
            context.wake_after(Duration::from_nanos(10), Rank::Arrival, 0, 0);
        }

        fn on_request(&mut self, _job: JobId, _context: &mut Context<'_>) {
            unreachable!("nobody calls it");
        }

        fn on_reply(&mut self, answer: Answer, context: &mut Context<'_>) {
            let parent = context.join(answer.job).expect("the parent waits");
            context.finish(parent, answer.outcome);
        }

        fn on_timer(&mut self, _timer: Timer, context: &mut Context<'_>) {
            let job = context.spawn(1);
            let child = context.fork(job, 7);
            let (outward, homeward) = (Duration::from_nanos(2), Duration::from_nanos(3));
            let to = ComponentId(1);
            context.forward(child, Hop { to, node: NODE_ANY, wire: 0, outward, homeward });
        }
    }

    /// Takes 5 ns for everything.
    struct Callee;

    impl Component for Callee {
        fn on_request(&mut self, job: JobId, context: &mut Context<'_>) {
            context.note(job, Note::Starts("a core"));
            context.wake_after(Duration::from_nanos(5), Rank::Release, 0, job.0);
        }

        fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
            context.reply(JobId(timer.slot), Outcome::Rejected);
        }
    }

    #[derive(Default, Debug)]
    struct Seen(Rc<RefCell<Vec<(u64, u16, Sight)>>>);

    impl Observer for Seen {
        fn on_sight(&mut self, moment: Moment, _data: &Job, sight: Sight) {
            let place = (moment.now.nanos(), moment.component.0, sight);
            self.0.borrow_mut().push(place);
        }
    }

    #[test]
    fn everything_that_becomes_of_a_job_is_told_in_order() {
        let components: Vec<Box<dyn Component>> = vec![Box::new(Caller), Box::new(Callee)];
        let mut engine = Engine::new(components, 2);
        let seen = Rc::new(RefCell::new(Vec::new()));
        engine.observe(Box::new(Seen(Rc::clone(&seen))));
        engine.start();
        assert_eq!(engine.run(), Stop::Empty);
        let outcome = Outcome::Rejected;
        assert_eq!(
            *seen.borrow(),
            [
                (10, 0, Sight::Born),
                (10, 0, Sight::Forked { parent: JobId(0) }),
                (12, 1, Sight::Arrived { sent: Time::from_nanos(10) }),
                (12, 1, Sight::Noted(Note::Starts("a core"))),
                (20, 0, Sight::Answered { at: Time::from_nanos(17), outcome }),
                (20, 0, Sight::Joined),
                (20, 0, Sight::Ended { outcome }),
            ]
        );
    }
}
