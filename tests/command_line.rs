//! The program as its users see it: the real binary, in a folder of its own.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use simscale::report::FILES;

use crate::support::shell::{Ran, Shell, ended, shipped};
#[cfg(unix)]
use crate::support::shell::{interrupt, wait_until};

/// A run that takes well under a second.
const BRIEFLY: [&str; 4] = ["--set", "run.requests=2K", "--set", "run.repeats=2"];

/// A run that nobody would wait for.
const ENDLESS: [&str; 4] = ["--set", "run.requests=1B", "--set", "run.repeats=2"];

/// The words of a short run of a shipped scenario, and further ones.
fn short_run<'a>(scenario: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    ["run", scenario].into_iter().chain(BRIEFLY).chain(more.iter().copied()).collect()
}

#[test]
fn a_run_writes_every_file_and_prints_the_verdict_first() {
    let shell = Shell::new();
    let ran = shell.simscale(&short_run(&shipped("stage1.toml"), &[])).fine();
    let mut expected: Vec<String> =
        FILES.iter().map(|file| format!("output/stage1/{}", file.name)).collect();
    expected.sort();
    assert_eq!(shell.files(), expected);
    let first = ran.output.lines().next().unwrap_or("");
    let verdict = first.split(':').next().unwrap_or("");
    assert!(["STABLE", "TOO FEW SAMPLES"].contains(&verdict), "{first}");
    assert!(first.contains("Stage 1: prototype at 5K users"), "{first}");
    for file in FILES {
        assert!(ran.errors.contains(file.name), "{}: {}", file.name, ran.errors);
    }
}

#[test]
fn a_second_run_gives_the_same_bytes_whatever_the_threads() {
    let shell = Shell::new();
    let scenario = shipped("stage2.toml");
    shell.simscale(&short_run(&scenario, &["--out", "one", "--threads", "1"])).fine();
    shell.simscale(&short_run(&scenario, &["--out", "two", "--threads", "4"])).fine();
    for file in FILES {
        let read = |folder| fs::read(shell.path(folder).join(file.name)).expect("it was written");
        assert_eq!(read("one"), read("two"), "{}", file.name);
    }
}

#[test]
fn json_has_the_documented_shape() {
    let shell = Shell::new();
    // Two repeats cannot say more than 1 + 12.7 times the mean of 2% (Student's t): far below 70%.
    let words = ["--users", "30K", "--format", "json"];
    let ran = shell.simscale(&short_run(&shipped("stage3.toml"), &words)).fine();
    let document: Value = serde_json::from_str(&ran.output).expect("it is one JSON document");
    assert_eq!(document["scenario"], "stage3");
    assert_eq!((&document["seed"], &document["repeats"]), (&42.into(), &2.into()));
    assert_eq!(document["users"], 30_000);
    assert_eq!(document["conservation"], "holds");
    assert!(document["verdict"].is_string());
    let p95 = &document["metrics"]["response_time.p95"];
    assert_eq!(p95["unit"], "s");
    let [low, value, high] = [&p95["ci95"][0], &p95["value"], &p95["ci95"][1]].map(Value::as_f64);
    assert!(low <= value && value <= high && low.is_some(), "{p95}");
    for component in ["lb", "app", "cache", "cdn", "db"] {
        check_conservation(component, &document["components"][component]);
    }
    let write_load = &document["graduation"][0];
    assert_eq!(write_load["name"], "write_load");
    assert_eq!(write_load["condition"], "db.write_load > 70%");
    assert_eq!(write_load["state"], "not crossed");
    assert!(write_load["value"].is_number());
    let alert = &document["alerts"][0];
    assert_eq!(alert["name"], "HighReplicationLag");
    for key in ["fired", "first_at", "for"] {
        assert!(alert.get(key).is_some(), "{key}: {alert}");
    }
}

/// Everything that arrived came to one of the ends that are counted.
fn check_conservation(name: &str, component: &Value) {
    let count = |key: &str| {
        component[key].as_u64().unwrap_or_else(|| panic!("{name} has no {key}: {component}"))
    };
    let ends = ["completed", "rejected", "failed", "timed_out", "cancelled", "lost", "in_flight"];
    assert_eq!(count("arrived"), ends.iter().map(|end| count(end)).sum::<u64>(), "{name}");
    assert!(count("arrived") > 0, "{name}");
}

