//! Which nodes a database consists of: for each shard a group of members, all groups of one size.

/// All nodes, shard by shard; the first member of a shard leads it at the start.
#[derive(Clone, PartialEq, Debug)]
pub struct Topology {
    members: u16,
    /// Region of each node.
    region_of: Vec<u16>,
    /// How many regions these are.
    regions: usize,
}

impl Topology {
    /// From the regions of each shard's members.
    ///
    /// # Panics
    /// When there is no shard, or not all have as many members.
    pub fn new(shards: Vec<Vec<u16>>) -> Topology {
        let members = shards.first().expect("there is a shard").len() as u16;
        assert!(shards.iter().all(|shard| shard.len() == usize::from(members)));
        let region_of: Vec<u16> = shards.into_iter().flatten().collect();
        let mut regions = region_of.clone();
        regions.sort_unstable();
        regions.dedup();
        Topology { members, regions: regions.len(), region_of }
    }

    /// Number of shards.
    pub fn shards(&self) -> u16 {
        (self.region_of.len() / usize::from(self.members)) as u16
    }

    /// Members of a shard.
    pub fn members(&self) -> u16 {
        self.members
    }

    /// All nodes.
    pub fn nodes(&self) -> u16 {
        self.region_of.len() as u16
    }

    /// The node of a shard's member.
    #[inline]
    pub fn node(&self, shard: u16, member: u16) -> usize {
        usize::from(shard) * usize::from(self.members) + usize::from(member)
    }

    /// Shard of a node.
    #[inline]
    pub fn shard(&self, node: usize) -> u16 {
        (node / usize::from(self.members)) as u16
    }

    /// Which member of its shard a node is.
    #[inline]
    pub fn member(&self, node: usize) -> u16 {
        (node % usize::from(self.members)) as u16
    }

    /// Region of a node.
    #[inline]
    pub fn region(&self, node: usize) -> u16 {
        self.region_of[node]
    }

    /// How many regions it stands in.
    pub fn regions(&self) -> usize {
        self.regions
    }
}
