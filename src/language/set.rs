//! Single values set from outside the file: `--set path=value`, and the axes of sweeps.
//!
//! Paths are canonical (`components.db.cores`); where the first word is a component and no section,
//! `db.cores` is short for it. The text after `=` is TOML, or plain text when it is not:
//! `--set users.count=10K` needs no quotes.

use std::path::Path;

use super::diagnostic::Problems;
use super::key::{Key, Takes, find};
use super::merge::merge;
use super::node::{Entry, Node, Table, Value};
use super::parse;
use super::source::{Place, SourceId, Sources};

/// Lays one `--set` over the scenario; `text` is `path=value` as typed.
pub fn set(
    scenario: &mut Table,
    text: &str,
    root: &'static [Key],
    sources: &mut Sources,
    problems: &mut Problems,
) {
    set_by("--set", scenario, text, root, sources, problems);
}

/// As [`set`], for a text that was given by another option; problems then name that one.
pub fn set_by(
    option: &str,
    scenario: &mut Table,
    text: &str,
    root: &'static [Key],
    sources: &mut Sources,
    problems: &mut Problems,
) {
    let source = sources.add(option, text, Path::new(""));
    let Some(above) = overlay(text, source, sources, problems) else { return };
    for entry in &above.entries {
        if entry.key == "extends" {
            problems.error(
                entry.key_place,
                "`extends` cannot be set from outside the file",
                "run the other file",
            );
        }
    }
    let above = canonical(scenario, above, root);
    merge(scenario, above, root);
}

/// Lays `node` over the scenario at a path such as `components.db.cores` or `db.cores`.
pub fn set_value(scenario: &mut Table, path: &str, node: Node, root: &'static [Key]) {
    let place = node.place;
    let nested = path.rsplit('.').fold(node, |node, key| {
        let entry = Entry { key: key.to_owned(), key_place: place, node };
        Node { value: Value::Table(Table { entries: vec![entry] }), place }
    });
    if let Value::Table(above) = nested.value {
        let above = canonical(scenario, above, root);
        merge(scenario, above, root);
    }
}

/// Moves entries that begin with a component's name below the section of components.
fn canonical(scenario: &Table, above: Table, root: &'static [Key]) -> Table {
    let Some(section) = root.iter().find(|key| matches!(key.takes, Takes::TablesByKind(_))) else {
        return above;
    };
    let components = scenario.get(section.name).and_then(Node::table);
    let is_short = |entry: &Entry| {
        find(root, &entry.key).is_none()
            && components.is_some_and(|components| components.get(&entry.key).is_some())
    };
    let (short, mut long): (Vec<Entry>, Vec<Entry>) = above.entries.into_iter().partition(is_short);
    for entry in short {
        let place = entry.key_place;
        let inner = long.iter_mut().find(|entry| entry.key == section.name);
        match inner.map(|entry| &mut entry.node.value) {
            Some(Value::Table(inner)) => inner.insert(entry),
            _ => {
                let value = Value::Table(Table { entries: vec![entry] });
                let node = Node { value, place };
                long.push(Entry { key: section.name.to_owned(), key_place: place, node });
            }
        }
    }
    Table { entries: long }
}

/// The table that a `--set` stands for, its places in `source`, which is named after the option.
fn overlay(
    text: &str,
    source: SourceId,
    sources: &Sources,
    problems: &mut Problems,
) -> Option<Table> {
    let whole = Place { source, start: 0, end: text.len() as u32 };
    let option = &sources.get(source).name;
    let Some((path, value)) = text.split_once('=') else {
        let message = format!("`{option}` takes path=value");
        problems.error(whole, message, "as in users.count=10K");
        return None;
    };
    let word = value.trim();
    if word.is_empty() {
        problems.error(whole, format!("`{option}` lacks a value"), "\"none\" removes a key");
        return None;
    }
    let mut as_toml = Problems::new();
    let parsed = parse::document(source, sources, &mut as_toml);
    if parsed.as_ref().is_some_and(|table| !table.entries.is_empty()) {
        return parsed;
    }
    if word.starts_with(['{', '[', '"', '\'']) {
        // Meant as TOML, so its own errors help more than a text with brackets in it.
        problems.absorb(as_toml);
        return None;
    }
    let Some(mut table) = path_alone(path, source) else {
        let label = "words of letters, digits, _ and -, joined by dots";
        problems.error(whole, format!("`{option}` takes a path before `=`"), label);
        return None;
    };
    let start = (text.len() - value.trim_start().len()) as u32;
    let place = Place { source, start, end: start + word.len() as u32 };
    fill(&mut table, &Node { value: Value::Text(word.to_owned()), place });
    Some(table)
}

