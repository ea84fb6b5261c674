//! Instructions per request, counted by valgrind: the same on a quiet machine and on a busy one, so
//! that they can be held against a budget where time cannot.
//!
//! A workload runs at two lengths, with its warm-up as many times longer as its requests. Start-up
//! and the samples of the time series (equally many in both) cancel in the difference. What must
//! hold: the counts of one binary differ by less than a hundredth from run to run.

use crate::BARE;
use crate::workload::{self, Workload};
use std::process::{Command, ExitCode};

/// How instructions are counted for a workload, and how many a request may take.
struct Budget {
    workload: &'static str,
    /// Requests and warm-up of the short run, and of the long one: ten times as much.
    lengths: [[&'static str; 2]; 2],
    /// What makes start-up cheap.
    sets: &'static [&'static str],
    /// Instructions per request: what was measured last, and a twentieth more.
    most: f64,
}

const BUDGETS: &[Budget] = &[
    Budget {
        workload: "mm1",
        lengths: [["run.requests=20K", "run.warmup=1s"], ["run.requests=200K", "run.warmup=10s"]],
        sets: &[],
        most: 561.0,
    },
    Budget {
        workload: "supermarket",
        lengths: [
            ["run.requests=25K", "run.warmup=50ms"],
            ["run.requests=250K", "run.warmup=500ms"],
        ],
        sets: &[],
        most: 749.0,
    },
    Budget {
        workload: "tiers",
        lengths: [["run.requests=15K", "run.warmup=1s"], ["run.requests=150K", "run.warmup=10s"]],
        sets: &[],
        most: 3610.0,
    },
    Budget {
        workload: "closed",
        lengths: [["run.requests=20K", "run.warmup=1s"], ["run.requests=200K", "run.warmup=10s"]],
        sets: &["users.count=10K", "users.think={ exponential = \"1s\" }"],
        most: 1868.0,
    },
    Budget {
        workload: "impatient",
        lengths: [["run.requests=20K", "run.warmup=1s"], ["run.requests=200K", "run.warmup=10s"]],
        sets: &["users.count=10K", "users.think={ exponential = \"1s\" }"],
        most: 2831.0,
    },
];

/// The share of its budget below which a count asks for a lower budget.
const ROOMY: f64 = 0.85;

/// The processors whose instructions the budgets count.
const COUNTED_ON: &str = "x86_64";

/// Instructions per request; none for a workload without budget, or without valgrind.
pub fn per_request(workload: &Workload) -> Option<f64> {
    let budget = BUDGETS.iter().find(|budget| budget.workload == workload.name)?;
    has_valgrind().then(|| measure(budget))
}

/// Holds all counts against their budgets.
pub fn check() -> ExitCode {
    if !has_valgrind() {
        println!("\ninstructions: valgrind is not installed, so they are not counted");
        return ExitCode::SUCCESS;
    }
    let binds = std::env::consts::ARCH == COUNTED_ON;
    println!("\n{:<11} {:>20} {:>8}", "workload", "instructions/request", "budget");
    let mut is_kept = true;
    for budget in BUDGETS {
        let count = measure(budget);
        println!("{:<11} {count:>20.0} {:>8.0}", budget.workload, budget.most);
        if binds && count > budget.most {
            is_kept = false;
            eprintln!(
                "{}: {count:.0} instructions per request, the budget is {:.0}. Find what made it \
                 slower; if the reason is good, raise the budget to {:.0} in \
                 benches/canonical/instructions.rs and give the reason in the commit.",
                budget.workload,
                budget.most,
                budget_for(count)
            );
        } else if binds && count < ROOMY * budget.most {
            println!("{:<11} has become faster: lower its budget to {:.0}", "", budget_for(count));
        }
    }
    if !binds {
        println!("the budgets are for {COUNTED_ON}, so nothing is held against them here");
    }
    if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A twentieth more than was measured.
fn budget_for(count: f64) -> f64 {
    (count * 1.05).ceil()
}

fn has_valgrind() -> bool {
    let output = Command::new("valgrind").arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}

/// Instructions per request: more instructions of the long run over its more requests.
fn measure(budget: &Budget) -> f64 {
    let [short, long] = budget.lengths.map(|length| {
        let mut sets = budget.sets.to_vec();
        sets.extend(length);
        sets.push("run.repeats=1");
        count(budget.workload, &sets)
    });
    (long.instructions - short.instructions) / (long.requests - short.requests)
}

/// What a child did.
struct Count {
    requests: f64,
    instructions: f64,
}

/// Runs a workload in a child under valgrind. Its cachegrind counts fastest, with no cache.
fn count(workload: &str, sets: &[&str]) -> Count {
    let program = std::env::current_exe().expect("the benchmark knows its own file");
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(program)
        .args([BARE, workload])
        .args(sets)
        .output()
        .expect("valgrind can be started");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{workload} failed under valgrind:\n{told}");
    let line = told.lines().find_map(|line| line.split_once("I   refs:"));
    let (_, digits) = line.unwrap_or_else(|| panic!("valgrind counted nothing:\n{told}"));
    let number = |text: &str| text.trim().replace(',', "").parse().expect("it is a number");
    let requests = number(&String::from_utf8_lossy(&output.stdout));
    Count { requests, instructions: number(digits) }
}

/// Only runs a workload, in a child, and prints how many requests that simulated.
pub fn run_bare(workload: &Workload, sets: &[&str]) {
    workload::stay_on_this_thread();
    let loaded = workload::load(workload, sets);
    println!("{}", workload::run(&loaded).horizon.simulated);
}
