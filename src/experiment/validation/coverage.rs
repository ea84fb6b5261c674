//! How often 95% intervals hold the truth: the same experiment from many seeds.
//!
//! A [`CoverageCase`] is any experiment whose truth is known: it is told a seed and answers, for
//! each of its quantities, whether the interval it found holds the truth. Over many seeds the
//! number that do must lie in the binomial range of 95%.
//!
//! What must hold: seeds are derived from one root seed and the name of the case, so a case keeps
//! its seeds whatever else is run, and more seeds begin with the fewer ones; a missing interval
//! covers nothing.

use rayon::prelude::*;

use super::case::{compiled, metric};
use super::formulas::mm1_response_quantile;
use super::table::SEED;
use crate::experiment::graduation::result::{Outcome, ThresholdGraduation};
use crate::experiment::graduation::search::Crossing;
use crate::experiment::graduation::{Ask, Watch, graduate};
use crate::experiment::{self, Breach, Options};
use crate::kernel::random::{hash_name, mix};
use crate::language::diagnostic::Problems;
use crate::language::source::Sources;
use crate::measure::statistics::simultaneous::binomial_range;
use crate::model::Variants;

/// The level of the intervals.
pub const LEVEL: f64 = 0.95;
/// The level of the range that the number of intervals which hold the truth must lie in.
pub const RANGE_LEVEL: f64 = 0.999;
/// Repeats behind each interval: as many as a run has when nothing else is said.
const REPEATS: u32 = 8;
/// Requests of a repeat, times (1 - load)^2: fewer tell little of a queue.
const LENGTH: f64 = 500.0;
/// Simulated over measured requests: the warm-up is a tenth.
const OVERHEAD: f64 = 1.1;

/// Called with the number of requests simulated since the last call, from several threads.
pub type Progress<'p> = &'p (dyn Fn(u64) + Sync);

