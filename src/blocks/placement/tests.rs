//! Placements as their users see them: every key has a shard, and growth moves what it says.

use super::theory::expected_moved_share;
// Named, since proptest has a `Strategy` of its own.
use super::Strategy;
use super::*;
use crate::kernel::random::mix;
use proptest::prelude::*;
use proptest::strategy::Strategy as _;

/// Hashes and positions that look uniform and independent, owners of three regions.
fn sample(keys: u64) -> impl Iterator<Item = KeyPlace> {
    (0..keys).map(|key| KeyPlace {
        hash: mix(key, 1),
        position: mix(key, 2),
        region: (mix(key, 3) % 3) as u16,
    })
}

/// One strategy of each kind for these shards, for owners of three regions where they matter.
fn strategies(shards: u16) -> Vec<Strategy> {
    let upper = (1..=shards).map(|it| f64::from(it * it) / f64::from(shards * shards)).collect();
    let weights = (0..shards).map(|it| f64::from(it % 3 + 1)).collect();
    vec![
        Strategy::Modulo,
        Strategy::Range { upper: Vec::new() },
        Strategy::Range { upper },
        Strategy::Consistent { virtual_nodes: 20, weights: Vec::new() },
        Strategy::Consistent { virtual_nodes: 20, weights },
        Strategy::Virtual { slots: 100 },
        Strategy::Geographic { shards_of_region: vec![shards - 2, 1, 1] },
    ]
}

fn any_place() -> impl proptest::strategy::Strategy<Value = KeyPlace> {
    let word = || prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)];
    (word(), word(), 0u16..3).prop_map(|(hash, position, region)| KeyPlace {
        hash,
        position,
        region,
    })
}

proptest! {
    #[test]
    fn every_key_has_one_shard_and_moves_between_existing_ones(
        kind in 0usize..7, shards in 3u16..40, added in 0u16..60, salt: u64,
        places in prop::collection::vec(any_place(), 1..60),
    ) {
        let before = Placement::new(&strategies(shards)[kind], shards, salt);
        let after = before.grown_to(shards + added);
        prop_assert_eq!((before.shards(), after.shards()), (shards, shards + added));
        for place in places {
            let (from, to) = (before.shard_of(place), after.shard_of(place));
            prop_assert!(from < shards && to < shards + added);
            let moved = before.moves(&after, place);
            prop_assert_eq!(moved, if from == to { None } else { Some((from, to)) });
            // Only hashing anew moves keys between shards that were there before.
            let hashes_anew = kind == 0 || kind == 6;
            prop_assert!(from == to || to >= shards || hashes_anew, "{} to {}", from, to);
        }
        for placement in [before, after] {
            let total: f64 = placement.shares().iter().sum();
            prop_assert!((total - 1.0).abs() < 1e-12, "shares sum to {total}");
        }
    }

    #[test]
    fn successors_are_different_shards_from_the_own_one_on(
        kind in 0usize..7, shards in 3u16..40, count in 0usize..50, place in any_place(), salt: u64,
    ) {
        let placement = Placement::new(&strategies(shards)[kind], shards, salt);
        let mut found = vec![9999];
        placement.successors(place, count, &mut found);
        prop_assert_eq!(found.len(), count.min(usize::from(shards)));
        prop_assert!(count == 0 || found[0] == placement.shard_of(place));
        prop_assert!(found.iter().all(|&shard| shard < shards));
        found.sort_unstable();
        found.dedup();
        prop_assert_eq!(found.len(), count.min(usize::from(shards)));
    }

    /// Karger et al.'s monotonicity: a shard more changes a key's list only by standing in it.
    #[test]
    fn a_new_shard_only_pushes_others_down_the_list(
        shards in 1u16..20, virtual_nodes in 0u32..30, salt: u64, place in any_place(),
    ) {
        let before = Placement::consistent(&vec![1.0; usize::from(shards)], virtual_nodes, salt);
        let (mut old, mut new) = (Vec::new(), Vec::new());
        before.successors(place, usize::from(shards), &mut old);
        before.grown_to(shards + 1).successors(place, usize::from(shards) + 1, &mut new);
        new.retain(|&shard| shard != shards);
        prop_assert_eq!(old, new);
    }

    /// The scan of a stretch asks the shards of its keys, and for ranges no others.
    #[test]
    fn the_shards_of_a_stretch_hold_its_keys(
        kind in 0usize..7, shards in 3u16..40, added in 0u16..9,
        ends in (any_place(), any_place()), inside in prop::collection::vec(any_place(), 0..99),
    ) {
        let before = Placement::new(&strategies(shards)[kind], shards, 5);
        let placement = before.grown_to(shards + added);
        let (one, other) = (ends.0.position, ends.1.position);
        let (first, last) = (one.min(other), one.max(other));
        let mut asked = Vec::new();
        placement.shards_of_range(first, last, &mut asked);
        for place in inside.into_iter().filter(|it| (first..=last).contains(&it.position)) {
            prop_assert!(asked.contains(&placement.shard_of(place)));
        }
        if kind == 1 && added == 0 {
            let [low, high] = [first, last].map(|position| {
                placement.shard_of(KeyPlace { position, ..KeyPlace::default() })
            });
            let expected: Vec<u16> = (low..=high).collect();
            prop_assert_eq!(asked, expected);
        } else if kind != 1 && kind != 2 {
            prop_assert_eq!(asked.len(), usize::from(shards + added));
        }
    }
}

