//! Durations: `"250us"`, `"4ms"`, `"1.5s"`, `"5min"`, `"1h"`, `"30d"`, spelt out `"5 minutes"`.

use std::fmt;

use super::Quantity;
use super::decimal::{exact_text, split};
use crate::kernel::time::{Duration, Time};

/// Symbol, spelt-out form, nanoseconds.
const UNITS: [(&str, &str, u128); 7] = [
    ("d", "day", 86_400_000_000_000),
    ("h", "hour", 3_600_000_000_000),
    ("min", "minute", 60_000_000_000),
    ("s", "second", 1_000_000_000),
    ("ms", "millisecond", 1_000_000),
    ("us", "microsecond", 1_000),
    ("ns", "nanosecond", 1),
];

impl Quantity for Duration {
    const WHAT: &'static str = "a duration";
    const PATTERN: &'static str = concat!(
        number!(),
        r"\s*(ns|us|µs|μs|ms|s|min|h|d",
        r"|(nanosecond|microsecond|millisecond|second|minute|hour|day)s?)\s*$"
    );

    fn parse(text: &str) -> Result<Duration, String> {
        let (number, unit) = split(text)?;
        let amount = text.trim().strip_suffix(unit).unwrap_or(text).trim();
        let nanos = match unit {
            "" => return Err(unit_missing(amount)),
            "m" => {
                return Err(format!(
                    "minutes or milliseconds? write \"{amount}min\" or \"{amount}ms\""
                ));
            }
            "µs" | "μs" => 1_000,
            unit => UNITS
                .iter()
                .find(|(symbol, word, _)| {
                    unit == *symbol || unit == *word || unit.strip_suffix('s') == Some(word)
                })
                .map(|(_, _, nanos)| *nanos)
                .ok_or_else(|| {
                    format!("`{unit}` is no unit of time: write ns, us, ms, s, min, h or d")
                })?,
        };
        number
            .times(nanos)
            .and_then(|nanos| u64::try_from(nanos).ok())
            .filter(|nanos| *nanos <= Time::LAST.nanos())
            .map(Duration::from_nanos)
            .ok_or_else(|| format!("`{}` is more than the 73 years a run can hold", text.trim()))
    }

    fn from_number(number: f64) -> Result<Duration, String> {
        Err(unit_missing(&number.to_string()))
    }
}

fn unit_missing(amount: &str) -> String {
    format!("the unit is missing: write \"{amount}ms\" or \"{amount}s\"")
}

impl fmt::Display for Duration {
    /// Whole days, hours or minutes; else the largest unit of at most a second that is not below
    /// one. Always exact.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = u128::from(self.nanos());
        if nanos == 0 {
            return formatter.write_str("0s");
        }
        for (symbol, _, unit) in UNITS {
            let decimals = if unit <= 1_000_000_000 { 9 } else { 0 };
            if nanos >= unit
                && let Some(number) = exact_text(nanos, unit, decimals)
            {
                return write!(formatter, "{number}{symbol}");
            }
        }
        write!(formatter, "{nanos}ns")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepted() {
        for (text, nanos) in [
            ("3ns", 3),
            ("250us", 250_000),
            ("250µs", 250_000),
            ("4ms", 4_000_000),
            ("1.5s", 1_500_000_000),
            ("0s", 0),
            ("5min", 300_000_000_000),
            ("1h", 3_600_000_000_000),
            ("30d", 2_592_000_000_000_000),
            ("5 minutes", 300_000_000_000),
            ("1 minute", 60_000_000_000),
            ("10 seconds", 10_000_000_000),
            ("0.3ns", 0),
            ("26000d", 2_246_400_000_000_000_000),
        ] {
            assert_eq!(Duration::parse(text).map(Duration::nanos), Ok(nanos), "{text}");
        }
    }

    #[test]
    fn refused_each_with_its_sentence() {
        for (text, sentence) in [
            ("", "an empty text"),
            ("5", "the unit is missing: write \"5ms\" or \"5s\""),
            ("5m", "minutes or milliseconds? write \"5min\" or \"5ms\""),
            ("-5ms", "is negative"),
            ("ms", "does not start with a number"),
            ("5sec", "`sec` is no unit of time"),
            ("5S", "`S` is no unit of time"),
            ("27000d", "more than the 73 years"),
            ("NaN", "does not start with a number"),
        ] {
            let refusal = Duration::parse(text).expect_err(text);
            assert!(refusal.contains(sentence), "{text}: {refusal}");
        }
        assert!(Duration::from_integer(5).expect_err("no unit").contains("\"5s\""));
    }

    #[test]
    fn prints_pleasantly() {
        for text in
            ["0s", "4ms", "1.5s", "90s", "5min", "90min", "36h", "30d", "1.23456789s", "3ns"]
        {
            assert_eq!(Duration::parse(text).map(|span| span.to_string()), Ok(text.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn prints_what_it_parses(nanos in 0..=Time::LAST.nanos()) {
            let span = Duration::from_nanos(nanos);
            prop_assert_eq!(Duration::parse(&span.to_string()), Ok(span));
        }
    }
}
