//! `[operations.NAME]`: what users ask for.

use super::names;
use crate::components::access::{KeyChoice, MOST_KEYS, Verb};
use crate::language::diagnostic::suggestion;
use crate::language::key::{CustomValue, Key, Takes};
use crate::language::node::Node;
use crate::language::quantity::{Count, Duration, Fraction, percent_text};
use crate::language::reader::TableReader;
use crate::language::reading::{FromNode, Reading};
use crate::language::source::Place;

/// Something users ask for.
#[derive(Clone, PartialEq, Debug)]
pub struct OperationSection {
    /// Its name.
    pub name: String,
    /// Its share of all requests, 0 to 1; the shares of all operations sum to 1.
    pub share: f64,
    /// What it does to the data.
    pub does: Verb,
    /// To which dataset, as an index into the scenario's; none exactly for [`Verb::Call`].
    pub of: Option<usize>,
    /// To which of its keys.
    pub key: KeyChoice,
    /// To how many of them at once, at least 1; more than one only with [`Verb::Write`].
    pub keys: u16,
    /// Answers that take longer are no goodput.
    pub deadline: Option<Duration>,
    /// Whether it asks for assets, which stay outside of `response_time`.
    pub is_static: bool,
}

/// The operation of a scenario that names none.
pub(super) const ONLY: &str = "request";

/// Keys of an operation's table.
pub const OPERATION: &[Key] = &[
    Key::with_default(
        "share",
        Takes::Custom(&SHARE),
        "\"rest\"",
        "Its share of all requests; the shares sum to 100%, `rest` once.",
    ),
    Key::with_default(
        "does",
        Takes::OneOf(&["call", "read", "write", "scan"]),
        "\"call\"",
        "What it does to the data; a call is just served.",
    ),
    Key::optional("of", Takes::Name, "The dataset it reads, writes or scans."),
    Key::computed(
        "key",
        Takes::OneOf(&["popular", "uniform", "own", "new", "newest"]),
        "popular, with `of`",
        "Which key: by popularity, any, one of the user's own, one not there before, or the last.",
    ),
    Key::optional(
        "keys",
        Takes::Count,
        "Keys a write touches at once, all chosen alike; one if absent. They may lie on several \
         shards.",
    ),
    Key::optional("deadline", Takes::Duration, "Answers that take longer are no goodput."),
    Key::with_default(
        "static",
        Takes::Flag,
        "false",
        "Whether it asks for assets, which stay outside of `response_time`.",
    ),
];

pub(super) static SHARE: CustomValue = CustomValue {
    name: "a fraction or \"rest\"",
    accepts: "a fraction such as \"70%\" or 0.7, or \"rest\"",
    schema: || serde_json::json!({ "type": ["string", "number"] }),
};

/// How far the shares may be from 1 in total.
pub(super) const TOLERANCE: f64 = 1e-9;

/// The operation of a scenario that names none.
fn only_request() -> OperationSection {
    OperationSection {
        name: ONLY.to_owned(),
        share: 1.0,
        does: Verb::Call,
        of: None,
        key: KeyChoice::Popular,
        keys: 1,
        deadline: None,
        is_static: false,
    }
}

/// A share as it is written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Share {
    /// So much.
    Fixed(f64),
    /// What the others leave.
    Rest,
}

impl FromNode for Share {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Share> {
        let text = node.text();
        if text == Some("rest") {
            return Some(Share::Rest);
        }
        if text.is_some_and(|text| text.starts_with(char::is_alphabetic)) {
            return reading.mismatch(node, SHARE.name, format!("it takes {}", SHARE.accepts));
        }
        Fraction::from_node(node, reading).map(|share| Share::Fixed(share.0))
    }
}

/// Reads `[operations]`, in the order of names; `datasets` are the names of `[data]`, in order.
pub(super) fn read(
    root: &mut TableReader<'_, '_>,
    datasets: &[&str],
) -> Option<Vec<OperationSection>> {
    let names = names::sorted(root, "operations", "operation");
    if names.is_empty() && !root.given("operations") {
        return Some(vec![only_request()]);
    }
    let is_table = root.node("operations").is_some_and(|node| node.table().is_some());
    if names.is_empty() && !is_table {
        return None;
    }
    if names.is_empty() {
        root.error("operations", "at least one is needed", "or leave the section out");
        return None;
    }
    let sections: Vec<Option<(OperationSection, Share, Place)>> = names
        .iter()
        .map(|(name, _)| operation(name, &mut root.named_table("operations", name)?, datasets))
        .collect();
    let sections: Vec<_> = sections.into_iter().collect::<Option<_>>()?;
    share_out(sections, root)
}