/// The shares that are computed are those that are sampled, for every pair of strategies. A count
/// among 40,000 keys has a standard deviation of at most 0.0025; five of them leave one chance in
/// a million to each of the hundred pairs. Geographic ones know no users, only shards, so keys
/// are owned in that proportion.
#[test]
fn computed_shares_of_moved_keys_are_the_sampled_ones() {
    let keys = 40_000;
    let mut placements = Vec::new();
    for strategy in strategies(6) {
        let placement = Placement::new(&strategy, 6, 11);
        placements.extend([placement.grown_to(8), placement]);
    }
    let owned = |mut place: KeyPlace| {
        // 4, 1 and 1 shards of 6.
        place.region = (mix(place.hash, 4) % 6).saturating_sub(3) as u16;
        place
    };
    for before in &placements {
        for after in &placements {
            let grown_regions = |it: &Placement| matches!(it.map, Map::Regions(_)) && it.shards > 6;
            if grown_regions(before)
                || grown_regions(after) && !matches!(before.map, Map::Regions(_))
            {
                // Its shards are no longer in the proportion of the sample.
                continue;
            }
            let moved = sample(keys).filter(|&it| before.moves(after, owned(it)).is_some()).count();
            let sampled = moved as f64 / keys as f64;
            let computed = before.moved_share(after);
            assert!((sampled - computed).abs() < 0.0125, "{sampled} for {computed}: {before:?}");
        }
    }
}

/// In counts of shards, with no sampling and no tolerance but that of the division.
#[test]
fn growth_moves_the_share_that_theory_expects() {
    for before in 1u16..24 {
        for after in before..50 {
            let mut exact = vec![
                Strategy::Modulo,
                Strategy::Range { upper: Vec::new() },
                Strategy::Virtual { slots: 128 },
                Strategy::Virtual { slots: 1000 },
            ];
            if before == 3 {
                exact.push(Strategy::Range { upper: vec![0.125, 0.25, 1.0] });
            }
            if before >= 3 {
                exact.push(Strategy::Geographic { shards_of_region: vec![before - 2, 1, 1] });
            }
            for strategy in exact {
                let counted = Placement::new(&strategy, before, 0);
                let moved = counted.moved_share(&counted.grown_to(after));
                let expected = expected_moved_share(&strategy, before, after);
                // Slots and ranges are whole numbers of the 2^64 words.
                assert!((moved - expected).abs() < 1e-12, "{strategy:?} {before} {after}: {moved}");
            }
        }
        let one_more = expected_moved_share(&Strategy::Modulo, before, before + 1);
        let n = f64::from(before);
        assert!((one_more - n / (n + 1.0)).abs() < 1e-12);
    }
}

/// Also when shards were added before: as even as can be, and no fewer slots could have moved,
/// since the new shards need theirs from somewhere.
#[test]
fn slots_stay_even_and_few_move_however_shards_are_added() {
    let mut placement = Placement::virtual_shards(1024, 3);
    for shards in [4, 5, 9, 10, 11, 30, 64, 1000, 1024] {
        let after = placement.grown_to(shards);
        let slots: Vec<f64> = after.shares().iter().map(|share| share * 1024.0).collect();
        let (fewest, most) = (1024 / shards, 1024u16.div_ceil(shards));
        assert!(slots.iter().all(|&it| it == f64::from(fewest) || it == f64::from(most)));
        let taken: f64 = slots[usize::from(placement.shards())..].iter().sum();
        assert_eq!(placement.moved_share(&after) * 1024.0, taken);
        let longer = usize::from(1024 % shards).saturating_sub(usize::from(placement.shards()));
        let least = (shards - placement.shards()) * fewest + longer as u16;
        assert_eq!(taken, f64::from(least));
        placement = after;
    }
}

