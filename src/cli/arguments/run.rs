//! What `simscale run` takes.

use clap::Args;

use super::{OutputArguments, ScenarioArguments};

/// Arguments of `simscale run`.
#[derive(Args, Clone, Debug, Default)]
pub struct RunArguments {
    /// Which scenario.
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// Where results go.
    #[command(flatten)]
    pub output: OutputArguments,
}
