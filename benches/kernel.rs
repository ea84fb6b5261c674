//! Benchmarks of single parts: agenda, draws, histogram, processor sharing, dispatch.
//!
//! `cargo bench --bench kernel`; with `-- --test` each runs once.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use simscale::blocks::distribution::Distribution;
use simscale::blocks::popularity::Popularity;
use simscale::blocks::station::ProcessorSharing;
use simscale::kernel::random::Stream;
use simscale::kernel::time::{Duration, Time};
use simscale::kernel::{
    Agenda, Answer, Component, ComponentId, Context, Engine, Event, Hop, JobId, NODE_ANY, Outcome,
    Rank, Signal, Timer,
};
use simscale::measure::histogram::Histogram;
use std::hint::black_box;

/// Draws made before the clock runs; a power of two.
const TABLE: usize = 4096;
const STREAM: Stream = Stream::new(1, 0, "bench", "draws");
const MILLISECOND: Duration = Duration::from_nanos(1_000_000);

fn exponential() -> Distribution {
    Distribution::exponential(MILLISECOND).expect("a positive mean is a law")
}

/// Exponential spans, for benchmarks that are not about drawing.
fn spans() -> Vec<Duration> {
    let law = exponential();
    (0..TABLE as u64).map(|identity| law.sample(&mut STREAM.draw(identity))).collect()
}

/// The hold model: take the next event and put one back, at a constant number of pending ones.
fn agenda(criterion: &mut Criterion) {
    let spans = spans();
    let signal = |slot: usize| Signal { slot: slot as u32, component: ComponentId(0), tag: 0 };
    let mut group = criterion.benchmark_group("agenda, hold");
    for pending in [2_usize, 100, 10_000, 100_000] {
        let event = |at, slot: usize| Event::new(at, Rank::Timer, signal(slot));
        let mut agenda = Agenda::default();
        for slot in 0..pending {
            agenda.push(event(Time::ZERO + spans[slot % TABLE], slot));
        }
        let mut turn = pending;
        group.bench_function(pending.to_string(), |bencher| {
            bencher.iter(|| {
                let next = agenda.pop().expect("as many are put back as taken");
                agenda.push(event(next.time() + spans[turn % TABLE], turn));
                turn += 1;
            });
        });
    }
    group.finish();
}

/// A draw keyed by a job: a new generator and one sample.
fn draws(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("draw");
    let lognormal = Distribution::lognormal_mean_cv(MILLISECOND, 1.0).expect("a law");
    for (name, law) in [("exponential", exponential()), ("lognormal", lognormal)] {
        let mut identity = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                identity += 1;
                law.sample(&mut STREAM.draw(identity))
            });
        });
    }
    let zipf = Popularity::Zipf { exponent: 0.99 }.sampler(1_000_000);
    let mut identity = 0;
    group.bench_function("zipf over 1M keys", |bencher| {
        bencher.iter(|| {
            identity += 1;
            zipf.draw(&mut STREAM.draw(identity))
        });
    });
    group.finish();
}

fn histogram(criterion: &mut Criterion) {
    let spans = spans();
    let mut histogram = Histogram::default();
    let mut turn = 0;
    criterion.bench_function("histogram, record", |bencher| {
        bencher.iter(|| {
            histogram.record(black_box(spans[turn % TABLE].nanos()));
            turn += 1;
        });
    });
}

/// 1,000 jobs on 4 shared cores, 90% busy, from arrival to departure.
fn processor_sharing(criterion: &mut Criterion) {
    let spans = spans();
    criterion.bench_function("processor sharing, 1000 jobs", |bencher| {
        bencher.iter_batched(
            || ProcessorSharing::new(4),
            |mut station| share_cores(&mut station, &spans),
            BatchSize::SmallInput,
        );
    });
}

fn share_cores(station: &mut ProcessorSharing, spans: &[Duration]) -> usize {
    let mut left = Vec::with_capacity(1000);
    let mut alarm = None;
    let mut arrival = Time::ZERO;
    for job in 0..1000 {
        // 4 cores at 90% take a job of 1 ms every 0.28 ms.
        let gap = spans[job].nanos() * 5 / 18;
        arrival += Duration::from_nanos(gap);
        while let Some(at) = alarm.filter(|at| *at <= arrival) {
            alarm = station.alarm(at, &mut left).map(|next| next.at);
        }
        let work = spans[TABLE - 1 - job];
        let earlier = station.arrive(JobId(job as u32), work, arrival);
        alarm = earlier.map(|next| next.at).or(alarm);
    }
    while let Some(at) = alarm {
        alarm = station.alarm(at, &mut left).map(|next| next.at);
    }
    assert_eq!(left.len(), 1000, "all jobs leave");
    left.len()
}

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
fn dispatch(criterion: &mut Criterion) {
    let asker: Box<dyn Component> = Box::new(Asker { answers: 0 });
    let mut engine = Engine::new(vec![asker, Box::new(Answerer)], 2);
    engine.start();
    criterion.bench_function("dispatch, 1000 round trips", |bencher| {
        bencher.iter(|| engine.run());
    });
}

criterion_group!(kernel, agenda, draws, histogram, processor_sharing, dispatch);
criterion_main!(kernel);
