//! A ladder as tables for other programs.

use crate::experiment::graduation::result::{Graduation, Ladder, Outcome, ThresholdGraduation};
use crate::experiment::graduation::search::Crossing;
use crate::report::csv::{lines, table};
use crate::report::format::{exact, exact_or_empty};
use crate::report::sweep::csv::{metric_cells, metric_titles};

/// `graduation.csv`: a row per threshold of every stage.
pub fn graduation(ladder: &Ladder) -> String {
    let titles = [
        "scenario",
        "stage",
        "threshold",
        "condition",
        "state",
        "users",
        "ci_low",
        "ci_high",
        "trips_first",
        "settled",
        "note",
    ];
    let rows = ladder.stages.iter().flat_map(|stage| {
        let first = stage.first().map(|first| first.name.as_str());
        stage.thresholds.iter().map(move |threshold| row(stage, threshold, first))
    });
    table(&titles, rows)
}

fn row(stage: &Graduation, threshold: &ThresholdGraduation, first: Option<&str>) -> Vec<String> {
    let (users, interval, settled) = match &threshold.outcome {
        Outcome::Crossed(Crossing { users, interval, is_settled, .. }) => {
            (Some(*users), Some(*interval), Some(*is_settled))
        }
        Outcome::Already(users) | Outcome::Never(users) | Outcome::NotBefore(users) => {
            (Some(*users as f64), None, None)
        }
        Outcome::NotEvaluable(_) => (None, None, None),
    };
    vec![
        stage.scenario.clone(),
        stage.stage.clone().unwrap_or_default(),
        threshold.name.clone(),
        threshold.condition.clone(),
        threshold.outcome.word().to_owned(),
        exact_or_empty(users),
        exact_or_empty(interval.map(|(low, _)| low)),
        exact_or_empty(interval.map(|(_, high)| high)),
        (first == Some(threshold.name.as_str())).to_string(),
        settled.map(|settled| settled.to_string()).unwrap_or_default(),
        note(threshold).unwrap_or_default(),
    ]
}

/// What is to be known of a threshold beside its crossing.
pub(super) fn note(threshold: &ThresholdGraduation) -> Option<String> {
    let mut notes = Vec::new();
    match &threshold.outcome {
        Outcome::Crossed(crossing) if !crossing.is_settled => {
            notes.push("the interval is as narrow as it gets here".to_owned());
        }
        Outcome::Crossed(crossing) if crossing.by_capacity && threshold.name != "capacity" => {
            notes.push("by overload: see capacity".to_owned());
        }
        Outcome::NotEvaluable(why) => notes.push(why.clone()),
        _ => {}
    }
    notes.extend(threshold.later.iter().map(|change| {
        let what = if change.crosses { "crosses again" } else { "uncrosses" };
        format!("{what} between {} and {}", change.after, change.before)
    }));
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// `points.csv`: a row per number of users that was run on the grid of a stage.
pub fn points(ladder: &Ladder) -> String {
    let mut columns: Vec<&str> = Vec::new();
    for (path, _) in ladder.stages.iter().flat_map(|stage| &stage.columns) {
        if !columns.contains(&path.as_str()) {
            columns.push(path);
        }
    }
    let mut titles: Vec<String> =
        ["scenario", "users", "verdict", "requests"].map(str::to_owned).to_vec();
    titles.extend(columns.iter().flat_map(|path| metric_titles(path)));
    let rows = ladder.stages.iter().flat_map(|stage| {
        let columns = &columns;
        stage.points.iter().map(move |point| {
            let mut row = vec![
                stage.scenario.clone(),
                exact(point.users as f64),
                point.verdict.word().to_owned(),
                point.requests.to_string(),
            ];
            row.extend(columns.iter().flat_map(|path| metric_cells(point, path)));
            row
        })
    });
    lines(std::iter::once(titles).chain(rows))
}
