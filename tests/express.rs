//! The express lane against the general engine: the same results, to the last bit.

use crate::support::{load, load_text, project};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use simscale::experiment::{self, Options};
use simscale::model::Model;
use simscale::scenario::Scenario;
use std::fmt::Write;

/// Random scenarios, unless `SIMSCALE_PROPERTY_CASES` asks for others.
const USUAL_CASES: u32 = 40;

/// Everything a run finds out, as text: numbers are written so that no two of them look alike.
fn result((scenario, model): &(Scenario, Model), express: bool) -> String {
    let options = Options { express, ..Options::new(String::new(), &|_| {}) };
    let result = experiment::run(scenario, model, &options).expect("jobs are conserved");
    format!("{result:#?}")
}

/// The first line in which the two differ.
fn difference(loaded: &(Scenario, Model)) -> Option<String> {
    let (general, express) = (result(loaded, false), result(loaded, true));
    let (mut general_lines, mut express_lines) = (general.lines(), express.lines());
    let number = (1..).find(|_| match (general_lines.next(), express_lines.next()) {
        (None, None) => true,
        (one, other) => one != other,
    })?;
    let line = |text: &str| text.lines().nth(number - 1).map(str::to_owned);
    (general != express)
        .then(|| format!("line {number}: {:?} became {:?}", line(&general), line(&express)))
}

fn assert_same(name: &str, text: &str) {
    let loaded = load_text("express", text);
    assert!(loaded.1.fits_express_lane(), "{name} fits:\n{text}");
    if let Some(difference) = difference(&loaded) {
        panic!("{name}: {difference}\n{text}");
    }
}

/// A service behind a balancer, if there is a policy.
fn system(policy: &str, service: &str) -> String {
    if policy.is_empty() {
        return format!("entry = \"app\"\ncomponents.app = {{ kind = \"service\", {service} }}\n");
    }
    format!(
        "entry = \"lb\"\n\
         components.lb = {{ kind = \"load_balancer\", algorithm = \"{policy}\", \
         sends_to = \"app\" }}\n\
         components.app = {{ kind = \"service\", {service} }}\n"
    )
}

const POLICIES: [&str; 5] = ["", "round_robin", "random", "least_connections", "power_of_two"];
const RUN: &str = "run = { requests = 3_000, repeats = 2, seed = 20_261_120 }\n";

#[test]
fn plain_queues_are_the_same() {
    let users = "users = { count = 1, rate = \"800/s\" }\n";
    for (name, service) in [
        ("M/M/1", "workers = 1, service_time = { exponential = \"1ms\" }"),
        ("M/M/1/6", "workers = 1, queue_limit = 5, service_time = { exponential = \"1ms\" }"),
        ("M/M/3", "workers = 3, service_time = { exponential = \"3ms\" }"),
        ("M/M/40", "workers = 40, service_time = { exponential = \"50ms\" }"),
        ("Erlang B", "workers = 3, queue_limit = 0, service_time = { exponential = \"4ms\" }"),
        ("M/D/1", "workers = 1, service_time = \"1ms\""),
        ("more servers", "servers = 5, workers = 2, service_time = { exponential = \"9ms\" }"),
        ("too slow", "workers = 2, queue_limit = \"unlimited\", service_time = \"4ms\""),
        ("no work", "workers = 1, queue_limit = 1, service_time = \"0ms\""),
    ] {
        assert_same(name, &format!("{}{users}{RUN}", system("", service)));
    }
}

#[test]
fn balanced_servers_are_the_same() {
    let users = "users = { count = 90, rate = \"100/s\" }\n";
    for policy in POLICIES {
        for service in [
            "servers = 10, workers = 1, service_time = { exponential = \"1ms\" }",
            "servers = 4, workers = 2, queue_limit = 2, service_time = { exponential = \"1ms\" }",
            "servers = 1, workers = 9, queue_limit = 0, service_time = { exponential = \"1ms\" }",
        ] {
            assert_same(policy, &format!("{}{users}{RUN}", system(policy, service)));
        }
    }
}

/// 3.2 requests a nanosecond, most of which take no time or find no room: several come at the same
/// instant, and what the balancer counts as open depends on how far the last ones have come.
#[test]
fn arrivals_of_the_same_instant_are_the_same() {
    let some = "mixture = [ { share = \"60%\", of = \"0ms\" }, { share = \"40%\", of = \"4ns\" } ]";
    // The shortest warm-up there is would be a millisecond.
    let run = RUN.replace("repeats", "warmup = \"0s\", repeats");
    for policy in POLICIES {
        for spacing in ["poisson", "even"] {
            let users = format!(
                "users = {{ count = 4, rate = \"800_000_000/s\", spacing = \"{spacing}\" }}\n"
            );
            for service in [
                format!("servers = 3, workers = 1, queue_limit = 0, service_time = {{ {some} }}"),
                format!("servers = 4, workers = 2, queue_limit = 1, service_time = {{ {some} }}"),
                "servers = 7, workers = 1, service_time = \"0ms\"".to_owned(),
                "servers = 2, workers = 3, queue_limit = 3, service_time = \"2ns\"".to_owned(),
            ] {
                assert_same(policy, &format!("{}{users}{run}", system(policy, &service)));
            }
        }
    }
}

