//! Names in components, held against what the file declares.
//!
//! Checked with the sections, and not when the model is made, so that a wrong value elsewhere does
//! not hide a dangling wire. Names are held against declared ones: a table with a fault of its own
//! breeds no false alarms.

use super::{ComponentSection, DataSection, OperationSection};
use crate::blocks::geography::Geography;
use crate::components::Resolver;
use crate::components::access::{Class, Classes, ReadFrom};
use crate::components::wiring::{Name, Scope, WireSpec};
use crate::language::diagnostic::{Problems, suggestion};

/// The names a file declares.
pub(super) struct Declared<'a> {
    /// Components.
    pub components: Vec<&'a str>,
    /// Datasets.
    pub datasets: Vec<&'a str>,
    /// Operations.
    pub operations: Vec<&'a str>,
}

impl Declared<'_> {
    /// Reports the wires of a component that name what is not there.
    pub fn check(&self, section: &ComponentSection, problems: &mut Problems) {
        let subject = section.subject();
        // What is the same in all regions is said once.
        let mut seen = Vec::new();
        let everywhere = std::iter::once(&section.spec).chain(section.at.iter().flatten());
        for WireSpec { to, of, scope, .. } in everywhere.flat_map(|spec| spec.wires()) {
            if seen.contains(&to.place) {
                continue;
            }
            seen.push(to.place);
            if scope == Scope::All && section.kind != "load_balancer" {
                let message = format!("{subject}: only a load balancer spreads over regions");
                let label = "leave `scope` out, or put a load balancer before it";
                problems.error(to.place, message, label);
            }
            let components = self.components.iter().copied();
            held(&to, "sends to", components, &subject, problems);
            for name in of.iter().flatten() {
                let known = self.datasets.iter().chain(&self.operations).copied();
                held(name, "`of` names", known, &subject, problems);
            }
        }
    }
}

/// Reports what else components name and is not there, as in `holds` and in steps. Resolving again
/// when the model is made then finds nothing new.
pub(super) fn check_names(
    sections: &[&ComponentSection],
    data: &[DataSection],
    operations: &[OperationSection],
    geography: &Geography,
    problems: &mut Problems,
) {
    let datasets: Vec<String> = data.iter().map(|section| section.name.clone()).collect();
    let names: Vec<String> = operations.iter().map(|section| section.name.clone()).collect();
    let mut classes = Classes::default();
    for (operation, section) in (0u16..).zip(operations) {
        let (verb, key, keys) = (section.does, section.key, section.keys);
        let from = ReadFrom::Usual;
        let dataset = section.of.map(|index| index as u16);
        classes.push_operation(Class { operation, verb, dataset, key, from, keys });
    }
    let kinds = sections.iter().map(|section| (section.name.as_str(), section.kind));
    let kinds: Vec<(&str, &'static str)> = kinds.collect();
    for section in sections {
        let mut resolver = Resolver {
            subject: section.subject(),
            place: section.place,
            geography,
            kinds: &kinds,
            operations: &names,
            datasets: &datasets,
            classes: &mut classes,
            problems,
        };
        if section.spec.resolve(&mut resolver).is_some() {
            section.at.iter().flatten().for_each(|spec| drop(spec.resolve(&mut resolver)));
        }
    }
}

/// Reports a name that is not among the known ones.
fn held<'n>(
    name: &Name,
    verb: &str,
    known: impl Iterator<Item = &'n str> + Clone,
    subject: &str,
    problems: &mut Problems,
) {
    if known.clone().all(|known| known != name.text) {
        let message = format!("{subject}: {verb} `{}`, which is not defined", name.text);
        problems.error(name.place, message, suggestion(&name.text, known));
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::testing::read;

    /// The unknown key does not hide the dangling wire, and the component with the unknown key is
    /// a declared one.
    #[test]
    fn a_fault_elsewhere_hides_no_dangling_wire() {
        let (_, problems) = read(
            "components.web = { kind = \"service\", wrokers = 2, sends_to = \"databse\" }\n\
             components.database = { kind = \"external\", delay = \"-1ms\" }",
        );
        let subject = "component `web` (service):";
        assert_eq!(problems.len(), 3, "{problems:#?}");
        let dangling = format!(
            "{subject} sends to `databse`, which is not defined | \"databse\" | \
             did you mean `database`?"
        );
        assert!(problems.contains(&dangling), "{problems:#?}");
    }
}
