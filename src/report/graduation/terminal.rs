//! The ladder on the screen: a line per stage, then every threshold of every stage.

use crate::experiment::graduation::COARSER;
use crate::experiment::graduation::result::{Graduation, Ladder, Outcome, ThresholdGraduation};
use crate::experiment::graduation::search::Crossing;
use crate::measure::unit::Unit;
use crate::report::format::{NOTHING, count, human, interval, short};
use crate::report::terminal::tables::table;
use crate::report::terminal::{Screen, wrapped};

use super::csv::note;

/// The report on a ladder, ending in a newline.
pub fn render(ladder: &Ladder, screen: Screen) -> String {
    let mut text = String::new();
    for stage in &ladder.stages {
        text.push_str(&wrapped(&sentence(stage), screen.width, "  "));
    }
    let sections = [
        ("Ladder", stages(ladder, screen)),
        ("Thresholds", thresholds(ladder, screen)),
        ("What was simulated", simulated(ladder, screen)),
    ];
    for (heading, body) in sections {
        text.push_str(&format!("\n{heading}\n{body}"));
    }
    text
}

/// What gives way first, in a sentence.
fn sentence(stage: &Graduation) -> String {
    let title = &stage.title;
    let Some(first) = stage.first() else {
        return format!("{title}: no threshold is crossed.");
    };
    let name = &first.name;
    match &first.outcome {
        Outcome::Crossed(crossing) => {
            let tied: Vec<&str> =
                stage.tied().into_iter().map(|threshold| threshold.name.as_str()).collect();
            let tied = match tied.as_slice() {
                [] => String::new(),
                names => format!(" (or {}: their intervals overlap)", names.join(", ")),
            };
            let users = human(crossing.users, Unit::Count);
            format!("{title}: enough up to {users} users; first to give way: {name}{tied}.")
        }
        outcome => {
            let users = outcome.users().map_or(NOTHING.to_owned(), |it| short(it, Unit::Count));
            format!("{title}: at {users} users {name} is crossed already.")
        }
    }
}

fn stages(ladder: &Ladder, screen: Screen) -> String {
    let grows = ladder.stages.iter().any(|stage| stage.months().is_some());
    let mut titles = vec!["stage", "meant for", "trips first", "at users", "95% interval"];
    titles.extend(["now", "headroom"]);
    titles.extend(grows.then_some("months left"));
    titles.push("simulated");
    let rows = ladder.stages.iter().map(|stage| {
        let first = stage.first();
        let mut row = vec![
            stage.scenario.clone(),
            stage.stage.clone().unwrap_or_else(|| NOTHING.to_owned()),
            first.map_or("none", |first| &first.name).to_owned(),
        ];
        row.extend(at(first.map(|first| &first.outcome)));
        row.push(count(stage.users));
        let headroom = stage.headroom().map(|times| format!("{}x", three_digits(times)));
        row.push(headroom.unwrap_or_else(|| NOTHING.to_owned()));
        if grows {
            let months = stage.months().map(three_digits);
            row.push(months.unwrap_or_else(|| NOTHING.to_owned()));
        }
        row.push(count(stage.simulated));
        row
    });
    let right: Vec<usize> = (3..titles.len()).collect();
    table(&titles, &right, rows, screen)
}

fn thresholds(ladder: &Ladder, screen: Screen) -> String {
    let titles = ["stage", "threshold", "condition", "at users", "95% interval", "note"];
    let rows = ladder.stages.iter().flat_map(|stage| {
        stage.thresholds.iter().map(|threshold: &ThresholdGraduation| {
            let mut row =
                vec![stage.scenario.clone(), threshold.name.clone(), threshold.condition.clone()];
            row.extend(at(Some(&threshold.outcome)));
            row.push(note(threshold).unwrap_or_default());
            row
        })
    });
    table(&titles, &[3, 4], rows, screen)
}

/// Where a threshold is crossed, and the interval.
fn at(outcome: Option<&Outcome>) -> [String; 2] {
    let ends = match outcome {
        Some(Outcome::Crossed(Crossing { users, interval: ends, .. })) => {
            interval(*users, *ends, Unit::Count)
        }
        _ => NOTHING.to_owned(),
    };
    [outcome.map_or(NOTHING.to_owned(), users_of), ends]
}

fn users_of(outcome: &Outcome) -> String {
    let users = |users: &u64| short(*users as f64, Unit::Count);
    match outcome {
        Outcome::Crossed(crossing) => human(crossing.users, Unit::Count),
        Outcome::Already(at) => format!("already at {}", users(at)),
        Outcome::Never(to) => format!("never below {}", users(to)),
        Outcome::NotBefore(to) => format!("not before capacity ({})", users(to)),
        Outcome::NotEvaluable(_) => "not evaluable".to_owned(),
    }
}

/// A number with three digits: `1.76`, `17.6`, `176`.
fn three_digits(number: f64) -> String {
    match number {
        number if number < 9.995 => format!("{number:.2}"),
        number if number < 99.95 => format!("{number:.1}"),
        number => format!("{number:.0}"),
    }
}

fn simulated(ladder: &Ladder, screen: Screen) -> String {
    let all: u64 = ladder.stages.iter().map(|stage| stage.simulated).sum();
    let text = format!(
        "{} requests, over {} to {} users; intervals of 95%, half-width at most {} of the users, \
         or {} for thresholds wholly beyond the first.",
        count(all),
        count(ladder.range.0),
        count(ladder.range.1),
        human(ladder.precision, Unit::Fraction),
        human(ladder.precision * COARSER, Unit::Fraction)
    );
    let again = format!("Same again:\n  {}\n", ladder.command);
    wrapped(&text, screen.width, "") + &again
}
