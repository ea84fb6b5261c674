//! Constructors of the laws with a formula: parameters checked, moments known, text made.
//!
//! A refusal is one sentence that names the law and the parameter, to be shown beside the place in
//! the user's file.

use super::bounded_pareto::BoundedPareto;
use super::checks::{check_above, check_between, check_positive_span, check_span};
use super::law::Law;
use super::text::span_text;
use super::{Distribution, LONGEST, NANOS_PER_SECOND, special_functions, with_facts};
use crate::kernel::time::Duration;

/// The largest coefficient of variation accepted: beyond it no run is long enough for a mean.
const LARGEST_CV: f64 = 1000.0;

impl Distribution {
    /// No time at all.
    pub fn zero() -> Distribution {
        let span = Duration::ZERO;
        with_facts(Law::Constant(span), 0.0, 0.0, Some(span), span_text(span))
    }

    /// Always the same span.
    ///
    /// # Errors
    /// When the span is longer than [`LONGEST`].
    pub fn constant(span: Duration) -> Result<Distribution, String> {
        check_span("constant", "duration", span)?;
        Ok(with_facts(Law::Constant(span), span.seconds(), 0.0, Some(span), span_text(span)))
    }

    /// The law without memory: share above x is exp(-x / mean).
    ///
    /// # Errors
    /// When the mean is zero or longer than [`LONGEST`].
    pub fn exponential(mean: Duration) -> Result<Distribution, String> {
        check_positive_span("exponential", "mean", mean)?;
        let law = Law::Exponential { mean: mean.nanos() as f64 };
        let text = format!("exponential(mean {})", span_text(mean));
        let seconds = mean.seconds();
        Ok(with_facts(law, seconds, seconds * seconds, None, text))
    }

    /// A span whose logarithm is normal, by mean and coefficient of variation: the logarithm's
    /// variance is ln(1 + cv^2), the median mean / sqrt(1 + cv^2). A `cv` of 0 is a constant.
    ///
    /// # Errors
    /// When the mean is zero or longer than [`LONGEST`], or `cv` is not between 0 and 1000.
    pub fn lognormal_mean_cv(mean: Duration, cv: f64) -> Result<Distribution, String> {
        check_positive_span("lognormal", "mean", mean)?;
        check_between("lognormal", "cv", cv, 0.0, LARGEST_CV)?;
        let log_variance = libm::log1p(cv * cv);
        if log_variance == 0.0 {
            return Distribution::constant(mean);
        }
        let log_median = libm::log(mean.nanos() as f64) - 0.5 * log_variance;
        let law = Law::Lognormal { log_median, sigma: libm::sqrt(log_variance) };
        let text = format!("lognormal(mean {}, cv {cv})", span_text(mean));
        Ok(with_cv(law, mean, cv, text))
    }

    /// A span whose logarithm is normal, by two of its percentiles, each a probability strictly
    /// between 0 and 1 and its span, lower one first: the logarithm's standard deviation is the
    /// difference of the logarithms over the difference of the normal quantiles.
    ///
    /// # Errors
    /// When there are not exactly two, they do not rise, a span is zero or longer than
    /// [`LONGEST`], or the mean they lead to is longer than [`LONGEST`].
    pub fn lognormal_percentiles(percentiles: &[(f64, Duration)]) -> Result<Distribution, String> {
        let [(low, low_span), (high, high_span)] = *percentiles else {
            let given = percentiles.len();
            return Err(format!("lognormal: takes exactly two percentiles, not {given}"));
        };
        for (probability, span) in [(low, low_span), (high, high_span)] {
            if !(probability > 0.0 && probability < 1.0) {
                return Err(format!(
                    "lognormal: a percentile lies strictly between 0% and 100%, not at {}%",
                    probability * 100.0
                ));
            }
            check_positive_span("lognormal", &percentile_name(probability), span)?;
        }
        let (low_name, high_name) = (percentile_name(low), percentile_name(high));
        if low >= high || low_span >= high_span {
            return Err(format!(
                "lognormal: percentiles must rise, but `{low_name}` is {} and `{high_name}` is {}",
                span_text(low_span),
                span_text(high_span)
            ));
        }
        let (low_z, high_z) =
            (special_functions::normal_quantile(low), special_functions::normal_quantile(high));
        let low_log = libm::log(low_span.nanos() as f64);
        let sigma = (libm::log(high_span.nanos() as f64) - low_log) / (high_z - low_z);
        let log_median = low_log - sigma * low_z;
        let mean = libm::exp(log_median + 0.5 * sigma * sigma) / NANOS_PER_SECOND;
        if mean > LONGEST.seconds() {
            return Err(format!(
                "lognormal: `{low_name}` and `{high_name}` lie so far apart that the mean passes \
                 70 years"
            ));
        }
        let (low_text, high_text) = (span_text(low_span), span_text(high_span));
        let text = format!("lognormal({low_name} {low_text}, {high_name} {high_text})");
        let variance = mean * mean * libm::expm1(sigma * sigma);
        Ok(with_facts(Law::Lognormal { log_median, sigma }, mean, variance, None, text))
    }

