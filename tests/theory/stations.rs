//! One station.

use super::formulas::{erlang_b, gated_batch_response, mg1_wait, mm1_response_quantile, mmc_wait};
use super::{Group, run_open};
use simscale::experiment::result::RunResult;

/// A service whose workers take the mean time of 1 ms, so that 1000 requests a second are a load
/// of 1 for each of them.
fn service(workers: u32, queue_limit: &str, service_time: &str) -> String {
    format!(
        "entry = \"app\"\n\
         components.app = {{ kind = \"service\", workers = {workers}, \
         queue_limit = {queue_limit}, service_time = {service_time} }}"
    )
}

const MILLISECOND: f64 = 0.001;
const UNLIMITED: &str = "\"unlimited\"";
const EXPONENTIAL: &str = "{ exponential = \"1ms\" }";

/// M/M/1 at `rate` a second: mean and 95th percentile.
fn check_mm1(name: &str, rate: u32, requests: u64, cap: f64) {
    let load = f64::from(rate) / 1000.0;
    let result = run_open(rate, requests, &service(1, UNLIMITED, EXPONENTIAL));
    let mut group = Group::new(name);
    let mean = MILLISECOND / (1.0 - load);
    group.check(name, &result, "response_time.mean", mean, cap);
    let p95 = mm1_response_quantile(MILLISECOND, load, 0.95);
    group.check(name, &result, "response_time.p95", p95, cap);
    group.finish();
}

/// Mean 1/(1 - 0.5) = 2 ms, p95 2 ms x ln 20 = 5.99 ms.
#[test]
fn mm1_half_loaded() {
    check_mm1("M/M/1 at 0.5", 500, 2_400_000, 0.01);
}

/// Mean 5 ms, p95 14.98 ms.
#[test]
fn mm1_loaded() {
    check_mm1("M/M/1 at 0.8", 800, 12_000_000, 0.01);
}

/// Mean 20 ms, p95 59.9 ms.
#[test]
fn mm1_near_saturation() {
    check_mm1("M/M/1 at 0.95", 950, 27_000_000, 0.03);
}

/// Four servers at 0.8 wait 0.746 ms, sixteen at 0.9 wait 0.370 ms in the mean.
#[test]
fn mmc_waits_as_erlang_says() {
    let mut group = Group::new("M/M/c");
    for (case, servers, rate, load, requests) in
        [("M/M/4 at 0.8", 4, 3_200, 0.8, 8_000_000), ("M/M/16 at 0.9", 16, 14_400, 0.9, 20_000_000)]
    {
        let result = run_open(rate, requests, &service(servers, UNLIMITED, EXPONENTIAL));
        let wait = mmc_wait(servers, MILLISECOND, load);
        group.check(case, &result, "app.wait.mean", wait, 0.03);
        group.check(case, &result, "response_time.mean", wait + MILLISECOND, 0.01);
    }
    group.finish();
}

/// Nobody can wait: Erlang's loss, which depends on the mean of the service times only.
#[test]
fn full_servers_lose_as_erlang_says() {
    let mut group = Group::new("M/M/c/c");
    let lognormal = "{ lognormal = { mean = \"1ms\", cv = 2 } }";
    for (case, servers, rate, law) in [
        ("M/M/4/4 at 3", 4, 3_000, EXPONENTIAL),
        ("M/M/16/16 at 14", 16, 14_000, EXPONENTIAL),
        ("M/G/4/4 at 3", 4, 3_000, lognormal),
    ] {
        let result = run_open(rate, 4_000_000, &service(servers, "0", law));
        let loss = erlang_b(servers, f64::from(rate) * MILLISECOND);
        group.check(case, &result, "error_rate", loss, 0.01);
    }
    group.finish();
}

/// At 0.8 the wait is 2 (1 + cv^2) ms: 2, 2.5, 10, 10 ms.
#[test]
fn mg1_waits_as_pollaczek_and_khinchine_say() {
    let mut group = Group::new("M/G/1");
    for (case, law, cv, requests, cap) in [
        ("constant", "\"1ms\"", 0.0, 4_000_000, 0.01),
        ("gamma, cv 0.5", "{ gamma = { mean = \"1ms\", cv = 0.5 } }", 0.5, 4_000_000, 0.01),
        ("gamma, cv 2", "{ gamma = { mean = \"1ms\", cv = 2 } }", 2.0, 24_000_000, 0.01),
        ("lognormal, cv 2", "{ lognormal = { mean = \"1ms\", cv = 2 } }", 2.0, 30_000_000, 0.02),
    ] {
        let result = run_open(800, requests, &service(1, UNLIMITED, law));
        let mean = mg1_wait(MILLISECOND, 0.8, cv) + MILLISECOND;
        group.check(case, &result, "response_time.mean", mean, cap);
    }
    group.finish();
}

fn run_database(cores: u32, law: &str, requests: u64) -> RunResult {
    let system = format!(
        "entry = \"db\"\n\
         components.db = {{ kind = \"database\", cores = {cores}, connections = \"unlimited\", \
         read_time = {law} }}"
    );
    run_open(800 * cores, requests, &system)
}

/// Cores shared by all who run: the mean is that of M/M/1 and M/M/c, whatever the law of the work
/// (Kleinrock, Queueing Systems II, 1976, 4.17; Cohen, Acta Informatica 12, 1979, for several).
#[test]
fn processor_sharing_is_insensitive_in_the_mean() {
    let mut group = Group::new("processor sharing");
    let lognormal = "{ lognormal = { mean = \"1ms\", cv = 2 } }";
    for (case, cores, law, requests, cap) in [
        ("constant, 1 core", 1, "\"1ms\"", 4_000_000, 0.01),
        ("exponential, 1 core", 1, EXPONENTIAL, 6_000_000, 0.01),
        ("lognormal, 1 core", 1, lognormal, 19_000_000, 0.01),
        ("exponential, 4 cores", 4, EXPONENTIAL, 4_000_000, 0.01),
        ("lognormal, 4 cores", 4, lognormal, 16_000_000, 0.01),
    ] {
        let result = run_database(cores, law, requests);
        let mean = MILLISECOND + mmc_wait(cores, MILLISECOND, 0.8);
        group.check(case, &result, "response_time.mean", mean, cap);
    }
    group.finish();
}

/// A cache thread answers all that waited together; look-ups of 1 ms.
#[test]
fn a_thread_answers_in_gated_batches() {
    let mut group = Group::new("gated batch");
    for (case, rate, requests) in
        [("at 0.3", 300, 1_000_000), ("at 0.5", 500, 2_000_000), ("at 0.8", 800, 6_000_000)]
    {
        let system = "entry = \"cache\"\n\
             data.items = { keys = 10 }\n\
             operations.get = { does = \"read\", of = \"items\" }\n\
             components.cache = { kind = \"cache\", holds = [\"items\"], entries = 10, \
             queue_limit = \"unlimited\", service_time = \"1ms\" }";
        let result = run_open(rate, requests, system);
        let mean = gated_batch_response(MILLISECOND, f64::from(rate) / 1000.0);
        group.check(case, &result, "response_time.mean", mean, 0.01);
    }
    group.finish();
}
