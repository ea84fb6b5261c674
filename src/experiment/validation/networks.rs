//! Several stations: means add up where the form is a product, and some laws hold anywhere.

use super::case::{Case, value};
use super::formulas::closed_throughput;
use crate::experiment::result::RunResult;

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> =
        [(400, 4_000_000, 0.01), (600, 12_000_000, 0.01), (750, 16_000_000, 0.03)]
            .into_iter()
            .map(|(rate, requests, cap)| tandem(rate, requests, cap))
            .collect();
    cases.extend(closed());
    cases.push(mixed());
    cases
}

const TANDEM: &str = "entry = \"app\"\n\
    data.items = { keys = 10_000 }\n\
    operations.get = { does = \"read\", of = \"items\" }\n\
    [components.app]\n\
    kind = \"service\"\n\
    workers = 1_000_000\n\
    cores = 1\n\
    discipline = \"fcfs\"\n\
    service_time = { exponential = \"1ms\" }\n\
    sends_to = \"cache\"\n\
    [components.cache]\n\
    kind = \"cache\"\n\
    holds = [\"items\"]\n\
    entries = 7_000\n\
    discipline = \"fcfs\"\n\
    queue_limit = \"unlimited\"\n\
    service_time = { exponential = \"500us\" }\n\
    sends_to = \"db\"\n\
    [components.db]\n\
    kind = \"database\"\n\
    cores = 1\n\
    discipline = \"fcfs\"\n\
    connections = \"unlimited\"\n\
    read_time = { exponential = \"4ms\" }\n";

/// A Jackson network with a branch: application, cache, and the database on a miss.
///
/// Every station is M/M/1. At 600 requests a second: the application's one core is the station (its
/// workers are so many that none is ever missed): 1 ms at load 0.6 makes 2.5 ms. The cache, one
/// look-up at a time: 0.5 ms at 0.3 makes 0.714 ms. Even draws from 10,000 keys find one of 7,000
/// held keys with probability 0.7 each, whatever happened before, so misses are a Poisson stream
/// of 180 a second: 4 ms at 0.72 makes 14.286 ms for three in ten. Sum 2.5 + 0.714 + 4.286 = 7.5 ms
/// (Jackson, Operations Research 5, 1957).
fn tandem(rate: u32, requests: u64, cap: f64) -> Case {
    let arrivals = f64::from(rate);
    let mm1 = |service: f64, arrivals: f64| service / (1.0 - service * arrivals);
    let app = mm1(0.001, arrivals);
    let cache = mm1(0.0005, arrivals);
    let db = mm1(0.004, 0.3 * arrivals);
    let load = 0.3 * arrivals * 0.004;
    Case::open("tandem", format!("tandem at {load:.2}"), rate, TANDEM.to_owned())
        .at(load, requests)
        .check("response_time.mean", app + cache + 0.3 * db, cap)
        .check("cache.response_time.mean", cache + 0.3 * db, cap)
        .check("db.query.mean", db, cap)
        .check("cache.hit_rate", 0.7, 0.001)
        .check("throughput", arrivals, 0.002)
}

/// Users who wait for the answer and think 1 s: exact by product form.
///
/// Four workers of 20 ms serve 200 requests a second at most; the knee lies at 1.02 x 200 = 204
/// users. Then a network of two stations of shared cores, whose law does not matter: application
/// with 4 cores of 10 ms and database with 2 cores of 8 ms, so 250 a second at most.
fn closed() -> Vec<Case> {
    let service = "entry = \"app\"\n\
         components.app = { kind = \"service\", workers = 4, queue_limit = \"unlimited\", \
         service_time = { exponential = \"20ms\" } }";
    let network = "entry = \"app\"\n\
         components.app = { kind = \"service\", workers = 1_000_000, cores = 4, \
         service_time = { lognormal = { mean = \"10ms\", cv = 1.5 } }, sends_to = \"db\" }\n\
         components.db = { kind = \"database\", cores = 2, connections = \"unlimited\", \
         read_time = { gamma = { mean = \"8ms\", cv = 0.7 } } }";
    let (one, two) = (&[(0.02, 4)][..], &[(0.01, 4), (0.008, 2)][..]);
    let case =
        |(what, users, requests, system, stations): (&str, u32, u64, &str, &[(f64, u32)])| {
            let throughput = closed_throughput(users as usize, 1.0, stations);
            let response = f64::from(users) / throughput - 1.0;
            let loads =
                stations.iter().map(|(time, servers)| throughput * time / f64::from(*servers));
            let name = format!("closed {what}, {users}");
            Case::closed("closed users", name, users, system.to_owned())
                .at(loads.fold(0.0, f64::max), requests)
                .check("throughput", throughput, 0.005)
                .check("response_time.mean", response, 0.01)
        };
    let cases = [
        ("service", 150, 4_000_000, service, one),
        ("service", 190, 6_000_000, service, one),
        ("service", 220, 8_000_000, service, one),
        ("network", 150, 4_000_000, network, two),
        ("network", 260, 6_000_000, network, two),
    ];
    cases.into_iter().map(case).collect()
}

/// Laws that need no assumption: busy servers = rate x service time (utilisation law), and waiting
/// jobs = rate x waiting time (Little, Operations Research 9, 1961), in a system of all sorts.
///
/// 500 requests a second, a fifth of them writes. The application spends 5 ms on each: 2.5 of its
/// 4 cores. A look-up of 0.5 ms for 400 reads is a fifth of the cache's thread. Half of the reads
/// find their key (even draws, half of the keys held, nothing deleted), 200
/// reads of 4 ms and 100 writes of 6 ms are 1.4 of the database's 2 cores. Both sides of Little's
/// law are measured on the same jobs, but for those that wait at the ends of the window.
fn mixed() -> Case {
    let system = "entry = \"app\"\n\
         data.items = { keys = 2_000 }\n\
         operations.get = { share = \"80%\", does = \"read\", of = \"items\" }\n\
         operations.put = { share = \"rest\", does = \"write\", of = \"items\", \
                            key = \"uniform\" }\n\
         [components.app]\n\
         kind = \"service\"\n\
         workers = 8\n\
         cores = 4\n\
         queue_limit = \"unlimited\"\n\
         service_time = { lognormal = { mean = \"5ms\", cv = 1.0 } }\n\
         sends_to = \"cache\"\n\
         [components.cache]\n\
         kind = \"cache\"\n\
         holds = [\"items\"]\n\
         entries = 1_000\n\
         invalidate = \"none\"\n\
         service_time = { exponential = \"500us\" }\n\
         sends_to = \"db\"\n\
         [components.db]\n\
         kind = \"database\"\n\
         cores = 2\n\
         read_time = { lognormal = { mean = \"4ms\", cv = 1.2 } }\n\
         write_time = { gamma = { mean = \"6ms\", cv = 0.5 } }\n";
    let load = (200.0 * 0.004 + 100.0 * 0.006) / 2.0;
    Case::open("laws", "mixed system".to_owned(), 500, system.to_owned())
        .at(load, 3_000_000)
        .check("app.cpu", 500.0 * 0.005 / 4.0, 0.005)
        .check("cache.threads.busy", 400.0 * 0.0005, 0.005)
        .check("db.cpu", load, 0.005)
        .check("db.write_load", 100.0 * 0.006 / 2.0, 0.01)
        .check("cache.hit_rate", 0.5, 0.005)
        .check_law("app.queue_depth.mean", jobs_that_wait, 0.002, 0.05)
}

/// Little's law: rate x waiting time.
fn jobs_that_wait(result: &RunResult) -> f64 {
    value(result, "throughput") * value(result, "app.wait.mean")
}
