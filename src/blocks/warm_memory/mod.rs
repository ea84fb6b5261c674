//! The memory of a cache that starts as if it had run for long, without being filled.
//!
//! - this file: the memory, bounded by weight, which forgets the key unread for longest;
//! - [`inherited`]: what it held when the run began, of which no entry is stored.
//!
//! ```text
//! newest [ entries read or filled since the start | inherited entries, by their last read ] oldest
//!          in a list, one by one                    drawn when asked for, in sum by age
//! ```
//!
//! An inherited entry that is read joins the list; one that is written is remembered as gone.
//! When room is needed the oldest inherited ones go first, by lowering the age up to which they
//! are held; once none is left, the end of the list. What must hold:
//! - weights never exceed the capacity;
//! - the answer for a key at the start is the same whenever and in whatever order keys are asked;
//! - time and memory follow the keys touched, not the content.

pub mod inherited;

use std::fmt::Debug;

use crate::blocks::che::content::Amount;
use crate::blocks::least_recently_used::{EntryView, Flags, LeastRecentlyUsed};
use crate::kernel::time::Time;
use inherited::{Inherited, Start};

/// What a memory must know of keys.
pub trait Catalogue: Debug {
    /// What an entry of this key takes of the capacity, at least 1.
    fn weight(&self, key: u64) -> u64;

    /// Where the key stands in the demand of the steady state in which the memory starts; `None`
    /// when it is no part of it, and not held at the start.
    fn place(&self, key: u64) -> Option<Place>;
}

/// Where a key stands in the demand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The position of its population among those solved for.
    pub population: usize,
    /// Its popularity rank there.
    pub rank: u64,
}

/// A memory bounded by weight that forgets the key unread for longest.
#[derive(Clone, Debug)]
pub struct WarmMemory<C> {
    entries: LeastRecentlyUsed,
    /// Weight of these.
    used: u64,
    capacity: u64,
    catalogue: C,
    inherited: Option<Inherited>,
    /// Evictions not yet reported: of inherited entries parts of one are evicted.
    evicted: f64,
}

impl<C: Catalogue> WarmMemory<C> {
    /// An empty memory of this capacity, in the unit of the catalogue's weights.
    pub fn new(capacity: u64, catalogue: C) -> Self {
        // The weights keep the bound, and the list never has to.
        let entries = LeastRecentlyUsed::new(u32::MAX - 1);
        WarmMemory { entries, used: 0, capacity, catalogue, inherited: None, evicted: 0.0 }
    }

    /// The same memory with the content of a steady state.
    pub fn starting(self, start: Start) -> Self {
        let inherited = Some(Inherited::new(start));
        let mut memory = WarmMemory { inherited, ..self };
        memory.make_room();
        memory.evicted = 0.0;
        memory
    }

    /// Expected weight of all that is held.
    pub fn used(&self) -> f64 {
        self.used as f64 + self.left().weight
    }

    /// Expected number of entries held.
    pub fn entries(&self) -> f64 {
        self.entries.len() as f64 + self.left().entries
    }

    /// What is left of the start: never below nothing, though more may have been taken out than was
    /// expected to be there.
    fn left(&self) -> Amount {
        let left = self.inherited.as_ref().map_or(Amount::default(), Inherited::left);
        Amount { weight: left.weight.max(0.0), entries: left.entries.max(0.0) }
    }

    /// The capacity.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// Finds `key` and makes it the newest.
    #[inline]
    pub fn touch(&mut self, key: u64) -> Option<EntryView> {
        let found = self.entries.touch(key);
        if found.is_some() || self.inherited.is_none() { found } else { self.claim(key) }
    }

    /// Inserts `key` as the newest, or makes it so with a new time and flags when it is held.
    /// Returns how many entries had to leave. What is larger than the memory is not kept.
    pub fn insert(&mut self, key: u64, now: Time, flags: Flags) -> u64 {
        let weight = self.catalogue.weight(key);
        if weight > self.capacity {
            return 0;
        }
        if self.entries.peek(key).is_none() {
            if let Some(inherited) = &mut self.inherited
                && let Some(place) = self.catalogue.place(key)
            {
                inherited.replace(key, place, weight as f64);
            }
            self.used += weight;
        }
        self.entries.insert(key, now, flags);
        self.make_room()
    }

    /// Takes `key` out; false when it is not held.
    pub fn remove(&mut self, key: u64) -> bool {
        let listed = self.entries.remove(key);
        let weight = self.catalogue.weight(key);
        if listed {
            self.used -= weight;
        }
        let Some(inherited) = &mut self.inherited else { return listed };
        let Some(place) = self.catalogue.place(key) else { return listed };
        if listed {
            inherited.forget(key, place);
            return true;
        }
        inherited.delete(key, place, weight as f64)
    }

    /// Puts marks on the entry of `key`, without touching it; false when it is not held.
    pub fn mark(&mut self, key: u64, flags: Flags) -> bool {
        if self.entries.mark(key, flags) {
            return true;
        }
        let Some(inherited) = &mut self.inherited else { return false };
        let Some(place) = self.catalogue.place(key) else { return false };
        inherited.mark(key, place, flags)
    }

    /// An inherited entry that is read joins the others.
    fn claim(&mut self, key: u64) -> Option<EntryView> {
        let inherited = self.inherited.as_mut()?;
        let place = self.catalogue.place(key)?;
        let weight = self.catalogue.weight(key);
        let (held, flags) = inherited.take(key, place, weight as f64)?;
        self.used += weight;
        self.entries.insert_aged(key, held.age, flags);
        // More may be there than was expected.
        let evicted = self.make_room();
        self.evicted += evicted as f64;
        self.entries.peek(key)
    }

    /// Evicts what no longer fits; returns how many entries that were.
    fn make_room(&mut self) -> u64 {
        loop {
            let excess = self.used() - self.capacity as f64;
            let Some(inherited) = &mut self.inherited else { break };
            if inherited.is_spent() {
                self.inherited = None;
            } else if excess > 0.0 {
                self.evicted += inherited.evict(excess);
            } else {
                return self.report();
            }
        }
        while self.used > self.capacity {
            let oldest = self.entries.oldest().expect("what is used belongs to an entry").key;
            self.entries.remove(oldest);
            self.used -= self.catalogue.weight(oldest);
            self.evicted += 1.0;
        }
        self.report()
    }

    fn report(&mut self) -> u64 {
        let whole = self.evicted.floor().max(0.0);
        self.evicted -= whole;
        whole as u64
    }
}

#[cfg(test)]
mod tests;
