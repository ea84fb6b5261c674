//! The memory of a cache that evicts the entry not touched for longest.
//!
//! Entries form a doubly linked list, newest first, in one vector; a hash index finds them by key.
//! Every operation takes constant time. What must hold:
//! - never more than `capacity` entries; each is in the list once and in the index once;
//! - memory follows the entries held, not the capacity: at most some 40 bytes each (an entry of 24,
//!   a ninth of slack, and 5.7 to 11.4 for the index).

use hashbrown::HashTable;

use crate::blocks::keyed::hash;
use crate::kernel::time::{Duration, Time};

/// Marks the end of the list and an empty free list.
const NONE: u32 = u32::MAX;

/// Bits of an entry's stamp that hold its flags.
const FLAG_BITS: u32 = 3;

/// Up to three marks an owner may put on an entry; their meaning is the owner's.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Flags(u8);

impl Flags {
    /// No mark.
    pub const EMPTY: Flags = Flags(0);
    /// The first mark; caches use it for "the original has changed since".
    pub const STALE: Flags = Flags(1);
    /// The second mark.
    pub const SECOND: Flags = Flags(2);
    /// The third mark.
    pub const THIRD: Flags = Flags(4);

    /// The marks of both.
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// True when all of `other`'s marks are set.
    pub const fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What is known of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EntryView {
    /// The key.
    pub key: u64,
    /// The marks it carries.
    pub flags: Flags,
    /// Nanoseconds since the start of the run; negative for entries older than the run.
    inserted: i64,
}

impl EntryView {
    /// Time since the insertion.
    ///
    /// # Panics
    /// When `now` lies before the insertion.
    pub fn age(self, now: Time) -> Duration {
        let age = now.nanos() as i64 - self.inserted;
        Duration::from_nanos(u64::try_from(age).expect("an entry is inserted before it is seen"))
    }

    /// True when it was inserted before `instant`.
    pub const fn inserted_before(self, instant: Time) -> bool {
        self.inserted < instant.nanos() as i64
    }
}

/// One slot: 24 bytes.
#[derive(Clone, Debug)]
struct Slot {
    key: u64,
    /// Nanoseconds of the insertion, shifted left, with the flags below. Signed, since a cache
    /// that starts warm holds entries older than the run: 60 bits each way are 36 years.
    stamp: i64,
    newer: u32,
    /// The next older entry, or the next free slot.
    older: u32,
}

impl Slot {
    fn view(&self) -> EntryView {
        let flags = Flags((self.stamp & ((1 << FLAG_BITS) - 1)) as u8);
        EntryView { key: self.key, flags, inserted: self.stamp >> FLAG_BITS }
    }
}

fn stamp(inserted: i64, flags: Flags) -> i64 {
    let shifted = inserted << FLAG_BITS;
    assert!(shifted >> FLAG_BITS == inserted, "an entry's time must lie within 36 years");
    shifted | i64::from(flags.0)
}

/// A bounded set of keys that forgets the one untouched for longest.
#[derive(Clone, Debug)]
pub struct LeastRecentlyUsed {
    slots: Vec<Slot>,
    index: HashTable<u32>,
    newest: u32,
    oldest: u32,
    free: u32,
    capacity: u32,
}

impl LeastRecentlyUsed {
    /// An empty cache of at most `capacity` entries; zero holds nothing.
    ///
    /// # Panics
    /// When `capacity` is `u32::MAX`, which marks the end of the list.
    pub fn new(capacity: u32) -> Self {
        assert!(capacity < NONE, "a cache holds fewer than 2^32 - 1 entries");
        let index = HashTable::new();
        LeastRecentlyUsed {
            slots: Vec::new(),
            index,
            newest: NONE,
            oldest: NONE,
            free: NONE,
            capacity,
        }
    }

    /// Number of entries held.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The largest number of entries.
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// Bytes of memory held for entries and index, used or not.
    pub fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>() + self.index.allocation_size()
    }

    /// The entry of `key`, without touching it.
    pub fn peek(&self, key: u64) -> Option<EntryView> {
        self.find(key).map(|slot| self.slots[slot as usize].view())
    }

