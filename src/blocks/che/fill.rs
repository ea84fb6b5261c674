//! The entries a cache holds at a moment of its steady state.

use super::lifetime::EntryLaw;
use super::{Demand, Expiry, Solution};
use crate::kernel::random::Draw;
use crate::kernel::time::Duration;

/// An entry held at a moment of the steady state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HeldEntry {
    /// Position of its population among those given to [`super::solve`].
    pub population: u32,
    /// Popularity rank of its key.
    pub rank: u64,
    /// Time since its insertion; beyond the time to live only with [`Expiry::Lazy`].
    pub age: Duration,
    /// Time since it was last read.
    pub since_read: Duration,
}

impl Solution {
    /// Draws which entries the cache holds, ordered from the one read longest ago to the last one
    /// read: the order in which to insert them.
    ///
    /// The number is random about [`Solution::entries`]; of a cache that evicts, the first ones
    /// may thus be too many and are evicted by the insertions that follow. Time and memory follow
    /// the entries held, not the keys: within the ranks `[first, 2 * first)` candidates are found
    /// by geometric skips with the first rank's probability and kept in proportion to their own.
    /// Ages are cut at 36 years of 365 days, the most a cache's memory keeps.
    pub fn fill(&self, draw: &mut Draw) -> Vec<HeldEntry> {
        let expected: f64 = self.entries.iter().sum();
        let mut held = Vec::with_capacity((expected * 1.02) as usize + 16);
        for (position, population) in self.populations.iter().enumerate() {
            let demand = Demand::new(population);
            let mut first = 0;
            while first < population.keys {
                let end = match demand.is_flat() {
                    true => population.keys,
                    false => (2 * first).clamp(1, population.keys),
                };
                self.fill_block(&demand, position as u32, (first, end), draw, &mut held);
                first = end;
            }
        }
        // No two entries are the same key, so an unstable sort has one outcome only.
        held.sort_unstable_by_key(|entry| {
            (std::cmp::Reverse(entry.since_read), entry.population, entry.rank)
        });
        held
    }

    /// Draws the held ones of the ranks `first..end`.
    fn fill_block(
        &self,
        demand: &Demand,
        population: u32,
        (first, end): (u64, u64),
        draw: &mut Draw,
        held: &mut Vec<HeldEntry>,
    ) {
        let law = |rank: u64| -> EntryLaw {
            demand.entry(rank as f64, self.characteristic_time, self.retention.seconds())
        };
        // A usable entry was read within its time to live, which spares the candidates before.
        let span_held = match self.retention.expiry {
            Expiry::Prompt => self.characteristic_time.min(self.retention.seconds()),
            Expiry::Lazy => self.characteristic_time,
        };
        let likeliest = demand.bound(first, end, span_held);
        if likeliest <= 0.0 {
            return;
        }
        let skips = Skips::of(likeliest);
        let mut rank = first;
        loop {
            let skipped = skips.draw(draw);
            if skipped >= (end - rank) as f64 {
                return;
            }
            rank += skipped as u64;
            let entry = law(rank);
            if draw.unit() * likeliest < entry.read_within(span_held) {
                let (age, since_read) = entry.draw_ages(span_held, draw);
                let usable = age < self.retention.seconds();
                if usable || self.retention.expiry == Expiry::Lazy {
                    let (age, since_read) = (to_span(age), to_span(since_read));
                    held.push(HeldEntry { population, rank, age, since_read });
                }
            }
            rank += 1;
        }
    }
}

impl Demand {
    /// A bound on the probability that an entry among the ranks `first..end` is held: it rises with
    /// the reads, which are most at the first rank, and falls with the writes, which are fewest at
    /// the last.
    fn bound(&self, first: u64, end: u64, span: f64) -> f64 {
        let reads = self.population.read_rate * self.reads.probability(first);
        let writes = self.population.write_rate * self.writes.probability(end - 1);
        EntryLaw::new(reads, writes, span, f64::INFINITY).read_within(span)
    }
}

/// The number of failures before the first success.
struct Skips {
    /// ln(1 - p) for success with probability p.
    log_failure: f64,
}

impl Skips {
    fn of(success: f64) -> Skips {
        Skips { log_failure: libm::log1p(-success.min(1.0)) }
    }

    /// A geometric variate; 0 when success is certain.
    fn draw(&self, draw: &mut Draw) -> f64 {
        if self.log_failure == f64::NEG_INFINITY {
            return 0.0;
        }
        (libm::log(draw.unit_open()) / self.log_failure).floor()
    }
}

/// Seconds as a span the cache's memory can hold.
fn to_span(seconds: f64) -> Duration {
    const LONGEST: f64 = 36.0 * 365.0 * 86_400.0;
    Duration::from_seconds(seconds.min(LONGEST))
}
