//! A scenario from its file: every section read, then what must hold between them.

use std::path::Path;

use super::root::SWEEP;
use super::wiring::{Declared, check_names};
use super::{
    ComponentSection, Load, ROOT, Scenario, UsersSection, changes, components, conditions, data,
    faults, not_yet, operations, profiles, regions, run, users,
};
use crate::kernel::random::{hash_name, mix};
use crate::language::diagnostic::Problems;
use crate::language::load::{load, load_text};
use crate::language::merge::remove_none;
use crate::language::node::{Entry, Node, Table};
use crate::language::reader::TableReader;
use crate::language::reading::{Effective, Reading};
use crate::language::source::{Place, SourceId, Sources};

impl Scenario {
    /// Reads the file at `path` with everything it extends and each of `sets` (`path=value`) laid
    /// over it.
    ///
    /// `None` exactly when something is wrong; all of it is then among the problems. Warnings
    /// alone do not keep a scenario from being read.
    pub fn load(
        path: &Path,
        sets: &[String],
        sources: &mut Sources,
        problems: &mut Problems,
    ) -> Option<Scenario> {
        let mut found = Problems::new();
        let table = load(path, ROOT, sets, sources, &mut found);
        let scenario = table.and_then(|table| read(path, table, sources, &mut found));
        settled(scenario, found, problems)
    }

    /// Reads a scenario called `name` from a text that is in no file; names of files in it are
    /// resolved against the current folder. As [`Scenario::load`] otherwise.
    pub fn parse(
        name: &str,
        text: &str,
        sources: &mut Sources,
        problems: &mut Problems,
    ) -> Option<Scenario> {
        let mut found = Problems::new();
        let table = load_text(name, text, ROOT, sources, &mut found);
        let scenario = table.and_then(|table| read(Path::new(name), table, sources, &mut found));
        settled(scenario, found, problems)
    }

    /// Reads a scenario from a table that was loaded from `path` and then changed, as a sweep
    /// does; as [`Scenario::load`] otherwise.
    pub fn from_table(
        path: &Path,
        table: Table,
        sources: &Sources,
        problems: &mut Problems,
    ) -> Option<Scenario> {
        let mut found = Problems::new();
        let scenario = read(path, table, sources, &mut found);
        settled(scenario, found, problems)
    }
}

/// The scenario if nothing is wrong with it; what was found joins the other problems.
fn settled(
    scenario: Option<Scenario>,
    found: Problems,
    problems: &mut Problems,
) -> Option<Scenario> {
    assert!(scenario.is_some() || found.has_errors(), "every refusal is reported");
    let scenario = scenario.filter(|_| !found.has_errors());
    problems.absorb(found);
    scenario
}

fn read(
    path: &Path,
    mut table: Table,
    sources: &Sources,
    problems: &mut Problems,
) -> Option<Scenario> {
    end_merging(&mut table, problems);
    let mut effective = Vec::new();
    let mut reading = Reading::new(problems, sources, &mut effective);
    let beginning = Place { source: SourceId(0), start: 0, end: 0 };
    let mut root = TableReader::new("", &table, beginning, ROOT, &mut reading);
    let title = root.optional("title");
    let stage = root.optional("stage");
    let entry = components::read_entry(&mut root);
    let users = root.table("users").and_then(|mut reader| users::read(&mut reader));
    let regions = regions::read(&mut root);
    let count = users.as_ref().map_or(0, |users| users.count);
    let data = data::read(&mut root, count, regions.as_ref());
    let operations = operations::read(&mut root, &datasets(&table));
    let mut components = components::read(&mut root, regions.as_ref());
    let run = root.table("run").and_then(|mut reader| run::read(&mut reader, has_trace(&table)));
    let changes = changes::read(&mut root, components.as_deref_mut(), run.as_ref());
    let faults = root.optional::<Vec<faults::Written>>("faults");
    let thresholds = conditions::read_thresholds(&mut root);
    let alerts = conditions::read_alerts(&mut root);
    let sweep = sweep(users.as_ref(), &mut root);
    let declared = declared_names(&table);
    let sections: Vec<&ComponentSection> = components.iter().flatten().flatten().collect();
    sections.iter().for_each(|section| declared.check(section, problems));
    if let (Some(data), Some(operations), Some(regions)) = (&data, &operations, &regions) {
        check_names(&sections, data, operations, &regions.geography, problems);
    }
    let faults = faults.zip(regions.as_ref()).and_then(|(faults, regions)| {
        let (names, run) = (&declared.components[..], run.as_ref());
        let known = faults::Known { regions, names, components: sections, run };
        known.resolve(faults.unwrap_or_default(), problems)
    });
    let (users, components) = (users?, components?.into_iter().collect::<Option<Vec<_>>>()?);
    check_recorded_work(&users.load, &components, problems);
    Some(Scenario {
        name: name_of(path),
        path: path.to_path_buf(),
        title: title?,
        stage: stage?,
        entry: entry?,
        users,
        regions: regions?,
        data: data?,
        operations: operations?,
        components,
        run: run?,
        faults: faults?,
        changes: changes?,
        thresholds: thresholds?,
        alerts: alerts?,
        sweep,
        hash: hash(&effective),
        effective,
    })
}

