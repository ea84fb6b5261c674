//! One station. Its servers take the mean time of 1 ms, so that 1000 requests a second are a load
//! of 1 for each of them.
//!
//! Names of cases are those of Kendall: D stands for constant times, M for exponential ones, E4 for
//! gamma ones of coefficient of variation 0.5, which are Erlang of four stages, and G for lognormal
//! ones of coefficient of variation 2.

use super::case::Case;
use super::formulas::{
    erlang_b, gated_batch_response, mg1_wait, mm1_response_quantile, mmc_wait, shared_speed,
};
use crate::blocks::station::Scalability;

const MILLISECOND: f64 = 0.001;
const UNLIMITED: &str = "\"unlimited\"";
const EXPONENTIAL: &str = "{ exponential = \"1ms\" }";
const CONSTANT: &str = "\"1ms\"";
const GAMMA_HALF: &str = "{ gamma = { mean = \"1ms\", cv = 0.5 } }";
const GAMMA_TWO: &str = "{ gamma = { mean = \"1ms\", cv = 2 } }";
const LOGNORMAL: &str = "{ lognormal = { mean = \"1ms\", cv = 2 } }";
const MEAN: &str = "response_time.mean";

pub(super) fn cases() -> Vec<Case> {
    [mm1(), mmc(), mmcc(), mg1(), processor_sharing(), contention(), gated_batch()].concat()
}

fn service(workers: u32, queue_limit: &str, service_time: &str) -> String {
    format!(
        "entry = \"app\"\n\
         components.app = {{ kind = \"service\", workers = {workers}, \
         queue_limit = {queue_limit}, service_time = {service_time} }}"
    )
}

/// Offered load of each server at `rate` requests a second.
fn load(rate: u32, servers: u32) -> f64 {
    f64::from(rate) / f64::from(1000 * servers)
}

/// Mean 1/(1 - load) ms, p95 that times ln 20: 2 and 5.99 ms at 0.5, 5 and 14.98 ms at 0.8, 10 and
/// 29.96 ms at 0.9, 20 and 59.9 ms at 0.95.
fn mm1() -> Vec<Case> {
    let case = |(rate, requests, cap): (u32, u64, f64)| {
        let load = load(rate, 1);
        let system = service(1, UNLIMITED, EXPONENTIAL);
        let p95 = mm1_response_quantile(MILLISECOND, load, 0.95);
        Case::open("M/M/1", format!("M/M/1 at {load}"), rate, system)
            .at(load, requests)
            .check(MEAN, MILLISECOND / (1.0 - load), cap)
            .check("response_time.p95", p95, cap)
    };
    let cases = [
        (500, 2_400_000, 0.01),
        (800, 12_000_000, 0.01),
        (900, 24_000_000, 0.02),
        (950, 27_000_000, 0.03),
    ];
    cases.into_iter().map(case).collect()
}

/// Four servers at 0.8 wait 0.746 ms, sixteen at 0.9 wait 0.370 ms in the mean.
fn mmc() -> Vec<Case> {
    let case = |(servers, rate, requests): (u32, u32, u64)| {
        let load = load(rate, servers);
        let wait = mmc_wait(servers, MILLISECOND, load);
        let system = service(servers, UNLIMITED, EXPONENTIAL);
        Case::open("M/M/c", format!("M/M/{servers} at {load}"), rate, system)
            .at(load, requests)
            .check("app.wait.mean", wait, 0.03)
            .check(MEAN, wait + MILLISECOND, 0.01)
    };
    let cases = [
        (4, 2_000, 4_000_000),
        (4, 3_200, 8_000_000),
        (16, 14_400, 20_000_000),
        (16, 15_200, 40_000_000),
    ];
    cases.into_iter().map(case).collect()
}

/// Nobody can wait: Erlang's loss, which depends on the mean of the service times only.
fn mmcc() -> Vec<Case> {
    let case = |(law, servers, rate): (&str, u32, u32)| {
        let service_time = if law == "M" { EXPONENTIAL } else { LOGNORMAL };
        let load = load(rate, servers);
        let name = format!("M/{law}/{servers}/{servers} at {load}");
        Case::open("M/M/c/c", name, rate, service(servers, "0", service_time))
            .at(load, 4_000_000)
            .check("error_rate", erlang_b(servers, f64::from(servers) * load), 0.01)
    };
    let cases =
        [("M", 4, 2_000), ("M", 4, 3_000), ("M", 16, 14_000), ("G", 4, 3_000), ("M", 16, 16_000)];
    cases.into_iter().map(case).collect()
}

/// At 0.8 the wait is 2 (1 + cv^2) ms: 2, 2.5, 10, 10 ms.
fn mg1() -> Vec<Case> {
    let case = |(law, text, cv, rate, requests, cap): (&str, &str, f64, u32, u64, f64)| {
        let load = load(rate, 1);
        let mean = mg1_wait(MILLISECOND, load, cv) + MILLISECOND;
        let name = format!("M/{law} at {load}");
        Case::open("M/G/1", name, rate, service(1, UNLIMITED, text))
            .at(load, requests)
            .check(MEAN, mean, cap)
    };
    let cases = [
        ("D/1", CONSTANT, 0.0, 500, 1_000_000, 0.01),
        ("G/1", LOGNORMAL, 2.0, 500, 16_000_000, 0.01),
        ("D/1", CONSTANT, 0.0, 800, 4_000_000, 0.01),
        ("E4/1", GAMMA_HALF, 0.5, 800, 4_000_000, 0.01),
        ("gamma/1 cv 2", GAMMA_TWO, 2.0, 800, 24_000_000, 0.01),
        ("G/1", LOGNORMAL, 2.0, 800, 30_000_000, 0.02),
        ("E4/1", GAMMA_HALF, 0.5, 900, 12_000_000, 0.02),
        ("D/1", CONSTANT, 0.0, 950, 16_000_000, 0.03),
    ];
    cases.into_iter().map(case).collect()
}

