//! The buffer pool of a node: which values are in memory, once it has run for long.
//!
//! Each node is asked for its part of the keys, by the reads it serves and the writes it takes;
//! which of them are in memory follows from Che's approximation, as for a cache. What must hold:
//! shares of all nodes of a database add up to all accesses.

use super::Database;
use super::plan::Plan;
use super::replicas::Reads;
use super::shards::Strategy;
use crate::blocks::che::{Population, Solution, solve};
use crate::blocks::warm_memory::WarmMemory;
use crate::blocks::warm_memory::inherited::Start;
use crate::components::access::{Class, Classes, Dataset, OwnedIn, ReadFrom, Verb};
use crate::components::holdings::{Demand, Holdings};
use crate::components::work::Work;
use crate::kernel::random::Stream;
use std::sync::Arc;

/// The memory of a node.
pub type BufferPool = WarmMemory<Arc<Holdings>>;

/// The steady state of the buffer pools of nodes that are alike.
#[derive(Debug)]
pub struct Buffer {
    capacity: u64,
    holdings: Arc<Holdings>,
    solution: Option<Solution>,
}

impl Buffer {
    /// The share of accesses that find their value in memory.
    pub fn hit_rate(&self) -> f64 {
        self.solution.as_ref().map_or(0.0, Solution::hit_rate)
    }

    /// So many pools, as if they had run for long.
    pub fn pools(&self, stream: Stream, count: usize) -> Vec<BufferPool> {
        let start = self.solution.clone().map(|solution| Start::new(solution, stream));
        let pool = |_| {
            let pool = WarmMemory::new(self.capacity, Arc::clone(&self.holdings));
            match &start {
                Some(start) => pool.starting(start.clone()),
                None => pool,
            }
        };
        (0..count).map(pool).collect()
    }
}

impl Plan {
    /// The buffer pool of a node that leads its shard at the start, or of one that follows; `None`
    /// where all data is in memory, or none.
    pub(super) fn buffer(
        &self,
        leads: bool,
        arriving: &[f64],
        classes: &Classes,
        datasets: &[Dataset],
    ) -> Option<Buffer> {
        let database = &self.database;
        let capacity = database.memory?;
        let rates = classes.iter().zip(arriving);
        let rates = rates.map(|((_, class), rate)| rate * database.share_of(class, leads));
        let rates: Vec<f64> = rates.collect();
        let demand = Demand { classes, arriving: &rates };
        let all = OwnedIn { region: None, keys: 1.0, draws: 1.0, own: 1.0 };
        let mut holdings = Holdings::new(datasets, |dataset| dataset.value_size.max(1));
        let mut populations = Vec::new();
        for dataset in datasets {
            let (reads, writes) =
                (demand.rate(dataset, true, all), demand.rate(dataset, false, all));
            if reads + writes == 0.0 || !database.is_spread_evenly(dataset, capacity) {
                continue;
            }
            holdings.hold(dataset, populations.len(), vec![None]);
            let law = demand.law(dataset, reads >= writes);
            populations.push(Population {
                keys: dataset.keys,
                share: database.share_of_keys(),
                popularity: law,
                // A write brings its value to memory, as a read does.
                read_rate: reads + writes,
                written: law,
                write_rate: 0.0,
                weight: dataset.value_size.max(1) as f64,
            });
        }
        let solution =
            (!populations.is_empty()).then(|| solve(&populations, capacity as f64, None));
        Some(Buffer { capacity, holdings: Arc::new(holdings), solution })
    }
}

impl Database {
    /// Share of the keys on a node.
    fn share_of_keys(&self) -> f64 {
        match &self.ring {
            Some(ring) => f64::from(ring.copies) / ring.nodes.total() as f64,
            None => 1.0 / f64::from(self.final_shards()),
        }
    }

    /// Whether a node's part of a dataset is any part of it, popular or not, so that what is in
    /// memory can be told beforehand.
    fn is_spread_evenly(&self, dataset: &Dataset, capacity: u64) -> bool {
        let is_by_range = self.ring.is_none() && matches!(self.shards.strategy, Strategy::Range(_));
        let is_any_part = !is_by_range || self.final_shards() == 1 || dataset.is_scattered();
        is_any_part && !dataset.is_recorded() && dataset.value_size <= capacity
    }

    /// Core time of an access of a class, on each node that serves it.
    pub(super) fn work_of(&self, class: &Class) -> &Work {
        match class.verb {
            Verb::Write => &self.write_time,
            Verb::Scan => &self.scan_time,
            Verb::Read | Verb::Call => &self.read_time,
        }
    }

    /// How many shards serve an access of a class, about.
    pub(super) fn parts_of(&self, class: &Class) -> f64 {
        match class.verb {
            Verb::Scan => self.shards.parts_of_scan(self.final_shards()),
            Verb::Write => f64::from(class.keys),
            Verb::Read | Verb::Call => 1.0,
        }
    }

    /// Whether accesses of a class go to the leader of a shard alone.
    pub(super) fn is_for_leader(&self, class: &Class) -> bool {
        !matches!(class.verb, Verb::Read | Verb::Scan)
            || self.members() == 1
            || class.from == ReadFrom::Primary
            || (class.from == ReadFrom::Usual && self.reads() == Reads::Primary)
    }

    /// Whether all members of a shard share its work.
    pub(super) fn members_share(&self) -> bool {
        self.replicas.every_region_leads
            || (self.consensus.is_some() && self.reads() == Reads::Replica)
    }

    /// Share of the accesses of a class that a node serves.
    pub(super) fn share_of(&self, class: &Class, leads: bool) -> f64 {
        if let Some(ring) = &self.ring {
            return ring.fan_out(class.verb) / ring.nodes.total() as f64;
        }
        let of_shard = self.parts_of(class) / f64::from(self.final_shards());
        let members = f64::from(self.members());
        let all_share = self.replicas.every_region_leads
            || (self.members_share() && !self.is_for_leader(class));
        match (all_share, self.is_for_leader(class), leads) {
            (true, ..) => of_shard / members,
            (false, true, true) => of_shard,
            (false, false, false) => of_shard / (members - 1.0),
            _ => 0.0,
        }
    }
}
