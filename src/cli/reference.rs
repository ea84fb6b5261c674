//! The reference of the scenario language, derived from the declarations that read it.
//!
//! [`topics`] is the list; `simscale components` renders it as plain text or as Markdown.

use crate::blocks::distribution::read::LAWS;
use crate::components::source;
use crate::components::wiring::WIRE_KEYS;
use crate::components::{ComponentKind, KINDS, STEP_KEYS};
use crate::language::key::{Given, Key, Takes};
use crate::measure::metric::Metric;
use crate::scenario::ROOT;
use crate::scenario::axes::RANGE;
use crate::scenario::changes::{CHANGE, CHANGES_MEANING};
use crate::scenario::conditions::ALERT;
use crate::scenario::data::DATA;
use crate::scenario::faults::FAULT;
use crate::scenario::operations::OPERATION;
use crate::scenario::regions::{NETWORK, REGION};
use crate::scenario::run::RUN;
use crate::scenario::users::USERS;

/// Something the reference explains.
pub(super) struct Topic {
    /// The word by which it is asked for.
    pub name: &'static str,
    /// How it is headed, such as `components.NAME, kind = "database"`.
    pub heading: String,
    /// What it is.
    pub meaning: &'static str,
    /// Its keys, those of tables within it included.
    pub keys: Vec<KeyEntry>,
    /// What it measures.
    pub metrics: &'static [Metric],
    /// What stands before the names of its metrics: `NAME.`.
    pub scope: &'static str,
    /// An example as it stands in a file, or empty.
    pub example: String,
}

/// A key as the reference shows it.
pub(super) struct KeyEntry {
    /// Its name, with that of the table it is in: `replicas.count`.
    pub path: String,
    /// What it takes, with examples where the form is its own.
    pub takes: String,
    /// What holds when it is not given.
    pub default: String,
    /// What it means.
    pub meaning: &'static str,
}

const QUANTITIES: &str = "\
    Durations \"250us\", \"4ms\", \"1.5s\", \"5min\", \"1h\", \"30d\"; rates \"2/min\", \
    \"1200/s\"; sizes \"2KiB\", \"16GiB\", \"1GB\" (GB = 10^9); bandwidths \"1Gbit/s\"; \
    fractions \"70%\" or 0.7; counts 300_000, \"300K\", \"10M\". A number without a unit is \
    refused where one is needed.";

const SCENARIO: &str = "\
    A TOML file. One that says `extends` gives only what it changes: tables merge, values are \
    replaced, \"none\" removes a key. --set PATH=VALUE changes a value in the same way.";

const GRADUATE: &str = "\
    Conditions on steady values that say: time for the next stage. METRIC > QUANTITY, or >=, <, \
    <=, joined by `and` / `or`; with `for DURATION` it is judged on the time series. Every \
    scenario has the threshold `capacity` besides: saturated, or an error rate above 1%.";

const FAULTS: &str = "\
    What goes down when. A fault needs `run.duration`; its times count from the start of the run, \
    warm-up included, which is 0s unless said otherwise. What comes meanwhile is refused, what is \
    inside is still answered; callers turn to the next region after `network.failover`.";

const SWEEP_MEANING: &str = "\
    What `simscale sweep` varies: each entry is a path with the values it runs through, listed or \
    as a range; all entries are crossed. --vary users.count=1K..10M:25:log says the same on the \
    command line.";

const LAWS_MEANING: &str = "\
    Wherever a duration or a distribution is asked: \"4ms\" is constant, a table with one of \
    these keys is a law.";

const STEPS_MEANING: &str = "\
    What a service does for an operation, one step after the other; each step names the component \
    it goes to. A step that says neither `of` nor `key` takes over the request's own.";

const STEPS_EXAMPLE: &str = "\
    handlers.place_order = [\n  \
    { compute = \"2ms\" },\n  \
    { write = \"orders_db\", of = \"orders\", key = \"new\" },\n  \
    { parallel = [ { call = \"payments\" }, { call = \"stock\" } ] },\n  \
    { enqueue = \"jobs\" },\n  \
    { chance = \"20%\", then = [ { read = \"cache\", of = \"offers\" } ] },\n  \
    { wait = \"5ms\" }\n]";

const WIRES_MEANING: &str = "\
    Where jobs go next. sends_to = \"db\" is short for { to = \"db\" }; of a list, the first \
    entry that takes the job is used.";

