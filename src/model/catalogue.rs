//! Every metric a model offers, by path, and which rows of a sheet a path speaks of.
//!
//! A path is a scope, a metric and perhaps a statistic: `response_time.p95`,
//! `operations.view.error_rate`, `db[role=replica].cpu`. What must hold: the bare name of a metric
//! with several nodes means the node with the highest mean over all repeats; every path listed
//! here can be used in conditions, and no other.

use super::{Model, USERS};
use crate::components::machine::Machine;
use crate::language::condition::MetricPath;
use crate::measure::metric::{Metric, MetricKind, Node, Row, Scope, Sheet, Wanted};
use crate::measure::unit::Unit;

/// A statistic of a metric.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Statistic {
    /// What the bare name means: the quotient, the gauge, the mean.
    Bare,
    /// The average over the nodes (for a distribution: its mean).
    Mean,
    /// The highest value.
    Maximum,
    /// A quantile of the successes.
    Quantile(f64),
    /// A quantile that counts failures as infinitely long.
    QuantileOfAll(f64),
}

/// Statistics of a distribution, by the last part of the path.
const OF_TIMES: &[(&str, Statistic)] = &[
    ("mean", Statistic::Mean),
    ("p50", Statistic::Quantile(0.5)),
    ("p90", Statistic::Quantile(0.9)),
    ("p95", Statistic::Quantile(0.95)),
    ("p99", Statistic::Quantile(0.99)),
    ("p999", Statistic::Quantile(0.999)),
    ("max", Statistic::Maximum),
];

/// Further statistics of distributions that count failures: those of requests.
const OF_REQUESTS: &[(&str, Statistic)] = &[("p95_all", Statistic::QuantileOfAll(0.95))];
const OF_LEVELS: &[(&str, Statistic)] = &[("mean", Statistic::Mean), ("max", Statistic::Maximum)];
const OF_NODES: &[(&str, Statistic)] = &[("mean", Statistic::Mean)];

/// A metric of the model with all its nodes.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it belongs to; of a component in several regions, the first.
    pub scope: Scope,
    /// Path without statistic: `db.cpu`.
    pub path: String,
    /// Its declaration.
    pub metric: &'static Metric,
    /// Its nodes, and at which place of a sheet each stands.
    pub nodes: Vec<(Node, usize)>,
    /// What each of these nodes belongs to.
    pub scopes: Vec<Scope>,
}

impl Entry {
    /// The statistics it has, by the last part of the path; the bare name is not among them.
    pub fn statistics(&self) -> Vec<(&'static str, Statistic)> {
        match self.metric.kind {
            MetricKind::Distribution => {
                let of_requests = !matches!(self.scope, Scope::Component(_));
                let more = if of_requests { OF_REQUESTS } else { &[] };
                OF_TIMES.iter().chain(more).copied().collect()
            }
            MetricKind::Level => OF_LEVELS.to_vec(),
            MetricKind::Ratio | MetricKind::Gauge if self.nodes.len() > 1 => OF_NODES.to_vec(),
            MetricKind::Ratio | MetricKind::Gauge => Vec::new(),
        }
    }
}

/// What a condition's metric stands for.
#[derive(Clone, Debug)]
pub struct Selected {
    /// Which entry of the catalogue.
    pub entry: usize,
    /// Places in a sheet of the nodes that are meant.
    pub places: Vec<usize>,
    /// Which statistic.
    pub statistic: Statistic,
}

/// A path that has a value.
#[derive(Clone, Debug)]
pub struct CatalogueValue {
    /// The path: `db.query.p95`.
    pub path: String,
    /// Its statistic: `p95`; empty for a bare name.
    pub suffix: &'static str,
    /// What it stands for.
    pub selected: Selected,
}

/// All metrics of a model.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// In the order of the way from the users.
    pub entries: Vec<Entry>,
    /// Names of the regions.
    pub regions: Vec<String>,
}

