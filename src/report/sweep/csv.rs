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
    titles.extend(
        more.map(|title| if is_axis(head, title) { format!("{title}_") } else { title.to_owned() }),
    );
    for (path, _) in &head.columns {
        titles.extend([path.clone(), format!("{path}_low"), format!("{path}_high")]);
    }
    titles.extend(thresholds(head).into_iter().map(|name| format!("threshold.{name}")));
    lines(std::iter::once(titles))
}

fn is_axis(head: &SweepHead, title: &str) -> bool {
    head.axes.iter().any(|axis| axis.path == title)
}

/// The line of a case in `sweep.csv`.
pub fn row(head: &SweepHead, case: &CaseResult) -> String {
    let mut row = vec![case.case.to_string(), head.stage(case.case).scenario.clone()];
    row.extend(coordinates(head, case.case));
    row.push(case.users.to_string());
    row.push(case.verdict.word().to_owned());
    row.push(blamed(&case.verdict).unwrap_or_default().to_owned());
    row.extend([u64::from(case.repeats), case.requests, case.simulated].map(|it| it.to_string()));
    for (path, _) in &head.columns {
        let metric = case.metric(path);
        row.push(exact_or_empty(metric.and_then(|metric| metric.value)));
        let ci95 = metric.and_then(|metric| metric.ci95);
        row.push(exact_or_empty(ci95.map(|(low, _)| low)));
        row.push(exact_or_empty(ci95.map(|(_, high)| high)));
    }
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
