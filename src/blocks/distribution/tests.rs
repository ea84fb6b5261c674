//! Every law against theory, against an independent implementation, and against its own past.

use rand_distr::Distribution as _;

use super::{Distribution, LONGEST, ziggurat};
use crate::kernel::random::{Draw, Stream};
use crate::kernel::time::Duration;

/// The seed of all statistical tests here; it is never changed to make one pass.
pub(super) const TEST_SEED: u64 = 20_261_120;

const DRAWS: u64 = 300_000;

fn micros(micros: u64) -> Duration {
    Duration::from_nanos(micros * 1000)
}

/// One or more of each law, by name, with moderate parameters.
fn laws() -> Vec<(&'static str, Distribution)> {
    let (ms, tail) = (micros(1000), micros(20_000));
    let measured = (1..=500).map(|index| micros(index * index)).collect();
    let exponential = Distribution::exponential(ms);
    let made = [
        ("constant", Distribution::constant(ms)),
        ("exponential", exponential.clone()),
        ("lognormal", Distribution::lognormal_mean_cv(ms, 1.2)),
        ("percentiles", Distribution::lognormal_percentiles(&[(0.5, ms), (0.99, tail)])),
        ("gamma_flat", Distribution::gamma(ms, 0.4)),
        ("gamma_steep", Distribution::gamma(ms, 1.7)),
        ("erlang", Distribution::erlang(ms, 3)),
        ("hyperexponential", Distribution::hyperexponential(ms, 2.0)),
        ("weibull_steep", Distribution::weibull(ms, 0.7)),
        ("weibull_flat", Distribution::weibull(ms, 2.5)),
        ("pareto", Distribution::pareto(ms, 6.0)),
        ("pareto_heavy", Distribution::pareto(ms, 1.5)),
        ("bounded_pareto", Distribution::bounded_pareto(ms, 1.3, tail)),
        ("uniform", Distribution::uniform(ms, tail)),
        ("uniform_narrow", Distribution::uniform(ms, Duration::from_nanos(1_000_004))),
        ("tiny", Distribution::exponential(Duration::from_nanos(5))),
        ("empirical", Distribution::empirical(measured)),
        ("mixture", mixture(&[(0.9, constant_half(ms)), (0.1, exponential.clone())])),
        ("sum", sum(vec![Distribution::constant(ms), exponential, Distribution::gamma(ms, 2.0)])),
    ];
    made.map(|(name, law)| (name, law.expect("the parameters of the tests are right"))).into()
}

fn constant_half(span: Duration) -> Result<Distribution, String> {
    Distribution::constant(Duration::from_nanos(span.nanos() / 2))
}

fn mixture(parts: &[(f64, Result<Distribution, String>)]) -> Result<Distribution, String> {
    let parts: Result<_, String> =
        parts.iter().map(|(share, of)| of.clone().map(|of| (*share, of))).collect();
    Distribution::mixture(parts?)
}

fn sum(parts: Vec<Result<Distribution, String>>) -> Result<Distribution, String> {
    Distribution::sum(parts.into_iter().collect::<Result<_, _>>()?)
}

/// Draws as the simulator makes them: a fresh generator for every job.
fn keyed<T>(name: &str, sample: impl Fn(&mut Draw) -> T) -> Vec<T> {
    let stream = Stream::new(TEST_SEED, 0, name, "law");
    (0..DRAWS).map(|job| sample(&mut stream.draw(job))).collect()
}

