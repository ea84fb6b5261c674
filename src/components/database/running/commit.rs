//! How a write reaches the other members of its shard, and when it is answered.

use super::gather::Gathered;
use super::{ANSWERED, COMMITTING, COPY, COPY_GOES, FAILED, RunningDatabase, note, rest};
use crate::components::access::KeyChoice;
use crate::components::database::replicas::Mode;
use crate::components::database::replication::Commit;
use crate::components::database::settings::CommitRule;
use crate::kernel::random::mix;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Context, JobId, Note};

/// Tells the copies of one write apart.
const APPLY_SALT: u64 = 1 << 34;

/// What the other members of a shard mean for a write at its commit.
#[derive(Debug, Default)]
pub(super) struct Spread {
    /// Followers that can be reached: node, time until the write is there.
    followers: Vec<(usize, Duration)>,
    /// How soon each of them has acknowledged it, ascending.
    acknowledged: Vec<Duration>,
    /// Those that cannot be reached, a bit for each member.
    cut: u64,
}

impl RunningDatabase {
    /// A write has been executed on a node, which sends it to the others.
    pub(super) fn commit(&mut self, job: JobId, node: usize, context: &mut Context<'_>) {
        let rule = self.settings.commit.clone();
        let (identity, key) = (context.job(job).identity, context.job(job).key);
        self.look_for_violation(key, node);
        if self.topology.members() == 1 {
            let wait = match &rule {
                CommitRule::Primary(_) => Duration::ZERO,
                CommitRule::Majority(_) => self.flush(identity, node),
            };
            return self.step_after(job, wait, COMMITTING, context);
        }
        let spread = self.spread(identity, node, &rule, context.now());
        let Some(wait) = self.wait_for(&rule, identity, node, &spread) else {
            context.note(job, Note::Found("too few others can be reached to commit"));
            self.tally.unavailable += 1;
            return self.finish(job, FAILED, context);
        };
        self.register(job, node, wait, &spread, context);
        for &(follower, _) in &spread.followers {
            self.look_for_violation(key, follower);
        }
        let waits_for_copies = matches!(rule, CommitRule::Primary(Mode::Synchronous));
        let followers = spread.followers.len() as u16;
        let gathering = (waits_for_copies && followers > 0)
            .then(|| self.gatherings.open(job, followers, followers));
        if self.replication.tells() {
            for &(follower, delay) in &spread.followers {
                let delay = match rule {
                    CommitRule::Primary(_) => delay,
                    CommitRule::Majority(_) => wait + self.way_between(node, follower),
                };
                self.send_copy(job, follower, (wait, delay), gathering, context);
            }
        }
        if gathering.is_some() {
            Self::mark(job, COMMITTING, context);
            context.note(job, Note::Waits("the other members"));
        } else {
            self.step_after(job, wait, COMMITTING, context);
        }
    }

    /// How the other members get a write that is committed on a node now.
    pub(super) fn spread(
        &mut self,
        identity: u64,
        node: usize,
        rule: &CommitRule,
        now: Time,
    ) -> Spread {
        let shard = self.topology.shard(node);
        let mut spread = Spread::default();
        for member in 0..self.topology.members() {
            let follower = self.topology.node(shard, member);
            if follower == node {
                continue;
            }
            if !self.connected(node, follower, now) {
                spread.cut |= 1 << member;
                continue;
            }
            let (there, back) =
                (self.way_between(node, follower), self.way_between(follower, node));
            let arrives = match rule {
                CommitRule::Primary(_) => {
                    let (from, to) = (self.topology.region(node), self.topology.region(follower));
                    self.replication.lag(identity, member) + self.way(from, to)
                }
                CommitRule::Majority(_) => there,
            };
            let arrives = self.in_order(follower, now, arrives);
            let flush = match rule {
                CommitRule::Primary(_) => Duration::ZERO,
                CommitRule::Majority(_) => self.flush(identity, follower),
            };
            spread.followers.push((follower, arrives));
            spread.acknowledged.push(arrives + flush + back);
        }
        spread.acknowledged.sort_unstable();
        spread
    }

