//! Judges of a bare engine: sums are exact once nothing is left in it.

use proptest::prelude::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use simscale::components::running::Running;
use simscale::kernel::time::{Duration, Time};
use simscale::kernel::{ComponentId, Engine, HopCounts, JobId, Observer, Stop};
use simscale::measure::metric::{Reading, Row, Scope, Wanted};
use simscale::model::catalogue::{read_off, read_off_users};
use simscale::model::{Model, USERS};
use std::cell::Cell;
use std::rc::Rc;

type Judgement = Result<(), TestCaseError>;

/// Signals after which a run of a few hundred requests is taken to go on for ever.
const MOST_SIGNALS: u64 = 20_000_000;

/// Runs a model whose users stop asking until nothing is left, and judges what was counted.
pub fn judge(model: &Model) -> Judgement {
    let mut engine = model.engine(0);
    engine.start();
    while engine.run() != Stop::Empty {
        prop_assert!(engine.handled() < MOST_SIGNALS, "{} signals", engine.handled());
    }
    prop_assert_eq!(engine.live_jobs(), 0, "jobs are left");
    every_request_came_back(model, &engine)?;
    let seconds = engine.now().seconds();
    let rows = read_off(&engine, model, Wanted::Sample, seconds, None);
    // What is read off a second time stands in the same order as the first.
    let of_users: Vec<Row> = rows.iter().filter(|row| row.is_of_users()).cloned().collect();
    prop_assert!(!of_users.is_empty());
    prop_assert_eq!(read_off_users(&engine, Wanted::Sample, seconds), of_users);
    lines_obey_littles_law(model, &rows)?;
    busy_times_are_times_in_service(model, &engine, &rows)
}

fn every_request_came_back(model: &Model, engine: &Engine<dyn Running>) -> Judgement {
    let counts = engine.hop_counts();
    for (component, counts) in model.components.iter().zip(&counts) {
        prop_assert_eq!(counts.in_flight, 0, "{}", &component.name);
        prop_assert!(counts.balances(), "{}: {counts:?}", &component.name);
    }
    // The users only pass on what the entry answers.
    let entry = model.components[USERS.index()].wires[0].nearest().to;
    let name = &model.components[entry.index()].plain_name;
    let mut at_entries = HopCounts::default();
    let all = model.components.iter().zip(&counts);
    all.filter(|(it, _)| it.plain_name == *name).for_each(|(_, counts)| at_entries.add(counts));
    prop_assert_eq!(counts[USERS.index()], at_entries);
    Ok(())
}

/// Levels of waiting jobs, and the waiting times that must make them up.
const LINES: &[(&str, &str)] = &[("queue_depth", "wait"), ("depth", "age")];

/// Little's law without any mean: jobs waiting, summed over time, are waiting times, summed over
/// jobs (Stidham, "A last word on L = lambda W", Operations Research 1974).
fn lines_obey_littles_law(model: &Model, rows: &[Row]) -> Judgement {
    for row in rows {
        let Reading::Level { integral, .. } = row.reading else { continue };
        let line = LINES.iter().find(|(level, _)| *level == row.metric.name);
        let Some((_, times)) = line else { continue };
        let times = rows.iter().find(|other| {
            (other.scope, other.node, other.metric.name) == (row.scope, row.node, times)
        });
        let Some(Reading::Distribution { samples, .. }) = times.map(|row| &row.reading) else {
            return Err(TestCaseError::fail(format!("{} has no waiting times", row.metric.name)));
        };
        let waited = samples.sum() as f64 * 1e-9;
        let Scope::Component(number) = row.scope else { continue };
        let name = &model.components[usize::from(number)].name;
        let differs = (integral - waited).abs() > 1e-9 * waited.max(1e-3);
        prop_assert!(!differs, "{name}: {integral} jobs x s waited, for {waited} s together");
    }
    Ok(())
}

/// Calls under way at a provider, summed over time, are the times it took, summed over calls.
fn busy_times_are_times_in_service(
    model: &Model,
    engine: &Engine<dyn Running>,
    rows: &[Row],
) -> Judgement {
    for (id, component) in model.in_order() {
        if component.kind != "external" {
            continue;
        }
        let busy = rows
            .iter()
            .find(|row| row.scope == Scope::Component(id.0) && row.metric.name == "busy");
        let Some(Reading::Level { integral, .. }) = busy.map(|row| &row.reading) else {
            return Err(TestCaseError::fail("a provider shows its calls under way"));
        };
        let elapsed = engine.hop_times()[id.index()].elapsed as f64 * 1e-9;
        let differs = (integral - elapsed).abs() > 1e-9 * elapsed.max(1e-3);
        prop_assert!(!differs, "{}: {integral} calls x s, {elapsed} s", &component.name);
    }
    Ok(())
}

/// What an observer saw.
#[derive(Default, Debug)]
struct Seen {
    now: Cell<Time>,
    signals: Cell<u64>,
    went_back: Cell<bool>,
    strangers: Cell<u64>,
}

#[derive(Debug)]
struct Watch {
    seen: Rc<Seen>,
    components: usize,
}

impl Observer for Watch {
    fn on_signal(&mut self, now: Time, component: ComponentId, _job: Option<JobId>) {
        let seen = &self.seen;
        seen.went_back.set(seen.went_back.get() || now < seen.now.get());
        seen.now.set(now);
        seen.signals.set(seen.signals.get() + 1);
        let is_known = component.index() < self.components;
        seen.strangers.set(seen.strangers.get() + u64::from(!is_known));
    }
}

/// Simulated time over which the clock is watched.
const WATCHED: Duration = Duration::from_nanos(500_000_000);

/// An observer sees every signal, in an order in which the clock never goes back.
pub fn judge_clock(model: &Model) -> Judgement {
    let seen = Rc::new(Seen::default());
    let mut engine = model.engine(0);
    let watch = Watch { seen: Rc::clone(&seen), components: model.components.len() };
    engine.observe(Box::new(watch));
    engine.start();
    let until = Time::ZERO + WATCHED;
    while engine.now() < until && engine.run_until(until) == Stop::Halted {}
    prop_assert!(!seen.went_back.get(), "the clock went back");
    prop_assert!(seen.now.get() <= engine.now());
    prop_assert_eq!(seen.signals.get(), engine.handled());
    prop_assert_eq!(seen.strangers.get(), 0);
    Ok(())
}
