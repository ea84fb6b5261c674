//! The load of shards by arithmetic: the work of leaders and followers.

use super::plan::Plan;
use super::replicas::Reads;
use crate::blocks::distribution::Distribution;
use crate::components::access::{ReadFrom, Verb};
use crate::components::flow::{Flow, FlowContext, StationFlow};
use crate::components::scaling;

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
            let work = match class.verb {
                Verb::Write => &database.write_time,
                Verb::Scan => &database.scan_time,
                Verb::Read | Verb::Call => &database.read_time,
            };
            let parts = match class.verb {
                Verb::Scan => database.shards.parts_of_scan(database.final_shards()),
                Verb::Write => f64::from(class.keys),
                Verb::Read | Verb::Call => 1.0,
            };
            let rate = rate * parts;
            let busy = work.mean().map(|mean| rate * mean);
            let at_primary = !matches!(class.verb, Verb::Read | Verb::Scan)
                || database.members() == 1
                || class.from == ReadFrom::Primary
                || (class.from == ReadFrom::Usual && database.reads() == Reads::Primary);
            let (sum, total) = if at_primary {
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
        flow.unfit.extend(scaling::beyond_peak(database.cores, database.scalability));
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
        } else if database.replicas.every_region_leads
            || (database.consensus.is_some() && database.reads() == Reads::Replica)
        {
            // All members share the work.
            let rate = time.primary_rate + time.replica_rate;
            let busy = all.map(|busy| busy + applied);
            flow.stations.push(station("cpu", cores * (followers + 1.0), rate, busy));
        } else {
            flow.stations.push(station(leader, cores, time.primary_rate, time.primary));
            let busy = time.replicas.map(|busy| busy + applied);
            flow.stations.push(station(follower, cores * followers, time.replica_rate, busy));
        }
        if database.disk_time.is_some() && database.memory.is_none() {
            let busy = Some(time.primary_rate / database.iops);
            flow.stations.push(station("disk", shards, time.primary_rate, busy));
        }
        flow
    }
}
