//! Loads, hit rates and sizes at other numbers of users, and where a station is full.

use std::collections::BTreeMap;
use std::path::Path;

use super::per_second;
use crate::cli::columns::{Side, aligned};
use crate::cli::loading::Loaded;
use crate::language::diagnostic::Problems;
use crate::language::load::load;
use crate::language::node::{Node, Table, Value};
use crate::language::set::set_value;
use crate::language::source::{Place, SourceId, Sources};
use crate::measure::unit::Unit;
use crate::model::{Model, compile};
use crate::report::format::{human, short};
use crate::scenario::{ROOT, Scenario};

/// A scenario at several numbers of users.
pub(super) struct Growth {
    /// The numbers of users that are shown, rising, with their models.
    shown: Vec<Model>,
    /// What each station does with more users.
    stations: Vec<Station>,
}

/// A station at the scenario's own number of users.
struct Station {
    /// The component it belongs to.
    component: String,
    /// Its place among the model's components, and among the stations of that one.
    at: (usize, usize),
    /// Its name there.
    name: String,
    /// Its load, if it can be computed.
    offered: Option<f64>,
    /// About how many users fill it.
    full_at: Option<f64>,
}

impl Growth {
    /// The scenario of `file` with `sets` at the ends of its stage and at its own number of users.
    pub(super) fn of(file: &Path, sets: &[String], loaded: &Loaded) -> Growth {
        let mut sources = Sources::new();
        // It has been read before without an error.
        let table = load(file, ROOT, sets, &mut sources, &mut Problems::new());
        let mut variants = Variants { file, table, sources, loads: BTreeMap::new() };
        let own = loaded.scenario.users.count;
        let mut counts = vec![own];
        if let Some(stage) = &loaded.scenario.stage {
            counts.extend([stage.low, stage.high]);
        }
        counts.sort_unstable();
        counts.dedup();
        let shown = counts.into_iter().filter_map(|users| variants.model(users)).collect();
        let grows =
            !loaded.model.load.is_closed() && !loaded.scenario.users.load.is_unscaled_trace();
        let stations =
            stations(
                &loaded.model,
                |at| {
                    if grows { variants.full_at(at, own as f64) } else { None }
                },
            );
        Growth { shown, stations }
    }

    /// A table with a column for each number of users.
    pub(super) fn text(&self) -> String {
        let row = |name: String, cell: &dyn Fn(&Model) -> String, last: String| {
            let cells = self.shown.iter().map(cell);
            [name].into_iter().chain(cells).chain([last]).collect::<Vec<String>>()
        };
        let count = |number: f64| human(number, Unit::Count);
        let any_full = self.stations.iter().any(|station| station.full_at.is_some());
        let last = if any_full { "full at" } else { "" };
        let mut rows = vec![
            row("users".into(), &|model| count(model.users as f64), last.into()),
            row("requests".into(), &|model| per_second(model.rate), String::new()),
        ];
        for station in self.stations.iter().filter(|station| station.offered.is_some()) {
            let cell = |model: &Model| {
                let (component, index) = station.at;
                let flow = &model.components[component].flow.stations[index];
                flow.offered().map_or_else(String::new, |load| human(load, Unit::Fraction))
            };
            let full = station.full_at.map(|users| format!("{} users", count(users)));
            let name = format!("{} {}", station.component, station.name);
            rows.push(row(name, &cell, full.unwrap_or_default()));
        }
        let first = self.shown.first();
        for (index, component) in first.iter().flat_map(|model| model.components.iter().enumerate())
        {
            if component.flow.hit_rate.is_some() {
                let cell = |model: &Model| {
                    let rate = model.components[index].flow.hit_rate;
                    rate.map_or_else(String::new, |rate| human(rate, Unit::Fraction))
                };
                rows.push(row(format!("{} hit rate", component.name), &cell, String::new()));
            }
        }
        for (index, dataset) in first.iter().flat_map(|model| model.datasets.iter().enumerate()) {
            let keys = |model: &Model| model.datasets[index].keys as f64;
            let each = dataset.value_size as f64;
            let size = |model: &Model| human(keys(model) * each, Unit::Bytes);
            let name = format!("{} keys", dataset.name);
            rows.push(row(name, &|model| count(keys(model)), String::new()));
            let name = format!("{} size, x {}", dataset.name, short(each, Unit::Bytes));
            rows.push(row(name, &size, String::new()));
        }
        let sides = vec![Side::Left].into_iter().chain(vec![Side::Right; self.shown.len() + 1]);
        let sides: Vec<Side> = sides.collect();
        format!(
            "\nWith more users: offered loads, hit rates, data\n{}",
            aligned(&rows, &sides, "  ")
        )
    }

