//! One case of the table: a system that theory knows, how it is run, what each check found.

use super::result::Row;
use super::table::{REPEATS, SEED};
use crate::experiment::result::{MetricValue, RunResult};
use crate::experiment::{self, Breach, Options};
use crate::language::diagnostic::Problems;
use crate::language::source::Sources;
use crate::measure::statistics::sectioning::Sections;
use crate::measure::unit::Unit;
use crate::model::{self, Model};
use crate::scenario::Scenario;

/// A system that theory knows, and what it knows.
#[derive(Clone, Debug)]
pub struct Case {
    /// The model in the words of queueing theory: `M/M/1`, `processor sharing`.
    pub model: &'static str,
    /// What tells the case from all others.
    pub name: String,
    /// Offered load of its busiest station; none where nothing waits to speak of.
    pub load: Option<f64>,
    /// Requests measured at full length, all repeats together.
    pub requests: u64,
    /// What must hold.
    pub checks: Vec<Check>,
    /// Its users.
    users: String,
    /// The scenario but for its users and its length.
    system: String,
    warm_up: &'static str,
    /// Requests measured at least, whatever the effort.
    least: u64,
    /// How long a repeat lasts, where that is not by its requests.
    duration: Option<&'static str>,
    /// Counts what is checked, where no scenario is run.
    count: Option<Count>,
}

/// Counts something over so many keys (as many as other cases have requests), for the repeat of
/// this number.
pub(super) type Count = fn(u64, u64) -> f64;

/// A metric and what it must be.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its path.
    pub path: &'static str,
    theory: Theory,
    tolerance: Tolerance,
    /// The widest half-width of the 95% interval at full length, over the value.
    cap: f64,
}

/// What a metric must be.
#[derive(Clone, Copy, Debug)]
enum Theory {
    Value(f64),
    /// A law that ties it to other metrics of the same run.
    Law(fn(&RunResult) -> f64),
}

/// How far a metric may be off.
#[derive(Clone, Copy, Debug)]
enum Tolerance {
    /// By its interval at the level of the family, and by what the theory's value is itself off.
    Interval { known: f64 },
    /// By so much of the value, because the theory is an approximation, or the law nearly exact.
    Fixed(f64),
}

impl Check {
    /// Whether chance alone can make it fail, so that it counts among those that may.
    pub fn is_of_family(&self) -> bool {
        matches!(self.tolerance, Tolerance::Interval { .. })
    }
}

impl Case {
    /// A system under `rate` requests a second that come at random.
    pub(super) fn open(model: &'static str, name: String, rate: u32, system: String) -> Case {
        let users = format!("users = {{ count = {rate}, rate = \"1/s\" }}");
        Case::of(model, name, users, system)
    }

    /// A system under `users` who each think for a time of mean 1 s between two requests.
    pub(super) fn closed(model: &'static str, name: String, users: u32, system: String) -> Case {
        let think = "{ exponential = \"1s\" }";
        Case::of(model, name, format!("users = {{ count = {users}, think = {think} }}"), system)
    }

    fn of(model: &'static str, name: String, users: String, system: String) -> Case {
        Case {
            model,
            name,
            load: None,
            requests: 0,
            checks: Vec::new(),
            users,
            system,
            warm_up: "auto",
            least: 0,
            duration: None,
            count: None,
        }
    }

    /// Something that is counted over so many keys at full length, instead of simulated.
    pub(super) fn counted(model: &'static str, name: &str, keys: u64, count: Count) -> Case {
        let case = Case::of(model, name.to_owned(), String::new(), String::new());
        Case { requests: keys, count: Some(count), ..case }
    }

    /// At this offered load of the busiest station, with so many requests at full length.
    pub(super) fn at(self, load: f64, requests: u64) -> Case {
        Case { load: Some(load), requests, ..self }
    }

    /// Where nothing waits to speak of, with so many requests at full length.
    pub(super) fn without_waiting(self, requests: u64) -> Case {
        Case { requests, ..self }
    }

    /// After this warm-up instead of one that is found.
    pub(super) fn after(self, warm_up: &'static str) -> Case {
        Case { warm_up, ..self }
    }

    /// With so many requests at any effort, because fewer are too short to hold what happens.
    pub(super) fn at_least(self, least: u64) -> Case {
        Case { least, ..self }
    }

    /// For so long from an empty start, at any effort, which takes so many requests.
    pub(super) fn during(self, duration: &'static str, requests: u64) -> Case {
        Case { duration: Some(duration), requests, least: requests, ..self }
    }

