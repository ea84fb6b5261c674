//! `otherwise`: what counts while nothing is cut off.

use super::replicas::{Mode, Reads, Replicas};
use crate::language::node::Node;
use crate::language::reader::TableReader;

/// What counts without a partition (PACELC; D. Abadi, "Consistency tradeoffs in modern distributed
/// database system design", IEEE Computer, 2012).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Otherwise {
    /// What the section on replicas says.
    AsGiven,
    /// Replicas answer reads at once, and writes do not wait.
    Latency,
    /// The primary answers reads, and writes wait for all.
    Consistency,
}

impl Otherwise {
    /// Replicas that put first what counts.
    pub fn applied_to(self, replicas: Replicas) -> Replicas {
        match self {
            Otherwise::AsGiven => replicas,
            Otherwise::Latency => {
                Replicas { mode: Mode::Asynchronous, reads: Reads::Replica, ..replicas }
            }
            Otherwise::Consistency => {
                Replicas { mode: Mode::Synchronous, reads: Reads::Primary, ..replicas }
            }
        }
    }
}

/// Reads `otherwise`, which says together what `mode` and `reads` of the replicas say apart.
pub fn read(table: &mut TableReader<'_, '_>) -> Option<Otherwise> {
    if !table.given("otherwise") {
        return Some(Otherwise::AsGiven);
    }
    let word = table.get_word("otherwise")?;
    if !table.given("replicas") {
        table.error("otherwise", "does nothing without replicas", "give `replicas` too");
    }
    let section = table.node("replicas").and_then(Node::table);
    let given =
        ["mode", "reads"].into_iter().find(|key| section.is_some_and(|it| it.get(key).is_some()));
    if let Some(key) = given {
        let message = format!("says what `replicas.{key}` says, too");
        table.error("otherwise", &message, "give one of them");
    }
    Some(if word == "latency" { Otherwise::Latency } else { Otherwise::Consistency })
}
