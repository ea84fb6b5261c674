//! How a database is built for a run, once its regions are numbers.

use super::Database;
use super::buffer::BufferPool;
use super::consensus::ConsensusReads;
use super::failover::Failover;
use super::regional::spread;
use super::replicas::{Mode, Reads};
use super::replication::{OwnWrites, Replication};
use super::running::RunningDatabase;
use super::running::node::{DatabaseNode, Disk, MOST_NODES};
use super::running::ring::RunningRing;
use super::settings::{CommitRule, Settings, Streams, Succession};
use super::shards::Strategy;
use super::topology::Topology;
use crate::blocks::distribution::Distribution;
use crate::blocks::geography::Geography;
use crate::blocks::placement::{IdSpace, Placement};
use crate::blocks::station::{FirstCome, Pool, Station, Unlimited};
use crate::components::access::Dataset;
use crate::components::flow::{Flow, FlowContext};
use crate::components::redundancy::Redundancy;
use crate::components::running::{BuildContext, Running};
use crate::components::scaling;
use crate::components::{Blueprint, Resolver};
use crate::kernel::time::Duration;

/// A database whose regions are numbers.
#[derive(Debug)]
pub struct Plan {
    pub(super) database: Database,
    /// Shards of each region, with the geographic strategy.
    homes: Option<Vec<u16>>,
    /// Replicas of each shard in each region, or nodes of the ring, where they are given so.
    replicas: Option<Vec<u16>>,
}

impl Plan {
    /// `None` when a region is unknown or there are too many nodes; that is reported.
    pub fn new(database: Database, resolver: &mut Resolver<'_, '_>) -> Option<Plan> {
        let home = resolver.geography.home();
        let homes = match (&database.shards.strategy, &database.shards.homes) {
            (Strategy::Geographic, Some(homes)) => Some(homes.resolve(home, resolver)?),
            (Strategy::Geographic, None) => {
                let label = "say how many shards each has: homes = { us = 4, eu = 2 }";
                resolver.fail("`shards`: the regions of geographic shards are missing", label);
                return None;
            }
            _ => None,
        };
        let copies = database.ring.as_ref().map_or(&database.replicas.copies, |it| &it.nodes);
        let replicas = match copies.is_by_region() {
            true => Some(copies.resolve(home, resolver)?),
            false => None,
        };
        let nodes = u64::from(database.final_shards()) * u64::from(database.members());
        if nodes > u64::from(MOST_NODES) {
            resolver.fail(&format!("it has {nodes} nodes, too many"), "at most 15000");
            return None;
        }
        Some(Plan { database, homes, replicas })
    }

    /// Which nodes there are, for a database that stands in these regions.
    pub(super) fn topology(
        &self,
        regions: &[u16],
        geography: &Geography,
        placement: &Placement,
    ) -> Topology {
        if let Some(ring) = &self.database.ring {
            let nodes = ring.nodes.total() as usize;
            let home = geography.home();
            let by_region = self.replicas.as_ref().map(|counts| spread(counts, geography, home));
            return Topology::new(vec![by_region.unwrap_or_else(|| vec![regions[0]; nodes])]);
        }
        let group = |home: u16| match (&self.database.consensus, &self.replicas) {
            (Some(consensus), _) => consensus.regions(home, regions, geography),
            (None, Some(by_region)) => {
                let mut group = vec![home];
                group.extend(spread(by_region, geography, home));
                group
            }
            (None, None) => vec![home; usize::from(self.database.members())],
        };
        let shards = self.database.shards.count;
        let mut homes: Vec<u16> = match &self.homes {
            Some(homes) => spread(homes, geography, geography.home()),
            None => vec![regions[0]; usize::from(shards)],
        };
        let order = self.regions_with_shards(geography);
        let added = self.database.regions_of_added(placement).into_iter();
        homes.extend(added.map(|region| region.map_or(regions[0], |it| order[usize::from(it)])));
        Topology::new(homes.into_iter().map(group).collect())
    }

    /// The regions that have shards, in the order in which these are numbered.
    fn regions_with_shards(&self, geography: &Geography) -> Vec<u16> {
        let homes = self.homes.as_deref().unwrap_or_default();
        let has_shards = |region: &u16| homes.get(usize::from(*region)).is_some_and(|it| *it > 0);
        let regions: Vec<u16> = geography.all().filter(has_shards).collect();
        geography.by_distance(geography.home(), &regions)
    }