/// Runs an experiment from a seed: for each quantity, whether its interval holds the truth.
pub type Covers = Box<dyn Fn(u64, Progress<'_>) -> Result<Vec<bool>, Breach> + Send + Sync>;

/// An experiment whose truth is known.
pub struct CoverageCase {
    /// What tells the case from all others.
    pub name: String,
    /// What has an interval, in the order of the answers of `covers`.
    pub quantities: Vec<String>,
    /// Requests that one seed simulates about, for a progress bar.
    pub requests: u64,
    /// The experiment.
    pub covers: Covers,
}

/// How often intervals held the truth.
#[derive(Clone, PartialEq, Debug)]
pub struct Coverage {
    /// Seeds of each case.
    pub seeds: u32,
    /// A row a quantity, in the order of the cases.
    pub rows: Vec<CoverageRow>,
}

impl Coverage {
    /// Whether every count lies in its range.
    pub fn passes(&self) -> bool {
        self.rows.iter().all(CoverageRow::passes)
    }
}

/// How often the intervals of one quantity held the truth.
#[derive(Clone, PartialEq, Debug)]
pub struct CoverageRow {
    /// The case.
    pub case: String,
    /// What has the interval.
    pub quantity: String,
    /// Seeds, so intervals.
    pub seeds: u32,
    /// Intervals that held the truth.
    pub covered: u32,
    /// The fewest and the most of them to expect.
    pub range: (u32, u32),
}

impl CoverageRow {
    /// Whether the count lies in its range.
    pub fn passes(&self) -> bool {
        (self.range.0..=self.range.1).contains(&self.covered)
    }

    /// The share of intervals that held the truth.
    pub fn share(&self) -> f64 {
        f64::from(self.covered) / f64::from(self.seeds)
    }
}

/// M/M/1 at load 0.8 and 0.95.
///
/// What queues do is skewed, and eight repeats of it promise a little too much: over 10,000 seeds
/// at 0.8, 94.3% of the intervals of the mean hold it and 94.1% of those of the 95th percentile;
/// with 32 repeats, 94.9% and 95.3% of 4,000.
///
/// Then the crossings that `simscale graduate` finds at loads from 0.7 to 0.98.
pub fn cases() -> Vec<CoverageCase> {
    vec![mm1(800), mm1(950), crossings(&[0.7, 0.85, 0.94, 0.98])]
}

/// M/M/1 of as many users as make a load: thresholds on the 95th percentile that are crossed at
/// these loads, and the intervals of where a search to 2% finds them.
pub fn crossings(loads: &[f64]) -> CoverageCase {
    /// Users that fill the server: each asks once a minute for 1 ms.
    const FULL: f64 = 60_000.0;
    /// Requests of a search, about (measured), over 1 / (1 - load).
    const EFFORT: f64 = 600_000.0;
    let thresholds: Vec<String> = loads
        .iter()
        .map(|load| {
            let nanos = mm1_response_quantile(0.001, *load, 0.95) * 1e9;
            format!("at_{:.0} = \"response_time.p95 > {nanos:.0}ns\"", 100.0 * load)
        })
        .collect();
    let scenario = format!(
        "entry = \"app\"\n\
         users = {{ count = \"30K\", rate = \"1/min\" }}\n\
         components.app = {{ kind = \"service\", workers = 1, queue_limit = \"unlimited\", \
         service_time = {{ exponential = \"1ms\" }} }}\n\
         [graduate]\n{}\n",
        thresholds.join("\n")
    );
    let truths: Vec<f64> = loads.iter().map(|load| FULL * load).collect();
    let covers = move |seed: u64, progress: Progress<'_>| {
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        let text = format!("run.seed = {seed}\n{scenario}");
        let variants = Variants::parse("crossings", &text, &mut sources, &mut problems);
        let variants = variants.unwrap_or_else(|| panic!("{}", problems.render(&sources, false)));
        let ask = Ask { precision: 0.02, range: (20_000, 10_000_000) };
        let found = graduate(&[(variants, sources)], ask, &Advance(progress))?;
        let holds = |(threshold, truth): (&ThresholdGraduation, &f64)| match threshold.outcome {
            Outcome::Crossed(Crossing { interval: (low, high), .. }) => {
                low <= *truth && *truth <= high
            }
            _ => false,
        };
        Ok(std::iter::zip(&found[0].thresholds, &truths).map(holds).collect())
    };
    CoverageCase {
        name: "crossings of M/M/1".to_owned(),
        quantities: loads.iter().map(|load| format!("users at load {load}")).collect(),
        requests: loads.iter().map(|load| (EFFORT / (1.0 - load)) as u64).sum(),
        covers: Box::new(covers),
    }
}

/// Passes on what was simulated; what is to come is not known.
struct Advance<'p>(Progress<'p>);

impl Watch for Advance<'_> {
    fn expect(&self, _requests: u64) {}

    fn advance(&self, requests: u64) {
        (self.0)(requests);
    }
}

/// M/M/1 with service times of mean 1 ms and `rate` requests a second: intervals of the mean and of
/// the 95th percentile of the response time, as a run prints them.
///
/// # Panics
/// When the rate is not below 1000 a second.
pub fn mm1(rate: u32) -> CoverageCase {
    const SERVICE: f64 = 0.001;
    assert!(rate < 1000, "{rate} a second are more than a server can do");
    let load = f64::from(rate) / 1000.0;
    let requests = (LENGTH / ((1.0 - load) * (1.0 - load))).round() as u64;
    let truths = [
        ("response_time.mean", SERVICE / (1.0 - load)),
        ("response_time.p95", mm1_response_quantile(SERVICE, load, 0.95)),
    ];
    let covers = move |seed: u64, progress: Progress<'_>| {
        let (scenario, model) = compiled(&format!(
            "run = {{ requests = {requests}, repeats = {REPEATS}, seed = {seed} }}\n\
             users = {{ count = {rate}, rate = \"1/s\" }}\n\
             entry = \"app\"\n\
             components.app = {{ kind = \"service\", workers = 1, queue_limit = \"unlimited\", \
             service_time = {{ exponential = \"1ms\" }} }}"
        ));
        let options = Options::new(String::new(), progress);
        let result = experiment::run(&scenario, &model, &options)?;
        let holds = |(path, truth): (&str, f64)| {
            let interval = metric(&result, path).ci95;
            interval.is_some_and(|(low, high)| low <= truth && truth <= high)
        };
        Ok(truths.into_iter().map(holds).collect())
    };
    CoverageCase {
        name: format!("M/M/1 at {load}"),
        quantities: truths.iter().map(|(path, _)| (*path).to_owned()).collect(),
        requests: (requests as f64 * f64::from(REPEATS) * OVERHEAD) as u64,
        covers: Box::new(covers),
    }
}

