//! How laws are written in a scenario: `"4ms"`, or a table with one law.
//!
//! [`LAWS`] declares them; reading, the reference and the schema derive from it.

#[cfg(test)]
mod tests;

use super::Distribution;
use crate::blocks::trace::read::{FILTER, UNITS, file, report, unit};
use crate::blocks::trace::{TimeUnit, TraceError, TraceFile};
use crate::kernel::time::Duration;
use crate::language::diagnostic::suggestion;
use crate::language::key::{CustomValue, Key, Takes, find};
use crate::language::node::{Node, Value};
use crate::language::quantity::{Fraction, Quantity};
use crate::language::reader::TableReader;
use crate::language::reading::{FromNode, Reading};
use crate::language::schema;

const MEAN: Key = Key::required("mean", Takes::Duration, "The mean.");

const MEAN_CV: &[Key] =
    &[MEAN, Key::required("cv", Takes::Number, "Standard deviation over mean.")];

const MEAN_STAGES: &[Key] =
    &[MEAN, Key::required("stages", Takes::Count, "Exponential stages one after the other.")];

const MEAN_SHAPE: &[Key] =
    &[MEAN, Key::required("shape", Takes::Number, "Below 1 a heavy tail, above 1 a light one.")];

const PARETO: &[Key] = &[
    MEAN,
    Key::required("shape", Takes::Number, "How fast the tail falls; the lower, the heavier."),
    Key::optional("max", Takes::Duration, "Where the tail is cut off."),
];

const UNIFORM: &[Key] = &[
    Key::required("min", Takes::Duration, "The shortest."),
    Key::required("max", Takes::Duration, "The longest."),
];

const PART: &[Key] = &[
    Key::required("share", Takes::Fraction, "How often this law is drawn from."),
    Key::required("of", Takes::Distribution, "The law."),
];

static LOGNORMAL: CustomValue = CustomValue {
    name: "a mean and a cv, or two percentiles",
    accepts: "`{ mean = \"4ms\", cv = 1.0 }` or `{ p50 = \"3ms\", p99 = \"20ms\" }`",
    schema: || {
        let duration = schema::of_keys(&[MEAN])["properties"]["mean"].clone();
        serde_json::json!({
            "type": "object",
            "properties": { "mean": duration, "cv": { "type": "number" } },
            "patternProperties": { "^p[0-9]+$": duration },
            "additionalProperties": false,
        })
    },
};

/// Every law, of which one must be given, and the keys that go with `empirical`.
pub const LAWS: &[Key] = &[
    law("exponential", Takes::Duration, "Memoryless, with this mean."),
    law("lognormal", Takes::Custom(&LOGNORMAL), "By mean and cv, or by any two percentiles."),
    law("gamma", Takes::Table(MEAN_CV), "By mean and cv."),
    law("erlang", Takes::Table(MEAN_STAGES), "A sum of exponential stages."),
    law("hyperexponential", Takes::Table(MEAN_CV), "Two exponentials mixed; cv above 1."),
    law("weibull", Takes::Table(MEAN_SHAPE), "By mean and shape."),
    law("pareto", Takes::Table(PARETO), "A power tail, cut off at `max` if given."),
    law("uniform", Takes::Table(UNIFORM), "Evenly between two bounds."),
    law("empirical", Takes::File, "Drawn from the measured values in a column of a CSV file."),
    law("mixture", Takes::ListOf(&Takes::Table(PART)), "One law or another, by share."),
    law("sum", Takes::ListOf(&Takes::Distribution), "Draws from several laws, added up."),
    Key::optional("column", Takes::Text, "With `empirical`: the column of the values."),
    Key::optional("unit", Takes::OneOf(UNITS), "With `empirical`: the unit of the values."),
    Key::optional("where", Takes::Custom(&FILTER), "With `empirical`: which rows count."),
];

const fn law(name: &'static str, takes: Takes, meaning: &'static str) -> Key {
    Key::optional(name, takes, meaning).in_group("law")
}

/// The schema of a distribution, to be defined as `distribution`.
pub fn distribution_schema() -> serde_json::Value {
    let constant = schema::of_keys(&[MEAN])["properties"]["mean"].clone();
    serde_json::json!({ "anyOf": [constant, schema::of_keys(LAWS)] })
}