    /// The gamma law by mean and coefficient of variation: shape 1 / cv^2, scale mean cv^2. A `cv`
    /// of 0 is a constant.
    ///
    /// # Errors
    /// When the mean is zero or longer than [`LONGEST`], or `cv` is neither 0 nor between 0.001
    /// and 1000.
    pub fn gamma(mean: Duration, cv: f64) -> Result<Distribution, String> {
        check_positive_span("gamma", "mean", mean)?;
        if cv == 0.0 {
            return Distribution::constant(mean);
        }
        check_between("gamma", "cv", cv, 0.001, LARGEST_CV)?;
        let shape = 1.0 / (cv * cv);
        let law = Law::Gamma { shape, scale: mean.nanos() as f64 / shape };
        Ok(with_cv(law, mean, cv, format!("gamma(mean {}, cv {cv})", span_text(mean))))
    }

    /// The sum of `stages` exponential spans of equal mean; its coefficient of variation is
    /// 1 / sqrt(stages).
    ///
    /// # Errors
    /// When the mean is zero or longer than [`LONGEST`], or `stages` is not between 1 and a
    /// million.
    pub fn erlang(mean: Duration, stages: u64) -> Result<Distribution, String> {
        check_positive_span("erlang", "mean", mean)?;
        if !(1..=1_000_000).contains(&stages) {
            return Err(format!("erlang: `stages` must lie between 1 and 1000000, not {stages}"));
        }
        let shape = stages as f64;
        let law = Law::Gamma { shape, scale: mean.nanos() as f64 / shape };
        let text = format!("erlang(mean {}, stages {stages})", span_text(mean));
        Ok(with_cv(law, mean, 1.0 / libm::sqrt(shape), text))
    }

    /// Two exponential laws, one of them chosen by chance, both bringing half of the mean
    /// ("balanced means": Whitt, "Approximating a point process by a renewal process I",
    /// Operations Research 30, 1982): the first is chosen with probability
    /// (1 + sqrt((cv^2 - 1) / (cv^2 + 1))) / 2.
    ///
    /// # Errors
    /// When the mean is zero or longer than [`LONGEST`], or `cv` is not above 1 and at most 1000.
    pub fn hyperexponential(mean: Duration, cv: f64) -> Result<Distribution, String> {
        check_positive_span("hyperexponential", "mean", mean)?;
        check_above("hyperexponential", "cv", cv, 1.0, LARGEST_CV)?;
        let square = cv * cv;
        let imbalance = libm::sqrt((square - 1.0) / (square + 1.0));
        // (1 - imbalance) / 2 without the cancellation that a large cv would bring.
        let second_share = 1.0 / ((square + 1.0) * (1.0 + imbalance));
        let first_share = 0.5 * (1.0 + imbalance);
        let half = 0.5 * mean.nanos() as f64;
        let law = Law::Hyperexponential {
            first_share,
            first_mean: half / first_share,
            second_mean: half / second_share,
        };
        let text = format!("hyperexponential(mean {}, cv {cv})", span_text(mean));
        Ok(with_cv(law, mean, cv, text))
    }

    /// Share above x is exp(-(x / scale)^shape), with scale = mean / Gamma(1 + 1/shape).
    ///
    /// # Errors
    /// When the mean is zero or longer than [`LONGEST`], or `shape` is not between 0.1 and 1000.
    pub fn weibull(mean: Duration, shape: f64) -> Result<Distribution, String> {
        check_positive_span("weibull", "mean", mean)?;
        check_between("weibull", "shape", shape, 0.1, 1000.0)?;
        let first = libm::tgamma(1.0 + 1.0 / shape);
        let second = libm::tgamma(1.0 + 2.0 / shape);
        let law = Law::Weibull { shape, scale: mean.nanos() as f64 / first };
        let cv = libm::sqrt(second / (first * first) - 1.0);
        Ok(with_cv(law, mean, cv, format!("weibull(mean {}, shape {shape})", span_text(mean))))
    }

