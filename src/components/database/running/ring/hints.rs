//! Writes that nodes keep for others, until these are back.
//!
//! What must hold: hints for a node are handed over in the order in which they were taken, as long
//! as their holders can reach it, and none is lost.

use super::versions::{Kept, Stamp};
use crate::kernel::time::{Duration, Time};
use std::collections::VecDeque;

/// A write for a node that was down or out of reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hint {
    /// The key it writes.
    pub key: u64,
    /// Who keeps it.
    pub holder: u16,
    /// Which write.
    pub stamp: Stamp,
    /// The identity of the job that brought it.
    pub identity: u64,
    /// What the write takes, where that is recorded.
    pub recorded: Duration,
    /// When it was taken.
    pub since: Time,
}

impl Hint {
    /// What its holder shows of it.
    pub fn kept_for(&self, target: u16) -> Kept {
        Kept { holder: self.holder, target, stamp: self.stamp }
    }
}

/// All hints, by the node they are for.
#[derive(Debug, Default)]
pub struct Hints {
    waiting: Vec<VecDeque<Hint>>,
    is_busy: Vec<bool>,
}

impl Hints {
    /// No hints for so many nodes.
    pub fn new(nodes: usize) -> Hints {
        Hints { waiting: vec![VecDeque::new(); nodes], is_busy: vec![false; nodes] }
    }

    /// A hint for a node is taken.
    pub fn take(&mut self, target: usize, hint: Hint) {
        self.waiting[target].push_back(hint);
    }

    /// A hint could not be handed over: it is the first to go when the node is back.
    pub fn take_back(&mut self, target: usize, hint: Hint) {
        self.waiting[target].push_front(hint);
    }

    /// Begins to hand over a node's hints; whether there are any, and nobody does so already.
    pub fn begin(&mut self, target: usize) -> bool {
        let begins = !self.is_busy[target] && !self.waiting[target].is_empty();
        self.is_busy[target] |= begins;
        begins
    }

    /// The next hint for a node whose holder can be reached. `None` ends handing over.
    pub fn next(&mut self, target: usize, is_reached: impl Fn(u16) -> bool) -> Option<Hint> {
        let line = &mut self.waiting[target];
        let index = line.iter().position(|hint| is_reached(hint.holder));
        let hint = index.and_then(|index| line.remove(index));
        self.is_busy[target] = hint.is_some();
        hint
    }

    /// Hints that are not handed over.
    pub fn count(&self) -> usize {
        self.waiting.iter().map(VecDeque::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(stamp: Stamp, holder: u16) -> Hint {
        let (identity, recorded, since) = (stamp, Duration::ZERO, Time::ZERO);
        Hint { key: 1, holder, stamp, identity, recorded, since }
    }

    #[test]
    fn hints_go_in_order_by_those_who_can_be_reached() {
        let mut hints = Hints::new(4);
        assert!(!hints.begin(2), "there is nothing to hand over");
        hints.take(2, hint(1, 0));
        hints.take(2, hint(2, 3));
        hints.take(2, hint(3, 0));
        assert!(hints.begin(2) && !hints.begin(2), "one at a time");
        let stamp_of_next =
            |hints: &mut Hints, holder: u16| hints.next(2, |it| it == holder).map(|it| it.stamp);
        assert_eq!(stamp_of_next(&mut hints, 3), Some(2));
        assert_eq!(stamp_of_next(&mut hints, 3), None);
        assert!(hints.begin(2), "it may begin again");
        assert_eq!(stamp_of_next(&mut hints, 0), Some(1));
        hints.take_back(2, hint(1, 0));
        assert_eq!(stamp_of_next(&mut hints, 0), Some(1));
        assert_eq!((stamp_of_next(&mut hints, 0), hints.count()), (Some(3), 0));
    }
}
