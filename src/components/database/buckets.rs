//! The keys that move when shards are added, in buckets that move one after the other.
//!
//! All keys with the same old and the same new shard are split by hash into buckets, in proportion
//! to how many they are; a bucket is on its old shard as a whole or on its new one. What must hold:
//! a key has one bucket if it moves and none if it stays; buckets are taken in an order that
//! depends on the placements alone and takes turns among the shards.

use crate::blocks::placement::{KeyPlace, Placement};
use crate::kernel::random::mix;
use std::collections::BTreeMap;

/// Buckets in all, about: there is one for each pair of shards at least.
const BUCKETS: f64 = 1024.0;
/// Spreads keys over buckets, apart from other uses of the same hashes.
const BUCKET_SALT: u64 = 0x6275_636B_6574;

/// A key of those that are there, standing for as many.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Where it belongs.
    pub place: KeyPlace,
    /// How many keys it stands for.
    pub keys: f64,
    /// How large they are together.
    pub bytes: f64,
}

/// How far a bucket is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// On its old shard.
    Waits,
    /// On its old shard, while its keys are copied to the new one.
    IsCopied,
    /// On its new shard.
    Moved,
}

/// Keys that move together.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// Their old shard.
    pub from: u16,
    /// Their new shard.
    pub to: u16,
    /// How many they are.
    pub keys: f64,
    /// How large they are together.
    pub bytes: f64,
    /// How far it is.
    pub stage: Stage,
    /// Whether all of its batches are written.
    pub is_written: bool,
    /// Writes on their way to the new shard.
    pub open_twins: u32,
}

/// The buckets of two shards: so many from the first one on.
#[derive(Clone, Copy, Debug)]
struct Pair {
    from: u16,
    to: u16,
    first: u32,
    count: u32,
}

/// All that moves in a change.
#[derive(Debug)]
pub struct Buckets {
    after: Placement,
    /// In the order of both shards.
    pairs: Vec<Pair>,
    all: Vec<Bucket>,
    /// The numbers of all buckets in the order in which they are copied.
    order: Vec<u32>,
    /// How many of these have been taken.
    taken: usize,
    /// How many have moved.
    moved: usize,
    moved_keys: f64,
    moving_keys: f64,
    /// Buckets that have moved to each shard.
    arrived: Vec<u32>,
}

impl Buckets {
    /// The buckets of the keys that move from one placement to another.
    pub fn new(
        before: &Placement,
        after: Placement,
        samples: impl Iterator<Item = Sample>,
    ) -> Buckets {
        let mut moving = Vec::new();
        let mut keys_of_pair: BTreeMap<(u16, u16), f64> = BTreeMap::new();
        for sample in samples {
            if let Some(pair) = before.moves(&after, sample.place) {
                moving.push((pair, sample));
                *keys_of_pair.entry(pair).or_default() += sample.keys;
            }
        }
        let moving_keys: f64 = keys_of_pair.values().sum();
        let (mut pairs, mut all, mut turns) = (Vec::new(), Vec::new(), Vec::new());
        for (&(from, to), &keys) in &keys_of_pair {
            let (first, count) = (all.len() as u32, share_of_buckets(keys / moving_keys));
            let (stage, is_written, open_twins) = (Stage::Waits, false, 0);
            let empty = Bucket { from, to, keys: 0.0, bytes: 0.0, stage, is_written, open_twins };
            all.extend((0..count).map(|_| empty));
            // Spread evenly over the time of the change, with the pairs in turn.
            let turn = |number: u32| (u64::from(number) << 32) / u64::from(count);
            turns.extend((0..count).map(|number| (turn(number), first + number)));
            pairs.push(Pair { from, to, first, count });
        }
        turns.sort_unstable();
        let mut buckets = Buckets {
            arrived: vec![0; usize::from(after.shards())],
            after,
            pairs,
            all,
            order: turns.into_iter().map(|(_, bucket)| bucket).collect(),
            taken: 0,
            moved: 0,
            moved_keys: 0.0,
            moving_keys,
        };
        for ((from, to), sample) in moving {
            let bucket = buckets.bucket(from, to, sample.place.hash).expect("its pair is known");
            let bucket = &mut buckets.all[bucket as usize];
            bucket.keys += sample.keys;
            bucket.bytes += sample.bytes;
        }
        buckets
    }

