//! Names of components become numbers; classes find the wires that take them.

use super::layout::{Instance, Layout};
use crate::components::access::{Class, Classes};
use crate::components::caller::{Target, Wire};
use crate::components::wire::Spread;
use crate::components::wiring::{Name, Scope, SpreadSpec, WireSpec};
use crate::kernel::time::Duration;
use crate::kernel::{ComponentId, NODE_ANY};
use crate::language::diagnostic::Problems;

/// The longest way one way: what an answer's wire can hold.
const LONGEST_WAY: Duration = Duration::from_nanos(4_000_000_000);

/// What wires are resolved against.
pub struct Names<'a> {
    /// The components and where they stand.
    pub layout: &'a Layout<'a>,
    /// Names of the datasets.
    pub datasets: &'a [String],
    /// Names of the operations.
    pub operations: &'a [String],
}

impl Names<'_> {
    /// The wires of the users: one for each region, to the nearest instance of the entry.
    pub fn users(&self, entry: &str, classes: &Classes) -> Vec<Wire> {
        let section = self.layout.section(entry);
        let geography = self.layout.geography;
        let wire = |region: u16| {
            let targets = self.targets(section, region, Scope::Nearest);
            let mut wire = Wire::plain(targets, region, classes);
            wire.from_users = true;
            match self.spans(section) {
                true => wire.any_node = region,
                // Within a region, too, users are some way off.
                false => wire.targets.iter_mut().for_each(|target| {
                    target.outward = geography.travel(region, target.region);
                    target.homeward = geography.travel(target.region, region);
                }),
            }
            wire
        };
        geography.all().map(wire).collect()
    }

    /// A wire from an instance with its names resolved; what does not fit is reported.
    ///
    /// # Panics
    /// When a name is unknown: names are checked when the scenario is read.
    pub fn wire(
        &self,
        spec: &WireSpec,
        from: &Instance<'_>,
        classes: &Classes,
        problems: &mut Problems,
    ) -> Wire {
        let section = self.layout.section(&spec.to.text);
        let region = from.regions[0];
        let mut targets = self.targets(section, region, spec.scope);
        if targets.is_empty() {
            let subject = self.layout.sections[from.section].subject();
            let message =
                format!("{subject}: `{}` does not stand in the home region", spec.to.text);
            problems.error(spec.to.place, message, "leave scope = \"home\" out");
            targets = self.targets(section, region, Scope::Nearest);
        }
        let latency = Duration::from_seconds(spec.latency.mean());
        if targets.iter().any(|target| latency + target.homeward > LONGEST_WAY) {
            let subject = self.layout.sections[from.section].subject();
            let message = format!("{subject}: the way to `{}` takes too long", spec.to.text);
            problems.error(spec.to.place, message, "at most 4s, with what lies between regions");
        }
        Wire {
            spread: self.spread(spec, &targets),
            targets,
            from: region,
            from_users: false,
            any_node: if self.spans(section) { region } else { NODE_ANY },
            latency: spec.latency.clone(),
            timeout: spec.timeout,
            on_error: spec.on_error,
            takes: match &spec.of {
                None => vec![true; classes.len()],
                Some(names) => self.takes(names, classes),
            },
        }
    }

    fn spans(&self, section: usize) -> bool {
        self.layout.sections[section].spec.spans_regions()
    }

    /// The instances of a section that a wire from `from` leads to, the nearest first.
    fn targets(&self, section: usize, from: u16, scope: Scope) -> Vec<Target> {
        let geography = self.layout.geography;
        let instances: Vec<(ComponentId, &Instance<'_>)> =
            self.layout.of_section(section).collect();
        if self.spans(section) {
            let (to, instance) = instances[0];
            let (outward, homeward) = (Duration::ZERO, Duration::ZERO);
            let nodes = instance.spec.nodes();
            return vec![Target { to, region: from, nodes, outward, homeward }];
        }
        let regions: Vec<u16> = instances.iter().map(|(_, it)| it.regions[0]).collect();
        let target = |region: u16| {
            let index = regions.iter().position(|one| *one == region);
            let (to, instance) = instances[index.expect("regions are those of the instances")];
            let way =
                |from, to| if from == to { Duration::ZERO } else { geography.travel(from, to) };
            let (outward, homeward) = (way(from, region), way(region, from));
            Target { to, region, nodes: instance.spec.nodes(), outward, homeward }
        };
        let ordered = geography.by_distance(from, &regions);
        match scope {
            Scope::Home => {
                let is_home = |region: &u16| *region == geography.home();
                ordered.into_iter().filter(is_home).map(target).collect()
            }
            Scope::Nearest | Scope::All => ordered.into_iter().map(target).collect(),
        }
    }

    /// How calls spread over the targets of a wire.
    fn spread(&self, spec: &WireSpec, targets: &[Target]) -> Spread {
        if spec.scope != Scope::All {
            return Spread::Nearest;
        }
        let geography = self.layout.geography;
        let regions: Vec<u16> = targets.iter().map(|target| target.region).collect();
        match &spec.spread {
            SpreadSpec::Nodes => Spread::Nodes,
            SpreadSpec::Nearest => Spread::Nearest,
            SpreadSpec::User => {
                let place = |region: u16| {
                    let index = regions.iter().position(|one| *one == region);
                    index.expect("regions are those of the targets") as u16
                };
                let order = |user: u16| geography.by_distance(user, &regions);
                let orders = geography.all().map(order);
                Spread::User(orders.map(|it| it.into_iter().map(place).collect()).collect())
            }
            SpreadSpec::Weights(weights) => {
                let weight = |region: &u16| {
                    let is_it = |(name, _): &&(Name, f64)| name.text == geography.name(*region);
                    weights.iter().find(is_it).map_or(0.0, |(_, weight)| *weight)
                };
                Spread::Weights(regions.iter().map(weight).collect())
            }
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
