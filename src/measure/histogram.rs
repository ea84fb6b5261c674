//! A log-linear histogram of spans of time: whole nanoseconds in, quantiles in nanoseconds out.
//!
//! Every power of two is cut into 256 cells of equal width, so a cell is at most 1/256 = 0.39% of
//! its lower bound wide, and values below 512 have a cell each. (The layout is that of Tene's
//! HdrHistogram; 256 cells, not 128, because a quantile interpolated inside a cell may be off by
//! the whole cell when its samples crowd at one end, and 0.4% must hold for every sample.)
//!
//! What must hold:
//! - count, sum, largest and smallest value are exact, and so is the count of every cell;
//! - merging is addition: the order in which histograms are merged changes nothing;
//! - the number of cells depends on the largest value alone: equal samples, equal histograms.
//!
//! `counts` keeps the counts of the cells, in as little memory as goes.

mod counts;

use counts::Counts;

/// Binary logarithm of the number of cells in a power of two.
const CELL_BITS: u32 = 8;

/// Cells in a power of two.
const CELLS_PER_POWER: usize = 1 << CELL_BITS;

/// Counts of values by cell, with exact count, sum, largest and smallest value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Histogram {
    /// Count of each cell, up to the end of the highest power of two seen.
    counts: Counts,
    count: u64,
    sum: u128,
    smallest: u64,
    largest: u64,
}

/// An occupied cell: `count` values in `[lower, upper)`, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// Smallest value the cell can hold.
    pub lower: u64,
    /// The first value beyond the cell (`u64::MAX` for the last cell of all, which holds it).
    pub upper: u64,
    /// Values in it.
    pub count: u64,
}

/// The cell that holds `value`: the top nine bits of the value, and how far they were shifted.
#[inline]
const fn cell_of(value: u64) -> usize {
    let shift = (value | CELLS_PER_POWER as u64).ilog2() - CELL_BITS;
    ((shift as usize) << CELL_BITS) + (value >> shift) as usize
}

/// Smallest and largest value of a cell.
const fn bounds_of(cell: usize) -> (u64, u64) {
    let shift = (cell >> CELL_BITS).saturating_sub(1);
    let lower = ((cell - (shift << CELL_BITS)) as u64) << shift;
    (lower, lower + ((1 << shift) - 1))
}

/// Cells needed to hold the cell `cell` and the rest of its power of two.
const fn length_for(cell: usize) -> usize {
    ((cell >> CELL_BITS) + 1) << CELL_BITS
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram::new()
    }
}

impl Histogram {
    /// An empty histogram; it takes no memory for cells until something is recorded.
    pub const fn new() -> Histogram {
        Histogram { counts: Counts::new(), count: 0, sum: 0, smallest: u64::MAX, largest: 0 }
    }

    /// Records one value of `nanos` nanoseconds.
    #[inline]
    pub fn record(&mut self, nanos: u64) {
        self.note(nanos, 1);
        // Last, so that nothing has to be kept beyond its rare call.
        self.counts.add_one(cell_of(nanos));
    }

    /// Records `nanos` nanoseconds `times` times; zero times records nothing.
    #[inline]
    pub fn record_many(&mut self, nanos: u64, times: u64) {
        if times == 0 {
            return;
        }
        self.note(nanos, times);
        self.counts.add(cell_of(nanos), times);
    }

    /// Counts values without a cell.
    #[inline]
    fn note(&mut self, nanos: u64, times: u64) {
        self.count += times;
        self.sum += u128::from(nanos) * u128::from(times);
        // Branches, because they are hardly ever taken: of n values some 2 ln n are a new extreme.
        if nanos < self.smallest {
            self.smallest = nanos;
        }
        if nanos > self.largest {
            self.largest = nanos;
        }
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Histogram) {
        self.counts.merge(&other.counts);
        self.count += other.count;
        self.sum += other.sum;
        self.smallest = self.smallest.min(other.smallest);
        self.largest = self.largest.max(other.largest);
    }

