//! The axes of a sweep: which values are run through, and what they are called.
//!
//! An entry of `[sweep]` is an axis: a path with a list of values, or with a range
//! `{ from, to, points, scale }`; `--vary` says the same on the command line.
//!
//! - `range`: from two ends to the points between; [`vary`]: axes from the command line;
//! - `measure`: what kind of quantity a path takes, so that its values can be spread and drawn.
//!
//! What must hold: an axis never checks whether its values suit their key. They are laid over the
//! scenario like a `--set`, and what is wrong is reported there, at the place of the axis.

mod measure;
mod range;
mod vary;

use crate::language::diagnostic::Problems;
use crate::language::node::{Entry, Node, Table, Value};
use crate::language::source::{Place, Sources};
use crate::measure::unit::Unit;

use measure::Measure;
pub use range::RANGE;
pub use vary::{axis_of_numbers, vary};

/// One thing that is varied.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    /// The path that is set, as it was written: `users.count`, `db.cores`.
    pub path: String,
    /// Where it was written.
    pub place: Place,
    /// Its values in order; never empty.
    pub points: Vec<AxisPoint>,
    /// Unit of the numbers behind the values; `None` when they are no quantities of one kind.
    pub unit: Option<Unit>,
    /// Whether the values lie apart by ratios rather than by differences.
    pub is_logarithmic: bool,
}

/// One value of an axis.
#[derive(Clone, PartialEq, Debug)]
pub struct AxisPoint {
    /// What is set.
    pub node: Node,
    /// The value in words: `10K`, `4ms`, `round_robin`.
    pub text: String,
    /// The value in SI units, where the axis has a unit.
    pub number: Option<f64>,
}

/// The path of the axis that most sweeps have.
pub const USERS_AXIS: &str = "users.count";

/// Reads the axes of `[sweep]`, in the order of the file, for the scenario in `table`. `None` when
/// one is wrong; all that is wrong is reported.
pub fn read_axes(
    sweep: &Node,
    table: &Table,
    sources: &Sources,
    problems: &mut Problems,
) -> Option<Vec<Axis>> {
    let mut reader = AxesReader { table, sources, problems, axes: Vec::new(), is_sound: true };
    if let Some(axes) = sweep.table() {
        reader.below("", axes);
    }
    let AxesReader { axes, is_sound, .. } = reader;
    is_sound.then_some(axes)
}

struct AxesReader<'a> {
    table: &'a Table,
    sources: &'a Sources,
    problems: &'a mut Problems,
    axes: Vec<Axis>,
    is_sound: bool,
}

impl AxesReader<'_> {
    /// Reads the axes below a prefix: a path may be written with dots or as nested tables.
    fn below(&mut self, prefix: &str, axes: &Table) {
        for entry in &axes.entries {
            let path = match prefix {
                "" => entry.key.clone(),
                prefix => format!("{prefix}.{}", entry.key),
            };
            match &entry.node.value {
                Value::Table(inner) if !is_range(inner) => self.below(&path, inner),
                _ => self.axis(path, entry),
            }
        }
    }

    fn axis(&mut self, path: String, entry: &Entry) {
        let measure = Measure::of(self.table, &path);
        let place = entry.key_place;
        let points = match &entry.node.value {
            Value::List(values) => self.listed(&path, &entry.node, values),
            Value::Table(range) => {
                let place = entry.node.place;
                range::read(&path, range, place, measure, self.sources, self.problems)
            }
            other => {
                let message = format!("[sweep] `{path}`: an axis needs several values");
                let label = format!("this is {}; {}", other.what(), ACCEPTED);
                self.problems.error(entry.node.place, message, label);
                None
            }
        };
        match points {
            Some(nodes) => self.axes.push(axis(path, place, nodes, measure)),
            None => self.is_sound = false,
        }
    }

    fn listed(&mut self, path: &str, node: &Node, values: &[Node]) -> Option<Vec<Node>> {
        if values.is_empty() {
            let message = format!("[sweep] `{path}`: the list is empty");
            self.problems.error(node.place, message, ACCEPTED);
            return None;
        }
        let is_repeated = |(index, value): &(usize, &Node)| {
            values[..*index].iter().any(|earlier| earlier.value == value.value)
        };
        if let Some((_, repeated)) = values.iter().enumerate().find(is_repeated) {
            let message = format!("[sweep] `{path}`: {repeated} comes twice");
            self.problems.error(repeated.place, message, "each value once");
            return None;
        }
        Some(values.to_vec())
    }
}

const ACCEPTED: &str =
    "as in [\"1K\", \"10K\"] or { from = \"1K\", to = \"10M\", points = 25, scale = \"log\" }";

/// Whether a table says where an axis begins or ends, rather than holding axes.
fn is_range(table: &Table) -> bool {
    let is_key = |entry: &Entry| RANGE.iter().any(|key| key.name == entry.key);
    table.entries.is_empty() || table.entries.iter().any(is_key)
}

/// An axis of values, with their numbers where all have one.
fn axis(path: String, place: Place, nodes: Vec<Node>, measure: Option<Measure>) -> Axis {
    let numbers: Option<Vec<f64>> =
        measure.and_then(|measure| nodes.iter().map(|node| measure.number(node).ok()).collect());
    let unit = numbers.as_ref().and(measure).map(Measure::unit);
    let is_logarithmic = numbers.as_ref().is_some_and(|numbers| {
        let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let most = numbers.iter().copied().fold(0.0, f64::max);
        least > 0.0 && most >= range::WIDE * least
    });
    let point = |(index, node): (usize, Node)| {
        let number = numbers.as_ref().map(|numbers| numbers[index]);
        let text = match (number, measure) {
            (Some(number), Some(measure)) => measure.text(number),
            _ => node.text().map_or_else(|| node.to_string(), str::to_owned),
        };
        AxisPoint { node, text, number }
    };
    let points = nodes.into_iter().enumerate().map(point).collect();
    Axis { path, place, points, unit, is_logarithmic }
}

#[cfg(test)]
mod tests;