/// Mean and variance within 4 and 5 standard errors. The error of the mean comes from the law's
/// own variance, that of the variance from the sample's fourth moment, which is itself uncertain:
/// hence 5. Laws whose fourth moment is too wild for that are judged by their mean alone, and the
/// one without a variance by its distribution function (next test).
#[test]
fn moments_meet_their_formulas() {
    for (name, law) in laws() {
        if law.variance().is_infinite() {
            continue;
        }
        let values: Vec<f64> = keyed(name, |draw| law.sample(draw).seconds());
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let allowed = 4.0 * libm::sqrt(law.variance() / count) + 1e-15;
        assert!((mean - law.mean()).abs() < allowed, "{name}: mean {mean}, not {}", law.mean());
        if ["percentiles", "tiny"].contains(&name) {
            continue;
        }
        let squares = values.iter().map(|value| (value - law.mean()) * (value - law.mean()));
        let variance = squares.clone().sum::<f64>() / count;
        let fourth = squares.map(|square| square * square).sum::<f64>() / count;
        let allowed = 5.0 * libm::sqrt((fourth - variance * variance).max(0.0) / count) + 1e-24;
        let off = (variance - law.variance()).abs();
        assert!(off < allowed, "{name}: variance {variance}, not {}", law.variance());
    }
}

/// The distance of Kolmogorov and Smirnov stays below its 99.9% point, 1.949 / sqrt(n); for a sum,
/// whose distribution function is itself read from 65,536 draws, below that of two samples.
#[test]
fn draws_follow_the_distribution_function() {
    for (name, law) in laws() {
        let mut spans = keyed(name, |draw| law.sample(draw));
        spans.sort_unstable();
        let count = spans.len() as f64;
        let mut distance = 0.0_f64;
        let mut below = 0;
        for tied in spans.chunk_by(|one, other| one == other) {
            let span = tied[0];
            let before = span.nanos().checked_sub(1).map(Duration::from_nanos);
            let share_before = before.map_or(0.0, |before| law.cdf(before));
            distance = distance.max((share_before - below as f64 / count).abs());
            below += tied.len();
            distance = distance.max((law.cdf(span) - below as f64 / count).abs());
        }
        let inverse_counts = if name == "sum" { 1.0 / count + 1.0 / 65_536.0 } else { 1.0 / count };
        let critical = 1.949 * libm::sqrt(inverse_counts);
        assert!(distance < critical, "{name}: distance {distance}, critical {critical}");
    }
}

/// The quantile is the first nanosecond at which the distribution function reaches the probability,
/// so it is what its own probability leads back to.
#[test]
fn quantiles_invert_the_distribution_function() {
    for (name, law) in laws() {
        for probability in [0.001, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999] {
            let span = law.quantile(probability);
            assert!(law.cdf(span) >= probability, "{name} at {probability}");
            if let Some(before) = span.nanos().checked_sub(1) {
                let before = law.cdf(Duration::from_nanos(before));
                assert!(before < probability, "{name} at {probability}: {before} before");
            }
            assert_eq!(law.quantile(law.cdf(span)), span, "{name} at {probability}");
        }
        assert_eq!(law.quantile(1.0), law.maximum().unwrap_or(LONGEST), "{name}");
    }
}

/// The percentiles that were asked for are those of the law.
#[test]
fn lognormal_percentiles_hold() {
    let asked = [(0.5, micros(3000)), (0.999, micros(20_000))];
    let law = Distribution::lognormal_percentiles(&asked).expect("rising percentiles");
    for (probability, span) in asked {
        assert!(law.quantile(probability).nanos().abs_diff(span.nanos()) <= 1);
    }
}

/// Two samples, ours and that of an independent library, stay closer than the 99.9% point of
/// Kolmogorov and Smirnov for two samples of n: 1.949 sqrt(2 / n).
fn assert_same_law(name: &str, ours: impl Fn(&mut Draw) -> f64, theirs: impl Fn(&mut Draw) -> f64) {
    let mut ours = keyed(name, ours);
    let mut theirs = keyed(&format!("{name} of the oracle"), theirs);
    ours.sort_unstable_by(f64::total_cmp);
    theirs.sort_unstable_by(f64::total_cmp);
    let count = DRAWS as f64;
    let distance = ours
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let share = (index + 1) as f64 / count;
            (share - theirs.partition_point(|other| other <= value) as f64 / count).abs()
        })
        .fold(0.0, f64::max);
    let critical = 1.949 * libm::sqrt(2.0 / count);
    assert!(distance < critical, "{name}: distance {distance}, critical {critical}");
}

