//! Rates: `"1200/s"`, `"4/min"`, `"10K/h"`, `"2/d"`.

use std::fmt;

use super::Quantity;
use super::decimal::{plain, split};

/// Events per second.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub struct Rate(pub f64);

/// Symbol and seconds.
const UNITS: [(&str, f64); 5] =
    [("s", 1.0), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0), ("ms", 0.001)];

/// Multipliers before the slash, as powers of ten.
const PREFIXES: [(&str, i32); 4] = [("", 0), ("K", 3), ("M", 6), ("B", 9)];

/// One event a nanosecond: the clock tells no faster ones apart.
const FASTEST: f64 = 1e9;

impl Quantity for Rate {
    const WHAT: &'static str = "a rate";
    const PATTERN: &'static str = concat!(number!(), r"\s*[KMB]?\s*/\s*(ms|s|min|h|d)\s*$");

    fn parse(text: &str) -> Result<Rate, String> {
        let (number, rest) = split(text)?;
        let Some((prefix, unit)) = rest.split_once('/') else {
            let amount = text.trim().strip_suffix(rest).unwrap_or(text).trim();
            return Err(per_missing(amount));
        };
        let (prefix, unit) = (prefix.trim(), unit.trim());
        let (_, exponent) =
            PREFIXES.iter().find(|(symbol, _)| *symbol == prefix).ok_or_else(|| {
                format!("`{prefix}` is no multiplier: write K (10^3), M (10^6) or B (10^9)")
            })?;
        let (_, seconds) =
            UNITS.iter().find(|(symbol, _)| *symbol == unit).ok_or_else(|| match unit {
                "m" => "per minute or per month? write /min, /h or /d".to_owned(),
                _ => format!("`/{unit}` is no unit of a rate: write /s, /min, /h or /d"),
            })?;
        checked(number.shifted(*exponent) / seconds, text.trim())
    }

    fn from_number(number: f64) -> Result<Rate, String> {
        Err(per_missing(&number.to_string()))
    }
}

fn per_missing(amount: &str) -> String {
    format!("per what is missing: write \"{amount}/s\" or \"{amount}/min\"")
}

fn checked(rate: f64, text: &str) -> Result<Rate, String> {
    if rate > FASTEST {
        return Err(format!("`{text}` is more than one a nanosecond"));
    }
    Ok(Rate(rate))
}

impl fmt::Display for Rate {
    /// The shortest text among the units that parses back to the same value.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_second = format!("{}/s", self.0);
        let shortest = UNITS[..4]
            .iter()
            .map(|(unit, seconds)| format!("{}/{unit}", plain(self.0 * seconds)))
            .filter(|text| Rate::parse(text) == Ok(*self))
            .min_by_key(String::len)
            .filter(|text| text.len() < per_second.len())
            .unwrap_or(per_second);
        formatter.write_str(&shortest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepted_and_printed() {
        for (text, rate, printed) in [
            ("1200/s", 1200.0, "1200/s"),
            ("4/min", 4.0 / 60.0, "4/min"),
            ("2 / h", 2.0 / 3600.0, "2/h"),
            ("1/d", 1.0 / 86_400.0, "1/d"),
            ("10K/s", 10_000.0, "10000/s"),
            ("1.5M/d", 1.5e6 / 86_400.0, "62500/h"),
            ("0/s", 0.0, "0/s"),
            ("3/ms", 3000.0, "3000/s"),
        ] {
            let parsed = Rate::parse(text).expect(text);
            assert!((parsed.0 - rate).abs() <= 1e-12 * rate, "{text}");
            assert_eq!(parsed.to_string(), printed);
        }
    }

    #[test]
    fn refused_each_with_its_sentence() {
        for (text, sentence) in [
            ("", "an empty text"),
            ("4", "per what is missing: write \"4/s\""),
            ("4s", "per what is missing: write \"4/s\""),
            ("4/m", "per minute or per month?"),
            ("4/week", "`/week` is no unit of a rate"),
            ("4k/s", "`k` is no multiplier"),
            ("-4/s", "is negative"),
            ("20B/s", "more than one a nanosecond"),
            ("/s", "does not start with a number"),
        ] {
            let refusal = Rate::parse(text).expect_err(text);
            assert!(refusal.contains(sentence), "{text}: {refusal}");
        }
    }

    proptest! {
        #[test]
        fn prints_what_it_parses(tenths in 0u64..10_000_000, unit in 0usize..4) {
            let rate = Rate(tenths as f64 / 10.0 / UNITS[unit].1);
            prop_assert_eq!(Rate::parse(&rate.to_string()), Ok(rate));
        }
    }
}
