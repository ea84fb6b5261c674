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
