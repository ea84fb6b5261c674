//! What a law is once its parameters are checked: how to draw from it, and its distribution
//! function.

use std::sync::{Arc, OnceLock};

use super::exponential_function::exp;
use super::{Distribution, LONGEST, bounded_pareto, gamma, special_functions, ziggurat};
use crate::kernel::random::{Draw, Stream};
use crate::kernel::time::Duration;

/// Draws from which the distribution function of a sum is read. By the inequality of Dvoretzky,
/// Kiefer, Wolfowitz and Massart it is off by less than 0.0064 everywhere, with 99% confidence.
const DRAWS_OF_A_SUM: u64 = 1 << 16;

/// A law with checked parameters. Scales are nanoseconds.
#[derive(Clone, Debug)]
pub(super) enum Law {
    Constant(Duration),
    Exponential { mean: f64 },
    Lognormal { log_median: f64, sigma: f64 },
    Gamma { shape: f64, scale: f64 },
    Hyperexponential { first_share: f64, first_mean: f64, second_mean: f64 },
    Weibull { shape: f64, scale: f64 },
    Pareto { shape: f64, least: f64 },
    BoundedPareto(bounded_pareto::BoundedPareto),
    Uniform { least: u64, most: u64 },
    Empirical(Arc<[Duration]>),
    Mixture(Arc<[Part]>),
    Sum(Arc<Sum>),
}

/// One law of a mixture.
#[derive(Debug)]
pub(super) struct Part {
    /// The share of all draws that this law or one before it serves.
    pub until: f64,
    /// The share of all draws that this law serves.
    pub share: f64,
    /// The law itself.
    pub of: Distribution,
}

/// Laws whose independent draws are added.
#[derive(Debug)]
pub(super) struct Sum {
    pub parts: Vec<Distribution>,
    /// Sorted draws, made when the distribution function is first asked for.
    pub sorted_draws: OnceLock<Vec<Duration>>,
}

/// A drawn span: to the nearest nanosecond, at most [`LONGEST`].
#[inline]
fn rounded(nanos: f64) -> Duration {
    // Below 2^63, the way over a signed integer is the shorter one.
    let whole = (nanos + 0.5).min(LONGEST.nanos() as f64) as i64;
    Duration::from_nanos(whole.cast_unsigned())
}

impl Law {
    /// Draws one span. The laws of nearly all models are drawn in place, without a call.
    #[inline]
    pub fn sample(&self, draw: &mut Draw) -> Duration {
        match self {
            Law::Constant(span) => *span,
            Law::Exponential { mean } => rounded(mean * ziggurat::exponential(draw)),
            Law::Lognormal { log_median, sigma } => {
                rounded(exp(log_median + sigma * ziggurat::normal(draw)))
            }
            _ => self.sample_rarer(draw),
        }
    }

    /// Draws one span of a law that [`sample`](Self::sample) does not draw in place.
    #[inline(never)]
    fn sample_rarer(&self, draw: &mut Draw) -> Duration {
        let nanos = match self {
            Law::Constant(_) | Law::Exponential { .. } | Law::Lognormal { .. } => {
                unreachable!("this law is drawn in place")
            }
            Law::Gamma { shape, scale } => scale * gamma::standard_gamma(*shape, draw),
            Law::Hyperexponential { first_share, first_mean, second_mean } => {
                let mean = if draw.chance(*first_share) { first_mean } else { second_mean };
                mean * ziggurat::exponential(draw)
            }
            // An exponential variate to the power 1 / shape; exp and log are quicker than pow.
            Law::Weibull { shape, scale } => {
                scale * exp(libm::log(ziggurat::exponential(draw)) / shape)
            }
            // The logarithm of a Pareto variate is exponential.
            Law::Pareto { shape, least } => least * exp(ziggurat::exponential(draw) / shape),
            Law::BoundedPareto(law) => law.sample(draw),
            Law::Uniform { least, most } => {
                return Duration::from_nanos(least + draw.below(most - least + 1));
            }
            Law::Empirical(samples) => return samples[draw.below(samples.len() as u64) as usize],
            Law::Mixture(parts) => {
                let place = draw.unit();
                let last = parts.len() - 1;
                let chosen = parts[..last].iter().find(|part| place < part.until);
                return chosen.unwrap_or(&parts[last]).of.sample(draw);
            }
            Law::Sum(sum) => return sum.sample(draw),
        };
        rounded(nanos)
    }

    /// The share of drawn spans, rounded as they are, that last at most `span`.
    pub fn cdf(&self, span: Duration) -> f64 {
        // All that lies below the next half nanosecond is rounded to `span` or less.
        let nanos = span.nanos() as f64 + 0.5;
        match self {
            Law::Constant(constant) => f64::from(span >= *constant),
            Law::Exponential { mean } => exponential_cdf(nanos, *mean),
            Law::Lognormal { log_median, sigma } => {
                special_functions::normal_cdf((libm::log(nanos) - log_median) / sigma)
            }
            Law::Gamma { shape, scale } => {
                special_functions::regularised_gamma(*shape, nanos / scale)
            }
            Law::Hyperexponential { first_share, first_mean, second_mean } => {
                first_share * exponential_cdf(nanos, *first_mean)
                    + (1.0 - first_share) * exponential_cdf(nanos, *second_mean)
            }
            Law::Weibull { shape, scale } => -libm::expm1(-libm::pow(nanos / scale, *shape)),
            Law::Pareto { shape, least } if nanos > *least => {
                1.0 - libm::pow(least / nanos, *shape)
            }
            Law::Pareto { .. } => 0.0,
            Law::BoundedPareto(law) => law.cdf(nanos),
            Law::Uniform { least, most } => {
                let inside = (span.nanos() + 1).saturating_sub(*least) as f64;
                (inside / (most - least + 1) as f64).min(1.0)
            }
            Law::Empirical(samples) => share_up_to(samples, span),
            Law::Mixture(parts) => {
                let total: f64 = parts.iter().map(|part| part.share * part.of.cdf(span)).sum();
                total.min(1.0)
            }
            Law::Sum(sum) => share_up_to(sum.sorted_draws.get_or_init(|| sum.draws()), span),
        }
    }
}

impl Sum {
    /// One draw of every part, added up; at most [`LONGEST`].
    fn sample(&self, draw: &mut Draw) -> Duration {
        // Every part is at most 70 years, so the sum is capped before it could overflow.
        let add = |total: Duration, part: &Distribution| (total + part.sample(draw)).min(LONGEST);
        self.parts.iter().fold(Duration::ZERO, add)
    }

    /// The sorted draws behind the distribution function, from a stream that nothing else uses.
    fn draws(&self) -> Vec<Duration> {
        const STREAM: Stream = Stream::new(0, 0, "distribution", "sum");
        let mut draws: Vec<Duration> =
            (0..DRAWS_OF_A_SUM).map(|identity| self.sample(&mut STREAM.draw(identity))).collect();
        draws.sort_unstable();
        draws
    }
}

/// The share of an exponential variate of this mean at or below `nanos`.
fn exponential_cdf(nanos: f64, mean: f64) -> f64 {
    -libm::expm1(-nanos / mean)
}

/// The share of sorted samples that last at most `span`.
fn share_up_to(samples: &[Duration], span: Duration) -> f64 {
    samples.partition_point(|sample| *sample <= span) as f64 / samples.len() as f64
}
