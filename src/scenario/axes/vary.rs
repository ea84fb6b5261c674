//! Axes from the command line: `--vary users.count=1K..10M:25:log`, `--vary db.cores=2,4,8`.

use std::path::Path;

use super::measure::Measure;
use super::range::{Range, spread};
use super::{Axis, axis};
use crate::language::diagnostic::Problems;
use crate::language::node::{Node, Table, Value};
use crate::language::parse;
use crate::language::source::{Place, SourceId, Sources};

const FORMS: &str = "as in users.count=1K..10M:25:log, or a list: db.cores=2,4,8";

/// The axis that a `--vary` stands for, for the scenario in `table`; `text` is as typed. `None`
/// when it is wrong; all that is wrong is reported.
pub fn vary(
    text: &str,
    table: &Table,
    sources: &mut Sources,
    problems: &mut Problems,
) -> Option<Axis> {
    let source = sources.add("--vary", text, Path::new(""));
    let whole = Place { source, start: 0, end: text.len() as u32 };
    let Some((path, values)) = text.split_once('=').map(|(path, values)| (path.trim(), values))
    else {
        problems.error(whole, "`--vary` takes path=values", FORMS);
        return None;
    };
    if path.is_empty() || values.trim().is_empty() {
        let what = if path.is_empty() { "a path before `=`" } else { "values behind `=`" };
        problems.error(whole, format!("`--vary` lacks {what}"), FORMS);
        return None;
    }
    let start = (text.len() - values.len()) as u32;
    let measure = Measure::of(table, path);
    let typed = Typed { source, text: values, start };
    let nodes = match values.contains("..") && !values.trim_start().starts_with(['[', '{']) {
        true => typed.range(problems)?.values(path, measure, problems)?,
        false => typed.list(path, problems)?,
    };
    Some(axis(path.to_owned(), Place { end: path.len() as u32, ..whole }, nodes, measure))
}

/// An axis of counts from one to another, spread by ratios, for a sweep that names none.
pub fn axis_of_numbers(path: &str, (from, to): (u64, u64), points: u64, place: Place) -> Axis {
    let numbers = spread(from as f64, to as f64, points, true, true)
        .expect("the range of a stage is wider than its points are many");
    let node = |number: f64| Node { value: Value::Integer(number as i64), place };
    let nodes = numbers.into_iter().map(node).collect();
    axis(path.to_owned(), place, nodes, Some(Measure::Count))
}

/// What stands behind `=`.
struct Typed<'a> {
    source: SourceId,
    text: &'a str,
    /// Where it begins in what was typed.
    start: u32,
}

impl Typed<'_> {
    fn place(&self, part: &str) -> Place {
        // The part is a slice of the text, so their addresses tell where it stands.
        let offset = part.as_ptr() as usize - self.text.as_ptr() as usize;
        let start = self.start + offset as u32;
        Place { source: self.source, start, end: start + part.len() as u32 }
    }

    fn node(&self, part: &str) -> Node {
        let part = part.trim();
        let place = self.place(part);
        // `10K` is no TOML, but plain text needs no quotes here.
        let text = || Node { value: Value::Text(part.to_owned()), place };
        let mut node = parse::value(part, place).unwrap_or_else(|_| text());
        node.set_place(place);
        node
    }

    /// FROM..TO, FROM..TO:POINTS or FROM..TO:POINTS:SCALE.
    fn range(&self, problems: &mut Problems) -> Option<Range> {
        let place = self.place(self.text);
        let mut parts = self.text.split(':');
        let (from, to) = parts.next()?.split_once("..")?;
        let points = match parts.next().map(|part| (part, part.trim().parse::<u64>())) {
            None => None,
            Some((_, Ok(points))) => Some(points),
            Some((part, Err(_))) => {
                let message = format!("`--vary`: `{}` is no number of points", part.trim());
                problems.error(self.place(part), message, FORMS);
                return None;
            }
        };
        let is_logarithmic = match parts.next().map(|part| (part, part.trim())) {
            None => None,
            Some((_, "log")) => Some(true),
            Some((_, "linear")) => Some(false),
            Some((part, word)) => {
                let message = format!("`--vary`: `{word}` is no scale");
                problems.error(self.place(part), message, "accepted: log, linear");
                return None;
            }
        };
        let (from, to) = (self.node(from), self.node(to));
        Some(Range { from, to, points, is_logarithmic, place })
    }

    /// Values between commas, or one TOML list.
    fn list(&self, path: &str, problems: &mut Problems) -> Option<Vec<Node>> {
        let whole = self.node(self.text);
        let nodes: Vec<Node> = match whole.value {
            Value::List(values) => values,
            Value::Text(_) => self.text.split(',').map(|part| self.node(part)).collect(),
            _ => vec![whole],
        };
        if nodes.is_empty() {
            let place = self.place(self.text);
            problems.error(place, format!("`--vary` `{path}`: the list is empty"), FORMS);
            return None;
        }
        for (index, node) in nodes.iter().enumerate() {
            let twice = nodes[..index].iter().any(|earlier| earlier.value == node.value);
            let message = match node.text() {
                Some("") => format!("`--vary` `{path}`: a value is missing"),
                _ if twice => format!("`--vary` `{path}`: {node} comes twice"),
                _ => continue,
            };
            problems.error(node.place, message, "each value once, between commas");
            return None;
        }
        Some(nodes)
    }
}
