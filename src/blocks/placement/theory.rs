//! What theory expects of placements: formulas that count nothing, for tests and validation.
//!
//! The share of a shard on a consistent ring: N random points cut a circle into N arcs whose
//! lengths are Dirichlet(1, ..., 1), so a shard with v of the points has a share with the law
//! Beta(v, N - v) (R. Pyke, "Spacings", Journal of the Royal Statistical Society B 27, 1965).

use super::moved::greatest_common_divisor;
use super::{Strategy, grown_regions, points_of};

/// The share of the keys that moves when `before` shards become `after`.
///
/// - modulo: a key stays if both remainders agree, once per shard in each least common multiple;
///   n / (n + 1) move when one is added to n;
/// - consistent: what the new shards get: their share of the points, in expectation over rings
///   (Karger et al. 1997, "monotonicity": no key moves between shards that were there before);
/// - virtual: the slots that the new shards must have for all to be even;
/// - range: the upper halves that are split off, with the splits in the order of their widths;
/// - geographic: as modulo in each region, weighted with the shards it had.
///
/// # Panics
/// When there are fewer shards than before.
pub fn expected_moved_share(strategy: &Strategy, before: u16, after: u16) -> f64 {
    assert!(before > 0 && before <= after, "shards are added");
    match strategy {
        Strategy::Modulo => rehashed_share(usize::from(before), usize::from(after)),
        Strategy::Range { upper } => split_share(&widths(upper, before), after),
        Strategy::Consistent { virtual_nodes, weights } => {
            let old: f64 = if weights.is_empty() {
                f64::from(before) * f64::from((*virtual_nodes).max(1))
            } else {
                weights.iter().map(|&weight| f64::from(points_of(weight, *virtual_nodes))).sum()
            };
            let new = f64::from(after - before) * f64::from((*virtual_nodes).max(1));
            new / (old + new)
        }
        Strategy::Virtual { slots } => {
            let (each, longer) = (slots / u32::from(after), slots % u32::from(after));
            let added = u32::from(after - before);
            let moved = added * each + longer.saturating_sub(u32::from(before));
            f64::from(moved) / f64::from(*slots)
        }
        Strategy::Geographic { shards_of_region } => {
            let regions: Vec<Vec<u16>> =
                shards_of_region.iter().map(|&count| (0..count).collect()).collect();
            let grown = grown_regions(&regions, before..after);
            let pairs = regions.iter().zip(&grown);
            let moved = pairs.map(|(had, has)| {
                had.len() as f64 / f64::from(before) * rehashed_share(had.len(), has.len())
            });
            moved.sum()
        }
    }
}

/// Keys that move when the modulus grows.
fn rehashed_share(before: usize, after: usize) -> f64 {
    let multiple = before / greatest_common_divisor(before, after) * after;
    1.0 - before as f64 / multiple as f64
}

/// The widths of ranges that end at these shares; none: equal ones.
fn widths(upper: &[f64], shards: u16) -> Vec<f64> {
    if upper.is_empty() {
        return vec![1.0 / f64::from(shards); usize::from(shards)];
    }
    let starts = std::iter::once(&0.0).chain(upper);
    upper.iter().zip(starts).map(|(end, start)| end - start).collect()
}

/// Keys that move when the widest ranges, the last of equals first, are halved one by one. A lower
/// half stays where it was, so what has not moved of a first range lies in its lowest part.
fn split_share(widths: &[f64], after: u16) -> f64 {
    let mut ranges: Vec<(f64, bool)> = widths.iter().map(|&width| (width, true)).collect();
    while ranges.len() < usize::from(after) {
        let mut widest = 0;
        for (index, range) in ranges.iter().enumerate() {
            // Widths that are equal but for rounding are equal.
            if range.0 >= ranges[widest].0 * (1.0 - 1e-12) {
                widest = index;
            }
        }
        let half = ranges[widest].0 / 2.0;
        ranges[widest].0 = half;
        ranges.insert(widest + 1, (half, false));
    }
    ranges.iter().filter(|(_, stayed)| !stayed).map(|(width, _)| width).sum()
}

/// The mean share of a shard on a consistent ring with `own` of `all` points.
pub fn expected_share(own: u64, all: u64) -> f64 {
    own as f64 / all as f64
}

/// The variance over rings of the share of a shard with `own` of `all` points, of Beta(own,
/// all - own): p (1 - p) / (all + 1), p the mean share.
pub fn share_variance_of_points(own: u64, all: u64) -> f64 {
    let mean = expected_share(own, all);
    mean * (1.0 - mean) / (all as f64 + 1.0)
}

