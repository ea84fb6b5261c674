//! Fractions `"70%"` or `0.7`, and growth `"8%/month"`.

use std::fmt;

use super::Quantity;
use super::decimal::split;

/// A share, 0 to 1.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub struct Fraction(pub f64);

/// Relative growth per month: 0.08 for 8%.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub struct Growth(pub f64);

/// More than tenfold a month is a slip of the hand.
const FASTEST_GROWTH: f64 = 10.0;

/// The value of a percentage such as `"70%"`, which may pass 100%.
///
/// # Errors
/// In words when the text is no percentage.
pub fn percent(text: &str) -> Result<f64, String> {
    let (number, unit) = split(text)?;
    if unit == "%" {
        return Ok(number.shifted(-2));
    }
    Err(format!("`{}` is no percentage: write \"70%\"", text.trim()))
}

/// The percentage that [`percent`] reads as exactly `value`, a finite number of at least zero.
pub fn percent_text(value: f64) -> String {
    // The decimal point moves in the shortest text of the value, so nothing is rounded.
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').expect("a formatted number has an exponent");
    let exponent: i32 = exponent.parse().expect("a formatted exponent is an integer");
    let digits = digits.replace('.', "");
    let point = exponent + 3;
    if point <= 0 {
        return format!("0.{}{digits}%", "0".repeat(-point as usize));
    }
    let point = point as usize;
    if digits.len() <= point {
        let whole = format!("{digits}{}", "0".repeat(point - digits.len()));
        return format!("{}%", trimmed(&whole));
    }
    format!("{}.{}%", trimmed(&digits[..point]), &digits[point..])
}

/// A whole number without leading zeros.
fn trimmed(whole: &str) -> &str {
    match whole.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    }
}

impl Quantity for Fraction {
    const WHAT: &'static str = "a fraction";
    const PATTERN: &'static str = concat!(number!(), r"\s*%\s*$");

    fn parse(text: &str) -> Result<Fraction, String> {
        let value = percent(text)?;
        if value > 1.0 {
            return Err(format!("`{}` is more than 100%", text.trim()));
        }
        Ok(Fraction(value))
    }

    fn from_number(number: f64) -> Result<Fraction, String> {
        if number < 0.0 {
            return Err(format!("{number} is negative"));
        }
        if number > 100.0 {
            return Err(format!("{number} is more than everything: a fraction is at most 1"));
        }
        if number > 1.0 {
            return Err(format!("{number} is more than 1: write \"{number}%\" for a percentage"));
        }
        Ok(Fraction(number))
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&percent_text(self.0))
    }
}

impl Quantity for Growth {
    const WHAT: &'static str = "a growth";
    const PATTERN: &'static str = concat!(number!(), r"\s*%\s*/\s*(month|year)\s*$");

    fn parse(text: &str) -> Result<Growth, String> {
        let unit_missing = "per what is missing: write \"8%/month\" or \"150%/year\"";
        let (share, unit) = text.split_once('/').ok_or(unit_missing)?;
        let share = percent(share)?;
        let monthly = match unit.trim() {
            "month" => share,
            "year" => libm::pow(1.0 + share, 1.0 / 12.0) - 1.0,
            other => return Err(format!("`/{other}` is not known: write /month or /year")),
        };
        if monthly > FASTEST_GROWTH {
            return Err(format!("`{}` is more than 1000% a month", text.trim()));
        }
        Ok(Growth(monthly))
    }

    fn from_number(number: f64) -> Result<Growth, String> {
        Err(format!("{number} has no unit: write \"8%/month\" or \"150%/year\""))
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/month", percent_text(self.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepted_and_printed() {
        for (text, value, printed) in [
            ("70%", 0.7, "70%"),
            ("0%", 0.0, "0%"),
            ("100%", 1.0, "100%"),
            ("0.05%", 0.0005, "0.05%"),
            ("99.99 %", 0.9999, "99.99%"),
            ("7%", 0.07, "7%"),
        ] {
            assert_eq!(Fraction::parse(text), Ok(Fraction(value)), "{text}");
            assert_eq!(Fraction(value).to_string(), printed);
        }
        assert_eq!(Fraction::from_number(0.7), Ok(Fraction(0.7)));
        assert_eq!(Fraction::from_integer(1), Ok(Fraction(1.0)));
    }

    #[test]
    fn refused_each_with_its_sentence() {
        for (text, sentence) in [
            ("70", "`70` is no percentage"),
            ("0.7", "`0.7` is no percentage"),
            ("170%", "more than 100%"),
            ("-1%", "is negative"),
            ("%", "does not start with a number"),
        ] {
            let refusal = Fraction::parse(text).expect_err(text);
            assert!(refusal.contains(sentence), "{text}: {refusal}");
        }
        let refusal = Fraction::from_integer(70).expect_err("more than 1");
        assert!(refusal.contains("write \"70%\""), "{refusal}");
        assert!(Fraction::from_number(-0.5).is_err());
    }

    #[test]
    fn growth_is_per_month() {
        assert_eq!(Growth::parse("8%/month"), Ok(Growth(0.08)));
        assert_eq!(Growth(0.08).to_string(), "8%/month");
        // 1.08^12 = 2.51817, so 151.817% a year is 8% a month.
        let yearly = Growth::parse("151.817012%/year").expect("a growth");
        assert!((yearly.0 - 0.08).abs() < 1e-9, "{yearly}");
        assert_eq!(Growth::parse(&yearly.to_string()), Ok(yearly));
        for text in ["8%", "8/month", "8%/week", "-8%/month", "5000%/month"] {
            assert!(Growth::parse(text).is_err(), "{text}");
        }
    }

    proptest! {

        #[test]
        fn prints_what_it_parses(value in 1e-9..1.0f64) {
            prop_assert_eq!(Fraction::parse(&Fraction(value).to_string()), Ok(Fraction(value)));
        }
    }
}
