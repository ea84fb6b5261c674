//! Constructors of the laws made of other things: measured samples, shares of laws, sums of laws.

use std::sync::{Arc, OnceLock};

use super::checks::{check_between, check_span};
use super::law::{Law, Part, Sum};
use super::text::span_text;
use super::{Distribution, LONGEST, NANOS_PER_SECOND, with_facts};
use crate::kernel::time::Duration;

/// How far the shares of a mixture may be from 1 in total.
const SHARES_TOLERANCE: f64 = 1e-9;

impl Distribution {
    /// Plain resampling: each draw is one of the samples, all equally likely. This is the inverse
    /// of the empirical distribution function, without interpolation: nothing between or beyond
    /// the samples is ever drawn.
    ///
    /// # Errors
    /// When there is no sample, or one is longer than [`LONGEST`].
    pub fn empirical(mut samples: Vec<Duration>) -> Result<Distribution, String> {
        samples.sort_unstable();
        let (Some(&least), Some(&most)) = (samples.first(), samples.last()) else {
            return Err("empirical: there must be at least one sample".to_owned());
        };
        check_span("empirical", "sample", most)?;
        if least == most {
            return Distribution::constant(least);
        }
        let count = samples.len();
        let total: u128 = samples.iter().map(|sample| u128::from(sample.nanos())).sum();
        let mean = total as f64 / count as f64;
        let squares = samples.iter().map(|sample| {
            let off = sample.nanos() as f64 - mean;
            off * off
        });
        let variance = squares.sum::<f64>() / count as f64 / (NANOS_PER_SECOND * NANOS_PER_SECOND);
        let text =
            format!("empirical({count} samples, {} to {})", span_text(least), span_text(most));
        Ok(with_facts(
            Law::Empirical(samples.into()),
            mean / NANOS_PER_SECOND,
            variance,
            Some(most),
            text,
        ))
    }

    /// Each draw comes from one of the laws, chosen by its share. Shares sum to 1, within 1e-9.
    ///
    /// # Errors
    /// When there is no law, a share is not between 0 and 1, or the shares do not sum to 1.
    pub fn mixture(parts: Vec<(f64, Distribution)>) -> Result<Distribution, String> {
        if parts.is_empty() {
            return Err("mixture: there must be at least one law".to_owned());
        }
        for (share, _) in &parts {
            check_between("mixture", "share", *share, 0.0, 1.0)?;
        }
        let total: f64 = parts.iter().map(|(share, _)| share).sum();
        if (total - 1.0).abs() > SHARES_TOLERANCE {
            return Err(format!(
                "mixture: the shares must sum to 100%, not {}%",
                tidy(total * 100.0)
            ));
        }
        let mut until = 0.0;
        // A law without a share counts for nothing, not even for an infinite variance.
        let parts: Vec<Part> = parts
            .into_iter()
            .filter(|(share, _)| *share > 0.0)
            .map(|(share, of)| {
                let share = share / total;
                until += share;
                Part { until, share, of }
            })
            .collect();
        if let [only] = &parts[..] {
            return Ok(only.of.clone());
        }
        let mean: f64 = parts.iter().map(|part| part.share * part.of.mean()).sum();
        let spread = |part: &Part| {
            let off = part.of.mean() - mean;
            part.share * (part.of.variance() + off * off)
        };
        let variance = parts.iter().map(spread).sum();
        let maximum = parts.iter().try_fold(Duration::ZERO, |longest, part| {
            part.of.maximum().map(|maximum| longest.max(maximum))
        });
        let percent = |part: &Part| format!("{}% {}", tidy(part.share * 100.0), part.of);
        let words: Vec<String> = parts.iter().map(percent).collect();
        let text = format!("mixture({})", words.join(", "));
        Ok(with_facts(Law::Mixture(parts.into()), mean, variance, maximum, text))
    }

