//! Searches of residuals that are known, with luck of a known size.

use super::*;
use crate::kernel::random::Stream;
use crate::measure::statistics::simultaneous::binomial_range;

const EFFORT: Effort = Effort {
    precision: 0.01,
    requests: 20_000,
    most_requests: 6_000_000,
    longer: 4,
    by_points: false,
};

/// A world in which the residual at some users is known, and each repeat's is off by a normal
/// error that falls with the root of its length.
struct World {
    residual: fn(f64) -> f64,
    source: Source,
    /// Standard deviation of a repeat of one request.
    luck: f64,
    /// Standard errors to saturation for a repeat of one request.
    z: f64,
    seed: u64,
}

impl World {
    fn point(&self, wanted: Wanted) -> Point {
        let users = wanted.users as f64;
        let deviation = self.luck / (wanted.requests as f64).sqrt();
        let own: Vec<f64> = (0..8)
            .map(|repeat| {
                // The same seeds mean the same luck, whatever the users.
                let stream = Stream::new(self.seed, repeat, "world", "luck");
                let mut draw = stream.draw(wanted.seeds.wrapping_mul(1_000_003) + wanted.requests);
                let (one, other) = (draw.unit_open(), draw.unit_open());
                let normal =
                    (-2.0 * libm::log(one)).sqrt() * libm::cos(2.0 * core::f64::consts::PI * other);
                (self.residual)(users) + deviation * normal
            })
            .collect();
        let pooled = own.iter().sum::<f64>() / 8.0;
        let sections = Sections { pooled, own: own.into_iter().map(Some).collect() };
        let residual = Residual { sections, source: self.source };
        let z = self.z * (wanted.requests as f64).sqrt();
        Point { users, requests: wanted.requests, residual, z }
    }

    /// Searches between two numbers of users; the crossing and the requests it took.
    fn search(&self, (low, high): (u64, u64)) -> (Crossing, u64) {
        let on_grid = |users| self.point(Wanted { users, requests: 20_000, seeds: 0 });
        let mut search = Search::between(on_grid(low), on_grid(high), EFFORT);
        let mut spent = 0;
        loop {
            let wanted = search.wanted();
            spent += wanted.iter().map(|one| 8 * one.requests).sum::<u64>();
            let points: Vec<Point> = wanted.iter().map(|one| self.point(*one)).collect();
            match search.crossing() {
                Some(crossing) => return (crossing, spent),
                None => search.take(&points),
            }
        }
    }
}

/// 1 - bound / p95 of M/M/1 with its crossing at a load of 0.9 of 60,000 users.
fn straight(users: f64) -> f64 {
    1.0 - (1.0 - users / 60_000.0) / 0.1
}

fn curved(users: f64) -> f64 {
    libm::log(users / 54_000.0) + 0.5 * libm::pow(users / 54_000.0, 3.0) - 0.5
}

#[test]
fn crossings_of_known_residuals_are_found() {
    for (residual, range) in [
        (straight as fn(f64) -> f64, (30_000, 60_000)),
        (curved, (20_000, 80_000)),
        (|users| users / 54_000.0 - 1.0, (10_000, 10_000_000)),
    ] {
        let world = World { residual, source: Source::Metric, luck: 5.0, z: 1.0, seed: 42 };
        let (crossing, _) = world.search(range);
        let Crossing { users, interval: (low, high), is_settled, by_capacity } = crossing;
        assert!(is_settled && !by_capacity && high - low <= 0.02 * users, "{crossing:?}");
        assert!((users / 54_000.0 - 1.0).abs() < 0.01, "{crossing:?}");
    }
}

/// 2,000 searches with other luck: the interval holds the crossing as often as it promises, at the
/// 99.9% level, though its end was decided by what the runs showed.
#[test]
fn intervals_cover_as_often_as_they_promise() {
    let mut covered = 0;
    for seed in 0..2_000 {
        let world = World { residual: straight, source: Source::Metric, luck: 60.0, z: 0.1, seed };
        let (Crossing { interval: (low, high), .. }, _) = world.search((30_000, 60_000));
        covered += u64::from(low <= 54_000.0 && 54_000.0 <= high);
    }
    let (fewest, most) = binomial_range(2_000, 0.95, 0.999);
    assert!((fewest..=most).contains(&covered), "{covered} of 2,000");
}

/// z of 0.04 a root of requests needs (25 / 0.04)^2 = 390,000 requests a repeat, far more than the
/// width asks for.
#[test]
fn a_station_near_saturation_asks_for_longer_runs() {
    let world = |z| World { residual: straight, source: Source::Metric, luck: 1.0, z, seed: 1 };
    let (sure, quick) = world(1.0).search((30_000, 60_000));
    let (also_sure, long) = world(0.04).search((30_000, 60_000));
    assert!(sure.is_settled && also_sure.is_settled, "{sure:?} {also_sure:?}");
    assert!(long > 10 * quick, "{long} {quick}");
    // More than a run may have: it is told, and the search ends.
    let (unsure, _) = world(0.001).search((30_000, 60_000));
    assert!(!unsure.is_settled, "{unsure:?}");
    // The capacity itself is crossed at saturation: no distance can be asked for.
    let capacity = World { source: Source::Capacity, ..world(0.001) };
    let (crossing, _) = capacity.search((30_000, 60_000));
    assert!(crossing.is_settled && crossing.by_capacity, "{crossing:?}");
}

#[test]
fn a_residual_that_jumps_is_bracketed() {
    let world = World {
        residual: |users| if users > 54_321.5 { 0.5 } else { -0.5 },
        source: Source::Step,
        luck: 0.0,
        z: 1.0,
        seed: 1,
    };
    let (crossing, _) = world.search((1_000, 1_000_000));
    let (low, high) = crossing.interval;
    assert!(low <= 54_321.0 && high >= 54_322.0 && crossing.is_settled, "{crossing:?}");
    assert!(high - low <= 0.01 * low, "{crossing:?}");
}

#[test]
fn signs_are_told_only_when_sure() {
    let residual = |values: &[f64]| {
        let pooled = values.iter().sum::<f64>() / values.len() as f64;
        let own = values.iter().copied().map(Some).collect();
        Residual { sections: Sections { pooled, own }, source: Source::Metric }
    };
    assert_eq!(sign(&residual(&[0.1, 0.11, 0.12])), 1);
    assert_eq!(sign(&residual(&[-0.1, -0.11, -0.12])), -1);
    assert_eq!(sign(&residual(&[-0.1, 0.2, 0.1])), 0);
    assert_eq!(sign(&residual(&[0.1])), 1);
}
