//! Bandwidths: `"1Gbit/s"`, `"100MB/s"`.

use std::fmt;

use super::Quantity;
use super::decimal::{plain, split};
use super::size;

/// Bytes per second.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub struct Bandwidth(pub f64);

/// Symbol and bits; a network counts in powers of 1000.
const BITS: [(&str, f64); 5] =
    [("bit", 1.0), ("Kbit", 1e3), ("Mbit", 1e6), ("Gbit", 1e9), ("Tbit", 1e12)];

/// An exabyte a second.
const FASTEST: f64 = 1e18;

impl Quantity for Bandwidth {
    const WHAT: &'static str = "a bandwidth";
    const PATTERN: &'static str = concat!(number!(), r"\s*([KMGT]?bit|([KMGT]i?)?B)\s*/\s*s\s*$");

    fn parse(text: &str) -> Result<Bandwidth, String> {
        let (number, rest) = split(text)?;
        let amount = text.trim().strip_suffix(rest).unwrap_or(text).trim();
        let Some((unit, per)) = rest.split_once('/') else {
            return Err(unit_missing(amount));
        };
        let (unit, per) = (unit.trim(), per.trim());
        if per != "s" {
            return Err(format!("`/{per}` is no unit of a bandwidth: it is always per second, /s"));
        }
        let value = number.value();
        let bandwidth = if let Some((_, bits)) = BITS.iter().find(|(symbol, _)| *symbol == unit) {
            value * bits / 8.0
        } else if let Some((_, bytes)) = size::UNITS.iter().find(|(symbol, _)| *symbol == unit) {
            value * *bytes as f64
        } else {
            return Err(format!(
                "`{unit}/s` is no unit of a bandwidth: write Mbit/s, Gbit/s, MB/s or MiB/s"
            ));
        };
        if bandwidth > FASTEST {
            return Err(format!("`{}` is more than 10^18 bytes a second", text.trim()));
        }
        Ok(Bandwidth(bandwidth))
    }

    fn from_number(number: f64) -> Result<Bandwidth, String> {
        Err(unit_missing(&number.to_string()))
    }
}

fn unit_missing(amount: &str) -> String {
    format!("the unit is missing: write \"{amount}Mbit/s\" or \"{amount}MB/s\"")
}

impl fmt::Display for Bandwidth {
    /// The shortest number among the units that parses back to the same value.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = size::UNITS.iter().map(|(symbol, bytes)| (*symbol, *bytes as f64));
        let bits = BITS.iter().map(|(symbol, bits)| (*symbol, bits / 8.0));
        let shortest = bytes
            .chain(bits)
            .map(|(symbol, unit)| (plain(self.0 / unit), symbol))
            .filter(|(number, symbol)| {
                Bandwidth::parse(&format!("{number}{symbol}/s")) == Ok(*self)
            })
            .min_by_key(|(number, _)| number.len());
        let (number, symbol) = shortest.unwrap_or_else(|| (self.0.to_string(), "B"));
        write!(formatter, "{number}{symbol}/s")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepted_and_printed() {
        for (text, bytes, printed) in [
            ("1Gbit/s", 125e6, "1Gbit/s"),
            ("100MB/s", 1e8, "100MB/s"),
            ("1.5GiB/s", 1_610_612_736.0, "1.5GiB/s"),
            ("10 Mbit / s", 1.25e6, "10Mbit/s"),
            ("0B/s", 0.0, "0B/s"),
        ] {
            assert_eq!(Bandwidth::parse(text), Ok(Bandwidth(bytes)), "{text}");
            assert_eq!(Bandwidth(bytes).to_string(), printed);
        }
    }

    #[test]
    fn refused_each_with_its_sentence() {
        for (text, sentence) in [
            ("100", "the unit is missing: write \"100Mbit/s\""),
            ("100MB", "the unit is missing: write \"100Mbit/s\""),
            ("100MB/min", "always per second"),
            ("100mb/s", "`mb/s` is no unit of a bandwidth"),
            ("-1MB/s", "is negative"),
            ("99999999TB/s", "more than 10^18 bytes"),
        ] {
            let refusal = Bandwidth::parse(text).expect_err(text);
            assert!(refusal.contains(sentence), "{text}: {refusal}");
        }
    }

    proptest! {
        #[test]
        fn prints_what_it_parses(bytes in 0.0..1e15f64) {
            let bandwidth = Bandwidth(bytes);
            prop_assert_eq!(Bandwidth::parse(&bandwidth.to_string()), Ok(bandwidth));
        }
    }
}
