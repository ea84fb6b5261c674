//! Numbers as text: short and with a unit for people, exact and without one for programs.
//!
//! People get three significant digits in a unit that keeps the number between 1 and 1000;
//! programs get the shortest text that reads back as the same number.

use crate::measure::unit::Unit;

/// What to show where nothing was measured.
pub const NOTHING: &str = "-";

/// A unit people read, as a multiple of the SI unit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scale {
    /// SI units in one of this.
    pub size: f64,
    /// What follows the number, with its blank if there is one.
    pub suffix: &'static str,
}

const SECONDS: [Scale; 7] = [
    Scale { size: 1e-9, suffix: " ns" },
    Scale { size: 1e-6, suffix: " us" },
    Scale { size: 1e-3, suffix: " ms" },
    Scale { size: 1.0, suffix: " s" },
    Scale { size: 60.0, suffix: " min" },
    Scale { size: 3600.0, suffix: " h" },
    Scale { size: 86400.0, suffix: " d" },
];

const COUNTS: [Scale; 4] = [
    Scale { size: 1.0, suffix: "" },
    Scale { size: 1e3, suffix: "K" },
    Scale { size: 1e6, suffix: "M" },
    Scale { size: 1e9, suffix: "G" },
];

const RATES: [Scale; 4] = [
    Scale { size: 1.0, suffix: "/s" },
    Scale { size: 1e3, suffix: "K/s" },
    Scale { size: 1e6, suffix: "M/s" },
    Scale { size: 1e9, suffix: "G/s" },
];

const BYTES: [Scale; 5] = [
    Scale { size: 1.0, suffix: " B" },
    Scale { size: 1024.0, suffix: " KiB" },
    Scale { size: 1048576.0, suffix: " MiB" },
    Scale { size: 1073741824.0, suffix: " GiB" },
    Scale { size: 1099511627776.0, suffix: " TiB" },
];

const FRACTIONS: [Scale; 1] = [Scale { size: 0.01, suffix: "%" }];

/// Half a unit in the third digit: what rounding may add to a number's magnitude.
const ROUNDING: f64 = 1.0005;

/// The unit in which a value of this magnitude (SI) is best read.
pub fn scale_of(magnitude: f64, unit: Unit) -> Scale {
    let scales: &[Scale] = match unit {
        Unit::Seconds => &SECONDS,
        Unit::Fraction => &FRACTIONS,
        Unit::PerSecond => &RATES,
        Unit::Count => &COUNTS,
        Unit::Bytes => &BYTES,
    };
    // Zero has no magnitude; it is read in the SI unit.
    let magnitude = if magnitude == 0.0 { 1.0 } else { magnitude.abs() * ROUNDING };
    // Up to two minutes read better in seconds, up to two hours in minutes, and so on.
    let at_least =
        |scale: &Scale| if unit == Unit::Seconds && scale.size > 1.0 { 2.0 } else { 1.0 };
    let fits = |scale: &&Scale| magnitude >= scale.size * at_least(scale);
    scales.iter().rev().find(fits).copied().unwrap_or(scales[0])
}

/// A value for people: `12.3 ms`, `41.2%`, `1.67K/s`, `1.50 GiB`, `300K`.
///
/// Shares close to one keep the digits that tell them from one: `99.95%`. What is infinite (a
/// percentile among failures) is `infinite`, what is not a number is `-`.
pub fn human(value: f64, unit: Unit) -> String {
    if value.is_nan() {
        return NOTHING.to_string();
    }
    if value.is_infinite() {
        return "infinite".to_string();
    }
    let scale = scale_of(value, unit);
    let text = format!("{:.*}", decimals_of(value, unit, scale), plain_zero(value / scale.size));
    if unit == Unit::Count || value == 0.0 {
        return trimmed(&text) + scale.suffix;
    }
    text + scale.suffix
}

/// A value for people with no digit that says nothing: `10 ms`, `0.5%`, `100K`.
pub fn short(value: f64, unit: Unit) -> String {
    if !value.is_finite() {
        return human(value, unit);
    }
    in_scale(value, scale_of(value, unit))
}

/// A value in a given unit, without trailing zeros and rounded to nine decimals.
pub fn in_scale(value: f64, scale: Scale) -> String {
    trimmed(&format!("{:.9}", plain_zero(value / scale.size))) + scale.suffix
}

/// A value, or `-` where nothing was measured.
pub fn human_or_nothing(value: Option<f64>, unit: Unit) -> String {
    value.map_or_else(|| NOTHING.to_string(), |value| human(value, unit))
}

/// A number of things: `17`, `1.67K`, `300K`.
pub fn count(number: u64) -> String {
    human(number as f64, Unit::Count)
}

