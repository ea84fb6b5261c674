//! Names of components become numbers; classes find the wires that take them.

use super::USERS;
use crate::components::access::Classes;
use crate::components::caller::Wire;
use crate::components::wiring::{Name, WireSpec};
use crate::kernel::ComponentId;
use crate::language::diagnostic::{Problems, suggestion};
use crate::scenario::ComponentSection;

/// What wires are resolved against.
pub struct Names<'a> {
    /// The components, in order; component n + 1 of the model is section n.
    pub components: &'a [ComponentSection],
    /// Names of the datasets.
    pub datasets: &'a [String],
    /// Names of the operations.
    pub operations: &'a [String],
}

impl Names<'_> {
    /// The component of this name; an unknown one is reported.
    pub fn component(
        &self,
        name: &Name,
        subject: &str,
        verb: &str,
        problems: &mut Problems,
    ) -> Option<ComponentId> {
        let found = self.components.iter().position(|section| section.name == name.text);
        if found.is_none() {
            let message = format!("{subject}: {verb} `{}`, which is not defined", name.text);
            let names = self.components.iter().map(|section| section.name.as_str());
            problems.error(name.place, message, suggestion(&name.text, names));
        }
        found.map(|index| ComponentId(index as u16 + 1))
    }

    /// A wire with its names resolved; unknown ones are reported.
    pub fn wire(
        &self,
        spec: &WireSpec,
        subject: &str,
        classes: &Classes,
        problems: &mut Problems,
    ) -> Option<Wire> {
        let to = self.component(&spec.to, subject, "sends to", problems);
        let takes = match &spec.of {
            None => Some(vec![true; classes.len()]),
            Some(names) => self.takes(names, subject, classes, problems),
        };
        let to = to?;
        debug_assert!(to != USERS, "no section is the users");
        Some(Wire {
            to,
            nodes: self.components[to.index() - 1].spec.nodes(),
            latency: spec.latency.clone(),
            timeout: spec.timeout,
            on_error: spec.on_error,
            takes: takes?,
        })
    }

    /// Whether a wire for these datasets and operations takes each class.
    fn takes(
        &self,
        names: &[Name],
        subject: &str,
        classes: &Classes,
        problems: &mut Problems,
    ) -> Option<Vec<bool>> {
        let mut takes = vec![false; classes.len()];
        let mut known = true;
        for name in names {
            let position = |names: &[String]| names.iter().position(|other| *other == name.text);
            let dataset = position(self.datasets).map(|index| index as u16);
            let operation = position(self.operations).map(|index| index as u16);
            if dataset.is_none() && operation.is_none() {
                let message =
                    format!("{subject}: `of` names `{}`, which is not defined", name.text);
                let all = self.datasets.iter().chain(self.operations).map(String::as_str);
                problems.error(name.place, message, suggestion(&name.text, all));
                known = false;
            }
            for (class, access) in classes.iter() {
                let by_dataset = dataset.is_some() && access.dataset == dataset;
                takes[usize::from(class)] |= by_dataset || operation == Some(access.operation);
            }
        }
        known.then_some(takes)
    }
}
