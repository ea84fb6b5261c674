//! Where a key lives among the shards of a database.
//!
//! - this file: [`Placement`], which shard holds which key, and how it changes with more shards;
//! - [`arcs`]: stretches of a 64-bit space and their owners: consistent rings and id ranges;
//! - `slots`: fixed slots that move between shards as a whole;
//! - `moved`: the share of the keys on each shard, and the share that a change moves;
//! - [`theory`]: what the literature expects of all this, for tests and validation.
//!
//! What must hold: every key has exactly one shard, below the number of shards; where it is
//! depends on its [`KeyPlace`] alone; a placement never draws, and counts in whole numbers, so
//! that shares are exact to one part in 2^64.

pub mod arcs;
mod moved;
mod slots;
pub mod theory;

#[cfg(test)]
mod tests;

use arcs::Arcs;
use slots::Slots;

/// What decides a key's shard. Each strategy looks at one or two of the fields only.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct KeyPlace {
    /// A pinned hash of the shard key, uniform over all 64-bit words.
    pub hash: u64,
    /// Where the key's id lies in the id space of its data set, see [`IdSpace::position`].
    pub position: u64,
    /// The owner's region.
    pub region: u16,
}

/// The ids `0..keys` of a data set, spread evenly over 64-bit positions, so that one list of
/// ranges serves data sets of any size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IdSpace {
    keys: u64,
    /// 2^128 / keys, rounded up.
    scale: u128,
}

impl IdSpace {
    /// The id space of a data set that starts with so many keys.
    pub const fn new(keys: u64) -> IdSpace {
        // The division of 2^128 - 1, plus one, rounds 2^128 / keys up for any divisor but 1.
        let scale = if keys > 1 { u128::MAX / keys as u128 + 1 } else { u128::MAX };
        IdSpace { keys, scale }
    }

    /// The position of an id: `id / keys` in units of 2^-64, rounded down. Exact up to 2^32 keys,
    /// beyond that it may be one unit too high. Ids that the data set did not start with, made
    /// while running, lie at the very end.
    #[inline]
    pub const fn position(&self, id: u64) -> u64 {
        if id >= self.keys {
            return u64::MAX;
        }
        let (high, low) = ((self.scale >> 64) as u64, self.scale as u64);
        let carried = (id as u128 * low as u128) >> 64;
        // At most the position of the last id, which is below 2^64.
        (id as u128 * high as u128 + carried) as u64
    }
}

/// How keys are spread over shards.
#[derive(Clone, PartialEq, Debug)]
pub enum Strategy {
    /// The hash of the shard key modulo the number of shards.
    Modulo,
    /// Contiguous ranges of the id space.
    Range {
        /// Where each shard's range ends, as a share of the id space; ascending, the last is 1.
        /// Empty: equal ranges.
        upper: Vec<f64>,
    },
    /// A ring of hashed points (Karger et al., "Consistent hashing and random trees", STOC 1997).
    Consistent {
        /// Points of a shard of weight 1.
        virtual_nodes: u32,
        /// Weight of each shard; empty: all 1.
        weights: Vec<f64>,
    },
    /// The hash names a slot, and a table names the slot's shard.
    Virtual {
        /// How many slots, at least one per shard.
        slots: u32,
    },
    /// By hash among the shards of the owner's region.
    Geographic {
        /// How many shards each region has, at least one.
        shards_of_region: Vec<u16>,
    },
}

/// Which shard holds which key, for some number of shards.
#[derive(Clone, PartialEq, Debug)]
pub struct Placement {
    shards: u16,
    map: Map,
}

#[derive(Clone, PartialEq, Debug)]
enum Map {
    Modulo,
    /// Over positions.
    Range(Arcs),
    /// Over hashes.
    Ring(Arcs, Points),
    Slots(Slots),
    /// The shards of each region, each list in ascending order.
    Regions(Vec<Vec<u16>>),
}

/// What a consistent ring is made of.
#[derive(Clone, PartialEq, Debug)]
struct Points {
    weights: Vec<f64>,
    virtual_nodes: u32,
    salt: u64,
}

