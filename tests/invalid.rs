//! Every wrong scenario in `tests/invalid/` is refused with the message that stands beside it.
//!
//! `NAME.toml` has its message in `NAME.expected`; `tests/invalid/parts/` holds what they share.
//! Files go through the command itself, so that the exit code and what is written are seen too.
//! `UPDATE_EXPECTED=1 cargo test invalid` writes the messages anew; read them aloud before
//! committing them.

use std::fs;
use std::path::Path;

use clap::Parser;
use simscale::cli::{self, Arguments, Console, Exit};

use crate::support::project;
use crate::support::recorded::{check_recorded, updates_expected};

/// The wrong scenarios, as a user in the project's folder would type them.
const FOLDER: &str = "tests/invalid";

/// What a command printed and how it ended.
struct Ran {
    exit: Exit,
    output: String,
    errors: String,
}

fn simscale(words: &[&str]) -> Ran {
    let words = ["simscale"].iter().chain(words);
    let arguments = Arguments::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let exit = cli::run(&arguments, &mut Console::plain(&mut output, &mut errors));
    let text = |bytes| String::from_utf8(bytes).expect("all that is printed is text");
    Ran { exit, output: text(output), errors: text(errors) }
}

/// Names of the wrong scenarios without their ending, sorted.
fn names() -> Vec<String> {
    let entries = fs::read_dir(project().join(FOLDER)).expect("the folder is part of the project");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn every_wrong_scenario_gets_its_message() {
    let names = names();
    assert!(names.len() >= 45, "wrong scenarios got lost: {} are left", names.len());
    let home = tempfile::tempdir().expect("the system has a temporary folder");
    let out = home.path().join("out");
    let mut faults = Vec::new();
    for name in &names {
        let file = format!("{FOLDER}/{name}.toml");
        let ran = simscale(&["run", &file, "--out", &out.display().to_string()]);
        if ran.exit != Exit::BadInput || !ran.output.is_empty() || out.exists() {
            faults.push(format!("{file} is not refused: {:?} {}", ran.exit, ran.output));
        }
        let recorded = Path::new(FOLDER).join(format!("{name}.expected"));
        faults.extend(check_recorded(&recorded, &ran.errors, "invalid").err());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// All commands that read a scenario refuse it alike.
#[test]
fn every_command_gives_the_same_message() {
    let file = format!("{FOLDER}/many_at_once.toml");
    let expected = simscale(&["run", &file]).errors;
    for command in ["check", "metrics"] {
        let ran = simscale(&[command, &file]);
        assert_eq!((ran.exit, ran.errors), (Exit::BadInput, expected.clone()), "{command}");
    }
}

/// Each problem of every file says where it is, and each place is in a file that is there.
#[test]
fn every_message_names_a_place_or_a_file() {
    if updates_expected() {
        return; // They are being written.
    }
    for name in names() {
        let path = project().join(FOLDER).join(format!("{name}.expected"));
        let text = fs::read_to_string(&path).expect("every wrong scenario has its message");
        for problem in text.split("\nerror: ").map(|part| part.trim_start_matches("error: ")) {
            let has_place = problem.lines().any(|line| line.trim_start().starts_with("--> "));
            let has_file = problem.starts_with(&format!("`{FOLDER}/"));
            assert!(has_place || has_file, "{name}: {problem}");
        }
        assert!(text.ends_with("nothing was run\n"), "{name}: {text}");
    }
}

/// What the wrong files extend is itself without fault, so that each is wrong by itself alone.
#[test]
fn the_common_part_is_sound() {
    let ran = simscale(&["check", &format!("{FOLDER}/parts/sound.toml")]);
    assert_eq!(ran.exit, Exit::Fine, "{}", ran.errors);
    assert!(!ran.errors.contains("warning"), "{}", ran.errors);
}

/// Messages belong to files: one whose file is gone would never be read again.
#[test]
fn no_message_is_left_without_its_file() {
    let names = names();
    for entry in fs::read_dir(project().join(FOLDER)).expect("the folder is part of the project") {
        let path = entry.expect("the folder can be listed").path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_message = path.extension().is_some_and(|ending| ending == "expected");
        assert!(!is_message || names.contains(&name), "{}", path.display());
    }
}
