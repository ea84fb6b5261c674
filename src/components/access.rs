//! What jobs ask for: classes of access, and the data they touch.
//!
//! A job carries the number of its class. The operations of the scenario are the first classes;
//! steps of handlers that ask for something else add theirs when the model is compiled, so that
//! nothing is looked up by name while it runs. What must hold: keys of different datasets differ
//! (the dataset's number sits in the upper byte), so one cache can hold several.

use crate::blocks::popularity::{KeyOrder, Order, Popularity, RankSampler};
use crate::kernel::random::{Draw, mix};

/// What is done to the data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verb {
    /// Nothing: the job is just served.
    Call,
    /// One key is read.
    Read,
    /// One key is written, or several at once.
    Write,
    /// Many keys are read.
    Scan,
}

/// From which copy a read wants its answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ReadFrom {
    /// Whatever the database is set to.
    Usual,
    /// The primary.
    Primary,
    /// A replica.
    Replica,
}

/// Which key an access touches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyChoice {
    /// Drawn by the dataset's popularity.
    Popular,
    /// Drawn evenly from all keys.
    Uniform,
    /// One of the user's own keys.
    Own,
    /// A key that was not there before.
    New,
    /// The key made last.
    Newest,
    /// The next key of a recorded trace.
    Recorded,
}

/// A class of access.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Class {
    /// The operation it serves.
    pub operation: u16,
    /// What is done.
    pub verb: Verb,
    /// To which dataset.
    pub dataset: Option<u16>,
    /// To which of its keys.
    pub key: KeyChoice,
    /// From which copy.
    pub from: ReadFrom,
    /// How many keys a write touches, at least 1.
    pub keys: u16,
}

/// The most keys a write touches.
pub const MOST_KEYS: u64 = 100;

/// All classes of a model.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    table: Vec<Class>,
}

impl Classes {
    /// The number of this class, added if it is new.
    pub fn intern(&mut self, class: Class) -> u16 {
        let known = self.table.iter().position(|other| *other == class);
        let index = known.unwrap_or_else(|| {
            self.table.push(class);
            self.table.len() - 1
        });
        u16::try_from(index).expect("a scenario has fewer than 65,536 classes of access")
    }

    /// Adds the class of the next operation, even if another operation has the same one.
    pub fn push_operation(&mut self, class: Class) {
        self.table.push(class);
    }

    /// A class by its number.
    #[inline]
    pub fn get(&self, class: u16) -> &Class {
        &self.table[usize::from(class)]
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &Class)> {
        (0u16..).zip(&self.table)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }
}

/// Bits below the dataset's number in a job's key.
const DATASET_SHIFT: u32 = 56;
/// Set in the keys that were made while the system ran.
const MADE_BIT: u64 = 1 << 55;
/// Lower bits of such a key, which tell who made it.
const OWNER_BITS: u32 = 32;

/// A dataset at a given number of users: how many keys, how they are chosen, how large they are.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: u16,
    /// Keys at the start.
    pub keys: u64,
    /// Keys a user owns, or `None` when keys do not belong to users.
    pub per_user: Option<u64>,
    /// How popularity falls with rank.
    pub popularity: Popularity,
    /// Bytes a value takes.
    pub value_size: u64,
    sampler: RankSampler,
    order: KeyOrder,
    recorded: bool,
}

impl Dataset {
    /// A dataset of `keys` keys.
    pub fn new(
        name: String,
        number: u16,
        keys: u64,
        per_user: Option<u64>,
        popularity: Popularity,
        order: Order,
        value_size: u64,
    ) -> Dataset {
        assert!(keys > 0, "a dataset has a key");
        assert!(number < 128, "the dataset's number fits in the upper byte of a key");
        let sampler = popularity.sampler(keys);
        let order = KeyOrder::new(order, keys);
        Dataset {
            name,
            number,
            keys,
            per_user,
            popularity,
            value_size,
            sampler,
            order,
            recorded: false,
        }
    }

