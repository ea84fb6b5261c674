//! Random scenarios: whole files, valid by construction, from idle to hopelessly overloaded.
//!
//! A scenario is read off a tape of random numbers, one number a choice. Where the tape has ended
//! every choice is the plainest one, so proptest, which shortens tapes and lowers their numbers,
//! hands back a small file that still fails.

mod components;
mod regions;

use components::law;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use std::fmt;

/// A scenario file as text.
#[derive(Clone, PartialEq, Eq)]
pub struct RandomScenario {
    /// The file.
    pub text: String,
}

impl fmt::Debug for RandomScenario {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "scenario\n{}", self.text)
    }
}

/// Numbers on the longest tape.
const LONGEST_TAPE: usize = 400;

/// Scenarios of any load.
pub fn any_scenario() -> impl Strategy<Value = RandomScenario> {
    vec(any::<u32>(), 0..LONGEST_TAPE).prop_map(|tape| read(&tape, any_users))
}

/// Scenarios whose users stop asking after a second, so that a run ends empty.
pub fn draining_scenario() -> impl Strategy<Value = RandomScenario> {
    vec(any::<u32>(), 0..LONGEST_TAPE).prop_map(|tape| read(&tape, fading_users))
}

/// Random numbers that become choices.
struct Tape<'t> {
    numbers: std::slice::Iter<'t, u32>,
}

impl Tape<'_> {
    /// A number below `bound`; 0 where the tape has ended.
    fn below(&mut self, bound: usize) -> usize {
        let number = u64::from(self.numbers.next().copied().unwrap_or(0));
        ((number * bound as u64) >> 32) as usize
    }

    /// One of some options, the plainest first.
    fn pick<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())]
    }

    /// True so often; false where the tape has ended.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// `key = value, ` so often, else nothing.
    fn option(&mut self, percent: usize, key: &str, values: &[&str]) -> String {
        if !self.chance(percent) {
            return String::new();
        }
        format!("{key} = {}, ", self.pick(values))
    }
}

/// What the sections of one scenario agree on.
struct Draft<'t> {
    tape: Tape<'t>,
    datasets: usize,
    /// Whether each dataset has several keys to write at once.
    has_several: Vec<bool>,
    /// The operations that ask for no static assets, and all others.
    operations: usize,
    kinds: Vec<Kind>,
    /// Components that each component calls.
    calls: Vec<Vec<usize>>,
    /// Steps that may still ask another component: they multiply along a way.
    asks_left: usize,
    /// How many regions there are; none when all is in one place.
    regions: usize,
    /// Whether databases may be rings, of which nobody asks what these cannot do.
    has_rings: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Service,
    Database,
    Cache,
    LoadBalancer,
    Queue,
    External,
}

const CALLERS: &[Kind] = &[Kind::Service, Kind::Cache, Kind::LoadBalancer, Kind::Queue];
const ALL_KINDS: &[Kind] = &[
    Kind::Service,
    Kind::Database,
    Kind::Cache,
    Kind::LoadBalancer,
    Kind::Queue,
    Kind::External,
    Kind::Database,
];
const LEAVES: &[Kind] =
    &[Kind::Service, Kind::Database, Kind::Cache, Kind::Queue, Kind::External, Kind::Database];

/// Steps of all handlers together that ask another component.
const MOST_ASKS: usize = 6;

