//! Waiting for several: a query that has sent children to some nodes goes on when enough of them
//! have come back.
//!
//! Children are cut off from their query at birth and carry the number of its gathering instead:
//! those that come too late find nobody waiting, and the query is free to leave. What must hold: a
//! gathering's number is used again only when all its children are back.

use super::slots::Slots;
use crate::kernel::JobId;

/// What a gathering knows.
#[derive(Clone, Copy, Debug)]
struct Gathering {
    /// Who waits; nobody any more once enough have come.
    job: Option<JobId>,
    /// Good answers that are still needed.
    needed: u16,
    /// Children under way.
    outstanding: u16,
}

/// All gatherings.
#[derive(Clone, Debug, Default)]
pub struct Gatherings {
    slots: Slots<Gathering>,
}

/// What an answer means for the one who waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gathered {
    /// Nothing yet, or nobody waits any more.
    NotYet,
    /// Enough have come: the query goes on.
    Enough(JobId),
    /// So many have failed that enough can never come.
    Failed(JobId),
}

impl Gatherings {
    /// A query waits for `needed` good answers of `outstanding` children.
    ///
    /// # Panics
    /// When it waits for nobody, or for more than there are.
    pub fn open(&mut self, job: JobId, needed: u16, outstanding: u16) -> u32 {
        assert!((1..=outstanding).contains(&needed), "{needed} of {outstanding} are needed");
        self.slots.open(Gathering { job: Some(job), needed, outstanding })
    }

    /// A child is back.
    pub fn came_back(&mut self, slot: u32, ok: bool) -> Gathered {
        let gathering = self.slots.get_mut(slot);
        gathering.outstanding -= 1;
        gathering.needed -= u16::from(ok && gathering.job.is_some());
        let Gathering { job, needed, outstanding } = *gathering;
        if outstanding == 0 {
            self.slots.close(slot);
        }
        let Some(job) = job else { return Gathered::NotYet };
        let is_over = needed == 0 || outstanding < needed;
        if !is_over {
            return Gathered::NotYet;
        }
        self.slots.get_mut(slot).job = None;
        if needed == 0 { Gathered::Enough(job) } else { Gathered::Failed(job) }
    }

    /// Whether all children of a gathering are back, so that its number is free again.
    pub fn is_over(&self, slot: u32) -> bool {
        self.slots.get(slot).outstanding == 0
    }

    /// The query that waits, if it still does.
    pub fn waiting(&self, slot: u32) -> Option<JobId> {
        self.slots.get(slot).job
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_is_told_once_and_late_ones_find_nobody() {
        let mut gatherings = Gatherings::default();
        let slot = gatherings.open(JobId(7), 2, 3);
        assert_eq!(gatherings.came_back(slot, true), Gathered::NotYet);
        assert_eq!(gatherings.came_back(slot, true), Gathered::Enough(JobId(7)));
        assert!(!gatherings.slots.is_empty());
        let other = gatherings.open(JobId(8), 1, 1);
        assert_ne!(other, slot, "a child is still under way");
        assert_eq!(gatherings.came_back(slot, true), Gathered::NotYet);
        assert_eq!(gatherings.came_back(other, true), Gathered::Enough(JobId(8)));
        assert!(gatherings.slots.is_empty());
    }

    #[test]
    fn failure_is_told_when_enough_can_never_come() {
        let mut gatherings = Gatherings::default();
        let slot = gatherings.open(JobId(7), 2, 3);
        assert_eq!(gatherings.came_back(slot, false), Gathered::NotYet);
        assert_eq!(gatherings.came_back(slot, false), Gathered::Failed(JobId(7)));
        assert_eq!(gatherings.came_back(slot, true), Gathered::NotYet);
        assert!(gatherings.slots.is_empty());
    }
}