    /// The Pareto law of type I: share above x is (least / x)^shape, with
    /// least = mean (shape - 1) / shape.
    ///
    /// # Errors
    /// When the mean is zero or longer than [`LONGEST`], or `shape` is not above 1 (where the mean
    /// would be infinite) and at most 1000.
    pub fn pareto(mean: Duration, shape: f64) -> Result<Distribution, String> {
        check_positive_span("pareto", "mean", mean)?;
        check_above("pareto", "shape", shape, 1.0, 1000.0)?;
        let law = Law::Pareto { shape, least: mean.nanos() as f64 * (shape - 1.0) / shape };
        let cv = if shape > 2.0 { 1.0 / libm::sqrt(shape * (shape - 2.0)) } else { f64::INFINITY };
        Ok(with_cv(law, mean, cv, format!("pareto(mean {}, shape {shape})", span_text(mean))))
    }

    /// The Pareto law cut off at `max`; its lower bound is solved so that the mean holds.
    ///
    /// # Errors
    /// When the mean is zero, `max` is not longer than the mean or longer than [`LONGEST`], or
    /// `shape` is not between 0.1 and 1000.
    pub fn bounded_pareto(
        mean: Duration,
        shape: f64,
        max: Duration,
    ) -> Result<Distribution, String> {
        check_positive_span("pareto", "mean", mean)?;
        check_between("pareto", "shape", shape, 0.1, 1000.0)?;
        check_span("pareto", "max", max)?;
        if max <= mean {
            return Err(format!(
                "pareto: `max` must be longer than `mean`, {}, not {}",
                span_text(mean),
                span_text(max)
            ));
        }
        let law = BoundedPareto::with_mean(mean.nanos() as f64, shape, max.nanos() as f64);
        let seconds = mean.seconds();
        let variance = law.moment(2.0) / (NANOS_PER_SECOND * NANOS_PER_SECOND) - seconds * seconds;
        let (mean_text, max_text) = (span_text(mean), span_text(max));
        let text = format!("pareto(mean {mean_text}, shape {shape}, max {max_text})");
        Ok(with_facts(Law::BoundedPareto(law), seconds, variance.max(0.0), Some(max), text))
    }

    /// Every whole nanosecond from `min` to `max`, both included, is equally likely.
    ///
    /// # Errors
    /// When `min` is longer than `max`, or `max` longer than [`LONGEST`].
    pub fn uniform(min: Duration, max: Duration) -> Result<Distribution, String> {
        check_span("uniform", "max", max)?;
        let (min_text, max_text) = (span_text(min), span_text(max));
        if min > max {
            return Err(format!(
                "uniform: `min` must be at most as long as `max`, {max_text}, not {min_text}"
            ));
        }
        if min == max {
            return Distribution::constant(min);
        }
        let law = Law::Uniform { least: min.nanos(), most: max.nanos() };
        let width = (max.nanos() - min.nanos()) as f64 / NANOS_PER_SECOND;
        // n equally likely numbers one step apart: (n^2 - 1) / 12 steps squared.
        let variance = width * (width + 2.0 / NANOS_PER_SECOND) / 12.0;
        let text = format!("uniform(min {min_text}, max {max_text})");
        Ok(with_facts(law, 0.5 * (min.seconds() + max.seconds()), variance, Some(max), text))
    }
}

/// A law without a maximum, by its mean and coefficient of variation.
fn with_cv(law: Law, mean: Duration, cv: f64, text: String) -> Distribution {
    let deviation = mean.seconds() * cv;
    with_facts(law, mean.seconds(), deviation * deviation, None, text)
}

