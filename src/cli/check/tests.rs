//! What `simscale check` prints of the shipped files.

use super::*;
use crate::cli::testing::{output_of, shipped, simscale, written};

/// The line that begins with `start`, with runs of blanks as one.
fn line(text: &str, start: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let found = lines.into_iter().find(|line| line.starts_with(start));
    found.unwrap_or_else(|| panic!("no line begins with `{start}`:\n{text}"))
}

#[test]
fn rates_read_well() {
    assert_eq!(per_second(333.333), "333.3/s");
    assert_eq!(per_second(0.5), "0.5/s");
    assert_eq!(per_second(9.9999), "10/s");
    assert_eq!(per_second(33_333.3), "33,333/s");
    assert_eq!(per_second(1_666_666.7), "1,666,667/s");
}

/// A query takes 0.98 x 4 ms + 0.02 x 9 ms = 4.1 ms, and users / 30 come per second: 2 cores are
/// full at 2 / 0.0041 x 30 = 14,634 users.
#[test]
fn the_first_stage_fills_its_database() {
    let text = output_of(&["check", &shipped("stage1.toml")]);
    assert_eq!(line(&text, "5K users"), "5K users x 4/min = 333.3 requests/s");
    assert_eq!(line(&text, "cpu: 166.7/s"), "cpu: 166.7/s x 4.10 ms / 2 = 34.2%");
    assert_eq!(line(&text, "db cpu"), "db cpu 6.83% 34.2% 68.3% 14.6K users");
    assert_eq!(line(&text, "posts size"), "posts size, x 20 KiB 97.7 MiB 488 MiB 977 MiB");
    assert_eq!(line(&text, "computed users"), "computed users.spacing = \"poisson\"");
    assert_eq!(line(&text, "default run"), "default run.warmup = \"auto\"");
    assert_eq!(line(&text, "given components.db.cores"), "given components.db.cores = 2");
}

/// The posts outgrow the cache within the stage, not before.
#[test]
fn the_second_stage_outgrows_its_cache() {
    let path = shipped("stage2.toml");
    let at = |users: &str| {
        let text = output_of(&["check", &path, "--users", users]);
        line(&text, "hit rate: 99.9");
        let mut hits = text.lines().filter(|line| line.trim_start().starts_with("hit rate: "));
        let hits = hits.next_back().expect("the cache has a hit rate").trim_start();
        let percent = hits["hit rate: ".len()..].split('%').next().expect("a share");
        percent.parse::<f64>().expect("a number")
    };
    assert!(at("10K") > 82.0 && at("80K") > 80.0 && at("92K") < 80.0);
}

/// 1M / 30 x 0.02 x 9 ms / 8 = 75%.
#[test]
fn the_third_stage_fills_its_primary() {
    let text = output_of(&["check", &shipped("stage3.toml")]);
    assert_eq!(line(&text, "db primary cpu"), "db primary cpu 7.50% 22.5% 75.0% 1.33M users");
}

#[test]
fn an_overload_is_a_warning_with_the_number_of_users_that_is_too_many() {
    let text = output_of(&["check", &shipped("stage1.toml"), "--users", "20K"]);
    for part in [
        "component `db`: its cpu is asked for 137% of what it can do",
        "full at about 14.6K users",
        "1 warning",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn closed_users_are_bound_by_the_slowest_station() {
    let (_folder, path) = written(
        "entry = \"app\"\nusers = { count = 500, think = \"1s\" }\n\
         components.app = { kind = \"service\", cores = 2, service_time = \"10ms\" }",
    );
    let text = output_of(&["check", &path.display().to_string()]);
    // 2 cores of 10 ms: 200 requests per second; full with (1 s + 10 ms) / (10 ms / 2) users.
    let rate = "500 users, each waiting for its answer: at most 200 requests/s,";
    assert_eq!(line(&text, "500 users"), rate);
    let bounds = "the lesser of 500 / (1.00 s of thinking + 10.0 ms of service) and 1 / 5.00 ms";
    assert!(line(&text, "the lesser").starts_with(bounds), "{text}");
    assert!(text.contains("; beyond 202 users more only\n"), "{text}");
}

/// Three times 500 / s at the peak; 2 cores of 10 ms take 200 / s, so 66.7 users fill them.
#[test]
fn a_shape_is_judged_at_its_peak_and_few_users_are_counted_whole() {
    let (_folder, path) = written(
        "entry = \"app\"\n\
         [users]\ncount = 500\nrate = \"1/s\"\n\
         shape = { spike = { at = \"10min\", duration = \"5min\", factor = 3 } }\n\
         [components.app]\nkind = \"service\"\ncores = 2\nservice_time = \"10ms\"",
    );
    let text = output_of(&["check", &path.display().to_string()]);
    let chain = "500 users x 1/s x 3 at the peak of the shape = 1,500 requests/s";
    assert_eq!(line(&text, "500 users"), chain);
    assert!(text.contains("full at about 66.7 users"), "{text}");
}

#[test]
fn a_wrong_file_says_all_that_is_wrong_and_ends_with_2() {
    let (_folder, path) = written(
        "entry = \"app\"\nusers = { count = 500, rate = \"5/fortnight\" }\n\
         components.app = { kind = \"service\", wrokers = 2, service_time = \"10ms\" }",
    );
    let ran = simscale(&["check", &path.display().to_string()]);
    assert_eq!(ran.exit, Exit::BadInput);
    assert_eq!(ran.output, "");
    for part in ["5/fortnight", "did you mean `workers`?", "2 problems, nothing was run"] {
        assert!(ran.errors.contains(part), "{part}\n{}", ran.errors);
    }
}

#[test]
fn a_missing_file_is_named() {
    let ran = simscale(&["check", "nowhere.toml"]);
    assert_eq!(ran.exit, Exit::BadInput);
    assert!(ran.errors.contains("`nowhere.toml` does not exist"), "{}", ran.errors);
}

#[test]
fn programs_get_the_same_arithmetic() {
    let text = output_of(&["check", &shipped("stage3.toml"), "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!((&document["users"], &document["rate"]), (&300_000.into(), &20_000.0.into()));
    let named = |name: &str| {
        let all = document["components"].as_array().expect("a list");
        all.iter().find(|component| component["name"] == name).expect("it is there").clone()
    };
    // 200 writes a second of 9 ms on 8 cores: 22.5%, so full at 300K / 0.225.
    let primary = &named("db")["stations"][0];
    assert_eq!(primary["station"], "primary cpu");
    assert!((primary["offered_load"].as_f64().expect("a number") - 0.225).abs() < 1e-9);
    let full = primary["full_at_users"].as_f64().expect("a number");
    assert!((full / 1_333_333.0 - 1.0).abs() < 0.01, "{full}");
    assert_eq!(document["with_more_users"].as_array().map(Vec::len), Some(3));
    assert_eq!(document["effective"]["components.db.cores"]["origin"], "given");
}
