//! Spans as short text for descriptions and messages.

use crate::kernel::time::Duration;

/// A span without loss: a whole number or decimal fraction of its largest fitting unit up to
/// seconds (`250us`, `1.5ms`, `90s`), minutes, hours or days where these come out whole.
pub(super) fn span_text(span: Duration) -> String {
    const SECOND: u64 = 1_000_000_000;
    const WHOLE_UNITS: [(u64, &str); 3] =
        [(86_400 * SECOND, "d"), (3_600 * SECOND, "h"), (60 * SECOND, "min")];
    const DECIMAL_UNITS: [(u64, &str); 3] = [(SECOND, "s"), (1_000_000, "ms"), (1_000, "us")];
    let nanos = span.nanos();
    if nanos == 0 {
        return "0s".to_owned();
    }
    if let Some((unit, name)) = WHOLE_UNITS.iter().find(|(unit, _)| nanos.is_multiple_of(*unit)) {
        return format!("{}{name}", nanos / unit);
    }
    let Some((unit, name)) = DECIMAL_UNITS.iter().find(|(unit, _)| nanos >= *unit) else {
        return format!("{nanos}ns");
    };
    let digits = unit.ilog10() as usize;
    let decimal = format!("{}.{:0digits$}", nanos / unit, nanos % unit);
    format!("{}{name}", decimal.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_they_are_written() {
        for (nanos, text) in [
            (0, "0s"),
            (7, "7ns"),
            (1_001, "1.001us"),
            (250_000, "250us"),
            (4_000_000, "4ms"),
            (1_500_000_000, "1.5s"),
            (100_000_000_000, "100s"),
            (120_000_000_000, "2min"),
            (86_400_000_000_000, "1d"),
        ] {
            assert_eq!(span_text(Duration::from_nanos(nanos)), text);
        }
    }
}
