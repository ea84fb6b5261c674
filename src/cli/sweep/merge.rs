//! `simscale merge`: parts of a sweep that several machines ran, as one would have written it.

use std::path::Path;

use super::{Shard, finish, keeper, usual_folder};
use crate::cli::arguments::MergeArguments;
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::experiment::sweep::SweepResult;
use crate::report::sweep::journal::Journal;
use crate::report::{Screen, existing, prepare, sweep as report};

/// Joins parts and reports on the whole.
///
/// # Errors
/// When the parts are not all those of one sweep, each once and complete, or something cannot be
/// read or written.
pub fn merge(arguments: &MergeArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let mut parts: Vec<(&Path, Journal)> = Vec::new();
    let mut problems = Vec::new();
    for path in &arguments.parts {
        match read(path) {
            Ok(part) => parts.push((path, part)),
            Err(why) => problems.push(why),
        }
    }
    if problems.is_empty() {
        problems = mismatches(&parts);
    }
    if !problems.is_empty() {
        problems.iter().for_each(|why| console.tell(&format!("error: {why}\n")));
        console.tell("nothing was merged\n");
        return Err(Exit::BadInput);
    }
    let head = parts[0].1.head.clone();
    let mut cases: Vec<_> = parts.into_iter().flat_map(|(_, part)| part.cases).collect();
    cases.sort_by_key(|case| case.case);
    let result = SweepResult { head, cases };
    let path = arguments.out.clone();
    let path = path.unwrap_or_else(|| usual_folder(&result.head, Shard::WHOLE));
    let folder = prepare(&path).map_err(|error| console.refuse(&error.to_string()))?;
    let written = finish(&result, Shard::WHOLE, &folder, console)?;
    let screen = Screen::from_environment(console.colours_output);
    console.print(&report::render(&result, arguments.format.into(), screen))?;
    if !arguments.quiet {
        console.tell(&written);
    }
    Ok(())
}

fn read(path: &Path) -> Result<Journal, String> {
    let folder = existing(path).map_err(|error| error.to_string())?;
    keeper::read(&folder)?.ok_or_else(|| format!("`{}` holds no part of a sweep", path.display()))
}

/// Everything that keeps the parts from being one sweep.
fn mismatches(parts: &[(&Path, Journal)]) -> Vec<String> {
    let mut problems = Vec::new();
    let (first_path, first) = &parts[0];
    for (at, (path, part)) in parts.iter().enumerate() {
        let (path, first_path) = (path.display(), first_path.display());
        if part.head.version != first.head.version {
            problems.push(format!(
                "`{path}` was run by version {}, `{first_path}` by {}",
                part.head.version, first.head.version
            ));
        } else if part.head != first.head {
            problems.push(format!(
                "`{path}` is part of another sweep (hash {}) than `{first_path}` (hash {})",
                part.head.hash, first.head.hash
            ));
        } else if part.shard.parts != first.shard.parts {
            problems.push(format!(
                "`{path}` is one of {} parts, `{first_path}` one of {}",
                part.shard.parts, first.shard.parts
            ));
        } else if !part.is_complete() {
            problems.push(format!("`{path}` is not complete: finish it with --resume first"));
        }
        let earlier = parts[..at].iter().find(|(_, earlier)| earlier.shard == part.shard);
        if let Some((earlier, _)) = earlier {
            let Shard { index, parts } = part.shard;
            let earlier = earlier.display();
            problems.push(format!("`{path}` and `{earlier}` are both part {index}/{parts}"));
        }
    }
    if problems.is_empty() {
        let all = first.shard.parts;
        let is_there = |index: &usize| parts.iter().any(|(_, part)| part.shard.index == *index);
        let missing: Vec<String> = (1..=all)
            .filter(|index| !is_there(index))
            .map(|index| format!("{index}/{all}"))
            .collect();
        if !missing.is_empty() {
            problems.push(format!("parts are missing: {}", missing.join(", ")));
        }
    }
    problems
}
