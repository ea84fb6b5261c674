//! The approximation against simulated caches.

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
    time_to_live: Option<Duration>,
    now: f64,
    draw: Draw,
}

impl Simulated {
    fn new(populations: &[Population], capacity: u32, time_to_live: Option<Duration>) -> Self {
        let samplers = populations
            .iter()
            .map(|population| {
                let reads = population.popularity.sampler(population.keys);
                (*population, reads, population.written.sampler(population.keys))
            })
            .collect();
        let cache = LeastRecentlyUsed::new(capacity);
        let draw = Stream::new(20_261_120, 0, "che", "simulation").draw(0);
        Simulated { samplers, cache, time_to_live, now: 0.0, draw }
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
        let usable = |age: Duration| self.time_to_live.is_none_or(|limit| age < limit);
        if self.cache.touch(key).is_some_and(|entry| usable(entry.age(now))) {
            return true;
        }
        self.cache.insert(key, now, Flags::EMPTY);
        false
    }
}

fn key(population: usize, rank: u64) -> u64 {
    (population as u64) << 48 | rank
}

fn written(popularity: Popularity, written: Popularity, write_rate: f64) -> Population {
    let population = Population::read_only(20_000, popularity, 1000.0);
    Population { written, write_rate, ..population }
}

fn limited(seconds: f64) -> Option<Duration> {
    Some(Duration::from_seconds(seconds))
}

/// Hit rates over 600,000 reads after 200,000: their own deviation is about 0.1 points; 0.5 are
/// allowed for the approximation and the noise.
fn check_hit_rates(populations: &[Population], capacity: u32, time_to_live: Option<Duration>) {
    let solution = solve(populations, f64::from(capacity), time_to_live);
    let mut simulated = Simulated::new(populations, capacity, time_to_live);
    simulated.run(200_000);
    let counts = simulated.run(600_000);
    for (position, (hits, reads)) in counts.into_iter().enumerate() {
        let (measured, computed) = (hits as f64 / reads as f64, solution.hit_rates()[position]);
        assert!(
            (measured - computed).abs() < 0.005,
            "{populations:?}, {capacity}, {time_to_live:?}: {computed}, simulated {measured}"
        );
    }
    let held: f64 = solution.entries().iter().sum();
    assert!(held <= f64::from(capacity) * (1.0 + 1e-6), "{held} entries of {capacity}");
}

#[test]
fn hit_rates_agree_with_simulated_caches() {
    let uniform = Popularity::Uniform;
    check_hit_rates(&[written(ZIPF, ZIPF, 0.0)], 1000, None);
    check_hit_rates(&[written(uniform, uniform, 0.0)], 5000, None);
    check_hit_rates(&[written(FLAT_ZIPF, FLAT_ZIPF, 100.0)], 2000, None);
    check_hit_rates(&[written(ZIPF, uniform, 300.0)], 2000, None);
    check_hit_rates(&[written(ZIPF, ZIPF, 100.0)], 30_000, None);
}

/// The characteristic time of 2000 entries is some 4 s: times to live below, above and far above.
#[test]
fn hit_rates_with_a_time_to_live_agree_with_simulated_caches() {
    check_hit_rates(&[written(ZIPF, ZIPF, 0.0)], 2000, limited(1.0));
    check_hit_rates(&[written(ZIPF, ZIPF, 0.0)], 2000, limited(10.0));
    check_hit_rates(&[written(FLAT_ZIPF, FLAT_ZIPF, 100.0)], 500, limited(60.0));
}

#[test]
fn populations_share_one_cache() {
    let first = written(ZIPF, ZIPF, 50.0);
    let second = Population { keys: 3000, read_rate: 400.0, ..written(FLAT_ZIPF, FLAT_ZIPF, 0.0) };
    check_hit_rates(&[first, second], 3000, limited(8.0));
}

/// With weights the capacity is shared by weight: twice everything changes nothing.
#[test]
fn weights_scale_with_the_capacity() {
    let light = written(ZIPF, ZIPF, 50.0);
    let heavy = Population { weight: 20_480.0, ..light };
    let by_count = solve(&[light], 1000.0, None);
    let by_bytes = solve(&[heavy], 20_480_000.0, None);
    assert!((by_count.hit_rate() - by_bytes.hit_rate()).abs() < 1e-9);
}

