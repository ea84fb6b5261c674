//! Texts recorded in the project, which tests compare with what they get.

use std::fs;
use std::path::Path;

use super::project;

/// Compares what a test got with what is recorded in a file of the project, or, with
/// `UPDATE_EXPECTED=1` in the environment, records it. `Err` says how the two differ and which
/// command records anew; `tests` is the module that asks.
pub fn check_recorded(file: &Path, got: &str, tests: &str) -> Result<(), String> {
    let path = project().join(file);
    if updates_expected() {
        fs::create_dir_all(path.parent().expect("a file lies in a folder"))
            .and_then(|()| fs::write(&path, got))
            .expect("the project's folder can be written");
        return Ok(());
    }
    let command = format!("UPDATE_EXPECTED=1 cargo test --test main {tests}");
    let Ok(recorded) = fs::read_to_string(&path) else {
        return Err(format!("{} is missing; make it with: {command}", file.display()));
    };
    // A checkout may have turned line ends.
    let recorded = recorded.replace("\r\n", "\n");
    if recorded == got {
        return Ok(());
    }
    let (number, before, now) = first_difference(&recorded, got);
    Err(format!(
        "{} differs at line {number}:\n  recorded: {before}\n  now:      {now}\n\
         if that is meant: {command}",
        file.display()
    ))
}

/// Whether recorded files are to be written anew.
pub fn updates_expected() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some_and(|value| value == "1")
}

/// The first line in which two different texts differ: its number and both forms.
fn first_difference<'a>(before: &'a str, now: &'a str) -> (usize, &'a str, &'a str) {
    let (mut before, mut now) = (before.lines(), now.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (before.next(), now.next()) {
            (Some(one), Some(other)) if one == other => {}
            (None, None) => return (number, "(line ends)", "(line ends)"),
            (one, other) => {
                return (number, one.unwrap_or("(end)"), other.unwrap_or("(end)"));
            }
        }
    }
}
