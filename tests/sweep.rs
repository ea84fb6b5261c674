//! Sweeps as their users see them: whole, interrupted and resumed, in parts and merged, and wrong.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::recorded::check_recorded;
use crate::support::shell::{Ran, Shell, files_below, shipped};
#[cfg(unix)]
use crate::support::shell::{ended, interrupt, wait_until};

/// A small system whose database is full at 1,000 users.
const SMALL: &str = "\
title = \"A small system\"
stage = \"100..2K\"
entry = \"app\"
users = { count = 200, rate = \"1/s\" }
run = { requests = 400, repeats = 3, seed = 5 }
components.app = { kind = \"service\", workers = 64, service_time = \"1ms\", sends_to = \"db\" }
components.db = { kind = \"database\", cores = 1, read_time = { exponential = \"1ms\" } }
graduate.cpu = \"db.cpu > 60%\"
";

/// A folder with the small system in `small.toml`, and more of it appended.
fn shell_with(more: &str) -> Shell {
    let shell = Shell::new();
    fs::write(shell.path("small.toml"), format!("{SMALL}{more}")).expect("the folder is ours");
    shell
}

const TWO_AXES: [&str; 5] =
    ["small.toml", "--vary", "users.count=200..1600:4:log", "--vary", "db.cores=1,2"];

/// The words of a sweep over two axes, and further ones.
fn words<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ["sweep"].into_iter().chain(TWO_AXES).chain(more.iter().copied()).collect()
}

/// All files below a folder with their bytes.
fn bytes_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| {
        let bytes = fs::read(folder.join(&name)).expect("a file that was listed can be read");
        (name, bytes)
    };
    files_below(folder, "").into_iter().map(read).collect()
}

fn assert_same(shell: &Shell, one: &str, other: &str) {
    let (one, other) = (bytes_below(&shell.path(one)), bytes_below(&shell.path(other)));
    let names = |files: &[(String, Vec<u8>)]| -> Vec<String> {
        files.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&one), names(&other));
    for ((name, one), (_, other)) in one.iter().zip(&other) {
        assert!(one == other, "{name} differs");
    }
}

#[test]
fn a_sweep_crosses_its_axes_and_gives_the_same_bytes_on_any_number_of_threads() {
    let shell = shell_with("");
    let ran = shell.simscale(&words(&["--out", "one", "--threads", "1", "--quiet"])).fine();
    shell.simscale(&words(&["--out", "four", "--threads", "4"])).fine();
    assert_same(&shell, "one", "four");
    let recorded = check_recorded(Path::new("tests/golden/sweep.table.txt"), &ran.output, "sweep");
    recorded.unwrap_or_else(|fault| panic!("{fault}"));
    let rows = fs::read_to_string(shell.path("one/sweep.csv")).expect("it was written");
    assert_eq!(rows.lines().count(), 1 + 4 * 2, "{rows}");
    let manifest = fs::read_to_string(shell.path("one/manifest.toml")).expect("it was written");
    toml::from_str::<toml::Table>(&manifest).expect("the manifest is TOML");
}

#[test]
fn json_and_csv_say_the_same_as_the_files() {
    let shell = shell_with("");
    let ran = shell.simscale(&words(&["--format", "csv", "-q"])).fine();
    let written = fs::read_to_string(shell.path("output/small-sweep/sweep.csv"));
    assert_eq!(written.expect("it was written"), ran.output);
    let ran = shell.simscale(&words(&["--format", "json", "-q"])).fine();
    let document: Value = serde_json::from_str(&ran.output).expect("it is JSON");
    let cases = document["cases"].as_array().expect("a list");
    assert_eq!(cases.len(), 8);
    assert_eq!(cases[1]["point"]["db.cores"], "2");
    assert_eq!(cases[7]["users"], 1600);
    assert!(cases[0]["metrics"]["db.cpu"]["value"].as_f64().is_some_and(|cpu| cpu > 0.1));
    // One core does 1,000 a second: 800 users are beyond 60%, 1,600 more than it can do.
    let crossed: Vec<&Value> = document["graduation"].as_array().expect("a list").iter().collect();
    let cpu = crossed.iter().find(|one| one["name"] == "cpu" && one["other_axes"] == "db.cores=1");
    let cpu = cpu.expect("each threshold at each point of the other axes");
    assert_eq!((&cpu["state"], &cpu["crossed_at"]), (&"crossed".into(), &800.0.into()), "{cpu}");
    assert_eq!(cases[6]["verdict"], "saturated", "{}", cases[6]);
}

