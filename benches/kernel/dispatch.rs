//! Dispatch: timer, request and reply, through the agenda and two components that do nothing else.

use crate::MILLISECOND;
use criterion::Criterion;
use simscale::kernel::time::Duration;
use simscale::kernel::{
    Answer, Component, ComponentId, Context, Engine, Hop, JobId, NODE_ANY, Outcome, Rank, Timer,
};

/// Sends a job to the other component, again and again, and halts after every 1,000 answers.
struct Asker {
    answers: u64,
}

impl Component for Asker {
    fn on_start(&mut self, context: &mut Context<'_>) {
        context.wake_after(MILLISECOND, Rank::Timer, 0, 0);
    }

    fn on_request(&mut self, _job: JobId, _context: &mut Context<'_>) {
        unreachable!("nobody asks the asker");
    }

    fn on_reply(&mut self, answer: Answer, context: &mut Context<'_>) {
        context.finish(answer.job, answer.outcome);
        context.wake_after(MILLISECOND, Rank::Timer, 0, 0);
        self.answers += 1;
        if self.answers.is_multiple_of(1000) {
            context.halt();
        }
    }

    fn on_timer(&mut self, _timer: Timer, context: &mut Context<'_>) {
        let job = context.spawn(self.answers);
        let (outward, homeward) = (Duration::ZERO, Duration::ZERO);
        context
            .forward(job, Hop { to: ComponentId(1), node: NODE_ANY, wire: 0, outward, homeward });
    }
}

/// Answers at once.
struct Answerer;

impl Component for Answerer {
    fn on_request(&mut self, job: JobId, context: &mut Context<'_>) {
        context.reply(job, Outcome::Completed);
    }
}

/// 1,000 times: timer, request, reply, through the agenda and two components.
pub fn dispatch(criterion: &mut Criterion) {
    let asker: Box<dyn Component> = Box::new(Asker { answers: 0 });
    let mut engine = Engine::new(vec![asker, Box::new(Answerer)], 2);
    engine.start();
    criterion.bench_function("dispatch, 1000 round trips", |bencher| {
        bencher.iter(|| engine.run());
    });
}
