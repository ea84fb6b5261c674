//! Hit rates of a least-recently-used cache in the steady state, without simulating it.
//!
//! - this file: what is asked of the cache, and [`solve`], which finds the characteristic time;
//! - [`lifetime`]: the law of one key's entry, given that time;
//! - [`content`]: what a cache holds at a moment of its steady state: key by key, and by age.
//!
//! Che's approximation (H. Che, Y. Tung, Z. Wang, "Hierarchical web caching systems: modeling,
//! design and experimental results", IEEE JSAC 20(7), 2002; why it is this good: C. Fricker,
//! P. Robert, J. Roberts, "A versatile and accurate approximation for LRU cache performance",
//! ITC 24, 2012): reads of key i are Poisson with rate r_i, independently of each other, and an
//! entry not read for the *characteristic time* t is evicted. The same t serves all keys; it is
//! the one with which the expected weight of the entries held equals the capacity.
//!
//! What must hold: expected weights never exceed the capacity; a hit rate is a probability; the
//! work is some hundreds of keys however many there are.
//!
//! An entry older than the time to live stays, useless, until it is read (and filled anew), written
//! or evicted: nobody looks for it, as in memcached.

pub mod content;
pub mod lifetime;

use std::ops::Range;

use crate::blocks::popularity::{Popularity, RankLaw};
use crate::kernel::time::Duration;
use lifetime::EntryLaw;

/// Ranks up to here are summed one by one.
const HEAD: u64 = 128;

/// A set of keys asked for by one popularity law.
///
/// It may be a random subset of the keys the law ranks, as when keys are spread over the nodes of a
/// cache by hash: each key belongs to it with probability `share`, whatever its rank.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Population {
    /// Number of keys the law ranks.
    pub keys: u64,
    /// Share of them that belong to this population: above 0, at most 1.
    pub share: f64,
    /// How reads are spread over the keys.
    pub popularity: Popularity,
    /// Reads per second of all its keys together, that reach the cache.
    pub read_rate: f64,
    /// How writes are spread over the keys, rank by rank as the reads.
    pub written: Popularity,
    /// Writes per second of all its keys together that delete the key's entry; 0 when writes leave
    /// entries alone.
    pub write_rate: f64,
    /// What one entry takes of the capacity: 1 where it counts entries, else bytes.
    pub weight: f64,
}

impl Population {
    /// A population that is only read, each entry counting as one.
    pub const fn read_only(keys: u64, popularity: Popularity, read_rate: f64) -> Self {
        let written = popularity;
        let (share, write_rate, weight) = (1.0, 0.0, 1.0);
        Population { keys, share, popularity, read_rate, written, write_rate, weight }
    }
}

/// The steady state of a cache.
#[derive(Clone, Debug)]
pub struct Solution {
    demands: Vec<Demand>,
    /// Seconds; infinite without one.
    time_to_live: f64,
    characteristic_time: f64,
    hit_rates: Vec<f64>,
    entries: Vec<f64>,
}

impl Solution {
    /// Seconds without a read after which an entry is evicted; infinite when nothing ever is.
    pub fn characteristic_time(&self) -> f64 {
        self.characteristic_time
    }

    /// Per population, the share of its reads that find a usable entry.
    pub fn hit_rates(&self) -> &[f64] {
        &self.hit_rates
    }

    /// Per population, the expected number of entries held, expired ones included.
    pub fn entries(&self) -> &[f64] {
        &self.entries
    }

    /// The share of all reads that find a usable entry; 0 without reads.
    pub fn hit_rate(&self) -> f64 {
        self.hit_rate_of(0..self.demands.len())
    }

    /// The same of some populations, by their positions.
    pub fn hit_rate_of(&self, populations: Range<usize>) -> f64 {
        let rate = |demand: &Demand| demand.population.read_rate;
        let demands = &self.demands[populations.clone()];
        let reads: f64 = demands.iter().map(rate).sum();
        let hits: f64 = std::iter::zip(demands, &self.hit_rates[populations])
            .map(|(demand, hit_rate)| rate(demand) * hit_rate)
            .sum();
        if reads > 0.0 { hits / reads } else { 0.0 }
    }
}