/// The entries of `[sweep]` are axes like those on the command line, which come on top.
#[test]
fn axes_may_stand_in_the_file() {
    let shell = shell_with("[sweep]\nusers.count = [200, 400]\n\"db.cores\" = [1, 2, 3]\n");
    let ran = shell.simscale(&["sweep", "small.toml", "-q"]).fine();
    assert_eq!(ran.output.matches("too few samples").count(), 6, "{}", ran.output);
    let more = ["sweep", "small.toml", "-q", "--vary", "users.count=300"];
    let ran = shell.simscale(&more).fine();
    assert!(ran.output.contains("users.count = 300 and db.cores from 1 to 3"), "{}", ran.output);
}

/// Without an axis, the users run over the stages; several files make one ladder.
#[test]
fn stages_are_an_axis_of_their_own() {
    let shell = shell_with("");
    let other = "extends = \"small.toml\"\nstage = \"1K..4K\"\ncomponents.db.cores = 4\n";
    fs::write(shell.path("large.toml"), other).expect("the folder is ours");
    let ran = shell.simscale(&["sweep", "small.toml", "large.toml", "-q"]).fine();
    assert!(ran.output.starts_with("SWEEP of small, large over users.count from 100 to 4K"));
    let rows = fs::read_to_string(shell.path("output/small-large-sweep/sweep.csv"));
    assert_eq!(rows.expect("it was written").lines().count(), 1 + 2 * 14);
}

#[test]
fn a_sweep_that_was_cut_off_goes_on_where_it_stopped() {
    let shell = shell_with("");
    shell.simscale(&words(&["--out", "whole"])).fine();
    // What a kill leaves: some cases, in the order they were done, and half a line.
    let journal = fs::read_to_string(shell.path("whole/cases.jsonl")).expect("it was written");
    let lines: Vec<&str> = journal.lines().collect();
    let half = &lines[3][..lines[3].len() / 2];
    let left = format!("{}\n{}\n{}\n{half}", lines[0], lines[5], lines[2]);
    fs::create_dir(shell.path("cut")).expect("the folder is ours");
    fs::write(shell.path("cut/cases.jsonl"), left).expect("the folder is ours");
    fs::write(shell.path("cut/sweep.csv"), "case,scen").expect("the folder is ours");
    // It is not thrown away unasked.
    let ran = shell.simscale(&words(&["--out", "cut"]));
    ran.refused("holds an unfinished sweep with 2 cases done: add --resume");
    shell.simscale(&words(&["--out", "cut", "--resume"])).fine();
    assert_same(&shell, "whole", "cut");
    // Nothing is left to do, and nothing changes.
    shell.simscale(&words(&["--out", "cut", "--resume"])).fine();
    assert_same(&shell, "whole", "cut");
}

/// Ctrl-C in the middle: whole rows, a journal, and the command that goes on.
#[cfg(unix)]
#[test]
fn an_interrupted_sweep_keeps_what_is_done() {
    let shell = shell_with("");
    let slow = ["--set", "run.requests=300K", "--threads", "2"];
    let child = shell.start(&words(&[&slow[..], &["--out", "cut"]].concat()));
    let rows = || fs::read_to_string(shell.path("cut/sweep.csv")).unwrap_or_default();
    wait_until("a row is written", || rows().lines().count() > 2);
    interrupt(&child);
    let ran = ended(child, 20);
    assert_eq!((ran.code, ran.output.as_str()), (Some(130), ""), "{}", ran.errors);
    assert!(ran.errors.contains("of 8 cases are kept in cut; go on with\n"), "{}", ran.errors);
    let cut = rows();
    assert!(cut.ends_with('\n') && cut.lines().count() < 9, "{cut}");
    let again = ran.errors.lines().last().expect("the command").trim().to_owned();
    let again: Vec<&str> = again.split(' ').skip(1).collect();
    shell.simscale(&again).fine();
    shell.simscale(&words(&[&slow[..], &["--out", "whole"]].concat())).fine();
    assert_same(&shell, "whole", "cut");
    assert!(fs::read_to_string(shell.path("cut/sweep.csv")).is_ok_and(|all| all.starts_with(&cut)));
}

