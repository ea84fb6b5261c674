//! What must hold of every scenario, tried on random ones.
//!
//! Two kinds of runs are judged: whole experiments by their results ([`results`]), and bare
//! engines that run until nothing is left ([`drained`]), where sums are exact. The scenarios are
//! the same in every run of these tests; `SIMSCALE_PROPERTY_CASES` asks for more of them.

mod drained;
mod results;

use crate::support::random_scenario::{RandomScenario, any_scenario, draining_scenario};
use crate::support::{load_text, run, run_text, value};
use proptest::prelude::{Strategy, TestCaseError};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Random scenarios of each test, unless the environment asks for others.
const USUAL_CASES: u32 = 150;

/// The start of all random choices; with it the scenarios are always the same.
const CHOICES: &[u8; 32] = b"simscale: random valid scenarios";

fn for_each(
    scenarios: impl Strategy<Value = RandomScenario>,
    holds: impl Fn(RandomScenario) -> Result<(), TestCaseError>,
) {
    let asked = std::env::var("SIMSCALE_PROPERTY_CASES").ok();
    let cases = asked.map_or(USUAL_CASES, |cases| cases.parse().expect("a number of cases"));
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let choices = TestRng::from_seed(RngAlgorithm::ChaCha, CHOICES);
    if let Err(failure) = TestRunner::new_with_rng(config, choices).run(&scenarios, holds) {
        panic!("{failure}");
    }
}

#[test]
fn every_result_adds_up() {
    for_each(any_scenario(), |random| {
        let loaded = load_text("random", &random.text);
        let result = run(&loaded);
        results::judge(&loaded.1, &result)
    });
}

#[test]
fn a_run_from_empty_to_empty_loses_nothing() {
    for_each(draining_scenario(), |random| drained::judge(&load_text("random", &random.text).1));
}

#[test]
fn the_clock_never_goes_back() {
    for_each(any_scenario(), |random| drained::judge_clock(&load_text("random", &random.text).1));
}

/// Found by random scenarios: with a core for each worker, branches computed on cores that the
/// server does not have. Two branches of 10 ms share its only core and take 20 ms.
#[test]
fn branches_share_the_cores_of_their_worker() {
    let result = run_text(
        "branches",
        r#"
        entry = "app"
        users = { count = 1, think = "5ms" }
        run = { requests = 20, repeats = 1, warmup = "0ms" }
        components.app = { kind = "service", workers = 1, handlers = { request = [
            { parallel = [ { compute = "10ms" }, { compute = "10ms" } ] },
        ] } }
        "#,
    );
    assert!((value(&result, "response_time.max") - 0.020).abs() < 1e-8);
    assert!((value(&result, "response_time.mean") - 0.020).abs() < 1e-8);
}

/// A scenario without data asks its database for queries without a key: shards and rings take them.
#[test]
fn databases_serve_queries_without_data() {
    for parts in ["shards = { count = 3 }", "ring = { nodes = 5 }"] {
        let result = run_text(
            "dataless",
            &format!(
                "entry = \"db\"\nusers = {{ count = 100, rate = \"1/s\" }}\n\
                 run = {{ requests = 500, repeats = 2 }}\n\
                 components.db = {{ kind = \"database\", cores = 8, read_time = \"1ms\", {parts} }}"
            ),
        );
        assert_eq!(value(&result, "error_rate"), 0.0, "{parts}");
    }
}
