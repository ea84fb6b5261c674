//! Which version of a key each node shows.
//!
//! Writes are stamped in the order in which they begin; of two, a node keeps the one with the
//! larger stamp (last writer wins). A copy that shows a stamp shows the newest write to its key up
//! to that one. Kept are only keys whose copies differ, or may soon. What must hold: a copy never
//! goes back to an older version; an entry is dropped only when all copies show the newest version,
//! nobody holds a hint and no write is under way.

use crate::blocks::keyed::KeyedTable;

/// A write's place among those to all keys; 0 is what was there at the start.
pub type Stamp = u64;

/// The last write to a key that was answered.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Answered {
    /// Its stamp.
    pub stamp: Stamp,
    /// Who made it.
    pub user: u64,
}

/// A write that a node keeps for another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Who keeps it.
    pub holder: u16,
    /// For whom.
    pub target: u16,
    /// Which write.
    pub stamp: Stamp,
}

/// The copies of a key.
#[derive(Clone, Debug, Default)]
struct Copies {
    answered: Answered,
    /// The key's own nodes and what each shows.
    shown: Vec<(u16, Stamp)>,
    kept: Vec<Kept>,
    /// Writes under way.
    open: u32,
}

impl Copies {
    fn are_alike(&self) -> bool {
        self.open == 0
            && self.kept.is_empty()
            && self.shown.windows(2).all(|pair| pair[0].1 == pair[1].1)
    }
}

/// All keys whose copies differ, or may soon.
#[derive(Debug, Default)]
pub struct Versions {
    by_key: KeyedTable<Copies>,
    last: Stamp,
}

impl Versions {
    /// A write to a key begins, whose own nodes are these.
    pub fn begin(&mut self, key: u64, own: &[u16]) -> Stamp {
        if self.by_key.get(key).is_none() {
            let shown = own.iter().map(|&node| (node, self.last)).collect();
            self.by_key.insert(key, Copies { shown, ..Copies::default() });
        }
        self.last += 1;
        self.change(key, |copies| copies.open += 1);
        self.last
    }

    /// All parts of a write are over.
    pub fn end(&mut self, key: u64) {
        self.change(key, |copies| copies.open -= 1);
    }

    /// A write is answered.
    pub fn answer(&mut self, key: u64, write: Answered) {
        self.change(key, |copies| {
            if write.stamp > copies.answered.stamp {
                copies.answered = write;
            }
        });
    }

    /// One of the key's own nodes has got a write.
    pub fn land(&mut self, key: u64, node: u16, stamp: Stamp) {
        self.change(key, |copies| {
            let own = copies.shown.iter_mut().find(|(own, _)| *own == node);
            let (_, shown) = own.expect("a write lands on the key's own nodes");
            *shown = (*shown).max(stamp);
        });
    }

    /// A node keeps a write for another one.
    pub fn keep(&mut self, key: u64, kept: Kept) {
        self.change(key, |copies| copies.kept.push(kept));
    }

    /// A node has handed over what it kept.
    pub fn hand_over(&mut self, key: u64, kept: Kept) {
        self.change(key, |copies| copies.kept.retain(|it| *it != kept));
    }

    /// What a node shows of a key; `None` when it has nothing of it. `is_own` tells whether it is
    /// one of the key's own nodes.
    pub fn shown(&self, key: u64, node: u16, is_own: bool) -> Option<Stamp> {
        let Some(copies) = self.by_key.get(key) else { return is_own.then_some(self.last) };
        if is_own {
            return copies.shown.iter().find(|(own, _)| *own == node).map(|(_, stamp)| *stamp);
        }
        let kept = copies.kept.iter().filter(|it| it.holder == node);
        kept.map(|it| it.stamp).max()
    }

    /// The last write to a key that was answered. Once all copies show it, it matters no more.
    pub fn answered(&self, key: u64) -> Answered {
        self.by_key.get(key).map_or_else(Answered::default, |copies| copies.answered)
    }

    /// Keys whose copies differ, or may soon.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    fn change(&mut self, key: u64, change: impl FnOnce(&mut Copies)) {
        // Of a key without an entry all copies show the newest version: an older one that comes
        // late changes nothing.
        let Some(copies) = self.by_key.get_mut(key) else { return };
        change(copies);
        if copies.are_alike() {
            self.by_key.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: u64 = 7;

    #[test]
    fn the_newest_write_wins_however_late_the_older_one_comes() {
        let mut versions = Versions::default();
        let (first, second) = (versions.begin(KEY, &[3, 5]), versions.begin(KEY, &[3, 5]));
        versions.land(KEY, 3, second);
        versions.land(KEY, 3, first);
        assert_eq!(versions.shown(KEY, 3, true), Some(second));
        assert_eq!(versions.shown(KEY, 5, true), Some(first - 1));
        versions.answer(KEY, Answered { stamp: second, user: 1 });
        versions.answer(KEY, Answered { stamp: first, user: 2 });
        assert_eq!(versions.answered(KEY), Answered { stamp: second, user: 1 });
        versions.land(KEY, 5, first);
        versions.end(KEY);
        versions.end(KEY);
        assert_eq!(versions.len(), 1, "one copy lacks the second write");
        versions.land(KEY, 5, second);
        assert_eq!(versions.len(), 0);
        assert_eq!(versions.shown(KEY, 5, true), Some(second));
    }

    #[test]
    fn what_comes_late_is_no_news_to_copies_that_were_alike_since() {
        let mut versions = Versions::default();
        let old = versions.begin(KEY, &[3, 5]);
        versions.land(KEY, 3, old);
        versions.land(KEY, 5, old);
        versions.end(KEY);
        let new = versions.begin(KEY, &[3, 5]);
        versions.land(KEY, 3, old);
        assert_eq!(versions.shown(KEY, 3, true), versions.shown(KEY, 5, true));
        versions.land(KEY, 3, new);
        assert_eq!(versions.shown(KEY, 5, true), Some(old));
    }

    #[test]
    fn a_hint_is_shown_by_its_holder_until_it_is_handed_over() {
        let mut versions = Versions::default();
        assert_eq!(versions.shown(KEY, 9, false), None);
        let stamp = versions.begin(KEY, &[3, 5]);
        let kept = Kept { holder: 9, target: 5, stamp };
        versions.land(KEY, 3, stamp);
        versions.keep(KEY, kept);
        versions.end(KEY);
        assert_eq!(versions.shown(KEY, 9, false), Some(stamp));
        assert_eq!(versions.shown(KEY, 8, false), None);
        versions.land(KEY, 5, stamp);
        assert_eq!(versions.len(), 1, "the hint is still there");
        versions.hand_over(KEY, kept);
        assert_eq!(versions.len(), 0);
    }
}
