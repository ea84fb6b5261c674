//! From users to requests per second, and on to every component.

use super::per_second;
use crate::cli::columns::{Side, aligned};
use crate::cli::loading::Loaded;
use crate::components::access::{Class, KeyChoice, Verb};
use crate::components::flow::StationFlow;
use crate::language::quantity::{Count, percent_text};
use crate::measure::unit::Unit;
use crate::model::{Model, ModelComponent};
use crate::report::format::{human, users};
use crate::scenario::{Load, OperationSection, Scenario};

/// Headline, requests, and every component with what reaches it.
pub(super) fn text(loaded: &Loaded) -> String {
    let mut text = headline(&loaded.scenario);
    text.push_str(&format!("\nRequests\n  {}\n", chain(loaded)));
    text.push_str(&operations(loaded));
    text.push_str(
        "\nComponents, on the way from the users: load = arrivals x service time / servers\n",
    );
    for (_, component) in loaded.model.in_order().into_iter().skip(1) {
        text.push_str(&self::component(component, &loaded.model));
    }
    text
}

fn headline(scenario: &Scenario) -> String {
    let title = scenario.title.as_deref().unwrap_or(&scenario.name);
    let stage = scenario.stage.as_ref();
    let stage = stage.map(|stage| format!(", meant for {} users", stage.text));
    format!("{title}{} ({})\n", stage.unwrap_or_default(), scenario.path.display())
}

/// How the users make the rate of requests: `5K users x 4/min = 333.3 requests/s`.
fn chain(loaded: &Loaded) -> String {
    let Loaded { scenario, model, .. } = loaded;
    let users = users(scenario.users.count);
    let rate = format!("{} requests/s", per_second(model.rate).trim_end_matches("/s"));
    match &scenario.users.load {
        Load::Open { rate_per_user, .. } => {
            let each = written(scenario, "users.rate");
            let base = rate_per_user * scenario.users.count as f64;
            let multiple = model.rate / base;
            let shape = if (multiple - 1.0).abs() > 1e-9 {
                format!(" x {multiple} at the peak of the shape")
            } else {
                String::new()
            };
            format!("{users} x {each}{shape} = {rate}")
        }
        Load::Closed { think } => {
            let think = think.mean();
            let seconds = |value| human(value, Unit::Seconds);
            let Some(demand) = model.demand() else {
                return format!("{users} / {} of thinking = at most {rate}", seconds(think));
            };
            format!(
                "{users}, each waiting for its answer: at most {rate},\n  \
                 the lesser of {0} / ({1} of thinking + {2} of service) and 1 / {3} (the\n  \
                 largest demand on a station, over its servers); beyond {4} users more only\n  \
                 wait longer",
                Count(scenario.users.count),
                seconds(think),
                seconds(demand.total),
                seconds(demand.largest),
                human(demand.knee(think), Unit::Count)
            )
        }
        Load::Stamps(_) | Load::Counts(_) => format!("{rate} on average, from a trace, by {users}"),
    }
}

/// A value as the file has it, without its quotes.
fn written(scenario: &Scenario, path: &str) -> String {
    let value = scenario.effective.iter().find(|effective| effective.path == path);
    value.map_or_else(String::new, |effective| effective.value.trim_matches('"').to_owned())
}

fn operations(loaded: &Loaded) -> String {
    let Loaded { scenario, model, .. } = loaded;
    let row = |section: &OperationSection| {
        let rate = per_second(model.rate * section.share);
        // Shares that were `rest` are differences of binary fractions.
        let share = percent_text((section.share * 1e9).round() / 1e9);
        vec![section.name.clone(), share, rate, what_it_does(section, scenario)]
    };
    let rows: Vec<Vec<String>> = scenario.operations.iter().map(row).collect();
    aligned(&rows, &[Side::Left, Side::Right, Side::Right], "    ")
}

fn what_it_does(section: &OperationSection, scenario: &Scenario) -> String {
    let dataset = section.of.map_or("", |index| scenario.data[index].name.as_str());
    let keys = match section.key {
        KeyChoice::Popular => "keys by popularity",
        KeyChoice::Uniform => "any key",
        KeyChoice::Own => "the user's own keys",
        KeyChoice::New => "new keys",
        KeyChoice::Newest => "the newest key",
        KeyChoice::Recorded => "recorded keys",
    };
    let mut words = match section.does {
        Verb::Call => "is just served".to_owned(),
        Verb::Read => format!("reads {dataset}, {keys}"),
        Verb::Write => format!("writes {dataset}, {keys}"),
        Verb::Scan => format!("scans {dataset}, {keys}"),
    };
    if section.is_static {
        words.push_str("; static");
    }
    if let Some(deadline) = section.deadline {
        words.push_str(&format!("; deadline {deadline}"));
    }
    words
}

fn component(component: &ModelComponent, model: &Model) -> String {
    let total: f64 = component.arriving.iter().sum();
    let ModelComponent { name, kind, .. } = component;
    let mut text = format!("  {name} ({kind}), {} arrive\n", per_second(total));
    let arriving = model.classes.iter().zip(&component.arriving).filter(|(_, rate)| **rate > 0.0);
    let rows: Vec<Vec<String>> = arriving
        .map(|((_, class), rate)| {
            let operation = model.operation_names[usize::from(class.operation)].clone();
            vec![operation, per_second(*rate), access(class, model)]
        })
        .collect();
    text.push_str(&aligned(&rows, &[Side::Left, Side::Right], "      "));
    for station in component.flow.stations.iter().filter(|station| station.rate > 0.0) {
        text.push_str(&format!("    {}\n", load(station)));
    }
    if let Some(hit_rate) = component.flow.hit_rate {
        let share = human(hit_rate, Unit::Fraction);
        text.push_str(&format!("    hit rate: {share} expected, once it has run for long\n"));
    }
    text
}

/// What is done to which data: `read posts`.
fn access(class: &Class, model: &Model) -> String {
    let verb = match class.verb {
        Verb::Call => "call",
        Verb::Read => "read",
        Verb::Write => "write",
        Verb::Scan => "scan",
    };
    match class.dataset {
        Some(number) => format!("{verb} {}", model.datasets[usize::from(number)].name),
        None => verb.to_owned(),
    }
}

/// A station's load: `cpu: 166.7/s x 4.10 ms / 2 = 34.2%`.
fn load(station: &StationFlow) -> String {
    let StationFlow { station: name, servers, rate, busy } = station;
    let rate_text = per_second(*rate);
    match (busy, station.offered()) {
        (Some(busy), Some(_)) if servers.is_infinite() => {
            let each = human(busy / rate, Unit::Seconds);
            format!("{name}: {rate_text} x {each}, without limit")
        }
        (Some(busy), Some(offered)) => {
            let each = human(busy / rate, Unit::Seconds);
            let load = human(offered, Unit::Fraction);
            format!("{name}: {rate_text} x {each} / {servers} = {load}")
        }
        _ => format!("{name}: {rate_text} x recorded times / {servers}"),
    }
}
