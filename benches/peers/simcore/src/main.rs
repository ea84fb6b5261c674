//! The three workloads in simcore, with callback components: `peer-simcore WORKLOAD REQUESTS`.
//!
//! Prints peer, workload, nanoseconds per request (processor time), mean and p95 in milliseconds.

mod model;
mod stations;

use std::fs;
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, workload, requests] = arguments.as_slice() else {
        panic!("expected a workload and a number of requests");
    };
    let requests: usize = requests.parse().expect("the number of requests is whole");
    let mut model = model::build(workload, requests);
    let (wall, processor) = (Instant::now(), processor_nanos());
    model.simulation.step_until_no_events();
    let nanos = match (processor, processor_nanos()) {
        (Some(start), Some(end)) => (end - start) as f64,
        _ => wall.elapsed().as_nanos() as f64,
    };
    let mut times = model.response_times.take();
    assert_eq!(times.len(), requests, "every request is answered");
    times.sort_by(f64::total_cmp);
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    let percentile = times[times.len() * 95 / 100];
    let per_request = nanos / requests as f64;
    println!("simcore 0.1.0\t{workload}\t{per_request:.1}\t{mean:.4}\t{percentile:.4}");
}

/// Nanoseconds this thread has run, where the system tells; it counts on when a thread gives way.
fn processor_nanos() -> Option<u64> {
    std::thread::yield_now();
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}
