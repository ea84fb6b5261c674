//! Which nodes of a database stand for each other, for arithmetic on failures.

use super::plan::Plan;
use super::ring::{Hinted, Ring};
use crate::components::redundancy::{Group, Redundancy};
use crate::components::running::BuildContext;

impl Plan {
    /// The members of each shard: one of them must be up to lead, or most of a voting group; when
    /// the leader fails, a new one takes over after the times of a failover, or of an election.
    pub(super) fn redundancy_of_shards(&self, context: &BuildContext<'_>) -> Redundancy {
        if let Some(ring) = &self.database.ring {
            return self.redundancy_of_ring(ring, context);
        }
        let database = &self.database;
        let placement = self.placement(context.geography);
        let topology = self.topology(context.regions, context.geography, &placement);
        let members = usize::from(topology.members());
        let (needs, takeover) = match &database.consensus {
            // The first of the others' timeouts, which lie evenly between once and twice of it.
            Some(consensus) => {
                let first = 1.0 + 1.0 / members as f64;
                (members / 2 + 1, first * consensus.election_timeout.seconds())
            }
            None => {
                let failover = &database.failover;
                (1, (failover.detection + failover.promotion).seconds())
            }
        };
        let takeover = if members > 1 { takeover } else { 0.0 };
        let group = |shard: u16| Group {
            regions: (0..topology.members())
                .map(|member| topology.region(topology.node(shard, member)))
                .collect(),
            needs,
            takeover,
        };
        Redundancy { groups: (0..topology.shards()).map(group).collect() }
    }

    /// A quorum of a key's nodes, those of one key for those of all; where others stand in for
    /// them, a quorum of all nodes.
    fn redundancy_of_ring(&self, ring: &Ring, context: &BuildContext<'_>) -> Redundancy {
        let running = self.running(context);
        let nodes: Vec<u16> = match ring.hints == Hinted::Counted {
            true => (0..running.topology.nodes()).collect(),
            false => running.own_nodes(0),
        };
        let regions = nodes.iter().map(|node| running.topology.region(usize::from(*node)));
        let needs = usize::from(ring.read_quorum.max(ring.write_quorum));
        Redundancy { groups: vec![Group { regions: regions.collect(), needs, takeover: 0.0 }] }
    }
}
