//! The approximation and the fill against simulated caches.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::blocks::least_recently_used::{Flags, LeastRecentlyUsed};
use crate::blocks::popularity::RankSampler;
use crate::kernel::random::{Draw, Stream};
use crate::kernel::time::Time;

const ZIPF: Popularity = Popularity::Zipf { exponent: 0.99 };
const FLAT_ZIPF: Popularity = Popularity::Zipf { exponent: 0.8 };

/// A cache under independent reads and writes, one by one.
struct Simulated {
    samplers: Vec<(Population, RankSampler, RankSampler)>,
    cache: LeastRecentlyUsed,
    retention: Retention,
    /// Key and insertion of entries in the order of their expiry; negative before the start.
    expiring: VecDeque<(u64, i64)>,
    now: f64,
    draw: Draw,
}

impl Simulated {
    fn new(populations: &[Population], capacity: u32, retention: Retention, identity: u64) -> Self {
        let samplers = populations
            .iter()
            .map(|population| {
                let reads = population.popularity.sampler(population.keys);
                (*population, reads, population.written.sampler(population.keys))
            })
            .collect();
        let cache = LeastRecentlyUsed::new(capacity);
        let draw = Stream::new(20_261_120, 0, "che", "simulation").draw(identity);
        Simulated { samplers, cache, retention, expiring: VecDeque::new(), now: 0.0, draw }
    }

    fn filled(mut self, solution: &Solution) -> Self {
        let entries = solution.fill(&mut self.draw);
        for entry in &entries {
            let key = key(entry.population as usize, entry.rank);
            self.cache.insert_aged(key, entry.age, Flags::EMPTY);
            self.expiring.push_back((key, -(entry.age.nanos() as i64)));
        }
        self.expiring.make_contiguous().sort_by_key(|entry| entry.1);
        self
    }

    /// Hits and reads per population over this many reads.
    fn run(&mut self, reads: u64) -> Vec<(u64, u64)> {
        let mut counts = vec![(0, 0); self.samplers.len()];
        let rate = |(population, ..): &(Population, RankSampler, RankSampler)| {
            population.read_rate + population.write_rate
        };
        let total: f64 = self.samplers.iter().map(rate).sum();
        let mut done = 0;
        while done < reads {
            self.now -= libm::log(self.draw.unit_open()) / total;
            self.expire();
            let mut choice = self.draw.unit() * total;
            let mut position = 0;
            while choice >= rate(&self.samplers[position]) && position + 1 < self.samplers.len() {
                choice -= rate(&self.samplers[position]);
                position += 1;
            }
            let (population, read, written) = &self.samplers[position];
            if choice < population.read_rate {
                let key = key(position, read.draw(&mut self.draw));
                counts[position].0 += u64::from(self.read(key));
                counts[position].1 += 1;
                done += 1;
            } else {
                let key = key(position, written.draw(&mut self.draw));
                self.cache.remove(key);
            }
        }
        counts
    }

    fn read(&mut self, key: u64) -> bool {
        let now = Time::ZERO + Duration::from_seconds(self.now);
        let usable = |age: Duration| self.retention.time_to_live.is_none_or(|limit| age < limit);
        if self.cache.touch(key).is_some_and(|entry| usable(entry.age(now))) {
            return true;
        }
        self.cache.insert(key, now, Flags::EMPTY);
        if self.retention.time_to_live.is_some() {
            self.expiring.push_back((key, now.nanos() as i64));
        }
        false
    }

    fn expire(&mut self) {
        let Retention { time_to_live: Some(limit), expiry: Expiry::Prompt } = self.retention else {
            return;
        };
        let now = Time::ZERO + Duration::from_seconds(self.now);
        let ended = now.nanos() as i64 - limit.nanos() as i64;
        while let Some(&(key, inserted)) = self.expiring.front()
            && inserted <= ended
        {
            self.expiring.pop_front();
            // The key may have been deleted and filled again since.
            if self.cache.peek(key).is_some_and(|entry| entry.age(now) >= limit) {
                self.cache.remove(key);
            }
        }
    }
}

fn key(population: usize, rank: u64) -> u64 {
    (population as u64) << 48 | rank
}

fn written(popularity: Popularity, written: Popularity, write_rate: f64) -> Population {
    let population = Population::read_only(20_000, popularity, 1000.0);
    Population { written, write_rate, ..population }
}

fn limited(seconds: f64, expiry: Expiry) -> Retention {
    Retention { time_to_live: Some(Duration::from_seconds(seconds)), expiry }
}

