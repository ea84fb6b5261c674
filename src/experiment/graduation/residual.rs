//! How far a threshold is from being crossed, as a signed number.
//!
//! A search needs a number, not a yes or no: below 0 the threshold is not crossed, above 0 it is,
//! and in between the number goes through 0 as smoothly as the system allows.
//!
//! ```text
//! time > bound        1 - bound / time          straight in the users for M/M/1
//! other > bound       value / bound - 1
//! <                   the same with its sign turned
//! availability < bound    (1 - value) / (1 - bound) - 1    in nines, what is missing counts
//! and, or             the least, the greatest of the parts
//! ```
//!
//! Where work piles up or is lost, times and loads of what survives say nothing: an upper bound on
//! them counts as crossed there. So, beyond the capacity, their residual is never below that of the
//! capacity: offered load - 1, or log-odds of the error rate beyond those of 1%.

use crate::experiment::alerts::{AlertTrack, Watched};
use crate::experiment::course::{Course, Runs};
use crate::experiment::gather::select;
use crate::experiment::thresholds::MOST_ERRORS;
use crate::experiment::value;
use crate::experiment::verdict::limit;
use crate::language::condition::Comparator;
use crate::measure::metric::Row;
use crate::measure::statistics::sectioning::Sections;
use crate::measure::unit::Unit;
use crate::model::Model;
use crate::model::catalogue::Catalogue;

/// A threshold's distance from being crossed.
#[derive(Clone, PartialEq, Debug)]
pub struct Residual {
    /// Pooled over the repeats, and of each.
    pub sections: Sections,
    /// Where the number comes from.
    pub source: Source,
}

/// Where a residual comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// A metric in the steady state.
    Metric,
    /// The capacity of the system.
    Capacity,
    /// A condition that holds or does not: it jumps.
    Step,
}

/// A residual beyond this is as good as this: a search gains nothing from more.
const FURTHEST: f64 = 10.0;

/// What the repeats at one number of users say of all thresholds.
#[derive(Clone, Debug)]
pub struct Residuals {
    /// Of each threshold of the scenario, and of the capacity last; `None` where nothing was there
    /// to measure.
    pub thresholds: Vec<Option<Residual>>,
    /// Standard errors between the load of the station that limits and 1.
    pub z: f64,
}

impl Residuals {
    /// Reads the residuals off the repeats of a case.
    pub fn of(model: &Model, course: &Course<'_>, runs: &Runs) -> Residuals {
        let sheets = runs.sheets();
        let (capacity, z) = capacity(model, course.catalogue(), runs);
        let reading =
            Reading { catalogue: course.catalogue(), sheets: &sheets, capacity: capacity.as_ref() };
        let watches = course.watches();
        let of = |(watch, place): (&crate::experiment::alerts::AlertWatch, &Option<usize>)| {
            match place {
                Some(place) => Some(fired(&watches.tracks(&runs.singles, *place))),
                None => reading.condition(watch.any()),
            }
        };
        let mut thresholds: Vec<_> =
            std::iter::zip(&watches.thresholds, &watches.place).map(of).collect();
        thresholds.push(capacity);
        Residuals { thresholds, z }
    }
}

/// In how many repeats a condition with `for` held: half of them is 0.
fn fired(tracks: &[AlertTrack]) -> Residual {
    let own = tracks.iter().map(|track| if track.first_at.is_some() { 0.5 } else { -0.5 });
    let own: Vec<f64> = own.collect();
    let pooled = own.iter().sum::<f64>() / own.len() as f64;
    let sections = Sections { pooled, own: own.into_iter().map(Some).collect() };
    Residual { sections, source: Source::Step }
}

