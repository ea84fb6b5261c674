//! Laws of random spans of time: service times, think times, lags, latencies.
//!
//! | law | parameters | formula |
//! |---|---|---|
//! | constant | span | always the same |
//! | exponential | mean | P(X > x) = exp(-x / mean) |
//! | lognormal | mean, cv | ln X normal, variance s^2 = ln(1 + cv^2), mean ln(mean) - s^2 / 2 |
//! | lognormal | two percentiles | s = (ln q2 - ln q1) / (z2 - z1), z the normal quantiles |
//! | gamma | mean, cv | shape 1 / cv^2, scale mean cv^2 |
//! | erlang | mean, stages | gamma of shape `stages` |
//! | hyperexponential | mean, cv > 1 | two exponentials, each bringing half of the mean |
//! | weibull | mean, shape | P(X > x) = exp(-(x / scale)^shape) |
//! | pareto | mean, shape > 1 | P(X > x) = (least / x)^shape |
//! | pareto | mean, shape, max | the same, cut off at `max`, least solved for the mean |
//! | uniform | min, max | each whole nanosecond equally likely |
//! | empirical | samples | one of the samples, without interpolation |
//! | mixture | shares and laws | P(X > x) = sum of share P(part > x) |
//! | sum | laws | independent draws added up |
//!
//! The cv is the coefficient of variation: standard deviation over mean.
//!
//! ```text
//! construction, composition   parameters -> a checked law with its moments and its text
//!   checks, text              refusals in one sentence; spans as people write them
//! read                        how laws are written in a scenario
//! law                         drawing, distribution functions
//!   ziggurat (+ tables)       exponential and normal variates
//!   gamma, bounded_pareto     the two laws that need more than a line
//!   special_functions         normal distribution, incomplete gamma function
//! ```
//!
//! What must hold:
//! - a law draws from the [`Draw`] it is given and nothing else, so equal draws give equal spans;
//! - the same bits on every platform: every logarithm, exponential and power comes from `libm`;
//! - every constructor refuses what it cannot honour, so that drawing never fails;
//! - drawn spans are rounded to the nearest nanosecond, at most [`LONGEST`], and
//!   [`Distribution::cdf`] and [`Distribution::quantile`] speak of these rounded spans.

mod bounded_pareto;
mod checks;
mod composition;
mod construction;
mod exponential_function;
pub mod gamma;
mod law;
pub mod read;
pub mod special_functions;
#[cfg(test)]
mod tests;
mod text;
pub mod ziggurat;
mod ziggurat_tables;

use std::fmt;
use std::sync::Arc;

use crate::kernel::random::Draw;
use crate::kernel::time::Duration;
use law::Law;

/// The longest span a law yields, 70 years of 365.25 days: longer draws of an unbounded tail count
/// as this long.
pub const LONGEST: Duration = Duration::from_nanos(2_209_032_000_000_000_000);

/// Nanoseconds in a second, as a number.
const NANOS_PER_SECOND: f64 = 1e9;

/// A law of random spans of time.
///
/// Cheap to clone: tables are shared.
#[derive(Clone, Debug)]
pub struct Distribution {
    law: Law,
    facts: Arc<Facts>,
}

/// What is known of a law from its parameters.
#[derive(Debug)]
struct Facts {
    /// Seconds.
    mean: f64,
    /// Seconds squared; infinite for heavy tails.
    variance: f64,
    /// The longest span, if there is one.
    maximum: Option<Duration>,
    /// The law as a short text.
    text: String,
}

impl Distribution {
    /// Draws one span, rounded to the nearest nanosecond and at most [`LONGEST`].
    #[inline]
    pub fn sample(&self, draw: &mut Draw) -> Duration {
        self.law.sample(draw)
    }

    /// The one span that every draw yields, if the law is constant.
    #[inline]
    pub fn is_constant(&self) -> Option<Duration> {
        match self.law {
            Law::Constant(span) => Some(span),
            _ => None,
        }
    }

    /// The mean in seconds, by formula: neither the rounding to nanoseconds nor the cut at
    /// [`LONGEST`] is in it.
    pub fn mean(&self) -> f64 {
        self.facts.mean
    }

    /// The variance in seconds squared, by formula; infinite for a Pareto law of shape 2 or less.
    pub fn variance(&self) -> f64 {
        self.facts.variance
    }

    /// The squared coefficient of variation: variance over squared mean; 0 for a constant, 1 for an
    /// exponential law.
    pub fn squared_variation(&self) -> f64 {
        if self.facts.variance == 0.0 {
            return 0.0;
        }
        self.facts.variance / (self.facts.mean * self.facts.mean)
    }

    /// The longest span the law can yield, or `None` when its tail has no end.
    pub fn maximum(&self) -> Option<Duration> {
        self.facts.maximum
    }

    /// The share of draws that last at most `span`.
    ///
    /// Exact up to floating point for all laws but sums: theirs is read from 65,536 draws of a
    /// fixed stream, made at the first call, and off by less than 0.0064 (with 99% confidence).
    pub fn cdf(&self, span: Duration) -> f64 {
        // The shares of a mixture may miss 1 by a rounding; at the end they must not.
        if span >= self.maximum().unwrap_or(LONGEST) {
            return 1.0;
        }
        self.law.cdf(span)
    }

    /// The shortest span at which [`cdf`](Self::cdf) reaches `probability`, to the nanosecond;
    /// [`LONGEST`] for probability 1 of a law without a maximum.
    ///
    /// # Panics
    /// When `probability` is not between 0 and 1.
    pub fn quantile(&self, probability: f64) -> Duration {
        assert!((0.0..=1.0).contains(&probability), "no quantile at {probability}");
        let most = self.maximum().unwrap_or(LONGEST);
        if probability == 1.0 {
            return most;
        }
        // The distribution function never falls, so halving the whole nanoseconds finds the span.
        let (mut low, mut high) = (0, most.nanos());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.cdf(Duration::from_nanos(middle)) < probability {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Duration::from_nanos(low)
    }

    /// The law as a short text, such as `lognormal(mean 4ms, cv 1.2)`.
    pub fn describe(&self) -> &str {
        &self.facts.text
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.describe())
    }
}

/// A law with what its constructor knows of it: mean in seconds, variance in seconds squared.
fn with_facts(
    law: Law,
    mean: f64,
    variance: f64,
    maximum: Option<Duration>,
    text: String,
) -> Distribution {
    Distribution { law, facts: Arc::new(Facts { mean, variance, maximum, text }) }
}
