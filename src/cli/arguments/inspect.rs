//! What the commands take that explain a scenario or the language and simulate nothing.

use clap::Args;

use super::ScenarioArguments;

/// Arguments of `simscale check`.
#[derive(Args, Clone, Debug, Default)]
pub struct CheckArguments {
    /// Which scenario.
    #[command(flatten)]
    pub scenario: ScenarioArguments,
}

/// Arguments of `simscale components`.
#[derive(Args, Clone, Debug, Default)]
pub struct ComponentsArguments {
    /// A kind or a section, such as database or users; all of them if absent.
    pub name: Option<String>,
    /// Print Markdown instead of plain text.
    #[arg(long)]
    pub markdown: bool,
}

/// Arguments of `simscale metrics`.
#[derive(Args, Clone, Debug, Default)]
pub struct MetricsArguments {
    /// Which scenario.
    #[command(flatten)]
    pub scenario: ScenarioArguments,
}
