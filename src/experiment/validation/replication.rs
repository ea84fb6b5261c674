//! Copies of data: how long a write waits for them, and what a read of one misses.

use super::case::Case;
use super::formulas::{kth_of_exponentials, majority_of_exponentials};

pub(super) fn cases() -> Vec<Case> {
    [vec![stale_behind_apply()], writes_that_wait(), majorities()].concat()
}

/// A database of many cores, so that nothing waits for them, asked for reads and writes of 200
/// keys.
fn database(rest: &str) -> String {
    format!(
        "entry = \"db\"\n\
         data.items = {{ keys = 200 }}\n\
         operations.get = {{ share = \"60%\", does = \"read\", of = \"items\" }}\n\
         operations.put = {{ share = \"rest\", does = \"write\", of = \"items\" }}\n\
         components.db = {{ kind = \"database\", cores = 1_000, connections = \"unlimited\", \
         read_time = {{ exponential = \"1ms\" }}, write_time = \"1ms\", {rest} }}"
    )
}

/// As without work on the replica, but that a write is visible when it has been applied: the lag is
/// exponential of mean m on top of a constant c, so a read is stale with probability
/// 1 - E[exp(-wL)] = 1 - exp(-wc) / (1 + w m). 400 writes a second over 200 keys are w = 2.
fn stale_behind_apply() -> Case {
    let (mean, apply, rate) = (0.15, 0.1, 2.0);
    let stale = 1.0 - libm::exp(-rate * apply) / (1.0 + rate * mean);
    let rest = "apply_time = \"100ms\", \
                replicas = { count = 2, lag = { exponential = \"150ms\" } }";
    Case::open("stale reads", "stale, lag and apply".to_owned(), 1_000, database(rest))
        .without_waiting(2_000_000)
        .check("db.stale_reads.mean", stale, 0.01)
        .check("db.replication_lag.mean", mean + apply, 0.01)
}

/// A write waits for the k-th of n replicas to receive it, or for all to apply it, each after an
/// exponential time of mean 30 ms; 1 ms of work comes before.
fn writes_that_wait() -> Vec<Case> {
    let case = |(name, copies, mode, waits): (&str, u32, &str, u32)| {
        let rest = format!(
            "replicas = {{ count = {copies}, lag = {{ exponential = \"30ms\" }}, {mode} }}"
        );
        let mean = 0.001 + kth_of_exponentials(copies, waits, 0.03);
        Case::open("replication", name.to_owned(), 1_000, database(&rest))
            .without_waiting(1_000_000)
            .check("db.write_query.mean", mean, 0.01)
    };
    let semi = "mode = \"semi_synchronous\", wait_for = ";
    let (one, two) = (format!("{semi}1"), format!("{semi}2"));
    let cases = [
        ("wait for 1 of 3 replicas", 3, one.as_str(), 1),
        ("wait for 2 of 3 replicas", 3, two.as_str(), 2),
        ("wait for all of 4 replicas", 4, "mode = \"synchronous\"", 4),
    ];
    cases.into_iter().map(case).collect()
}

/// A write waits until a majority has it on disk: the leader's own flush against the k-th of the
/// others, each an exponential time of mean 20 ms; 1 ms of work comes before.
fn majorities() -> Vec<Case> {
    let case = |voters: u32| {
        let rest =
            format!("consensus = {{ voters = {voters}, flush = {{ exponential = \"20ms\" }} }}");
        let mean = 0.001 + majority_of_exponentials(voters, 0.02);
        Case::open("consensus", format!("majority of {voters}"), 1_000, database(&rest))
            .without_waiting(1_000_000)
            .check("db.write_query.mean", mean, 0.01)
    };
    [3, 5, 7].into_iter().map(case).collect()
}