/// Ends the merging of a table: profiles lie under all, and what was removed goes.
fn end_merging(table: &mut Table, problems: &mut Problems) {
    profiles::lay_under(table);
    remove_none(table, ROOT);
    not_yet::refuse(table, problems);
}

/// The file's name without its ending.
fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The names of the datasets, in order.
fn datasets(table: &Table) -> Vec<&str> {
    let mut datasets = declared(table, "data");
    datasets.sort_unstable();
    datasets
}

/// All that the file declares and components may name.
fn declared_names(table: &Table) -> Declared<'_> {
    let components = declared(table, "components");
    Declared { components, datasets: datasets(table), operations: asked(table) }
}

/// Whether components that take recorded service times have them; else they are reported.
fn check_recorded_work(load: &Load, components: &[ComponentSection], problems: &mut Problems) {
    if !load.has_recorded_work() {
        components::refuse_recorded_work(components, problems);
    }
}

/// The names of the operations, declared or not.
fn asked(table: &Table) -> Vec<&str> {
    let asked = declared(table, "operations");
    if asked.is_empty() { vec![operations::ONLY] } else { asked }
}

/// Whether arrivals or keys come from a trace.
fn has_trace(table: &Table) -> bool {
    table.get("users").is_some_and(|users| has(users, "arrivals"))
        || table.get("data").is_some_and(has_recorded_keys)
}

/// The names under a section of named tables.
fn declared<'t>(table: &'t Table, section: &str) -> Vec<&'t str> {
    let entries = table.get(section).and_then(Node::table).map_or(&[][..], |names| &names.entries);
    entries.iter().map(|entry| entry.key.as_str()).collect()
}

/// Whether the keys of a dataset come from a trace.
fn has_recorded_keys(data: &Node) -> bool {
    let datasets = data.table().map_or(&[][..], |data| &data.entries);
    let popularity = |dataset: &Node| dataset.table()?.get("popularity").cloned();
    datasets.iter().filter_map(|entry| popularity(&entry.node)).any(|law| has(&law, "trace"))
}

fn has(node: &Node, key: &str) -> bool {
    node.table().is_some_and(|table| table.get(key).is_some())
}

/// The axes as they stand. An axis of users is refused where it would not change a trace, because
/// the trace does not tell how many users made it.
fn sweep(users: Option<&UsersSection>, root: &mut TableReader<'_, '_>) -> Option<Node> {
    let sweep = root.node("sweep")?;
    if sweep.table().is_none() {
        root.error("sweep", "must be a table of axes", format!("as in {}", SWEEP.accepts));
    }
    let is_axis = |entry: &&Entry| {
        entry.key == "users.count" || (entry.key == "users" && has(&entry.node, "count"))
    };
    let axis = sweep.table().and_then(|axes| axes.entries.iter().find(is_axis));
    let is_unscaled = users.is_some_and(|users| users.load.is_unscaled_trace());
    if let Some(axis) = axis.filter(|_| is_unscaled) {
        let message = "[sweep]: more users would not change this trace of arrivals";
        let label = "say in `arrivals` how many made it: recorded_users = \"50K\"";
        root.reading().problems.error(axis.key_place, message, label);
    }
    Some(sweep.clone())
}

