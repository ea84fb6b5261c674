//! `[[changes]]`: what becomes different in the course of a run.
//!
//! A change adds shards to a database. It is held against the component it names, so what is wrong
//! with it is found with everything else that is wrong with the file.

use super::{ComponentSection, RunSection, Warmup};
use crate::components::growth::{Growth, Refusal};
use crate::kernel::time::Duration;
use crate::language::diagnostic::suggestion;
use crate::language::key::{Key, Takes};
use crate::language::node::Node;
use crate::language::quantity::{Bandwidth, Count};
use crate::language::reader::TableReader;
use crate::language::reading::{Effective, FromNode, Origin, Reading};
use crate::language::source::Place;

/// What the section is for.
pub const CHANGES_MEANING: &str = "\
    What becomes different in the course of the run, which needs `run.duration`: a database gets \
    more shards. They are there from the start, without data. From `at` on the keys that move are \
    copied bucket by bucket, each in batches that are read from the leader of the old shard and \
    written on all nodes of the new one; a bucket's queries go to the old shard until it is \
    copied, and its writes to both while it is. A change that is due while another one of the \
    same database is under way begins when that is done.";

/// Keys of a change.
pub const CHANGE: &[Key] = &[
    Key::required("at", Takes::Duration, "When copying begins, from the start of the run."),
    Key::required("component", Takes::Name, "The database that gets more shards."),
    Key::required("shards", Takes::Count, "How many it has then, in total."),
    Key::with_default(
        "copy_rate",
        Takes::Bandwidth,
        "\"100MB/s\"",
        "How much is copied per second at most, in total over all shards.",
    ),
    Key::with_default("parallel", Takes::Count, "4", "Batches under way at once, in total."),
    Key::with_default("batch", Takes::Count, "1000", "Keys of a batch, at most."),
    Key::computed(
        "copy_time",
        Takes::Duration,
        "1% of the mean read_time",
        "Core time of each key of a batch, where it is read and on each node where it is written.",
    ),
];

/// A change, as it is read.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// The component that changes.
    pub component: String,
    /// What it becomes.
    pub growth: Growth,
    /// Its number in the file, and where its table and its keys stand.
    written: Written,
}

#[derive(Clone, PartialEq, Debug)]
struct Written {
    path: String,
    at: Place,
    component: Place,
    shards: Place,
    copy_time: Place,
}

/// The slowest copying, in bytes per second: below, nothing is ever done.
const SLOWEST: f64 = 1.0;

impl FromNode for Change {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Change> {
        let path = reading.path().to_owned();
        let mut reader = reading.table(node, CHANGE)?;
        let at = reader.get::<Duration>("at");
        let component = reader.get::<String>("component");
        let shards = reader.get::<Count>("shards");
        let copy_rate = reader.get::<Bandwidth>("copy_rate");
        let parallel = within(&mut reader, "parallel", 1024);
        let batch = within(&mut reader, "batch", 1_000_000);
        let copy_time = reader.optional::<Duration>("copy_time");
        if copy_rate.is_some_and(|rate| rate.0 < SLOWEST) {
            reader.error("copy_rate", "nothing would ever be copied", "1B/s or more");
        }
        let written = Written {
            path,
            at: reader.place("at"),
            component: reader.place("component"),
            shards: reader.place("shards"),
            copy_time: reader.place("copy_time"),
        };
        let growth = Growth {
            at: at?,
            shards: shards?.0,
            copy_rate: copy_rate?.0.max(SLOWEST),
            parallel: parallel? as u16,
            batch: batch?,
            copy_time: copy_time?,
        };
        Some(Change { component: component?, growth, written })
    }
}

fn within(reader: &mut TableReader<'_, '_>, key: &'static str, most: u64) -> Option<u64> {
    let count = reader.get::<Count>(key)?.0;
    if !(1..=most).contains(&count) {
        reader.error(key, &format!("must lie between 1 and {most}"), "");
        return None;
    }
    Some(count)
}

/// Reads `[[changes]]`, in the order of time, and tells the components how they change.
pub(super) fn read(
    root: &mut TableReader<'_, '_>,
    components: Option<&mut [Option<ComponentSection>]>,
    run: Option<&RunSection>,
) -> Option<Vec<Change>> {
    let mut changes = root.optional::<Vec<Change>>("changes")?.unwrap_or_default();
    changes.sort_by_key(|change| change.growth.at);
    apply(&changes, components, run, root.reading()).then_some(changes)
}

/// Tells components how they change; whether all is well with it. What is not is reported.
fn apply(
    changes: &[Change],
    components: Option<&mut [Option<ComponentSection>]>,
    run: Option<&RunSection>,
    reading: &mut Reading<'_>,
) -> bool {
    let mut is_sound = true;
    if let Some(run) = run {
        is_sound &= changes.iter().all(|change| is_within(change, run, reading));
    }
    let Some(components) = components else { return is_sound };
    for change in changes {
        is_sound &= apply_one(change, components, reading);
    }
    is_sound
}

/// Whether a change lies in the run. Of several the first that does not is enough.
fn is_within(change: &Change, run: &RunSection, reading: &mut Reading<'_>) -> bool {
    let Written { path, at, .. } = &change.written;
    let Some(duration) = run.duration else {
        let message = format!("`{path}.at`: a run without a duration has no such time");
        let label = "give `run.duration`, such as duration = \"5min\", in place of `requests`";
        reading.problems.error(*at, message, label);
        return false;
    };
    let warm_up = match run.warmup {
        Warmup::Fixed(warm_up) => warm_up,
        Warmup::Auto => Duration::ZERO,
    };
    let end = warm_up + duration;
    if change.growth.at >= end {
        let message = format!("`{path}.at`: the run is over by then");
        reading.problems.error(*at, message, format!("less than {end}, when it ends"));
        return false;
    }
    true
}

