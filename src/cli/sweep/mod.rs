//! `simscale sweep`: scenarios over axes, and `simscale merge`: parts of a sweep put together.
//!
//! - `plan`: from files and axes to cases; `keeper`: what is kept while the sweep goes on;
//! - [`merge`]: what several machines found, as one would have written it.
//!
//! What must hold: an interrupted sweep leaves whole rows and loses no case that was done; a sweep
//! that was resumed or merged leaves the same bytes as one that ran through.

mod keeper;
pub mod merge;
mod plan;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::arguments::SweepArguments;
use super::command_line::quoted;
use super::console::Console;
use super::exit::Exit;
use super::run::OUTPUT;
use super::{interrupt, threads};
use crate::experiment::deal::{Compiled, deal};
use crate::experiment::expected_requests;
use crate::experiment::sweep::{CaseResult, SweepHead, SweepResult};
use crate::report::sweep::{self as report, journal::Shard};
use crate::report::{
    MANIFEST, OutputFolder, Progress, Screen, WriteError, listing, prepare, write_named,
};
use keeper::Keeper;
use plan::Plan;

/// Runs scenarios over axes and reports on them.
///
/// # Errors
/// When something is wrong with files or axes, or something cannot be written.
pub fn sweep(arguments: &SweepArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let Plan { head, cases } = plan::plan(arguments, console)?;
    let shard = arguments.shard.unwrap_or(Shard::WHOLE);
    let path = arguments.output.out.clone().unwrap_or_else(|| usual_folder(&head, shard));
    let folder = prepare(&path).map_err(|error| console.refuse(&error.to_string()))?;
    let kept = kept(arguments, &folder, (&head, shard), console)?;
    let again = interrupted_command(arguments);
    let keeper = Keeper::begin(&folder, head, shard, kept);
    let keeper = keeper.map_err(|error| console.refuse(&error.to_string()))?;
    let keeper = Arc::new(Mutex::new(keeper));
    interrupt::may_come(farewell(Arc::clone(&keeper), path, again));
    simulate(&cases, shard, &keeper, arguments, console)?;
    interrupt::must_wait();
    let result = locked(&keeper).result();
    let written = finish(&result, shard, &folder, console)?;
    let screen = Screen::from_environment(console.colours_output);
    console.print(&report::render(&result, arguments.output.format.into(), screen))?;
    if !arguments.output.quiet {
        console.tell(&written);
    }
    Ok(())
}

/// `output/stage1-sweep`, `output/stage1-stage3-sweep`, and a folder of its own for each part.
fn usual_folder(head: &SweepHead, shard: Shard) -> PathBuf {
    let name = folder_name(head.stages.iter().map(|stage| stage.scenario.as_str()), "sweep");
    let folder = Path::new(OUTPUT).join(name);
    match shard {
        Shard::WHOLE => folder,
        Shard { index, parts } => folder.join(format!("part-{index}-of-{parts}")),
    }
}

/// A folder's name from the first and the last scenario, and what was done.
pub(super) fn folder_name<'a>(scenarios: impl Iterator<Item = &'a str>, what: &str) -> String {
    let names: Vec<&str> = scenarios.collect();
    match names.as_slice() {
        [] => what.to_owned(),
        [one] => format!("{one}-{what}"),
        [first, .., last] => format!("{first}-{last}-{what}"),
    }
}

/// The cases that are there already; a sweep that was interrupted is not thrown away unasked.
fn kept(
    arguments: &SweepArguments,
    folder: &OutputFolder,
    (head, shard): (&SweepHead, Shard),
    console: &mut Console<'_>,
) -> Result<Vec<CaseResult>, Exit> {
    if arguments.resume {
        return keeper::kept(folder, head, shard).map_err(|why| console.refuse(&why));
    }
    let is_complete = folder.path().join(MANIFEST).exists();
    if arguments.restart || is_complete {
        return Ok(Vec::new());
    }
    match keeper::read(folder) {
        Ok(Some(journal)) if !journal.cases.is_empty() && !journal.is_complete() => Err(console
            .refuse(&format!(
                "`{}` holds an unfinished sweep with {} cases done: add --resume to go on with it, \
                 or --restart to begin anew",
                folder.path().display(),
                journal.cases.len()
            ))),
        _ => Ok(Vec::new()),
    }
}

/// The command that goes on with an interrupted sweep.
fn interrupted_command(arguments: &SweepArguments) -> String {
    let mut command = plan::repeating(arguments);
    if let Some(Shard { index, parts }) = arguments.shard {
        command.push_str(&format!(" --shard {index}/{parts}"));
    }
    if let Some(out) = &arguments.output.out {
        command.push_str(&format!(" --out {}", quoted(&out.display().to_string())));
    }
    command + " --resume"
}

/// What an interrupt tells. The keeper stays locked from then on, so no row is cut off.
fn farewell(
    keeper: Arc<Mutex<Keeper>>,
    folder: PathBuf,
    again: String,
) -> impl FnMut() -> String + Send {
    move || {
        let keeper = locked(&keeper);
        let (done, all) = keeper.progress();
        std::mem::forget(keeper);
        format!(
            "interrupted: {done} of {all} cases are kept in {}; go on with\n  {again}",
            folder.display()
        )
    }
}

/// What a lock holds is never left half-way: a thread that panics ends the process.
fn locked(keeper: &Mutex<Keeper>) -> MutexGuard<'_, Keeper> {
    keeper.lock().unwrap_or_else(PoisonError::into_inner)
}

fn simulate(
    cases: &[Compiled],
    shard: Shard,
    keeper: &Mutex<Keeper>,
    arguments: &SweepArguments,
    console: &mut Console<'_>,
) -> Result<(), Exit> {
    let pool = threads::pool(arguments.output.threads, console)?;
    let is_done = |case: usize| locked(keeper).has(case);
    let left: Vec<usize> =
        (0..cases.len()).filter(|case| shard.holds(*case) && !is_done(*case)).collect();
    let dealt: Vec<&Compiled> = left.iter().map(|case| &cases[*case]).collect();
    let expected = dealt.iter().map(|(scenario, model)| expected_requests(scenario, model)).sum();
    let progress = Progress::new(expected, !arguments.output.quiet);
    let failed: Mutex<Option<WriteError>> = Mutex::new(None);
    let dealt = pool.install(|| {
        deal(&dealt, &|requests| progress.advance(requests), &|position, course, runs| {
            let case = CaseResult::of(left[position], course, runs);
            match locked(keeper).keep(case) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    ControlFlow::Break(())
                }
            }
        })
    });
    progress.finish();
    // Jobs that got lost are a defect of simscale, never of the scenario.
    dealt.unwrap_or_else(|breach| panic!("{breach}"));
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        None => Ok(()),
        Some(error) => {
            let again = interrupted_command(arguments);
            Err(console.refuse(&format!("{error}; once there is room, go on with\n  {again}")))
        }
    }
}

/// Writes what a complete sweep, or a complete part, leaves; gives what to tell of it.
fn finish(
    result: &SweepResult,
    shard: Shard,
    folder: &OutputFolder,
    console: &mut Console<'_>,
) -> Result<String, Exit> {
    let files = report::files(result, shard);
    write_named(&files, folder).map_err(|error| console.refuse(&error.to_string()))?;
    let mut text = listing(&files, folder);
    if shard != Shard::WHOLE {
        text.push_str("Once all parts are there, `simscale merge` joins them.\n");
    }
    Ok(text)
}