    /// Where messages keep their order, none arrives before one that was sent earlier.
    fn in_order(&mut self, follower: usize, now: Time, delay: Duration) -> Duration {
        if !self.settings.in_order {
            return delay;
        }
        let last = &mut self.last_arrival[follower];
        *last = (now + delay).max(*last);
        *last - now
    }

    /// Time a node takes to write a write to its log.
    fn flush(&self, identity: u64, node: usize) -> Duration {
        let CommitRule::Majority(flush) = &self.settings.commit else { return Duration::ZERO };
        let member = u64::from(self.topology.member(node));
        flush.sample(&mut self.settings.streams.flush.draw(mix(identity, member)))
    }

    /// How long a write waits for the others; `None` when too few can be reached.
    pub(super) fn wait_for(
        &self,
        rule: &CommitRule,
        identity: u64,
        node: usize,
        spread: &Spread,
    ) -> Option<Duration> {
        let acknowledged_by = |count: usize| match count {
            0 => Some(Duration::ZERO),
            count => spread.acknowledged.get(count - 1).copied(),
        };
        match rule {
            CommitRule::Primary(Mode::Asynchronous) => Some(Duration::ZERO),
            CommitRule::Primary(Mode::SemiSynchronous(count)) => {
                acknowledged_by(usize::from(*count))
            }
            // It waits for those copies themselves, and for none that cannot be reached.
            CommitRule::Primary(Mode::Synchronous) => (spread.cut == 0).then_some(Duration::ZERO),
            CommitRule::Majority(_) => {
                let others = acknowledged_by(usize::from(self.topology.members() / 2))?;
                Some(self.flush(identity, node).max(others))
            }
        }
    }

    /// Notes who has a write and who lacks it.
    fn register(
        &mut self,
        job: JobId,
        node: usize,
        wait: Duration,
        spread: &Spread,
        context: &Context<'_>,
    ) {
        let data = context.job(job);
        let member = self.topology.member(node);
        let committed = match self.settings.commit {
            CommitRule::Primary(_) => context.now(),
            CommitRule::Majority(_) => context.now() + wait,
        };
        let mut everywhere = committed;
        if !self.replication.tells() {
            for &(follower, delay) in &spread.followers {
                let delay = match self.settings.commit {
                    CommitRule::Primary(_) => delay,
                    CommitRule::Majority(_) => self.way_between(node, follower),
                };
                self.nodes[follower].tally.lag.record(delay.nanos());
                everywhere = everywhere.max(committed + delay);
            }
        }
        if self.settings.every_region_leads
            && let Some(here) = self.as_follower(node)
            && self.replication.lacks(data.key, data.user, here, context.now()).is_some()
        {
            self.divergence.clashed();
        }
        let write = Commit {
            key: data.key,
            user: data.user,
            identity: data.identity,
            shard: self.topology.shard(node),
            writer: member,
            cut: spread.cut,
            committed,
            answered: match self.settings.commit {
                CommitRule::Primary(Mode::Synchronous) => Time::LAST,
                _ => context.now() + wait,
            },
            everywhere,
        };
        self.fall_behind(&write);
        self.replication.commit(write, context.now());
        #[cfg(test)]
        self.journal.push(super::tests::Entry::Sent {
            key: write.key,
            from: node,
            to: spread.followers.iter().map(|&(to, span)| (to, context.now() + span)).collect(),
        });
        let goes_on = self.settings.prefers_availability && !self.settings.every_region_leads;
        if goes_on && self.is_partitioned(context.now()) {
            self.divergence.wrote(write.key, self.as_follower(node).is_none());
        }
    }

    /// The members that a write could not reach are behind until they have caught up.
    fn fall_behind(&mut self, write: &Commit) {
        for member in (0..self.topology.members()).filter(|member| write.cut & 1 << member != 0) {
            let node = self.topology.node(write.shard, member);
            self.behind[node] = true;
        }
    }

