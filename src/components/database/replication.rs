//! Asynchronous replication: which writes a replica has not got yet.
//!
//! The lag law says how long after its commit a write becomes visible on a replica, for each
//! (write, replica) by itself. A lag is drawn by the write's identity and the replica's number, so
//! it needs no storage: a read draws it again. Kept are only the latest writes that some replica
//! still lacks. What must hold: with write rate w on a key, a read of it on a replica is stale with
//! probability E[1 - exp(-w L)] (the last write's age is exponential, by memorylessness).

use crate::blocks::distribution::Distribution;
use crate::blocks::keyed::KeyedTable;
use crate::kernel::random::{Stream, mix};
use crate::kernel::time::{Duration, Time};

/// The latest write to a key, or by a user.
#[derive(Clone, Copy, Debug)]
struct LastWrite {
    committed: Time,
    identity: u64,
    user: u64,
    /// When the slowest replica has it.
    everywhere: Time,
}

/// Writes that have not reached all replicas.
#[derive(Debug)]
pub struct Replication {
    replicas: u16,
    lag: Distribution,
    stream: Stream,
    by_key: KeyedTable<LastWrite>,
    by_user: KeyedTable<LastWrite>,
    /// Whether reads ask for the user's own last write.
    follows_users: bool,
    /// Size at which the tables are swept next.
    sweep_at: usize,
}

/// Below this many entries the tables are not swept.
const SMALLEST_SWEEP: usize = 1024;

impl Replication {
    /// Replication to `replicas` copies, all of them up to date.
    pub fn new(replicas: u16, lag: Distribution, stream: Stream, follows_users: bool) -> Self {
        Replication {
            replicas,
            lag,
            stream,
            by_key: KeyedTable::default(),
            by_user: KeyedTable::default(),
            follows_users,
            sweep_at: SMALLEST_SWEEP,
        }
    }

    /// How long the write of this identity takes to reach a replica (counted from 0).
    #[inline]
    pub fn lag(&self, identity: u64, replica: u16) -> Duration {
        self.lag.sample(&mut self.stream.draw(mix(identity, u64::from(replica))))
    }

    /// A write is committed.
    pub fn commit(&mut self, key: u64, user: u64, identity: u64, now: Time) {
        let lags = (0..self.replicas).map(|replica| self.lag(identity, replica));
        let Some(slowest) = lags.max() else { return };
        let write = LastWrite { committed: now, identity, user, everywhere: now + slowest };
        self.by_key.insert(key, write);
        if self.follows_users {
            self.by_user.insert(user, write);
        }
        if self.by_key.len().max(self.by_user.len()) >= self.sweep_at {
            self.by_key.retain(|_, write| write.everywhere > now);
            self.by_user.retain(|_, write| write.everywhere > now);
            let left = self.by_key.len().max(self.by_user.len());
            self.sweep_at = (2 * left).max(SMALLEST_SWEEP);
        }
    }

    /// Whether a replica lacks the latest write to a key; and if so, whether `user` made it.
    #[inline]
    pub fn lacks(&self, key: u64, user: u64, replica: u16, now: Time) -> Option<Missed> {
        let write = self.by_key.get(key)?;
        let missing = self.is_missing(write, replica, now);
        missing.then_some(Missed { own: write.user == user })
    }

    /// Whether a replica lacks the latest write of a user.
    #[inline]
    pub fn lacks_write_of(&self, user: u64, replica: u16, now: Time) -> bool {
        self.by_user.get(user).is_some_and(|write| self.is_missing(write, replica, now))
    }

    #[inline]
    fn is_missing(&self, write: &LastWrite, replica: u16, now: Time) -> bool {
        now < write.everywhere && now < write.committed + self.lag(write.identity, replica)
    }
}

/// A write that a replica has not got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Missed {
    /// Whether the reader made it.
    pub own: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constant(nanos: u64) -> Distribution {
        Distribution::constant(Duration::from_nanos(nanos)).expect("a short span")
    }

    fn replication(lag: Distribution) -> Replication {
        Replication::new(2, lag, Stream::new(1, 0, "db", "lag"), true)
    }

    #[test]
    fn a_write_is_missing_until_its_lag_is_over() {
        let mut replication = replication(constant(100));
        let at = |nanos| Time::from_nanos(nanos);
        replication.commit(7, 1, 55, at(10));
        assert_eq!(replication.lacks(7, 1, 0, at(109)), Some(Missed { own: true }));
        assert_eq!(replication.lacks(7, 2, 1, at(109)), Some(Missed { own: false }));
        assert_eq!(replication.lacks(7, 1, 0, at(110)), None);
        assert_eq!(replication.lacks(8, 1, 0, at(20)), None);
        assert!(replication.lacks_write_of(1, 0, at(20)));
        assert!(!replication.lacks_write_of(2, 0, at(20)));
    }

    /// 100,000 writes of distinct keys with a lag of 100 ns, one a ns: some 100 are under way at
    /// any time, and the tables stay that small.
    #[test]
    fn memory_follows_the_writes_under_way() {
        let mut replication = replication(constant(100));
        for number in 0..100_000 {
            replication.commit(number, number, number, Time::from_nanos(number));
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
        let mut replication = replication(lag);
        let gaps = Distribution::exponential(Duration::from_seconds(mean)).expect("a valid law");
        let stream = Stream::new(9, 0, "writer", "gap");
        let (mut write_at, mut identity, mut stale) = (Time::ZERO, 0, 0);
        for read in 1..=40_000u64 {
            let read_at = Time::from_nanos(read * 10_000_000);
            while write_at < read_at {
                replication.commit(1, 0, identity, write_at);
                identity += 1;
                write_at += gaps.sample(&mut stream.draw(identity));
            }
            stale += u32::from(replication.lacks(1, 0, 0, read_at).is_some());
        }
        let share = f64::from(stale) / 40_000.0;
        assert!((share - 0.5).abs() < 0.01, "stale share {share}");
    }
}
