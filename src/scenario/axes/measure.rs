//! What kind of quantity a path takes.

use crate::components::work::WORK;
use crate::language::key::{Takes, find};
use crate::language::node::{Node, Table, Value};
use crate::language::quantity::{Bandwidth, Count, Duration, Fraction, Quantity, Rate, Size};
use crate::measure::unit::Unit;
use crate::scenario::ROOT;

/// A kind of quantity that can be spread evenly between two ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Measure {
    Duration,
    Rate,
    Size,
    Bandwidth,
    Fraction,
    Count,
    Number,
}

impl Measure {
    /// The measure of the key at `path` in the scenario; `None` when the key takes none, or is not
    /// there, which is reported when the axis is laid over the scenario.
    pub fn of(scenario: &Table, path: &str) -> Option<Measure> {
        match takes_at(scenario, path)? {
            Takes::Duration | Takes::Distribution => Some(Measure::Duration),
            Takes::Custom(custom) if std::ptr::eq(custom, &WORK) => Some(Measure::Duration),
            Takes::Rate => Some(Measure::Rate),
            Takes::Size => Some(Measure::Size),
            Takes::Bandwidth => Some(Measure::Bandwidth),
            Takes::Fraction => Some(Measure::Fraction),
            Takes::Count | Takes::Limit => Some(Measure::Count),
            Takes::Number => Some(Measure::Number),
            _ => None,
        }
    }

    /// The unit of its numbers; bytes per second count as a rate.
    pub fn unit(self) -> Unit {
        match self {
            Measure::Duration => Unit::Seconds,
            Measure::Rate | Measure::Bandwidth => Unit::PerSecond,
            Measure::Size => Unit::Bytes,
            Measure::Fraction => Unit::Fraction,
            Measure::Count | Measure::Number => Unit::Count,
        }
    }

    /// The value of a node in SI units.
    ///
    /// # Errors
    /// Why it is refused, in a sentence that says what is accepted.
    pub fn number(self, node: &Node) -> Result<f64, String> {
        match self {
            Measure::Duration => parsed::<Duration>(node).map(Duration::seconds),
            Measure::Rate => parsed::<Rate>(node).map(|rate| rate.0),
            Measure::Size => parsed::<Size>(node).map(|size| size.0 as f64),
            Measure::Bandwidth => parsed::<Bandwidth>(node).map(|bandwidth| bandwidth.0),
            Measure::Fraction => parsed::<Fraction>(node).map(|fraction| fraction.0),
            Measure::Count if node.text() == Some("unlimited") => {
                Err("it has no number: write a count".to_owned())
            }
            Measure::Count => parsed::<Count>(node).map(|count| count.0 as f64),
            Measure::Number => match node.value {
                Value::Integer(integer) => Ok(integer as f64),
                Value::Float(float) => Ok(float),
                _ => Err(format!("a plain number such as 0.99, not {}", node.value.what())),
            },
        }
    }

    /// A number as the value that stands for it, in the words of the language.
    pub fn value(self, number: f64) -> Value {
        match self {
            Measure::Count => Value::Integer(libm::round(number) as i64),
            Measure::Number => Value::Float(number),
            _ => Value::Text(self.text(number)),
        }
    }

    /// A number as text that parses back to it, as closely as the quantity goes.
    pub fn text(self, number: f64) -> String {
        match self {
            Measure::Duration => Duration::from_seconds(number).to_string(),
            Measure::Rate => Rate(number).to_string(),
            Measure::Size => Size(libm::round(number) as u64).to_string(),
            Measure::Bandwidth => Bandwidth(number).to_string(),
            Measure::Fraction => Fraction(number).to_string(),
            Measure::Count => Count(libm::round(number) as u64).to_string(),
            Measure::Number => number.to_string(),
        }
    }

    /// Whether its numbers are whole.
    pub fn is_whole(self) -> bool {
        matches!(self, Measure::Count | Measure::Size)
    }
}

fn parsed<T: Quantity>(node: &Node) -> Result<T, String> {
    match &node.value {
        Value::Text(text) => T::parse(text),
        Value::Integer(integer) => T::from_integer(*integer),
        Value::Float(float) => T::from_number(*float),
        other => Err(format!("this is {}", other.what())),
    }
}

/// What the key at `path` takes, where the first word may be a component.
fn takes_at(scenario: &Table, path: &str) -> Option<Takes> {
    let mut words: Vec<&str> = path.split('.').collect();
    if find(ROOT, words[0]).is_none() {
        words.insert(0, "components");
    }
    let mut keys = ROOT;
    let mut at = words.iter();
    loop {
        let takes = find(keys, at.next()?)?.takes;
        keys = match takes {
            Takes::Table(keys) => keys,
            Takes::TableOf(keys) => {
                at.next()?;
                keys
            }
            Takes::TablesByKind(kinds) => {
                let name = at.next()?;
                let component = scenario.get("components")?.table()?.get(name)?.table()?;
                let kind = component.get("kind")?.text()?;
                kinds().into_iter().find(|known| known.name == kind)?.keys
            }
            Takes::MapOf(takes) => {
                at.next()?;
                return at.next().is_none().then_some(*takes);
            }
            takes => return at.next().is_none().then_some(takes),
        };
    }
}