impl Placement {
    /// The placement by a strategy. `salt` decides where the points of a consistent ring lie.
    ///
    /// # Panics
    /// When the strategy counts shards and counts others than `shards`, and as the functions
    /// below do.
    pub fn new(strategy: &Strategy, shards: u16, salt: u64) -> Placement {
        let placement = match strategy {
            Strategy::Modulo => Placement::modulo(shards),
            Strategy::Range { upper } if upper.is_empty() => Placement::range(shards),
            Strategy::Range { upper } => Placement::range_with_bounds(upper),
            Strategy::Consistent { virtual_nodes, weights } => {
                let even = vec![1.0; usize::from(shards)];
                let weights = if weights.is_empty() { &even } else { weights };
                Placement::consistent(weights, *virtual_nodes, salt)
            }
            Strategy::Virtual { slots } => Placement::virtual_shards(*slots, shards),
            Strategy::Geographic { shards_of_region } => Placement::geographic(shards_of_region),
        };
        assert_eq!(placement.shards, shards, "the strategy is made for these shards");
        placement
    }

    /// The hash of the shard key modulo the number of shards.
    ///
    /// # Panics
    /// When there is no shard.
    pub fn modulo(shards: u16) -> Placement {
        assert!(shards > 0, "a key lives on some shard");
        Placement { shards, map: Map::Modulo }
    }

    /// Equal contiguous ranges of the id space, in order. Ids beyond those that the data set
    /// starts with go to the range that holds the end, see [`IdSpace`].
    ///
    /// # Panics
    /// When there is no shard.
    pub fn range(shards: u16) -> Placement {
        assert!(shards > 0, "a key lives on some shard");
        let ends = (1..=u128::from(shards)).map(|end| (end << 64) / u128::from(shards));
        Placement { shards, map: Map::Range(Arcs::ending_before(ends)) }
    }

    /// Contiguous ranges of the id space, in order; `upper` tells where each ends, as a share of
    /// the id space. A share that is no binary fraction is rounded as any number is, to 2^-53.
    ///
    /// # Panics
    /// When the shares do not ascend from above 0 to 1.
    pub fn range_with_bounds(upper: &[f64]) -> Placement {
        let shards = u16::try_from(upper.len()).expect("shards are numbered by 16 bits");
        assert_eq!(upper.last(), Some(&1.0), "the ranges cover all ids");
        // Exact: a multiplication by a power of two.
        let ends = upper.iter().map(|share| (share * arcs::WHOLE) as u128);
        Placement { shards, map: Map::Range(Arcs::ending_before(ends)) }
    }

    /// A ring of hashed points: a key belongs to the first point at or after its hash (Karger et
    /// al. 1997; points of one shard are the virtual nodes of DeCandia et al., "Dynamo: Amazon's
    /// highly available key-value store", SOSP 2007, section 4.2). A shard has its weight times
    /// `virtual_nodes` points, rounded, at least one.
    ///
    /// # Panics
    /// When there is no shard, or a weight is not a positive number.
    pub fn consistent(weights: &[f64], virtual_nodes: u32, salt: u64) -> Placement {
        let shards = u16::try_from(weights.len()).expect("shards are numbered by 16 bits");
        assert!(shards > 0, "a key lives on some shard");
        let counts = weights.iter().map(|&weight| points_of(weight, virtual_nodes));
        let arcs = Arcs::hashed(counts, salt);
        let points = Points { weights: weights.to_vec(), virtual_nodes, salt };
        Placement { shards, map: Map::Ring(arcs, points) }
    }

    /// The hash names one of the slots, and a table the slot's shard; at first each shard has a
    /// contiguous run of slots, all as long as each other or one longer.
    ///
    /// # Panics
    /// When there is no shard, or there are fewer slots than shards.
    pub fn virtual_shards(slots: u32, shards: u16) -> Placement {
        Placement { shards, map: Map::Slots(Slots::even(slots, shards)) }
    }

    /// The hash modulo the number of shards of the owner's region. Shards are numbered region by
    /// region.
    ///
    /// # Panics
    /// When a region has no shard: let the keys of its users belong to another region.
    pub fn geographic(shards_of_region: &[u16]) -> Placement {
        let mut regions = Vec::with_capacity(shards_of_region.len());
        let mut shards = 0u16;
        for &count in shards_of_region {
            assert!(count > 0, "the keys of a region live on some shard");
            let end = shards.checked_add(count).expect("shards are numbered by 16 bits");
            regions.push((shards..end).collect());
            shards = end;
        }
        assert!(shards > 0, "a key lives on some shard");
        Placement { shards, map: Map::Regions(regions) }
    }

    /// The number of shards.
    pub const fn shards(&self) -> u16 {
        self.shards
    }

