//! A table read by its declared keys.

mod nested;

use std::fmt::Display;

use super::diagnostic::{nearest, suggestion};
use super::key::{Given, Key, Takes, find};
use super::node::{Entry, Node, Table};
use super::parse;
use super::reading::{Effective, FromNode, Origin, Reading};
use super::source::Place;

/// Typed values from a table: unknown keys are reported when it is made, wrong values when they
/// are asked for, and every value that takes effect is recorded.
#[derive(Debug)]
pub struct TableReader<'t, 'r> {
    table: &'t Table,
    place: Place,
    keys: &'static [Key],
    kind: Option<&'static str>,
    /// Full path of the table.
    path: String,
    /// The table's path relative to the subject, with its dot: `replicas.`.
    prefix: String,
    reading: Reading<'r>,
}

impl<'t, 'r> TableReader<'t, 'r> {
    /// Reads `table` at `path` (`""` for the whole scenario); unknown keys and clashes within an
    /// exclusive group are reported at once.
    pub fn new(
        path: &str,
        table: &'t Table,
        place: Place,
        keys: &'static [Key],
        reading: &'r mut Reading<'_>,
    ) -> TableReader<'t, 'r> {
        let mut reading = reading.reborrow();
        reading.subject = subject(path);
        TableReader::made(table, place, keys, None, path.to_owned(), String::new(), reading)
    }

    /// Reads a table that is part of the value being read.
    pub(super) fn inside(
        table: &'t Table,
        place: Place,
        keys: &'static [Key],
        reading: &'r mut Reading<'_>,
    ) -> TableReader<'t, 'r> {
        let mut reading = reading.reborrow();
        reading.inside_value = true;
        let path = reading.path.clone();
        let prefix =
            if reading.key.is_empty() { String::new() } else { format!("{}.", reading.key) };
        TableReader::made(table, place, keys, None, path, prefix, reading)
    }

    fn made(
        table: &'t Table,
        place: Place,
        keys: &'static [Key],
        kind: Option<&'static str>,
        path: String,
        prefix: String,
        reading: Reading<'r>,
    ) -> TableReader<'t, 'r> {
        let mut reader = TableReader { table, place, keys, kind, path, prefix, reading };
        reader.report_unknown();
        reader.report_clashes();
        reader
    }

    /// Whether it holds a key that is not declared: the value may lie behind a misspelt one, so
    /// that what else seems to be missing would be a false alarm.
    pub fn has_unknown(&self) -> bool {
        self.table.entries.iter().any(|entry| !self.knows(&entry.key))
    }

    fn knows(&self, key: &str) -> bool {
        find(self.keys, key).is_some() || (self.kind.is_some() && key == "kind")
    }

    fn report_unknown(&mut self) {
        for entry in &self.table.entries {
            if !self.knows(&entry.key) {
                let label = suggestion(&entry.key, self.keys.iter().map(|key| key.name));
                let message = format!("unknown key `{}{}`", self.prefix, entry.key);
                self.report(entry.key_place, &message, label);
            }
        }
    }

    fn report_clashes(&mut self) {
        let keys = self.keys;
        for (index, key) in keys.iter().enumerate().filter(|(_, key)| !key.group.is_empty()) {
            let earlier = keys[..index]
                .iter()
                .find(|other| other.group == key.group && self.given(other.name));
            if let (Some(other), Some(entry)) = (earlier, self.table.entry(key.name)) {
                let prefix = &self.prefix;
                let message = format!(
                    "`{prefix}{}` and `{prefix}{}` exclude each other",
                    other.name, key.name
                );
                let label = format!("give one of {}", group_names(keys, key.group));
                self.report(entry.key_place, &message, label);
            }
        }
    }

    /// Reports `message` behind the name of the table.
    fn report(&mut self, place: Place, message: &str, label: impl Into<String>) {
        let subject = match self.reading.subject.as_str() {
            "" => String::new(),
            subject => format!("{subject}: "),
        };
        let mut label = label.into();
        if self.reading.profile_at == Some(place) {
            let remark = if label.is_empty() { "" } else { "; " };
            label.push_str(&format!("{remark}this comes with the profile"));
        }
        self.reading.problems.error(place, format!("{subject}{message}"), label);
    }

    /// The value of a key, or its declared default. A wrong or a missing value is reported and
    /// yields `None`.
    ///
    /// # Panics
    /// When the key is not declared, or is declared as optional, or its default does not parse.
    pub fn get<T: FromNode>(&mut self, key: &str) -> Option<T> {
        let declared = self.declared(key);
        let value = self.optional(key)?;
        if value.is_none() {
            assert!(
                declared.default == Given::Required,
                "`{key}` of `{}` may be absent: read it with `optional`",
                self.path
            );
            self.report_missing(declared);
        }
        value
    }

    /// The value of a key or its declared default, `Some(None)` when it is absent and has none;
    /// a wrong value is reported and yields `None`.
    ///
    /// # Panics
    /// When the key is not declared or its default does not parse.
    pub fn optional<T: FromNode>(&mut self, key: &str) -> Option<Option<T>> {
        let declared = self.declared(key);
        if let Some(node) = self.table.get(key) {
            let value = self.read(key, node)?;
            let origin = self.reading.origin(node.place);
            self.record(key, node.to_string(), origin);
            return Some(Some(value));
        }
        let Given::Text(text) = declared.default else { return Some(None) };
        let node = parse::value(text, self.place)
            .unwrap_or_else(|error| panic!("the default of `{}.{key}`: {error}", self.path));
        let value = self
            .read(key, &node)
            .unwrap_or_else(|| panic!("the default `{text}` of `{}.{key}` is refused", self.path));
        self.record(key, node.to_string(), Origin::Default);
        Some(Some(value))
    }

