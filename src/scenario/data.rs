//! `[data.NAME]`: the datasets.

use super::names;
use super::regions::RegionsSection;
use crate::blocks::popularity::Order;
use crate::blocks::popularity::read::{POPULARITY, PopularitySpec};
use crate::components::access::Residency;
use crate::language::key::{CustomValue, Key, Takes};
use crate::language::node::Node;
use crate::language::quantity::{Count, Fraction, Size};
use crate::language::reader::TableReader;
use crate::language::reading::{FromNode, Reading};
use crate::language::schema;

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
    /// Share of draws among keys owned in the user's region.
    pub locality: Option<f64>,
    /// Where its data must stay.
    pub residency: Option<Residency>,
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
    /// How many keys there are for so many users; as many as can be counted if there are more.
    pub const fn total(self, users: u64) -> u64 {
        match self {
            KeyCount::Fixed(keys) => keys,
            KeyCount::PerUser { per_user, base } => {
                base.saturating_add(per_user.saturating_mul(users))
            }
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
pub const DATA: &[Key] = &[
    Key::required("keys", Takes::Custom(&KEYS), "How many keys it has."),
    Key::with_default(
        "popularity",
        Takes::Custom(&POPULARITY),
        "\"uniform\"",
        "How the demand is spread over the keys.",
    ),
    Key::with_default(
        "order",
        Takes::OneOf(&["scattered", "newest_hot"]),
        "\"scattered\"",
        "How popularity lies over key ids: all over, or the newest first.",
    ),
    Key::with_default("value_size", Takes::Size, "\"1KiB\"", "Bytes a value takes."),
    Key::optional(
        "locality",
        Takes::Fraction,
        "Share of popular and uniform draws among the keys owned in the user's region; the others \
         are owned elsewhere.",
    ),
    Key::optional(
        "stay_in",
        Takes::Name,
        "The region that its data must not leave, or \"owner\": that of the user who owns a key.",
    ),
];

const OWNED: &[Key] = &[
    Key::required("per_user", Takes::Count, "Keys each user owns."),
    Key::with_default("base", Takes::Count, "0", "Keys there are besides."),
];

static KEYS: CustomValue = CustomValue {
    name: "a count or keys per user",
    accepts: "\"10M\" or { per_user = 5, base = 0 }",
    schema: || {
        let count = schema::of_keys(OWNED)["properties"]["base"].clone();
        serde_json::json!({ "anyOf": [count, schema::of_keys(OWNED)] })
    },
};

/// Keys a dataset can have, as in every count.
const MOST_KEYS: u64 = 1_000_000_000_000;

/// Datasets a scenario can have: their number takes seven bits of a key.
const MOST_DATASETS: usize = 128;

impl FromNode for KeyCount {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<KeyCount> {
        if node.table().is_none() {
            let count = u64::from_node(node, reading)?;
            if count == 0 {
                reading.error(node.place, "must not be 0", "1 or more");
                return None;
            }
            return Some(KeyCount::Fixed(count));
        }
        let mut reader = reading.table(node, OWNED)?;
        let (per_user, base) = (reader.get("per_user"), reader.get("base"));
        let (per_user, base) = (per_user?, base?);
        if per_user == 0 {
            reader.error("per_user", "must not be 0", "1 or more, or a fixed count of keys");
            return None;
        }
        Some(KeyCount::PerUser { per_user, base })
    }
}

/// Reads `[data]`, in the order of names; `users` own keys.
pub(super) fn read(
    root: &mut TableReader<'_, '_>,
    users: u64,
    regions: Option<&RegionsSection>,
) -> Option<Vec<DataSection>> {
    let names = names::sorted(root, "data", "data");
    if let Some((name, place)) = names.get(MOST_DATASETS) {
        let message = format!("data `{name}` is one too many");
        root.reading().problems.error(*place, message, "at most 128 datasets");
    }
    let sections: Vec<Option<DataSection>> = names
        .iter()
        .map(|(name, _)| {
            let mut reader = root.named_table("data", name)?;
            let section = dataset(name, users, &mut reader)?;
            placed(section, regions, &mut reader)
        })
        .collect();
    sections.into_iter().collect()
}

fn dataset(name: &str, users: u64, reader: &mut TableReader<'_, '_>) -> Option<DataSection> {
    let keys = reader.get::<KeyCount>("keys");
    if keys.is_some_and(|keys| keys.total(users) > MOST_KEYS) {
        let message = format!("too many keys for {} users", Count(users));
        reader.error("keys", &message, "at most 1000B");
    }
    let popularity = reader.get("popularity");
    let order = reader.get_word("order").map(|word| match word {
        "newest_hot" => Order::NewestHot,
        _ => Order::Scattered,
    });
    let value_size = reader.get::<Size>("value_size");
    if value_size == Some(Size(0)) {
        reader.error("value_size", "a value takes room", "1B or more");
    }
    Some(DataSection {
        name: name.to_owned(),
        keys: keys?,
        popularity: popularity?,
        order: order?,
        value_size: value_size?.0,
        locality: None,
        residency: None,
    })
}

/// The section with what it says about regions, which are `None` when they are wrong.
fn placed(
    section: DataSection,
    regions: Option<&RegionsSection>,
    reader: &mut TableReader<'_, '_>,
) -> Option<DataSection> {
    let locality = reader.optional::<Fraction>("locality")?.map(|share| share.0);
    let stay_in = reader.optional::<String>("stay_in")?;
    let Some(regions) = regions else { return Some(section) };
    let is_owned = section.keys.per_user().is_some();
    let mut is_sound = true;
    let mut refuse = |key: &str, message: &str, label: &str| {
        reader.error(key, message, label);
        is_sound = false;
    };
    if locality.is_some() {
        if !regions.is_named() {
            refuse("locality", "there are no regions", "leave it out: everything is in one place");
        } else if !is_owned {
            let label = "say who owns keys, as in keys = { per_user = 5 }";
            refuse("locality", "these keys belong to nobody", label);
        } else if !matches!(section.popularity, PopularitySpec::Law(_)) {
            refuse("locality", "recorded keys are what they are", "leave it out");
        }
    }
    let is_by_owner = stay_in.as_deref() == Some("owner");
    if is_by_owner && !is_owned {
        let label = "say who owns keys, as in keys = { per_user = 5 }, or name a region";
        refuse("stay_in", "these keys belong to nobody", label);
    }
    if is_by_owner && !regions.is_named() {
        refuse("stay_in", "there are no regions", "leave it out: everything is in one place");
    }
    let residency = match stay_in {
        Some(name) if !is_by_owner => {
            let (place, message) = (reader.place("stay_in"), format!("data `{}`: ", section.name));
            let problems = &mut *reader.reading().problems;
            Some(Residency::Region(regions.number((&name, place), &message, problems)?))
        }
        Some(_) => Some(Residency::Owner),
        None => None,
    };
    is_sound.then_some(DataSection { locality, residency, ..section })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::popularity::Popularity;
    use crate::scenario::testing::{check_problems, sound};

    #[test]
    fn datasets_come_in_the_order_of_names_with_their_defaults() {
        let data = sound(
            "data.pages = { keys = { per_user = 5, base = 10 }, popularity = { zipf = 0.99 }, \
             order = \"newest_hot\", value_size = \"20KiB\" }",
        )
        .data;
        let [pages, posts] = &data[..] else { panic!("{data:?}") };
        assert_eq!((pages.name.as_str(), posts.name.as_str()), ("pages", "posts"));
        assert_eq!((pages.keys.total(100), pages.keys.per_user()), (510, Some(5)));
        assert_eq!(pages.popularity, PopularitySpec::Law(Popularity::Zipf { exponent: 0.99 }));
        assert_eq!((pages.order, pages.value_size), (Order::NewestHot, 20_480));
        assert_eq!((posts.keys, posts.keys.total(100)), (KeyCount::Fixed(10_000), 10_000));
        assert_eq!(posts.popularity, PopularitySpec::Law(Popularity::Uniform));
        assert_eq!((posts.order, posts.value_size), (Order::Scattered, 1_024));
    }

    #[test]
    fn wrong_datasets_are_refused() {
        check_problems(&[
            ("data.posts.keys = 0", "data `posts`: `keys` must not be 0 | 0 | 1 or more"),
            (
                "data.posts.keys = { per_user = 0, base = 5 }",
                "data `posts`: `keys.per_user`: must not be 0 | 0 | 1 or more, or a fixed \
                 count of keys",
            ),
            (
                "data.posts.keys = { per_user = \"1B\" }",
                "data `posts`: `keys`: too many keys for 5K users | { per_user = \"1B\" } | \
                 at most 1000B",
            ),
            (
                "data.posts.keys = { base = 5 }",
                "data `posts`: `keys.per_user` is missing | { base = 5 } | it takes a count",
            ),
            (
                "data.posts.keys = \"none\"",
                "data `posts`: `keys` is missing | { keys = \"10K\" } | it takes a count or \
                 keys per user",
            ),
            (
                "data.posts.value_size = \"0B\"",
                "data `posts`: `value_size`: a value takes room | \"0B\" | 1B or more",
            ),
            (
                "data.posts.order = \"newest\"",
                "data `posts`: `order`: `newest` is not known | \"newest\" | accepted: \
                 scattered, newest_hot",
            ),
            (
                "data.posts.popularity = { zipf = -1 }",
                "data `posts`: `popularity.zipf`: -1 is no exponent | -1 | 0 is uniform, \
                 0.99 usual, 10 the most",
            ),
            (
                "data.\"a.b\" = { keys = 5 }",
                "data `a.b`: this is no name | \"a.b\" | letters, digits, `_` and `-`: it \
                 stands in paths",
            ),
            ("data.posts.key = 5", "data `posts`: unknown key `key` | key | did you mean `keys`?"),
        ]);
    }

    #[test]
    fn a_dataset_too_many_is_refused() {
        let changes: String =
            (0..128).map(|n| format!("data.d{n:03} = {{ keys = 1 }}\n")).collect();
        check_problems(&[(
            &changes,
            "data `posts` is one too many | posts | at most 128 datasets",
        )]);
    }
}
