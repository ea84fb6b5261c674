//! The same file, seed and version give the same bytes, whatever the number of threads; and what
//! does not concern a component does not change it.

use crate::support::random_scenario::any_scenario;
use crate::support::{has_times, load, load_text, project, run};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use simscale::experiment::result::RunResult;
use simscale::model::Model;
use simscale::report::{FILES, Format, Screen, render};
use simscale::scenario::Scenario;
use std::path::PathBuf;

/// A tree of services, a cache, a replicated database, a queue and a provider that errs.
const SHOP: &str = r#"
entry = "balancer"

[users]
count = 200
rate = "2/s"

[run]
requests = 2_000
repeats = 5
seed = 7

[data.posts]
keys = { per_user = 5 }
popularity = { zipf = 0.99 }

[operations.view]
share = "80%"
does = "read"
of = "posts"

[operations.buy]
share = "20%"
does = "write"
of = "posts"
key = "own"

[components.balancer]
kind = "load_balancer"
algorithm = "power_of_two"
sends_to = "app"

[components.app]
kind = "service"
servers = 3
workers = 8
cores = 2
service_time = { lognormal = { mean = "2ms", cv = 1.0 } }
sends_to = { to = "cache", latency = { exponential = "200us" }, timeout = "80ms" }

[components.app.handlers]
buy = [
    { compute = "1ms" },
    { parallel = [ { call = "bank" }, { write = "db" } ] },
    { enqueue = "mail" },
    { chance = "30%", then = [ { read = "cache", of = "posts" } ] },
]

[components.cache]
kind = "cache"
holds = ["posts"]
entries = 300
ttl = "2s"
nodes = 2
sends_to = "db"

[components.db]
kind = "database"
cores = 2
read_time = { exponential = "3ms" }
write_time = { exponential = "6ms" }
replicas = { count = 2, lag = { exponential = "50ms" } }

[components.mail]
kind = "queue"
service_time = { exponential = "10ms" }

[components.bank]
kind = "external"
delay = { lognormal = { p50 = "20ms", p99 = "90ms" } }
error_rate = "1%"

[graduate]
slow = "response_time.p95 > 50ms"
busy = "db.cpu > 90% for 10s"

[alerts.Lagging]
condition = "db.replication_lag > 40ms for 10s"
"#;

/// Name and content of everything a run leaves behind.
fn outputs(result: &RunResult) -> Vec<(&'static str, Vec<u8>)> {
    let screen = Screen::from_environment(false);
    let table = render(result, Format::Table, screen).into_bytes();
    let json = render(result, Format::Json, screen).into_bytes();
    let mut outputs = vec![("table", table), ("json", json)];
    outputs.extend(FILES.iter().map(|file| (file.name, (file.bytes)(result))));
    outputs
}

fn with_threads(count: usize, loaded: &(Scenario, Model)) -> Vec<(&'static str, Vec<u8>)> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
    pool.expect("threads can be started").install(|| outputs(&run(loaded)))
}

/// Fails with the name of the first output that differs, not with its bytes.
fn assert_same(name: &str, left: &[(&'static str, Vec<u8>)], right: &[(&'static str, Vec<u8>)]) {
    assert_eq!(left.len(), right.len(), "{name}");
    for ((output, left), (_, right)) in left.iter().zip(right) {
        assert!(left == right, "{name}: {output} differs");
    }
}

fn assert_same_for_all_threads(name: &str, loaded: &(Scenario, Model)) {
    let alone = with_threads(1, loaded);
    for threads in [2, 8] {
        assert_same(
            &format!("{name} with {threads} threads"),
            &alone,
            &with_threads(threads, loaded),
        );
    }
}

/// The scenarios that are shipped.
fn shipped() -> Vec<PathBuf> {
    let Ok(folder) = std::fs::read_dir(project().join("scenarios")) else {
        println!("skipped: there are no scenarios yet");
        return Vec::new();
    };
    let paths = folder.map(|entry| entry.expect("the folder can be listed").path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "toml")).collect();
    files.sort();
    files
}

