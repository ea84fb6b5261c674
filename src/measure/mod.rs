//! State that records what happens in a run, and plain statistics over it.

pub mod histogram;
pub mod level;
pub mod metric;
pub mod statistics;
pub mod unit;
