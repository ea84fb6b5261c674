//! `[components.NAME.replicas]`: copies that follow a primary, and how soon, and who reads them.

use super::regional::{Counts, read_counts};
use crate::blocks::balance::Policy;
use crate::blocks::distribution::Distribution;
use crate::kernel::time::Duration;
use crate::language::key::{Key, Takes};
use crate::language::quantity::Count;
use crate::language::reader::TableReader;

/// Keys of the section.
pub const KEYS: &[Key] = &[
    Key::computed("count", Takes::Count, "1", "Replicas beside the primary, of each shard.")
        .in_group("copies"),
    Key::optional(
        "regions",
        Takes::MapOf(&Takes::Count),
        "Replicas of each shard by region: { us = 1, eu = 2 }.",
    )
    .in_group("copies"),
    Key::with_default(
        "lag",
        Takes::Distribution,
        "\"0ms\"",
        "Time a write takes from its commit to a replica, for each write and replica; the way \
         between regions and the wait for `apply_time` come on top.",
    ),
    Key::with_default(
        "mode",
        Takes::OneOf(&["asynchronous", "semi_synchronous", "synchronous"]),
        "\"asynchronous\"",
        "Whether a write is answered at its commit, when `wait_for` replicas have received it, or \
         when all have applied it.",
    ),
    Key::with_default(
        "leaders",
        Takes::OneOf(&["one", "each_region"]),
        "\"one\"",
        "Who takes writes: one primary, or in each region the nearest copy; of two writes to a key \
         that cross on their way the last one wins.",
    ),
    Key::with_default(
        "wait_for",
        Takes::Count,
        "1",
        "Replicas that must have received a write before it is answered, if semi-synchronous.",
    ),
    Key::with_default(
        "order",
        Takes::OneOf(&["parallel", "fifo"]),
        "\"parallel\"",
        "How a replica applies writes: each as it comes, or one after the other in the order of \
         their commits.",
    ),
    Key::with_default(
        "reads",
        Takes::OneOf(&["replica", "primary", "read_your_writes", "bounded_staleness"]),
        "\"replica\"",
        "Where reads go. `read_your_writes` asks the primary for `pin` after the reader's own \
         write (without `pin`: while the replica lacks it), `bounded_staleness` when the replica \
         lacks a write older than `bound`.",
    ),
    Key::optional("pin", Takes::Duration, "How long a user reads the primary after a write."),
    Key::with_default("bound", Takes::Duration, "\"5s\"", "The oldest write a read may miss."),
    Key::with_default(
        "balance",
        Takes::OneOf(&["random", "round_robin", "least_connections", "power_of_two"]),
        "\"random\"",
        "How a read chooses among the nearest replicas.",
    ),
];

/// When a write is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// At its commit on the primary.
    Asynchronous,
    /// When so many replicas have received it.
    SemiSynchronous(u16),
    /// When all replicas have applied it.
    Synchronous,
}

/// Where reads go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reads {
    /// To the primary.
    Primary,
    /// To a replica.
    Replica,
    /// To the primary for some time after the reader's own write, or while the replica lacks it.
    ReadYourWrites(Option<Duration>),
    /// To the primary when the replica lacks a write older than this.
    BoundedStaleness(Duration),
}

/// The section.
#[derive(Clone, Debug)]
pub struct Replicas {
    /// How many, for each shard.
    pub copies: Counts,
    /// Law of the way to a replica.
    pub lag: Distribution,
    /// When a write is answered.
    pub mode: Mode,
    /// Whether the copies of every region take writes.
    pub every_region_leads: bool,
    /// Whether a replica applies one write after the other.
    pub in_order: bool,
    /// Where reads go.
    pub reads: Reads,
    /// How a read chooses among replicas.
    pub balance: Policy,
}

/// The most copies of a shard beside its primary.
pub const MOST_REPLICAS: u64 = 63;

const POLICIES: &[(&str, Policy)] = &[
    ("random", Policy::Random),
    ("round_robin", Policy::RoundRobin),
    ("least_connections", Policy::LeastConnections),
    ("power_of_two", Policy::PowerOfTwo),
];

impl Replicas {
    /// A primary that stands alone.
    pub fn none() -> Replicas {
        Replicas {
            copies: Counts::Total(0),
            lag: Distribution::zero(),
            mode: Mode::Asynchronous,
            every_region_leads: false,
            in_order: false,
            reads: Reads::Primary,
            balance: Policy::Random,
        }
    }
}

/// Reads the section; without it there are no replicas.
pub fn read(table: &mut TableReader<'_, '_>) -> Option<Replicas> {
    if !table.given("replicas") {
        return Some(Replicas::none());
    }
    let mut section = table.table("replicas")?;
    let copies = read_counts(&mut section, "count", "regions");
    let lag = section.get::<Distribution>("lag");
    let wait_for = section.get::<Count>("wait_for");
    let mode = section.get_word("mode");
    let leaders = section.get_word("leaders");
    let order = section.get_word("order");
    let pin = section.optional::<Duration>("pin");
    let bound = section.get::<Duration>("bound");
    let reads = section.get_word("reads");
    let balance = section.get_word("balance");
    if !section.given("count") && !section.given("regions") {
        section.note_computed("count", 1);
    }
    let copies = copies?;
    if copies.total() > MOST_REPLICAS {
        let key = if section.given("regions") { "regions" } else { "count" };
        section.error(key, "is more than a primary can feed", "at most 63");
        return None;
    }
    let wait_for = wait_for?.0;
    let mode = match mode? {
        "semi_synchronous" => Mode::SemiSynchronous(wait_for.min(MOST_REPLICAS) as u16),
        "synchronous" => Mode::Synchronous,
        _ => Mode::Asynchronous,
    };
    check_wait(&mut section, mode, wait_for, copies.total());
    let every_region_leads = leaders? == "each_region";
    if every_region_leads && mode != Mode::Asynchronous {
        let label = "it goes with mode = \"asynchronous\"";
        section.error("leaders", "cannot wait for each other", label);
    }
    let (reads, pin, bound) = (reads?, pin?, bound?);
    if pin.is_some() && reads != "read_your_writes" {
        section.error("pin", "does nothing here", "it goes with reads = \"read_your_writes\"");
    }
    if section.given("bound") && reads != "bounded_staleness" {
        section.error("bound", "does nothing here", "it goes with reads = \"bounded_staleness\"");
    }
    let balance = balance?;
    Some(Replicas {
        copies,
        lag: lag?,
        mode,
        every_region_leads,
        in_order: order? == "fifo",
        reads: match reads {
            "primary" => Reads::Primary,
            "read_your_writes" => Reads::ReadYourWrites(pin),
            "bounded_staleness" => Reads::BoundedStaleness(bound),
            _ => Reads::Replica,
        },
        balance: POLICIES.iter().find(|(name, _)| *name == balance)?.1,
    })
}

fn check_wait(section: &mut TableReader<'_, '_>, mode: Mode, wait_for: u64, copies: u64) {
    match mode {
        Mode::SemiSynchronous(_) if wait_for > copies => {
            let message = format!("waits for more replicas than exist ({wait_for} of {copies})");
            section.error("wait_for", &message, format!("at most {copies}"));
        }
        Mode::SemiSynchronous(_) if wait_for == 0 => {
            section.error("wait_for", "waits for nobody", "1 or more, or mode = \"asynchronous\"");
        }
        Mode::Asynchronous | Mode::Synchronous if section.given("wait_for") => {
            section.error(
                "wait_for",
                "does nothing here",
                "it goes with mode = \"semi_synchronous\"",
            );
        }
        _ => {}
    }
}
