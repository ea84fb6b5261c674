//! Conditions watched over simulated time: alerts, and thresholds with `for`.
//!
//! Every ten simulated seconds each comparison is judged on what happened in them. One with `for`
//! holds once it has been true in every sample of that long; a sample without anything to measure
//! (a gap) ends the stretch.

use super::value;
use crate::kernel::time::{Duration, Time};
use crate::language::condition::{Comparator, Condition};
use crate::measure::metric::Row;
use crate::model::catalogue::{Catalogue, NotFound, Selected};

/// Time between two samples.
pub const SAMPLE: Duration = Duration::from_nanos(10_000_000_000);

/// A condition with its metrics found.
#[derive(Clone, Debug)]
pub struct AlertWatch {
    /// Any of these, of which all.
    any: Vec<Vec<Watched>>,
}

/// One comparison of a condition.
#[derive(Clone, Debug)]
pub struct Watched {
    /// What is compared.
    pub selected: Selected,
    /// How.
    pub comparator: Comparator,
    /// With what, in SI units.
    pub bound: f64,
    /// How long it must hold; not at all when absent.
    pub hold: Option<Duration>,
}

impl AlertWatch {
    /// Finds a condition's metrics in the catalogue.
    ///
    /// # Errors
    /// When a metric is not there.
    pub fn of(condition: &Condition, catalogue: &Catalogue) -> Result<AlertWatch, NotFound> {
        let watched = |comparison: &crate::language::condition::Comparison| {
            Ok(Watched {
                selected: catalogue.select(&comparison.metric)?,
                comparator: comparison.comparator,
                bound: comparison.bound.value(),
                hold: comparison.hold,
            })
        };
        let all = |all: &Vec<_>| all.iter().map(watched).collect::<Result<Vec<_>, _>>();
        Ok(AlertWatch { any: condition.any.iter().map(all).collect::<Result<_, _>>()? })
    }

    /// Its comparisons: any of these, of which all.
    pub fn any(&self) -> &[Vec<Watched>] {
        &self.any
    }

    /// The longest `for` in it, at least one sample.
    pub fn longest_hold(&self) -> Duration {
        let holds = self.any.iter().flatten().filter_map(|watched| watched.hold);
        holds.max().unwrap_or(SAMPLE).max(SAMPLE)
    }

    /// Names of the metrics it looks at.
    pub fn entries(&self) -> impl Iterator<Item = usize> {
        self.any.iter().flatten().map(|watched| watched.selected.entry)
    }
}

/// What became of a watched condition in one run.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct AlertTrack {
    /// When it first held, in seconds since the end of the warm-up.
    pub first_at: Option<f64>,
    /// Seconds during which it held.
    pub active: f64,
}

/// The state of a watched condition while a run goes on.
#[derive(Clone, Debug)]
pub struct AlertState<'a> {
    watch: &'a AlertWatch,
    /// How long each comparison has been true without a break.
    true_for: Vec<Duration>,
    track: AlertTrack,
}

impl<'a> AlertState<'a> {
    /// Nothing seen yet.
    pub fn new(watch: &'a AlertWatch) -> AlertState<'a> {
        let comparisons = watch.any.iter().map(Vec::len).sum();
        let true_for = vec![Duration::ZERO; comparisons];
        AlertState { watch, true_for, track: AlertTrack::default() }
    }

    /// Looks at what happened in the sample that ended at `since_start`.
    pub fn look(&mut self, rows: &[Row], since_start: Duration) {
        let mut number = 0;
        let mut holds = false;
        for all in &self.watch.any {
            let mut all_hold = true;
            for watched in all {
                let now = value::of_sheet(rows, &watched.selected)
                    .is_some_and(|value| watched.comparator.holds(value, watched.bound));
                let stretch = &mut self.true_for[number];
                *stretch = if now { *stretch + SAMPLE } else { Duration::ZERO };
                all_hold &= now && *stretch >= watched.hold.unwrap_or(SAMPLE);
                number += 1;
            }
            holds |= all_hold;
        }
        if holds {
            self.track.active += SAMPLE.seconds();
            self.track.first_at.get_or_insert(since_start.seconds());
        }
    }

    /// What became of it.
    pub fn track(&self) -> AlertTrack {
        self.track
    }
}

/// The instants at which samples end, counted from the end of the warm-up.
pub fn next_sample_after(start: Time, taken: u64) -> Time {
    start + Duration::from_nanos(SAMPLE.nanos() * (taken + 1))
}
