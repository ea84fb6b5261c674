//! Profiles: the figures of well-known stores, laid under what a database says of itself.
//!
//! `profiles.toml` is the data: a table for each profile, and in it a table for each figure with
//! its `value` and its `source`. What must hold: no figure is without a source, so one whose source
//! is not known cannot be read at all; an assumption is called one; every key is a key of
//! `database`.
//!
//! To add a profile: its tables in `profiles.toml`, its name in [`NAMES`], its row in the README.

use std::path::Path;
use std::sync::LazyLock;

use crate::components::work::Work;
use crate::language::diagnostic::Problems;
use crate::language::node::{Entry, Node, Table, Value};
use crate::language::parse;
use crate::language::quantity::{Count, Rate};
use crate::language::reading::{FromNode, Reading};
use crate::language::source::Sources;

/// The names of all profiles, in the order of the data.
pub const NAMES: &[&str] = &[
    "postgresql",
    "mysql",
    "mongodb",
    "cassandra",
    "redis",
    "dynamodb",
    "clickhouse",
    "elasticsearch",
    "cockroachdb",
    "yugabytedb",
    "spanner",
    "dynamodb_global",
];

/// The figures of one store.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The word in `profile = "..."`.
    pub name: String,
    /// Which store, set up in which way, and what the figures leave out.
    pub meaning: String,
    /// Its figures, in the order of the data.
    pub figures: Vec<Figure>,
    /// The figures as a database's table.
    pub table: Table,
}

/// One value that a profile sets.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The key of `database`, with the section it is in: `replicas.mode`.
    pub key: String,
    /// The value as TOML text.
    pub value: String,
    /// Where it comes from; an assumption begins with that word.
    pub source: String,
}

/// What a node does at most, by arithmetic from its cores and its disk.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Capacity {
    /// Reads of what is in memory, in 1/s.
    pub reads: f64,
    /// Writes taken from clients, in 1/s.
    pub writes: f64,
}

const DATA: &str = include_str!("profiles.toml");

static ALL: LazyLock<Vec<Profile>> =
    LazyLock::new(|| read(DATA).unwrap_or_else(|fault| panic!("profiles.toml: {fault}")));

/// All profiles, in the order of the data.
pub fn all() -> &'static [Profile] {
    &ALL
}

/// The profile of this name.
pub fn profile(name: &str) -> Option<&'static Profile> {
    all().iter().find(|profile| profile.name == name)
}

/// Keys of replicas that `otherwise` says together.
const SAID_BY_OTHERWISE: [&str; 5] = ["mode", "wait_for", "reads", "pin", "bound"];

impl Profile {
    /// What it says beside what a component says itself: `otherwise` goes before the profile's own
    /// choice of the same.
    pub fn beside(&self, component: &Table) -> Table {
        let mut table = self.table.clone();
        if component.get("otherwise").is_some()
            && let Some(Value::Table(replicas)) =
                table.get_mut("replicas").map(|node| &mut node.value)
        {
            for key in SAID_BY_OTHERWISE {
                replicas.remove(key);
            }
        }
        table
    }
}

/// The profiles that a text declares; else what is wrong with it.
fn read(text: &str) -> Result<Vec<Profile>, String> {
    let (mut sources, mut problems) = (Sources::new(), Problems::new());
    let source = sources.add("profiles.toml", text, Path::new(""));
    let Some(document) = parse::document(source, &sources, &mut problems) else {
        return Err(problems.render(&sources, false));
    };
    document.entries.iter().map(read_profile).collect()
}

fn read_profile(entry: &Entry) -> Result<Profile, String> {
    let name = entry.key.clone();
    let mut written = entry.node.table().ok_or_else(|| format!("`{name}` is no table"))?.clone();
    let meaning = written.remove("meaning");
    let meaning = meaning.as_ref().and_then(|meaning| meaning.node.text());
    let meaning = meaning.ok_or_else(|| format!("`{name}` has no meaning"))?.to_owned();
    let mut figures = Vec::new();
    let table =
        read_section(&written, "", &mut figures).map_err(|fault| format!("`{name}`: {fault}"))?;
    Ok(Profile { name, meaning, figures, table })
}

/// The values of a section without their sources; its figures join the others.
fn read_section(written: &Table, prefix: &str, figures: &mut Vec<Figure>) -> Result<Table, String> {
    let mut section = Table::new();
    for entry in &written.entries {
        let key = format!("{prefix}{}", entry.key);
        let inner = entry.node.table().ok_or_else(|| format!("`{key}` has no source"))?;
        let node = if inner.get("value").is_some() || inner.get("source").is_some() {
            let figure = read_figure(key, inner)?;
            let node = inner.get("value").cloned();
            figures.push(figure);
            node.expect("a figure was read, so it has a value")
        } else {
            let table = read_section(inner, &format!("{key}."), figures)?;
            Node { value: Value::Table(table), place: entry.node.place }
        };
        section.insert(Entry { node, ..entry.clone() });
    }
    Ok(section)
}

