//! Regions and faults, held against what arithmetic says.
//!
//! Service times are constant and nothing waits, so response times are ways there and back, exact
//! to the resolution of a histogram's mean (none: means are exact); only who asks is random.

use crate::support::{load_text, run_text, value};
use simscale::experiment::result::{ComponentResult, RunResult};
use simscale::report::{Format, Screen, render};

/// Three regions, an application without waiting, 500 requests per second.
const PLACES: &str = r#"
entry = "app"
users = { count = "1M", rate = "1.8/h", spacing = "even" }
run = { requests = "20K", repeats = 2, min_time = "0ms", warmup = "0ms" }
home = "us"
regions.us.share = "64%"
regions.eu.share = "30%"
regions.ap.share = "6%"
network.rtt.us-eu = "90ms"
network.rtt.us-ap = "220ms"
network.rtt.eu-ap = "250ms"
network.rtt.within = "2ms"
components.app = { kind = "service", workers = 1000, cores = 1000, service_time = "1ms"APP }
"#;

fn places(app: &str) -> String {
    PLACES.replace("APP", app)
}

/// The difference of times may be rounding in nanoseconds, not more.
fn assert_close(result: &RunResult, path: &str, expected: f64) {
    let found = value(result, path);
    assert!((found - expected).abs() < 1e-8, "{path} is {found}, not {expected}");
}

/// A share of `count` draws is within four of its standard errors.
fn assert_share(found: f64, expected: f64, count: f64) {
    let error = (expected * (1.0 - expected) / count).sqrt();
    assert!((found - expected).abs() < 4.0 * error, "{found}, not {expected}");
}

fn account<'r>(result: &'r RunResult, name: &str) -> &'r ComponentResult {
    let found = result.components.iter().find(|component| component.name == name);
    found.unwrap_or_else(|| panic!("{name} has no account"))
}

#[test]
fn answers_take_the_way_there_and_back() {
    let result = run_text("home", &places(""));
    for (region, round_trip) in [("us", 0.002), ("eu", 0.090), ("ap", 0.220)] {
        assert_close(&result, &format!("regions.{region}.response_time.mean"), round_trip + 0.001);
        assert_close(&result, &format!("regions.{region}.response_time.max"), round_trip + 0.001);
    }
    // The whole is the mean over regions by what they ask: shares of 40,000 draws, of which that
    // of the largest has a standard error of 0.0024, and the way is 0.12 s longer at most.
    let expected = 0.64 * 0.002 + 0.30 * 0.090 + 0.06 * 0.220 + 0.001;
    let found = value(&result, "response_time.mean");
    assert!((found - expected).abs() < 4.0 * 0.0024 * 0.12, "{found}, not {expected}");
    assert_close(&result, "regions.ap.users", 60_000.0);
    assert_share(value(&result, "regions.eu.throughput") / 500.0, 0.3, 40_000.0);
}

#[test]
fn each_direction_has_its_own_way() {
    let text = places("") + "network.rtt.eu-us = \"110ms\"\n";
    assert_close(&run_text("ways", &text), "regions.eu.response_time.mean", 0.045 + 0.055 + 0.001);
}

#[test]
fn users_go_to_the_instance_in_their_region() {
    let text = places(", regions = \"all\", at.eu.service_time = \"3ms\"");
    let result = run_text("all", &text);
    assert_close(&result, "regions.ap.response_time.mean", 0.003);
    assert_close(&result, "regions.eu.response_time.mean", 0.005);
    let arrived = |region: &str| account(&result, &format!("app[region={region}]")).hops.arrived;
    let all = (arrived("us") + arrived("eu") + arrived("ap")) as f64;
    assert_share(arrived("us") as f64 / all, 0.64, all);
    // Without an instance of its own, a region goes to the nearest one.
    let result = run_text("two", &places(", regions = [\"ap\", \"us\"]"));
    assert_close(&result, "regions.eu.response_time.mean", 0.091);
}

#[test]
fn wires_between_regions_add_the_way() {
    let behind = "components.store = { kind = \"external\", delay = \"4ms\" }\n";
    let app = |scope: &str| {
        let wire = format!("{{ to = \"store\", latency = \"500us\"{scope} }}");
        places(&format!(", regions = \"all\", sends_to = {wire}")) + behind
    };
    let result = run_text("behind", &app(""));
    assert_close(&result, "regions.us.response_time.mean", 0.002 + 0.001 + 0.001 + 0.004);
    assert_close(&result, "regions.eu.response_time.mean", 0.008 + 0.090);
    let all = app("").replace("\"external\",", "\"external\", regions = \"all\",");
    assert_close(&run_text("near", &all), "regions.eu.response_time.mean", 0.008);
    let home =
        app(", scope = \"home\"").replace("\"external\",", "\"external\", regions = \"all\",");
    assert_close(&run_text("far", &home), "regions.eu.response_time.mean", 0.098);
}

