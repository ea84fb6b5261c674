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
    report_syntax(&errors, text, &mut conversion);
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

/// What the parser says of a value that is no number, no word of TOML and has no quotes.
const UNQUOTED: &str = "string values must be quoted";

/// What to do about an error of syntax, where the parser's own words do not say it.
fn remedy(message: &str) -> &'static str {
    match message {
        "duplicate key" => "it is given above",
        _ if message.starts_with("cannot extend value of type inline table") => {
            "a table in braces is complete: write this within them"
        }
        _ => "",
    }
}

/// Reports syntax errors, but only the first of a line that breaks its structure: what recovery
/// finds behind it on that line is mostly its own doing.
fn report_syntax(errors: &[toml::de::Error], text: &str, conversion: &mut Conversion<'_>) {
    let span_of = |error: &toml::de::Error| error.span().unwrap_or(text.len()..text.len());
    // The parser reports structure first and values later.
    let mut sorted: Vec<&toml::de::Error> = errors.iter().collect();
    sorted.sort_by_key(|error| span_of(error).start);
    let mut broken_line = None;
    for error in sorted {
        let span = span_of(error);
        let before = text.as_bytes().get(..span.start).unwrap_or(text.as_bytes());
        let line = before.iter().filter(|byte| **byte == b'\n').count();
        if broken_line == Some(line) {
            continue;
        }
        let label = if error.message().starts_with(UNQUOTED) {
            format!("in quotes: \"{}\"", text.get(span.clone()).unwrap_or(""))
        } else {
            broken_line = Some(line);
            remedy(error.message()).to_owned()
        };
        let place = conversion.place(span);
        conversion.problems.error(place, format!("not TOML: {}", error.message()), label);
    }
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::language::testing::{at, parsed};

    fn refused(text: &str) -> String {
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        let source = sources.add("a.toml", text, Path::new(""));
        assert!(document(source, &sources, &mut problems).is_none(), "{text}");
        problems.render(&sources, false)
    }

    #[test]
    fn values_and_keys_know_their_bytes() {
        let mut sources = Sources::new();
        let text = "run.seed = 7\n[users]\ncount = \"5K\"\n[run.more]\nx = [1, { y = 2 }]\n";
        let table = parsed(text, &mut sources);
        let excerpt = |place| sources.excerpt(place).to_owned();
        let keys: Vec<&str> = table.entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["run", "users"]);
        let count = at(&table, &["users", "count"]).expect("it is given");
        assert_eq!(excerpt(count.place), "\"5K\"");
        let users = table.entry("users").expect("it is given");
        assert_eq!(excerpt(users.node.place), "[users]");
        let list = at(&table, &["run", "more", "x"]).and_then(Node::list).expect("a list");
        assert_eq!(excerpt(list[1].place), "{ y = 2 }");
    }

    #[test]
    fn every_syntax_error_is_shown() {
        let text = refused("a = \nb = 2\nc = [1,,2]\nb = 3\n");
        for place in ["a.toml:1:5", "a.toml:3:8", "a.toml:4:1"] {
            assert!(text.contains(place), "{place}: {text}");
        }
        assert!(text.contains("duplicate key"), "{text}");
        assert!(text.ends_with("3 problems, nothing was run\n"), "{text}");
    }

    #[test]
    fn forgotten_quotes_are_recognised() {
        for word in ["5K", "4ms", "70%", "1200/s", "uniform"] {
            let text = refused(&format!("users = {{ count = {word}, think = 4s }} # busy hour\n"));
            assert!(text.contains(&format!("in quotes: \"{word}\"")), "{text}");
            assert!(text.contains("in quotes: \"4s\""), "{text}");
        }
    }

    #[test]
    fn one_slip_does_not_breed_false_alarms() {
        let text = refused("a = 1\na = 4\nb = [1, 2\nc = 3\n");
        assert!(text.contains("it is given above"), "{text}");
        assert_eq!(text.matches("a.toml:4:").count(), 1, "{text}");
    }

    #[test]
    fn numbers_beyond_reason_and_dates_are_refused_together() {
        let text = refused("a = 9223372036854775808\nb = nan\nc = -inf\nd = 2026-01-01\ne = 1e999");
        for sentence in [
            "a number out of range has no meaning",
            "a number that is not finite has no meaning",
            "a date has no meaning",
            "5 problems",
        ] {
            assert!(text.contains(sentence), "{sentence}: {text}");
        }
        let mut sources = Sources::new();
        let table = parsed("a = 0xff\nb = 1_000", &mut sources);
        assert_eq!(table.to_string(), "{ a = 255, b = 1000 }");
    }

    #[test]
    fn deep_nesting_is_a_problem_and_no_crash() {
        assert!(refused(&format!("a = {}", "[".repeat(100_000))).contains("not TOML"));
        assert!(refused(&"a = { b = ".repeat(10_000)).contains("not TOML"));
    }

    proptest! {
        #[test]
        fn no_text_can_upset_the_reading(
            text in "[a-c=\\[\\]{}\"'.,#0-9 \r\n\t\\\\é\u{feff}日-]{0,60}"
        ) {
            let (mut sources, mut problems) = (Sources::new(), Problems::new());
            let source = sources.add("a.toml", &text, Path::new(""));
            let table = document(source, &sources, &mut problems);
            prop_assert_eq!(table.is_none(), problems.has_errors());
            prop_assert_eq!(problems.render(&sources, false).is_empty(), table.is_some());
        }
    }
}
