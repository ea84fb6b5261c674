//! The workloads: scenario files, and how one is loaded and run.

use crate::floor::{self, Answered};
use simscale::experiment::result::RunResult;
use simscale::experiment::{self, Options};
use simscale::kernel::random::{hash_name, mix};
use simscale::language::diagnostic::Problems;
use simscale::language::source::Sources;
use simscale::model::{self, Model};
use simscale::scenario::Scenario;
use std::path::Path;

/// A scenario to run.
pub struct Workload {
    pub name: &'static str,
    /// Its file, seen from the project's folder.
    pub file: &'static str,
    /// What is set beside it, as `path=value`.
    pub sets: &'static [&'static str],
    /// The same work as a loop written by hand: requests and repeat in, response times out.
    pub floor: fn(u64, u32) -> Answered,
    /// Variance of the mean response time over n requests, times n, over the squared mean: 1 for
    /// independent exponential times, more where a request waits for those before it.
    pub variation: f64,
}

pub const WORKLOADS: &[Workload] = &[
    Workload {
        name: "mm1",
        file: "benches/workloads/mm1.toml",
        sets: &[],
        floor: floor::mm1::run,
        // r (2 + 5r - 4r^2 + r^3) / (1 - r)^4 = 1976 squared service times at load r = 0.8, over
        // 5^2 (Daley, "The serial correlation coefficients of waiting times in a stationary single
        // server queue", J. Australian Math. Society 8, 1968).
        variation: 79.0,
    },
    Workload {
        name: "supermarket",
        file: "benches/workloads/supermarket.toml",
        sets: &[],
        floor: floor::supermarket::run,
        // Measured: a million requests give a mean of 2.64 ms with a deviation of 0.03 ms.
        variation: 130.0,
    },
    Workload {
        name: "tiers",
        file: "benches/workloads/tiers.toml",
        sets: &[],
        floor: floor::tiers::run,
        // Hardly anybody waits: variances 25 of the servers and 0.8 x 0.5 + 0.2 x 128 - 2^2 = 22 of
        // cache or database, over 7^2, is 1.
        variation: 1.5,
    },
    // With a fixed warm-up, so that no pilot runs are part of what is measured.
    Workload {
        name: "stage3",
        file: "scenarios/stage3.toml",
        sets: &["run.warmup=1s", "run.repeats=2"],
        floor: floor::stage3::run,
        variation: 1.5,
    },
    Workload {
        name: "closed",
        file: "benches/workloads/closed.toml",
        sets: &[],
        floor: floor::closed::run,
        variation: 1.5,
    },
    Workload {
        name: "impatient",
        file: "benches/workloads/impatient.toml",
        sets: &[],
        floor: floor::impatient::run,
        variation: 1.5,
    },
];

/// Reads and compiles a scenario.
///
/// # Panics
/// With the problems found, when there are any.
pub fn load(workload: &Workload, more: &[&str]) -> (Scenario, Model) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(workload.file);
    let sets: Vec<String> = workload.sets.iter().chain(more).map(|&set| set.to_owned()).collect();
    let (mut sources, mut problems) = (Sources::new(), Problems::new());
    let scenario = Scenario::load(&path, &sets, &mut sources, &mut problems);
    let model = scenario.as_ref().and_then(|scenario| model::compile(scenario, &mut problems));
    match (scenario, model) {
        (Some(scenario), Some(model)) => (scenario, model),
        _ => panic!("{}", problems.render(&sources, false)),
    }
}

/// Makes this thread do all the work of this process.
pub fn stay_on_this_thread() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    pool.build_global().expect("nothing has run in parallel yet");
}

/// One run, on the threads of the current pool.
pub fn run((scenario, model): &(Scenario, Model)) -> RunResult {
    let options = Options::new(String::new(), &|_| {});
    experiment::run(scenario, model, &options).expect("jobs are conserved")
}

/// The value of a metric.
pub fn metric(result: &RunResult, path: &str) -> f64 {
    let metric = result.metrics.iter().find(|metric| metric.path == path);
    metric.and_then(|metric| metric.value).unwrap_or_else(|| panic!("no value of `{path}`"))
}

/// A hash over all values, intervals and job counts.
pub fn hash_of(result: &RunResult) -> u64 {
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