/// The tables of a path, as TOML reads it in front of a value that cannot fail.
fn path_alone(path: &str, source: SourceId) -> Option<Table> {
    let mut sources = Sources::new();
    let id = sources.add("--set", &format!("{path}=0"), Path::new(""));
    let mut table = parse::document(id, &sources, &mut Problems::new())?;
    place_in(&mut table, source);
    (!table.entries.is_empty()).then_some(table)
}

/// Moves all places of a table to another source with the same beginning.
fn place_in(table: &mut Table, source: SourceId) {
    for entry in &mut table.entries {
        entry.key_place.source = source;
        entry.node.place.source = source;
        if let Value::Table(inner) = &mut entry.node.value {
            place_in(inner, source);
        }
    }
}

/// Replaces the one value at the end of a chain of tables.
fn fill(table: &mut Table, leaf: &Node) {
    for entry in &mut table.entries {
        match &mut entry.node.value {
            Value::Table(inner) => fill(inner, leaf),
            _ => entry.node = leaf.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::testing::{NOWHERE, ROOT, at, loaded, parsed};

    const FILE: &str = "users = { count = 5, rate = \"4/min\" }\n\
                        components.db = { kind = \"database\", cores = 2 }";

    /// What one `--set` makes of a small scenario.
    fn with(text: &str) -> Result<String, String> {
        loaded(&[("a.toml", FILE)], &[text])
    }

    #[test]
    fn values_are_toml_or_plain_text() {
        for (text, part) in [
            ("users.count=10K", "count = \"10K\""),
            ("users.count = 10K", "count = \"10K\""),
            ("users.count=\"10K\"", "count = \"10K\""),
            ("users.count=10", "count = 10"),
            ("users.rate=1200/s", "rate = \"1200/s\""),
            ("title=Two words", "title = \"Two words\""),
            ("data.posts={ keys = 7 }", "data = { posts = { keys = 7 } }"),
        ] {
            let scenario = with(text).unwrap_or_else(|problems| panic!("{problems}"));
            assert!(scenario.contains(part), "{text}: {scenario}");
        }
    }

    #[test]
    fn a_component_may_stand_first() {
        let expected = with("components.db.cores=4").expect("a canonical path");
        assert!(expected.contains("cores = 4"), "{expected}");
        assert_eq!(with("db.cores=4"), Ok(expected));
        // A section's name wins, and other words stay as they are, to be reported as unknown.
        assert!(
            with("users.cores=4")
                .is_ok_and(|scenario| scenario.contains("rate = \"4/min\", cores = 4"))
        );
        assert!(with("bd.cores=4").is_ok_and(|scenario| scenario.contains("bd = { cores = 4 }")));
    }

    #[test]
    fn it_is_one_mechanism_with_extending() {
        assert!(with("users.rate=none").is_ok_and(|scenario| !scenario.contains("rate")));
        assert!(with("users.think=10s").is_ok_and(|scenario| !scenario.contains("rate")));
        assert!(with("db=none").is_ok_and(|scenario| scenario.contains("components = {}")));
    }

    #[test]
    fn refusals_show_the_text_as_typed() {
        for (text, message) in [
            ("users.count", "`--set` takes path=value"),
            ("users.count=", "`--set` lacks a value"),
            ("=4", "`--set` takes a path before `=`"),
            ("users count=10K", "`--set` takes a path before `=`"),
            ("data={ keys = ", "not TOML"),
            ("extends=b.toml", "`extends` cannot be set"),
        ] {
            let problems = with(text).expect_err(text);
            assert!(problems.contains(message), "{text}: {problems}");
            assert!(problems.contains("--set:1:"), "{text}: {problems}");
        }
    }

    #[test]
    fn nodes_are_set_by_the_same_rules() {
        let mut sources = Sources::new();
        let mut scenario = parsed(FILE, &mut sources);
        let number = |number| Node { value: Value::Integer(number), place: NOWHERE };
        set_value(&mut scenario, "db.cores", number(16), ROOT);
        set_value(&mut scenario, "users.count", number(9), ROOT);
        assert_eq!(at(&scenario, &["components", "db", "cores"]), Some(&number(16)));
        assert_eq!(at(&scenario, &["users", "count"]), Some(&number(9)));
        assert!(at(&scenario, &["users", "rate"]).is_some());
    }
}
