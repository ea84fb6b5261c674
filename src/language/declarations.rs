//! What must hold of every list of keys; tests run it over all of them.

use super::diagnostic::Problems;
use super::key::{Given, Key, Takes};
use super::node::Node;
use super::parse;
use super::quantity::{Bandwidth, Count, Duration, Fraction, Growth, Limit, Rate, Seed, Size};
use super::reading::{FromNode, Reading};
use super::source::{Place, SourceId, Sources};

/// Everything wrong with a list of keys and the lists below it, in words: names used twice or not
/// in snake case, meanings that are no sentence, groups of one, defaults that are refused.
///
/// Defaults of forms that higher layers own are checked to be TOML only.
pub fn faults(keys: &'static [Key]) -> Vec<String> {
    let mut faults = Vec::new();
    collect("", keys, &mut faults);
    faults
}

fn collect(path: &str, keys: &'static [Key], faults: &mut Vec<String>) {
    for (index, key) in keys.iter().enumerate() {
        let path =
            if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
        let is_snake = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        if !key.name.chars().all(|letter| is_snake(letter) || letter == '_') {
            faults.push(format!("`{path}` is not in snake case"));
        }
        if keys[..index].iter().any(|other| other.name == key.name) {
            faults.push(format!("`{path}` is declared twice"));
        }
        if key.meaning.len() < 2 || !key.meaning.ends_with('.') {
            faults.push(format!("the meaning of `{path}` is no sentence"));
        }
        let members = keys.iter().filter(|other| other.group == key.group).count();
        if !key.group.is_empty() && members == 1 {
            faults.push(format!("`{path}` is alone in the group `{}`", key.group));
        }
        if let Given::Text(text) = key.default
            && let Err(fault) = accepts(&key.takes, text)
        {
            faults.push(format!("the default of `{path}` is refused: {fault}"));
        }
        match key.takes {
            Takes::Table(inner) | Takes::TableOf(inner) => collect(&path, inner, faults),
            Takes::TablesByKind(kinds) => {
                for kind in kinds() {
                    collect(&format!("{path}.{}", kind.name), kind.keys, faults);
                }
            }
            _ => {}
        }
    }
}

/// Whether a default is accepted by what it stands for.
fn accepts(takes: &Takes, text: &str) -> Result<(), String> {
    let nowhere = Place { source: SourceId(0), start: 0, end: 0 };
    let node = parse::value(text, nowhere)?;
    match takes {
        Takes::Duration => read::<Duration>(&node),
        Takes::Rate => read::<Rate>(&node),
        Takes::Size => read::<Size>(&node),
        Takes::Bandwidth => read::<Bandwidth>(&node),
        Takes::Fraction => read::<Fraction>(&node),
        Takes::Count => read::<Count>(&node),
        Takes::Limit => read::<Limit>(&node),
        Takes::Growth => read::<Growth>(&node),
        Takes::Seed => read::<Seed>(&node),
        Takes::Number => read::<f64>(&node),
        Takes::Flag => read::<bool>(&node),
        Takes::Text | Takes::File | Takes::Name => read::<String>(&node),
        Takes::Names => read::<Vec<String>>(&node),
        Takes::OneOf(words) => match node.text() {
            Some(word) if words.contains(&word) => Ok(()),
            _ => Err(format!("{node} is none of {}", words.join(", "))),
        },
        Takes::Table(_) | Takes::TableOf(_) | Takes::TablesByKind(_) | Takes::MapOf(_) => {
            match node.table() {
                Some(table) if table.entries.is_empty() => Ok(()),
                _ => Err("the only default of a table is {}".to_owned()),
            }
        }
        _ => Ok(()),
    }
}

fn read<T: FromNode>(node: &Node) -> Result<(), String> {
    let (sources, mut problems, mut effective) = (Sources::new(), Problems::new(), Vec::new());
    match T::from_node(node, &mut Reading::new(&mut problems, &sources, &mut effective)) {
        Some(_) => Ok(()),
        None => Err(problems.sorted().first().map_or(String::new(), |first| first.label.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::testing::ROOT;

    #[test]
    fn a_sound_list_has_no_faults() {
        assert_eq!(faults(ROOT), [""; 0]);
    }

    #[test]
    fn every_fault_is_found() {
        const INNER: &[Key] = &[Key::with_default("lag", Takes::Duration, "5", "Lag.")];
        const KEYS: &[Key] = &[
            Key::required("Cores", Takes::Count, "Cores."),
            Key::optional("ttl", Takes::Duration, "time to live"),
            Key::optional("ttl", Takes::Duration, "Time to live.").in_group("life"),
            Key::with_default("order", Takes::OneOf(&["fifo"]), "\"fio\"", "Order."),
            Key::with_default("law", Takes::Distribution, "{ exponential = ", "Law."),
            Key::with_default("replicas", Takes::Table(INNER), "{ lag = 1 }", "Copies."),
        ];
        let found = faults(KEYS);
        for (fault, part) in found.iter().zip([
            "`Cores` is not in snake case",
            "the meaning of `ttl` is no sentence",
            "`ttl` is declared twice",
            "`ttl` is alone in the group `life`",
            "the default of `order` is refused: \"fio\" is none of fifo",
            "the default of `law` is refused: unclosed inline table",
            "the default of `replicas` is refused: the only default of a table is {}",
            "the default of `replicas.lag` is refused: the unit is missing",
        ]) {
            assert!(fault.starts_with(part), "{fault}");
        }
        assert_eq!(found.len(), 8, "{found:?}");
    }
}
