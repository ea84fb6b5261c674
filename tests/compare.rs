//! Two cases side by side: against the difference that theory knows, and against none at all.

use std::path::Path;

use clap::Parser;
use simscale::cli::{self, Arguments, Console, Exit};
use simscale::experiment::Options;
use simscale::experiment::comparison::{
    ComparisonResult, MetricDifference, Side, Significance, compare,
};
use simscale::experiment::result::RunResult;
use simscale::measure::statistics::simultaneous::binomial_range;
use simscale::model::Model;
use simscale::report::comparison::{FILES, render};
use simscale::report::{Format, Screen};
use simscale::scenario::Scenario;

use crate::support::recorded::check_recorded;
use crate::support::{TEST_SEED, load, load_text, project, run};

const SCREEN: Screen = Screen { width: 100, colour: false };

/// Compares two scenarios under names of no consequence.
fn compared(a: &(Scenario, Model), b: &(Scenario, Model)) -> ComparisonResult {
    let side = |(scenario, model), label: &str| Side {
        scenario,
        model,
        label: label.to_owned(),
        command: format!("simscale run {label}"),
    };
    let sides = [side((&a.0, &a.1), "one.toml"), side((&b.0, &b.1), "other.toml")];
    let command = "simscale compare one.toml other.toml".to_owned();
    compare(&sides, &Options::new(command, &|_| {})).expect("jobs are conserved")
}

/// A shipped scenario with some values set.
fn shipped(name: &str, sets: &[&str]) -> (Scenario, Model) {
    load(&project().join("scenarios").join(name), sets)
}

/// The first stage with so many cores for its database, in short repeats.
fn with_cores(cores: &str, more: &[&str]) -> (Scenario, Model) {
    let cores = format!("db.cores={cores}");
    let sets = ["run.requests=10K", "run.repeats=8", cores.as_str()];
    shipped("stage1.toml", &[&sets, more].concat())
}

fn metric<'a>(result: &'a ComparisonResult, path: &str) -> &'a MetricDifference {
    result.metric(path).unwrap_or_else(|| panic!("there is no {path}"))
}

#[test]
fn a_scenario_differs_from_itself_by_exactly_nothing() {
    for name in ["stage1.toml", "stage3.toml", "closed_users.toml", "microservices.toml"] {
        let loaded = shipped(name, &["run.requests=2K", "run.repeats=3", "run.min_time=0s"]);
        let result = compared(&loaded, &loaded);
        assert_eq!(result.metrics.len(), result.sides[0].result.metrics.len(), "{name}");
        assert!(result.judged > 10, "{name}: {}", result.judged);
        assert!(result.only.iter().all(Vec::is_empty), "{name}");
        for metric in &result.metrics {
            let is_nothing = metric.difference.is_none_or(|difference| difference == 0.0);
            let interval = metric.difference_ci95.unwrap_or((0.0, 0.0));
            assert!(is_nothing && interval == (0.0, 0.0), "{name}: {metric:?}");
            let is_claimed =
                matches!(metric.significance, Significance::Alone | Significance::Together);
            assert!(!is_claimed, "{name}: {metric:?}");
        }
    }
}

/// A third core takes load off the database, whatever the luck: a third of its use, most of the
/// waiting, and the times that users see.
#[test]
fn another_core_is_found_to_help_and_pairs_make_it_sharper() {
    let result =
        compared(&with_cores("2", &["users.count=8K"]), &with_cores("3", &["users.count=8K"]));
    for path in ["response_time.mean", "response_time.p95", "db.cpu", "db.query.mean"] {
        let metric = metric(&result, path);
        assert_eq!(metric.significance, Significance::Together, "{metric:?}");
        assert!(metric.difference.is_some_and(|difference| difference < 0.0), "{metric:?}");
    }
    let cpu = metric(&result, "db.cpu");
    assert!(cpu.relative.is_some_and(|change| (change + 1.0 / 3.0).abs() < 0.01), "{cpu:?}");
    for path in ["response_time.mean", "response_time.p50", "db.cpu"] {
        let metric = metric(&result, path);
        assert!(metric.narrowing.is_some_and(|factor| factor > 1.0), "{metric:?}");
    }
    // Arrivals know nothing of the database.
    assert_eq!(metric(&result, "throughput").difference, Some(0.0));
    let states = result.thresholds.iter().map(|pair| pair.sides.iter().flatten().count());
    assert_eq!(states.collect::<Vec<_>>(), [2, 2, 2]);
}