    /// The sum of one independent draw from each of the laws; at most [`LONGEST`].
    ///
    /// # Errors
    /// When there is no law, or the means sum to more than [`LONGEST`].
    pub fn sum(parts: Vec<Distribution>) -> Result<Distribution, String> {
        if let [only] = &parts[..] {
            return Ok(only.clone());
        }
        if parts.is_empty() {
            return Err("sum: there must be at least one law".to_owned());
        }
        let mean: f64 = parts.iter().map(Distribution::mean).sum();
        if mean > LONGEST.seconds() {
            return Err("sum: the means add up to more than 70 years".to_owned());
        }
        let constants: Option<u64> =
            parts.iter().map(|part| part.is_constant().map(Duration::nanos)).sum();
        if let Some(nanos) = constants {
            return Distribution::constant(Duration::from_nanos(nanos));
        }
        let variance = parts.iter().map(Distribution::variance).sum();
        let maximum = parts.iter().try_fold(Duration::ZERO, |total, part| {
            part.maximum().map(|maximum| (total + maximum).min(LONGEST))
        });
        let words: Vec<&str> = parts.iter().map(Distribution::describe).collect();
        let text = format!("sum({})", words.join(", "));
        let law = Law::Sum(Arc::new(Sum { parts, sorted_draws: OnceLock::new() }));
        Ok(with_facts(law, mean, variance, maximum, text))
    }
}

/// A percentage without the noise of binary fractions: six decimals.
fn tidy(percent: f64) -> f64 {
    (percent * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: u64) -> Distribution {
        Distribution::constant(Duration::from_nanos(millis * 1_000_000)).expect("a short span")
    }

    /// 99% of 2 ms and 1% of an exponential 50 ms: mean 2.48 ms; variance
    /// 0.99 x 0.48^2 + 0.01 x (50^2 + 47.52^2) = 47.8096 ms^2.
    #[test]
    fn a_mixture_has_the_moments_of_its_parts() {
        let slow = Distribution::exponential(Duration::from_nanos(50_000_000)).expect("a mean");
        let law = Distribution::mixture(vec![(0.99, millis(2)), (0.01, slow)]).expect("shares");
        assert!((law.mean() - 2.48e-3).abs() < 1e-15);
        assert!((law.variance() - 47.809_6e-6).abs() < 1e-15);
        assert_eq!(law.maximum(), None);
        assert_eq!(law.describe(), "mixture(99% 2ms, 1% exponential(mean 50ms))");
    }

    #[test]
    fn a_sum_adds_moments_and_maxima() {
        let span = |millis: u64| Duration::from_nanos(millis * 1_000_000);
        let uniform = Distribution::uniform(span(1), span(3)).expect("a range");
        let law = Distribution::sum(vec![millis(4), uniform.clone()]).expect("two laws");
        assert!((law.mean() - 6e-3).abs() < 1e-15);
        assert!((law.variance() - uniform.variance()).abs() < 1e-20);
        assert_eq!(law.maximum(), Some(span(7)));
        assert_eq!(law.describe(), "sum(4ms, uniform(min 1ms, max 3ms))");
        let constants = Distribution::sum(vec![millis(4), millis(5)]).expect("two constants");
        assert_eq!(constants.is_constant(), Some(span(9)));
    }

    #[test]
    fn samples_are_drawn_as_they_are() {
        let spans = [5, 1, 1, 1].map(Duration::from_nanos);
        let law = Distribution::empirical(spans.to_vec()).expect("four samples");
        assert_eq!(law.describe(), "empirical(4 samples, 1ns to 5ns)");
        assert!((law.mean() - 2e-9).abs() < 1e-24);
        assert!((law.variance() - 3e-18).abs() < 1e-30);
        assert_eq!(law.cdf(Duration::from_nanos(4)), 0.75);
        assert_eq!(law.quantile(0.75), Duration::from_nanos(1));
        assert_eq!(law.quantile(0.76), Duration::from_nanos(5));
    }

    #[test]
    fn wrong_parts_are_refused() {
        for (law, message) in [
            (Distribution::empirical(vec![]), "empirical: there must be at least one sample"),
            (Distribution::mixture(vec![]), "mixture: there must be at least one law"),
            (Distribution::sum(vec![]), "sum: there must be at least one law"),
            (
                Distribution::mixture(vec![(0.7, millis(1)), (0.2, millis(2))]),
                "mixture: the shares must sum to 100%, not 90%",
            ),
            (
                Distribution::mixture(vec![(-0.5, millis(1)), (1.5, millis(2))]),
                "mixture: `share` must lie between 0 and 1, not -0.5",
            ),
        ] {
            assert_eq!(law.expect_err(message), message);
        }
    }
}
