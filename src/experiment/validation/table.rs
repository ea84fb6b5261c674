//! The table: all cases, run together as one family.
//!
//! What must hold: one seed for all, never changed to please a case. Checks against an interval
//! are one family, whatever part of the table is run: where nothing is wrong all of them pass
//! together with probability 99% (a hundred checks each at 95% would do so 0.6% of the time). No
//! check passes by being vague: its 95% interval has a cap.

use rayon::prelude::*;

use super::case::{Case, Check, Effort};
use super::result::Validation;
use super::{balancing, cross_shard, data, leaderless, networks, placement, replication, stations};
use crate::experiment::Breach;
use crate::measure::statistics::simultaneous::bonferroni_level;
use crate::measure::statistics::student::student_quantile;

/// The one seed of all cases; changing it needs a line in the CHANGELOG.
pub const SEED: u64 = 20_261_120;
/// Repeats of every case.
pub const REPEATS: u32 = 20;
/// How often the whole table passes when nothing is wrong, at least.
pub const FAMILY_LEVEL: f64 = 0.99;

/// All cases of the table.
pub fn cases() -> Vec<Case> {
    let mut cases = stations::cases();
    cases.extend(networks::cases());
    cases.extend(balancing::cases());
    cases.extend(data::cases());
    cases.extend(replication::cases());
    cases.extend(cross_shard::cases());
    cases.extend(leaderless::cases());
    cases.extend(placement::cases());
    cases
}

/// Requests that running these cases simulates about, for a progress bar.
pub fn expected_requests(cases: &[Case], effort: Effort) -> u64 {
    let measured: u64 = cases.iter().map(|case| case.requests(effort)).sum();
    // The warm-up is a tenth.
    measured + measured / 10
}

/// Runs the cases of the table that are `wanted`, in parallel; `progress` is called with the
/// number of requests simulated since its last call.
///
/// # Errors
/// When jobs got lost or appeared: a defect of the simulator.
pub fn validate(
    wanted: impl Fn(&Case) -> bool,
    effort: Effort,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Validation, Breach> {
    let mut cases = cases();
    let is_of_family = |check: &&Check| check.is_of_family();
    let family = cases.iter().flat_map(|case| &case.checks).filter(is_of_family).count() as u32;
    cases.retain(wanted);
    let widening = widening(family);
    let run = |case: &Case| case.run(effort, widening, progress);
    // Each case is dealt alone; its repeats are dealt again, so none is the last for long.
    let rows: Result<Vec<_>, _> = cases.par_iter().with_max_len(1).map(run).collect();
    Ok(Validation { effort, family, rows: rows?.into_iter().flatten().collect() })
}

/// How much wider the simultaneous interval is than the printed one of 95%: the quotient of the
/// two quantiles of Student's t with a degree of freedom less than repeats. For a family of 100
/// the level of each is 1 - 0.01/100, so it is t(1 - 0.005/100) / t(0.975) = 4.90/2.09 = 2.3.
fn widening(family: u32) -> f64 {
    let level = bonferroni_level(FAMILY_LEVEL, family);
    let freedom = f64::from(REPEATS - 1);
    student_quantile((1.0 + level) / 2.0, freedom) / student_quantile(0.975, freedom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::ThreadPoolBuilder;

    #[test]
    fn cases_have_names_of_their_own_and_something_to_check() {
        let cases = cases();
        for (at, case) in cases.iter().enumerate() {
            assert!(cases[..at].iter().all(|other| other.name != case.name), "{}", case.name);
            assert!(case.requests > 0 && !case.checks.is_empty(), "{}", case.name);
        }
    }

    /// With 19 degrees of freedom t(0.975) is 2.0930, and t(1 - 0.005/90) is 4.8505.
    #[test]
    fn a_larger_family_allows_wider_intervals() {
        assert!((widening(90) - 4.8505 / 2.0930).abs() < 0.001, "{}", widening(90));
        assert!(widening(200) > widening(90));
    }

    /// The threads find the same, and a part of the table counts as a part of the whole family.
    #[test]
    fn results_do_not_depend_on_threads() {
        let run = |threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads can be had")
                .install(|| validate(|case| case.model == "gated batch", Effort::Quick, &|_| {}))
        };
        let one = run(1).expect("jobs are conserved");
        assert_eq!(one.rows.len(), 3);
        assert_eq!(one.family, 133);
        assert_eq!(Ok(one), run(3));
    }
}