    /// The same dataset with its keys taken from a recorded trace.
    pub fn with_recorded_keys(self) -> Dataset {
        Dataset { recorded: true, ..self }
    }

    /// Whether its keys come from a recorded trace, so that no law describes them.
    pub fn is_recorded(&self) -> bool {
        self.recorded
    }

    /// The key of the given popularity rank (0 is the most popular).
    #[inline]
    pub fn key_of_rank(&self, rank: u64) -> u64 {
        self.tag(self.order.key(rank))
    }

    /// A key drawn as `choice` says. `user` owns the own ones; `identity` names a new one.
    #[inline]
    pub fn draw_key(&self, choice: KeyChoice, user: u64, identity: u64, draw: &mut Draw) -> u64 {
        match choice {
            KeyChoice::Popular => self.key_of_rank(self.sampler.draw(draw)),
            KeyChoice::Uniform => self.tag(draw.below(self.keys)),
            KeyChoice::Own => self.tag(match self.per_user {
                Some(per_user) => (user * per_user + draw.below(per_user)) % self.keys,
                None => mix(user, u64::from(self.number)) % self.keys,
            }),
            KeyChoice::New => {
                let serial = mix(identity, 0x6E65_7721) % (MADE_BIT >> OWNER_BITS);
                self.tag(MADE_BIT | (serial << OWNER_BITS) | (user % (1 << OWNER_BITS)))
            }
            KeyChoice::Newest | KeyChoice::Recorded => {
                unreachable!("the source itself knows the newest and the recorded keys")
            }
        }
    }

    /// The key after one that was there at the start, the first one after the last.
    pub fn next_key(&self, key: u64) -> u64 {
        self.tag((key_within(key) + 1) % self.keys)
    }

    /// The user to whom a key belongs, unless the dataset's keys belong to nobody.
    #[inline]
    pub fn owner(&self, key: u64) -> Option<u64> {
        let id = key_within(key);
        if id & MADE_BIT != 0 {
            return Some(id % (1 << OWNER_BITS));
        }
        self.per_user.map(|per_user| id / per_user)
    }

    /// A plain key id with the dataset's number in front.
    #[inline]
    pub fn tag(&self, id: u64) -> u64 {
        u64::from(self.number) << DATASET_SHIFT | id
    }
}

/// The number of the dataset a key belongs to.
#[inline]
pub fn dataset_of(key: u64) -> u16 {
    (key >> DATASET_SHIFT) as u16
}

/// The key without the number of its dataset; keys that were made while the system ran are large.
pub fn key_within(key: u64) -> u64 {
    key & ((1 << DATASET_SHIFT) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::Stream;

    #[test]
    fn own_keys_belong_to_their_user_only() {
        let popularity = Popularity::Uniform;
        let posts = Dataset::new("posts".into(), 1, 50, Some(5), popularity, Order::Scattered, 100);
        let stream = Stream::new(1, 0, "users", "key");
        for user in 0..10 {
            for identity in 0..20 {
                let mut draw = stream.draw(identity);
                let key = posts.draw_key(KeyChoice::Own, user, identity, &mut draw);
                assert_eq!(dataset_of(key), 1);
                let id = key & (MADE_BIT - 1);
                assert!((user * 5..user * 5 + 5).contains(&id), "user {user} got {id}");
                assert_eq!(posts.owner(key), Some(user));
                let made = posts.draw_key(KeyChoice::New, user, identity, &mut draw);
                assert_eq!((dataset_of(made), posts.owner(made)), (1, Some(user)));
            }
        }
    }

    #[test]
    fn classes_are_shared_when_equal() {
        let mut classes = Classes::default();
        let read = Class {
            operation: 0,
            verb: Verb::Read,
            dataset: Some(0),
            key: KeyChoice::Popular,
            from: ReadFrom::Usual,
            keys: 1,
        };
        assert_eq!(classes.intern(read), 0);
        assert_eq!(classes.intern(Class { verb: Verb::Write, ..read }), 1);
        assert_eq!(classes.intern(read), 0);
        assert_eq!(classes.len(), 2);
    }
}
