//! `simscale run`: simulate a scenario, write its files, print its report.

use std::path::{Path, PathBuf};

use super::arguments::RunArguments;
use super::command_line::repeating;
use super::console::Console;
use super::exit::Exit;
use super::interrupt;
use super::loading::{Loaded, load};
use super::overload;
use super::threads;
use crate::experiment::result::RunResult;
use crate::experiment::{self, Options, expected_requests};
use crate::report::{self, FILES, OutputFile, OutputFolder, Progress, Screen};

/// Folder of the folders of all scenarios, where no other is asked for.
pub(super) const OUTPUT: &str = "output";

/// Simulates a scenario and reports on it.
///
/// # Errors
/// When the scenario is wrong, or something cannot be written.
pub fn run(arguments: &RunArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let mut loaded = load(&arguments.scenario, console)?;
    overload::warn(&loaded.scenario, &loaded.model, &mut loaded.warnings, |_, _| {
        "work will pile up or be lost; `simscale check` tells from how many users on".to_owned()
    });
    if !arguments.output.quiet {
        console.tell(&loaded.warnings.render(&loaded.sources, console.colours_errors));
    }
    let folder = arguments.output.out.clone();
    let folder = folder.unwrap_or_else(|| Path::new(OUTPUT).join(&loaded.scenario.name));
    let folder = report::prepare(&folder).map_err(|error| console.refuse(&error.to_string()))?;
    interrupt::leaves_nothing(folder.path());
    let result = simulate(&loaded, arguments, console)?;
    interrupt::must_wait();
    let files =
        report::write_all(&result, &folder).map_err(|error| console.refuse(&error.to_string()))?;
    let screen = Screen::from_environment(console.colours_output);
    console.print(&report::render(&result, arguments.output.format.into(), screen))?;
    if !arguments.output.quiet {
        console.tell(&written(&folder, &files, FILES));
    }
    Ok(())
}

fn simulate(
    loaded: &Loaded,
    arguments: &RunArguments,
    console: &mut Console<'_>,
) -> Result<RunResult, Exit> {
    let pool = threads::pool(arguments.output.threads, console)?;
    let progress =
        Progress::new(expected_requests(&loaded.scenario, &loaded.model), !arguments.output.quiet);
    let advance = |requests| progress.advance(requests);
    let options = Options::new(repeating(&arguments.scenario), &advance);
    let result = pool.install(|| experiment::run(&loaded.scenario, &loaded.model, &options));
    progress.finish();
    // Jobs that got lost are a defect of simscale, never of the scenario.
    Ok(result.unwrap_or_else(|breach| panic!("{breach}")))
}

/// What was written of a list of files, and where.
pub(super) fn written<Of>(
    folder: &OutputFolder,
    paths: &[PathBuf],
    files: &[OutputFile<Of>],
) -> String {
    let mut text = format!("\nWritten to {}:\n", folder.path().display());
    let width = files.iter().map(|file| file.name.len()).max().unwrap_or(0);
    for (file, path) in files.iter().zip(paths) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        text.push_str(&format!("  {name:width$}  {}\n", file.meaning));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::cli::Exit;
    use crate::cli::testing::{shipped, simscale, written};

    #[test]
    fn a_wrong_scenario_leaves_no_trace() {
        let (folder, path) = written("entry = \"app\"");
        let out = folder.path().join("out").display().to_string();
        let ran = simscale(&["run", &path.display().to_string(), "--out", &out]);
        assert_eq!((ran.exit, ran.output.as_str()), (Exit::BadInput, ""));
        assert!(ran.errors.contains("nothing was run"), "{}", ran.errors);
        assert!(fs::metadata(out).is_err());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_refused_before_anything_is_simulated() {
        let (folder, path) = written("in the way");
        let out = path.join("inside").display().to_string();
        let ran = simscale(&["run", &shipped("stage1.toml"), "--out", &out, "--quiet"]);
        assert_eq!((ran.exit, ran.output.as_str()), (Exit::BadInput, ""));
        assert!(ran.errors.starts_with("error: cannot make the folder `"), "{}", ran.errors);
        assert!(ran.errors.contains(&out));
        drop(folder);
    }
}
