//! `[[faults]]`: what goes down when.
//!
//! Times count from the start of the run, its warm-up included, as those of `users.shape` do.

use super::regions::RegionsSection;
use super::{ComponentSection, RunSection, Warmup};
use crate::components::wiring::Name;
use crate::kernel::time::Duration;
use crate::language::diagnostic::{Problems, suggestion};
use crate::language::key::{Key, Takes};
use crate::language::node::Node;
use crate::language::reading::{FromNode, Reading};
use crate::language::source::Place;

/// Keys of a fault.
pub const FAULT: &[Key] = &[
    Key::required(
        "kind",
        Takes::OneOf(&["outage", "partition"]),
        "Whether something is down, or some regions are cut off from the others.",
    ),
    Key::optional("region", Takes::Name, "The region that is down."),
    Key::optional("component", Takes::Name, "The component that is down."),
    Key::optional("shard", Takes::Count, "Only this shard of a database, from 0."),
    Key::optional(
        "node",
        Takes::Count,
        "Only this node of a database; 0 is its primary or leader.",
    ),
    Key::optional("isolate", Takes::Names, "The regions that are cut off from all others."),
    Key::required("at", Takes::Duration, "When it begins, from the start of the run."),
    Key::required("for", Takes::Duration, "How long it lasts."),
];

/// What is down.
#[derive(Clone, PartialEq, Debug)]
pub enum FaultOf {
    /// A region.
    Region(u16),
    /// A component, in one region or in all it stands in.
    Component {
        /// Its name.
        name: String,
        /// Only this region.
        region: Option<u16>,
        /// Only this shard.
        shard: Option<u16>,
        /// Only this node.
        node: Option<u16>,
    },
    /// The ways between these regions and all others.
    Partition(Vec<u16>),
}

/// A fault.
#[derive(Clone, PartialEq, Debug)]
pub struct FaultSection {
    /// What is down.
    pub of: FaultOf,
    /// From when on, from the start of the run.
    pub at: Duration,
    /// How long.
    pub span: Duration,
    /// Where it is said.
    pub place: Place,
}

/// A fault whose names are still names.
pub(super) struct Written {
    is_outage: bool,
    region: Option<Name>,
    component: Option<Name>,
    shard: Option<u64>,
    node: Option<u64>,
    isolate: Option<Vec<Name>>,
    at: Duration,
    span: Duration,
    place: Place,
    subject: String,
}

impl FromNode for Written {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Written> {
        let subject = reading.naming();
        let mut table = reading.table(node, FAULT)?;
        let kind = table.get_word("kind");
        let (region, component) = (table.optional("region"), table.optional("component"));
        let (shard, number) = (table.optional("shard"), table.optional("node"));
        let isolate = table.optional::<Vec<Name>>("isolate");
        let (at, span) = (table.get::<Duration>("at"), table.get::<Duration>("for"));
        if span == Some(Duration::ZERO) {
            table.error("for", "nothing is down for 0s", "more than 0s");
        }
        let is_outage = kind? == "outage";
        let misplaced: &[&str] =
            if is_outage { &["isolate"] } else { &["region", "component", "shard", "node"] };
        let given: Vec<_> = misplaced.iter().filter(|key| table.given(key)).collect();
        for key in given {
            let label = if is_outage { "say region or component" } else { "say isolate = [...]" };
            table.error(key, &format!("has no meaning in a fault of kind {}", kind?), label);
        }
        Some(Written {
            is_outage,
            region: region?,
            component: component?,
            shard: shard?,
            node: number?,
            isolate: isolate?,
            at: at?,
            span: span?,
            place: node.place,
            subject,
        })
    }
}

/// What the names of faults are held against.
pub(super) struct Known<'a> {
    /// The regions.
    pub regions: &'a RegionsSection,
    /// Names of all components that are declared.
    pub names: &'a [&'a str],
    /// The components without a problem of their own.
    pub components: Vec<&'a ComponentSection>,
    /// How long a run is.
    pub run: Option<&'a RunSection>,
}