impl FromNode for Distribution {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Distribution> {
        let what = Takes::Distribution.what();
        let constant = match &node.value {
            Value::Table(_) => return from_table(node, reading),
            Value::Text(text) => Duration::parse(text),
            Value::Integer(integer) => Duration::from_integer(*integer),
            Value::Float(number) => Duration::from_number(*number),
            other => Err(format!("this is {}", other.what())),
        };
        match constant.and_then(Distribution::constant) {
            Ok(law) => Some(law),
            Err(refusal) => reading.mismatch(node, &what, refusal),
        }
    }
}

fn from_table(node: &Node, reading: &mut Reading<'_>) -> Option<Distribution> {
    let laws = || LAWS.iter().filter(|key| key.group == "law").map(|key| key.name);
    let table = node.table()?;
    if !laws().any(|law| table.get(law).is_some()) {
        // Without a law the other keys have no meaning: one problem, not one for each.
        let (place, label) =
            match table.entries.iter().find(|entry| find(LAWS, &entry.key).is_none()) {
                Some(entry) => (entry.key_place, suggestion(&entry.key, laws())),
                None => (node.place, suggestion("", laws())),
            };
        reading.error(place, "names no law", label);
        return None;
    }
    let mut reader = reading.table(node, LAWS)?;
    let law = reader.get_group("law")?;
    for key in ["column", "unit", "where"] {
        if law != "empirical" && reader.given(key) {
            reader.error(key, &format!("has no meaning with `{law}`"), "it goes with `empirical`");
        }
    }
    let made = match law {
        "exponential" => Distribution::exponential(reader.optional(law)??),
        "lognormal" => return reader.optional::<Lognormal>(law)?.map(|lognormal| lognormal.0),
        "empirical" => return empirical(&mut reader),
        "mixture" => {
            let parts: Vec<Part> = reader.optional(law)??;
            Distribution::mixture(parts.into_iter().map(|part| (part.share, part.of)).collect())
        }
        "sum" => Distribution::sum(reader.optional(law)??),
        _ => return by_parameters(law, reader.table(law)?),
    };
    made.map_err(|refusal| reader.error(law, after_name(law, &refusal), "")).ok()
}

/// The laws whose parameters stand in a table.
fn by_parameters(law: &str, mut reader: TableReader<'_, '_>) -> Option<Distribution> {
    let made = match law {
        "uniform" => {
            let (min, max) = (reader.get("min"), reader.get("max"));
            Distribution::uniform(min?, max?)
        }
        "erlang" => {
            let (mean, stages) = (reader.get("mean"), reader.get("stages"));
            Distribution::erlang(mean?, stages?)
        }
        "weibull" => {
            let (mean, shape) = (reader.get("mean"), reader.get("shape"));
            Distribution::weibull(mean?, shape?)
        }
        "pareto" => {
            let (mean, shape) = (reader.get("mean"), reader.get("shape"));
            match reader.optional("max")? {
                Some(max) => Distribution::bounded_pareto(mean?, shape?, max),
                None => Distribution::pareto(mean?, shape?),
            }
        }
        _ => {
            let (mean, cv) = (reader.get("mean"), reader.get("cv"));
            if law == "gamma" {
                Distribution::gamma(mean?, cv?)
            } else {
                Distribution::hyperexponential(mean?, cv?)
            }
        }
    };
    accepted(made, law, &mut reader)
}

/// The law, or its refusal at the parameter with which the refusal begins.
fn accepted(
    made: Result<Distribution, String>,
    law: &str,
    reader: &mut TableReader<'_, '_>,
) -> Option<Distribution> {
    let refusal = match made {
        Ok(law) => return Some(law),
        Err(refusal) => refusal,
    };
    let sentence = after_name(law, &refusal);
    let parameter = sentence.strip_prefix('`').and_then(|rest| rest.split_once("` "));
    match parameter {
        Some((key, rest)) if reader.given(key) => reader.error(key, rest, ""),
        _ => {
            let place = reader.table_place();
            reader.reading().error(place, &format!("is no law: {sentence}"), "");
        }
    }
    None
}

