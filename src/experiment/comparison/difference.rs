//! The difference of a metric between two cases, from the repeats' own values.
//!
//! ```text
//! difference d = b - a of the pooled values; of repeat r: d_r = b_r - a_r
//! half-width   = t(R-1) sqrt( sum (d_r - d)^2 / (R (R-1)) )            sectioning, R pairs
//! unpaired     = t(Ra+Rb-2) sqrt( se_a^2 + se_b^2 )
//! narrowing    = unpaired / half-width
//! ```
//!
//! Unpaired runs would have twice the degrees of freedom; so pairs that share nothing show a
//! narrowing of t(14)/t(7) = 0.91 for eight repeats, not 1.

use super::LEVEL;
use crate::measure::statistics::sectioning::Sections;
use crate::measure::statistics::simultaneous::bonferroni_level;
use crate::measure::statistics::student::student_quantile;

/// Differences below this share of the values are what rounding leaves of sums that were added up
/// in another order, and none.
const ROUNDING: f64 = 1e-12;

/// A difference with what its interval is made of.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Difference {
    /// B - A, of the pooled values.
    pub value: f64,
    /// Its standard error, from the paired repeats.
    pub standard_error: f64,
    /// Pairs in which both had a value; at least 2.
    pub pairs: u32,
    /// How many times as wide the interval of unpaired runs would be; `None` where one of the two
    /// has no width.
    pub narrowing: Option<f64>,
}

impl Difference {
    /// The difference of two metrics; `None` when fewer than two pairs have a value, or one of
    /// the values isn't finite.
    pub fn between(a: &Sections, b: &Sections) -> Option<Difference> {
        let own = std::iter::zip(&a.own, &b.own).map(|(a, b)| Some(subtract((*b)?, (*a)?)));
        let paired = Sections { pooled: subtract(b.pooled, a.pooled), own: own.collect() };
        let standard_error = paired.standard_error().filter(|error| error.is_finite())?;
        let pairs = count(&paired);
        let half_width = width(LEVEL, pairs - 1, standard_error);
        let unpaired = a.standard_error().zip(b.standard_error()).map(|(of_a, of_b)| {
            let freedom = count(a) + count(b) - 2;
            width(LEVEL, freedom, (of_a * of_a + of_b * of_b).sqrt())
        });
        let narrowing = unpaired.filter(|&unpaired| unpaired > 0.0 && half_width > 0.0);
        Some(Difference {
            value: paired.pooled,
            standard_error,
            pairs,
            narrowing: narrowing.map(|unpaired| unpaired / half_width),
        })
    }

    /// The interval at 95%.
    pub fn interval(&self) -> (f64, f64) {
        let half_width = width(LEVEL, self.pairs - 1, self.standard_error);
        (self.value - half_width, self.value + half_width)
    }

    /// Whether the interval leaves out 0, at the level at which `family` intervals hold together
    /// with probability 95%; with 1, for this one alone.
    pub fn is_significant(&self, family: u32) -> bool {
        let level = bonferroni_level(LEVEL, family);
        self.value.abs() > width(level, self.pairs - 1, self.standard_error)
    }
}

/// `b - a`; 0 where they differ by rounding alone.
pub fn subtract(b: f64, a: f64) -> f64 {
    let difference = b - a;
    let largest = a.abs().max(b.abs());
    let is_rounding = largest.is_finite() && difference.abs() <= ROUNDING * largest;
    if is_rounding { 0.0 } else { difference }
}

/// Half the width of an interval (Student's t).
fn width(level: f64, freedom: u32, standard_error: f64) -> f64 {
    student_quantile((1.0 + level) / 2.0, f64::from(freedom)) * standard_error
}

fn count(sections: &Sections) -> u32 {
    sections.own.iter().flatten().count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(pooled: f64, own: &[f64]) -> Sections {
        Sections { pooled, own: own.iter().copied().map(Some).collect() }
    }

    /// By hand: d = 2, d_r = 1.9, 2.0, 2.1: se = sqrt(0.02 / 6), t(2, .975) = 4.302653. Unpaired:
    /// se_a^2 = 2/6 and se_b^2 = (1.1^2 + 1.1^2)/6, t(4, .975) = 2.776445.
    #[test]
    fn the_formula_is_the_documented_one() {
        let a = sections(2.0, &[1.0, 2.0, 3.0]);
        let b = sections(4.0, &[2.9, 4.0, 5.1]);
        let difference = Difference::between(&a, &b).expect("three pairs");
        let half_width = 4.302_653 * (0.02_f64 / 6.0).sqrt();
        let (low, high) = difference.interval();
        assert!((low - (2.0 - half_width)).abs() < 1e-6 && (high - 2.0 - half_width).abs() < 1e-6);
        let unpaired = 2.776_445 * ((2.0 + 2.42) / 6.0_f64).sqrt();
        let narrowing = difference.narrowing.expect("both have a width");
        assert!((narrowing - unpaired / half_width).abs() < 1e-5, "{narrowing}");
        assert!(difference.is_significant(1));
    }

    /// t(2) of a family of 1,000 is 141: 141 x 0.058 = 8 is more than 2.
    #[test]
    fn a_family_is_harder_to_convince() {
        let (a, b) = (sections(2.0, &[1.0, 2.0, 3.0]), sections(4.0, &[2.9, 4.0, 5.1]));
        let difference = Difference::between(&a, &b).expect("three pairs");
        assert!(!difference.is_significant(1000));
    }

    #[test]
    fn equal_sides_differ_by_nothing_and_nothing_is_significant() {
        let a = sections(2.0, &[1.0, 2.0, 3.0]);
        let difference = Difference::between(&a, &a).expect("three pairs");
        assert_eq!(difference.interval(), (0.0, 0.0));
        assert_eq!((difference.narrowing, difference.is_significant(1)), (None, false));
    }

    #[test]
    fn the_order_of_a_sum_is_no_difference() {
        let (one, other) = (0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1);
        assert_ne!(one, other);
        assert_eq!(subtract(one, other), 0.0);
        assert_eq!(subtract(0.0, 0.0), 0.0);
        assert_eq!(subtract(1e-30, 0.0), 1e-30);
        assert_eq!(subtract(f64::INFINITY, 1.0), f64::INFINITY);
    }

    /// Users set to 6 instead of 5 are one more in every repeat: no chance is in it.
    #[test]
    fn what_differs_by_no_chance_is_sure() {
        let (a, b) = (sections(5.0, &[5.0; 3]), sections(6.0, &[6.0; 3]));
        let difference = Difference::between(&a, &b).expect("three pairs");
        assert_eq!((difference.interval(), difference.narrowing), ((1.0, 1.0), None));
        assert!(difference.is_significant(1000));
    }

    #[test]
    fn gaps_and_infinities_are_left_out_or_end_it() {
        let a = sections(2.0, &[1.0, 2.0, 3.0]);
        let gap = Sections { pooled: 4.0, own: vec![Some(3.0), None, Some(5.0)] };
        assert_eq!(Difference::between(&a, &gap).map(|found| found.pairs), Some(2));
        let one = Sections { pooled: 4.0, own: vec![Some(3.0), None, None] };
        assert_eq!(Difference::between(&a, &one), None);
        let endless = sections(f64::INFINITY, &[3.0, f64::INFINITY, f64::INFINITY]);
        assert_eq!(Difference::between(&a, &endless), None);
        assert_eq!(Difference::between(&endless, &endless), None);
        // A repeat that is infinite on both sides has no difference that could be averaged.
        let partly = sections(4.0, &[3.0, f64::INFINITY, 5.0]);
        assert_eq!(Difference::between(&partly, &partly), None);
    }
}
