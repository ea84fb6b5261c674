//! What threads gain: the same repeats on one thread and on two, in wall time. Whatever else runs
//! on the machine takes from the second thread first, so only a quiet one shows the gain.

use crate::row::SHORT;
use crate::workload::{self, WORKLOADS, hash_of};
use std::time::Instant;

/// The workload that is repeated.
const REPEATED: &str = "supermarket";
const SETS: &[&str] = &["run.repeats=8", "run.requests=250K"];
/// The fastest counts.
const ROUNDS: u32 = 5;

/// Prints the wall time of 8 repeats on one and on two threads, and their ratio.
pub fn print(is_short: bool) {
    if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
        println!("\nthreads: one processor only, so nothing to gain");
        return;
    }
    let workload = WORKLOADS.iter().find(|workload| workload.name == REPEATED);
    let mut sets = SETS.to_vec();
    sets.extend(is_short.then_some(SHORT));
    let loaded = workload::load(workload.expect("it is one of them"), &sets);
    let rounds = if is_short { 1 } else { ROUNDS };
    let mut results = None;
    let mut fastest = [f64::INFINITY; 2];
    // In turn, so that what disturbs for a while disturbs both.
    for _ in 0..rounds {
        for (threads, fastest) in (1..).zip(&mut fastest) {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.expect("threads can be started");
            let watch = Instant::now();
            let result = pool.install(|| workload::run(&loaded));
            *fastest = fastest.min(watch.elapsed().as_secs_f64());
            let hash = hash_of(&result);
            assert_eq!(*results.get_or_insert(hash), hash, "results depend on the threads");
        }
    }
    let [one, two] = fastest;
    println!(
        "\n8 repeats of {REPEATED}: {:.0} ms on one thread, {:.0} ms on two, {:.2} times as fast",
        one * 1e3,
        two * 1e3,
        one / two
    );
}
