//! Checks of a law's parameters; each refusal is one sentence.

use super::LONGEST;
use super::text::span_text;
use crate::kernel::time::Duration;

/// A span that the clock can hold.
pub(super) fn check_span(law: &str, name: &str, span: Duration) -> Result<(), String> {
    if span > LONGEST {
        return Err(format!("{law}: `{name}` must not be longer than 70 years"));
    }
    Ok(())
}

/// A span that the clock can hold and that is not zero.
pub(super) fn check_positive_span(law: &str, name: &str, span: Duration) -> Result<(), String> {
    if span == Duration::ZERO {
        let zero = span_text(span);
        return Err(format!("{law}: `{name}` must be longer than {zero}"));
    }
    check_span(law, name, span)
}

/// A number from `least` to `most`, both allowed; refuses what is not a number.
pub(super) fn check_between(
    law: &str,
    name: &str,
    value: f64,
    least: f64,
    most: f64,
) -> Result<(), String> {
    if !(least..=most).contains(&value) {
        return Err(format!("{law}: `{name}` must lie between {least} and {most}, not {value}"));
    }
    Ok(())
}

/// A number above `bound` and at most `most`; refuses what is not a number.
pub(super) fn check_above(
    law: &str,
    name: &str,
    value: f64,
    bound: f64,
    most: f64,
) -> Result<(), String> {
    if !(value > bound && value <= most) {
        return Err(format!(
            "{law}: `{name}` must be above {bound} and at most {most}, not {value}"
        ));
    }
    Ok(())
}
