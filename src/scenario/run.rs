//! `[run]`: how long and how often the scenario is simulated.

use crate::language::key::{CustomValue, Key, Takes};
use crate::language::node::Node;
use crate::language::quantity::{Count, Duration, Fraction, Quantity, Seed};
use crate::language::reader::TableReader;
use crate::language::reading::{FromNode, Reading};

/// How long and how often.
#[derive(Clone, PartialEq, Debug)]
pub struct RunSection {
    /// Arrivals measured, more than 0. None when a duration is given; with a trace, none means all
    /// of it.
    pub requests: Option<u64>,
    /// Simulated time measured, instead of a number of arrivals; more than 0.
    pub duration: Option<Duration>,
    /// Simulated time measured at least; none leaves it to the longest constant delay.
    pub min_time: Option<Duration>,
    /// What is cut off before measuring.
    pub warmup: Warmup,
    /// Runs with different seeds, more than 0; with `precision` the number to begin with.
    pub repeats: u32,
    /// Half width of the 95% intervals over their values at which repeating stops.
    pub precision: Option<f64>,
    /// Where the random draws start.
    pub seed: u64,
}

/// What is cut off before measuring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Warmup {
    /// Found from the runs themselves.
    Auto,
    /// So much simulated time.
    Fixed(Duration),
}

/// Keys of `[run]`.
pub const RUN: &[Key] = &[
    Key::computed(
        "requests",
        Takes::Count,
        "200K, or the whole trace",
        "Arrivals measured and followed to their end.",
    )
    .in_group("length"),
    Key::optional("duration", Takes::Duration, "Simulated time measured, instead of `requests`.")
        .in_group("length"),
    Key::computed(
        "min_time",
        Takes::Duration,
        "10 times the longest constant delay in the model",
        "Simulated time measured at least, so that lifetimes and lags fit in.",
    ),
    Key::with_default(
        "warmup",
        Takes::Custom(&WARMUP),
        "\"auto\"",
        "What is cut off before measuring.",
    ),
    Key::computed(
        "repeats",
        Takes::Count,
        "8, or as many as `precision` takes",
        "Runs with different seeds.",
    )
    .in_group("effort"),
    Key::optional(
        "precision",
        Takes::Fraction,
        "Repeat until the 95% intervals are this narrow: half width over value.",
    )
    .in_group("effort"),
    Key::with_default("seed", Takes::Seed, "42", "Where the random draws start."),
];

static WARMUP: CustomValue = CustomValue {
    name: "\"auto\" or a duration",
    accepts: "\"auto\" or a duration such as \"5min\"",
    schema: || serde_json::json!({ "type": "string" }),
};

/// Arrivals measured when nothing else is said.
const USUAL_REQUESTS: u64 = 200_000;

/// Runs when nothing else is said.
const USUAL_REPEATS: u32 = 8;

impl FromNode for Warmup {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Warmup> {
        if node.text() == Some("auto") {
            return Some(Warmup::Auto);
        }
        match node.text().map(Duration::parse) {
            Some(Ok(span)) => Some(Warmup::Fixed(span)),
            Some(Err(refusal)) => reading.mismatch(node, WARMUP.name, refusal),
            None => reading.mismatch(node, WARMUP.name, format!("this is {}", node.value.what())),
        }
    }
}

/// Reads `[run]`; `has_trace` tells whether arrivals come from a trace, which then is the length.
pub(super) fn read(reader: &mut TableReader<'_, '_>, has_trace: bool) -> Option<RunSection> {
    let requests = positive::<u64>(reader, "requests");
    let duration = reader.optional::<Duration>("duration");
    if duration == Some(Some(Duration::ZERO)) {
        reader.error("duration", "nothing happens in 0s", "more than 0s");
    }
    let min_time = reader.optional("min_time");
    let warmup = reader.get("warmup");
    let repeats = positive::<u32>(reader, "repeats");
    let precision = reader.optional::<Fraction>("precision");
    if precision == Some(Some(Fraction(0.0))) {
        let label = "as in \"5%\"; the narrower, the more repeats";
        reader.error("precision", "no number of repeats is exact", label);
    }
    let seed = reader.get::<Seed>("seed");
    let (mut requests, duration) = (requests?, duration?);
    if requests.is_none() && duration.is_none() && !has_trace {
        reader.note_computed("requests", Count(USUAL_REQUESTS));
        requests = Some(USUAL_REQUESTS);
    }
    let (repeats, precision) = (repeats?, precision?.map(|precision| precision.0));
    if repeats.is_none() && precision.is_none() {
        reader.note_computed("repeats", USUAL_REPEATS);
    }
    Some(RunSection {
        requests,
        duration,
        min_time: min_time?,
        warmup: warmup?,
        repeats: repeats.unwrap_or(USUAL_REPEATS),
        precision,
        seed: seed?.0,
    })
}

/// A count that must not be 0.
fn positive<T: FromNode + PartialEq + Default>(
    reader: &mut TableReader<'_, '_>,
    key: &'static str,
) -> Option<Option<T>> {
    let count = reader.optional::<T>(key)?;
    if count == Some(T::default()) {
        reader.error(key, "must not be 0", "1 or more");
        return None;
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::testing::{check_problems, sound};

    #[test]
    fn a_run_has_defaults() {
        let usual = RunSection {
            requests: Some(200_000),
            duration: None,
            min_time: None,
            warmup: Warmup::Auto,
            repeats: 8,
            precision: None,
            seed: 42,
        };
        assert_eq!(sound("").run, usual);
        let span = Duration::from_seconds(60.0);
        assert_eq!(
            sound("run = { duration = \"1min\", min_time = \"1min\", precision = \"5%\" }").run,
            RunSection {
                requests: None,
                duration: Some(span),
                min_time: Some(span),
                precision: Some(0.05),
                ..usual
            }
        );
        assert_eq!(sound("run.warmup = \"1min\"").run.warmup, Warmup::Fixed(span));
    }

    #[test]
    fn wrong_runs_are_refused() {
        check_problems(&[
            ("run.requests = 0", "[run]: `requests`: must not be 0 | 0 | 1 or more"),
            (
                "run.duration = \"0s\"",
                "[run]: `duration`: nothing happens in 0s | \"0s\" | more than 0s",
            ),
            (
                "run = { requests = 5, duration = \"1s\" }",
                "[run]: `requests` and `duration` exclude each other | duration | give one \
                 of requests, duration",
            ),
            (
                "run.warmup = \"automatic\"",
                "[run]: `warmup` must be \"auto\" or a duration | \"automatic\" | \
                 `automatic` does not start with a number such as 4 or 1.5",
            ),
            (
                "run.warmup = 5",
                "[run]: `warmup` must be \"auto\" or a duration | 5 | this is a number",
            ),
            ("run.repeats = 0", "[run]: `repeats`: must not be 0 | 0 | 1 or more"),
            (
                "run = { repeats = 8, precision = \"5%\" }",
                "[run]: `repeats` and `precision` exclude each other | precision | give one \
                 of repeats, precision",
            ),
            (
                "run.precision = 0",
                "[run]: `precision`: no number of repeats is exact | 0 | as in \"5%\"; the \
                 narrower, the more repeats",
            ),
            (
                "run.seed = \"x\"",
                "[run]: `seed` must be a whole number | \"x\" | write it out: seed = 42",
            ),
        ]);
    }
}
