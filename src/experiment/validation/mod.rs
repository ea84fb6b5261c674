//! Simulation against what is proved on paper: one table for a command and for the tests.
//!
//! - [`formulas`]: what theory says, each with its source;
//! - [`case`](mod@case): a system that theory knows, and its checks; [`table`]: all of them, run
//!   as one family; [`result`]: what was found;
//! - `stations`: one station: M/M/1, M/M/c, M/M/c/c, M/G/1, processor sharing, gated batches;
//! - `networks`: several stations, open and closed, and the laws that hold in all of them;
//! - `balancing`: round robin and the power of two choices;
//! - `data`: hit rates of caches and stale reads of replicas;
//! - `cross_shard`: queries that wait for several shards;
//! - `leaderless`: rings, and groups of voters until they have elected a leader;
//! - `placement`: keys that move when shards are added, and how even rings are, counted;
//! - [`coverage`]: how often intervals hold the truth, over many seeds.
//!
//! What must hold: cases are plain scenarios, run as any other, but for those of `placement`, where
//! nothing happens in time and keys are counted; a formula knows nothing of the
//! simulator.

mod balancing;
pub mod case;
pub mod coverage;
mod cross_shard;
mod data;
pub mod formulas;
mod leaderless;
mod networks;
mod placement;
mod replication;
pub mod result;
mod stations;
pub mod table;

pub use case::{Case, Effort};
pub use coverage::{Coverage, CoverageCase};
pub use result::{Band, Outcome, Row, Validation};
pub use table::{SEED, cases, expected_requests, validate};
