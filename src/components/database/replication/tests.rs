//! Who lacks which write, and for how long.

use super::*;
use crate::blocks::geography::Region;

fn constant(nanos: u64) -> Distribution {
    Distribution::constant(Duration::from_nanos(nanos)).expect("a short span")
}

/// A leader and two followers.
fn replication(lag: Distribution, tells: bool) -> Replication {
    let lag = (lag, Stream::new(1, 0, "db", "lag"));
    let places = (Topology::new(vec![vec![0, 0, 0]]), Geography::single());
    Replication::new(places, lag, OwnWrites::UntilVisible, tells)
}

fn follower(member: u16) -> Follower {
    Follower { node: usize::from(member), member }
}

fn write(key: u64, user: u64, identity: u64, committed: Time) -> Commit {
    let (answered, everywhere) = (committed, Time::LAST);
    let (shard, writer, cut) = (0, 0, 0);
    Commit { key, user, identity, shard, writer, cut, committed, answered, everywhere }
}

const fn at(nanos: u64) -> Time {
    Time::from_nanos(nanos)
}

#[test]
fn a_write_is_missing_until_its_lag_is_over() {
    let mut replication = replication(constant(100), false);
    replication.commit(write(7, 1, 55, at(10)), at(10));
    let missed = |own, age| Some(Missed { own, age: Duration::from_nanos(age) });
    assert_eq!(replication.lacks(7, 1, follower(1), at(109)), missed(true, 99));
    assert_eq!(replication.lacks(7, 2, follower(2), at(109)), missed(false, 99));
    assert_eq!(replication.lacks(7, 1, follower(1), at(110)), None);
    assert_eq!(replication.lacks(8, 1, follower(1), at(20)), None);
    assert!(replication.lacks_write_of(1, 0, follower(1), at(20)));
    assert!(!replication.lacks_write_of(1, 3, follower(1), at(20)));
    assert!(!replication.lacks_write_of(2, 0, follower(1), at(20)));
}

#[test]
fn the_way_between_regions_comes_on_top_of_the_lag() {
    let region = |name: &str| Region { name: name.to_owned(), share: 0.5 };
    let travel = [0, 40, 60, 0].map(Duration::from_nanos).to_vec();
    let geography = Geography::new(vec![region("here"), region("there")], 0, travel);
    let places = (Topology::new(vec![vec![0, 1]]), geography);
    let lag = (constant(100), Stream::new(1, 0, "db", "lag"));
    let mut replication = Replication::new(places, lag, OwnWrites::Ignored, false);
    replication.commit(write(7, 1, 55, at(10)), at(10));
    assert!(replication.lacks(7, 1, follower(1), at(149)).is_some());
    assert!(replication.lacks(7, 1, follower(1), at(150)).is_none());
    replication.commit(Commit { writer: 1, ..write(7, 1, 56, at(200)) }, at(200));
    assert!(replication.lacks(7, 1, follower(0), at(359)).is_some());
    assert!(replication.lacks(7, 1, follower(0), at(360)).is_none());
}

#[test]
fn a_follower_that_tells_lacks_a_write_until_it_does() {
    let mut replication = replication(constant(100), true);
    replication.commit(write(7, 1, 55, at(10)), at(10));
    assert!(replication.lacks(7, 1, follower(1), at(1_000)).is_some());
    replication.applied((7, 1), at(9), 0, 1);
    assert!(replication.lacks(7, 1, follower(1), at(1_000)).is_some(), "another write");
    replication.applied((7, 1), at(10), 0, 1);
    assert!(replication.lacks(7, 1, follower(1), at(1_000)).is_none());
    assert!(replication.lacks(7, 1, follower(2), at(1_000)).is_some());
    replication.applied((7, 1), at(10), 0, 2);
    assert!(replication.by_key.is_empty() && replication.by_user.is_empty());
}

/// What was committed at 10 is there at 110, what was at 50 at 150; the third write was not
/// acknowledged yet.
#[test]
fn what_nobody_has_received_is_lost() {
    let lost = |now, tells| {
        let mut replication = replication(constant(100), tells);
        replication.commit(write(7, 1, 55, at(10)), at(10));
        replication.commit(write(8, 1, 56, at(50)), at(50));
        let late = Commit { answered: Time::LAST, ..write(9, 1, 57, at(50)) };
        replication.commit(late, at(50));
        replication.go_on_with(0, &[follower(1), follower(2)], at(now))
    };
    for tells in [false, true] {
        assert_eq!([lost(60, tells), lost(110, tells), lost(150, tells)], [2, 1, 0]);
    }
}

#[test]
fn who_was_cut_off_lacks_a_write_until_it_has_caught_up() {
    let mut replication = replication(constant(100), false);
    replication.commit(Commit { cut: 0b10, ..write(7, 1, 55, at(10)) }, at(10));
    assert!(replication.lacks(7, 1, follower(1), at(5_000)).is_some());
    assert!(replication.lacks(7, 1, follower(2), at(5_000)).is_none());
    replication.catch_up(1, at(6_000));
    assert!(replication.lacks(7, 1, follower(1), at(6_000)).is_none());
}

/// 100,000 writes of distinct keys with a lag of 100 ns, one a ns: some 100 are under way at
/// any time, and the tables stay that small.
#[test]
fn memory_follows_the_writes_under_way() {
    let mut replication = replication(constant(100), false);
    for number in 0..100_000 {
        let everywhere = at(number + 100);
        let write = write(number, number, number, at(number));
        replication.commit(Commit { everywhere, ..write }, at(number));
    }
    assert!(replication.by_key.len() <= 2 * SMALLEST_SWEEP);
}

/// Writes to one key as a Poisson stream of rate w and reads at independent instants: stale
/// with probability 1 - E[exp(-w L)] = wm / (1 + wm) for an exponential lag of mean m. With
/// w m = 1 that is 1/2; 40,000 reads at gaps of 10 m are nearly independent, so the standard
/// error is 0.0025 and 0.01 four of them.
#[test]
fn staleness_follows_the_lag_law() {
    let mean = 1e-3;
    let lag = Distribution::exponential(Duration::from_seconds(mean)).expect("a valid law");
    let mut replication = replication(lag, false);
    let gaps = Distribution::exponential(Duration::from_seconds(mean)).expect("a valid law");
    let stream = Stream::new(9, 0, "writer", "gap");
    let (mut write_at, mut identity, mut stale) = (Time::ZERO, 0, 0);
    for read in 1..=40_000u64 {
        let read_at = Time::from_nanos(read * 10_000_000);
        while write_at < read_at {
            replication.commit(write(1, 0, identity, write_at), write_at);
            identity += 1;
            write_at += gaps.sample(&mut stream.draw(identity));
        }
        stale += u32::from(replication.lacks(1, 0, follower(1), read_at).is_some());
    }
    let share = f64::from(stale) / 40_000.0;
    assert!((share - 0.5).abs() < 0.01, "stale share {share}");
}
