//! How one table is laid over another: `extends`, `--set` and sweeps are this one mechanism.
//!
//! Tables that are declared as structure merge key by key; everything else (quantities,
//! distributions, one-of values, lists) is replaced whole. Setting a key of an exclusive group
//! clears the others of the table below; `"none"` removes. A component whose kind changes is
//! replaced whole.
//!
//! What must hold: what was removed stays marked by the word `"none"` until [`remove_none`] ends
//! the merging, so that a table which is only then laid below all others does not bring it back.

use super::key::{Key, Kind, Takes, find};
use super::node::{Entry, Node, Table, Value};
use super::source::Place;

/// Lays `above` over `below`. What is removed stays as the word `"none"`, until [`remove_none`].
pub fn merge(below: &mut Table, above: Table, keys: &'static [Key]) {
    clear_groups(below, &above, keys);
    for entry in above.entries {
        match find(keys, &entry.key) {
            Some(key) => merge_entry(below, entry, &key.takes),
            // Reported as unknown when the table is read.
            None => below.insert(entry),
        }
    }
}

/// Lays `below` under a table; all of it gets the place of the value that names it, so that what
/// is wrong with it is shown in the user's own text.
pub fn lay_under(table: &mut Table, below: &Table, named_at: Place, keys: &'static [Key]) {
    let mut node = Node { value: Value::Table(below.clone()), place: named_at };
    node.set_place(named_at);
    let Value::Table(mut below) = node.value else { unreachable!("it was made as a table") };
    merge(&mut below, std::mem::take(table), keys);
    *table = below;
}

/// Drops what an extending file does not take over.
pub fn drop_not_inherited(table: &mut Table, keys: &'static [Key]) {
    table.entries.retain(|entry| find(keys, &entry.key).is_none_or(|key| key.inherited));
}

/// Removes every declared key that says `"none"`, once all is merged.
pub fn remove_none(table: &mut Table, keys: &'static [Key]) {
    table.entries.retain_mut(|entry| {
        find(keys, &entry.key).is_none_or(|key| keep(&mut entry.node, &key.takes))
    });
}

/// Whether a value stays; what it holds is cleaned.
fn keep(node: &mut Node, takes: &Takes) -> bool {
    if removes(node, takes) {
        return false;
    }
    let Value::Table(table) = &mut node.value else { return true };
    match takes {
        Takes::Table(keys) => remove_none(table, keys),
        Takes::TableOf(keys) => {
            table.entries.retain_mut(|entry| keep(&mut entry.node, &Takes::Table(keys)));
        }
        Takes::TablesByKind(kinds) => {
            let kinds = kinds();
            table.entries.retain_mut(|entry| {
                let keys = entry.node.table().map_or(&[][..], |table| keys_of(table, &kinds));
                keep(&mut entry.node, &Takes::Table(keys))
            });
        }
        Takes::MapOf(values) => table.entries.retain_mut(|entry| keep(&mut entry.node, values)),
        _ => {}
    }
    true
}

fn removes(node: &Node, takes: &Takes) -> bool {
    node.is_none_word() && !takes.has_none_word()
}

/// The table below loses the members of an exclusive group of which the one above sets another; so
/// it does for one that it set itself and that the one above removes.
fn clear_groups(below: &mut Table, above: &Table, keys: &'static [Key]) {
    for key in keys.iter().filter(|key| !key.group.is_empty()) {
        let Some(entry) = above.entry(key.name) else { continue };
        let sets = !removes(&entry.node, &key.takes);
        let was_set = below.get(key.name).is_some_and(|node| !removes(node, &key.takes));
        for other in keys.iter().filter(|other| other.group == key.group) {
            let is_cleared = sets || (was_set && below.get(other.name).is_none());
            if other.name != key.name && is_cleared {
                below.insert(mark(other.name, entry.key_place));
            }
        }
    }
}

/// The entry that says that a key is removed.
fn mark(key: &str, place: Place) -> Entry {
    let node = Node { value: Value::Text("none".to_owned()), place };
    Entry { key: key.to_owned(), key_place: place, node }
}

