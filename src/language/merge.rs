//! How one table is laid over another: `extends`, `--set` and sweeps are this one mechanism.
//!
//! Tables that are declared as structure merge key by key; everything else (quantities,
//! distributions, one-of values, lists) is replaced whole. Setting a key of an exclusive group
//! clears the others of the table below; `"none"` removes. A component whose kind changes is
//! replaced whole.

use super::key::{Key, Kind, Takes, find};
use super::node::{Entry, Node, Table, Value};

/// Lays `above` over `below`.
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

/// The table below loses the members of an exclusive group of which the one above sets another.
fn clear_groups(below: &mut Table, above: &Table, keys: &'static [Key]) {
    for key in keys.iter().filter(|key| !key.group.is_empty()) {
        let set = above.get(key.name).is_some_and(|node| !removes(node, &key.takes));
        if set {
            for other in keys.iter().filter(|other| other.group == key.group) {
                if other.name != key.name {
                    below.remove(other.name);
                }
            }
        }
    }
}

fn merge_entry(below: &mut Table, entry: Entry, takes: &Takes) {
    if removes(&entry.node, takes) {
        below.remove(&entry.key);
        return;
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
    use crate::language::testing::loaded;

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
