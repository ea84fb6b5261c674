//! What share of the keys is on each shard, and what share a change moves, counted exactly.
//!
//! Keys are taken as uniform over the hashes and the ids, and as owned by a region in proportion
//! to the shards it has; hashes, ids and regions as independent of each other. How popular a key
//! is, is no matter here.

use super::arcs::{Arc, WHOLE};
use super::{Map, Placement};
use std::borrow::Cow;

/// How the hashes (or the positions) of one region's keys are spread over shards.
enum Cover<'p> {
    /// By remainder: the shard of each.
    Residues(Cow<'p, [u16]>),
    /// By stretches.
    Arcs(Cow<'p, [Arc]>),
}

impl Placement {
    /// The share of the keys on each shard: exact arc lengths for a consistent ring and for ranges,
    /// whole slots for virtual shards, else even. Geographic: as if each region owned keys in
    /// proportion to its shards.
    pub fn shares(&self) -> Vec<f64> {
        let mut shares = vec![0.0; usize::from(self.shards)];
        for (weight, cover) in self.covers() {
            match cover {
                Cover::Residues(shards) => {
                    for &shard in shards.iter() {
                        shares[usize::from(shard)] += weight / shards.len() as f64;
                    }
                }
                Cover::Arcs(arcs) => {
                    let mut words = vec![0u128; shares.len()];
                    let mut start = 0;
                    for arc in arcs.iter() {
                        words[usize::from(arc.shard)] += u128::from(arc.last) + 1 - start;
                        start = u128::from(arc.last) + 1;
                    }
                    for (share, words) in shares.iter_mut().zip(words) {
                        *share += weight * (words as f64 / WHOLE);
                    }
                }
            }
        }
        shares
    }

    /// The share of the keys that are on another shard once `after` takes over. Geographic: as
    /// if each region owned keys in proportion to the shards it had before.
    ///
    /// # Panics
    /// When both are geographic, over different numbers of regions.
    pub fn moved_share(&self, after: &Placement) -> f64 {
        if self.is_by_position() != after.is_by_position() {
            let (before, after) = (self.shares(), after.shares());
            return 1.0 - before.iter().zip(&after).map(|(one, other)| one * other).sum::<f64>();
        }
        let (before, after) = (self.covers(), after.covers());
        let moved = |one, other| 1.0 - same_share(one, other);
        match (&before[..], &after[..]) {
            ([(_, before)], after) => {
                after.iter().map(|(weight, after)| weight * moved(before, after)).sum()
            }
            (before, [(_, after)]) => {
                before.iter().map(|(weight, before)| weight * moved(before, after)).sum()
            }
            (before, after) => {
                assert_eq!(before.len(), after.len(), "regions stay");
                let pairs = before.iter().zip(after);
                pairs.map(|((weight, one), (_, other))| weight * moved(one, other)).sum()
            }
        }
    }

    const fn is_by_position(&self) -> bool {
        matches!(self.map, Map::Range(_))
    }

    /// For each region (one, where regions do not matter) its share of the keys and its cover.
    fn covers(&self) -> Vec<(f64, Cover<'_>)> {
        match &self.map {
            Map::Modulo => vec![(1.0, Cover::Residues((0..self.shards).collect()))],
            Map::Range(arcs) | Map::Ring(arcs, _) => {
                vec![(1.0, Cover::Arcs(Cow::Borrowed(arcs.list())))]
            }
            Map::Slots(slots) => vec![(1.0, Cover::Arcs(Cow::Owned(slots.arcs())))],
            Map::Regions(regions) => {
                let all = f64::from(self.shards);
                let cover = |shards: &'_ Vec<u16>| shards.len() as f64 / all;
                regions
                    .iter()
                    .map(|it| (cover(it), Cover::Residues(Cow::Borrowed(it.as_slice()))))
                    .collect()
            }
        }
    }
}

/// The share of the words that both covers give to the same shard.
fn same_share(one: &Cover<'_>, other: &Cover<'_>) -> f64 {
    match (one, other) {
        (Cover::Residues(one), Cover::Residues(other)) => same_residues(one, other),
        (Cover::Arcs(one), Cover::Arcs(other)) => same_arcs(one, other) as f64 / WHOLE,
        (Cover::Residues(residues), Cover::Arcs(arcs))
        | (Cover::Arcs(arcs), Cover::Residues(residues)) => {
            same_mixed(residues, arcs) as f64 / WHOLE
        }
    }
}

/// Two remainders occur together if they agree modulo the greatest common divisor of the numbers
/// of shards, and then once in every least common multiple (the Chinese remainder theorem).
fn same_residues(one: &[u16], other: &[u16]) -> f64 {
    let divisor = greatest_common_divisor(one.len(), other.len());
    let multiple = one.len() / divisor * other.len();
    let together = |(residue, shard): (usize, &u16)| {
        let match_of = other.iter().position(|it| it == shard);
        match_of.is_some_and(|it| it % divisor == residue % divisor)
    };
    one.iter().enumerate().filter(|&it| together(it)).count() as f64 / multiple as f64
}

pub(super) const fn greatest_common_divisor(mut one: usize, mut other: usize) -> usize {
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// Words to which both lists give the same owner.
fn same_arcs(one: &[Arc], other: &[Arc]) -> u128 {
    let (mut same, mut start) = (0, 0);
    let (mut left, mut right) = (0, 0);
    while left < one.len() && right < other.len() {
        let last = one[left].last.min(other[right].last);
        let end = u128::from(last) + 1;
        if one[left].shard == other[right].shard {
            same += end - start;
        }
        start = end;
        left += usize::from(one[left].last == last);
        right += usize::from(other[right].last == last);
    }
    same
}

/// Words whose remainder and arc name the same shard.
fn same_mixed(residues: &[u16], arcs: &[Arc]) -> u128 {
    let count = residues.len() as u128;
    // How many words below `end` have this remainder.
    let below = |end: u128, residue: usize| (end + count - 1 - residue as u128) / count;
    let (mut same, mut start) = (0, 0);
    for arc in arcs {
        let end = u128::from(arc.last) + 1;
        if let Some(residue) = residues.iter().position(|&shard| shard == arc.shard) {
            same += below(end, residue) - below(start, residue);
        }
        start = end;
    }
    same
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Arcs over some first words only, all that a slow twin can count.
    fn any_arcs() -> impl Strategy<Value = Vec<Arc>> {
        let arc = (1u64..30, 0u16..5);
        prop::collection::vec(arc, 1..9).prop_map(|widths| {
            let mut last = 0;
            let mut arcs = Vec::new();
            for (width, shard) in widths {
                arcs.push(Arc { last: last + width - 1, shard });
                last += width;
            }
            arcs
        })
    }

    fn owner(arcs: &[Arc], word: u64) -> Option<u16> {
        arcs.iter().find(|arc| word <= arc.last).map(|arc| arc.shard)
    }

    fn any_residues() -> impl Strategy<Value = Vec<u16>> {
        (1usize..6).prop_flat_map(|count| {
            Just(vec![0u16, 1, 2, 3, 4]).prop_shuffle().prop_map(move |it| it[..count].to_vec())
        })
    }

    proptest! {
        #[test]
        fn words_are_counted_as_one_by_one(
            one in any_arcs(), other in any_arcs(), residues in any_residues(),
        ) {
            let words = 0..=one[one.len() - 1].last.min(other[other.len() - 1].last);
            let same = words.filter(|&word| owner(&one, word) == owner(&other, word)).count();
            prop_assert_eq!(same_arcs(&one, &other), same as u128);
            let by_residue = |word: u64| residues[(word % residues.len() as u64) as usize];
            let words = 0..=one[one.len() - 1].last;
            let same = words.filter(|&word| owner(&one, word) == Some(by_residue(word))).count();
            prop_assert_eq!(same_mixed(&residues, &one), same as u128);
        }

        #[test]
        fn remainders_meet_as_often_as_counted(one in any_residues(), other in any_residues()) {
            let words = one.len() * other.len();
            let meets = |word: &usize| one[word % one.len()] == other[word % other.len()];
            let same = (0..words).filter(meets).count() as f64 / words as f64;
            prop_assert!((same_residues(&one, &other) - same).abs() < 1e-15);
        }
    }
}