/// Where work is lost, times are those of survivors, and nothing is claimed of them.
#[test]
fn nothing_is_claimed_of_values_that_are_not_steady() {
    let lost = compared(&with_cores("2", &[]), &with_cores("2", &["users.count=30K"]));
    let p95 = metric(&lost, "response_time.p95");
    assert_eq!(p95.significance, Significance::NotJudged);
    assert_eq!(p95.note.as_deref(), Some("not judged: survivors only in B"));
    assert_eq!(metric(&lost, "error_rate").significance, Significance::Together);
    let unlimited = ["users.count=30K", "app.queue_limit=unlimited", "app.workers=1M"];
    let pool = ["db.connections=1M"];
    let growing = with_cores("2", &[&unlimited[..], &pool].concat());
    let grows = compared(&growing, &with_cores("2", &[]));
    for path in ["response_time.p95", "db.query.p95"] {
        let metric = metric(&grows, path);
        assert_eq!(metric.significance, Significance::NotJudged, "{metric:?}");
        assert_eq!(metric.note.as_deref(), Some("not judged: not steady in A"));
    }
}

/// What only one side has is listed, not compared.
#[test]
fn what_only_one_side_has_is_listed() {
    let brief = ["run.requests=2K", "run.repeats=2", "run.min_time=0s", "users.count=8K"];
    let result = compared(&shipped("stage1.toml", &brief), &shipped("stage2.toml", &brief));
    let [only_a, only_b] = &result.only;
    assert!(only_a.is_empty());
    assert!(only_b.iter().any(|metric| metric.path == "cache.hit_rate"));
    assert!(only_b.iter().all(|metric| result.metric(&metric.path).is_none()));
    let pair = |name: &str| {
        let found = result.thresholds.iter().find(|pair| pair.name == name);
        found.unwrap_or_else(|| panic!("no {name}")).sides.each_ref().map(Option::is_some)
    };
    assert_eq!((pair("db_cpu"), pair("hit_rate")), ([true, false], [false, true]));
}

/// With a precision the two go on in lockstep: as many repeats, of one length, until both have it.
#[test]
fn precision_lengthens_both_alike() {
    let precise = |cores: &str| {
        let cores = format!("db.cores={cores}");
        let sets = ["run.requests=1K", "run.precision=4%", "run.min_time=0s", cores.as_str()];
        shipped("stage1.toml", &[&sets[..], &["users.count=8K"]].concat())
    };
    let result = compared(&precise("2"), &precise("3"));
    let [a, b] = result.sides.each_ref().map(|side| &side.result);
    assert_eq!((a.repeats, a.horizon.requests), (b.repeats, b.horizon.requests));
    assert_eq!(a.horizon.warm_up, b.horizon.warm_up);
    assert!(a.horizon.requests > 8_000, "it was lengthened: {:?}", a.horizon);
    for side in 0..2 {
        let p95 = metric(&result, "response_time.p95");
        let (value, ends) = (p95.values[side], p95.ci95[side]);
        let share = value.zip(ends).map(|(value, (low, high))| (high - low) / 2.0 / value);
        assert!(share.is_some_and(|share| share <= 0.04), "{side}: {share:?}");
    }
}

/// One server with so long a service, half loaded by 500 requests a second.
fn mm1(component: &str, service: &str, seed: u64) -> (Scenario, Model) {
    let text = format!(
        "entry = \"{component}\"\n\
         users = {{ count = 500, rate = \"1/s\" }}\n\
         run = {{ requests = \"5K\", repeats = 8, seed = {seed} }}\n\
         components.{component} = {{ kind = \"service\", workers = 1, \
         queue_limit = \"unlimited\", service_time = {{ exponential = \"{service}\" }} }}"
    );
    load_text("mm1", &text)
}

/// 200 users who all begin by thinking 1 s ask a server for what it takes 10 ms to do, 100 of them
/// a second: it takes a second or two until they wait for it, and a tenth of a run of 5 s is no
/// warm-up. With 1 ms there is nothing to settle; but B must measure the requests that A does.
#[test]
fn a_later_cut_of_one_is_one_of_both() {
    let closed = |service: &str| {
        let text = format!(
            "entry = \"app\"\n\
             users = {{ count = 200, think = {{ exponential = \"1s\" }} }}\n\
             run = {{ requests = 500, repeats = 4, seed = {TEST_SEED} }}\n\
             components.app = {{ kind = \"service\", workers = 1, \
             queue_limit = \"unlimited\", service_time = {{ exponential = \"{service}\" }} }}"
        );
        load_text("closed", &text)
    };
    let (busy, idle) = (closed("10ms"), closed("1ms"));
    let warm_up = |result: &RunResult| result.horizon.warm_up;
    let [busy_alone, idle_alone] = [&busy, &idle].map(|case| warm_up(&run(case)));
    assert!(busy_alone > 1.0 && idle_alone < 0.3, "{busy_alone} and {idle_alone}");
    for (a, b, busy_side) in [(&busy, &idle, 0), (&idle, &busy, 1)] {
        let result = compared(a, b);
        let together = result.sides.each_ref().map(|side| warm_up(&side.result));
        assert_eq!(together[busy_side], busy_alone);
        // Half as long a run, as far into it.
        let share = together[1 - busy_side] / busy_alone;
        assert!((0.45..0.55).contains(&share), "{together:?}");
    }
}

