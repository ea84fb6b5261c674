//! `[components.NAME.failover]`: how soon a replica takes over from a primary that failed.

use crate::kernel::time::Duration;
use crate::language::key::{Key, Takes};
use crate::language::reader::TableReader;

/// Keys of the section.
pub const KEYS: &[Key] = &[
    Key::with_default(
        "detection",
        Takes::Duration,
        "\"10s\"",
        "Time until a failed primary is found out.",
    ),
    Key::with_default(
        "promotion",
        Takes::Duration,
        "\"20s\"",
        "Time until a replica has taken over after that.",
    ),
];

/// The section.
#[derive(Clone, Copy, Debug)]
pub struct Failover {
    /// Time until a failed primary is found out.
    pub detection: Duration,
    /// Time until a replica has taken over after that.
    pub promotion: Duration,
}

/// Reads the section.
pub fn read(table: &mut TableReader<'_, '_>) -> Option<Failover> {
    let mut section = table.table("failover")?;
    let detection = section.get::<Duration>("detection");
    let promotion = section.get::<Duration>("promotion");
    Some(Failover { detection: detection?, promotion: promotion? })
}
