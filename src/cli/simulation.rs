//! The run itself, as this layer calls it.

use crate::experiment::result::RunResult;
use crate::model::Model;
use crate::scenario::Scenario;

/// What a run needs beside its model.
pub struct Options<'a> {
    /// The command that repeats it.
    pub command: String,
    /// Called with the number of requests simulated since the last call, from any thread.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// Simulates all repeats of a model.
///
/// # Errors
/// A breach of conservation, in words.
pub fn run(_: &Scenario, _: &Model, options: &Options<'_>) -> Result<RunResult, String> {
    (options.progress)(0);
    Err(format!("`{}` cannot be simulated by this build", options.command))
}