fn apply_one(
    change: &Change,
    components: &mut [Option<ComponentSection>],
    reading: &mut Reading<'_>,
) -> bool {
    let Written { path, component, .. } = &change.written;
    let named = |it: &&mut Option<ComponentSection>| {
        it.as_ref().is_some_and(|section| section.name == change.component)
    };
    let has_faults = components.iter().any(Option::is_none);
    let Some(section) = components.iter_mut().find(named).and_then(Option::as_mut) else {
        // It may be one of those with a fault of their own.
        if !has_faults {
            let names = components.iter().flatten().map(|section| section.name.as_str());
            let label = suggestion(&change.component, names);
            let message =
                format!("`{path}.component`: there is no component `{}`", change.component);
            reading.problems.error(*component, message, label);
        }
        return false;
    };
    match section.spec.grow(change.growth) {
        Ok(copy_time) => {
            if change.growth.copy_time.is_none() {
                let (path, value) = (format!("{path}.copy_time"), format!("\"{copy_time}\""));
                reading.effective.push(Effective { path, value, origin: Origin::Computed });
            }
            true
        }
        Err(refusal) => {
            report(change, section, &refusal, reading);
            false
        }
    }
}

fn report(
    change: &Change,
    section: &ComponentSection,
    refusal: &Refusal,
    reading: &mut Reading<'_>,
) {
    let written = &change.written;
    let place = match refusal.key {
        "component" => written.component,
        "copy_time" => written.copy_time,
        _ => written.shards,
    };
    let (path, key, message) = (&written.path, refusal.key, &refusal.message);
    let message = format!("`{path}.{key}`: {} {message}", section.subject());
    reading.problems.error(place, message, refusal.label.clone());
}

#[cfg(test)]
mod tests {
    use crate::scenario::testing::{check_problems, sound};

    const DB: &str = "components.db = { kind = \"database\", cores = 2, read_time = \"4ms\", \
                      shards = { count = 4 } }\n";

    #[test]
    fn changes_come_in_the_order_of_time_with_their_defaults() {
        let scenario = sound(&format!(
            "{DB}run.duration = \"60s\"\nchanges = [\
             {{ at = \"20s\", component = \"db\", shards = 8, copy_rate = \"1MB/s\" }}, \
             {{ at = \"10s\", component = \"db\", shards = 6, copy_time = \"7us\" }}]"
        ));
        let at: Vec<f64> = scenario.changes.iter().map(|it| it.growth.at.seconds()).collect();
        assert_eq!(at, [10.0, 20.0]);
        let growth = scenario.changes[0].growth;
        assert_eq!((growth.shards, growth.parallel, growth.batch), (6, 4, 1000));
        assert_eq!(growth.copy_rate, 100e6);
        let copy_time = scenario.effective.iter().find(|it| it.path == "changes[0].copy_time");
        assert_eq!(copy_time.map(|it| it.value.as_str()), Some("\"40us\""), "1% of 4 ms");
        assert!(sound("").changes.is_empty());
    }

    #[test]
    fn wrong_changes_are_refused() {
        let db = |rest: &str| format!("{DB}run.duration = \"60s\"\nchanges = [{rest}]");
        let cases = [
            (
                db("{ at = \"10s\", component = \"db\", shards = 4 }"),
                "`changes[0].shards`: component `db` (database) has 4 shards already | 4 | \
                 more than 4: shards are added, not removed",
            ),
            (
                db("{ at = \"60s\", component = \"db\", shards = 5 }"),
                "`changes[0].at`: the run is over by then | \"60s\" | less than 1min, when it ends",
            ),
            (
                db("{ at = \"1s\", component = \"bd\", shards = 5 }"),
                "`changes[0].component`: there is no component `bd` | \"bd\" | \
                 did you mean `db`?",
            ),
            (
                db("{ at = \"1s\", component = \"app\", shards = 5 }"),
                "`changes[0].component`: component `app` (service) has no shards | \"app\" | \
                 a change adds shards to a database",
            ),
            (
                db("{ at = \"1s\", component = \"db\" }"),
                "`changes[0].shards` is missing | { at = \"1s\", component = \"db\" } | \
                 it takes a count",
            ),
            (
                db("{ at = \"1s\", component = \"db\", shards = 5, parallel = 0 }"),
                "`changes[0].parallel`: must lie between 1 and 1024 | 0 | ",
            ),
            (
                db("{ at = \"1s\", component = \"db\", shards = 5, copy_rate = \"0MB/s\" }"),
                "`changes[0].copy_rate`: nothing would ever be copied | \"0MB/s\" | 1B/s or more",
            ),
            (
                format!("{DB}changes = [{{ at = \"1s\", component = \"db\", shards = 5 }}]"),
                "`changes[0].at`: a run without a duration has no such time | \"1s\" | \
                 give `run.duration`, such as duration = \"5min\", in place of `requests`",
            ),
        ];
        let cases: Vec<(&str, &str)> =
            cases.iter().map(|(text, it)| (text.as_str(), *it)).collect();
        check_problems(&cases);
    }
}
