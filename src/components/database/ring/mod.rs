//! `[components.NAME.ring]`: nodes without a leader, each key on the next few of them clockwise
//! (G. DeCandia et al., "Dynamo: Amazon's highly available key-value store", SOSP 2007).
//!
//! - this file: the section of its table;
//! - [`flow`]: load by arithmetic; [`metrics`]: what it measures.
//!
//! What it does stands in [`running::ring`](super::running::ring).

mod flow;
pub mod metrics;

use super::regional::{Counts, read_counts};
use super::running::node::MOST_NODES;
use super::shards::within;
use crate::blocks::distribution::Distribution;
use crate::blocks::placement::Placement;
use crate::kernel::time::Duration;
use crate::language::key::{Key, Takes};
use crate::language::quantity::{Count, Rate};
use crate::language::reader::TableReader;

/// Keys of the section.
pub const KEYS: &[Key] = &[
    Key::computed("nodes", Takes::Count, "`copies`", "Nodes on the ring.").in_group("nodes"),
    Key::optional(
        "regions",
        Takes::MapOf(&Takes::Count),
        "Nodes by region: { us = 3, eu = 3 }; the copies of a key are spread evenly over them.",
    )
    .in_group("nodes"),
    Key::with_default(
        "copies",
        Takes::Count,
        "3",
        "Nodes that keep a key: the next ones clockwise from its hash.",
    ),
    Key::with_default(
        "read_quorum",
        Takes::Count,
        "2",
        "Copies a read asks, and waits for: the nearest ones; the newest answer counts.",
    ),
    Key::with_default(
        "write_quorum",
        Takes::Count,
        "2",
        "Copies that must have a write before it is answered; all are sent it.",
    ),
    Key::with_default(
        "lag",
        Takes::Distribution,
        "\"0ms\"",
        "Time a write takes to a copy, for each write and copy; the way between regions and its \
         `write_time` there come on top.",
    ),
    Key::with_default(
        "hints",
        Takes::OneOf(&["counted", "kept", "none"]),
        "\"counted\"",
        "Who takes the writes for a node that is down or out of reach, to hand them over later: \
         the next one clockwise, which counts for the quorums in its place; another one of the \
         key's own, which does not; or nobody.",
    ),
    Key::with_default(
        "hint_rate",
        Takes::Rate,
        "\"1000/s\"",
        "How fast a node that is back gets the writes kept for it.",
    ),
    Key::with_default(
        "read_repair",
        Takes::Flag,
        "true",
        "Whether a copy that a read finds older than another gets the newer version.",
    ),
    Key::with_default(
        "detection",
        Takes::Duration,
        "\"1s\"",
        "Time until a node that went down is no longer asked first.",
    ),
    Key::with_default("virtual_nodes", Takes::Count, "128", "Points of a node on the ring."),
    Key::with_default(
        "key",
        Takes::OneOf(&["data", "owner"]),
        "\"data\"",
        "What is spread: each key by itself, or all keys of a user together.",
    ),
];

/// Who takes the writes for nodes that are down or out of reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hinted {
    /// The next node clockwise, which counts for the quorums (the sloppy quorum of the Dynamo
    /// paper, section 4.6).
    Counted,
    /// Another one of the key's own nodes, which does not count (as the coordinator of Cassandra).
    Kept,
    /// Nobody.
    Never,
}

/// The section.
#[derive(Clone, Debug)]
pub struct Ring {
    /// How many nodes.
    pub nodes: Counts,
    /// Nodes that keep a key.
    pub copies: u16,
    /// Copies a read waits for.
    pub read_quorum: u16,
    /// Copies a write waits for.
    pub write_quorum: u16,
    /// Law of the time a write takes to a copy.
    pub lag: Distribution,
    /// Who takes the writes for nodes that are down.
    pub hints: Hinted,
    /// Time between two hints that are handed over to a node.
    pub hint_interval: Duration,
    /// Whether reads bring old copies up to date.
    pub read_repair: bool,
    /// Time until a failed node is found out.
    pub detection: Duration,
    /// Points of a node on the ring.
    pub virtual_nodes: u32,
    /// Whether all keys of a user lie together.
    pub by_owner: bool,
}

