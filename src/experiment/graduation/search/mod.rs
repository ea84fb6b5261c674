//! The search for the number of users at which one threshold is crossed: what to run next, from
//! what the last runs said. Knows nothing of models and runs nothing.
//!
//! ```text
//! grid -> first change of sign -> bracket -> secant steps -> pairs with fresh seeds -> crossing
//! ```
//!
//! Secant steps (Illinois: the end that stays counts half each time; Dowell and Jarratt, BIT 11,
//! 1971) go on at the length of the grid until luck decides more than a further step. Then pairs
//! of runs, each with fresh seeds: one at the estimate u, one at (1 - d) u. Two points give the
//! slope, one Newton step the crossing, and the repeats' own residuals its interval by sectioning:
//! u_r = u - residual_r / slope. Runs get longer until the interval is as narrow as asked, and the
//! station that limits has its load known to 25 standard errors: nearer to saturation percentiles
//! are not settled, however narrow their interval. Where the secant steps end close around the
//! crossing, and yet far enough apart against luck, their line serves as the first pair's.
//!
//! Close to the capacity bounded lines take long to fill, so that what is lost grows with the
//! length of a run: there the run that confirms is longer, and by how much it moves the crossing is
//! part of the interval.
//!
//! A last run confirms, with the slope that is known by then: what it says is the answer, whatever
//! it says. For a pair that was good enough was chosen for it, and runs in which little came by
//! chance look better than they are.
//!
//! A search that is over can be refined: a run with fresh seeds, as long as the narrower interval
//! takes, with the slope that is known.

mod bracket;
mod effort;

use super::residual::{Residual, Source};
use crate::measure::statistics::sectioning::Sections;
use crate::measure::statistics::student::student_quantile;
use bracket::Bracket;
pub use effort::{COARSER, Effort};

/// How sure a point of the grid must be to count: one-sided.
const SURE: f64 = 0.99;
/// Level of the interval of a crossing.
const LEVEL: f64 = 0.95;
/// Standard errors between load and 1 that percentiles need.
const SETTLED: f64 = 25.0;
/// The half-width aimed at, over the one asked for: so that most first tries are narrow enough.
const AIM: f64 = 0.8;
/// The most a run is lengthened at once.
const MOST_STRETCH: f64 = 32.0;
/// Secant steps and pairs before a search is given up.
const MOST_STEPS: u32 = 24;
/// A step of this share is straight enough: what curves adds its square.
const NEAR: f64 = 0.02;
/// Pairs after which the longest runs must do.
const PAIRS_AT_MOST: u64 = 3;
/// The two points of a pair are so many half-widths apart at least, so that the slope between them
/// is known to some 10%: sqrt(2) / (6 x 2.36) for independent ones.
const APART: f64 = 6.0;
/// The least and the most by which the points of a pair differ.
const LEAST_APART: f64 = 0.01;
const MOST_APART: f64 = 0.2;
/// Over so much of the users a curve is straight enough to take its slope from a chord.
const STRAIGHT: f64 = 0.1;
/// A further secant step is not worth its run if it moves by less than this share of the precision.
const IDLE: f64 = 0.1;

/// A number of users that was run.
#[derive(Clone, PartialEq, Debug)]
pub struct Point {
    /// The users.
    pub users: f64,
    /// Requests of each repeat.
    pub requests: u64,
    /// What the threshold's residual was.
    pub residual: Residual,
    /// Standard errors between the load of the station that limits and 1.
    pub z: f64,
}

/// What a search wants to be run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Wanted {
    /// How many users.
    pub users: u64,
    /// Requests of each repeat.
    pub requests: u64,
    /// Which set of seeds: 0 is that of the grid.
    pub seeds: u64,
}

/// Where a threshold is crossed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Crossing {
    /// Users at which it is crossed.
    pub users: f64,
    /// 95% interval.
    pub interval: (f64, f64),
    /// Whether the interval is as narrow as asked, and the system's load settled.
    pub is_settled: bool,
    /// Whether it is the system's capacity that decides, and not the metric.
    pub by_capacity: bool,
}

