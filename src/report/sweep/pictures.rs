//! The pictures of a sweep: curves over the axis to the right, utilisation, and heat maps of two
//! axes.

use super::brackets::{Bracketing, brackets, lines, others};
use crate::experiment::sweep::{CaseResult, SweepHead, SweepResult, across};
use crate::measure::unit::Unit;
use crate::report::NamedFile;
use crate::report::curves::{Line, Sheet, painted};
use crate::report::pictures::{
    AcrossAxis, CrossingMark, HeatAxis, HeatCell, HeatMap, PointState, heat_map,
};

/// Every picture of a sweep.
pub(super) fn draw(result: &SweepResult) -> Vec<NamedFile> {
    let mut files = match across(&result.head) {
        Some(axis) => sheet(result, axis).draw(),
        None => Vec::new(),
    };
    if result.head.axes.len() == 2 {
        for (number, stage) in result.head.stages.iter().enumerate() {
            let scene = heat_map(&heat(result, number));
            let stem = match result.head.stages.len() {
                1 => "heat_map".to_owned(),
                _ => format!("heat_map-{}", stage.scenario),
            };
            files.extend(painted(&stem, "the metric over both axes, drawn", &scene));
        }
    }
    files
}

fn plot_unit(head: &SweepHead) -> Unit {
    head.unit(&head.plot).unwrap_or(Unit::Count)
}

fn sheet<'a>(result: &'a SweepResult, axis: usize) -> Sheet<'a> {
    let head = &result.head;
    let marks = brackets(result);
    let numbers = head.axes[axis].numbers.as_deref().unwrap_or_default();
    let line = |(stage, cases): (usize, Vec<&'a CaseResult>)| {
        let others = cases.first().map_or(String::new(), |case| others(head, axis, case.case));
        let scenario = &head.stages[stage].scenario;
        let crossings = marks.iter().filter(|bracket| {
            bracket.stage == stage
                && bracket.others == others
                && bracket.state == Bracketing::Crossed
        });
        let crossings = crossings.filter_map(|bracket| {
            let (low, high) = (bracket.not_crossed_at?, bracket.crossed_at?);
            let at = if low > 0.0 { (low * high).sqrt() } else { (low + high) / 2.0 };
            let label = bracket.threshold.to_owned();
            Some(CrossingMark { label, at, interval: Some((low, high)), is_between: true })
        });
        let crossings = crossings.collect();
        let at = |case: &CaseResult| numbers[head.place(case.case)[axis]];
        let mut cases: Vec<(f64, &CaseResult)> =
            cases.into_iter().map(|case| (at(case), case)).collect();
        cases.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        Line {
            name: match (head.stages.len(), others.is_empty()) {
                (_, true) => scenario.clone(),
                (1, false) => others,
                (_, false) => format!("{scenario}, {others}"),
            },
            cases,
            thresholds: &head.stages[stage].thresholds,
            crossings,
        }
    };
    let axis = &head.axes[axis];
    Sheet {
        plot: &head.plot,
        unit: plot_unit(head),
        across: AcrossAxis {
            title: axis.path.clone(),
            unit: axis.unit,
            logarithmic: axis.is_logarithmic,
        },
        subtitle: "values with their 95% intervals".to_owned(),
        lines: lines(result, across(head).unwrap_or(0)).into_iter().map(line).collect(),
    }
}

/// The heat map of a scenario: the axis to the right (or the first) across, the other one upwards.
fn heat(result: &SweepResult, stage: usize) -> HeatMap {
    let head = &result.head;
    let right = across(head).unwrap_or(0);
    let up = 1 - right;
    let axis = |number: usize| HeatAxis {
        title: head.axes[number].path.clone(),
        values: head.axes[number].values.clone(),
    };
    let case_at = |across: usize, upwards: usize| {
        let mut place = [0, 0];
        (place[right], place[up]) = (across, upwards);
        result
            .cases
            .iter()
            .find(|case| case.case / head.points() == stage && head.place(case.case) == place)
    };
    let cell = |case: Option<&CaseResult>| HeatCell {
        value: case.and_then(|case| case.metric(&head.plot)?.value),
        state: case.map_or(PointState::Steady, |case| PointState::from(&case.verdict)),
    };
    let columns = head.axes[right].values.len();
    let cells = (0..head.points()).map(|at| cell(case_at(at % columns, at / columns)));
    HeatMap {
        title: format!("{} of {}", head.plot, head.stages[stage].scenario),
        subtitle: "one cell a case".to_owned(),
        metric: head.plot.clone(),
        unit: plot_unit(head),
        logarithmic: plot_unit(head) == Unit::Seconds,
        across: axis(right),
        up: axis(up),
        cells: cells.collect(),
    }
}
