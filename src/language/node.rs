//! A scenario's values, each with the place it was written at.

use std::fmt;

use super::source::Place;

/// A value and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its bytes; of a table its header or its key.
    pub place: Place,
}

/// What TOML can say in a scenario (dates are refused when the text is parsed).
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// A string.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A finite decimal number.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// An array.
    List(Vec<Node>),
    /// A table, inline or with a header.
    Table(Table),
}

impl Value {
    /// What kind of value this is, for messages: "a text", "a table".
    pub const fn what(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Flag(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl Node {
    /// The text, when this is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The table, when this is one.
    pub fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The elements, when this is a list.
    pub fn list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// Whether this is the word that removes an inherited key: `"none"`.
    pub fn is_none_word(&self) -> bool {
        self.text() == Some("none")
    }

    /// Moves this value and all inside it to one place: values that no text holds.
    pub fn set_place(&mut self, place: Place) {
        self.place = place;
        match &mut self.value {
            Value::List(list) => list.iter_mut().for_each(|node| node.set_place(place)),
            Value::Table(table) => {
                for entry in &mut table.entries {
                    entry.key_place = place;
                    entry.node.set_place(place);
                }
            }
            _ => {}
        }
    }
}

/// A key, its value, and where both stand.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key without quotes.
    pub key: String,
    /// Where it stands.
    pub key_place: Place,
    /// Its value.
    pub node: Node,
}

/// Entries in the order of the file; keys are unique.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Table {
    /// The entries.
    pub entries: Vec<Entry>,
}

impl Table {
    /// An empty table.
    pub const fn new() -> Table {
        Table { entries: Vec::new() }
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
    }

    /// Sets an entry: in place of the one with its key, or behind the last one.
    pub fn insert(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|present| present.key == entry.key) {
            Some(present) => *present = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(index))
    }
}

impl fmt::Display for Node {
    /// The value as TOML text on one line.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Text(text) => write_text(text, formatter),
            Value::Integer(integer) => write!(formatter, "{integer}"),
            // `{:?}` keeps the point or exponent that makes it a float.
            Value::Float(float) => write!(formatter, "{float:?}"),
            Value::Flag(flag) => write!(formatter, "{flag}"),
            Value::List(list) => {
                formatter.write_str("[")?;
                for (index, node) in list.iter().enumerate() {
                    write!(formatter, "{}{node}", if index == 0 { "" } else { ", " })?;
                }
                formatter.write_str("]")
            }
            Value::Table(table) => write!(formatter, "{table}"),
        }
    }
}

impl fmt::Display for Table {
    /// The table as TOML text on one line: `{ mean = "4ms", cv = 1.0 }`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.entries.is_empty() {
            return formatter.write_str("{}");
        }
        for (index, entry) in self.entries.iter().enumerate() {
            formatter.write_str(if index == 0 { "{ " } else { ", " })?;
            write_key(&entry.key, formatter)?;
            write!(formatter, " = {}", entry.node)?;
        }
        formatter.write_str(" }")
    }
}

/// Whether a key needs no quotes in TOML.
pub fn is_bare_key(key: &str) -> bool {
    !key.is_empty()
        && key.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
}

fn write_key(key: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    if is_bare_key(key) { formatter.write_str(key) } else { write_text(key, formatter) }
}

fn write_text(text: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    formatter.write_str("\"")?;
    for letter in text.chars() {
        match letter {
            '"' => formatter.write_str("\\\"")?,
            '\\' => formatter.write_str("\\\\")?,
            '\n' => formatter.write_str("\\n")?,
            '\t' => formatter.write_str("\\t")?,
            letter if letter.is_control() => write!(formatter, "\\u{:04X}", u32::from(letter))?,
            letter => write!(formatter, "{letter}")?,
        }
    }
    formatter.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::parse;
    use crate::language::testing::NOWHERE;

    #[test]
    fn a_value_prints_as_the_toml_it_came_from() {
        for text in [
            r#""a \"quoted\" \\ text\n""#,
            "300000",
            "1.0",
            "1e-7",
            "true",
            "[1, \"two\", [3.5]]",
            "{ lognormal = { mean = \"4ms\", cv = 1.0 } }",
            "{ \"a key\" = {}, us-eu = [] }",
        ] {
            let node = parse::value(text, NOWHERE).expect(text);
            assert_eq!(node.to_string(), text);
        }
    }

    #[test]
    fn inserting_keeps_the_order_of_the_file() {
        let entry = |key: &str, number| Entry {
            key: key.to_owned(),
            key_place: NOWHERE,
            node: Node { value: Value::Integer(number), place: NOWHERE },
        };
        let mut table = Table::new();
        table.insert(entry("a", 1));
        table.insert(entry("b", 2));
        table.insert(entry("a", 3));
        assert_eq!(table.to_string(), "{ a = 3, b = 2 }");
        assert!(table.remove("a").is_some() && table.remove("a").is_none());
    }
}
