//! `mtbf`, `mttr` and `needs`: how often nodes and regions fail.
//!
//! They are for arithmetic alone: nothing goes down in a run unless `[[faults]]` says so.

use crate::blocks::redundancy::Repair;
use crate::kernel::time::Duration;
use crate::language::quantity::Count;
use crate::language::reader::TableReader;

/// How often the nodes of a component fail, and how many it needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Failures {
    /// How often each of them fails.
    pub repair: Repair,
    /// How many must be up, of those that stand for each other; none for a number by arithmetic.
    pub needs: Option<u64>,
}

/// Reads `mtbf` and `mttr`, which go together; the outer `None` when that is wrong.
pub(super) fn read_repair(table: &mut TableReader<'_, '_>) -> Option<Option<Repair>> {
    let mtbf = table.optional::<Duration>("mtbf");
    let mttr = table.optional::<Duration>("mttr");
    let (mtbf, mttr) = (mtbf?, mttr?);
    if mtbf == Some(Duration::ZERO) {
        table.error("mtbf", "it would never be up", "more than 0s");
        return None;
    }
    match (mtbf, mttr) {
        (Some(mtbf), Some(mttr)) => Some(Some(Repair { mtbf, mttr })),
        (None, None) => Some(None),
        (Some(_), None) => {
            table.error("mtbf", "does nothing without `mttr`", "how long a repair takes: mttr");
            None
        }
        (None, Some(_)) => {
            table.error("mttr", "does nothing without `mtbf`", "how often it fails: mtbf");
            None
        }
    }
}

/// Reads what a component says of its nodes; the outer `None` when that is wrong.
pub(super) fn read(table: &mut TableReader<'_, '_>) -> Option<Option<Failures>> {
    let repair = read_repair(table);
    let needs = table.optional::<Count>("needs");
    let (repair, needs) = (repair?, needs?.map(|needs| needs.0));
    if needs == Some(0) {
        table.error("needs", "it would be up without a node", "1 or more");
        return None;
    }
    if needs.is_some() && repair.is_none() {
        table.error("needs", "does nothing without `mtbf` and `mttr`", "give both");
        return None;
    }
    Some(repair.map(|repair| Failures { repair, needs }))
}
