//! A rate over time, its integral and the inverse of that.

use std::f64::consts::TAU;

use crate::kernel::time::Duration;

/// How a rate varies about its base.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Shape {
    /// It doesn't.
    Constant,
    /// A raised cosine whose mean is the base, from its trough at time zero over the peak half a
    /// period later.
    Diurnal {
        /// Highest rate over mean rate, 1 to 2; at 2 the trough is 0. Between a low and a high
        /// rate the mean is halfway.
        peak_to_mean: f64,
        /// From trough to trough, usually a day.
        period: Duration,
    },
    /// The base, except for one stretch.
    Spike {
        /// When it begins.
        at: Duration,
        /// How long it lasts.
        duration: Duration,
        /// The rate during it over the base, 0 or more.
        factor: f64,
    },
    /// A straight line between two multiples of the base, which then stays.
    Ramp {
        /// Multiple at time zero, 0 or more.
        from: f64,
        /// Multiple at the end, 0 or more.
        to: f64,
        /// How long it takes.
        over: Duration,
    },
}

/// A rate per second over time since the start, in seconds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RateCurve {
    base: f64,
    shape: Shape,
}

impl RateCurve {
    /// A `base` rate per second, modulated by `shape`.
    ///
    /// # Panics
    /// When a number lies outside of what its field allows, or a period is zero.
    pub fn new(base: f64, shape: Shape) -> Self {
        assert!(base >= 0.0 && base.is_finite(), "a rate of {base}/s");
        let factor = |number: f64| {
            assert!(number >= 0.0 && number.is_finite(), "a multiple of {number}");
        };
        match shape {
            Shape::Constant => (),
            Shape::Diurnal { peak_to_mean, period } => {
                assert!((1.0..=2.0).contains(&peak_to_mean), "a peak of {peak_to_mean} times");
                assert!(period > Duration::ZERO, "a period must last");
            }
            Shape::Spike { factor: times, .. } => factor(times),
            Shape::Ramp { from, to, .. } => {
                factor(from);
                factor(to);
            }
        }
        RateCurve { base, shape }
    }

    /// A rate that does not vary.
    pub fn constant(rate: f64) -> Self {
        Self::new(rate, Shape::Constant)
    }

    /// The rate per second, if it is always the same.
    pub fn constant_rate(&self) -> Option<f64> {
        (self.shape == Shape::Constant).then_some(self.base)
    }

    /// The rate per second at a time.
    pub fn rate(&self, time: f64) -> f64 {
        let multiple = match self.shape {
            Shape::Constant => 1.0,
            Shape::Diurnal { peak_to_mean, period } => {
                1.0 - (peak_to_mean - 1.0) * libm::cos(TAU * time / period.seconds())
            }
            Shape::Spike { at, duration, factor } => {
                let inside = time >= at.seconds() && time < (at + duration).seconds();
                if inside { factor } else { 1.0 }
            }
            Shape::Ramp { from, to, over } => {
                if time < over.seconds() {
                    from + (to - from) * time / over.seconds()
                } else {
                    to
                }
            }
        };
        self.base * multiple
    }

    /// Expected arrivals from the start to a time.
    pub fn cumulative(&self, time: f64) -> f64 {
        let stretched = match self.shape {
            Shape::Constant => time,
            Shape::Diurnal { peak_to_mean, period } => {
                let (period, swing) = (period.seconds(), peak_to_mean - 1.0);
                time - swing * period / TAU * libm::sin(TAU * time / period)
            }
            Shape::Spike { at, duration, factor } => {
                let inside = (time - at.seconds()).clamp(0.0, duration.seconds());
                time + (factor - 1.0) * inside
            }
            Shape::Ramp { from, to, over } => {
                let rising = time.min(over.seconds());
                let slope = if rising > 0.0 { (to - from) / over.seconds() } else { 0.0 };
                rising * (from + slope * rising / 2.0) + (time - rising) * to
            }
        };
        self.base * stretched
    }

    /// The time by which `area` arrivals are expected; `None` when they never are.
    pub fn inverse(&self, area: f64) -> Option<f64> {
        let area = area / self.base;
        if !area.is_finite() {
            return None;
        }
        match self.shape {
            Shape::Constant => Some(area),
            Shape::Diurnal { peak_to_mean, period } => {
                let periods = area / period.seconds();
                let whole = periods.floor();
                let part = raised_cosine_inverse(periods - whole, peak_to_mean - 1.0);
                Some((whole + part) * period.seconds())
            }
            Shape::Spike { at, duration, factor } => {
                let (start, length) = (at.seconds(), duration.seconds());
                let inside = area - start;
                Some(if inside < 0.0 {
                    area
                } else if inside < length * factor {
                    start + inside / factor
                } else {
                    area + length * (1.0 - factor)
                })
            }
            Shape::Ramp { from, to, over } => {
                let over = over.seconds();
                let rising = over * (from + to) / 2.0;
                if area < rising {
                    // The root of slope/2 x^2 + from x = area, in the form that keeps its digits.
                    let slope = (to - from) / over;
                    let root = (from * from + 2.0 * slope * area).max(0.0).sqrt();
                    Some(2.0 * area / (from + root))
                } else {
                    (to > 0.0).then(|| over + (area - rising) / to)
                }
            }
        }
    }

