//! What a running database has measured, read off.

use super::metrics;
use super::running::{DatabaseNode, NodeTally, PRIMARY, RunningDatabase};
use crate::components::access::ReadFrom;
use crate::components::running::{NodeLoad, Running};
use crate::kernel::HopCounts;
use crate::kernel::time::{Duration, Time};
use crate::measure::metric::{Node, Sheet};

impl Running for RunningDatabase {
    fn measure(&self, now: Time, sheet: &mut Sheet) {
        self.door.measure_counts(sheet);
        sheet.distribution(&metrics::QUERY, Node::WHOLE, self.door.response());
        sheet.distribution(&metrics::READ_QUERY, Node::WHOLE, &self.read_times);
        sheet.distribution(&metrics::WRITE_QUERY, Node::WHOLE, &self.write_times);
        let queries = self.door.response().count() as f64;
        sheet.ratio(&metrics::SLOW_QUERIES, Node::WHOLE, self.slow as f64, queries);
        sheet.rate(&metrics::REJECTED, Node::WHOLE, self.rejected);
        sheet.gauge(&metrics::STORAGE, Node::WHOLE, self.storage());
        for (index, node) in (0u16..).zip(&self.nodes) {
            self.measure_node(index, node, now, sheet);
        }
    }

    fn reset(&mut self, now: Time) {
        self.door.reset();
        self.read_times.clear();
        self.write_times.clear();
        (self.slow, self.rejected) = (0, 0);
        for node in &mut self.nodes {
            node.tally = NodeTally::default();
            node.connections.reset(now);
            node.cores.reset(now);
            if let Some(disk) = &mut node.disk {
                disk.pace.reset(now);
                disk.access.reset(now);
            }
        }
    }

    fn loads(&self, now: Time) -> Vec<NodeLoad> {
        let load = |(index, node): (usize, &DatabaseNode)| {
            let role = if index == PRIMARY { "primary" } else { "replica" };
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
        self.door.audit(counts)
    }
}

impl RunningDatabase {
    fn measure_node(&self, index: u16, node: &DatabaseNode, now: Time, sheet: &mut Sheet) {
        let is_primary = usize::from(index) == PRIMARY;
        let role = if is_primary { "primary" } else { "replica" };
        let label = Node { role, ..Node::number(index) };
        let tally = &node.tally;
        let core_time = self.settings.cores as f64 * sheet.seconds;
        let seconds = |nanos: u64| Duration::from_nanos(nanos).seconds();
        let cpu = node.cores.meter().busy.integral(now);
        sheet.ratio(&metrics::CPU, label, cpu, core_time);
        if !is_primary || self.nodes.len() == 1 || self.settings.reads == ReadFrom::Primary {
            sheet.ratio(&metrics::READ_LOAD, label, seconds(tally.read_work), core_time);
        }
        if is_primary {
            sheet.ratio(&metrics::WRITE_LOAD, label, seconds(tally.write_work), core_time);
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
        if !is_primary {
            sheet.distribution(&metrics::REPLICATION_LAG, label, &tally.lag);
            let reads = tally.replica_reads as f64;
            sheet.ratio(&metrics::STALE_READS, label, tally.stale_reads as f64, reads);
            let lost = tally.lost_own_writes as f64;
            sheet.ratio(&metrics::LOST_OWN_WRITES, label, lost, reads);
        }
    }
}
