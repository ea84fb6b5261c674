//! Faults and what is left of the writes, judged from outside: a driver writes and keeps what was
//! acknowledged, and a judge works out from a journal of messages who holds what.

use super::RunningDatabase;
use crate::blocks::faults::{Cause, Fault, Faults};
use crate::blocks::geography::{Geography, Region};
use crate::blocks::popularity::{Order, Popularity};
use crate::components::Resolver;
use crate::components::access::{Class, Classes, Dataset, KeyChoice, ReadFrom, Verb};
use crate::components::database::plan::Plan;
use crate::components::database::{KEYS, read_database};
use crate::components::running::BuildContext;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{
    Answer, Component, ComponentId, Context, Engine, Hop, JobId, Outcome, Rank, Timer,
};
use crate::language::diagnostic::Problems;
use crate::language::parse;
use crate::language::reader::TableReader;
use crate::language::reading::Reading;
use crate::language::source::Sources;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a judge is told.
#[derive(Clone, PartialEq, Debug)]
pub enum Entry {
    /// A node took a write and sent it to others, who have it from these instants on.
    Sent { key: u64, from: usize, to: Vec<(usize, Time)> },
    /// A node got all that another one has.
    CaughtUp { node: usize, from: usize, at: Time },
    /// A node leads its shard from now on.
    TookOver { node: usize, at: Time },
    /// On a ring, the write that this query makes has its stamp.
    Stamped { query: u64, key: u64, stamp: u64 },
    /// A node of a ring has got a write.
    Landed { node: u16, key: u64, stamp: u64 },
    /// A node of a ring looks for the key of this read.
    LookedAt { query: u64, node: u16 },
}

/// A query of the driver.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query {
    pub at: Time,
    pub key: u64,
    /// Region of the caller.
    pub from: u16,
    pub verb: Verb,
}

/// Asks the queries, and notes how they ended.
pub(super) struct Driver {
    queries: Vec<Query>,
    pub ended: Vec<(Query, Time, Outcome)>,
}

enum Part {
    Driver(Driver),
    Database(Box<RunningDatabase>),
}

const DATABASE: ComponentId = ComponentId(1);

impl Component for Part {
    fn on_start(&mut self, context: &mut Context<'_>) {
        match self {
            Part::Database(database) => database.on_start(context),
            Part::Driver(driver) => {
                for (index, query) in (0..).zip(&driver.queries) {
                    context.wake_at(query.at, Rank::Arrival, 0, index);
                }
            }
        }
    }

    fn on_request(&mut self, job: JobId, context: &mut Context<'_>) {
        match self {
            Part::Database(database) => database.on_request(job, context),
            Part::Driver(_) => unreachable!("nobody asks the driver"),
        }
    }

    fn on_reply(&mut self, answer: Answer, context: &mut Context<'_>) {
        let Part::Driver(driver) = self else { unreachable!("the database asks nobody") };
        let query = driver.queries[context.job(answer.job).user as usize];
        driver.ended.push((query, context.now(), answer.outcome));
        context.finish(answer.job, answer.outcome);
    }

    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        let driver = match self {
            Part::Database(database) => return database.on_timer(timer, context),
            Part::Driver(driver) => driver,
        };
        let query = driver.queries[timer.slot as usize];
        let job = context.spawn(u64::from(timer.slot));
        let data = context.job_mut(job);
        data.class = u16::from(query.verb == Verb::Write);
        (data.key, data.user) = (query.key, u64::from(timer.slot));
        let (outward, homeward) = (Duration::ZERO, Duration::ZERO);
        let hop = Hop { to: DATABASE, node: query.from, wire: 0, outward, homeward };
        context.forward(job, hop);
    }
}

pub(super) fn seconds(seconds: f64) -> Time {
    Time::ZERO + Duration::from_seconds(seconds)
}

