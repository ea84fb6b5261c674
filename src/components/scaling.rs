//! How cores disturb each other: the keys `contention` and `coherency`, which services and
//! databases share.
//!
//! The law is that of [`Scalability`]. It speaks of cores that run at the same time, so it goes
//! with processor sharing alone.

use super::flow::Unfit;
use crate::blocks::station::{Discipline, ProcessorSharing, Scalability, Station};
use crate::language::key::{Key, Takes};
use crate::language::quantity::Fraction;
use crate::language::reader::TableReader;

/// Share of the work that one core at a time can do.
pub const CONTENTION: Key = Key::with_default(
    "contention",
    Takes::Fraction,
    "\"0%\"",
    "Share of the work that only one core of a node can do at a time (Universal Scalability Law).",
);

/// What busy cores cost each other.
pub const COHERENCY: Key = Key::with_default(
    "coherency",
    Takes::Fraction,
    "\"0%\"",
    "What each pair of a node's busy cores costs to keep each other up to date, as a share of the \
     work: beyond the root of (1 - contention) / coherency further cores do harm.",
);

/// Reads both keys.
pub fn read(
    table: &mut TableReader<'_, '_>,
    discipline: Option<Discipline>,
) -> Option<Scalability> {
    let contention = table.get::<Fraction>("contention");
    let coherency = table.get::<Fraction>("coherency");
    let law = Scalability { contention: contention?.0, coherency: coherency?.0 };
    let given = if law.contention > 0.0 { "contention" } else { "coherency" };
    if !law.is_linear() && discipline.is_some_and(|it| it != Discipline::ProcessorSharing) {
        let label = "it goes with discipline = \"processor_sharing\"";
        table.error(given, "says how cores that share all jobs slow each other down", label);
        return None;
    }
    Some(law)
}

/// Cores shared by all running jobs, which disturb each other by this law.
pub fn shared_cores(cores: u32, law: Scalability) -> Station {
    Station::ProcessorSharing(ProcessorSharing::new(cores).with_scalability(law))
}

/// A warning where more cores do less.
pub fn beyond_peak(cores: u32, law: Scalability) -> Option<Unfit> {
    let peak = law.peak().filter(|peak| f64::from(cores) > peak.max(1.0) + 1.0)?;
    let message = format!(
        "with this `coherency`, {cores} cores do less than {peak:.0}: the work of {:.2} cores \
         against {:.2}",
        law.capacity(u64::from(cores)),
        law.capacity(peak.round() as u64)
    );
    Some(Unfit::warning(message, format!("cores = {peak:.0} is the most that helps")))
}
