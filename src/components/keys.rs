//! Keys that several kinds of component share.

use crate::language::key::{CustomValue, Key, Takes};

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

/// Where a component stands; in some or all regions.
pub const REGIONS: Key = Key::computed(
    "regions",
    Takes::Custom(&REGION_NAMES),
    "the home region",
    "The regions it stands in, each with servers of its own, or all of them.",
);

/// How often a node fails.
pub const MTBF: Key = Key::optional(
    "mtbf",
    Takes::Duration,
    "Mean time until a node fails, for `availability`; nothing goes down in a run for it.",
);

/// How long a repair takes.
pub const MTTR: Key =
    Key::optional("mttr", Takes::Duration, "Mean time until a node that failed is back.");

/// How many nodes must be up.
pub const NEEDS: Key = Key::optional(
    "needs",
    Takes::Count,
    "Nodes that must be up, in a region or of a shard; by default as many as the load takes by \
     arithmetic, one of a shard's copies, or most of a voting group.",
);

/// How many keys [`regional`] adds.
pub const REGIONAL: usize = 5;

/// The keys of a kind, with those that say in which regions it stands and how it differs there.
pub const fn regional<const N: usize>(own: &'static [Key]) -> [Key; N] {
    let at = Key::optional("at", Takes::TableOf(own), AT);
    Key::join::<N>(own, &[REGIONS, MTBF, MTTR, NEEDS, at])
}

const AT: &str = "What differs in a region, by its name: any of the other keys.";

static REGION_NAMES: CustomValue = CustomValue {
    name: "a list of regions or \"all\"",
    accepts: "[\"us\", \"eu\"] or \"all\"",
    schema: || {
        serde_json::json!({
            "anyOf": [{ "const": "all" }, { "type": "array", "items": { "type": "string" } }]
        })
    },
};
