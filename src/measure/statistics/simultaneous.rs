//! Many checks at once, and intervals of a share of successes.
//!
//! Forty checks, each within its own 95% interval, all pass 13% of the time; a family of checks
//! needs a level each that makes the family as a whole right as often as it promises.

use super::beta::beta_quantile;

/// The level of each of `checks` independent checks so that all pass with probability `family`:
/// family^(1/checks) (Sidak, Journal of the American Statistical Association 62, 1967).
///
/// # Panics
/// When `family` isn't strictly between 0 and 1, or there are no checks.
pub fn sidak_level(family: f64, checks: u32) -> f64 {
    assert!(family > 0.0 && family < 1.0 && checks > 0, "no family of {checks} at {family}");
    libm::pow(family, 1.0 / f64::from(checks))
}

/// The level of each of `checks` checks, however they depend on each other, so that all pass with
/// probability `family` at least: 1 - (1 - family)/checks (Bonferroni's inequality).
///
/// # Panics
/// When `family` isn't strictly between 0 and 1, or there are no checks.
pub fn bonferroni_level(family: f64, checks: u32) -> f64 {
    assert!(family > 0.0 && family < 1.0 && checks > 0, "no family of {checks} at {family}");
    1.0 - (1.0 - family) / f64::from(checks)
}

/// The fewest and most successes to expect in `trials` independent trials that succeed with
/// probability `share`: fewer, and likewise more, come with probability (1 - level)/2 at most.
///
/// # Panics
/// When `share` or `level` isn't strictly between 0 and 1.
pub fn binomial_range(trials: u64, share: f64, level: f64) -> (u64, u64) {
    assert!(share > 0.0 && share < 1.0, "a share of {share} leaves nothing to chance");
    assert!(level > 0.0 && level < 1.0, "{level} is no confidence level");
    let fewest = |share: f64| {
        let mut at_most = 0.0;
        (0..trials)
            .find(|&count| {
                at_most += binomial_probability(trials, count, share);
                at_most > (1.0 - level) / 2.0
            })
            .unwrap_or(trials)
    };
    // Most successes are fewest failures.
    (fewest(share), trials - fewest(1.0 - share))
}

/// The interval of a share of successes at `level` from `successes` in `trials`; it holds the true
/// share with probability `level` at least (Clopper and Pearson, Biometrika 26, 1934).
///
/// # Panics
/// When there are more successes than trials or no trials, or `level` isn't strictly between 0
/// and 1.
pub fn binomial_interval(successes: u64, trials: u64, level: f64) -> (f64, f64) {
    assert!(trials > 0 && successes <= trials, "{successes} successes in {trials} trials");
    assert!(level > 0.0 && level < 1.0, "{level} is no confidence level");
    let outside = (1.0 - level) / 2.0;
    let (won, lost) = (successes as f64, (trials - successes) as f64);
    let low = if successes == 0 { 0.0 } else { beta_quantile(outside, won, lost + 1.0) };
    let high =
        if successes == trials { 1.0 } else { beta_quantile(1.0 - outside, won + 1.0, lost) };
    (low, high)
}

/// The probability of exactly `count` successes.
fn binomial_probability(trials: u64, count: u64, share: f64) -> f64 {
    let (trials, count) = (trials as f64, count as f64);
    let log_ways =
        libm::lgamma(trials + 1.0) - libm::lgamma(count + 1.0) - libm::lgamma(trials - count + 1.0);
    libm::exp(log_ways + count * libm::log(share) + (trials - count) * libm::log1p(-share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_passes_as_often_as_it_promises() {
        let level = sidak_level(0.99, 40);
        assert!((libm::pow(level, 40.0) - 0.99).abs() < 1e-12);
        assert!((bonferroni_level(0.99, 40) - 0.999_75).abs() < 1e-15);
        assert!(bonferroni_level(0.99, 40) > level);
        assert_eq!(bonferroni_level(0.95, 1), 0.95);
    }

    /// Ten fair coins: P(0) = 1/1024, P(at most 1) = 11/1024, P(at most 2) = 56/1024.
    #[test]
    fn the_range_of_fair_coins_is_counted_by_hand() {
        assert_eq!(binomial_range(10, 0.5, 0.95), (2, 8));
        assert_eq!(binomial_range(10, 0.5, 1.0 - 2.1 * 11.0 / 1024.0), (2, 8));
        assert_eq!(binomial_range(10, 0.5, 1.0 - 1.9 * 11.0 / 1024.0), (1, 9));
        assert_eq!(binomial_range(3, 0.99, 0.95), (2, 3));
    }

    /// The published bounds of the coverage checks: 91.0% to 98.25% of 400, 93.35% to 96.55% of
    /// 2,000, both at 99.9%.
    #[test]
    fn the_range_gives_the_bounds_of_the_coverage_checks() {
        assert_eq!(binomial_range(400, 0.95, 0.999), (364, 393));
        assert_eq!(binomial_range(2_000, 0.95, 0.999), (1_867, 1_931));
    }

    /// No success in n: the upper end solves (1 - p)^n = 0.025. Half of 10: table values.
    #[test]
    fn the_interval_is_that_of_clopper_and_pearson() {
        let (low, high) = binomial_interval(0, 100, 0.95);
        assert_eq!(low, 0.0);
        assert!((high - (1.0 - libm::pow(0.025, 0.01))).abs() < 1e-12);
        let (low, high) = binomial_interval(5, 10, 0.95);
        assert!((low - 0.187_086).abs() < 1e-6 && (high - 0.812_914).abs() < 1e-6);
        assert_eq!(binomial_interval(7, 7, 0.9).1, 1.0);
    }
}
