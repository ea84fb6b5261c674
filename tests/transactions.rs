//! Writes of several keys while something is down: who is refused, and whose locks stay.

use crate::support::{run_text, value};
use simscale::experiment::result::RunResult;

/// A hundred writes a second of two keys, most of them on both shards, with 50 ms for each record
/// of the log; the database is in one region, and half of its users in another.
fn writes(transactions: &str, faults: &str) -> RunResult {
    let text = format!(
        "entry = \"db\"\n\
         home = \"us\"\n\
         regions = {{ us.share = \"50%\", eu.share = \"50%\" }}\n\
         network = {{ failover = \"0s\", rtt = {{ us-eu = \"80ms\", within = \"0ms\" }} }}\n\
         run = {{ duration = \"20s\", repeats = 2, seed = 42 }}\n\
         users = {{ count = 100, rate = \"1/s\" }}\n\
         data.items = {{ keys = 10_000_000 }}\n\
         operations.put = {{ does = \"write\", of = \"items\", key = \"uniform\", keys = 2 }}\n\
         faults = [ {faults} ]\n\
         [components.db]\n\
         kind = \"database\"\n\
         cores = 64\n\
         read_time = \"1ms\"\n\
         shards = {{ count = 2, strategy = \"range\" }}\n\
         transactions = {{ lock_timeout = \"1min\", {transactions} }}\n"
    );
    run_text("writes", &text)
}

const TWO_PHASES: &str = "flush = \"50ms\"";
const SHARD_DOWN: &str =
    "{ kind = \"outage\", component = \"db\", shard = 1, node = 0, at = \"10s\", for = \"5s\" }";
const REGION_DOWN: &str = "{ kind = \"outage\", region = \"eu\", at = \"10s\", for = \"5s\" }";

/// From the vote to the decision on disk here: from the farther region the way there and back, the
/// coordinator's record and the shard's own; 0.18 s at most.
#[test]
fn locks_are_held_for_two_round_trips_and_the_records() {
    let result = writes(TWO_PHASES, "");
    let longest = value(&result, "db.transactions.blocked.max");
    assert!((0.179..0.185).contains(&longest), "{longest}");
    assert_eq!(value(&result, "error_rate"), 0.0);
}

/// A shard that has voted and goes down keeps its locks until it is back and hears the decision;
/// new writes that need it are refused at once, those of the other shard alone (a quarter) go on.
#[test]
fn a_participant_that_is_down_blocks_until_it_is_back() {
    let result = writes(TWO_PHASES, SHARD_DOWN);
    let longest = value(&result, "db.transactions.blocked.max");
    assert!((5.0..5.2).contains(&longest), "{longest}");
    let refused = value(&result, "error_rate");
    // Three quarters of what comes in a quarter of the time.
    assert!((refused - 0.1875).abs() < 0.03, "{refused}");
}

/// The coordinator decides in the region of its users. While that is down, whoever has voted waits.
#[test]
fn a_coordinator_that_is_down_blocks_those_who_have_voted() {
    let result = writes(TWO_PHASES, REGION_DOWN);
    let longest = value(&result, "db.transactions.blocked.max");
    assert!((5.0..5.2).contains(&longest), "{longest}");
}

/// A saga locks each shard for its own step only, and undoes what it has done when the other shard
/// is down.
#[test]
fn a_saga_undoes_its_steps_instead() {
    let result = writes("style = \"saga\", flush = \"50ms\"", SHARD_DOWN);
    let undone = value(&result, "db.transactions.compensations") * 20.0;
    // In 5 s half of 500 writes touch both shards, and half of these begin on the one that is up.
    assert!((undone - 125.0).abs() < 40.0, "{undone}");
    let refused = value(&result, "error_rate");
    assert!((refused - 0.1875).abs() < 0.03, "{refused}");
}