/// The residual of the capacity, and how sure the system keeps up.
fn capacity(model: &Model, catalogue: &Catalogue, runs: &Runs) -> (Option<Residual>, f64) {
    // Only a steady state has an offered load.
    let is_judged = !model.load.is_closed() && !model.load.is_recorded() && !model.is_changing;
    let limit = if is_judged { limit(model, &runs.singles) } else { None };
    let z = limit.as_ref().map_or(f64::INFINITY, |limit| limit.z);
    let errors = select(catalogue, "error_rate");
    let errors = errors.and_then(|selected| value::sections(&runs.sheets(), &selected));
    let requests = runs.singles.iter().map(|single| single.requests).sum::<u64>() as f64;
    let errors = errors.map(|errors| beyond_errors(&errors, requests));
    let sections = match (limit.map(|limit| limit.excess), errors) {
        (Some(load), Some(errors)) if errors.pooled > load.pooled => Some(errors),
        (Some(load), _) => Some(load),
        (None, errors) => errors,
    };
    (sections.map(|sections| Residual { sections, source: Source::Capacity }), z)
}

/// Log-odds of the error rate less those of the rate at which the capacity is crossed. No error at
/// all counts as half a one.
fn beyond_errors(errors: &Sections, requests: f64) -> Sections {
    let log_odds = |share: f64| libm::log(share / (1.0 - share));
    let least = 0.5 / requests.max(1.0);
    errors.map(|share| log_odds(share.clamp(least, 1.0 - least)) - log_odds(MOST_ERRORS))
}

/// Reads conditions off the sheets of a case.
struct Reading<'a> {
    catalogue: &'a Catalogue,
    sheets: &'a [&'a [Row]],
    capacity: Option<&'a Residual>,
}

impl Reading<'_> {
    /// Any of the lists, of which all.
    fn condition(&self, any: &[Vec<Watched>]) -> Option<Residual> {
        let all = |all: &Vec<Watched>| {
            let parts: Option<Vec<Residual>> =
                all.iter().map(|part| self.comparison(part)).collect();
            parts?.into_iter().min_by(by_pooled)
        };
        let lists: Option<Vec<Residual>> = any.iter().map(all).collect();
        lists?.into_iter().max_by(by_pooled)
    }

    fn comparison(&self, watched: &Watched) -> Option<Residual> {
        let entry = &self.catalogue.entries[watched.selected.entry];
        let is_upward = matches!(watched.comparator, Comparator::Above | Comparator::AtLeast);
        let gives_way = matches!(entry.metric.unit, Unit::Seconds)
            || (entry.metric.unit == Unit::Fraction && entry.metric.name != "hit_rate");
        let capacity = self.capacity.filter(|_| is_upward && gives_way);
        let capacity = capacity.filter(|capacity| capacity.sections.pooled > 0.0);
        let own = value::sections(self.sheets, &watched.selected).map(|sections| {
            match entry.metric.name {
                "availability" => distance_in_nines(&sections, watched),
                _ => distance(&sections, watched, entry.metric.unit),
            }
        });
        match (own, capacity) {
            (Some(own), Some(capacity)) if capacity.sections.pooled > own.sections.pooled => {
                Some(capacity.clone())
            }
            (None, Some(capacity)) => Some(capacity.clone()),
            (own, _) => own,
        }
    }
}

fn by_pooled(one: &Residual, other: &Residual) -> std::cmp::Ordering {
    one.sections.pooled.total_cmp(&other.sections.pooled)
}

/// How far a metric lies beyond its bound.
fn distance(sections: &Sections, watched: &Watched, unit: Unit) -> Residual {
    let Watched { comparator, bound, .. } = *watched;
    if bound == 0.0 {
        // There is no scale: zero is met or it is not.
        let met = |value: f64| if comparator.holds(value, bound) { 0.5 } else { -0.5 };
        return Residual { sections: sections.map(met), source: Source::Step };
    }
    let sign = match comparator {
        Comparator::Above | Comparator::AtLeast => 1.0,
        Comparator::Below | Comparator::AtMost => -1.0,
    };
    let beyond = |value: f64| {
        let beyond = if unit == Unit::Seconds { 1.0 - bound / value } else { value / bound - 1.0 };
        sign * beyond.clamp(-FURTHEST, FURTHEST)
    };
    Residual { sections: sections.map(beyond), source: Source::Metric }
}