fn operation(
    name: &str,
    reader: &mut TableReader<'_, '_>,
    datasets: &[&str],
) -> Option<(OperationSection, Share, Place)> {
    let share = reader.get::<Share>("share");
    let place = reader.place("share");
    let does = reader.get_word("does").map(|word| match word {
        "read" => Verb::Read,
        "write" => Verb::Write,
        "scan" => Verb::Scan,
        _ => Verb::Call,
    });
    let of = does.and_then(|does| dataset(does, reader, datasets));
    let touches_data = does.is_some_and(|does| does != Verb::Call);
    let key = key_choice(touches_data, reader);
    let keys = does.and_then(|does| written_keys(does, reader));
    let deadline = reader.optional::<Duration>("deadline");
    if deadline == Some(Some(Duration::ZERO)) {
        reader.error("deadline", "nothing is answered in 0s", "more than 0s");
    }
    let is_static = reader.get("static");
    if is_static == Some(true) && does == Some(Verb::Write) {
        reader.error("static", "assets are read, not written", "leave it out");
    }
    let (does, of) = (does?, of?);
    if of.is_some() && !reader.given("key") {
        reader.note_computed("key", "popular");
    }
    let name = name.to_owned();
    let (share_of_all, key, keys) = (0.0, key?, keys?);
    let (deadline, is_static) = (deadline?, is_static?);
    let section =
        OperationSection { name, share: share_of_all, does, of, key, keys, deadline, is_static };
    Some((section, share?, place))
}

/// How many keys a write touches at once.
fn written_keys(does: Verb, reader: &mut TableReader<'_, '_>) -> Option<u16> {
    let Some(Count(keys)) = reader.optional::<Count>("keys")? else { return Some(1) };
    let (message, label) = if does != Verb::Write {
        ("goes with does = \"write\" only", "leave it out")
    } else if !(1..=MOST_KEYS).contains(&keys) {
        ("must lie between 1 and 100", "")
    } else {
        return Some(keys as u16);
    };
    reader.error("keys", message, label);
    None
}

fn key_choice(touches_data: bool, reader: &mut TableReader<'_, '_>) -> Option<KeyChoice> {
    if !reader.given("key") {
        return Some(KeyChoice::Popular);
    }
    if !reader.given("of") {
        // Where data are touched, the missing `of` is the problem, and reported.
        if touches_data {
            return None;
        }
        reader.error("key", "has no meaning without `of`", "leave it out");
        return None;
    }
    reader.get_word("key").map(|word| match word {
        "uniform" => KeyChoice::Uniform,
        "own" => KeyChoice::Own,
        "new" => KeyChoice::New,
        "newest" => KeyChoice::Newest,
        _ => KeyChoice::Popular,
    })
}

/// The dataset under `of`, which must be there exactly when data are touched.
fn dataset(
    does: Verb,
    reader: &mut TableReader<'_, '_>,
    datasets: &[&str],
) -> Option<Option<usize>> {
    let name = reader.optional::<String>("of")?;
    match (does, name) {
        (Verb::Call, None) => Some(None),
        (Verb::Call, Some(_)) => {
            let label = "say does = \"read\", \"write\" or \"scan\"";
            reader.error("of", "a call touches no data", label);
            None
        }
        (_, None) => {
            let label = match datasets {
                [] => "of = \"NAME\", with a [data.NAME]".to_owned(),
                [first, ..] => format!("as in of = \"{first}\""),
            };
            reader.error("does", "needs `of` beside it, the dataset", label);
            None
        }
        (_, Some(name)) => {
            let index = datasets.iter().position(|dataset| *dataset == name);
            if index.is_none() {
                let label = match datasets {
                    [] => format!("define [data.{name}]"),
                    _ => suggestion(&name, datasets.iter().copied()),
                };
                reader.error("of", &format!("there is no dataset `{name}`"), label);
            }
            Some(Some(index?))
        }
    }
}

/// Gives each operation its share of 1.
fn share_out(
    sections: Vec<(OperationSection, Share, Place)>,
    root: &mut TableReader<'_, '_>,
) -> Option<Vec<OperationSection>> {
    let problems = &mut *root.reading().problems;
    let mut rests = sections.iter().filter(|(_, share, _)| *share == Share::Rest);
    let rest = rests.next();
    let mut fits = true;
    for (section, _, place) in rests {
        let first = rest.map_or("", |(first, _, _)| first.name.as_str());
        let message = format!("operation `{}`: only one share can be the rest", section.name);
        let label = format!("`{first}` takes the rest already: give a share, as in \"10%\"");
        problems.error(*place, message, label);
        fits = false;
    }
    let fixed: f64 = sections
        .iter()
        .map(|(_, share, _)| if let Share::Fixed(share) = share { *share } else { 0.0 })
        .sum();
    let too_much = fixed > 1.0 + TOLERANCE;
    if too_much || (rest.is_none() && fixed < 1.0 - TOLERANCE) {
        let message = format!("the shares of operations sum to {}, not 100%", tidy(fixed));
        let label = if too_much {
            format!("{} too much", tidy(fixed - 1.0))
        } else {
            format!("{} are missing: let one share be \"rest\"", tidy(1.0 - fixed))
        };
        let place = sections.iter().map(|(_, _, place)| *place).max();
        problems.error(place, message, label);
        fits = false;
    }
    let given_out = |(section, share, _): (OperationSection, Share, Place)| {
        let share = match share {
            Share::Fixed(share) => share,
            Share::Rest => (1.0 - fixed).max(0.0),
        };
        OperationSection { share, ..section }
    };
    fits.then(|| sections.into_iter().map(given_out).collect())
}

