//! Declarations of what a table accepts.
//!
//! Each kind of table owns one list of [`Key`]s. Reading, defaults, merging, `simscale check`, the
//! reference and the JSON Schema all derive from it; nothing about a key is said elsewhere.

/// The key of a component that names values which are laid under its own.
pub const PROFILE: &str = "profile";

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name in the file.
    pub name: &'static str,
    /// What stands behind it.
    pub takes: Takes,
    /// What holds when it is not given.
    pub default: Given,
    /// Name of the exclusive group it belongs to, of which one key may be given; or `""`.
    pub group: &'static str,
    /// Whether a file that extends another takes it over.
    pub inherited: bool,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

/// What stands behind a key.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// A span of time: `"4ms"`.
    Duration,
    /// A law of durations: `"4ms"`, `{ exponential = "4ms" }`.
    Distribution,
    /// Events per time: `"4/min"`.
    Rate,
    /// Bytes: `"16GiB"`.
    Size,
    /// Bytes per time: `"1Gbit/s"`.
    Bandwidth,
    /// A share: `"70%"` or `0.7`.
    Fraction,
    /// A whole number: `300_000` or `"300K"`.
    Count,
    /// A count or `"unlimited"`.
    Limit,
    /// Relative growth: `"8%/month"`.
    Growth,
    /// Any whole number that starts the random draws.
    Seed,
    /// A plain number.
    Number,
    /// `true` or `false`.
    Flag,
    /// Free text.
    Text,
    /// A file, relative to the one that names it.
    File,
    /// A condition on metrics: `"db.cpu > 60% for 5 minutes"`.
    Condition,
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// The name of something defined in the scenario.
    Name,
    /// A list of such names.
    Names,
    /// Where requests go next: a name, a table or a list of them.
    Wires,
    /// A list of steps.
    Steps,
    /// A table with keys of its own; merges key by key.
    Table(&'static [Key]),
    /// Tables under names the user chooses; merge key by key. A list never holds itself.
    TableOf(&'static [Key]),
    /// Tables under names the user chooses, whose `kind` decides their keys; merge key by key, and
    /// are replaced whole when the kind changes.
    TablesByKind(fn() -> Vec<Kind>),
    /// Values under names the user chooses; merge name by name.
    MapOf(&'static Takes),
    /// A list of values; replaced whole.
    ListOf(&'static Takes),
    /// A value with a form of its own; replaced whole.
    Custom(&'static CustomValue),
}

/// What holds when a key is not given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Given {
    /// It must be given.
    Required,
    /// This TOML text holds: `64`, `"unlimited"` with its quotes, `{ exponential = "4ms" }`.
    Text(&'static str),
    /// It is simply not there.
    Absent,
    /// Worked out from other values, in words: "as many as workers".
    Computed(&'static str),
}

/// A value with a form of its own, declared by the layer that reads it.
#[derive(Debug)]
pub struct CustomValue {
    /// What it is, with its article: "a popularity law".
    pub name: &'static str,
    /// What is accepted, with examples: "`\"uniform\"` or `{ zipf = 0.99 }`".
    pub accepts: &'static str,
    /// Its JSON Schema.
    pub schema: fn() -> serde_json::Value,
}

/// A kind of component: the value of its `kind` and the keys that come with it.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The word in `kind = "..."`.
    pub name: &'static str,
    /// Its keys, without `kind` itself.
    pub keys: &'static [Key],
    /// What it is, in one sentence.
    pub meaning: &'static str,
}

impl Key {
    const fn new(name: &'static str, takes: Takes, default: Given, meaning: &'static str) -> Key {
        Key { name, takes, default, group: "", inherited: true, meaning }
    }

    /// A key that must be given.
    pub const fn required(name: &'static str, takes: Takes, meaning: &'static str) -> Key {
        Key::new(name, takes, Given::Required, meaning)
    }

    /// A key that may be absent.
    pub const fn optional(name: &'static str, takes: Takes, meaning: &'static str) -> Key {
        Key::new(name, takes, Given::Absent, meaning)
    }

    /// A key with a default, as TOML text; `{}` for a table all of whose keys have defaults.
    pub const fn with_default(
        name: &'static str,
        takes: Takes,
        default: &'static str,
        meaning: &'static str,
    ) -> Key {
        Key::new(name, takes, Given::Text(default), meaning)
    }

    /// A key whose default is worked out; `rule` says how, in words.
    pub const fn computed(
        name: &'static str,
        takes: Takes,
        rule: &'static str,
        meaning: &'static str,
    ) -> Key {
        Key::new(name, takes, Given::Computed(rule), meaning)
    }

    /// The key as a member of an exclusive group.
    pub const fn in_group(self, group: &'static str) -> Key {
        Key { group, ..self }
    }

    /// The key as one that extending files do not take over.
    pub const fn not_inherited(self) -> Key {
        Key { inherited: false, ..self }
    }

    /// Two lists as one, so that kinds can share keys:
    /// `const KEYS: &[Key] = &Key::join::<{ OWN.len() + SHARED.len() }>(OWN, SHARED);`
    ///
    /// # Panics
    /// When `N` is not the sum of both lengths; at compile time, in a constant.
    pub const fn join<const N: usize>(first: &[Key], second: &[Key]) -> [Key; N] {
        assert!(first.len() + second.len() == N && N > 0, "the joined list has N keys");
        let filler = if first.is_empty() { second[0] } else { first[0] };
        let mut joined = [filler; N];
        let mut index = 0;
        while index < N {
            joined[index] =
                if index < first.len() { first[index] } else { second[index - first.len()] };
            index += 1;
        }
        joined
    }
}

/// The key of a list by its name.
pub fn find(keys: &'static [Key], name: &str) -> Option<&'static Key> {
    keys.iter().find(|key| key.name == name)
}

impl Takes {
    /// Whether tables behind such a key merge key by key.
    pub const fn is_structural(&self) -> bool {
        matches!(
            self,
            Takes::Table(_) | Takes::TableOf(_) | Takes::TablesByKind(_) | Takes::MapOf(_)
        )
    }

    /// Whether `"none"` is a value here, so that it does not remove the key.
    pub fn has_none_word(&self) -> bool {
        matches!(self, Takes::OneOf(words) if words.contains(&"none"))
    }

    /// What stands behind the key, with its article, for messages and the reference.
    pub fn what(&self) -> String {
        let words = match self {
            Takes::Duration => "a duration",
            Takes::Distribution => "a duration or a distribution",
            Takes::Rate => "a rate",
            Takes::Size => "a size",
            Takes::Bandwidth => "a bandwidth",
            Takes::Fraction => "a fraction",
            Takes::Count => "a count",
            Takes::Limit => "a count or \"unlimited\"",
            Takes::Growth => "a growth",
            Takes::Seed => "a whole number",
            Takes::Number => "a number",
            Takes::Flag => "true or false",
            Takes::Text => "a text",
            Takes::File => "a file name",
            Takes::Condition => "a condition",
            Takes::OneOf(words) => return format!("one of {}", words.join(", ")),
            Takes::Name => "a name",
            Takes::Names => "a list of names",
            Takes::Wires => "a name, a table or a list of them",
            Takes::Steps => "a list of steps",
            Takes::Table(_) => "a table",
            Takes::TableOf(_) | Takes::TablesByKind(_) => "named tables",
            Takes::MapOf(_) => "a table of named values",
            Takes::ListOf(element) => return format!("a list, each {}", element.what()),
            Takes::Custom(custom) => custom.name,
        };
        words.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &[Key] = &[Key::required("cores", Takes::Count, "Cores.")];
    const SHARED: &[Key] = &[
        Key::optional("regions", Takes::Names, "Where it runs."),
        Key::with_default("workers", Takes::Count, "64", "Workers."),
    ];
    const JOINED: &[Key] = &Key::join::<{ OWN.len() + SHARED.len() }>(OWN, SHARED);

    #[test]
    fn joined_lists_keep_their_order() {
        let names: Vec<&str> = JOINED.iter().map(|key| key.name).collect();
        assert_eq!(names, ["cores", "regions", "workers"]);
        assert_eq!(find(JOINED, "workers").map(|key| key.default), Some(Given::Text("64")));
    }

    #[test]
    fn none_is_a_word_only_where_declared() {
        assert!(Takes::OneOf(&["none", "delete"]).has_none_word());
        assert!(!Takes::OneOf(&["delete"]).has_none_word());
        assert!(!Takes::Text.has_none_word());
    }
}
