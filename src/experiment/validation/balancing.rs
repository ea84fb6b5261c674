//! Load balancers over servers with one worker each, who takes 1 ms.

use super::case::Case;
use super::formulas::{erlang_arrivals_response, power_of_two_limit, shorter_of_two_response};

const MEAN: &str = "response_time.mean";

pub(super) fn cases() -> Vec<Case> {
    [round_robin(), power_of_two()].concat()
}

/// Servers at a load of `per_server` / 1000 each, under the algorithm of the model's name; `name`
/// is its short form.
fn balanced(model: &'static str, name: &str, servers: u32, per_server: u32, requests: u64) -> Case {
    let algorithm = model.replace(' ', "_");
    let system = format!(
        "entry = \"lb\"\n\
         components.lb = {{ kind = \"load_balancer\", algorithm = \"{algorithm}\", \
         sends_to = \"app\" }}\n\
         components.app = {{ kind = \"service\", servers = {servers}, workers = 1, \
         queue_limit = \"unlimited\", service_time = {{ exponential = \"1ms\" }} }}"
    );
    let load = f64::from(per_server) / 1000.0;
    let name = format!("{name}, {servers} at {load}");
    Case::open(model, name, servers * per_server, system).at(load, requests)
}

/// Every n-th arrival of a Poisson stream: Erlang gaps of n stages, and a response time that is
/// exponential, so its 95th percentile is ln 20 = 2.996 means.
fn round_robin() -> Vec<Case> {
    let case = |(servers, per_server, requests, cap): (u32, u32, u64, f64)| {
        let load = f64::from(per_server) / 1000.0;
        let mean = erlang_arrivals_response(servers as i32, 0.001, load);
        balanced("round robin", "round robin", servers, per_server, requests)
            .check(MEAN, mean, cap)
            .check("response_time.p95", mean * libm::log(20.0), cap)
    };
    let cases = [
        (8, 500, 4_000_000, 0.01),
        (2, 800, 16_000_000, 0.01),
        (8, 800, 12_000_000, 0.01),
        (8, 900, 20_000_000, 0.02),
        (8, 950, 32_000_000, 0.03),
    ];
    cases.into_iter().map(case).collect()
}

/// Mean response times of a hundred servers of 1, each job joining the shorter of the lines of two
/// different ones, and what they may be off: load, time, share of it.
///
/// By a simulation of nothing but the lengths of the lines as a chain of steps, 0.3 to 4 billion
/// arrivals each; what it is off is three standard deviations over ten runs or more, rounded up.
/// (Drawing both lines from all, so that one time in a hundred they are the same, would make 2.658
/// at 0.9.)
const HUNDRED_SERVERS: [(u32, f64, f64); 6] = [
    (500, 1.2674, 0.0005),
    (700, 1.6200, 0.001),
    (800, 1.9590, 0.001),
    (900, 2.6464, 0.001),
    (950, 3.4605, 0.001),
    (990, 5.9431, 0.0025),
];

/// Joining the shorter of two queues, JSQ(2). Two servers: the chain of both lengths, exact. A
/// hundred: see [`HUNDRED_SERVERS`]. A thousand at 0.9: the limit of many servers, 2.614 service
/// times; what is missing to the limit falls as 1 / servers, and a hundred miss 1.3% of it.
///
/// All lines are empty at first, and many servers at a high load take long to fill them, while the
/// warm-up is a tenth of what is measured or more: a hundred at 0.99 forget their start some
/// 1 / (100 (1 - sqrt(0.99))^2) = 400 service times later, so 2.5 s are cut, and no repeat is
/// shorter than 12 s; a thousand at 0.9 have filled theirs after a hundred service times.
fn power_of_two() -> Vec<Case> {
    let balanced = |servers, per_server, requests| {
        balanced("power of two", "JSQ(2)", servers, per_server, requests)
    };
    let shorter = 0.001 * shorter_of_two_response(0.8);
    let mut cases = vec![balanced(2, 800, 8_000_000).check(MEAN, shorter, 0.01)];
    let lengths = [
        (2_000_000, 0.01),
        (4_000_000, 0.01),
        (6_000_000, 0.01),
        (12_000_000, 0.01),
        (20_000_000, 0.01),
        (50_000_000, 0.03),
    ];
    for (figure, (requests, cap)) in std::iter::zip(HUNDRED_SERVERS, lengths) {
        let (per_server, times, known) = figure;
        let case = balanced(100, per_server, requests);
        let case = match per_server {
            990 => case.after("2500ms").at_least(25_000_000),
            _ => case,
        };
        cases.push(case.check_within(MEAN, 0.001 * times, known, cap));
    }
    let limit = 0.001 * power_of_two_limit(0.9);
    let thousand = balanced(1_000, 900, 12_000_000).after("100ms");
    cases.push(thousand.check_within(MEAN, limit, 0.0015, 0.01));
    cases
}