#[test]
fn balancers_choose_among_regions() {
    let behind = |algorithm: &str| {
        places(", regions = \"all\"").replace("entry = \"app\"", "entry = \"lb\"")
            + &format!(
                "components.lb = {{ kind = \"load_balancer\", {algorithm}, \
                 sends_to = {{ to = \"app\", scope = \"all\" }} }}\n"
            )
    };
    // Via the balancer at home to the application nearest to the user, and all the way back.
    let result = run_text("geographic", &behind("algorithm = \"geographic\""));
    assert_close(&result, "regions.eu.response_time.mean", 0.090 + 0.090 + 0.001);
    assert_close(&result, "regions.us.response_time.mean", 0.002 + 0.001);
    let result = run_text("latency", &behind("algorithm = \"latency\""));
    assert_close(&result, "regions.eu.response_time.mean", 0.090 + 0.001);
    let share = |result: &RunResult, region: &str| {
        let arrived = |name: &str| account(result, name).hops.arrived as f64;
        arrived(&format!("app[region={region}]")) / arrived("lb")
    };
    let weighted = behind("algorithm = \"weighted\", weights = { us = 1, eu = 3 }");
    let result = run_text("weighted", &weighted);
    assert_share(share(&result, "eu"), 0.75, 40_000.0);
    assert_eq!(account(&result, "app[region=ap]").hops.arrived, 0);
    // One after the other over all servers: a third each.
    let result = run_text("robin", &behind("algorithm = \"round_robin\""));
    assert!((share(&result, "ap") - 1.0 / 3.0).abs() < 1e-3);
    let by_arithmetic = load_text("weighted", &weighted).1;
    let eu = by_arithmetic.component("app[region=eu]").expect("there is one");
    let arriving: f64 = by_arithmetic.components[eu.index()].arriving.iter().sum();
    assert!((arriving - 375.0).abs() < 1e-9, "{arriving}");
}

/// A run of 40 s in which faults happen.
fn faulty(app: &str, faults: &str) -> RunResult {
    let text = places(app).replace("requests = \"20K\", ", "duration = \"40s\", ")
        + "network.failover = \"3s\"\n"
        + &format!("faults = [ {faults} ]\n");
    run_text("faulty", &text)
}

#[test]
fn users_turn_to_the_next_region_once_they_notice() {
    let outage = "{ kind = \"outage\", region = \"eu\", at = \"10s\", for = \"20s\" }";
    let result = faulty(", regions = \"all\"", outage);
    // 3 s of 40 s are refused; then 20 s (3 s of them after the end) take the longer way.
    assert_share(value(&result, "regions.eu.error_rate"), 3.0 / 40.0, 12_000.0);
    assert_close(&result, "regions.us.error_rate", 0.0);
    assert_close(&result, "regions.eu.response_time.max", 0.091);
    let away = (value(&result, "regions.eu.response_time.mean") - 0.003) / 0.088;
    assert_share(away, 20.0 / 37.0, 11_000.0);
    // That counts among the errors of the instance, which its users leave for the rest.
    let found = value(&result, "app.error_rate");
    assert_share(found, 3.0 / (40.0 - 20.0), 12_000.0);
    let refused = account(&result, "app[region=eu]").hops.rejected as f64;
    let failed = value(&result, "error_rate") * 40_000.0;
    assert!((refused - failed).abs() < 0.5, "{refused} refused, {failed} failed");
}

#[test]
fn a_region_that_is_cut_off_reaches_itself_alone() {
    let cut = "{ kind = \"partition\", isolate = [\"ap\"], at = \"10s\", for = \"10s\" }";
    let everywhere = faulty(", regions = \"all\"", cut);
    assert_close(&everywhere, "error_rate", 0.0);
    let at_home = faulty("", cut);
    assert_share(value(&at_home, "regions.ap.error_rate"), 0.25, 2_400.0);
    assert_close(&at_home, "regions.eu.error_rate", 0.0);
}

#[test]
fn what_is_down_refuses_and_may_be_done_without() {
    let behind = |wire: &str| {
        let text = places(&format!(", sends_to = {wire}"))
            + "components.store = { kind = \"external\", delay = \"4ms\" }\n";
        text.replace("requests = \"20K\", ", "duration = \"40s\", ")
            + "faults = [ { kind = \"outage\", component = \"store\", \
               at = \"10s\", for = \"10s\" } ]\n"
    };
    let result = run_text("needed", &behind("\"store\""));
    assert_share(value(&result, "error_rate"), 0.25, 40_000.0);
    let rejected = account(&result, "store").hops.rejected;
    let result = run_text("skipped", &behind("{ to = \"store\", on_error = \"skip\" }"));
    assert_close(&result, "error_rate", 0.0);
    assert_eq!(account(&result, "store").hops.rejected, rejected);
}

