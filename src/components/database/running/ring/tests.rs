//! Rings whose nodes fail, judged from outside: a judge works out from a journal of what reached
//! whom what each read has been shown, and what is left of each write.

use crate::blocks::faults::{Cause, Faults};
use crate::blocks::geography::Geography;
use crate::components::access::Verb;
use crate::components::database::running::RunningDatabase;
use crate::components::database::running::tests::{
    Driver, Entry, Query, database, fault, node_down, run, three_regions,
};
use crate::kernel::time::{Duration, Time};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Queries a millisecond apart, from the regions in turn; `ask` tells key and verb.
fn queries(count: u64, regions: u64, ask: impl Fn(u64) -> (u64, Verb)) -> Vec<Query> {
    let query = |number: u64| {
        let (key, verb) = ask(number);
        let at = Time::from_nanos(number * 1_000_000);
        Query { at, key, from: (number % regions) as u16, verb }
    };
    (0..count).map(query).collect()
}

fn refused(driver: &Driver) -> usize {
    driver.ended.iter().filter(|(_, _, outcome)| !outcome.is_ok()).count()
}

/// Keys written while a node of theirs was down, by where the ring places them.
fn missed(database: &RunningDatabase, node: u16, written: std::ops::Range<u64>) -> usize {
    written.filter(|&key| database.own_nodes(key).contains(&node)).count()
}

fn five(rest: &str) -> String {
    format!(
        "cores = 64\nread_time = \"0ms\"\nwrite_time = \"0ms\"\n\
         ring = {{ nodes = 5, detection = \"1s\", {rest} }}\n"
    )
}

/// Node 2 is down from 10 s to 20 s, and 20,000 keys are written in 20,000 ms: each of the 10,000
/// written meanwhile that it should have got is taken by another node, found down or known to be,
/// and handed over at a thousand a second.
#[test]
fn a_neighbour_takes_the_writes_of_a_node_that_is_down() {
    let faults = Faults::new(vec![node_down(2, 10.0, 20.0)], Duration::ZERO);
    let database = database(&five(""), &Geography::single(), &faults);
    let (driver, database) = run(database, queries(20_000, 1, |number| (number, Verb::Write)));
    let ring = database.ring.as_ref().expect("it is a ring");
    let missed = missed(&database, 2, 10_000..20_000) as u64;
    assert!((5_000..7_000).contains(&missed), "three copies on five nodes: {missed}");
    assert_eq!((refused(&driver), ring.tally.hinted), (0, missed));
    assert_eq!((ring.hints_waiting(), ring.versions.len()), (0, 0));
    let last = database.nodes[2].tally.lag.largest().unwrap_or(0);
    let expected = Duration::from_seconds(missed as f64 / 1000.0).nanos();
    let latest = expected + Duration::from_seconds(10.0).nanos();
    assert!(last <= latest && last >= expected / 2, "{last} ns for {expected} ns of handing over");
}

/// The same on three nodes, where nobody is left to stand in: the two others keep what the third
/// misses.
#[test]
fn other_copies_keep_the_writes_of_a_node_that_is_down() {
    let faults = Faults::new(vec![node_down(2, 10.0, 20.0)], Duration::ZERO);
    let table = "cores = 64\nread_time = \"0ms\"\nring = { hints = \"kept\" }\n";
    let database = database(table, &Geography::single(), &faults);
    let (driver, database) = run(database, queries(20_000, 1, |number| (number, Verb::Write)));
    let ring = database.ring.as_ref().expect("it is a ring");
    assert_eq!((refused(&driver), ring.tally.hinted), (0, 10_000));
    assert_eq!((ring.hints_waiting(), ring.versions.len()), (0, 0));
    assert_eq!(database.nodes[2].tally.lag.count(), 20_000, "each write once");
}

/// Node 2 is back for a tenth of a second only: what was being handed over stays where it was kept,
/// and comes again.
#[test]
fn hints_that_meet_a_node_gone_again_are_not_lost() {
    let faults = vec![node_down(2, 1.0, 3.0), node_down(2, 3.1, 4.0)];
    let faults = Faults::new(faults, Duration::ZERO);
    let table = "cores = 1_000\nread_time = \"50ms\"\nconnections = \"unlimited\"\n\
                 ring = { nodes = 5 }\n";
    let database = database(table, &Geography::single(), &faults);
    let (driver, database) = run(database, queries(5_000, 1, |number| (number, Verb::Write)));
    let ring = database.ring.as_ref().expect("it is a ring");
    assert!(ring.tally.hinted > 1_500, "three of five have each key");
    assert_eq!((refused(&driver), ring.hints_waiting(), ring.versions.len()), (0, 0, 0));
}

