//! Random scenarios: whole files, valid by construction, from idle to hopelessly overloaded.
//!
//! A scenario is read off a tape of random numbers, one number a choice. Where the tape has ended
//! every choice is the plainest one, so proptest, which shortens tapes and lowers their numbers,
//! hands back a small file that still fails.

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
    /// The operations that ask for no static assets, and all others.
    operations: usize,
    kinds: Vec<Kind>,
    /// Components that each component calls.
    calls: Vec<Vec<usize>>,
    /// Steps that may still ask another component: they multiply along a way.
    asks_left: usize,
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
    let mut draft = Draft { tape, datasets, operations, kinds, calls, asks_left: MOST_ASKS };
    let mut lines = vec!["entry = \"c0\"".to_owned(), users];
    lines.extend((0..datasets).map(|number| draft.dataset(number)));
    lines.extend((0..operations).map(|number| draft.operation(number)));
    lines.extend((0..draft.kinds.len()).map(|number| draft.component(number)));
    lines.extend(draft.conditions());
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

/// A law of times with this mean.
fn law(tape: &mut Tape<'_>, micros: u64) -> String {
    let (mean, double) = (format!("\"{micros}us\""), format!("\"{}us\"", 2 * micros));
    match tape.below(12) {
        0 => mean,
        1 => format!("{{ exponential = {mean} }}"),
        2 => format!("{{ lognormal = {{ mean = {mean}, cv = 1.2 }} }}"),
        3 => format!("{{ lognormal = {{ p50 = {mean}, p99 = \"{}us\" }} }}", 5 * micros),
        4 => format!("{{ gamma = {{ mean = {mean}, cv = 0.5 }} }}"),
        5 => format!("{{ erlang = {{ mean = {mean}, stages = 3 }} }}"),
        6 => format!("{{ hyperexponential = {{ mean = {mean}, cv = 3.0 }} }}"),
        7 => format!("{{ weibull = {{ mean = {mean}, shape = 0.7 }} }}"),
        8 => format!("{{ pareto = {{ mean = {mean}, shape = 2.2, max = \"1s\" }} }}"),
        9 => format!("{{ uniform = {{ min = \"0us\", max = {double} }} }}"),
        10 => format!("{{ sum = [ {mean}, {{ exponential = {mean} }} ] }}"),
        _ => format!(
            "{{ mixture = [ {{ share = \"90%\", of = {mean} }}, \
             {{ share = \"10%\", of = {{ exponential = {double} }} }} ] }}"
        ),
    }
}

