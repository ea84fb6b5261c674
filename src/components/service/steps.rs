//! The steps of a handler as the scenario says them, and their names resolved.

use super::program::{Ask, Step};
use crate::blocks::distribution::Distribution;
use crate::components::Resolver;
use crate::components::access::{Class, KeyChoice, MOST_KEYS, ReadFrom, Verb};
use crate::components::wiring::{Name, WireSpec};
use crate::components::work::{WORK, Work};
use crate::language::key::{Key, Takes};
use crate::language::node::Node;
use crate::language::quantity::{Count, Fraction};
use crate::language::reader::TableReader;
use crate::language::reading::{FromNode, Reading};

/// A step as written.
#[derive(Clone, Debug)]
pub enum StepSpec {
    /// `{ compute = "2ms" }`
    Compute(Work),
    /// `{ wait = "5ms" }`
    Wait(Distribution),
    /// `{ read = "db", of = "posts", key = "popular", from = "primary" }` and its likes.
    Ask(AskSpec),
    /// `{ parallel = [ .. ] }`: each entry is a branch of its own.
    Parallel(Vec<Vec<StepSpec>>),
    /// `{ chance = "20%", then = [ .. ] }`
    Chance(f64, Vec<StepSpec>),
}

/// A call, read, write, scan or enqueue as written.
#[derive(Clone, Debug)]
pub struct AskSpec {
    word: &'static str,
    verb: Verb,
    component: Name,
    dataset: Option<Name>,
    key: Option<KeyChoice>,
    from: ReadFrom,
    keys: Option<u16>,
}

/// Keys of a step; the first group names what it does.
pub const STEP_KEYS: &[Key] = &[
    Key::optional("compute", Takes::Custom(&WORK), "Computes on the service's cores.")
        .in_group("step"),
    Key::optional("wait", Takes::Distribution, "Waits, using nothing but the worker.")
        .in_group("step"),
    Key::optional("call", Takes::Name, "Calls a component; no data.").in_group("step"),
    Key::optional("read", Takes::Name, "Reads one key at a component.").in_group("step"),
    Key::optional("write", Takes::Name, "Writes one key at a component.").in_group("step"),
    Key::optional("scan", Takes::Name, "Reads many keys at a component.").in_group("step"),
    Key::optional("enqueue", Takes::Name, "Leaves a message; goes on when it is acknowledged.")
        .in_group("step"),
    Key::optional("parallel", Takes::Steps, "Does all entries at once, goes on when all are done.")
        .in_group("step"),
    Key::optional("chance", Takes::Fraction, "Does `then` this often.").in_group("step"),
    Key::optional("then", Takes::Steps, "Steps of a `chance`."),
    Key::optional("of", Takes::Name, "Dataset; the request's own if absent."),
    Key::optional(
        "key",
        Takes::OneOf(&["popular", "uniform", "own", "new"]),
        "Which key of `of`; the request's own if absent.",
    ),
    Key::optional("from", Takes::OneOf(&["primary", "replica"]), "Copy a read goes to."),
    Key::optional(
        "keys",
        Takes::Count,
        "Keys a write touches; the request's own number if absent, or one of another dataset.",
    ),
];

impl FromNode for StepSpec {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<StepSpec> {
        let mut table = reading.table(node, STEP_KEYS)?;
        let word = table.get_group("step")?;
        let only_for = |table: &mut TableReader<'_, '_>, key: &str, words: &[&str]| {
            if table.given(key) && !words.contains(&word) {
                let label = format!("it goes with {}", words.join(", "));
                table.error(key, &format!("means nothing beside `{word}`"), label);
                return false;
            }
            true
        };
        let asks = ["call", "read", "write", "scan", "enqueue"];
        let fits = only_for(&mut table, "of", &asks)
            & only_for(&mut table, "key", &asks)
            & only_for(&mut table, "from", &["read", "scan"])
            & only_for(&mut table, "keys", &["write"])
            & only_for(&mut table, "then", &["chance"]);
        let step = match word {
            "compute" => StepSpec::Compute(table.optional::<Work>("compute")??),
            "wait" => StepSpec::Wait(table.optional::<Distribution>("wait")??),
            "parallel" => {
                let branches = table.optional::<Vec<Branch>>("parallel")??;
                StepSpec::Parallel(branches.into_iter().map(|branch| branch.0).collect())
            }
            "chance" => {
                let chance = table.optional::<Fraction>("chance");
                let then = table.optional::<Vec<StepSpec>>("then")?;
                if then.is_none() {
                    table.error("chance", "`then` is missing", "add then = [ .. ]");
                }
                StepSpec::Chance(chance??.0, then?)
            }
            word => StepSpec::Ask(read_ask(word, &mut table)?),
        };
        fits.then_some(step)
    }
}

fn read_ask(word: &'static str, table: &mut TableReader<'_, '_>) -> Option<AskSpec> {
    let verb = match word {
        "read" => Verb::Read,
        "write" => Verb::Write,
        "scan" => Verb::Scan,
        _ => Verb::Call,
    };
    let component = table.optional::<Name>(word)?;
    let dataset = table.optional::<Name>("of")?;
    let key = match table.given("key") {
        true => Some(match table.get_word("key")? {
            "popular" => KeyChoice::Popular,
            "uniform" => KeyChoice::Uniform,
            "own" => KeyChoice::Own,
            _ => KeyChoice::New,
        }),
        false => None,
    };
    let from = match table.given("from") {
        true => match table.get_word("from")? {
            "primary" => ReadFrom::Primary,
            _ => ReadFrom::Replica,
        },
        false => ReadFrom::Usual,
    };
    let keys = written_keys(table)?;
    Some(AskSpec { word, verb, component: component?, dataset, key, from, keys })
}