/// A table that takes the place of a removed one keeps nothing of what lay there.
fn mark_rest(table: &mut Table, takes: &Takes, place: Place) {
    let Takes::Table(keys) = takes else { return };
    for key in keys.iter().filter(|key| !key.takes.has_none_word()) {
        if table.get(key.name).is_none() {
            table.insert(mark(key.name, place));
        }
    }
}

fn merge_entry(below: &mut Table, mut entry: Entry, takes: &Takes) {
    let removed = below.get(&entry.key).is_some_and(|node| removes(node, takes));
    if removed && let Value::Table(table) = &mut entry.node.value {
        mark_rest(table, takes, entry.key_place);
    }
    let structural = takes.is_structural() && entry.node.table().is_some();
    let inner = below.get_mut(&entry.key).and_then(|node| match &mut node.value {
        Value::Table(table) if structural => Some(table),
        _ => None,
    });
    match (inner, entry) {
        (Some(inner), Entry { node: Node { value: Value::Table(above), .. }, .. }) => {
            merge_tables(inner, above, takes);
        }
        (_, entry) => below.insert(entry),
    }
}

fn merge_tables(below: &mut Table, above: Table, takes: &Takes) {
    match takes {
        Takes::Table(keys) => merge(below, above, keys),
        Takes::TableOf(keys) => {
            for entry in above.entries {
                merge_entry(below, entry, &Takes::Table(keys));
            }
        }
        Takes::TablesByKind(kinds) => {
            let kinds = kinds();
            for entry in above.entries {
                merge_component(below, entry, &kinds);
            }
        }
        Takes::MapOf(values) => {
            for entry in above.entries {
                merge_entry(below, entry, values);
            }
        }
        other => unreachable!("{} is no structure", other.what()),
    }
}

fn merge_component(below: &mut Table, entry: Entry, kinds: &[Kind]) {
    let old_kind = below.get(&entry.key).and_then(Node::table).and_then(kind_word);
    let new_kind = entry.node.table().and_then(kind_word);
    if new_kind.is_some() && new_kind != old_kind {
        below.insert(entry);
        return;
    }
    let keys =
        kinds.iter().find(|kind| Some(kind.name) == old_kind).map_or(&[][..], |kind| kind.keys);
    merge_entry(below, entry, &Takes::Table(keys));
}

fn kind_word(table: &Table) -> Option<&str> {
    table.get("kind").and_then(Node::text)
}

