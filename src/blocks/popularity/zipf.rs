//! Draws from a Zipf law without a table.

use crate::kernel::random::Draw;

/// Draws ranks with probability proportional to `(rank + 1)^-exponent`, in constant time and
/// memory for any number of keys.
///
/// Rejection-inversion: W. Hoermann and G. Derflinger, "Rejection-inversion to generate variates
/// from monotone discrete distributions", ACM TOMACS 6(3), 1996, section 3. A point below the
/// curve `x^-exponent` is drawn by inverting the integral, and rounded; few are refused. Integral
/// and inverse are written so that exponents at and around 1 need no case of their own.
#[derive(Clone, Debug)]
pub struct ZipfSampler {
    keys: f64,
    exponent: f64,
    /// The integral up to the left end of the hat over the first rank.
    area_low: f64,
    /// The integral up to the right end of the last rank.
    area_high: f64,
    /// Within this distance left of a whole number a point is always accepted.
    squeeze: f64,
}

impl ZipfSampler {
    /// A sampler over `keys` ranks.
    ///
    /// # Panics
    /// When `keys` is zero or beyond 2^53 (where whole numbers have gaps), or the exponent is
    /// negative or not finite.
    pub fn new(keys: u64, exponent: f64) -> Self {
        assert!(keys > 0 && keys <= 1 << 53, "a Zipf law takes 1 to 2^53 keys, not {keys}");
        assert!(exponent.is_finite() && exponent >= 0.0, "a Zipf exponent of {exponent}");
        let mut sampler = ZipfSampler {
            keys: keys as f64,
            exponent,
            area_low: 0.0,
            area_high: 0.0,
            squeeze: 0.0,
        };
        sampler.area_low = sampler.area(1.5) - 1.0;
        sampler.area_high = sampler.area(keys as f64 + 0.5);
        sampler.squeeze = 2.0 - sampler.area_inverse(sampler.area(2.5) - sampler.height(2.0));
        sampler
    }

    /// A rank, 0 the most popular.
    #[inline]
    pub fn draw(&self, draw: &mut Draw) -> u64 {
        loop {
            let area = self.area_high + draw.unit_open() * (self.area_low - self.area_high);
            let point = self.area_inverse(area);
            let whole = (point + 0.5).floor().clamp(1.0, self.keys);
            if whole - point <= self.squeeze || area >= self.area(whole + 0.5) - self.height(whole)
            {
                return whole as u64 - 1;
            }
        }
    }

    /// `x^-exponent`.
    fn height(&self, x: f64) -> f64 {
        libm::exp(-self.exponent * libm::log(x))
    }

    /// The integral of `height` from 1 to `x`.
    fn area(&self, x: f64) -> f64 {
        let log = libm::log(x);
        log * exponential_ratio((1.0 - self.exponent) * log)
    }

    /// The `x` whose area is `area`.
    fn area_inverse(&self, area: f64) -> f64 {
        // Rounding may take the product below -1, where the logarithm ends.
        let product = ((1.0 - self.exponent) * area).max(-1.0);
        libm::exp(area * logarithm_ratio(product))
    }
}

/// `(e^x - 1) / x`, and its limit at 0.
fn exponential_ratio(x: f64) -> f64 {
    if x.abs() > 1e-8 { libm::expm1(x) / x } else { 1.0 + x / 2.0 }
}

/// `ln(1 + x) / x`, and its limit at 0.
fn logarithm_ratio(x: f64) -> f64 {
    if x.abs() > 1e-8 { libm::log1p(x) / x } else { 1.0 - x / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::popularity::{Popularity, RankLaw};
    use crate::kernel::random::Stream;

    /// With 10^10 keys the mass of each decade of ranks is binomial: five standard deviations.
    #[test]
    fn ten_billion_keys_have_the_right_mass_in_each_decade() {
        let (keys, draws) = (10_000_000_000, 200_000);
        for exponent in [0.5, 0.99, 1.0, 1.2] {
            let sampler = ZipfSampler::new(keys, exponent);
            let stream = Stream::new(20_261_120, 0, "zipf", "decades");
            let mut counts = [0u64; 11];
            for identity in 0..draws {
                let rank = sampler.draw(&mut stream.draw(identity));
                counts[rank.checked_ilog10().map_or(0, |decade| decade as usize + 1)] += 1;
            }
            let law = RankLaw::new(Popularity::Zipf { exponent }, keys);
            let mut from = 0;
            for (decade, &count) in counts.iter().enumerate() {
                let to = if decade == 0 { 1 } else { 10u64.pow(decade as u32) };
                let mass = law.mass(from, to);
                let deviation = (mass * (1.0 - mass) * draws as f64).sqrt().max(1.0);
                let off = count as f64 - mass * draws as f64;
                assert!(off.abs() < 5.0 * deviation, "{exponent}: decade {decade} off by {off}");
                from = to;
            }
        }
    }

    #[test]
    fn first_draws_are_pinned() {
        let sampler = ZipfSampler::new(1_000_000, 0.99);
        let stream = Stream::new(42, 0, "zipf", "pinned");
        let ranks: Vec<u64> = (0..8).map(|job| sampler.draw(&mut stream.draw(job))).collect();
        assert_eq!(ranks, [538_424, 10_031, 459_140, 6_014, 40_771, 2, 165_205, 3_787]);
    }
}
