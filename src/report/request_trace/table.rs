//! The lines people read: what the request was, then a line for each step.
//!
//! A component stands further to the right the deeper the call is. Waiting, service and time on a
//! wire stand in the line of the step that ends them, so that each column adds up.

use super::words;
use crate::experiment::request_trace::result::{RequestTrace, Step, What};
use crate::kernel::time::Duration;
use crate::measure::unit::Unit;
use crate::report::format::{human, users};

/// The text, ending in a newline.
pub fn render(trace: &RequestTrace) -> String {
    let mut text = headline(trace);
    text.push('\n');
    text.push_str(&table(trace));
    for note in notes(trace) {
        text.push_str(&format!("\n{note}\n"));
    }
    text
}

fn headline(trace: &RequestTrace) -> String {
    let RequestTrace { request, operation, user, title, repeat, seed, born, .. } = trace;
    let access = words::access(&trace.jobs[0].access);
    let end = match &trace.end {
        Some(end) => {
            let response = human(end.response.seconds(), Unit::Seconds);
            format!("{} after {response}", words::outcome(end.outcome))
        }
        None => "still under way".to_owned(),
    };
    format!(
        "Request {request}: {operation} ({access}) by user {user}, {end}\n\
         {title} at {}, repeat {repeat}, seed {seed}; sent at {born}\n",
        users(trace.users),
    )
}

/// A unit of the time columns.
struct Scale {
    name: &'static str,
    nanos: f64,
}

/// Three decimals tell microseconds of a request that takes milliseconds, and so on.
fn scale(whole: Duration) -> Scale {
    match whole.nanos() {
        ..1_000_000 => Scale { name: "us", nanos: 1e3 },
        1_000_000..100_000_000_000 => Scale { name: "ms", nanos: 1e6 },
        _ => Scale { name: "s", nanos: 1e9 },
    }
}

impl Scale {
    fn text(&self, span: Duration) -> String {
        format!("{:.3}", span.nanos() as f64 / self.nanos)
    }

    /// Nothing for a span of no length.
    fn unless_zero(&self, span: Duration) -> String {
        if span == Duration::ZERO { String::new() } else { self.text(span) }
    }
}

fn table(trace: &RequestTrace) -> String {
    let scale = scale(trace.last() - trace.born);
    let unit = scale.name;
    let [at, wait, service, wire] =
        ["at", "wait", "service", "wire"].map(|column| format!("{column} [{unit}]"));
    let titles =
        [at, "job".into(), "component".into(), "what happened".into(), wait, service, wire];
    let mut rows = vec![titles];
    let told = trace.steps.iter().filter(|step| !goes_without_saying(trace, step));
    rows.extend(told.map(|step| row(trace, step, &scale)));
    if trace.jobs.len() == 1 {
        // Nobody needs to be told apart.
        rows.iter_mut().for_each(|row| row[JOB].clear());
    }
    aligned(&rows)
}

/// Whether a step over a wire that takes no time says no more than the arrival or the answer beside
/// it.
fn goes_without_saying(trace: &RequestTrace, step: &Step) -> bool {
    let ends_nothing = step.wait + step.service + step.wire == Duration::ZERO;
    match step.what {
        What::Sends(visit) => {
            let visit = &trace.visits[visit];
            ends_nothing && visit.sent == visit.arrived
        }
        What::Back(_) => ends_nothing,
        _ => false,
    }
}

fn row(trace: &RequestTrace, step: &Step, scale: &Scale) -> [String; COLUMNS] {
    let visit = &trace.visits[step.visit];
    let indent = "  ".repeat(trace.depth(step.visit));
    [
        scale.text(step.at - trace.born),
        trace.jobs[visit.job].path.clone(),
        format!("{indent}{}", words::place(&trace.components, visit)),
        words::step(trace, step),
        scale.unless_zero(step.wait),
        scale.unless_zero(step.service),
        scale.unless_zero(step.wire),
    ]
}

const COLUMNS: usize = 7;
const JOB: usize = 1;
/// Columns of words; the others hold numbers, which stand on the right.
const WORDS: [usize; 3] = [1, 2, 3];

/// Columns as wide as their widest cell, empty ones left out.
fn aligned(rows: &[[String; COLUMNS]]) -> String {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let columns: Vec<(usize, usize)> = (0..COLUMNS)
        .map(|column| (column, width(column)))
        .filter(|(_, width)| *width > 0)
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, width) in &columns {
            let cell = &row[*column];
            match WORDS.contains(column) {
                true => line.push_str(&format!("  {cell:width$}")),
                false => line.push_str(&format!("  {cell:>width$}")),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// What the numbers add up to, and what must be known to read them.
fn notes(trace: &RequestTrace) -> Vec<String> {
    let mut notes = Vec::new();
    let totals = trace.totals();
    let read = |span: Duration| human(span.seconds(), Unit::Seconds);
    let sum = format!(
        "In all: waiting {}, service {}, on wires {}",
        read(totals.waiting),
        read(totals.service),
        read(totals.wire)
    );
    notes.push(match trace.end {
        Some(end) if end.response == totals.sum() => format!("{sum}; that is the response time."),
        Some(_) => format!("{sum}; branches in parallel count each for itself."),
        None => format!("{sum}; not all of it has ended."),
    });
    if trace.steps.iter().any(|step| step.what == What::Starts("the shared cores")) {
        notes.push(
            "On shared cores, service is the whole time there: all that run at once share them."
                .to_owned(),
        );
    }
    if trace.steps.iter().any(|step| step.what == What::Starts("the next batch")) {
        notes.push(
            "In a batch, service is that of the whole batch: all of it is answered together."
                .to_owned(),
        );
    }
    let jobs = trace.jobs.iter();
    let alone: Vec<&str> =
        jobs.filter(|job| job.alone && !job.gathered).map(|job| job.path.as_str()).collect();
    if !alone.is_empty() {
        let jobs = alone.join(", ");
        notes.push(format!("Nobody waited for the end of {jobs}: it is not in the sums."));
    }
    notes.extend(trace.given_up.map(|why| format!("It was {}.", words::given_up(why))));
    notes
}
