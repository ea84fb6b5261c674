//! TOML text to nodes with places; every syntax error is reported, not only the first.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::diagnostic::Problems;
use super::node::{Entry, Node, Table, Value};
use super::source::{Place, SourceId, Sources};

/// Parses the text of a source, or reports everything that is not TOML or not for scenarios.
pub fn document(source: SourceId, sources: &Sources, problems: &mut Problems) -> Option<Table> {
    let text = &sources.get(source).text;
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut conversion = Conversion { source, problems, failed: false };
    for error in &errors {
        let span = error.span().unwrap_or(text.len()..text.len());
        let label = quoting_hint(text, &span).unwrap_or_default();
        let place = conversion.place(span);
        conversion.problems.error(place, format!("not TOML: {}", error.message()), label);
    }
    if !errors.is_empty() {
        // What recovery guessed would only breed false alarms.
        return None;
    }
    let table = conversion.table(root.get_ref());
    (!conversion.failed).then_some(table)
}

/// The node a piece of TOML text stands for, all of it at `place`; for texts that are ours.
///
/// # Errors
/// The first syntax error in words.
pub fn value(text: &str, place: Place) -> Result<Node, String> {
    let parsed = DeValue::parse(text).map_err(|error| error.message().to_owned())?;
    let mut problems = Problems::new();
    let mut conversion =
        Conversion { source: place.source, problems: &mut problems, failed: false };
    let mut node = conversion.node(&parsed).ok_or("not a value for scenarios")?;
    node.set_place(place);
    Ok(node)
}

/// Forgotten quotes are the likeliest slip in a language whose quantities are texts.
fn quoting_hint(text: &str, span: &Range<usize>) -> Option<String> {
    let line_start = text[..span.start.min(text.len())].rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].lines().next()?;
    let word = line.split_once('=')?.1.split('#').next()?.trim();
    let quantity = word.starts_with(|first: char| first.is_ascii_alphanumeric())
        && word.chars().all(|letter| letter.is_alphanumeric() || "_.%/".contains(letter))
        && DeValue::parse(word).is_err();
    quantity.then(|| format!("texts and quantities stand in quotes: \"{word}\""))
}

struct Conversion<'a> {
    source: SourceId,
    problems: &'a mut Problems,
    failed: bool,
}

impl Conversion<'_> {
    fn place(&self, span: Range<usize>) -> Place {
        // A scenario beyond 4 GiB cannot be read; saturating keeps the caret in the file.
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Place { source: self.source, start: byte(span.start), end: byte(span.end) }
    }

    fn table(&mut self, table: &DeTable<'_>) -> Table {
        let mut entries = Vec::new();
        for (key, value) in table {
            let key_place = self.place(key.span());
            if let Some(node) = self.node(value) {
                entries.push(Entry { key: key.get_ref().to_string(), key_place, node });
            }
        }
        // Reopened tables move in the parser's own order.
        entries.sort_by_key(|entry| entry.key_place);
        Table { entries }
    }

    fn list(&mut self, list: &DeArray<'_>) -> Vec<Node> {
        list.iter().filter_map(|element| self.node(element)).collect()
    }

    fn node(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Node> {
        let place = self.place(value.span());
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(integer) => {
                match i64::from_str_radix(integer.as_str(), integer.radix()) {
                    Ok(integer) => Value::Integer(integer),
                    Err(_) => {
                        return self.refuse(place, "a number out of range", "at most 2^63 - 1");
                    }
                }
            }
            DeValue::Float(float) => match float.as_str().parse::<f64>() {
                Ok(float) if float.is_finite() => Value::Float(float),
                _ => return self.refuse(place, "a number that is not finite", "write it out"),
            },
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Datetime(_) => {
                return self.refuse(place, "a date", "simulated time starts at zero");
            }
            DeValue::Array(list) => Value::List(self.list(list)),
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Some(Node { value, place })
    }

    fn refuse(&mut self, place: Place, what: &str, label: &str) -> Option<Node> {
        self.failed = true;
        self.problems.error(place, format!("{what} has no meaning in a scenario"), label);
        None
    }
}
