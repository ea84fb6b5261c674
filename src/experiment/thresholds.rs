//! Thresholds and alerts: conditions against what the runs found.

use super::alerts::{AlertTrack, AlertWatch, SAMPLE};
use super::result::{AlertResult, ThresholdResult, ThresholdState, Verdict};
use super::value;
use crate::kernel::time::Duration;
use crate::language::condition::Comparator;
use crate::measure::metric::Row;
use crate::measure::statistics::sectioning::Estimate;
use crate::measure::statistics::threshold::{Comparison, Crossing};
use crate::measure::unit::Unit;
use crate::model::catalogue::Catalogue;
use crate::scenario::{Alert, AlertSeverity, Threshold};

/// A span is watched for so many times the `for` of a condition before "never" is said.
const TIMES_HOLD: f64 = 3.0;

/// What conditions are judged on.
pub struct Findings<'a> {
    /// The metrics.
    pub catalogue: &'a Catalogue,
    /// The repeats' final sheets.
    pub sheets: &'a [&'a [Row]],
    /// The verdict.
    pub verdict: &'a Verdict,
    /// Simulated seconds measured, mean over the repeats.
    pub measured: f64,
    /// Whether the run follows a trace, whose length is what it is.
    pub is_recorded: bool,
}

fn comparison(comparator: Comparator) -> Comparison {
    match comparator {
        Comparator::Above => Comparison::Above,
        Comparator::AtLeast => Comparison::AtLeast,
        Comparator::Below => Comparison::Below,
        Comparator::AtMost => Comparison::AtMost,
    }
}

impl Findings<'_> {
    /// Judges a threshold of `[graduate]`; `tracks` are those of its watch, if it has `for`.
    pub fn threshold(
        &self,
        threshold: &Threshold,
        watch: &AlertWatch,
        tracks: Option<Vec<AlertTrack>>,
    ) -> ThresholdResult {
        let first = &watch.any()[0][0];
        let estimate = value::pooled(self.sheets, &first.selected);
        let unit = self.catalogue.entries[first.selected.entry].metric.unit;
        let state = match tracks {
            Some(tracks) => self.state_over_time(watch, &tracks),
            None => self.steady_state(watch),
        };
        ThresholdResult {
            name: threshold.name.clone(),
            condition: threshold.condition.to_string(),
            value: estimate.map(|estimate| estimate.value),
            unit,
            state,
        }
    }

    fn steady_state(&self, watch: &AlertWatch) -> ThresholdState {
        let mut any = None;
        for all in watch.any() {
            let mut every = None;
            for watched in all {
                let Some(crossing) = self.crossing(watched) else {
                    let why = "nothing was there to measure".to_owned();
                    return ThresholdState::NotEvaluable(why);
                };
                every = Some(every.map_or(crossing, |other: Crossing| other.and(crossing)));
            }
            let every = every.expect("a condition compares something");
            any = Some(any.map_or(every, |other: Crossing| other.or(every)));
        }
        match any.expect("a condition compares something") {
            Crossing::Crossed => ThresholdState::Crossed,
            Crossing::NotCrossed => ThresholdState::NotCrossed,
            Crossing::Undecided => ThresholdState::Undecided,
        }
    }

    fn crossing(&self, watched: &super::alerts::Watched) -> Option<Crossing> {
        // Where work piles up or is lost, times, loads and errors are beyond every upper bound;
        // what the survivors show of them says nothing.
        let entry = &self.catalogue.entries[watched.selected.entry];
        let gives_way =
            matches!(self.verdict, Verdict::Saturated { .. } | Verdict::LosingWork { .. });
        let is_upper = watched.comparator.is_upward();
        let grows = matches!(entry.metric.unit, Unit::Seconds);
        if gives_way && is_upper && grows {
            return Some(Crossing::Crossed);
        }
        let estimate = value::pooled(self.sheets, &watched.selected)?;
        let interval = estimate.interval();
        Some(Crossing::judge(
            estimate.value,
            interval,
            comparison(watched.comparator),
            watched.bound,
        ))
    }

    fn state_over_time(&self, watch: &AlertWatch, tracks: &[AlertTrack]) -> ThresholdState {
        let fired = tracks.iter().filter(|track| track.first_at.is_some()).count();
        if fired == tracks.len() {
            return ThresholdState::Crossed;
        }
        match self.too_short_for(watch) {
            Some(why) => ThresholdState::NotEvaluable(why),
            None if fired == 0 => ThresholdState::NotCrossed,
            None => ThresholdState::Undecided,
        }
    }

    /// Why the run is too short to say that a watched condition never holds.
    fn too_short_for(&self, watch: &AlertWatch) -> Option<String> {
        let needed = match watch.any().iter().flatten().all(|watched| watched.hold.is_none()) {
            true => SAMPLE.seconds(),
            false => TIMES_HOLD * watch.longest_hold().seconds(),
        };
        // A trace is as long as it is; of a run that was asked to be just as long, all is seen.
        let enough = if self.is_recorded { watch.longest_hold().seconds() } else { needed };
        (self.measured < enough * 0.999).then(|| {
            let needed = Duration::from_seconds(enough);
            format!(
                "{} simulated, {needed} needed: --set run.duration={needed}",
                Duration::from_seconds(round_to_three_digits(self.measured)),
            )
        })
    }

    /// Judges an alert by its tracks.
    pub fn alert(&self, alert: &Alert, watch: &AlertWatch, tracks: &[AlertTrack]) -> AlertResult {
        let fired = tracks.iter().filter(|track| track.first_at.is_some()).count() as u32;
        let too_short = self.too_short_for(watch).filter(|_| fired == 0);
        let active: f64 = tracks.iter().map(|track| track.active).sum();
        AlertResult {
            name: alert.name.clone(),
            condition: alert.condition.to_string(),
            severity: match alert.severity {
                AlertSeverity::Info => "info",
                AlertSeverity::Warning => "warning",
                AlertSeverity::Critical => "critical",
            }
            .to_owned(),
            fired_in: too_short.is_none().then_some(fired),
            first_at: tracks.iter().filter_map(|track| track.first_at).reduce(f64::min),
            active: active / tracks.len() as f64,
            not_evaluable: too_short,
        }
    }

    /// The threshold that every stage has: saturated, or more than 1% errors.
    pub fn capacity(&self, error_rate: Option<Estimate>) -> ThresholdResult {
        let state = match self.verdict {
            Verdict::Saturated { .. } | Verdict::LosingWork { .. } => ThresholdState::Crossed,
            _ => match error_rate {
                None => ThresholdState::NotEvaluable("nothing was there to measure".to_owned()),
                Some(rate) => {
                    let interval = rate.interval();
                    match Crossing::judge(rate.value, interval, Comparison::Above, MOST_ERRORS) {
                        Crossing::Crossed => ThresholdState::Crossed,
                        Crossing::NotCrossed => ThresholdState::NotCrossed,
                        Crossing::Undecided => ThresholdState::Undecided,
                    }
                }
            },
        };
        ThresholdResult {
            name: CAPACITY.0.to_owned(),
            condition: CAPACITY.1.to_owned(),
            value: error_rate.map(|rate| rate.value),
            unit: Unit::Fraction,
            state,
        }
    }
}

/// Share of errors above which a stage is over.
pub const MOST_ERRORS: f64 = 0.01;

/// Name and condition of the threshold that every stage has.
pub const CAPACITY: (&str, &str) = ("capacity", "saturated or error_rate > 1%");

fn round_to_three_digits(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let scale = libm::pow(10.0, 2.0 - libm::floor(libm::log10(value)));
    (value * scale).round() / scale
}
