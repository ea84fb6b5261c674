//! simscale: a deterministic discrete-event simulator that tells at how many users a data
//! architecture stops being enough.
//!
//! A text file becomes numbers in four stages, each of which sees only the one before:
//! `Scenario` (what the file says) -> `Model` (compiled: ids, wires, no options left) ->
//! `RunResult` (plain data) -> reports (text, CSV, JSON, pictures).
//!
//! Layers point one way; a module uses its own layer and those below it:
//!
//! ```text
//! cli -> report -> experiment -> model -> scenario
//!     -> components -> blocks -> measure -> language -> kernel
//! ```
//!
//! What always holds:
//! - the same file, seed and version give the same bytes for any number of threads: integer
//!   nanoseconds, one total order of events, draws keyed by job, own samplers;
//! - jobs are conserved at every component, and this is checked at the end of every run;
//! - a wrong file yields all its problems, and nothing runs.

#![warn(missing_docs)]

pub mod blocks;
pub mod cli;
pub mod components;
pub mod experiment;
pub mod kernel;
pub mod language;
pub mod measure;
pub mod model;
pub mod report;
pub mod scenario;
