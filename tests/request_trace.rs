//! One request hop by hop: exact times in small systems, the same request as in a run, and what
//! must hold in any system.
//!
//! `UPDATE_EXPECTED=1 cargo test --test main request_trace` records the three forms anew.

use crate::support::random_scenario::any_scenario;
use crate::support::recorded::check_recorded;
use crate::support::{load, load_text, project, run, value};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use simscale::experiment::request_trace::result::{End, GivenUp, RequestTrace, Visit, Way, What};
use simscale::experiment::request_trace::{Wanted, trace};
use simscale::kernel::time::{Duration, Time};
use simscale::kernel::{Job, Moment, Note, Observer, Outcome, Sight};
use simscale::model::Model;
use simscale::report::request_trace::{TraceFormat, render};
use simscale::scenario::Scenario;
use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;

fn traced((scenario, model): &(Scenario, Model), repeat: u32, request: u64) -> RequestTrace {
    let wanted = Wanted { repeat, request };
    trace(scenario, model, wanted, &|_| {}).unwrap_or_else(|none| panic!("{none}"))
}

fn microseconds(number: u64) -> Duration {
    Duration::from_nanos(number * 1_000)
}

/// How a request ended well after so many microseconds.
fn completed_after(number: u64) -> Option<End> {
    Some(End { outcome: Outcome::Completed, response: microseconds(number) })
}

/// A line for each step that took time: component, what happened, and wait, service and wire in
/// microseconds.
fn lines(trace: &RequestTrace) -> Vec<String> {
    let name = |visit: &Visit| &trace.components[visit.component].name;
    let line = |step: &simscale::experiment::request_trace::result::Step| {
        let [at, wait, service, wire] =
            [step.at - trace.born, step.wait, step.service, step.wire].map(|it| it.nanos() / 1_000);
        let what = match step.what {
            What::Sends(to) => format!("sends to {}", name(&trace.visits[to])),
            What::Answers(outcome) => format!("answers {outcome:?}"),
            What::Back(from) => format!("back from {}", name(&trace.visits[from])),
            other => format!("{other:?}"),
        };
        format!("{at} {} {what}: {wait} {service} {wire}", name(&trace.visits[step.visit]))
    };
    trace.steps.iter().map(line).filter(|line| !line.ends_with(": 0 0 0")).collect()
}

/// From a balancer over wires of 100 and 200 us to a cache that never has what is asked for, and a
/// database with one connection; a request every 2 ms.
const CHAIN: &str = r#"
entry = "lb"
users = { count = 1, rate = "500/s", spacing = "even" }
data.posts = { keys = "100M", popularity = "uniform" }
operations.view = { does = "read", of = "posts" }

[components.lb]
kind = "load_balancer"
sends_to = { to = "app", latency = "100us" }

[components.app]
kind = "service"
servers = 2
service_time = "1ms"
sends_to = { to = "cache", latency = "200us" }

[components.cache]
kind = "cache"
holds = ["posts"]
entries = 10
service_time = "10us"
sends_to = "db"

[components.db]
kind = "database"
cores = 1
connections = 1
read_time = "3ms"
"#;

/// The first request meets nobody: 100 + 1,000 + 200 + 10 + 3,000 + 200 + 100 us. The second comes
/// 2 ms later, so at 3,310 to the database, which has its connection free at 4,310 less 2,000.
#[test]
fn times_on_the_way_through_a_miss_add_up() {
    let chain = load_text("chain", CHAIN);
    let first = traced(&chain, 1, 1);
    assert_eq!(first.end, completed_after(4_610));
    let second = traced(&chain, 1, 2);
    assert_eq!(second.born - first.born, microseconds(2_000));
    assert_eq!(second.end, completed_after(5_610));
    assert_eq!(second.totals().sum(), microseconds(5_610));
    assert_eq!(
        lines(&second),
        [
            "100 app Arrives: 0 0 100",
            "1100 app sends to cache: 0 1000 0",
            "1300 cache Arrives: 0 0 200",
            "1310 cache sends to db: 0 10 0",
            "2310 db Takes(\"a connection\"): 1000 0 0",
            "5310 db answers Completed: 0 3000 0",
            "5510 app back from cache: 0 0 200",
            "5610 lb back from app: 0 0 100",
        ]
    );
    let found = second.steps.iter().filter(|step| matches!(step.what, What::Found(_)));
    let found: Vec<What> = found.map(|step| step.what).collect();
    assert_eq!(found, [What::Found("looked up: miss")]);
    let of_app =
        second.visits.iter().find(|visit| second.components[visit.component].name == "app");
    assert_eq!(of_app.and_then(|visit| visit.node), Some(1), "servers take turns");
}

