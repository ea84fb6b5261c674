//! Which writes a copy has not got yet.
//!
//! The lag law says how long after its commit a write reaches a follower, for each (write,
//! follower) by itself. A lag is drawn by the write's identity and the follower's number, so it
//! needs no storage: a read draws it again. Followers that spend time on a write tell when they
//! have applied it. Kept are only the latest writes that some follower still lacks.
//!
//! What must hold: with write rate w on a key, a read of it on a follower is stale with probability
//! E[1 - exp(-w L)] (the last write's age is exponential, by memorylessness).

use super::topology::Topology;
use crate::blocks::distribution::Distribution;
use crate::blocks::geography::Geography;
use crate::blocks::keyed::KeyedTable;
use crate::kernel::random::{Stream, mix};
use crate::kernel::time::{Duration, Time};

/// The latest write to a key, or by a user to a shard.
#[derive(Clone, Copy, Debug)]
struct LastWrite {
    committed: Time,
    identity: u64,
    user: u64,
    shard: u16,
    /// When it is acknowledged to whoever made it, if that is known beforehand.
    answered: Time,
    /// When the slowest follower has it, if that is known beforehand.
    everywhere: Time,
    /// The member that took it.
    writer: u16,
    /// The members that lack it, a bit for each.
    missing: u64,
    /// Those that could not be reached at its commit.
    cut: u64,
}

/// A write at its commit.
#[derive(Clone, Copy, Debug)]
pub struct Commit {
    /// Its key.
    pub key: u64,
    /// Who made it.
    pub user: u64,
    /// Its identity.
    pub identity: u64,
    /// The shard.
    pub shard: u16,
    /// The member that takes it, and has it at once.
    pub writer: u16,
    /// The members that cannot be reached, a bit for each.
    pub cut: u64,
    /// When it is committed: now or, when others have to agree, later.
    pub committed: Time,
    /// When it is acknowledged, if that is known beforehand.
    pub answered: Time,
    /// When the slowest follower has it, if that is known beforehand.
    pub everywhere: Time,
}

/// A node that is asked whether it has got a write that another one took.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Follower {
    /// Its node.
    pub node: usize,
    /// Which member of its shard it is.
    pub member: u16,
}

/// Writes that have not reached all followers.
#[derive(Debug)]
pub struct Replication {
    topology: Topology,
    geography: Geography,
    lag: Distribution,
    stream: Stream,
    by_key: KeyedTable<LastWrite>,
    by_user: KeyedTable<LastWrite>,
    /// What reads ask of the reader's own last write.
    own: OwnWrites,
    /// Whether followers tell when they have applied a write.
    tells: bool,
    /// Everything committed before is there, by node: it has caught up after a fault.
    complete_until: Vec<Time>,
    /// Size at which the tables are swept next.
    sweep_at: usize,
}

/// What reads ask of the reader's own last write to a shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OwnWrites {
    /// Nothing.
    Ignored,
    /// Whether a follower lacks it.
    UntilVisible,
    /// Whether it is younger than this.
    For(Duration),
}

/// Below this many entries the tables are not swept.
const SMALLEST_SWEEP: usize = 1024;

impl Replication {
    /// Replication within the shards of these nodes, all of them up to date.
    pub fn new(
        (topology, geography): (Topology, Geography),
        (lag, stream): (Distribution, Stream),
        own: OwnWrites,
        tells: bool,
    ) -> Replication {
        let nodes = topology.nodes();
        Replication {
            topology,
            geography,
            lag,
            stream,
            by_key: KeyedTable::default(),
            by_user: KeyedTable::default(),
            own,
            tells,
            complete_until: vec![Time::ZERO; usize::from(nodes)],
            sweep_at: SMALLEST_SWEEP,
        }
    }

    /// Whether followers tell when they have applied a write.
    pub fn tells(&self) -> bool {
        self.tells
    }

    /// How long the write of this identity takes to reach a member, without the way.
    #[inline]
    pub fn lag(&self, identity: u64, member: u16) -> Duration {
        // The first member leads at the start, so the replicas are counted from the second one.
        let replica = u64::from(member).wrapping_sub(1);
        self.lag.sample(&mut self.stream.draw(mix(identity, replica)))
    }

    /// Time one way between two nodes, unless they stand in one region: the lag covers that.
    #[inline]
    pub fn way(&self, from: usize, to: usize) -> Duration {
        let (from, to) = (self.topology.region(from), self.topology.region(to));
        if from == to { Duration::ZERO } else { self.geography.travel(from, to) }
    }

    /// A write is committed.
    pub fn commit(&mut self, write: Commit, now: Time) {
        let all = u64::MAX >> (64 - u32::from(self.topology.members()));
        let missing = all & !(1 << write.writer);
        let is_pinned = matches!(self.own, OwnWrites::For(_));
        if missing == 0 && !is_pinned {
            return;
        }
        let last = LastWrite {
            committed: write.committed,
            identity: write.identity,
            user: write.user,
            shard: write.shard,
            answered: write.answered,
            everywhere: write.everywhere,
            writer: write.writer,
            missing,
            cut: write.cut,
        };
        if missing != 0 {
            self.by_key.insert(write.key, last);
        }
        if self.own != OwnWrites::Ignored {
            self.by_user.insert(by_shard(write.user, write.shard), last);
        }
        if self.by_key.len().max(self.by_user.len()) >= self.sweep_at {
            self.sweep(now);
            let left = self.by_key.len().max(self.by_user.len());
            self.sweep_at = (2 * left).max(SMALLEST_SWEEP);
        }
    }