/// How many keys a write touches at once.
fn written_keys(table: &mut TableReader<'_, '_>) -> Option<Option<u16>> {
    match table.optional::<Count>("keys")? {
        Some(Count(keys)) if !(1..=MOST_KEYS).contains(&keys) => {
            table.error("keys", "must lie between 1 and 100", "");
            None
        }
        keys => Some(keys.map(|keys| keys.0 as u16)),
    }
}

/// A branch of `parallel`: one step, or a list of them.
struct Branch(Vec<StepSpec>);

impl FromNode for Branch {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Branch> {
        if node.list().is_some() {
            return Vec::from_node(node, reading).map(Branch);
        }
        StepSpec::from_node(node, reading).map(|step| Branch(vec![step]))
    }
}

/// The components that some steps name.
pub fn asked_components(steps: &[StepSpec]) -> Vec<&Name> {
    let mut names = Vec::new();
    for step in steps {
        match step {
            StepSpec::Ask(ask) => names.push(&ask.component),
            StepSpec::Chance(_, then) => names.extend(asked_components(then)),
            StepSpec::Parallel(branches) => {
                names.extend(branches.iter().flat_map(|branch| asked_components(branch)));
            }
            StepSpec::Compute(_) | StepSpec::Wait(_) => {}
        }
    }
    names
}

/// Whether a step takes its time from the replayed trace.
pub fn uses_recorded(steps: &[StepSpec]) -> bool {
    steps.iter().any(|step| match step {
        StepSpec::Compute(work) => work.is_recorded(),
        StepSpec::Chance(_, then) => uses_recorded(then),
        StepSpec::Parallel(branches) => branches.iter().any(|branch| uses_recorded(branch)),
        StepSpec::Ask(_) | StepSpec::Wait(_) => false,
    })
}

/// Resolves the steps of an operation's handler; unknown names are reported.
pub fn resolve_steps(
    steps: &[StepSpec],
    operation: u16,
    wires: &[WireSpec],
    resolver: &mut Resolver<'_, '_>,
) -> Option<Vec<Step>> {
    let resolved: Vec<Option<Step>> =
        steps.iter().map(|step| resolve_step(step, operation, wires, resolver)).collect();
    resolved.into_iter().collect()
}

fn resolve_step(
    step: &StepSpec,
    operation: u16,
    wires: &[WireSpec],
    resolver: &mut Resolver<'_, '_>,
) -> Option<Step> {
    Some(match step {
        StepSpec::Compute(work) => Step::Compute(work.clone()),
        StepSpec::Wait(law) => Step::Wait(law.clone()),
        StepSpec::Chance(probability, then) => {
            Step::Chance(*probability, resolve_steps(then, operation, wires, resolver)?)
        }
        StepSpec::Parallel(branches) => {
            let resolved: Vec<Option<Vec<Step>>> = branches
                .iter()
                .map(|branch| resolve_steps(branch, operation, wires, resolver))
                .collect();
            Step::Parallel(resolved.into_iter().collect::<Option<_>>()?)
        }
        StepSpec::Ask(ask) => Step::Ask(resolve_ask(ask, operation, wires, resolver)?),
    })
}

/// Queues take messages and nothing else does; an unknown component is reported with its wire.
fn check_kind(ask: &AskSpec, resolver: &mut Resolver<'_, '_>) -> Option<()> {
    let AskSpec { word, component, .. } = ask;
    let known = resolver.kinds.iter().find(|(name, _)| *name == component.text);
    let is_queue = known.map(|(_, kind)| *kind == "queue");
    let (message, label) = match (*word, is_queue) {
        ("enqueue", Some(false)) => {
            (format!("`enqueue` needs a queue, and `{}` is none", component.text), "say `call`")
        }
        ("read" | "write" | "scan", Some(true)) => (
            format!("`{}` is a queue and keeps no data to {word}", component.text),
            "say `enqueue`",
        ),
        _ => return Some(()),
    };
    resolver.error(component, &message, label);
    None
}

fn resolve_ask(
    ask: &AskSpec,
    operation: u16,
    wires: &[WireSpec],
    resolver: &mut Resolver<'_, '_>,
) -> Option<Ask> {
    check_kind(ask, resolver)?;
    let own = *resolver.classes.get(operation);
    let dataset = match &ask.dataset {
        Some(name) => Some(resolver.dataset(name)?),
        None if ask.verb == Verb::Call => None,
        None => own.dataset,
    };
    if ask.verb != Verb::Call && dataset.is_none() {
        let message = "the step touches data, but neither it nor its operation says which";
        resolver.error(&ask.component, message, "add of = \"DATASET\"");
        return None;
    }
    // A key of the request's own dataset is the request's own, unless the step draws another.
    let same_data = dataset == own.dataset;
    let choice = match ask.key {
        Some(choice) => Some(choice),
        None if same_data || dataset.is_none() => None,
        None => Some(KeyChoice::Popular),
    };
    let key = choice.unwrap_or(own.key);
    let (verb, from) = (ask.verb, ask.from);
    let keys = match ask.keys {
        Some(keys) => keys,
        // Without words of its own the step does what the request asks for.
        None if verb == Verb::Write && choice.is_none() => own.keys,
        None => 1,
    };
    let class = Class { operation, verb, dataset, key, from, keys };
    let class = resolver.classes.intern(class);
    let wire = wires
        .iter()
        .position(|wire| wire.to.text == ask.component.text)
        .expect("every component that a step names has a wire");
    Some(Ask { wire, class, key: choice.zip(dataset).map(|(choice, number)| (number, choice)) })
}