/// A refusal without the law's name, which its place tells.
fn after_name<'r>(law: &str, refusal: &'r str) -> &'r str {
    refusal.strip_prefix(law).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(refusal)
}

/// One law of a mixture.
struct Part {
    share: f64,
    of: Distribution,
}

impl FromNode for Part {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Part> {
        let mut reader = reading.table(node, PART)?;
        let (share, of) = (reader.get::<Fraction>("share"), reader.get("of"));
        Some(Part { share: share?.0, of: of? })
    }
}

/// A lognormal law by either pair of parameters.
struct Lognormal(Distribution);

impl FromNode for Lognormal {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Lognormal> {
        let table = node.table();
        let is_percentile = |key: &str| key.starts_with('p');
        if !table.is_some_and(|table| table.entries.iter().any(|entry| is_percentile(&entry.key))) {
            let mut reader = reading.table(node, MEAN_CV)?;
            let (mean, cv) = (reader.get("mean"), reader.get("cv"));
            let made = Distribution::lognormal_mean_cv(mean?, cv?);
            return accepted(made, "lognormal", &mut reader).map(Lognormal);
        }
        let mut percentiles = Some(Vec::new());
        for entry in &table?.entries {
            let Some(probability) = probability(&entry.key) else {
                let message = format!("takes two percentiles, not `{}`", entry.key);
                reading.error(entry.key_place, &message, "write p50, p99 or p999");
                percentiles = None;
                continue;
            };
            let span: Option<Duration> = reading.part(&format!(".{}", entry.key), &entry.node);
            percentiles = percentiles.zip(span).map(|(mut known, span)| {
                known.push((probability, span));
                known
            });
        }
        let mut percentiles = percentiles?;
        percentiles.sort_by(|one, other| one.0.total_cmp(&other.0));
        match Distribution::lognormal_percentiles(&percentiles) {
            Ok(law) => Some(Lognormal(law)),
            Err(refusal) => {
                let sentence = after_name("lognormal", &refusal);
                reading.error(node.place, &format!("is no law: {sentence}"), "");
                None
            }
        }
    }
}

/// The probability that the name of a percentile states: 0.5 for p50, 0.05 for p5, 0.999 for p999.
fn probability(name: &str) -> Option<f64> {
    let digits = name.strip_prefix('p')?;
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?;
    let number: u32 = number.filter(|number| *number > 0)?;
    match digits.len() {
        1 | 2 => Some(f64::from(number) / 100.0),
        // Only nines go on behind the point: p100 and p123 would be guesses.
        3..=7 if digits.starts_with('9') => format!("0.{digits}").parse().ok(),
        _ => None,
    }
}

/// Samples from a column of a file.
fn empirical(reader: &mut TableReader<'_, '_>) -> Option<Distribution> {
    let trace = file(reader, "empirical");
    let column = needed(reader, "column", "the name of the column of values");
    let given_unit = needed(reader, "unit", "the unit of the values: s, ms, us or ns");
    let (trace, _, _) = (trace?, column?, given_unit?);
    let column: String = reader.optional("column")??;
    let unit = unit(reader.get_word("unit")?);
    let law = match samples(&trace, &column, unit) {
        Ok(samples) => Distribution::empirical(samples),
        Err(error) => {
            report(&error, "empirical", &["column"], reader);
            return None;
        }
    };
    law.map_err(|refusal| reader.error("empirical", after_name("empirical", &refusal), "")).ok()
}

fn needed(reader: &mut TableReader<'_, '_>, key: &str, what: &str) -> Option<()> {
    let given = reader.given(key);
    if !given {
        reader.error("empirical", &format!("needs `{key}` beside it"), what);
    }
    given.then_some(())
}

fn samples(file: &TraceFile, column: &str, unit: TimeUnit) -> Result<Vec<Duration>, TraceError> {
    let mut rows = file.open(&[column])?;
    let mut samples = Vec::new();
    while rows.advance()? {
        rows.amount(0)?;
        let nanos = unit.parse(rows.text(0)).and_then(|nanos| u64::try_from(nanos).ok());
        let nanos = nanos.ok_or_else(|| rows.unparsable(0, unit.wanted()))?;
        samples.push(Duration::from_nanos(nanos));
    }
    Ok(samples)
}