    /// Warns of every station that is asked for more than it can do.
    pub(super) fn warn_of_overload(&self, scenario: &Scenario, warnings: &mut Problems) {
        for station in &self.stations {
            let Some(offered) = station.offered.filter(|offered| *offered > 1.0) else { continue };
            let section =
                scenario.components.iter().find(|section| section.name == station.component);
            let load = human(offered, Unit::Fraction);
            let message = format!(
                "component `{}`: its {} is asked for {load} of what it can do",
                station.component, station.name
            );
            let label = match station.full_at {
                Some(users) => format!("full at about {} users", human(users, Unit::Count)),
                None => "work will pile up or be lost".to_owned(),
            };
            warnings.warn(section.map(|section| section.place), message, label);
        }
    }
}

/// The stations that have something to do, in the order of the way from the users.
fn stations(model: &Model, mut full_at: impl FnMut((usize, usize)) -> Option<f64>) -> Vec<Station> {
    let mut stations = Vec::new();
    for (id, component) in model.in_order() {
        for (index, flow) in component.flow.stations.iter().enumerate() {
            if flow.servers.is_infinite() || flow.rate == 0.0 {
                continue;
            }
            let at = (id.index(), index);
            stations.push(Station {
                component: component.name.clone(),
                at,
                name: flow.station.clone(),
                offered: flow.offered(),
                full_at: full_at(at),
            });
        }
    }
    stations
}

/// One scenario with other numbers of users.
struct Variants<'a> {
    file: &'a Path,
    table: Option<Table>,
    sources: Sources,
    /// Loads of all stations by number of users, by place.
    loads: BTreeMap<u64, Vec<Vec<Option<f64>>>>,
}

impl Variants<'_> {
    /// The scenario compiled for `users`; `None` when it does not stand so many.
    fn model(&self, users: u64) -> Option<Model> {
        let mut table = self.table.clone()?;
        let place = Place { source: SourceId(0), start: 0, end: 0 };
        let count = Node { value: Value::Integer(i64::try_from(users).ok()?), place };
        set_value(&mut table, "users.count", count, ROOT);
        let mut problems = Problems::new();
        let scenario = Scenario::from_table(self.file, table, &self.sources, &mut problems)?;
        compile(&scenario, &mut problems)
    }

    fn load(&mut self, (component, station): (usize, usize), users: u64) -> Option<f64> {
        if !self.loads.contains_key(&users) {
            let model = self.model(users)?;
            let loads = model.components.iter().map(|component| {
                component.flow.stations.iter().map(|station| station.offered()).collect()
            });
            self.loads.insert(users, loads.collect());
        }
        self.loads[&users][component][station]
    }

    /// About how many users fill a station.
    ///
    /// A load grows almost in proportion to the users, faster where hit rates fall, so dividing by
    /// it comes ever closer to where it is 1.
    fn full_at(&mut self, at: (usize, usize), own: f64) -> Option<f64> {
        const CLOSE: f64 = 0.001;
        const STEPS: usize = 12;
        const MOST_USERS: f64 = 1e9;
        let mut users = own;
        for _ in 0..STEPS {
            let load = self.load(at, users.round() as u64).filter(|load| *load > 0.0)?;
            users /= load;
            if !(1.0..=MOST_USERS).contains(&users) {
                return None;
            }
            if (load - 1.0).abs() < CLOSE {
                return Some(users);
            }
        }
        None
    }
}
