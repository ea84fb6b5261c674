//! A range: two ends and how many values between them.

use super::measure::Measure;
use crate::language::diagnostic::Problems;
use crate::language::key::{CustomValue, Key, Takes};
use crate::language::node::{Node, Table};
use crate::language::reader::TableReader;
use crate::language::reading::Reading;
use crate::language::source::{Place, Sources};

/// A range that spans this ratio is spread by ratios unless it says otherwise.
pub(super) const WIDE: f64 = 10.0;
/// Values of a range that does not say how many.
const USUAL_POINTS: u64 = 11;
/// More values than this are a slip of the pen.
const MOST_POINTS: u64 = 10_000;
/// Values whose neighbours are further apart than this are rounded to three digits.
const COARSE: f64 = 1.02;

/// Keys of a range.
pub const RANGE: &[Key] = &[
    Key::required("from", Takes::Custom(&END), "The first value."),
    Key::required("to", Takes::Custom(&END), "The last value."),
    Key::computed("points", Takes::Count, "11", "How many values, both ends included."),
    Key::computed(
        "scale",
        Takes::OneOf(&["log", "linear"]),
        "\"log\" where the ends are ten times apart",
        "Whether neighbours differ by a ratio or by a difference.",
    ),
];

static END: CustomValue = CustomValue {
    name: "a value of the path",
    accepts: "",
    schema: || serde_json::json!({ "type": ["string", "number"] }),
};

/// Two ends, how many values, and how they are spread.
pub(super) struct Range {
    pub from: Node,
    pub to: Node,
    pub points: Option<u64>,
    pub is_logarithmic: Option<bool>,
    /// Where the whole range was written.
    pub place: Place,
}

/// Reads the table of a range as the values it stands for. `None` when it is wrong, which is
/// reported.
pub(super) fn read(
    path: &str,
    table: &Table,
    place: Place,
    measure: Option<Measure>,
    sources: &Sources,
    problems: &mut Problems,
) -> Option<Vec<Node>> {
    let mut effective = Vec::new();
    let mut reading = Reading::new(problems, sources, &mut effective);
    let mut reader = TableReader::new("sweep", table, place, RANGE, &mut reading);
    let points = reader.optional::<u64>("points");
    let scale = if reader.given("scale") { reader.get_word("scale").map(Some) } else { Some(None) };
    let mut is_sound = !reader.has_unknown() && points.is_some() && scale.is_some();
    for end in ["from", "to"].into_iter().filter(|end| table.get(end).is_none()) {
        let message = format!("[sweep] `{path}`: `{end}` is missing");
        problems.error(place, message, "a range has a first and a last value");
        is_sound = false;
    }
    let (from, to) = (table.get("from")?.clone(), table.get("to")?.clone());
    let is_logarithmic = scale?.map(|word| word == "log");
    let range = Range { from, to, points: points?, is_logarithmic, place };
    is_sound.then(|| range.values(path, measure, problems))?
}

impl Range {
    /// The values of the range; `None` when it makes none, which is reported.
    pub fn values(
        &self,
        path: &str,
        measure: Option<Measure>,
        problems: &mut Problems,
    ) -> Option<Vec<Node>> {
        let subject = format!("[sweep] `{path}`");
        let Some(measure) = measure else {
            let message = format!("{subject}: there is nothing between two of its values");
            let label = "list the values, as in [\"round_robin\", \"random\"]";
            problems.error(self.place, message, label);
            return None;
        };
        let mut end = |node: &Node| match measure.number(node) {
            Ok(number) => Some(number),
            Err(refusal) => {
                problems.error(node.place, format!("{subject}: {node} is no end of it"), refusal);
                None
            }
        };
        let (from, to) = (end(&self.from), end(&self.to));
        let (from, to) = (from?, to?);
        let points = self.points.unwrap_or(USUAL_POINTS);
        let is_logarithmic = self.is_logarithmic.unwrap_or(from > 0.0 && to >= WIDE * from);
        let wrong = match () {
            () if from > to => {
                let label = format!("from the lesser to the greater: {} to {}", self.to, self.from);
                Some(("begins after its end", label))
            }
            () if from == to => Some(("is empty: both ends are the same", "give two".to_owned())),
            () if points < 2 => Some(("needs 2 points at least", "its ends".to_owned())),
            () if points > MOST_POINTS => {
                Some(("has too many points", format!("at most {MOST_POINTS}")))
            }
            () if is_logarithmic && from <= 0.0 => Some((
                "has no ratios where it begins",
                "begin above 0, or say scale = \"linear\"".to_owned(),
            )),
            () => None,
        };
        if let Some((what, label)) = wrong {
            problems.error(self.place, format!("{subject}: the range {what}"), label);
            return None;
        }
        let numbers = spread(from, to, points, is_logarithmic, measure.is_whole());
        let Some(numbers) = numbers else {
            let message = format!("{subject}: the range has fewer whole numbers than points");
            problems.error(self.place, message, "fewer points, or ends further apart");
            return None;
        };
        let between = |number: &f64| Node { value: measure.value(*number), place: self.place };
        let mut nodes: Vec<Node> = numbers.iter().map(between).collect();
        let last = nodes.len() - 1;
        (nodes[0], nodes[last]) = (self.from.clone(), self.to.clone());
        Some(nodes)
    }
}

/// `points` numbers from one end to the other. Those between are rounded to three digits where
/// their neighbours are far enough; `None` when whole numbers would come twice.
pub(super) fn spread(
    from: f64,
    to: f64,
    points: u64,
    is_logarithmic: bool,
    is_whole: bool,
) -> Option<Vec<f64>> {
    let steps = (points - 1) as f64;
    let ratio = to / from;
    let is_coarse = match is_logarithmic {
        true => libm::pow(ratio, 1.0 / steps) > COARSE,
        false => (to - from) / steps > (COARSE - 1.0) * to.abs(),
    };
    let at = |step: u64| {
        let share = step as f64 / steps;
        let number = match is_logarithmic {
            _ if step == 0 => return from,
            _ if step == points - 1 => return to,
            true => from * libm::pow(ratio, share),
            false => from + (to - from) * share,
        };
        let number = if is_coarse { three_digits(number) } else { number };
        if is_whole { libm::round(number) } else { number }
    };
    let numbers: Vec<f64> = (0..points).map(at).collect();
    numbers.windows(2).all(|pair| pair[0] < pair[1]).then_some(numbers)
}

/// A number with three significant digits.
fn three_digits(number: f64) -> f64 {
    if number == 0.0 {
        return 0.0;
    }
    let exponent = 2 - libm::floor(libm::log10(number.abs())) as i32;
    // Dividing by a whole power of ten gives the nearest decimal, a negative power would not.
    let power = libm::pow(10.0, f64::from(exponent.abs()));
    match exponent >= 0 {
        true => libm::round(number * power) / power,
        false => libm::round(number / power) * power,
    }
}
