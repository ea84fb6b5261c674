//! Several stations: means add up where the form is a product, and some laws hold anywhere.

use super::formulas::closed_throughput;
use super::{Group, run_closed, run_open};
use crate::support::value;

/// A Jackson network with a branch: application, cache, and the database on a miss.
///
/// 600 requests a second; every station is M/M/1. The application's one core is the station (its
/// workers are so many that none is ever missed): 1 ms at load 0.6 makes 2.5 ms. The cache, one
/// look-up at a time: 0.5 ms at 0.3 makes 0.714 ms. Even draws from 10,000 keys find one of 7,000
/// held keys with probability 0.7 each, whatever happened before, so misses are a Poisson stream
/// of 180 a second: 4 ms at 0.72 makes 14.286 ms for three in ten. Sum 2.5 + 0.714 + 4.286 = 7.5 ms
/// (Jackson, Operations Research 5, 1957).
#[test]
fn means_of_a_tandem_add_up() {
    let result = run_open(
        600,
        12_000_000,
        "entry = \"app\"\n\
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
         read_time = { exponential = \"4ms\" }\n",
    );
    let mut group = Group::new("tandem");
    let db = 0.004 / (1.0 - 0.72);
    let cache = 0.0005 / (1.0 - 0.3);
    let app = 0.001 / (1.0 - 0.6);
    group.check("tandem", &result, "response_time.mean", app + cache + 0.3 * db, 0.01);
    group.check("tandem", &result, "cache.response_time.mean", cache + 0.3 * db, 0.01);
    group.check("tandem", &result, "db.query.mean", db, 0.01);
    group.check("tandem", &result, "cache.hit_rate", 0.7, 0.001);
    group.check("tandem", &result, "throughput", 600.0, 0.002);
    group.finish();
}

/// Users who wait for the answer and think 1 s: exact by product form.
///
/// Four workers of 20 ms serve 200 requests a second at most; the knee lies at 1.02 x 200 = 204
/// users. Then a network of two stations of shared cores, whose law does not matter: application
/// with 4 cores of 10 ms and database with 2 cores of 8 ms, so 250 a second at most.
#[test]
fn closed_users_meet_the_product_form() {
    let mut group = Group::new("closed users");
    let service = "entry = \"app\"\n\
         components.app = { kind = \"service\", workers = 4, queue_limit = \"unlimited\", \
         service_time = { exponential = \"20ms\" } }";
    let network = "entry = \"app\"\n\
         components.app = { kind = \"service\", workers = 1_000_000, cores = 4, \
         service_time = { lognormal = { mean = \"10ms\", cv = 1.5 } }, sends_to = \"db\" }\n\
         components.db = { kind = \"database\", cores = 2, connections = \"unlimited\", \
         read_time = { gamma = { mean = \"8ms\", cv = 0.7 } } }";
    let (one, two) = (&[(0.02, 4)][..], &[(0.01, 4), (0.008, 2)][..]);
    for (case, users, requests, system, stations) in [
        ("service, 150 users", 150, 4_000_000, service, one),
        ("service, 220 users", 220, 8_000_000, service, one),
        ("network, 150 users", 150, 4_000_000, network, two),
        ("network, 260 users", 260, 6_000_000, network, two),
    ] {
        let result = run_closed(users, requests, system);
        let throughput = closed_throughput(users as usize, 1.0, stations);
        let response = f64::from(users) / throughput - 1.0;
        group.check(case, &result, "throughput", throughput, 0.005);
        group.check(case, &result, "response_time.mean", response, 0.01);
    }
    group.finish();
}

/// Laws that need no assumption: busy servers = rate x service time (utilisation law), and waiting
/// jobs = rate x waiting time (Little, Operations Research 9, 1961), in a system of all sorts.
///
/// 500 requests a second, a fifth of them writes. The application spends 5 ms on each: 2.5 of its
/// 4 cores. A look-up of 0.5 ms for 400 reads is a fifth of the cache's thread. Half of the reads
/// find their key (even draws, half of the keys held, nothing deleted), 200
/// reads of 4 ms and 100 writes of 6 ms are 1.4 of the database's 2 cores.
#[test]
fn utilisation_and_littles_law_hold() {
    let result = run_open(
        500,
        3_000_000,
        "entry = \"app\"\n\
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
         write_time = { gamma = { mean = \"6ms\", cv = 0.5 } }\n",
    );
    let mut group = Group::new("laws of a mixed system");
    group.check("utilisation", &result, "app.cpu", 500.0 * 0.005 / 4.0, 0.005);
    group.check("utilisation", &result, "cache.threads.busy", 400.0 * 0.0005, 0.005);
    group.check("utilisation", &result, "db.cpu", (200.0 * 0.004 + 100.0 * 0.006) / 2.0, 0.005);
    group.check("utilisation", &result, "db.write_load", 100.0 * 0.006 / 2.0, 0.01);
    group.check("even draws", &result, "cache.hit_rate", 0.5, 0.005);
    let waiting = value(&result, "throughput") * value(&result, "app.wait.mean");
    group.check("Little", &result, "app.queue_depth.mean", waiting, 0.05);
    group.finish();
    // Both sides are measured on the same jobs, but for those that wait at the ends of the window.
    let depth = value(&result, "app.queue_depth.mean");
    assert!((depth / waiting - 1.0).abs() < 0.002, "{depth} jobs wait, not {waiting}");
}