/// The same for a share that is close to 1: of what is missing.
fn distance_in_nines(sections: &Sections, watched: &Watched) -> Residual {
    let comparator = match watched.comparator {
        Comparator::Above => Comparator::Below,
        Comparator::AtLeast => Comparator::AtMost,
        Comparator::Below => Comparator::Above,
        Comparator::AtMost => Comparator::AtLeast,
    };
    let missing = Watched { comparator, bound: 1.0 - watched.bound, ..watched.clone() };
    distance(&sections.map(|share| 1.0 - share), &missing, Unit::Fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::catalogue::{Selected, Statistic};

    fn of(values: &[f64], comparator: Comparator, bound: f64, unit: Unit) -> Residual {
        let selected = Selected { entry: 0, places: Vec::new(), statistic: Statistic::Bare };
        let watched = Watched { selected, comparator, bound, hold: None };
        let pooled = values.iter().sum::<f64>() / values.len() as f64;
        let sections = Sections { pooled, own: values.iter().copied().map(Some).collect() };
        distance(&sections, &watched, unit)
    }

    /// M/M/1 answers after s / (1 - rho) in the mean: 1 - bound (1 - rho) / s is straight in rho.
    #[test]
    fn a_time_that_explodes_becomes_a_straight_line() {
        let at = |load: f64| {
            of(&[0.001 / (1.0 - load)], Comparator::Above, 0.01, Unit::Seconds).sections.pooled
        };
        let (one, two, three) = (at(0.5), at(0.7), at(0.9));
        assert!(
            (three - 2.0 * two + one).abs() < 1e-12 && three.abs() < 1e-12,
            "{one} {two} {three}"
        );
    }

    #[test]
    fn signs_tell_which_side_a_value_is_on() {
        let load = of(&[0.5, 0.7], Comparator::Above, 0.5, Unit::Fraction).sections;
        assert!((load.pooled - 0.2).abs() < 1e-12 && load.own[0] == Some(0.0));
        let hits = of(&[0.84], Comparator::Below, 0.8, Unit::Fraction).sections.pooled;
        assert!((hits + 0.05).abs() < 1e-12);
        let none = of(&[0.0], Comparator::Above, 0.0, Unit::PerSecond);
        assert_eq!((none.sections.pooled, none.source), (-0.5, Source::Step));
        let endless = of(&[f64::INFINITY], Comparator::Above, 0.2, Unit::Seconds);
        assert_eq!(endless.sections.pooled, 1.0);
        let instant = of(&[0.0], Comparator::Above, 0.2, Unit::Seconds);
        assert_eq!(instant.sections.pooled, -FURTHEST);
    }

    /// 99.93% are 1.4 times as much missing as at 99.95%.
    #[test]
    fn availability_is_measured_by_what_is_missing() {
        let selected = Selected { entry: 0, places: Vec::new(), statistic: Statistic::Bare };
        let watched =
            Watched { selected, comparator: Comparator::Below, bound: 0.9995, hold: None };
        let sections = Sections { pooled: 0.9993, own: vec![Some(0.9993); 2] };
        let missing = distance_in_nines(&sections, &watched);
        assert!((missing.sections.pooled - 0.4).abs() < 1e-9, "{missing:?}");
        assert_eq!(missing.source, Source::Metric);
    }

    /// 1% is the bound; at 2.68% the odds are e times as large: 0.0275 / 0.0101.
    #[test]
    fn errors_are_measured_in_log_odds() {
        let share = 1.0 / (1.0 + 99.0 / core::f64::consts::E);
        let errors = Sections { pooled: share, own: vec![Some(0.0), Some(0.01)] };
        let beyond = beyond_errors(&errors, 1_000.0);
        assert!((beyond.pooled - 1.0).abs() < 1e-12);
        assert!(beyond.own[0].is_some_and(|own| own < -2.9));
        assert!(beyond.own[1].is_some_and(|own| own.abs() < 1e-12));
    }
}
