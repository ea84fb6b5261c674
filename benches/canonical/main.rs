//! The canonical benchmark: whole scenarios on one thread, with no arguments needed.
//!
//! ```text
//! cargo bench --bench canonical              every workload, each in a process of its own
//! cargo bench --bench canonical -- mm1       one workload
//! cargo bench --bench canonical -- --test    every workload, short: it still runs
//! ```
//!
//! - [`floor`]: a hand-written loop for the smallest workload, as a measure of overhead;
//! - [`process`]: processor time and memory of this process.
//!
//! What must hold: every round of a workload gives the same `results`, a hash over the bits of all
//! values, intervals and job counts. When it changes between two versions, results have changed.

mod floor;
mod process;

use process::Stopwatch;
use simscale::experiment::result::RunResult;
use simscale::experiment::{self, Options};
use simscale::kernel::random::{hash_name, mix};
use simscale::language::diagnostic::Problems;
use simscale::language::source::Sources;
use simscale::model::{self, Model};
use simscale::scenario::Scenario;
use std::path::Path;
use std::process::Command;

/// A scenario to run.
struct Workload {
    name: &'static str,
    /// Its file, seen from the project's folder.
    file: &'static str,
    /// What is set beside it, as `path=value`.
    sets: &'static [&'static str],
}

const WORKLOADS: &[Workload] = &[
    Workload { name: FLOORED, file: "benches/workloads/mm1.toml", sets: &[] },
    Workload { name: "supermarket", file: "benches/workloads/supermarket.toml", sets: &[] },
    Workload { name: "tiers", file: "benches/workloads/tiers.toml", sets: &[] },
    // With a fixed warm-up, so that no pilot runs are part of what is measured.
    Workload {
        name: "stage3",
        file: "scenarios/stage3.toml",
        sets: &["run.warmup=1s", "run.repeats=2"],
    },
    Workload { name: "closed", file: "benches/workloads/closed.toml", sets: &[] },
];

/// The workload beside which the hand-written loop runs.
const FLOORED: &str = "mm1";

/// What makes a run short.
const SHORT: &str = "run.requests=2K";

/// Times a workload is run; the fastest counts, since neighbours can only slow it down.
const ROUNDS: u32 = 3;

fn main() {
    // Cargo adds `--bench`; nothing here depends on it.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let short = arguments.iter().any(|word| word == "--test");
    let named = |workload: &&Workload| arguments.iter().any(|word| word == workload.name);
    let chosen: Vec<&Workload> = WORKLOADS.iter().filter(named).collect();
    let known = |word: &String| word == "--test" || chosen.iter().any(|one| one.name == word);
    if let Some(word) = arguments.iter().find(|word| !known(word)) {
        let names: Vec<&str> = WORKLOADS.iter().map(|workload| workload.name).collect();
        eprintln!("no workload `{word}`; there are {}", names.join(", "));
        std::process::exit(2);
    }
    match chosen.as_slice() {
        [one] => measure(one, short),
        [] => measure_each(&WORKLOADS.iter().collect::<Vec<_>>(), short),
        several => measure_each(several, short),
    }
}

/// Runs each workload in a process of its own, so that no peak of memory hides another.
fn measure_each(workloads: &[&Workload], short: bool) {
    println!(
        "{:<12} {:>11} {:>11} {:>11} {:>9} {:>10} {:>9}  results",
        "workload", "requests/s", "events/s", "ns/request", "ns/event", "start ms", "peak MiB"
    );
    let program = std::env::current_exe().expect("the benchmark knows its own file");
    for workload in workloads {
        let mut command = Command::new(&program);
        command.arg(workload.name).args(short.then_some("--test"));
        let status = command.status().expect("the benchmark can start itself");
        assert!(status.success(), "workload `{}` failed", workload.name);
    }
}

/// Runs a workload in this process and prints its row.
fn measure(workload: &Workload, short: bool) {
    let mut sets: Vec<String> = workload.sets.iter().map(|set| (*set).to_owned()).collect();
    if short {
        sets.push(SHORT.to_owned());
    }
    let (scenario, model) = load(workload.file, &sets);
    let rounds = if short { 1 } else { ROUNDS };
    let (mut nanos, mut results) = (f64::INFINITY, None);
    let mut counts = (0, 0);
    for _ in 0..rounds {
        let (round, taken) = run(&scenario, &model);
        nanos = nanos.min(taken);
        counts = (round.horizon.simulated, round.horizon.events);
        let hash = hash_of(&round);
        assert_eq!(*results.get_or_insert(hash), hash, "{}: rounds differ", workload.name);
    }
    let start = start_of_a_repeat(&model);
    let (requests, events) = (counts.0 as f64, counts.1 as f64);
    let peak = process::peak_memory().map_or_else(|| "-".to_owned(), |mib| format!("{mib:.1}"));
    println!(
        "{:<12} {:>11.0} {:>11.0} {:>11.1} {:>9.1} {:>10.1} {peak:>9}  {:016x}",
        workload.name,
        requests / nanos * 1e9,
        events / nanos * 1e9,
        nanos / requests,
        nanos / events,
        start / 1e6,
        results.unwrap_or_default(),
    );
    if workload.name == FLOORED && !short {
        compare_with_floor(counts.0, nanos);
    }
}

/// Nanoseconds a repeat takes to begin: components built, caches filled. Part of the whole.
fn start_of_a_repeat(model: &Model) -> f64 {
    let watch = Stopwatch::start();
    let mut engine = model.engine(0);
    engine.start();
    std::hint::black_box(engine.live_jobs());
    watch.nanos()
}

/// Runs the hand-written loop for as many requests and prints how much faster it is.
fn compare_with_floor(requests: u64, nanos: f64) {
    let mut fastest = f64::INFINITY;
    for _ in 0..ROUNDS {
        let watch = Stopwatch::start();
        let answered = std::hint::black_box(floor::run(requests));
        fastest = fastest.min(watch.nanos());
        assert_eq!(answered.count(), requests);
    }
    println!(
        "{:<12} a hand-written loop takes {:.1} ns/request; simscale takes {:.1} times that",
        "",
        fastest / requests as f64,
        nanos / fastest
    );
}

fn load(file: &str, sets: &[String]) -> (Scenario, Model) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let (mut sources, mut problems) = (Sources::new(), Problems::new());
    let scenario = Scenario::load(&path, sets, &mut sources, &mut problems);
    let model = scenario.as_ref().and_then(|scenario| model::compile(scenario, &mut problems));
    match (scenario, model) {
        (Some(scenario), Some(model)) => (scenario, model),
        _ => panic!("{}", problems.render(&sources, false)),
    }
}

/// One run on one thread, and the nanoseconds of processor time it took.
fn run(scenario: &Scenario, model: &Model) -> (RunResult, f64) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread starts");
    // On the pool's one thread, which is the one that works.
    pool.install(|| {
        let options = Options { command: String::new(), progress: &|_| {} };
        let watch = Stopwatch::start();
        let result = experiment::run(scenario, model, &options).expect("jobs are conserved");
        (result, watch.nanos())
    })
}

/// A hash over all values, intervals and job counts.
fn hash_of(result: &RunResult) -> u64 {
    let mut hash = result.horizon.events;
    for metric in &result.metrics {
        hash = mix(hash, hash_name(&metric.path));
        let (low, high) = metric.ci95.unwrap_or_default();
        for number in [metric.value.unwrap_or_default(), low, high] {
            hash = mix(hash, number.to_bits());
        }
    }
    for component in &result.components {
        hash = mix(hash, hash_name(&format!("{:?}", component.hops)));
    }
    hash
}