    /// The region whose shards hold the keys of each region's users: itself if it has shards, or
    /// the nearest one that has.
    fn holders(&self, geography: &Geography) -> Vec<u16> {
        let order = self.regions_with_shards(geography);
        let holder = |region: u16| {
            let nearest = geography.by_distance(region, &order).first().copied();
            order.iter().position(|it| Some(*it) == nearest).unwrap_or(0) as u16
        };
        geography.all().map(holder).collect()
    }

    /// The buffer pools of all nodes; none where nodes have no memory of their own.
    fn pools(&self, topology: &Topology, context: &BuildContext<'_>) -> Vec<BufferPool> {
        let (classes, datasets) = (context.classes, context.datasets);
        let leads =
            |node: &u16| self.database.ring.is_some() || topology.member(usize::from(*node)) == 0;
        let pools = |leads: bool, count: usize| {
            let buffer = || self.buffer(leads, context.arriving, classes, datasets);
            let stream = context.stream(if leads { "buffer" } else { "follower's buffer" });
            let buffer = (count > 0).then(buffer).flatten();
            buffer.map_or_else(Vec::new, |it| it.pools(stream, count)).into_iter()
        };
        let nodes = 0..topology.nodes();
        let count = nodes.clone().filter(leads).count();
        let (mut leaders, mut followers) = (pools(true, count), pools(false, nodes.len() - count));
        nodes
            .filter_map(|node| if leads(&node) { leaders.next() } else { followers.next() })
            .collect()
    }

    fn settings(&self, context: &BuildContext<'_>) -> Settings {
        let database = &self.database;
        let reached = |dataset: &Dataset, rates: &[f64]| {
            let of = context.classes.iter().zip(rates);
            of.filter(|(_, rate)| **rate > 0.0)
                .any(|((_, class), _)| class.dataset == Some(dataset.number))
        };
        let datasets = context.datasets.iter();
        let stored: Vec<&Dataset> =
            datasets.clone().filter(|it| reached(it, context.arriving)).collect();
        let mut residents = datasets.filter(|dataset| dataset.has_residency());
        let consensus = database.consensus.as_ref();
        let reads_of = |reads| consensus.is_some_and(|consensus| consensus.reads == reads);
        Settings {
            cores: u64::from(database.cores),
            work_of_cores: database.scalability.capacity(u64::from(database.cores)),
            read_time: database.read_time.clone(),
            write_time: database.write_time.clone(),
            scan_time: database.scan_time.clone(),
            apply_time: database.apply_time.clone(),
            disk_time: database.disk_time.clone().unwrap_or_else(Distribution::zero),
            commit: match consensus {
                Some(consensus) => CommitRule::Majority(consensus.flush.clone()),
                None => CommitRule::Primary(database.replicas.mode),
            },
            // The log of a voting group has one order.
            in_order: database.replicas.in_order || consensus.is_some(),
            reads: database.reads(),
            every_region_leads: database.replicas.every_region_leads,
            leader_takes_reads: reads_of(ConsensusReads::Nearest)
                || database.replicas.every_region_leads,
            quorum_reads: reads_of(ConsensusReads::Quorum),
            balance: database.replicas.balance,
            by_owner: database.ring.as_ref().map_or(database.shards.by_owner, |it| it.by_owner),
            scan_keys: database.shards.scan_keys,
            holder: self.holders(context.geography),
            slow_query: database.slow_query,
            succession: database.succession(),
            prefers_availability: database.prefers_availability,
            transactions: database.transactions.settings(context),
            has_residents: residents.any(|dataset| reached(dataset, context.reached_by)),
            stored: stored.iter().map(|dataset| dataset.number).collect(),
            disk: database.disk.map(|disk| disk as f64),
            stored_bytes: stored.iter().map(|it| it.keys as f64 * it.value_size as f64).sum(),
            new_key_bytes: stored.iter().fold(0.0, |most, it| most.max(it.value_size as f64)),
            classes: context.classes.clone(),
            datasets: context.datasets.to_vec(),
            ids: context.datasets.iter().map(|dataset| IdSpace::new(dataset.keys)).collect(),
            geography: context.geography.clone(),
            faults: context.faults.clone(),
            number: context.number,
            streams: streams(context),
        }
    }
}

/// The draws of a database in one run.
fn streams(context: &BuildContext<'_>) -> Streams {
    Streams {
        read: context.stream("read time"),
        write: context.stream("write time"),
        apply: context.stream("apply time"),
        disk: context.stream("disk time"),
        replica: context.stream("replica"),
        flush: context.stream("flush"),
        election: context.stream("election"),
    }
}

