//! From the scenario's sections to a model.

use super::load::{Arrivals, KeyColumn, LoadPlan};
use super::wires::Names;
use super::{Model, ModelComponent, USERS};
use crate::blocks::arrivals::{Shape, Window};
use crate::blocks::faults::Faults;
use crate::blocks::geography::Geography;
use crate::blocks::popularity::Popularity;
use crate::blocks::popularity::read::PopularitySpec;
use crate::blocks::trace::{TimeUnit, TraceSummary};
use crate::components::access::{Class, Classes, Dataset, KeyChoice, ReadFrom};
use crate::components::caller::Wire;
use crate::components::flow::Flow;
use crate::components::source::Operation;
use crate::components::{Blueprint, Resolver};
use crate::kernel::time::Duration;
use crate::language::diagnostic::Problems;
use crate::scenario::{ComponentSection, DataSection, JudgedAt, Load, Scenario};

/// Compiles a scenario. `None` when something in it does not fit together; all that does not is
/// reported.
pub fn compile(scenario: &Scenario, problems: &mut Problems) -> Option<Model> {
    let datasets = datasets(scenario);
    let operations = operations(scenario);
    let mut classes = Classes::default();
    for ((number, section), operation) in (0u16..).zip(&scenario.operations).zip(&operations) {
        let (verb, dataset, key) = (section.does, operation.dataset, operation.key);
        let from = ReadFrom::Usual;
        classes.push_operation(Class { operation: number, verb, dataset, key, from });
    }
    let operation_names: Vec<String> =
        scenario.operations.iter().map(|section| section.name.clone()).collect();
    let dataset_names: Vec<String> =
        scenario.data.iter().map(|section| section.name.clone()).collect();
    let geography = Geography::single();
    let named = (&operation_names[..], &dataset_names[..]);
    let blueprints = resolve(&scenario.components, named, &geography, &mut classes, problems);
    let names = Names {
        components: &scenario.components,
        datasets: &dataset_names,
        operations: &operation_names,
    };
    let wires = wires(scenario, &names, &classes);
    let ranks = ranks(scenario, &wires, problems)?;
    let route_depth = ranks.iter().max().copied().unwrap_or(0) + 1;
    let components = assemble(scenario, blueprints?, wires, &ranks);
    let load = load_plan(scenario);
    let mut model = Model {
        seed: scenario.run.seed,
        users: scenario.users.count,
        load,
        operations,
        operation_names,
        datasets,
        classes,
        geography,
        faults: Faults::default(),
        is_changing: !scenario.changes.is_empty(),
        components,
        rate: 0.0,
        route_depth,
    };
    let rate = expected_rate(scenario, &mut model);
    model.spread(rate);
    report_unfit(scenario, &model, problems);
    (!problems.has_errors()).then_some(model)
}

fn datasets(scenario: &Scenario) -> Vec<Dataset> {
    let dataset = |(number, section): (u16, &DataSection)| {
        let keys = section.keys.total(scenario.users.count);
        let law = match &section.popularity {
            PopularitySpec::Law(law) => *law,
            PopularitySpec::Trace { .. } => Popularity::Uniform,
        };
        let (name, per_user) = (section.name.clone(), section.keys.per_user());
        let dataset =
            Dataset::new(name, number, keys, per_user, law, section.order, section.value_size);
        match section.popularity {
            PopularitySpec::Law(_) => dataset,
            PopularitySpec::Trace { .. } => dataset.with_recorded_keys(),
        }
    };
    (0u16..).zip(&scenario.data).map(dataset).collect()
}

fn operations(scenario: &Scenario) -> Vec<Operation> {
    let is_recorded = |dataset: Option<usize>| {
        dataset.is_some_and(|index| {
            matches!(scenario.data[index].popularity, PopularitySpec::Trace { .. })
        })
    };
    scenario
        .operations
        .iter()
        .map(|section| Operation {
            share: section.share,
            key: match section.key {
                KeyChoice::Popular if is_recorded(section.of) => KeyChoice::Recorded,
                choice => choice,
            },
            dataset: section.of.map(|index| index as u16),
            deadline: section.deadline,
            is_static: section.is_static,
        })
        .collect()
}

