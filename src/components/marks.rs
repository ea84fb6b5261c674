//! Marks that travel with a job; each means the same to every component.

/// The request belongs to the measured cohort.
pub const MEASURED: u8 = 1;
/// What the job read is older than the last write.
pub const STALE: u8 = 2;