#[test]
fn variates_agree_with_an_independent_library() {
    assert_same_law("normal", ziggurat::normal, |draw| rand_distr::StandardNormal.sample(draw));
    assert_same_law("exponential", ziggurat::exponential, |draw| rand_distr::Exp1.sample(draw));
    let check =
        |name: &str, ours: Result<Distribution, String>, theirs: &dyn Fn(&mut Draw) -> f64| {
            let ours = ours.expect("the parameters of the tests are right");
            assert_same_law(name, |draw| ours.sample(draw).seconds(), theirs);
        };
    let second = micros(1_000_000);
    // Variance of the logarithm ln(1 + cv^2) = ln 2 for cv 1, mean of the logarithm -ln(2) / 2.
    let log_variance = libm::log(2.0);
    let oracle = rand_distr::LogNormal::new(-0.5 * log_variance, libm::sqrt(log_variance));
    let oracle = oracle.expect("a positive deviation");
    check("lognormal", Distribution::lognormal_mean_cv(second, 1.0), &|draw| oracle.sample(draw));
    for (name, cv) in [("gamma 4", 0.5), ("gamma 1/4", 2.0)] {
        let oracle = rand_distr::Gamma::new(1.0 / (cv * cv), cv * cv).expect("a positive shape");
        check(name, Distribution::gamma(second, cv), &|draw| oracle.sample(draw));
    }
    // Gamma(1 + 1/2) = sqrt(pi) / 2.
    let scale = 2.0 / libm::sqrt(std::f64::consts::PI);
    let oracle = rand_distr::Weibull::new(scale, 2.0).expect("a positive scale");
    check("weibull", Distribution::weibull(second, 2.0), &|draw| oracle.sample(draw));
    let oracle = rand_distr::Pareto::new(0.6, 2.5).expect("a positive scale");
    check("pareto", Distribution::pareto(second, 2.5), &|draw| oracle.sample(draw));
}

/// A tail that would leave the clock's range is cut at 70 years, and the distribution function
/// knows it.
#[test]
fn endless_tails_stop_at_seventy_years() {
    let law = Distribution::pareto(LONGEST, 1.001).expect("the longest mean");
    let longest = keyed("longest", |draw| law.sample(draw)).into_iter().max();
    assert_eq!(longest, Some(LONGEST));
    assert_eq!(law.cdf(LONGEST), 1.0);
    let twice = Distribution::sum(vec![Distribution::pareto(micros(1), 1.001).expect("fine"), law]);
    let twice = twice.expect_err("the means pass 70 years");
    assert!(twice.contains("70 years"), "{twice}");
}

#[test]
fn degenerate_laws_are_constants() {
    let span = micros(7);
    let half = Distribution::constant(span).expect("a short span");
    for law in [
        Distribution::lognormal_mean_cv(span, 0.0),
        Distribution::gamma(span, 0.0),
        Distribution::uniform(span, span),
        Distribution::empirical(vec![span; 3]),
        Distribution::mixture(vec![(1.0, half.clone()), (0.0, half)]),
    ] {
        assert_eq!(law.expect("a right law").is_constant(), Some(span));
    }
}

/// Laws cross threads with the model that holds them.
#[test]
fn laws_are_shared_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Distribution>();
}

/// A law of any kind from wild numbers, or the refusal of its constructor.
fn wild(kind: u8, mean: u64, number: f64, other: u64) -> Result<Distribution, String> {
    let (mean, other) = (Duration::from_nanos(mean), Duration::from_nanos(other));
    match kind {
        0 => Distribution::constant(mean),
        1 => Distribution::exponential(mean),
        2 => Distribution::lognormal_mean_cv(mean, number),
        3 => Distribution::lognormal_percentiles(&[(0.5, mean), (1.0 - number / 2000.0, other)]),
        4 => Distribution::gamma(mean, number),
        5 => Distribution::erlang(mean, number as u64),
        6 => Distribution::hyperexponential(mean, number),
        7 => Distribution::weibull(mean, number),
        8 => Distribution::pareto(mean, number),
        9 => Distribution::bounded_pareto(mean, number, other),
        _ => Distribution::uniform(mean, other),
    }
}