/// Hit rates over 600,000 reads after 200,000: their own deviation is about 0.1 points; 0.5 are
/// allowed for the approximation and the noise.
fn check_hit_rates(populations: &[Population], capacity: u32, retention: Retention) {
    let solution = solve(populations, f64::from(capacity), retention);
    let mut simulated = Simulated::new(populations, capacity, retention, 0);
    simulated.run(200_000);
    let counts = simulated.run(600_000);
    for (position, (hits, reads)) in counts.into_iter().enumerate() {
        let (measured, computed) = (hits as f64 / reads as f64, solution.hit_rates()[position]);
        assert!(
            (measured - computed).abs() < 0.005,
            "{populations:?}, {capacity}, {retention:?}: {computed}, simulated {measured}"
        );
    }
    let held: f64 = solution.entries().iter().sum();
    assert!(held <= f64::from(capacity) * (1.0 + 1e-6), "{held} entries of {capacity}");
}

#[test]
fn hit_rates_agree_with_simulated_caches() {
    let uniform = Popularity::Uniform;
    check_hit_rates(&[written(ZIPF, ZIPF, 0.0)], 1000, Retention::UNLIMITED);
    check_hit_rates(&[written(uniform, uniform, 0.0)], 5000, Retention::UNLIMITED);
    check_hit_rates(&[written(FLAT_ZIPF, FLAT_ZIPF, 100.0)], 2000, Retention::UNLIMITED);
    check_hit_rates(&[written(ZIPF, uniform, 300.0)], 2000, Retention::UNLIMITED);
    check_hit_rates(&[written(ZIPF, ZIPF, 100.0)], 30_000, Retention::UNLIMITED);
}

/// The characteristic time of 2000 entries is some 4 s: times to live below, above and far above.
#[test]
fn hit_rates_with_a_time_to_live_agree_with_simulated_caches() {
    for expiry in [Expiry::Prompt, Expiry::Lazy] {
        check_hit_rates(&[written(ZIPF, ZIPF, 0.0)], 2000, limited(1.0, expiry));
        check_hit_rates(&[written(ZIPF, ZIPF, 0.0)], 2000, limited(10.0, expiry));
        check_hit_rates(&[written(FLAT_ZIPF, FLAT_ZIPF, 100.0)], 500, limited(60.0, expiry));
    }
}

#[test]
fn populations_share_one_cache() {
    let first = written(ZIPF, ZIPF, 50.0);
    let second = Population { keys: 3000, read_rate: 400.0, ..written(FLAT_ZIPF, FLAT_ZIPF, 0.0) };
    check_hit_rates(&[first, second], 3000, limited(8.0, Expiry::Prompt));
}

/// With weights the capacity is shared by weight: twice everything changes nothing.
#[test]
fn weights_scale_with_the_capacity() {
    let light = written(ZIPF, ZIPF, 50.0);
    let heavy = Population { weight: 20_480.0, ..light };
    let by_count = solve(&[light], 1000.0, Retention::UNLIMITED);
    let by_bytes = solve(&[heavy], 20_480_000.0, Retention::UNLIMITED);
    assert!((by_count.hit_rate() - by_bytes.hit_rate()).abs() < 1e-9);
}

/// A cache that holds everything: no eviction, so each key's hit rate is r T / (1 + r T), and 1
/// without a time to live.
#[test]
fn a_cache_for_everything_never_evicts() {
    let population = Population::read_only(1000, Popularity::Uniform, 1000.0);
    let solution = solve(&[population], 1000.0, Retention::UNLIMITED);
    assert_eq!((solution.characteristic_time(), solution.hit_rate()), (f64::INFINITY, 1.0));
    let solution = solve(&[population], 1000.0, limited(3.0, Expiry::Prompt));
    assert!((solution.hit_rate() - 0.75).abs() < 1e-9);
    let solution = solve(&[population], 0.0, limited(3.0, Expiry::Prompt));
    assert_eq!(solution.hit_rate(), 0.0);
}

/// Sums in the logarithm of the rank agree with adding up all of them.
#[test]
fn sums_over_ranks_keep_their_promise() {
    for popularity in [FLAT_ZIPF, ZIPF, Popularity::Zipf { exponent: 1.2 }] {
        let population = Population::read_only(300_000, popularity, 1000.0);
        let demand = Demand::new(&population);
        for time in [0.01, 1.0, 100.0] {
            let term = |rank: f64| demand.entry(rank, time, f64::INFINITY).hit_probability();
            let slow: f64 = (0..population.keys).map(|rank| term(rank as f64)).sum();
            let fast = demand.sum(term);
            assert!((fast / slow - 1.0).abs() < 1e-5, "{popularity:?} {time}: {fast} and {slow}");
        }
    }
}

