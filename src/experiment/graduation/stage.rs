//! One scenario on its way: a grid over the users that serves all thresholds, then a search for
//! each of them.

use std::collections::BTreeMap;

use super::grid::grid;
use super::result::{Change, Graduation, Outcome, ThresholdGraduation};
use super::search::{Crossing, Effort, Point, Search, Wanted, sign};
use super::{REPEATS, Told};
use crate::experiment::deal::Compiled;
use crate::experiment::gather::effective;
use crate::experiment::run::expected_requests;
use crate::experiment::sweep::CaseResult;
use crate::experiment::thresholds::CAPACITY;
use crate::kernel::random::mix;
use crate::kernel::time::Duration;
use crate::language::source::Sources;
use crate::model::catalogue::Catalogue;
use crate::model::{Model, Variants};
use crate::scenario::Scenario;

/// The grid ends at first a little before plain arithmetic says that a station is full: uneven load
/// fills it earlier, and overload is dear to simulate.
const SHORT_OF: f64 = 0.8;
/// What a grid that does not reach a crossing is extended by.
const FURTHER: f64 = 1.6;
/// Closed users are searched up to so many times where the grid ends at first: twice the knee.
const MOST_KNEES: f64 = 20.0;
/// Requests of all repeats beyond which a run is dear: there the grid goes no further than to the
/// first crossing, and until a threshold is known to trip first, it is only told to lie between two
/// runs.
const DEAR: u64 = 2_000_000;
/// A grid that would end with a run of more requests than this ends where they become dear, and
/// goes on from there step by step.
const DEAREST: u64 = 10_000_000;
/// Spans of a condition's `for` that are simulated.
const TIMES_HOLD: u64 = 3;

/// A scenario whose crossings are searched.
pub(super) struct Stage<'a> {
    variants: &'a Variants,
    sources: &'a Sources,
    scenario: Scenario,
    model: Model,
    range: (u64, u64),
    effort: Effort,
    /// Everything that was run.
    told: BTreeMap<Wanted, Told>,
    /// Numbers of users of the grid, rising.
    grid: Vec<u64>,
    /// A search for each threshold, the capacity last, once the grid is known.
    searches: Option<Vec<Track>>,
    simulated: u64,
    /// Where the grid ended at first.
    first_top: u64,
}

/// A threshold's way.
enum Track {
    Searching(Box<Search>),
    /// Over, unless the interval must be narrower.
    Found(Box<Search>, Crossing),
    Over(Outcome),
}