/// A law of service times, from next to nothing to more than anybody has cores for.
fn work(tape: &mut Tape<'_>) -> String {
    let micros = tape.pick(&[1_000, 10, 100, 500, 3_000, 10_000, 30_000]);
    law(tape, micros)
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
        let popularity =
            tape.option(60, "popularity", &["{ zipf = 0.99 }", "\"uniform\"", "{ zipf = 1.5 }"]);
        let order = tape.option(30, "order", &["\"newest_hot\"", "\"scattered\""]);
        let size = tape.option(30, "value_size", &["\"20KiB\"", "\"1B\""]);
        format!("data.d{number} = {{ {popularity}{order}{size}keys = {keys} }}")
    }

    fn operation(&mut self, number: usize) -> String {
        let last = number + 1 == self.operations;
        let share = if last { "rest".to_owned() } else { format!("{}%", 5 + self.tape.below(20)) };
        let does = self.tape.pick(&["call", "read", "write", "scan", "read"]);
        let mut text = format!("operations.o{number} = {{ share = \"{share}\", does = \"{does}\"");
        if does != "call" {
            text += &format!(", of = \"d{}\"", self.tape.below(self.datasets));
            if self.tape.chance(60) {
                let keys = ["popular", "uniform", "own", "new", "newest"];
                text += &format!(", key = \"{}\"", self.tape.pick(&keys));
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

    fn component(&mut self, number: usize) -> String {
        let body = match self.kinds[number] {
            Kind::Service => self.service(number),
            Kind::Database => self.database(),
            Kind::Cache => self.cache(number),
            Kind::LoadBalancer => self.load_balancer(number),
            Kind::Queue => self.queue(number),
            Kind::External => self.external(),
        };
        let body = body.trim_end().trim_end_matches(',');
        format!("components.c{number} = {{ {body} }}")
    }

    fn service(&mut self, number: usize) -> String {
        let handlers = self.handlers(number);
        let wires = self.wires(number);
        let tape = &mut self.tape;
        format!(
            "kind = \"service\", {}{}{}{}{}{}service_time = {}, {handlers}{wires}{}",
            tape.option(50, "servers", &["2", "3", "7"]),
            tape.option(70, "workers", &["4", "1", "16", "200"]),
            tape.option(50, "cores", &["1", "2", "300"]),
            tape.option(60, "queue_limit", &["10", "0", "\"unlimited\""]),
            tape.option(30, "async", &["true", "false"]),
            tape.option(30, "discipline", &["\"fcfs\"", "\"processor_sharing\""]),
            work(tape),
            tape.option(20, "holds", &["[\"d0\"]", "[]"]),
        )
    }

    fn database(&mut self) -> String {
        let tape = &mut self.tape;
        let mut text = format!(
            "kind = \"database\", cores = {}, read_time = {}, {}{}{}{}",
            tape.pick(&[2, 1, 4, 16]),
            work(tape),
            tape.option(50, "connections", &["10", "1", "100", "\"unlimited\""]),
            tape.option(50, "queue_limit", &["20", "0", "\"unlimited\""]),
            tape.option(30, "discipline", &["\"fcfs\"", "\"processor_sharing\""]),
            tape.option(20, "slow_query", &["\"5ms\""]),
        );
        if tape.chance(50) {
            text += &format!("write_time = {}, ", work(tape));
        }
        if tape.chance(20) {
            text += &format!("scan_time = {}, ", work(tape));
        }
        if tape.chance(30) {
            text += &format!("disk_time = {}, ", law(tape, 500));
            text += &tape.option(50, "iops", &["\"200/s\"", "\"20/s\"", "\"10000/s\""]);
            text += &tape.option(50, "memory", &["\"64KiB\"", "\"10MiB\"", "\"1B\""]);
        }
        if tape.chance(50) {
            let lag = tape.pick(&[1_000, 20_000, 100_000]);
            text += &format!(
                "replicas = {{ count = {}, lag = {}, reads = \"{}\" }}, ",
                tape.pick(&[1, 2, 4, 0]),
                law(tape, lag),
                tape.pick(&["replica", "primary", "read_your_writes"]),
            );
            if tape.chance(50) {
                text += &format!("apply_time = {}, ", law(tape, 1_000));
            }
        }
        text
    }

    fn cache(&mut self, number: usize) -> String {
        let wires = self.wires(number);
        let held = (0..=self.tape.below(self.datasets)).map(|number| format!("\"d{number}\""));
        let holds = held.collect::<Vec<_>>().join(", ");
        let tape = &mut self.tape;
        let capacities =
            ["entries = 50", "entries = 1", "memory = \"64KiB\"", "memory = \"1B\"", "entries = 0"];
        format!(
            "kind = \"cache\", holds = [{holds}], {}, {}{}{}{}{}{}{}{}{wires}",
            tape.pick(&capacities),
            tape.option(40, "ttl", &["\"100ms\"", "\"1ms\"", "\"10s\""]),
            tape.option(30, "invalidate", &["\"none\"", "\"delete\""]),
            tape.option(40, "threads", &["\"unlimited\"", "2"]),
            tape.option(30, "discipline", &["\"fcfs\"", "\"batch\""]),
            tape.option(50, "service_time", &["\"100us\"", "{ exponential = \"5ms\" }", "\"0us\""]),
            tape.option(40, "nodes", &["2", "3"]),
            tape.option(20, "start", &["\"cold\"", "\"stationary\""]),
            tape.option(20, "queue_limit", &["5", "0", "\"unlimited\""]),
        )
    }

    fn load_balancer(&mut self, number: usize) -> String {
        let algorithms = ["\"random\"", "\"least_connections\"", "\"power_of_two\""];
        let algorithm = self.tape.option(70, "algorithm", &algorithms);
        format!("kind = \"load_balancer\", {algorithm}{}", self.wires(number))
    }

    fn queue(&mut self, number: usize) -> String {
        let wires = self.wires(number);
        let tape = &mut self.tape;
        format!(
            "kind = \"queue\", service_time = {}, {}{}{wires}",
            work(tape),
            tape.option(50, "consumers", &["2", "10"]),
            tape.option(40, "queue_limit", &["5", "0", "\"unlimited\""]),
        )
    }

    fn external(&mut self) -> String {
        let tape = &mut self.tape;
        let errors = tape.option(60, "error_rate", &["\"5%\"", "\"50%\"", "\"100%\""]);
        format!("kind = \"external\", delay = {}, {errors}", work(tape))
    }

    /// Wires to all that a component calls. The last takes everything, as a balancer must send
    /// every request somewhere.
    fn wires(&mut self, number: usize) -> String {
        let callees = self.calls[number].clone();
        if callees.is_empty() {
            return String::new();
        }
        let last = callees.len() - 1;
        let wires = callees.iter().enumerate();
        let wires: Vec<String> =
            wires.map(|(index, &callee)| self.wire(callee, index == last)).collect();
        match wires.as_slice() {
            [wire] => format!("sends_to = {wire}, "),
            wires => format!("sends_to = [ {} ], ", wires.join(", ")),
        }
    }

    fn wire(&mut self, callee: usize, takes_all: bool) -> String {
        let names =
            [format!("\"d{}\"", self.datasets - 1), format!("\"o{}\"", self.operations - 1)];
        let tape = &mut self.tape;
        if !tape.chance(60) {
            return format!("\"c{callee}\"");
        }
        let mut text = format!("{{ to = \"c{callee}\"");
        if tape.chance(50) {
            text += &format!(", latency = {}", law(tape, 500));
        }
        if tape.chance(40) {
            let timeouts = ["50ms", "200ms", "5ms", "1ms"];
            text += &format!(", timeout = \"{}\"", tape.pick(&timeouts));
        }
        if tape.chance(40) {
            text += ", on_error = \"skip\"";
        }
        if !takes_all && tape.chance(40) {
            text += &format!(", of = [{}]", names[tape.below(2)]);
        }
        text + " }"
    }

    /// Handlers for some of the operations.
    fn handlers(&mut self, number: usize) -> String {
        let mut handlers = Vec::new();
        for operation in 0..self.operations {
            if self.tape.chance(30) {
                handlers.push(format!("o{operation} = {}", self.steps(number, 2)));
            }
        }
        if handlers.is_empty() {
            return String::new();
        }
        format!("handlers = {{ {} }}, ", handlers.join(", "))
    }

    /// A list of steps, nested at most so deep.
    fn steps(&mut self, number: usize, depth: usize) -> String {
        let count = 1 + self.tape.below(3);
        let steps: Vec<String> = (0..count).map(|_| self.step(number, depth)).collect();
        format!("[ {} ]", steps.join(", "))
    }

    fn step(&mut self, number: usize, depth: usize) -> String {
        match self.tape.below(if depth > 0 { 7 } else { 4 }) {
            0 => format!("{{ compute = {} }}", work(&mut self.tape)),
            1 => format!("{{ wait = {} }}", law(&mut self.tape, 2_000)),
            4 => {
                let chance = self.tape.pick(&["20%", "0%", "100%"]);
                format!("{{ chance = \"{chance}\", then = {} }}", self.steps(number, depth - 1))
            }
            5 => {
                let (one, other) = (self.step(number, depth - 1), self.steps(number, depth - 1));
                format!("{{ parallel = [ {one}, {other} ] }}")
            }
            _ => self.ask(number),
        }
    }

    fn ask(&mut self, number: usize) -> String {
        let callees = &self.calls[number];
        if callees.is_empty() || self.asks_left == 0 {
            return "{ compute = \"20us\" }".to_owned();
        }
        self.asks_left -= 1;
        let tape = &mut self.tape;
        let callee = tape.pick(callees);
        let verb = tape.pick(&["call", "read", "write", "scan", "enqueue"]);
        let mut text = format!("{{ {verb} = \"c{callee}\"");
        if ["read", "write", "scan"].contains(&verb) {
            text += &format!(", of = \"d{}\"", tape.below(self.datasets));
            if tape.chance(50) {
                let keys = ["popular", "uniform", "own", "new"];
                text += &format!(", key = \"{}\"", tape.pick(&keys));
            }
        }
        if ["read", "scan"].contains(&verb) && tape.chance(30) {
            text += &format!(", from = \"{}\"", tape.pick(&["primary", "replica"]));
        }
        text + " }"
    }

    fn conditions(&mut self) -> Vec<String> {
        let conditions = [
            "response_time.p95 > 20ms",
            "error_rate > 1% or c0.response_time.p99 >= 5ms",
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
