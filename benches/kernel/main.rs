//! Benchmarks of single parts.
//!
//! - [`agenda`]: pending events, beside a plain binary heap;
//! - [`dispatch`]: events through components;
//! - this file: draws, histogram, processor sharing.
//!
//! `cargo bench --bench kernel`; with `-- --test` each runs once, with `-- hold` only the agenda.

mod agenda;
mod dispatch;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use simscale::blocks::distribution::Distribution;
use simscale::blocks::popularity::Popularity;
use simscale::blocks::station::ProcessorSharing;
use simscale::kernel::JobId;
use simscale::kernel::random::Stream;
use simscale::kernel::time::{Duration, Time};
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

criterion_group!(kernel, agenda::agenda, draws, histogram, processor_sharing, dispatch::dispatch);
criterion_main!(kernel);