/// Every id of a data set is on the shard that whole numbers say, with no gap and in order; ids
/// that the data set did not start with are on the last.
#[test]
fn equal_ranges_cover_all_ids() {
    for keys in [1u64, 2, 7, 97, 1000, 4096] {
        let space = IdSpace::new(keys);
        for shards in [1u16, 2, 3, 7, 64] {
            let placement = Placement::range(shards);
            let shard_of = |id| {
                placement.shard_of(KeyPlace { position: space.position(id), ..KeyPlace::default() })
            };
            for id in 0..keys {
                assert_eq!(
                    u64::from(shard_of(id)),
                    id * u64::from(shards) / keys,
                    "{id} of {keys}"
                );
            }
            for id in [keys, keys + 1, u64::MAX] {
                assert_eq!(shard_of(id), shards - 1);
            }
        }
    }
}

/// At the ends of ranges of data sets too large to try every id.
#[test]
fn ranges_end_at_the_right_id_in_large_data_sets() {
    for keys in [1u64 << 32, (1 << 32) + 15, 10_000_000_019, 1 << 44] {
        let space = IdSpace::new(keys);
        for shards in [3u16, 64, 1021] {
            let placement = Placement::range(shards);
            for shard in 1..shards {
                let first = (u64::from(shard) * keys).div_ceil(u64::from(shards));
                let [below, at] = [first - 1, first].map(|id| {
                    placement
                        .shard_of(KeyPlace { position: space.position(id), ..KeyPlace::default() })
                });
                assert_eq!((below, at), (shard - 1, shard), "{keys} keys, {shards} shards");
            }
        }
    }
}

#[test]
fn a_new_shard_takes_the_upper_half_of_the_widest_range() {
    let shares = |placement: &Placement| placement.shares();
    let placement = Placement::range_with_bounds(&[0.25, 0.5, 1.0]);
    assert_eq!(shares(&placement), [0.25, 0.25, 0.5]);
    let grown = placement.grown_to(4);
    assert_eq!(shares(&grown), [0.25; 4]);
    // New ids are the new shard's from now on, and then the next one's, as all are equal.
    let newest = KeyPlace { position: u64::MAX, ..KeyPlace::default() };
    assert_eq!(
        [&placement, &grown, &placement.grown_to(5)].map(|it| it.shard_of(newest)),
        [2, 3, 4]
    );
    assert_eq!(shares(&Placement::range(1).grown_to(2)), [0.5, 0.5]);
    // The ranges of three equal shards differ by one word of 2^64; the last is split all the same.
    let thirds = shares(&Placement::range(3).grown_to(4));
    assert!((thirds[2] - 1.0 / 6.0).abs() < 1e-15 && (thirds[0] - 1.0 / 3.0).abs() < 1e-15);
}

#[test]
fn keys_live_in_their_owners_region() {
    let placement = Placement::geographic(&[4, 2, 1]);
    let grown = placement.grown_to(14);
    let homes: [&[u16]; 3] = [&[0, 1, 2, 3], &[4, 5], &[6]];
    let added: [&[u16]; 3] = [&[7, 8, 10, 11], &[9, 12], &[13]];
    for place in sample(10_000) {
        let region = usize::from(place.region);
        assert!(homes[region].contains(&placement.shard_of(place)));
        let shard = grown.shard_of(place);
        assert!(homes[region].contains(&shard) || added[region].contains(&shard), "{shard}");
    }
    // Twice as many shards in all are twice as many in each region.
    let Map::Regions(regions) = &grown.map else { panic!("it stays geographic") };
    assert_eq!(regions.iter().map(Vec::len).collect::<Vec<_>>(), [8, 4, 2]);
}

/// Pinned: where keys live is part of every result.
#[test]
fn placements_are_pinned() {
    let shards = |placement: &Placement| -> Vec<u16> {
        sample(12).map(|place| placement.shard_of(place)).collect()
    };
    let even = [1.0; 8];
    let placements = [
        Placement::modulo(8),
        Placement::consistent(&even, 64, 42),
        Placement::virtual_shards(64, 8),
    ];
    let found: Vec<Vec<u16>> = placements.iter().map(shards).collect();
    assert_eq!(
        found,
        [
            [5, 5, 3, 5, 3, 3, 2, 4, 2, 3, 5, 0],
            [2, 4, 6, 5, 5, 4, 0, 6, 5, 6, 4, 2],
            [5, 7, 5, 0, 7, 6, 5, 5, 4, 1, 4, 6]
        ]
    );
}
