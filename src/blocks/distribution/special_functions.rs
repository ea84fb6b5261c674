//! Functions of the textbooks that the laws' distribution functions need: the normal distribution
//! and its inverse, and the regularised incomplete gamma function.
//!
//! A&S is Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964; DLMF the NIST Digital
//! Library of Mathematical Functions. All logarithms and exponentials come from `libm`.

/// The relative size of a step below which a series or fraction has converged: a few roundings.
const PRECISION: f64 = 1e-15;

/// The share of a standard normal variate at or below `z` (A&S 26.2.29).
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The `z` below which a standard normal variate falls with `probability`: the rational
/// approximation A&S 26.2.23 (error below 4.5e-4), polished by Halley's method.
///
/// # Panics
/// When `probability` is not strictly between 0 and 1.
pub fn normal_quantile(probability: f64) -> f64 {
    assert!(probability > 0.0 && probability < 1.0, "no normal quantile at {probability}");
    let tail = probability.min(1.0 - probability);
    let t = libm::sqrt(-2.0 * libm::log(tail));
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let start = t - numerator / denominator;
    let mut z = if probability < 0.5 { -start } else { start };
    // Each step cubes the error: 4.5e-4, then about 1e-10, then the limit of f64.
    for _ in 0..3 {
        let density = libm::exp(-0.5 * z * z) / libm::sqrt(2.0 * std::f64::consts::PI);
        let newton = (normal_cdf(z) - probability) / density;
        z -= newton / (1.0 + 0.5 * z * newton);
    }
    z
}

/// The regularised lower incomplete gamma function P(shape, x): the share of a gamma variate of
/// this shape and scale 1 at or below `x`. Zero for `x <= 0`.
///
/// # Panics
/// When `shape` is not positive.
pub fn regularised_gamma(shape: f64, x: f64) -> f64 {
    assert!(shape > 0.0, "the incomplete gamma function needs a positive shape, not {shape}");
    if x <= 0.0 {
        return 0.0;
    }
    if x == f64::INFINITY {
        return 1.0;
    }
    let front = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    // Each expansion converges within some multiples of sqrt(shape) terms on its side of the mean.
    if x < shape + 1.0 {
        (front * lower_series(shape, x)).min(1.0)
    } else {
        (1.0 - front * upper_fraction(shape, x)).max(0.0)
    }
}

/// The sum of x^k / (a (a+1) .. (a+k)) over k >= 0 (A&S 6.5.29, DLMF 8.11.4).
fn lower_series(a: f64, x: f64) -> f64 {
    let mut divisor = a;
    let mut term = 1.0 / a;
    let mut sum = term;
    // Near the mean of a large shape terms fall slowly, so what is left out exceeds the last one.
    while term > 0.01 * PRECISION * sum {
        divisor += 1.0;
        term *= x / divisor;
        sum += term;
    }
    sum
}

/// The continued fraction of the upper function (A&S 6.5.31, DLMF 8.9.2) in its contracted form
/// 1/(x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ..))), evaluated forwards by Lentz's method as
/// modified by Thompson and Barnett (1986).
fn upper_fraction(a: f64, x: f64) -> f64 {
    // Stands in for a zero that would otherwise be divided by.
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut step = x + 1.0 - a;
    let mut ratio_above = 1.0 / TINY;
    let mut ratio_below = 1.0 / step;
    let mut fraction = ratio_below;
    let mut level = 0.0;
    loop {
        level += 1.0;
        let numerator = level * (a - level);
        step += 2.0;
        ratio_below = 1.0 / away_from_zero(numerator * ratio_below + step);
        ratio_above = away_from_zero(step + numerator / ratio_above);
        let change = ratio_below * ratio_above;
        fraction *= change;
        if (change - 1.0).abs() <= PRECISION {
            return fraction;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of A&S tables 26.1 and 26.5.
    #[test]
    fn the_normal_distribution_meets_its_tables() {
        for (z, share) in [(0.0, 0.5), (1.0, 0.841_344_746_068_543), (-2.0, 0.022_750_131_948_179)]
        {
            assert!((normal_cdf(z) - share).abs() < 1e-14, "at {z}");
        }
        for (share, z) in [(0.975, 1.959_963_984_540_054), (0.99, 2.326_347_874_040_841)] {
            assert!((normal_quantile(share) - z).abs() < 1e-13, "at {share}");
        }
    }

    #[test]
    fn the_normal_quantile_inverts_the_distribution() {
        for share in [1e-12, 1e-6, 0.01, 0.3, 0.5, 0.7, 0.999, 1.0 - 1e-9] {
            let back = normal_cdf(normal_quantile(share));
            assert!((back / share - 1.0).abs() < 1e-12, "{share} came back as {back}");
        }
    }

    /// P(1, x) = 1 - exp(-x) and P(1/2, x) = erf(sqrt x) (A&S 6.5.16), on both sides of the switch
    /// between the two expansions.
    #[test]
    fn the_incomplete_gamma_function_meets_its_closed_forms() {
        for x in [1e-9, 0.01, 0.5, 1.0, 1.49, 1.51, 1.99, 2.01, 5.0, 40.0] {
            let exponential = regularised_gamma(1.0, x);
            assert!((exponential + libm::expm1(-x)).abs() < 1e-14, "shape 1 at {x}");
            let half = regularised_gamma(0.5, x);
            assert!((half - libm::erf(libm::sqrt(x))).abs() < 1e-14, "shape 1/2 at {x}");
        }
    }

    /// P(a+1, x) = P(a, x) - x^a exp(-x) / Gamma(a+1) (A&S 6.5.21), for shapes up to a million,
    /// where the prefactor's logarithm, some 1e7, leaves about 1e-8 of precision.
    #[test]
    fn the_incomplete_gamma_function_obeys_its_recurrence() {
        for (a, precision) in [(0.001, 1e-13), (3.7, 1e-13), (250.0, 1e-12), (1e6, 1e-8)] {
            for relative in [0.5, 0.99, 1.0, 1.01, 2.0] {
                let x = a * relative;
                let step = libm::exp(a * libm::log(x) - x - libm::lgamma(a + 1.0));
                let expected = regularised_gamma(a, x) - step;
                let off = (regularised_gamma(a + 1.0, x) - expected).abs();
                assert!(off < precision, "shape {a} at {x}: off by {off}");
            }
        }
    }
}