/// The first 1% of 500,000 reads of a filled cache, over 20 fills (100,000 reads: 0.15 points of
/// deviation), against the same cache long after.
#[test]
fn a_filled_cache_hits_as_a_long_warmed_one() {
    let population = Population { keys: 100_000, ..written(ZIPF, ZIPF, 50.0) };
    for (retention, capacity) in [
        (Retention::UNLIMITED, 10_000),
        (limited(20.0, Expiry::Prompt), 5_000),
        (limited(5.0, Expiry::Lazy), 5_000),
        (limited(5.0, Expiry::Prompt), 50_000),
    ] {
        let solution = solve(&[population], f64::from(capacity), retention);
        let mut early = (0, 0);
        let mut held = 0;
        for identity in 0..20 {
            let fresh = Simulated::new(&[population], capacity, retention, identity);
            let mut filled = fresh.filled(&solution);
            held += filled.cache.len();
            let counts = filled.run(5000)[0];
            early = (early.0 + counts.0, early.1 + counts.1);
        }
        let mut warmed = Simulated::new(&[population], capacity, retention, 99);
        warmed.run(500_000);
        let late = warmed.run(500_000)[0];
        let rate = |(hits, reads): (u64, u64)| hits as f64 / reads as f64;
        let off = rate(early) - rate(late);
        assert!(off.abs() < 0.01, "{retention:?}: {} against {}", rate(early), rate(late));
        let share = held as f64 / 20.0 / warmed.cache.len() as f64;
        assert!((share - 1.0).abs() < 0.03, "{retention:?}: {share} of the entries");
    }
}

/// A billion keys are filled at the cost of the entries held.
#[test]
fn a_billion_keys_fill_at_the_cost_of_the_entries() {
    let population = Population::read_only(1_000_000_000, ZIPF, 10_000.0);
    let solution = solve(&[population], 20_000.0, limited(300.0, Expiry::Prompt));
    let mut draw = Stream::new(20_261_120, 0, "che", "billion").draw(0);
    let entries = solution.fill(&mut draw);
    let off = entries.len() as f64 - 20_000.0;
    // A sum of independent choices has a variance below its mean: five deviations.
    assert!(off.abs() < 5.0 * 20_000f64.sqrt(), "{} entries", entries.len());
    assert!(entries.is_sorted_by(|earlier, later| earlier.since_read >= later.since_read));
    assert!(entries.iter().all(|entry| entry.since_read <= entry.age));
}

fn populations() -> impl Strategy<Value = Vec<Population>> {
    let law = || {
        prop_oneof![
            Just(Popularity::Uniform),
            (0.0f64..2.5).prop_map(|exponent| Popularity::Zipf { exponent })
        ]
    };
    let rate = || prop_oneof![1 => Just(0.0), 4 => 1e-6f64..1e6];
    let population = (1u64..3000, law(), rate(), law(), rate(), 0.5f64..4.0);
    let population =
        population.prop_map(|(keys, popularity, read_rate, written, write_rate, weight)| {
            Population { keys, popularity, read_rate, written, write_rate, weight }
        });
    prop::collection::vec(population, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the numbers: hit rates are probabilities, the capacity is kept and used up when
    /// something is evicted, and the fill obeys the rules of the cache.
    #[test]
    fn any_cache_keeps_its_promises(
        populations in populations(),
        capacity in 0.0f64..5000.0,
        seconds in prop::option::of(1e-6f64..1e6),
        prompt in any::<bool>(),
    ) {
        let expiry = if prompt { Expiry::Prompt } else { Expiry::Lazy };
        let retention = Retention { time_to_live: seconds.map(Duration::from_seconds), expiry };
        let solution = solve(&populations, capacity, retention);
        prop_assert!(solution.hit_rates().iter().all(|rate| (0.0..=1.0).contains(rate)));
        let weight: f64 = std::iter::zip(&populations, solution.entries())
            .map(|(population, entries)| population.weight * entries)
            .sum();
        prop_assert!(weight <= capacity * (1.0 + 1e-6) + 1e-9, "{weight} of {capacity}");
        if solution.characteristic_time().is_finite() {
            prop_assert!(weight >= capacity * (1.0 - 1e-6), "{weight} of {capacity}");
        }
        let mut draw = Stream::new(20_261_120, 0, "che", "promises").draw(0);
        for entry in solution.fill(&mut draw) {
            prop_assert!(entry.rank < populations[entry.population as usize].keys);
            prop_assert!(entry.since_read <= entry.age);
            prop_assert!(entry.since_read.seconds() <= solution.characteristic_time() + 1e-9);
            let usable = retention.time_to_live.is_none_or(|limit| entry.age <= limit);
            prop_assert!(usable || expiry == Expiry::Lazy);
        }
    }
}
