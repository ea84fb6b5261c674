//! The JSON document on a traced request: seconds since it was sent, in full precision.

use super::words;
use crate::experiment::request_trace::result::{
    RequestTrace, Span, Step, TracedJob, Visit, Way, What,
};
use crate::kernel::time::{Duration, Time};
use serde_json::{Value, json};

/// The document, ending in a newline.
pub fn render(trace: &RequestTrace) -> String {
    format!("{:#}\n", document(trace))
}

fn document(trace: &RequestTrace) -> Value {
    let totals = trace.totals();
    json!({
        "scenario": trace.scenario,
        "title": trace.title,
        "seed": trace.seed,
        "users": trace.users,
        "repeat": trace.repeat,
        "request": trace.request,
        "operation": trace.operation,
        "user": trace.user,
        "sent_at": trace.born.seconds(),
        "outcome": trace.end.map(|end| words::outcome(end.outcome)),
        "response_time": trace.end.map(|end| end.response.seconds()),
        "wait": totals.waiting.seconds(),
        "service": totals.service.seconds(),
        "wire": totals.wire.seconds(),
        "given_up": trace.given_up.map(words::given_up),
        "jobs": trace.jobs.iter().map(|job| of_job(trace, job)).collect::<Vec<_>>(),
        "hops": trace.visits.iter().map(|visit| of_visit(trace, visit)).collect::<Vec<_>>(),
        "steps": trace.steps.iter().map(|step| of_step(trace, step)).collect::<Vec<_>>(),
    })
}

fn since_sent(trace: &RequestTrace, at: Time) -> f64 {
    (at - trace.born).seconds()
}

fn of_job(trace: &RequestTrace, job: &TracedJob) -> Value {
    json!({
        "job": job.path,
        "parent": job.parent.map(|parent| &trace.jobs[parent].path),
        "purpose": job.purpose,
        "does": job.access.verb,
        "of": job.access.dataset,
        "key": job.access.key,
        "alone": job.alone,
        "gathered": job.gathered,
    })
}

fn of_visit(trace: &RequestTrace, visit: &Visit) -> Value {
    let component = &trace.components[visit.component];
    json!({
        "job": trace.jobs[visit.job].path,
        "component": component.name,
        "kind": component.kind,
        "node": words::node(&trace.components, visit),
        "from_hop": visit.caller,
        "sent": since_sent(trace, visit.sent),
        "arrived": since_sent(trace, visit.arrived),
        "answered": visit.answered.map(|(at, _)| since_sent(trace, at)),
        "returned": visit.returned.map(|at| since_sent(trace, at)),
        "outcome": visit.answered.map(|(_, outcome)| words::outcome(outcome)),
        "wait": visit.total(Way::Waiting).seconds(),
        "service": visit.total(Way::Service).seconds(),
        "away": visit.total(Way::Away).seconds(),
        "wire": visit.wire().seconds(),
        "spans": visit.spans.iter().map(|span| of_span(trace, span)).collect::<Vec<_>>(),
    })
}

fn of_span(trace: &RequestTrace, span: &Span) -> Value {
    let way = match span.way {
        Way::Waiting => "wait",
        Way::Service => "service",
        Way::Away => "away",
    };
    let station = (!span.station.is_empty()).then(|| words::station(span.station));
    json!({
        "way": way,
        "station": station,
        "from": since_sent(trace, span.from),
        "to": since_sent(trace, span.to),
    })
}

fn of_step(trace: &RequestTrace, step: &Step) -> Value {
    let visit = &trace.visits[step.visit];
    let seconds = |span: Duration| span.seconds();
    json!({
        "at": since_sent(trace, step.at),
        "hop": step.visit,
        "job": trace.jobs[visit.job].path,
        "component": trace.components[visit.component].name,
        "node": words::node(&trace.components, visit),
        "event": event(step.what),
        "text": words::step(trace, step),
        "wait": seconds(step.wait),
        "service": seconds(step.service),
        "wire": seconds(step.wire),
    })
}

/// One word for what happened, for programs.
fn event(what: What) -> &'static str {
    match what {
        What::Born => "born",
        What::Sends(_) => "sends",
        What::Arrives => "arrives",
        What::Waits(_) => "waits",
        What::Takes(_) => "takes",
        What::Starts(_) => "starts",
        What::Full(_) => "full",
        What::Found(_) => "found",
        What::Forks(_) => "forks",
        What::GivesUp(_) => "gives_up",
        What::Answers(_) => "answers",
        What::Back(_) => "back",
        What::Done => "done",
        What::Ended(_) => "ended",
    }
}
