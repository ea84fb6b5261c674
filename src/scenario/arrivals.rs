//! `users.arrivals`: a measured trace of arrival times, or of counts per interval.
//!
//! The whole file is read once, so that nothing wrong with it can appear in the middle of a run.

use crate::blocks::arrivals::{CountColumns, Spacing, Window};
use crate::blocks::trace::read::{FILTER, TIME_UNITS, UNITS, file, report, unit};
use crate::blocks::trace::{TimeUnit, TraceColumns, TraceError, TraceFile, TraceSummary, check};
use crate::language::key::{CustomValue, Key, Takes};
use crate::language::node::Node;
use crate::language::quantity::Duration;
use crate::language::reader::TableReader;
use crate::language::reading::{FromNode, Reading};
use crate::language::schema;

/// A measured trace.
#[derive(Clone, Debug)]
pub enum Arrivals {
    /// One row an arrival.
    Stamps(StampedLoad),
    /// One row an interval.
    Counts(CountedLoad),
}

/// A trace with one row an arrival.
#[derive(Clone, Debug)]
pub struct StampedLoad {
    /// The file and which of its rows count.
    pub file: TraceFile,
    /// Column of the times, and how they are written.
    pub time: (String, TimeUnit),
    /// Column of recorded service times, and their unit.
    pub work: Option<(String, TimeUnit)>,
    /// The part of the trace that is replayed.
    pub window: Window,
    /// How many users made the trace; without it, it is replayed as it is.
    pub recorded_users: Option<u64>,
    /// What the whole trace amounts to.
    pub summary: TraceSummary,
}

/// A trace with one row an interval.
#[derive(Clone, Debug)]
pub struct CountedLoad {
    /// The file and which of its rows count.
    pub file: TraceFile,
    /// Its columns, and the length of an interval.
    pub columns: CountColumns,
    /// How regular the gaps within an interval are.
    pub spacing: Spacing,
    /// The part of the trace that is replayed.
    pub window: Window,
    /// How many users made the trace; without it, it is replayed as it is.
    pub recorded_users: Option<u64>,
    /// What the whole trace amounts to.
    pub summary: TraceSummary,
}

const KEYS: &[Key] = &[
    Key::required("trace", Takes::File, "The CSV file, plain or gzipped."),
    Key::optional("time", Takes::Text, "The column of times; rows must be in their order."),
    Key::computed(
        "unit",
        Takes::OneOf(TIME_UNITS),
        "calendar for dates such as 2014-04-10 00:04, else s",
        "How times are written.",
    ),
    Key::optional("counts", Takes::Text, "The column of arrivals in an interval."),
    Key::computed(
        "step",
        Takes::Duration,
        "the shortest time between two rows",
        "With `counts`: the length of an interval.",
    ),
    Key::optional("where", Takes::Custom(&FILTER), "Which rows count."),
    Key::with_default("from", Takes::Duration, "\"0s\"", "Where in the trace to begin."),
    Key::optional("to", Takes::Duration, "Where in the trace to end."),
    Key::optional(
        "recorded_users",
        Takes::Count,
        "How many users made the trace: arrivals are scaled by `count` over it.",
    ),
    Key::optional("work", Takes::Text, "With times: the column of recorded service times."),
    Key::optional("work_unit", Takes::OneOf(UNITS), "With `work`: the unit of service times."),
];

/// How the scenario language describes measured arrivals.
pub static ARRIVALS: CustomValue = CustomValue {
    name: "a trace of arrivals",
    accepts: "{ trace = \"file.csv\", time = \"at\", unit = \"s\" } or \
              { trace = \"file.csv\", counts = \"requests\", step = \"5min\" }",
    schema: || schema::of_keys(KEYS),
};

impl FromNode for Arrivals {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Arrivals> {
        if node.table().is_none() {
            return reading.mismatch(node, ARRIVALS.name, ARRIVALS.accepts);
        }
        let mut reader = reading.table(node, KEYS)?;
        if reader.has_unknown() {
            return None;
        }
        let fits = combination_fits(&mut reader);
        let common = Common::read(&mut reader);
        if !fits {
            return None;
        }
        if reader.given("counts") {
            counted(common?, &mut reader).map(Arrivals::Counts)
        } else {
            stamped(common?, &mut reader).map(Arrivals::Stamps)
        }
    }
}

