//! Every file in `scenarios/` runs briefly, and its summary is the recorded one to the last digit.
//!
//! `scenarios/FOLDER/NAME.toml` has its summary in `tests/golden/FOLDER/NAME.summary.csv`. What is
//! recorded is how the program behaves, not what is true: theory and measurements are compared
//! elsewhere. `UPDATE_EXPECTED=1 cargo test --test main golden` records anew.

use std::fs;
use std::path::{Path, PathBuf};

use simscale::report::{Format, Screen, render};

use crate::support::recorded::check_recorded;
use crate::support::{has_faults, project, run_file};

/// Short runs: a few seconds for all scenarios together. Setting `requests` takes the place of a
/// duration or of a whole trace.
const BRIEFLY: &[&str] = &["run.requests=10K", "run.repeats=2", "run.min_time=0s"];

/// As brief, for scenarios whose faults have their times.
const THROUGH_FAULTS: &[&str] = &["run.duration=80s", "run.repeats=2", "users.count=8K"];

/// How a scenario is shortened: a change has its time in a run of given length, and so has a fault.
fn briefly(file: &Path) -> &'static [&'static str] {
    let text = fs::read_to_string(file).expect("a scenario can be read");
    match (has_faults(file), text.contains("[[changes]]")) {
        (true, _) => THROUGH_FAULTS,
        (false, true) => &BRIEFLY[1..2],
        (false, false) => BRIEFLY,
    }
}

/// All scenario files below a folder, relative to `scenarios/`, sorted.
fn scenarios(folder: &Path) -> Vec<PathBuf> {
    let root = project().join("scenarios");
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(folder)).expect("the folder is part of the project") {
        let entry = entry.expect("the folder can be listed");
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            files.extend(scenarios(&path));
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn every_scenario_has_its_recorded_summary() {
    let scenarios = scenarios(Path::new(""));
    assert!(scenarios.len() >= 3, "scenarios got lost: {scenarios:?}");
    let mut faults = Vec::new();
    for scenario in &scenarios {
        let file = project().join("scenarios").join(scenario);
        let result = run_file(&file, briefly(&file));
        let summary = render(&result, Format::Csv, Screen { width: 100, colour: false });
        let recorded = Path::new("tests/golden").join(scenario).with_extension("summary.csv");
        faults.extend(check_recorded(&recorded, &summary, "golden").err());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The report people read, in the width of most terminals.
#[test]
fn the_table_of_the_first_stage_is_the_recorded_one() {
    let file = project().join("scenarios/stage1.toml");
    let result = run_file(&file, &["run.requests=20K", "run.repeats=4"]);
    let table = render(&result, Format::Table, Screen { width: 100, colour: false });
    let checked = check_recorded(Path::new("tests/golden/stage1.table.txt"), &table, "golden");
    checked.unwrap_or_else(|fault| panic!("{fault}"));
}

/// Summaries belong to scenarios: one whose scenario is gone would never be read again.
#[test]
fn no_summary_is_left_without_its_scenario() {
    fn walk(folder: &Path) {
        let root = project().join("tests/golden").join(folder);
        for entry in fs::read_dir(root).expect("the folder is part of the project") {
            let entry = entry.expect("the folder can be listed");
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_dir() {
                walk(&folder.join(&name));
            } else if let Some(stem) = name.strip_suffix(".summary.csv") {
                let scenario = Path::new("scenarios").join(folder).join(format!("{stem}.toml"));
                assert!(project().join(&scenario).is_file(), "{} is gone", scenario.display());
            }
        }
    }
    walk(Path::new(""));
}
