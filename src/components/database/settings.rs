//! What stays the same while a database runs.

use crate::blocks::distribution::Distribution;
use crate::components::access::{Classes, ReadFrom};
use crate::components::work::Work;
use crate::kernel::random::Stream;
use crate::kernel::time::Duration;

/// Settings of a running database.
#[derive(Debug)]
pub struct Settings {
    /// Cores of each node.
    pub cores: u64,
    /// Core time of a read.
    pub read_time: Work,
    /// Core time of a write.
    pub write_time: Work,
    /// Core time of a scan.
    pub scan_time: Work,
    /// Core time of a replica for each write; `None` when applying costs nothing.
    pub apply_time: Option<Distribution>,
    /// Time a disk request takes.
    pub disk_time: Distribution,
    /// Where reads go.
    pub reads: ReadFrom,
    /// Whether a reader goes to the primary while its replica lacks its own last write.
    pub read_your_writes: bool,
    /// Queries slower than this are counted as slow.
    pub slow_query: Duration,
    /// Bytes of the data at the start.
    pub stored_bytes: f64,
    /// Bytes a new key adds.
    pub new_key_bytes: f64,
    /// All classes of access.
    pub classes: Classes,
    /// Its draws.
    pub streams: Streams,
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
}