/// The variance over rings of the share of one of `shards` shards with so many points each:
/// (n - 1) / (n^2 (n v + 1)). Its square root over the mean 1 / n, the coefficient of variation,
/// is about 1 / sqrt(v): a hundred points leave a shard some 10% off.
pub fn expected_share_variance(shards: u16, virtual_nodes: u32) -> f64 {
    let own = u64::from(virtual_nodes);
    share_variance_of_points(own, own * u64::from(shards))
}

/// The mean over rings of the largest share when each of the shards has one point: the n-th
/// harmonic number over n, about ln n / n (Pyke 1965): the worst of n shards holds ln n times
/// what it should.
pub fn expected_largest_share_of_single_points(shards: u16) -> f64 {
    let harmonic: f64 = (1..=shards).rev().map(|rank| 1.0 / f64::from(rank)).sum();
    harmonic / f64::from(shards)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::placement::Placement;

    const RINGS: u64 = 2000;

    fn rings(shards: u16, virtual_nodes: u32) -> impl Iterator<Item = Placement> {
        let even = vec![1.0; usize::from(shards)];
        (0..RINGS).map(move |salt| Placement::consistent(&even, virtual_nodes, salt))
    }

    /// Fails when the mean of independent values is further from what is expected than four of
    /// its standard errors, taken from the values themselves: one chance in 16,000.
    fn assert_mean(what: &str, values: &[f64], expected: f64) {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|it| (it - mean) * (it - mean)).sum();
        let error = (squares / (count - 1.0) / count).sqrt();
        assert!((mean - expected).abs() < 4.0 * error, "{what}: {mean} +- {error} for {expected}");
        assert!(4.0 * error < 0.2 * expected, "{what}: too few to tell");
    }

    /// The mean of the squares of how far the shares of a ring are from their mean.
    fn spread(ring: &Placement) -> f64 {
        let mean = 1.0 / f64::from(ring.shards());
        let squares = ring.shares().into_iter().map(|it| (it - mean) * (it - mean));
        squares.sum::<f64>() / f64::from(ring.shards())
    }

    #[test]
    fn shares_of_a_ring_vary_as_those_of_random_points() {
        for (shards, virtual_nodes) in [(2, 1), (8, 1), (8, 16), (8, 128), (50, 10)] {
            let spreads: Vec<f64> = rings(shards, virtual_nodes).map(|it| spread(&it)).collect();
            let expected = expected_share_variance(shards, virtual_nodes);
            assert_mean(&format!("{shards} shards of {virtual_nodes}"), &spreads, expected);
        }
    }

    #[test]
    fn the_worst_of_single_points_has_the_largest_spacing() {
        for shards in [2, 8, 64] {
            let worst = |ring: Placement| ring.shares().into_iter().fold(0.0, f64::max);
            let largest: Vec<f64> = rings(shards, 1).map(worst).collect();
            let expected = expected_largest_share_of_single_points(shards);
            assert_mean(&format!("{shards} shards"), &largest, expected);
            // ln n + 0.577 over n: Euler's constant, up to 1 / 2n^2.
            let n = f64::from(shards);
            let approximation = (libm::log(n) + 0.577_215_664_9) / n;
            assert!((expected - approximation).abs() < 0.5 / (n * n) + 1e-9);
        }
    }

    /// What moves is what the new shard gets, in each ring; in the mean, its share of the points.
    #[test]
    fn a_shard_more_takes_its_share_of_a_ring() {
        for (before, after, virtual_nodes) in [(1, 2, 4), (4, 5, 1), (9, 10, 100), (10, 15, 20)] {
            let moved = rings(before, virtual_nodes).map(|ring| {
                let grown = ring.grown_to(after);
                let moved = ring.moved_share(&grown);
                let taken: f64 = grown.shares()[usize::from(before)..].iter().sum();
                assert!((moved - taken).abs() < 1e-12, "only to the new ones");
                moved
            });
            let strategy = Strategy::Consistent { virtual_nodes, weights: Vec::new() };
            let expected = expected_moved_share(&strategy, before, after);
            let new = f64::from(after - before) / f64::from(after);
            assert!((expected - new).abs() < 1e-12);
            assert_mean(&format!("{before} to {after}"), &moved.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn weights_multiply_shares() {
        let (weights, points) = ([1.0, 2.0, 0.5, 4.5], [20, 40, 10, 90]);
        let all: u64 = points.iter().sum();
        let shares: Vec<Vec<f64>> =
            (0..RINGS).map(|salt| Placement::consistent(&weights, 20, salt).shares()).collect();
        for (shard, own) in points.into_iter().enumerate() {
            let values: Vec<f64> = shares.iter().map(|it| it[shard]).collect();
            let mean = expected_share(own, all);
            assert_mean(&format!("the share of {shard}"), &values, mean);
            let squares: Vec<f64> = values.iter().map(|it| (it - mean) * (it - mean)).collect();
            let variance = share_variance_of_points(own, all);
            assert_mean(&format!("the variance of {shard}"), &squares, variance);
        }
    }
}
