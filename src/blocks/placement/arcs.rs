//! Stretches of a 64-bit space and who owns each: a consistent ring of hashes, or ranges of ids.
//!
//! What must hold: the arcs are in order, none is empty, and the last ends at the end of the
//! space, so each word lies in exactly one. The arc of a ring that spans the end is kept as two.

use crate::kernel::random::{hash_name, mix};

/// The size of the space, 2^64.
pub const WHOLE: f64 = 18_446_744_073_709_551_616.0;

/// Keeps the points of rings apart from all other hashes.
const RING: u64 = hash_name("the points of a consistent ring");

/// A stretch that starts after the one before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Arc {
    /// The last word that belongs to it.
    pub last: u64,
    /// Its owner.
    pub shard: u16,
}

/// The whole space, cut into arcs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arcs {
    arcs: Vec<Arc>,
    /// For each value of a word's high bits, the first arc that may hold such a word; one more at
    /// the end. At least four values per arc, so that hardly any search is left.
    starts: Vec<u32>,
    /// How far the high bits are shifted up.
    shift: u32,
}

impl Arcs {
    fn new(arcs: Vec<Arc>) -> Arcs {
        assert!(arcs.windows(2).all(|pair| pair[0].last < pair[1].last), "arcs are in order");
        assert_eq!(arcs.last().map(|arc| arc.last), Some(u64::MAX), "all words are owned");
        let count = u32::try_from(arcs.len()).expect("no ring has 2^32 points");
        let bits = (u64::from(count) * 4).next_power_of_two().trailing_zeros();
        let shift = 64 - bits;
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        let mut arc = 0u32;
        for high in 0..1u64 << bits {
            while arcs[arc as usize].last < high << shift {
                arc += 1;
            }
            starts.push(arc);
        }
        starts.push(count - 1);
        Arcs { arcs, starts, shift }
    }

    /// Arcs owned by 0, 1, 2, ... that end just before the given words, the last of them 2^64.
    pub fn ending_before(ends: impl Iterator<Item = u128>) -> Arcs {
        let arcs = ends.zip(0..).map(|(end, shard)| {
            let last = end.checked_sub(1).expect("no range is empty");
            Arc { last: u64::try_from(last).expect("an end is at most 2^64"), shard }
        });
        Arcs::new(arcs.collect())
    }

    /// A ring on which 0, 1, 2, ... have so many points each. Where a point lies depends on its
    /// owner, its number and the salt only.
    pub fn hashed(counts: impl Iterator<Item = u32>, salt: u64) -> Arcs {
        let mut arcs = Vec::new();
        for (shard, count) in (0u16..).zip(counts) {
            let points = mix(mix(salt, RING), u64::from(shard));
            arcs.extend((0..count).map(|it| Arc { last: mix(points, u64::from(it)), shard }));
        }
        arcs.sort_unstable();
        arcs.dedup_by_key(|arc| arc.last);
        let (first, end) = (arcs[0].shard, arcs[arcs.len() - 1].last);
        if end < u64::MAX {
            arcs.push(Arc { last: u64::MAX, shard: first });
        }
        Arcs::new(arcs)
    }

    /// All arcs in order.
    pub fn list(&self) -> &[Arc] {
        &self.arcs
    }

    /// The arc that holds a word.
    #[inline]
    fn index_of(&self, word: u64) -> usize {
        let high = (word >> self.shift) as usize;
        let first = self.starts[high] as usize;
        // Nearly always the first or the next, at odds that no processor can predict: no branch.
        let arc = first + usize::from(self.arcs[first].last < word);
        if self.arcs[arc].last >= word {
            return arc;
        }
        let end = self.starts[high + 1] as usize;
        arc + self.arcs[arc..end].partition_point(|arc| arc.last < word)
    }

    /// Who owns a word.
    #[inline]
    pub fn owner(&self, word: u64) -> u16 {
        self.arcs[self.index_of(word)].shard
    }

    /// Appends `count` different owners met from a word on, around the ring.
    pub fn next_owners(&self, word: u64, count: usize, out: &mut Vec<u16>) {
        let start = self.index_of(word);
        for arc in self.arcs[start..].iter().chain(&self.arcs[..start]) {
            if out.len() == count {
                return;
            }
            if !out.contains(&arc.shard) {
                out.push(arc.shard);
            }
        }
    }

    /// Appends the different owners of the words from `first` to `last`.
    pub fn owners_between(&self, first: u64, last: u64, out: &mut Vec<u16>) {
        debug_assert!(first <= last, "a stretch is given from its lower end");
        for arc in &self.arcs[self.index_of(first)..=self.index_of(last)] {
            if !out.contains(&arc.shard) {
                out.push(arc.shard);
            }
        }
    }

    /// With the upper half of the widest arc, the last of equals, given to another owner.
    pub fn split_for(&self, shard: u16) -> Arcs {
        let mut arcs = self.arcs.clone();
        let mut widest = (0, 0, 0);
        let mut start = 0;
        for (index, arc) in arcs.iter().enumerate() {
            let width = arc.last - start;
            // Equal ranges of a space that they do not divide differ by one word.
            if width.saturating_add(1) >= widest.0 {
                widest = (width, start, index);
            }
            start = arc.last.wrapping_add(1);
        }
        let (width, start, index) = widest;
        assert!(width > 0, "a range that is split has two words");
        let upper = Arc { last: arcs[index].last, shard };
        arcs[index].last = start + (width - 1) / 2;
        arcs.insert(index + 1, upper);
        Arcs::new(arcs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The slow twin looks at every point for the one the shortest way clockwise.
        #[test]
        fn the_owner_is_the_first_point_clockwise(
            counts in prop::collection::vec(1u32..40, 1..9), salt: u64,
            words in prop::collection::vec(any::<u64>(), 1..40),
        ) {
            let arcs = Arcs::hashed(counts.iter().copied(), salt);
            let mut points = Vec::new();
            for (shard, &count) in (0u16..).zip(&counts) {
                let own = mix(mix(salt, RING), u64::from(shard));
                points.extend((0..count).map(|it| (mix(own, u64::from(it)), shard)));
            }
            let exactly_at_points = points.iter().flat_map(|&(at, _)| [at, at.wrapping_add(1)]);
            for word in words.into_iter().chain(exactly_at_points).chain([0, u64::MAX]) {
                let first = points.iter().min_by_key(|(at, _)| at.wrapping_sub(word));
                let owner = arcs.owner(word);
                prop_assert_eq!(Some(owner), first.map(|&(_, shard)| shard));
                let mut met = Vec::new();
                arcs.next_owners(word, 1, &mut met);
                prop_assert_eq!(met, [owner]);
            }
        }

        /// The slow twin goes through the arcs one by one, however unevenly they lie.
        #[test]
        fn the_arc_of_a_word_is_the_first_that_reaches_it(
            lasts in prop::collection::btree_set(prop_oneof![any::<u64>(), 0u64..99], 0..40),
            words in prop::collection::vec(prop_oneof![any::<u64>(), 0u64..99], 1..40),
        ) {
            let mut ends: Vec<u128> = lasts.iter().map(|&it| u128::from(it) + 1).collect();
            ends.retain(|&end| end < 1 << 64);
            ends.push(1 << 64);
            let arcs = Arcs::ending_before(ends.iter().copied());
            for word in words {
                let expected = ends.iter().position(|&end| u128::from(word) < end);
                prop_assert_eq!(Some(usize::from(arcs.owner(word))), expected);
            }
        }
    }
}