/// Three regions, 40 ms one way from each to each, 1 ms within.
pub(super) fn three_regions() -> Geography {
    let region = |name: &str| Region { name: name.to_owned(), share: 1.0 / 3.0 };
    let regions = ["us", "eu", "ap"].map(region).to_vec();
    let way = |pair: u64| {
        Duration::from_nanos(if pair.is_multiple_of(4) { 1_000_000 } else { 40_000_000 })
    };
    Geography::new(regions, 0, (0..9).map(way).collect())
}

/// The database of a table, among these regions and faults.
pub(super) fn database(table: &str, geography: &Geography, faults: &Faults) -> RunningDatabase {
    let mut sources = Sources::new();
    let mut problems = Problems::new();
    let source = sources.add("database.toml", table, Path::new("."));
    let table = parse::document(source, &sources, &mut problems).expect("it is TOML");
    let mut effective = Vec::new();
    let mut reading = Reading::new(&mut problems, &sources, &mut effective);
    let place = crate::language::source::Place { source, start: 0, end: 0 };
    let mut reader = TableReader::new("components.db", &table, place, KEYS, &mut reading);
    let read = read_database(&mut reader);
    assert!(!problems.has_errors(), "{}", problems.render(&sources, false));
    let class = |verb| Class {
        operation: 0,
        verb,
        dataset: Some(0),
        key: KeyChoice::Uniform,
        from: ReadFrom::Usual,
        keys: 1,
    };
    let mut classes = Classes::default();
    classes.push_operation(class(Verb::Read));
    classes.push_operation(class(Verb::Write));
    let names = ["items".to_owned()];
    let mut resolver = Resolver {
        subject: "component `db` (database)".to_owned(),
        place,
        geography,
        kinds: &[],
        operations: &[],
        datasets: &names,
        classes: &mut classes,
        problems: &mut problems,
    };
    let plan = Plan::new(read.expect("nothing is wrong"), &mut resolver).expect("it fits");
    let (popularity, order) = (Popularity::Uniform, Order::Scattered);
    let items = Dataset::new("items".to_owned(), 0, 1_000_000, None, popularity, order, 100);
    let regions: Vec<u16> = geography.all().collect();
    plan.running(&BuildContext {
        name: "db",
        number: DATABASE.0,
        seed: 1,
        repeat: 0,
        wires: &[],
        classes: &classes,
        datasets: &[items],
        arriving: &[1.0, 1.0],
        geography,
        faults,
        regions: &regions,
        reached_by: &[1.0, 1.0],
        users_of: None,
    })
}

/// Runs the queries to their end. Returns how they ended, and the database.
pub(super) fn run(
    database: RunningDatabase,
    queries: Vec<Query>,
) -> (Driver, Box<RunningDatabase>) {
    let driver = Driver { queries, ended: Vec::new() };
    let parts = vec![Box::new(Part::Driver(driver)), Box::new(Part::Database(Box::new(database)))];
    let mut engine = Engine::new(parts, 3);
    engine.start();
    engine.run();
    assert_eq!(engine.live_jobs(), 0, "every query is answered, every copy applied");
    assert!(engine.hop_counts().iter().all(|counts| counts.balances()));
    let empty = || Driver { queries: Vec::new(), ended: Vec::new() };
    let taken = std::mem::replace(engine.component_mut(ComponentId(0)), Part::Driver(empty()));
    let database = std::mem::replace(engine.component_mut(DATABASE), Part::Driver(empty()));
    match (taken, database) {
        (Part::Driver(driver), Part::Database(database)) => (driver, database),
        _ => unreachable!("they are where they were put"),
    }
}

/// A write to a key of its own every millisecond until then, from the regions in turn.
fn writes(until: f64, regions: u16) -> Vec<Query> {
    let count = (until * 1000.0) as u64;
    let write = |number: u64| Query {
        at: Time::from_nanos(number * 1_000_000),
        key: number,
        from: (number % u64::from(regions)) as u16,
        verb: Verb::Write,
    };
    (0..count).map(write).collect()
}

pub(super) fn fault(cause: Cause, from: f64, until: f64) -> Fault {
    Fault { cause, from: seconds(from), until: seconds(until) }
}

pub(super) fn node_down(node: u16, from: f64, until: f64) -> Fault {
    let cause = Cause::Component { component: DATABASE.0, shard: None, node: Some(node) };
    fault(cause, from, until)
}

