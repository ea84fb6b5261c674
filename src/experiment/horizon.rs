//! How long a run is: what is cut, what is measured, and when it ends at the latest.

use crate::kernel::time::Duration;
use crate::model::Model;
use crate::scenario::RunSection;

/// Requests measured by default.
pub const DEFAULT_REQUESTS: u64 = 200_000;

/// What a repeat simulates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Cut at the start.
    pub warm_up: Duration,
    /// What is measured after that.
    pub measured: Measured,
    /// Time between two samples of the time series.
    pub step: Duration,
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measured {
    /// At least so many requests, over at least so long.
    Requests {
        /// Requests of the cohort.
        count: u64,
        /// Simulated time it spans at least.
        min_time: Duration,
    },
    /// All requests of this span.
    Span(Duration),
    /// The whole trace.
    Trace,
}

/// Constant delays a measured span holds at least, so that they fit in.
const SPANS_OF_LONGEST_DELAY: u64 = 10;

impl Measured {
    /// What a scenario asks to measure.
    pub fn of(run: &RunSection, model: &Model) -> Measured {
        if let Some(span) = run.duration {
            return Measured::Span(span);
        }
        let whole_trace = model.load.is_recorded() && run.requests.is_none();
        if whole_trace {
            return Measured::Trace;
        }
        let by_rule = model.longest_constant_delay().nanos() * SPANS_OF_LONGEST_DELAY;
        // As long as the warm-up at least, or settling would be looked for in what is cut.
        let least = Duration::from_nanos(by_rule).max(model.geography.longest_round_trip());
        let min_time = run.min_time.unwrap_or(least);
        Measured::Requests { count: run.requests.unwrap_or(DEFAULT_REQUESTS), min_time }
    }

    /// Simulated seconds it takes about, at the rate the model expects.
    pub fn expected_seconds(&self, model: &Model) -> f64 {
        match self {
            Measured::Requests { count, min_time } => {
                (*count as f64 / model.rate).max(min_time.seconds())
            }
            Measured::Span(span) => span.seconds(),
            Measured::Trace => model.load.recorded_seconds(model.rate),
        }
    }

    /// The same, `times` as long.
    pub fn stretched(&self, times: u64) -> Measured {
        match *self {
            Measured::Requests { count, min_time } => {
                Measured::Requests { count: count * times, min_time }
            }
            Measured::Span(span) => Measured::Span(Duration::from_nanos(span.nanos() * times)),
            Measured::Trace => Measured::Trace,
        }
    }
}

/// Samples a time series holds about.
const SAMPLES: f64 = 240.0;

/// A round step for a time series over `seconds`: 1, 2 or 5 times a power of ten.
pub fn round_step(seconds: f64) -> Duration {
    let raw = (seconds / SAMPLES).clamp(1e-3, 1e6);
    let mut decade = 1e-3;
    while decade * 10.0 <= raw {
        decade *= 10.0;
    }
    let steps = [1.0, 2.0, 5.0, 10.0];
    let step = steps.iter().map(|step| step * decade).find(|step| *step >= raw);
    Duration::from_seconds(step.unwrap_or(decade * 10.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_give_about_the_wanted_number_of_samples() {
        for (seconds, step) in [(240.0, 1.0), (10.0, 0.05), (1200.0, 5.0), (0.001, 0.001)] {
            assert_eq!(round_step(seconds).seconds(), step, "{seconds}");
        }
    }
}
