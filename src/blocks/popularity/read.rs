//! How popularity is written in a scenario: `"uniform"`, `{ zipf = 0.99 }`, or the keys of a trace.

use super::Popularity;
use crate::blocks::trace::read::{FILTER, file, report};
use crate::blocks::trace::{TraceColumns, TraceFile, check};
use crate::language::key::{CustomValue, Key, Takes};
use crate::language::node::Node;
use crate::language::reader::TableReader;
use crate::language::reading::{FromNode, Reading};
use crate::language::schema;

/// How the demand is spread over the keys of a dataset.
#[derive(Clone, PartialEq, Debug)]
pub enum PopularitySpec {
    /// By a law.
    Law(Popularity),
    /// As in a trace.
    Trace {
        /// The file and which of its rows count.
        file: TraceFile,
        /// Column of the keys.
        column: String,
        /// Rows that count.
        rows: u64,
    },
}

/// The largest exponent: beyond it the first key takes all but a thousandth.
const STEEPEST: f64 = 10.0;

const KEYS: &[Key] = &[
    Key::optional("zipf", Takes::Number, "Demand falls with rank to the power of this exponent.")
        .in_group("law"),
    Key::optional("trace", Takes::File, "Keys as they stand in a column of a CSV file.")
        .in_group("law"),
    Key::optional("column", Takes::Text, "With `trace`: the column of the keys."),
    Key::optional("where", Takes::Custom(&FILTER), "With `trace`: which rows count."),
];

/// How the scenario language describes popularity.
pub static POPULARITY: CustomValue = CustomValue {
    name: "a popularity",
    accepts: "\"uniform\", { zipf = 0.99 } or { trace = \"file.csv\", column = \"page\" }",
    schema: || serde_json::json!({ "anyOf": [{ "const": "uniform" }, schema::of_keys(KEYS)] }),
};

impl FromNode for PopularitySpec {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<PopularitySpec> {
        if node.text() == Some("uniform") {
            return Some(PopularitySpec::Law(Popularity::Uniform));
        }
        if node.table().is_none() {
            return reading.mismatch(node, POPULARITY.name, POPULARITY.accepts);
        }
        let mut reader = reading.table(node, KEYS)?;
        if reader.has_unknown() {
            return None;
        }
        match reader.get_group("law")? {
            "zipf" => zipf(&mut reader),
            _ => trace(&mut reader),
        }
    }
}

fn zipf(reader: &mut TableReader<'_, '_>) -> Option<PopularitySpec> {
    for key in ["column", "where"] {
        if reader.given(key) {
            reader.error(key, "has no meaning with `zipf`", "it goes with `trace`");
        }
    }
    let exponent: f64 = reader.optional("zipf")??;
    if !(0.0..=STEEPEST).contains(&exponent) {
        let message = format!("{exponent} is no exponent");
        reader.error("zipf", &message, "0 is uniform, 0.99 usual, 10 the most");
        return None;
    }
    Some(PopularitySpec::Law(Popularity::Zipf { exponent }))
}

fn trace(reader: &mut TableReader<'_, '_>) -> Option<PopularitySpec> {
    let file = file(reader, "trace");
    let column: Option<String> = reader.optional("column")?;
    if column.is_none() {
        reader.error("trace", "needs `column` beside it", "the name of the column of keys");
    }
    let (file, column) = (file?, column?);
    let columns = TraceColumns { key: Some(column.clone()), ..TraceColumns::default() };
    match check(&file, &columns) {
        Ok(summary) => Some(PopularitySpec::Trace { file, column, rows: summary.rows }),
        Err(error) => {
            report(&error, "trace", &["column"], reader);
            None
        }
    }
}