/// Two branches of 3 and 5 ms: the request goes on after the longer one, and both are told.
#[test]
fn branches_in_parallel_are_children_of_the_request() {
    let text = r#"
        entry = "app"
        users = { count = 1, rate = "10/s" }
        operations.view = { does = "call" }
        [components.app]
        kind = "service"
        handlers = { view = [ { compute = "1ms" },
            { parallel = [ { call = "short" }, { call = "long" } ] }, { compute = "2ms" } ] }
        [components.short]
        kind = "external"
        delay = "3ms"
        [components.long]
        kind = "external"
        delay = "5ms"
    "#;
    let trace = traced(&load_text("branches", text), 1, 1);
    assert_eq!(trace.end, completed_after(8_000));
    assert_eq!(trace.totals().service, microseconds(11_000), "both branches count");
    let jobs: Vec<(&str, &str)> =
        trace.jobs.iter().map(|job| (job.path.as_str(), job.purpose)).collect();
    let branch = "parallel branch";
    assert_eq!(jobs[..3], [("1", "request"), ("1.1", branch), ("1.2", branch)]);
    assert!(trace.jobs.iter().all(|job| !job.alone));
    let done = trace.steps.iter().filter(|step| step.what == What::Done);
    let done = done.map(|step| (trace.visits[step.visit].job, step.at - trace.born));
    let done: Vec<_> = done.filter(|(job, _)| trace.jobs[*job].purpose == branch).collect();
    assert_eq!(done, [(1, microseconds(4_000)), (2, microseconds(6_000))]);
}

/// The provider takes 20 ms, the service waits for 5: it answers after 1 + 5 ms, and the call goes
/// on alone.
#[test]
fn an_abandoned_call_goes_on_alone() {
    let text = r#"
        entry = "app"
        users = { count = 1, rate = "10/s" }
        [components.app]
        kind = "service"
        service_time = "1ms"
        sends_to = { to = "slow", timeout = "5ms", on_error = "skip" }
        [components.slow]
        kind = "external"
        delay = "20ms"
    "#;
    let trace = traced(&load_text("impatient", text), 1, 1);
    assert_eq!(trace.end, completed_after(6_000));
    assert_eq!(trace.totals().waiting, microseconds(5_000), "it waited in vain");
    assert_eq!(trace.totals().sum(), microseconds(6_000));
    assert_eq!((trace.jobs.len(), trace.jobs[1].alone, trace.is_alone(0)), (2, true, false));
    let at_provider = trace.visits.last().expect("the call came there");
    assert_eq!(at_provider.total(Way::Service), microseconds(20_000));
    assert_eq!(trace.last() - trace.born, microseconds(21_000), "followed beyond the answer");
    let told: Vec<What> = trace.steps.iter().map(|step| step.what).collect();
    let place = |what: What| told.iter().position(|it| *it == what).expect("it is told");
    assert!(place(What::GivesUp(1)) < place(What::Ended(Outcome::Completed)));
    assert!(place(What::Ended(Outcome::Completed)) < place(What::Done));
}

/// Three users think for 10 ms and all ask at once for 4 ms of the one worker: the third waits for
/// two others. The first one's second request comes at 10 + 4 + 10 ms, when the last one is done.
#[test]
fn requests_of_closed_users_are_counted_as_they_are_sent() {
    let text = "entry = \"app\"\nusers = { count = 3, think = \"10ms\" }\n\
                components.app = { kind = \"service\", workers = 1, service_time = \"4ms\" }\n";
    let loaded = load_text("closed", text);
    let third = traced(&loaded, 1, 3);
    assert_eq!((third.born.nanos(), third.user), (10_000_000, 2));
    assert_eq!(third.end, completed_after(12_000));
    assert_eq!(third.totals().waiting, microseconds(8_000));
    let fourth = traced(&loaded, 1, 4);
    assert_eq!((fourth.born.nanos(), fourth.user), (24_000_000, 0));
    assert_eq!(fourth.end, completed_after(4_000));
}