/// Every topic: the sections in the order of a file, the kinds of components, then forms of values.
pub(super) fn topics() -> Vec<Topic> {
    let mut topics = vec![
        section("scenario", "the whole file", SCENARIO, ROOT),
        section("quantities", "numbers with units", QUANTITIES, &[]),
        Topic { metrics: source::METRICS, ..section("users", "[users]", of_root("users"), USERS) },
        Topic {
            metrics: source::REGION_METRICS,
            scope: "regions.NAME.",
            example: "home = \"us\"\n[regions]\nus.share = \"64%\"\neu.share = \"36%\"".to_owned(),
            ..section("regions", "[regions.NAME]", of_root("regions"), REGION)
        },
        Topic {
            example: "[network.rtt]\nus-eu = \"90ms\"\nwithin = \"1ms\"".to_owned(),
            ..section("network", "[network]", of_root("network"), NETWORK)
        },
        section("data", "[data.NAME]", of_root("data"), DATA),
        Topic {
            metrics: source::OPERATION_METRICS,
            scope: "operations.NAME.",
            ..section("operations", "[operations.NAME]", of_root("operations"), OPERATION)
        },
    ];
    topics.extend(KINDS.iter().map(kind));
    topics.extend([
        section("run", "[run]", of_root("run"), RUN),
        section("changes", "[[changes]]", CHANGES_MEANING, CHANGE),
        Topic {
            example: "[graduate]\ndb_cpu = \"db.cpu > 60%\"\n\
                      slow = \"response_time.p95 > 200ms and users > 10K\""
                .to_owned(),
            ..section("graduate", "[graduate]", GRADUATE, &[])
        },
        Topic {
            example: "[[faults]]\nkind = \"outage\"\nregion = \"eu\"\nat = \"60s\"\nfor = \"30s\""
                .to_owned(),
            ..section("faults", "[[faults]]", FAULTS, FAULT)
        },
        section("alerts", "[alerts.NAME]", of_root("alerts"), ALERT),
        Topic {
            example: "[sweep]\nusers.count = { from = \"1K\", to = \"10M\", points = 25 }\n\
                      db.cores = [2, 4, 8]"
                .to_owned(),
            ..section("sweep", "[sweep]", SWEEP_MEANING, RANGE)
        },
        section("sends_to", "{ to = NAME, ... }", WIRES_MEANING, WIRE_KEYS),
        Topic {
            example: STEPS_EXAMPLE.to_owned(),
            ..section("steps", "handlers.OPERATION = [ { ... }, ... ]", STEPS_MEANING, STEP_KEYS)
        },
        section("distributions", "{ LAW = ... }", LAWS_MEANING, LAWS),
    ]);
    topics
}

fn section(
    name: &'static str,
    heading: &str,
    meaning: &'static str,
    keys: &'static [Key],
) -> Topic {
    Topic {
        name,
        heading: heading.to_owned(),
        meaning,
        keys: entries("", keys),
        metrics: &[],
        scope: "",
        example: String::new(),
    }
}

/// What the key of a section says of it.
fn of_root(name: &str) -> &'static str {
    let key = ROOT.iter().find(|key| key.name == name);
    key.expect("every section is declared at the root").meaning
}

fn kind(kind: &ComponentKind) -> Topic {
    Topic {
        name: kind.name,
        heading: format!("[components.NAME] kind = \"{}\"", kind.name),
        meaning: kind.meaning,
        keys: entries("", kind.keys),
        metrics: kind.metrics,
        scope: "NAME.",
        example: format!("[components.NAME]\nkind = \"{}\"\n{}", kind.name, kind.example),
    }
}

fn entries(prefix: &str, keys: &'static [Key]) -> Vec<KeyEntry> {
    let mut list = Vec::new();
    for key in keys {
        let path = format!("{prefix}{}", key.name);
        list.push(KeyEntry {
            takes: takes(&key.takes),
            default: default(key, keys),
            meaning: key.meaning,
            path: path.clone(),
        });
        // Sections are topics of their own; smaller tables are explained where they stand.
        if let Takes::Table(inner) = key.takes
            && !std::ptr::eq(keys, ROOT)
        {
            list.extend(entries(&format!("{path}."), inner));
        }
    }
    list
}

fn takes(takes: &Takes) -> String {
    match takes {
        Takes::Custom(custom) if custom.accepts.is_empty() => custom.name.to_owned(),
        Takes::Custom(custom) => custom.accepts.replace('`', ""),
        other => other.what(),
    }
}

/// What holds when a key is not given, in words.
fn default(key: &Key, all: &'static [Key]) -> String {
    let others: Vec<&str> = all
        .iter()
        .filter(|other| !key.group.is_empty() && other.group == key.group && other.name != key.name)
        .map(|other| other.name)
        .collect();
    match key.default {
        Given::Required => "required".to_owned(),
        Given::Text("{}") => "all of its defaults".to_owned(),
        Given::Text(text) => text.to_owned(),
        Given::Computed(rule) => rule.to_owned(),
        Given::Absent => match &others[..] {
            [] => "absent".to_owned(),
            [other] => format!("absent; excludes {other}"),
            [..] if others.len() < 4 => format!("absent; excludes {}", others.join(", ")),
            _ => "one of these".to_owned(),
        },
    }
}
