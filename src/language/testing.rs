//! A small language of scenarios for the tests of this layer.

use std::path::Path;

use super::diagnostic::Problems;
use super::key::{CustomValue, Key, Kind, Takes};
use super::load::load;
use super::merge::remove_none;
use super::node::{Node, Table};
use super::parse;
use super::reading::{Effective, Reading};
use super::source::{Place, SourceId, Sources};

static KEYS_OF_DATA: CustomValue = CustomValue {
    name: "a number of keys",
    accepts: "a count or { per_user = 5 }",
    schema: || serde_json::json!(true),
};

const USERS: &[Key] = &[
    Key::required("count", Takes::Count, "Active users."),
    Key::optional("rate", Takes::Rate, "Requests of each.").in_group("load"),
    Key::optional("think", Takes::Duration, "Pause of each.").in_group("load"),
    Key::optional("growth", Takes::Growth, "Growth."),
];

const REPLICAS: &[Key] = &[
    Key::required("count", Takes::Count, "Replicas of each shard."),
    Key::with_default("lag", Takes::Duration, "\"20ms\"", "Delay of visibility."),
];

const DATABASE: &[Key] = &[
    Key::required("cores", Takes::Count, "Cores of a node."),
    Key::with_default("connections", Takes::Limit, "\"unlimited\"", "Connections."),
    Key::computed("workers", Takes::Count, "as many as cores", "Workers."),
    Key::with_default("order", Takes::OneOf(&["none", "fifo"]), "\"none\"", "Order of apply."),
    Key::optional("read_time", Takes::Distribution, "Time of a read."),
    Key::optional("memory", Takes::Size, "Buffer pool."),
    Key::optional("holds", Takes::Names, "What it holds."),
    Key::optional("replicas", Takes::Table(REPLICAS), "Copies."),
];

const CACHE: &[Key] = &[Key::required("memory", Takes::Size, "Memory of a node.")];

fn kinds() -> Vec<Kind> {
    vec![
        Kind { name: "database", keys: DATABASE, meaning: "Keeps rows." },
        Kind { name: "cache", keys: CACHE, meaning: "Keeps copies." },
    ]
}

const DATA: &[Key] = &[
    Key::required("keys", Takes::Custom(&KEYS_OF_DATA), "How many keys."),
    Key::optional("locality", Takes::Fraction, "Share of near draws."),
];

const RUN: &[Key] = &[
    Key::with_default("repeats", Takes::Count, "8", "Repeats."),
    Key::with_default("seed", Takes::Seed, "42", "Where draws start."),
];

/// The declarations of the small language.
pub const ROOT: &[Key] = &[
    Key::optional("title", Takes::Text, "Title.").not_inherited(),
    Key::optional("extends", Takes::File, "The file it starts from.").not_inherited(),
    Key::required("users", Takes::Table(USERS), "The users."),
    Key::with_default("run", Takes::Table(RUN), "{}", "The run."),
    Key::optional("data", Takes::TableOf(DATA), "The data."),
    Key::optional("components", Takes::TablesByKind(kinds), "The components."),
    Key::optional("rtt", Takes::MapOf(&Takes::Duration), "Round trips."),
    Key::optional("graduate", Takes::MapOf(&Takes::Condition), "Thresholds.").not_inherited(),
];

/// The place that a whole scenario has.
pub const NOWHERE: Place = Place { source: SourceId(0), start: 0, end: 0 };

/// Parses `text` as the file `a.toml`.
///
/// # Panics
/// When it is no TOML.
pub fn parsed(text: &str, sources: &mut Sources) -> Table {
    let mut problems = Problems::new();
    let source = sources.add("a.toml", text, Path::new("folder"));
    parse::document(source, sources, &mut problems)
        .unwrap_or_else(|| panic!("{}", problems.render(sources, false)))
}

/// What `read` makes of `text`, the problems as rendered, and what takes effect.
pub fn read<T>(
    text: &str,
    read: impl FnOnce(&Table, &mut Reading<'_>) -> T,
) -> (T, String, Vec<Effective>) {
    let mut sources = Sources::new();
    let table = parsed(text, &mut sources);
    let (mut problems, mut effective) = (Problems::new(), Vec::new());
    let result = read(&table, &mut Reading::new(&mut problems, &sources, &mut effective));
    (result, problems.render(&sources, false), effective)
}

/// Loads `files` (name and content; the first is run) from a folder of their own, and gives the
/// scenario as TOML text, or the problems with the folder's name cut out.
pub fn loaded(files: &[(&str, &str)], sets: &[&str]) -> Result<String, String> {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).expect("the folder is ours");
    }
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let (mut sources, mut problems) = (Sources::new(), Problems::new());
    let path = folder.path().join(files[0].0);
    let table = load(&path, ROOT, &sets, &mut sources, &mut problems);
    let shown = format!("{}/", folder.path().display());
    match table {
        Some(mut table) if problems.is_empty() => {
            remove_none(&mut table, ROOT);
            Ok(table.to_string())
        }
        _ => Err(problems.render(&sources, false).replace(&shown, "")),
    }
}

/// The value at a path of keys.
pub fn at<'t>(table: &'t Table, path: &[&str]) -> Option<&'t Node> {
    let (first, rest) = path.split_first()?;
    let node = table.get(first)?;
    if rest.is_empty() { Some(node) } else { at(node.table()?, rest) }
}
