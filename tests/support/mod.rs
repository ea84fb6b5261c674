//! What the tests share: scenarios from text, runs, and looking metrics up.

pub mod random_scenario;
pub mod recorded;
pub mod shell;

use simscale::experiment::result::{MetricValue, RunResult};
use simscale::experiment::{self, Options};
use simscale::language::diagnostic::Problems;
use simscale::language::source::Sources;
use simscale::model::{self, Model};
use simscale::scenario::Scenario;
use std::path::{Path, PathBuf};

/// The one seed of all statistical tests; changing it needs a line in the CHANGELOG.
pub const TEST_SEED: u64 = simscale::experiment::validation::SEED;

/// The project's folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of measured data outside of the project, if it is at hand; says so if it is not.
pub fn measured_data(folder: &str) -> Option<PathBuf> {
    let found = project()
        .ancestors()
        .map(|ancestor| ancestor.join("shared/data").join(folder))
        .find(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: the measured data `{folder}` is not at hand");
    }
    found
}

/// Whether a scenario has faults, whose times want a duration.
pub fn has_faults(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).expect("the scenario can be read");
    text.contains("[[faults]]")
}

/// Whether something in a scenario has its time, so that a run of it has a duration.
pub fn has_times(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).expect("the scenario can be read");
    has_faults(file) || text.contains("[[changes]]")
}

/// Loads and compiles a scenario file; panics with the rendered problems if anything is wrong.
pub fn load(file: &Path, sets: &[&str]) -> (Scenario, Model) {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    compiled(|sources, problems| Scenario::load(file, &sets, sources, problems))
}

/// Loads and compiles a scenario given as text.
pub fn load_text(name: &str, text: &str) -> (Scenario, Model) {
    compiled(|sources, problems| Scenario::parse(name, text, sources, problems))
}

fn compiled(
    read: impl FnOnce(&mut Sources, &mut Problems) -> Option<Scenario>,
) -> (Scenario, Model) {
    let mut sources = Sources::new();
    let mut problems = Problems::new();
    let scenario = read(&mut sources, &mut problems);
    let model = scenario.as_ref().and_then(|scenario| model::compile(scenario, &mut problems));
    match (scenario, model) {
        (Some(scenario), Some(model)) => (scenario, model),
        _ => panic!("{}", problems.render(&sources, false)),
    }
}

/// Runs a scenario file with some values set.
pub fn run_file(file: &Path, sets: &[&str]) -> RunResult {
    run(&load(file, sets))
}

/// Runs a scenario given as text.
pub fn run_text(name: &str, text: &str) -> RunResult {
    run(&load_text(name, text))
}

/// Runs what was loaded.
pub fn run((scenario, model): &(Scenario, Model)) -> RunResult {
    let options = Options::new(String::new(), &|_| {});
    experiment::run(scenario, model, &options).expect("jobs are conserved")
}

/// A metric of a result.
pub fn metric<'a>(result: &'a RunResult, path: &str) -> &'a MetricValue {
    let found = result.metrics.iter().find(|metric| metric.path == path);
    found.unwrap_or_else(|| panic!("`{}` has no metric `{path}`", result.scenario))
}

/// The value of a metric that was measured.
pub fn value(result: &RunResult, path: &str) -> f64 {
    metric(result, path).value.unwrap_or_else(|| panic!("nothing measured for `{path}`"))
}
