//! Units of measured values and how people like to read them.

use serde::{Deserialize, Serialize};

/// Unit of a metric. Values are SI; a fraction is 0 to 1.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// A share, 0 to 1 (offered loads may pass 1).
    Fraction,
    /// Events per second.
    PerSecond,
    /// A plain number.
    Count,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// The unit's symbol in CSV and JSON: `s`, `1`, `1/s`, `count`, `B`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Unit::Seconds => "s",
            Unit::Fraction => "1",
            Unit::PerSecond => "1/s",
            Unit::Count => "count",
            Unit::Bytes => "B",
        }
    }
}