    /// A metric is off by no more than its interval at the level of the family, and that is known
    /// to `cap` (half-width of the 95% interval over the value).
    pub(super) fn check(self, path: &'static str, theory: f64, cap: f64) -> Case {
        self.check_within(path, theory, 0.0, cap)
    }

    /// The same for a value that is itself off by up to `known` of it.
    pub(super) fn check_within(
        self,
        path: &'static str,
        theory: f64,
        known: f64,
        cap: f64,
    ) -> Case {
        let tolerance = Tolerance::Interval { known };
        self.with(Check { path, theory: Theory::Value(theory), tolerance, cap })
    }

    /// A metric is off by no more than `most`, as is its 95% interval to either side.
    pub(super) fn check_to(self, path: &'static str, theory: f64, most: f64) -> Case {
        let most = most / theory;
        let tolerance = Tolerance::Fixed(most);
        self.with(Check { path, theory: Theory::Value(theory), tolerance, cap: most })
    }

    /// A metric agrees with what a law makes of others, to `most` of it, and is known to `cap`.
    pub(super) fn check_law(
        self,
        path: &'static str,
        law: fn(&RunResult) -> f64,
        most: f64,
        cap: f64,
    ) -> Case {
        let tolerance = Tolerance::Fixed(most);
        self.with(Check { path, theory: Theory::Law(law), tolerance, cap })
    }

    fn with(mut self, check: Check) -> Case {
        self.checks.push(check);
        self
    }

    /// Requests measured, all repeats together.
    pub fn requests(&self, effort: Effort) -> u64 {
        match effort {
            Effort::Full => self.requests,
            Effort::Quick => (self.requests / 10).max(self.least),
        }
    }

    /// The scenario file of the case.
    pub fn scenario(&self, effort: Effort) -> String {
        let each = self.requests(effort) / u64::from(REPEATS);
        let Case { users, system, warm_up, .. } = self;
        let length = match self.duration {
            Some(duration) => format!("duration = \"{duration}\""),
            None => format!("requests = {each}, warmup = \"{warm_up}\""),
        };
        format!("run = {{ {length}, repeats = {REPEATS}, seed = {SEED} }}\n{users}\n{system}")
    }

    /// Runs the case; `widening` is how much wider an interval at the level of the family is than
    /// one of 95%.
    pub(super) fn run(
        &self,
        effort: Effort,
        widening: f64,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Vec<Row>, Breach> {
        if let Some(count) = self.count {
            let row = |check: &Check| self.counted_row(check, count, effort, widening);
            let rows = self.checks.iter().map(row).collect();
            progress(self.requests(effort));
            return Ok(rows);
        }
        let (scenario, model) = compiled(&self.scenario(effort));
        let options = Options::new(String::new(), progress);
        let result = experiment::run(&scenario, &model, &options)?;
        let row = |check: &Check| self.row(check, &result, effort, widening);
        Ok(self.checks.iter().map(row).collect())
    }

    fn row(&self, check: &Check, result: &RunResult, effort: Effort, widening: f64) -> Row {
        let metric = metric(result, check.path);
        let (simulated, ci95) = (value(result, check.path), metric.ci95);
        let ci95 = ci95.unwrap_or_else(|| panic!("{}: no interval of {}", self.name, check.path));
        let theory = match check.theory {
            Theory::Value(value) => value,
            Theory::Law(law) => law(result),
        };
        self.row_of(check, (theory, simulated, ci95, metric.unit), effort, widening)
    }

    /// The row of what is counted once for each repeat.
    fn counted_row(&self, check: &Check, count: Count, effort: Effort, widening: f64) -> Row {
        let each = self.requests(effort) / u64::from(REPEATS);
        let own: Vec<f64> = (0..u64::from(REPEATS)).map(|repeat| count(each, repeat)).collect();
        let pooled = own.iter().sum::<f64>() / own.len() as f64;
        let sections = Sections { pooled, own: own.into_iter().map(Some).collect() };
        let ci95 = sections.estimate(0.95).interval().expect("repeats differ by chance");
        let Theory::Value(theory) = check.theory else {
            unreachable!("{}: no run for a law", self.name)
        };
        self.row_of(check, (theory, pooled, ci95, Unit::Fraction), effort, widening)
    }

    fn row_of(
        &self,
        check: &Check,
        (theory, simulated, ci95, unit): (f64, f64, (f64, f64), Unit),
        effort: Effort,
        widening: f64,
    ) -> Row {
        // An interval is cut where its values end, at 0 or 1: the wider side is whole.
        let half_width = (ci95.1 - simulated).max(simulated - ci95.0) / theory;
        let allowed = match check.tolerance {
            Tolerance::Interval { known } => half_width * widening + known,
            Tolerance::Fixed(most) => most,
        };
        let shortened = self.requests as f64 / self.requests(effort) as f64;
        Row {
            model: self.model,
            case: self.name.clone(),
            load: self.load,
            metric: check.path,
            unit,
            theory,
            simulated,
            ci95,
            half_width,
            error: simulated / theory - 1.0,
            allowed,
            cap: check.cap * shortened.sqrt(),
        }
    }
}

/// How much is simulated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effort {
    /// All of it.
    Full,
    /// A tenth of the requests, or what a case needs at least; intervals, and so their caps, are
    /// wider by the root of that.
    Quick,
}

