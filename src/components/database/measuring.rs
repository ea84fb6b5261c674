//! What a running database has measured, read off.

use super::metrics;
use super::replicas::Reads;
use super::ring::metrics as ring_metrics;
use super::running::RunningDatabase;
use super::running::node::DatabaseNode;
use super::running::ring::{RingTally, RunningRing};
use crate::components::running::{NodeLoad, Running};
use crate::kernel::HopCounts;
use crate::kernel::time::{Duration, Time};
use crate::measure::metric::{Node, Sheet};

impl Running for RunningDatabase {
    fn measure(&self, now: Time, sheet: &mut Sheet) {
        let tally = &self.tally;
        tally.door.measure_counts(sheet);
        sheet.distribution(&metrics::QUERY, Node::WHOLE, tally.door.response());
        sheet.distribution(&metrics::READ_QUERY, Node::WHOLE, &tally.read_times);
        sheet.distribution(&metrics::WRITE_QUERY, Node::WHOLE, &tally.write_times);
        let queries = tally.door.response().count() as f64;
        sheet.ratio(&metrics::SLOW_QUERIES, Node::WHOLE, tally.slow as f64, queries);
        sheet.rate(&metrics::REJECTED, Node::WHOLE, tally.rejected);
        sheet.gauge(&metrics::STORAGE, Node::WHOLE, self.storage());
        if let Some(disk) = self.settings.disk {
            let room = self.nodes_with_all() * disk;
            sheet.gauge(&metrics::STORAGE_UTILIZATION, Node::WHOLE, self.storage() / room);
        }
        if self.settings.has_residents {
            sheet.rate(&metrics::RESIDENCY_VIOLATIONS, Node::WHOLE, tally.out_of_place);
        }
        if let Some(ring) = &self.ring {
            self.measure_ring(ring, sheet);
        }
        if self.topology.shards() > 1 || self.ring.is_some() {
            self.measure_balance(sheet);
        }
        if !self.settings.faults.is_empty() {
            self.measure_faults(now, sheet);
        }
        if self.settings.every_region_leads {
            let conflicts = self.divergence.conflicts as f64;
            sheet.gauge(&metrics::CONFLICTS, Node::WHOLE, conflicts);
        }
        if self.settings.transactions.is_some() {
            self.measure_transactions(sheet);
        }
        if self.resharding.is_planned() {
            self.measure_resharding(sheet);
        }
        for (index, node) in self.nodes.iter().enumerate() {
            self.measure_node(index, node, now, sheet);
        }
    }

    fn reset(&mut self, now: Time) {
        self.tally.door.reset();
        let tally = &mut self.tally;
        tally.read_times.clear();
        tally.write_times.clear();
        (tally.slow, tally.rejected, tally.unavailable) = (0, 0, 0);
        (tally.lost_writes, tally.leaderless, tally.out_of_place) = (0, 0, 0);
        self.divergence.reset();
        self.transactions.reset();
        self.resharding.reset();
        if let Some(ring) = &mut self.ring {
            ring.tally = RingTally::default();
        }
        self.nodes.iter_mut().for_each(|node| node.reset(now));
        for group in &mut self.groups {
            group.vacant_since = group.vacant_since.map(|_| now);
        }
    }

    fn loads(&self, now: Time) -> Vec<NodeLoad> {
        let load = |(index, node): (usize, &DatabaseNode)| {
            let role = self.role(index);
            let share = |busy: Option<f64>, of: f64| busy.unwrap_or(0.0) / of;
            let connections = node.connections.meter();
            let held = share(connections.busy.mean(now), node.connections.places() as f64);
            let cpu = share(node.cores.meter().busy.mean(now), self.settings.cores as f64);
            let disk =
                node.disk.as_ref().map_or(0.0, |disk| share(disk.pace.meter().busy.mean(now), 1.0));
            let own_busy = cpu.max(disk);
            let applying = node.cores.jobs();
            let jobs = node.connections.jobs().max(applying);
            let departures = connections.departures.max(node.cores.meter().departures);
            NodeLoad { role, busy: held.max(own_busy), own_busy, jobs, departures }
        };
        self.nodes.iter().enumerate().map(load).collect()
    }

    fn audit(&self, counts: &HopCounts) -> Result<(), String> {
        self.tally.door.audit(counts)
    }
}