#[test]
fn parts_are_together_what_one_machine_writes() {
    let shell = shell_with("");
    shell.simscale(&words(&["--out", "whole"])).fine();
    for part in ["1/3", "2/3", "3/3"] {
        shell.simscale(&words(&["--shard", part])).fine();
    }
    let parts = [1, 2, 3].map(|part| format!("output/small-sweep/part-{part}-of-3"));
    let [one, two, three] = parts.each_ref().map(String::as_str);
    shell.simscale(&["merge", three, one, two, "--out", "merged"]).fine();
    assert_same(&shell, "whole", "merged");

    shell.simscale(&["merge", one, three]).refused("parts are missing: 2/3");
    shell.simscale(&["merge", one, two, three, one]).refused("are both part 1/3");
    shell.simscale(&["merge", one, "nowhere"]).refused("cannot read `nowhere`");
    shell.simscale(&["merge", "."]).refused("`.` holds no part of a sweep");
    let other = words(&["--shard", "2/3", "--out", "other", "--set", "run.seed=6"]);
    shell.simscale(&other).fine();
    let ran = shell.simscale(&["merge", one, "other", three]);
    ran.refused("`other` is part of another sweep (hash ");
    assert!(ran.errors.ends_with("nothing was merged\n"), "{}", ran.errors);
    let journal = shell.path(two).join("cases.jsonl");
    let text = fs::read_to_string(&journal).expect("it was written");
    let cut = &text[..text.trim_end().rfind('\n').expect("several lines") + 1];
    fs::write(&journal, cut).expect("the folder is ours");
    shell.simscale(&["merge", one, two, three]).refused("is not complete: finish it with --resume");
    assert!(!shell.path("output/small-sweep/sweep.csv").exists(), "nothing was merged");
}

#[test]
fn another_sweep_is_not_gone_on_with() {
    let shell = shell_with("");
    shell.simscale(&words(&["--out", "out"])).fine();
    fs::remove_file(shell.path("out/manifest.toml")).expect("it was written");
    let other = words(&["--out", "out", "--resume", "--set", "db.read_time=2ms"]);
    shell.simscale(&other).refused("`out` holds another sweep (hash ");
    shell.simscale(&words(&["--out", "out", "--resume", "--shard", "1/2"])).refused("part 1/1");
    fs::write(shell.path("out/cases.jsonl"), "nonsense\n").expect("the folder is ours");
    shell.simscale(&words(&["--out", "out", "--resume"])).refused("is no journal: its first line");
    shell.simscale(&words(&["--out", "out", "--restart"])).fine();
}

/// Each wrong axis with its message; nothing is written.
#[test]
fn wrong_axes_are_refused() {
    let shell = shell_with("");
    let vary =
        |text: &str| shell.simscale(&["sweep", "small.toml", "--vary", text, "--out", "out"]);
    for (text, message) in [
        ("db.coars=1,2", "unknown key `coars`"),
        ("dc.cores=1,2", "unknown key `dc`"),
        ("users.count=1K..10", "the range begins after its end"),
        ("users.count=10..10", "the range is empty"),
        ("users.count=10..20:0", "the range needs 2 points at least"),
        ("users.count=", "`--vary` lacks values behind `=`"),
        ("title=1..5:3", "there is nothing between two of its values"),
        ("title=1,2", "`title` must be a text"),
        ("db.discipline=fcfs,5", "`discipline`"),
        ("users.count=0,5", "there must be users"),
    ] {
        vary(text).refused(message);
    }
    // An axis is wrong where it stands, and the place is shown.
    let ran = vary("db.coars=1,2");
    assert!(ran.errors.contains("--> --vary:1:"), "{}", ran.errors);
    let ran = shell.simscale(&["sweep", "small.toml", "--plot", "response_time.p95x"]);
    ran.refused("there is no metric `response_time.p95x`; did you mean `response_time.p95`?");
    shell.simscale(&["sweep", "small.toml", "none.toml"]).refused("`none.toml` does not exist");
    shell.simscale(&["sweep", "small.toml", "./small.toml"]).refused("have the same name");
    shell.simscale(&["sweep", "small.toml", "--shard", "3/2"]).refused("there is no part 3 of 2");
    assert!(!shell.path("out").exists());

    let file =
        shell_with("[sweep]\nusers.count = { from = \"2K\", to = \"1K\" }\n\"db.cors\" = [1]\n");
    let ran = file.simscale(&["sweep", "small.toml"]);
    ran.refused("the range begins after its end");
    assert!(ran.errors.contains("--> small.toml:"), "{}", ran.errors);
    let differs = "extends = \"small.toml\"\nsweep.users.count = [1, 2]\n";
    let both = shell_with("sweep.users.count = [5, 6]\n");
    fs::write(both.path("other.toml"), differs).expect("the folder is ours");
    let ran: Ran = both.simscale(&["sweep", "small.toml", "other.toml"]);
    ran.refused("[sweep] of `other.toml` differs from that of `small.toml`");
}

/// More users do not change a trace that does not say how many made it.
#[test]
fn a_trace_without_users_has_no_axis_of_users() {
    let shell = Shell::new();
    let replay = shipped("trace_replay.toml");
    let ran = shell.simscale(&["sweep", &replay, "--vary", "users.count=1K,2K"]);
    ran.refused("more users would not change the trace of arrivals");
}