fn read(numbers: &[u32], users: fn(&mut Tape<'_>) -> String) -> RandomScenario {
    let mut tape = Tape { numbers: numbers.iter() };
    let users = users(&mut tape);
    let (datasets, operations) = (1 + tape.below(3), 1 + tape.below(4));
    let (kinds, calls) = topology(&mut tape);
    let regions = if tape.chance(40) { 1 + tape.below(3) } else { 0 };
    let has_rings = tape.chance(40);
    let mut draft = Draft {
        tape,
        datasets,
        has_several: Vec::new(),
        operations,
        kinds,
        calls,
        asks_left: MOST_ASKS,
        regions,
        has_rings,
    };
    let ends = users.contains("run = { duration = ");
    let mut lines = vec!["entry = \"c0\"".to_owned(), users];
    lines.extend((0..datasets).map(|number| draft.dataset(number)));
    lines.extend((0..operations).map(|number| draft.operation(number)));
    lines.extend((0..draft.kinds.len()).map(|number| draft.component(number)));
    lines.extend(draft.conditions());
    lines.extend(draft.regions());
    lines.extend(draft.faults(ends));
    RandomScenario { text: lines.join("\n") + "\n" }
}

/// Kinds and calls of an acyclic model: a component calls later ones only, and each but the first
/// is called by an earlier one.
fn topology(tape: &mut Tape<'_>) -> (Vec<Kind>, Vec<Vec<usize>>) {
    let count = 1 + tape.below(7);
    let kind = |number: usize| match number {
        0 if count > 1 => CALLERS,
        _ if number + 1 == count => LEAVES,
        _ => ALL_KINDS,
    };
    let kinds: Vec<Kind> = (0..count).map(|number| tape.pick(kind(number))).collect();
    let mut calls = vec![Vec::new(); count];
    for callee in 1..count {
        let callers: Vec<usize> =
            (0..callee).filter(|&caller| CALLERS.contains(&kinds[caller])).collect();
        calls[tape.pick(&callers)].push(callee);
        let more = tape.pick(&callers);
        if tape.chance(30) && !calls[more].contains(&callee) {
            calls[more].push(callee);
        }
    }
    for caller in 0..count {
        if kinds[caller] == Kind::LoadBalancer && calls[caller].is_empty() {
            calls[caller].push(caller + 1);
        }
    }
    (kinds, calls)
}

fn any_users(tape: &mut Tape<'_>) -> String {
    let users = if tape.chance(30) { closed_users(tape) } else { open_users(tape) };
    let length = match tape.below(4) {
        0 | 1 => format!("requests = {}", tape.pick(&[200, 500, 1_000, 2_000])),
        2 => format!("duration = \"{}\"", tape.pick(&["500ms", "1s", "3s"])),
        _ => "requests = 300, min_time = \"200ms\"".to_owned(),
    };
    let min_time =
        if length.contains("min_time") || tape.chance(20) { "" } else { ", min_time = \"0ms\"" };
    let warmup = tape.pick(&["0ms", "auto", "100ms", "1s"]);
    let seed = tape.below(1_000);
    format!(
        "users = {{ {users} }}\n\
         run = {{ {length}{min_time}, warmup = \"{warmup}\", repeats = 2, seed = {seed} }}"
    )
}

fn open_users(tape: &mut Tape<'_>) -> String {
    let rates = [(10, "2/s"), (1, "5/s"), (50, "120/min"), (200, "2/s"), (1_000, "1/s")];
    let (count, rate) = tape.pick(&rates);
    let spacing =
        tape.option(40, "spacing", &["\"even\"", "{ gamma = { cv = 2.0 } }", "\"poisson\""]);
    let shape = tape.option(
        30,
        "shape",
        &[
            "{ diurnal = { peak = 1.8, period = \"1s\" } }",
            "{ spike = { at = \"200ms\", duration = \"300ms\", factor = 3.0 } }",
            "{ ramp = { from = 0.5, to = 2.0, over = \"1s\" } }",
        ],
    );
    let at = if shape.is_empty() { "" } else { tape.pick(&["at = \"peak\", ", "at = \"mean\", "]) };
    format!("{spacing}{shape}{at}rate = \"{rate}\", count = {count}")
}

fn closed_users(tape: &mut Tape<'_>) -> String {
    let (count, micros) =
        tape.pick(&[(1, 200_000), (3, 1_000), (20, 20_000), (100, 20_000), (100, 200_000)]);
    format!("count = {count}, think = {}", law(tape, micros))
}

/// Open users whose rate falls to nothing within a second.
fn fading_users(tape: &mut Tape<'_>) -> String {
    let (count, rate) = tape.pick(&[(10, "2/s"), (50, "2/s"), (200, "2/s"), (1_000, "1/s")]);
    let seed = tape.below(1_000);
    format!(
        "users = {{ count = {count}, rate = \"{rate}\", \
         shape = {{ ramp = {{ from = 2.0, to = 0.0, over = \"1s\" }} }} }}\n\
         run = {{ duration = \"1s\", repeats = 1, warmup = \"0ms\", seed = {seed} }}"
    )
}

impl Draft<'_> {
    fn dataset(&mut self, number: usize) -> String {
        let tape = &mut self.tape;
        let keys =
            tape.pick(&["100", "1", "2_000", "{ per_user = 5 }", "{ per_user = 1, base = 9 }"]);
        self.has_several.push(keys != "1");
        let popularity =
            tape.option(60, "popularity", &["{ zipf = 0.99 }", "\"uniform\"", "{ zipf = 1.5 }"]);
        let order = tape.option(30, "order", &["\"newest_hot\"", "\"scattered\""]);
        let size = tape.option(30, "value_size", &["\"20KiB\"", "\"1B\""]);
        let near = self.near(keys);
        format!("data.d{number} = {{ {popularity}{order}{size}{near}keys = {keys} }}")
    }

    fn operation(&mut self, number: usize) -> String {
        let last = number + 1 == self.operations;
        let share = if last { "rest".to_owned() } else { format!("{}%", 5 + self.tape.below(20)) };
        let does = self.tape.pick(&["call", "read", "write", "scan", "read"]);
        let mut text = format!("operations.o{number} = {{ share = \"{share}\", does = \"{does}\"");
        if does != "call" {
            let dataset = self.tape.below(self.datasets);
            text += &format!(", of = \"d{dataset}\"");
            let mut key = "popular";
            if self.tape.chance(60) {
                key = self.tape.pick(&["popular", "uniform", "own", "new", "newest"]);
                text += &format!(", key = \"{key}\"");
            }
            if does == "write" {
                text += &self.several_keys(dataset, key);
            }
        }
        if self.tape.chance(30) {
            text += &format!(", deadline = \"{}\"", self.tape.pick(&["100ms", "5ms"]));
        }
        if does != "write" && self.tape.chance(20) {
            text += ", static = true";
        }
        text + " }"
    }

    /// How many keys a write touches, where there are so many of this sort.
    fn several_keys(&mut self, dataset: usize, key: &str) -> String {
        let is_possible =
            self.has_several[dataset] && !["own", "newest"].contains(&key) && !self.has_rings;
        match is_possible && self.tape.chance(50) {
            true => format!(", keys = {}", self.tape.pick(&[2, 3])),
            false => String::new(),
        }
    }

    fn conditions(&mut self) -> Vec<String> {
        let conditions = [
            "response_time.p95 > 20ms",
            "error_rate > 1% or operations.o0.response_time.p99 >= 5ms",
            "throughput < 10/s for 10s and operations.o0.error_rate <= 50%",
        ];
        let mut lines = Vec::new();
        if self.tape.chance(30) {
            lines.push(format!("graduate.slow = \"{}\"", self.tape.pick(&conditions)));
        }
        if self.tape.chance(30) {
            lines.push(format!("alerts.Bad.condition = \"{}\"", self.tape.pick(&conditions)));
        }
        lines
    }
}
