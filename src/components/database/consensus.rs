//! `[components.NAME.consensus]`: each shard is a group of voters that agree on every write (Raft;
//! D. Ongaro, J. Ousterhout, "In search of an understandable consensus algorithm", USENIX ATC
//! 2014).

use crate::blocks::distribution::Distribution;
use crate::blocks::geography::Geography;
use crate::kernel::time::Duration;
use crate::language::key::{Key, Takes};
use crate::language::quantity::Count;
use crate::language::reader::TableReader;

/// Keys of the section.
pub const KEYS: &[Key] = &[
    Key::with_default("voters", Takes::Count, "3", "Members of the group of each shard."),
    Key::with_default(
        "placement",
        Takes::OneOf(&["home", "home_2_nearest_1", "spread"]),
        "\"home\"",
        "Where they stand: all at the shard's home; two there and the others in the nearest \
         region; or one a region, from the home outwards.",
    ),
    Key::with_default(
        "reads",
        Takes::OneOf(&["leader", "quorum", "nearest"]),
        "\"leader\"",
        "Who answers reads: the leader by its lease, the leader after asking a majority, or the \
         nearest member, which may lag behind.",
    ),
    Key::with_default(
        "commit",
        Takes::OneOf(&["quorum"]),
        "\"quorum\"",
        "When a write is answered: when a majority, the leader among them, has written it to disk.",
    ),
    Key::with_default(
        "flush",
        Takes::Distribution,
        "\"1ms\"",
        "Time a member takes to write an entry of its log to disk.",
    ),
    Key::with_default(
        "election_timeout",
        Takes::Duration,
        "\"1s\"",
        "A member that misses its leader so long, and up to twice as long by chance, stands for \
         election.",
    ),
];

/// Where the members of a group stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placed {
    /// All at home.
    Home,
    /// Two at home, the others in the nearest region.
    HomeAndNearest,
    /// One a region, from the home outwards, and again.
    Spread,
}

/// Who answers reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsensusReads {
    /// The leader, which holds a lease.
    Leader,
    /// The leader, after asking a majority whether it still leads.
    Quorum,
    /// The nearest member.
    Nearest,
}

/// The section.
#[derive(Clone, Debug)]
pub struct Consensus {
    /// Members of each group.
    pub voters: u16,
    /// Where they stand.
    pub placed: Placed,
    /// Who answers reads.
    pub reads: ConsensusReads,
    /// Time to write an entry to disk.
    pub flush: Distribution,
    /// Shortest time without a leader after which a member stands for election.
    pub election_timeout: Duration,
}

const MOST_VOTERS: u64 = 63;

/// Reads the section.
pub fn read(table: &mut TableReader<'_, '_>) -> Option<Option<Consensus>> {
    if !table.given("consensus") {
        return Some(None);
    }
    let mut section = table.table("consensus")?;
    let voters = section.get::<Count>("voters");
    let placement = section.get_word("placement");
    let reads = section.get_word("reads");
    let commit = section.get_word("commit");
    let flush = section.get::<Distribution>("flush");
    let election_timeout = section.get::<Duration>("election_timeout");
    let voters = voters?.0;
    if !(1..=MOST_VOTERS).contains(&voters) {
        section.error("voters", "must lie between 1 and 63", "3 or 5 are usual");
        return None;
    }
    if voters.is_multiple_of(2) {
        let message = format!("an even number ({voters}) outlives no more failures than one less");
        section.warn("voters", &message, format!("{} do as well", voters - 1));
    }
    let election_timeout = election_timeout?;
    if election_timeout == Duration::ZERO {
        section.error("election_timeout", "nobody could lead", "more than the way to the farthest");
        return None;
    }
    commit?;
    Some(Some(Consensus {
        voters: voters as u16,
        placed: match placement? {
            "home_2_nearest_1" => Placed::HomeAndNearest,
            "spread" => Placed::Spread,
            _ => Placed::Home,
        },
        reads: match reads? {
            "quorum" => ConsensusReads::Quorum,
            "nearest" => ConsensusReads::Nearest,
            _ => ConsensusReads::Leader,
        },
        flush: flush?,
        election_timeout,
    }))
}

impl Consensus {
    /// The regions of a group's members, the first leader's first. `regions` are those in which the
    /// database stands.
    pub fn regions(&self, home: u16, regions: &[u16], geography: &Geography) -> Vec<u16> {
        let ordered = geography.by_distance(home, regions);
        let nearest = ordered.get(1).copied().unwrap_or(home);
        let region = |member: u16| match self.placed {
            Placed::Home => home,
            Placed::HomeAndNearest => {
                if member < 2 {
                    home
                } else {
                    nearest
                }
            }
            Placed::Spread => ordered[usize::from(member) % ordered.len()],
        };
        (0..self.voters).map(region).collect()
    }
}
