//! Axes: from values to pixels, with round ticks.

use crate::measure::unit::Unit;
use crate::report::format::{in_scale, scale_of, short};

/// How values lie along an axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spread {
    /// Evenly.
    Linear,
    /// Each tenfold as long as the next; values are positive.
    Logarithmic,
    /// Each tenth of what is left as long as the next: 0%, 90%, 99%, 99.9% stand evenly.
    Tail,
}

/// An axis from one value to another, on a stretch of pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Axis {
    /// Value and pixel of one end.
    pub low: (f64, f64),
    /// Value and pixel of the other end.
    pub high: (f64, f64),
    /// How values lie between.
    pub spread: Spread,
}

/// A tick: its value and its label.
#[derive(Clone, PartialEq, Debug)]
pub struct Tick {
    /// Where it stands, as a value.
    pub value: f64,
    /// What it says.
    pub label: String,
}

impl Axis {
    /// The pixel of a value; values beyond the ends stand at the ends.
    pub fn pixel(&self, value: f64) -> f64 {
        let (low, high) = (self.stretched(self.low.0), self.stretched(self.high.0));
        let share = ((self.stretched(value) - low) / (high - low)).clamp(0.0, 1.0);
        self.low.1 + share * (self.high.1 - self.low.1)
    }

    fn stretched(&self, value: f64) -> f64 {
        match self.spread {
            Spread::Linear => value,
            Spread::Logarithmic => libm::log10(value),
            Spread::Tail => -libm::log10(1.0 - value),
        }
    }
}

/// Ticks from zero to `high` at multiples of 1, 2 or 5, all in one unit.
pub fn linear_ticks(high: f64, unit: Unit, most: usize) -> Vec<Tick> {
    let scale = scale_of(high, unit);
    let step = round_step(high / scale.size, most) * scale.size;
    let number = libm::floor(high / step * (1.0 + 1e-9)) as usize;
    let tick = |value| Tick { value, label: in_scale(value, scale) };
    (0..=number).map(|i| tick(i as f64 * step)).collect()
}

/// Ticks between two values, at multiples of 1, 2 or 5.
pub fn linear_ticks_between(low: f64, high: f64, unit: Unit, most: usize) -> Vec<Tick> {
    let scale = scale_of(f64::max(low.abs(), high.abs()), unit);
    let step = round_step((high - low) / scale.size, most) * scale.size;
    let first = libm::ceil(low / step - 1e-9) as i64;
    let last = libm::floor(high / step + 1e-9) as i64;
    let tick = |value| Tick { value, label: in_scale(value, scale) };
    (first..=last).map(|i| tick(i as f64 * step)).collect()
}

/// The smallest of 1, 2, 5 x 10^n that cuts `range` into at most `most` parts.
fn round_step(range: f64, most: usize) -> f64 {
    let least = range / most as f64;
    let decade = libm::pow(10.0, libm::floor(libm::log10(least)));
    let fits = |step: &f64| *step >= least * (1.0 - 1e-9);
    [1.0, 2.0, 5.0].map(|factor| factor * decade).into_iter().find(fits).unwrap_or(10.0 * decade)
}

/// Ticks between two positive values: the shorter the axis, the more within a tenfold.
pub fn logarithmic_ticks(low: f64, high: f64, unit: Unit) -> Vec<Tick> {
    let first = libm::floor(libm::log10(low)) as i32;
    let last = libm::ceil(libm::log10(high)) as i32;
    let decades = libm::log10(high / low);
    let factors: &[f64] = match decades {
        short if short <= 1.0 => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0],
        middle if middle <= 3.5 => &[1.0, 2.0, 5.0],
        _ => &[1.0],
    };
    let every = if decades > 9.0 { 2 } else { 1 };
    (first..=last)
        .step_by(every)
        .flat_map(|decade| {
            // Division by a whole power keeps 0.001 exact where a negative power would not.
            let power = libm::pow(10.0, f64::from(decade.abs()));
            factors.iter().map(
                move |&factor| {
                    if decade < 0 { factor / power } else { factor * power }
                },
            )
        })
        .filter(|&value| value >= low * (1.0 - 1e-9) && value <= high * (1.0 + 1e-9))
        .map(|value| Tick { value, label: round_label(value, unit) })
        .collect()
}

/// The label of a power of ten: long times stay in seconds, since 1000 s are no round minutes.
fn round_label(value: f64, unit: Unit) -> String {
    if unit == Unit::Seconds && value >= 60.0 {
        return in_scale(value, scale_of(1.0, unit));
    }
    short(value, unit)
}

