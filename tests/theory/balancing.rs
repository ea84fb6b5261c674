//! Load balancers over servers with one worker each.

use super::formulas::{erlang_arrivals_response, power_of_two_limit, shorter_of_two_response};
use super::{Group, run_open};
use simscale::experiment::result::RunResult;

/// Servers whose one worker takes 1 ms, at a load of `per_server` / 1000.
fn run_balanced(algorithm: &str, servers: u32, per_server: u32, requests: u64) -> RunResult {
    let system = format!(
        "entry = \"lb\"\n\
         components.lb = {{ kind = \"load_balancer\", algorithm = \"{algorithm}\", \
         sends_to = \"app\" }}\n\
         components.app = {{ kind = \"service\", servers = {servers}, workers = 1, \
         queue_limit = \"unlimited\", service_time = {{ exponential = \"1ms\" }} }}"
    );
    run_open(servers * per_server, requests, &system)
}

/// Every n-th arrival of a Poisson stream: Erlang gaps of n stages, and a response time that is
/// exponential, so its 95th percentile is ln 20 = 2.996 means.
#[test]
fn round_robin_deals_out_erlang_gaps() {
    let mut group = Group::new("round robin");
    for (case, servers, requests) in [("2 servers", 2, 16_000_000), ("8 servers", 8, 12_000_000)] {
        let result = run_balanced("round_robin", servers, 800, requests);
        let mean = erlang_arrivals_response(servers as i32, 0.001, 0.8);
        group.check(case, &result, "response_time.mean", mean, 0.01);
        group.check(case, &result, "response_time.p95", mean * libm::log(20.0), 0.01);
    }
    group.finish();
}

/// Two servers: the chain of both lengths, exact. A thousand at 0.9: the limit of many servers,
/// 2.614 service times; what is missing to the limit falls as 1 / servers, and a hundred miss 1.3%
/// of it: 2.646 +- 0.001 by a simulation of nothing but the lengths of their lines. (Drawing both
/// lines from all, so that one time in a hundred they are the same, would make 2.658.)
#[test]
fn the_shorter_of_two_lines_is_joined() {
    let mut group = Group::new("power of two");
    let path = "response_time.mean";
    let result = run_balanced("power_of_two", 2, 800, 8_000_000);
    let mean = 0.001 * shorter_of_two_response(0.8);
    group.check("2 servers at 0.8", &result, path, mean, 0.01);
    for (case, servers, times, known) in [
        ("100 servers at 0.9", 100, 2.646, 0.001),
        ("1000 servers at 0.9", 1_000, power_of_two_limit(0.9), 0.0015),
    ] {
        let result = run_balanced("power_of_two", servers, 900, 12_000_000);
        group.check_within(case, &result, path, 0.001 * times, known, 0.01);
    }
    group.finish();
}