/// A cache that holds everything: no eviction, so each key's hit rate is r T / (1 + r T), and 1
/// without a time to live.
#[test]
fn a_cache_for_everything_never_evicts() {
    let population = Population::read_only(1000, Popularity::Uniform, 1000.0);
    let solution = solve(&[population], 1000.0, None);
    assert_eq!((solution.characteristic_time(), solution.hit_rate()), (f64::INFINITY, 1.0));
    let solution = solve(&[population], 1000.0, limited(3.0));
    assert!((solution.hit_rate() - 0.75).abs() < 1e-9);
    let solution = solve(&[population], 0.0, limited(3.0));
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

/// The sums by age are those of the law at any age: within the 2e-4 that cubics between ages half a
/// unit of the logarithm apart promise.
#[test]
fn content_adds_up_at_every_age() {
    let first = written(ZIPF, ZIPF, 50.0);
    let second = Population { weight: 3.0, ..written(FLAT_ZIPF, Popularity::Uniform, 5.0) };
    let populations = [first, Population { share: 0.25, ..second }];
    for capacity in [50.0, 3000.0, 1e9] {
        let solution = solve(&populations, capacity, None);
        let content = solution.content();
        let (mut weight, mut entries) = (0.0, 0.0);
        for (index, bin) in content.bins().iter().enumerate() {
            weight += bin.weight;
            entries += bin.entries;
            let age = content.span(index).1;
            let held: Vec<f64> =
                solution.demands.iter().map(|demand| demand.entries(age)).collect();
            let close = |sum: f64, exact: f64| (sum - exact).abs() < 2e-4 * exact + 1e-9;
            assert!(close(weight, held[0] + 3.0 * held[1]), "{capacity}: {weight} within {age}");
            assert!(close(entries, held[0] + held[1]), "{capacity}: {entries} within {age}");
        }
        let all: f64 = solution.entries().iter().sum();
        assert!((entries / all - 1.0).abs() < 1e-9, "{capacity}: {entries} of {all}");
    }
}

/// A tenth of 20,000 keys at the rates of all of them is like 2000 keys of ten times the rate each.
#[test]
fn a_share_of_the_keys_takes_its_share_of_the_capacity() {
    let whole = Population { keys: 20_000, ..written(FLAT_ZIPF, FLAT_ZIPF, 50.0) };
    let (tenth, rate) = (0.1, whole.read_rate / 10.0);
    let part = Population { share: tenth, read_rate: rate, write_rate: 5.0, ..whole };
    let (whole, part) = (solve(&[whole], 5000.0, None), solve(&[part], 500.0, None));
    let ratio = part.characteristic_time() / whole.characteristic_time();
    assert!((ratio - 1.0).abs() < 1e-9, "{ratio}");
    assert!((part.hit_rate() - whole.hit_rate()).abs() < 1e-9);
    assert!((part.entries()[0] * 10.0 / whole.entries()[0] - 1.0).abs() < 1e-9);
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
            let population = Population {
                written,
                write_rate,
                weight,
                ..Population::read_only(keys, popularity, read_rate)
            };
            Population { share: 0.5, ..population }
        });
    prop::collection::vec(population, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the numbers: hit rates are probabilities, the capacity is kept and used up when
    /// something is evicted, and entries obey the rules of the cache.
    #[test]
    fn any_cache_keeps_its_promises(
        populations in populations(),
        capacity in 0.0f64..5000.0,
        seconds in prop::option::of(1e-6f64..1e6),
    ) {
        let solution = solve(&populations, capacity, seconds.map(Duration::from_seconds));
        prop_assert!(solution.hit_rates().iter().all(|rate| (0.0..=1.0).contains(rate)));
        let weight: f64 = std::iter::zip(&populations, solution.entries())
            .map(|(population, entries)| population.weight * entries)
            .sum();
        prop_assert!(weight <= capacity * (1.0 + 1e-6) + 1e-9, "{weight} of {capacity}");
        if solution.characteristic_time().is_finite() {
            prop_assert!(weight >= capacity * (1.0 - 1e-6), "{weight} of {capacity}");
        }
        let bins = solution.content();
        let content: f64 = bins.bins().iter().map(|bin| bin.weight).sum();
        prop_assert!((content - weight).abs() <= 1e-4 * weight, "{content} of {weight}");
        let stream = Stream::new(20_261_120, 0, "che", "promises");
        for (position, population) in populations.iter().enumerate() {
            for rank in 0..population.keys.min(100) {
                let entry = solution.draw_entry(position, rank, &mut stream.draw(rank));
                let Some(entry) = entry else { continue };
                prop_assert!(entry.since_read <= entry.age.seconds() + 1e-9);
                prop_assert!(entry.since_read <= solution.characteristic_time() + 1e-9);
            }
        }
    }
}
