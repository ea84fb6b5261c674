//! Databases without a leader: for good, as a ring, or until the next one is elected.

use super::case::Case;
use super::formulas::{election_time, kth_of_exponentials, stale_quorum_reads};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![quorums()];
    cases.extend([(3, 1, 1), (3, 1, 2), (5, 2, 2)].map(stale_reads));
    cases.extend([3, 5].map(elections));
    cases
}

const RING: &str = "ring";

/// A ring of many cores, so that nothing waits for them, asked for as many reads as writes of 200
/// keys, 2.5 of each a second and key.
fn ring(work: &str, rest: &str) -> String {
    format!(
        "entry = \"db\"\n\
         data.items = {{ keys = 200 }}\n\
         operations.get = {{ share = \"50%\", does = \"read\", of = \"items\" }}\n\
         operations.put = {{ share = \"rest\", does = \"write\", of = \"items\" }}\n\
         components.db = {{ kind = \"database\", cores = 1_000, connections = \"unlimited\", \
         read_time = {work}, ring = {{ nodes = 6, {rest} }} }}"
    )
}

/// A write takes as long as the second of three copies, a read as long as the slower of two, each
/// an exponential time of mean 4 ms.
fn quorums() -> Case {
    let work = "{ exponential = \"4ms\" }";
    Case::open(RING, "second of three".to_owned(), 1_000, ring(work, "read_repair = false"))
        .without_waiting(1_000_000)
        .check("db.write_query.mean", kth_of_exponentials(3, 2, 0.004), 0.01)
        .check("db.read_query.mean", kth_of_exponentials(2, 2, 0.004), 0.01)
}

/// Copies get a write after an exponential time of mean 150 ms; what they do takes no time to speak
/// of.
fn stale_reads((copies, reads, writes): (u32, u32, u32)) -> Case {
    let rest = format!(
        "copies = {copies}, read_quorum = {reads}, write_quorum = {writes}, \
         lag = {{ exponential = \"150ms\" }}, read_repair = false"
    );
    let theory = stale_quorum_reads(2.5 * 0.15, (copies, reads, writes));
    let name = format!("R = {reads}, W = {writes} of {copies}");
    Case::open(RING, name, 1_000, ring("\"1us\"", &rest)).without_waiting(2_000_000).check(
        "db.stale_reads",
        theory,
        0.015,
    )
}

/// Four hundred groups lose their leaders after 2 s of 12; members are 30 ms apart. The users'
/// reads only keep the run going.
fn elections(voters: u32) -> Case {
    let system = format!(
        "entry = \"db\"\nhome = \"us\"\n\
         regions.us.share = \"100%\"\n\
         network.rtt.within = \"60ms\"\n\
         faults = [{{ kind = \"outage\", component = \"db\", node = 0, at = \"2s\", \
         for = \"1min\" }}]\n\
         data.items = {{ keys = 10_000 }}\n\
         operations.get = {{ does = \"read\", of = \"items\" }}\n\
         components.db = {{ kind = \"database\", cores = 1, read_time = \"1ms\", \
         shards = {{ count = 400 }}, consensus = {{ voters = {voters}, \
         election_timeout = \"1s\" }} }}"
    );
    let without = election_time(voters, 1.0, 0.03);
    Case::open("elections", format!("election among {voters}"), 100, system)
        .during("12s", 24_000)
        .check("db.leaderless", without / 12.0, 0.015)
}