/// The search for one crossing.
#[derive(Clone, Debug)]
pub struct Search {
    effort: Effort,
    phase: Phase,
    steps: u32,
    /// From where a search that is over can go on.
    known: Option<Known>,
}

/// What the end of a search leaves to go on from.
#[derive(Clone, Debug)]
enum Known {
    /// Between two points, of a threshold that jumps.
    Jump(Bracket),
    /// The last run, with the slope, and the seeds used up.
    Run { at: Point, slope: f64, seeds: u64 },
}

#[derive(Clone, Debug)]
enum Phase {
    /// Between two points of opposite sign.
    Narrow(Bracket),
    /// Runs that give the crossing.
    Pair(Pair),
    Done(Crossing),
}

/// Two runs that give a crossing and its interval, or one that confirms it.
#[derive(Clone, Copy, Debug)]
struct Pair {
    /// Where the first run stands.
    users: f64,
    /// How far below the second one stands, as a share.
    apart: f64,
    /// Requests of each repeat.
    requests: u64,
    /// Which set of seeds.
    seeds: u64,
    /// What an earlier pair found, once one was good enough: this one then confirms.
    confirms: Option<Found>,
}

/// What a pair found that is to be confirmed.
#[derive(Clone, Copy, Debug)]
struct Found {
    slope: f64,
    users: f64,
    /// Whether the load of the limiting station was known well enough there.
    is_settled: bool,
}

/// What a point's interval says of its sign.
pub fn sign(residual: &Residual) -> i8 {
    let Sections { pooled, own } = &residual.sections;
    let freedom = own.iter().flatten().count() as f64 - 1.0;
    let bound = match residual.sections.standard_error() {
        Some(standard_error) if freedom >= 1.0 => student_quantile(SURE, freedom) * standard_error,
        _ => 0.0,
    };
    match () {
        () if pooled - bound > 0.0 => 1,
        () if pooled + bound < 0.0 => -1,
        () => 0,
    }
}

impl Search {
    /// A search between two points, the lower not crossed, the upper crossed.
    pub fn between(low: Point, high: Point, effort: Effort) -> Search {
        let bracket = Bracket::new(low, high);
        let mut search = Search { effort, phase: Phase::Narrow(bracket), steps: 0, known: None };
        search.settle();
        search
    }

    /// Goes on with a search that is over, at another effort than before; false when there is none,
    /// or nothing is known to go on from.
    pub fn refine(&mut self, effort: Effort) -> bool {
        if self.effort == effort {
            return false;
        }
        let Some(known) = self.known.take() else { return false };
        (self.effort, self.steps) = (effort, 0);
        match known {
            Known::Jump(bracket) => {
                self.phase = Phase::Narrow(bracket);
                self.settle();
            }
            Known::Run { at, slope, seeds } => {
                let sections = &at.residual.sections;
                let root = at.users - sections.pooled / slope;
                let width = half_width(sections, slope) / root;
                let (requests, apart) = self.length(&at, width);
                let times = match at.residual.source {
                    Source::Capacity => effort.longer,
                    Source::Metric | Source::Step => 1,
                };
                let requests = requests.max(at.requests * times).min(effort.most_requests);
                let confirms = Some(Found { slope, users: root, is_settled: is_settled(&at) });
                let seeds = seeds + 1;
                self.phase = Phase::Pair(Pair { users: root, apart, requests, seeds, confirms });
            }
        }
        true
    }

    /// What must be run next; nothing when the search is over.
    pub fn wanted(&self) -> Vec<Wanted> {
        let whole = |users: f64| libm::round(users).max(1.0) as u64;
        match &self.phase {
            Phase::Narrow(bracket) => {
                let users = whole(bracket.secant());
                vec![Wanted { users, requests: self.effort.requests, seeds: 0 }]
            }
            Phase::Pair(Pair { users, apart, requests, seeds, confirms }) => {
                let (users, requests, seeds) = (*users, *requests, *seeds);
                let below = whole(users * (1.0 - apart)).min(whole(users).saturating_sub(1)).max(1);
                let at = Wanted { users: whole(users), requests, seeds };
                match confirms {
                    Some(_) => vec![at],
                    None => vec![at, Wanted { users: below, requests, seeds }],
                }
            }
            Phase::Done(_) => Vec::new(),
        }
    }