    /// The entry that would be evicted next.
    pub fn oldest(&self) -> Option<EntryView> {
        (self.oldest != NONE).then(|| self.slots[self.oldest as usize].view())
    }

    /// Finds `key` and makes it the newest.
    pub fn touch(&mut self, key: u64) -> Option<EntryView> {
        let slot = self.find(key)?;
        if slot != self.newest {
            self.unlink(slot);
            self.link_newest(slot);
        }
        Some(self.slots[slot as usize].view())
    }

    /// Inserts `key` as the newest, or makes it so with a new time and flags when it is held.
    /// Returns the key that had to leave: with capacity zero the one inserted.
    pub fn insert(&mut self, key: u64, now: Time, flags: Flags) -> Option<u64> {
        self.insert_stamped(key, stamp(now.nanos() as i64, flags))
    }

    /// Inserts `key`, which must not be held, as the newest with an insertion `age` before the
    /// start of the run: what a cache that starts warm held then, and is read now.
    pub fn insert_aged(&mut self, key: u64, age: Duration, flags: Flags) -> Option<u64> {
        debug_assert!(self.find(key).is_none(), "what was held at the start comes once");
        let age = i64::try_from(age.nanos()).expect("an age is shorter than 292 years");
        if self.capacity == 0 {
            return Some(key);
        }
        self.insert_new(key, stamp(-age, flags))
    }

    /// Takes `key` out; false when it is not held.
    pub fn remove(&mut self, key: u64) -> bool {
        let slots = &self.slots;
        let same = |slot: &u32| slots[*slot as usize].key == key;
        let Ok(found) = self.index.find_entry(hash(key), same) else { return false };
        let (slot, _) = found.remove();
        self.unlink(slot);
        self.slots[slot as usize].older = self.free;
        self.free = slot;
        true
    }

    /// Puts marks on the entry of `key`, without touching it; false when it is not held.
    pub fn mark(&mut self, key: u64, flags: Flags) -> bool {
        let Some(slot) = self.find(key) else { return false };
        self.slots[slot as usize].stamp |= i64::from(flags.0);
        true
    }

    fn find(&self, key: u64) -> Option<u32> {
        self.index.find(hash(key), |&slot| self.slots[slot as usize].key == key).copied()
    }

    fn insert_stamped(&mut self, key: u64, stamp: i64) -> Option<u64> {
        if self.capacity == 0 {
            return Some(key);
        }
        if self.touch(key).is_some() {
            self.slots[self.newest as usize].stamp = stamp;
            return None;
        }
        self.insert_new(key, stamp)
    }

    /// Inserts a key that is not held into a cache that holds any.
    fn insert_new(&mut self, key: u64, stamp: i64) -> Option<u64> {
        let mut evicted = None;
        if self.len() == self.capacity as usize {
            let leaving = self.slots[self.oldest as usize].key;
            self.remove(leaving);
            evicted = Some(leaving);
        }
        let slot = self.take_slot(key, stamp);
        self.link_newest(slot);
        let slots = &self.slots;
        self.index.insert_unique(hash(key), slot, |&slot| hash(slots[slot as usize].key));
        evicted
    }

    fn take_slot(&mut self, key: u64, stamp: i64) -> u32 {
        let entry = Slot { key, stamp, newer: NONE, older: NONE };
        if self.free != NONE {
            let slot = self.free;
            self.free = self.slots[slot as usize].older;
            self.slots[slot as usize] = entry;
            return slot;
        }
        if self.slots.len() == self.slots.capacity() {
            // Growing by an eighth instead of doubling keeps the slack small; insertion is still
            // constant on average.
            let room = self.capacity as usize - self.slots.len();
            self.slots.reserve_exact(room.min(self.slots.len() / 8 + 16));
        }
        self.slots.push(entry);
        (self.slots.len() - 1) as u32
    }

