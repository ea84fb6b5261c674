//! Building blocks: laws, key popularity, arrival processes, stations, caches' memory, balancing,
//! placement of keys on shards, regions, faults and repairs.
//!
//! Pure state machines and laws, each testable without the engine.

pub mod arrivals;
pub mod balance;
pub mod che;
pub mod distribution;
pub mod faults;
pub mod geography;
pub mod keyed;
pub mod least_recently_used;
pub mod placement;
pub mod popularity;
pub mod redundancy;
pub mod station;
pub mod trace;
pub mod warm_memory;
