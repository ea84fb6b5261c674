//! When requests arrive: successive instants from a rate that may vary, or from a trace.
//!
//! - [`spacing`]: gaps of mean 1 (Poisson, even, gamma), each keyed by its ordinal;
//! - [`curve`]: a rate over time, its integral and the inverse of that;
//! - [`stamped`]: a trace of arrival times, replayed or scaled;
//! - [`counted`]: a trace of counts per interval.
//!
//! A varying rate stretches gaps of mean 1 by the inverse of its integral; nothing is thinned. What
//! must hold: times never go back; the place of an arrival is kept exact and only the instant given
//! out is rounded to the nearest nanosecond, so no rate is lost; memory is constant.

pub mod counted;
pub mod curve;
pub mod spacing;
pub mod stamped;

pub use counted::{CountColumns, CountedTrace};
pub use curve::{RateCurve, Shape};
pub use spacing::{Gaps, Spacing};
pub use stamped::StampedTrace;

use crate::kernel::random::Stream;
use crate::kernel::time::{Duration, Time};

/// A part of a trace, by offsets from its first row. Arrivals count time from `from`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Window {
    /// Where to begin.
    pub from: Duration,
    /// Where to end; the trace's end when absent.
    pub to: Option<Duration>,
}

impl Window {
    /// The end as nanoseconds from the trace's first row.
    fn end_nanos(self) -> u64 {
        self.to.map_or(u64::MAX, Duration::nanos)
    }
}

/// Successive arrival instants, never going back. An arrival's ordinal is its position.
pub struct ArrivalTimes {
    source: Source,
    last: Time,
}

enum Source {
    Curve { curve: RateCurve, gaps: Gaps, area: f64 },
    Stamps(Box<StampedTrace>),
    Counts(Box<CountedTrace>),
}

impl ArrivalTimes {
    /// Arrivals at the rate of `curve`, spaced by `spacing`; gap n is drawn for identity n.
    pub fn from_curve(curve: RateCurve, spacing: Spacing, stream: Stream) -> Self {
        let gaps = Gaps::new(spacing, stream);
        Self::new(Source::Curve { curve, gaps, area: 0.0 })
    }

    /// Arrivals at the times of a trace.
    pub fn from_stamps(trace: StampedTrace) -> Self {
        Self::new(Source::Stamps(Box::new(trace)))
    }

    /// Arrivals at the counts of a trace.
    pub fn from_counts(trace: CountedTrace) -> Self {
        Self::new(Source::Counts(Box::new(trace)))
    }

    fn new(source: Source) -> Self {
        ArrivalTimes { source, last: Time::ZERO }
    }
}

impl Iterator for ArrivalTimes {
    type Item = Time;

    /// The next arrival; `None` when no more come within what the clock can hold.
    ///
    /// # Panics
    /// When a trace that was whole before the run no longer is.
    fn next(&mut self) -> Option<Time> {
        let time = match &mut self.source {
            Source::Curve { curve, gaps, area } => {
                *area += gaps.draw();
                let seconds = curve.inverse(*area)?;
                (seconds < Time::LAST.seconds())
                    .then(|| Time::ZERO + Duration::from_seconds(seconds))?
            }
            Source::Stamps(trace) => trace.next()?,
            Source::Counts(trace) => trace.next()?,
        };
        // The inverse of a curve may be off by its last digit.
        self.last = self.last.max(time);
        Some(self.last)
    }
}

#[cfg(test)]
mod tests;