    /// Forgets the writes that all followers have.
    fn sweep(&mut self, now: Time) {
        let pin = match self.own {
            OwnWrites::For(pin) => pin,
            OwnWrites::Ignored | OwnWrites::UntilVisible => Duration::ZERO,
        };
        let (mut by_key, mut by_user) =
            (std::mem::take(&mut self.by_key), std::mem::take(&mut self.by_user));
        by_key.retain(|_, write| self.is_open(write, now));
        by_user.retain(|_, write| now < write.committed + pin || self.is_open(write, now));
        (self.by_key, self.by_user) = (by_key, by_user);
    }

    /// Whether some follower may lack a write.
    fn is_open(&self, write: &LastWrite, now: Time) -> bool {
        let still_cut = |member: u16| {
            let node = self.topology.node(write.shard, member);
            write.cut & 1 << member != 0 && write.committed >= self.complete_until[node]
        };
        write.missing != 0
            && (self.tells || now < write.everywhere || (0..self.topology.members()).any(still_cut))
    }

    /// A follower has applied a write.
    pub fn applied(&mut self, (key, user): (u64, u64), committed: Time, shard: u16, member: u16) {
        clear(&mut self.by_key, key, committed, member);
        if self.own == OwnWrites::UntilVisible {
            clear(&mut self.by_user, by_shard(user, shard), committed, member);
        }
    }

    /// A shard goes on with some of its members, the new leader among them, which collects what any
    /// of them had received at that instant: whatever none has is lost. Returns how many keys have
    /// lost a write that was acknowledged.
    pub fn go_on_with(&mut self, shard: u16, members: &[Follower], at: Time) -> usize {
        let (mut by_key, mut by_user) =
            (std::mem::take(&mut self.by_key), std::mem::take(&mut self.by_user));
        let is_lost = |write: &LastWrite| {
            write.shard == shard && !members.iter().any(|it| self.has_received(write, *it, at))
        };
        let lost = by_key.count(|_, write| write.answered <= at && is_lost(write));
        by_key.retain(|_, write| !is_lost(write));
        by_user.retain(|_, write| !is_lost(write));
        (self.by_key, self.by_user) = (by_key, by_user);
        lost
    }

    /// Whether a write has come to a member, applied or not.
    fn has_received(&self, write: &LastWrite, member: Follower, now: Time) -> bool {
        let bit = 1 << member.member;
        if write.missing & bit == 0 || write.committed < self.complete_until[member.node] {
            return true;
        }
        write.cut & bit == 0 && now >= write.committed + self.lag_of(write, member)
    }

    /// How long a write takes to a member.
    fn lag_of(&self, write: &LastWrite, member: Follower) -> Duration {
        let writer = self.topology.node(write.shard, write.writer);
        self.lag(write.identity, member.member) + self.way(writer, member.node)
    }

    /// A node has caught up with all that was committed before.
    pub fn catch_up(&mut self, node: usize, now: Time) {
        self.complete_until[node] = now;
    }

    /// Whether a follower lacks the latest write to a key; and if so, whether `user` made it.
    #[inline]
    pub fn lacks(&self, key: u64, user: u64, follower: Follower, now: Time) -> Option<Missed> {
        let write = self.by_key.get(key)?;
        let missing = self.is_missing(write, follower, now);
        missing.then(|| Missed { own: write.user == user, age: now - write.committed })
    }

    /// Whether a user wrote to a shard within this time.
    pub fn wrote_within(&self, user: u64, shard: u16, span: Duration, now: Time) -> bool {
        let write = self.by_user.get(by_shard(user, shard));
        write.is_some_and(|write| now < write.committed + span)
    }

    /// Whether a follower lacks the latest write of a user to its shard.
    #[inline]
    pub fn lacks_write_of(&self, user: u64, shard: u16, follower: Follower, now: Time) -> bool {
        let write = self.by_user.get(by_shard(user, shard));
        write.is_some_and(|write| self.is_missing(write, follower, now))
    }

    #[inline]
    fn is_missing(&self, write: &LastWrite, follower: Follower, now: Time) -> bool {
        let bit = 1 << follower.member;
        let is_there = write.missing & bit == 0
            || now < write.committed
            || write.committed < self.complete_until[follower.node];
        if is_there {
            return false;
        }
        let lag = || self.lag_of(write, follower);
        self.tells
            || write.cut & bit != 0
            || (now < write.everywhere && now < write.committed + lag())
    }
}

/// What a user last wrote is kept for each shard.
fn by_shard(user: u64, shard: u16) -> u64 {
    if shard == 0 { user } else { mix(user, u64::from(shard)) }
}

fn clear(table: &mut KeyedTable<LastWrite>, key: u64, committed: Time, member: u16) {
    let Some(write) = table.get_mut(key).filter(|write| write.committed == committed) else {
        return;
    };
    write.missing &= !(1 << member);
    if write.missing == 0 {
        table.remove(key);
    }
}

/// A write that a follower has not got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Missed {
    /// Whether the reader made it.
    pub own: bool,
    /// Time since its commit.
    pub age: Duration,
}

#[cfg(test)]
mod tests;
