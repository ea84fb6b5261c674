//! What jobs ask for: classes of access, and the data they touch.
//!
//! A job carries the number of its class. The operations of the scenario are the first classes;
//! steps of handlers that ask for something else add theirs when the model is compiled, so that
//! nothing is looked up by name while it runs. What must hold: keys of different datasets differ
//! (the dataset's number sits in the upper byte), so one cache can hold several.

use crate::blocks::geography::Geography;
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

/// Keys that are drawn at most to find one in a region: one with 2% of the keys is missed in 1 of
/// 170 draws, one with 6% in 1 of 8 million.
const MOST_TRIES: u32 = 256;

/// Where data must stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Residency {
    /// In the region of the user who owns the key.
    Owner,
    /// In this region.
    Region(u16),
}

/// The keys whose owners live in one region, and how they are asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OwnedIn {
    /// The region; none where regions do not matter.
    pub region: Option<u16>,
    /// Their share of the keys.
    pub keys: f64,
    /// Their share of the draws by a law.
    pub draws: f64,
    /// Their share of the draws of own keys.
    pub own: f64,
}

/// Whether the data of a key must stay in another region than this one.
#[inline]
pub fn must_be_elsewhere(datasets: &[Dataset], key: u64, region: u16) -> bool {
    let dataset = datasets.get(usize::from(dataset_of(key)));
    let place = dataset.and_then(|dataset| dataset.must_stay_in(key));
    place.is_some_and(|place| place != region)
}

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
    /// Share of popular and uniform draws among keys owned in the user's region.
    locality: Option<f64>,
    /// Where its data must stay.
    residency: Option<Residency>,
    geography: Geography,
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
            locality: None,
            residency: None,
            geography: Geography::single(),
        }
    }

    /// The same dataset in some regions: which share of the draws stays in the user's region, and
    /// where the data must stay.
    pub fn in_regions(
        self,
        geography: &Geography,
        locality: Option<f64>,
        residency: Option<Residency>,
    ) -> Dataset {
        Dataset { locality, residency, geography: geography.clone(), ..self }
    }

    /// The region that the data of a key must not leave, if it must stay somewhere.
    #[inline]
    pub fn must_stay_in(&self, key: u64) -> Option<u16> {
        match self.residency? {
            Residency::Region(region) => Some(region),
            Residency::Owner => self.owner(key).map(|user| self.geography.region_of(user)),
        }
    }

    /// Whether keys that follow each other are about as popular as any others.
    pub fn is_scattered(&self) -> bool {
        self.popularity == Popularity::Uniform || self.order.is_scattered()
    }

    /// Whether some of its data must stay somewhere.
    pub fn has_residency(&self) -> bool {
        self.residency.is_some()
    }

    /// Share of popular and uniform draws among keys owned in the user's region.
    pub fn locality(&self) -> Option<f64> {
        self.locality
    }

    /// The region of a key's owner, if it has one.
    pub fn region_of(&self, key: u64) -> Option<u16> {
        self.owner(key).map(|user| self.geography.region_of(user))
    }

    /// How draws lie over the regions of the keys' owners, seen from where the users of one region
    /// (or all of them) are served: shares of the keys, and of their draws.
    pub fn by_region(&self, users_of: Option<u16>) -> Vec<OwnedIn> {
        let geography = &self.geography;
        let Some(locality) = self.locality.filter(|_| !geography.is_single()) else {
            return vec![OwnedIn { region: None, keys: 1.0, draws: 1.0, own: 1.0 }];
        };
        let users = |region: u16| match users_of {
            Some(only) => f64::from(u8::from(only == region)),
            None => geography.share(region),
        };
        let owned_in = |region: u16| {
            let keys = geography.share(region);
            let far = |from: u16| {
                let others = 1.0 - geography.share(from);
                if others > 0.0 { users(from) * (1.0 - locality) * keys / others } else { 0.0 }
            };
            let others = geography.all().filter(|from| *from != region);
            let draws = users(region) * locality + others.map(far).sum::<f64>();
            OwnedIn { region: Some(region), keys, draws, own: users(region) }
        };
        geography.all().map(owned_in).filter(|it| it.keys > 0.0).collect()
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

    /// The popularity rank of a key of this dataset; `None` for one that was made while the system
    /// ran.
    #[inline]
    pub fn rank_of_key(&self, key: u64) -> Option<u64> {
        let id = key_within(key);
        (id < self.keys).then(|| self.order.rank(id))
    }

    /// A key drawn as `choice` says. `user` owns the own ones; `identity` names a new one.
    #[inline]
    pub fn draw_key(&self, choice: KeyChoice, user: u64, identity: u64, draw: &mut Draw) -> u64 {
        if let (Some(locality), KeyChoice::Popular | KeyChoice::Uniform) = (self.locality, choice) {
            return self.draw_near(choice, user, locality, draw);
        }
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

    /// A key owned in the user's region with the probability `locality`, else one owned elsewhere:
    /// by its law, until one lies there. After [`MOST_TRIES`] without one a near key is one of the
    /// user's own, and a far one is whatever was drawn.
    fn draw_near(&self, choice: KeyChoice, user: u64, locality: f64, draw: &mut Draw) -> u64 {
        let region = self.geography.region_of(user);
        let is_near = draw.unit() < locality;
        let mut key = 0;
        for _ in 0..MOST_TRIES {
            key = match choice {
                KeyChoice::Popular => self.key_of_rank(self.sampler.draw(draw)),
                _ => self.tag(draw.below(self.keys)),
            };
            let owner = self.owner(key).expect("keys that lie near somebody have owners");
            if (self.geography.region_of(owner) == region) == is_near {
                return key;
            }
        }
        if is_near { self.draw_key(KeyChoice::Own, user, 0, draw) } else { key }
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
mod tests;
