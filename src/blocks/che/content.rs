//! What a cache holds at a moment of its steady state: key by key, and in sum by age.
//!
//! Nothing here is stored per key. Whether a key is held is drawn when somebody asks; the sums are
//! tabulated once, at a cost that does not depend on the number of keys.

use super::{Demand, Solution};
use crate::kernel::random::Draw;
use crate::kernel::time::Duration;

/// The oldest age a cache's memory keeps, in seconds: 36 years of 365 days.
const OLDEST: f64 = 36.0 * 365.0 * 86_400.0;

/// Ages at which the sums are computed lie this far apart in the natural logarithm. Between them a
/// cubic through values and slopes is wrong by STEP^4 / 384 or less: 2e-4 of the sum.
const STEP: f64 = 0.5;

/// Bins between two such ages; within a bin of 3% the content is taken as evenly spread.
const BINS_PER_STEP: u32 = 16;

/// The youngest part of the content, put into one bin.
const YOUNGEST: f64 = 1e-6;

/// An entry held at a moment of the steady state.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HeldEntry {
    /// Time since its insertion; beyond the time to live when it has expired.
    pub age: Duration,
    /// Seconds since it was last read.
    pub since_read: f64,
}

impl Solution {
    /// Draws whether the key of this rank is held at a moment of the steady state, and its ages.
    /// Independently of the other keys, as in the approximation itself: what they weigh together
    /// is about the capacity.
    ///
    /// Ages are cut at 36 years of 365 days, the most a cache's memory keeps.
    pub fn draw_entry(&self, population: usize, rank: u64, draw: &mut Draw) -> Option<HeldEntry> {
        let demand = &self.demands[population];
        let law = demand.entry(rank as f64, self.characteristic_time, self.time_to_live);
        if !draw.chance(law.read_within(self.characteristic_time)) {
            return None;
        }
        let (age, since_read) = law.draw_ages(draw);
        let age = Duration::from_seconds(age.min(OLDEST));
        Some(HeldEntry { age, since_read: since_read.min(OLDEST) })
    }

    /// The sums of what is held by the time since it was last read.
    pub fn content(&self) -> Content {
        let curve = Curve::new(&self.demands);
        let mut ages = Vec::new();
        let whole = curve.at(self.characteristic_time);
        if whole.weight <= 0.0 {
            return Content { edges: vec![0.0], bins: Vec::new() };
        }
        let mut oldest = self.characteristic_time;
        if oldest == f64::INFINITY {
            // Up to the age below which nearly everything lies; the last bin takes the rest.
            oldest = 1.0 / curve.rate;
            while oldest < OLDEST && curve.at(oldest).weight < whole.weight * (1.0 - 1e-9) {
                oldest *= libm::exp(4.0 * STEP);
            }
        }
        let mut age = oldest;
        loop {
            let sums = curve.at(age);
            ages.push((age, sums));
            if sums.weight <= YOUNGEST * whole.weight {
                break;
            }
            age *= libm::exp(-STEP);
        }
        ages.reverse();
        let mut content = Content::between(&ages);
        if self.characteristic_time == f64::INFINITY {
            let below = ages.last().expect("the oldest age is there").1;
            content.push(f64::INFINITY, &below, &whole);
        }
        content
    }
}

/// A part of the content.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Amount {
    /// Expected weight, in the unit of the capacity.
    pub weight: f64,
    /// Expected number of entries.
    pub entries: f64,
}

impl Amount {
    /// Adds a multiple of another.
    pub fn add(&mut self, other: Amount, times: f64) {
        self.weight += other.weight * times;
        self.entries += other.entries * times;
    }
}

/// What a cache is expected to hold, by the time since it was last read.
#[derive(Clone, Debug)]
pub struct Content {
    /// The ages between bins, in seconds, from 0 on; the last may be infinite.
    edges: Vec<f64>,
    /// Bin k holds what was last read between the edges k and k + 1.
    bins: Vec<Amount>,
}

impl Content {
    /// The bins, the one read last first.
    pub fn bins(&self) -> &[Amount] {
        &self.bins
    }

    /// The ages in seconds at which a bin begins and ends.
    pub fn span(&self, bin: usize) -> (f64, f64) {
        (self.edges[bin], self.edges[bin + 1])
    }

