//! Quantiles of the normal law and of Student's t.

use super::beta::incomplete_beta;
use std::f64::consts::{PI, SQRT_2};

/// Degrees of freedom above which an expansion around the normal law is exact to all digits.
const ALMOST_NORMAL: f64 = 10_000.0;

/// The probability that a standard normal variable is at most `x`.
pub fn normal_probability(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// The value that a standard normal variable stays below with this probability, to some 16 digits.
///
/// Source: Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
/// Statistics 37 (1988), routine PPND16.
///
/// # Panics
/// When `probability` isn't strictly between 0 and 1.
pub fn normal_quantile(probability: f64) -> f64 {
    assert!(probability > 0.0 && probability < 1.0, "{probability} has no finite quantile");
    let centred = probability - 0.5;
    if centred.abs() <= 0.425 {
        return centred * quotient(0.180625 - centred * centred, &CENTRE);
    }
    let tail = if centred < 0.0 { probability } else { 1.0 - probability };
    let depth = (-libm::log(tail)).sqrt();
    let magnitude =
        if depth <= 5.0 { quotient(depth - 1.6, &SHOULDER) } else { quotient(depth - 5.0, &TAIL) };
    if centred < 0.0 { -magnitude } else { magnitude }
}

/// The probability that a variable of Student's t with `freedom` degrees of freedom exceeds
/// `t`, for `t` >= 0.
///
/// Formula: half of I_x(freedom/2, 1/2) at x = freedom / (freedom + t^2) (Abramowitz and Stegun
/// 26.7.1 with 26.5.2).
fn upper_tail(t: f64, freedom: f64) -> f64 {
    let total = freedom + t * t;
    0.5 * incomplete_beta(freedom / total, t * t / total, freedom / 2.0, 0.5)
}

/// The density of Student's t (Abramowitz and Stegun 26.7.1, differentiated).
fn density(t: f64, freedom: f64) -> f64 {
    let log_scale = libm::lgamma((freedom + 1.0) / 2.0) - libm::lgamma(freedom / 2.0);
    let log_shape = -(freedom + 1.0) / 2.0 * libm::log1p(t * t / freedom);
    libm::exp(log_scale + log_shape) / (freedom * PI).sqrt()
}

/// The probability that a variable of Student's t with `freedom` degrees of freedom is at most
/// `t`.
///
/// # Panics
/// When `freedom` isn't positive.
pub fn student_probability(t: f64, freedom: f64) -> f64 {
    let tail = upper_tail(t.abs(), freedom);
    if t < 0.0 { tail } else { 1.0 - tail }
}

/// The value that a variable of Student's t with `freedom` degrees of freedom stays below with
/// this probability, to some 10 digits.
///
/// Newton's method on the upper tail, which is convex, from the normal quantile, which lies below
/// (the tails of t are heavier): each step approaches from below and none can overshoot. Above
/// 10,000 degrees of freedom the expansion of Abramowitz and Stegun 26.7.5 is used, whose first
/// term left out is some 1e-12.
///
/// # Panics
/// When `probability` isn't strictly between 0 and 1, or `freedom` is below 1.
pub fn student_quantile(probability: f64, freedom: f64) -> f64 {
    assert!(freedom >= 1.0, "Student's t needs a degree of freedom, not {freedom}");
    if probability < 0.5 {
        return -student_quantile(1.0 - probability, freedom);
    }
    let normal = normal_quantile(probability);
    if freedom > ALMOST_NORMAL {
        let square = normal * normal;
        let first = normal * (square + 1.0) / 4.0;
        let second = normal * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
        return normal + (first + second / freedom) / freedom;
    }
    let mut t = normal;
    loop {
        let step = (upper_tail(t, freedom) - (1.0 - probability)) / density(t, freedom);
        if step <= t * 1e-14 {
            return t;
        }
        t += step;
    }
}

/// A quotient of two polynomials of degree 7, coefficients in rising order, in the shortest digits
/// that give the nearest number of double precision.
type Quotient = ([f64; 8], [f64; 8]);

/// Evaluates a quotient of polynomials by Horner's rule.
fn quotient(x: f64, (numerator, denominator): &Quotient) -> f64 {
    let horner = |coefficients: &[f64; 8]| {
        coefficients.iter().rev().fold(0.0, |value, coefficient| value * x + coefficient)
    };
    horner(numerator) / horner(denominator)
}

/// AS 241: within 0.425 of the median.
const CENTRE: Quotient = (
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
);

/// AS 241: tail probabilities from 0.075 down to exp(-25).
const SHOULDER: Quotient = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        0.000_774_545_014_278_341_4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        0.000_547_593_808_499_534_5,
        1.050_750_071_644_416_9e-9,
    ],
);