    /// The crossing, once the search is over.
    pub fn crossing(&self) -> Option<Crossing> {
        match self.phase {
            Phase::Done(crossing) => Some(crossing),
            _ => None,
        }
    }

    /// Takes what was wanted, in that order.
    ///
    /// # Panics
    /// When there are not as many points as were wanted.
    pub fn take(&mut self, points: &[Point]) {
        self.steps += 1;
        match &mut self.phase {
            Phase::Narrow(bracket) => {
                bracket.take(points[0].clone());
                self.settle();
            }
            Phase::Pair(pair) => {
                let pair = *pair;
                let rise = |at: &Point, below: &Point| {
                    let residual = |point: &Point| point.residual.sections.pooled;
                    (residual(at) - residual(below)) / (at.users - below.users)
                };
                let slope = points.get(1).map(|below| rise(&points[0], below));
                self.pair(pair, &points[0], pair.confirms.map(|found| found.slope).or(slope));
            }
            Phase::Done(_) => assert!(points.is_empty(), "a search that is over wants nothing"),
        }
    }

    /// Ends the secant steps once luck, or rounding to whole users, decides more than another.
    fn settle(&mut self) {
        let Phase::Narrow(bracket) = &self.phase else { return };
        let Bracket { low, high, .. } = bracket;
        let gap = high.users - low.users;
        let is_narrow = gap <= self.effort.precision * low.users || gap <= 1.5;
        let is_over = self.steps >= MOST_STEPS;
        let is_enough = self.effort.by_points && gap <= 2.0 * self.effort.precision * low.users;
        if !bracket.is_smooth() || self.effort.by_points {
            if is_narrow || is_enough || is_over {
                let crossing = bracket.jump(is_narrow || is_enough);
                self.known = Some(Known::Jump(bracket.clone()));
                self.phase = Phase::Done(crossing);
            }
            return;
        }
        let (slope, root) = bracket.line();
        let nearer = if root - low.users < high.users - root { low } else { high };
        let half_width = half_width(&nearer.residual.sections, slope);
        let step = (root - nearer.users).abs();
        let is_idle = step <= half_width.max(IDLE * self.effort.precision * root);
        if is_over || is_narrow || is_idle || gap <= 2.0 * half_width {
            let (mut requests, apart) = self.length(nearer, half_width / root);
            let knows_slope = gap >= APART * half_width && gap <= STRAIGHT * root;
            let confirms = knows_slope.then_some(Found { slope, users: root, is_settled: false });
            if knows_slope && nearer.residual.source == Source::Capacity {
                requests = (requests * self.effort.longer).min(self.effort.most_requests);
            }
            self.phase = Phase::Pair(Pair { users: root, apart, requests, seeds: 1, confirms });
        }
    }

    /// Requests that a point's runs must have for the precision asked for, and how far apart the
    /// points of a pair are then; `width` is the half-width over the users that the point had.
    fn length(&self, point: &Point, width: f64) -> (u64, f64) {
        let square = |ratio: f64| ratio * ratio;
        let wanted = AIM * self.effort.precision;
        let for_width = square(width / wanted);
        let for_load = match point.residual.source {
            Source::Metric if point.z.is_finite() => square(1.1 * SETTLED / point.z.max(0.1)),
            _ => 0.0,
        };
        let times = for_width.max(for_load).clamp(0.25, MOST_STRETCH);
        let requests = (point.requests as f64 * times) as u64;
        let requests = requests.clamp(self.effort.requests, self.effort.most_requests);
        let width = width * (point.requests as f64 / requests as f64).sqrt();
        (requests, (APART * width).clamp(LEAST_APART, MOST_APART))
    }

