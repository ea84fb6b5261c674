//! `[data.NAME]`: the datasets.

use crate::blocks::popularity::Order;
use crate::blocks::popularity::read::PopularitySpec;
use crate::language::key::Key;

/// A dataset.
#[derive(Clone, Debug)]
pub struct DataSection {
    /// Its name.
    pub name: String,
    /// How many keys it has.
    pub keys: KeyCount,
    /// How the demand is spread over them.
    pub popularity: PopularitySpec,
    /// How popularity lies over key ids.
    pub order: Order,
    /// Bytes a value takes.
    pub value_size: u64,
}

/// How many keys a dataset has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyCount {
    /// So many, more than 0.
    Fixed(u64),
    /// As many as there are users to own them.
    PerUser {
        /// Keys each user owns, more than 0.
        per_user: u64,
        /// Keys there are besides.
        base: u64,
    },
}

impl KeyCount {
    /// How many keys there are for so many users.
    pub const fn total(self, users: u64) -> u64 {
        match self {
            KeyCount::Fixed(keys) => keys,
            KeyCount::PerUser { per_user, base } => base + per_user * users,
        }
    }

    /// Keys each user owns, if keys belong to users.
    pub const fn per_user(self) -> Option<u64> {
        match self {
            KeyCount::Fixed(_) => None,
            KeyCount::PerUser { per_user, .. } => Some(per_user),
        }
    }
}

/// Keys of a dataset's table.
pub const DATA: &[Key] = &[];