/// One region of all users, no way within it: the very numbers of no region at all.
#[test]
fn one_region_is_one_place() {
    let text = places("").replace("spacing = \"even\"", "spacing = \"poisson\"");
    let (without, _) = text.split_once("home =").expect("it has regions");
    let app = "components.app = { kind = \"service\", workers = 2, cores = 2, \
               service_time = { exponential = \"3ms\" } }\n";
    let one = "home = \"us\"\nregions.us.share = \"100%\"\nnetwork.rtt.within = \"0ms\"\n";
    let table = |text: &str| {
        let result = run_text("place", text);
        render(&result, Format::Csv, Screen::from_environment(false))
    };
    assert_eq!(table(&format!("{without}{app}")), table(&format!("{without}{one}{app}")));
}

/// Draws go by a job and the plain name of its component: whoever serves it, it takes as long.
#[test]
fn a_job_takes_as_long_wherever_it_is_served() {
    let text = |regions: &str| {
        places(regions)
            .replace("service_time = \"1ms\"", "service_time = { exponential = \"1ms\" }")
    };
    let (home, all) = (run_text("home", &text("")), run_text("all", &text(", regions = \"all\"")));
    for region in ["us", "eu", "ap"] {
        let mean =
            |result: &RunResult| value(result, &format!("regions.{region}.response_time.mean"));
        let far = match region {
            "us" => 0.0,
            "eu" => 0.088,
            _ => 0.218,
        };
        let differs = (mean(&home) - mean(&all) - far).abs();
        assert!(differs < 1e-8, "{region}: {differs}");
    }
}

#[test]
fn data_that_must_stay_is_counted_where_it_should_not_be() {
    let text = |locality: &str| {
        places(", regions = \"all\", sends_to = \"cache\"")
            + &format!(
                "data.posts = {{ keys = {{ per_user = 5 }}, stay_in = \"owner\"{locality} }}\n\
                 operations.view = {{ does = \"read\", of = \"posts\" }}\n\
                 components.cache = {{ kind = \"cache\", regions = \"all\", holds = [\"posts\"], \
                 entries = 4000 }}\n"
            )
    };
    // A user of a region asks for others' data as often as these are others: of the 500 requests
    // per second, 1 - 0.64^2 - 0.30^2 - 0.06^2 of them, each answered or filled out of place.
    let result = run_text("anywhere", &text(""));
    let outside = 3.0 * value(&result, "cache.residency_violations.mean") / 500.0;
    assert_share(outside, 0.4968, 40_000.0);
    let result = run_text("near", &text(", locality = \"100%\""));
    assert_close(&result, "cache.residency_violations", 0.0);
}

/// Users own what they read and write, in three regions. Shards by region keep it there; one
/// database at home answers and keeps what the others' users own, 36% of all; a replica in Europe
/// keeps what is written elsewhere, 70% of all writes, and answers no reads of others.
#[test]
fn databases_count_data_that_left_its_region() {
    let text = |shards: &str| {
        places(", regions = \"all\", sends_to = \"db\"")
            + &format!(
                "data.posts = {{ keys = {{ per_user = 5 }}, stay_in = \"owner\" }}\n\
                 operations.view = {{ share = \"50%\", does = \"read\", of = \"posts\", \
                 key = \"own\" }}\n\
                 operations.edit = {{ share = \"rest\", does = \"write\", of = \"posts\", \
                 key = \"own\" }}\n\
                 components.db = {{ kind = \"database\", cores = 64, read_time = \"100us\", \
                 {shards} }}\n"
            )
    };
    let violations = |name: &str, shards: &str| {
        value(&run_text(name, &text(shards)), "db.residency_violations") / 500.0
    };
    let by_region = "regions = \"all\", shards = { count = 3, strategy = \"geographic\", \
                     key = \"owner\", homes = { us = 1, eu = 1, ap = 1 } }";
    assert_eq!(violations("geographic", by_region), 0.0);
    assert_share(violations("one", "connections = 100"), 0.36, 40_000.0);
    let copy = "regions = [\"us\", \"eu\"], \
                replicas = { regions = { eu = 1 }, reads = \"primary\" }";
    assert_share(violations("copy", copy), 0.36 + 0.5 * 0.7, 20_000.0);
}
