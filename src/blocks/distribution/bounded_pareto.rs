//! The Pareto law cut off at a maximum, with the lower bound that keeps a wanted mean.
//!
//! With lower bound L, maximum H, shape a and r = L / H (Harchol-Balter, "Performance Modeling and
//! Design of Computer Systems", 2013, section 20.4): the share at or below x is
//! (1 - (L/x)^a) / (1 - r^a), and the k-th moment is H^k a r^k h(a - k) / (1 - r^a), where
//! h(t) = (1 - r^t) / t, which tends to -ln r as t tends to 0.

use crate::kernel::random::Draw;

/// The law; spans in nanoseconds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct BoundedPareto {
    shape: f64,
    least: f64,
    most: f64,
    /// ln(least / most): below zero.
    log_ratio: f64,
    /// 1 - (least / most)^shape: the part of the unbounded law's mass that is kept.
    kept: f64,
}

impl BoundedPareto {
    /// The law of this shape and maximum whose mean is `mean`.
    ///
    /// # Panics
    /// Unless `0 < mean < most` and `shape > 0`.
    pub fn with_mean(mean: f64, shape: f64, most: f64) -> BoundedPareto {
        assert!(0.0 < mean && mean < most && shape > 0.0, "a bounded pareto law out of range");
        // The mean rises with the lower bound, from 0 to the maximum, so bisection on the
        // logarithm of their ratio finds it; 200 halvings exhaust the precision of an f64.
        let (mut low, mut high) = (-700.0, 0.0);
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if Self::with_log_ratio(middle, shape, most).moment(1.0) < mean {
                low = middle;
            } else {
                high = middle;
            }
        }
        Self::with_log_ratio(low, shape, most)
    }

    fn with_log_ratio(log_ratio: f64, shape: f64, most: f64) -> BoundedPareto {
        BoundedPareto {
            shape,
            least: most * libm::exp(log_ratio),
            most,
            log_ratio,
            kept: -libm::expm1(shape * log_ratio),
        }
    }

    /// The mean of the `order`-th power.
    pub fn moment(&self, order: f64) -> f64 {
        let excess = self.shape - order;
        let spread = if excess == 0.0 {
            -self.log_ratio
        } else {
            -libm::expm1(excess * self.log_ratio) / excess
        };
        libm::pow(self.least, order) * self.shape * spread / self.kept
    }

    /// Draws one span by inverting the distribution function.
    pub fn sample(&self, draw: &mut Draw) -> f64 {
        let above = 1.0 - draw.unit() * self.kept;
        (self.least * libm::exp(-libm::log(above) / self.shape)).min(self.most)
    }

    /// The share at or below `nanos`.
    pub fn cdf(&self, nanos: f64) -> f64 {
        if nanos <= self.least {
            0.0
        } else if nanos >= self.most {
            1.0
        } else {
            (1.0 - libm::pow(self.least / nanos, self.shape)) / self.kept
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lower bound is found for heavy and light tails, on both sides of the shapes 1 and 2
    /// where the moments' formulas change form.
    #[test]
    fn the_mean_holds_for_every_shape() {
        for shape in [0.1, 0.5, 0.999_999, 1.0, 1.000_001, 1.5, 2.0, 3.0, 50.0, 1000.0] {
            for mean in [2.0, 1e3, 1e6, 9e8] {
                let law = BoundedPareto::with_mean(mean, shape, 1e9);
                let relative = law.moment(1.0) / mean - 1.0;
                assert!(relative.abs() < 1e-9, "shape {shape}, mean {mean}: off by {relative}");
            }
        }
    }

    /// The second moment against the trapezoid rule over the distribution function's inverse.
    #[test]
    fn the_second_moment_meets_a_numerical_integral() {
        for shape in [0.7, 1.0, 2.0, 3.5] {
            let law = BoundedPareto::with_mean(200.0, shape, 1000.0);
            let steps = 400_000;
            let square = |index: u32| {
                let above = 1.0 - (f64::from(index) + 0.5) / f64::from(steps) * law.kept;
                let span = law.least * libm::pow(above, -1.0 / shape);
                span * span
            };
            let integral = (0..steps).map(square).sum::<f64>() / f64::from(steps);
            let relative = law.moment(2.0) / integral - 1.0;
            assert!(relative.abs() < 1e-6, "shape {shape}: off by {relative}");
        }
    }
}
