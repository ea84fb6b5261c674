//! The bound of a comparison: any quantity, its value in SI units and its kind.

use std::fmt;

use crate::language::quantity::{
    Count, Duration, Quantity, Rate, Size, exact_text, percent, percent_text, split,
};

/// A bound and what kind of quantity it is, so that it can be checked against the metric's unit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Amount {
    /// A span of time.
    Duration(Duration),
    /// A share, 0.7 for `70%`; loads may pass 100%.
    Fraction(f64),
    /// Events per second.
    Rate(Rate),
    /// Bytes.
    Size(Size),
    /// A number without unit; `B` behind it is a billion, as in every count.
    Number(f64),
}

const SUFFIXES: [(&str, i32); 4] = [("", 0), ("K", 3), ("M", 6), ("B", 9)];

impl Amount {
    /// The quantity a text states.
    ///
    /// # Errors
    /// In words when its number or its unit is not understood.
    pub fn parse(text: &str) -> Result<Amount, String> {
        let (number, unit) = split(text)?;
        if let Some((_, exponent)) = SUFFIXES.iter().find(|(suffix, _)| *suffix == unit) {
            return Ok(Amount::Number(number.shifted(*exponent)));
        }
        if unit.starts_with('%') {
            return percent(text).map(Amount::Fraction);
        }
        if unit.contains('/') {
            return Rate::parse(text).map(Amount::Rate);
        }
        if unit.ends_with('B') {
            return Size::parse(text).map(Amount::Size);
        }
        Duration::parse(text).map(Amount::Duration)
    }

    /// The value in seconds, per second, bytes, or as a plain number.
    pub fn value(self) -> f64 {
        match self {
            Amount::Duration(span) => span.seconds(),
            Amount::Fraction(value) | Amount::Number(value) => value,
            Amount::Rate(rate) => rate.0,
            Amount::Size(size) => size.0 as f64,
        }
    }

    /// What kind of quantity it is, with its article.
    pub const fn what(self) -> &'static str {
        match self {
            Amount::Duration(_) => "a duration",
            Amount::Fraction(_) => "a percentage",
            Amount::Rate(_) => "a rate",
            Amount::Size(_) => "a size",
            Amount::Number(_) => "a number",
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount::Duration(span) => span.fmt(formatter),
            Amount::Fraction(value) => formatter.write_str(&percent_text(*value)),
            Amount::Rate(rate) => rate.fmt(formatter),
            Amount::Size(size) => {
                let text = size.to_string();
                let in_bytes = text.trim_end_matches('B').ends_with(|c: char| c.is_ascii_digit());
                match exact_text(u128::from(size.0), 1000, 3).filter(|_| in_bytes) {
                    // `20B` would be twenty billion.
                    Some(thousands) => write!(formatter, "{thousands}KB"),
                    None => formatter.write_str(&text),
                }
            }
            Amount::Number(number) => match Count::from_number(*number) {
                Ok(count) => count.fmt(formatter),
                Err(_) => write!(formatter, "{number}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_si_value() {
        for (text, value, what) in [
            ("200ms", 0.2, "a duration"),
            ("10 seconds", 10.0, "a duration"),
            ("70%", 0.7, "a percentage"),
            ("130%", 1.3, "a percentage"),
            ("4/min", 4.0 / 60.0, "a rate"),
            ("16GiB", 17_179_869_184.0, "a size"),
            ("500K", 500_000.0, "a number"),
            ("2B", 2e9, "a number"),
            ("0.95", 0.95, "a number"),
        ] {
            let amount = Amount::parse(text).expect(text);
            assert_eq!((amount.value(), amount.what()), (value, what), "{text}");
            assert_eq!(Amount::parse(&amount.to_string()), Ok(amount), "{text}");
        }
    }

    #[test]
    fn a_few_bytes_do_not_print_as_billions() {
        assert_eq!(Amount::Size(Size(20)).to_string(), "0.02KB");
        assert_eq!(Amount::parse("0.02KB"), Ok(Amount::Size(Size(20))));
    }

    #[test]
    fn refusals_say_what_is_accepted() {
        for (text, sentence) in [
            ("5m", "minutes or milliseconds?"),
            ("", "an empty text"),
            ("-3", "is negative"),
            ("fast", "does not start with a number"),
            ("4/week", "no unit of a rate"),
            ("4 apples", "`apples` is no unit of time"),
        ] {
            let refusal = Amount::parse(text).expect_err(text);
            assert!(refusal.contains(sentence), "{text}: {refusal}");
        }
    }
}
