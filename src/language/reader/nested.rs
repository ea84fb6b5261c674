//! Tables inside a table, and values under names the user chooses.

use super::{TableReader, joined, subject};
use crate::language::diagnostic::suggestion;
use crate::language::key::{Given, Key, Kind, PROFILE, Takes};
use crate::language::node::{Node, Table};
use crate::language::reading::{FromNode, Origin};
use crate::language::source::Place;

/// Stands for a table that is not given and all of whose keys may be absent.
static NO_TABLE: Table = Table::new();

impl<'t> TableReader<'t, '_> {
    /// A reader of a nested table. One that is not given is read as empty when its default is
    /// `{}`, is reported when it is required, and else yields `None`.
    ///
    /// # Panics
    /// When the key is not declared as [`Takes::Table`].
    pub fn table(&mut self, key: &str) -> Option<TableReader<'t, '_>> {
        let declared = self.declared(key);
        let Takes::Table(keys) = declared.takes else {
            panic!("`{key}` of `{}` is not declared to be a table", self.path);
        };
        let (table, place) = match self.table.get(key) {
            Some(node) => (self.expect_table(key, node)?, node.place),
            None if matches!(declared.default, Given::Text(_)) => (&NO_TABLE, self.place),
            None => {
                if declared.default == Given::Required {
                    self.report_missing(declared);
                }
                return None;
            }
        };
        let path = joined(&self.path, key);
        let mut reading = self.reading.reborrow();
        let prefix = if self.path.is_empty() {
            reading.subject = subject(&path);
            String::new()
        } else {
            format!("{}{key}.", self.prefix)
        };
        Some(TableReader::made(table, place, keys, None, path, prefix, reading))
    }

    /// A reader of the table behind `key`, inside a value that is read as a whole and whose forms
    /// are not declared as [`Takes::Table`]; `None` when it is absent, or reported as no table.
    pub fn value_table(&mut self, key: &str, keys: &'static [Key]) -> Option<TableReader<'t, '_>> {
        let node = self.node(key)?;
        self.point_at(key);
        self.reading.table(node, keys)
    }

    /// As [`Self::value_table`], of a changed copy of the node behind `key`.
    pub fn changed_value_table<'n>(
        &mut self,
        key: &str,
        node: &'n Node,
        keys: &'static [Key],
    ) -> Option<TableReader<'n, '_>> {
        self.point_at(key);
        self.reading.table(node, keys)
    }

    /// A reader of a changed copy of this table; what takes effect in it is not recorded, except
    /// where this table says nothing.
    pub fn changed<'n>(&mut self, table: &'n Table) -> TableReader<'n, '_> {
        let mut reading = self.reading.reborrow();
        reading.inside_value = true;
        let (path, prefix) = (self.path.clone(), self.prefix.clone());
        TableReader::made(table, self.place, self.keys, self.kind, path, prefix, reading)
    }

    /// Records a user-named table as a value that takes effect whole.
    ///
    /// # Panics
    /// When `name` is none of [`Self::names`].
    pub fn note_named(&mut self, key: &str, name: &str) {
        let node = self.table.get(key).and_then(Node::table).and_then(|tables| tables.get(name));
        let text = node.expect("it is one of the names").to_string();
        self.record(&joined(key, name), text, Origin::Given);
    }

    /// The table as it stands.
    pub fn as_table(&self) -> &'t Table {
        self.table
    }

    /// The keys it is declared to take.
    pub fn keys(&self) -> &'static [Key] {
        self.keys
    }

    /// The names under a key that holds user-named tables or values, with their places; anything
    /// but a table is reported.
    pub fn names(&mut self, key: &str) -> Vec<(&'t str, Place)> {
        let Some(node) = self.table.get(key) else { return Vec::new() };
        let Some(table) = self.expect_table(key, node) else { return Vec::new() };
        table.entries.iter().map(|entry| (entry.key.as_str(), entry.key_place)).collect()
    }

    /// A reader of one user-named table; a wrong one, or one of no known kind, is reported.
    ///
    /// # Panics
    /// When the key is not declared to hold named tables, or `name` is none of [`Self::names`].
    pub fn named_table(&mut self, key: &str, name: &str) -> Option<TableReader<'t, '_>> {
        let declared = self.declared(key);
        let path = joined(&joined(&self.path, key), name);
        let node = self
            .table
            .get(key)
            .and_then(Node::table)
            .and_then(|tables| tables.get(name))
            .unwrap_or_else(|| panic!("`{path}` does not exist"));
        let named = subject(&format!("{key}.{name}"));
        let Some(table) = node.table() else {
            let message = format!("{named} must be a table, not {}", node.value.what());
            self.report(node.place, &message, format!("write {name} = {{ ... }}"));
            return None;
        };
        let (keys, kind) = match declared.takes {
            Takes::TableOf(keys) => (keys, None),
            Takes::TablesByKind(kinds) => {
                let kind = self.known_kind(&named, table, node.place, &kinds())?;
                (kind.keys, Some(kind.name))
            }
            _ => panic!("`{key}` of `{}` does not hold named tables", self.path),
        };
        let mut reading = self.reading.reborrow();
        reading.profile_at = table.get(PROFILE).filter(|_| kind.is_some()).map(|node| node.place);
        let prefix = if self.path.is_empty() {
            reading.subject = kind.map_or(named.clone(), |kind| format!("{named} ({kind})"));
            String::new()
        } else {
            format!("{}{key}.{name}.", self.prefix)
        };
        let mut reader = TableReader::made(table, node.place, keys, kind, path, prefix, reading);
        if let Some(kind) = kind {
            reader.record("kind", format!("{kind:?}"), Origin::Given);
        }
        Some(reader)
    }

    /// Reads one user-named value under a key declared as [`Takes::MapOf`].
    ///
    /// # Panics
    /// When `name` is none of [`Self::names`].
    pub fn named<T: FromNode>(&mut self, key: &str, name: &str) -> Option<T> {
        let path = joined(key, name);
        let node = self
            .table
            .get(key)
            .and_then(Node::table)
            .and_then(|values| values.get(name))
            .unwrap_or_else(|| panic!("`{}` does not exist", joined(&self.path, &path)));
        let value = self.read(&path, node)?;
        let origin = self.reading.origin(node.place);
        self.record(&path, node.to_string(), origin);
        Some(value)
    }

    fn expect_table(&mut self, key: &str, node: &'t Node) -> Option<&'t Table> {
        let table = node.table();
        if table.is_none() {
            let label = format!("this is {}", node.value.what());
            self.error(key, "a table is needed", label);
        }
        table
    }

    fn known_kind(
        &mut self,
        named: &str,
        table: &Table,
        place: Place,
        kinds: &[Kind],
    ) -> Option<Kind> {
        let names = kinds.iter().map(|kind| kind.name);
        let Some(node) = table.get("kind") else {
            let accepted: Vec<&str> = names.collect();
            let label = format!("one of {}", accepted.join(", "));
            self.report(place, &format!("{named}: `kind` is missing"), label);
            return None;
        };
        let word = node.text().unwrap_or("");
        let known = kinds.iter().find(|kind| kind.name == word).copied();
        if known.is_none() {
            let message = format!("{named}: kind {node} is not known");
            self.report(node.place, &message, suggestion(word, names));
        }
        known
    }
}
