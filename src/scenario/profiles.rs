//! What lies under a component's own values: the profile that it names.
//!
//! A profile is like one more file that the component extends, below all files and every `--set`.
//! What must hold: it is laid under last, when it is known which one all of them together name, so
//! that naming another one replaces exactly what the first one brought.

use super::ROOT;
use crate::components::{kind, profiles};
use crate::language::key::{PROFILE, Takes, find};
use crate::language::merge;
use crate::language::node::{Node, Table, Value};

/// Lays under each component the values of the profile that it names. What names no profile stays
/// as it is, and is reported when the component is read.
pub(super) fn lay_under(scenario: &mut Table) {
    let sections = ROOT.iter().filter(|key| matches!(key.takes, Takes::TablesByKind(_)));
    for section in sections {
        let Some(Value::Table(components)) = scenario.get_mut(section.name).map(value) else {
            continue;
        };
        for entry in &mut components.entries {
            if let Value::Table(component) = &mut entry.node.value {
                lay_under_component(component);
            }
        }
    }
}

fn value(node: &mut Node) -> &mut Value {
    &mut node.value
}

fn lay_under_component(component: &mut Table) {
    let keys = component.get("kind").and_then(Node::text).and_then(kind).map(|kind| kind.keys);
    let Some(keys) = keys.filter(|keys| find(keys, PROFILE).is_some()) else { return };
    let Some(named) = component.get(PROFILE) else { return };
    let place = named.place;
    if let Some(profile) = named.text().and_then(profiles::profile) {
        let beside = profile.beside(component);
        merge::lay_under(component, &beside, place, keys);
    }
}

#[cfg(test)]
mod tests {
    use crate::language::reading::Origin;
    use crate::scenario::testing::{check_problems, read, sound};

    /// A database beside the sound scenario.
    fn database(rest: &str) -> String {
        format!("[components.db]\nkind = \"database\"\n{rest}\n[components.app]\nsends_to = \"db\"")
    }

    /// Path, value and origin of what takes effect in it.
    fn effective(rest: &str) -> Vec<(String, String, Origin)> {
        let scenario = sound(&database(rest));
        let of_database = scenario.effective.into_iter().filter_map(|effective| {
            let path = effective.path.strip_prefix("components.db.")?.to_owned();
            Some((path, effective.value, effective.origin))
        });
        of_database.collect()
    }

    fn value(all: &[(String, String, Origin)], path: &str) -> Option<(String, Origin)> {
        let found = all.iter().find(|(known, _, _)| known == path)?;
        Some((found.1.clone(), found.2))
    }

    #[test]
    fn a_profile_lies_under_what_the_component_says() {
        let all = effective("profile = \"postgresql\"\ncores = 3\nreplicas.count = 5");
        assert_eq!(value(&all, "cores"), Some(("3".to_owned(), Origin::Given)));
        assert_eq!(value(&all, "replicas.count"), Some(("5".to_owned(), Origin::Given)));
        let mode = Some(("\"asynchronous\"".to_owned(), Origin::Profile));
        assert_eq!(value(&all, "replicas.mode"), mode);
        assert!(matches!(value(&all, "read_time"), Some((_, Origin::Profile))));
        let all = effective("profile = \"postgresql\"\ndisk_time = \"none\"\nmemory = \"none\"");
        assert_eq!(value(&all, "disk_time"), None);
    }

    #[test]
    fn another_way_of_replication_takes_the_place_of_the_profiles() {
        let all = effective("profile = \"postgresql\"\nconsensus.voters = 5");
        assert_eq!(value(&all, "replicas.count"), None);
        let all = effective("profile = \"cockroachdb\"\nreplicas.count = 2");
        assert_eq!(value(&all, "consensus.voters"), None);
    }

    #[test]
    fn what_counts_otherwise_goes_before_the_profile() {
        let all = effective("profile = \"postgresql\"\notherwise = \"consistency\"");
        assert_eq!(value(&all, "replicas.mode").map(|it| it.1), Some(Origin::Default));
        assert_eq!(value(&all, "replicas.lag").map(|it| it.1), Some(Origin::Profile));
    }

    /// The profile is written out by what takes effect, so that the same values without it are the
    /// same scenario.
    #[test]
    fn a_profile_written_out_says_the_same() {
        for profile in crate::components::profiles::all() {
            let short = sound(&database(&format!("profile = \"{}\"", profile.name)));
            let all = effective(&format!("profile = \"{}\"", profile.name));
            let of_profile = all.iter().filter(|(_, _, origin)| *origin == Origin::Profile);
            let lines: Vec<String> =
                of_profile.map(|(path, value, _)| format!("{path} = {value}")).collect();
            let long = sound(&database(&lines.join("\n")));
            assert_eq!(short.hash, long.hash, "{}", profile.name);
        }
    }

    #[test]
    fn problems_point_at_what_the_user_wrote() {
        check_problems(&[
            (
                &database("profile = \"postgres\""),
                "component `db` (database): `profile`: `postgres` is not known | \"postgres\" | \
                 did you mean `postgresql`?",
            ),
            (
                &database("profile = \"postgresql\"\ndisk_time = \"none\""),
                "component `db` (database): `memory`: does nothing without a disk | \
                 \"postgresql\" | give `disk_time` too; this comes with the profile",
            ),
            (
                &database("profile = \"postgresql\"\ncores = 0"),
                "component `db` (database): `cores`: must lie between 1 and 100K | 0 | ",
            ),
        ]);
        // What else is wrong is told, too, and what the profile would have brought is not missed.
        let (_, problems) = read(&database("profile = 5\ncroes = 2"));
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(
            problems[0].contains("must be a name, not a number | 5 | one of postgresql, mysql")
        );
        let (_, problems) = read(&database("profile = \"oracle\"\ncores = 0"));
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("accepted: postgresql, mysql"), "{problems:?}");
    }
}
