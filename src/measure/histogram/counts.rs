//! How many values each cell of a histogram holds, in two bytes a cell.
//!
//! Hardly any cell of a run's histograms reaches 65 536 values, and a model of a hundred nodes
//! keeps a million cells. So every cell has the low sixteen bits of its count, and the few whose
//! count has outgrown them have the rest in a second list, which is as long as the last of them
//! asks for. What is recorded most often lies within a quarter of the memory, and in the caches.
//!
//! What must hold: a count is the sum of both parts, the second a multiple of 65 536; both lists
//! end with the power of two of their last cell in use, so that equal counts are equal lists.

use super::{CELLS_PER_POWER, length_for};
use std::iter::zip;

/// The first count that does not fit in the low part.
const WRAP: u64 = 1 << u16::BITS;

/// The count of each cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Counts {
    /// Count of each cell, less multiples of [`WRAP`].
    low: Vec<u16>,
    /// These multiples, up to the last power of two with a cell that has any.
    carried: Vec<u64>,
}

/// Lengthens to `length` cells, without room for more: that happens at most 57 times in a life.
fn grow<Count: Clone + Default>(cells: &mut Vec<Count>, length: usize) {
    if let Some(more) = length.checked_sub(cells.len()) {
        cells.reserve_exact(more);
        cells.resize(length, Count::default());
    }
}

impl Counts {
    /// No cells.
    pub const fn new() -> Counts {
        Counts { low: Vec::new(), carried: Vec::new() }
    }

    /// Counts one more value in a cell.
    #[inline]
    pub fn add_one(&mut self, cell: usize) {
        match self.low.get_mut(cell) {
            Some(low) if *low < u16::MAX => *low += 1,
            _ => self.add_rarely(cell),
        }
    }

    /// Counts one more value in a cell that is new or full: a call of its own, so that the usual
    /// case stays short wherever it is inlined.
    #[cold]
    #[inline(never)]
    fn add_rarely(&mut self, cell: usize) {
        self.add(cell, 1);
    }

    /// Counts `times` more values in a cell, at least one.
    pub fn add(&mut self, cell: usize, times: u64) {
        match self.low.get_mut(cell) {
            Some(low) => {
                let count = u64::from(*low) + times;
                *low = count as u16;
                if count >= WRAP {
                    self.carry(cell, count - count % WRAP);
                }
            }
            None => self.add_beyond(cell, times),
        }
    }

    /// Grows up to the power of two of `cell` and counts there.
    #[cold]
    fn add_beyond(&mut self, cell: usize, times: u64) {
        grow(&mut self.low, length_for(cell));
        self.add(cell, times);
    }

    /// Counts `times` values, a multiple of [`WRAP`], beside the low part.
    #[cold]
    fn carry(&mut self, cell: usize, times: u64) {
        grow(&mut self.carried, length_for(cell));
        self.carried[cell] += times;
    }

    /// Adds all counts of `other`.
    pub fn merge(&mut self, other: &Counts) {
        grow(&mut self.low, other.low.len());
        // Without branches, for several cells at once; which of them wrapped is asked afterwards.
        let mut any_wrapped = false;
        for (mine, theirs) in zip(&mut self.low, &other.low) {
            *mine = mine.wrapping_add(*theirs);
            any_wrapped |= *mine < *theirs;
        }
        if any_wrapped {
            for (cell, theirs) in other.low.iter().enumerate() {
                if self.low[cell] < *theirs {
                    self.carry(cell, WRAP);
                }
            }
        }
        for (cell, &more) in other.carried.iter().enumerate().filter(|(_, more)| **more > 0) {
            self.carry(cell, more);
        }
    }

    /// These counts less earlier ones; `None` when a cell held more then.
    pub fn since(&self, earlier: &Counts) -> Option<Counts> {
        if earlier.low.len() > self.low.len() {
            return None;
        }
        if self.carried != earlier.carried {
            return self.since_across_carries(earlier);
        }
        let mut low = self.low.clone();
        let mut any_fell = false;
        for (mine, theirs) in zip(&mut low, &earlier.low) {
            any_fell |= *mine < *theirs;
            *mine = mine.wrapping_sub(*theirs);
        }
        let last = low.iter().rposition(|&count| count > 0);
        low.truncate(last.map_or(0, length_for));
        (!any_fell).then_some(Counts { low, carried: Vec::new() })
    }

    fn since_across_carries(&self, earlier: &Counts) -> Option<Counts> {
        let mut between = Counts::new();
        let before = earlier.iter().chain(std::iter::repeat(0));
        for (cell, (now, before)) in self.iter().zip(before).enumerate() {
            match now.checked_sub(before)? {
                0 => {}
                more => between.add(cell, more),
            }
        }
        Some(between)
    }

    /// Forgets all counts and keeps the memory.
    pub fn clear(&mut self) {
        self.low.clear();
        self.carried.clear();
    }

    /// Cells there are, occupied or not: whole powers of two.
    pub fn len(&self) -> usize {
        self.low.len()
    }

    /// The count of a cell.
    pub fn of(&self, cell: usize) -> u64 {
        u64::from(self.low[cell]) + self.carried.get(cell).copied().unwrap_or(0)
    }

    /// The counts of all cells, occupied or not.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let carried = self.carried.iter().copied().chain(std::iter::repeat(0));
        zip(&self.low, carried).map(|(low, carried)| u64::from(*low) + carried)
    }

    /// Values in the power of two that begins with the cell `first`.
    pub fn in_power(&self, first: usize) -> u64 {
        let power = first..first + CELLS_PER_POWER;
        // 256 counts below 2^16 stay far below 2^32.
        let low: u32 = self.low[power.clone()].iter().map(|&count| u32::from(count)).sum();
        u64::from(low) + self.carried.get(power).map_or(0, |carried| carried.iter().sum())
    }

    /// The first and the last occupied cell.
    pub fn occupied(&self) -> Option<(usize, usize)> {
        let first = [
            self.low.iter().position(|&count| count > 0),
            self.carried.iter().position(|&count| count > 0),
        ];
        let last = [
            self.low.iter().rposition(|&count| count > 0),
            self.carried.iter().rposition(|&count| count > 0),
        ];
        Some((first.into_iter().flatten().min()?, last.into_iter().flatten().max()?))
    }
}