/// Operations with deadlines and data, static assets, handlers, a shape that is played, samples,
/// watched conditions.
const RICH: &str = r#"
[users]
count = 300
rate = "2/s"
shape = { diurnal = { peak = 1.8, period = "40s" } }

[run]
duration = "60s"
repeats = 3
seed = 11

[data.posts]
keys = { per_user = 5 }
popularity = { zipf = 0.99 }

[data.files]
keys = 100

[operations.view]
share = "50%"
does = "read"
of = "posts"
deadline = "8ms"

[operations.write]
share = "20%"
does = "write"
of = "posts"
key = "new"

[operations.asset]
share = "30%"
does = "read"
of = "files"
static = true

[components.app]
holds = ["posts", "files"]
handlers = { write = [ { compute = { exponential = "9ms" } } ] }

[graduate]
slow = "response_time.p95 > 5ms"
busy = "app.cpu > 50% for 10s"

[alerts.Waiting]
condition = "app.queue_depth > 1 for 10s"
"#;

#[test]
fn operations_shapes_series_and_alerts_are_the_same() {
    let service = "servers = 2, workers = 2, queue_limit = 3, \
                   service_time = { lognormal = { mean = \"4ms\", cv = 2.0 } }, \
                   static_time = \"1ms\"";
    for policy in POLICIES {
        let (entry, components) = system(policy, service)
            .split_once('\n')
            .map(|(entry, components)| (entry.to_owned(), components.to_owned()))
            .expect("the entry has a line of its own");
        // Inline tables cannot be added to: the service is written out instead.
        let service = "[components.app]\nkind = \"service\"\nservers = 2\nworkers = 2\n\
                       queue_limit = 3\nstatic_time = \"1ms\"\n\
                       service_time = { lognormal = { mean = \"4ms\", cv = 2.0 } }";
        let balancer = components.lines().find(|line| line.starts_with("components.lb"));
        let text = RICH.replace("[components.app]", service);
        assert_same(policy, &format!("{entry}\n{}\n{text}", balancer.unwrap_or("")));
    }
}

#[test]
fn replayed_traces_are_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut trace = String::from("at,work,key,count\n");
    for row in 0..2_000u64 {
        // Three at a time, some without work.
        let (at, work) = (row / 3 * 7, row * row % 11);
        writeln!(trace, "{at},{work},{},{}", row % 50, row % 6).expect("text can be appended");
    }
    std::fs::write(folder.path().join("log.csv"), trace).expect("a file can be written");
    let keys = "data.posts.keys = 50\n\
                data.posts.popularity = { trace = \"log.csv\", column = \"key\" }\n\
                operations.view = { does = \"read\", of = \"posts\" }\n";
    for (name, arrivals, work, rest) in [
        (
            "stamps",
            "time = \"at\", unit = \"ms\", work = \"work\", work_unit = \"ms\"",
            "\"recorded\"",
            "",
        ),
        ("scaled", "time = \"at\", unit = \"ms\", recorded_users = 2", "\"4ms\"", ""),
        ("counts", "counts = \"count\", time = \"at\", step = \"1s\"", "\"90ms\"", ""),
        ("keys", "", "{ exponential = \"3ms\" }", keys),
    ] {
        let users = if arrivals.is_empty() {
            "users = { count = 1, rate = \"500/s\" }".to_owned()
        } else {
            format!("users = {{ count = 5, arrivals = {{ trace = \"log.csv\", {arrivals} }} }}")
        };
        let service = format!("servers = 2, workers = 1, queue_limit = 1, service_time = {work}");
        for policy in POLICIES {
            let text = format!("{}{users}\nrun.repeats = 2\n{rest}", system(policy, &service));
            let file = folder.path().join("replay.toml");
            std::fs::write(&file, &text).expect("a file can be written");
            let loaded = load(&file, &[]);
            assert!(loaded.1.fits_express_lane(), "{name} fits");
            let difference = difference(&loaded);
            assert_eq!(difference, None, "{name} {policy}");
        }
    }
}

