//! The course of a case: which runs it needs next, from what the last ones showed.
//!
//! A case is run in rounds of all its repeats. A round turns out to be a pilot when the response
//! time settled later than the warm-up was cut; with `precision` rounds get longer until the
//! interval is narrow enough. What must hold: what the next round is depends on all repeats of the
//! last one together and on nothing else, so it does not matter who runs them, and in which order.

use super::alerts::{AlertTrack, AlertWatch};
use super::gather;
use super::horizon::{Measured, Plan, round_step};
use super::result::RunResult;
use super::single::{Breach, Case, Single, run as run_single};
use super::value;
use super::warm_up::{Settled, first_cut, is_found, settled};
use crate::kernel::time::Duration;
use crate::measure::metric::Row;
use crate::model::Model;
use crate::model::catalogue::Catalogue;
use crate::scenario::Scenario;

/// Rounds of lengthening before `precision` is given up.
const ROUNDS: u32 = 4;
/// The most a round lengthens a run.
const MOST_STRETCH: f64 = 8.0;
/// The most repeats that `precision` takes.
const MOST_REPEATS: u32 = 32;

/// A case on its way.
pub struct Course<'a> {
    scenario: &'a Scenario,
    model: &'a Model,
    catalogue: Catalogue,
    watches: Watches,
    measured: Measured,
    repeats: u32,
    plan: Plan,
    /// Rounds of lengthening so far.
    lengthened: u32,
    /// The cut that a pilot asked for.
    later_cut: Duration,
    /// Whether a time series is wanted.
    has_series: bool,
    simulated_before: u64,
}

/// What a round lacked, so that another is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lack {
    /// The response time settled only after so long: it was a pilot, whose warm-up ended too soon.
    LaterCut(Duration),
    /// The interval is too wide: runs must be so many times as long.
    Length(u64),
}

/// The repeats of a case and how they were cut.
pub struct Runs {
    /// What each repeat yielded, by its number.
    pub singles: Vec<Single>,
    /// What each of them simulated.
    pub plan: Plan,
    /// Whether the response time had settled when the warm-up ended.
    pub settled: Settled,
    /// Requests simulated in runs that turned out to be pilots, or too short.
    pub simulated_before: u64,
}

impl Runs {
    /// The final sheets of the repeats.
    pub fn sheets(&self) -> Vec<&[Row]> {
        sheets(&self.singles)
    }

    /// Requests simulated for this case, pilots included.
    pub fn simulated(&self) -> u64 {
        self.simulated_before + sent(&self.singles)
    }
}

impl<'a> Course<'a> {
    /// A case of which nothing has been run yet.
    ///
    /// # Panics
    /// When a condition names a metric the model does not have: conditions are checked before.
    pub fn new(scenario: &'a Scenario, model: &'a Model) -> Course<'a> {
        let catalogue = Catalogue::of(model);
        let watches = Watches::of(scenario, &catalogue);
        let measured = Measured::of(&scenario.run, model);
        let later_cut = Duration::ZERO;
        Course {
            scenario,
            model,
            catalogue,
            watches,
            measured,
            repeats: scenario.run.repeats,
            plan: plan(scenario, model, measured, later_cut),
            lengthened: 0,
            later_cut,
            has_series: true,
            simulated_before: 0,
        }
    }

    /// The same, for those who do not look at the time series: watched conditions are still looked
    /// at, but no other samples are taken.
    pub fn without_series(self) -> Course<'a> {
        Course { has_series: false, ..self }
    }

    /// How many repeats the next round has.
    pub fn repeats(&self) -> u32 {
        self.repeats
    }

    /// The metrics of the model.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The conditions that are watched over time.
    pub fn watches(&self) -> &Watches {
        &self.watches
    }

    /// Runs one repeat of the next round; `progress` is called with the number of requests
    /// simulated since it was called last.
    ///
    /// # Errors
    /// When jobs got lost or appeared in a component: a defect of the simulator.
    pub fn run(
        &self,
        repeat: u32,
        express: bool,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Single, Breach> {
        let case = Case {
            model: self.model,
            catalogue: &self.catalogue,
            plan: self.plan,
            watches: &self.watches.watched,
            has_series: self.has_series,
            express,
            progress,
        };
        run_single(&case, repeat)
    }

    /// Takes what all repeats of a round yielded, in the order of their numbers. `None` when
    /// another round is needed.
    pub fn take(&mut self, singles: Vec<Single>) -> Option<Runs> {
        match self.lack(&singles) {
            Some(lack) => {
                self.again(lack, &singles);
                None
            }
            None => Some(self.end(singles)),
        }
    }

    /// What a round lacked; `None` when it was the last.
    pub fn lack(&self, singles: &[Single]) -> Option<Lack> {
        if let (Settled::Later(cut), true) =
            (self.settled(singles), self.later_cut == Duration::ZERO)
        {
            return Some(Lack::LaterCut(cut));
        }
        self.lengthening(singles).map(Lack::Length)
    }

    /// What a lack of `other`'s round asks of this case, so that both go on measuring the same
    /// requests, counted from the first: a cut is moved to the same share of the run. `None` when
    /// this case has no use for it.
    pub fn lack_beside(&self, other: &Course<'_>, lack: Lack) -> Option<Lack> {
        let Lack::LaterCut(cut) = lack else { return Some(lack) };
        let expected = |course: &Course<'_>| course.measured.expected_seconds(course.model);
        let (own, others) = (expected(self), expected(other));
        let cut = match own == others {
            true => cut,
            false => Duration::from_seconds(cut.seconds() * own / others),
        };
        let is_of_use = is_found(self.scenario.run.warmup, self.model) && cut > self.plan.warm_up;
        is_of_use.then_some(Lack::LaterCut(cut))
    }

    /// Makes ready for another round, for what the last one lacked.
    pub fn again(&mut self, lack: Lack, singles: &[Single]) {
        match lack {
            Lack::LaterCut(cut) => self.later_cut = cut,
            Lack::Length(times) => {
                self.lengthened += 1;
                self.later_cut = Duration::ZERO;
                if self.lengthened == ROUNDS && self.repeats < MOST_REPEATS {
                    self.repeats *= 2;
                }
                self.measured = self.measured.stretched(times);
            }
        }
        self.simulated_before += sent(singles);
        self.plan = plan(self.scenario, self.model, self.measured, self.later_cut);
    }

    /// Ends the course with the repeats of the last round.
    pub fn end(&self, singles: Vec<Single>) -> Runs {
        let settled = self.settled(&singles);
        let simulated_before = self.simulated_before;
        Runs { singles, plan: self.plan, settled, simulated_before }
    }

    fn settled(&self, singles: &[Single]) -> Settled {
        settled(self.scenario.run.warmup, self.model, singles, self.plan.warm_up)
    }

    /// How many times as long the runs must be for the precision asked for.
    fn lengthening(&self, singles: &[Single]) -> Option<u64> {
        let precision = self.scenario.run.precision?;
        let share = relative_width(&self.catalogue, singles)?;
        if share <= precision || self.lengthened == ROUNDS {
            return None;
        }
        let needed = (share / precision) * (share / precision) * 1.1;
        Some(needed.clamp(2.0, MOST_STRETCH).ceil() as u64)
    }

    /// The result of the case.
    pub fn result(&self, runs: &Runs, command: String) -> RunResult {
        gather::gather(self.scenario, self.model, &self.catalogue, &self.watches, runs, command)
    }
}

