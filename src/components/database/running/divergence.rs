//! Writes that both sides of a partition accept, and what becomes of them.
//!
//! After the partition the last writer wins (LWW): of a key that both sides have written, one
//! side's write is lost. What must hold: a key is in conflict once, however often it was written.

use crate::blocks::keyed::KeyedTable;

/// Which sides have written which keys since the partition began.
#[derive(Debug, Default)]
pub struct Divergence {
    /// Bit 0: the leader's side, bit 1: a side without it.
    written: KeyedTable<u8>,
    /// Writes accepted away from the leader.
    pub divergent: u64,
    /// Keys that both sides wrote, and writes that clashed with one under way.
    pub conflicts: u64,
}

impl Divergence {
    /// A write is accepted during a partition, by the leader or away from it.
    pub fn wrote(&mut self, key: u64, by_leader: bool) {
        self.divergent += u64::from(!by_leader);
        let side = if by_leader { 1 } else { 2 };
        match self.written.get_mut(key) {
            None => {
                self.written.insert(key, side);
            }
            Some(sides) => {
                self.conflicts += u64::from(*sides != 3 && *sides | side == 3);
                *sides |= side;
            }
        }
    }

    /// A write was made while another one to its key was under way from elsewhere.
    pub fn clashed(&mut self) {
        self.conflicts += 1;
    }

    /// The partition is over.
    pub fn heal(&mut self) {
        self.written = KeyedTable::default();
    }

    /// Forgets what was counted.
    pub fn reset(&mut self) {
        (self.divergent, self.conflicts) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_in_conflict_once_both_sides_wrote_it() {
        let mut divergence = Divergence::default();
        divergence.wrote(1, true);
        divergence.wrote(1, true);
        divergence.wrote(2, false);
        assert_eq!((divergence.divergent, divergence.conflicts), (1, 0));
        divergence.wrote(1, false);
        divergence.wrote(1, false);
        assert_eq!((divergence.divergent, divergence.conflicts), (3, 1));
        divergence.heal();
        divergence.wrote(1, true);
        assert_eq!(divergence.conflicts, 1);
    }
}
