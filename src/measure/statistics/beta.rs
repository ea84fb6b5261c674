//! The regularised incomplete beta function and its inverse: the law of order statistics, of
//! binomial counts, and (through Student's t) of means.

/// Stands in for a denominator of zero in the continued fraction.
const TINY: f64 = 1e-300;

/// I_x(a, b): the probability that a beta variable with parameters `a` and `b` is at most `x`.
///
/// `complement` is 1 - x; it is asked for so that a caller who knows it loses no digits. The
/// relative error is some 1e-16 x log-gamma of `a + b`: 1e-11 for parameters of 10,000.
///
/// Formula: the continued fraction DLMF 8.17.22, evaluated from the front (Lentz, Applied Optics
/// 15, 1976), on the side of the mean where it converges fast; the other side by DLMF 8.17.4.
///
/// # Panics
/// When `x` or `complement` is outside of 0 to 1, or a parameter isn't positive.
pub fn incomplete_beta(x: f64, complement: f64, a: f64, b: f64) -> f64 {
    assert!((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&complement), "{x} is no share");
    assert!(a > 0.0 && b > 0.0, "the parameters {a} and {b} must be positive");
    if x == 0.0 || complement == 0.0 {
        return if x == 0.0 { 0.0 } else { 1.0 };
    }
    let log_scale = a * libm::log(x) + b * libm::log(complement) - log_beta(a, b);
    let scale = libm::exp(log_scale);
    if x < (a + 1.0) / (a + b + 2.0) {
        scale / (a * continued_fraction(x, a, b))
    } else {
        1.0 - scale / (b * continued_fraction(complement, b, a))
    }
}

/// The `x` at which [`incomplete_beta`] is `probability`: bisection to the last digit.
///
/// # Panics
/// When `probability` is outside of 0 to 1, or a parameter isn't positive.
pub fn beta_quantile(probability: f64, a: f64, b: f64) -> f64 {
    assert!((0.0..=1.0).contains(&probability), "{probability} is no probability");
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return middle;
        }
        if incomplete_beta(middle, 1.0 - middle, a, b) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The natural logarithm of the beta function.
fn log_beta(a: f64, b: f64) -> f64 {
    libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
}

/// 1 + d1 / (1 + d2 / (1 + ...)) with the coefficients of DLMF 8.17.22 and 8.17.23.
fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut value, mut ratio, mut inverse) = (1.0, 1.0, 0.0);
    let mut step = 0.0;
    loop {
        let odd = -(a + step) * (a + b + step) * x / ((a + 2.0 * step) * (a + 2.0 * step + 1.0));
        step += 1.0;
        let even = step * (b - step) * x / ((a + 2.0 * step - 1.0) * (a + 2.0 * step));
        let mut change = 1.0;
        for coefficient in [odd, even] {
            inverse = 1.0 / away_from_zero(1.0 + coefficient * inverse);
            ratio = away_from_zero(1.0 + coefficient / ratio);
            change *= ratio * inverse;
        }
        value *= change;
        // Convergence takes some sqrt(max(a, b)) steps; the bound only ends rounding's see-saw.
        if (change - 1.0).abs() < 1e-15 || step > 100_000.0 {
            return value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I_x(a, 1) = x^a, I_x(1, b) = 1 - (1-x)^b, I_1/2(a, a) = 1/2 (DLMF 8.17.4 and definition).
    #[test]
    fn special_cases_have_closed_forms() {
        for x in [0.001, 0.2, 0.5, 0.77, 0.999] {
            for power in [0.5, 1.0, 3.0, 20.5] {
                let first = incomplete_beta(x, 1.0 - x, power, 1.0);
                assert!((first - libm::pow(x, power)).abs() < 1e-13);
                let second = incomplete_beta(x, 1.0 - x, 1.0, power);
                assert!((second - (1.0 - libm::pow(1.0 - x, power))).abs() < 1e-13);
            }
        }
        for parameter in [0.5, 1.0, 7.0, 5_000.0] {
            // Three log-gammas, each rounded to 53 bits, and the fraction.
            let rounding = f64::EPSILON * (4.0 + 3.0 * libm::lgamma(2.0 * parameter).abs());
            let half = incomplete_beta(0.5, 0.5, parameter, parameter);
            assert!((half - 0.5).abs() < rounding, "{half} at {parameter}");
        }
        assert_eq!(incomplete_beta(0.0, 1.0, 2.0, 3.0), 0.0);
        assert_eq!(incomplete_beta(1.0, 0.0, 2.0, 3.0), 1.0);
    }

    /// The slow twin: for whole parameters I_x(a, b) = P(Binomial(a + b - 1, x) >= a)
    /// (DLMF 8.17.5), summed term by term.
    #[test]
    fn whole_parameters_are_binomial_tails() {
        for (a, b) in [(1u32, 5u32), (4, 4), (12, 30)] {
            for x in [0.05, 0.3, 0.6, 0.95] {
                let trials = a + b - 1;
                let mut term = libm::pow(1.0 - x, f64::from(trials));
                let mut tail = 0.0;
                for count in 0..=trials {
                    if count >= a {
                        tail += term;
                    }
                    term *= f64::from(trials - count) / f64::from(count + 1) * x / (1.0 - x);
                }
                let found = incomplete_beta(x, 1.0 - x, f64::from(a), f64::from(b));
                assert!((found - tail).abs() < 1e-12, "{found} for {tail}");
            }
        }
    }

    #[test]
    fn the_quantile_is_the_inverse() {
        for (a, b) in [(0.5, 0.5), (2.0, 9.0), (380.0, 21.0)] {
            for probability in [0.005, 0.5, 0.975] {
                let x = beta_quantile(probability, a, b);
                assert!((incomplete_beta(x, 1.0 - x, a, b) - probability).abs() < 1e-11);
            }
        }
    }
}
