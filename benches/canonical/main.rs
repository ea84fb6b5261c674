//! The canonical benchmark: whole scenarios on one thread, with no arguments needed.
//!
//! ```text
//! cargo bench --bench canonical                  every workload, and what two threads gain
//! cargo bench --bench canonical -- mm1 tiers     some workloads
//! cargo bench --bench canonical -- threads       what two threads gain
//! cargo bench --bench canonical -- instructions  instructions per request against their budgets
//! cargo bench --bench canonical -- --test        all of it, short: it still runs, within budgets
//! ```
//!
//! - [`workload`]: the scenarios, and how one is run;
//! - [`row`]: one workload measured, in a process of its own, beside its [`floor`];
//! - [`floor`]: the same work as loops written by hand, as a measure of overhead;
//! - [`instructions`]: instructions per request, which no neighbour disturbs, against budgets;
//! - [`threads`]: repeats on one thread and on two;
//! - [`process`]: processor time and memory of this process.
//!
//! What must hold: every round of a workload gives the same `results`, a hash over the bits of all
//! values, intervals and job counts. When it changes between two versions, results have changed.

mod floor;
mod instructions;
mod process;
mod row;
mod threads;
mod workload;

use std::process::{Command, ExitCode};
use workload::{WORKLOADS, Workload};

/// First argument of a child that measures one workload and prints its row.
const ROW: &str = "--row";
/// First argument of a child that only runs a workload, for its instructions to be counted.
const BARE: &str = "--bare";

fn main() -> ExitCode {
    // Cargo adds `--bench`; nothing here depends on it.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [ROW, name, rest @ ..] => row::print(known(name), rest.contains(&"--test")),
        [BARE, name, sets @ ..] => instructions::run_bare(known(name), sets),
        words => return parent(words),
    }
    ExitCode::SUCCESS
}

/// What was asked for on the command line.
fn parent(words: &[&str]) -> ExitCode {
    let is_short = words.contains(&"--test");
    let named: Vec<&str> = words.iter().copied().filter(|word| *word != "--test").collect();
    let names: Vec<&str> = WORKLOADS.iter().map(|workload| workload.name).collect();
    let parts = ["threads", "instructions"];
    if let Some(word) = named.iter().find(|word| !names.contains(word) && !parts.contains(word)) {
        eprintln!("no workload `{word}`; there are {}, {}", names.join(", "), parts.join(", "));
        return ExitCode::from(2);
    }
    let is_asked = |name: &str| named.is_empty() || named.contains(&name);
    let chosen: Vec<&Workload> =
        WORKLOADS.iter().filter(|workload| is_asked(workload.name)).collect();
    if !chosen.is_empty() {
        measure_each(&chosen, is_short);
    }
    if is_asked("threads") {
        threads::print(is_short);
    }
    // A full run has them in its rows; against budgets they are held when asked, or in short.
    if named.contains(&"instructions") || named.is_empty() && is_short {
        return instructions::check();
    }
    ExitCode::SUCCESS
}

fn known(name: &str) -> &'static Workload {
    WORKLOADS.iter().find(|workload| workload.name == name).expect("the parent knows the names")
}

/// Runs each workload in a process of its own, so that no peak of memory hides another.
fn measure_each(workloads: &[&Workload], is_short: bool) {
    println!("{}", row::header());
    let program = std::env::current_exe().expect("the benchmark knows its own file");
    for workload in workloads {
        let mut command = Command::new(&program);
        command.args([ROW, workload.name]).args(is_short.then_some("--test"));
        let status = command.status().expect("the benchmark can start itself");
        assert!(status.success(), "workload `{}` failed", workload.name);
    }
}
