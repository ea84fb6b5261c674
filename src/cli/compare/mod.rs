//! `simscale compare`: two scenarios, or two variants of one, side by side.
//!
//! - [`compare`]: the command; `sides`: from arguments to the two sides, with all that is wrong.

mod sides;

use std::path::{Path, PathBuf};

use super::arguments::CompareArguments;
use super::command_line::comparing;
use super::console::Console;
use super::exit::Exit;
use super::interrupt;
use super::run::{OUTPUT, written};
use super::threads;
use crate::experiment::comparison::{self, ComparisonResult, Side};
use crate::experiment::{Options, expected_requests};
use crate::report::comparison::{FILES, render};
use crate::report::{self, Progress, Screen};
use sides::LoadedSide;

/// Simulates both sides and reports on what differs.
///
/// # Errors
/// When the arguments or a scenario are wrong, or something cannot be written.
pub fn compare(arguments: &CompareArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let sides = sides::load(arguments, console)?;
    let refuse =
        |error: report::WriteError, console: &mut Console<'_>| console.refuse(&error.to_string());
    let folder = arguments.output.out.clone().unwrap_or_else(|| default_folder(&sides));
    let folder = report::prepare(&folder).map_err(|error| refuse(error, console))?;
    interrupt::leaves_nothing(folder.path());
    let result = simulate(&sides, arguments, console)?;
    interrupt::must_wait();
    let files = report::write_files(FILES, &result, &folder);
    let files = files.map_err(|error| refuse(error, console))?;
    let screen = Screen::from_environment(console.colours_output);
    console.print(&render(&result, arguments.output.format.into(), screen))?;
    if !arguments.output.quiet {
        console.tell(&written(&folder, &files, FILES));
    }
    Ok(())
}

/// Where files go when no folder is asked for.
fn default_folder(sides: &[LoadedSide; 2]) -> PathBuf {
    let [a, b] = sides;
    let name = match a.file == b.file {
        true => format!("{}-compare", a.scenario.name),
        false => format!("{}-{}-compare", a.scenario.name, b.scenario.name),
    };
    Path::new(OUTPUT).join(name)
}

fn simulate(
    sides: &[LoadedSide; 2],
    arguments: &CompareArguments,
    console: &mut Console<'_>,
) -> Result<ComparisonResult, Exit> {
    let pool = threads::pool(arguments.output.threads, console)?;
    let expected = sides.iter().map(|side| expected_requests(&side.scenario, &side.model)).sum();
    let progress = Progress::new(expected, !arguments.output.quiet);
    let advance = |requests| progress.advance(requests);
    let options = Options::new(comparing(arguments), &advance);
    let compared = sides.each_ref().map(|side| Side {
        scenario: &side.scenario,
        model: &side.model,
        label: side.label.clone(),
        command: side.command.clone(),
    });
    let result = pool.install(|| comparison::compare(&compared, &options));
    progress.finish();
    // Jobs that got lost are a defect of simscale, never of the scenario.
    Ok(result.unwrap_or_else(|breach| panic!("{breach}")))
}
