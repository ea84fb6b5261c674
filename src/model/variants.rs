//! One scenario file, compiled again and again with some of its values changed.
//!
//! What must hold: a change goes the way of `--set` and `extends`, through the same reading and
//! with the same problems; what a variant says does not depend on those made before it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::catalogue::Catalogue;
use super::conditions::check_conditions;
use super::{Model, compile};
use crate::language::diagnostic::Problems;
use crate::language::load::{load, load_text};
use crate::language::node::{Node, Table, Value};
use crate::language::set::{set_by, set_value};
use crate::language::source::{Place, SourceId, Sources};
use crate::scenario::{ROOT, Scenario};

/// A scenario's file with what it extends and what was set, before it is read.
#[derive(Clone, Debug)]
pub struct Variants {
    path: PathBuf,
    table: Table,
}

impl Variants {
    /// Loads the file at `path` with what it extends and each of `sets` laid over it. `None` when
    /// it cannot be read or is no TOML; every reason is then among the problems.
    pub fn load(
        path: &Path,
        sets: &[String],
        sources: &mut Sources,
        problems: &mut Problems,
    ) -> Option<Variants> {
        let table = load(path, ROOT, sets, sources, problems)?;
        Some(Variants { path: path.to_path_buf(), table })
    }

    /// A scenario from a text that is in no file; as [`Variants::load`] otherwise.
    pub fn parse(
        name: &str,
        text: &str,
        sources: &mut Sources,
        problems: &mut Problems,
    ) -> Option<Variants> {
        let table = load_text(name, text, ROOT, sources, problems)?;
        Some(Variants { path: PathBuf::from(name), table })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The values as they stand in the file and what it extends; removed ones say `"none"`.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The scenario with `changes` laid over it, by path, compiled. `None` when something is then
    /// wrong, conditions included; all that is wrong is reported.
    pub fn with(
        &self,
        changes: &[(&str, Node)],
        sources: &Sources,
        problems: &mut Problems,
    ) -> Option<(Scenario, Model)> {
        let mut table = self.table.clone();
        for (path, node) in changes {
            set_value(&mut table, path, node.clone(), ROOT);
        }
        self.compiled(table, sources, problems)
    }

    /// The scenario with each of `sets` (`path=value`) laid over it, compiled; `option` is what
    /// they were given by on the command line. `None` as with [`Variants::with`].
    pub fn with_sets(
        &self,
        option: &str,
        sets: &[String],
        sources: &mut Sources,
        problems: &mut Problems,
    ) -> Option<(Scenario, Model)> {
        let mut table = self.table.clone();
        let mut found = Problems::new();
        for text in sets {
            set_by(option, &mut table, text, ROOT, sources, &mut found);
        }
        let compiled = self.compiled(table, sources, &mut found);
        let is_sound = !found.has_errors();
        problems.absorb(found);
        compiled.filter(|_| is_sound)
    }

    /// A changed table as a scenario, compiled.
    fn compiled(
        &self,
        table: Table,
        sources: &Sources,
        problems: &mut Problems,
    ) -> Option<(Scenario, Model)> {
        let scenario = Scenario::from_table(&self.path, table, sources, problems)?;
        let model = compile(&scenario, problems)?;
        let mut found = Problems::new();
        check_conditions(&scenario, &Catalogue::of(&model), sources, &mut found);
        let is_sound = !found.has_errors();
        problems.absorb(found);
        is_sound.then_some((scenario, model))
    }

    /// The scenario with so many users, compiled; `None` when it does not stand so many.
    pub fn with_users(&self, users: u64, sources: &Sources) -> Option<(Scenario, Model)> {
        let place = Place { source: SourceId(0), start: 0, end: 0 };
        let count = Node { value: Value::Integer(i64::try_from(users).ok()?), place };
        self.with(&[("users.count", count)], sources, &mut Problems::new())
    }

    /// At how many users stations are full.
    pub fn limits<'a>(&'a self, sources: &'a Sources) -> Limits<'a> {
        Limits { variants: self, sources, known: BTreeMap::new() }
    }
}

/// At how many users the stations of a scenario are full; what was worked out is kept.
#[derive(Debug)]
pub struct Limits<'a> {
    variants: &'a Variants,
    sources: &'a Sources,
    /// Loads of all stations, by the number of users; `None` where it does not stand so many.
    known: BTreeMap<u64, Option<StationLoads>>,
}

impl Limits<'_> {
    /// About how many users fill a station, given by its component's place in the model and its
    /// own among that one's stations; `own` is where to begin. `None` when more users do not fill
    /// it, or nobody knows.
    ///
    /// A load grows almost in proportion to the users, faster where hit rates fall, so dividing by
    /// it comes ever closer to where it is 1.
    pub fn full_at(&mut self, at: (usize, usize), own: u64) -> Option<f64> {
        const CLOSE: f64 = 0.001;
        const STEPS: usize = 12;
        const MOST_USERS: f64 = 1e9;
        let mut users = own as f64;
        for _ in 0..STEPS {
            let count = users.round();
            let load = self.load(at, count as u64).filter(|load| *load > 0.0)?;
            users = count / load;
            if !(1.0..=MOST_USERS).contains(&users) {
                return None;
            }
            // Few users are counted too coarsely to come closer.
            if (load - 1.0).abs() < CLOSE || users.round() == count {
                return Some(users);
            }
        }
        None
    }

    fn load(&mut self, (component, station): (usize, usize), users: u64) -> Option<f64> {
        let Limits { variants, sources, known } = self;
        let loads = known.entry(users).or_insert_with(|| {
            variants.with_users(users, sources).map(|(_, model)| model.station_loads())
        });
        loads.as_ref()?[component][station]
    }
}

/// Offered loads of all stations of all components; `None` for those that cannot be computed.
type StationLoads = Vec<Vec<Option<f64>>>;

impl Model {
    /// The offered loads of all stations, by component and station.
    fn station_loads(&self) -> StationLoads {
        let of = |component: &super::ModelComponent| {
            component.flow.stations.iter().map(|station| station.offered()).collect()
        };
        self.components.iter().map(of).collect()
    }
}
