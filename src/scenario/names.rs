//! Names that users give to datasets, operations, components, thresholds and alerts.

use super::ROOT;
use crate::language::diagnostic::Problems;
use crate::language::node::is_bare_key;
use crate::language::reader::TableReader;
use crate::language::source::Place;

/// Metrics of the whole system and sections to come: a component of this name would hide them in
/// `NAME.p95` and in paths such as `NAME.cores`.
const RESERVED: &[&str] =
    &["response_time", "throughput", "goodput", "error_rate", "availability", "cost"];

/// The names in a section in the order of the file, with their places. Those that cannot stand in
/// a path are reported, as `what`.
pub(super) fn in_order<'t>(
    root: &mut TableReader<'t, '_>,
    section: &'static str,
    what: &str,
) -> Vec<(&'t str, Place)> {
    let names = root.names(section);
    for (name, place) in names.iter().filter(|(name, _)| !is_bare_key(name)) {
        let message = format!("{what} `{name}`: this is no name");
        let label = "letters, digits, `_` and `-`: it stands in paths";
        root.reading().problems.error(*place, message, label);
    }
    names
}

/// As [`in_order`], in alphabetical order.
pub(super) fn sorted<'t>(
    root: &mut TableReader<'t, '_>,
    section: &'static str,
    what: &str,
) -> Vec<(&'t str, Place)> {
    let mut names = in_order(root, section, what);
    names.sort_unstable();
    names
}

/// Reports a component whose name means something else in paths.
pub(super) fn refuse_reserved(name: &str, place: Place, problems: &mut Problems) {
    let is_section = ROOT.iter().any(|key| key.name == name);
    if !is_section && !RESERVED.contains(&name) {
        return;
    }
    let meaning = if is_section { "a section of the scenario" } else { "a word of the language" };
    let message = format!("component `{name}`: the name is reserved");
    problems.error(place, message, format!("`{name}` is {meaning}: choose another name"));
}
