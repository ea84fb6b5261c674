//! What the commands take that explain a scenario or the language and simulate nothing.

use clap::{Args, ValueEnum};

use super::ScenarioArguments;

/// Arguments of `simscale check`.
#[derive(Args, Clone, Debug, Default)]
pub struct CheckArguments {
    /// Which scenario.
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// What to print.
    #[arg(long, value_enum, default_value_t = DocumentFormat::Table)]
    pub format: DocumentFormat,
}

/// What the commands print that simulate nothing.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum DocumentFormat {
    /// Text for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
}

/// Arguments of `simscale components`.
#[derive(Args, Clone, Debug, Default)]
pub struct ComponentsArguments {
    /// A kind or a section, such as database or users; all of them if absent.
    pub name: Option<String>,
    /// Print Markdown instead of plain text.
    #[arg(long, conflicts_with = "format")]
    pub markdown: bool,
    /// What to print.
    #[arg(long, value_enum, default_value_t = DocumentFormat::Table)]
    pub format: DocumentFormat,
}

/// Arguments of `simscale profiles`.
#[derive(Args, Clone, Debug, Default)]
pub struct ProfilesArguments {
    /// A profile, such as postgresql; all of them if absent.
    pub name: Option<String>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = DocumentFormat::Table)]
    pub format: DocumentFormat,
}

/// Arguments of `simscale metrics`.
#[derive(Args, Clone, Debug, Default)]
pub struct MetricsArguments {
    /// Which scenario.
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// What to print.
    #[arg(long, value_enum, default_value_t = DocumentFormat::Table)]
    pub format: DocumentFormat,
}
