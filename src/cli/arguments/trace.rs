//! What `simscale trace` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ScenarioArguments;
use crate::report::request_trace::TraceFormat;

/// Arguments of `simscale trace`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = "\
Example:
  simscale trace scenarios/stage3.toml --request 500
  simscale trace scenarios/stage3.toml --request 500 --format chrome --out request.json")]
pub struct TraceArguments {
    /// Which scenario.
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// Which request, in the order in which users send them: 1 is the first, the warm-up counts.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_REQUEST))]
    pub request: u64,
    /// Which repeat: 1 is the first of the run; beyond its last one, each is one more seed.
    #[arg(long, value_name = "R", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..=MOST_REPEAT))]
    pub repeat: u32,
    /// How the request is told.
    #[arg(long, value_enum, default_value_t = TraceFormatName::Table)]
    pub format: TraceFormatName,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
}

/// Requests beyond this would take hours to come to.
const MOST_REQUEST: u64 = 1_000_000_000;
const MOST_REPEAT: i64 = 1_000_000;

/// How a traced request is told.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum TraceFormatName {
    /// A line for each step, for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// Chrome's trace events as JSON, for trace viewers such as Perfetto.
    Chrome,
}

impl From<TraceFormatName> for TraceFormat {
    fn from(name: TraceFormatName) -> TraceFormat {
        match name {
            TraceFormatName::Table => TraceFormat::Table,
            TraceFormatName::Json => TraceFormat::Json,
            TraceFormatName::Chrome => TraceFormat::Chrome,
        }
    }
}
