//! Where keys are: how many move when shards are added, and how even a ring of hashed points is.
//!
//! Nothing happens in time here, so no scenario is run: keys at random words are looked up before
//! and after, and counted.

use super::case::{Case, Count};
use crate::blocks::placement::theory::{
    expected_largest_share_of_single_points, expected_moved_share, expected_share_variance,
};
use crate::blocks::placement::{KeyPlace, Placement, Strategy};
use crate::kernel::random::mix;

const SHARDS: u16 = 8;
const VIRTUAL_NODES: u32 = 128;
const SLOTS: u32 = 1024;
/// Shards of one point each, where rings are least even.
const SINGLE_POINTS: u16 = 64;
/// Keys that are looked up in each of many rings: one ring alone is off by chance.
const KEYS_OF_A_RING: u64 = 1_000;

/// Of 8 shards that become 9: a million keys, or a thousand rings of a thousand keys each.
pub(super) fn cases() -> Vec<Case> {
    let moves = |name: &str, strategy: &Strategy, cap: f64, count: Count| {
        let expected = expected_moved_share(strategy, SHARDS, SHARDS + 1);
        Case::counted("placement", name, 1_000_000, count).check("moved keys", expected, cap)
    };
    let n = f64::from(SHARDS);
    // Of shares over their mean: the variance times n^2.
    let variance = n * n * expected_share_variance(SHARDS, VIRTUAL_NODES);
    let largest = expected_largest_share_of_single_points(SINGLE_POINTS);
    vec![
        moves("hash modulo, 8 to 9", &Strategy::Modulo, 0.002, moved_by_modulo),
        moves("ranges, 8 to 9", &range(), 0.02, moved_by_range),
        moves("virtual shards, 8 to 9", &virtual_shards(), 0.02, moved_by_slots),
        moves("consistent hash, 8 to 9", &consistent(), 0.02, moved_by_ring),
        Case::counted("placement", "ring of 8 x 128 points", 1_000_000, variance_of_shares).check(
            "variance of shares",
            variance,
            0.08,
        ),
        Case::counted("placement", "ring of 64 x 1 points", 1_000_000, largest_share).check(
            "largest share",
            largest,
            0.04,
        ),
    ]
}

fn range() -> Strategy {
    Strategy::Range { upper: Vec::new() }
}

fn virtual_shards() -> Strategy {
    Strategy::Virtual { slots: SLOTS }
}

fn consistent() -> Strategy {
    Strategy::Consistent { virtual_nodes: VIRTUAL_NODES, weights: Vec::new() }
}

/// The share of the keys numbered from `first` on that move when a shard is added.
fn moved(before: &Placement, first: u64, keys: u64) -> f64 {
    let after = before.grown_to(SHARDS + 1);
    let place = |key: u64| KeyPlace { hash: mix(key, 1), position: mix(key, 2), region: 0 };
    let moves = |key: &u64| before.moves(&after, place(*key)).is_some();
    (first..first + keys).filter(moves).count() as f64 / keys as f64
}

fn moved_by(strategy: &Strategy, keys: u64, repeat: u64) -> f64 {
    moved(&Placement::new(strategy, SHARDS, 0), repeat * keys, keys)
}

fn moved_by_modulo(keys: u64, repeat: u64) -> f64 {
    moved_by(&Strategy::Modulo, keys, repeat)
}

fn moved_by_range(keys: u64, repeat: u64) -> f64 {
    moved_by(&range(), keys, repeat)
}

fn moved_by_slots(keys: u64, repeat: u64) -> f64 {
    moved_by(&virtual_shards(), keys, repeat)
}

/// The rings of a repeat, one for each thousand keys.
fn rings(strategy: &Strategy, shards: u16, keys: u64, repeat: u64) -> Vec<Placement> {
    let rings = keys / KEYS_OF_A_RING;
    (0..rings).map(|ring| Placement::new(strategy, shards, repeat * rings + ring)).collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

fn moved_by_ring(keys: u64, repeat: u64) -> f64 {
    let rings = rings(&consistent(), SHARDS, keys, repeat);
    let shares = rings.iter().enumerate().map(|(number, ring)| {
        moved(ring, repeat * keys + number as u64 * KEYS_OF_A_RING, KEYS_OF_A_RING)
    });
    mean(shares)
}

/// Of shares over their mean.
fn variance_of_shares(keys: u64, repeat: u64) -> f64 {
    let rings = rings(&consistent(), SHARDS, keys, repeat);
    let of_ring = |ring: &Placement| {
        let off = |share: f64| share * f64::from(SHARDS) - 1.0;
        mean(ring.shares().into_iter().map(|share| off(share) * off(share)))
    };
    mean(rings.iter().map(of_ring))
}

fn largest_share(keys: u64, repeat: u64) -> f64 {
    let single = Strategy::Consistent { virtual_nodes: 1, weights: Vec::new() };
    let rings = rings(&single, SINGLE_POINTS, keys, repeat);
    mean(rings.iter().map(|ring| ring.shares().into_iter().fold(0.0, f64::max)))
}