/// The consumer takes an hour, and the message of the second request waits for it: a million
/// requests later it is followed no further, and what is known is told.
#[test]
fn work_that_does_not_end_is_given_up() {
    let text = "entry = \"mails\"\nusers = { count = 1, rate = \"1000/s\" }\n\
                [components.mails]\nkind = \"queue\"\nservice_time = \"1h\"\n\
                queue_limit = \"unlimited\"\n";
    let trace = traced(&load_text("endless", text), 1, 2);
    assert_eq!(trace.end, completed_after(0));
    assert_eq!(trace.given_up, Some(GivenUp::Requests(1_000_000)));
    let message = trace.visits.last().expect("the message is there");
    assert!(message.total(Way::Waiting) > microseconds(900_000_000), "{message:?}");
    assert!(message.total(Way::Service) == Duration::ZERO && message.answered.is_none());
    let table = render(&trace, TraceFormat::Table);
    assert!(table.ends_with("It was followed no further after 1M later requests.\n"), "{table}");
}

/// A run of 60 requests without a warm-up measures the first 60: count, sum and maximum of their
/// response times are exact, so those of the traced ones must be the same.
fn assert_same_as_run(name: &str, loaded: &(Scenario, Model)) {
    const REQUESTS: u64 = 60;
    let result = run(loaded);
    let mut responses: Vec<f64> = Vec::new();
    for (repeat, request) in (1..=2).flat_map(|it| (1..=REQUESTS).map(move |n| (it, n))) {
        let trace = traced(loaded, repeat, request);
        let end = trace.end.expect("it was followed to its end");
        let operation = loaded.1.operation_names.iter().position(|it| *it == trace.operation);
        let operation = operation.expect("it is one of the scenario's");
        if end.outcome.is_ok() && !loaded.1.operations[operation].is_static {
            responses.push(end.response.seconds());
        }
    }
    assert!(responses.len() > 30, "{name}: {}", responses.len());
    let mean = responses.iter().sum::<f64>() / responses.len() as f64;
    let longest = responses.iter().copied().fold(0.0, f64::max);
    for (path, traced) in [("response_time.mean", mean), ("response_time.max", longest)] {
        let measured = value(&result, path);
        // Only the last bits differ, from adding up seconds instead of nanoseconds.
        assert!((traced / measured - 1.0).abs() < 1e-12, "{name}: {path} {measured}, {traced}");
    }
}

#[test]
fn a_traced_request_is_that_of_the_run() {
    let sets = ["run.requests=60", "run.repeats=2", "run.warmup=0s", "run.min_time=0s"];
    for scenario in ["stage2", "closed_users", "microservices"] {
        let file = project().join("scenarios").join(format!("{scenario}.toml"));
        assert_same_as_run(scenario, &load(&file, &sets));
    }
    let plain = "entry = \"app\"\nusers = { count = 1, rate = \"900/s\" }\n\
                 run = { requests = 60, repeats = 2, warmup = \"0s\", min_time = \"0s\" }\n\
                 [components.app]\nkind = \"service\"\nworkers = 1\n\
                 service_time = { exponential = \"1ms\" }\n";
    let loaded = load_text("plain", plain);
    assert!(loaded.1.fits_express_lane(), "the run takes the express lane, the trace cannot");
    assert_same_as_run("plain", &loaded);
}

/// Counts what it is told.
#[derive(Debug)]
struct Counting(Rc<Cell<u64>>);

impl Observer for Counting {
    fn on_sight(&mut self, _moment: Moment, _data: &Job, sight: Sight) {
        let is_news = !matches!(sight, Sight::Noted(Note::Found(_)));
        self.0.set(self.0.get() + u64::from(is_news));
    }
}

#[test]
fn watching_changes_nothing() {
    let file = project().join("scenarios/microservices.toml");
    let (_, model) = load(&file, &[]);
    let account = |observer: Option<Box<dyn Observer>>| {
        let mut engine = model.engine(3);
        observer.into_iter().for_each(|observer| engine.observe(observer));
        engine.start();
        engine.run_until(Time::from_nanos(3_000_000_000));
        format!("{} {:?} {:?}", engine.handled(), engine.hop_counts(), engine.hop_times())
    };
    let seen = Rc::new(Cell::new(0));
    let watched = account(Some(Box::new(Counting(Rc::clone(&seen)))));
    assert!(seen.get() > 1_000, "the observer saw {}", seen.get());
    assert_eq!(watched, account(None));
}