    fn unlink(&mut self, slot: u32) {
        let Slot { newer, older, .. } = self.slots[slot as usize];
        match newer {
            NONE => self.newest = older,
            _ => self.slots[newer as usize].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            _ => self.slots[older as usize].newer = newer,
        }
    }

    fn link_newest(&mut self, slot: u32) {
        let before = self.newest;
        self.slots[slot as usize].newer = NONE;
        self.slots[slot as usize].older = before;
        match before {
            NONE => self.oldest = slot,
            _ => self.slots[before as usize].newer = slot,
        }
        self.newest = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The slow twin: a vector, oldest first.
    #[derive(Default)]
    struct Twin(Vec<(u64, i64, u8)>);

    impl Twin {
        fn take(&mut self, key: u64) -> Option<(u64, i64, u8)> {
            let place = self.0.iter().position(|entry| entry.0 == key)?;
            Some(self.0.remove(place))
        }

        fn insert(&mut self, key: u64, inserted: i64, flags: u8, capacity: usize) -> Option<u64> {
            self.take(key);
            self.0.push((key, inserted, flags));
            (self.0.len() > capacity).then(|| self.0.remove(0).0)
        }
    }

    fn view(entry: (u64, i64, u8)) -> EntryView {
        EntryView { key: entry.0, flags: Flags(entry.2), inserted: entry.1 }
    }

    proptest! {
        #[test]
        fn behaves_like_a_vector(
            capacity in 0u32..12,
            operations in prop::collection::vec((0u8..6, 0u64..20, 0u8..8), 0..400),
        ) {
            let mut cache = LeastRecentlyUsed::new(capacity);
            let mut twin = Twin::default();
            for (step, (operation, key, flags)) in operations.into_iter().enumerate() {
                let now = step as i64;
                match operation {
                    0 | 1 => prop_assert_eq!(
                        cache.insert(key, Time::from_nanos(step as u64), Flags(flags)),
                        twin.insert(key, now, flags, capacity as usize)
                    ),
                    2 if cache.peek(key).is_none() => prop_assert_eq!(
                        cache.insert_aged(key, Duration::from_nanos(step as u64), Flags(flags)),
                        twin.insert(key, -now, flags, capacity as usize)
                    ),
                    2 | 3 => {
                        let taken = twin.take(key);
                        twin.0.extend(taken);
                        prop_assert_eq!(cache.touch(key), taken.map(view));
                    }
                    4 => prop_assert_eq!(cache.remove(key), twin.take(key).is_some()),
                    _ => {
                        let found = twin.0.iter_mut().find(|entry| entry.0 == key);
                        prop_assert_eq!(cache.mark(key, Flags(flags)), found.is_some());
                        if let Some(entry) = found {
                            entry.2 |= flags;
                        }
                    }
                }
                prop_assert_eq!(cache.len(), twin.0.len());
                prop_assert_eq!(cache.oldest(), twin.0.first().map(|&entry| view(entry)));
            }
            for key in 0..20 {
                let expected = twin.0.iter().find(|entry| entry.0 == key);
                prop_assert_eq!(cache.peek(key), expected.map(|&entry| view(entry)));
            }
        }
    }

    #[test]
    fn memory_follows_the_entries_and_not_the_capacity() {
        let mut cache = LeastRecentlyUsed::new(1 << 31);
        assert_eq!(cache.bytes(), 0);
        for key in 0..300_000u64 {
            cache.insert(key, Time::ZERO, Flags::EMPTY);
            if key > 2000 {
                assert!(cache.bytes() as u64 <= 40 * (key + 1), "{} at {key}", cache.bytes());
            }
        }
    }

    #[test]
    fn ages_reach_back_before_the_run() {
        let mut cache = LeastRecentlyUsed::new(4);
        cache.insert_aged(1, Duration::from_nanos(5), Flags::STALE);
        let entry = cache.peek(1).unwrap();
        assert_eq!(entry.age(Time::from_nanos(7)).nanos(), 12);
        assert!(entry.flags.contains(Flags::STALE) && !entry.flags.contains(Flags::SECOND));
        assert!(entry.inserted_before(Time::ZERO));
    }
}
