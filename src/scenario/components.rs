//! `[components.NAME]`: the parts of the system, each read by its own kind.

use super::failures::{self, Failures};
use super::names;
use super::regions::RegionsSection;
use super::standing::{differences, stands_in};
use crate::components::{Spec, read as read_component};
use crate::language::diagnostic::{Problems, suggestion};
use crate::language::reader::TableReader;
use crate::language::source::Place;

/// A component's table.
#[derive(Debug)]
pub struct ComponentSection {
    /// Its name.
    pub name: String,
    /// Where its table stands.
    pub place: Place,
    /// Its kind.
    pub kind: &'static str,
    /// How often its nodes fail, if that is said.
    pub failures: Option<Failures>,
    /// What its table says.
    pub spec: Box<dyn Spec>,
    /// The regions it stands in, the home region first if it is one of them.
    pub regions: Vec<u16>,
    /// What it is in each of these regions, where it differs from `spec`.
    pub at: Vec<Option<Box<dyn Spec>>>,
}

impl ComponentSection {
    /// How messages about it begin: "component `app` (service)".
    pub fn subject(&self) -> String {
        format!("component `{}` ({})", self.name, self.kind)
    }

    /// What it is in each of the regions it stands in, in their order.
    pub fn specs(&self) -> impl Iterator<Item = (u16, &dyn Spec)> {
        let specs = self.regions.iter().zip(&self.at);
        specs.map(|(region, at)| (*region, at.as_ref().unwrap_or(&self.spec).as_ref()))
    }
}

/// Reads `[components]`, in the order of names; one that is wrong is `None`.
pub(super) fn read(
    root: &mut TableReader<'_, '_>,
    regions: Option<&RegionsSection>,
) -> Option<Vec<Option<ComponentSection>>> {
    let names = names::sorted(root, "components", "component");
    if names.is_empty() {
        if root.node("components").is_some_and(|node| node.table().is_none()) {
            return None;
        }
        let place = root.place("components");
        let label = "as in components.app = { kind = \"service\", ... }";
        root.reading().problems.error(place, "there are no components", label);
        return None;
    }
    Some(names.iter().map(|(name, place)| component(name, *place, root, regions)).collect())
}

fn component(
    name: &str,
    place: Place,
    root: &mut TableReader<'_, '_>,
    regions: Option<&RegionsSection>,
) -> Option<ComponentSection> {
    names::refuse_reserved(name, place, root.reading().problems);
    let mut reader = root.named_table("components", name)?;
    let kind = reader.kind()?;
    let place = reader.table_place();
    let spec = read_component(&mut reader);
    // What a component differs in is only read against regions and a table that are sound.
    let stands = regions.and_then(|regions| stands_in(&mut reader, regions));
    let failures = failures::read(&mut reader);
    let (spec, failures) = (spec?, failures?);
    let (regions, at) = match (regions, stands) {
        (Some(known), Some(regions)) => {
            let at = differences(&mut reader, known, &regions)?;
            (regions, at)
        }
        (Some(_), None) => return None,
        (None, _) => (vec![0], vec![None]),
    };
    let name = name.to_owned();
    Some(ComponentSection { name, place, kind, failures, spec, regions, at })
}

/// Reads `entry`, which must name a component.
pub(super) fn read_entry(root: &mut TableReader<'_, '_>) -> Option<(String, Place)> {
    let entry: String = root.get("entry")?;
    let names: Vec<&str> = root.names("components").into_iter().map(|(name, _)| name).collect();
    if !names.is_empty() && !names.contains(&entry.as_str()) {
        let label = suggestion(&entry, names.into_iter());
        root.error("entry", &format!("there is no component `{entry}`"), label);
        return None;
    }
    Some((entry, root.place("entry")))
}

/// Reports components that take service times from a trace, where no trace brings them.
pub(super) fn refuse_recorded_work(components: &[ComponentSection], problems: &mut Problems) {
    for component in components.iter().filter(|component| component.spec.uses_recorded_work()) {
        let message = format!("{}: no service times are recorded", component.subject());
        let label = "say in `users.arrivals` where: work = \"service_us\", work_unit = \"us\"";
        problems.error(component.place, message, label);
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::testing::{check_problems, sound};

    #[test]
    fn components_come_in_the_order_of_names() {
        let scenario = sound("components.aa = { kind = \"external\", delay = \"1ms\" }");
        let names: Vec<(&str, &str)> =
            scenario.components.iter().map(|one| (one.name.as_str(), one.kind)).collect();
        assert_eq!(names, [("aa", "external"), ("app", "service")]);
        assert_eq!(scenario.entry.0, "app");
    }

    #[test]
    fn wrong_components_are_refused() {
        check_problems(&[
            (
                "entry = \"ap\"",
                "`entry`: there is no component `ap` | \"ap\" | did you mean `app`?",
            ),
            ("entry = \"none\"", "`entry` is missing |  | it takes a name"),
            (
                "components = \"none\"",
                "there are no components |  | as in components.app = { kind = \"service\", \
                 ... }",
            ),
            (
                "components = {}\nentry = \"x\"",
                "`entry`: there is no component `x` | \"x\" | accepted: app",
            ),
            (
                "components.app = \"none\"",
                "there are no components | components | as in components.app = { kind = \
                 \"service\", ... }",
            ),
            (
                "components.goodput = { kind = \"service\" }",
                "component `goodput`: the name is reserved | goodput | `goodput` is a word \
                 of the language: choose another name",
            ),
            (
                "components.users = { kind = \"service\" }",
                "component `users`: the name is reserved | users | `users` is a section of \
                 the scenario: choose another name",
            ),
            (
                "components.\"my app\" = { kind = \"service\" }",
                "component `my app`: this is no name | \"my app\" | letters, digits, `_` and \
                 `-`: it stands in paths",
            ),
            (
                "components.app.kind = \"servic\"",
                "component `app`: kind \"servic\" is not known | \"servic\" | did you mean \
                 `service`?",
            ),
            (
                "components.db = { cores = 3 }",
                "component `db`: `kind` is missing | { cores = 3 } | one of load_balancer, \
                 service, cache, database, queue, external",
            ),
            (
                "components.app.service_time = \"recorded\"",
                "component `app` (service): no service times are recorded | { kind = \
                 \"service\", service_time = \"2ms\" } | say in `users.arrivals` where: work \
                 = \"service_us\", work_unit = \"us\"",
            ),
        ]);
    }
}
