//! `network.rtt`: round trips between regions, given by pair or read from a table of measurements.
//!
//! What must hold: each way from one region to another takes half of a round trip. One entry for a
//! pair serves both ways; where both directions are given, the way from a to b takes half of the
//! entry `a-b`. What is given by pair goes before what stands in the file.

use std::collections::BTreeMap;

use crate::blocks::trace::read::{FILTER, UNITS, file, report};
use crate::blocks::trace::{Rows, TraceError};
use crate::kernel::time::Duration;
use crate::language::diagnostic::{nearest, suggestion};
use crate::language::key::{CustomValue, Key, Takes};
use crate::language::node::{Node, Table, Value};
use crate::language::quantity::Quantity;
use crate::language::reader::TableReader;
use crate::language::reading::{FromNode, Reading};
use crate::language::source::Place;

/// An entry of `network.rtt`.
static ROUND_TRIP: CustomValue = CustomValue {
    name: "a round trip",
    accepts: "us-eu = \"90ms\", within = \"1ms\", or { file = \"rtt.csv\", from = \"from\", \
              to = \"to\", value = \"rtt_ms\", unit = \"ms\", names = { us = \"us-east-1\" } }",
    schema: || serde_json::json!({ "type": ["string", "object"] }),
};

/// What an entry takes.
pub(super) static TAKEN: Takes = Takes::Custom(&ROUND_TRIP);

/// The keys that name a file of round trips; they stand beside the pairs.
const FILE: &[Key] = &[
    Key::required("file", Takes::File, "A CSV file of round trips, a row for each pair."),
    Key::required("from", Takes::Text, "The column of the one end."),
    Key::required("to", Takes::Text, "The column of the other end."),
    Key::required("value", Takes::Text, "The column of the round trips."),
    Key::with_default("unit", Takes::OneOf(UNITS), "\"ms\"", "The unit of that column."),
    Key::optional("where", Takes::Custom(&FILTER), "Which rows count."),
    Key::optional(
        "names",
        Takes::MapOf(&Takes::Text),
        "What the file calls each region; its own name if absent.",
    ),
];

/// The longest round trip: what a wire can hold, with its own latency beside it.
const LONGEST: Duration = Duration::from_nanos(4_000_000_000);

/// Word for the round trip inside a region.
const WITHIN: &str = "within";

/// Round trips by the numbers of both regions; by one number twice within it.
type Trips = BTreeMap<(usize, usize), Duration>;

/// Reads `network.rtt`: the time one way from each of the regions to each, row by row.
pub(super) fn read(network: &mut TableReader<'_, '_>, regions: &[&str]) -> Option<Vec<Duration>> {
    let entries = network.names("rtt");
    if entries.is_empty() && network.node("rtt").is_some_and(|node| node.table().is_none()) {
        return None;
    }
    if regions.is_empty() {
        let label = "declare them: regions.NAME = { share = \"...\" }";
        network.error("rtt", "there are no regions", label);
        return None;
    }
    let mut is_sound = true;
    let (mut pairs, mut within) = (Trips::new(), None);
    for (name, place) in entries {
        if FILE.iter().any(|key| key.name == name) {
            continue;
        }
        let Some(pair) = pair(name, place, regions, network) else {
            is_sound = false;
            continue;
        };
        let trip = network.named::<RoundTrip>("rtt", name).map(|trip| trip.0);
        match (trip, pair) {
            (None, _) => is_sound = false,
            (Some(trip), Pair::Within) => within = Some(trip),
            (Some(trip), Pair::Between(from, to)) => {
                pairs.insert((from, to), trip);
            }
        }
    }
    let whole = network.node("rtt")?;
    let from_file = from_file(whole, regions, network);
    let mut trips = from_file?;
    if let Some(trip) = within {
        (0..regions.len()).for_each(|region| {
            trips.insert((region, region), trip);
        });
    }
    for &(from, to) in pairs.keys() {
        // What is said by pair is said of both directions.
        trips.remove(&(from, to));
        trips.remove(&(to, from));
    }
    trips.extend(pairs);
    if !is_sound {
        return None;
    }
    halves(&trips, regions, network)
}

/// The time one way from each region to each; what is missing is reported.
fn halves(
    trips: &Trips,
    regions: &[&str],
    network: &mut TableReader<'_, '_>,
) -> Option<Vec<Duration>> {
    let count = regions.len();
    let mut travel = Vec::new();
    let mut missing: Vec<String> = Vec::new();
    for (from, to) in (0..count).flat_map(|from| (0..count).map(move |to| (from, to))) {
        match trips.get(&(from, to)).or_else(|| trips.get(&(to, from))) {
            Some(trip) => travel.push(Duration::from_nanos(trip.nanos() / 2)),
            None if from == to && missing.iter().any(|name| name == WITHIN) => {}
            None if from == to => missing.push(WITHIN.to_owned()),
            None if from < to => missing.push(format!("{}-{}", regions[from], regions[to])),
            None => {}
        }
    }
    if missing.is_empty() {
        return Some(travel);
    }
    let label = format!("as in {} = \"90ms\"", missing[0]);
    network.error("rtt", &format!("{} is missing", in_words(&missing)), label);
    None
}