/// Finds the steady state of a least-recently-used cache of `capacity` (in the unit of the
/// populations' weights) shared by `populations`, in which hits don't prolong the time to live.
///
/// The sums over keys are exact for the 128 most popular and an integral in the logarithm of the
/// rank beyond, wrong by less than 1e-5 of the sum. The approximation itself is within some tenths
/// of a percentage point for caches of hundreds of entries and more.
///
/// # Panics
/// When a population has no key, or a rate, a weight or the capacity is negative or not a number.
pub fn solve(
    populations: &[Population],
    capacity: f64,
    time_to_live: Option<Duration>,
) -> Solution {
    assert!(capacity >= 0.0, "a capacity of {capacity}");
    let time_to_live = time_to_live.map_or(f64::INFINITY, Duration::seconds);
    let demands: Vec<Demand> = populations.iter().map(Demand::new).collect();
    let characteristic_time = balance(&demands, capacity);
    let hit_rate = |demand: &Demand| {
        let hits = demand.sum(|rank| {
            let entry = demand.entry(rank, characteristic_time, time_to_live);
            demand.reads.density(rank) * entry.hit_probability()
        });
        hits.clamp(0.0, 1.0)
    };
    let hit_rates = demands.iter().map(hit_rate).collect();
    let entries = demands.iter().map(|demand| demand.entries(characteristic_time)).collect();
    Solution { demands, time_to_live, characteristic_time, hit_rates, entries }
}

/// A population with the constants of its laws.
#[derive(Clone, Copy, Debug)]
struct Demand {
    population: Population,
    reads: RankLaw,
    writes: RankLaw,
}

impl Demand {
    fn new(population: &Population) -> Self {
        let Population { share, read_rate, write_rate, weight, .. } = *population;
        assert!(share > 0.0 && share <= 1.0, "a share of {share} of the keys");
        for number in [read_rate, write_rate, weight] {
            assert!(number >= 0.0 && number.is_finite(), "a rate or weight of {number}");
        }
        Demand {
            population: *population,
            reads: RankLaw::new(population.popularity, population.keys),
            writes: RankLaw::new(population.written, population.keys),
        }
    }

    /// True when all ranks are alike.
    fn is_flat(&self) -> bool {
        self.population.popularity.exponent() == 0.0 && self.population.written.exponent() == 0.0
    }

    /// The entry of one rank. Ranks may lie between whole numbers, for integrals.
    fn entry(&self, rank: f64, characteristic_time: f64, time_to_live: f64) -> EntryLaw {
        let (reads, writes) = self.rates(rank);
        EntryLaw::new(reads, writes, characteristic_time, time_to_live)
    }

    /// Reads and writes per second of the key of one rank.
    fn rates(&self, rank: f64) -> (f64, f64) {
        let Population { share, read_rate, write_rate, .. } = self.population;
        let rate = |rate: f64, law: &RankLaw| match rate {
            0.0 => 0.0,
            _ => rate / share * law.density(rank),
        };
        (rate(read_rate, &self.reads), rate(write_rate, &self.writes))
    }

    /// Expected number of entries held, expired ones included.
    fn entries(&self, characteristic_time: f64) -> f64 {
        let held = |rank| {
            let entry = self.entry(rank, characteristic_time, f64::INFINITY);
            entry.read_within(characteristic_time)
        };
        self.population.share * self.sum(held)
    }

    /// The sum of a smooth function over all ranks.
    fn sum(&self, term: impl Fn(f64) -> f64) -> f64 {
        let mut sum = 0.0;
        self.visit(|rank, count| sum += count * term(rank));
        sum
    }

