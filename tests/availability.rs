//! Availability from failures and repairs, against arithmetic by hand.

use crate::support::{load_text, run_text, value};

/// The availability of a scenario.
fn availability(text: &str) -> f64 {
    let (_, model) = load_text("failing", text);
    model.availability().expect("something is said of failures")
}

const USERS: &str = "users = { count = 1_000, rate = \"1/s\" }\n";
/// Up for 99 of 100 hours, and for 90 of 100.
const RARELY: &str = "mtbf = \"99h\", mttr = \"1h\"";
const OFTEN: &str = "mtbf = \"90h\", mttr = \"10h\"";

fn is_close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
}

/// 1,000 requests of 2 ms a second keep 2 cores busy: 3 servers of one core need 2 of them.
#[test]
fn as_many_servers_are_needed_as_the_load_takes() {
    let app = |more: &str| {
        format!(
            "entry = \"app\"\n{USERS}components.app = {{ kind = \"service\", servers = 3, \
             workers = 8, cores = 1, service_time = \"1.9ms\", {OFTEN}{more} }}"
        )
    };
    is_close(availability(&app("")), 0.972);
    is_close(availability(&app(", needs = 1")), 0.999);
    is_close(availability(&app(", needs = 3")), 0.729);
    // More users need all three.
    let more = app("").replace("1_000", "1_500");
    is_close(availability(&more), 0.729);
    let result = run_text("measured", &format!("{}\nrun = {{ requests = \"2K\" }}", app("")));
    is_close(value(&result, "availability"), 0.972);
}

/// All requests come to the application, the fifth that the cache does not hold to the database;
/// a cache that may be skipped keeps nobody from being served.
#[test]
fn what_requests_do_not_need_keeps_nobody_from_being_served() {
    let text = |on_error: &str| {
        format!(
            "entry = \"app\"\n{USERS}\
             data.held.keys = 10\ndata.other.keys = 10\n\
             operations.hit = {{ share = \"80%\", does = \"read\", of = \"held\" }}\n\
             operations.miss = {{ share = \"20%\", does = \"read\", of = \"other\" }}\n\
             components.app = {{ kind = \"service\", workers = 100, service_time = \"1ms\", \
             {RARELY}, sends_to = [{{ to = \"cache\", of = [\"held\"], \
             on_error = \"{on_error}\" }}, \"db\"] }}\n\
             components.cache = {{ kind = \"cache\", holds = [\"held\"], entries = 10, {OFTEN}, \
             sends_to = \"db\" }}\n\
             components.db = {{ kind = \"database\", cores = 4, read_time = \"1ms\", {OFTEN} }}"
        )
    };
    let misses = |text: &str| {
        let (_, model) = load_text("failing", text);
        let db = model.components.iter().find(|it| it.name == "db").expect("it is there");
        db.arriving.iter().sum::<f64>() / model.rate
    };
    let (skips, fails) = (text("skip"), text("fail"));
    is_close(availability(&skips), 0.99 * (1.0 - 0.1 * misses(&skips)));
    is_close(availability(&fails), 0.99 * (1.0 - 0.1 * misses(&fails)) * (1.0 - 0.1 * 0.8));
}

/// A primary with a replica is down when both are, and for the 30 s of a failover whenever the
/// primary fails; a voting group of three when two are, and while it elects.
#[test]
fn copies_stand_for_each_other_once_they_have_taken_over() {
    let database = |more: &str| {
        format!(
            "entry = \"db\"\n{USERS}components.db = {{ kind = \"database\", cores = 8, \
             read_time = \"1ms\", {OFTEN}, {more} }}"
        )
    };
    let per_hour = 1.0 / 100.0;
    let replica =
        "replicas = { count = 1 }, failover = { detection = \"10s\", promotion = \"20s\" }";
    let expected = 1.0 - 0.01 - per_hour * 30.0 / 3_600.0;
    is_close(availability(&database(replica)), expected);
    is_close(availability(&database(&format!("{replica}, shards = {{ count = 5 }}"))), expected);
    let group = "consensus = { voters = 3, election_timeout = \"3s\" }";
    let election = 3.0 * (1.0 + 1.0 / 3.0);
    is_close(availability(&database(group)), 0.972 - per_hour * election / 3_600.0);
}

/// On a ring two of a key's three nodes must be up, or two of all five where others stand in.
#[test]
fn rings_need_their_quorums() {
    let ring = |rest: &str| {
        availability(&format!(
            "entry = \"db\"\n{USERS}components.db = {{ kind = \"database\", cores = 8, \
             read_time = \"1ms\", {OFTEN}, ring = {{ nodes = 5, {rest} }} }}"
        ))
    };
    is_close(ring("hints = \"kept\""), 0.972);
    is_close(ring("hints = \"none\", read_quorum = 1, write_quorum = 3"), 0.729);
    is_close(ring("hints = \"counted\""), 0.99954);
}

/// What stands in one region is down with it; what stands in two is down with both, and its users
/// are refused for the ten seconds until callers notice.
#[test]
fn a_second_region_makes_up_for_the_first() {
    let text = |regions: &str| {
        format!(
            "entry = \"lb\"\nhome = \"us\"\n{USERS}\
             regions.us = {{ share = \"60%\", {RARELY} }}\n\
             regions.eu = {{ share = \"40%\", {OFTEN} }}\n\
             network.rtt = {{ us-eu = \"90ms\", within = \"1ms\" }}\n\
             components.lb = {{ kind = \"load_balancer\", algorithm = \"round_robin\", \
             regions = {regions}, sends_to = \"app\" }}\n\
             components.app = {{ kind = \"service\", regions = {regions}, workers = 100, \
             service_time = \"1ms\" }}"
        )
    };
    is_close(availability(&text("[\"us\"]")), 0.99);
    let unnoticed = (0.6 + 0.4) * 0.01 * 10.0 / 3_600.0;
    is_close(availability(&text("\"all\"")), 1.0 - 0.01 * 0.1 - unnoticed);
}
