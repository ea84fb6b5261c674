//! Running a model: repeats in parallel, warm-up, verdict, thresholds, alerts.
//!
//! - [`run`](mod@run): a whole case; [`course`]: its rounds; [`single`]: one repeat of it;
//! - [`sweep`]: scenarios over axes; [`deal`]: many cases at once;
//! - [`graduation`]: at how many users thresholds are crossed;
//! - [`horizon`], [`warm_up`]: how long, and what is cut;
//! - [`sampler`], [`alerts`]: what is seen while time passes;
//! - [`comparison`]: two cases side by side, repeat by repeat;
//! - [`value`], [`verdict`], [`thresholds`], `gather`: from readings to results;
//! - [`result`]: the results, plain data;
//! - [`request_trace`]: one request hop by hop;
//! - [`validation`]: simulation against theory, and how often intervals hold the truth.
//!
//! What must hold: a run is one thread and shares nothing; what the repeats found is put together
//! in the order of their numbers; a run whose accounts do not balance yields no result.

pub mod alerts;
pub mod comparison;
pub mod course;
pub mod deal;
mod gather;
pub mod graduation;
pub mod horizon;
pub mod request_trace;
pub mod result;
pub mod run;
pub mod sampler;
pub mod single;
pub mod sweep;
pub mod thresholds;
pub mod validation;
pub mod value;
pub mod verdict;
pub mod warm_up;

pub use run::{Options, expected_requests, run};
pub use single::Breach;
