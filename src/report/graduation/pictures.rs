//! The pictures of a ladder: the metric over the users, with every crossing and its interval, and
//! the utilisation of every component.

use crate::experiment::graduation::result::{Graduation, Ladder, Outcome};
use crate::experiment::sweep::CaseResult;
use crate::measure::unit::Unit;
use crate::report::NamedFile;
use crate::report::curves::{Line, Sheet};
use crate::report::pictures::{AcrossAxis, CrossingMark};

/// Every picture of a ladder.
pub(super) fn draw(ladder: &Ladder) -> Vec<NamedFile> {
    let conditions: Vec<Vec<(String, String)>> = ladder.stages.iter().map(conditions).collect();
    let lines = std::iter::zip(&ladder.stages, &conditions);
    let columns = ladder.stages.iter().flat_map(|stage| &stage.columns);
    let unit = columns.clone().find(|(path, _)| *path == ladder.plot).map(|(_, unit)| *unit);
    let sheet = Sheet {
        plot: &ladder.plot,
        unit: unit.unwrap_or(Unit::Count),
        across: AcrossAxis { title: "users".to_owned(), unit: Unit::Count, logarithmic: true },
        subtitle: "values and crossings with their 95% intervals".to_owned(),
        lines: lines.map(|(stage, thresholds)| line(stage, thresholds)).collect(),
    };
    sheet.draw()
}

fn conditions(stage: &Graduation) -> Vec<(String, String)> {
    let thresholds = stage.thresholds.iter();
    thresholds.map(|one| (one.name.clone(), one.condition.clone())).collect()
}

fn line<'a>(stage: &'a Graduation, thresholds: &'a [(String, String)]) -> Line<'a> {
    let mut cases: Vec<(f64, &CaseResult)> =
        stage.points.iter().map(|case| (case.users as f64, case)).collect();
    cases.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let crossings = stage.thresholds.iter().filter_map(|threshold| match &threshold.outcome {
        Outcome::Crossed(crossing) => Some(CrossingMark {
            label: threshold.name.clone(),
            at: crossing.users,
            interval: Some(crossing.interval),
            is_between: false,
        }),
        _ => None,
    });
    Line { name: stage.scenario.clone(), cases, thresholds, crossings: crossings.collect() }
}
