//! Shards that are added in the course of a run, seen from outside.
//!
//! A database of three shards becomes one of five. What must hold: a key's queries change their
//! shard once, to where a database that had five from the start has it; what is copied is what
//! moves; afterwards the load is that of such a database.

use crate::support::{load_text, metric, run_text, value};
use rayon::ThreadPoolBuilder;
use simscale::blocks::placement::Strategy;
use simscale::blocks::placement::theory::expected_moved_share;
use simscale::kernel::time::{Duration, Time};
use simscale::kernel::{Job, Moment, Note, Observer, Sight};
use simscale::report::{Format, Screen, render};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

const KEYS: u64 = 2_000;

/// A database of `shards` shards by `strategy`, alone; `rest` is added.
fn database(strategy: &str, shards: u16, rest: &str) -> String {
    format!(
        "entry = \"db\"\n\
         users = {{ count = 500, rate = \"1/s\" }}\n\
         data.items = {{ keys = {KEYS}, value_size = \"1KiB\" }}\n\
         operations.get = {{ share = \"80%\", does = \"read\", of = \"items\" }}\n\
         operations.put = {{ share = \"rest\", does = \"write\", of = \"items\" }}\n\
         components.db.kind = \"database\"\n\
         components.db.cores = 2\n\
         components.db.read_time = {{ exponential = \"2ms\" }}\n\
         components.db.shards = {{ count = {shards}, strategy = \"{strategy}\" }}\n{rest}"
    )
}

/// Three shards that become five at the second second; the copying takes some seconds.
fn growing(strategy: &str, run: &str) -> String {
    let change = "changes = [{ at = \"2s\", component = \"db\", shards = 5, \
                  copy_rate = \"300KB/s\", batch = 7 }]";
    database(strategy, 3, &format!("run = {{ {run} }}\n{change}"))
}

/// Where reads ran: time, key and node; and when batches and twins ran on each node.
#[derive(Default, Debug)]
struct Seen {
    reads: Vec<(Time, u64, u16)>,
    copying: Vec<(Time, u16)>,
}

#[derive(Debug)]
struct Watch(Rc<RefCell<Seen>>);

impl Observer for Watch {
    fn on_sight(&mut self, moment: Moment, data: &Job, sight: Sight) {
        let Sight::Noted(Note::Starts("the shared cores")) = sight else { return };
        let mut seen = self.0.borrow_mut();
        match (data.is_child(), data.class) {
            (true, _) => seen.copying.push((moment.now, data.node)),
            (false, 0) => seen.reads.push((moment.now, data.key, data.node)),
            (false, _) => {}
        }
    }
}

/// What is seen of a scenario in its first `seconds`.
fn watch(text: &str, seconds: u64) -> Seen {
    let (_, model) = load_text("watched", text);
    let mut engine = model.engine(0);
    let seen = Rc::new(RefCell::new(Seen::default()));
    engine.observe(Box::new(Watch(Rc::clone(&seen))));
    engine.start();
    engine.run_until(Time::ZERO + Duration::from_seconds(seconds as f64));
    for counts in engine.hop_counts() {
        assert!(counts.balances(), "{counts:?}");
    }
    drop(engine);
    Rc::try_unwrap(seen).expect("the engine is gone").into_inner()
}

/// The shard (node, as each has one) from which each key was read, in the order of time.
fn shards_of_keys(seen: &Seen) -> BTreeMap<u64, Vec<(Time, u16)>> {
    let mut shards: BTreeMap<u64, Vec<(Time, u16)>> = BTreeMap::new();
    for &(time, key, node) in &seen.reads {
        shards.entry(key).or_default().push((time, node));
    }
    shards
}

/// With a hash and with a ring a database of five has its keys where one of three has them once it
/// has grown. Reads run at once on the shared cores, so the order they are seen in is that in which
/// they were sent.
#[test]
fn a_key_is_read_where_it_is() {
    for (strategy, plain) in [
        ("hash", Strategy::Modulo),
        ("consistent", Strategy::Consistent { virtual_nodes: 128, weights: Vec::new() }),
    ] {
        let run = "duration = \"60s\", repeats = 2";
        let seen = watch(&growing(strategy, run), 60);
        let of_three = shards_of_keys(&watch(&database(strategy, 3, ""), 60));
        let of_five = shards_of_keys(&watch(&database(strategy, 5, ""), 60));
        let copied_to = |node: u16| seen.copying.iter().find(|it| it.1 == node).map(|it| it.0);
        let (mut moved, mut known) = (0, 0);
        let end = seen.copying.last().expect("keys are copied").0;
        for (key, reads) in shards_of_keys(&seen) {
            let (Some(old), Some(new)) = (of_three.get(&key), of_five.get(&key)) else { continue };
            let (old, new) = (old[0].1, new[0].1);
            known += 1;
            moved += u32::from(old != new);
            let switch = reads.iter().position(|read| read.1 != old).unwrap_or(reads.len());
            assert!(reads[switch..].iter().all(|read| read.1 == new), "{key}: {reads:?}");
            if let Some(&(time, node)) = reads.get(switch) {
                assert!(copied_to(node).is_some_and(|copied| copied < time), "{key} {node}");
            }
            // A second later all reads under way at the end have come back.
            let late = reads.iter().filter(|read| read.0 > end + Duration::from_seconds(1.0));
            assert!(late.clone().all(|read| read.1 == new), "{key} is left behind");
        }
        assert!(known > 1_900, "{known}");
        let expected = expected_moved_share(&plain, 3, 5);
        let share = f64::from(moved) / f64::from(known);
        // 2,000 keys: a standard error of 1.1%; rings of 128 points vary by some 9% of it.
        assert!((share - expected).abs() < 0.05 + 0.2 * expected, "{share} for {expected}");
    }
}

