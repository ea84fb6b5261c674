//! Nodes that stand for each other.

/// The groups of a component's nodes; a request needs one of the groups, all alike often.
#[derive(Clone, PartialEq, Debug)]
pub struct Redundancy {
    /// The groups, at least one.
    pub groups: Vec<Group>,
}

/// Nodes of which some must be up.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// The region of each node, that of the leader first.
    pub regions: Vec<u16>,
    /// How many must be up.
    pub needs: usize,
    /// Seconds without service when the first one fails, until another has taken over.
    pub takeover: f64,
}
