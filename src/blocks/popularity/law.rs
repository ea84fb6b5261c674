//! Exact probabilities of popularity laws.

use super::Popularity;

/// Terms summed one by one before the Euler-Maclaurin formula takes over. From here on the first
/// term left out is below 1e-13 of the sum.
const HEAD: u64 = 32;

/// A popularity over a number of keys, with its normalising constant.
#[derive(Clone, Copy, Debug)]
pub struct RankLaw {
    keys: u64,
    exponent: f64,
    total: f64,
}

impl RankLaw {
    /// The law of `popularity` over `keys` ranks.
    ///
    /// # Panics
    /// When `keys` is zero.
    pub fn new(popularity: Popularity, keys: u64) -> Self {
        assert!(keys > 0, "a law over no key has no probabilities");
        let exponent = popularity.exponent();
        RankLaw { keys, exponent, total: power_sum(0, keys, exponent) }
    }

    /// Number of ranks.
    pub const fn keys(&self) -> u64 {
        self.keys
    }

    /// Probability of a rank, 0 the most popular.
    pub fn probability(&self, rank: u64) -> f64 {
        self.density(rank as f64)
    }

    /// The probability as a smooth function of the rank, for integrals over many ranks.
    pub fn density(&self, rank: f64) -> f64 {
        power(rank + 1.0, self.exponent) / self.total
    }

    /// Probability of the ranks `from..to`, cut at the number of keys.
    pub fn mass(&self, from: u64, to: u64) -> f64 {
        power_sum(from, to.min(self.keys), self.exponent) / self.total
    }
}

/// `x^-exponent`; exactly 1 for exponent 0.
fn power(x: f64, exponent: f64) -> f64 {
    if exponent == 0.0 { 1.0 } else { libm::pow(x, -exponent) }
}

/// The sum of `(rank + 1)^-exponent` over the ranks `from..to`: a difference of generalised
/// harmonic numbers. Beyond the first 32 terms by the Euler-Maclaurin formula up to the fifth
/// derivative (NIST DLMF 2.10.1).
pub fn power_sum(from: u64, to: u64, exponent: f64) -> f64 {
    if from >= to {
        return 0.0;
    }
    if exponent == 0.0 {
        return (to - from) as f64;
    }
    let head_end = to.min(from.max(HEAD));
    let head: f64 = (from..head_end).rev().map(|rank| power(rank as f64 + 1.0, exponent)).sum();
    if head_end == to {
        return head;
    }
    let (first, last) = (head_end as f64 + 1.0, to as f64);
    let corrections = |x: f64| {
        let value = power(x, exponent);
        let slope = -exponent * value / x;
        let third = (exponent + 1.0) * (exponent + 2.0) * slope / (x * x);
        let fifth = (exponent + 3.0) * (exponent + 4.0) * third / (x * x);
        (value, slope / 12.0 - third / 720.0 + fifth / 30_240.0)
    };
    let (first_value, first_correction) = corrections(first);
    let (last_value, last_correction) = corrections(last);
    head + power_integral(first, last, exponent)
        + (first_value + last_value) / 2.0
        + (last_correction - first_correction)
}

/// The integral of `x^-exponent` from `first` to `last`, also at and near exponent 1.
fn power_integral(first: f64, last: f64, exponent: f64) -> f64 {
    let log_ratio = libm::log(last / first);
    let growth = (1.0 - exponent) * log_ratio;
    let ratio = if growth.abs() > 1e-8 { libm::expm1(growth) / growth } else { 1.0 + growth / 2.0 };
    libm::pow(first, 1.0 - exponent) * log_ratio * ratio
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_agree_with_adding_up() {
        for exponent in [0.0, 0.3, 0.8, 0.99, 1.0, 1.000_000_001, 1.2, 2.0, 5.0] {
            for (from, to) in [(0, 1), (0, 32), (0, 33), (5, 1000), (0, 100_000), (777, 30_000)] {
                let slow: f64 =
                    (from..to).rev().map(|rank| power(rank as f64 + 1.0, exponent)).sum();
                let fast = power_sum(from, to, exponent);
                assert!(
                    (fast / slow - 1.0).abs() < 1e-12,
                    "{exponent} {from}..{to}: {fast} and {slow}"
                );
            }
        }
    }

    /// The sum of k^-2 is pi^2 / 6, less a tail of 1/n - 1/(2n^2); that of 1/k is ln n plus
    /// Euler's constant and 1/(2n).
    #[test]
    fn sums_over_ten_billion_keys_agree_with_theory() {
        let keys = 10_000_000_000u64;
        let n = keys as f64;
        let basel = std::f64::consts::PI * std::f64::consts::PI / 6.0 - 1.0 / n;
        assert!((power_sum(0, keys, 2.0) - basel).abs() < 1e-12);
        let harmonic = libm::log(n) + 0.577_215_664_901_532_9 + 0.5 / n;
        assert!((power_sum(0, keys, 1.0) - harmonic).abs() < 1e-12);
    }

    #[test]
    fn masses_of_parts_sum_to_one() {
        let law = RankLaw::new(Popularity::Zipf { exponent: 0.99 }, 1_000_000);
        let whole = law.mass(0, 10) + law.mass(10, 5000) + law.mass(5000, u64::MAX);
        assert!((whole - 1.0).abs() < 1e-12);
        assert!((law.mass(3, 4) - law.probability(3)).abs() < 1e-15);
    }
}
