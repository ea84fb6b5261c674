//! From a file to a model: what every command that takes a scenario begins with.

use std::path::Path;

use super::arguments::ScenarioArguments;
use super::console::Console;
use super::exit::Exit;
use crate::language::diagnostic::Problems;
use crate::language::source::Sources;
use crate::model::catalogue::Catalogue;
use crate::model::conditions::check_conditions;
use crate::model::{Model, compile};
use crate::scenario::Scenario;

/// A scenario that is sound, compiled.
#[derive(Debug)]
pub struct Loaded {
    /// What the file says.
    pub scenario: Scenario,
    /// Compiled.
    pub model: Model,
    /// The metrics it offers.
    pub catalogue: Catalogue,
    /// The texts it was read from.
    pub sources: Sources,
    /// What is probably not meant; no error among them.
    pub warnings: Problems,
}

/// Loads and compiles a scenario; whatever is wrong is told at once on standard error.
///
/// # Errors
/// [`Exit::BadInput`] when the scenario is wrong or cannot be read.
pub fn load(arguments: &ScenarioArguments, console: &mut Console<'_>) -> Result<Loaded, Exit> {
    let mut sources = Sources::new();
    let mut problems = Problems::new();
    match read(&arguments.file, &arguments.sets(), &mut sources, &mut problems) {
        Some((scenario, model, catalogue)) => {
            Ok(Loaded { scenario, model, catalogue, sources, warnings: problems })
        }
        None => {
            console.tell(&problems.render(&sources, console.colours_errors));
            Err(Exit::BadInput)
        }
    }
}

fn read(
    file: &Path,
    sets: &[String],
    sources: &mut Sources,
    problems: &mut Problems,
) -> Option<(Scenario, Model, Catalogue)> {
    let scenario = Scenario::load(file, sets, sources, problems)?;
    let model = compile(&scenario, problems)?;
    let catalogue = Catalogue::of(&model);
    check_conditions(&scenario, &catalogue, sources, problems);
    (!problems.has_errors()).then_some((scenario, model, catalogue))
}