/// A number of users in words: `1 user`, `300K users`.
pub fn users(number: u64) -> String {
    format!("{} {}", count(number), if number == 1 { "user" } else { "users" })
}

/// The interval around `value` in the value's own unit: `12.1..12.5 ms`.
///
/// Both ends carry as many decimals as the value, and up to three more when they would otherwise
/// look alike.
pub fn interval(value: f64, (low, high): (f64, f64), unit: Unit) -> String {
    if low.is_nan() || high.is_nan() || !value.is_finite() {
        return NOTHING.to_string();
    }
    let scale = scale_of(value, unit);
    let of_value = decimals_of(value, unit, scale);
    let width = (high - low) / scale.size;
    let of_width = if width > 0.0 && width.is_finite() { decimals_for(width, 1) } else { 0 };
    let decimals = of_value.max(of_width.min(of_value + 3));
    let end = |bound: f64| format!("{:.*}", decimals, plain_zero(bound / scale.size));
    if high.is_infinite() {
        return format!("above {}{}", end(low), scale.suffix);
    }
    format!("{}..{}{}", end(low), end(high), scale.suffix)
}

/// A difference with its sign, and its interval in the same unit: `-6.10 ms` and `-6.35..-5.85`.
///
/// The unit is that of whichever of them is largest, so that a small difference within a wide
/// interval looks small. Shares differ by points, for a percentage would be read as relative.
pub fn difference(
    value: f64,
    interval: Option<(f64, f64)>,
    unit: Unit,
) -> (String, Option<String>) {
    if value.is_infinite() {
        return (sign(value).to_string() + &human(value.abs(), unit), None);
    }
    let largest = interval.map_or(value.abs(), |(low, high)| low.abs().max(high.abs()));
    let scale = scale_of(largest, unit);
    let suffix = if unit == Unit::Fraction { " points" } else { scale.suffix };
    let digits = |number: f64, digits: i32| match number == 0.0 {
        true => 0,
        false => decimals_for(number / scale.size, digits),
    };
    let of_value = signed(value / scale.size, digits(value, 3).min(digits(largest, 4))) + suffix;
    let ends = interval.map(|(low, high)| {
        let decimals = if high > low { digits(high - low, 2) } else { digits(largest, 3) };
        format!("{}..{}", signed(low / scale.size, decimals), signed(high / scale.size, decimals))
    });
    (of_value, ends)
}

/// A number with its sign; what rounds to 0 has none.
fn signed(number: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", number.abs());
    let is_zero = text.chars().all(|letter| "0.".contains(letter));
    if is_zero { text } else { sign(number).to_string() + &text }
}

/// A change as a share of what was before: `-33.2%`, `+12.0%`.
pub fn relative(change: f64) -> String {
    sign(change).to_string() + &human(change.abs(), Unit::Fraction)
}

fn sign(value: f64) -> &'static str {
    match value {
        value if value > 0.0 => "+",
        value if value < 0.0 => "-",
        _ => "",
    }
}

/// A number for programs: the shortest decimal text that reads back as the same number.
pub fn exact(value: f64) -> String {
    plain_zero(value).to_string()
}

/// A number for programs, empty where nothing was measured.
pub fn exact_or_empty(value: Option<f64>) -> String {
    value.filter(|value| !value.is_nan()).map(exact).unwrap_or_default()
}

/// A count rounded up to two significant digits and written as scenarios write it: `820K`.
pub fn round_up(number: u64) -> String {
    let mut unit: u64 = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    let rounded = number.div_ceil(unit).saturating_mul(unit);
    match rounded {
        1_000_000.. if rounded.is_multiple_of(100_000) => {
            trimmed(&format!("{}.{}", rounded / 1_000_000, rounded / 100_000 % 10)) + "M"
        }
        1_000.. if rounded.is_multiple_of(100) => {
            trimmed(&format!("{}.{}", rounded / 1_000, rounded / 100 % 10)) + "K"
        }
        _ => rounded.to_string(),
    }
}

/// Decimals that show three significant digits of a value, or two of what it lacks to one.
fn decimals_of(value: f64, unit: Unit, scale: Scale) -> usize {
    let whole = value / scale.size;
    if unit == Unit::Fraction && value > 0.9 && value < 1.0 {
        return decimals_for(100.0 - whole, 1).max(1);
    }
    if whole == 0.0 { 0 } else { decimals_for(whole, 3) }
}

/// Decimals that show `digits` significant digits of a number other than zero.
fn decimals_for(number: f64, digits: i32) -> usize {
    let exponent = libm::floor(libm::log10(number.abs() * ROUNDING)) as i32;
    (digits - 1 - exponent).clamp(0, 9) as usize
}