/// Metrics of one result under the paths that another has too, with their values.
fn common_values(result: &RunResult, other: &RunResult) -> Vec<(String, String)> {
    let has = |path: &str| other.metrics.iter().any(|metric| metric.path == path);
    let metrics = result.metrics.iter().filter(|metric| has(&metric.path));
    metrics.map(|it| (it.path.clone(), format!("{:?} in {:?}", it.value, it.ci95))).collect()
}

#[test]
fn threads_change_no_byte() {
    assert_same_for_all_threads("shop", &load_text("shop", SHOP));
}

#[test]
fn threads_change_no_byte_of_random_scenarios() {
    let choices = TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), choices);
    for number in 0..8 {
        let tree = any_scenario().new_tree(&mut runner).expect("every tape makes a scenario");
        let text = tree.current().text;
        assert_same_for_all_threads(&format!("random {number}"), &load_text("random", &text));
    }
}

#[test]
fn threads_change_no_byte_of_shipped_scenarios() {
    for file in shipped() {
        // Short runs do: what is judged is sameness, not accuracy.
        let mut sets =
            vec!["run.requests=1_000", "run.repeats=3", "run.warmup=1s", "run.min_time=1s"];
        if has_times(&file) {
            sets[0] = "run.duration=80s";
            sets.push("users.count=3K");
        }
        assert_same_for_all_threads(&file.display().to_string(), &load(&file, &sets));
    }
}

#[test]
fn the_same_seed_twice_is_the_same_and_another_differs() {
    let first = outputs(&run(&load_text("shop", SHOP)));
    assert_same("again", &first, &outputs(&run(&load_text("shop", SHOP))));
    let other = outputs(&run(&load_text("shop", &SHOP.replace("seed = 7", "seed = 8"))));
    let summary = |outputs: &[(&str, Vec<u8>)]| {
        let found = outputs.iter().find(|(name, _)| *name == "summary.csv");
        found.expect("every run leaves a summary").1.clone()
    };
    assert!(summary(&first) != summary(&other), "another seed gives other numbers");
}

/// The spare comes first among the names, so that every component gets another number.
#[test]
fn an_unused_component_moves_nobodys_draws() {
    let spare = "[components.a_spare]\nkind = \"external\"\ndelay = \"1ms\"\n";
    let usual = run(&load_text("shop", SHOP));
    let with_spare = run(&load_text("shop", &format!("{SHOP}{spare}")));
    assert!(with_spare.metrics.len() > usual.metrics.len(), "the spare has metrics of its own");
    let (one, other) = (common_values(&usual, &with_spare), common_values(&with_spare, &usual));
    assert_eq!(one.len(), usual.metrics.len(), "no metric is gone");
    assert_eq!(one, other);
}

#[test]
fn the_name_of_the_file_moves_nobodys_draws() {
    let (one, other) = (run(&load_text("shop", SHOP)), run(&load_text("market", SHOP)));
    assert_eq!(common_values(&one, &other), common_values(&other, &one));
    assert_eq!(one.horizon, other.horizon);
}

#[test]
fn the_order_of_tables_changes_no_byte() {
    // All tables but the first lines and the conditions, whose order is that of the report.
    let (head, rest) = SHOP.split_once("\n\n").expect("the entry stands before all tables");
    let (tables, conditions) = rest.split_once("[graduate]").expect("thresholds come last");
    let mut blocks: Vec<&str> = tables.split("\n\n").map(str::trim).collect();
    blocks.reverse();
    let moved = format!("{head}\n\n{}\n\n[graduate]{conditions}", blocks.join("\n\n"));
    let (one, other) = (run(&load_text("shop", SHOP)), run(&load_text("shop", &moved)));
    assert_same("moved tables", &outputs(&one), &outputs(&other));
}