const SEEDS: u64 = 200;

/// 200 pairs of M/M/1 with 500 requests a second, served in 1 ms and in 0.95 ms. Mean response
/// times are 1/(1000 - 500) = 2 ms and 1/(1/0.00095 - 500) = 1.80952 ms; they are exponential, so
/// p95 is ln 20 times as much. The interval of the difference must hold the true one in 95% of the
/// pairs; the counts lie in the binomial range at 99.9%. The same draws make B's service 0.95 of
/// A's to the nanosecond, so pairing narrows the interval several times.
#[test]
fn intervals_of_a_difference_cover_as_often_as_they_promise() {
    let mean = 1.0 / (1.0 / 0.00095 - 500.0) - 0.002;
    let truths = [("response_time.mean", mean), ("response_time.p95", mean * libm::log(20.0))];
    let mut covered = [0; 2];
    let mut narrowing = [0.0; 2];
    for number in 0..SEEDS {
        let seed = TEST_SEED + number;
        let result = compared(&mm1("app", "1ms", seed), &mm1("app", "950us", seed));
        for (place, (path, truth)) in truths.iter().enumerate() {
            let metric = metric(&result, path);
            let (low, high) = metric.difference_ci95.expect("eight pairs");
            covered[place] += u64::from(low <= *truth && *truth <= high);
            narrowing[place] += metric.narrowing.expect("both have a width") / SEEDS as f64;
        }
    }
    println!("covered {covered:?} of {SEEDS}, narrowing {narrowing:?}");
    let (fewest, most) = binomial_range(SEEDS, 0.95, 0.999);
    for covered in covered {
        assert!((fewest..=most).contains(&covered), "{covered} of {SEEDS}");
    }
    assert!(narrowing.iter().all(|factor| *factor > 2.0), "{narrowing:?}");
}

/// The same server under another name draws other service times by the same law: whatever differs
/// is luck. Alone, a mark is wrong in 5% of the pairs; taken together, any mark of one comparison
/// is wrong in 5% at most.
#[test]
fn luck_alone_is_marked_as_seldom_as_promised() {
    let (mut alone, mut together) = (0, 0);
    for number in 0..SEEDS {
        let seed = TEST_SEED + number;
        let result = compared(&mm1("app", "1ms", seed), &mm1("web", "1ms", seed));
        let of_users = metric(&result, "response_time.mean").significance;
        let is_marked = matches!(of_users, Significance::Alone | Significance::Together);
        alone += u64::from(is_marked);
        let mut metrics = result.metrics.iter();
        together += u64::from(metrics.any(|metric| metric.significance == Significance::Together));
    }
    println!("marked alone {alone} of {SEEDS}, any together {together}");
    let (fewest, most) = binomial_range(SEEDS, 0.05, 0.999);
    assert!((fewest..=most).contains(&alone), "{alone} of {SEEDS}");
    assert!(together <= most, "{together} of {SEEDS}");
}

/// Everything a comparison prints and leaves.
fn outputs(result: &ComparisonResult) -> Vec<Vec<u8>> {
    let formats = [Format::Table, Format::Json, Format::Csv];
    let printed = formats.iter().map(|&format| render(result, format, SCREEN).into_bytes());
    printed.chain(FILES.iter().map(|file| (file.bytes)(result))).collect()
}

#[test]
fn threads_change_no_byte() {
    let brief = ["run.requests=1K", "run.repeats=5", "run.min_time=0s", "users.count=8K"];
    let (a, b) = (shipped("stage1.toml", &brief), shipped("stage2.toml", &brief));
    let with_threads = |count| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
        pool.expect("threads can be started").install(|| outputs(&compared(&a, &b)))
    };
    assert!(with_threads(1) == with_threads(4), "outputs differ");
}

/// Each side of a comparison is the run that its own command makes.
#[test]
fn a_side_is_what_it_is_alone() {
    let a = with_cores("2", &[]);
    let alone = run(&a);
    let result = compared(&a, &with_cores("3", &[]));
    assert_eq!(result.sides[0].result.metrics, alone.metrics);
    assert_eq!(result.sides[0].result.horizon, alone.horizon);
}