    /// The bin of an age in seconds.
    pub fn bin_of(&self, age: f64) -> usize {
        let after = self.edges.partition_point(|edge| *edge <= age);
        after.clamp(1, self.bins.len()) - 1
    }

    /// Fine bins from the sums at coarse ages.
    fn between(ages: &[(f64, Sums)]) -> Content {
        let mut content = Content { edges: vec![0.0], bins: Vec::new() };
        let (mut age, mut sums) = ages[0];
        content.push(age, &Sums::default(), &sums);
        for &(next_age, next) in &ages[1..] {
            let mut below = sums;
            for part in 1..=BINS_PER_STEP {
                let place = f64::from(part) / f64::from(BINS_PER_STEP);
                let (edge, above) = match part {
                    BINS_PER_STEP => (next_age, next),
                    _ => {
                        let between = sums.towards(&next, place);
                        (age * libm::exp(STEP * place), between.clamped(&below, &next))
                    }
                };
                content.push(edge, &below, &above);
                below = above;
            }
            (age, sums) = (next_age, next);
        }
        content
    }

    fn push(&mut self, edge: f64, below: &Sums, above: &Sums) {
        self.edges.push(edge);
        self.bins.push(Amount {
            weight: (above.weight - below.weight).max(0.0),
            entries: (above.entries - below.entries).max(0.0),
        });
    }
}

/// Expected weight and number of the entries read within some age, with their slopes in the
/// logarithm of the age.
#[derive(Clone, Copy, Default, Debug)]
struct Sums {
    weight: f64,
    weight_slope: f64,
    entries: f64,
    entries_slope: f64,
}

impl Sums {
    /// The values at a place (0 to 1) between this age and the next one: Hermite's cubic.
    fn towards(&self, next: &Sums, place: f64) -> Sums {
        let cubic = |from: f64, from_slope: f64, to: f64, to_slope: f64| {
            let rest = 1.0 - place;
            let values =
                rest * rest * (1.0 + 2.0 * place) * from + place * place * (1.0 + 2.0 * rest) * to;
            values + place * rest * (rest * from_slope - place * to_slope) * STEP
        };
        Sums {
            weight: cubic(self.weight, self.weight_slope, next.weight, next.weight_slope),
            entries: cubic(self.entries, self.entries_slope, next.entries, next.entries_slope),
            ..Sums::default()
        }
    }

    /// Not below one and not above another: where a sum hardly rises any more, a cubic overshoots.
    fn clamped(self, low: &Sums, high: &Sums) -> Sums {
        Sums {
            weight: self.weight.max(low.weight).min(high.weight),
            entries: self.entries.max(low.entries).min(high.entries),
            ..self
        }
    }
}

/// The ranks that stand for all, with their rates: made once, looked through for every age.
struct Curve {
    points: Vec<Point>,
    /// Reads and writes per second of all keys.
    rate: f64,
}

struct Point {
    /// Reads per second of a key, and reads and writes together.
    reads: f64,
    rate: f64,
    /// How many keys it stands for, and what they weigh.
    count: f64,
    weight: f64,
}

impl Curve {
    fn new(demands: &[Demand]) -> Curve {
        let mut points = Vec::new();
        for demand in demands {
            demand.visit(|rank, count| {
                let (reads, writes) = demand.rates(rank);
                let count = count * demand.population.share;
                let weight = count * demand.population.weight;
                if reads > 0.0 {
                    points.push(Point { reads, rate: reads + writes, count, weight });
                }
            });
        }
        let rate = |demand: &Demand| demand.population.read_rate + demand.population.write_rate;
        Curve { points, rate: demands.iter().map(rate).sum() }
    }

    /// What was read within `age` seconds and not written since.
    fn at(&self, age: f64) -> Sums {
        let mut sums = Sums::default();
        for point in &self.points {
            let gone = -libm::expm1(-point.rate * age);
            let held = point.reads / point.rate * gone;
            // Nothing is left at an infinite age, where the slope is 0 as well.
            let slope = if gone < 1.0 { point.reads * age * (1.0 - gone) } else { 0.0 };
            sums.weight += point.weight * held;
            sums.weight_slope += point.weight * slope;
            sums.entries += point.count * held;
            sums.entries_slope += point.count * slope;
        }
        sums
    }
}