impl RunningDatabase {
    /// What a node was at the start: the first member of a shard leads it.
    fn role(&self, node: usize) -> &'static str {
        if self.ring.is_some() {
            return "node";
        }
        let is_first = self.topology.member(node) == 0;
        let (leader, follower) = self.settings.roles();
        if is_first { leader } else { follower }
    }

    /// A node's address in metrics.
    fn label(&self, node: usize) -> Node {
        let (regions, shards) = (self.topology.regions(), self.topology.shards());
        Node {
            role: self.role(node),
            index: node as u16,
            region: (regions > 1).then(|| self.topology.region(node)),
            shard: (shards > 1).then(|| self.topology.shard(node)),
        }
    }

    /// How many nodes there are for each copy of all data.
    fn nodes_with_all(&self) -> f64 {
        match &self.ring {
            Some(ring) => f64::from(self.topology.nodes()) / f64::from(ring.copies()),
            None => f64::from(self.topology.shards()),
        }
    }

    fn measure_ring(&self, ring: &RunningRing, sheet: &mut Sheet) {
        let tally = &ring.tally;
        let reads = tally.reads as f64;
        sheet.ratio(&metrics::STALE_READS, Node::WHOLE, tally.stale as f64, reads);
        let lost = tally.lost_own_writes as f64;
        sheet.ratio(&metrics::LOST_OWN_WRITES, Node::WHOLE, lost, reads);
        sheet.rate(&ring_metrics::READ_REPAIRS, Node::WHOLE, tally.repaired);
        if !self.settings.faults.is_empty() {
            sheet.rate(&ring_metrics::HINTED_WRITES, Node::WHOLE, tally.hinted);
            let waiting = ring.hints_waiting() as f64;
            sheet.gauge(&ring_metrics::HINTS_WAITING, Node::WHOLE, waiting);
            sheet.gauge(&metrics::CONFLICTS, Node::WHOLE, self.divergence.conflicts as f64);
        }
    }

    fn measure_balance(&self, sheet: &mut Sheet) {
        let queries = match self.ring {
            Some(_) => self.nodes.iter().map(|node| node.tally.queries).collect(),
            None => self.queries_of_shards(),
        };
        let hottest = queries.iter().max().map_or(0.0, |most| *most as f64);
        let mean = queries.iter().sum::<u64>() as f64 / queries.len() as f64;
        sheet.ratio(&metrics::IMBALANCE, Node::WHOLE, hottest, mean);
    }

    fn measure_faults(&self, now: Time, sheet: &mut Sheet) {
        let tally = &self.tally;
        sheet.rate(&metrics::UNAVAILABLE, Node::WHOLE, tally.unavailable);
        if self.ring.is_some() {
            return;
        }
        let vacant = |since: Time| (now - since).nanos();
        let open: u64 = self.groups.iter().filter_map(|group| group.vacant_since.map(vacant)).sum();
        let leaderless = Duration::from_nanos(tally.leaderless + open).seconds();
        let shards = f64::from(self.topology.shards());
        sheet.ratio(&metrics::LEADERLESS, Node::WHOLE, leaderless, shards * sheet.seconds);
        sheet.gauge(&metrics::LOST_WRITES, Node::WHOLE, tally.lost_writes as f64);
        if self.settings.prefers_availability && !self.settings.every_region_leads {
            let divergence = &self.divergence;
            sheet.gauge(&metrics::DIVERGENT, Node::WHOLE, divergence.divergent as f64);
            sheet.gauge(&metrics::CONFLICTS, Node::WHOLE, divergence.conflicts as f64);
        }
    }

    /// Whether a node takes writes at the start.
    fn takes_writes(&self, node: usize) -> bool {
        self.settings.every_region_leads || self.ring.is_some() || self.topology.member(node) == 0
    }

    fn measure_node(&self, index: usize, node: &DatabaseNode, now: Time, sheet: &mut Sheet) {
        let is_first = self.topology.member(index) == 0;
        let label = self.label(index);
        let tally = &node.tally;
        let core_time = self.settings.cores as f64 * sheet.seconds;
        let work_time = self.settings.work_of_cores * sheet.seconds;
        let seconds = |nanos: u64| Duration::from_nanos(nanos).seconds();
        let cpu = node.cores.meter().busy.integral(now);
        sheet.ratio(&metrics::CPU, label, cpu, core_time);
        let leader_reads =
            self.settings.reads == Reads::Primary || self.settings.leader_takes_reads;
        if !is_first || self.topology.members() == 1 || leader_reads {
            sheet.ratio(&metrics::READ_LOAD, label, seconds(tally.read_work), work_time);
        }
        if self.takes_writes(index) {
            sheet.ratio(&metrics::WRITE_LOAD, label, seconds(tally.write_work), work_time);
        }
        let pool = node.connections.meter();
        let places = node.connections.places() as f64;
        sheet.ratio(&metrics::POOL, label, pool.busy.integral(now), places * sheet.seconds);
        let (waiting, most) = (pool.waiting.integral(now), pool.waiting.maximum());
        sheet.level(&metrics::QUEUE_DEPTH, label, waiting, most as f64);
        sheet.distribution(&metrics::WAIT, label, &pool.wait);
        if let Some(disk) = &node.disk {
            let busy = disk.pace.meter().busy.integral(now);
            sheet.ratio(&metrics::DISK, label, busy, sheet.seconds);
        }
        if node.buffer.is_some() {
            let reads = (tally.buffer_hits + tally.buffer_misses) as f64;
            sheet.ratio(&metrics::BUFFER_HIT_RATE, label, tally.buffer_hits as f64, reads);
        }
        if self.ring.is_some() {
            sheet.distribution(&metrics::REPLICATION_LAG, label, &tally.lag);
        } else if !is_first || self.settings.every_region_leads {
            sheet.distribution(&metrics::REPLICATION_LAG, label, &tally.lag);
            let reads = tally.replica_reads as f64;
            sheet.ratio(&metrics::STALE_READS, label, tally.stale_reads as f64, reads);
            let lost = tally.lost_own_writes as f64;
            sheet.ratio(&metrics::LOST_OWN_WRITES, label, lost, reads);
        }
    }

    /// Bytes of the data the database holds now.
    pub(super) fn storage(&self) -> f64 {
        self.settings.stored_bytes + self.made_keys as f64 * self.settings.new_key_bytes
    }
}
