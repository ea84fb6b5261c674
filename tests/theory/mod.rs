//! Queueing theory as the oracle: the table of `simscale validate` at full length, a part a test,
//! and what is compared beside it.
//!
//! - `table`: every case of the table agrees with theory;
//! - [`data`]: caches that start stationary against caches that were filled;
//! - [`coverage`]: how often intervals hold the truth.
//!
//! `--nocapture` shows the table. What holds for it stands in `experiment::validation`.

mod coverage;
mod data;

use simscale::experiment::validation::{Effort, cases, validate};
use simscale::report::{Format, Screen, validation};

/// The models of the table, each tested alone below.
const MODELS: &[&str] = &[
    "M/M/1",
    "M/M/c",
    "M/M/c/c",
    "M/G/1",
    "processor sharing",
    "contention",
    "gated batch",
    "tandem",
    "closed users",
    "laws",
    "round robin",
    "power of two",
    "Che",
    "stale reads",
    "replication",
    "consensus",
    "scatter-gather",
    "fork-join",
    "two-phase commit",
    "ring",
    "elections",
    "placement",
];

/// Runs all cases of a model, prints them, and fails if one is off or too vague.
fn check(model: &str) {
    let found = validate(|case| case.model == model, Effort::Full, &|_| {});
    let found = found.expect("jobs are conserved");
    assert!(!found.rows.is_empty(), "{model} is not in the table");
    let table = validation::table(&found, Format::Table, Screen { width: 160, colour: false });
    println!("{table}");
    assert!(found.passes(), "{table}");
}

/// A case that no test runs would be no check.
#[test]
fn every_case_is_tested() {
    let cases = cases();
    for case in &cases {
        assert!(MODELS.contains(&case.model), "{} is not tested", case.model);
    }
    let checks = |model: &str| {
        let of_model = cases.iter().filter(|case| case.model == model);
        of_model.map(|case| case.checks.len()).sum::<usize>()
    };
    let counted: Vec<usize> = MODELS.iter().map(|model| checks(model)).collect();
    assert_eq!(
        counted,
        [8, 8, 5, 8, 8, 4, 3, 15, 10, 6, 10, 8, 5, 4, 3, 3, 2, 6, 10, 5, 2, 6],
        "checks of each model"
    );
}

#[test]
fn mm1_answers_as_an_exponential_law() {
    check("M/M/1");
}

#[test]
fn mmc_waits_as_erlang_says() {
    check("M/M/c");
}

#[test]
fn full_servers_lose_as_erlang_says() {
    check("M/M/c/c");
}

#[test]
fn mg1_waits_as_pollaczek_and_khinchine_say() {
    check("M/G/1");
}

#[test]
fn processor_sharing_is_insensitive_in_the_mean() {
    check("processor sharing");
}

#[test]
fn cores_scale_as_the_universal_law_says() {
    check("contention");
}

#[test]
fn a_thread_answers_in_gated_batches() {
    check("gated batch");
}

#[test]
fn means_of_a_tandem_add_up() {
    check("tandem");
}

#[test]
fn closed_users_meet_the_product_form() {
    check("closed users");
}

#[test]
fn utilisation_and_littles_law_hold() {
    check("laws");
}

#[test]
fn round_robin_deals_out_erlang_gaps() {
    check("round robin");
}

#[test]
fn the_shorter_of_two_lines_is_joined() {
    check("power of two");
}

#[test]
fn hit_rates_follow_che() {
    check("Che");
}

#[test]
fn reads_are_as_stale_as_the_lag_law_says() {
    check("stale reads");
}

#[test]
fn a_scan_takes_as_long_as_the_slowest_shard() {
    check("scatter-gather");
}

#[test]
fn a_fork_join_of_two_follows_flatto_and_hahn() {
    check("fork-join");
}

#[test]
fn two_phases_take_two_maxima_and_the_records_of_the_log() {
    check("two-phase commit");
}

#[test]
fn writes_wait_for_replicas_as_long_as_order_statistics_say() {
    check("replication");
}

#[test]
fn majorities_take_as_long_as_order_statistics_say() {
    check("consensus");
}

#[test]
fn rings_answer_and_miss_writes_as_their_quorums_say() {
    check("ring");
}

#[test]
fn groups_elect_their_leaders_in_time() {
    check("elections");
}

#[test]
fn keys_move_and_rings_are_uneven_as_theory_says() {
    check("placement");
}