    /// The word given for a key that takes one of some words, or the default word.
    ///
    /// # Panics
    /// When the key is not declared as [`Takes::OneOf`], or its default is none of its words.
    pub fn get_word(&mut self, key: &str) -> Option<&'static str> {
        let Takes::OneOf(words) = self.declared(key).takes else {
            panic!("`{key}` of `{}` is not declared to take words", self.path);
        };
        if self.declared(key).default == Given::Required && self.table.get(key).is_none() {
            self.report_missing(self.declared(key));
            return None;
        }
        let word: String = self.optional(key)??;
        let known = words.iter().find(|known| **known == word).copied();
        if known.is_none() {
            let message = format!("`{word}` is not known");
            self.error(key, &message, suggestion(&word, words.iter().copied()));
        }
        known
    }

    /// The one key given of an exclusive group; none is reported, unless one is only misspelt.
    pub fn get_group(&mut self, group: &str) -> Option<&'static str> {
        let keys = self.keys;
        let given = keys.iter().find(|key| key.group == group && self.given(key.name));
        let is_misspelt = || keys.iter().any(|key| key.group == group && self.is_misspelt(key));
        if given.is_none() && !is_misspelt() {
            let path = match self.prefix.trim_end_matches('.') {
                "" => String::new(),
                path => format!("`{path}`: "),
            };
            let message = format!("{path}one of {} is needed", group_names(keys, group));
            self.report(self.place, &message, "none is given here");
        }
        given.map(|key| key.name)
    }

    fn declared(&self, key: &str) -> &'static Key {
        find(self.keys, key)
            .unwrap_or_else(|| panic!("`{key}` is not declared for `{}`", self.path))
    }

    /// Reports a missing key, unless it is only misspelt, which is reported already.
    fn report_missing(&mut self, key: &Key) {
        if self.is_misspelt(key) {
            return;
        }
        let message = format!("`{}{}` is missing", self.prefix, key.name);
        self.report(self.place, &message, format!("it takes {}", key.takes.what()));
    }

    /// Whether the table holds a name that is probably meant to be this key.
    fn is_misspelt(&self, key: &Key) -> bool {
        let names = || self.keys.iter().map(|key| key.name);
        let is_meant = |entry: &Entry| {
            find(self.keys, &entry.key).is_none() && nearest(&entry.key, names()) == Some(key.name)
        };
        self.table.entries.iter().any(is_meant)
    }

    fn read<T: FromNode>(&mut self, key: &str, node: &Node) -> Option<T> {
        self.point_at(key);
        T::from_node(node, &mut self.reading)
    }

    /// What is reported next is about this key.
    fn point_at(&mut self, key: &str) {
        self.reading.key = format!("{}{key}", self.prefix);
        self.reading.path = joined(&self.path, key);
    }

    fn record(&mut self, key: &str, value: String, origin: Origin) {
        // A value given as a table is recorded whole; only what it leaves out is added.
        if self.reading.inside_value && matches!(origin, Origin::Given | Origin::Profile) {
            return;
        }
        let path = joined(&self.path, key);
        if !self.reading.effective.iter().any(|effective| effective.path == path) {
            self.reading.effective.push(Effective { path, value, origin });
        }
    }

    /// Records the value that a key without one has by rule.
    pub fn note_computed(&mut self, key: &str, value: impl Display) {
        let text = value.to_string();
        let is_toml = parse::value(&text, self.place).is_ok();
        let text = if is_toml { text } else { format!("{text:?}") };
        self.record(self.declared(key).name, text, Origin::Computed);
    }

    /// Place of a key's value, or of the table when the key is not given.
    pub fn place(&self, key: &str) -> Place {
        self.table.get(key).map_or(self.place, |node| node.place)
    }

    /// Place of the table itself.
    pub fn table_place(&self) -> Place {
        self.place
    }

    /// The node of a key as it stands.
    pub fn node(&self, key: &str) -> Option<&'t Node> {
        self.table.get(key)
    }

    /// Whether the key is given.
    pub fn given(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// How messages about it begin: "component `db` (database)".
    pub fn subject(&self) -> &str {
        &self.reading.subject
    }

    /// Full path of the table: `components.db`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The kind of component, in a table whose kind decides its keys.
    pub fn kind(&self) -> Option<&'static str> {
        self.kind
    }

    /// What this reader reports to, for conversions by hand.
    pub fn reading(&mut self) -> &mut Reading<'r> {
        &mut self.reading
    }

    /// Reports what is wrong with a key's value; `message` follows the name of the table.
    pub fn error(&mut self, key: &str, message: &str, label: impl Into<String>) {
        let message = format!("`{}{key}`: {message}", self.prefix);
        self.report(self.place(key), &message, label);
    }

    /// Reports what is probably not meant with a key's value.
    pub fn warn(&mut self, key: &str, message: &str, label: impl Into<String>) {
        let place = self.place(key);
        self.point_at(key);
        let message = format!("{}: {message}", self.reading.naming());
        self.reading.problems.warn(place, message, label);
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn group_names(keys: &[Key], group: &str) -> String {
    let names: Vec<&str> =
        keys.iter().filter(|key| key.group == group).map(|key| key.name).collect();
    names.join(", ")
}

/// How messages name the table at a path: "component `db`" for `components.db`, "[users]".
fn subject(path: &str) -> String {
    match path.split_once('.') {
        None if path.is_empty() => String::new(),
        None => format!("[{path}]"),
        Some((section, name)) => {
            format!("{} `{name}`", section.strip_suffix('s').unwrap_or(section))
        }
    }
}

#[cfg(test)]
mod tests;
