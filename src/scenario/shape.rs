//! `users.shape` and `users.spacing`: how a rate varies, and how regular arrivals are.

use crate::blocks::arrivals::{Shape, Spacing};
use crate::language::key::{CustomValue, Key, Takes};
use crate::language::node::Node;
use crate::language::quantity::Duration;
use crate::language::reader::TableReader;
use crate::language::reading::{FromNode, Reading};
use crate::language::schema;

const DIURNAL: &[Key] = &[
    Key::required("peak", Takes::Number, "Highest rate over mean rate, 1 to 2."),
    Key::with_default("period", Takes::Duration, "\"24h\"", "From trough to trough."),
];

const SPIKE: &[Key] = &[
    Key::required("at", Takes::Duration, "When it begins, from the start of the run."),
    Key::required("duration", Takes::Duration, "How long it lasts."),
    Key::required("factor", Takes::Number, "The rate during it over the usual rate."),
];

const RAMP: &[Key] = &[
    Key::with_default("from", Takes::Number, "1.0", "Multiple of the rate at the start."),
    Key::required("to", Takes::Number, "Multiple of the rate at the end, which then stays."),
    Key::required("over", Takes::Duration, "How long it takes."),
];

const SHAPES: &[Key] = &[
    Key::optional("diurnal", Takes::Table(DIURNAL), "A day: a wave about the rate.")
        .in_group("shape"),
    Key::optional("spike", Takes::Table(SPIKE), "One stretch at another rate.").in_group("shape"),
    Key::optional("ramp", Takes::Table(RAMP), "A straight line between two rates.")
        .in_group("shape"),
];

/// How the scenario language describes a shape.
pub static SHAPE: CustomValue = CustomValue {
    name: "a shape",
    accepts: "{ diurnal = { peak = 1.8 } }, \
              { spike = { at = \"10min\", duration = \"5min\", factor = 3 } } or \
              { ramp = { from = 0.5, to = 2.0, over = \"1h\" } }",
    schema: || schema::of_keys(SHAPES),
};

/// `users.shape` as it is read.
pub(super) struct ShapeValue(pub(super) Shape);

impl FromNode for ShapeValue {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<ShapeValue> {
        if node.table().is_none() {
            return reading.mismatch(node, SHAPE.name, SHAPE.accepts);
        }
        let mut reader = reading.table(node, SHAPES)?;
        if reader.has_unknown() {
            return None;
        }
        let shape = reader.get_group("shape")?;
        let reader = reader.table(shape)?;
        let shape = match shape {
            "diurnal" => diurnal(reader),
            "spike" => spike(reader),
            _ => ramp(reader),
        };
        shape.map(ShapeValue)
    }
}

fn diurnal(mut reader: TableReader<'_, '_>) -> Option<Shape> {
    let (peak, period) = (reader.get::<f64>("peak"), positive_span(&mut reader, "period"));
    let (peak_to_mean, period) = (peak?, period?);
    if !(1.0..=2.0).contains(&peak_to_mean) {
        let message = format!("{peak_to_mean} times the mean is no peak of a wave");
        reader.error("peak", &message, "1 to 2; at 2 the trough is 0");
        return None;
    }
    Some(Shape::Diurnal { peak_to_mean, period })
}

fn spike(mut reader: TableReader<'_, '_>) -> Option<Shape> {
    let at = reader.get("at");
    let duration = positive_span(&mut reader, "duration");
    let factor = multiple(&mut reader, "factor");
    Some(Shape::Spike { at: at?, duration: duration?, factor: factor? })
}

fn ramp(mut reader: TableReader<'_, '_>) -> Option<Shape> {
    let from = multiple(&mut reader, "from");
    let to = multiple(&mut reader, "to");
    let over = positive_span(&mut reader, "over");
    let (from, to, over) = (from?, to?, over?);
    if from == 0.0 && to == 0.0 {
        reader.error("to", "nothing ever arrives between 0 and 0", "more than 0");
        return None;
    }
    Some(Shape::Ramp { from, to, over })
}

fn positive_span(reader: &mut TableReader<'_, '_>, key: &'static str) -> Option<Duration> {
    let span: Duration = reader.get(key)?;
    if span == Duration::ZERO {
        reader.error(key, "must be longer than 0s", "");
        return None;
    }
    Some(span)
}

fn multiple(reader: &mut TableReader<'_, '_>, key: &'static str) -> Option<f64> {
    let multiple: f64 = reader.get(key)?;
    if multiple < 0.0 {
        reader.error(key, &format!("{multiple} is negative"), "0 or more");
        return None;
    }
    Some(multiple)
}

const SPACINGS: &[Key] = &[Key::required("gamma", Takes::Table(GAMMA), "Gamma gaps.")];

const GAMMA: &[Key] =
    &[Key::required("cv", Takes::Number, "Standard deviation of gaps over their mean.")];

/// The largest coefficient of variation of gaps, as for laws of durations.
const LARGEST_CV: f64 = 1000.0;

