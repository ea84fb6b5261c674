//! Quantities: numbers with units, their text forms, and nothing implied.
//!
//! Every quantity parses from text with a sentence of its own for each refusal, and prints a text
//! that parses back to the same value.

mod bandwidth;
mod count;
mod decimal;
mod duration;
mod fraction;
mod rate;
mod size;

use std::fmt::Display;

pub use bandwidth::Bandwidth;
pub use count::{Count, Limit, Seed};
pub(super) use decimal::{exact_text, split};
pub use fraction::{Fraction, Growth, percent, percent_text};
pub use rate::Rate;
pub use size::Size;

pub use crate::kernel::time::Duration;

/// A value with a text form.
pub trait Quantity: Sized + Display {
    /// What it is, with its article, for messages: "a duration".
    const WHAT: &'static str;

    /// Regular expression (ECMA 262) of the texts accepted, for editors.
    const PATTERN: &'static str;

    /// The value a text stands for.
    ///
    /// # Errors
    /// Why the text is refused, in a sentence that says what is accepted.
    fn parse(text: &str) -> Result<Self, String>;

    /// The value a plain number stands for.
    ///
    /// # Errors
    /// Why it is refused: most quantities need a unit.
    fn from_number(number: f64) -> Result<Self, String>;

    /// The value an integer stands for.
    ///
    /// # Errors
    /// As [`Quantity::from_number`].
    fn from_integer(integer: i64) -> Result<Self, String> {
        Self::from_number(integer as f64)
    }
}
