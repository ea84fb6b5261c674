//! Sizes: `"20KiB"`, `"16GiB"`, `"1GB"` (10^9 bytes).

use std::fmt;

use super::Quantity;
use super::decimal::{exact_text, split};

/// Bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Size(pub u64);

/// Symbol and bytes.
pub(super) const UNITS: [(&str, u64); 9] = [
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// An exbibyte: more than any table of a database holds.
const LARGEST: u64 = 1 << 60;

impl Quantity for Size {
    const WHAT: &'static str = "a size";
    const PATTERN: &'static str = concat!(number!(), r"\s*([KMGT]i?)?B\s*$");

    fn parse(text: &str) -> Result<Size, String> {
        let (number, unit) = split(text)?;
        let amount = text.trim().strip_suffix(unit).unwrap_or(text).trim();
        if unit.is_empty() {
            return Err(unit_missing(amount));
        }
        let Some((_, bytes)) = UNITS.iter().find(|(symbol, _)| *symbol == unit) else {
            return Err(unknown_unit(amount, unit));
        };
        number
            .times(u128::from(*bytes))
            .and_then(|bytes| u64::try_from(bytes).ok())
            .filter(|bytes| *bytes <= LARGEST)
            .map(Size)
            .ok_or_else(|| format!("`{}` is more than 1048576TiB", text.trim()))
    }

    fn from_number(number: f64) -> Result<Size, String> {
        Err(unit_missing(&number.to_string()))
    }
}

fn unit_missing(amount: &str) -> String {
    // So many of anything are meant as bytes.
    if amount.len() > 4 {
        return format!("the unit is missing: write \"{amount}B\", or use KiB, MiB or GiB");
    }
    format!("the unit is missing: write \"{amount}KiB\" or \"{amount}GiB\"")
}

/// `16G`, `16gb` and the like: both meanings, to choose from.
pub(super) fn unknown_unit(amount: &str, unit: &str) -> String {
    match unit.chars().next().map(|first| first.to_ascii_uppercase()) {
        Some(prefix) if "KMGT".contains(prefix) && unit.len() <= 3 => format!(
            "`{unit}` is no unit of size: write \"{amount}{prefix}B\" (powers of 1000) or \
             \"{amount}{prefix}iB\" (powers of 1024)"
        ),
        _ => format!("`{unit}` is no unit of size: write B, KB, MB, GB, TB, KiB, MiB, GiB or TiB"),
    }
}

impl fmt::Display for Size {
    /// The shortest exact text with at most three decimals, a number of bytes if need be.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shortest = UNITS
            .iter()
            .filter(|(_, bytes)| self.0 >= *bytes)
            .filter_map(|(symbol, bytes)| {
                let number = exact_text(u128::from(self.0), u128::from(*bytes), 3)?;
                Some(format!("{number}{symbol}"))
            })
            .min_by_key(String::len)
            .unwrap_or_else(|| format!("{}B", self.0));
        formatter.write_str(&shortest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepted_and_printed() {
        for (text, bytes, printed) in [
            ("0B", 0, "0B"),
            ("20KiB", 20_480, "20KiB"),
            ("1.5GiB", 1_610_612_736, "1.5GiB"),
            ("1GB", 1_000_000_000, "1GB"),
            ("16 GiB", 17_179_869_184, "16GiB"),
            ("2TB", 2_000_000_000_000, "2TB"),
            ("1234B", 1234, "1234B"),
            ("1.3KiB", 1331, "1331B"),
            ("1048576TiB", 1 << 60, "1048576TiB"),
        ] {
            assert_eq!(Size::parse(text), Ok(Size(bytes)), "{text}");
            assert_eq!(Size(bytes).to_string(), printed);
        }
    }

    #[test]
    fn refused_each_with_its_sentence() {
        for (text, sentence) in [
            ("", "an empty text"),
            ("16", "the unit is missing: write \"16KiB\" or \"16GiB\""),
            ("1073741824", "write \"1073741824B\", or use KiB, MiB or GiB"),
            ("16G", "write \"16GB\" (powers of 1000) or \"16GiB\" (powers of 1024)"),
            ("16gb", "write \"16GB\""),
            ("16bytes", "`bytes` is no unit of size: write B, KB"),
            ("-1B", "is negative"),
            ("2000000TiB", "is more than 1048576TiB"),
        ] {
            let refusal = Size::parse(text).expect_err(text);
            assert!(refusal.contains(sentence), "{text}: {refusal}");
        }
    }

    proptest! {
        #[test]
        fn prints_what_it_parses(bytes in 0..=LARGEST) {
            prop_assert_eq!(Size::parse(&Size(bytes).to_string()), Ok(Size(bytes)));
        }
    }
}
