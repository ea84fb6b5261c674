//! A sweep on the screen: a line per case, then where thresholds are crossed.

use crate::experiment::result::ThresholdState;
use crate::experiment::sweep::{CaseResult, SweepHead, SweepResult};
use crate::measure::unit::Unit;
use crate::report::format::{NOTHING, count, human_or_nothing, interval, short};
use crate::report::terminal::tables::table;
use crate::report::terminal::{Screen, wrapped};

use super::brackets::{Bracket, Bracketing, brackets};
use super::csv::blamed;

/// The report on a sweep, ending in a newline.
pub fn render(result: &SweepResult, screen: Screen) -> String {
    let mut text = wrapped(&headline(result), screen.width, "");
    let sections = [
        ("Cases", cases(result, screen)),
        ("Graduation", graduation(result, screen)),
        ("What was simulated", simulated(result, screen)),
    ];
    for (heading, body) in sections.iter().filter(|(_, body)| !body.is_empty()) {
        text.push_str(&format!("\n{heading}\n{body}"));
    }
    text
}

fn headline(result: &SweepResult) -> String {
    let head = &result.head;
    let names: Vec<&str> = head.stages.iter().map(|stage| stage.scenario.as_str()).collect();
    let axes = head.axes.iter().map(|axis| {
        let (first, last) = (&axis.values[0], &axis.values[axis.values.len() - 1]);
        match axis.values.len() {
            1 => format!("{} = {first}", axis.path),
            many => format!("{} from {first} to {last} ({many} values)", axis.path),
        }
    });
    let axes = axes.collect::<Vec<_>>().join(" and ");
    format!("SWEEP of {} over {axes}: {} cases", names.join(", "), head.cases())
}

/// A line per case: where it stands, the metric that is drawn, verdict, thresholds crossed.
fn cases(result: &SweepResult, screen: Screen) -> String {
    let head = &result.head;
    let several = head.stages.len() > 1;
    let mut titles = Vec::new();
    titles.extend(several.then_some("scenario"));
    titles.extend(head.axes.iter().map(|axis| axis.path.as_str()));
    let first = titles.len();
    titles.extend([head.plot.as_str(), "95% interval", "verdict", "crossed"]);
    let rows = result.cases.iter().map(|case| {
        let mut row = Vec::new();
        row.extend(several.then(|| head.stage(case.case).scenario.clone()));
        let at = std::iter::zip(&head.axes, head.place(case.case));
        row.extend(at.map(|(axis, at)| axis.values[at].clone()));
        row.extend(plotted(head, case));
        row.push(verdict(case));
        row.push(crossed(case));
        row
    });
    let right: Vec<usize> = (usize::from(several)..first + 2).collect();
    table(&titles, &right, rows, screen)
}

/// The metric that is drawn, and its interval.
fn plotted(head: &SweepHead, case: &CaseResult) -> [String; 2] {
    let unit = head.unit(&head.plot).unwrap_or(Unit::Count);
    let metric = case.metric(&head.plot);
    let value = metric.and_then(|metric| metric.value);
    let ends = match (value, metric.and_then(|metric| metric.ci95)) {
        (Some(value), Some(ends)) => interval(value, ends, unit),
        _ => NOTHING.to_owned(),
    };
    [human_or_nothing(value, unit), ends]
}

fn verdict(case: &CaseResult) -> String {
    match blamed(&case.verdict) {
        Some(component) => format!("{}: {component}", case.verdict.word()),
        None => case.verdict.word().to_owned(),
    }
}

fn crossed(case: &CaseResult) -> String {
    let crossed = case
        .graduation
        .iter()
        .filter(|threshold| matches!(threshold.state, ThresholdState::Crossed));
    crossed.map(|threshold| threshold.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Between which cases thresholds are crossed.
fn graduation(result: &SweepResult, screen: Screen) -> String {
    let brackets = brackets(result);
    let several_axes = result.head.axes.len() > 1;
    let Some(axis) = brackets.first().map(|bracket| bracket.axis.to_owned()) else {
        return String::new();
    };
    let unit = result.head.axes.iter().find(|known| known.path == axis);
    let unit = unit.map_or(Unit::Count, |axis| axis.unit);
    let title = format!("crossed, {axis}");
    let mut titles = vec!["scenario"];
    titles.extend(several_axes.then_some("at"));
    titles.extend(["threshold", "condition", &title]);
    let rows = brackets.iter().map(|bracket| {
        let mut row = vec![bracket.scenario.to_owned()];
        row.extend(several_axes.then(|| bracket.others.clone()));
        row.extend([bracket.threshold.to_owned(), bracket.condition.to_owned()]);
        row.push(where_crossed(bracket, unit));
        row
    });
    table(&titles, &[], rows, screen)
}

fn where_crossed(bracket: &Bracket<'_>, unit: Unit) -> String {
    let value = |value: Option<f64>| value.map_or(NOTHING.to_owned(), |value| short(value, unit));
    let (safe, beyond) = (value(bracket.not_crossed_at), value(bracket.crossed_at));
    match bracket.state {
        Bracketing::Crossed => format!("between {safe} and {beyond}"),
        Bracketing::Already => format!("already at {beyond}"),
        Bracketing::Never => format!("not up to {safe}"),
        Bracketing::Unknown => "undecided".to_owned(),
    }
}

fn simulated(result: &SweepResult, screen: Screen) -> String {
    let sum = |of: fn(&CaseResult) -> u64| result.cases.iter().map(of).sum::<u64>();
    let text = format!(
        "{} requests measured, {} simulated.",
        count(sum(|case| case.requests)),
        count(sum(|case| case.simulated))
    );
    let again = format!("Same again:\n  {}\n", result.head.command);
    wrapped(&text, screen.width, "") + &again
}
