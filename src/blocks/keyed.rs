//! A map from key ids to small values, with a fixed hash.
//!
//! What must hold: nothing about the order of its entries is visible. There is no iterator, and
//! [`KeyedTable::retain`] judges each entry alone, so two tables with the same entries cannot be
//! told apart and the library's layout never reaches a result.

use hashbrown::HashTable;

use crate::kernel::random;

/// Keeps the hashes of key tables apart from other uses of the same mixing function.
const SALT: u64 = 0x6B65_7965_645F_7461;

/// The fixed hash of a key id.
#[inline]
pub(super) const fn hash(key: u64) -> u64 {
    random::mix(SALT, key)
}

/// A map from `u64` keys to values of type `V`.
#[derive(Clone, Debug)]
pub struct KeyedTable<V> {
    entries: HashTable<(u64, V)>,
}

impl<V> KeyedTable<V> {
    /// An empty table; it takes no memory until the first insertion.
    pub const fn new() -> Self {
        KeyedTable { entries: HashTable::new() }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of `key`.
    #[inline]
    pub fn get(&self, key: u64) -> Option<&V> {
        self.entries.find(hash(key), |entry| entry.0 == key).map(|entry| &entry.1)
    }

    /// The value of `key`, to change it.
    #[inline]
    pub fn get_mut(&mut self, key: u64) -> Option<&mut V> {
        self.entries.find_mut(hash(key), |entry| entry.0 == key).map(|entry| &mut entry.1)
    }

    /// Sets the value of `key` and returns the one it had.
    pub fn insert(&mut self, key: u64, value: V) -> Option<V> {
        if let Some(present) = self.get_mut(key) {
            return Some(std::mem::replace(present, value));
        }
        self.entries.insert_unique(hash(key), (key, value), |entry| hash(entry.0));
        None
    }

    /// Takes `key` out and returns its value.
    pub fn remove(&mut self, key: u64) -> Option<V> {
        let found = self.entries.find_entry(hash(key), |entry| entry.0 == key).ok()?;
        Some(found.remove().0.1)
    }

    /// Keeps the entries for which `keep` says so. It must be a pure function of one entry:
    /// the order in which entries are asked is unspecified.
    pub fn retain(&mut self, keep: impl Fn(u64, &V) -> bool) {
        self.entries.retain(|entry| keep(entry.0, &entry.1));
    }

    /// How many entries there are for which `holds` says so; as with [`KeyedTable::retain`], it
    /// must be a pure function of one entry.
    pub fn count(&self, holds: impl Fn(u64, &V) -> bool) -> usize {
        self.entries.iter().filter(|entry| holds(entry.0, &entry.1)).count()
    }

    /// Bytes of memory held for entries, used or not.
    pub fn bytes(&self) -> usize {
        self.entries.allocation_size()
    }
}

impl<V> Default for KeyedTable<V> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// The slow twin is an ordered map driven by the same operations.
        #[test]
        fn behaves_like_an_ordered_map(
            operations in prop::collection::vec((0u8..4, 0u64..40, any::<u32>()), 0..400),
        ) {
            let mut table = KeyedTable::new();
            let mut twin = BTreeMap::new();
            for (operation, key, value) in operations {
                match operation {
                    0 => prop_assert_eq!(table.insert(key, value), twin.insert(key, value)),
                    1 => prop_assert_eq!(table.remove(key), twin.remove(&key)),
                    2 => prop_assert_eq!(table.get_mut(key), twin.get_mut(&key)),
                    _ => {
                        table.retain(|key, value| (key + u64::from(*value)) % 3 != 0);
                        twin.retain(|key, value| (*key + u64::from(*value)) % 3 != 0);
                    }
                }
                prop_assert_eq!(table.len(), twin.len());
                prop_assert_eq!(table.is_empty(), twin.is_empty());
            }
            for key in 0..40 {
                prop_assert_eq!(table.get(key), twin.get(&key));
            }
        }
    }

    /// At the worst moment, just after growing, a table is 7/16 full: 16 bytes of entry and one
    /// control byte make 17 * 16 / 7 = 39 bytes an entry.
    #[test]
    fn takes_at_most_forty_bytes_an_entry() {
        let mut table = KeyedTable::new();
        assert_eq!(table.bytes(), 0);
        for key in 0..200_000u64 {
            table.insert(key, key);
            if key > 1000 {
                assert!(table.bytes() as u64 <= 40 * (key + 1), "{} at {key}", table.bytes());
            }
        }
    }
}
