//! From the arguments of a comparison to its two sides.
//!
//! What must hold: nothing is simulated before both sides are known to be sound and to fit each
//! other; whatever is wrong in either is told at once.

use std::path::{Path, PathBuf};

use crate::cli::arguments::{CompareArguments, ScenarioArguments};
use crate::cli::command_line::{quoted, repeating};
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::overload;
use crate::experiment::comparison::NAMES;
use crate::language::diagnostic::Problems;
use crate::language::source::Sources;
use crate::model::{Model, Variants};
use crate::scenario::{RunSection, Scenario};

/// One side of a comparison, sound and compiled.
pub(super) struct LoadedSide {
    /// The file it comes from.
    pub file: PathBuf,
    /// What it says.
    pub scenario: Scenario,
    /// Compiled.
    pub model: Model,
    /// What tells it from the other side.
    pub label: String,
    /// The command that runs it alone.
    pub command: String,
}

/// Loads both sides; whatever is wrong is told on standard error.
pub(super) fn load(
    arguments: &CompareArguments,
    console: &mut Console<'_>,
) -> Result<[LoadedSide; 2], Exit> {
    let asked = asked(arguments).map_err(|why| console.refuse(&why))?;
    let told = !arguments.output.quiet;
    let loaded = match &asked[..] {
        [one] => variants(one, arguments, told, console),
        pair => files(pair, arguments, told, console),
    };
    let sides = loaded.ok_or(Exit::BadInput)?;
    let [a, b] = sides.each_ref().map(|side| &side.scenario.run);
    if let Some(why) = unlike(a, b, asked.len() == 1) {
        return Err(console.refuse(&why));
    }
    Ok(sides)
}

/// The file or the two files to compare. `Err` says why there is nothing to compare.
fn asked(arguments: &CompareArguments) -> Result<Vec<PathBuf>, String> {
    let has_variants = !(arguments.changes_of_a.is_empty() && arguments.changes_of_b.is_empty());
    let same = |one: &Path, other: &Path| match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    };
    match &arguments.files[..] {
        [one] if !has_variants => Err(format!(
            "`{}` alone is nothing to compare: name a second file, or make variants of it, as in \
             --a db.cores=2 --b db.cores=3",
            one.display()
        )),
        [one, other] if has_variants => Err(format!(
            "--a and --b make variants of one file, but `{}` and `{}` are two: change the files, \
             or use --set for both",
            one.display(),
            other.display()
        )),
        [one, other] if same(one, other) => Err(format!(
            "`{}` is compared with itself: make variants of it, as in --a db.cores=2 \
             --b db.cores=3",
            one.display()
        )),
        [_] | [_, _] => Ok(arguments.files.clone()),
        files => Err(format!("two files can be compared, not {}", files.len())),
    }
}

/// Two variants of one file.
fn variants(
    file: &Path,
    arguments: &CompareArguments,
    told: bool,
    console: &mut Console<'_>,
) -> Option<[LoadedSide; 2]> {
    let (mut sources, mut problems) = (Sources::new(), Problems::new());
    let base = Variants::load(file, &arguments.sets(), &mut sources, &mut problems);
    let own = [("--a", &arguments.changes_of_a), ("--b", &arguments.changes_of_b)];
    // Both are read before anything is told, so that all that is wrong is told together.
    let compiled = own.map(|(option, changes)| {
        base.as_ref()?.with_sets(option, changes, &mut sources, &mut problems)
    });
    let is_sound = !problems.has_errors();
    let (true, [Some(a), Some(b)]) = (is_sound, compiled) else {
        console.tell(&problems.render(&sources, console.colours_errors));
        return None;
    };
    let sides = [(a, own[0].1), (b, own[1].1)].map(|((scenario, model), changes)| {
        let label = match changes.is_empty() {
            true => format!("{} as it is", file.display()),
            false => format!("{} with {}", file.display(), changes.join(" ")),
        };
        side(file, scenario, model, label, [&arguments.sets()[..], changes].concat())
    });
    if told {
        for (side, name) in sides.iter().zip(NAMES) {
            warn_of_overload(side, name, &mut problems);
        }
        console.tell(&problems.render(&sources, console.colours_errors));
    }
    Some(sides)
}

/// Two files.
fn files(
    files: &[PathBuf],
    arguments: &CompareArguments,
    told: bool,
    console: &mut Console<'_>,
) -> Option<[LoadedSide; 2]> {
    let mut read = |file: &Path, name: &str| {
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        let sets = arguments.sets();
        let base = Variants::load(file, &sets, &mut sources, &mut problems);
        let compiled = base.and_then(|base| base.with(&[], &sources, &mut problems));
        let side = compiled
            .filter(|_| !problems.has_errors())
            .map(|(scenario, model)| side(file, scenario, model, file.display().to_string(), sets));
        if let Some(side) = &side {
            warn_of_overload(side, name, &mut problems);
        }
        if told || side.is_none() {
            console.tell(&problems.render(&sources, console.colours_errors));
        }
        side
    };
    let sides = [read(&files[0], NAMES[0]), read(&files[1], NAMES[1])];
    let [Some(a), Some(b)] = sides else { return None };
    Some([a, b])
}

fn side(
    file: &Path,
    scenario: Scenario,
    model: Model,
    label: String,
    changes: Vec<String>,
) -> LoadedSide {
    let alone = ScenarioArguments { file: file.to_path_buf(), changes, users: None };
    let command = repeating(&alone);
    LoadedSide { file: file.to_path_buf(), scenario, model, label, command }
}

fn warn_of_overload(side: &LoadedSide, name: &str, problems: &mut Problems) {
    overload::warn(&side.scenario, &side.model, problems, |_, _| {
        format!("in {name}, work will pile up or be lost")
    });
}

/// Why repeats of these cannot be paired, with what makes them fit.
fn unlike(a: &RunSection, b: &RunSection, are_variants: bool) -> Option<String> {
    let precision = |run: &RunSection| match run.precision {
        Some(precision) => format!("{}%", 100.0 * precision),
        None => "none".to_owned(),
    };
    let values = [
        ("run.seed", a.seed.to_string(), b.seed.to_string()),
        ("run.precision", precision(a), precision(b)),
        ("run.repeats", a.repeats.to_string(), b.repeats.to_string()),
    ];
    let differing: Vec<_> = values.iter().filter(|(_, a, b)| a != b).collect();
    if differing.is_empty() {
        return None;
    }
    let found = differing.iter().map(|(key, a, b)| format!("{key} is {a} in A and {b} in B"));
    let found: Vec<String> = found.collect();
    // Repeats and precision exclude each other, so that repeats settle both.
    let mut remedies: Vec<String> = Vec::new();
    if a.seed != b.seed {
        remedies.push(quoted(&format!("run.seed={}", a.seed)));
    }
    if a.precision != b.precision || a.repeats != b.repeats {
        remedies.push(quoted(&format!("run.repeats={}", a.repeats)));
    }
    let remedies: Vec<String> = remedies.iter().map(|set| format!("--set {set}")).collect();
    let instead = if are_variants { " instead of --a or --b" } else { "" };
    Some(format!(
        "repeats can only be paired if there are as many, of the same seed, but {}; give both the \
         same: {}{instead}",
        found.join(", and "),
        remedies.join(" ")
    ))
}