/// A percentage without the noise of binary fractions.
pub(super) fn tidy(share: f64) -> String {
    percent_text((share * 1e9).round() / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::testing::{check_problems, sound};

    #[test]
    fn without_operations_there_is_one_request() {
        assert_eq!(sound("").operations, [only_request()]);
    }

    #[test]
    fn operations_share_all_requests() {
        let operations = sound(
            "operations.view = { does = \"read\", of = \"posts\", deadline = \"1s\" }\n\
             operations.asset = { share = 0.25, static = true }\n\
             operations.edit = { share = \"5%\", does = \"write\", of = \"posts\", key = \"own\" }",
        )
        .operations;
        let [asset, edit, view] = &operations[..] else { panic!("{operations:?}") };
        assert_eq!((asset.share, asset.does, asset.of), (0.25, Verb::Call, None));
        assert!(asset.is_static && !edit.is_static);
        assert_eq!((edit.does, edit.of, edit.key), (Verb::Write, Some(0), KeyChoice::Own));
        assert_eq!((view.does, view.key), (Verb::Read, KeyChoice::Popular));
        assert!((view.share - 0.7).abs() < 1e-12);
        assert_eq!(view.deadline, Some(Duration::from_seconds(1.0)));
    }

    /// What is given, and the one problem it brings.
    const WRONG: &[(&str, &str)] = &[
        ("operations = {}", "`operations`: at least one is needed | {} | or leave the section out"),
        (
            "operations.a = { share = \"90%\" }",
            "the shares of operations sum to 90%, not 100% | \"90%\" | 10% are missing: \
             let one share be \"rest\"",
        ),
        (
            "operations = { a = { share = \"70%\" }, b = { share = \"33.3%\" } }",
            "the shares of operations sum to 103.3%, not 100% | \"33.3%\" | 3.3% too much",
        ),
        (
            "operations = { a = { share = \"70%\" }, b = {}, c = {} }",
            "operation `c`: only one share can be the rest | {} | `b` takes the rest \
             already: give a share, as in \"10%\"",
        ),
        (
            "operations = { a = { share = \"70%\" }, b = { share = \"half\" } }",
            "operation `b`: `share` must be a fraction or \"rest\" | \"half\" | it takes \
             a fraction such as \"70%\" or 0.7, or \"rest\"",
        ),
        (
            "operations.a = { does = \"look\" }",
            "operation `a`: `does`: `look` is not known | \"look\" | accepted: call, \
             read, write, scan",
        ),
        (
            "operations.a = { does = \"read\", of = \"post\" }",
            "operation `a`: `of`: there is no dataset `post` | \"post\" | did you mean \
             `posts`?",
        ),
        (
            "data = \"none\"\noperations.a = { does = \"read\", of = \"post\" }",
            "operation `a`: `of`: there is no dataset `post` | \"post\" | define \
             [data.post]",
        ),
        (
            "operations.a = { does = \"scan\" }",
            "operation `a`: `does`: needs `of` beside it, the dataset | \"scan\" | as \
             in of = \"posts\"",
        ),
        (
            "operations.a = { of = \"posts\" }",
            "operation `a`: `of`: a call touches no data | \"posts\" | say does = \
             \"read\", \"write\" or \"scan\"",
        ),
        (
            "operations.a = { key = \"own\" }",
            "operation `a`: `key`: has no meaning without `of` | \"own\" | leave it out",
        ),
        (
            "operations.a = { does = \"read\", of = \"posts\", key = \"best\" }",
            "operation `a`: `key`: `best` is not known | \"best\" | accepted: popular, \
             uniform, own, new, newest",
        ),
        (
            "operations.a = { does = \"write\", of = \"posts\", static = true }",
            "operation `a`: `static`: assets are read, not written | true | leave it out",
        ),
        (
            "operations.a = { does = \"read\", of = \"posts\", deadline = \"0s\" }",
            "operation `a`: `deadline`: nothing is answered in 0s | \"0s\" | more than 0s",
        ),
        (
            "operations.\"a b\" = {}",
            "operation `a b`: this is no name | \"a b\" | letters, digits, `_` and `-`: \
             it stands in paths",
        ),
    ];

    #[test]
    fn wrong_operations_are_refused() {
        check_problems(WRONG);
    }
}