#[test]
fn csv_on_the_screen_is_the_written_summary() {
    let shell = Shell::new();
    let words = ["--format", "csv", "--out", "here"];
    let ran = shell.simscale(&short_run(&shipped("stage1.toml"), &words)).fine();
    assert!(ran.output.starts_with("metric,value,ci_low,ci_high,unit"), "{}", ran.output);
    let written = fs::read_to_string(shell.path("here/summary.csv")).expect("it was written");
    assert_eq!(ran.output, written);
}

#[test]
fn quiet_leaves_the_report_alone() {
    let shell = Shell::new();
    let scenario = shipped("stage1.toml");
    let usual = shell.simscale(&short_run(&scenario, &[])).fine();
    let quiet = shell.simscale(&short_run(&scenario, &["--quiet"])).fine();
    assert_eq!((quiet.output, quiet.errors.as_str()), (usual.output, ""));
}

#[test]
fn the_output_folder_can_be_chosen() {
    let shell = Shell::new();
    let words = ["--out", "deep/down", "--quiet"];
    shell.simscale(&short_run(&shipped("stage1.toml"), &words)).fine();
    assert!(shell.files().iter().all(|file| file.starts_with("deep/down/")));
    assert_eq!(shell.files().len(), FILES.len());
}

#[test]
fn a_wrong_scenario_leaves_no_trace() {
    let shell = Shell::new();
    fs::write(shell.path("wrong.toml"), "entry = \"app\"\nusers.cuont = 5\n").expect("it is ours");
    for command in ["run", "check", "metrics"] {
        shell.simscale(&[command, "wrong.toml"]).refused("unknown key `cuont`");
    }
    assert_eq!(shell.files(), ["wrong.toml"]);
}

#[test]
fn scenarios_that_are_no_files_are_refused() {
    let shell = Shell::new();
    shell.simscale(&["run", "gone.toml"]).refused("`gone.toml` does not exist");
    shell.simscale(&["run", "."]).refused("`.` is a folder");
    assert!(shell.files().is_empty());
}

#[test]
fn what_is_set_is_used_and_problems_point_at_it() {
    let shell = Shell::new();
    let scenario = shipped("stage1.toml");
    let words = ["--set", "db.cores=8", "--users", "7K", "--format", "json"];
    let ran = shell.simscale(&short_run(&scenario, &words)).fine();
    let document: Value = serde_json::from_str(&ran.output).expect("it is one JSON document");
    assert_eq!(document["users"], 7_000);
    let manifest = fs::read_to_string(shell.path("output/stage1/manifest.toml"));
    let manifest = manifest.expect("it was written");
    assert!(manifest.contains("--set db.cores=8 --set users.count=7K"), "{manifest}");

    let shell = Shell::new();
    for (set, message, shown) in [
        ("db.coers=8", "unknown key `coers`", "did you mean `cores`?"),
        ("db.cores=many", "`cores` must be a count", "1 | db.cores=many"),
        ("db.read_time=4", "`read_time` must be", "write \"4ms\" or \"4s\""),
        ("dbb.cores=8", "unknown key `dbb`", "1 | dbb.cores=8"),
        ("users.count", "`--set` takes path=value", "as in users.count=10K"),
        ("users.count=", "`--set` lacks a value", "\"none\" removes a key"),
        ("extends=other.toml", "`extends` cannot be set", "run the other file"),
    ] {
        let ran = shell.simscale(&["run", &scenario, "--set", set]);
        ran.refused(message);
        ran.refused(shown);
        ran.refused("--> --set:1:");
    }
    assert!(shell.files().is_empty());
}

#[test]
fn an_output_folder_that_cannot_be_made_is_refused_before_simulating() {
    let shell = Shell::new();
    fs::write(shell.path("file"), "in the way").expect("the folder is ours");
    let scenario = shipped("stage1.toml");
    let words: Vec<&str> =
        ["run", &scenario, "--out", "file/inside"].into_iter().chain(ENDLESS).collect();
    let ran = ended(shell.start(&words), 30);
    ran.refused("cannot make the folder `file/inside`");
    ran.refused("make it yourself, or write to another");
    assert_eq!(shell.files(), ["file"]);
}

/// A reader who leaves early, as `head` does, is no error.
#[test]
fn a_closed_pipe_is_no_error() {
    let shell = Shell::new();
    let scenario = shipped("stage1.toml");
    let run = short_run(&scenario, &["--quiet"]);
    for words in [&["schema"][..], &["components"], &["metrics", &scenario], &run] {
        let mut child = shell.start(words);
        drop(child.stdout.take());
        let ran = Ran::of(child.wait_with_output().expect("it ends by itself"));
        assert_eq!((ran.code, ran.errors.as_str()), (Some(0), ""), "{words:?}");
    }
}

