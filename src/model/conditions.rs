//! Conditions of thresholds and alerts against the metrics a model offers.
//!
//! What must hold: a condition that passes here names a metric, at least one of its nodes, and a
//! bound of the metric's own kind, so that judging it later cannot fail on a name or a unit.

use super::catalogue::{Catalogue, NotFound};
use crate::language::condition::{Amount, Comparison, Condition, MetricPath};
use crate::language::diagnostic::{Problems, nearest};
use crate::language::quantity::percent_text;
use crate::language::source::{Place, Sources};
use crate::measure::metric::Node;
use crate::measure::unit::Unit;
use crate::scenario::Scenario;
use crate::scenario::conditions::metric_place;

/// Reports every comparison in `[graduate]` and `[alerts]` whose metric the model does not offer,
/// whose selectors fit no node, or whose bound is another kind of quantity than the metric.
pub fn check_conditions(
    scenario: &Scenario,
    catalogue: &Catalogue,
    sources: &Sources,
    problems: &mut Problems,
) {
    let mut check = Check { scenario, catalogue, sources, problems };
    for threshold in &scenario.thresholds {
        check.condition("threshold", &threshold.name, &threshold.condition, threshold.place);
    }
    for alert in &scenario.alerts {
        check.condition("alert", &alert.name, &alert.condition, alert.place);
    }
}

struct Check<'a> {
    scenario: &'a Scenario,
    catalogue: &'a Catalogue,
    sources: &'a Sources,
    problems: &'a mut Problems,
}

impl Check<'_> {
    fn condition(&mut self, what: &str, name: &str, condition: &Condition, place: Place) {
        let subject = format!("{what} `{name}`");
        for comparison in condition.comparisons() {
            let metric = metric_place(condition, place, comparison, self.sources);
            let bound = comparison.spans.bound.clone();
            let bound = self.sources.part(place, &condition.written, bound);
            match self.catalogue.select(&comparison.metric) {
                Ok(selected) => {
                    let unit = self.catalogue.entries[selected.entry].metric.unit;
                    self.bound(&subject, comparison, unit, bound);
                }
                Err(NotFound::Path(path)) => self.unknown(&subject, &path, metric),
                Err(NotFound::Node) => self.no_node(&subject, &comparison.metric, metric),
            }
        }
    }

    fn unknown(&mut self, subject: &str, path: &str, place: Place) {
        let paths = self.catalogue.paths();
        let near = nearest(path, paths.iter().map(|(path, _, _)| path.as_str()));
        let all = format!("`simscale metrics {}` lists all", self.scenario.path.display());
        let label = match near {
            Some(near) => format!("did you mean `{near}`? {all}"),
            None => all,
        };
        self.problems.error(place, format!("{subject}: there is no metric `{path}`"), label);
    }

    fn no_node(&mut self, subject: &str, path: &MetricPath, place: Place) {
        let bare = MetricPath { selectors: Vec::new(), ..path.clone() };
        let entry = self.catalogue.select(&bare).map(|selected| selected.entry);
        let nodes = entry.map_or(&[][..], |entry| &self.catalogue.entries[entry].nodes);
        let label = selectors(nodes);
        self.problems.error(place, format!("{subject}: `{path}` selects no node"), label);
    }

    fn bound(&mut self, subject: &str, comparison: &Comparison, unit: Unit, place: Place) {
        let Comparison { metric, bound, .. } = comparison;
        if let (Unit::Fraction, Amount::Number(number)) = (unit, bound)
            && *number > 1.0
        {
            let message = format!("{subject}: `{metric}` is a share, and {bound} is more than all");
            let label = format!("did you mean {}?", percent_text(number / 100.0));
            return self.problems.error(place, message, label);
        }
        if !fits(unit, *bound) {
            let (what, example) = expected(unit);
            let message =
                format!("{subject}: `{metric}` is {what} and cannot be {} {bound}", bound.what());
            self.problems.error(place, message, format!("as in {metric} > {example}"));
        }
    }
}

/// Whether a metric of this unit can be compared with such a bound. Zero needs no unit.
fn fits(unit: Unit, bound: Amount) -> bool {
    match bound {
        Amount::Number(number) => matches!(unit, Unit::Count | Unit::Fraction) || number == 0.0,
        Amount::Duration(_) => unit == Unit::Seconds,
        Amount::Fraction(_) => unit == Unit::Fraction,
        Amount::Rate(_) => unit == Unit::PerSecond,
        Amount::Size(_) => unit == Unit::Bytes,
    }
}

/// What a metric of this unit is, and a bound that fits it.
fn expected(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Seconds => ("a time", "200ms"),
        Unit::Fraction => ("a share", "60%"),
        Unit::PerSecond => ("a rate", "100/s"),
        Unit::Count => ("a count", "50"),
        Unit::Bytes => ("a size", "16GiB"),
    }
}

/// The selectors that would fit some of the nodes, in words.
fn selectors(nodes: &[(Node, usize)]) -> String {
    if nodes.len() < 2 {
        return "it has one node: leave the selector out".to_owned();
    }
    let mut known: Vec<String> = Vec::new();
    for (node, _) in nodes.iter().filter(|(node, _)| !node.role.is_empty()) {
        let role = format!("role={}", node.role);
        if !known.contains(&role) {
            known.push(role);
        }
    }
    let indexes = nodes.iter().map(|(node, _)| node.index);
    let (first, last) = (indexes.clone().min().unwrap_or(0), indexes.max().unwrap_or(0));
    known.push(format!("node={first} to node={last}"));
    format!("accepted: {}", known.join(", "))
}
