//! Queueing theory as the oracle: plain scenario files, run through the public path, against
//! results that were proved on paper.
//!
//! - [`formulas`]: the results themselves, each with its source;
//! - [`stations`]: one station: M/M/1, M/M/c, M/M/c/c, M/G/1, processor sharing, gated batches;
//! - [`networks`]: several stations, open and closed, and the laws that hold in all of them;
//! - [`balancing`]: round robin and the power of two choices;
//! - [`data`]: hit rates of caches and stale reads of replicas.
//!
//! What must hold: one seed for all, never changed to please a case. The table as a whole passes
//! with probability 99% (53 checks each at 95% would pass together 7% of the time), and no
//! case passes by being vague: its 95% interval has a cap. `--nocapture` shows the table.

mod balancing;
mod data;
pub mod formulas;
mod networks;
mod stations;

use crate::support::{TEST_SEED, metric, run_text};
use simscale::experiment::result::RunResult;
use simscale::measure::statistics::simultaneous::bonferroni_level;
use simscale::measure::statistics::student::student_quantile;

/// Repeats of every case.
const REPEATS: u32 = 20;
/// How often the whole table passes when nothing is wrong, at least.
const FAMILY_LEVEL: f64 = 0.99;
/// Every group with the number of its checks; all together are the family.
const GROUPS: &[(&str, usize)] = &[
    ("M/M/1 at 0.5", 2),
    ("M/M/1 at 0.8", 2),
    ("M/M/1 at 0.95", 2),
    ("M/M/c", 4),
    ("M/M/c/c", 3),
    ("M/G/1", 4),
    ("processor sharing", 5),
    ("gated batch", 3),
    ("tandem", 5),
    ("closed users", 8),
    ("laws of a mixed system", 6),
    ("round robin", 4),
    ("power of two", 3),
    ("stale reads", 2),
];

/// One row of the table.
struct Row {
    what: String,
    theory: f64,
    simulated: f64,
    /// Half-width of the 95% interval over the theory's value.
    half_width: f64,
    /// Difference over the theory's value.
    error: f64,
    /// The largest error that the simultaneous level lets pass.
    allowed: f64,
    cap: f64,
}

/// The checks of one test.
struct Group {
    name: &'static str,
    expected: usize,
    rows: Vec<Row>,
}

impl Group {
    fn new(name: &str) -> Group {
        let group = GROUPS.iter().find(|(known, _)| *known == name);
        let (name, expected) = *group.expect("every group is counted in the family");
        Group { name, expected, rows: Vec::new() }
    }

    /// Compares a metric with theory: off by no more than its interval at the simultaneous level,
    /// and that known to `cap` (half-width of the 95% interval over the value).
    fn check(&mut self, case: &str, result: &RunResult, path: &str, theory: f64, cap: f64) {
        self.check_within(case, result, path, theory, 0.0, cap);
    }

    /// The same for a value that is itself off by up to `known` of it.
    fn check_within(
        &mut self,
        case: &str,
        result: &RunResult,
        path: &str,
        theory: f64,
        known: f64,
        cap: f64,
    ) {
        let metric = metric(result, path);
        let simulated = metric.value.unwrap_or_else(|| panic!("{case}: nothing in `{path}`"));
        let (low, high) = metric.ci95.unwrap_or_else(|| panic!("{case}: no interval of `{path}`"));
        // An interval is cut where its values end, at 0 or 1: the wider side is whole.
        let half_width = (high - simulated).max(simulated - low);
        self.rows.push(Row {
            what: format!("{case}: {path}"),
            theory,
            simulated,
            half_width: half_width / theory,
            error: simulated / theory - 1.0,
            allowed: half_width * widening() / theory + known,
            cap,
        });
    }

    /// Prints the rows and fails if one is off or too vague.
    fn finish(self) {
        assert_eq!(self.rows.len(), self.expected, "checks of {} in GROUPS", self.name);
        let mut wrong = Vec::new();
        for row in &self.rows {
            // Asked so that a number that is none passes nothing.
            let agrees = row.error.abs() <= row.allowed;
            let is_sharp = row.half_width <= row.cap;
            let verdict = match (agrees, is_sharp) {
                (false, _) => "OFF",
                (true, false) => "VAGUE",
                (true, true) => "ok",
            };
            let line = format!(
                "{:50} theory {:10.6}  simulated {:10.6}  95% +-{:6.3}%  error {:+7.3}%  \
                 allowed {:6.3}%  {verdict}",
                row.what,
                row.theory,
                row.simulated,
                100.0 * row.half_width,
                100.0 * row.error,
                100.0 * row.allowed,
            );
            println!("{line}");
            if verdict != "ok" {
                wrong.push(line);
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", self.name, wrong.join("\n"));
    }
}

/// How much wider the simultaneous interval is than the printed one of 95%: the quotient of the
/// two quantiles of Student's t with a degree of freedom less than repeats. For 53 checks the
/// level of each is 1 - 0.01/53, so the quotient is t(1 - 0.005/53) / t(0.975) = 4.62/2.09 = 2.2.
fn widening() -> f64 {
    let checks: usize = GROUPS.iter().map(|(_, checks)| checks).sum();
    let level = bonferroni_level(FAMILY_LEVEL, checks as u32);
    let freedom = f64::from(REPEATS - 1);
    student_quantile((1.0 + level) / 2.0, freedom) / student_quantile(0.975, freedom)
}

/// Runs a system under `rate` requests a second that come at random, `requests` measured in all
/// repeats together.
fn run_open(rate: u32, requests: u64, system: &str) -> RunResult {
    run(&format!("users = {{ count = {rate}, rate = \"1/s\" }}\n{system}"), requests)
}

/// Runs a system under `users` who each think for a time of mean 1 s between two requests.
fn run_closed(users: u32, requests: u64, system: &str) -> RunResult {
    let think = "{ exponential = \"1s\" }";
    run(&format!("users = {{ count = {users}, think = {think} }}\n{system}"), requests)
}

/// Runs a scenario without `[run]`; `requests` are measured in all repeats together.
fn run(scenario: &str, requests: u64) -> RunResult {
    run_after("\"auto\"", scenario, requests)
}

/// The same after a warm-up.
fn run_after(warm_up: &str, scenario: &str, requests: u64) -> RunResult {
    let each = requests / u64::from(REPEATS);
    let length =
        format!("requests = {each}, repeats = {REPEATS}, seed = {TEST_SEED}, warmup = {warm_up}");
    run_text("theory", &format!("run = {{ {length} }}\n{scenario}"))
}
