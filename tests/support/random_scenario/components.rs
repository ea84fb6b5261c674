//! Components of random scenarios: every kind, every key, every step.

use super::{Draft, Kind, Tape};

/// A law of times with this mean.
pub(super) fn law(tape: &mut Tape<'_>, micros: u64) -> String {
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

/// How a database writes several keys at once.
fn transactions(tape: &mut Tape<'_>) -> String {
    let text = format!(
        "style = \"{}\", {}{}{}",
        tape.pick(&["two_phase_commit", "saga"]),
        tape.option(60, "abort", &["\"5%\"", "\"60%\""]),
        tape.option(60, "flush", &["\"1ms\"", "{ exponential = \"5ms\" }"]),
        tape.option(60, "lock_timeout", &["\"20ms\"", "\"1ms\"", "\"5s\""]),
    );
    format!("transactions = {{ {} }}, ", text.trim_end().trim_end_matches(','))
}

/// Copies on a ring, and how many of them a query waits for.
const COPIES: &[&str] = &[
    "",
    "read_quorum = 1, write_quorum = 1, ",
    "read_quorum = 3, ",
    "copies = 2, ",
    "copies = 1, read_quorum = 1, write_quorum = 1, ",
];

/// Nodes without a leader.
fn ring(tape: &mut Tape<'_>, regions: usize) -> String {
    let nodes = match regions {
        3 if tape.chance(60) => "regions = { us = 2, eu = 1, ap = 3 }",
        _ => tape.pick(&["nodes = 5", "nodes = 3", "nodes = 20", "virtual_nodes = 1"]),
    };
    let lag = law(tape, 5_000);
    let text = format!(
        "{nodes}, lag = {lag}, {}{}{}{}{}",
        tape.pick(COPIES),
        tape.option(60, "hints", &["\"kept\"", "\"none\"", "\"counted\""]),
        tape.option(40, "read_repair", &["false", "true"]),
        tape.option(40, "detection", &["\"10ms\"", "\"0s\""]),
        tape.option(40, "key", &["\"owner\"", "\"data\""]),
    );
    format!("ring = {{ {} }}", text.trim_end().trim_end_matches(','))
}

impl Draft<'_> {
    pub(super) fn component(&mut self, number: usize) -> String {
        let standing = self.standing(number);
        let body = match self.kinds[number] {
            Kind::Service => self.service(number),
            Kind::Database => self.database(),
            Kind::Cache => self.cache(number),
            Kind::LoadBalancer => self.load_balancer(number),
            Kind::Queue => self.queue(number),
            Kind::External => self.external(),
        };
        let body = body.trim_end().trim_end_matches(',');
        format!("components.c{number} = {{ {standing}{body} }}")
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
        let is_ring = self.has_rings && self.tape.chance(60);
        let (tape, regions) = (&mut self.tape, self.regions);
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
        if is_ring {
            return text + &ring(tape, regions);
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
        if tape.chance(50) {
            let strategies = ["hash", "range", "virtual"];
            let (count, strategy) = (tape.pick(&[2, 3, 8, 1]), tape.pick(&strategies));
            text += &format!("shards = {{ count = {count}, strategy = \"{strategy}\" }}, ");
        }
        if tape.chance(50) {
            text += &transactions(tape);
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
        let by_region = ["\"geographic\"", "\"latency\""];
        let is_by_region = self.regions > 0 && self.tape.chance(30);
        let algorithm = match is_by_region {
            true => format!("algorithm = {}, ", self.tape.pick(&by_region)),
            false => self.tape.option(70, "algorithm", &algorithms),
        };
        let wires = self.wires(number);
        let wires = if is_by_region { self.to_all_regions(number) } else { wires };
        format!("kind = \"load_balancer\", {algorithm}{wires}")
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
        if self.regions > 0 && tape.chance(20) {
            text += ", scope = \"nearest\"";
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
        let verbs: &[&str] = match self.kinds[callee] {
            Kind::Queue => &["enqueue", "call"],
            _ => &["call", "read", "write", "scan"],
        };
        let verb = tape.pick(verbs);
        let mut text = format!("{{ {verb} = \"c{callee}\"");
        if ["read", "write", "scan"].contains(&verb) {
            let dataset = tape.below(self.datasets);
            text += &format!(", of = \"d{dataset}\"");
            if tape.chance(50) {
                let key = tape.pick(&["popular", "uniform", "own", "new"]);
                text += &format!(", key = \"{key}\"");
                if verb == "write" {
                    text += &self.several_keys(dataset, key);
                }
            }
        }
        if ["read", "scan"].contains(&verb) && self.tape.chance(30) {
            let from: &[&str] = if self.has_rings { &["replica"] } else { &["primary", "replica"] };
            text += &format!(", from = \"{}\"", self.tape.pick(from));
        }
        text + " }"
    }
}
