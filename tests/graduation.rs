//! Crossings that are known on paper, found by the search that users call.

use simscale::experiment::graduation::result::{Graduation, Outcome};
use simscale::experiment::graduation::search::Crossing;
use simscale::experiment::graduation::{Ask, graduate};
use simscale::experiment::validation::formulas::{che_hit_rate, mm1_response_quantile};
use simscale::language::diagnostic::Problems;
use simscale::language::source::Sources;
use simscale::measure::statistics::simultaneous::bonferroni_level;
use simscale::measure::statistics::student::student_quantile;
use simscale::model::Variants;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::TEST_SEED;
use crate::support::recorded::check_recorded;
use crate::support::shell::{Shell, shipped};

/// Checks of this file that come from theory; all together hold at 99%.
const CHECKS: u32 = 6;

/// Searches a scenario given as text.
fn search(scenario: &str, precision: f64) -> Graduation {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    let file = folder.path().join("case.toml");
    let scenario = format!("run.seed = {TEST_SEED}\n{scenario}");
    fs::write(&file, scenario).expect("the folder is ours");
    let (mut sources, mut problems) = (Sources::new(), Problems::new());
    let variants = Variants::load(&file, &[], &mut sources, &mut problems);
    let variants = variants.unwrap_or_else(|| panic!("{}", problems.render(&sources, false)));
    let ask = Ask { precision, range: (1_000, 10_000_000) };
    let found = graduate(&[(variants, sources)], ask, &()).expect("jobs are conserved");
    found.into_iter().next().expect("one stage was asked for")
}

fn crossing(graduation: &Graduation, name: &str) -> Crossing {
    let found = graduation.thresholds.iter().find(|threshold| threshold.name == name);
    match found.map(|threshold| &threshold.outcome) {
        Some(Outcome::Crossed(crossing)) => *crossing,
        other => panic!("{name}: {other:?}"),
    }
}

/// Holds a crossing against theory, which is itself off by up to `known` of it: off by no more than
/// the interval at the simultaneous level, and that within the precision.
fn check(graduation: &Graduation, name: &str, theory: f64, known: f64, precision: f64) {
    let Crossing { users, interval: (low, high), is_settled, .. } = crossing(graduation, name);
    let half_width = (high - low) / 2.0;
    let level = bonferroni_level(0.99, CHECKS);
    let widening = student_quantile((1.0 + level) / 2.0, 7.0) / student_quantile(0.975, 7.0);
    println!(
        "{name:12} theory {theory:9.1}  found {users:9.1}  95% +-{:.3}%  error {:+.3}%",
        100.0 * half_width / users,
        100.0 * (users / theory - 1.0)
    );
    assert!(is_settled && half_width <= precision * users, "{name}: {low}..{high}");
    let allowed = widening * half_width + known * theory;
    assert!((users - theory).abs() <= allowed, "{name}: {users} for {theory}, +-{half_width}");
}

/// Exactly M/M/1: n users who ask once a minute are a load of n / 60,000 for a worker of 1 ms. Its
/// p95 is ln 20 ms / (1 - load), so it passes that bound at the load the bound was made for; the
/// worker's own load is arithmetic.
#[test]
fn mm1_crosses_where_the_formula_says() {
    let bound = |load: f64| mm1_response_quantile(0.001, load, 0.95) * 1e9;
    let p95 = |load: f64| format!("response_time.p95 > {:.0}ns", bound(load));
    let search = |condition: &str| {
        let text = format!(
            "entry = \"app\"\n\
             users = {{ count = \"10K\", rate = \"1/min\" }}\n\
             components.app = {{ kind = \"service\", workers = 1, queue_limit = \"unlimited\", \
             service_time = {{ exponential = \"1ms\" }} }}\n\
             [graduate]\nbound = \"{condition}\"\n",
        );
        search(&text, 0.01)
    };
    // Each alone, because what lies beyond the first threshold is found less precisely.
    for load in [0.7, 0.85, 0.94, 0.98] {
        check(&search(&p95(load)), "bound", 60_000.0 * load, 0.0, 0.01);
    }
    let graduation = search("app.workers.busy > 60%");
    check(&graduation, "bound", 60_000.0 * 0.6, 0.0, 0.01);
    assert_eq!(graduation.first().map(|first| first.name.as_str()), Some("bound"));
    // It is full at a load of 1, which is told to lie between two runs.
    let (low, high) = crossing(&graduation, "capacity").interval;
    assert!(low < 60_000.0 && 60_000.0 < high && high < 1.5 * low, "{low}..{high}");
}