/// Cores shared by all who run: the mean is that of M/M/1 and M/M/c, whatever the law of the work
/// (Kleinrock, Queueing Systems II, 1976, 4.17; Cohen, Acta Informatica 12, 1979, for several).
fn processor_sharing() -> Vec<Case> {
    let case = |(law, text, cores, each, requests, cap): (&str, &str, u32, u32, u64, f64)| {
        let (rate, load) = (each * cores, load(each, 1));
        let system = format!(
            "entry = \"db\"\n\
             components.db = {{ kind = \"database\", cores = {cores}, \
             connections = \"unlimited\", read_time = {text} }}"
        );
        let mean = MILLISECOND + mmc_wait(cores, MILLISECOND, load);
        let name = format!("M/{law}/{cores}-PS at {load}");
        Case::open("processor sharing", name, rate, system)
            .at(load, requests)
            .check(MEAN, mean, cap)
    };
    let cases = [
        ("G", LOGNORMAL, 1, 500, 3_000_000, 0.01),
        ("D", CONSTANT, 1, 800, 4_000_000, 0.01),
        ("M", EXPONENTIAL, 1, 800, 6_000_000, 0.01),
        ("G", LOGNORMAL, 1, 800, 19_000_000, 0.01),
        ("M", EXPONENTIAL, 4, 800, 4_000_000, 0.01),
        ("G", LOGNORMAL, 4, 800, 16_000_000, 0.01),
        ("M", EXPONENTIAL, 1, 900, 10_000_000, 0.02),
        ("M", EXPONENTIAL, 1, 950, 16_000_000, 0.03),
    ];
    cases.into_iter().map(case).collect()
}

/// Cores that disturb each other by the Universal Scalability Law: eight that do the work of 4.9,
/// four that do that of 3.1, and sixteen, just beyond the peak of their law, under closed users.
fn contention() -> Vec<Case> {
    const MODEL: &str = "contention";
    let law = |cores: u64, contention: f64, coherency: f64| {
        let law = Scalability { contention, coherency };
        move |jobs: u64| law.capacity(jobs.min(cores))
    };
    let (eight, four, sixteen) = (law(8, 0.05, 0.005), law(4, 0.1, 0.0), law(16, 0.02, 0.004));
    let app = format!(
        "entry = \"app\"\n\
         components.app = {{ kind = \"service\", workers = 100_000, cores = 8, \
         contention = \"5%\", coherency = 0.005, service_time = {LOGNORMAL} }}"
    );
    let database = |cores: u32, law: &str, read_time: &str| {
        format!(
            "entry = \"db\"\n\
             components.db = {{ kind = \"database\", cores = {cores}, {law}, \
             connections = \"unlimited\", read_time = {read_time} }}"
        )
    };
    let few = database(4, "contention = 0.1", EXPONENTIAL);
    let many = database(16, "contention = 0.02, coherency = 0.004", "{ exponential = \"20ms\" }");
    let users = 330.0;
    let (closed_mean, closed_rate) =
        shared_speed(0.02, |jobs| users - jobs as f64, sixteen, users as u64);
    vec![
        Case::open(MODEL, "eight cores of 4.9".into(), 3_600, app)
            .at(3.6 / eight(8), 12_000_000)
            .check(MEAN, shared_speed(MILLISECOND, |_| 3_600.0, eight, 2_000).0, 0.01),
        Case::open(MODEL, "four cores of 3.1".into(), 2_400, few)
            .at(2.4 / four(4), 8_000_000)
            .check(MEAN, shared_speed(MILLISECOND, |_| 2_400.0, four, 2_000).0, 0.01),
        Case::closed(MODEL, "sixteen cores, closed".into(), users as u32, many)
            .at(users * 0.02 / sixteen(16), 4_000_000)
            .check(MEAN, closed_mean, 0.02)
            .check("throughput", closed_rate, 0.01),
    ]
}

/// A cache thread answers all that waited together; look-ups of 1 ms.
fn gated_batch() -> Vec<Case> {
    let system = "entry = \"cache\"\n\
         data.items = { keys = 10 }\n\
         operations.get = { does = \"read\", of = \"items\" }\n\
         components.cache = { kind = \"cache\", holds = [\"items\"], entries = 10, \
         queue_limit = \"unlimited\", service_time = \"1ms\" }";
    let case = |(rate, requests): (u32, u64)| {
        let load = load(rate, 1);
        Case::open("gated batch", format!("gated batch at {load}"), rate, system.to_owned())
            .at(load, requests)
            .check(MEAN, gated_batch_response(MILLISECOND, load), 0.01)
    };
    [(300, 1_000_000), (500, 2_000_000), (800, 6_000_000)].into_iter().map(case).collect()
}