/// AS 241: tail probabilities below exp(-25).
const TAIL: Quotient = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        0.000_786_869_131_145_613_3,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_7e-15,
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantile and complementary error function are independent of each other; their round trip
    /// shows a wrong digit in any of the 48 coefficients. An error in the quantile x is magnified
    /// x^2 times in the tail at worst (x = 38 at 1e-300), hence 1e-12 with 1e-15 a digit.
    #[test]
    fn the_normal_quantile_inverts_the_error_function() {
        for step in 1..1_000 {
            let probability = f64::from(step) / 1_000.0;
            let back = normal_probability(normal_quantile(probability));
            assert!((back - probability).abs() < 1e-15 * 4.0, "{back} for {probability}");
        }
        let mut tail = 0.075;
        while tail > 1e-300 {
            let back = normal_probability(normal_quantile(tail));
            assert!((back / tail - 1.0).abs() < 2e-12, "{back} for {tail}");
            tail /= 7.0;
        }
    }

    /// Table values of Student's t (Abramowitz and Stegun table 26.10, with more digits).
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (probability, freedom, value) in [
            (0.975, 1.0, 12.706_205),
            (0.975, 2.0, 4.302_653),
            (0.975, 3.0, 3.182_446),
            (0.975, 7.0, 2.364_624),
            (0.975, 19.0, 2.093_024),
            (0.975, 30.0, 2.042_272),
            (0.975, 120.0, 1.979_930),
            (0.99, 7.0, 2.997_952),
            (0.995, 7.0, 3.499_483),
            (0.995, 19.0, 2.860_935),
            (0.95, 4.0, 2.131_847),
            (0.9, 10.0, 1.372_184),
        ] {
            let found = student_quantile(probability, freedom);
            assert!((found - value).abs() < 1e-6, "{found} for {value}");
            assert_eq!(student_quantile(1.0 - probability, freedom), -found);
        }
    }

    /// One degree: tan(pi (p - 1/2)). Two: (2p - 1) / sqrt(2p(1 - p)). Deep in the tail too, where
    /// 1 - p itself holds 1e-16 / 1e-9 = 1e-7 of its value, but is the same in both formulas.
    #[test]
    fn one_and_two_degrees_have_closed_forms() {
        for probability in [0.5, 0.6, 0.9, 0.999, 1.0 - 1e-9] {
            let tail: f64 = 1.0 - probability;
            let cauchy = 1.0 / libm::tan(PI * tail);
            let found = student_quantile(probability, 1.0);
            assert!((found - cauchy).abs() <= 1e-12 * cauchy.max(1.0), "{found} for {cauchy}");
            let two = (probability - tail) / (2.0 * probability * tail).sqrt();
            let found = student_quantile(probability, 2.0);
            assert!((found - two).abs() <= 1e-11 * two.max(1.0), "{found} for {two}");
        }
    }

    #[test]
    fn the_quantile_inverts_the_probability_for_any_degree() {
        for freedom in [1.0, 1.7, 5.0, 63.0, 9_999.0] {
            for probability in [0.01, 0.3, 0.8, 0.995] {
                let t = student_quantile(probability, freedom);
                assert!((student_probability(t, freedom) - probability).abs() < 1e-11);
            }
        }
    }

    /// The expansion and Newton's method meet at the border between them: the quantile's slope in
    /// the degrees is some z^3 / 4 freedom^2 = 4e-8, so a step of 2e-6 degrees is invisible.
    #[test]
    fn the_border_to_the_expansion_is_seamless() {
        for probability in [0.6, 0.975, 0.999] {
            let exact = student_quantile(probability, ALMOST_NORMAL - 1e-6);
            let expanded = student_quantile(probability, ALMOST_NORMAL + 1e-6);
            assert!((exact - expanded).abs() < 1e-9, "{exact} and {expanded}");
        }
    }
}