#[test]
fn what_moves_is_copied_once_and_told() {
    for (strategy, expected) in [("hash", 0.8), ("virtual", 0.4), ("range", 1.0 / 3.0)] {
        let result = run_text("moved", &growing(strategy, "duration = \"30s\", repeats = 4"));
        assert_eq!(result.verdict.word(), "finite horizon");
        let moved = value(&result, "db.reshard.moved");
        // Whole slots of 1024, and ids at the ends of ranges.
        assert!((moved - expected).abs() < 0.001, "{strategy}: {moved}");
        assert!((value(&result, "db.reshard.progress") - 1.0).abs() < 1e-9);
        let copied = value(&result, "db.reshard.copied") / 1024.0 / KEYS as f64;
        // The keys themselves are counted: by hash they are binomial, +-4 x 1.1%.
        assert!((copied - moved).abs() < 0.045, "{strategy}: {copied} for {moved}");
        // 300 KB a second for 2 MB: the rate decides how long it takes, to a batch or so.
        let seconds = value(&result, "db.reshard.seconds");
        let by_rate = copied * KEYS as f64 * 1024.0 / 300e3;
        assert!((seconds / by_rate - 1.0).abs() < 0.05, "{strategy}: {seconds} for {by_rate}");
        assert!(value(&result, "db.reshard.query.p95") > 0.0);
        assert!(value(&result, "db.reshard.double_writes") > 0.0);
    }
}

/// Measured from 20 s on, long after the change: the draws are the same, and so are the shards of
/// the keys, so that all loads agree to within their intervals.
#[test]
fn afterwards_the_load_is_that_of_a_database_that_had_the_shards_from_the_start() {
    let run = "duration = \"60s\", repeats = 4, warmup = \"20s\"";
    let grown = run_text("grown", &growing("consistent", run));
    let born = run_text("born", &database("consistent", 5, &format!("run = {{ {run} }}")));
    assert!(metric(&grown, "db.reshard.query.p95").value.is_none(), "nothing is copied any more");
    for path in ["db.cpu", "db.cpu.mean", "db.imbalance", "db.query.mean", "db.query.p95"] {
        let (one, other) = (metric(&grown, path), metric(&born, path));
        let (one, other) = (one.ci95.expect("it has one"), other.ci95.expect("it has one"));
        assert!(one.0 <= other.1 && other.0 <= one.1, "{path}: {one:?} {other:?}");
    }
    let after = value(&grown, "db.reshard.imbalance_after");
    assert!((after / value(&born, "db.imbalance") - 1.0).abs() < 0.02, "{after}");
}

#[test]
fn a_change_that_the_run_does_not_see_the_end_of_has_no_duration() {
    let result = run_text("cut", &growing("hash", "duration = \"5s\", repeats = 2"));
    assert!(metric(&result, "db.reshard.seconds").value.is_none());
    let progress = value(&result, "db.reshard.progress");
    assert!(progress > 0.3 && progress < 0.8, "3 s of some 5.5: {progress}");
    let still = run_text("still", &database("hash", 3, "run = { duration = \"5s\", repeats = 2 }"));
    assert!(still.metrics.iter().all(|metric| !metric.path.contains("reshard")));
}

/// Two changes of which the second is due while the first is under way; with replicas, a disk and
/// scans besides.
#[test]
fn changes_wait_for_each_other_and_threads_change_nothing() {
    let text = database(
        "virtual",
        3,
        "run = { duration = \"20s\", repeats = 3 }\n\
         operations.list = { share = \"10%\", does = \"scan\", of = \"items\" }\n\
         components.db.replicas = { count = 1, lag = { exponential = \"20ms\" } }\n\
         components.db.disk_time = { exponential = \"200us\" }\n\
         components.db.apply_time = \"100us\"\n\
         changes = [{ at = \"3s\", component = \"db\", shards = 6, copy_rate = \"300KB/s\" }, \
         { at = \"2s\", component = \"db\", shards = 4, copy_rate = \"200KB/s\" }]",
    );
    let run = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads can be had").install(|| run_text("both", &text))
    };
    let one = run(1);
    let shown = |result| render(result, Format::Json, Screen { width: 100, colour: false });
    assert_eq!(shown(&one), shown(&run(8)));
    assert!((value(&one, "db.reshard.progress") - 1.0).abs() < 1e-9);
    // A quarter, then a third of 2 MB: 2.6 s and 2.3 s one after the other.
    let seconds = value(&one, "db.reshard.seconds");
    assert!((4.5..6.0).contains(&seconds), "{seconds}");
}

