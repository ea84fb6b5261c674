//! Counts `300_000`, `"300K"`, `"1.5M"`; limits, which may be `"unlimited"`; seeds.

use std::fmt;

use super::Quantity;
use super::decimal::{exact_text, split};

/// A whole number of things, at most 10^12.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Count(pub u64);

/// How much fits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Limit {
    /// So many.
    Finite(u64),
    /// Without end.
    Unlimited,
}

impl Limit {
    /// The number, or `None` when there is no end.
    pub const fn finite(self) -> Option<u64> {
        match self {
            Limit::Finite(count) => Some(count),
            Limit::Unlimited => None,
        }
    }
}

/// Where the random draws start: any whole number of 63 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Seed(pub u64);

const SUFFIXES: [(&str, u64); 4] = [("", 1), ("K", 1_000), ("M", 1_000_000), ("B", 1_000_000_000)];

/// A hundred times as many as there are people.
const LARGEST: u64 = 1_000_000_000_000;

impl Quantity for Count {
    const WHAT: &'static str = "a count";
    const PATTERN: &'static str = concat!(number!(), r"\s*[KMB]?\s*$");

    fn parse(text: &str) -> Result<Count, String> {
        let (number, suffix) = split(text)?;
        let text = text.trim();
        let (_, unit) = SUFFIXES.iter().find(|(symbol, _)| *symbol == suffix).ok_or_else(|| {
            format!("`{suffix}` is no multiplier: write K (10^3), M (10^6) or B (10^9)")
        })?;
        let too_large = || format!("`{text}` is more than 1000B");
        let rounded = number.times(u128::from(*unit)).ok_or_else(too_large)?;
        let count = number.times_exactly(u128::from(*unit));
        if rounded > u128::from(LARGEST) {
            return Err(too_large());
        }
        let count = count.ok_or_else(|| format!("`{text}` is no whole number"))?;
        Ok(Count(u64::try_from(count).map_err(|_| too_large())?))
    }

    fn from_number(number: f64) -> Result<Count, String> {
        if number < 0.0 {
            return Err(format!("{number} is negative"));
        }
        if number > LARGEST as f64 {
            return Err(format!("{number} is more than 1000B"));
        }
        if number.fract() != 0.0 {
            return Err(format!("{number} is no whole number"));
        }
        Ok(Count(number as u64))
    }
}

impl fmt::Display for Count {
    /// With the suffix that makes it shortest, plain when none does.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shortest = SUFFIXES
            .iter()
            .filter(|(_, unit)| self.0 >= *unit)
            .filter_map(|(suffix, unit)| {
                let number = exact_text(u128::from(self.0), u128::from(*unit), 3)?;
                Some(format!("{number}{suffix}"))
            })
            .min_by_key(String::len)
            .unwrap_or_else(|| self.0.to_string());
        formatter.write_str(&shortest)
    }
}

impl Quantity for Limit {
    const WHAT: &'static str = "a count or \"unlimited\"";
    const PATTERN: &'static str = concat!("(", number!(), r"\s*[KMB]?\s*$)|(^\s*unlimited\s*$)");

    fn parse(text: &str) -> Result<Limit, String> {
        let word = text.trim();
        if word == "unlimited" {
            return Ok(Limit::Unlimited);
        }
        if word.starts_with(char::is_alphabetic) {
            return Err(format!("`{word}` is no limit: write a count or \"unlimited\""));
        }
        Count::parse(text).map(|count| Limit::Finite(count.0))
    }

    fn from_number(number: f64) -> Result<Limit, String> {
        Count::from_number(number).map(|count| Limit::Finite(count.0))
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Finite(count) => Count(*count).fmt(formatter),
            Limit::Unlimited => formatter.write_str("unlimited"),
        }
    }
}

impl Quantity for Seed {
    const WHAT: &'static str = "a whole number";
    const PATTERN: &'static str = r"^\s*[0-9]+\s*$";

    fn parse(text: &str) -> Result<Seed, String> {
        let seed: i64 = text.trim().parse().map_err(|_| "write it out: seed = 42".to_owned())?;
        Seed::from_integer(seed)
    }

    fn from_number(number: f64) -> Result<Seed, String> {
        Err(format!("{number} is no whole number: write seed = 42"))
    }

    fn from_integer(integer: i64) -> Result<Seed, String> {
        u64::try_from(integer).map(Seed).map_err(|_| format!("{integer} is negative"))
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepted_and_printed() {
        for (text, count, printed) in [
            ("0", 0, "0"),
            ("64", 64, "64"),
            ("300_000", 300_000, "300K"),
            ("300K", 300_000, "300K"),
            ("1.5M", 1_500_000, "1.5M"),
            ("10M", 10_000_000, "10M"),
            ("2B", 2_000_000_000, "2B"),
            ("1000B", LARGEST, "1000B"),
            ("1234", 1234, "1234"),
        ] {
            assert_eq!(Count::parse(text), Ok(Count(count)), "{text}");
            assert_eq!(Count(count).to_string(), printed);
        }
        assert_eq!(Count::from_integer(300_000), Ok(Count(300_000)));
        assert_eq!(Count::from_number(1e6), Ok(Count(1_000_000)));
    }

    #[test]
    fn refused_each_with_its_sentence() {
        for (text, sentence) in [
            ("", "an empty text"),
            ("1.5", "`1.5` is no whole number"),
            ("1.0005K", "is no whole number"),
            ("10k", "`k` is no multiplier: write K"),
            ("10 users", "`users` is no multiplier"),
            ("-1", "is negative"),
            ("1001B", "is more than 1000B"),
            ("99999999999999999999B", "is more than 1000B"),
        ] {
            let refusal = Count::parse(text).expect_err(text);
            assert!(refusal.contains(sentence), "{text}: {refusal}");
        }
        for number in [-1.0, 1.5, 1e13] {
            assert!(Count::from_number(number).is_err(), "{number}");
        }
    }

    #[test]
    fn limits() {
        assert_eq!(Limit::parse("unlimited"), Ok(Limit::Unlimited));
        assert_eq!(Limit::parse("10K"), Ok(Limit::Finite(10_000)));
        assert_eq!(Limit::from_integer(0), Ok(Limit::Finite(0)));
        assert!(Limit::Finite(5) < Limit::Unlimited);
        let refusal = Limit::parse("infinite").expect_err("another word");
        assert!(refusal.contains("\"unlimited\""), "{refusal}");
    }

    #[test]
    fn seeds_take_every_integer_that_is_not_negative() {
        assert_eq!(Seed::from_integer(i64::MAX), Ok(Seed(i64::MAX as u64)));
        assert_eq!(Seed::parse("42"), Ok(Seed(42)));
        assert!(Seed::from_integer(-1).is_err());
        assert!(Seed::from_number(0.5).is_err());
    }

    proptest! {
        #[test]
        fn prints_what_it_parses(count in 0..=LARGEST) {
            prop_assert_eq!(Count::parse(&Count(count).to_string()), Ok(Count(count)));
        }
    }
}