/// Without hints two of three have every write, and the third gets it by the first read
/// that asks all.
#[test]
fn without_hints_a_read_repairs_what_was_missed() {
    let faults = Faults::new(vec![node_down(2, 10.0, 20.0)], Duration::ZERO);
    let ask = |number: u64| match number {
        0..20_000 => (number, Verb::Write),
        _ => (number - 20_000, Verb::Read),
    };
    let table = five("hints = \"none\", read_quorum = 3");
    let (driver, repaired) =
        run(database(&table, &Geography::single(), &faults), queries(40_000, 1, ask));
    let ring = repaired.ring.as_ref().expect("it is a ring");
    let missed = missed(&repaired, 2, 10_000..20_000) as u64;
    assert_eq!((refused(&driver), ring.tally.hinted), (0, 0));
    assert_eq!((ring.tally.reads, ring.tally.stale), (20_000, 0));
    assert_eq!((ring.tally.repaired, ring.versions.len()), (missed, 0));
}

/// Two nodes down: keys that lie on both have one copy left, and need two. Without hints they are
/// refused; with them nobody is.
#[test]
fn too_few_copies_refuse_unless_others_stand_in() {
    let down = vec![node_down(1, 0.0, 1_000.0), node_down(2, 0.0, 1_000.0)];
    let faults = Faults::new(down, Duration::ZERO);
    let ask =
        |number: u64| (number, if number.is_multiple_of(2) { Verb::Write } else { Verb::Read });
    let outcome = |rest: &str| {
        let database = database(&five(rest), &Geography::single(), &faults);
        let (driver, database) = run(database, queries(20_000, 1, ask));
        (refused(&driver), database)
    };
    let (refused, database) = outcome("hints = \"none\"");
    let lies_on_both = |key: &u64| {
        let own = database.own_nodes(*key);
        own.contains(&1) && own.contains(&2)
    };
    let expected = (0..20_000).filter(lies_on_both).count();
    assert!((5_000..7_000).contains(&expected), "3 of 10 pairs of copies: {expected}");
    assert_eq!((refused, database.tally.unavailable), (expected, expected as u64));
    assert_eq!(outcome("hints = \"counted\"").0, 0);
}

/// Keys lie in all regions, as far as there are regions.
#[test]
fn copies_are_spread_evenly_over_the_regions() {
    let table = "cores = 1\nread_time = \"0ms\"\n\
                 ring = { regions = { us = 4, eu = 3, ap = 1 }, copies = 5 }\n";
    let database = database(table, &three_regions(), &Faults::new(Vec::new(), Duration::ZERO));
    for key in 0..1_000 {
        let mut by_region = [0; 3];
        for node in database.own_nodes(key) {
            by_region[usize::from(database.topology.region(usize::from(node)))] += 1;
        }
        assert_eq!(by_region, [2, 2, 1], "key {key}");
    }
}

/// Works out from the journal what every node has, and what every read was shown.
#[derive(Default)]
struct Judge {
    held: BTreeMap<(u16, u64), u64>,
    /// The stamp of each write, by its query.
    stamps: BTreeMap<u64, u64>,
    /// The newest that each read was shown.
    shown: BTreeMap<u64, u64>,
}

impl Judge {
    fn of(journal: &[Entry], queries: &[Query]) -> Judge {
        let mut judge = Judge::default();
        for entry in journal {
            match *entry {
                Entry::Stamped { query, stamp, .. } => {
                    judge.stamps.insert(query, stamp);
                }
                Entry::Landed { node, key, stamp } => {
                    let held = judge.held.entry((node, key)).or_default();
                    *held = stamp.max(*held);
                }
                Entry::LookedAt { query, node } => {
                    let key = queries[query as usize].key;
                    let held = judge.held.get(&(node, key)).copied().unwrap_or(0);
                    let shown = judge.shown.entry(query).or_default();
                    *shown = held.max(*shown);
                }
                _ => unreachable!("only a ring is judged"),
            }
        }
        judge
    }
}

fn calendar(faults: &[(u16, f64, f64)]) -> Faults {
    let to_fault = |&(what, from, span): &(u16, f64, f64)| match what {
        6 => fault(Cause::Region((from * 10.0) as u16 % 3), from, from + span),
        7 => {
            let isolated = vec![(from * 10.0) as u16 % 3];
            fault(Cause::Partition { isolated }, from, from + span)
        }
        node => node_down(node, from, from + span),
    };
    Faults::new(faults.iter().map(to_fault).collect(), Duration::ZERO)
}

