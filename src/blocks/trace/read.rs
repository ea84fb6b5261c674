//! How a scenario names a trace: `trace = "file.csv", column = "x", where = { run = "open" }`.

use super::{Fault, TimeUnit, TraceError, TraceFile};
use crate::language::diagnostic::suggestion;
use crate::language::key::CustomValue;
use crate::language::node::{Node, Value};
use crate::language::reader::TableReader;
use crate::language::reading::{FromNode, Reading};

/// Words for the units of a column of durations.
pub const UNITS: &[&str] = &["s", "ms", "us", "ns"];

/// Words for the ways a column of times is written: the units, and dates.
pub const TIME_UNITS: &[&str] = &["s", "ms", "us", "ns", "calendar"];

/// How the scenario language describes a filter.
pub static FILTER: CustomValue = CustomValue {
    name: "a filter of rows",
    accepts: "columns and what they must hold: `{ run = \"open_exp\" }`",
    schema: || serde_json::json!({ "type": "object", "minProperties": 1 }),
};

/// Columns and what a row must hold there.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Filter(pub Vec<(String, String)>);

impl FromNode for Filter {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Filter> {
        let label = || format!("it takes {}", FILTER.accepts);
        let Some(table) = node.table().filter(|table| !table.entries.is_empty()) else {
            return reading.mismatch(node, FILTER.name, label());
        };
        let mut wanted = Vec::new();
        for entry in &table.entries {
            let value = match &entry.node.value {
                Value::Text(text) => text.clone(),
                Value::Integer(_) | Value::Float(_) | Value::Flag(_) => entry.node.to_string(),
                Value::List(_) | Value::Table(_) => {
                    return reading.mismatch(&entry.node, FILTER.name, label());
                }
            };
            wanted.push((entry.key.clone(), value));
        }
        Some(Filter(wanted))
    }
}

/// The unit one of [`TIME_UNITS`] stands for.
///
/// # Panics
/// When the word is none of them.
pub fn unit(word: &str) -> TimeUnit {
    match word {
        "s" => TimeUnit::Seconds,
        "ms" => TimeUnit::Milliseconds,
        "us" => TimeUnit::Microseconds,
        "ns" => TimeUnit::Nanoseconds,
        "calendar" => TimeUnit::Calendar,
        _ => panic!("`{word}` is no unit of a trace"),
    }
}

/// The file under `file_key`, relative to the file that names it, with the filter under `where`.
pub fn file(reader: &mut TableReader<'_, '_>, file_key: &'static str) -> Option<TraceFile> {
    let name = reader.get::<String>(file_key);
    let filter = reader.optional::<Filter>("where");
    let place = reader.place(file_key);
    let path = reader.reading().resolve(place, &name?);
    Some(TraceFile { path, filter: filter?.unwrap_or_default().0 })
}

/// Reports a fault at the key it lies with: one of a column at the one of `column_keys` that asks
/// for it, one of the filter at `where`, everything else at the file.
pub fn report(
    error: &TraceError,
    file_key: &str,
    column_keys: &[&str],
    reader: &mut TableReader<'_, '_>,
) {
    match &error.fault {
        Fault::MissingColumn { wanted, present } => {
            let key = key_of(wanted, column_keys, reader).unwrap_or("where");
            let message = format!("`{}` has no column `{wanted}`", error.file.display());
            let label = suggestion(wanted, present.iter().map(String::as_str));
            reader.error(key, &message, label);
        }
        Fault::Unreadable(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            let message = format!("`{}` does not exist", error.file.display());
            reader.error(file_key, &message, "file names are relative to the file they stand in");
        }
        Fault::Unreadable(cause) if cause.kind() == std::io::ErrorKind::IsADirectory => {
            let message = format!("`{}` is a folder", error.file.display());
            reader.error(file_key, &message, "name a CSV file in it");
        }
        Fault::NothingMatches(_) => reader.error("where", &error.to_string(), ""),
        Fault::Unparsable { column, .. }
        | Fault::TimeGoesBack { column, .. }
        | Fault::TooLong { column, .. }
        | Fault::AmbiguousColumn(column) => {
            let key = key_of(column, column_keys, reader).unwrap_or("where");
            reader.error(key, &error.to_string(), "");
        }
        _ => reader.error(file_key, &error.to_string(), ""),
    }
}

