//! One workload, measured beside the loop written by hand for it.

use crate::floor::Answered;
use crate::process::{self, Stopwatch};
use crate::workload::{self, Workload, hash_of, metric};
use crate::{floor, instructions};
use simscale::experiment::result::RunResult;
use simscale::model::Model;

/// Times a workload is run; the fastest counts, since neighbours can only slow it down.
const ROUNDS: u32 = 3;

/// What makes a run short.
pub const SHORT: &str = "run.requests=2K";

/// Standard errors by which the means of a loop and of the scenario may differ.
const STANDARD_ERRORS: f64 = 4.0;

/// The names of the columns.
pub fn header() -> String {
    format!(
        "{:<11} {:>10} {:>10} {:>10} {:>8} {:>8} {:>8} {:>8} {:>7} {:>12}  results",
        "workload",
        "requests/s",
        "events/s",
        "ns/request",
        "ns/event",
        "start ms",
        "peak MiB",
        "floor ns",
        "x floor",
        "instructions"
    )
}

/// Runs a workload in this process and prints its row.
pub fn print(workload: &Workload, is_short: bool) {
    workload::stay_on_this_thread();
    let short = is_short.then_some(SHORT);
    let loaded = workload::load(workload, short.as_slice());
    let rounds = if is_short { 1 } else { ROUNDS };
    let (mut nanos, mut first) = (f64::INFINITY, None);
    for _ in 0..rounds {
        let watch = Stopwatch::start();
        let round = workload::run(&loaded);
        nanos = nanos.min(watch.nanos());
        let hash = hash_of(first.get_or_insert_with(|| round.clone()));
        assert_eq!(hash_of(&round), hash, "{}: rounds differ", workload.name);
    }
    let result = first.expect("there is a round");
    let start = start_of_a_repeat(&loaded.1);
    // Before the floor runs, whose memory does not count.
    let peak = process::peak_memory().map_or_else(|| "-".to_owned(), |mib| format!("{mib:.1}"));
    let floor = fastest_floor(workload, &result, rounds);
    let instructions = if is_short { None } else { instructions::per_request(workload) };
    let instructions = instructions.map_or_else(|| "-".to_owned(), |count| format!("{count:.0}"));
    let (requests, events) = (result.horizon.simulated as f64, result.horizon.events as f64);
    println!(
        "{:<11} {:>10.0} {:>10.0} {:>10.1} {:>8.1} {:>8.1} {peak:>8} {:>8.1} {:>7.2} \
         {instructions:>12}  {:016x}",
        workload.name,
        requests / nanos * 1e9,
        events / nanos * 1e9,
        nanos / requests,
        nanos / events,
        start / 1e6,
        floor / requests,
        nanos / floor,
        hash_of(&result),
    );
}

/// Nanoseconds a repeat takes to begin: components built, caches filled. Part of the whole.
fn start_of_a_repeat(model: &Model) -> f64 {
    let watch = Stopwatch::start();
    let mut engine = model.engine(0);
    engine.start();
    std::hint::black_box(engine.live_jobs());
    watch.nanos()
}

/// Nanoseconds the hand-written loop takes for as many requests in as many repeats.
fn fastest_floor(workload: &Workload, result: &RunResult, rounds: u32) -> f64 {
    let requests = result.horizon.simulated / u64::from(result.repeats);
    let mut fastest = f64::INFINITY;
    for _ in 0..rounds {
        let watch = Stopwatch::start();
        let mut all = Answered::default();
        for repeat in 0..result.repeats {
            let answered = (workload.floor)(requests, repeat);
            all.times.merge(&answered.times);
            all.failed += answered.failed;
        }
        fastest = fastest.min(watch.nanos());
        compare(workload, result, &all);
    }
    fastest
}

/// Fails when the loop does other work than the scenario: their mean response times and their
/// shares of failures must agree within four standard errors of the difference.
fn compare(workload: &Workload, result: &RunResult, floor: &Answered) {
    let mean = floor.times.mean().expect("the loop answers requests") / floor::SECOND as f64;
    let expected = metric(result, "response_time.mean");
    // Failures and static requests are in the one count and not in the other: the lesser counts.
    let requests = floor.times.count().min(result.horizon.requests) as f64;
    let error = expected * (2.0 * workload.variation / requests).sqrt();
    assert!(
        (mean - expected).abs() < STANDARD_ERRORS * error,
        "{}: the loop answers within {mean:.6} s on average, the scenario within {expected:.6} s",
        workload.name
    );
    let failed = floor.failed as f64 / (floor.failed + floor.times.count()) as f64;
    let expected = metric(result, "error_rate");
    // One failure more or less is always possible.
    let variance = (failed.max(expected) + 1.0 / requests) / requests;
    assert!(
        (failed - expected).abs() < STANDARD_ERRORS * (2.0 * variance).sqrt(),
        "{}: {failed:.6} of the loop's requests fail, {expected:.6} of the scenario's",
        workload.name
    );
}
