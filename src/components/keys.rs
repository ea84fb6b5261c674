//! Keys that several kinds of component share.

use crate::language::key::{Key, Takes};

/// Where jobs go next.
pub const SENDS_TO: Key = Key::optional(
    "sends_to",
    Takes::Wires,
    "Where jobs go next: a component, or a list of wires of which the first match is taken.",
);

/// The datasets a component answers for.
pub const HOLDS: Key = Key::optional("holds", Takes::Names, "Datasets it answers for itself.");

/// Price of a node, for later use.
pub const NODE_COST: Key = Key::optional(
    "node_cost",
    Takes::Text,
    "Price of one node, such as \"0.20 USD/h\"; noted, and not used yet.",
);