const ASYNCHRONOUS: &str = "cores = 64\nread_time = \"1ms\"\nwrite_time = \"0ms\"\n\
    failover = { detection = \"1s\", promotion = \"2s\" }\n\
    replicas = { count = 2, lag = \"50ms\" }\n";

/// The primary dies at 10 s: the 50 writes of the last 50 ms have reached nobody (that of the very
/// instant is refused already), and for 3 s none is taken.
#[test]
fn an_asynchronous_failover_loses_the_lag() {
    let faults = Faults::new(vec![node_down(0, 10.0, 1_000.0)], Duration::ZERO);
    let one = Geography::single();
    let (driver, database) = run(database(ASYNCHRONOUS, &one, &faults), writes(20.0, 1));
    let refused: Vec<Time> = driver
        .ended
        .iter()
        .filter(|(_, _, outcome)| !outcome.is_ok())
        .map(|(query, ..)| query.at)
        .collect();
    assert_eq!(refused.len(), 3_000);
    assert_eq!((refused[0], refused[2_999]), (seconds(10.0), seconds(12.999)));
    assert_eq!(database.tally.lost_writes, 49, "those of 9.951 s to 9.999 s");
    assert_eq!(database.tally.leaderless, 3_000_000_000);
    assert_eq!(database.groups[0].leader, 1);
}

/// Who came back before its successor took over goes on, and nothing is lost.
#[test]
fn a_primary_that_is_back_in_time_loses_nothing() {
    let faults = Faults::new(vec![node_down(0, 10.0, 11.0)], Duration::ZERO);
    let one = Geography::single();
    let (driver, database) = run(database(ASYNCHRONOUS, &one, &faults), writes(20.0, 1));
    let refused = driver.ended.iter().filter(|(_, _, outcome)| !outcome.is_ok()).count();
    assert_eq!((refused, database.tally.lost_writes, database.groups[0].leader), (1_000, 0, 0));
}

/// A leader of three dies; the two others stand for election after 1 s to 2 s, and the first asks
/// the second, 80 ms there and back.
#[test]
fn an_election_takes_its_timeout_and_the_votes() {
    let table = "cores = 64\nread_time = \"1ms\"\nwrite_time = \"0ms\"\n\
        consensus = { voters = 3, placement = \"spread\", flush = \"0ms\" }\n";
    let faults = Faults::new(vec![node_down(0, 10.0, 1_000.0)], Duration::ZERO);
    let (driver, database) = run(database(table, &three_regions(), &faults), writes(20.0, 3));
    let leaderless = Duration::from_nanos(database.tally.leaderless).seconds();
    assert!((1.08..2.08).contains(&leaderless), "{leaderless}");
    let answered = driver.ended.iter().filter(|(query, ..)| query.at > seconds(12.2));
    assert!(answered.clone().count() > 7_000);
    assert!(answered.clone().all(|(_, _, outcome)| outcome.is_ok()));
}

/// With the third region cut off for 10 s, its callers are refused under consistency; under
/// availability they go on, and every key that both sides wrote is a conflict.
#[test]
fn a_partition_costs_answers_or_conflicts() {
    let partition = fault(Cause::Partition { isolated: vec![2] }, 5.0, 15.0);
    let faults = Faults::new(vec![partition], Duration::ZERO);
    // 20,000 writes to 500 keys in turn, from the regions in turn: each key from all of them.
    let mut queries = writes(20.0, 3);
    queries.iter_mut().for_each(|query| query.key %= 500);
    let outcome = |rest: &str| {
        let table = format!(
            "cores = 64\nread_time = \"1ms\"\nwrite_time = \"0ms\"\n\
             replicas = {{ regions = {{ eu = 1, ap = 1 }}, lag = \"5ms\" }}\n{rest}"
        );
        let database = database(&table, &three_regions(), &faults);
        let (driver, database) = run(database, queries.clone());
        let refused = driver.ended.iter().filter(|(_, _, outcome)| !outcome.is_ok()).count();
        let divergence = &database.divergence;
        (refused, divergence.divergent, divergence.conflicts)
    };
    let from_there =
        |query: &&Query| query.from == 2 && (seconds(5.0)..seconds(15.0)).contains(&query.at);
    let cut: usize = queries.iter().filter(from_there).count();
    assert_eq!(outcome("on_partition = \"consistency\""), (cut, 0, 0));
    assert_eq!(outcome("on_partition = \"availability\""), (0, cut as u64, 500));
}

