//! Who leads each shard, and what happens when a leader fails or cannot be reached.
//!
//! What must hold: a shard has one leader at most; it leads only where it can reach a majority of
//! its members, so what a majority has written is never lost. A side of a partition that prefers
//! availability goes on without it, and what it writes can clash with the other side's; so can
//! writes where every region leads.

use super::{FAULT, RunningDatabase, SUCCESSION};
use crate::components::database::replication::Follower;
use crate::components::database::settings::{CommitRule, Succession};
use crate::kernel::random::mix;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Context, Rank};

/// The members of a shard, as far as they take turns.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The member that leads, or led last.
    pub leader: u16,
    /// Since when nobody has led.
    pub vacant_since: Option<Time>,
    /// Who has won the election that is going on.
    pub elected: Option<u16>,
    /// Elections so far.
    pub term: u32,
    /// The follower that was chosen last, for taking turns.
    pub turn: usize,
}

/// Whom a caller takes for the leader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leader {
    /// This node: the leader, or who stands in for it on this side of a partition.
    At(usize),
    /// Nobody that can be reached.
    Unknown,
}

impl RunningDatabase {
    /// Whether a node is up.
    #[inline]
    pub(super) fn is_up(&self, node: usize, now: Time) -> bool {
        let faults = &self.settings.faults;
        faults.is_empty() || {
            let (shard, member) = (self.topology.shard(node), self.topology.member(node));
            faults.region_is_up(self.topology.region(node), now)
                && faults.node_is_up(self.settings.number, shard, member, now)
        }
    }

    /// Whether a node is up as far as is known: a failure is found out after a while.
    pub(super) fn seems_up(&self, node: usize, now: Time) -> bool {
        if self.settings.faults.is_empty() || self.is_up(node, now) {
            return true;
        }
        let before = now.nanos().saturating_sub(self.detection().nanos());
        self.is_up(node, Time::from_nanos(before))
    }

    fn detection(&self) -> Duration {
        match self.settings.succession {
            Succession::Failover { detection, .. } => detection,
            Succession::Election(timeout) => timeout,
        }
    }

    /// Whether messages get from one region to another.
    pub(super) fn reaches(&self, from: u16, to: u16, now: Time) -> bool {
        from == to || self.settings.faults.is_empty() || self.settings.faults.reaches(from, to, now)
    }

    /// Whether two nodes are up and can reach each other.
    pub(super) fn connected(&self, from: usize, to: usize, now: Time) -> bool {
        self.settings.faults.is_empty() || {
            let (here, there) = (self.topology.region(from), self.topology.region(to));
            self.is_up(from, now) && self.is_up(to, now) && self.reaches(here, there, now)
        }
    }