/// What both forms have.
struct Common {
    file: TraceFile,
    time: Option<(String, TimeUnit)>,
    window: Window,
    recorded_users: Option<u64>,
}

impl Common {
    fn read(reader: &mut TableReader<'_, '_>) -> Option<Common> {
        let file = file(reader, "trace");
        let window = window(reader);
        let recorded_users = reader.optional("recorded_users");
        if recorded_users == Some(Some(0)) {
            reader.error("recorded_users", "0 users leave no trace", "1 or more");
        }
        let file = file?;
        let time = match reader.optional::<String>("time")? {
            Some(column) => {
                let unit = time_unit(&file, &column, reader)?;
                Some((column, unit))
            }
            None => None,
        };
        Some(Common { file, time, window: window?, recorded_users: recorded_users? })
    }

    /// Reads the whole file, which must go on beyond the window's beginning.
    fn check(
        &self,
        value: Option<&(&'static str, String)>,
        reader: &mut TableReader<'_, '_>,
    ) -> Option<TraceSummary> {
        let value_column = value.map(|(_, column)| column.clone());
        let columns = TraceColumns { time: self.time.clone(), value: value_column, key: None };
        let summary = reported(check(&self.file, &columns), reader)?;
        if self.time.is_some() && self.window.from > summary.span {
            let message = format!("the trace ends after {}", summary.span);
            reader.error("from", &message, "begin within it");
            return None;
        }
        Some(summary)
    }
}

/// Whether each key given goes with the others; every one that does not is reported.
fn combination_fits(reader: &mut TableReader<'_, '_>) -> bool {
    let keys = ["time", "counts", "step", "unit", "work", "work_unit", "recorded_users"];
    let [time, counts, step, unit, work, work_unit, scaled] = keys.map(|key| reader.given(key));
    let has_trace = reader.given("trace");
    let faults = [
        (
            has_trace && !time && !counts,
            "trace",
            "needs `time` or `counts` beside it",
            "the column of arrival times, or of counts",
        ),
        (step && !counts, "step", "has no meaning for arrival times", "it goes with `counts`"),
        (unit && !time, "unit", "has no meaning without `time`", "it says how times are written"),
        (work && counts, "work", "has no meaning with `counts`", "it goes with arrival times"),
        (work && !work_unit, "work", "needs `work_unit` beside it", "s, ms, us or ns"),
        (work_unit && !work, "work_unit", "has no meaning without `work`", "leave it out"),
        (
            work && scaled,
            "work",
            "cannot be replayed with another number of users",
            "leave out `recorded_users`: every arrival comes with its own service time",
        ),
    ];
    let mut fits = true;
    for (_, key, message, label) in faults.into_iter().filter(|(wrong, ..)| *wrong) {
        reader.error(key, message, label);
        fits = false;
    }
    fits
}

fn window(reader: &mut TableReader<'_, '_>) -> Option<Window> {
    let (from, to) = (reader.get::<Duration>("from"), reader.optional::<Duration>("to"));
    let (from, to) = (from?, to?);
    if to.is_some_and(|to| to <= from) {
        let message = format!("nothing lies between {from} and here");
        reader.error("to", &message, "it must come after `from`");
        return None;
    }
    Some(Window { from, to })
}

/// The unit given, or told from the first row.
fn time_unit(file: &TraceFile, column: &str, reader: &mut TableReader<'_, '_>) -> Option<TimeUnit> {
    if reader.given("unit") {
        return reader.get_word("unit").map(unit);
    }
    let first = file.open(&[column]).and_then(|mut rows| {
        rows.advance()?;
        Ok(rows.text(0).to_owned())
    });
    let is_date = TimeUnit::Calendar.parse(&reported(first, reader)?).is_some();
    let word = if is_date { "calendar" } else { "s" };
    reader.note_computed("unit", word);
    Some(unit(word))
}

fn stamped(common: Common, reader: &mut TableReader<'_, '_>) -> Option<StampedLoad> {
    let work = match reader.optional::<String>("work")? {
        Some(column) => Some((column, unit(reader.get_word("work_unit")?))),
        None => None,
    };
    let value = work.as_ref().map(|(column, _)| ("work", column.clone()));
    let summary = common.check(value.as_ref(), reader)?;
    let Common { file, time, window, recorded_users } = common;
    Some(StampedLoad { file, time: time?, work, window, recorded_users, summary })
}

fn counted(common: Common, reader: &mut TableReader<'_, '_>) -> Option<CountedLoad> {
    let value: String = reader.optional("counts")??;
    let given_step = reader.optional::<Duration>("step")?;
    if given_step == Some(Duration::ZERO) {
        reader.error("step", "an interval must have a length", "as in \"5min\"");
        return None;
    }
    let summary = common.check(Some(&("counts", value.clone())), reader)?;
    if summary.sum == 0.0 {
        reader.error("counts", "all counts are 0", "there must be arrivals");
        return None;
    }
    let step = match given_step.or(summary.shortest_step) {
        Some(step) => step,
        None => {
            let label = "the length of an interval, as in step = \"5min\"";
            reader.error("trace", "needs `step` beside it", label);
            return None;
        }
    };
    if given_step.is_none() {
        reader.note_computed("step", step);
    }
    let Common { file, time, window, recorded_users } = common;
    let columns = CountColumns { time, value, step };
    let spacing = Spacing::Poisson;
    Some(CountedLoad { file, columns, spacing, window, recorded_users, summary })
}

fn reported<T>(read: Result<T, TraceError>, reader: &mut TableReader<'_, '_>) -> Option<T> {
    read.map_err(|error| report(&error, "trace", &["time", "counts", "work"], reader)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Load;
    use crate::scenario::testing::{check_problems, sound};

    #[test]
    fn times_are_read_with_their_service_times() {
        let users = sound(
            "users.arrivals = { trace = \"stamps.csv\", time = \"at\", work = \"service_us\", \
             work_unit = \"us\", where = { page = \"a\" }, to = \"3s\" }",
        )
        .users;
        let Load::Stamps(trace) = users.load else { panic!("{users:?}") };
        assert_eq!(trace.time, ("at".to_owned(), TimeUnit::Seconds));
        assert_eq!(trace.work, Some(("service_us".to_owned(), TimeUnit::Microseconds)));
        assert_eq!((trace.recorded_users, trace.summary.rows), (None, 2));
        assert_eq!(trace.window.to, Some(Duration::from_seconds(3.0)));
    }

    #[test]
    fn counts_tell_their_step_and_unit() {
        let changes = "users = { arrivals = { trace = \"counts.csv\", time = \"timestamp\", \
                       counts = \"value\" }, spacing = \"even\" }";
        let scenario = sound(changes);
        let Load::Counts(trace) = &scenario.users.load else { panic!("{:?}", scenario.users) };
        assert_eq!(trace.columns.time, Some(("timestamp".to_owned(), TimeUnit::Calendar)));
        assert_eq!(trace.columns.step, Duration::from_seconds(300.0));
        assert_eq!((trace.spacing, trace.summary.sum), (Spacing::Even, 150.0));
        assert_eq!(scenario.run.requests, None);
        let step = scenario.effective.iter().find(|value| value.path == "users.arrivals.step");
        assert_eq!(step.map(|step| step.value.as_str()), Some("\"5min\""));
    }

    /// What is given, and the one problem it brings.
    const WRONG: &[(&str, &str)] = &[
        (
            "users.arrivals = \"stamps.csv\"",
            "[users]: `arrivals` must be a trace of arrivals | \"stamps.csv\" | { trace \
             = \"file.csv\", time = \"at\", unit = \"s\" } or { trace = \"file.csv\", \
             counts = \"requests\", step = \"5min\" }",
        ),
        (
            "users.arrivals = { time = \"at\" }",
            "[users]: `arrivals.trace` is missing | { time = \"at\" } | it takes a file \
             name",
        ),
        (
            "users.arrivals = { trace = \"stamps.csv\" }",
            "[users]: `arrivals.trace`: needs `time` or `counts` beside it | \
             \"stamps.csv\" | the column of arrival times, or of counts",
        ),
        (
            "users.arrivals = { trace = \"lost.csv\", time = \"at\" }",
            "[users]: `arrivals.trace`: `lost.csv` does not exist | \"lost.csv\" | file \
             names are relative to the file they stand in",
        ),
        (
            "users.arrivals = { trace = \"stamps.csv\", time = \"att\" }",
            "[users]: `arrivals.time`: `stamps.csv` has no column `att` | \"att\" | did \
             you mean `at`?",
        ),
        (
            "users.arrivals = { trace = \"stamps.csv\", time = \"page\" }",
            "[users]: `arrivals.time`: stamps.csv:2: column `page`: `a` is not a number \
             of seconds | \"page\" | ",
        ),
        (
            "users.arrivals = { trace = \"stamps.csv\", time = \"at\", step = \"1s\" }",
            "[users]: `arrivals.step`: has no meaning for arrival times | \"1s\" | it \
             goes with `counts`",
        ),
        (
            "users.arrivals = { trace = \"stamps.csv\", time = \"at\", work = \"page\", \
             work_unit = \"us\" }",
            "[users]: `arrivals.work`: stamps.csv:2: column `page`: `a` is not a number \
             | \"page\" | ",
        ),
        (
            "users.arrivals = { trace = \"stamps.csv\", time = \"at\", work_unit = \"s\" }",
            "[users]: `arrivals.work_unit`: has no meaning without `work` | \"s\" | \
             leave it out",
        ),
        (
            "users.arrivals = { trace = \"stamps.csv\", time = \"at\", from = \"9s\" }",
            "[users]: `arrivals.from`: the trace ends after 4s | \"9s\" | begin within it",
        ),
        (
            "users.arrivals = { trace = \"stamps.csv\", time = \"at\", to = \"0s\" }",
            "[users]: `arrivals.to`: nothing lies between 0s and here | \"0s\" | it must \
             come after `from`",
        ),
        (
            "users.arrivals = { trace = \"stamps.csv\", time = \"at\", where = { page = 3 } }",
            "[users]: `arrivals.where`: stamps.csv has no row where `page` is `3` | { \
             page = 3 } | ",
        ),
        (
            "users.arrivals = { trace = \"counts.csv\", counts = \"value\" }",
            "[users]: `arrivals.trace`: needs `step` beside it | \"counts.csv\" | the \
             length of an interval, as in step = \"5min\"",
        ),
        (
            "users.arrivals = { trace = \"one.csv\", counts = \"value\", unit = \"s\" }",
            "[users]: `arrivals.unit`: has no meaning without `time` | \"s\" | it says \
             how times are written",
        ),
        (
            "users.arrivals = { trace = \"none.csv\", counts = \"value\", step = \"1min\" }",
            "[users]: `arrivals.counts`: all counts are 0 | \"value\" | there must be \
             arrivals",
        ),
        (
            "users.arrivals = { trace = \"one.csv\", counts = \"value\", step = \"0s\" }",
            "[users]: `arrivals.step`: an interval must have a length | \"0s\" | as in \
             \"5min\"",
        ),
        (
            "users.arrivals = { trace = \"stamps.csv\", time = \"at\", recorded_users = 0 }",
            "[users]: `arrivals.recorded_users`: 0 users leave no trace | 0 | 1 or more",
        ),
        (
            "users = { arrivals = { trace = \"stamps.csv\", time = \"at\" }, \
             spacing = \"even\" }",
            "[users]: `spacing`: has no meaning for recorded times | \"even\" | leave it \
             out",
        ),
        (
            "users.arrivals = { trace = \"stamps.csv\", tme = \"at\" }",
            "[users]: unknown key `arrivals.tme` | tme | did you mean `time`?",
        ),
    ];

    #[test]
    fn wrong_traces_are_refused() {
        check_problems(WRONG);
    }
}