impl Effort {
    /// Whether all is simulated.
    pub fn is_full(self) -> bool {
        self == Effort::Full
    }

    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Effort::Full => "full",
            Effort::Quick => "quick",
        }
    }
}

/// A scenario of ours, compiled.
///
/// # Panics
/// When anything is wrong with it, which is a mistake of ours.
pub(super) fn compiled(text: &str) -> (Scenario, Model) {
    let (mut sources, mut problems) = (Sources::new(), Problems::new());
    let scenario = Scenario::parse("theory", text, &mut sources, &mut problems);
    let model = scenario.as_ref().and_then(|scenario| model::compile(scenario, &mut problems));
    match (scenario, model) {
        (Some(scenario), Some(model)) => (scenario, model),
        _ => panic!("{}", problems.render(&sources, false)),
    }
}

/// A metric of a result that has it.
pub(super) fn metric<'a>(result: &'a RunResult, path: &str) -> &'a MetricValue {
    let found = result.metrics.iter().find(|metric| metric.path == path);
    found.unwrap_or_else(|| panic!("`{}` has no metric `{path}`", result.scenario))
}

/// The value of a metric that was measured.
pub(super) fn value(result: &RunResult, path: &str) -> f64 {
    metric(result, path).value.unwrap_or_else(|| panic!("nothing measured for `{path}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::validation::Outcome;

    /// A server at 0.5 whose theory says `mean` seconds.
    fn mm1(mean: f64, cap: f64) -> Case {
        let system = "entry = \"app\"\n\
             components.app = { kind = \"service\", workers = 1, queue_limit = \"unlimited\", \
             service_time = { exponential = \"1ms\" } }";
        Case::open("M/M/1", "one".to_owned(), 500, system.to_owned()).at(0.5, 400_000).check(
            "response_time.mean",
            mean,
            cap,
        )
    }

    fn outcome(case: &Case, effort: Effort) -> Outcome {
        case.run(effort, 2.0, &|_| {}).expect("jobs are conserved")[0].outcome()
    }

    /// 2 ms are the truth. 400,000 requests tell them from 2.2 ms, not to a thousandth; 40,000 are
    /// known three times worse and judged by a cap three times as wide.
    #[test]
    fn a_wrong_theory_and_a_vague_run_fail() {
        assert_eq!(outcome(&mm1(0.002, 0.02), Effort::Full), Outcome::Agrees);
        assert_eq!(outcome(&mm1(0.002, 0.02), Effort::Quick), Outcome::Agrees);
        assert_eq!(outcome(&mm1(0.0022, 0.02), Effort::Full), Outcome::Off);
        assert_eq!(outcome(&mm1(0.002, 0.001), Effort::Full), Outcome::Vague);
    }

    /// Within 2% of what is right, and not of what is wrong by 3%, whatever the interval is.
    #[test]
    fn a_fixed_tolerance_is_one_of_the_value() {
        let most = 0.02 * 0.002;
        let check = |theory| mm1(0.002, 0.02).check_to("response_time.mean", theory, most);
        let outcome = |theory| {
            let rows = check(theory).run(Effort::Full, 2.0, &|_| {}).expect("jobs are conserved");
            assert!((rows[1].allowed * theory / most - 1.0).abs() < 1e-12);
            rows[1].outcome()
        };
        assert_eq!(outcome(0.002), Outcome::Agrees);
        assert_eq!(outcome(0.002 * 1.04), Outcome::Off);
        assert_eq!(check(0.002).checks.iter().filter(|check| check.is_of_family()).count(), 1);
    }
}