/// The number, without the sign of a negative zero.
fn plain_zero(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number }
}

fn trimmed(text: &str) -> String {
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_string();
    }
    text.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_three_digits_and_a_unit() {
        let cases = [
            (0.0123, Unit::Seconds, "12.3 ms"),
            (0.000_25, Unit::Seconds, "250 us"),
            (0.99996, Unit::Seconds, "1.00 s"),
            (119.0, Unit::Seconds, "119 s"),
            (300.0, Unit::Seconds, "5.00 min"),
            (0.0, Unit::Seconds, "0 s"),
            (3e-11, Unit::Seconds, "0.0300 ns"),
            (0.4123, Unit::Fraction, "41.2%"),
            (1.234, Unit::Fraction, "123%"),
            (0.0, Unit::Fraction, "0%"),
            (1.0, Unit::Fraction, "100%"),
            (0.99, Unit::Fraction, "99.0%"),
            (0.9995, Unit::Fraction, "99.95%"),
            (1670.0, Unit::PerSecond, "1.67K/s"),
            (9.996, Unit::PerSecond, "10.0/s"),
            (1.5 * 1073741824.0, Unit::Bytes, "1.50 GiB"),
            (300_000.0, Unit::Count, "300K"),
            (999_900.0, Unit::Count, "1M"),
            (17.0, Unit::Count, "17"),
            (-0.0, Unit::Count, "0"),
            (f64::INFINITY, Unit::Seconds, "infinite"),
            (f64::NAN, Unit::Seconds, "-"),
        ];
        for (value, unit, text) in cases {
            assert_eq!(human(value, unit), text, "{value} {unit:?}");
        }
    }

    #[test]
    fn ticks_have_no_idle_digits() {
        assert_eq!(short(0.01, Unit::Seconds), "10 ms");
        assert_eq!(short(100_000.0, Unit::Count), "100K");
        assert_eq!(short(0.3, Unit::Fraction), "30%");
    }

    #[test]
    fn intervals_share_the_unit_of_the_value() {
        assert_eq!(interval(0.0123, (0.0121, 0.0125), Unit::Seconds), "12.1..12.5 ms");
        assert_eq!(interval(0.0123, (0.0009, 1.25), Unit::Seconds), "0.9..1250.0 ms");
        assert_eq!(interval(0.4123, (0.41228, 0.41232), Unit::Fraction), "41.228..41.232%");
        assert_eq!(interval(0.5, (0.5, 0.5), Unit::Fraction), "50.0..50.0%");
        assert_eq!(interval(0.5, (0.25, f64::INFINITY), Unit::Seconds), "above 250 ms");
    }

    #[test]
    fn differences_have_signs_and_those_of_shares_are_points() {
        let told = |value, ends, unit| {
            let (value, ends) = difference(value, ends, unit);
            format!("{value} {}", ends.unwrap_or_default())
        };
        let (seconds, share) = (Unit::Seconds, Unit::Fraction);
        assert_eq!(told(-0.0061, Some((-0.00635, -0.00585)), seconds), "-6.10 ms -6.35..-5.85");
        assert_eq!(told(0.00002, Some((-0.0012, 0.00124)), seconds), "+0.020 ms -1.2..+1.2");
        assert_eq!(told(0.0, Some((0.0, 0.0)), seconds), "0 s 0..0");
        assert_eq!(told(0.025, Some((-0.01, 0.06)), share), "+2.50 points -1.0..+6.0");
        assert_eq!(told(1.0, Some((1.0, 1.0)), Unit::Count), "+1.00 +1.00..+1.00");
        assert_eq!(told(-0.0061, None, seconds), "-6.10 ms ");
        assert_eq!(told(f64::INFINITY, None, seconds), "+infinite ");
        assert_eq!(relative(-0.332), "-33.2%");
    }

    #[test]
    fn programs_read_back_the_same_number() {
        for value in [0.1, 1.0 / 3.0, 1e-9, 123_456_789.123, f64::MIN_POSITIVE, 0.0] {
            let text = exact(value);
            assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()), "{text}");
        }
        assert_eq!(exact(-0.0), "0");
        assert_eq!(exact_or_empty(None), "");
        assert_eq!(exact_or_empty(Some(f64::NAN)), "");
    }

    #[test]
    fn requests_to_ask_for_are_rounded_up() {
        assert_eq!(round_up(99), "99");
        assert_eq!(round_up(812_345), "820K");
        assert_eq!(round_up(1_000), "1K");
        assert_eq!(round_up(1_010), "1.1K");
        assert_eq!(round_up(12_300_000), "13M");
    }
}
