//! From files and axes to cases, with everything wrong told at once.

use std::path::Path;

use crate::cli::arguments::{SweepArguments, plotting};
use crate::cli::command_line::command;
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::experiment::deal::Compiled;
use crate::experiment::sweep::{self, SweepHead};
use crate::language::diagnostic::{Problems, nearest};
use crate::language::source::{Place, SourceId, Sources};
use crate::model::Variants;
use crate::scenario::Stage;
use crate::scenario::axes::{Axis, USERS_AXIS, axis_of_numbers, read_axes, vary};

/// A sweep that is sound.
pub(super) struct Plan {
    /// What it is about.
    pub head: SweepHead,
    /// All cases, in order.
    pub cases: Vec<Compiled>,
}

/// One scenario file before its cases are made.
struct File {
    variants: Variants,
    sources: Sources,
    problems: Problems,
    /// The axes of its own `[sweep]`.
    axes: Vec<Axis>,
    /// The range of users it is meant for.
    stage: Option<Stage>,
    /// Whether another number of users would change nothing.
    is_unscaled: bool,
}

const NOWHERE: Place = Place { source: SourceId(0), start: 0, end: 0 };

/// Values for each tenfold of users, where a sweep names no axis.
const POINTS_A_DECADE: f64 = 8.0;

/// Makes all cases of the sweep that `arguments` ask for.
///
/// # Errors
/// When a file, an axis or a case is wrong; all that is wrong is told.
pub(super) fn plan(arguments: &SweepArguments, console: &mut Console<'_>) -> Result<Plan, Exit> {
    refuse_twice(arguments, console)?;
    let mut files: Vec<File> = Vec::new();
    let mut is_sound = true;
    for path in &arguments.files {
        match File::load(path, &arguments.changes) {
            Ok(file) => files.push(file),
            Err(told) => {
                console.tell(&told.0.render(&told.1, console.colours_errors));
                is_sound = false;
            }
        }
    }
    if !is_sound {
        return Err(Exit::BadInput);
    }
    let found = common_axes(&files, arguments, console)?;
    let mut stages = Vec::new();
    let mut axes = found.clone();
    for file in &mut files {
        // Each file has its own texts, so what is typed is read once for each.
        axes = file.take_axes(&found, &arguments.vary);
        let cases = file.cases(&axes);
        if !file.problems.is_empty() {
            console.tell(&file.problems.render(&file.sources, console.colours_errors));
        }
        match cases {
            Some(cases) => stages.push(cases),
            None => is_sound = false,
        }
    }
    if !is_sound {
        return Err(Exit::BadInput);
    }
    let head = sweep::head(repeating(arguments), &axes, &stages, arguments.plot.clone());
    refuse_unknown_metric(&head, arguments, console)?;
    Ok(Plan { head, cases: stages.into_iter().flatten().collect() })
}

fn refuse_twice(arguments: &SweepArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let stem = |path: &Path| path.file_stem().map(std::ffi::OsStr::to_os_string);
    for (index, path) in arguments.files.iter().enumerate() {
        let earlier = arguments.files[..index].iter().find(|earlier| stem(earlier) == stem(path));
        if let Some(earlier) = earlier {
            return Err(console.refuse(&format!(
                "`{}` and `{}` have the same name, by which their results are told apart",
                earlier.display(),
                path.display()
            )));
        }
    }
    Ok(())
}

impl File {
    /// Reads a file without its cases; what is wrong otherwise.
    fn load(path: &Path, sets: &[String]) -> Result<File, Box<(Problems, Sources)>> {
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        let read = Variants::load(path, sets, &mut sources, &mut problems).and_then(|variants| {
            let (scenario, _) = variants.with(&[], &sources, &mut problems)?;
            let axes = match &scenario.sweep {
                Some(sweep) => read_axes(sweep, variants.table(), &sources, &mut problems)?,
                None => Vec::new(),
            };
            Some((variants, axes, scenario))
        });
        match read.filter(|_| !problems.has_errors()) {
            None => Err(Box::new((problems, sources))),
            Some((variants, axes, scenario)) => Ok(File {
                variants,
                sources,
                problems: Problems::new(),
                axes,
                is_unscaled: scenario.users.load.is_unscaled_trace(),
                stage: scenario.stage,
            }),
        }
    }

