//! The trait by which a node becomes a value, and what every such conversion needs.

use std::ops::Range;
use std::path::PathBuf;

use super::diagnostic::Problems;
use super::key::Key;
use super::node::{Node, Value};
use super::quantity::{Count, Quantity};
use super::reader::TableReader;
use super::source::{Place, Sources};

/// A value that can be read from a node.
pub trait FromNode: Sized {
    /// The value, or `None` after at least one problem was reported.
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Self>;
}

/// A value with the place it was read from, such as a name that must be defined elsewhere.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// Where an effective value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A file or `--set`.
    Given,
    /// The profile that a file or `--set` names.
    Profile,
    /// The declared default.
    Default,
    /// Worked out from other values.
    Computed,
}

/// One value that takes effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effective {
    /// Its canonical path: `components.db.cores`.
    pub path: String,
    /// The value as TOML text.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// What a conversion reports to, and what it is reading now.
#[derive(Debug)]
pub struct Reading<'a> {
    /// Everything wrong so far.
    pub problems: &'a mut Problems,
    /// The texts behind all places.
    pub sources: &'a Sources,
    /// Every value that takes effect, in the order of reading.
    pub effective: &'a mut Vec<Effective>,
    /// Names the table being read, as a message begins: "component `db` (database)".
    pub(super) subject: String,
    /// The key being read, relative to the subject: `replicas.lag`.
    pub(super) key: String,
    /// The full path of the key being read.
    pub(super) path: String,
    /// Whether this is inside a value that is recorded as a whole.
    pub(super) inside_value: bool,
    /// Where the component being read names its profile: the place of all that came with it.
    pub(super) profile_at: Option<Place>,
}

impl<'a> Reading<'a> {
    /// A reading that has not begun.
    pub fn new(
        problems: &'a mut Problems,
        sources: &'a Sources,
        effective: &'a mut Vec<Effective>,
    ) -> Reading<'a> {
        Reading {
            problems,
            sources,
            effective,
            subject: String::new(),
            key: String::new(),
            path: String::new(),
            inside_value: false,
            profile_at: None,
        }
    }

    /// The same reading for a shorter while.
    pub(super) fn reborrow(&mut self) -> Reading<'_> {
        Reading {
            problems: self.problems,
            sources: self.sources,
            effective: self.effective,
            subject: self.subject.clone(),
            key: self.key.clone(),
            path: self.path.clone(),
            inside_value: self.inside_value,
            profile_at: self.profile_at,
        }
    }

    /// Where a value at this place comes from.
    pub(super) fn origin(&self, place: Place) -> Origin {
        if self.profile_at == Some(place) { Origin::Profile } else { Origin::Given }
    }

    /// How a message about the key being read begins: "component `db` (database): `cores`".
    pub fn naming(&self) -> String {
        match (self.subject.is_empty(), self.key.is_empty()) {
            (true, true) => "the scenario".to_owned(),
            (true, false) => format!("`{}`", self.key),
            (false, true) => self.subject.clone(),
            (false, false) => format!("{}: `{}`", self.subject, self.key),
        }
    }

    /// Full path of the value being read: `components.db.read_time`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Reports what is wrong with the value being read: `message` follows its name.
    pub fn error(&mut self, place: Place, message: &str, label: impl Into<String>) {
        let message = format!("{} {message}", self.naming());
        self.problems.error(place, message, label);
    }

    /// Reports what is probably not meant; `message` follows the name of the value being read.
    pub fn warn(&mut self, place: Place, message: &str, label: impl Into<String>) {
        let message = format!("{} {message}", self.naming());
        self.problems.warn(place, message, label);
    }

    /// Reports a node that is not `what` (with its article) and why; gives `None` to return.
    pub fn mismatch<T>(&mut self, node: &Node, what: &str, label: impl Into<String>) -> Option<T> {
        self.error(node.place, &format!("must be {what}"), label);
        None
    }

    /// A reader of a table that is part of the value being read, such as
    /// `{ lognormal = { mean = "4ms", cv = 1.0 } }`; anything else is reported.
    pub fn table<'t>(
        &mut self,
        node: &'t Node,
        keys: &'static [Key],
    ) -> Option<TableReader<'t, '_>> {
        let Some(table) = node.table() else {
            let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
            let label = format!("a table of {}, not {}", names.join(", "), node.value.what());
            return self.mismatch(node, "a table", label);
        };
        Some(TableReader::inside(table, node.place, keys, self))
    }

    /// Reads a part of the value being read, named `step` in messages and paths: an element
    /// `"[2]"`, or a key `".mean"`.
    pub fn part<T: FromNode>(&mut self, step: &str, node: &Node) -> Option<T> {
        let (key, path) = (self.key.len(), self.path.len());
        self.key.push_str(step);
        self.path.push_str(step);
        let value = T::from_node(node, self);
        self.key.truncate(key);
        self.path.truncate(path);
        value
    }

    /// A file named at `place`, relative to the folder of the file that names it (the current
    /// folder for `--set`).
    pub fn resolve(&self, place: Place, file: &str) -> PathBuf {
        self.sources.resolve(place, file)
    }

    /// The place of the bytes `part` inside the text of a node.
    pub fn place_within(&self, node: &Node, part: Range<usize>) -> Place {
        node.text().map_or(node.place, |text| self.sources.part(node.place, text, part))
    }
}

