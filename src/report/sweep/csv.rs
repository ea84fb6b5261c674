//! Tables of a sweep for other programs: SI units, full precision, an empty cell where nothing was
//! measured.

use crate::experiment::result::Verdict;
use crate::experiment::sweep::{CaseResult, SweepHead, SweepResult};
use crate::report::csv::lines;
use crate::report::format::{exact, exact_or_empty};

use super::brackets::brackets;

/// `sweep.csv`: a row per case.
pub fn render(result: &SweepResult) -> String {
    let rows = result.cases.iter().map(|case| row(&result.head, case));
    titles(&result.head) + &rows.collect::<String>()
}

/// The first line of `sweep.csv`.
///
/// Each axis has a column named by its path, each metric three: value, and both ends of its 95%
/// interval.
pub fn titles(head: &SweepHead) -> String {
    let mut titles = vec!["case".to_owned(), "scenario".to_owned()];
    titles.extend(head.axes.iter().map(|axis| axis.path.clone()));
    let more = ["users", "verdict", "place", "repeats", "requests", "simulated"];
    titles.extend(more.map(str::to_owned));
    titles.extend(head.columns.iter().flat_map(|(path, _)| metric_titles(path)));
    titles.extend(thresholds(head).into_iter().map(|name| format!("threshold.{name}")));
    lines(std::iter::once(titles))
}

/// The titles of a metric's columns: value, and both ends of its 95% interval.
pub(in crate::report) fn metric_titles(path: &str) -> [String; 3] {
    [path.to_owned(), format!("{path}_low"), format!("{path}_high")]
}

/// The cells of a metric, empty where the case has none.
pub(in crate::report) fn metric_cells(case: &CaseResult, path: &str) -> [String; 3] {
    let metric = case.metric(path);
    let ci95 = metric.and_then(|metric| metric.ci95);
    [metric.and_then(|metric| metric.value), ci95.map(|ends| ends.0), ci95.map(|ends| ends.1)]
        .map(exact_or_empty)
}

/// The line of a case in `sweep.csv`.
pub fn row(head: &SweepHead, case: &CaseResult) -> String {
    let mut row = vec![case.case.to_string(), head.stage(case.case).scenario.clone()];
    row.extend(coordinates(head, case.case));
    row.push(case.users.to_string());
    row.push(case.verdict.word().to_owned());
    row.push(blamed(&case.verdict).unwrap_or_default().to_owned());
    row.extend([u64::from(case.repeats), case.requests, case.simulated].map(|it| it.to_string()));
    row.extend(head.columns.iter().flat_map(|(path, _)| metric_cells(case, path)));
    for name in thresholds(head) {
        let threshold = case.graduation.iter().find(|threshold| threshold.name == name);
        row.push(threshold.map_or("", |threshold| threshold.state.word()).to_owned());
    }
    lines(std::iter::once(row))
}

/// Where a case stands on each axis: in SI units where the axis has them, else in words.
pub(super) fn coordinates(head: &SweepHead, case: usize) -> Vec<String> {
    let at = std::iter::zip(&head.axes, head.place(case));
    at.map(|(axis, at)| match &axis.numbers {
        Some(numbers) => exact(numbers[at]),
        None => axis.values[at].clone(),
    })
    .collect()
}

/// The component that a verdict names.
pub(super) fn blamed(verdict: &Verdict) -> Option<&str> {
    match verdict {
        Verdict::Saturated { component, .. } | Verdict::AtCapacity { component, .. } => {
            Some(component)
        }
        Verdict::LosingWork { component, bottleneck, .. } => {
            Some(bottleneck.as_ref().unwrap_or(component))
        }
        Verdict::Stable | Verdict::TooFewSamples { .. } | Verdict::FiniteHorizon => None,
    }
}

/// Names of all thresholds of all scenarios, each once.
fn thresholds(head: &SweepHead) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in head.stages.iter().flat_map(|stage| &stage.thresholds) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

/// `graduation.csv`: between which values of the axis to the right each threshold is crossed; a row
/// for each scenario, threshold, and point of the other axes.
pub fn graduation(result: &SweepResult) -> String {
    let titles = [
        "scenario",
        "other_axes",
        "threshold",
        "condition",
        "axis",
        "state",
        "not_crossed_at",
        "crossed_at",
    ];
    let rows = brackets(result).into_iter().map(|bracket| {
        vec![
            bracket.scenario.to_owned(),
            bracket.others,
            bracket.threshold.to_owned(),
            bracket.condition.to_owned(),
            bracket.axis.to_owned(),
            bracket.state.word().to_owned(),
            exact_or_empty(bracket.not_crossed_at),
            exact_or_empty(bracket.crossed_at),
        ]
    });
    crate::report::csv::table(&titles, rows)
}
