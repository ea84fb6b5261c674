//! The tables of the terminal report; an empty text where there is nothing to show.

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use crate::experiment::result::{
    AlertResult, ComponentResult, HopCounts, MetricValue, RunResult, ThresholdResult,
    ThresholdState,
};
use crate::measure::unit::Unit;
use crate::report::format::{NOTHING, count, human, human_or_nothing, interval};

use super::Screen;

/// Stands beside times that must be read with care.
pub const MARK: &str = "*";

/// Headline metrics: value, 95% interval, and what thresholds and notes say of them.
///
/// With `marked`, times carry [`MARK`].
pub fn metrics(result: &RunResult, marked: bool, screen: Screen) -> String {
    let shown: Vec<&MetricValue> = result.metrics.iter().filter(|metric| metric.headline).collect();
    let rows = shown.iter().map(|metric| {
        let mut value = human_or_nothing(metric.value, metric.unit);
        if marked && metric.value.is_some() && metric.unit == Unit::Seconds {
            value.push_str(MARK);
        }
        let ends = match (metric.value, metric.ci95) {
            (Some(value), Some(ends)) => interval(value, ends, metric.unit),
            _ => NOTHING.to_string(),
        };
        vec![metric.path.clone(), value, ends, remark(metric, &result.graduation)]
    });
    table(&["metric", "value", "95% interval", "threshold, note"], &[1, 2], rows, screen)
}

/// State of every threshold whose condition names the metric, then the metric's own note.
fn remark(metric: &MetricValue, thresholds: &[ThresholdResult]) -> String {
    let names = |threshold: &&ThresholdResult| {
        threshold.condition.split_whitespace().any(|word| word == metric.path)
    };
    let states = thresholds
        .iter()
        .filter(names)
        .map(|threshold| format!("{}: {}", threshold.name, threshold.state.word()));
    states.chain(metric.note.clone()).collect::<Vec<_>>().join("; ")
}

/// The thresholds of `[graduate]` and the implicit capacity.
pub fn graduation(result: &RunResult, screen: Screen) -> String {
    let rows = result.graduation.iter().map(|threshold| {
        let state = match &threshold.state {
            ThresholdState::NotEvaluable(reason) => {
                format!("{}: {reason}", threshold.state.word())
            }
            state => state.word().to_string(),
        };
        vec![
            threshold.name.clone(),
            threshold.condition.clone(),
            human_or_nothing(threshold.value, threshold.unit),
            state,
        ]
    });
    table(&["threshold", "condition", "now", "state"], &[2], rows, screen)
}

/// The alerts: whether, when and for how long they fired.
pub fn alerts(result: &RunResult, screen: Screen) -> String {
    let rows = result.alerts.iter().map(|alert| {
        vec![
            alert.name.clone(),
            alert.condition.clone(),
            alert.severity.clone(),
            fired(alert, result.repeats),
        ]
    });
    table(&["alert", "condition", "severity", "fired"], &[], rows, screen)
}

fn fired(alert: &AlertResult, repeats: u32) -> String {
    match (&alert.not_evaluable, alert.fired_in, alert.first_at) {
        (Some(reason), _, _) => format!("not evaluable: {reason}"),
        (None, None, _) => "not evaluable".to_string(),
        (None, Some(0), _) => "no".to_string(),
        (None, Some(times), first) => {
            let at = first.map(|at| format!(", first after {}", human(at, Unit::Seconds)));
            format!(
                "in {times} of {repeats} repeats{}, on for {}",
                at.unwrap_or_default(),
                human(alert.active, Unit::Seconds)
            )
        }
    }
}

/// An outcome other than well: its word in the table, and how many jobs met it.
type Outcome = (&'static str, fn(&HopCounts) -> u64);

const OUTCOMES: [Outcome; 6] = [
    ("rejected", |hops| hops.rejected),
    ("failed", |hops| hops.failed),
    ("timed out", |hops| hops.timed_out),
    ("cancelled", |hops| hops.cancelled),
    ("lost", |hops| hops.lost),
    ("abandoned", |hops| hops.abandoned),
];

/// Where time goes and what is lost on the way; outcomes nobody met have no column.
pub fn components(result: &RunResult, screen: Screen) -> String {
    let met: Vec<&Outcome> = OUTCOMES
        .iter()
        .filter(|(_, number)| result.components.iter().any(|one| number(&one.hops) > 0))
        .collect();
    let mut titles = vec!["component", "share of time", "own time", "offered load", "arrived"];
    titles.extend(met.iter().map(|(word, _)| *word));
    let right: Vec<usize> = (1..titles.len()).collect();
    let rows = result.components.iter().map(|component: &ComponentResult| {
        let mut row = vec![
            component.name.clone(),
            human(component.share_of_time, Unit::Fraction),
            human(component.own_time, Unit::Seconds),
            human_or_nothing(component.offered_load, Unit::Fraction),
            count(component.hops.arrived),
        ];
        row.extend(met.iter().map(|(_, number)| count(number(&component.hops))));
        row
    });
    table(&titles, &right, rows, screen)
}

/// A table without frame, its titles underlined, columns in `right` set flush right.
fn table(
    titles: &[&str],
    right: &[usize],
    rows: impl Iterator<Item = Vec<String>>,
    screen: Screen,
) -> String {
    let mut table = Table::new();
    let rule = LineStyle::none().fill('─').junction('─');
    table.load_style(TableStyle::new().header_separator(rule));
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(screen.width).unwrap_or(u16::MAX));
    let aligned = |(column, text): (usize, String)| {
        let cell = Cell::new(text);
        if right.contains(&column) { cell.set_alignment(CellAlignment::Right) } else { cell }
    };
    let header = titles.iter().map(ToString::to_string).enumerate().map(aligned);
    table.set_header(header.collect::<Vec<_>>());
    for row in rows {
        table.add_row(row.into_iter().enumerate().map(aligned).collect::<Vec<_>>());
    }
    if table.row_count() == 0 {
        return String::new();
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_string() + "\n").collect()
}