fn read_figure(key: String, written: &Table) -> Result<Figure, String> {
    if let Some(other) =
        written.entries.iter().find(|entry| !["value", "source"].contains(&entry.key.as_str()))
    {
        return Err(format!("`{key}.{}` is neither value nor source", other.key));
    }
    let value = written.get("value").ok_or_else(|| format!("`{key}` has no value"))?.to_string();
    let source = written.get("source").and_then(Node::text).map_or("", str::trim);
    if source.is_empty() {
        return Err(format!("`{key}` has no source"));
    }
    Ok(Figure { key, value, source: source.to_owned() })
}

impl Profile {
    /// What a node does at most.
    pub fn capacity(&self) -> Capacity {
        let cores = self.value::<Count>("cores").map_or(1.0, |cores| cores.0 as f64);
        let rate = |key: &str| {
            let mean = self.value::<Work>(key).and_then(|work| work.mean());
            mean.map(|mean| cores / mean)
        };
        let reads = rate("read_time").unwrap_or(f64::INFINITY);
        let writes = rate("write_time").unwrap_or(reads);
        let disk = self.table.get("disk_time").and_then(|_| self.value::<Rate>("iops"));
        Capacity { reads, writes: disk.map_or(writes, |disk| writes.min(disk.0)) }
    }

    /// The value of a key, if the profile sets it.
    fn value<T: FromNode>(&self, key: &str) -> Option<T> {
        let (sources, mut problems, mut effective) = (Sources::new(), Problems::new(), Vec::new());
        T::from_node(
            self.table.get(key)?,
            &mut Reading::new(&mut problems, &sources, &mut effective),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::kind;
    use crate::language::key::{Key, Takes, find};

    #[test]
    fn the_names_are_those_of_the_data() {
        let names: Vec<&str> = all().iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(names, NAMES);
    }

    #[test]
    fn every_figure_sets_a_key_of_a_database_and_says_where_it_comes_from() {
        for profile in all() {
            assert!(profile.meaning.ends_with('.'), "{}: {}", profile.name, profile.meaning);
            for key in ["cores", "read_time", "write_time", "scan_time", "connections"] {
                let is_set = profile.figures.iter().any(|figure| figure.key == key);
                assert!(is_set, "{} lacks `{key}`", profile.name);
            }
            for Figure { key, source, .. } in &profile.figures {
                let name = format!("{}: `{key}`", profile.name);
                assert!(is_declared(key), "{name} is no key of a database");
                let is_public = source.contains("://");
                let is_ours = source.contains("measured");
                let is_assumed = source.starts_with("assumption: ");
                assert!(is_public || is_ours || is_assumed, "{name}: {source}");
                assert!(source.len() > 30, "{name}: {source}");
            }
        }
    }

    fn is_declared(path: &str) -> bool {
        let mut keys: &'static [Key] = kind("database").expect("it is in the list").keys;
        for word in path.split('.') {
            let Some(key) = find(keys, word) else { return false };
            keys = if let Takes::Table(inner) = key.takes { inner } else { &[] };
        }
        path != "profile"
    }

    #[test]
    fn a_figure_without_a_source_cannot_be_read() {
        for (text, fault) in [
            ("a.meaning = \"A.\"\na.cores = 4", "`a`: `cores` has no source"),
            ("a.meaning = \"A.\"\na.cores.value = 4", "`a`: `cores` has no source"),
            (
                "a.meaning = \"A.\"\na.cores = { value = 4, source = \" \" }",
                "`a`: `cores` has no source",
            ),
            (
                "a.meaning = \"A.\"\na.replicas.count = { source = \"here\" }",
                "`a`: `replicas.count` has no value",
            ),
            (
                "a.meaning = \"A.\"\na.cores = { value = 4, source = \"b\", year = 5 }",
                "`a`: `cores.year` is neither value nor source",
            ),
            ("a.cores = { value = 4, source = \"here\" }", "`a` has no meaning"),
            ("a = 5", "`a` is no table"),
        ] {
            assert_eq!(read(text).err().as_deref(), Some(fault), "{text}");
        }
    }

    #[test]
    fn capacity_is_cores_over_time_and_no_more_than_the_disk_starts() {
        let text = "a.meaning = \"A.\"\n\
                    a.cores = { value = 4, source = \"b\" }\n\
                    a.read_time = { value = { exponential = \"1ms\" }, source = \"b\" }\n\
                    a.write_time = { value = \"2ms\", source = \"b\" }\n";
        let capacity = |text: &str| read(text).expect("it is sound")[0].capacity();
        // 4 cores / 1 ms and 4 cores / 2 ms.
        assert_eq!(capacity(text), Capacity { reads: 4000.0, writes: 2000.0 });
        let disk = "a.disk_time = { value = \"1ms\", source = \"b\" }\n\
                    a.iops = { value = \"500/s\", source = \"b\" }";
        let with_disk = capacity(&format!("{text}{disk}"));
        assert_eq!(with_disk, Capacity { reads: 4000.0, writes: 500.0 });
    }
}
