//! What must hold of every scenario, tried on random ones.
//!
//! Two kinds of runs are judged: whole experiments by their results ([`results`]), and bare
//! engines that run until nothing is left ([`drained`]), where sums are exact. The scenarios are
//! the same in every run of these tests; `SIMSCALE_PROPERTY_CASES` asks for more of them.

mod drained;
mod results;

use crate::support::random_scenario::{RandomScenario, any_scenario, draining_scenario};
use crate::support::{load_text, run};
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