    /// The other nodes of a node's shard.
    pub(super) fn others(&self, node: usize) -> impl Iterator<Item = usize> + use<'_> {
        let shard = self.topology.shard(node);
        let members =
            (0..self.topology.members()).map(move |member| self.topology.node(shard, member));
        members.filter(move |&other| other != node)
    }

    /// Whether a node can reach a majority of its shard, itself among them.
    fn has_majority(&self, node: usize, now: Time) -> bool {
        let reached =
            1 + self.others(node).filter(|&other| self.connected(node, other, now)).count();
        self.is_up(node, now) && 2 * reached > usize::from(self.topology.members())
    }

    /// Whether a leader can go on: a primary as long as it is up and not on the smaller side of a
    /// partition, the leader of a voting group as long as it has a majority.
    fn can_lead(&self, node: usize, now: Time) -> bool {
        match self.settings.commit {
            CommitRule::Majority(_) => self.has_majority(node, now),
            CommitRule::Primary(_) => {
                let on_this_side = |other: &usize| {
                    let (here, there) = (self.topology.region(node), self.topology.region(*other));
                    self.reaches(here, there, now)
                };
                let side = 1 + self.others(node).filter(on_this_side).count();
                self.is_up(node, now) && 2 * side >= usize::from(self.topology.members())
            }
        }
    }

    /// Whom a caller takes for the leader of a shard.
    pub(super) fn leader_for(&mut self, shard: u16, caller: u16, now: Time) -> Leader {
        if self.settings.every_region_leads {
            return self.nearest_up(shard, caller, now);
        }
        let group = &self.groups[usize::from(shard)];
        let node = self.topology.node(shard, group.leader);
        if self.settings.faults.is_empty() {
            return Leader::At(node);
        }
        let is_reached = self.reaches(caller, self.topology.region(node), now);
        if is_reached && group.vacant_since.is_none() {
            return Leader::At(node);
        }
        if is_reached || !self.settings.prefers_availability {
            return Leader::Unknown;
        }
        // Somebody on the caller's side stands in.
        self.nearest_up(shard, caller, now)
    }

    /// The nearest member of a shard that is up and can be reached.
    fn nearest_up(&self, shard: u16, caller: u16, now: Time) -> Leader {
        let members = (0..self.topology.members()).map(|member| self.topology.node(shard, member));
        let near = members.filter(|&node| {
            self.is_up(node, now) && self.reaches(caller, self.topology.region(node), now)
        });
        let nearest = near.min_by_key(|&node| (self.way(caller, self.topology.region(node)), node));
        nearest.map_or(Leader::Unknown, Leader::At)
    }

    /// Wakes up at every fault that begins or ends.
    pub(super) fn watch_faults(&mut self, context: &mut Context<'_>) {
        for &at in self.settings.faults.changes() {
            context.wake_at(at.max(context.now()), Rank::Timer, FAULT, 0);
        }
    }

    /// A fault has begun or ended: leaders step down, and those who were cut off catch up.
    pub(super) fn faults_changed(&mut self, context: &mut Context<'_>) {
        if self.ring.is_some() {
            return self.hand_over_all(context);
        }
        let now = context.now();
        for shard in 0..self.topology.shards() {
            let leader = self.topology.node(shard, self.groups[usize::from(shard)].leader);
            let can_lead = self.settings.every_region_leads || self.can_lead(leader, now);
            let group = &mut self.groups[usize::from(shard)];
            match (can_lead, group.vacant_since) {
                (false, None) => {
                    group.vacant_since = Some(now);
                    self.begin_succession(shard, context);
                }
                // Nobody could be elected so far: perhaps now.
                (false, Some(_)) if group.elected.is_none() => {
                    self.begin_succession(shard, context)
                }
                (true, Some(_)) => {
                    self.take_over(shard, self.groups[usize::from(shard)].leader, now)
                }
                _ => {}
            }
            self.catch_up(shard, now);
        }
        if !self.is_partitioned(now) {
            self.divergence.heal();
        }
    }

    /// Whether some regions in which the database stands cannot reach each other.
    pub(super) fn is_partitioned(&self, now: Time) -> bool {
        let geography = &self.settings.geography;
        let cut = |from: u16| geography.all().any(|to| !self.reaches(from, to, now));
        !self.settings.faults.is_empty() && geography.all().any(cut)
    }

    /// The members that were cut off and can be reached again get all that was committed.
    fn catch_up(&mut self, shard: u16, now: Time) {
        let group = &self.groups[usize::from(shard)];
        let leader = self.topology.node(shard, group.leader);
        if group.vacant_since.is_some() {
            return;
        }
        for node in (0..self.topology.members()).map(|member| self.topology.node(shard, member)) {
            if self.behind[node] && (node == leader || self.connected(leader, node, now)) {
                self.behind[node] = false;
                self.replication.catch_up(node, now);
                #[cfg(test)]
                self.journal.push(super::tests::Entry::CaughtUp { node, from: leader, at: now });
            }
        }
    }

    /// A shard has lost its leader: its successor will take over after a while.
    fn begin_succession(&mut self, shard: u16, context: &mut Context<'_>) {
        let now = context.now();
        let (span, elected) = match self.settings.succession {
            Succession::Failover { detection, promotion } => (detection + promotion, None),
            Succession::Election(timeout) => match self.elect(shard, timeout, now) {
                Some((span, winner)) => (span, Some(winner)),
                None => return,
            },
        };
        let group = &mut self.groups[usize::from(shard)];
        group.elected = elected;
        group.term += 1;
        context.wake_after(span, Rank::Timer, SUCCESSION, u32::from(shard));
    }

    /// An election among the members that have a majority: each stands when its timeout is over,
    /// and the first one wins when a majority has answered, unless the second one stood before it
    /// was asked: then they try again. Returns how long it takes, and who wins.
    fn elect(&self, shard: u16, timeout: Duration, now: Time) -> Option<(Duration, u16)> {
        const MOST_ROUNDS: u64 = 64;
        // Nobody votes for a member that was cut off while others went on.
        let members = (0..self.topology.members()).filter(|&member| {
            let node = self.topology.node(shard, member);
            !self.behind[node] && self.has_majority(node, now)
        });
        let members: Vec<u16> = members.collect();
        let term = u64::from(self.groups[usize::from(shard)].term);
        let stream = self.settings.streams.election;
        let mut elapsed = Duration::ZERO;
        for round in 0..MOST_ROUNDS {
            let stands = |&member: &u16| {
                let of_member = mix(u64::from(shard), u64::from(member));
                let unit = stream.draw(mix(of_member, mix(term, round))).unit();
                (timeout + Duration::from_seconds(timeout.seconds() * unit), member)
            };
            let mut standing: Vec<(Duration, u16)> = members.iter().map(stands).collect();
            standing.sort_unstable();
            let &(first, winner) = standing.first()?;
            let node = self.topology.node(shard, winner);
            let is_split = standing.get(1).is_some_and(|&(second, rival)| {
                second < first + self.way_between(node, self.topology.node(shard, rival))
            });
            if !is_split || round + 1 == MOST_ROUNDS {
                return Some((elapsed + first + self.votes(node, now), winner));
            }
            elapsed += first;
        }
        None
    }

    /// How long it takes until a majority has voted for a node.
    fn votes(&self, node: usize, now: Time) -> Duration {
        let others = self.others(node).filter(|&other| self.connected(node, other, now));
        let mut answers: Vec<Duration> = others
            .map(|other| self.way_between(node, other) + self.way_between(other, node))
            .collect();
        answers.sort_unstable();
        let needed = usize::from(self.topology.members() / 2);
        needed.checked_sub(1).and_then(|last| answers.get(last)).copied().unwrap_or(Duration::ZERO)
    }

    /// The time for a new leader has come, if the old one is not back.
    pub(super) fn succeed(&mut self, shard: u16, context: &mut Context<'_>) {
        let now = context.now();
        let group = &mut self.groups[usize::from(shard)];
        if group.vacant_since.is_none() {
            return;
        }
        let elected = group.elected.take();
        let successor = match self.settings.succession {
            Succession::Failover { .. } => self.next_in_line(shard, now),
            Succession::Election(_) => elected,
        };
        match successor {
            Some(member) if self.can_lead(self.topology.node(shard, member), now) => {
                self.take_over(shard, member, now);
            }
            _ => self.begin_succession(shard, context),
        }
    }

    /// The first replica that could lead, one that has not been cut off before others.
    fn next_in_line(&self, shard: u16, now: Time) -> Option<u16> {
        let members = (0..self.topology.members())
            .filter(|&member| self.can_lead(self.topology.node(shard, member), now));
        members.min_by_key(|&member| (self.behind[self.topology.node(shard, member)], member))
    }

    /// A member leads from now on. A replica that takes over collects what the others that can be
    /// reached have received, and the rest is lost; an elected member has all that a majority has.
    fn take_over(&mut self, shard: u16, member: u16, now: Time) {
        let node = self.topology.node(shard, member);
        let is_new = self.groups[usize::from(shard)].leader != member;
        let group = &mut self.groups[usize::from(shard)];
        let since = group.vacant_since.take();
        (group.leader, group.elected) = (member, None);
        let vacant = since.map_or(Duration::ZERO, |since| now - since);
        self.tally.leaderless += vacant.nanos();
        if !is_new {
            return;
        }
        #[cfg(test)]
        self.journal.push(super::tests::Entry::TookOver { node, at: now });
        if matches!(self.settings.commit, CommitRule::Primary(_)) {
            let others = self.others(node).filter(|&other| self.connected(node, other, now));
            let members: Vec<Follower> = others
                .chain([node])
                .map(|node| Follower { node, member: self.topology.member(node) })
                .collect();
            // What had not got through when the old leader was last heard of never will.
            let heard = since.unwrap_or(now);
            self.tally.lost_writes += self.replication.go_on_with(shard, &members, heard) as u64;
        }
        self.replication.catch_up(node, now);
        self.catch_up(shard, now);
    }
}