/// What must hold of any traced request.
fn judge(trace: &RequestTrace, text: &str) {
    let told = render(trace, TraceFormat::Table);
    assert!(trace.steps.is_sorted_by_key(|step| step.at), "{told}\n{text}");
    for (number, visit) in trace.visits.iter().enumerate() {
        assert!(visit.caller.is_none_or(|caller| caller < number), "{told}");
        let joined = visit.spans.windows(2).all(|pair| pair[0].to <= pair[1].from);
        assert!(joined, "spans of visit {number} overlap: {told}");
        if let Some((answered, _)) = visit.answered {
            let sum =
                visit.total(Way::Waiting) + visit.total(Way::Service) + visit.total(Way::Away);
            assert_eq!(sum, answered - visit.arrived, "visit {number}: {told}\n{text}");
        }
    }
    let has_branches = trace.jobs.iter().any(|job| job.purpose == "parallel branch");
    if let Some(end) = trace.end
        && !has_branches
    {
        assert_eq!(trace.totals().sum(), end.response, "{told}\n{text}");
    }
    if trace.given_up.is_none() {
        assert!(trace.end.is_some(), "{told}\n{text}");
    }
}

#[test]
fn times_add_up_in_random_systems() {
    let choices = TestRng::from_seed(RngAlgorithm::ChaCha, &[4; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), choices);
    let mut children = 0;
    for _ in 0..60 {
        let tree = any_scenario().new_tree(&mut runner).expect("every tape makes a scenario");
        let text = tree.current().text;
        let loaded = load_text("random", &text);
        for request in [1, 30, 200] {
            let wanted = Wanted { repeat: 1, request };
            // A recorded trace may be shorter.
            let Ok(trace) = trace(&loaded.0, &loaded.1, wanted, &|_| {}) else { continue };
            judge(&trace, &text);
            children += trace.jobs.len() - 1;
        }
    }
    assert!(children > 100, "only {children} jobs were forked");
}

#[test]
fn a_traced_request_is_told_as_recorded() {
    let file = project().join("scenarios/microservices.toml");
    let trace = traced(&load(&file, &[]), 1, 10);
    for (name, format) in [
        ("table.txt", TraceFormat::Table),
        ("json", TraceFormat::Json),
        ("chrome.json", TraceFormat::Chrome),
    ] {
        let recorded = format!("tests/golden/request_trace.{name}");
        let checked =
            check_recorded(Path::new(&recorded), &render(&trace, format), "request_trace");
        checked.unwrap_or_else(|fault| panic!("{fault}"));
    }
}

/// A viewer draws what lies on one thread as a tree, so events there must nest.
#[test]
fn events_of_a_thread_nest() {
    let file = project().join("scenarios/microservices.toml");
    let trace = traced(&load(&file, &[]), 1, 3);
    let text = render(&trace, TraceFormat::Chrome);
    let document: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let events = document["traceEvents"].as_array().expect("it holds events");
    let complete = events.iter().filter(|event| event["ph"] == "X");
    let spans: Vec<(u64, u64, f64, f64)> = complete
        .map(|event| {
            let number =
                |key: &str| event[key].as_f64().unwrap_or_else(|| panic!("{key}: {event}"));
            let (from, lasts) = (number("ts"), number("dur"));
            (number("pid") as u64, number("tid") as u64, from, from + lasts)
        })
        .collect();
    assert!(spans.len() > trace.visits.len(), "visits and what is in them");
    // Instants are whole nanoseconds: a tenth of one tells them apart.
    const ROUNDING: f64 = 1e-4;
    for (at, one) in spans.iter().enumerate() {
        for other in spans[at + 1..].iter().filter(|other| (other.0, other.1) == (one.0, one.1)) {
            let apart = one.3 <= other.2 + ROUNDING || other.3 <= one.2 + ROUNDING;
            let inside = one.2 <= other.2 + ROUNDING && other.3 <= one.3 + ROUNDING;
            assert!(apart || inside, "{one:?} and {other:?}");
        }
    }
    let named = |pid: u64| {
        events.iter().any(|event| event["name"] == "process_name" && event["pid"] == pid)
    };
    assert!(spans.iter().all(|span| named(span.0)));
}