    fn pair(&mut self, pair: Pair, at: &Point, slope: Option<f64>) {
        let Some(slope) = slope.filter(|slope| *slope > 0.0) else {
            // The slope drowned in luck: longer runs, further apart.
            let requests = pair.requests.saturating_mul(4);
            return self.again(Pair { apart: MOST_APART, requests, ..pair }, None);
        };
        let root = at.users - at.residual.sections.pooled / slope;
        self.known = Some(Known::Run { at: at.clone(), slope, seeds: pair.seeds });
        let by_capacity = at.residual.source == Source::Capacity;
        let drift = pair.confirms.filter(|_| by_capacity).map(|found| (root - found.users).abs());
        let half_width = half_width(&at.residual.sections, slope).max(drift.unwrap_or(0.0));
        let is_narrow = half_width <= self.effort.precision * root;
        let crossing = Crossing {
            users: root,
            interval: ((root - half_width).max(0.0), root + half_width),
            is_settled: is_narrow
                && (pair.confirms.is_some_and(|it| it.is_settled) || is_settled(at)),
            by_capacity,
        };
        // A crossing far from where the pair stood rests on a straight line through a curve.
        let is_near = (root - at.users).abs() <= f64::max(2.0 * half_width, NEAR * root);
        let next = root.clamp(0.7 * at.users, 1.4 * at.users);
        let (needed, apart) = self.length(at, half_width / root.max(1.0));
        if crossing.is_settled && is_near {
            self.phase = match pair.confirms {
                Some(_) => Phase::Done(crossing),
                None => {
                    let confirms = Some(Found { slope, users: root, is_settled: true });
                    let times = if by_capacity { self.effort.longer } else { 1 };
                    let requests = (pair.requests * times).min(self.effort.most_requests);
                    let seeds = pair.seeds + 1;
                    Phase::Pair(Pair { users: next, apart, requests, seeds, confirms })
                }
            };
            return;
        }
        // What runs must be like is known near the crossing alone: elsewhere the pair only moves,
        // unless luck is so large that it would move by that.
        let requests = match is_near || half_width > MOST_APART * root {
            true => needed.max(pair.requests + pair.requests / 2),
            false => pair.requests,
        };
        // Near enough, the slope holds there too, if it was known from more than luck.
        let is_straight = (next - at.users).abs() <= STRAIGHT * root;
        let knows_slope = pair.confirms.is_some() || 2.0 * pair.apart * root >= APART * half_width;
        let confirms =
            (is_straight && knows_slope).then_some(Found { slope, users: root, is_settled: false });
        self.again(Pair { users: next, apart, requests, confirms, ..pair }, Some(crossing));
    }

    /// Another pair, unless runs get no longer, or there were enough.
    fn again(&mut self, next: Pair, found: Option<Crossing>) {
        let Phase::Pair(before) = &self.phase else { return };
        let most = self.effort.most_requests;
        let is_longest = before.requests >= most && before.seeds >= PAIRS_AT_MOST;
        if self.steps >= MOST_STEPS || is_longest {
            let users = next.users;
            let unknown = Crossing {
                users,
                interval: (users * (1.0 - MOST_APART), users * (1.0 + MOST_APART)),
                is_settled: false,
                by_capacity: false,
            };
            let unsettled = |found| Crossing { is_settled: false, ..found };
            self.phase = Phase::Done(found.map_or(unknown, unsettled));
            return;
        }
        let requests = next.requests.min(most);
        self.phase = Phase::Pair(Pair { requests, seeds: next.seeds + 1, ..next });
    }
}

/// Whether the load of the limiting station is known well enough for the metric's percentiles.
fn is_settled(point: &Point) -> bool {
    point.residual.source != Source::Metric || point.z >= SETTLED
}

/// Half-width of the interval of a crossing in users: t x standard error of the residual / slope.
fn half_width(sections: &Sections, slope: f64) -> f64 {
    let freedom = sections.own.iter().flatten().count() as f64 - 1.0;
    match sections.standard_error() {
        Some(standard_error) if freedom >= 1.0 => {
            student_quantile((1.0 + LEVEL) / 2.0, freedom) * standard_error / slope.abs()
        }
        _ => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests;