    /// The placement once all have moved.
    pub fn into_after(self) -> Placement {
        self.after
    }

    /// The bucket of a key, if it moves. Keys of two shards between which none was there to move
    /// have none: they move last of all.
    fn bucket(&self, from: u16, to: u16, hash: u64) -> Option<u32> {
        let pair =
            self.pairs.binary_search_by_key(&(from, to), |pair| (pair.from, pair.to)).ok()?;
        let Pair { first, count, .. } = self.pairs[pair];
        Some(first + (mix(hash, BUCKET_SALT) % u64::from(count)) as u32)
    }

    /// The bucket of a key, if it moves.
    pub fn bucket_of(&self, before: &Placement, place: KeyPlace) -> Option<u32> {
        let (from, to) = before.moves(&self.after, place)?;
        self.bucket(from, to, place.hash)
    }

    /// The shard that answers for a key now.
    pub fn shard_of(&self, before: &Placement, place: KeyPlace) -> u16 {
        let (from, to) = (before.shard_of(place), self.after.shard_of(place));
        if from == to {
            return from;
        }
        let bucket = self.bucket(from, to, place.hash);
        let has_moved = bucket.is_some_and(|it| self.all[it as usize].stage == Stage::Moved);
        if has_moved { to } else { from }
    }

    /// Whether a shard has got a key: its old shard keeps it, its new one has it when all batches
    /// of its bucket are written.
    pub fn has_got(&self, before: &Placement, place: KeyPlace, shard: u16) -> bool {
        let (from, to) = (before.shard_of(place), self.after.shard_of(place));
        let bucket = self.bucket(from, to, place.hash);
        let is_written = bucket.is_some_and(|it| self.all[it as usize].is_written);
        shard == from || (shard == to && is_written)
    }

    /// Adds the shards that keys of a stretch may have moved to; the others are there already.
    pub fn add_shards_of_range(&self, first: u64, last: u64, shards: &mut Vec<u16>) {
        let mut after = Vec::new();
        self.after.shards_of_range(first, last, &mut after);
        shards.extend(after.iter().filter(|&&shard| self.arrived[usize::from(shard)] > 0));
        shards.sort_unstable();
        shards.dedup();
    }

    /// A bucket.
    pub fn get(&self, bucket: u32) -> &Bucket {
        &self.all[bucket as usize]
    }

    /// A bucket, to change.
    pub fn get_mut(&mut self, bucket: u32) -> &mut Bucket {
        &mut self.all[bucket as usize]
    }

    /// The next bucket to be copied, which begins now.
    pub fn take(&mut self) -> Option<u32> {
        let bucket = *self.order.get(self.taken)?;
        self.taken += 1;
        self.get_mut(bucket).stage = Stage::IsCopied;
        Some(bucket)
    }

    /// A bucket moves if its batches are written and no write is on its way any more.
    pub fn settle(&mut self, bucket: u32) {
        let settled = &mut self.all[bucket as usize];
        if settled.stage == Stage::IsCopied && settled.is_written && settled.open_twins == 0 {
            settled.stage = Stage::Moved;
            self.moved += 1;
            self.moved_keys += settled.keys;
            self.arrived[usize::from(settled.to)] += 1;
        }
    }

    /// Whether all have moved.
    pub fn are_done(&self) -> bool {
        self.moved == self.all.len()
    }

    /// The share of the moving keys that have moved.
    pub fn progress(&self) -> f64 {
        if self.moving_keys == 0.0 { 1.0 } else { self.moved_keys / self.moving_keys }
    }

    /// Keys that move.
    #[cfg(test)]
    pub fn moving_keys(&self) -> f64 {
        self.moving_keys
    }
}