    /// What was recorded since `earlier`, a copy of this histogram taken before.
    ///
    /// Counts and sum are exact. The largest value is exact when it has grown since; otherwise it
    /// is the upper end of the highest occupied cell. The smallest value likewise.
    ///
    /// # Panics
    /// When `earlier` holds a value that `self` doesn't: it is no earlier state of `self`.
    pub fn since(&self, earlier: &Histogram) -> Histogram {
        let not_earlier = "only an earlier state of the same histogram can be subtracted";
        let counts = self.counts.since(&earlier.counts).expect(not_earlier);
        let Some((lowest, highest)) = counts.occupied() else {
            return Histogram::new();
        };
        let (lowest, highest) = (bounds_of(lowest).0, bounds_of(highest).1);
        let (fell, grew) = (self.smallest < earlier.smallest, self.largest > earlier.largest);
        Histogram {
            counts,
            count: self.count - earlier.count,
            sum: self.sum.checked_sub(earlier.sum).expect(not_earlier),
            smallest: if fell { self.smallest } else { lowest.max(self.smallest) },
            largest: if grew { self.largest } else { highest.min(self.largest) },
        }
    }

    /// Forgets everything and keeps the memory for what comes next.
    pub fn clear(&mut self) {
        self.counts.clear();
        let counts = std::mem::replace(&mut self.counts, Counts::new());
        *self = Histogram { counts, ..Histogram::new() };
    }

    /// Values recorded.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Sum of all values, in nanoseconds.
    pub const fn sum(&self) -> u128 {
        self.sum
    }

    /// Smallest value in nanoseconds; `None` when empty.
    pub fn smallest(&self) -> Option<u64> {
        (self.count > 0).then_some(self.smallest)
    }

    /// Largest value in nanoseconds; `None` when empty.
    pub fn largest(&self) -> Option<u64> {
        (self.count > 0).then_some(self.largest)
    }

    /// Mean in nanoseconds, from the exact sum; `None` when empty.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The value in nanoseconds that a share `q` of all values does not exceed, within 0.4% of the
    /// sample of rank `ceil(q x count)`; `None` when empty.
    ///
    /// # Panics
    /// When `q` is outside of 0 to 1.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        self.quantile_with_infinite(q, 0)
    }

    /// As [`quantile`](Self::quantile), with `infinite` more values above all others: the quantile
    /// of a response time when a failure counts as one that never ends. Infinity when the share
    /// `q` reaches into them.
    ///
    /// The rank `q x count` is laid linearly between the ends of its cell, so that the quantile
    /// rises with `q`; the ends are drawn in to the smallest and largest value of all.
    ///
    /// # Panics
    /// When `q` is outside of 0 to 1.
    pub fn quantile_with_infinite(&self, q: f64, infinite: u64) -> Option<f64> {
        assert!((0.0..=1.0).contains(&q), "a quantile's share {q} is outside of 0 to 1");
        if self.count + infinite == 0 {
            return None;
        }
        let rank = q * (self.count + infinite) as f64;
        // Whole powers of two below the rank first: adding up is quicker than asking each cell.
        let (mut first, mut below) = (0, 0);
        while first < self.counts.len() {
            let reached = below + self.counts.in_power(first);
            if reached as f64 >= rank {
                break;
            }
            (first, below) = (first + CELLS_PER_POWER, reached);
        }
        for cell in first..self.counts.len() {
            let count = self.counts.of(cell);
            let reached = below + count;
            if count > 0 && reached as f64 >= rank {
                let (lower, upper) = self.drawn_in(cell);
                let share = (rank - below as f64) / count as f64;
                return Some(lower as f64 + share * (upper - lower) as f64);
            }
            below = reached;
        }
        Some(f64::INFINITY)
    }

    /// Share of values above `nanos` nanoseconds, 0 to 1; `None` when empty. Values inside the one
    /// cell that holds `nanos` count as spread evenly over it.
    pub fn fraction_above(&self, nanos: u64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        if nanos < self.smallest || nanos >= self.largest {
            return Some(f64::from(u8::from(nanos < self.smallest)));
        }
        let cell = cell_of(nanos);
        let above: u64 = (cell + 1..self.counts.len()).map(|cell| self.counts.of(cell)).sum();
        let (lower, upper) = self.drawn_in(cell);
        let share = (upper - nanos) as f64 / ((upper - lower) as f64 + 1.0);
        Some((above as f64 + share * self.counts.of(cell) as f64) / self.count as f64)
    }

    /// Occupied cells in rising order.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        self.counts.iter().enumerate().filter(|&(_, count)| count > 0).map(|(cell, count)| {
            let (lower, last) = bounds_of(cell);
            Cell { lower, upper: last.saturating_add(1), count }
        })
    }

    /// Smallest and largest value that can be in an occupied cell, given those of all values.
    fn drawn_in(&self, cell: usize) -> (u64, u64) {
        let (lower, upper) = bounds_of(cell);
        (lower.max(self.smallest), upper.min(self.largest))
    }
}

#[cfg(test)]
mod tests;
