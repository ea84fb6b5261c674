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
use crate::kernel::time::{Duration, NANOS_PER_SECOND, Time};

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
}

enum Source {
    Steady(Steady),
    Uneven(Uneven),
}

/// Arrivals at a rate that doesn't vary.
struct Steady {
    gaps: Gaps,
    /// The next arrival, found one ahead: nothing waits for its draw then.
    next: Option<Time>,
    /// The sum of all gaps. Each addition is off by at most 2^-53 of the sum, up or down alike, so
    /// the rate is exact until the gaps themselves are lost, after 2^53 arrivals.
    area: f64,
    nanos_per_gap: f64,
}

impl Steady {
    /// The next arrival; `None` beyond the clock, as is every one at a rate of 0.
    #[inline]
    fn next(&mut self) -> Option<Time> {
        let next = self.next;
        self.next = self.one_more();
        next
    }

    #[inline]
    fn one_more(&mut self) -> Option<Time> {
        self.area += self.gaps.draw();
        let nanos = self.area * self.nanos_per_gap;
        // Below 2^61, the way over a signed integer is the shorter one.
        let whole = (nanos + 0.5) as i64;
        (nanos < Time::LAST.nanos() as f64).then_some(Time::from_nanos(whole.cast_unsigned()))
    }
}

/// Arrivals at a rate that varies, as most do not: kept out of the way of those.
struct Uneven {
    origin: Origin,
    last: Time,
}

enum Origin {
    Curve {
        curve: RateCurve,
        gaps: Gaps,
        /// The sum of all gaps.
        area: f64,
    },
    Stamps(Box<StampedTrace>),
    Counts(Box<CountedTrace>),
}

impl Uneven {
    /// The next arrival; `None` beyond the clock, or when the rate or the trace ends.
    #[inline(never)]
    fn next(&mut self) -> Option<Time> {
        let time = match &mut self.origin {
            Origin::Curve { curve, gaps, area } => {
                *area += gaps.draw();
                let seconds = curve.inverse(*area)?;
                (seconds < Time::LAST.seconds())
                    .then(|| Time::ZERO + Duration::from_seconds(seconds))?
            }
            Origin::Stamps(trace) => trace.next()?,
            Origin::Counts(trace) => trace.next()?,
        };
        // The inverse of a curve may be off by its last digit.
        self.last = self.last.max(time);
        Some(self.last)
    }
}

impl ArrivalTimes {
    /// Arrivals at the rate of `curve`, spaced by `spacing`; gap n is drawn for identity n.
    pub fn from_curve(curve: RateCurve, spacing: Spacing, stream: Stream) -> Self {
        let gaps = Gaps::new(spacing, stream);
        match curve.constant_rate() {
            Some(rate) => {
                let nanos_per_gap = NANOS_PER_SECOND as f64 / rate;
                let mut steady = Steady { gaps, next: None, area: 0.0, nanos_per_gap };
                steady.next = steady.one_more();
                ArrivalTimes { source: Source::Steady(steady) }
            }
            None => Self::uneven(Origin::Curve { curve, gaps, area: 0.0 }),
        }
    }

    /// Arrivals at the times of a trace.
    pub fn from_stamps(trace: StampedTrace) -> Self {
        Self::uneven(Origin::Stamps(Box::new(trace)))
    }

    /// Arrivals at the counts of a trace.
    pub fn from_counts(trace: CountedTrace) -> Self {
        Self::uneven(Origin::Counts(Box::new(trace)))
    }

    fn uneven(origin: Origin) -> Self {
        ArrivalTimes { source: Source::Uneven(Uneven { origin, last: Time::ZERO }) }
    }
}

impl Iterator for ArrivalTimes {
    type Item = Time;

    /// The next arrival; `None` when no more come within what the clock can hold.
    ///
    /// # Panics
    /// When a trace that was whole before the run no longer is.
    #[inline]
    fn next(&mut self) -> Option<Time> {
        match &mut self.source {
            Source::Steady(steady) => steady.next(),
            Source::Uneven(uneven) => uneven.next(),
        }
    }
}

#[cfg(test)]
mod tests;
