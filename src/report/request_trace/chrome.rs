//! Chrome's trace events, which trace viewers open (chrome://tracing, Perfetto).
//!
//! A component is a process, a job a thread in it; a visit is a complete event with its waiting and
//! service as complete events inside, and an arrow leads from each caller to what it called. Times
//! are microseconds since the request was sent. The format: "Trace Event Format", Google, 2016.
//!
//! What must hold: events of one thread nest, since a job is at a component once at a time.

use super::words;
use crate::experiment::request_trace::result::{RequestTrace, Visit, Way};
use crate::kernel::time::{Duration, Time};
use serde_json::{Value, json};

/// The document, ending in a newline; each event has a line of its own.
pub fn render(trace: &RequestTrace) -> String {
    let mut events = names(trace);
    for (number, visit) in trace.visits.iter().enumerate() {
        events.push(of_visit(trace, visit));
        events.extend(of_spans(trace, visit));
        events.extend(arrow(trace, number));
    }
    let about = json!({
        "scenario": trace.scenario,
        "seed": trace.seed,
        "users": trace.users,
        "repeat": trace.repeat,
        "request": trace.request,
        "sent_at_seconds": trace.born.seconds(),
    });
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let lines = lines.join(",\n");
    format!("{{\"displayTimeUnit\":\"ms\",\"otherData\":{about},\"traceEvents\":[\n{lines}\n]}}\n")
}

fn microseconds(span: Duration) -> f64 {
    span.nanos() as f64 / 1e3
}

fn since_sent(trace: &RequestTrace, at: Time) -> f64 {
    microseconds(at - trace.born)
}

/// Number of a component's process: some viewers take 0 for none.
fn process(visit: &Visit) -> usize {
    visit.component + 1
}

fn thread(visit: &Visit) -> usize {
    visit.job + 1
}

/// Names of processes and threads, in the order in which the request comes to them.
fn names(trace: &RequestTrace) -> Vec<Value> {
    let mut events = Vec::new();
    let (mut processes, mut threads) = (Vec::new(), Vec::new());
    for visit in &trace.visits {
        let (pid, tid) = (process(visit), thread(visit));
        if !processes.contains(&pid) {
            processes.push(pid);
            let component = &trace.components[visit.component];
            let name = match component.name == component.kind {
                true => component.name.clone(),
                false => format!("{} ({})", component.name, component.kind),
            };
            let index = processes.len();
            let args = json!({ "name": name });
            events.push(json!({ "name": "process_name", "ph": "M", "pid": pid, "args": args }));
            let args = json!({ "sort_index": index });
            events
                .push(json!({ "name": "process_sort_index", "ph": "M", "pid": pid, "args": args }));
        }
        if !threads.contains(&(pid, tid)) {
            threads.push((pid, tid));
            let job = &trace.jobs[visit.job];
            let args = json!({ "name": format!("{} {}", job.path, job.purpose) });
            events.push(
                json!({ "name": "thread_name", "ph": "M", "pid": pid, "tid": tid, "args": args }),
            );
        }
    }
    events
}

/// When a visit ended; one without an answer lasts as long as what is known of it.
fn end(visit: &Visit) -> Time {
    let last = visit.spans.last().map_or(visit.arrived, |span| span.to);
    visit.answered.map_or(last, |(at, _)| at)
}

fn of_visit(trace: &RequestTrace, visit: &Visit) -> Value {
    let job = &trace.jobs[visit.job];
    let milliseconds = |span: Duration| span.nanos() as f64 / 1e6;
    json!({
        "name": words::place(&trace.components, visit),
        "cat": "hop",
        "ph": "X",
        "ts": since_sent(trace, visit.arrived),
        "dur": microseconds(end(visit) - visit.arrived),
        "pid": process(visit),
        "tid": thread(visit),
        "args": {
            "job": job.path,
            "purpose": job.purpose,
            "outcome": visit.answered.map(|(_, outcome)| words::outcome(outcome)),
            "node": words::node(&trace.components, visit),
            "access": words::access(&job.access),
            "key": job.access.key,
            "wait_ms": milliseconds(visit.total(Way::Waiting)),
            "service_ms": milliseconds(visit.total(Way::Service)),
            "wire_ms": milliseconds(visit.wire()),
        },
    })
}

fn of_spans<'a>(trace: &'a RequestTrace, visit: &'a Visit) -> impl Iterator<Item = Value> + 'a {
    let shown = visit.spans.iter().filter(|span| span.way != Way::Away);
    shown.map(|span| {
        let (category, name) = match span.way {
            Way::Waiting => ("wait", format!("waits for {}", span.station)),
            _ => ("service", words::station(span.station).to_owned()),
        };
        json!({
            "name": name,
            "cat": category,
            "ph": "X",
            "ts": since_sent(trace, span.from),
            "dur": microseconds(span.to - span.from),
            "pid": process(visit),
            "tid": thread(visit),
        })
    })
}

/// The two ends of the arrow to a visit from where it was called.
fn arrow(trace: &RequestTrace, number: usize) -> Vec<Value> {
    let visit = &trace.visits[number];
    let Some(caller) = visit.caller.map(|caller| &trace.visits[caller]) else { return Vec::new() };
    let from = json!({
        "name": "call",
        "cat": "call",
        "ph": "s",
        "id": number,
        "ts": since_sent(trace, visit.sent),
        "pid": process(caller),
        "tid": thread(caller),
    });
    let to = json!({
        "name": "call",
        "cat": "call",
        "ph": "f",
        "bp": "e",
        "id": number,
        "ts": since_sent(trace, visit.arrived),
        "pid": process(visit),
        "tid": thread(visit),
    });
    vec![from, to]
}