    /// Sends a copy of a write to a follower, which applies it.
    fn send_copy(
        &mut self,
        job: JobId,
        follower: usize,
        (wait, delay): (Duration, Duration),
        gathering: Option<u32>,
        context: &mut Context<'_>,
    ) {
        let copy = context.fork(job, APPLY_SALT | follower as u64);
        context.note(copy, Note::Purpose("write applied on a replica"));
        context.cut_off(copy);
        let data = context.job_mut(copy);
        data.local = note(COPY_GOES, gathering.map_or(0, |gathering| gathering + 1));
        data.node = follower as u16;
        // A copy needs no recorded work: it carries the time from here to the commit.
        data.recorded = match self.settings.commit {
            CommitRule::Primary(_) => Duration::ZERO,
            CommitRule::Majority(_) => wait,
        };
        self.step_after(copy, delay, COPY_GOES, context);
    }

    /// A copy has reached its follower.
    pub(super) fn copy_arrives(&mut self, copy: JobId, context: &mut Context<'_>) {
        let node = usize::from(context.job(copy).node);
        Self::mark(copy, COPY, context);
        if self.settings.in_order {
            let line = &mut self.apply_lines[node];
            line.push_back(copy);
            if line.len() > 1 {
                return;
            }
        }
        self.apply(copy, node, context);
    }

    fn apply(&mut self, copy: JobId, node: usize, context: &mut Context<'_>) {
        let Some(law) = &self.settings.apply_time else {
            return self.copy_applied(copy, context);
        };
        let work = law.sample(&mut context.draw(self.settings.streams.apply, copy));
        self.nodes[node].compute(copy, node, work, context);
    }

    /// A follower has applied a write: it is visible there.
    pub(super) fn copy_applied(&mut self, copy: JobId, context: &mut Context<'_>) {
        let data = context.job(copy);
        let (node, now, what) = (usize::from(data.node), context.now(), data.local);
        let committed = data.entered() + data.recorded;
        let (shard, member) = (self.topology.shard(node), self.topology.member(node));
        self.nodes[node].tally.lag.record((now - committed).nanos());
        self.replication.applied((data.key, data.user), committed, shard, member);
        let gathering = rest(what).checked_sub(1);
        context.join(copy);
        if self.settings.in_order {
            self.apply_lines[node].pop_front();
            if let Some(&next) = self.apply_lines[node].front() {
                self.apply(next, node, context);
            }
        }
        if let Some(gathering) = gathering
            && let Gathered::Enough(query) = self.gatherings.came_back(gathering, true)
        {
            // The last acknowledgement is on its way back.
            let leader = usize::from(context.job(query).node);
            let (from, to) = (self.topology.region(node), self.topology.region(leader));
            let way = self.way(from, to);
            self.step_after(query, way, COMMITTING, context);
        }
    }

    /// A write is safe where it has to be: it is acknowledged.
    pub(super) fn committed(&mut self, job: JobId, context: &mut Context<'_>) {
        if self.key_committed(job, context) {
            return;
        }
        let data = context.job(job);
        let (node, class) = (usize::from(data.node), data.class);
        if !self.is_up(node, context.now()) {
            context.note(job, Note::Found("lost: the node went down"));
            self.tally.unavailable += 1;
            return self.finish(job, FAILED, context);
        }
        self.made_keys += u64::from(self.makes_key(class));
        self.finish(job, ANSWERED, context);
    }

    /// A read has been executed: the leader may have to ask a majority whether it still leads.
    pub(super) fn confirm_read(&mut self, job: JobId, node: usize, context: &mut Context<'_>) {
        if !self.settings.quorum_reads || self.as_follower(node).is_some() {
            return self.finish(job, ANSWERED, context);
        }
        let now = context.now();
        let mut answers: Vec<Duration> = self
            .others(node)
            .filter(|&other| self.connected(node, other, now))
            .map(|other| self.way_between(node, other) + self.way_between(other, node))
            .collect();
        answers.sort_unstable();
        match usize::from(self.topology.members() / 2).checked_sub(1) {
            None => self.finish(job, ANSWERED, context),
            Some(last) => match answers.get(last) {
                Some(&wait) => self.step_after(job, wait, COMMITTING, context),
                None => {
                    self.tally.unavailable += 1;
                    self.finish(job, FAILED, context);
                }
            },
        }
    }

    /// Whether a write makes a key.
    pub(super) fn makes_key(&self, class: u16) -> bool {
        self.settings.classes.get(class).key == KeyChoice::New
    }
}