/// The seed of a case's experiment `number`; it fits the whole numbers of a scenario.
fn seed_of(case: &str, number: u32) -> u64 {
    mix(mix(SEED, hash_name(case)), u64::from(number)) >> 1
}

/// Requests that the coverage of these cases simulates about, for a progress bar.
pub fn expected_requests(cases: &[CoverageCase], seeds: u32) -> u64 {
    cases.iter().map(|case| case.requests * u64::from(seeds)).sum()
}

/// Runs every case from so many seeds, in parallel.
///
/// # Errors
/// When jobs got lost or appeared: a defect of the simulator.
///
/// # Panics
/// When a case answers for more or fewer quantities than it has.
pub fn coverage(
    cases: &[CoverageCase],
    seeds: u32,
    progress: Progress<'_>,
) -> Result<Coverage, Breach> {
    let (fewest, most) = binomial_range(u64::from(seeds), LEVEL, RANGE_LEVEL);
    let mut rows = Vec::new();
    for case in cases {
        let experiment = |number| (case.covers)(seed_of(&case.name, number), progress);
        let answers: Result<Vec<_>, _> = (0..seeds).into_par_iter().map(experiment).collect();
        let answers = answers?;
        let expected = case.quantities.len();
        assert!(answers.iter().all(|answer| answer.len() == expected), "{}", case.name);
        rows.extend(case.quantities.iter().enumerate().map(|(place, quantity)| CoverageRow {
            case: case.name.clone(),
            quantity: quantity.clone(),
            seeds,
            covered: answers.iter().filter(|answer| answer[place]).count() as u32,
            range: (fewest as u32, most as u32),
        }));
    }
    Ok(Coverage { seeds, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_up(name: &str, covers: fn(u64) -> bool) -> CoverageCase {
        CoverageCase {
            name: name.to_owned(),
            quantities: vec!["one".to_owned(), "other".to_owned()],
            requests: 1,
            covers: Box::new(move |seed, _| Ok(vec![covers(seed), true])),
        }
    }

    #[test]
    fn counts_outside_of_the_range_fail_on_either_side() {
        // One seed in eight misses, then none: 87.5% and 100% of 400 lie outside of 364 to 393.
        let cases = [made_up("narrow", |seed| !seed.is_multiple_of(8))];
        let found = coverage(&cases, 400, &|_| {}).expect("no jobs, none lost");
        assert!(!found.passes());
        let [narrow, wide] = &found.rows[..] else { panic!("two quantities: {found:?}") };
        assert_eq!((narrow.range, narrow.passes()), ((364, 393), false));
        assert!((narrow.share() - 0.875).abs() < 0.06, "{}", narrow.share());
        assert_eq!((wide.covered, wide.passes()), (400, false));
    }

    #[test]
    fn seeds_differ_between_cases_and_fit_a_scenario() {
        let seeds = [seed_of("a", 0), seed_of("a", 1), seed_of("b", 0), seed_of("b", 1)];
        for (at, seed) in seeds.iter().enumerate() {
            assert!(i64::try_from(*seed).is_ok());
            assert!(!seeds[..at].contains(seed), "{seeds:?}");
        }
    }

    /// A server at 0.8 needs 500 / 0.04 = 12,500 requests a repeat.
    #[test]
    fn an_experiment_is_repeated_by_its_seed() {
        let case = mm1(800);
        assert_eq!(case.requests, 110_000);
        let requests = std::sync::atomic::AtomicU64::new(0);
        let count = |more| {
            requests.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
        };
        let first = (case.covers)(7, &count).expect("jobs are conserved");
        assert_eq!(first, (case.covers)(7, &|_| {}).expect("jobs are conserved"));
        assert_eq!(first.len(), case.quantities.len());
        assert!(requests.into_inner() >= 100_000);
    }
}