/// What a round simulates; its warm-up ends on a sample of the time series, so that no sample lies
/// on both sides.
fn plan(scenario: &Scenario, model: &Model, measured: Measured, later_cut: Duration) -> Plan {
    let warm_up = first_cut(scenario.run.warmup, model, &measured).max(later_cut);
    let step = round_step(warm_up.seconds() + measured.expected_seconds(model));
    let warm_up = Duration::from_nanos(warm_up.nanos().div_ceil(step.nanos()) * step.nanos());
    Plan { warm_up, measured, step }
}

/// Requests sent in all repeats.
fn sent(singles: &[Single]) -> u64 {
    singles.iter().map(|single| single.sent).sum()
}

/// The final sheets of the repeats.
pub(super) fn sheets(singles: &[Single]) -> Vec<&[Row]> {
    singles.iter().map(|single| single.rows.as_slice()).collect()
}

/// Half-width of the interval of p95, over its value.
fn relative_width(catalogue: &Catalogue, singles: &[Single]) -> Option<f64> {
    let p95 = gather::select(catalogue, "response_time.p95")?;
    let p95 = value::pooled(&sheets(singles), &p95)?;
    p95.half_width.map(|half_width| half_width / p95.value)
}

/// The conditions that are watched over time.
pub struct Watches {
    /// One for each threshold of the scenario, watched or not.
    pub thresholds: Vec<AlertWatch>,
    /// One for each alert.
    pub alerts: Vec<AlertWatch>,
    /// Those that are watched: thresholds with `for`, then all alerts.
    pub watched: Vec<AlertWatch>,
    /// For each threshold, its place among the watched ones.
    pub place: Vec<Option<usize>>,
}

impl Watches {
    fn of(scenario: &Scenario, catalogue: &Catalogue) -> Watches {
        const CHECKED: &str = "conditions were checked against the catalogue";
        let thresholds: Vec<AlertWatch> = scenario
            .thresholds
            .iter()
            .map(|threshold| AlertWatch::of(&threshold.condition, catalogue).expect(CHECKED))
            .collect();
        let alerts: Vec<AlertWatch> = scenario
            .alerts
            .iter()
            .map(|alert| AlertWatch::of(&alert.condition, catalogue).expect(CHECKED))
            .collect();
        let mut watched = Vec::new();
        let mut place = Vec::new();
        for watch in &thresholds {
            let holds = watch.any().iter().flatten().any(|watched| watched.hold.is_some());
            place.push(holds.then_some(watched.len()));
            if holds {
                watched.push(watch.clone());
            }
        }
        watched.extend(alerts.iter().cloned());
        Watches { thresholds, alerts, watched, place }
    }

    /// The tracks of one watched condition in all repeats.
    pub fn tracks(&self, singles: &[Single], place: usize) -> Vec<AlertTrack> {
        singles.iter().map(|single| single.alerts[place]).collect()
    }

    /// Place of the first alert among the watched ones.
    pub fn first_alert(&self) -> usize {
        self.watched.len() - self.alerts.len()
    }
}