/// On Linux a device stands for a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_does_not_fit_is_an_error() {
    let shell = Shell::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = shell.command(&["schema"]).stdout(full).output();
    let ran = Ran::of(output.expect("the program was built for this test"));
    ran.refused("cannot write to standard output");
}

#[test]
fn unknown_arguments_are_refused_with_a_hint() {
    let shell = Shell::new();
    let scenario = shipped("stage1.toml");
    for (words, message) in [
        (&["rnu", &scenario][..], "unrecognized subcommand 'rnu'"),
        (&["run", &scenario, "--fromat", "json"], "'--format' exists"),
        (&["run", &scenario, "--format", "xml"], "possible values: table, json, csv"),
        (&["run", &scenario, "--threads", "0"], "0 is not in 1.."),
        (&["run"], "<FILE>"),
        (&["components", "databse"], "did you mean `database`?"),
    ] {
        let ran = shell.simscale(words);
        assert_eq!((ran.code, ran.output.as_str()), (Some(2), ""), "{words:?}");
        let told = ran.errors.replace("a similar argument exists: '--format'", "'--format' exists");
        assert!(told.contains(message), "{words:?}: {}", ran.errors);
    }
    assert!(shell.files().is_empty());
}

#[test]
fn help_and_version_are_there() {
    let shell = Shell::new();
    let help = shell.simscale(&["--help"]).fine().output;
    const COMMANDS: [&str; 11] = [
        "run",
        "sweep",
        "merge",
        "graduate",
        "compare",
        "trace",
        "validate",
        "check",
        "components",
        "metrics",
        "schema",
    ];
    assert!(help.contains("Exit codes:"), "{help}");
    for command in COMMANDS {
        assert!(help.contains(command), "{command}: {help}");
        let help = shell.simscale(&[command, "--help"]).fine().output;
        assert!(help.contains(&format!("Usage: simscale {command}")), "{help}");
        assert!(help.contains("\nExample"), "{command} shows how it is used: {help}");
    }
    let version = shell.simscale(&["--version"]).fine().output;
    assert_eq!(version, format!("simscale {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn check_is_fine_with_a_sound_file_and_warns_of_overload() {
    let shell = Shell::new();
    let scenario = shipped("stage1.toml");
    let sound = shell.simscale(&["check", &scenario]).fine();
    assert!(!sound.output.contains("warning"), "{}", sound.output);
    let loaded = shell.simscale(&["check", &scenario, "--users", "50K"]).fine();
    assert!(loaded.output.contains("warning: component `db`"), "{}", loaded.output);
    assert!(shell.files().is_empty());
}

/// Data that nobody keeps are answered all the same, so the user is told.
#[test]
fn wires_that_lead_past_the_data_are_warned_of() {
    let shell = Shell::new();
    let text = "entry = \"app\"\nusers = { count = \"1K\", rate = \"1/min\" }\n\
                data.posts = { keys = \"1K\" }\n\
                operations.view = { share = \"90%\", does = \"read\", of = \"posts\" }\n\
                operations.edit = { share = \"10%\", does = \"write\", of = \"posts\" }\n\
                [components]\n\
                app = { kind = \"service\", sends_to = { to = \"cache\", of = [\"view\"] } }\n\
                cache = { kind = \"cache\", holds = [\"posts\"], entries = 100 }\n";
    fs::write(shell.path("past.toml"), text).expect("the folder is ours");
    let ran = shell.simscale(&["check", "past.toml"]).fine();
    for warning in [
        "component `app` (service): nothing behind it has the data of operation `edit`",
        "component `cache` (cache): nothing behind it has the data of operation `view`",
    ] {
        assert!(ran.output.contains(warning), "{warning}: {}", ran.output);
    }
}

/// Whoever interrupts a run finds no file that looks like a result.
#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_no_half_written_file() {
    let shell = Shell::new();
    let scenario = shipped("stage1.toml");
    let words: Vec<&str> = ["run", &scenario, "--out", "out"].into_iter().chain(ENDLESS).collect();
    let child = shell.start(&words);
    let is_ready = || shell.path("out").is_dir() && shell.files().is_empty();
    wait_until("the folder is made and proved before the run", is_ready);
    // Now it simulates, and would for hours.
    sleep(Duration::from_millis(200));
    interrupt(&child);
    let ran = ended(child, 10);
    assert_ne!(ran.code, Some(0));
    assert_eq!(ran.output, "");
    assert!(shell.files().is_empty(), "{:?}", shell.files());
}
