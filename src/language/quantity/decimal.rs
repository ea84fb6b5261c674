//! Decimal numbers as typed, split from their units and scaled without rounding twice.

/// A number as typed: `digits / 10^decimals`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decimal {
    digits: u128,
    decimals: u32,
}

/// A number needs no more digits than this, and 10^38 still fits 128 bits.
const MOST_DIGITS: usize = 30;

impl Decimal {
    /// The number times `unit`, to the nearest whole; `None` beyond 128 bits.
    pub fn times(self, unit: u128) -> Option<u128> {
        let divisor = 10u128.pow(self.decimals);
        Some(self.digits.checked_mul(unit)?.checked_add(divisor / 2)? / divisor)
    }

    /// The number times `unit` when that is whole.
    pub fn times_exactly(self, unit: u128) -> Option<u128> {
        let scaled = self.digits.checked_mul(unit)?;
        let divisor = 10u128.pow(self.decimals);
        scaled.is_multiple_of(divisor).then_some(scaled / divisor)
    }

    /// The number times `10^exponent`, correctly rounded.
    pub fn shifted(self, exponent: i32) -> f64 {
        let text = format!("{}e{}", self.digits, exponent - self.decimals as i32);
        text.parse().expect("digits, `e` and an integer are a number")
    }

    /// The number, correctly rounded.
    pub fn value(self) -> f64 {
        self.shifted(0)
    }
}

/// Splits `"1.5 GiB"` into its number and its unit; the unit may be empty.
///
/// # Errors
/// In words when there is no number, it is negative, or it has too many digits.
pub fn split(text: &str) -> Result<(Decimal, &str), String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("an empty text is no number".to_owned());
    }
    if text.starts_with(['-', '\u{2212}']) {
        return Err(format!("`{text}` is negative"));
    }
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != '_')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Ok((decimal(number, text)?, unit.trim_start()))
}

fn decimal(number: &str, text: &str) -> Result<Decimal, String> {
    let refused = || format!("`{text}` does not start with a number such as 4 or 1.5");
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let well_formed = |digits: &str| {
        digits
            .split('_')
            .all(|group| !group.is_empty() && group.bytes().all(|letter| letter.is_ascii_digit()))
    };
    if !well_formed(whole) || fraction.is_some_and(|fraction| !well_formed(fraction)) {
        return Err(refused());
    }
    let fraction = fraction.unwrap_or("").replace('_', "");
    let digits = whole.replace('_', "") + &fraction;
    if digits.len() > MOST_DIGITS {
        return Err(format!("`{text}` has more than {MOST_DIGITS} digits"));
    }
    let digits = digits.parse().map_err(|_| refused())?;
    Ok(Decimal { digits, decimals: fraction.len() as u32 })
}

/// `value / unit` as text when at most `decimals` decimals write it exactly.
pub fn exact_text(value: u128, unit: u128, decimals: u32) -> Option<String> {
    let scale = 10u128.pow(decimals);
    let scaled = value.checked_mul(scale)?;
    if !scaled.is_multiple_of(unit) {
        return None;
    }
    let scaled = scaled / unit;
    let (whole, fraction) = (scaled / scale, scaled % scale);
    if fraction == 0 {
        return Some(whole.to_string());
    }
    let fraction = format!("{fraction:0width$}", width = decimals as usize);
    Some(format!("{whole}.{}", fraction.trim_end_matches('0')))
}

/// `number` without the noise of a division: at most 12 significant digits.
pub fn plain(number: f64) -> String {
    let rounded: f64 =
        format!("{number:.11e}").parse().expect("a formatted number is a number again");
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_split_from_units() {
        let split = |text| split(text).map(|(number, unit)| (number.value(), unit.to_owned()));
        assert_eq!(split("1.5GiB"), Ok((1.5, "GiB".to_owned())));
        assert_eq!(split(" 5 minutes "), Ok((5.0, "minutes".to_owned())));
        assert_eq!(split("300_000"), Ok((300_000.0, String::new())));
        for refused in [
            "",
            "-1s",
            "s",
            ".5s",
            "1.s",
            "1__0",
            "_1",
            "1.2.3s",
            "1234567890123456789012345678901",
        ] {
            assert!(split(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn shifting_rounds_once() {
        let (number, _) = split("70").expect("a number");
        assert_eq!(number.shifted(-2), 0.7);
        let (number, _) = split("1.5").expect("a number");
        assert_eq!(number.times(1000), Some(1500));
        assert_eq!(number.times_exactly(3), None);
    }
}
