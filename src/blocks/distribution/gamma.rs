//! Gamma variates.

use super::ziggurat;
use crate::kernel::random::Draw;

/// A gamma variate of this shape and scale 1 (Marsaglia and Tsang, "A simple method for generating
/// gamma variables", ACM Transactions on Mathematical Software 26, 2000). Below shape 1 a variate
/// of shape + 1 is boosted by a uniform one to the power 1 / shape, as in section 6 there. The
/// shape is above 0.
pub fn standard_gamma(shape: f64, draw: &mut Draw) -> f64 {
    if shape < 1.0 {
        // The logarithm of a uniform variate is an exponential one, negated.
        let boost = libm::exp(-ziggurat::exponential(draw) / shape);
        return boost * gamma_of_shape_one_or_more(shape + 1.0, draw);
    }
    gamma_of_shape_one_or_more(shape, draw)
}

/// The method itself: a cubed, shifted normal variate, accepted in at least 95% of all cases.
fn gamma_of_shape_one_or_more(shape: f64, draw: &mut Draw) -> f64 {
    let centre = shape - 1.0 / 3.0;
    let spread = 1.0 / libm::sqrt(9.0 * centre);
    loop {
        let normal = ziggurat::normal(draw);
        let root = 1.0 + spread * normal;
        if root <= 0.0 {
            continue;
        }
        let cube = root * root * root;
        let unit = draw.unit_open();
        let square = normal * normal;
        // The squeeze spares the logarithms in nearly all cases.
        if unit < 1.0 - 0.0331 * square * square
            || libm::log(unit) < 0.5 * square + centre * (1.0 - cube + libm::log(cube))
        {
            return centre * cube;
        }
    }
}
