//! Which components a model has: each as often as there are regions it stands in.
//!
//! What must hold: components are numbered by their names and then by their regions, the users
//! first, so a scenario without regions has each component once, in the order of names.

use crate::blocks::faults::{Cause, Fault, Faults};
use crate::blocks::geography::Geography;
use crate::components::Spec;
use crate::kernel::ComponentId;
use crate::kernel::time::Time;
use crate::scenario::{ComponentSection, FaultOf, Scenario};

/// A component in one region, or in all it spans.
pub struct Instance<'s> {
    /// Its section, by its place among all.
    pub section: usize,
    /// The regions it stands in, the first one its home; one unless it spans several.
    pub regions: Vec<u16>,
    /// What it is there.
    pub spec: &'s dyn Spec,
}

/// All components of a model but the users; component n + 1 is instance n.
pub struct Layout<'s> {
    /// All regions.
    pub geography: &'s Geography,
    /// The sections, by name.
    pub sections: &'s [ComponentSection],
    /// The instances, by name and region.
    pub instances: Vec<Instance<'s>>,
}

impl<'s> Layout<'s> {
    /// The components of a scenario.
    pub fn of(scenario: &'s Scenario) -> Layout<'s> {
        let mut instances = Vec::new();
        for (section, it) in scenario.components.iter().enumerate() {
            if it.spec.spans_regions() {
                let (regions, spec) = (it.regions.clone(), it.spec.as_ref());
                instances.push(Instance { section, regions, spec });
                continue;
            }
            let each = it.specs().map(|(region, spec)| (vec![region], spec));
            instances.extend(each.map(|(regions, spec)| Instance { section, regions, spec }));
        }
        let (geography, sections) = (&scenario.regions.geography, &scenario.components[..]);
        Layout { geography, sections, instances }
    }

    /// The section of this name.
    ///
    /// # Panics
    /// When there is none: names are checked when the scenario is read.
    pub fn section(&self, name: &str) -> usize {
        let found = self.sections.iter().position(|section| section.name == name);
        found.expect("names of components were checked against what is declared")
    }

    /// The instances of a section, with their numbers in the model.
    pub fn of_section(&self, section: usize) -> impl Iterator<Item = (ComponentId, &Instance<'s>)> {
        let all = (1u16..).map(ComponentId).zip(&self.instances);
        all.filter(move |(_, instance)| instance.section == section)
    }

    /// What tables call an instance: `app`, or `app[region=eu]` where it is one of several.
    pub fn label(&self, instance: &Instance<'_>) -> String {
        let name = &self.sections[instance.section].name;
        match self.of_section(instance.section).count() {
            1 => name.clone(),
            _ => format!("{name}[region={}]", self.geography.name(instance.regions[0])),
        }
    }

    /// The faults of a scenario, by the numbers of components.
    pub fn faults(&self, scenario: &Scenario) -> Faults {
        let mut faults = Vec::new();
        for section in &scenario.faults {
            let causes: Vec<Cause> = match &section.of {
                FaultOf::Region(region) => vec![Cause::Region(*region)],
                FaultOf::Partition(isolated) => {
                    vec![Cause::Partition { isolated: isolated.clone() }]
                }
                FaultOf::Component { name, region, shard, node } => {
                    let (shard, node) = (*shard, *node);
                    let instances = self.of_section(self.section(name));
                    let meant =
                        instances.filter(|(_, it)| region.is_none_or(|one| it.regions == [one]));
                    let cause = |id: ComponentId| Cause::Component { component: id.0, shard, node };
                    meant.map(|(id, _)| cause(id)).collect()
                }
            };
            let from = Time::ZERO + section.at;
            let until = from + section.span;
            faults.extend(causes.into_iter().map(|cause| Fault { cause, from, until }));
        }
        Faults::new(faults, scenario.regions.failover)
    }
}
