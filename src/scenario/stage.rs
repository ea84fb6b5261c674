//! The numbers of users a scenario is meant for: `"1K..10K"`.

use crate::language::key::CustomValue;
use crate::language::node::Node;
use crate::language::quantity::{Count, Quantity};
use crate::language::reading::{FromNode, Reading};

/// A range of user counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stage {
    /// Fewest users.
    pub low: u64,
    /// Most users; more than `low`.
    pub high: u64,
    /// As the user wrote it.
    pub text: String,
}

/// How the scenario language describes a stage.
pub static STAGE: CustomValue = CustomValue {
    name: "a range of counts",
    accepts: "two counts with two dots between them: `\"1K..10K\"`",
    schema: || serde_json::json!({ "type": "string", "pattern": r"^.+\.\..+$" }),
};

impl FromNode for Stage {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Stage> {
        let text = String::from_node(node, reading)?;
        match parse(&text) {
            Ok((low, high)) => Some(Stage { low, high, text }),
            Err(refusal) => reading.mismatch(node, STAGE.name, refusal),
        }
    }
}

fn parse(text: &str) -> Result<(u64, u64), String> {
    let (low, high) = text.split_once("..").ok_or_else(|| format!("write {}", STAGE.accepts))?;
    let (Count(low), Count(high)) = (Count::parse(low)?, Count::parse(high)?);
    if low >= high {
        return Err(format!("from fewer to more users: \"{}..{}\"", Count(high), Count(low)));
    }
    Ok((low, high))
}

#[cfg(test)]
mod tests {
    use crate::scenario::testing::{check_problems, sound};

    #[test]
    fn a_stage_is_a_range_of_users() {
        let stage = sound("stage = \"1K..10K\"").stage.expect("a stage is given");
        assert_eq!((stage.low, stage.high, stage.text.as_str()), (1_000, 10_000, "1K..10K"));
    }

    #[test]
    fn wrong_stages_are_refused() {
        check_problems(&[
            (
                "stage = \"10K..1K\"",
                "`stage` must be a range of counts | \"10K..1K\" | from fewer to more users: \
                 \"1K..10K\"",
            ),
            (
                "stage = \"10K\"",
                "`stage` must be a range of counts | \"10K\" | write two counts with two \
                 dots between them: `\"1K..10K\"`",
            ),
            (
                "stage = \"few..10K\"",
                "`stage` must be a range of counts | \"few..10K\" | `few` does not start \
                 with a number such as 4 or 1.5",
            ),
            ("stage = 3", "`stage` must be a text | 3 | in quotes: \"3\""),
        ]);
    }
}