impl<T: Quantity> FromNode for T {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<T> {
        let parsed = match &node.value {
            Value::Text(text) => T::parse(text),
            Value::Integer(integer) => T::from_integer(*integer),
            Value::Float(float) => T::from_number(*float),
            other => Err(format!("this is {}", other.what())),
        };
        match parsed {
            Ok(value) => Some(value),
            Err(refusal) => reading.mismatch(node, T::WHAT, refusal),
        }
    }
}

impl<T: FromNode> FromNode for Placed<T> {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Placed<T>> {
        let value = T::from_node(node, reading)?;
        Some(Placed { value, place: node.place })
    }
}

impl FromNode for u64 {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<u64> {
        Count::from_node(node, reading).map(|count| count.0)
    }
}

impl FromNode for u32 {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<u32> {
        let count = Count::from_node(node, reading)?;
        match u32::try_from(count.0) {
            Ok(count) => Some(count),
            Err(_) => reading.mismatch(node, Count::WHAT, "at most 4294967295 here"),
        }
    }
}

impl FromNode for f64 {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<f64> {
        match &node.value {
            Value::Integer(integer) => Some(*integer as f64),
            Value::Float(float) => Some(*float),
            other => {
                let label = format!("a plain number such as 0.99, not {}", other.what());
                reading.mismatch(node, "a number", label)
            }
        }
    }
}

impl FromNode for bool {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<bool> {
        match &node.value {
            Value::Flag(flag) => Some(*flag),
            Value::Text(text) if text == "true" || text == "false" => {
                reading.mismatch(node, "true or false", format!("without quotes: {text}"))
            }
            other => {
                let label = format!("this is {}", other.what());
                reading.mismatch(node, "true or false", label)
            }
        }
    }
}

impl FromNode for String {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<String> {
        match node.text() {
            Some(text) => Some(text.to_owned()),
            None => {
                let label = match &node.value {
                    Value::List(_) | Value::Table(_) => format!("this is {}", node.value.what()),
                    _ => format!("in quotes: \"{node}\""),
                };
                reading.mismatch(node, "a text", label)
            }
        }
    }
}

impl<T: FromNode> FromNode for Vec<T> {
    /// Every element is read, so that each wrong one is reported.
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Vec<T>> {
        let Some(list) = node.list() else {
            return reading.mismatch(node, "a list", format!("in brackets: [{node}]"));
        };
        let elements: Vec<Option<T>> = list
            .iter()
            .enumerate()
            .map(|(index, element)| reading.part(&format!("[{index}]"), element))
            .collect();
        elements.into_iter().collect()
    }
}