impl Catalogue {
    /// The metrics of a model, read off an engine that has not run.
    pub fn of(model: &Model) -> Catalogue {
        let rows = read_off(&model.idle_engine(), model, Wanted::Result, 0.0, None);
        let mut entries: Vec<Entry> = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            let path = path_of(model, row);
            match entries.iter_mut().find(|entry| entry.path == path) {
                Some(entry) => {
                    entry.nodes.push((row.node, place));
                    entry.scopes.push(row.scope);
                }
                None => entries.push(Entry {
                    scope: row.scope,
                    path,
                    metric: row.metric,
                    nodes: vec![(row.node, place)],
                    scopes: vec![row.scope],
                }),
            }
        }
        let regions = model.geography.all().map(|region| model.geography.name(region).to_owned());
        Catalogue { entries, regions: regions.collect() }
    }

    /// What a path stands for. `Err` says what is wrong and what would be accepted.
    pub fn select(&self, path: &MetricPath) -> Result<Selected, NotFound> {
        let joined = path.names.join(".");
        let found = self.entries.iter().enumerate().find_map(|(index, entry)| {
            if entry.path == joined {
                return Some((index, Statistic::Bare));
            }
            let last = joined.strip_prefix(&entry.path)?.strip_prefix('.')?;
            let statistics = entry.statistics();
            let named = statistics.iter().find(|(name, _)| *name == last)?;
            Some((index, named.1))
        });
        let Some((entry, statistic)) = found else {
            return Err(NotFound::Path(joined));
        };
        let nodes = &self.entries[entry].nodes;
        let mut places = Vec::new();
        for (node, place) in nodes {
            let fits = path.selectors.iter().all(|(key, value)| match key.as_str() {
                "role" => node.role == value,
                "node" | "server" => node.index.to_string() == *value,
                "shard" => node.shard.is_some_and(|shard| shard.to_string() == *value),
                "region" => {
                    node.region.is_some_and(|region| self.regions[usize::from(region)] == *value)
                }
                _ => false,
            });
            if fits {
                places.push(*place);
            }
        }
        if places.is_empty() {
            Err(NotFound::Node)
        } else {
            Ok(Selected { entry, places, statistic })
        }
    }

    /// Every path that has a value of its own, in order.
    pub fn values(&self) -> Vec<CatalogueValue> {
        let mut values = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let mut add = |suffix: &'static str, statistic: Statistic| {
                let places = entry.nodes.iter().map(|(_, place)| *place).collect();
                let selected = Selected { entry: index, places, statistic };
                let path = match suffix {
                    "" => entry.path.clone(),
                    suffix => format!("{}.{suffix}", entry.path),
                };
                values.push(CatalogueValue { path, suffix, selected });
            };
            // A distribution has no value without a statistic, except where its bare name is shown.
            if entry.metric.kind != MetricKind::Distribution {
                add("", Statistic::Bare);
            }
            for (suffix, statistic) in entry.statistics() {
                add(suffix, statistic);
            }
        }
        values
    }

    /// Unit of an entry's values.
    pub fn unit(&self, selected: &Selected) -> Unit {
        self.entries[selected.entry].metric.unit
    }

    /// Every path that can be asked for: path, unit, meaning, formula.
    pub fn paths(&self) -> Vec<(String, Unit, &'static Metric)> {
        let mut paths = Vec::new();
        for entry in &self.entries {
            paths.push((entry.path.clone(), entry.metric.unit, entry.metric));
            for (name, _) in entry.statistics() {
                paths.push((format!("{}.{name}", entry.path), entry.metric.unit, entry.metric));
            }
        }
        paths
    }
}

/// Why a path stands for nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotFound {
    /// There is no such path.
    Path(String),
    /// The selectors fit no node.
    Node,
}

/// Reads all components off, in the order of the way from the users. `copied` limits the
/// distributions that are copied to these, by scope and name.
pub fn read_off(
    machine: &dyn Machine,
    model: &Model,
    wanted: Wanted,
    seconds: f64,
    copied: Option<&[(Scope, &'static str)]>,
) -> Vec<Row> {
    let mut sheet = Sheet::new(wanted, seconds);
    if let Some(copied) = copied {
        sheet = sheet.copying_only(copied);
    }
    for (id, component) in model.in_order() {
        let region = component.is_one_of_several.then(|| component.regions[0]);
        sheet.begin_in(Scope::Component(id.0), region);
        machine.component(id).measure(machine.now(), &mut sheet);
    }
    sheet.into_rows()
}

/// Reads off what users saw: of the rows of [`read_off`] those that belong to no component, in the
/// same order.
pub fn read_off_users(machine: &dyn Machine, wanted: Wanted, seconds: f64) -> Vec<Row> {
    let mut sheet = Sheet::new(wanted, seconds);
    sheet.begin(Scope::Component(USERS.0));
    machine.component(USERS).measure(machine.now(), &mut sheet);
    let mut rows = sheet.into_rows();
    rows.retain(Row::is_of_users);
    rows
}

fn path_of(model: &Model, row: &Row) -> String {
    let name = row.metric.name;
    match row.scope {
        Scope::System => name.to_owned(),
        Scope::Operation(number) => {
            format!("operations.{}.{name}", model.operation_names[usize::from(number)])
        }
        Scope::Region(number) => format!("regions.{}.{name}", model.geography.name(number)),
        Scope::Component(number) => {
            format!("{}.{name}", model.components[usize::from(number)].plain_name)
        }
    }
}
