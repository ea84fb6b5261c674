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
        let label = selectors(nodes, &self.catalogue.regions);
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
                format!("{subject}: `{metric}` is {what} and cannot be {}, {bound}", bound.what());
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
fn selectors(nodes: &[(Node, usize)], regions: &[String]) -> String {
    if nodes.len() < 2 {
        return "it has one node: leave the selector out".to_owned();
    }
    let mut known: Vec<String> = Vec::new();
    let mut add = |selector: String| {
        if !known.contains(&selector) {
            known.push(selector);
        }
    };
    for (node, _) in nodes.iter().filter(|(node, _)| !node.role.is_empty()) {
        add(format!("role={}", node.role));
    }
    for region in nodes.iter().filter_map(|(node, _)| node.region) {
        add(format!("region={}", regions[usize::from(region)]));
    }
    let range = |name: &str, numbers: Vec<u16>| {
        let (first, last) = (numbers.iter().min()?, numbers.iter().max()?);
        Some(format!("{name}={first} to {name}={last}"))
    };
    let shards = nodes.iter().filter_map(|(node, _)| node.shard).collect();
    let indexes: Vec<u16> = nodes.iter().map(|(node, _)| node.index).collect();
    let are_alike = indexes.iter().all(|index| *index == indexes[0]);
    known.extend(range("shard", shards));
    known.extend(range("node", indexes).filter(|_| !are_alike));
    format!("accepted: {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile;

    const SMALL: &str = r#"
entry = "app"
users = { count = "5K", rate = "4/min" }
data.posts = { keys = "10K" }
operations.view = { does = "read", of = "posts" }
components.app = { kind = "service", service_time = "2ms", servers = 3, sends_to = "db" }
components.db = { kind = "database", cores = 2, read_time = "1ms", replicas = { count = 2 } }
"#;

    /// The problems that conditions bring, each as "message | what is marked | label".
    fn problems(conditions: &str) -> Vec<String> {
        let folder = tempfile::tempdir().expect("the system has a temporary folder");
        let path = folder.path().join("small.toml");
        std::fs::write(&path, format!("{SMALL}{conditions}")).expect("the folder is ours");
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        let scenario = Scenario::load(&path, &[], &mut sources, &mut problems);
        let scenario = scenario.unwrap_or_else(|| panic!("{}", problems.render(&sources, false)));
        let model = compile(&scenario, &mut problems);
        let model = model.unwrap_or_else(|| panic!("{}", problems.render(&sources, false)));
        check_conditions(&scenario, &Catalogue::of(&model), &sources, &mut problems);
        let file = path.display().to_string();
        let told = problems.sorted().into_iter().map(|problem| {
            let marked = problem.place.map_or("", |place| sources.excerpt(place));
            format!("{} | {marked} | {}", problem.message, problem.label.replace(&file, "FILE"))
        });
        told.collect()
    }

    #[test]
    fn sound_conditions_pass() {
        let sound = [
            "response_time.p95 > 200ms and users > 10K",
            "db.cpu > 60% or db[role=replica].cpu.mean > 0.6",
            "app[node=2].cpu > 90% for 5min",
            "app.rejected > 0 or db.query.p99 >= 1s or db.storage > 16GiB",
            "operations.view.error_rate > 1% or app.throughput < 100/s or app.queue_depth.max > 50",
        ];
        for condition in sound {
            let none: [&str; 0] = [];
            assert_eq!(problems(&format!("graduate.sound = \"{condition}\"")), none, "{condition}");
            let alert = format!("alerts.sound.condition = \"{condition}\"");
            assert_eq!(problems(&alert), none, "{condition}");
        }
    }

    /// Two regions, of which both have an application.
    const REGIONS: &str = "home = \"us\"\nregions.us.share = \"60%\"\nregions.eu.share = \"40%\"\n\
         network.rtt.us-eu = \"90ms\"\nnetwork.rtt.within = \"1ms\"\n\
         components.front = { kind = \"load_balancer\", regions = \"all\", sends_to = \"app\" }\n";

    #[test]
    fn conditions_may_name_regions() {
        // Nothing reaches the balancer, which is told too.
        let told = |condition: &str| {
            let mut told = problems(&format!("{REGIONS}graduate.t = \"{condition}\""));
            told.retain(|problem| problem.starts_with("threshold"));
            told
        };
        for sound in [
            "regions.eu.response_time.p95 > 200ms and regions.eu.users >= 500K",
            "front[region=eu].throughput > 9/s or front.throughput.mean > 9/s",
            "front[region=us, node=0].error_rate > 1%",
        ] {
            let none: [&str; 0] = [];
            assert_eq!(told(sound), none, "{sound}");
        }
        assert_eq!(
            told("front[region=ap].throughput > 9/s"),
            ["threshold `t`: `front[region=ap].throughput` selects no node | \
                 front[region=ap].throughput | accepted: region=us, region=eu"]
        );
    }

    #[test]
    fn wrong_conditions_are_refused_where_they_are_wrong() {
        let cases = [
            (
                "db.cpux > 60%",
                "threshold `t`: there is no metric `db.cpux` | db.cpux | did you mean `db.cpu`? \
                 `simscale metrics FILE` lists all",
            ),
            (
                "db.cpu > 60% and rainfall > 3",
                "threshold `t`: there is no metric `rainfall` | rainfall | \
                 `simscale metrics FILE` lists all",
            ),
            (
                "db.cpu > 200ms",
                "threshold `t`: `db.cpu` is a share and cannot be a duration, 200ms | 200ms | \
                 as in db.cpu > 60%",
            ),
            (
                "response_time.p95 > 200",
                "threshold `t`: `response_time.p95` is a time and cannot be a number, 200 | 200 | \
                 as in response_time.p95 > 200ms",
            ),
            (
                "db.cpu > 60",
                "threshold `t`: `db.cpu` is a share, and 60 is more than all | 60 | \
                 did you mean 60%?",
            ),
            (
                "db[role=backup].cpu > 60%",
                "threshold `t`: `db[role=backup].cpu` selects no node | db[role=backup].cpu | \
                 accepted: role=primary, role=replica, node=0 to node=2",
            ),
            (
                "app[node=7].throughput > 1/s",
                "threshold `t`: `app[node=7].throughput` selects no node | \
                 app[node=7].throughput | it has one node: leave the selector out",
            ),
        ];
        for (condition, expected) in cases {
            assert_eq!(problems(&format!("graduate.t = \"{condition}\"")), [expected]);
        }
    }
}
