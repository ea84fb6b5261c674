//! What `simscale run` takes.

use std::path::PathBuf;

use clap::Args;

use super::{FormatName, ScenarioArguments};

/// Arguments of `simscale run`.
#[derive(Args, Clone, Debug, Default)]
pub struct RunArguments {
    /// Which scenario.
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// Folder for tables and pictures [default: output/ and the name of FILE].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t = FormatName::Table)]
    pub format: FormatName,
    /// Print the report alone: no warnings, no progress, no list of files.
    #[arg(long, short)]
    pub quiet: bool,
    /// Threads to use; results do not depend on it [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}
