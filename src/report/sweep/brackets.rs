//! Between which cases of a sweep a threshold is crossed.

use crate::experiment::result::ThresholdState;
use crate::experiment::sweep::{CaseResult, SweepHead, SweepResult, across};

/// A threshold along the axis to the right.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Bracket<'a> {
    /// Place of the scenario among the stages.
    pub stage: usize,
    /// The scenario.
    pub scenario: &'a str,
    /// The point of the other axes, in words: `db.cores=2`; empty when there are none.
    pub others: String,
    /// The threshold's name.
    pub threshold: &'a str,
    /// Its condition.
    pub condition: &'a str,
    /// The path of the axis.
    pub axis: &'a str,
    /// What the cases say.
    pub state: Bracketing,
    /// The last value at which it is surely not crossed, before the first at which it is.
    pub not_crossed_at: Option<f64>,
    /// The first value at which it is surely crossed.
    pub crossed_at: Option<f64>,
}

/// What the cases say of a threshold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bracketing {
    /// Crossed somewhere between two cases.
    Crossed,
    /// Crossed at the first case already.
    Already,
    /// Not crossed at any case.
    Never,
    /// Not told by any case.
    Unknown,
}

impl Bracketing {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Bracketing::Crossed => "crossed",
            Bracketing::Already => "already crossed at the first",
            Bracketing::Never => "not crossed",
            Bracketing::Unknown => "undecided",
        }
    }
}

/// All thresholds of all scenarios along the axis to the right; none when no axis has numbers.
pub(super) fn brackets(result: &SweepResult) -> Vec<Bracket<'_>> {
    let head = &result.head;
    let Some(axis) = across(head) else { return Vec::new() };
    let mut brackets = Vec::new();
    for (stage, group) in lines(result, axis) {
        for (threshold, condition) in &head.stages[stage].thresholds {
            brackets.push(bracket(head, (stage, axis), threshold, condition, &group));
        }
    }
    brackets
}

/// The cases of each scenario, and of each point of the other axes, along one axis.
pub(super) fn lines(result: &SweepResult, axis: usize) -> Vec<(usize, Vec<&CaseResult>)> {
    let head = &result.head;
    let line_of = |case: &CaseResult| {
        let mut place = head.place(case.case);
        place[axis] = 0;
        (case.case / head.points(), place)
    };
    let mut keys = Vec::new();
    let mut lines: Vec<(usize, Vec<&CaseResult>)> = Vec::new();
    for case in &result.cases {
        let key = line_of(case);
        match keys.iter().position(|known| *known == key) {
            Some(line) => lines[line].1.push(case),
            None => {
                lines.push((key.0, vec![case]));
                keys.push(key);
            }
        }
    }
    lines
}

/// The point of the axes other than `axis`, in words.
pub(super) fn others(head: &SweepHead, axis: usize, case: usize) -> String {
    let place = head.place(case);
    let words = (0..head.axes.len()).filter(|other| *other != axis).map(|other| {
        format!("{}={}", head.axes[other].path, head.axes[other].values[place[other]])
    });
    words.collect::<Vec<_>>().join(", ")
}

fn bracket<'a>(
    head: &'a SweepHead,
    (stage, axis): (usize, usize),
    threshold: &'a str,
    condition: &'a str,
    cases: &[&CaseResult],
) -> Bracket<'a> {
    let is = |case: &CaseResult, state: &ThresholdState| {
        let mut known = case.graduation.iter();
        known.any(|known| known.name == threshold && known.state == *state)
    };
    let value = |case: &CaseResult| {
        let numbers = head.axes[axis].numbers.as_ref();
        numbers.map(|numbers| numbers[head.place(case.case)[axis]])
    };
    let crossed = cases.iter().position(|case| is(case, &ThresholdState::Crossed));
    let before = &cases[..crossed.unwrap_or(cases.len())];
    let safe = before.iter().rev().find(|case| is(case, &ThresholdState::NotCrossed));
    let state = match (crossed, safe) {
        (Some(_), Some(_)) => Bracketing::Crossed,
        (Some(_), None) => Bracketing::Already,
        (None, Some(_)) => Bracketing::Never,
        (None, None) => Bracketing::Unknown,
    };
    Bracket {
        stage,
        scenario: &head.stages[stage].scenario,
        others: cases.first().map_or(String::new(), |case| others(head, axis, case.case)),
        threshold,
        condition,
        axis: &head.axes[axis].path,
        state,
        not_crossed_at: safe.and_then(|case| value(case)),
        crossed_at: crossed.and_then(|at| value(cases[at])),
    }
}
