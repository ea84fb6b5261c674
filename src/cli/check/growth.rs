//! Loads, hit rates and sizes at other numbers of users, and where a station is full.

use std::path::Path;

use super::per_second;
use crate::cli::columns::{Side, aligned};
use crate::cli::loading::Loaded;
use crate::components::access::Dataset;
use crate::language::diagnostic::Problems;
use crate::language::source::Sources;
use crate::measure::unit::Unit;
use crate::model::{Model, ModelComponent, Variants};
use crate::report::format::{human, human_or_nothing, short};

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
        let variants = Variants::load(file, sets, &mut sources, &mut Problems::new());
        let model = |users| Some(variants.as_ref()?.with_users(users, &sources)?.1);
        let own = loaded.scenario.users.count;
        let mut counts = vec![own];
        if let Some(stage) = &loaded.scenario.stage {
            counts.extend([stage.low, stage.high]);
        }
        counts.sort_unstable();
        counts.dedup();
        let shown = counts.into_iter().filter_map(model).collect();
        let grows =
            !loaded.model.load.is_closed() && !loaded.scenario.users.load.is_unscaled_trace();
        let mut limits = variants.as_ref().map(|variants| variants.limits(&sources));
        let mut full_at =
            |at| limits.as_mut().filter(|_| grows).and_then(|limits| limits.full_at(at, own));
        let stations = stations(&loaded.model, &mut full_at);
        Growth { shown, stations }
    }

    /// A table with a column for each number of users.
    pub(super) fn text(&self) -> String {
        let any_full = self.stations.iter().any(|station| station.full_at.is_some());
        let last = if any_full { "full at" } else { "" };
        let users = self.row("users".to_owned(), last, |model| count(model.users as f64));
        let requests = self.row("requests".to_owned(), "", |model| per_second(model.rate));
        let mut rows = vec![users, requests];
        rows.extend(self.loads());
        rows.extend(self.hit_rates());
        rows.extend(self.sizes());
        let mut sides = vec![Side::Right; self.shown.len() + 2];
        sides[0] = Side::Left;
        let table = aligned(&rows, &sides, "  ");
        format!("\nWith more users: offered loads, hit rates, data\n{table}")
    }

    /// A name, a cell for each number of users, and what is said in the last column.
    fn row(&self, name: String, last: &str, cell: impl Fn(&Model) -> String) -> Vec<String> {
        let cells = self.shown.iter().map(cell);
        [name].into_iter().chain(cells).chain([last.to_owned()]).collect()
    }

    fn loads(&self) -> Vec<Vec<String>> {
        let known = self.stations.iter().filter(|station| station.offered.is_some());
        let row = |station: &Station| {
            let (component, index) = station.at;
            let full = station.full_at.map(|users| format!("{} users", count(users)));
            let name = format!("{} {}", station.component, station.name);
            self.row(name, &full.unwrap_or_default(), |model| {
                let flow = &model.components[component].flow.stations[index];
                human_or_nothing(flow.offered(), Unit::Fraction)
            })
        };
        known.map(row).collect()
    }

    fn hit_rates(&self) -> Vec<Vec<String>> {
        let Some(first) = self.shown.first() else { return Vec::new() };
        let components = first.components.iter().enumerate();
        let caches = components.filter(|(_, component)| component.flow.hit_rate.is_some());
        let row = |(index, cache): (usize, &ModelComponent)| {
            self.row(format!("{} hit rate", cache.name), "", |model| {
                human_or_nothing(model.components[index].flow.hit_rate, Unit::Fraction)
            })
        };
        caches.map(row).collect()
    }

    fn sizes(&self) -> Vec<Vec<String>> {
        let Some(first) = self.shown.first() else { return Vec::new() };
        let rows = |(index, dataset): (usize, &Dataset)| {
            let keys = |model: &Model| model.datasets[index].keys as f64;
            let each = dataset.value_size as f64;
            let size = format!("{} size, x {}", dataset.name, short(each, Unit::Bytes));
            [
                self.row(format!("{} keys", dataset.name), "", |model| count(keys(model))),
                self.row(size, "", |model| human(keys(model) * each, Unit::Bytes)),
            ]
        };
        first.datasets.iter().enumerate().flat_map(rows).collect()
    }

    /// The models that are shown, by rising users.
    pub(super) fn shown(&self) -> &[Model] {
        &self.shown
    }

    /// About how many users fill a station.
    pub(super) fn full_users(&self, component: &str, station: &str) -> Option<f64> {
        let named = |known: &&Station| known.component == component && known.name == station;
        self.stations.iter().find(named).and_then(|station| station.full_at)
    }

    /// At how many users a station is full, in words.
    pub(super) fn full_at(&self, component: &str, station: &str) -> String {
        match self.full_users(component, station) {
            Some(users) => format!("full at about {} users", count(users)),
            None => "work will pile up or be lost".to_owned(),
        }
    }
}

fn count(number: f64) -> String {
    human(number, Unit::Count)
}

/// The stations that have something to do, in the order of the way from the users.
fn stations(model: &Model, full_at: &mut dyn FnMut((usize, usize)) -> Option<f64>) -> Vec<Station> {
    let mut stations = Vec::new();
    for (id, component) in model.in_order() {
        for (index, flow) in component.flow.stations.iter().enumerate() {
            if !flow.is_limited() {
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
