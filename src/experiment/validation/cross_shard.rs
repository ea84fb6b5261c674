//! Queries that wait for several shards: scans of all of them, and writes of keys on several.

use super::case::Case;
use super::formulas::{fork_join_of_two_response, harmonic};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![scatter(4), scatter(16)];
    cases.extend([(300, 4_000_000), (600, 8_000_000), (800, 16_000_000)].map(fork_join));
    cases.extend([two_phases(2), two_phases(8), slow_logs(4), refusals(), one_shard(), saga()]);
    cases
}

/// One user asks now and then, so nothing waits: a scan takes as long as the slowest of n shards,
/// whose times are exponential with mean 4 ms.
fn scatter(shards: u32) -> Case {
    let system = format!(
        "entry = \"db\"\n\
         data.items = {{ keys = 10_000 }}\n\
         operations.list = {{ does = \"scan\", of = \"items\" }}\n\
         components.db = {{ kind = \"database\", cores = 1, shards = {{ count = {shards} }}, \
         read_time = {{ exponential = \"4ms\" }} }}"
    );
    let name = format!("scan of {shards} idle shards");
    Case::closed("scatter-gather", name, 1, system).without_waiting(400_000).check(
        "response_time.mean",
        0.004 * harmonic(shards),
        0.005,
    )
}

/// Two shards of one core, 1 ms a scan on each, one scan after the other.
fn fork_join((rate, requests): (u32, u64)) -> Case {
    let system = "entry = \"db\"\n\
         data.items = { keys = 10_000 }\n\
         operations.list = { does = \"scan\", of = \"items\" }\n\
         components.db = { kind = \"database\", cores = 1, discipline = \"fcfs\", \
         connections = \"unlimited\", shards = { count = 2 }, \
         read_time = { exponential = \"1ms\" } }";
    let load = f64::from(rate) * 0.001;
    let theory = fork_join_of_two_response(0.001, load);
    Case::open("fork-join", format!("fork-join of two at {load:.1}"), rate, system.to_owned())
        .at(load, requests)
        .check("response_time.mean", theory, 0.02)
        .check("db.cpu", load, 0.01)
}

/// A database whose one user writes all of its keys at once, one on each shard.
fn all_keys(shards: u32, keys: u32, write_time: &str, transactions: &str) -> String {
    format!(
        "entry = \"db\"\n\
         data.items = {{ keys = {keys} }}\n\
         operations.put = {{ does = \"write\", of = \"items\", key = \"uniform\", \
         keys = {keys} }}\n\
         components.db = {{ kind = \"database\", cores = 1, read_time = \"1ms\", \
         shards = {{ count = {shards}, strategy = \"range\" }}, write_time = {write_time}, \
         transactions = {{ {transactions} }} }}"
    )
}

const MODEL: &str = "two-phase commit";
const EXPONENTIAL: &str = "{ exponential = \"4ms\" }";

/// Exponential work of 4 ms on each of n shards, and 1 ms for each record of the log. The answer
/// takes the longest work and three records: vote, decision, commit. A shard is blocked from its
/// vote on: it waits for the longest work, the decision's record and its own one. Its own work is
/// 4 ms of the mean of the longest.
fn two_phases(shards: u32) -> Case {
    let longest = 0.004 * harmonic(shards);
    let system = all_keys(shards, shards, EXPONENTIAL, "flush = \"1ms\"");
    Case::closed(MODEL, format!("two phases on {shards} shards"), 1, system)
        .without_waiting(400_000)
        .check("response_time.mean", longest + 0.003, 0.005)
        .check("db.transactions.blocked.mean", longest - 0.004 + 0.002, 0.01)
}

/// Constant work of 2 ms and exponential records of 3 ms: the longest of n records, the decision,
/// the longest of n records again.
fn slow_logs(shards: u32) -> Case {
    let flush = "flush = { exponential = \"3ms\" }";
    let theory = 0.002 + 0.003 * (2.0 * harmonic(shards) + 1.0);
    Case::closed(
        MODEL,
        "two phases, slow logs".into(),
        1,
        all_keys(shards, shards, "\"2ms\"", flush),
    )
    .without_waiting(400_000)
    .check("response_time.mean", theory, 0.005)
}

/// Four shards that refuse one part in ten each: 1 - 0.9^4 of the writes fail. What is measured of
/// the others is as without refusals.
fn refusals() -> Case {
    let system = all_keys(4, 4, EXPONENTIAL, "abort = \"10%\", flush = \"1ms\"");
    Case::closed(MODEL, "two phases, refusals".into(), 1, system)
        .without_waiting(400_000)
        .check("db.transactions.aborted", 1.0 - libm::pow(0.9, 4.0), 0.02)
        .check("response_time.mean", 0.004 * harmonic(4) + 0.003, 0.005)
}

/// Four keys of one shard: their work, one after the other, and one record.
fn one_shard() -> Case {
    Case::closed(MODEL, "one phase".into(), 1, all_keys(1, 4, EXPONENTIAL, "flush = \"1ms\""))
        .without_waiting(400_000)
        .check("response_time.mean", 4.0 * 0.004 + 0.001, 0.005)
}

/// A saga of four steps: four times the work and a record.
fn saga() -> Case {
    let system = all_keys(4, 4, EXPONENTIAL, "style = \"saga\", abort = \"10%\", flush = \"1ms\"");
    Case::closed(MODEL, "saga of four steps".into(), 1, system)
        .without_waiting(400_000)
        .check("db.transactions.aborted", 1.0 - libm::pow(0.9, 4.0), 0.02)
        .check("response_time.mean", 4.0 * (0.004 + 0.001), 0.005)
}