impl Known<'_> {
    /// The faults with their names resolved; whatever is wrong is reported.
    pub fn resolve(
        &self,
        faults: Vec<Written>,
        problems: &mut Problems,
    ) -> Option<Vec<FaultSection>> {
        if let (Some(first), Some(run)) = (faults.first(), self.run)
            && run.duration.is_none()
        {
            let message = "`faults`: when they happen has no meaning without `run.duration`";
            let label = "say how long a run is, as in run = { duration = \"5min\" }";
            problems.error(first.place, message, label);
        }
        let resolved: Vec<Option<FaultSection>> =
            faults.into_iter().map(|fault| self.fault(fault, problems)).collect();
        resolved.into_iter().collect()
    }

    fn fault(&self, fault: Written, problems: &mut Problems) -> Option<FaultSection> {
        let Written { at, span, place, .. } = fault;
        if let Some(RunSection { duration: Some(duration), warmup, .. }) = self.run {
            let cut = if let Warmup::Fixed(cut) = warmup { *cut } else { Duration::ZERO };
            let end = cut + *duration;
            if at >= end {
                let message = format!("{}: it begins after the end of the run", fault.subject);
                problems.warn(place, message, format!("a run ends after {end}"));
            }
        }
        let of = if fault.is_outage {
            self.outage(&fault, problems)?
        } else {
            self.partition(&fault, problems)?
        };
        Some(FaultSection { of, at, span, place })
    }

    fn outage(&self, fault: &Written, problems: &mut Problems) -> Option<FaultOf> {
        let subject = format!("{}: ", fault.subject);
        let region = match &fault.region {
            Some(name) => {
                Some(self.regions.number((&name.text, name.place), &subject, problems)?)
            }
            None => None,
        };
        let Some(component) = &fault.component else {
            if fault.shard.is_some() || fault.node.is_some() {
                let message = format!("{subject}shards and nodes are those of a component");
                problems.error(fault.place, message, "say which: component = \"...\"");
                return None;
            }
            if region.is_none() {
                let message = format!("{subject}what is down is missing");
                let label = "say region = \"...\" or component = \"...\"";
                problems.error(fault.place, message, label);
            }
            return region.map(FaultOf::Region);
        };
        let name = &component.text;
        if !self.names.contains(&name.as_str()) {
            let message = format!("{subject}there is no component `{name}`");
            problems.error(component.place, message, suggestion(name, self.names.iter().copied()));
            return None;
        }
        // One with a problem of its own is not looked at.
        let section = self.components.iter().find(|section| section.name == *name)?;
        let is_spanning = section.spec.spans_regions();
        if !is_spanning && (fault.shard.is_some() || fault.node.is_some()) {
            let message = format!("{subject}only a database loses single shards and nodes");
            problems.error(component.place, message, "leave them out: all of it is down");
            return None;
        }
        if let Some(region) = region
            && (is_spanning || !section.regions.contains(&region))
        {
            let message = if is_spanning {
                format!("{subject}the nodes of a database are named by shard and node")
            } else {
                format!("{subject}`{name}` does not stand in this region")
            };
            problems.error(component.place, message, "leave `region` or `component` out");
            return None;
        }
        let (shards, nodes) = section.spec.shards_and_nodes().unwrap_or((1, 1));
        let mut number = |what: &str, number: Option<u64>, of: u16| match number {
            Some(number) if number >= u64::from(of) => {
                let message = format!("{subject}`{name}` has no {what} {number}");
                let label = format!("it has {of}, numbered from 0");
                problems.error(fault.place, message, label);
                None
            }
            number => Some(number.map(|number| number as u16)),
        };
        let (shard, node) =
            (number("shard", fault.shard, shards), number("node", fault.node, nodes));
        Some(FaultOf::Component { name: name.clone(), region, shard: shard?, node: node? })
    }

    fn partition(&self, fault: &Written, problems: &mut Problems) -> Option<FaultOf> {
        let subject = format!("{}: ", fault.subject);
        let names = fault.isolate.as_deref().unwrap_or_default();
        if names.is_empty() {
            let message = format!("{subject}which regions are cut off is missing");
            problems.error(fault.place, message, "say isolate = [\"...\"]");
            return None;
        }
        let number =
            |name: &Name| self.regions.number((&name.text, name.place), &subject, &mut *problems);
        let numbers: Vec<Option<u16>> = names.iter().map(number).collect();
        numbers.into_iter().collect::<Option<Vec<u16>>>().map(FaultOf::Partition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::testing::{read, sound};

    const PLACES: &str = "home = \"us\"\nregions.us.share = \"60%\"\nregions.eu.share = \"rest\"\n\
         network.rtt.us-eu = \"90ms\"\nnetwork.rtt.within = \"1ms\"\nrun.duration = \"1min\"\n";

    #[test]
    fn faults_are_those_of_regions_components_and_ways() {
        let faults = sound(&format!(
            "{PLACES}faults = [ \
             {{ kind = \"outage\", region = \"eu\", at = \"10s\", for = \"20s\" }}, \
             {{ kind = \"outage\", component = \"app\", at = \"0s\", for = \"1s\" }}, \
             {{ kind = \"partition\", isolate = [\"us\"], at = \"0s\", for = \"1s\" }} ]"
        ))
        .faults;
        let [region, component, cut] = &faults[..] else { panic!("{faults:?}") };
        assert_eq!((&region.of, region.at.seconds(), region.span.seconds()), {
            (&FaultOf::Region(0), 10.0, 20.0)
        });
        let name = "app".to_owned();
        let (shard, node) = (None, None);
        assert_eq!(component.of, FaultOf::Component { name, region: None, shard, node });
        assert_eq!(cut.of, FaultOf::Partition(vec![1]));
    }

    #[test]
    fn a_fault_after_the_end_is_told() {
        let late =
            "faults = [ { kind = \"outage\", region = \"eu\", at = \"2min\", for = \"20s\" } ]";
        let (scenario, problems) = read(&format!("{PLACES}{late}"));
        assert!(scenario.is_some());
        assert_eq!(
            problems,
            ["`faults[0]`: it begins after the end of the run | { kind = \"outage\", region = \
                 \"eu\", at = \"2min\", for = \"20s\" } | a run ends after 1min"]
        );
    }
}