/// Who holds which keys, by the journal alone.
#[derive(Default)]
struct Judge {
    held: BTreeMap<usize, BTreeSet<u64>>,
    /// Messages under way: when they arrive, where, and which key.
    under_way: BTreeSet<(Time, usize, u64)>,
}

impl Judge {
    fn advance(&mut self, now: Time) {
        while let Some(&(at, node, key)) = self.under_way.first()
            && at <= now
        {
            self.under_way.pop_first();
            self.held.entry(node).or_default().insert(key);
        }
    }

    /// Every acknowledged write is held by whoever takes over; `shares` tells whether a new leader
    /// gets what the others that are up hold.
    fn judge(mut self, journal: &[Entry], acknowledged: &BTreeMap<u64, Time>, shares: bool) {
        for entry in journal {
            match entry {
                Entry::Sent { key, from, to } => {
                    self.held.entry(*from).or_default().insert(*key);
                    self.under_way.extend(to.iter().map(|&(node, at)| (at, node, *key)));
                }
                Entry::CaughtUp { node, from, at } => {
                    self.advance(*at);
                    let all = self.held.get(from).cloned().unwrap_or_default();
                    self.held.entry(*node).or_default().extend(all);
                }
                Entry::Stamped { .. } | Entry::Landed { .. } | Entry::LookedAt { .. } => {
                    unreachable!("nobody leads a ring")
                }
                Entry::TookOver { node, at } => {
                    self.advance(*at);
                    let held = match shares {
                        true => self.held.values().flatten().copied().collect(),
                        false => self.held.get(node).cloned().unwrap_or_default(),
                    };
                    let due = acknowledged.iter().filter(|(_, when)| *when <= at);
                    let lost: Vec<u64> =
                        due.map(|(key, _)| *key).filter(|key| !held.contains(key)).collect();
                    assert!(lost.is_empty(), "{node} leads at {at:?} without {lost:?}");
                    self.held.entry(*node).or_default().extend(held);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Nodes and regions fail at any time and for any while: no write that was acknowledged under
    /// consensus is missing where the next leader stands.
    #[test]
    fn consensus_loses_no_acknowledged_write(
        faults in prop::collection::vec((0u16..5, 0.0..20.0f64, 0.1..8.0f64), 1..8),
        voters in prop::sample::select(vec![3u16, 5]),
    ) {
        let to_fault = |&(what, from, span): &(u16, f64, f64)| match what {
            3 => fault(Cause::Region((from * 10.0) as u16 % 3), from, from + span),
            4 => {
                let isolated = vec![(from * 10.0) as u16 % 3];
                fault(Cause::Partition { isolated }, from, from + span)
            }
            node => node_down(node, from, from + span),
        };
        let calendar = Faults::new(faults.iter().map(to_fault).collect(), Duration::ZERO);
        let table = format!(
            "cores = 64\nread_time = \"1ms\"\nwrite_time = {{ exponential = \"1ms\" }}\n\
             consensus = {{ voters = {voters}, placement = \"spread\", \
             flush = {{ exponential = \"5ms\" }}, election_timeout = \"300ms\" }}"
        );
        let database = database(&table, &three_regions(), &calendar);
        let (driver, database) = run(database, writes(25.0, 3));
        let acknowledged: BTreeMap<u64, Time> = driver
            .ended
            .iter()
            .filter(|(_, _, outcome)| outcome.is_ok())
            .map(|(query, at, _)| (query.key, *at))
            .collect();
        prop_assert!(!acknowledged.is_empty());
        Judge::default().judge(&database.journal, &acknowledged, false);
    }
}