/// The most copies of a key.
const MOST_COPIES: u64 = 64;
const MOST_VIRTUAL_NODES: u64 = 4096;

/// Keys of a database that say of shards with leaders what a ring has not.
const OF_LEADERS: &[(&str, &str)] = &[
    ("shards", "a ring spreads its keys itself: say `nodes`"),
    ("failover", "a ring has nobody to replace: say `detection`"),
    ("transactions", "a ring writes each key by itself"),
    ("on_partition", "a ring says it by its quorums and `hints`"),
];

/// Reads the section.
pub fn read(table: &mut TableReader<'_, '_>) -> Option<Option<Ring>> {
    if !table.given("ring") {
        return Some(None);
    }
    for (key, label) in OF_LEADERS {
        if table.given(key) {
            table.error(key, "does nothing beside `ring`", *label);
        }
    }
    if table.given("apply_time") {
        table.warn("apply_time", "does nothing beside `ring`", "each copy takes `write_time`");
    }
    let mut section = table.table("ring")?;
    let nodes = read_counts(&mut section, "nodes", "regions");
    let copies = section.get::<Count>("copies");
    let read_quorum = section.get::<Count>("read_quorum");
    let write_quorum = section.get::<Count>("write_quorum");
    let lag = section.get::<Distribution>("lag");
    let hints = section.get_word("hints");
    let hint_rate = section.get::<Rate>("hint_rate");
    let read_repair = section.get::<bool>("read_repair");
    let detection = section.get::<Duration>("detection");
    let virtual_nodes = section.get::<Count>("virtual_nodes");
    let word = section.get_word("key");
    let copies = u64::from(within(&mut section, "copies", copies?.0, MOST_COPIES)?);
    let nodes = if section.given("nodes") || section.given("regions") {
        nodes?
    } else {
        section.note_computed("nodes", copies);
        Counts::Total(copies)
    };
    check_nodes(&mut section, &nodes, copies)?;
    let read_quorum = quorum(&mut section, "read_quorum", read_quorum?.0, copies);
    let write_quorum = quorum(&mut section, "write_quorum", write_quorum?.0, copies);
    let points = within(&mut section, "virtual_nodes", virtual_nodes?.0, MOST_VIRTUAL_NODES);
    let hint_rate = hint_rate?.0;
    if hint_rate <= 0.0 {
        section.error("hint_rate", "would hand nothing over", "more than 0, or hints = \"none\"");
        return None;
    }
    Some(Some(Ring {
        nodes,
        copies: copies as u16,
        read_quorum: read_quorum?,
        write_quorum: write_quorum?,
        lag: lag?,
        hints: match hints? {
            "kept" => Hinted::Kept,
            "none" => Hinted::Never,
            _ => Hinted::Counted,
        },
        hint_interval: Duration::from_seconds(1.0 / hint_rate),
        read_repair: read_repair?,
        detection: detection?,
        virtual_nodes: points?,
        by_owner: word? == "owner",
    }))
}

fn check_nodes(section: &mut TableReader<'_, '_>, nodes: &Counts, copies: u64) -> Option<()> {
    let key = if nodes.is_by_region() { "regions" } else { "nodes" };
    let total = nodes.total();
    if total < copies {
        let message = format!("are {total}, fewer than the copies of a key");
        section.error(key, &message, format!("{copies} or more"));
        return None;
    }
    if total > u64::from(MOST_NODES) {
        section.error(key, "are too many", format!("at most {MOST_NODES}"));
        return None;
    }
    Some(())
}

fn quorum(section: &mut TableReader<'_, '_>, key: &str, count: u64, copies: u64) -> Option<u16> {
    if count == 0 {
        section.error(key, "waits for nobody", "1 or more");
        return None;
    }
    if count > copies {
        let message = format!("is larger than the copies of a key ({count} of {copies})");
        section.error(key, &message, format!("at most {copies}"));
        return None;
    }
    Some(count as u16)
}

/// Places nodes on the ring, apart from other uses of their numbers.
const NODE_SALT: u64 = 0x6E6F_6465;

impl Ring {
    /// Which node is the first of a key's.
    pub fn placement(&self) -> Placement {
        let weights = vec![1.0; self.nodes.total() as usize];
        Placement::consistent(&weights, self.virtual_nodes, NODE_SALT)
    }
}
