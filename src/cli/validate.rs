//! `simscale validate`: simulation against theory, and how often intervals hold the truth.

use super::arguments::ValidateArguments;
use super::console::Console;
use super::exit::Exit;
use super::threads;
use crate::experiment::Breach;
use crate::experiment::validation::{self, Coverage, Effort, Validation, coverage};
use crate::report::{self, Progress, Screen};

/// Seeds of the coverage where nothing else is asked for.
const USUAL_SEEDS: u32 = 400;

/// Simulates what theory knows and prints how the two compare.
///
/// # Errors
/// [`Exit::TargetMissed`] when a check fails; [`Exit::BadInput`] when standard output cannot be
/// written.
pub fn validate(arguments: &ValidateArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let screen = Screen::from_environment(console.colours_output);
    let format = arguments.format.into();
    let (text, passes) = if arguments.coverage {
        let found = intervals(arguments, console)?;
        (report::validation::coverage(&found, format, screen), found.passes())
    } else {
        let found = theory(arguments, console)?;
        (report::validation::table(&found, format, screen), found.passes())
    };
    tell(&text, passes, console)
}

/// Prints a report, and ends well only when it does.
fn tell(report: &str, passes: bool, console: &mut Console<'_>) -> Result<(), Exit> {
    console.print(report)?;
    if passes { Ok(()) } else { Err(Exit::TargetMissed) }
}

fn theory(arguments: &ValidateArguments, console: &mut Console<'_>) -> Result<Validation, Exit> {
    let effort = if arguments.quick { Effort::Quick } else { Effort::Full };
    let requests = validation::expected_requests(&validation::cases(), effort);
    simulated(requests, arguments, console, |advance| {
        validation::validate(|_| true, effort, advance)
    })
}

fn intervals(arguments: &ValidateArguments, console: &mut Console<'_>) -> Result<Coverage, Exit> {
    let seeds = arguments.seeds.unwrap_or(USUAL_SEEDS);
    let cases = coverage::cases();
    let requests = coverage::expected_requests(&cases, seeds);
    simulated(requests, arguments, console, |advance| coverage::coverage(&cases, seeds, advance))
}

/// What `simulate` finds on the threads asked for, under a progress bar over `requests`.
fn simulated<Found: Send>(
    requests: u64,
    arguments: &ValidateArguments,
    console: &mut Console<'_>,
    simulate: impl FnOnce(&(dyn Fn(u64) + Sync)) -> Result<Found, Breach> + Send,
) -> Result<Found, Exit> {
    let pool = threads::pool(arguments.threads, console)?;
    let progress = Progress::new(requests, !arguments.quiet);
    let found = pool.install(|| simulate(&|requests| progress.advance(requests)));
    progress.finish();
    // Jobs that got lost are a defect of simscale.
    Ok(found.unwrap_or_else(|breach| panic!("{breach}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_fails_is_printed_all_the_same() {
        for (passes, exit) in [(true, Ok(())), (false, Err(Exit::TargetMissed))] {
            let (mut output, mut errors) = (Vec::new(), Vec::new());
            let mut console = Console::plain(&mut output, &mut errors);
            assert_eq!(tell("report\n", passes, &mut console), exit);
            drop(console);
            assert_eq!((output.as_slice(), errors.as_slice()), (&b"report\n"[..], &b""[..]));
        }
    }
}