impl Database {
    /// The cores of a node.
    fn station(&self) -> Station {
        match self.scalability.is_linear() {
            true => Station::new(self.discipline, Some(self.cores), None),
            false => scaling::shared_cores(self.cores, self.scalability),
        }
    }

    /// How a failed leader is found out and replaced; a ring has none, but finds out.
    fn succession(&self) -> Succession {
        let Failover { detection, promotion } = self.failover;
        match (&self.consensus, &self.ring) {
            (Some(consensus), _) => Succession::Election(consensus.election_timeout),
            (None, Some(ring)) => {
                Succession::Failover { detection: ring.detection, promotion: Duration::ZERO }
            }
            (None, None) => Succession::Failover { detection, promotion },
        }
    }

    /// Nodes of a shard.
    pub(super) fn members(&self) -> u16 {
        match (&self.consensus, &self.ring) {
            (Some(consensus), _) => consensus.voters,
            (None, Some(ring)) => ring.nodes.total() as u16,
            (None, None) => self.replicas.copies.total() as u16 + 1,
        }
    }

    /// Where reads go.
    pub(super) fn reads(&self) -> Reads {
        match &self.consensus {
            Some(consensus) if consensus.reads == ConsensusReads::Nearest => Reads::Replica,
            Some(_) => Reads::Primary,
            None if self.replicas.copies.total() == 0 => Reads::Primary,
            None => self.replicas.reads,
        }
    }

    /// Whether followers tell when they have applied a write, because it takes time or order, or
    /// because somebody waits for it.
    fn followers_tell(&self) -> bool {
        self.apply_time.is_some()
            || self.replicas.in_order
            || (self.consensus.is_none() && self.replicas.mode == Mode::Synchronous)
    }
}

impl Blueprint for Plan {
    fn flow(&self, arriving: &[f64], context: &FlowContext<'_>) -> Flow {
        let database = &self.database;
        let mut flow = match &database.ring {
            Some(ring) => ring.flow(database, arriving, context),
            None => self.flow_of_shards(arriving, context),
        };
        flow.unfit.extend(scaling::beyond_peak(database.cores, database.scalability));
        self.disks(&mut flow, arriving, context);
        flow
    }

    fn build(&self, context: &BuildContext<'_>) -> Box<dyn Running> {
        Box::new(self.running(context))
    }

    fn redundancy(&self, context: &BuildContext<'_>) -> Option<Redundancy> {
        Some(self.redundancy_of_shards(context))
    }
}

impl Plan {
    /// Where keys lie.
    pub(super) fn placement(&self, geography: &Geography) -> Placement {
        if let Some(ring) = &self.database.ring {
            return ring.placement();
        }
        let regions = self.homes.iter().flat_map(|homes| {
            let regions = self.regions_with_shards(geography).into_iter();
            regions.map(|region| homes[usize::from(region)])
        });
        self.database.shards.placement(&regions.collect::<Vec<u16>>())
    }

    /// The database at time zero of one run.
    pub fn running(&self, context: &BuildContext<'_>) -> RunningDatabase {
        let database = &self.database;
        let placement = self.placement(context.geography);
        let topology = self.topology(context.regions, context.geography, &placement);
        let disk = || Disk {
            pace: FirstCome::new(1, None),
            access: Unlimited::new(),
            interval: Duration::from_seconds(1.0 / database.iops),
        };
        let mut pools = self.pools(&topology, context).into_iter();
        let node = |_| {
            DatabaseNode::new(
                Pool::new(database.connections.unwrap_or(u64::MAX), database.limit),
                database.station(),
                database.disk_time.as_ref().map(|_| disk()),
                pools.next(),
            )
        };
        let nodes = (0..topology.nodes()).map(node).collect();
        let own = match database.reads() {
            Reads::ReadYourWrites(None) => OwnWrites::UntilVisible,
            Reads::ReadYourWrites(Some(pin)) => OwnWrites::For(pin),
            _ => OwnWrites::Ignored,
        };
        let replication = Replication::new(
            (topology.clone(), context.geography.clone()),
            (database.replicas.lag.clone(), context.stream("lag")),
            own,
            database.followers_tell(),
        );
        let settings = self.settings(context);
        let mut running = RunningDatabase::new(settings, topology, placement, nodes, replication);
        running.plan_growth(&database.growth);
        running.ring = database.ring.clone().map(|ring| {
            let (nodes, regions) = (running.nodes.len(), running.topology.regions());
            RunningRing::new(ring, context.stream("lag"), nodes, regions)
        });
        running
    }
}
