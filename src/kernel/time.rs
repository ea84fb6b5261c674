//! Simulated time in integer nanoseconds.
//!
//! [`Time`] is an instant, [`Duration`] a span; adding two instants does not compile. Arithmetic
//! is checked: an overflow or a negative span is a defect of ours and stops the program.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// Nanoseconds in a second.
pub const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// An instant of simulated time: nanoseconds since the start of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Time(u64);

/// A span of simulated time in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Duration(u64);

impl Time {
    /// The start of the run.
    pub const ZERO: Time = Time(0);

    /// The latest instant the order of events can hold: 61 bits of nanoseconds, some 73 years.
    pub const LAST: Time = Time((1 << 61) - 1);

    /// The instant `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Time {
        Time(nanos)
    }

    /// Nanoseconds since the start.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND as f64
    }

    /// The span from `earlier` to `self`, or zero when `earlier` lies after `self`.
    pub const fn saturating_since(self, earlier: Time) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration(0);
    /// Longer than any other.
    pub const LONGEST: Duration = Duration(u64::MAX);

    /// A span of `nanos` nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Duration {
        Duration(nanos)
    }

    /// A span of `seconds`, rounded to the nearest nanosecond.
    ///
    /// # Panics
    /// When `seconds` is negative, not a number, or more than some 73 years.
    pub fn from_seconds(seconds: f64) -> Duration {
        let nanos = seconds * NANOS_PER_SECOND as f64;
        assert!(
            nanos >= 0.0 && nanos <= Time::LAST.0 as f64,
            "a span of {seconds} s is outside of what the clock can hold"
        );
        Duration((nanos + 0.5) as u64)
    }

    /// Nanoseconds in the span.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Seconds in the span.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND as f64
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    fn add(self, span: Duration) -> Time {
        Time(self.0.checked_add(span.0).expect("simulated time overflows 584 years"))
    }
}

impl AddAssign<Duration> for Time {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub<Time> for Time {
    type Output = Duration;
    fn sub(self, earlier: Time) -> Duration {
        Duration(self.0.checked_sub(earlier.0).expect("a span between instants is never negative"))
    }
}

impl Add for Duration {
    type Output = Duration;
    fn add(self, other: Duration) -> Duration {
        Duration(self.0.checked_add(other.0).expect("a span overflows 584 years"))
    }
}

impl AddAssign for Duration {
    fn add_assign(&mut self, other: Duration) {
        *self = *self + other;
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:09} s", self.0 / NANOS_PER_SECOND, self.0 % NANOS_PER_SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_to_the_nearest_nanosecond() {
        assert_eq!(Duration::from_seconds(1.5e-9).nanos(), 2);
        assert_eq!(Duration::from_seconds(1.4e-9).nanos(), 1);
        assert_eq!(Duration::from_seconds(2.0).nanos(), 2 * NANOS_PER_SECOND);
    }

    #[test]
    #[should_panic(expected = "never negative")]
    fn a_negative_span_is_our_mistake() {
        let _ = Time::from_nanos(1) - Time::from_nanos(2);
    }
}