/// Two keys a user, of which a cache holds 2,000: the hit rate falls below 60% where Che's
/// approximation says, which is itself off by a few thousandths of the hit rate.
#[test]
fn a_hit_rate_falls_where_che_says() {
    let hit_rate = |users: f64| che_hit_rate((2.0 * users) as u32, 0.9, 2_000.0);
    let (mut low, mut high) = (1_001.0, 100_000.0);
    for _ in 0..40 {
        let middle: f64 = (low + high) / 2.0;
        if hit_rate(middle) > 0.6 { low = middle } else { high = middle }
    }
    let graduation = search(
        "entry = \"cache\"\n\
         users = { count = \"5K\", rate = \"1/min\" }\n\
         data.items = { keys = { per_user = 2 }, popularity = { zipf = 0.9 } }\n\
         operations.get = { does = \"read\", of = \"items\" }\n\
         components.cache = { kind = \"cache\", holds = [\"items\"], entries = 2_000, \
         threads = \"unlimited\", service_time = \"1us\", sends_to = \"store\" }\n\
         components.store = { kind = \"external\", delay = \"1us\" }\n\
         graduate.hits = \"cache.hit_rate < 60%\"\n",
        0.02,
    );
    check(&graduation, "hits", low, 0.01, 0.02);
}

const SMALL: &str = "\
entry = \"app\"
stage = \"1K..3K\"
users = { count = \"1K\", rate = \"1/s\", growth = \"10%/month\" }
data.items = { keys = 5_000, popularity = { zipf = 0.9 } }
operations.get = { does = \"read\", of = \"items\" }
components.app = { kind = \"service\", workers = 64, service_time = \"500us\", \
sends_to = \"cache\" }
components.cache = { kind = \"cache\", holds = [\"items\"], ttl = \"500ms\", entries = 4_000, \
sends_to = \"db\" }
components.db = { kind = \"database\", cores = 1, read_time = { exponential = \"1ms\" } }
graduate.cold = \"cache.hit_rate < 30%\"
graduate.never = \"cache.hit_rate < 1%\"
graduate.already = \"users > 10\"
";

/// The ladder of a small system, in every form: a threshold that holds at the fewest users and no
/// longer with more (its data stay the same), one that is never crossed, one that always is.
#[test]
fn every_answer_has_its_form() {
    let shell = Shell::new();
    fs::write(shell.path("small.toml"), SMALL).expect("the folder is ours");
    let words = ["graduate", "small.toml", "--precision", "5%", "--range", "100..50K", "-q"];
    let ran = shell.simscale(&words).fine();
    let path = Path::new("tests/golden/graduate.table.txt");
    check_recorded(path, &ran.output, "graduation").unwrap_or_else(|fault| panic!("{fault}"));
    let json = shell.simscale(&[&words[..], &["--format", "json"]].concat()).fine();
    let path = Path::new("tests/golden/graduate.json");
    check_recorded(path, &json.output, "graduation").unwrap_or_else(|fault| panic!("{fault}"));
    let document: Value = serde_json::from_str(&json.output).expect("it is JSON");
    let stage = &document["ladder"][0];
    let named = |name: &str| {
        let all = stage["thresholds"].as_array().expect("a list");
        all.iter().find(|threshold| threshold["name"] == name).expect("every threshold").clone()
    };
    assert_eq!(named("already")["state"], "already crossed");
    assert_eq!(named("never")["state"], "not crossed before capacity");
    assert_eq!(named("cold")["state"], "already crossed");
    assert_eq!(named("cold")["later"][0]["crosses"], false, "{}", named("cold"));
    assert_eq!(named("capacity")["state"], "crossed");
    let one = shell.simscale(&[&words[..], &["--format", "csv", "--threads", "1"]].concat()).fine();
    let written = fs::read_to_string(shell.path("output/small-graduate/graduation.csv"));
    assert_eq!(written.expect("it was written"), one.output, "the same on any number of threads");
}

#[test]
fn wrong_questions_are_refused() {
    let shell = Shell::new();
    fs::write(shell.path("small.toml"), SMALL).expect("the folder is ours");
    let ask = |more: &[&str]| shell.simscale(&[&["graduate", "small.toml"], more].concat());
    ask(&["--precision", "0%"]).refused("from 0.1% to 50%, as in 2%");
    ask(&["--range", "9K..1K"]).refused("from fewer to more users, as in 1K..10M");
    ask(&["none.toml"]).refused("`none.toml` does not exist");
    ask(&["--set", "db.coars=2"]).refused("unknown key `coars`");
    ask(&["--plot", "response_time.p95x"]).refused("did you mean `response_time.p95`?");
    let trace = shipped("trace_replay.toml");
    let ran = shell.simscale(&["graduate", &trace]);
    ran.refused("more users would not change the trace of arrivals");
    assert!(!shell.path("output").exists());
}