/// A percentile as scenarios spell it: `p50`, `p999`.
fn percentile_name(probability: f64) -> String {
    let decimal = probability.to_string();
    format!("p{:0<2}", decimal.trim_start_matches("0."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_nanos(1_000_000);
    const TEN_MS: Duration = Duration::from_nanos(10_000_000);
    const TOO_LONG: Duration = Duration::from_nanos(LONGEST.nanos() + 1);

    #[test]
    fn wrong_parameters_are_refused_by_name() {
        let zero = Duration::ZERO;
        let percentiles = Distribution::lognormal_percentiles;
        for (law, message) in [
            (Distribution::constant(TOO_LONG), "`duration` must not be longer than 70 years"),
            (Distribution::exponential(zero), "exponential: `mean` must be longer than 0s"),
            (Distribution::exponential(TOO_LONG), "`mean` must not be longer than 70 years"),
            (Distribution::lognormal_mean_cv(MS, -1.0), "`cv` must lie between 0 and 1000, not -1"),
            (Distribution::lognormal_mean_cv(MS, f64::NAN), "not NaN"),
            (percentiles(&[(0.5, MS)]), "takes exactly two percentiles, not 1"),
            (percentiles(&[(0.5, MS), (1.0, TEN_MS)]), "strictly between 0% and 100%, not at 100%"),
            (percentiles(&[(0.5, zero), (0.99, MS)]), "`p50` must be longer than 0s"),
            (
                percentiles(&[(0.5, TEN_MS), (0.999, MS)]),
                "percentiles must rise, but `p50` is 10ms and `p999` is 1ms",
            ),
            (percentiles(&[(0.5, MS), (0.51, TEN_MS)]), "the mean passes 70 years"),
            (Distribution::gamma(MS, 1e-4), "gamma: `cv` must lie between 0.001 and 1000"),
            (Distribution::erlang(MS, 0), "`stages` must lie between 1 and 1000000, not 0"),
            (Distribution::hyperexponential(MS, 1.0), "`cv` must be above 1 and at most 1000"),
            (Distribution::weibull(MS, 0.0), "weibull: `shape` must lie between 0.1 and 1000"),
            (Distribution::pareto(MS, 1.0), "pareto: `shape` must be above 1 and at most 1000"),
            (Distribution::bounded_pareto(MS, 0.0, TEN_MS), "`shape` must lie between 0.1 and"),
            (
                Distribution::bounded_pareto(TEN_MS, 1.5, MS),
                "pareto: `max` must be longer than `mean`, 10ms, not 1ms",
            ),
            (
                Distribution::uniform(TEN_MS, MS),
                "uniform: `min` must be at most as long as `max`, 1ms, not 10ms",
            ),
        ] {
            let refusal = law.expect_err(message);
            assert!(refusal.contains(message), "{refusal:?} does not say {message:?}");
        }
    }

    #[test]
    fn laws_describe_themselves_in_the_scenario_s_words() {
        let percentiles = [(0.5, MS), (0.99, TEN_MS)];
        for (law, text) in [
            (Distribution::constant(MS), "1ms"),
            (Distribution::exponential(MS), "exponential(mean 1ms)"),
            (Distribution::lognormal_mean_cv(MS, 1.2), "lognormal(mean 1ms, cv 1.2)"),
            (Distribution::lognormal_percentiles(&percentiles), "lognormal(p50 1ms, p99 10ms)"),
            (Distribution::gamma(MS, 0.5), "gamma(mean 1ms, cv 0.5)"),
            (Distribution::erlang(MS, 3), "erlang(mean 1ms, stages 3)"),
            (Distribution::hyperexponential(MS, 2.0), "hyperexponential(mean 1ms, cv 2)"),
            (Distribution::weibull(MS, 0.7), "weibull(mean 1ms, shape 0.7)"),
            (Distribution::pareto(MS, 1.5), "pareto(mean 1ms, shape 1.5)"),
            (
                Distribution::bounded_pareto(MS, 1.5, TEN_MS),
                "pareto(mean 1ms, shape 1.5, max 10ms)",
            ),
            (Distribution::uniform(MS, TEN_MS), "uniform(min 1ms, max 10ms)"),
        ] {
            assert_eq!(law.expect("right parameters").to_string(), text);
        }
    }

    /// Two percentiles a factor e apart at one standard deviation: sigma 1, so the mean is the
    /// median times exp(1/2) and the squared variation e - 1.
    #[test]
    fn percentiles_give_the_moments_of_the_lognormal() {
        let high = Duration::from_seconds(1e-3 * std::f64::consts::E);
        let one_deviation = special_functions::normal_cdf(1.0);
        let law = Distribution::lognormal_percentiles(&[(0.5, MS), (one_deviation, high)]);
        let law = law.expect("rising percentiles");
        assert!((law.mean() / (1e-3 * libm::exp(0.5)) - 1.0).abs() < 1e-6);
        assert!((law.squared_variation() - (std::f64::consts::E - 1.0)).abs() < 1e-5);
    }
}
