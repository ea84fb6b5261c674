//! What stays the same while a database runs.

use super::replicas::{Mode, Reads};
use super::transactions::TransactionSettings;
use crate::blocks::balance::Policy;
use crate::blocks::distribution::Distribution;
use crate::blocks::faults::Faults;
use crate::blocks::geography::Geography;
use crate::blocks::placement::IdSpace;
use crate::components::access::{Classes, Dataset};
use crate::components::work::Work;
use crate::kernel::random::Stream;
use crate::kernel::time::Duration;

/// Settings of a running database.
#[derive(Debug)]
pub struct Settings {
    /// Cores of each node.
    pub cores: u64,
    /// How many undisturbed cores do as much as those of a node do together.
    pub work_of_cores: f64,
    /// Core time of a read.
    pub read_time: Work,
    /// Core time of a write.
    pub write_time: Work,
    /// Core time of a scan, on each shard it goes to.
    pub scan_time: Work,
    /// Core time of a follower for each write; `None` when applying costs nothing.
    pub apply_time: Option<Distribution>,
    /// Time a disk request takes.
    pub disk_time: Distribution,
    /// When a write is answered.
    pub commit: CommitRule,
    /// Whether a follower applies one write after the other.
    pub in_order: bool,
    /// Where reads go.
    pub reads: Reads,
    /// Whether the members of every region take writes.
    pub every_region_leads: bool,
    /// Whether a follower's place in reads is open to the leader, too.
    pub leader_takes_reads: bool,
    /// Whether the leader asks a majority before it answers a read.
    pub quorum_reads: bool,
    /// How a read chooses among followers.
    pub balance: Policy,
    /// Whether all keys of a user stay on one shard.
    pub by_owner: bool,
    /// Neighbouring keys a scan reads.
    pub scan_keys: u64,
    /// The region whose shards hold the keys of each region's users.
    pub holder: Vec<u16>,
    /// Queries slower than this are counted as slow.
    pub slow_query: Duration,
    /// How a shard without a leader gets a new one.
    pub succession: Succession,
    /// Whether a side of a partition that cannot reach the leader goes on by itself.
    pub prefers_availability: bool,
    /// How several keys are written at once; `None` where nobody asks for it.
    pub transactions: Option<TransactionSettings>,
    /// Whether some of what it stores must stay in a region.
    pub has_residents: bool,
    /// Numbers of the datasets it stores.
    pub stored: Vec<u16>,
    /// Bytes of the data at the start.
    pub stored_bytes: f64,
    /// Bytes that fit on the disk of a node, if that is limited.
    pub disk: Option<f64>,
    /// Bytes a new key adds.
    pub new_key_bytes: f64,
    /// All classes of access.
    pub classes: Classes,
    /// All datasets.
    pub datasets: Vec<Dataset>,
    /// The id space of each.
    pub ids: Vec<IdSpace>,
    /// All regions.
    pub geography: Geography,
    /// What fails, and when.
    pub faults: Faults,
    /// The database's place in the model.
    pub number: u16,
    /// Its draws.
    pub streams: Streams,
}

impl Settings {
    /// What its first member and the others of a shard are called.
    pub fn roles(&self) -> (&'static str, &'static str) {
        match self.commit {
            CommitRule::Primary(_) if self.every_region_leads => ("leader", "leader"),
            CommitRule::Primary(_) => ("primary", "replica"),
            CommitRule::Majority(_) => ("leader", "follower"),
        }
    }
}

/// When a write is answered.
#[derive(Clone, Debug)]
pub enum CommitRule {
    /// As its replicas' mode says.
    Primary(Mode),
    /// When a majority has written it to disk, which takes a member so long.
    Majority(Distribution),
}

/// How a shard without a leader gets a new one.
#[derive(Clone, Copy, Debug)]
pub enum Succession {
    /// A watcher finds out after some time, and a replica takes over after some more.
    Failover {
        /// Time until the failure is found out.
        detection: Duration,
        /// Time until the replica has taken over.
        promotion: Duration,
    },
    /// The members elect one; each stands for election when it has missed the leader for this long
    /// and up to twice as long, by chance.
    Election(Duration),
}

/// The draws of a database, by purpose.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    /// Core time of reads and scans.
    pub read: Stream,
    /// Core time of writes.
    pub write: Stream,
    /// Core time of applied writes.
    pub apply: Stream,
    /// Disk times.
    pub disk: Stream,
    /// Choice of a replica.
    pub replica: Stream,
    /// Writing entries of the log to disk.
    pub flush: Stream,
    /// Election timeouts.
    pub election: Stream,
}