/// Resolves every component's names; `None` when one is unknown.
fn resolve(
    sections: &[ComponentSection],
    (operations, datasets): (&[String], &[String]),
    geography: &Geography,
    classes: &mut Classes,
    problems: &mut Problems,
) -> Option<Vec<Box<dyn Blueprint>>> {
    let kinds: Vec<(&str, &'static str)> =
        sections.iter().map(|section| (section.name.as_str(), section.kind)).collect();
    let mut blueprints = Vec::new();
    for section in sections {
        let subject = section.subject();
        let mut resolver = Resolver {
            subject,
            place: section.place,
            geography,
            kinds: &kinds,
            operations,
            datasets,
            classes,
            problems,
        };
        blueprints.push(section.spec.resolve(&mut resolver));
    }
    blueprints.into_iter().collect()
}

/// The wires of the users and of every component.
fn wires(scenario: &Scenario, names: &Names<'_>, classes: &Classes) -> Vec<Vec<Wire>> {
    let entry = names.component(&scenario.entry.0);
    let nodes = scenario.components[entry.index() - 1].spec.nodes();
    let mut wires = vec![vec![Wire::plain(entry, nodes, classes)]];
    for section in &scenario.components {
        let specs = section.spec.wires();
        wires.push(specs.iter().map(|wire| names.wire(wire, classes)).collect());
    }
    wires
}

/// Each component's longest distance from the users in calls; a cycle is reported.
fn ranks(scenario: &Scenario, wires: &[Vec<Wire>], problems: &mut Problems) -> Option<Vec<usize>> {
    let mut ranks = vec![0; wires.len()];
    // Longest paths by relaxing all wires; in an acyclic model that is done after as many rounds
    // as there are components.
    for round in 0..=wires.len() {
        let mut changed = None;
        for (from, outgoing) in wires.iter().enumerate() {
            for wire in outgoing {
                if ranks[wire.to.index()] < ranks[from] + 1 {
                    ranks[wire.to.index()] = ranks[from] + 1;
                    changed = Some(from);
                }
            }
        }
        match changed {
            None => return Some(ranks),
            Some(from) if round == wires.len() => report_cycle(scenario, wires, from, problems),
            Some(_) => {}
        }
    }
    None
}

fn report_cycle(scenario: &Scenario, wires: &[Vec<Wire>], from: usize, problems: &mut Problems) {
    let name = |index: usize| scenario.components[index - 1].name.as_str();
    // Some component that can be reached from itself: walk until one comes again.
    let reaches = |from: usize, to: usize| {
        let mut seen = vec![false; wires.len()];
        let mut left = vec![from];
        while let Some(at) = left.pop() {
            for wire in &wires[at] {
                let next = wire.to.index();
                if next == to {
                    return true;
                }
                if !std::mem::replace(&mut seen[next], true) {
                    left.push(next);
                }
            }
        }
        false
    };
    let start = (1..wires.len()).find(|&at| reaches(at, at)).unwrap_or(from);
    let mut path = vec![start];
    loop {
        let at = path[path.len() - 1];
        let next = wires[at].iter().map(|wire| wire.to.index());
        let next = next
            .clone()
            .find(|&next| next == start)
            .or_else(|| next.clone().find(|&next| !path.contains(&next) && reaches(next, start)));
        match next {
            Some(next) if next != start => path.push(next),
            _ => break,
        }
    }
    let words: Vec<&str> = path.iter().chain([&start]).map(|&index| name(index)).collect();
    let section = &scenario.components[start - 1];
    let message = format!("{}: its calls come back to itself", section.subject());
    // The wire that closes the circle is the one to cut.
    let last = &scenario.components[path[path.len() - 1] - 1];
    let closing = last.spec.wires().into_iter().find(|wire| wire.to.text == section.name);
    let place = closing.map_or(last.place, |wire| wire.to.place);
    problems.error(place, message, words.join(" -> "));
}

fn assemble(
    scenario: &Scenario,
    blueprints: Vec<Box<dyn Blueprint>>,
    mut wires: Vec<Vec<Wire>>,
    ranks: &[usize],
) -> Vec<ModelComponent> {
    let component = |name: &str, kind, wires, rank, blueprint| ModelComponent {
        name: name.to_owned(),
        kind,
        wires,
        arriving: Vec::new(),
        flow: Flow::default(),
        regions: vec![0],
        rank,
        blueprint,
    };
    let entry = std::mem::take(&mut wires[USERS.index()]);
    let mut components = vec![component("users", "users", entry, 0, None)];
    for (index, blueprint) in blueprints.into_iter().enumerate() {
        let section = &scenario.components[index];
        let wires = std::mem::take(&mut wires[index + 1]);
        let rank = ranks[index + 1];
        components.push(component(&section.name, section.kind, wires, rank, Some(blueprint)));
    }
    components
}

fn load_plan(scenario: &Scenario) -> LoadPlan {
    let users = scenario.users.count as f64;
    let factor = |recorded: Option<u64>| recorded.map_or(1.0, |recorded| users / recorded as f64);
    let arrivals = match &scenario.users.load {
        Load::Open { rate_per_user, spacing } => {
            let shape = scenario.users.shape.unwrap_or(Shape::Constant);
            let (rate, spacing) = (users * rate_per_user, *spacing);
            // Without a duration the steady state at one point of the shape is simulated.
            match scenario.run.duration {
                Some(_) => Arrivals::Rate { rate, shape, spacing },
                None => {
                    let rate = rate * judged_multiple(shape, scenario.users.at);
                    Arrivals::Rate { rate, shape: Shape::Constant, spacing }
                }
            }
        }
        Load::Closed { think } => Arrivals::Closed { think: think.clone() },
        Load::Stamps(trace) => Arrivals::Stamps {
            file: trace.file.clone(),
            time: trace.time.clone(),
            work: trace.work.as_ref().map(|(column, unit)| (column.clone(), seconds_in(*unit))),
            factor: factor(trace.recorded_users),
            window: trace.window,
            span: cut_to(trace.window, trace.summary.span),
        },
        Load::Counts(trace) => Arrivals::Counts {
            file: trace.file.clone(),
            columns: trace.columns.clone(),
            factor: factor(trace.recorded_users),
            spacing: trace.spacing,
            window: trace.window,
            span: cut_to(trace.window, trace.summary.span + trace.columns.step),
        },
    };
    let keys = scenario.data.iter().map(|section| match &section.popularity {
        PopularitySpec::Law(_) => None,
        PopularitySpec::Trace { file, column, rows } => {
            Some(KeyColumn { file: file.clone(), column: column.clone(), rows: *rows })
        }
    });
    LoadPlan { arrivals, keys: keys.collect() }
}

/// How long the part of a trace is that a window leaves.
fn cut_to(window: Window, span: Duration) -> Duration {
    let end = window.to.map_or(span, |to| to.min(span));
    Duration::from_nanos(end.nanos().saturating_sub(window.from.nanos()))
}

/// The rate at which a shape is judged, over its base.
fn judged_multiple(shape: Shape, at: JudgedAt) -> f64 {
    match (at, shape) {
        (JudgedAt::Mean, _) | (_, Shape::Constant) => 1.0,
        (JudgedAt::Peak, Shape::Diurnal { peak_to_mean, .. }) => peak_to_mean,
        (JudgedAt::Peak, Shape::Spike { factor, .. }) => factor.max(1.0),
        (JudgedAt::Peak, Shape::Ramp { from, to, .. }) => from.max(to),
    }
}

fn seconds_in(unit: TimeUnit) -> f64 {
    match unit {
        TimeUnit::Seconds | TimeUnit::Calendar => 1.0,
        TimeUnit::Milliseconds => 1e-3,
        TimeUnit::Microseconds => 1e-6,
        TimeUnit::Nanoseconds => 1e-9,
    }
}

/// Requests per second to expect.
fn expected_rate(scenario: &Scenario, model: &mut Model) -> f64 {
    let over = |summary: &TraceSummary, requests: f64, step: Duration| {
        let seconds = (summary.span + step).seconds();
        if seconds > 0.0 { requests / seconds } else { requests }
    };
    match (&scenario.users.load, &model.load.arrivals) {
        (Load::Stamps(trace), Arrivals::Stamps { factor, .. }) => {
            let requests = trace.summary.rows as f64 * factor;
            over(&trace.summary, requests, Duration::ZERO)
        }
        (Load::Counts(trace), Arrivals::Counts { factor, columns, .. }) => {
            over(&trace.summary, trace.summary.sum * factor, columns.step)
        }
        (_, Arrivals::Rate { rate, .. }) => *rate,
        (_, Arrivals::Closed { think }) => {
            let think = think.mean();
            let users = scenario.users.count as f64;
            // Demands first, at a rate of one; then the bound they set.
            model.spread(1.0);
            let bound = model.closed_bound(users, think);
            model.spread(bound);
            model.closed_bound(users, think)
        }
        _ => unreachable!("a plan follows its load"),
    }
}

/// Reports what fits the language but makes no sense together.
fn report_unfit(scenario: &Scenario, model: &Model, problems: &mut Problems) {
    for (section, component) in scenario.components.iter().zip(&model.components[1..]) {
        for class in &component.flow.stuck {
            let operation = usize::from(model.classes.get(*class).operation);
            let message = format!(
                "{}: no wire takes operation `{}`",
                section.subject(),
                model.operation_names[operation]
            );
            problems.error(section.place, message, "add an entry to `sends_to` that does");
        }
        for class in &component.flow.unanswered {
            let operation = usize::from(model.classes.get(*class).operation);
            let message = format!(
                "{}: nothing behind it has the data of operation `{}`",
                section.subject(),
                model.operation_names[operation]
            );
            let label = "no entry of `sends_to` takes it: it is answered here";
            problems.warn(section.place, message, label);
        }
        if component.arriving.iter().sum::<f64>() == 0.0 {
            let message = format!("{}: nothing reaches it", section.subject());
            problems.warn(section.place, message, "no wire from the users leads here");
        }
    }
}
