//! Which shard and which of its members serves a query.

use super::RunningDatabase;
use super::leadership::Leader;
use crate::blocks::placement::KeyPlace;
use crate::components::access::{ReadFrom, Verb, dataset_of, key_within};
use crate::components::database::replicas::Reads;
use crate::components::database::replication::Follower;
use crate::components::database::shards::hash_of;
use crate::components::marks::STALE;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Context, JobId, NODE_ANY, Note};

impl RunningDatabase {
    /// The region from which a query is asked: where several are, the caller tells it as the node.
    pub(super) fn caller(&self, job: JobId, context: &Context<'_>) -> u16 {
        match context.job(job).node {
            NODE_ANY => self.settings.geography.home(),
            region => region,
        }
    }

    /// Time one way between two regions; within one it takes none.
    #[inline]
    pub(super) fn way(&self, from: u16, to: u16) -> Duration {
        if from == to { Duration::ZERO } else { self.settings.geography.travel(from, to) }
    }

    /// Time one way between two nodes: those of one region stand apart, too.
    pub(super) fn way_between(&self, from: usize, to: usize) -> Duration {
        let (from, to) = (self.topology.region(from), self.topology.region(to));
        self.settings.geography.travel(from, to)
    }

    /// What decides the shard of a key.
    pub(super) fn place(&self, key: u64) -> KeyPlace {
        let number = usize::from(dataset_of(key));
        // Where a scenario has no data its queries have no key to speak of.
        let dataset = self.settings.datasets.get(number);
        let owner = dataset.and_then(|dataset| dataset.owner(key));
        let hash = hash_of(key, if self.settings.by_owner { owner } else { None });
        let ids = self.settings.ids.get(number);
        let position = ids.map_or(0, |ids| ids.position(key_within(key)));
        // Keys of nobody are spread over the regions like users.
        let region = self.settings.geography.region_of(owner.unwrap_or(hash));
        KeyPlace { hash, position, region: self.settings.holder[usize::from(region)] }
    }

    /// The shard of a key.
    #[inline]
    pub(super) fn shard_of(&self, key: u64) -> u16 {
        if let Some(change) = &self.resharding.current {
            return change.buckets.shard_of(&self.placement, self.place(key));
        }
        if self.placement.shards() == 1 { 0 } else { self.placement.shard_of(self.place(key)) }
    }

    /// The shards that hold a stretch of keys: those of one user if they stay together.
    pub(super) fn shards_of_scan(&self, key: u64) -> Vec<u16> {
        let is_one = self.placement.shards() == 1 && self.resharding.current.is_none();
        if is_one || self.settings.by_owner {
            return vec![self.shard_of(key)];
        }
        let number = usize::from(dataset_of(key));
        let (ids, first) = (&self.settings.ids[number], key_within(key));
        let last = first + self.settings.scan_keys.saturating_sub(1);
        let mut shards = Vec::new();
        let (first, last) = (ids.position(first), ids.position(last));
        self.placement.shards_of_range(first, last, &mut shards);
        if let Some(change) = &self.resharding.current {
            change.buckets.add_shards_of_range(first, last, &mut shards);
        }
        shards
    }

    /// A node as a follower of its shard's leader; `None` when it leads alone.
    #[inline]
    pub(super) fn as_follower(&self, node: usize) -> Option<Follower> {
        let (shard, member) = (self.topology.shard(node), self.topology.member(node));
        let leader = self.groups[usize::from(shard)].leader;
        (self.settings.every_region_leads || leader != member).then_some(Follower { node, member })
    }