/// Ticks of a tail axis up to `nines` nines: 0%, 50%, 90%, 95%, 99%, 99.9% and so on.
pub fn tail_ticks(nines: u32) -> Vec<Tick> {
    let mut values = vec![0.0, 0.5, 0.9, 0.95, 0.99];
    values.extend((3..=nines).map(|n| 1.0 - libm::pow(10.0, -f64::from(n))));
    let label = |value: f64| short(libm::round(value * 1e9) / 1e9, Unit::Fraction);
    values.into_iter().map(|value| Tick { value, label: label(value) }).collect()
}

/// Ticks of simulated time from zero, in the unit that suits the whole.
pub fn time_ticks(seconds: f64, most: usize) -> Vec<Tick> {
    const STEPS: [f64; 17] = [
        1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0,
        14400.0, 21600.0, 43200.0,
    ];
    let fits = |step: &f64| seconds / step <= most as f64;
    let step = if seconds < 1.0 {
        round_step(seconds, most)
    } else {
        let days = || libm::ceil(seconds / 86400.0 / most as f64) * 86400.0;
        STEPS.into_iter().find(fits).unwrap_or_else(days)
    };
    let scale = scale_of(seconds, Unit::Seconds);
    let number = libm::floor(seconds / step * (1.0 + 1e-9)) as usize;
    let tick = |value| Tick { value, label: in_scale(value, scale) };
    (0..=number).map(|i| tick(i as f64 * step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn linear_ticks_are_round_and_in_one_unit() {
        let ticks = linear_ticks(0.0137, Unit::Seconds, 5);
        assert_eq!(labels(&ticks), ["0 ms", "5 ms", "10 ms"]);
        let ticks = linear_ticks(1.05, Unit::Fraction, 5);
        assert_eq!(labels(&ticks), ["0%", "50%", "100%"]);
        let ticks = linear_ticks(250_000.0, Unit::Count, 5);
        assert_eq!(labels(&ticks), ["0K", "50K", "100K", "150K", "200K", "250K"]);
    }

    #[test]
    fn linear_ticks_need_not_start_at_zero() {
        let ticks = linear_ticks_between(9_900.0, 10_200.0, Unit::Count, 5);
        assert_eq!(labels(&ticks), ["9.9K", "10K", "10.1K", "10.2K"]);
        let ticks = linear_ticks_between(-0.1, 4.2, Unit::Count, 5);
        assert_eq!(labels(&ticks), ["0", "1", "2", "3", "4"]);
    }

    #[test]
    fn logarithmic_ticks_follow_the_length_of_the_axis() {
        let ticks = logarithmic_ticks(0.0005, 0.05, Unit::Seconds);
        assert_eq!(labels(&ticks), ["500 us", "1 ms", "2 ms", "5 ms", "10 ms", "20 ms", "50 ms"]);
        let ticks = logarithmic_ticks(1e-6, 100.0, Unit::Seconds);
        assert_eq!(
            labels(&ticks),
            ["1 us", "10 us", "100 us", "1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s"]
        );
        let ticks = logarithmic_ticks(10.0, 1e4, Unit::Seconds);
        assert_eq!(labels(&ticks)[3..7], ["100 s", "200 s", "500 s", "1000 s"]);
    }

    #[test]
    fn the_tail_counts_nines() {
        let ticks = tail_ticks(4);
        assert_eq!(labels(&ticks), ["0%", "50%", "90%", "95%", "99%", "99.9%", "99.99%"]);
    }

    #[test]
    fn time_is_told_in_the_unit_of_the_whole() {
        assert_eq!(
            labels(&time_ticks(60.0, 6)),
            ["0 s", "10 s", "20 s", "30 s", "40 s", "50 s", "60 s"]
        );
        assert_eq!(
            labels(&time_ticks(600.0, 6)),
            ["0 min", "2 min", "4 min", "6 min", "8 min", "10 min"]
        );
        assert_eq!(labels(&time_ticks(86400.0, 5)), ["0 h", "6 h", "12 h", "18 h", "24 h"]);
        assert_eq!(
            labels(&time_ticks(0.5, 5)),
            ["0 ms", "100 ms", "200 ms", "300 ms", "400 ms", "500 ms"]
        );
    }

    #[test]
    fn tenfolds_stand_evenly() {
        let axis = Axis { low: (0.0, 500.0), high: (0.999, 200.0), spread: Spread::Tail };
        assert_eq!(axis.pixel(0.0), 500.0);
        assert!((axis.pixel(0.9) - 400.0).abs() < 1e-6);
        assert!((axis.pixel(0.99) - 300.0).abs() < 1e-6);
        assert_eq!(axis.pixel(1.0), 200.0);
    }
}
