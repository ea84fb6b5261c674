//! The simulation kernel: clock, order of events, jobs and their routes, random draws.
//!
//! It knows nothing of databases or caches, and nothing of statistics. What must hold:
//! - time never goes back; events compare by (time, rank, first in first out) and by nothing else;
//! - a draw depends on (seed, repeat, component, purpose, job identity) only, never on order.

pub mod random;
pub mod time;