    /// The shard that holds a key.
    ///
    /// # Panics
    /// When a geographic placement does not know the owner's region.
    #[inline]
    pub fn shard_of(&self, place: KeyPlace) -> u16 {
        match &self.map {
            Map::Modulo => (place.hash % u64::from(self.shards)) as u16,
            Map::Range(arcs) => arcs.owner(place.position),
            Map::Ring(arcs, _) => arcs.owner(place.hash),
            Map::Slots(slots) => slots.owner(place.hash),
            Map::Regions(regions) => {
                let shards = &regions[usize::from(place.region)];
                shards[(place.hash % shards.len() as u64) as usize]
            }
        }
    }

    /// Fills `out` with the key's shard and the next ones that would keep its copies, `count`
    /// different ones (all, if there are fewer): on a consistent ring those met clockwise
    /// (Dynamo's preference list, section 4.3), else those with the next numbers.
    pub fn successors(&self, place: KeyPlace, count: usize, out: &mut Vec<u16>) {
        out.clear();
        let count = count.min(usize::from(self.shards));
        if let Map::Ring(arcs, _) = &self.map {
            arcs.next_owners(place.hash, count, out);
            return;
        }
        let first = usize::from(self.shard_of(place));
        let shards = usize::from(self.shards);
        out.extend((first..first + count).map(|shard| (shard % shards) as u16));
    }

    /// Fills `out` with the shards that hold a stretch of ids, given by the positions of its first
    /// and last: a few for ranges, all shards for every other strategy.
    pub fn shards_of_range(&self, first: u64, last: u64, out: &mut Vec<u16>) {
        out.clear();
        match &self.map {
            Map::Range(arcs) => arcs.owners_between(first, last, out),
            _ => out.extend(0..self.shards),
        }
    }

    /// The placement after shards were added, numbered after those there are.
    ///
    /// - modulo: every key is hashed anew;
    /// - range: each new shard takes the upper half of the widest range, the last of equals;
    /// - consistent: each new shard, of weight 1, adds its points, and the others stay;
    /// - virtual: the fewest slots move that leave all shards even;
    /// - geographic: each new shard joins the region that has fewest for what it had (D'Hondt's
    ///   rule), whose keys are hashed anew.
    ///
    /// # Panics
    /// When that would be fewer shards, or more than slots.
    pub fn grown_to(&self, shards: u16) -> Placement {
        assert!(shards >= self.shards, "shards are added, not removed");
        let map = match &self.map {
            Map::Modulo => Map::Modulo,
            Map::Range(arcs) => Map::Range(
                (self.shards..shards).fold(arcs.clone(), |it, shard| it.split_for(shard)),
            ),
            Map::Ring(_, points) => {
                let mut weights = points.weights.clone();
                weights.resize(usize::from(shards), 1.0);
                return Placement::consistent(&weights, points.virtual_nodes, points.salt);
            }
            Map::Slots(slots) => Map::Slots(slots.spread_over(shards)),
            Map::Regions(regions) => Map::Regions(grown_regions(regions, self.shards..shards)),
        };
        Placement { shards, map }
    }

    /// The region of a shard; none where regions do not matter.
    pub fn region_of(&self, shard: u16) -> Option<u16> {
        let Map::Regions(regions) = &self.map else { return None };
        regions.iter().position(|shards| shards.contains(&shard)).map(|region| region as u16)
    }

    /// Where a key moves from and to when another placement takes over, if it moves.
    #[inline]
    pub fn moves(&self, after: &Placement, place: KeyPlace) -> Option<(u16, u16)> {
        let (from, to) = (self.shard_of(place), after.shard_of(place));
        (from != to).then_some((from, to))
    }
}

/// The points of a shard on a ring.
fn points_of(weight: f64, virtual_nodes: u32) -> u32 {
    assert!(weight > 0.0 && weight.is_finite(), "a weight is a positive number");
    ((weight * f64::from(virtual_nodes)).round() as u32).max(1)
}

/// Gives new shards to regions one by one, so that regions keep their proportions.
fn grown_regions(regions: &[Vec<u16>], added: std::ops::Range<u16>) -> Vec<Vec<u16>> {
    let mut grown = regions.to_vec();
    for shard in added {
        let mut best = 0;
        for region in 1..regions.len() {
            // had / (has + 1) is larger, in whole numbers.
            let claim = regions[region].len() * (grown[best].len() + 1);
            if claim > regions[best].len() * (grown[region].len() + 1) {
                best = region;
            }
        }
        grown[best].push(shard);
    }
    grown
}