impl<'a> Stage<'a> {
    /// # Panics
    /// When the scenario is not sound as it is: that is checked before.
    pub fn new(
        variants: &'a Variants,
        sources: &'a Sources,
        range: (u64, u64),
        effort: Effort,
    ) -> Stage<'a> {
        let mut problems = crate::language::diagnostic::Problems::new();
        let compiled = variants.with(&[], sources, &mut problems);
        let (scenario, model) = compiled.expect("the scenario was found sound before");
        let mut stage = Stage {
            variants,
            sources,
            scenario,
            model,
            range,
            effort,
            told: BTreeMap::new(),
            grid: Vec::new(),
            searches: None,
            simulated: 0,
            first_top: range.0,
        };
        stage.first_top = stage.top();
        stage.grid = grid(range.0, stage.first_top);
        stage
    }

    /// Where the grid ends at first, by plain arithmetic.
    fn top(&self) -> u64 {
        let own = self.scenario.users.count;
        let full = match self.model.load.is_closed() {
            true => {
                let think = self.model.load.think_time().map_or(0.0, Duration::seconds);
                self.model.demand().map(|demand| 2.0 * demand.knee(think))
            }
            false => {
                let mut limits = self.variants.limits(self.sources);
                let components = self.model.components.iter().enumerate();
                let stations = components.flat_map(|(component, it)| {
                    let stations = it.flow.stations.iter().enumerate();
                    let limited = stations.filter(|(_, flow)| flow.is_limited());
                    limited.map(move |(station, _)| (component, station))
                });
                stations.filter_map(|at| limits.full_at(at, own)).reduce(f64::min)
            }
        };
        let top = full.map_or(self.range.0 as f64 * 10.0, |users| users * SHORT_OF);
        let top = (top.ceil() as u64).clamp(self.range.0, self.range.1);
        let (scenario, model) = self.case(self.on_grid(top));
        let requests = expected_requests(&scenario, &model);
        match requests > DEAREST {
            true => ((top as f64 * DEAR as f64 / requests as f64) as u64).max(self.range.0),
            false => top,
        }
    }

    /// What must be run next: nothing when all is known.
    pub fn wanted(&self) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = match &self.searches {
            None => self.grid.iter().map(|users| self.on_grid(*users)).collect(),
            Some(tracks) => tracks.iter().flat_map(Track::wanted).collect(),
        };
        wanted.retain(|one| !self.told.contains_key(one));
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    fn on_grid(&self, users: u64) -> Wanted {
        Wanted { users, requests: self.effort.requests, seeds: 0 }
    }

    /// The case that answers what is wanted.
    pub fn case(&self, wanted: Wanted) -> Compiled {
        let compiled = self.variants.with_users(wanted.users, self.sources);
        let (mut scenario, mut model) =
            compiled.expect("a sound scenario stands any number of users in the range");
        let run = &mut scenario.run;
        (run.requests, run.duration, run.precision) = (Some(wanted.requests), None, None);
        run.repeats = REPEATS;
        if wanted.seeds > 0 {
            run.seed = mix(run.seed, wanted.seeds);
        }
        let holds = scenario.thresholds.iter().flat_map(|threshold| {
            threshold.condition.comparisons().filter_map(|comparison| comparison.hold)
        });
        if let Some(hold) = holds.max() {
            let watched = Duration::from_nanos(TIMES_HOLD * hold.nanos());
            let least = run.min_time.unwrap_or(watched);
            run.min_time = Some(least.max(watched));
        }
        model.seed = run.seed;
        (scenario, model)
    }

    /// Keeps what a run told.
    pub fn keep(&mut self, wanted: Wanted, told: Told) {
        self.simulated += told.case.simulated;
        self.told.insert(wanted, told);
    }

    /// Goes on with what was told, until something more must be run.
    pub fn advance(&mut self) {
        if self.searches.is_none() {
            if let Some(further) = self.further() {
                self.grid.push(further);
                return;
            }
            let tracks = 0..=self.scenario.thresholds.len();
            self.searches = Some(tracks.map(|threshold| self.begin(threshold)).collect());
        }
        let mut tracks = self.searches.take().unwrap_or_default();
        self.search(&mut tracks);
        if !tracks.iter().any(|track| matches!(track, Track::Searching(_))) {
            self.refine(&mut tracks);
        }
        self.searches = Some(tracks);
    }

    /// Takes what was told to the searches that wait for it.
    fn search(&self, tracks: &mut [Track]) {
        for (threshold, track) in tracks.iter_mut().enumerate() {
            while let Track::Searching(search) = track {
                let wanted = search.wanted();
                let points: Option<Vec<Point>> =
                    wanted.iter().map(|one| self.point(threshold, *one)).collect();
                match (search.crossing(), points) {
                    (Some(crossing), _) => *track = Track::Found(search.clone(), crossing),
                    (None, Some(points)) => search.take(&points),
                    (None, None) if wanted.iter().all(|one| self.told.contains_key(one)) => {
                        let why = "nothing was there to measure".to_owned();
                        *track = Track::Over(Outcome::NotEvaluable(why));
                    }
                    (None, None) => break,
                }
            }
        }
    }

    /// Goes on with the thresholds that may trip first, once all are known a little: those whose
    /// interval does not lie wholly beyond that of the first.
    fn refine(&self, tracks: &mut [Track]) {
        let first = tracks.iter().filter_map(|track| match track {
            Track::Found(_, crossing) => Some((crossing.users, crossing.interval.1)),
            Track::Over(Outcome::Already(users)) => Some((*users as f64, *users as f64)),
            _ => None,
        });
        let Some((_, bound)) = first.min_by(|one, other| one.0.total_cmp(&other.0)) else { return };
        for track in tracks {
            let Track::Found(search, crossing) = track else { continue };
            let Crossing { users, interval, is_settled, .. } = *crossing;
            let is_narrow = interval.1 - interval.0 <= 2.0 * self.effort.precision * users;
            let is_good = is_narrow && is_settled;
            if interval.0 <= bound && !is_good && search.refine(self.effort) {
                *track = Track::Searching(search.clone());
            }
        }
    }

    /// Where the grid must go on: until something is crossed, or the range ends.
    fn further(&self) -> Option<u64> {
        let last = *self.grid.last()?;
        let capacity = self.point(self.scenario.thresholds.len(), self.on_grid(last));
        let is_crossed = |point: Option<Point>| point.is_some_and(|it| sign(&it.residual) > 0);
        if self.is_dear(last) && self.named(last).any(is_crossed) {
            return None;
        }
        // Closed users never pile up: their grid goes on until all else is crossed, or far beyond
        // the knee.
        let is_far = last as f64 > MOST_KNEES * self.first_top as f64;
        let is_past_knee =
            self.model.load.is_closed() && (is_far || self.named(last).all(is_crossed));
        if is_crossed(capacity) || is_past_knee || last >= self.range.1 {
            return None;
        }
        Some(((last as f64 * FURTHER) as u64).min(self.range.1))
    }

    /// What a point of the grid says of each threshold of the scenario.
    fn named(&self, users: u64) -> impl Iterator<Item = Option<Point>> {
        let named = 0..self.scenario.thresholds.len();
        named.map(move |threshold| self.point(threshold, self.on_grid(users)))
    }

    /// Whether a run at this point of the grid takes very many requests.
    fn is_dear(&self, users: u64) -> bool {
        self.told.get(&self.on_grid(users)).is_some_and(|told| told.case.simulated > DEAR)
    }

    fn point(&self, threshold: usize, wanted: Wanted) -> Option<Point> {
        let told = self.told.get(&wanted)?;
        let residual = told.residuals.thresholds[threshold].clone()?;
        Some(Point {
            users: wanted.users as f64,
            requests: wanted.requests,
            residual,
            z: told.residuals.z,
        })
    }

    /// A threshold's search, from the grid's first change of sign.
    fn begin(&self, threshold: usize) -> Track {
        let points: Vec<Point> = self
            .grid
            .iter()
            .filter_map(|users| self.point(threshold, self.on_grid(*users)))
            .collect();
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return Track::Over(Outcome::NotEvaluable("nothing was there to measure".to_owned()));
        };
        let signs: Vec<i8> = points.iter().map(|point| sign(&point.residual)).collect();
        let Some(high) = signs.iter().position(|sign| *sign > 0) else {
            return Track::Over(self.not_crossed(last));
        };
        // The nearest point below that is not crossed, for sure or by its value.
        let below = &points[..high];
        let low = (0..high).rev().find(|at| signs[*at] < 0);
        let low =
            low.or_else(|| below.iter().rposition(|point| point.residual.sections.pooled < 0.0));
        match low {
            None => Track::Over(Outcome::Already(first.users as u64)),
            Some(low) => {
                let (low, high) = (points[low].clone(), points[high].clone());
                let is_capacity = threshold == self.scenario.thresholds.len() && threshold > 0;
                let effort = match is_capacity || self.is_dear(high.users as u64) {
                    true => self.effort.far(),
                    false => self.effort.beyond(),
                };
                Track::Searching(Box::new(Search::between(low, high, effort)))
            }
        }
    }

    fn not_crossed(&self, last: &Point) -> Outcome {
        let capacity = self.point(self.scenario.thresholds.len(), self.on_grid(last.users as u64));
        match capacity.is_some_and(|point| sign(&point.residual) > 0) {
            true => Outcome::NotBefore(last.users as u64),
            false => Outcome::Never(last.users as u64),
        }
    }

    /// Changes of sign on the grid after the first one.
    fn later(&self, threshold: usize) -> Vec<Change> {
        let known: Vec<(u64, i8)> = self
            .grid
            .iter()
            .filter_map(|users| {
                let point = self.point(threshold, self.on_grid(*users))?;
                Some((*users, sign(&point.residual)))
            })
            .filter(|(_, sign)| *sign != 0)
            .collect();
        let Some(first) = known.iter().position(|(_, sign)| *sign > 0) else { return Vec::new() };
        let changes = known[first..].windows(2).filter(|pair| pair[0].1 != pair[1].1);
        changes
            .map(|pair| Change { crosses: pair[1].1 > 0, after: pair[0].0, before: pair[1].0 })
            .collect()
    }

    /// What was found.
    pub fn finish(self) -> Graduation {
        let names = self.scenario.thresholds.iter();
        let names = names.map(|one| (one.name.clone(), one.condition.to_string()));
        let names = names.chain([(CAPACITY.0.to_owned(), CAPACITY.1.to_owned())]);
        let tracks = self.searches.as_deref().unwrap_or_default();
        let thresholds = std::iter::zip(names, tracks).enumerate();
        let thresholds = thresholds.map(|(number, ((name, condition), track))| {
            let outcome = match track {
                Track::Over(outcome) => outcome.clone(),
                Track::Found(_, crossing) => Outcome::Crossed(*crossing),
                Track::Searching(_) => unreachable!("a search that wants nothing is over"),
            };
            ThresholdGraduation { name, condition, outcome, later: self.later(number) }
        });
        let mut thresholds: Vec<ThresholdGraduation> = thresholds.collect();
        share_capacity(&mut thresholds);
        let catalogue = Catalogue::of(&self.model);
        let columns = catalogue.values().into_iter().map(|value| {
            let unit = catalogue.unit(&value.selected);
            (value.path, unit)
        });
        let points = self.grid.iter().filter_map(|users| self.told.get(&self.on_grid(*users)));
        let numbered = |(case, told): (usize, &Told)| CaseResult { case, ..told.case.clone() };
        Graduation {
            title: self.scenario.title.clone().unwrap_or_else(|| self.scenario.name.clone()),
            stage: self.scenario.stage.as_ref().map(|stage| stage.text.clone()),
            scenario_hash: self.scenario.hash.clone(),
            users: self.scenario.users.count,
            growth: self.scenario.users.growth,
            thresholds,
            points: points.enumerate().map(numbered).collect(),
            simulated: self.simulated,
            columns: columns.collect(),
            effective: effective(&self.scenario),
            scenario: self.scenario.name,
        }
    }
}

/// Thresholds that are crossed by overload alone are crossed where the capacity is, which its own
/// search knows best.
fn share_capacity(thresholds: &mut [ThresholdGraduation]) {
    let Some((capacity, named)) = thresholds.split_last_mut() else { return };
    let Outcome::Crossed(capacity) = capacity.outcome else { return };
    for threshold in named {
        if let Outcome::Crossed(crossing) = &mut threshold.outcome
            && crossing.by_capacity
        {
            *crossing = Crossing { by_capacity: true, ..capacity };
        }
    }
}

impl Track {
    fn wanted(&self) -> Vec<Wanted> {
        match self {
            Track::Searching(search) => search.wanted(),
            Track::Found(..) | Track::Over(_) => Vec::new(),
        }
    }
}
