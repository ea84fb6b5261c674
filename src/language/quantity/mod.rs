//! Quantities: numbers with units, their text forms, and nothing implied.
//!
//! Every quantity parses from text with a sentence of its own for each refusal, and prints a text
//! that parses back to the same value.

/// Regular expression of a number at the start of a text, as `decimal::split` reads it.
macro_rules! number {
    () => {
        r"^\s*[0-9]+(_[0-9]+)*(\.[0-9]+(_[0-9]+)*)?"
    };
}

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::string::string_regex;

    use super::*;

    /// Texts that the pattern of `T` accepts.
    fn texts<T: Quantity>() -> impl Strategy<Value = String> {
        string_regex(&T::PATTERN.replace(['^', '$'], "")).expect("the pattern is well formed")
    }

    /// A text of the right form is refused for the size of its number alone.
    fn is_sound<T: Quantity>(text: &str) -> bool {
        let of_size = ["more than", "no whole number", "write it out"];
        T::parse(text).err().is_none_or(|why| of_size.iter().any(|part| why.contains(part)))
    }

    proptest! {
        #[test]
        fn patterns_say_what_is_parsed(
            duration in texts::<Duration>(),
            rate in texts::<Rate>(),
            size in texts::<Size>(),
            bandwidth in texts::<Bandwidth>(),
            fraction in texts::<Fraction>(),
            growth in texts::<Growth>(),
            count in texts::<Count>(),
            limit in texts::<Limit>(),
            seed in texts::<Seed>(),
        ) {
            prop_assert!(is_sound::<Duration>(&duration), "{duration}");
            prop_assert!(is_sound::<Rate>(&rate), "{rate}");
            prop_assert!(is_sound::<Size>(&size), "{size}");
            prop_assert!(is_sound::<Bandwidth>(&bandwidth), "{bandwidth}");
            prop_assert!(is_sound::<Fraction>(&fraction), "{fraction}");
            prop_assert!(is_sound::<Growth>(&growth), "{growth}");
            prop_assert!(is_sound::<Count>(&count), "{count}");
            prop_assert!(is_sound::<Limit>(&limit), "{limit}");
            prop_assert!(is_sound::<Seed>(&seed), "{seed}");
        }
    }
}
