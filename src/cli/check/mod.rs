//! `simscale check`: what plain arithmetic says of a scenario, before anything is simulated.
//!
//! - `arrivals`: users to requests per second, by operation and by component;
//! - `growth`: the same at other numbers of users, and where a station is full;
//! - `values`: every value in effect; `json`: all of it for programs.
//!
//! What must hold: no number here is simulated; a queue never shortens or lengthens a load.

mod arrivals;
mod growth;
mod json;
mod values;

use super::arguments::{CheckArguments, DocumentFormat};
use super::console::Console;
use super::exit::Exit;
use super::loading::load;
use super::overload;
use growth::Growth;

/// Checks a scenario and shows its arithmetic.
///
/// # Errors
/// When the scenario is wrong or standard output cannot be written.
pub fn check(arguments: &CheckArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let mut loaded = load(&arguments.scenario, console)?;
    let sets = arguments.scenario.sets();
    let growth = Growth::of(&arguments.scenario.file, &sets, &loaded);
    overload::warn(&loaded.scenario, &loaded.model, &mut loaded.warnings, |component, station| {
        growth.full_at(component, station)
    });
    if arguments.format == DocumentFormat::Json {
        console.tell(&loaded.warnings.render(&loaded.sources, console.colours_errors));
        return console.print(&json::text(&loaded, &growth));
    }
    let mut text = arrivals::text(&loaded);
    text.push_str(&growth.text());
    text.push_str(&values::text(&loaded.scenario));
    if !loaded.warnings.is_empty() {
        text.push('\n');
        text.push_str(&loaded.warnings.render(&loaded.sources, console.colours_output));
    }
    console.print(&text)
}

/// A rate with four significant digits, or all digits before the point: `333.3/s`, `33,333/s`.
fn per_second(rate: f64) -> String {
    let decimals = match rate.abs() {
        magnitude if magnitude < 1.0 => 4,
        magnitude if magnitude < 10.0 => 3,
        magnitude if magnitude < 100.0 => 2,
        magnitude if magnitude < 1000.0 => 1,
        _ => return format!("{}/s", grouped(rate)),
    };
    let text = format!("{rate:.decimals$}");
    format!("{}/s", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A whole number with a comma before every three digits.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
