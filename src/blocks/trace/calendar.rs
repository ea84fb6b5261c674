//! Time stamps as text: numbers in a unit, or dates with a time of day.

/// How a column of times is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeUnit {
    /// Numbers of seconds.
    Seconds,
    /// Numbers of milliseconds.
    Milliseconds,
    /// Numbers of microseconds.
    Microseconds,
    /// Numbers of nanoseconds.
    Nanoseconds,
    /// `YYYY-MM-DD HH:MM`, with seconds and their decimals if wanted, a blank or `T` between, and
    /// a `Z` at the end if wanted. No other zones: all rows are taken to be of one zone without
    /// summer time.
    Calendar,
}

impl TimeUnit {
    /// Reads a time: nanoseconds since the zero of the numbers, or since 1970. Decimals beyond
    /// nanoseconds are cut. `None` when it is not written in this unit or beyond 292 years.
    pub fn parse(self, text: &str) -> Option<i64> {
        match self {
            TimeUnit::Calendar => parse_calendar(text),
            TimeUnit::Seconds => parse_scaled(text, 9),
            TimeUnit::Milliseconds => parse_scaled(text, 6),
            TimeUnit::Microseconds => parse_scaled(text, 3),
            TimeUnit::Nanoseconds => parse_scaled(text, 0),
        }
    }

    /// What is accepted, in words.
    pub const fn wanted(self) -> &'static str {
        match self {
            TimeUnit::Seconds => "a number of seconds",
            TimeUnit::Milliseconds => "a number of milliseconds",
            TimeUnit::Microseconds => "a number of microseconds",
            TimeUnit::Nanoseconds => "a number of nanoseconds",
            TimeUnit::Calendar => "a time like `2014-04-10 00:04` or `2014-04-10 00:04:30`",
        }
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar; negative before. Years begin in March
/// so that the leap day comes last, and repeat every 400 (Howard Hinnant, "chrono-compatible
/// low-level date algorithms", `days_from_civil`).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Takes `digits` digits off the front.
fn take_number(text: &mut &str, digits: usize) -> Option<i64> {
    let (head, rest) = text.split_at_checked(digits)?;
    let number = head.bytes().all(|byte| byte.is_ascii_digit()).then(|| head.parse().ok())??;
    *text = rest;
    Some(number)
}

/// Takes one of the given marks off the front.
fn take_mark(text: &mut &str, marks: &[char]) -> Option<()> {
    *text = text.strip_prefix(marks)?;
    Some(())
}

fn parse_calendar(text: &str) -> Option<i64> {
    let mut rest = text.strip_suffix('Z').unwrap_or(text);
    let year = take_number(&mut rest, 4)?;
    take_mark(&mut rest, &['-'])?;
    let month = take_number(&mut rest, 2)?;
    take_mark(&mut rest, &['-'])?;
    let day = take_number(&mut rest, 2)?;
    take_mark(&mut rest, &[' ', 'T'])?;
    let hour = take_number(&mut rest, 2)?;
    take_mark(&mut rest, &[':'])?;
    let minute = take_number(&mut rest, 2)?;
    let nanos = if rest.is_empty() {
        0
    } else {
        take_mark(&mut rest, &[':'])?;
        let whole = rest.split('.').next().unwrap_or(rest);
        (whole.len() == 2).then(|| parse_scaled(rest, 9))??
    };
    let in_range = (1..=12).contains(&month)
        && (1..=days_of_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && (0..60_000_000_000).contains(&nanos);
    if !in_range {
        return None;
    }
    let minutes = days_from_civil(year, month, day) * 1440 + hour * 60 + minute;
    minutes.checked_mul(60_000_000_000)?.checked_add(nanos)
}

/// A decimal number times `10^power`, cut to a whole number. Plain decimals are read digit by
/// digit, since seconds since 1970 in a double would lose microseconds; other forms (`1e3`) as
/// doubles.
fn parse_scaled(text: &str, power: u32) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(decimals) {
        let number = text.parse::<f64>().ok()? * 10u64.pow(power) as f64;
        return (number.abs() < 9.2e18).then_some(number as i64);
    }
    let mut number = whole.parse::<i64>().ok()?.checked_mul(10i64.pow(power))?;
    let mut place = 10i64.pow(power);
    for byte in decimals.bytes().take(power as usize) {
        place /= 10;
        number = number.checked_add(i64::from(byte - b'0') * place)?;
    }
    Some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000_000;

    #[test]
    fn calendar_times_count_from_1970() {
        let parse = |text| TimeUnit::Calendar.parse(text);
        assert_eq!(parse("1970-01-01 00:00"), Some(0));
        assert_eq!(parse("1969-12-31T00:00:00"), Some(-DAY));
        assert_eq!(parse("2000-03-01 00:00"), Some(11_017 * DAY));
        assert_eq!(parse("2014-04-10 00:04:00"), Some(1_397_088_240_000_000_000));
        assert_eq!(parse("2014-04-10T00:04:00.25Z"), Some(1_397_088_240_250_000_000));
    }

    #[test]
    fn every_day_of_a_century_follows_the_one_before() {
        let mut expected = days_from_civil(1969, 12, 31);
        for year in 1970..2070 {
            for month in 1..=12 {
                for day in 1..=days_of_month(year, month) {
                    expected += 1;
                    assert_eq!(days_from_civil(year, month, day), expected);
                }
            }
        }
    }

    #[test]
    fn impossible_times_are_refused() {
        for text in [
            "2014-02-29 00:00",
            "2014-13-01 00:00",
            "2014-04-10",
            "2014-04-10 24:00",
            "2014-04-10 00:04:60",
            "2014-04-10 00:04:5",
            "2014-04-10 00:04+02",
            "2014-4-10 00:04",
            "é014-04-10 00:04",
            "",
        ] {
            assert_eq!(TimeUnit::Calendar.parse(text), None, "{text}");
        }
        for text in ["", "NaN", "inf", "1s", "1e300", "99999999999999999999", "--1"] {
            assert_eq!(TimeUnit::Seconds.parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_keep_their_nanoseconds() {
        assert_eq!(
            TimeUnit::Seconds.parse("1397088240.123456789"),
            Some(1_397_088_240_123_456_789)
        );
        assert_eq!(TimeUnit::Seconds.parse("-0.5"), Some(-500_000_000));
        assert_eq!(TimeUnit::Milliseconds.parse("1.5"), Some(1_500_000));
        assert_eq!(TimeUnit::Microseconds.parse("2e3"), Some(2_000_000));
        assert_eq!(TimeUnit::Nanoseconds.parse("7.9"), Some(7));
    }
}