/// A random scenario that fits.
fn any_fitting() -> impl Strategy<Value = String> {
    let work = prop::sample::select(vec![
        "\"0ms\"",
        "\"1ms\"",
        "{ exponential = \"1ms\" }",
        "{ uniform = { min = \"0ns\", max = \"2ms\" } }",
        "{ mixture = [ { share = \"50%\", of = \"0ms\" }, { share = \"50%\", of = \"2ms\" } ] }",
        "{ hyperexponential = { mean = \"1ms\", cv = 3.0 } }",
        "{ exponential = \"3ns\" }",
    ]);
    let spacing = prop::sample::select(vec![
        "\"poisson\"",
        "\"even\"",
        "{ gamma = { cv = 3.0 } }",
        "{ gamma = { cv = 0.3 } }",
    ]);
    let run = prop::sample::select(vec![
        "requests = 2_000",
        "requests = 500, min_time = \"300ms\"",
        "duration = \"300ms\"",
        "requests = 1_000, warmup = \"0s\"",
        "requests = 1_000, precision = \"20%\"",
    ]);
    let limit = prop::sample::select(vec!["0", "1", "7", "1000", "\"unlimited\""]);
    let policy = prop::sample::select(POLICIES.to_vec());
    let sizes = (1u32..12, 1u32..9, 10u32..130, 1u64..1_000_000, 1u32..4);
    (work, spacing, run, limit, policy, sizes).prop_map(
        |(work, spacing, run, limit, policy, it)| {
            let (servers, workers, load, seed, repeats) = it;
            let repeats = match run.contains("precision") {
                true => String::new(),
                false => format!("repeats = {repeats}, "),
            };
            // Nanoseconds of work come in at a rate to match.
            let per_second = if work.contains("3ns") { 333_000_000 } else { 1_000 };
            // A millisecond of that is long: nothing is cut, or it would be as much.
            let run = if per_second > 1_000 { "requests = 3_000, warmup = \"0s\"" } else { run };
            let rate = u64::from(servers * workers * load) * per_second / 10_000;
            let service = format!(
                "servers = {servers}, workers = {workers}, queue_limit = {limit}, \
             service_time = {work}"
            );
            format!(
                "{}users = {{ count = 100, rate = \"{}/s\", spacing = {spacing} }}\n\
             run = {{ {run}, {repeats}seed = {seed} }}\n",
                system(policy, &service),
                rate.max(1)
            )
        },
    )
}

#[test]
fn random_scenarios_are_the_same() {
    let asked = std::env::var("SIMSCALE_PROPERTY_CASES").ok();
    let cases = asked.map_or(USUAL_CASES, |cases| cases.parse().expect("a number of cases"));
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let choices = TestRng::from_seed(RngAlgorithm::ChaCha, b"simscale: fit for express lanes.");
    let ran = TestRunner::new_with_rng(config, choices).run(&any_fitting(), |text| {
        let loaded = load_text("random", &text);
        prop_assert!(loaded.1.fits_express_lane(), "{text}");
        let difference = difference(&loaded);
        prop_assert_eq!(difference, None, "{}", text);
        Ok(())
    });
    if let Err(failure) = ran {
        panic!("{failure}");
    }
}

#[test]
fn what_needs_events_takes_the_general_engine() {
    let scenarios = ["stage1", "stage2", "stage3", "microservices", "closed_users", "trace_replay"];
    for name in scenarios {
        let file = project().join("scenarios").join(format!("{name}.toml"));
        assert!(!load(&file, &[]).1.fits_express_lane(), "{name}");
    }
    let users = "users = { count = 10, rate = \"10/s\" }\n";
    let closed = "users = { count = 10, think = \"10ms\" }\n";
    let spare = "components.spare = { kind = \"external\", delay = \"1ms\" }\n";
    for (name, text) in [
        ("closed users", format!("{}{closed}", system("", "workers = 1"))),
        ("shared cores", format!("{}{users}", system("", "workers = 2, cores = 1"))),
        ("an event loop", {
            let service = "workers = 2, cores = 2, discipline = \"batch\"";
            format!("{}{users}", system("", service))
        }),
        ("another component", format!("{}{users}{spare}", system("", "workers = 1"))),
        ("a wait", {
            let service = "handlers = { view = [ { wait = \"1ms\" } ] }";
            format!("{}{users}operations.view = {{ does = \"call\" }}\n", system("", service))
        }),
        ("a slow wire", {
            let slow = "sends_to = { to = \"app\", latency = \"1ms\" }";
            let text = system("random", "workers = 1").replace("sends_to = \"app\"", slow);
            format!("{text}{users}")
        }),
        ("patience", {
            let patient = "sends_to = { to = \"app\", timeout = \"1s\" }";
            let text = system("random", "workers = 1").replace("sends_to = \"app\"", patient);
            format!("{text}{users}")
        }),
    ] {
        assert!(!load_text("general", &text).1.fits_express_lane(), "{name}");
    }
}