/// What became of 12,000 reads and writes of 40 keys on a ring of six nodes in three regions: the
/// queries, when each was answered well, the judge and the database.
fn outcome(
    faults: &[(u16, f64, f64)],
    rest: &str,
) -> (Vec<Query>, BTreeMap<u64, Time>, Judge, Box<RunningDatabase>) {
    let table = format!(
        "cores = 64\nread_time = {{ exponential = \"1ms\" }}\n\
         write_time = {{ exponential = \"2ms\" }}\n\
         ring = {{ regions = {{ us = 2, eu = 2, ap = 2 }}, detection = \"300ms\", \
         lag = {{ exponential = \"20ms\" }}, {rest} }}\n"
    );
    let ask = |number: u64| {
        (number * 7 % 40, if number.is_multiple_of(3) { Verb::Write } else { Verb::Read })
    };
    let queries = queries(12_000, 3, ask);
    let database = database(&table, &three_regions(), &calendar(faults));
    let (driver, database) = run(database, queries.clone());
    let answered = driver.ended.iter().filter(|(_, _, outcome)| outcome.is_ok());
    let answered = answered.map(|(query, at, _)| (query.at.nanos() / 1_000_000, *at)).collect();
    let judge = Judge::of(&database.journal, &queries);
    (queries, answered, judge, database)
}

fn some_faults() -> impl Strategy<Value = Vec<(u16, f64, f64)>> {
    prop::collection::vec((0u16..8, 0.0..10.0f64, 0.1..4.0f64), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Nodes and regions fail at any time and for any while: where quorums overlap and nobody
    /// stands in for another, a read is shown every write that was answered before it began.
    #[test]
    fn overlapping_quorums_show_every_answered_write(
        faults in some_faults(),
        (reads, writes) in prop::sample::select(vec![(2, 2), (1, 3), (3, 1)]),
    ) {
        let rest = format!("hints = \"none\", read_quorum = {reads}, write_quorum = {writes}");
        let (queries, answered, judge, database) = outcome(&faults, &rest);
        for (read, shown) in &judge.shown {
            let query = queries[*read as usize];
            if !answered.contains_key(read) {
                continue;
            }
            let before = judge.stamps.iter().filter(|(write, _)| {
                let is_before = answered.get(write).is_some_and(|at| *at < query.at);
                is_before && queries[**write as usize].key == query.key
            });
            let due = before.map(|(_, stamp)| *stamp).max().unwrap_or(0);
            prop_assert!(*shown >= due, "read {read} was shown {shown}, not {due}");
        }
        prop_assert_eq!(database.ring.as_ref().map(|ring| ring.tally.stale), Some(0));
    }

    /// With hints as well, when all are back every write that was answered is on as many of its
    /// key's own nodes as it waited for, or a newer one is.
    #[test]
    fn answered_writes_come_home(
        faults in some_faults(),
        writes in 1u64..4,
        hints in prop::sample::select(vec!["counted", "kept"]),
    ) {
        let rest = format!(
            "hints = \"{hints}\", hint_rate = \"20K/s\", write_quorum = {writes}"
        );
        let (queries, answered, judge, database) = outcome(&faults, &rest);
        prop_assert_eq!(database.ring.as_ref().map(|ring| ring.hints_waiting()), Some(0));
        for (write, stamp) in judge.stamps.iter().filter(|(write, _)| answered.contains_key(write))
        {
            let key = queries[*write as usize].key;
            let own = database.own_nodes(key).into_iter();
            let have = own.filter(|node| judge.held.get(&(*node, key)) >= Some(stamp)).count();
            prop_assert!(have as u64 >= writes, "write {write} is on {have} nodes");
        }
    }
}

/// What the judge would say of quorums that do not overlap: it can fail.
#[test]
fn the_judge_sees_reads_that_miss_a_write() {
    let (queries, answered, judge, _) = outcome(&[], "read_quorum = 1, write_quorum = 1");
    let misses = judge.shown.iter().filter(|(read, shown)| {
        let query = queries[**read as usize];
        judge.stamps.iter().any(|(write, stamp)| {
            let is_before = answered.get(write).is_some_and(|at| *at < query.at);
            is_before && queries[*write as usize].key == query.key && stamp > *shown
        })
    });
    assert!(misses.count() > 100);
}
