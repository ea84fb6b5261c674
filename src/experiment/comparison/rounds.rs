//! Both cases, round by round.
//!
//! What must hold: the cases go on in lockstep. What one of them lacks after a round, a later cut
//! or longer runs, the other gets too where it can use it, so that pairs stay pairs; and what the
//! next round is depends on the repeats of the last one and on nothing else.

use rayon::prelude::*;

use super::{ComparisonResult, Side, SideResult, metrics, thresholds};
use crate::experiment::course::{Course, Lack, Runs};
use crate::experiment::run::Options;
use crate::experiment::single::{Breach, Single};
use crate::kernel::time::Duration;

/// Runs two cases and compares them.
///
/// # Errors
/// When jobs got lost or appeared in a component: a defect of the simulator.
///
/// # Panics
/// When the cases differ in seed, repeats or precision, or a condition names a metric the model
/// does not have: both are checked before.
pub fn compare(sides: &[Side<'_>; 2], options: &Options<'_>) -> Result<ComparisonResult, Breach> {
    let effort = |side: &Side<'_>| {
        let run = &side.scenario.run;
        (run.seed, run.repeats, run.precision)
    };
    assert_eq!(effort(&sides[0]), effort(&sides[1]), "pairs need as many repeats of one seed");
    let [a, b] = sides;
    let mut courses = [Course::new(a.scenario, a.model), Course::new(b.scenario, b.model)];
    let runs = run_both(&mut courses, options)?;
    let result = |side: usize| SideResult {
        label: sides[side].label.clone(),
        result: courses[side].result(&runs[side], sides[side].command.clone()),
    };
    let results = [result(0), result(1)];
    let compared = metrics::compare(&courses, &runs, &results);
    Ok(ComparisonResult {
        metrics: compared.metrics,
        only: compared.only,
        judged: compared.judged,
        thresholds: thresholds(&results[0].result.graduation, &results[1].result.graduation),
        sides: results,
        command: options.command.clone(),
    })
}

/// Runs both cases to the end of their courses.
fn run_both(courses: &mut [Course<'_>; 2], options: &Options<'_>) -> Result<[Runs; 2], Breach> {
    let mut done: [Option<Vec<Single>>; 2] = [None, None];
    loop {
        // Dealt one by one and together, so that no thread idles while another has two left.
        let waiting: Vec<(usize, u32)> = (0..2)
            .filter(|&side| done[side].is_none())
            .flat_map(|side| (0..courses[side].repeats()).map(move |repeat| (side, repeat)))
            .collect();
        let run = |&(side, repeat): &(usize, u32)| {
            courses[side].run(repeat, options.express, options.progress)
        };
        let singles = waiting.par_iter().with_max_len(1).map(run);
        let mut singles = singles.collect::<Result<Vec<_>, Breach>>()?.into_iter();
        let mut round = [0, 1].map(|side: usize| {
            done[side].take().unwrap_or_else(|| {
                singles.by_ref().take(courses[side].repeats() as usize).collect()
            })
        });
        let lacks = lacks(courses, &round);
        if lacks == [None, None] {
            let [a, b] = round;
            return Ok([courses[0].end(a), courses[1].end(b)]);
        }
        for side in 0..2 {
            let singles = std::mem::take(&mut round[side]);
            match lacks[side] {
                Some(lack) => courses[side].again(lack, &singles),
                // What needs no other round is kept.
                None => done[side] = Some(singles),
            }
        }
    }
}

/// What the next round of each case is for: its own lack and what the other's asks of it.
fn lacks(courses: &[Course<'_>; 2], singles: &[Vec<Single>; 2]) -> [Option<Lack>; 2] {
    let own = [0, 1].map(|side: usize| courses[side].lack(&singles[side]));
    [0, 1].map(|side: usize| {
        let other = 1 - side;
        let asked = own[other].and_then(|lack| courses[side].lack_beside(&courses[other], lack));
        joined(own[side], asked)
    })
}

/// One round for both lacks: a cut comes before lengths are judged, and the larger one does for
/// both.
fn joined(own: Option<Lack>, asked: Option<Lack>) -> Option<Lack> {
    let lacks = || [own, asked].into_iter().flatten();
    let cut = |lack| if let Lack::LaterCut(cut) = lack { Some(cut) } else { None };
    let times = |lack| if let Lack::Length(times) = lack { Some(times) } else { None };
    let latest: Option<Duration> = lacks().filter_map(cut).max();
    latest.map(Lack::LaterCut).or(lacks().filter_map(times).max().map(Lack::Length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_round_does_for_both() {
        let cut = |seconds| Some(Lack::LaterCut(Duration::from_seconds(seconds)));
        let length = |times| Some(Lack::Length(times));
        assert_eq!(joined(None, None), None);
        assert_eq!(joined(cut(2.0), None), cut(2.0));
        assert_eq!(joined(cut(2.0), cut(3.0)), cut(3.0));
        assert_eq!(joined(length(4), length(2)), length(4));
        assert_eq!(joined(length(4), cut(1.0)), cut(1.0));
    }
}
