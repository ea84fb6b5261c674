//! The load of shards by arithmetic: the work of leaders and followers.

use super::buffer::Buffer;
use super::plan::Plan;
use crate::blocks::distribution::Distribution;
use crate::components::access::Verb;
use crate::components::flow::{Flow, FlowContext, StationFlow};

/// Busy cores asked for, and the rates behind them.
#[derive(Debug)]
struct CoreTime {
    primary: Option<f64>,
    primary_rate: f64,
    replicas: Option<f64>,
    replica_rate: f64,
    write_rate: f64,
}

impl Default for CoreTime {
    fn default() -> CoreTime {
        let zero = Some(0.0);
        let (primary_rate, replica_rate, write_rate) = (0.0, 0.0, 0.0);
        CoreTime { primary: zero, primary_rate, replicas: zero, replica_rate, write_rate }
    }
}

impl Plan {
    /// Core time per second that reads and writes ask for, if it is known.
    fn core_time(&self, arriving: &[f64], context: &FlowContext<'_>) -> CoreTime {
        let database = &self.database;
        let mut time = CoreTime::default();
        for ((_, class), &rate) in context.classes.iter().zip(arriving) {
            let rate = rate * database.parts_of(class);
            let busy = database.work_of(class).mean().map(|mean| rate * mean);
            let (sum, total) = if database.is_for_leader(class) {
                (&mut time.primary, &mut time.primary_rate)
            } else {
                (&mut time.replicas, &mut time.replica_rate)
            };
            *total += rate;
            if rate > 0.0 {
                *sum = sum.zip(busy).map(|(sum, busy)| sum + busy);
            }
            if class.verb == Verb::Write {
                time.write_rate += rate;
            }
        }
        time
    }

    /// The load on leaders and followers.
    pub(super) fn flow_of_shards(&self, arriving: &[f64], context: &FlowContext<'_>) -> Flow {
        let database = &self.database;
        let time = self.core_time(arriving, context);
        let mut flow = Flow::default();
        flow.note_delay(&database.replicas.lag);
        flow.note_delay(&database.transactions.flush);
        flow.unfit = database.transactions.unfit(context.classes, arriving, context.datasets);
        let shards = f64::from(database.final_shards());
        let cores = database.scalability.capacity(u64::from(database.cores)) * shards;
        let followers = f64::from(database.members() - 1);
        let station = |name: &str, servers: f64, rate: f64, busy: Option<f64>| StationFlow {
            station: database.station_name(name),
            servers,
            rate,
            busy,
        };
        let (leader, follower) = match database.consensus {
            Some(_) => ("leader cpu", "follower cpu"),
            None => ("primary cpu", "replica cpu"),
        };
        let apply = database.apply_time.as_ref().map_or(0.0, Distribution::mean);
        let applied = time.write_rate * apply * followers;
        let all = time.primary.zip(time.replicas).map(|(primary, replicas)| primary + replicas);
        if followers == 0.0 {
            flow.stations.push(station("cpu", cores, time.primary_rate, time.primary));
        } else if database.members_share() {
            // All members share the work.
            let rate = time.primary_rate + time.replica_rate;
            let busy = all.map(|busy| busy + applied);
            flow.stations.push(station("cpu", cores * (followers + 1.0), rate, busy));
        } else {
            flow.stations.push(station(leader, cores, time.primary_rate, time.primary));
            let busy = time.replicas.map(|busy| busy + applied);
            flow.stations.push(station(follower, cores * followers, time.replica_rate, busy));
        }
        flow
    }

    /// The load on the disks: by all writes, and by reads of what is not in memory.
    pub(super) fn disks(&self, flow: &mut Flow, arriving: &[f64], context: &FlowContext<'_>) {
        let database = &self.database;
        if database.disk_time.is_none() {
            return;
        }
        let shards = f64::from(database.final_shards());
        let followers = f64::from(database.members() - 1);
        let all_alike = database.ring.is_some() || database.members_share() || followers == 0.0;
        let nodes = [(true, if all_alike { shards * (followers + 1.0) } else { shards })];
        let others = [(false, shards * followers)];
        let others = if all_alike { &[][..] } else { &others[..] };
        let (mut reads, mut hits) = (0.0, 0.0);
        for &(leads, count) in nodes.iter().chain(others) {
            let buffer = self.buffer(leads, arriving, context.classes, context.datasets);
            let hit_rate = buffer.as_ref().map_or(0.0, Buffer::hit_rate);
            let (mut read, mut written) = (0.0, 0.0);
            for ((_, class), &rate) in context.classes.iter().zip(arriving) {
                let rate = rate * database.share_of(class, leads) * count;
                match class.verb {
                    Verb::Write => written += rate,
                    Verb::Read | Verb::Scan => read += rate,
                    Verb::Call => {}
                }
            }
            reads += read;
            hits += read * hit_rate;
            let rate = written + read * (1.0 - hit_rate);
            let busy = Some(rate / database.iops);
            let name = match (all_alike, leads, &database.consensus) {
                (true, ..) => "disk",
                (_, true, None) => "primary disk",
                (_, true, Some(_)) => "leader disk",
                (_, false, None) => "replica disk",
                (_, false, Some(_)) => "follower disk",
            };
            let station = database.station_name(name);
            flow.stations.push(StationFlow { station, servers: count, rate, busy });
        }
        if database.memory.is_some() && reads > 0.0 {
            flow.hit_rate = Some(hits / reads);
        }
    }
}