/// Writes of two keys each are followed to the new shards key by key, so that there are twice as
/// many double writes.
#[test]
fn writes_of_several_keys_follow_their_keys() {
    let text = growing("virtual", "duration = \"6s\", repeats = 2");
    let text = text.replace("count = 500", "count = 40_000").replace("2ms", "20us");
    let write = "does = \"write\", of = \"items\"";
    let double_writes = |keys: u32| {
        let text = text.replace(write, &format!("{write}, keys = {keys}"));
        let transactions = "components.db.transactions.style = \"two_phase_commit\"";
        let text = text.replace("changes = ", &format!("{transactions}\nchanges = "));
        value(&run_text("followed", &text), "db.reshard.double_writes")
    };
    let (single, double) = (double_writes(1), double_writes(2));
    assert!(single > 20.0, "{single} {double}");
    let ratio = double / single;
    assert!((1.5..2.7).contains(&ratio), "{double} against {single}");
}

/// An old shard is down for a second while its keys are copied, and later a new one: the copying
/// waits, the queries of those shards fail meanwhile, and in the end everything has moved.
#[test]
fn copying_waits_for_shards_that_are_down() {
    let faults = "faults = [\n\
         { kind = \"outage\", component = \"db\", shard = 0, at = \"3s\", for = \"1s\" },\n\
         { kind = \"outage\", component = \"db\", shard = 4, at = \"5s\", for = \"1s\" },\n]\n";
    for strategy in ["hash", "consistent", "virtual"] {
        let run = "duration = \"60s\", repeats = 2, warmup = \"0s\"";
        let text = growing(strategy, run) + "\n" + faults;
        let result = run_text("down", &text);
        assert!((value(&result, "db.reshard.progress") - 1.0).abs() < 1e-9, "{strategy}");
        let whole = run_text("up", &growing(strategy, run));
        let (slow, fast) =
            (value(&result, "db.reshard.seconds"), value(&whole, "db.reshard.seconds"));
        assert!(slow > fast, "{strategy}: {slow} s, {fast} s without faults");
        let refused = value(&result, "error_rate") * 60.0;
        // Each of two seconds a third to a fifth of the queries.
        assert!((0.2..1.0).contains(&refused), "{strategy}: {refused}");
        // Reads of keys that moved go to their new shard alone, as without faults.
        let at_end = |text: &str| {
            let seen = watch(text, 60);
            let last = |reads: &Vec<(Time, u16)>| reads.last().map(|read| read.1);
            shards_of_keys(&seen).iter().map(|(key, it)| (*key, last(it))).collect::<Vec<_>>()
        };
        let late = format!("{}\n{faults}", growing(strategy, run));
        assert_eq!(at_end(&late), at_end(&growing(strategy, run)), "{strategy}");
    }
}

/// Shards of regions, and shards with a leader in each region, grow like any others.
#[test]
fn shards_grow_in_several_regions() {
    let regions = "home = \"us\"\n\
         regions = { us.share = \"60%\", eu.share = \"rest\" }\n\
         network.rtt = { us-eu = \"80ms\", within = \"1ms\" }\n\
         components.db.regions = \"all\"\n";
    let leaders = "components.db.replicas = { regions = { eu = 1 }, leaders = \"each_region\" }\n";
    let homes = "components.db.shards.homes = { us = 2, eu = 1 }\n";
    for (strategy, rest) in [("geographic", homes), ("hash", leaders), ("consistent", leaders)] {
        let run = "duration = \"30s\", repeats = 2";
        let shards = format!("shards = {{ count = 3, strategy = \"{strategy}\" }}");
        let text = growing(strategy, run).replace(
            &shards,
            &format!("shards.count = 3\ncomponents.db.shards.strategy = \"{strategy}\""),
        ) + "\n"
            + regions
            + rest;
        let result = run_text("regions", &text);
        assert!((value(&result, "db.reshard.progress") - 1.0).abs() < 1e-9, "{strategy}");
        assert_eq!(value(&result, "error_rate"), 0.0, "{strategy}");
        let copied = value(&result, "db.reshard.copied") / 1024.0 / KEYS as f64;
        let moved = value(&result, "db.reshard.moved");
        assert!((copied - moved).abs() < 0.045, "{strategy}: {copied} for {moved}");
    }
}
