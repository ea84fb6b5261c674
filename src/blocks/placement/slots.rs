//! Virtual shards: the hash names a slot for good, and slots move between shards as a whole.
//!
//! What must hold: slots are as even over the shards as whole numbers allow, and no more of them
//! move than that takes.

use super::arcs::Arc;

/// Which shard each slot is on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Slots {
    shard_of_slot: Vec<u16>,
}

impl Slots {
    /// Contiguous runs of slots, the longer ones first.
    pub(super) fn even(slots: u32, shards: u16) -> Slots {
        assert!(shards > 0, "a key lives on some shard");
        assert!(slots >= u32::from(shards), "every shard has a slot");
        let (each, longer) = (slots / u32::from(shards), slots % u32::from(shards));
        let runs = (0..shards).map(|it| (it, each + u32::from(u32::from(it) < longer)));
        let slots = runs.flat_map(|(shard, run)| (0..run).map(move |_| shard));
        Slots { shard_of_slot: slots.collect() }
    }

    /// The shard of a hash; slots are equal stretches of the hashes.
    #[inline]
    pub(super) fn owner(&self, hash: u64) -> u16 {
        let slot = (u128::from(hash) * self.shard_of_slot.len() as u128) >> 64;
        self.shard_of_slot[slot as usize]
    }

    /// Even over more shards: shards with too many slots give their last ones to those with too
    /// few. Of the shards that may keep one more than the others, those that have most do.
    pub(super) fn spread_over(&self, shards: u16) -> Slots {
        let slots = self.shard_of_slot.len();
        assert!(slots >= usize::from(shards), "every shard has a slot");
        let mut counts = vec![0usize; usize::from(shards)];
        for &shard in &self.shard_of_slot {
            counts[usize::from(shard)] += 1;
        }
        let mut order: Vec<usize> = (0..counts.len()).collect();
        order.sort_by_key(|&shard| std::cmp::Reverse(counts[shard]));
        let (each, longer) = (slots / counts.len(), slots % counts.len());
        let mut wanted = vec![each; counts.len()];
        for &shard in &order[..longer] {
            wanted[shard] += 1;
        }
        let mut moved = self.shard_of_slot.clone();
        let mut taker = 0;
        for shard in moved.iter_mut().rev() {
            if counts[usize::from(*shard)] <= wanted[usize::from(*shard)] {
                continue;
            }
            while counts[taker] >= wanted[taker] {
                taker += 1;
            }
            counts[usize::from(*shard)] -= 1;
            counts[taker] += 1;
            *shard = taker as u16;
        }
        Slots { shard_of_slot: moved }
    }

    /// The slots as stretches of the hashes.
    pub(super) fn arcs(&self) -> Vec<Arc> {
        let slots = self.shard_of_slot.len() as u128;
        let ends = (1..=slots).map(|end| (((end << 64) - 1) / slots) as u64);
        ends.zip(&self.shard_of_slot).map(|(last, &shard)| Arc { last, shard }).collect()
    }
}