proptest::proptest! {
    /// Whatever a constructor accepts can be used: draws lie in the law's range, the distribution
    /// function stays between 0 and 1 and never falls, quantiles never fall.
    #[test]
    fn an_accepted_law_can_be_used(
        kind in 0u8..11,
        mean_bits in 0u32..62,
        number_exponent in -10.0f64..10.0,
        other_bits in 0u32..62,
        noise in proptest::num::u64::ANY,
    ) {
        let number = libm::exp2(number_exponent);
        let (mean, other) = ((1 << mean_bits) | noise >> 34, (1 << other_bits) | noise >> 30);
        if let Ok(law) = wild(kind, mean, number, other) {
            let stream = Stream::new(TEST_SEED, 0, "wild", "law");
            let most = law.maximum().unwrap_or(LONGEST);
            for job in 0..20 {
                let span = law.sample(&mut stream.draw(noise.wrapping_add(job)));
                proptest::prop_assert!(span <= most, "{law}: {span:?} is above its maximum");
            }
            let quantiles = [0.0, 0.01, 0.5, 0.9, 0.999, 1.0].map(|share| law.quantile(share));
            proptest::prop_assert!(quantiles.is_sorted(), "{law}: {quantiles:?}");
            let shares = quantiles.map(|span| law.cdf(span));
            proptest::prop_assert!(shares.is_sorted(), "{law}: {shares:?}");
            proptest::prop_assert!(shares[0] >= 0.0 && shares[5] == 1.0, "{law}: {shares:?}");
            proptest::prop_assert!(law.mean().is_finite() && law.variance() >= 0.0);
        }
    }
}

/// The first draws of every law, in nanoseconds: whatever moves them moves every result, on any
/// platform, and needs a line in the change log.
#[test]
fn first_draws_are_pinned() {
    let pinned: [(&str, [u64; 3]); 19] = [
        ("constant", [1_000_000, 1_000_000, 1_000_000]),
        ("exponential", [215_091, 223_384, 540_075]),
        ("lognormal", [920_645, 615_709, 1_811_036]),
        ("percentiles", [1_641_113, 948_237, 4_128_328]),
        ("gamma_flat", [1_104_412, 930_694, 1_443_092]),
        ("gamma_steep", [1_539_758, 830_194, 1_402_649]),
        ("erlang", [1_115_158, 866_611, 1_633_021]),
        ("hyperexponential", [743_101, 194_262, 284_959]),
        ("weibull_steep", [87_949, 92_833, 327_656]),
        ("weibull_flat", [609_531, 618_825, 880_904]),
        ("pareto", [863_749, 864_944, 911_823]),
        ("pareto_heavy", [384_728, 386_861, 477_800]),
        ("bounded_pareto", [356_990, 3_292_683, 488_713]),
        ("uniform", [3_288_538, 19_154_276, 8_920_470]),
        ("uniform_narrow", [1_000_000, 1_000_004, 1_000_002]),
        ("tiny", [1, 1, 3]),
        ("empirical", [3_721_000, 228_484_000, 43_681_000]),
        ("mixture", [500_000, 43_787, 500_000]),
        ("sum", [1_227_841, 1_224_346, 2_043_449]),
    ];
    let stream = Stream::new(42, 0, "pinned", "law");
    let drawn: Vec<(&str, [u64; 3])> = laws()
        .into_iter()
        .map(|(name, law)| (name, [0, 1, 2].map(|job| law.sample(&mut stream.draw(job)).nanos())))
        .collect();
    assert_eq!(drawn, pinned);
}