/// All values that take effect as 16 hexadecimal digits, whatever their order in the file.
fn hash(effective: &[Effective]) -> String {
    let mut values: Vec<(&str, &str)> =
        effective.iter().map(|value| (value.path.as_str(), value.value.as_str())).collect();
    values.sort_unstable();
    let hash = values
        .into_iter()
        .fold(0, |hash, (path, value)| mix(hash, mix(hash_name(path), hash_name(value))));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::testing::{SOUND, check_problems, read, sound};

    #[test]
    fn all_problems_of_all_sections_come_at_once() {
        let (scenario, problems) = read(
            "title = 5\nstage = \"1..0\"\nentry = \"ap\"\nusers.count = 0\n\
             data.posts.keys = 0\noperations.a = { share = \"half\" }\nrun.repeats = 0\n\
             graduate.x = \"x\"\nalerts.y = {}\ncomponents.app.workrs = 5\nwhat = 1",
        );
        assert!(scenario.is_none());
        assert_eq!(problems.len(), 11, "{problems:#?}");
    }

    #[test]
    fn a_sweep_over_users_must_change_the_trace() {
        let trace = "users.arrivals = { trace = \"stamps.csv\", time = \"at\" }";
        let axis = "sweep = { \"users.count\" = [1, 2] }";
        check_problems(&[
            (
                &format!("{trace}\n{axis}"),
                "[sweep]: more users would not change this trace of arrivals | \
                 \"users.count\" | say in `arrivals` how many made it: recorded_users = \
                 \"50K\"",
            ),
            (
                &format!("{trace}\nsweep.users.count = [1, 2]"),
                "[sweep]: more users would not change this trace of arrivals | users | say \
                 in `arrivals` how many made it: recorded_users = \"50K\"",
            ),
            (
                "sweep = 5",
                "`sweep`: must be a table of axes | 5 | as in { \"users.count\" = [\"1K\", \
                 \"10K\"] }, or for a range { \"users.count\" = { from = \"1K\", to = \"10M\", \
                 points = 25, scale = \"log\" } }",
            ),
        ]);
        let scaled =
            "users.arrivals = { trace = \"stamps.csv\", time = \"at\", recorded_users = 9 }";
        assert!(sound(&format!("{scaled}\n{axis}")).sweep.is_some());
        assert!(sound(&format!("{trace}\nsweep = {{ \"app.cores\" = [1, 2] }}")).sweep.is_some());
    }

    #[test]
    fn the_hash_tells_values_not_their_order_or_their_origin() {
        let hash = sound("").hash;
        assert_eq!(hash.len(), 16);
        assert_eq!(sound("run.seed = 42").hash, hash);
        assert_eq!(sound("sweep = { \"users.count\" = [1, 2] }").hash, hash);
        assert_ne!(sound("run.seed = 43").hash, hash);
        let forth = "data.aa = { keys = 1 }\ndata.bb = { keys = 2 }";
        let back = "data.bb = { keys = 2 }\ndata.aa = { keys = 1 }";
        assert_eq!(sound(forth).hash, sound(back).hash);
    }

    #[test]
    fn a_scenario_needs_no_file() {
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        let scenario = Scenario::parse("small", SOUND, &mut sources, &mut problems);
        let scenario = scenario.unwrap_or_else(|| panic!("{}", problems.render(&sources, false)));
        assert_eq!((scenario.name.as_str(), scenario.users.count), ("small", 5_000));
        assert!(Scenario::parse("small", "users = 5", &mut sources, &mut problems).is_none());
        assert!(problems.has_errors());
    }

    #[test]
    fn files_are_loaded_with_what_is_set() {
        let folder = tempfile::tempdir().expect("the system has a temporary folder");
        let path = folder.path().join("stage1.toml");
        std::fs::write(&path, SOUND).expect("the folder is ours");
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        let sets = ["users.count=7K".to_owned(), "app.workers=3".to_owned()];
        let scenario = Scenario::load(&path, &sets, &mut sources, &mut problems);
        let scenario = scenario.unwrap_or_else(|| panic!("{}", problems.render(&sources, false)));
        assert_eq!((scenario.name.as_str(), scenario.users.count), ("stage1", 7_000));
        let sets = ["app.workers=0".to_owned()];
        assert!(Scenario::load(&path, &sets, &mut sources, &mut problems).is_none());
        assert!(problems.has_errors());
    }
}
