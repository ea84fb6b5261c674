//! From the scenario's sections to a model.

use super::layout::Layout;
use super::load::{Arrivals, KeyColumn, LoadPlan};
use super::ranks::ranks;
use super::unfit::report_unfit;
use super::wires::Names;
use super::{Model, ModelComponent};
use crate::blocks::arrivals::{Shape, Window};
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
use crate::scenario::{DataSection, JudgedAt, Load, Scenario};

/// Compiles a scenario. `None` when something in it does not fit together; all that does not is
/// reported.
pub fn compile(scenario: &Scenario, problems: &mut Problems) -> Option<Model> {
    let datasets = datasets(scenario);
    let operations = operations(scenario);
    let mut classes = Classes::default();
    for ((number, section), operation) in (0u16..).zip(&scenario.operations).zip(&operations) {
        let (verb, dataset, key) = (section.does, operation.dataset, operation.key);
        let (from, keys) = (ReadFrom::Usual, section.keys);
        classes.push_operation(Class { operation: number, verb, dataset, key, from, keys });
    }
    let operation_names: Vec<String> =
        scenario.operations.iter().map(|section| section.name.clone()).collect();
    let dataset_names: Vec<String> =
        scenario.data.iter().map(|section| section.name.clone()).collect();
    let layout = Layout::of(scenario);
    let named = (&operation_names[..], &dataset_names[..]);
    let blueprints = resolve(&layout, named, &mut classes, problems);
    let names = Names { layout: &layout, datasets: &dataset_names, operations: &operation_names };
    let wires = wires(scenario, &names, &classes, problems);
    let ranks = ranks(scenario, problems)?;
    let route_depth = ranks.iter().max().copied().unwrap_or(0) + 1;
    let components = assemble(&layout, blueprints?, wires, &ranks);
    let load = load_plan(scenario);
    let mut model = Model {
        seed: scenario.run.seed,
        users: scenario.users.count,
        load,
        operations,
        operation_names,
        datasets,
        classes,
        geography: scenario.regions.geography.clone(),
        faults: layout.faults(scenario),
        faults_noticed_after: scenario.regions.failover.seconds(),
        repairs: scenario.regions.repairs.clone(),
        is_changing: !scenario.changes.is_empty(),
        components,
        rate: 0.0,
        route_depth,
    };
    let rate = expected_rate(scenario, &mut model);
    model.spread(rate);
    report_unfit(&layout, &model, problems);
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
            Dataset::new(name, number, keys, per_user, law, section.order, section.value_size)
                .in_regions(&scenario.regions.geography, section.locality, section.residency);
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

/// Resolves the names of every instance; `None` when one is unknown.
fn resolve(
    layout: &Layout<'_>,
    (operations, datasets): (&[String], &[String]),
    classes: &mut Classes,
    problems: &mut Problems,
) -> Option<Vec<Box<dyn Blueprint>>> {
    let kinds: Vec<(&str, &'static str)> =
        layout.sections.iter().map(|section| (section.name.as_str(), section.kind)).collect();
    let mut blueprints = Vec::new();
    for instance in &layout.instances {
        let section = &layout.sections[instance.section];
        let mut resolver = Resolver {
            subject: section.subject(),
            place: section.place,
            geography: layout.geography,
            kinds: &kinds,
            operations,
            datasets,
            classes,
            problems,
        };
        blueprints.push(instance.spec.resolve(&mut resolver));
    }
    blueprints.into_iter().collect()
}

/// The wires of the users and of every instance.
fn wires(
    scenario: &Scenario,
    names: &Names<'_>,
    classes: &Classes,
    problems: &mut Problems,
) -> Vec<Vec<Wire>> {
    let mut wires = vec![names.users(&scenario.entry.0, classes)];
    for instance in &names.layout.instances {
        let specs = instance.spec.wires();
        let wire = |spec| names.wire(spec, instance, classes, &mut *problems);
        wires.push(specs.iter().map(wire).collect());
    }
    wires
}

/// The users and all instances; `ranks` are those of the users and of the sections.
fn assemble(
    layout: &Layout<'_>,
    blueprints: Vec<Box<dyn Blueprint>>,
    wires: Vec<Vec<Wire>>,
    ranks: &[usize],
) -> Vec<ModelComponent> {
    let component = |name: &str, kind, wires, regions, rank, blueprint| ModelComponent {
        name: name.to_owned(),
        plain_name: name.to_owned(),
        kind,
        nodes: 1,
        failures: None,
        wires,
        arriving: Vec::new(),
        flow: Flow::default(),
        regions,
        is_one_of_several: false,
        is_spanning: false,
        rank,
        blueprint,
    };
    let mut wires = wires.into_iter();
    let entry = wires.next().unwrap_or_default();
    let everywhere = layout.geography.all().collect();
    let mut components = vec![component("users", "users", entry, everywhere, 0, None)];
    for ((instance, blueprint), wires) in layout.instances.iter().zip(blueprints).zip(wires) {
        let section = &layout.sections[instance.section];
        let (regions, rank) = (instance.regions.clone(), ranks[instance.section + 1]);
        let name = layout.label(instance);
        let is_one_of_several = name != section.name;
        let made = component(&section.name, section.kind, wires, regions, rank, Some(blueprint));
        let is_spanning = instance.spec.spans_regions();
        let (nodes, failures) = (instance.spec.nodes(), section.failures);
        let made = ModelComponent { nodes, failures, ..made };
        components.push(ModelComponent { name, is_one_of_several, is_spanning, ..made });
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