    /// The mean rate per second over the first part of the run, and at its start for no time.
    pub fn mean(&self, over: Duration) -> f64 {
        match over {
            Duration::ZERO => self.rate(0.0),
            _ => self.cumulative(over.seconds()) / over.seconds(),
        }
    }

    /// The highest rate per second.
    pub fn peak(&self) -> f64 {
        let multiple = match self.shape {
            Shape::Constant => 1.0,
            Shape::Diurnal { peak_to_mean, .. } => peak_to_mean,
            Shape::Spike { factor, .. } => factor.max(1.0),
            Shape::Ramp { from, to, .. } => from.max(to),
        };
        self.base * multiple
    }

    /// The time after which the rate repeats; `None` for shapes that happen once or do not vary.
    pub fn period(&self) -> Option<Duration> {
        match self.shape {
            Shape::Diurnal { period, .. } => Some(period),
            _ => None,
        }
    }
}

/// The `x` in 0..1 with `x - swing / tau * sin(tau x) = area`, by Newton's method inside a bracket
/// that shrinks; where a step leaves it (the rate may be 0 at the ends), by halving.
fn raised_cosine_inverse(area: f64, swing: f64) -> f64 {
    let reach = swing / TAU;
    let (mut low, mut high) = ((area - reach).max(0.0), (area + reach).min(1.0));
    let mut place = area;
    for _ in 0..100 {
        let excess = place - reach * libm::sin(TAU * place) - area;
        if excess > 0.0 {
            high = place;
        } else {
            low = place;
        }
        let next = place - excess / (1.0 - swing * libm::cos(TAU * place));
        let next = if next > low && next < high { next } else { low + (high - low) / 2.0 };
        let step = (next - place).abs();
        place = next;
        if step < 1e-16 {
            break;
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_seconds(seconds)
    }

    fn shapes() -> impl Strategy<Value = Shape> {
        let times = || 1.0f64..1e5;
        prop_oneof![
            Just(Shape::Constant),
            (1.0f64..=2.0, times()).prop_map(|(peak_to_mean, period)| Shape::Diurnal {
                peak_to_mean,
                period: seconds(period)
            }),
            (times(), times(), 0.1f64..20.0).prop_map(|(at, duration, factor)| Shape::Spike {
                at: seconds(at),
                duration: seconds(duration),
                factor
            }),
            (0.1f64..10.0, 0.1f64..10.0, times()).prop_map(|(from, to, over)| Shape::Ramp {
                from,
                to,
                over: seconds(over)
            }),
        ]
    }

    proptest! {
        /// The rate is the slope of the integral, and the inverse undoes it, to the digits that a
        /// rate near 0 leaves.
        #[test]
        fn integral_and_inverse_belong_together(
            base in 0.01f64..1e6,
            shape in shapes(),
            time in 0.0f64..3e5,
        ) {
            let curve = RateCurve::new(base, shape);
            let area = curve.cumulative(time);
            let back = curve.inverse(area).unwrap();
            let off = (curve.cumulative(back) - area).abs();
            prop_assert!(off <= 1e-11 * area + 1e-9 * base, "{off} of {area}");
            prop_assert!(curve.rate(time) <= curve.peak() * (1.0 + 1e-12));
            // Simpson's rule over a stretch in which a smooth rate hardly bends. Kinks and jumps
            // are stepped over.
            let after = time + 1e-3;
            let middle = curve.rate(time + 5e-4);
            let simpson = (curve.rate(time) + 4.0 * middle + curve.rate(after)) * 1e-3 / 6.0;
            let jump = matches!(shape, Shape::Spike { at, duration, .. }
                if (time - at.seconds()).abs() < 1.0
                    || (time - (at + duration).seconds()).abs() < 1.0);
            let difference = (curve.cumulative(after) - area - simpson).abs();
            prop_assert!(jump || difference <= 1e-12 * area + 1e-5 * base, "{difference}");
        }
    }

    #[test]
    fn rates_that_end_give_no_further_time() {
        assert_eq!(RateCurve::constant(0.0).inverse(1.0), None);
        let fading = Shape::Ramp { from: 2.0, to: 0.0, over: seconds(10.0) };
        let curve = RateCurve::new(3.0, fading);
        assert_eq!(curve.inverse(30.1), None);
        assert!((curve.inverse(22.5).unwrap() - 5.0).abs() < 1e-12);
        let outage = Shape::Spike { at: seconds(5.0), duration: seconds(2.0), factor: 0.0 };
        assert_eq!(RateCurve::new(1.0, outage).inverse(5.0), Some(7.0));
    }

    #[test]
    fn means_and_peaks_follow_from_the_shape() {
        let day = Shape::Diurnal { peak_to_mean: 1.8, period: seconds(86_400.0) };
        let curve = RateCurve::new(10.0, day);
        assert!((curve.mean(seconds(86_400.0)) - 10.0).abs() < 1e-9);
        assert!((curve.rate(43_200.0) - 18.0).abs() < 1e-9);
        assert!((curve.mean(Duration::ZERO) - 2.0).abs() < 1e-12);
        assert_eq!((curve.peak(), curve.period()), (18.0, Some(seconds(86_400.0))));
    }
}