fn in_words(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

enum Pair {
    Within,
    Between(usize, usize),
}

/// What an entry is about; one that names no regions is reported.
fn pair(
    name: &str,
    place: Place,
    regions: &[&str],
    network: &mut TableReader<'_, '_>,
) -> Option<Pair> {
    if name == WITHIN {
        return Some(Pair::Within);
    }
    let problems = &mut *network.reading().problems;
    let Some((from, to)) = name.split_once('-') else {
        let known = FILE.iter().map(|key| key.name).chain([WITHIN]);
        let label = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "as in us-eu = \"90ms\"".to_owned(),
        };
        let message = format!("[network]: `rtt.{name}` is no pair of regions");
        problems.error(place, message, label);
        return None;
    };
    let number = |name: &str| regions.iter().position(|region| *region == name);
    for end in [from, to] {
        if number(end).is_none() {
            let message = format!("[network]: `rtt.{name}`: there is no region `{end}`");
            problems.error(place, message, suggestion(end, regions.iter().copied()));
        }
    }
    let (from, to) = (number(from)?, number(to)?);
    if from == to {
        let message = format!("[network]: `rtt.{name}` leads nowhere");
        problems.error(place, message, "the round trip inside regions is `within`");
        return None;
    }
    Some(Pair::Between(from, to))
}

/// A duration a round trip can have.
struct RoundTrip(Duration);

impl FromNode for RoundTrip {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<RoundTrip> {
        let trip = Duration::from_node(node, reading)?;
        if trip > LONGEST {
            reading.error(node.place, "is no round trip on this planet", "at most 4s");
            return None;
        }
        Some(RoundTrip(trip))
    }
}

/// The round trips of the file named beside the pairs; none when there is no file.
fn from_file(whole: &Node, regions: &[&str], network: &mut TableReader<'_, '_>) -> Option<Trips> {
    let table = whole.table()?;
    let is_of_file = |key: &str| FILE.iter().any(|declared| declared.name == key);
    let entries = table.entries.iter().filter(|entry| is_of_file(&entry.key)).cloned();
    let table = Table { entries: entries.collect() };
    if table.entries.is_empty() {
        return Some(Trips::new());
    }
    for entry in &table.entries {
        network.note_named("rtt", &entry.key);
    }
    let node = Node { value: Value::Table(table), place: whole.place };
    let mut reader = network.changed_value_table("rtt", &node, FILE)?;
    let trace = file(&mut reader, "file");
    let columns = ["from", "to", "value"].map(|key| reader.get::<String>(key));
    let unit = reader.get_word("unit");
    let names = names(regions, &mut reader);
    let [Some(from), Some(to), Some(value)] = columns else { return None };
    let (trace, names, unit) = (trace?, names?, unit?);
    let opened = trace.open(&[&from, &to, &value]);
    let found = opened.and_then(|rows| collect(rows, &names, unit));
    match found {
        Ok(Ok(trips)) => Some(trips),
        Ok(Err(message)) => {
            reader.error("file", &message, "");
            None
        }
        Err(error) => {
            report(&error, "file", &["from", "to", "value"], &mut reader);
            None
        }
    }
}

/// What the file calls each region.
fn names(regions: &[&str], reader: &mut TableReader<'_, '_>) -> Option<Vec<String>> {
    let mut names: Vec<String> = regions.iter().map(|name| (*name).to_owned()).collect();
    let mut is_sound = true;
    for (name, place) in reader.names("names") {
        let Some(number) = regions.iter().position(|region| *region == name) else {
            let message = format!("[network]: `rtt.names`: there is no region `{name}`");
            let label = suggestion(name, regions.iter().copied());
            reader.reading().problems.error(place, message, label);
            is_sound = false;
            continue;
        };
        match reader.named::<String>("names", name) {
            Some(text) => names[number] = text,
            None => is_sound = false,
        }
    }
    is_sound.then_some(names)
}

/// The round trips between the places of these names; `Err` inside tells what is wrong with them.
fn collect(
    mut rows: Rows,
    names: &[String],
    unit: &str,
) -> Result<Result<Trips, String>, TraceError> {
    let mut trips = Trips::new();
    let number = |name: &str| names.iter().position(|known| known == name);
    while rows.advance()? {
        let (Some(from), Some(to)) = (number(rows.text(0)), number(rows.text(1))) else { continue };
        let amount = rows.amount(2)?;
        let trip = match Duration::parse(&format!("{amount}{unit}")) {
            Ok(trip) if trip <= LONGEST => trip,
            _ => {
                let pair = format!("from `{}` to `{}`", names[from], names[to]);
                return Ok(Err(format!("{amount} {unit} {pair} is no round trip: at most 4s")));
            }
        };
        if let Some(other) = trips.insert((from, to), trip)
            && other != trip
        {
            let pair = format!("from `{}` to `{}`", names[from], names[to]);
            return Ok(Err(format!("says {other} and {trip} {pair}")));
        }
    }
    Ok(Ok(trips))
}
