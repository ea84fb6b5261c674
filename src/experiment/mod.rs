//! Running a model: repeats in parallel, warm-up, verdict, thresholds, alerts.
//!
//! - [`run`](mod@run): a whole case; [`course`]: its rounds; [`single`]: one repeat of it;
//! - [`horizon`], [`warm_up`]: how long, and what is cut;
//! - [`sampler`], [`alerts`]: what is seen while time passes;
//! - [`comparison`]: two cases side by side, repeat by repeat;
//! - [`value`], [`verdict`], [`thresholds`], `gather`: from readings to results;
//! - [`result`]: the results, plain data.
//!
//! What must hold: a run is one thread and shares nothing; what the repeats found is put together
//! in the order of their numbers; a run whose accounts do not balance yields no result.

pub mod alerts;
pub mod comparison;
pub mod course;
mod gather;
pub mod horizon;
pub mod result;
pub mod run;
pub mod sampler;
pub mod single;
pub mod thresholds;
pub mod value;
pub mod verdict;
pub mod warm_up;

pub use run::{Options, expected_requests, run};
pub use single::Breach;
