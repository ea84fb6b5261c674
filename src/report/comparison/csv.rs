//! `comparison.csv`: a row per metric, SI units, full precision, empty where there is nothing.

use crate::experiment::comparison::{ComparisonResult, NAMES};
use crate::experiment::result::MetricValue;
use crate::report::csv::table;
use crate::report::format::exact_or_empty;

const TITLES: [&str; 15] = [
    "metric",
    "a",
    "a_low",
    "a_high",
    "b",
    "b_low",
    "b_high",
    "difference",
    "low",
    "high",
    "relative",
    "significance",
    "narrowing",
    "unit",
    "note",
];

/// The metrics of both sides, then those that only A and only B offers.
pub fn render(result: &ComparisonResult) -> String {
    let both = result.metrics.iter().map(|metric| {
        let mut row = vec![metric.path.clone()];
        for side in 0..NAMES.len() {
            row.extend(of_side(metric.values[side], metric.ci95[side]));
        }
        row.extend(of_side(metric.difference, metric.difference_ci95));
        row.push(exact_or_empty(metric.relative));
        row.push(metric.significance.word().to_string());
        row.push(exact_or_empty(metric.narrowing));
        row.push(metric.unit.symbol().to_string());
        row.push(metric.note.clone().unwrap_or_default());
        row
    });
    let only = |side: usize| result.only[side].iter().map(move |metric| of_one(side, metric));
    table(&TITLES, both.chain(only(0)).chain(only(1)))
}

/// A value with the ends of its interval.
fn of_side(value: Option<f64>, ends: Option<(f64, f64)>) -> [String; 3] {
    let end = |of: fn((f64, f64)) -> f64| exact_or_empty(ends.map(of));
    [exact_or_empty(value), end(|(low, _)| low), end(|(_, high)| high)]
}

/// A metric that the other side does not offer.
fn of_one(side: usize, metric: &MetricValue) -> Vec<String> {
    let mut row = vec![String::new(); TITLES.len()];
    row[0].clone_from(&metric.path);
    let start = 1 + 3 * side;
    row[start..start + 3].clone_from_slice(&of_side(metric.value, metric.ci95));
    row[TITLES.len() - 2] = metric.unit.symbol().to_string();
    row[TITLES.len() - 1] = format!("only in {}", NAMES[side]);
    row
}