/// The key whose value is this column; else it is the filter that asks for it.
fn key_of<'k>(
    column: &str,
    column_keys: &[&'k str],
    reader: &TableReader<'_, '_>,
) -> Option<&'k str> {
    let asks = |key: &&&str| reader.node(key).and_then(Node::text) == Some(column);
    column_keys.iter().find(asks).copied()
}

#[cfg(test)]
pub(crate) mod testing {
    //! Values read beside small traces.

    use crate::language::diagnostic::Problems;
    use crate::language::key::Key;
    use crate::language::parse;
    use crate::language::reader::TableReader;
    use crate::language::reading::{FromNode, Reading};
    use crate::language::source::{Place, SourceId, Sources};

    /// What `value = TEXT` reads as by the only key of `keys`, or all problems, each as
    /// "message | what is marked | label".
    pub fn read<T: FromNode>(keys: &'static [Key], text: &str) -> Result<T, Vec<String>> {
        let folder = tempfile::tempdir().expect("the system has a temporary folder");
        let trace = "run,service,page\nopen,1.5,a\nopen,2,b\nclosed,7,a\n";
        std::fs::write(folder.path().join("trace.csv"), trace).expect("the folder is ours");
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        let source = sources.add("a.toml", &format!("value = {text}"), folder.path());
        let table = parse::document(source, &sources, &mut problems).expect("it is TOML");
        let mut effective = Vec::new();
        let mut reading = Reading::new(&mut problems, &sources, &mut effective);
        let whole = Place { source: SourceId(0), start: 0, end: 0 };
        let value = TableReader::new("", &table, whole, keys, &mut reading).get(keys[0].name);
        let folder = format!("{}/", folder.path().display());
        let told: Vec<String> = problems
            .sorted()
            .into_iter()
            .map(|problem| {
                let marked = problem.place.map_or("", |place| sources.excerpt(place));
                let message = problem.message.replace(&folder, "");
                format!("{message} | {marked} | {}", problem.label)
            })
            .collect();
        value.filter(|_| told.is_empty()).ok_or(told)
    }

    /// Checks the one problem that each of some texts brings.
    pub fn check_problems<T: FromNode>(keys: &'static [Key], cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let problems = read::<T>(keys, text).err();
            assert_eq!(problems, Some(vec![(*expected).to_owned()]), "{text}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::key::{Key, Takes};

    const KEYS: &[Key] = &[Key::required("value", Takes::Custom(&FILTER), "A filter.")];

    #[test]
    fn filters_hold_texts_and_numbers() {
        let filter: Filter = testing::read(KEYS, "{ run = \"open\", rate = 1400, on = true }")
            .expect("it is a filter");
        let pair = |name: &str, wanted: &str| (name.to_owned(), wanted.to_owned());
        assert_eq!(filter.0, [pair("run", "open"), pair("rate", "1400"), pair("on", "true")]);
    }

    #[test]
    fn wrong_filters_are_refused() {
        testing::check_problems::<Filter>(
            KEYS,
            &[
                (
                    "{}",
                    "`value` must be a filter of rows | {} | it takes columns and what \
                     they must hold: `{ run = \"open_exp\" }`",
                ),
                (
                    "\"open\"",
                    "`value` must be a filter of rows | \"open\" | it takes columns and \
                     what they must hold: `{ run = \"open_exp\" }`",
                ),
                (
                    "{ run = [\"open\"] }",
                    "`value` must be a filter of rows | [\"open\"] | it takes columns \
                     and what they must hold: `{ run = \"open_exp\" }`",
                ),
            ],
        );
    }

    #[test]
    fn every_word_has_a_unit() {
        for word in TIME_UNITS.iter().chain(UNITS) {
            unit(word);
        }
        assert_eq!(unit("us"), TimeUnit::Microseconds);
    }
}
