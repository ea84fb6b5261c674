//! What a memory holds from before the run, of which no entry is stored.
//!
//! Whether a key was held at time zero, and with which ages, is drawn by a draw of its own
//! ([`Solution::draw_entry`]). What all of it weighs is known in sum, by the time since the last
//! read ([`Content`]); what has been taken out is subtracted where it lay. An age, the *horizon*,
//! divides what is still held from what has been evicted. It only ever falls, so an entry that is
//! no longer held never comes back.

use std::sync::Arc;

use super::Place;
use crate::blocks::che::Solution;
use crate::blocks::che::content::{Amount, Content, HeldEntry};
use crate::blocks::keyed::KeyedTable;
use crate::blocks::least_recently_used::Flags;
use crate::kernel::random::Stream;

/// The steady state a memory starts in. Copies share it: nodes of one cache that differ in nothing
/// but which keys they serve have one in common.
#[derive(Clone, Debug)]
pub struct Start {
    shared: Arc<(Solution, Content)>,
    stream: Stream,
}

impl Start {
    /// The start in this steady state, drawn key by key from `stream`.
    pub fn new(solution: Solution, stream: Stream) -> Start {
        let content = solution.content();
        Start { shared: Arc::new((solution, content)), stream }
    }

    fn content(&self) -> &Content {
        &self.shared.1
    }

    fn draw(&self, key: u64, place: Place) -> Option<HeldEntry> {
        let mut draw = self.stream.draw(key);
        self.shared.0.draw_entry(place.population, place.rank, &mut draw)
    }
}

/// What has happened to an inherited entry that has not been read since.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Change {
    Gone,
    Marked(Flags),
}

/// What is left of the content of the start.
#[derive(Clone, Debug)]
pub struct Inherited {
    start: Start,
    /// Entries are held that were last read less than this before time zero, in seconds.
    horizon: f64,
    /// The bins below this one are held whole, of this one the part below the horizon.
    open: usize,
    /// What is left in that part.
    open_left: Amount,
    /// What is left altogether.
    left: Amount,
    /// What was taken out of each bin below the open one.
    taken: Vec<Amount>,
    changes: KeyedTable<Change>,
}

impl Inherited {
    /// All of it.
    pub fn new(start: Start) -> Inherited {
        let bins = start.content().bins();
        let mut left = Amount::default();
        bins.iter().for_each(|bin| left.add(*bin, 1.0));
        let taken = vec![Amount::default(); bins.len()];
        let (open, open_left) = (bins.len().saturating_sub(1), bins.last().copied());
        let horizon = if bins.is_empty() { 0.0 } else { start.content().span(open).1 };
        let (open_left, changes) = (open_left.unwrap_or_default(), KeyedTable::new());
        Inherited { start, horizon, open, open_left, left, taken, changes }
    }

    /// What is expected to be left.
    pub fn left(&self) -> Amount {
        self.left
    }

    /// Whether nothing is left.
    pub fn is_spent(&self) -> bool {
        self.horizon <= 0.0
    }

    /// Takes out the entry of a key that is read, to be kept elsewhere; `None` when it is not held.
    pub fn take(&mut self, key: u64, place: Place, weight: f64) -> Option<(HeldEntry, Flags)> {
        let held = self.find(key, place)?;
        let flags = match self.changes.get(key) {
            Some(Change::Gone) => return None,
            Some(Change::Marked(flags)) => *flags,
            None => Flags::EMPTY,
        };
        self.changes.remove(key);
        self.subtract(held.since_read, weight);
        Some((held, flags))
    }

    /// Takes out the entry of a key that is filled anew, or ends the memory of its deletion: the
    /// caller holds the key from here on.
    pub fn replace(&mut self, key: u64, place: Place, weight: f64) {
        if self.take(key, place, weight).is_none() {
            self.changes.remove(key);
        }
    }

    /// Takes out the entry of a key for good; false when it is not held.
    pub fn delete(&mut self, key: u64, place: Place, weight: f64) -> bool {
        let Some(held) = self.find(key, place) else { return false };
        if self.changes.insert(key, Change::Gone) == Some(Change::Gone) {
            return false;
        }
        self.subtract(held.since_read, weight);
        true
    }

    /// Notes that an entry taken out before is no longer kept elsewhere.
    pub fn forget(&mut self, key: u64, place: Place) {
        if self.find(key, place).is_some() {
            self.changes.insert(key, Change::Gone);
        }
    }

    /// Puts marks on the entry of a key; false when it is not held.
    pub fn mark(&mut self, key: u64, place: Place, flags: Flags) -> bool {
        if self.find(key, place).is_none() {
            return false;
        }
        match self.changes.get_mut(key) {
            Some(Change::Gone) => return false,
            Some(Change::Marked(before)) => *before = before.with(flags),
            None => {
                self.changes.insert(key, Change::Marked(flags));
            }
        }
        true
    }

    /// Evicts this weight, the entries read longest ago first, or all there is; returns how many
    /// entries that were.
    pub fn evict(&mut self, mut excess: f64) -> f64 {
        let mut evicted = 0.0;
        while excess > 0.0 && !self.is_spent() {
            let (begin, end) = self.start.content().span(self.open);
            if self.open_left.weight > excess {
                let share = excess / self.open_left.weight;
                self.horizon = match end.is_finite() {
                    true => self.horizon - (self.horizon - begin) * share,
                    // The last bin without an end is spread evenly over the inverse of the age.
                    false => begin / (1.0 - (1.0 - begin / self.horizon) * (1.0 - share)),
                };
                let leaving = self.open_left;
                self.open_left.add(leaving, -share);
                self.left.add(leaving, -share);
                return evicted + leaving.entries * share;
            }
            // More may have been taken out of a bin than was expected there: then less than
            // nothing is left in it, which older bins or the list have to make up for.
            excess -= self.open_left.weight;
            evicted += self.open_left.entries;
            self.close_bin(begin);
        }
        evicted
    }

    /// Goes on to the next bin, with nothing left of the open one.
    fn close_bin(&mut self, begin: f64) {
        self.left.add(self.open_left, -1.0);
        self.horizon = begin;
        self.open_left = Amount::default();
        if self.open == 0 {
            self.horizon = 0.0;
            self.left = Amount::default();
            return;
        }
        self.open -= 1;
        self.open_left = self.start.content().bins()[self.open];
        self.open_left.add(self.taken[self.open], -1.0);
    }

    /// The entry of a key when its last read lies below the horizon, changed since or not.
    fn find(&self, key: u64, place: Place) -> Option<HeldEntry> {
        self.start.draw(key, place).filter(|held| held.since_read < self.horizon)
    }

    fn subtract(&mut self, since_read: f64, weight: f64) {
        let amount = Amount { weight, entries: 1.0 };
        self.left.add(amount, -1.0);
        let bin = self.start.content().bin_of(since_read);
        match self.taken.get_mut(bin) {
            Some(taken) if bin < self.open => taken.add(amount, 1.0),
            _ => self.open_left.add(amount, -1.0),
        }
    }
}
