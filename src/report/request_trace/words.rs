//! What happens to a traced request, in words.

use crate::experiment::request_trace::result::{
    Access, GivenUp, RequestTrace, Step, TracedComponent, Visit, What,
};
use crate::kernel::Outcome;
use crate::measure::unit::Unit;
use crate::report::format::{count, human};

/// An outcome, as an answer states it.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "completed",
        Outcome::Rejected => "rejected",
        Outcome::Failed => "failed",
        Outcome::TimedOut => "timed out",
        Outcome::Cancelled => "cancelled",
        Outcome::Lost => "lost",
    }
}

/// What a job asks for: `read posts 5512`. Keys made while the system ran have no short number.
pub fn access(access: &Access) -> String {
    match (&access.dataset, access.key) {
        (Some(dataset), Some(key)) if key < SHORT_KEYS => {
            format!("{} {dataset} {key}", access.verb)
        }
        (Some(dataset), _) => format!("{} {dataset}", access.verb),
        (None, _) => access.verb.to_owned(),
    }
}

/// Keys from here on were made while the system ran; their numbers are hashes.
const SHORT_KEYS: u64 = 1 << 55;

/// A component and, where it has several, the node: `db replica 2`.
pub fn place(components: &[TracedComponent], visit: &Visit) -> String {
    let component = &components[visit.component];
    match node(components, visit) {
        Some(node) => format!("{} {node}", component.name),
        None => component.name.clone(),
    }
}

/// The node of a visit, where its component has several.
pub fn node<'a>(components: &'a [TracedComponent], visit: &Visit) -> Option<&'a str> {
    let nodes = &components[visit.component].nodes;
    visit.node.and_then(|node| nodes.get(usize::from(node))).map(String::as_str)
}

/// A station without its article: `worker`.
pub fn station(name: &'static str) -> &'static str {
    name.strip_prefix("a ").or(name.strip_prefix("the ")).unwrap_or(name)
}

/// What happened in a step.
pub fn step(trace: &RequestTrace, step: &Step) -> String {
    let name = |visit: usize| &trace.components[trace.visits[visit].component].name;
    match step.what {
        What::Born => "a user sends the request".to_owned(),
        What::Sends(visit) => format!("sends to {}", name(visit)),
        What::Arrives => "arrives".to_owned(),
        What::Waits(station) => format!("waits for {station}"),
        What::Takes(station) => format!("gets {station}"),
        What::Starts(station) => starts(station),
        What::Full(station) => format!("finds no room to wait for {station}"),
        What::Found(what) => what.to_owned(),
        What::Forks(job) => {
            let job = &trace.jobs[job];
            format!("forks {}: {}", job.path, job.purpose)
        }
        What::GivesUp(job) => format!("gives up waiting for {}: timed out", trace.jobs[job].path),
        What::Answers(how) => {
            let elapsed = step.at - trace.visits[step.visit].arrived;
            let elapsed = human(elapsed.seconds(), Unit::Seconds);
            format!("answers: {} after {elapsed}", outcome(how))
        }
        What::Back(visit) => format!("has the answer of {}", name(visit)),
        What::Done => {
            let job = &trace.jobs[trace.visits[step.visit].job];
            let is_forgotten = job.alone && !job.gathered;
            if is_forgotten { "is done; nobody waited for it" } else { "is done" }.to_owned()
        }
        What::Ended(how) => format!("the user has the answer: {}", outcome(how)),
    }
}

fn starts(station: &str) -> String {
    match station {
        "a pause" => "pauses".to_owned(),
        "the next batch" => "starts with the batch".to_owned(),
        "a consumer" | "the provider" => format!("starts with {station}"),
        _ => format!("starts on {station}"),
    }
}

/// Why a request was followed no further.
pub fn given_up(why: GivenUp) -> String {
    match why {
        GivenUp::Steps(steps) => format!("followed no further after {} steps", count(steps as u64)),
        GivenUp::Requests(requests) => {
            format!("followed no further after {} later requests", count(requests))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stations_lose_their_article() {
        assert_eq!(station("a worker"), "worker");
        assert_eq!(station("the shared cores"), "shared cores");
        assert_eq!(station(""), "");
    }

    #[test]
    fn keys_of_data_that_came_later_are_not_spelt_out() {
        let posts = Some("posts".to_owned());
        let read = Access { verb: "read", dataset: posts.clone(), key: Some(17) };
        assert_eq!(access(&read), "read posts 17");
        let made = Access { verb: "write", dataset: posts, key: Some(SHORT_KEYS | 17) };
        assert_eq!(access(&made), "write posts");
        assert_eq!(access(&Access { verb: "call", ..Access::default() }), "call");
    }
}
