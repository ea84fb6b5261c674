//! `simscale graduate`: at how many users each stage crosses each of its thresholds.

use std::path::Path;

use super::arguments::{GraduateArguments, plotting};
use super::command_line::command;
use super::console::Console;
use super::exit::Exit;
use super::run::OUTPUT;
use super::sweep::folder_name;
use super::{interrupt, threads};
use crate::experiment::graduation::result::Ladder;
use crate::experiment::graduation::{self, Ask, Watch};
use crate::language::diagnostic::{Problems, nearest};
use crate::language::quantity::{Count, percent_text};
use crate::language::source::Sources;
use crate::model::Variants;
use crate::model::catalogue::Catalogue;
use crate::report::{Progress, Screen, graduation as report, listing, prepare, write_named};
use crate::scenario::Scenario;

/// The users that are searched where nothing else is said.
const USUAL_RANGE: (u64, u64) = (1_000, 10_000_000);

/// Searches the crossings of all stages and reports on them.
///
/// # Errors
/// When a scenario is wrong, or something cannot be written.
pub fn graduate(arguments: &GraduateArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let (stages, scenarios) = load(arguments, console)?;
    let range = arguments.range.unwrap_or_else(|| usual_range(&scenarios));
    let name = folder_name(scenarios.iter().map(|scenario| scenario.name.as_str()), "graduate");
    let folder = arguments.output.out.clone().unwrap_or_else(|| Path::new(OUTPUT).join(name));
    let folder = prepare(&folder).map_err(|error| console.refuse(&error.to_string()))?;
    interrupt::leaves_nothing(folder.path());
    let ask = Ask { precision: arguments.precision, range };
    let pool = threads::pool(arguments.output.threads, console)?;
    let progress = Progress::new(0, !arguments.output.quiet);
    let found = pool.install(|| graduation::graduate(&stages, ask, &progress));
    progress.finish();
    // Jobs that got lost are a defect of simscale, never of the scenario.
    let stages = found.unwrap_or_else(|breach| panic!("{breach}"));
    let ladder = Ladder {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: repeating(arguments),
        precision: arguments.precision,
        range,
        stages,
        plot: arguments.plot.clone(),
    };
    interrupt::must_wait();
    let files = report::files(&ladder);
    write_named(&files, &folder).map_err(|error| console.refuse(&error.to_string()))?;
    let screen = Screen::from_environment(console.colours_output);
    console.print(&report::render(&ladder, arguments.output.format.into(), screen))?;
    if !arguments.output.quiet {
        console.tell(&listing(&files, &folder));
    }
    Ok(())
}

impl Watch for Progress {
    fn expect(&self, requests: u64) {
        Progress::expect(self, requests);
    }

    fn advance(&self, requests: u64) {
        Progress::advance(self, requests);
    }
}

/// A stage as it is searched, and as it stands.
type Loaded = (Vec<(Variants, Sources)>, Vec<Scenario>);

/// Reads all stages; whatever is wrong with any of them is told.
fn load(arguments: &GraduateArguments, console: &mut Console<'_>) -> Result<Loaded, Exit> {
    let (mut stages, mut scenarios) = (Vec::new(), Vec::new());
    for path in &arguments.files {
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        let variants = Variants::load(path, &arguments.changes, &mut sources, &mut problems);
        let read = variants.and_then(|variants| {
            let (scenario, model) = variants.with(&[], &sources, &mut problems)?;
            if scenario.users.load.is_unscaled_trace() {
                let label = "say in `arrivals` how many made it: recorded_users = \"50K\"";
                let place = sources.file_place();
                problems.error(place, "more users would not change the trace of arrivals", label);
                return None;
            }
            let paths = Catalogue::of(&model).values();
            if !paths.iter().any(|value| value.path == arguments.plot) {
                let near = nearest(&arguments.plot, paths.iter().map(|value| value.path.as_str()));
                let near = near.map_or(String::new(), |near| format!(" did you mean `{near}`?"));
                let message = format!("--plot: there is no metric `{}`", arguments.plot);
                let label = format!("{near} `simscale metrics {}` lists all", path.display());
                problems.error(None, message, label.trim_start());
                return None;
            }
            Some((variants, scenario))
        });
        match read {
            Some((variants, scenario)) => {
                scenarios.push(scenario);
                stages.push((variants, sources));
            }
            None => console.tell(&problems.render(&sources, console.colours_errors)),
        }
    }
    match stages.len() == arguments.files.len() {
        true => Ok((stages, scenarios)),
        false => Err(Exit::BadInput),
    }
}

/// The usual range, with room for what the scenarios are meant for; one that does not say is meant
/// for a tenth of its own users at least.
fn usual_range(scenarios: &[Scenario]) -> (u64, u64) {
    let meant = |scenario: &Scenario| match &scenario.stage {
        Some(stage) => (stage.low, stage.high),
        None => ((scenario.users.count / 10).max(1), scenario.users.count),
    };
    let both = |(low, high): (u64, u64), scenario: &Scenario| {
        let (fewest, most) = meant(scenario);
        (low.min(fewest), high.max(most))
    };
    scenarios.iter().fold(USUAL_RANGE, both)
}

/// The command that repeats the search: what decides its numbers and pictures, nothing else.
fn repeating(arguments: &GraduateArguments) -> String {
    let range = arguments.range.map(|(low, high)| format!("{}..{}", Count(low), Count(high)));
    let options = [
        ("--precision", &[percent_text(arguments.precision)][..]),
        ("--range", range.as_slice()),
        ("--set", &arguments.changes),
        ("--plot", &plotting(&arguments.plot)),
    ];
    command("graduate", &arguments.files, &options)
}