/// The number of buckets for this share of the moving keys.
fn share_of_buckets(share: f64) -> u32 {
    ((BUCKETS * share).round() as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::placement::theory::expected_moved_share;
    use crate::blocks::placement::{IdSpace, Strategy};

    const KEYS: u64 = 200_000;

    fn samples() -> impl Iterator<Item = Sample> {
        let ids = IdSpace::new(KEYS);
        (0..KEYS).map(move |id| {
            let place = KeyPlace { hash: mix(id, 7), position: ids.position(id), region: 0 };
            Sample { place, keys: 1.0, bytes: 10.0 }
        })
    }

    fn strategies() -> [Strategy; 4] {
        [
            Strategy::Modulo,
            Strategy::Range { upper: Vec::new() },
            Strategy::Consistent { virtual_nodes: 500, weights: Vec::new() },
            Strategy::Virtual { slots: 1024 },
        ]
    }

    /// Keys counted one by one against the formulas. The keys that move are binomial over 200,000
    /// hashes: a standard error of at most 0.0011, and 0.005 is more than four; the share of a ring
    /// varies between rings by 1/sqrt(500) of it, some 0.01 for the share of two in ten.
    #[test]
    fn as_many_keys_move_as_theory_says() {
        for strategy in strategies() {
            let before = Placement::new(&strategy, 8, 3);
            let after = before.grown_to(10);
            let exact = before.moved_share(&after);
            let buckets = Buckets::new(&before, after, samples());
            let share = buckets.moving_keys() / KEYS as f64;
            assert!((share - exact).abs() < 0.005, "{strategy:?}: {share} for {exact}");
            let expected = expected_moved_share(&strategy, 8, 10);
            let tolerance = match strategy {
                Strategy::Consistent { .. } => 4.0 * 0.01,
                _ => 0.005,
            };
            assert!((share - expected).abs() < tolerance, "{strategy:?}: {share}, {expected}");
            let sum: f64 = buckets.all.iter().map(|bucket| bucket.keys).sum();
            assert!((sum - buckets.moving_keys()).abs() < 1e-6, "every key has a bucket");
        }
    }

    /// Every key is on one of its two shards, on the new one exactly when its bucket has moved, and
    /// in the end where a database that had all shards from the start has it.
    #[test]
    fn keys_move_with_their_bucket_and_no_other_moves() {
        for strategy in strategies() {
            let before = Placement::new(&strategy, 3, 3);
            let after = before.grown_to(5);
            let mut buckets = Buckets::new(&before, after.clone(), samples());
            let mut checked = 0;
            while let Some(bucket) = buckets.take() {
                buckets.settle(bucket);
                assert_eq!(buckets.get(bucket).stage, Stage::IsCopied, "it is not written");
                buckets.get_mut(bucket).is_written = true;
                buckets.get_mut(bucket).open_twins = 1;
                buckets.settle(bucket);
                assert_eq!(buckets.get(bucket).stage, Stage::IsCopied, "a write is under way");
                buckets.get_mut(bucket).open_twins = 0;
                buckets.settle(bucket);
                checked += 1;
                if checked % 200 != 1 {
                    continue;
                }
                for Sample { place, .. } in samples().step_by(97) {
                    let of_key = buckets.bucket_of(&before, place);
                    let moved = of_key.is_some_and(|it| buckets.get(it).stage == Stage::Moved);
                    let holder = if moved { &after } else { &before };
                    assert_eq!(buckets.shard_of(&before, place), holder.shard_of(place));
                }
            }
            assert!(buckets.are_done() && (buckets.progress() - 1.0).abs() < 1e-9);
            for Sample { place, .. } in samples().step_by(97) {
                assert_eq!(buckets.shard_of(&before, place), after.shard_of(place));
            }
        }
    }

    /// Of the first tenth of the buckets no shard gives or gets more than twice its part.
    #[test]
    fn shards_take_turns() {
        let before = Placement::modulo(4);
        let buckets = Buckets::new(&before, before.grown_to(8), samples());
        let first = &buckets.order[..buckets.order.len() / 10];
        for shard in 0..4 {
            let gives = first.iter().filter(|&&it| buckets.get(it).from == shard).count();
            assert!(8 * gives > first.len() && 2 * gives < first.len(), "{shard}: {gives}");
        }
    }
}
