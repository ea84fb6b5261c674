//! Names of components become numbers; classes find the wires that take them.

use crate::components::access::{Class, Classes};
use crate::components::caller::Wire;
use crate::components::wiring::{Name, WireSpec};
use crate::kernel::{ComponentId, NODE_ANY};
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
    /// The component of this name.
    ///
    /// # Panics
    /// When there is none: names are checked when the scenario is read.
    pub fn component(&self, name: &str) -> ComponentId {
        let found = self.components.iter().position(|section| section.name == name);
        ComponentId(found.expect("wires were checked against what is declared") as u16 + 1)
    }

    /// A wire with its names resolved.
    ///
    /// # Panics
    /// When a name is unknown: names are checked when the scenario is read.
    pub fn wire(&self, spec: &WireSpec, classes: &Classes) -> Wire {
        let to = self.component(&spec.to.text);
        Wire {
            to,
            nodes: self.components[to.index() - 1].spec.nodes(),
            any_node: NODE_ANY,
            latency: spec.latency.clone(),
            timeout: spec.timeout,
            on_error: spec.on_error,
            takes: match &spec.of {
                None => vec![true; classes.len()],
                Some(names) => self.takes(names, classes),
            },
        }
    }

    /// Whether a wire for these datasets and operations takes each class.
    fn takes(&self, names: &[Name], classes: &Classes) -> Vec<bool> {
        let named = |known: &[String], number: u16| {
            let name = &known[usize::from(number)];
            names.iter().any(|named| named.text == *name)
        };
        let takes = |class: &Class| {
            class.dataset.is_some_and(|number| named(self.datasets, number))
                || named(self.operations, class.operation)
        };
        classes.iter().map(|(_, class)| takes(class)).collect()
    }
}