fn keys_of(table: &Table, kinds: &[Kind]) -> &'static [Key] {
    let word = kind_word(table);
    kinds.iter().find(|kind| Some(kind.name) == word).map_or(&[], |kind| kind.keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::source::Sources;
    use crate::language::testing::{NOWHERE, ROOT, loaded, parsed};

    /// The scenario that `above` gives when it extends `below`.
    fn laid(below: &str, above: &str) -> String {
        let above = format!("extends = \"below.toml\"\n{above}");
        loaded(&[("above.toml", &above), ("below.toml", below)], &[])
            .unwrap_or_else(|problems| panic!("{problems}"))
    }

    #[test]
    fn structural_tables_merge_key_by_key() {
        let merged = laid(
            "users = { count = \"5K\", rate = \"4/min\" }\nrtt = { us-eu = \"90ms\" }",
            "users.count = \"50K\"\nrtt = { within = \"1ms\" }",
        );
        assert_eq!(
            merged,
            "{ users = { count = \"50K\", rate = \"4/min\" }, \
             rtt = { us-eu = \"90ms\", within = \"1ms\" } }"
        );
    }

    #[test]
    fn values_that_are_tables_are_replaced_whole() {
        let merged = laid(
            "data.posts = { keys = { per_user = 5, base = 9 }, locality = \"80%\" }",
            "data.posts.keys = { per_user = 7 }",
        );
        assert_eq!(
            merged,
            "{ data = { posts = { keys = { per_user = 7 }, locality = \"80%\" } } }"
        );
    }

    #[test]
    fn lists_are_replaced_whole() {
        let merged = laid(
            "components.db = { kind = \"database\", holds = [\"a\", \"b\"] }",
            "components.db.holds = [\"c\"]",
        );
        assert_eq!(merged, "{ components = { db = { kind = \"database\", holds = [\"c\"] } } }");
    }

    #[test]
    fn a_key_of_an_exclusive_group_clears_the_others() {
        let below = "users = { count = 5, rate = \"4/min\" }";
        assert_eq!(
            laid(below, "users.think = \"10s\""),
            "{ users = { count = 5, think = \"10s\" } }"
        );
        assert_eq!(
            laid(below, "users.think = \"none\""),
            "{ users = { count = 5, rate = \"4/min\" } }"
        );
    }

    #[test]
    fn none_removes_where_it_is_no_word() {
        let merged = laid(
            "components.db = { kind = \"database\", replicas = { count = 4 }, order = \"fifo\" }\n\
             components.cache = { kind = \"cache\" }",
            "components.db = { replicas = \"none\", order = \"none\" }\n\
             components.cache = \"none\"",
        );
        assert_eq!(merged, "{ components = { db = { kind = \"database\", order = \"none\" } } }");
        // And in a file that extends nothing.
        let alone = loaded(&[("a.toml", "title = \"x\"\nusers = { think = \"none\" }")], &[]);
        assert_eq!(alone, Ok("{ title = \"x\", users = {} }".to_owned()));
    }

    #[test]
    fn what_was_removed_is_not_brought_back_from_further_below() {
        let mut sources = Sources::new();
        let mut laid_over = |below: &str, layers: &[&str]| {
            let mut table = parsed(layers[0], &mut sources);
            for layer in &layers[1..] {
                merge(&mut table, parsed(layer, &mut sources), ROOT);
            }
            let below = parsed(below, &mut sources);
            lay_under(&mut table, &below, NOWHERE, ROOT);
            remove_none(&mut table, ROOT);
            table.to_string()
        };
        let db = |rest: &str| format!("components.db = {{ kind = \"database\", {rest} }}");
        let below = db("memory = \"1GiB\", replicas = { count = 4, lag = \"9ms\" }");
        let removed = "components.db.replicas = \"none\"";
        for (layers, expected) in [
            (vec![db("cores = 2")], "memory = \"1GiB\", replicas = { count = 4, lag = \"9ms\" }"),
            (vec![db("cores = 2"), removed.to_owned()], "memory = \"1GiB\", cores = 2"),
            (
                vec![db("cores = 2"), removed.to_owned(), db("replicas = { count = 1 }")],
                "memory = \"1GiB\", replicas = { count = 1 }, cores = 2",
            ),
        ] {
            let layers: Vec<&str> = layers.iter().map(String::as_str).collect();
            let table = laid_over(&below, &layers);
            assert!(table.contains(expected), "{expected}: {table}");
        }
        let users = laid_over(
            "users = { count = 5, rate = \"4/min\" }",
            &["users.think = \"1s\"", "users.think = \"none\""],
        );
        assert_eq!(users, "{ users = { count = 5 } }");
    }

    #[test]
    fn another_kind_replaces_the_component() {
        let merged = laid(
            "components.db = { kind = \"database\", cores = 4 }",
            "components.db = { kind = \"cache\", memory = \"1GiB\" }",
        );
        assert_eq!(merged, "{ components = { db = { kind = \"cache\", memory = \"1GiB\" } } }");
        let same = laid(
            "components.db = { kind = \"database\", cores = 4 }",
            "components.db = { kind = \"database\", memory = \"1GiB\" }",
        );
        assert!(same.contains("cores = 4"), "{same}");
    }

    #[test]
    fn nested_tables_of_a_component_merge() {
        let merged = laid(
            "components.db = { kind = \"database\", replicas = { count = 4, lag = \"9ms\" } }",
            "components.db.replicas.count = 3",
        );
        assert!(merged.contains("replicas = { count = 3, lag = \"9ms\" }"), "{merged}");
    }

    #[test]
    fn titles_and_thresholds_are_not_inherited() {
        let merged = laid(
            "title = \"below\"\ngraduate = { a = \"x > 1\" }\nusers.count = 1",
            "graduate = { b = \"y > 1\" }",
        );
        assert_eq!(merged, "{ users = { count = 1 }, graduate = { b = \"y > 1\" } }");
    }
}