/// How the scenario language describes a spacing.
pub static SPACING: CustomValue = CustomValue {
    name: "a spacing",
    accepts: "\"poisson\", \"even\" or { gamma = { cv = 2.0 } }",
    schema: || {
        let words = serde_json::json!({ "enum": ["poisson", "even"] });
        serde_json::json!({ "anyOf": [words, schema::of_keys(SPACINGS)] })
    },
};

/// `users.spacing` as it is read.
pub(super) struct SpacingValue(pub(super) Spacing);

impl FromNode for SpacingValue {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<SpacingValue> {
        match node.text() {
            Some("poisson") => return Some(SpacingValue(Spacing::Poisson)),
            Some("even") => return Some(SpacingValue(Spacing::Even)),
            _ if node.table().is_none() => {
                return reading.mismatch(node, SPACING.name, SPACING.accepts);
            }
            _ => {}
        }
        let mut reader = reading.table(node, SPACINGS)?;
        if reader.has_unknown() {
            return None;
        }
        let mut reader = reader.table("gamma")?;
        let cv: f64 = reader.get("cv")?;
        if !(cv > 0.0 && cv <= LARGEST_CV) {
            let message = format!("{cv} is no variation of gaps");
            reader.error("cv", &message, "above 0 and at most 1000; 0 is \"even\"");
            return None;
        }
        Some(SpacingValue(Spacing::Gamma { cv }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::testing::{check_problems, sound};

    fn shape(text: &str) -> Option<Shape> {
        sound(&format!("users.shape = {text}")).users.shape
    }

    #[test]
    fn rates_vary_in_three_ways() {
        let seconds = Duration::from_seconds;
        assert_eq!(
            shape("{ diurnal = { peak = 1.8 } }"),
            Some(Shape::Diurnal { peak_to_mean: 1.8, period: seconds(86_400.0) })
        );
        let (at, duration) = (seconds(600.0), seconds(300.0));
        assert_eq!(
            shape("{ spike = { at = \"10min\", duration = \"5min\", factor = 3 } }"),
            Some(Shape::Spike { at, duration, factor: 3.0 })
        );
        assert_eq!(
            shape("{ ramp = { from = 0.5, to = 2.0, over = \"1h\" } }"),
            Some(Shape::Ramp { from: 0.5, to: 2.0, over: seconds(3600.0) })
        );
    }

    #[test]
    fn wrong_shapes_are_refused() {
        check_problems(&[
            (
                "users.shape = \"wave\"",
                "[users]: `shape` must be a shape | \"wave\" | { diurnal = { peak = 1.8 } }, \
                 { spike = { at = \"10min\", duration = \"5min\", factor = 3 } } or { ramp = \
                 { from = 0.5, to = 2.0, over = \"1h\" } }",
            ),
            (
                "users.shape = { diurnl = { peak = 2.0 } }",
                "[users]: unknown key `shape.diurnl` | diurnl | did you mean `diurnal`?",
            ),
            (
                "users.shape = {}",
                "[users]: `shape`: one of diurnal, spike, ramp is needed | {} | none is given here",
            ),
            (
                "users.shape = { diurnal = { peak = 3.0 } }",
                "[users]: `shape.diurnal.peak`: 3 times the mean is no peak of a wave | 3.0 \
                 | 1 to 2; at 2 the trough is 0",
            ),
            (
                "users.shape = { diurnal = { peak = 2.0, period = \"0s\" } }",
                "[users]: `shape.diurnal.period`: must be longer than 0s | \"0s\" | ",
            ),
            (
                "users.shape = { spike = { at = \"1s\", duration = \"1s\", factor = -1 } }",
                "[users]: `shape.spike.factor`: -1 is negative | -1 | 0 or more",
            ),
            (
                "users.shape = { ramp = { from = 0, to = 0, over = \"1h\" } }",
                "[users]: `shape.ramp.to`: nothing ever arrives between 0 and 0 | 0 | more \
                 than 0",
            ),
            (
                "users.shape = { ramp = { to = 2.0 } }",
                "[users]: `shape.ramp.over` is missing | { to = 2.0 } | it takes a duration",
            ),
        ]);
    }

    #[test]
    fn wrong_spacings_are_refused() {
        check_problems(&[
            (
                "users.spacing = \"odd\"",
                "[users]: `spacing` must be a spacing | \"odd\" | \"poisson\", \"even\" or { \
                 gamma = { cv = 2.0 } }",
            ),
            (
                "users.spacing = { gama = { cv = 2.0 } }",
                "[users]: unknown key `spacing.gama` | gama | did you mean `gamma`?",
            ),
            (
                "users.spacing = { gamma = { cv = 0 } }",
                "[users]: `spacing.gamma.cv`: 0 is no variation of gaps | 0 | above 0 and at \
                 most 1000; 0 is \"even\"",
            ),
        ]);
        let users = sound("users.spacing = { gamma = { cv = 2.0 } }").users;
        let crate::scenario::Load::Open { spacing, .. } = users.load else { panic!("{users:?}") };
        assert_eq!(spacing, Spacing::Gamma { cv: 2.0 });
    }
}
