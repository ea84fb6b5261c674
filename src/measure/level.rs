//! A level over time: jobs waiting, cores busy, connections held.
//!
//! The integral of the level is kept in whole units x nanoseconds, so it is exact: it depends
//! on the curve alone, not on how often or in which order it was touched. That the same run gives
//! the same bytes, and that busy times add up, rests on this.
//!
//! A rise by one at an instant adds one unit from there to now, a fall takes one away. So
//!
//! ```text
//! integral up to now = value now x now - sum over all changes of change x instant
//! ```
//!
//! and a change by one, which nearly every change is, costs an addition.

use crate::kernel::time::{NANOS_PER_SECOND, Time};

/// A whole number that changes at instants, with its integral over time and its maximum since the
/// last [`reset`](Level::reset).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Level {
    value: u64,
    maximum: u64,
    /// Sum of change x instant over all changes, in units x nanoseconds; a reset counts as a rise
    /// from zero. It lies between -integral and value x now, and 64 bits of value times 61 of time
    /// fit.
    moment: i128,
    changed: Time,
    reset: Time,
}

impl Level {
    /// A level of zero that is watched from `now` on.
    pub const fn new(now: Time) -> Level {
        Level { value: 0, maximum: 0, moment: 0, changed: now, reset: now }
    }

    /// The level is `value` from `now` on, which is not before the last change.
    #[inline]
    pub fn set(&mut self, now: Time, value: u64) {
        self.touch(now);
        self.moment += area(value, now) - area(self.value, now);
        self.value = value;
        self.maximum = self.maximum.max(value);
    }

    /// The level is higher by `change` from `now` on, which is not before the last change; lower
    /// when `change` is negative.
    ///
    /// # Panics
    /// When the level would fall below zero.
    #[inline]
    pub fn add(&mut self, now: Time, change: i64) {
        self.touch(now);
        self.value = self.value.checked_add_signed(change).expect("a level never falls below zero");
        self.moment += i128::from(change) * i128::from(now.nanos());
        if change > 0 {
            self.maximum = self.maximum.max(self.value);
        }
    }

    /// Notes a change at `now`.
    #[inline]
    fn touch(&mut self, now: Time) {
        debug_assert!(now >= self.changed, "a level never changes in its past");
        self.changed = now;
    }

    /// The level now.
    #[inline]
    pub const fn value(&self) -> u64 {
        self.value
    }

    /// The highest level since the last reset, however short it lasted; a level held for no time
    /// at all counts.
    pub const fn maximum(&self) -> u64 {
        self.maximum
    }

    /// Integral of the level since the last reset, in units x nanoseconds, exact.
    ///
    /// # Panics
    /// When `now` lies before the last change.
    pub fn integral_nanos(&self, now: Time) -> u128 {
        assert!(now >= self.changed, "a level's past is not kept");
        (area(self.value, now) - self.moment).cast_unsigned()
    }

    /// Integral of the level since the last reset, in units x seconds: the exact integral, rounded
    /// once.
    ///
    /// # Panics
    /// When `now` lies before the last change.
    pub fn integral(&self, now: Time) -> f64 {
        self.integral_nanos(now) as f64 / NANOS_PER_SECOND as f64
    }

    /// Mean level since the last reset; `None` when no time has passed.
    ///
    /// # Panics
    /// When `now` lies before the last change.
    pub fn mean(&self, now: Time) -> Option<f64> {
        let span = (now - self.reset).nanos();
        (span > 0).then(|| self.integral_nanos(now) as f64 / span as f64)
    }

    /// Starts anew at `now`: the level stays, the integral is zero, the maximum is the level.
    ///
    /// # Panics
    /// When `now` lies before the last change.
    pub fn reset(&mut self, now: Time) {
        assert!(now >= self.changed, "a level is never reset in its past");
        let value = self.value;
        *self = Level { value, maximum: value, moment: area(value, now), changed: now, reset: now };
    }
}

/// A level of `value` held from time zero to `now`, in units x nanoseconds.
#[inline]
const fn area(value: u64, now: Time) -> i128 {
    (value as u128 * now.nanos() as u128).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// 2 for 1 s, 5 for 2 s, 0 for 1 s: 12 unit-seconds over 4 s.
    #[test]
    fn the_integral_is_height_times_width() {
        let second = |count: u64| Time::from_nanos(count * NANOS_PER_SECOND);
        let mut level = Level::new(Time::ZERO);
        level.set(Time::ZERO, 2);
        level.add(second(1), 3);
        level.add(second(3), -5);
        assert_eq!(level.integral(second(4)), 12.0);
        assert_eq!(level.mean(second(4)), Some(3.0));
        assert_eq!((level.maximum(), level.value()), (5, 0));
    }

    #[test]
    fn a_reset_keeps_the_level() {
        let mut level = Level::new(Time::ZERO);
        level.set(Time::ZERO, 7);
        level.set(Time::from_nanos(5), 3);
        level.reset(Time::from_nanos(10));
        assert_eq!((level.value(), level.maximum()), (3, 3));
        assert_eq!(level.integral_nanos(Time::from_nanos(10)), 0);
        assert_eq!(level.mean(Time::from_nanos(10)), None);
        assert_eq!(level.integral_nanos(Time::from_nanos(14)), 12);
    }

    #[test]
    #[should_panic(expected = "never falls below zero")]
    fn a_level_below_zero_is_our_mistake() {
        Level::new(Time::ZERO).add(Time::ZERO, -1);
    }

    #[test]
    #[should_panic(expected = "past is not kept")]
    fn the_past_is_not_told() {
        let mut level = Level::new(Time::ZERO);
        level.add(Time::from_nanos(5), 1);
        let _ = level.integral_nanos(Time::from_nanos(4));
    }

    /// The largest level over the whole clock is held without loss.
    #[test]
    fn the_largest_integral_fits() {
        let mut level = Level::new(Time::ZERO);
        level.set(Time::ZERO, u64::MAX);
        level.set(Time::LAST, 0);
        let most = u128::from(u64::MAX) * u128::from(Time::LAST.nanos());
        assert_eq!(level.integral_nanos(Time::LAST), most);
    }

    proptest! {
        /// The slow twin sums the level of every nanosecond; touching the level without changing
        /// it, at any instant, moves nothing.
        #[test]
        fn the_integral_is_the_sum_over_nanoseconds(steps in vec((0u64..20, 0u64..9), 1..40)) {
            let (mut plain, mut touched) = (Level::new(Time::ZERO), Level::new(Time::ZERO));
            let (mut sum, mut now, mut height) = (0u128, 0u64, 0u64);
            for (wait, value) in steps {
                for _ in 0..wait {
                    sum += u128::from(height);
                    now += 1;
                    touched.add(Time::from_nanos(now), 0);
                }
                plain.set(Time::from_nanos(now), value);
                touched.set(Time::from_nanos(now), value);
                height = value;
            }
            prop_assert_eq!(plain.integral_nanos(Time::from_nanos(now)), sum);
            prop_assert_eq!(plain, touched);
        }
    }
}