    /// The node of a shard that serves a query; `None` when none can be reached.
    pub(super) fn choose_member(
        &mut self,
        job: JobId,
        shard: u16,
        caller: u16,
        context: &Context<'_>,
    ) -> Option<usize> {
        let now = context.now();
        let class = self.settings.classes.get(context.job(job).class);
        let (verb, from) = (class.verb, class.from);
        let reads = match from {
            ReadFrom::Usual => self.settings.reads,
            ReadFrom::Primary => Reads::Primary,
            ReadFrom::Replica => Reads::Replica,
        };
        let needs_leader = !matches!(verb, Verb::Read | Verb::Scan)
            || reads == Reads::Primary
            || self.topology.members() == 1;
        if !needs_leader
            && (self.settings.prefers_availability || self.is_in_touch(shard, caller, now))
            && let Some(node) = self.choose_follower(job, shard, caller, context)
            && !self.is_too_far_behind(job, node, reads, now, context)
        {
            return Some(node);
        }
        match self.leader_for(shard, caller, now) {
            Leader::At(node) => Some(node),
            Leader::Unknown => None,
        }
    }

    /// Whether a caller stands on the side of a partition on which its shard is led, so that a
    /// follower there is kept up to date.
    fn is_in_touch(&self, shard: u16, caller: u16, now: Time) -> bool {
        let leader = self.topology.node(shard, self.groups[usize::from(shard)].leader);
        self.settings.faults.is_empty()
            || self.settings.every_region_leads
            || self.settings.faults.way_is_open(caller, self.topology.region(leader), now)
    }

    /// The nearest follower, one of several by the rule.
    fn choose_follower(
        &mut self,
        job: JobId,
        shard: u16,
        caller: u16,
        context: &Context<'_>,
    ) -> Option<usize> {
        let now = context.now();
        let leader = self.groups[usize::from(shard)].leader;
        let counts_leader = self.settings.leader_takes_reads;
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.clear();
        let mut nearest = Duration::LONGEST;
        for member in
            (0..self.topology.members()).filter(|&member| counts_leader || member != leader)
        {
            let node = self.topology.node(shard, member);
            let region = self.topology.region(node);
            if !self.seems_up(node, now) || !self.reaches(caller, region, now) {
                continue;
            }
            let way = self.way(caller, region);
            if way < nearest {
                nearest = way;
                candidates.clear();
            }
            if way == nearest {
                candidates.push(node as u16);
            }
        }
        let chosen = match candidates[..] {
            [] => None,
            [only] => Some(only),
            _ => {
                let draw = &mut context.draw(self.settings.streams.replica, job);
                let turn = &mut self.groups[usize::from(shard)].turn;
                let open = |node: u16| self.nodes[usize::from(node)].connections.jobs();
                Some(self.settings.balance.pick(&candidates, open, turn, draw))
            }
        };
        self.candidates = candidates;
        chosen.map(usize::from)
    }

    /// Whether a read must not be answered by this follower.
    fn is_too_far_behind(
        &self,
        job: JobId,
        node: usize,
        reads: Reads,
        now: Time,
        context: &Context<'_>,
    ) -> bool {
        let Some(follower) = self.as_follower(node) else { return false };
        let (key, user) = (context.job(job).key, context.job(job).user);
        let shard = self.topology.shard(node);
        match reads {
            Reads::Primary | Reads::Replica => false,
            Reads::ReadYourWrites(None) => {
                self.replication.lacks_write_of(user, shard, follower, now)
            }
            Reads::ReadYourWrites(Some(pin)) => {
                self.replication.wrote_within(user, shard, pin, now)
            }
            Reads::BoundedStaleness(bound) => {
                self.replication.lacks(key, user, follower, now).is_some_and(|it| it.age > bound)
            }
        }
    }

    /// Counts a read by a follower, and whether it misses the latest write.
    pub(super) fn look_for_stale_data(
        &mut self,
        job: JobId,
        node: usize,
        context: &mut Context<'_>,
    ) {
        let Some(follower) = self.as_follower(node) else { return };
        let data = context.job(job);
        let missed = self.replication.lacks(data.key, data.user, follower, context.now());
        let tally = &mut self.nodes[node].tally;
        tally.replica_reads += 1;
        if let Some(missed) = missed {
            tally.stale_reads += 1;
            tally.lost_own_writes += u64::from(missed.own);
            context.job_mut(job).marks |= STALE;
            context.note(job, Note::Found("reads what is older than the last write"));
        }
    }
}
