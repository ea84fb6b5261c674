//! `simscale metrics`: every metric a scenario offers.

use serde_json::json;

use super::arguments::{DocumentFormat, MetricsArguments};
use super::console::Console;
use super::exit::Exit;
use super::loading::{Loaded, load};
use crate::measure::metric::Scope;
use crate::measure::unit::Unit;
use crate::model::catalogue::Entry;

/// Lists the metrics of a scenario: path, unit, meaning, formula.
///
/// # Errors
/// When the scenario is wrong or standard output cannot be written.
pub fn metrics(arguments: &MetricsArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let loaded = load(&arguments.scenario, console)?;
    match arguments.format {
        DocumentFormat::Table => console.print(&text(&loaded)),
        DocumentFormat::Json => console.print(&json_text(&loaded)),
    }
}

/// Every path as one JSON document.
fn json_text(loaded: &Loaded) -> String {
    let paths = loaded.catalogue.paths().into_iter().map(|(path, unit, metric)| {
        json!({ "path": path, "unit": unit.symbol(), "meaning": metric.meaning,
                "formula": metric.formula })
    });
    let document = json!({
        "scenario": loaded.scenario.name,
        "metrics": paths.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

const INTRODUCTION: &str = "\
Conditions, tables and files name metrics like this: db.cpu, response_time.p95. Braces stand for
statistics: app.wait.{mean,p95} is app.wait.mean and app.wait.p95, and app.wait alone is the mean.
Where a component has several nodes, the name alone is the node with the highest mean, and .mean of
a share or a rate is the average over the nodes.
";

fn text(loaded: &Loaded) -> String {
    let mut text = INTRODUCTION.to_owned();
    let entries = &loaded.catalogue.entries;
    let of = |wanted: Scope| entries.iter().filter(move |entry| entry.scope == wanted);
    section(&mut text, "What users see", of(Scope::System).collect(), |entry| entry.path.clone());
    let operations = &loaded.model.operation_names;
    let heading = format!("For each operation: NAME is one of {}", operations.join(", "));
    // All operations offer the same, so the first one speaks for all.
    let general = |entry: &Entry| format!("operations.NAME.{}", entry.metric.name);
    section(&mut text, &heading, of(Scope::Operation(0)).collect(), general);
    let geography = &loaded.model.geography;
    if !geography.is_single() {
        let names: Vec<&str> = geography.all().map(|region| geography.name(region)).collect();
        let heading = format!("For each region: NAME is one of {}", names.join(", "));
        let general = |entry: &Entry| format!("regions.NAME.{}", entry.metric.name);
        section(&mut text, &heading, of(Scope::Region(0)).collect(), general);
    }
    for (id, component) in loaded.model.in_order() {
        let entries: Vec<&Entry> = of(Scope::Component(id.0)).collect();
        if !entries.is_empty() {
            let nodes = nodes(&component.plain_name, &entries, &loaded.catalogue.regions);
            let heading = format!("{} ({}){nodes}", component.plain_name, component.kind);
            section(&mut text, &heading, entries, |entry| entry.path.clone());
        }
    }
    text
}

fn section(
    text: &mut String,
    heading: &str,
    entries: Vec<&Entry>,
    path: impl Fn(&Entry) -> String,
) {
    text.push_str(&format!("\n{heading}\n"));
    for entry in entries {
        let metric = entry.metric;
        let path = path(entry) + &statistics(entry);
        text.push_str(&format!("  {path}  [{}]\n", unit(metric.unit)));
        text.push_str(&format!("      {}\n", metric.meaning));
        text.push_str(&format!("      = {}\n", metric.formula));
    }
}

/// The statistics of a metric as part of its path: `.{mean,max}`.
fn statistics(entry: &Entry) -> String {
    let names: Vec<&str> = entry.statistics().into_iter().map(|(name, _)| name).collect();
    if names.is_empty() { String::new() } else { format!(".{{{}}}", names.join(",")) }
}

/// How the nodes of a component can be selected, when it has several.
fn nodes(component: &str, entries: &[&Entry], regions: &[String]) -> String {
    let Some(entry) = entries.iter().find(|entry| entry.nodes.len() > 1) else {
        return String::new();
    };
    let metric = entry.metric.name;
    let (role, region) = (
        entry.nodes.iter().find(|(node, _)| !node.role.is_empty()),
        entry.nodes.iter().find_map(|(node, _)| node.region),
    );
    let select = match (role, region) {
        (Some((node, _)), _) => format!("{component}[role={}].{metric}", node.role),
        (None, Some(region)) => {
            format!("{component}[region={}].{metric}", regions[usize::from(region)])
        }
        (None, None) => format!("{component}[node=0].{metric}"),
    };
    format!(", {} nodes; one of them: {select}", entry.nodes.len())
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "time",
        Unit::Fraction => "share",
        Unit::PerSecond => "rate",
        Unit::Count => "count",
        Unit::Bytes => "size",
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::testing::{output_of, shipped};

    #[test]
    fn programs_get_the_same_paths() {
        let text = output_of(&["metrics", &shipped("stage3.toml"), "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        let metrics = document["metrics"].as_array().expect("a list");
        let cpu = metrics.iter().find(|metric| metric["path"] == "db.cpu").expect("it is there");
        assert_eq!(cpu["unit"], "1");
        assert!(metrics.iter().any(|metric| metric["path"] == "response_time.p95"));
    }

    #[test]
    fn all_paths_of_a_scenario_are_listed_with_their_statistics() {
        let text = output_of(&["metrics", &shipped("stage3.toml")]);
        for line in [
            "  response_time.{mean,p50,p90,p95,p99,p999,max,p95_all}  [time]",
            "For each operation: NAME is one of asset, edit, view",
            "  operations.NAME.error_rate  [share]",
            "db (database), 5 nodes; one of them: db[role=primary].cpu",
            "  cache.hit_rate  [share]",
            "      = hits / (hits + misses)",
        ] {
            assert!(text.contains(&format!("{line}\n")), "{line}\n{text}");
        }
    }
}
