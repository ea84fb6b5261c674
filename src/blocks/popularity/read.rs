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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::trace::read::testing::{check_problems, read};

    const VALUE: &[Key] = &[Key::required("value", Takes::Custom(&POPULARITY), "A popularity.")];

    #[test]
    fn popularity_is_a_law_or_a_trace() {
        let zipf = PopularitySpec::Law(Popularity::Zipf { exponent: 0.99 });
        assert_eq!(read(VALUE, "{ zipf = 0.99 }"), Ok(zipf));
        assert_eq!(read(VALUE, "\"uniform\""), Ok(PopularitySpec::Law(Popularity::Uniform)));
        let text = "{ trace = \"trace.csv\", column = \"page\", where = { run = \"open\" } }";
        let PopularitySpec::Trace { file, column, rows } =
            read(VALUE, text).expect("the trace is there")
        else {
            panic!("it is a trace");
        };
        assert_eq!((column.as_str(), rows), ("page", 2));
        assert_eq!(file.filter, [("run".to_owned(), "open".to_owned())]);
    }

    #[test]
    fn wrong_popularities_are_refused() {
        check_problems::<PopularitySpec>(
            VALUE,
            &[
                (
                    "\"zipf\"",
                    "`value` must be a popularity | \"zipf\" | \"uniform\", { zipf = \
                     0.99 } or { trace = \"file.csv\", column = \"page\" }",
                ),
                ("{ zip = 0.99 }", "unknown key `value.zip` | zip | did you mean `zipf`?"),
                ("{}", "`value`: one of zipf, trace is needed | {} | none is given here"),
                (
                    "{ zipf = 11 }",
                    "`value.zipf`: 11 is no exponent | 11 | 0 is uniform, 0.99 usual, 10 \
                     the most",
                ),
                (
                    "{ zipf = 0.99, column = \"page\" }",
                    "`value.column`: has no meaning with `zipf` | \"page\" | it goes \
                     with `trace`",
                ),
                (
                    "{ zipf = 0.99, trace = \"trace.csv\" }",
                    "`value.zipf` and `value.trace` exclude each other | trace | give one of \
                     zipf, trace",
                ),
                (
                    "{ trace = \"trace.csv\" }",
                    "`value.trace`: needs `column` beside it | \"trace.csv\" | the name \
                     of the column of keys",
                ),
                (
                    "{ trace = \"trace.csv\", column = \"pag\" }",
                    "`value.column`: `trace.csv` has no column `pag` | \"pag\" | did you \
                     mean `page`?",
                ),
                (
                    "{ trace = \"trace.csv\", column = \"page\", where = { ru = 1 } }",
                    "`value.where`: `trace.csv` has no column `ru` | { ru = 1 } | did \
                     you mean `run`?",
                ),
            ],
        );
    }
}