    /// The axes for this file: those found, with what is typed read for its own values.
    fn take_axes(&mut self, found: &[Axis], typed: &[String]) -> Vec<Axis> {
        let mut axes = found.to_vec();
        for axis in &mut axes {
            if !self.axes.contains(axis) {
                // They stand in another file.
                axis.place = NOWHERE;
                axis.points.iter_mut().for_each(|point| point.node.set_place(NOWHERE));
            }
        }
        for text in typed {
            let table = self.variants.table();
            let Some(axis) = vary(text, table, &mut self.sources, &mut self.problems) else {
                continue;
            };
            match axes.iter_mut().find(|known| is_same_path(&known.path, &axis.path)) {
                Some(known) => *known = axis,
                None => axes.push(axis),
            }
        }
        let users = axes.iter().find(|axis| axis.path == USERS_AXIS);
        if let Some(axis) = users.filter(|_| self.is_unscaled) {
            self.problems.error(
                axis.place,
                "more users would not change the trace of arrivals",
                "say in `arrivals` how many made it: recorded_users = \"50K\"",
            );
        }
        axes
    }

    fn cases(&mut self, axes: &[Axis]) -> Option<Vec<Compiled>> {
        if self.problems.has_errors() {
            return None;
        }
        let cases = sweep::cases(&self.variants, axes, &self.sources, &mut self.problems);
        cases.filter(|_| !self.problems.has_errors())
    }
}

/// Whether two paths lead to the same value: `components.` may be left out.
fn is_same_path(one: &str, other: &str) -> bool {
    fn stripped(path: &str) -> &str {
        path.strip_prefix("components.").unwrap_or(path)
    }
    stripped(one) == stripped(other)
}

/// The axes that the files have in common, or that follow from their stages.
fn common_axes(
    files: &[File],
    arguments: &SweepArguments,
    console: &mut Console<'_>,
) -> Result<Vec<Axis>, Exit> {
    let named =
        || std::iter::zip(files, &arguments.files).filter(|(file, _)| !file.axes.is_empty());
    if let Some((first, first_path)) = named().next() {
        let alike = |file: &File| same_axes(&file.axes, &first.axes);
        if let Some((_, path)) = named().find(|(file, _)| !alike(file)) {
            return Err(console.refuse(&format!(
                "[sweep] of `{}` differs from that of `{}`: several files share their axes, so \
                 give them once, by --vary",
                path.display(),
                first_path.display()
            )));
        }
        return Ok(first.axes.clone());
    }
    if !arguments.vary.is_empty() {
        return Ok(Vec::new());
    }
    let stages: Vec<&Stage> = files.iter().filter_map(|file| file.stage.as_ref()).collect();
    let low = stages.iter().map(|stage| stage.low).min();
    let high = stages.iter().map(|stage| stage.high).max();
    let (Some(low), Some(high)) = (low, high) else {
        return Err(console.refuse(
            "nothing is varied: give --vary users.count=1K..1M, or [sweep] or `stage` in the file",
        ));
    };
    let decades = libm::log10(high as f64 / low as f64);
    let points = libm::round(decades * POINTS_A_DECADE).max(4.0) as u64 + 1;
    let points = points.min(high - low + 1);
    Ok(vec![axis_of_numbers(USERS_AXIS, (low, high), points, NOWHERE)])
}

fn same_axes(one: &[Axis], other: &[Axis]) -> bool {
    let values = |axis: &Axis| -> Vec<String> {
        axis.points.iter().map(|point| point.text.clone()).collect()
    };
    one.len() == other.len()
        && std::iter::zip(one, other)
            .all(|(one, other)| one.path == other.path && values(one) == values(other))
}

fn refuse_unknown_metric(
    head: &SweepHead,
    arguments: &SweepArguments,
    console: &mut Console<'_>,
) -> Result<(), Exit> {
    let plot = &arguments.plot;
    if head.unit(plot).is_some() {
        return Ok(());
    }
    let near = nearest(plot, head.columns.iter().map(|(path, _)| path.as_str()));
    let near = near.map_or(String::new(), |near| format!(" did you mean `{near}`?"));
    let file = arguments.files[0].display();
    Err(console.refuse(&format!(
        "--plot: there is no metric `{plot}`;{near} `simscale metrics {file}` lists all"
    )))
}

/// The command that repeats the whole sweep: what decides its numbers and pictures, nothing else.
pub(super) fn repeating(arguments: &SweepArguments) -> String {
    let options = [
        ("--vary", &arguments.vary[..]),
        ("--set", &arguments.changes),
        ("--plot", &plotting(&arguments.plot)),
    ];
    command("sweep", &arguments.files, &options)
}