#[test]
fn table_json_and_csv_are_the_recorded_ones() {
    let [a, b] = ["2", "3"].map(|cores| with_cores(cores, &["run.requests=2K"]));
    let stages = compared(&a, &b);
    // A system of one service, for one of many components fills pages.
    let single = compared(&mm1("app", "1ms", 42), &mm1("app", "950us", 42));
    let mut faults = Vec::new();
    for (result, format, name) in [
        (&stages, Format::Table, "compare.table.txt"),
        (&stages, Format::Csv, "compare.csv"),
        (&single, Format::Json, "compare.json"),
    ] {
        let recorded = Path::new("tests/golden").join(name);
        let text = render(result, format, SCREEN);
        faults.extend(check_recorded(&recorded, &text, "compare").err());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Runs `simscale compare` in the project's folder: how it ended, what it printed and complained.
fn simscale(words: &str) -> (Exit, String, String) {
    let words = ["simscale", "compare"].into_iter().chain(words.split(' '));
    let arguments = Arguments::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let exit = cli::run(&arguments, &mut Console::plain(&mut output, &mut errors));
    let text = |bytes| String::from_utf8(bytes).expect("all that is printed is text");
    (exit, text(output), text(errors))
}

#[test]
fn wrong_arguments_are_refused_and_leave_no_trace() {
    let home = tempfile::tempdir().expect("the system has a temporary folder");
    let out = home.path().join("out");
    let (one, two) = ("scenarios/stage1.toml", "scenarios/stage2.toml");
    for (words, messages) in [
        (one.to_owned(), &["alone is nothing to compare", "--a db.cores=2 --b db.cores=3"][..]),
        (format!("{one} ./{one}"), &["is compared with itself"]),
        (format!("{one} {two} {one}"), &["two files can be compared, not 3"]),
        (format!("{one} {two} --a db.cores=2"), &["are two: change the files, or use --set"]),
        (format!("{one} gone.toml"), &["`gone.toml` does not exist"]),
        (
            format!("{one} --a db.cores=many --b db.coers=3"),
            &["--> --a:1:", "`cores` must be a count", "--> --b:1:4", "unknown key `coers`"],
        ),
        (format!("{one} --b users.count"), &["`--b` takes path=value", "1 problem,"]),
        (format!("{one} {two} --set db.coers=3"), &["--> --set:1:4", "did you mean `cores`?"]),
        (
            format!("{one} --b run.seed=7 --b run.repeats=4"),
            &[
                "run.seed is 42 in A and 7 in B, and run.repeats is 8 in A and 4 in B",
                "--set run.seed=42 --set run.repeats=8 instead of --a or --b",
            ],
        ),
        (
            format!("{one} --a run.precision=5%"),
            &["run.precision is 5% in A and none in B", "--set run.repeats=8"],
        ),
    ] {
        let (exit, output, errors) = simscale(&format!("{words} --out {}", out.display()));
        assert_eq!((exit, output.as_str()), (Exit::BadInput, ""), "{words}: {errors}");
        for message in messages {
            assert!(errors.contains(message), "{words}: `{message}` is not in:\n{errors}");
        }
        assert!(!out.exists(), "{words}");
    }
}

#[test]
fn a_comparison_writes_its_files_and_says_how_to_repeat_it() {
    let home = tempfile::tempdir().expect("the system has a temporary folder");
    let out = home.path().join("deep/out");
    let words = format!(
        "scenarios/stage1.toml --set run.requests=1K --set run.repeats=2 --users 6K \
         --b users.count=7K --format csv --threads 2 --out {}",
        out.display()
    );
    let (exit, output, errors) = simscale(&words);
    assert_eq!(exit, Exit::Fine, "{errors}");
    let read = |name: &str| std::fs::read_to_string(out.join(name)).expect("it was written");
    assert_eq!(output, read("comparison.csv"));
    let manifest: toml::Table = toml::from_str(&read("manifest.toml")).expect("it is TOML");
    let again = "simscale compare scenarios/stage1.toml --set run.requests=1K \
                 --set run.repeats=2 --set users.count=6K --b users.count=7K";
    assert_eq!(manifest["command"].as_str(), Some(again));
    assert_eq!(manifest["a"]["users"].as_integer(), Some(6_000));
    assert_eq!(manifest["b"]["users"].as_integer(), Some(7_000));
    assert_eq!(std::fs::read_dir(&out).expect("it is a folder").count(), FILES.len());
    assert!(errors.contains("comparison.csv  every metric"), "{errors}");
}