    /// Visits the ranks that stand for all, each with the number it stands for: the head one by
    /// one; beyond, sums become integrals (midpoint rule backwards, relative error about
    /// 1 / (24 * 128^2)), taken by Gauss quadrature in the logarithm of the rank, two pieces an
    /// octave. Ranks may lie between whole numbers.
    fn visit(&self, mut visit: impl FnMut(f64, f64)) {
        let keys = self.population.keys;
        if self.is_flat() {
            return visit(0.0, keys as f64);
        }
        (0..keys.min(HEAD)).for_each(|rank| visit(rank as f64, 1.0));
        if keys <= HEAD {
            return;
        }
        let (from, to) = (libm::log(HEAD as f64 + 0.5), libm::log(keys as f64 + 0.5));
        let pieces = ((to - from) * 2.0 / std::f64::consts::LN_2).ceil().max(1.0);
        let width = (to - from) / pieces;
        for piece in 0..pieces as u32 {
            let start = from + width * f64::from(piece);
            for (log, weight) in gauss_points(start, start + width) {
                let place = libm::exp(log);
                visit(place - 1.0, weight * place);
            }
        }
    }
}

/// The characteristic time at which the expected weight meets the capacity, to 1e-10 of itself.
fn balance(demands: &[Demand], capacity: f64) -> f64 {
    let weight = |time: f64| -> f64 {
        demands.iter().map(|demand| demand.population.weight * demand.entries(time)).sum()
    };
    if weight(f64::INFINITY) <= capacity {
        return f64::INFINITY;
    }
    if capacity == 0.0 {
        return 0.0;
    }
    // A bracket in the logarithm of the time, then Illinois steps: false position that halves the
    // weight of an end kept twice (Dahlquist and Bjoerck, "Numerical Methods", section 6.2.2).
    let excess = |log: f64| weight(libm::exp(log)) - capacity;
    let (mut low, mut high) = (0.0, 0.0);
    while excess(low) > 0.0 {
        (low, high) = (low - 2.0, low);
    }
    while excess(high) < 0.0 {
        (low, high) = (high, high + 2.0);
    }
    let (mut low_excess, mut high_excess) = (excess(low), excess(high));
    let mut last_moved_low = None;
    for _ in 0..100 {
        if high - low < 1e-10 {
            break;
        }
        let slope = high_excess - low_excess;
        let inside = if slope > 0.0 { -low_excess / slope } else { 0.5 };
        // Away from both ends, so that rounding never stops the bracket from shrinking.
        let middle = low + (high - low) * inside.clamp(0.001, 0.999);
        let middle_excess = excess(middle);
        if middle_excess.abs() < 1e-12 * capacity {
            return libm::exp(middle);
        }
        let moves_low = middle_excess < 0.0;
        let again = last_moved_low.replace(moves_low) == Some(moves_low);
        let weight_kept = if again { 0.5 } else { 1.0 };
        if moves_low {
            (low, low_excess, high_excess) = (middle, middle_excess, high_excess * weight_kept);
        } else {
            (high, high_excess, low_excess) = (middle, middle_excess, low_excess * weight_kept);
        }
    }
    libm::exp(low + (high - low) / 2.0)
}

/// The integral from `from` to `to` by Gauss-Legendre quadrature.
fn quadrature(from: f64, to: f64, term: impl Fn(f64) -> f64) -> f64 {
    gauss_points(from, to).into_iter().map(|(place, weight)| weight * term(place)).sum()
}

/// Places and weights of Gauss-Legendre quadrature with six points between `from` and `to`
/// (Abramowitz and Stegun, table 25.4): exact for polynomials up to degree 11.
fn gauss_points(from: f64, to: f64) -> [(f64, f64); 6] {
    const POINTS: [(f64, f64); 3] = [
        (0.238_619_186_083_196_9, 0.467_913_934_572_691_05),
        (0.661_209_386_466_264_5, 0.360_761_573_048_138_6),
        (0.932_469_514_203_152, 0.171_324_492_379_170_36),
    ];
    let (middle, half) = ((from + to) / 2.0, (to - from) / 2.0);
    std::array::from_fn(|index| {
        let (place, weight) = POINTS[index / 2];
        let side = if index % 2 == 0 { -half } else { half };
        (middle + side * place, weight * half)
    })
}

#[cfg(test)]
mod tests;
