//! Axes as they are written, and what is wrong with others.

use std::path::Path;

use super::*;
use crate::language::parse;
use crate::scenario::testing::SOUND;

fn parsed(text: &str, sources: &mut Sources) -> Table {
    let source = sources.add("small.toml", text, Path::new(""));
    parse::document(source, sources, &mut Problems::new())
        .unwrap_or_else(|| panic!("no TOML: {text}"))
}

/// The axes of a `[sweep]` over a small scenario, each as "path: values", or its problems.
fn swept(sweep: &str) -> Result<Vec<String>, Vec<String>> {
    let mut sources = Sources::new();
    let scenario = parsed(SOUND, &mut sources);
    let sweep = parsed(sweep, &mut sources);
    let place = Place { source: crate::language::source::SourceId(0), start: 0, end: 0 };
    let node = Node { value: Value::Table(sweep), place };
    let mut problems = Problems::new();
    let axes = read_axes(&node, &scenario, &sources, &mut problems);
    told(axes, &problems, &sources)
}

/// The axis of a `--vary`.
fn varied(text: &str) -> Result<Vec<String>, Vec<String>> {
    let mut sources = Sources::new();
    let scenario = parsed(SOUND, &mut sources);
    let mut problems = Problems::new();
    let axis = vary(text, &scenario, &mut sources, &mut problems);
    told(axis.map(|axis| vec![axis]), &problems, &sources)
}

fn told(
    axes: Option<Vec<Axis>>,
    problems: &Problems,
    sources: &Sources,
) -> Result<Vec<String>, Vec<String>> {
    assert_eq!(axes.is_none(), problems.has_errors(), "every refusal is reported");
    let words = |axis: &Axis| {
        let values: Vec<&str> = axis.points.iter().map(|point| point.text.as_str()).collect();
        let scale = if axis.is_logarithmic { ", log" } else { "" };
        let unit = axis.unit.map_or("text", Unit::symbol);
        format!("{}: {} [{unit}{scale}]", axis.path, values.join(" "))
    };
    let problem = |problem: &&crate::language::diagnostic::Problem| {
        let marked = problem.place.map_or("", |place| sources.excerpt(place));
        format!("{} | {marked} | {}", problem.message, problem.label)
    };
    match axes {
        Some(axes) => Ok(axes.iter().map(words).collect()),
        None => Err(problems.sorted().iter().map(problem).collect()),
    }
}

#[test]
fn lists_and_ranges_are_axes() {
    for (sweep, expected) in [
        ("\"users.count\" = [\"1K\", 20_000]", "users.count: 1K 20K [count, log]"),
        ("users.count = [100, 200]", "users.count: 100 200 [count]"),
        (
            "users.count = { from = \"1K\", to = \"10M\", points = 5 }",
            "users.count: 1K 10K 100K 1M 10M [count, log]",
        ),
        (
            "users.count = { from = 1000, to = \"2K\", points = 3, scale = \"linear\" }",
            "users.count: 1K 1500 2K [count]",
        ),
        (
            "\"app.service_time\" = { from = \"1ms\", to = \"100ms\", points = 3 }",
            "app.service_time: 1ms 10ms 100ms [s, log]",
        ),
        ("\"app.discipline\" = [\"fcfs\", \"x\"]", "app.discipline: fcfs x [text]"),
        ("\"app.queue_limit\" = [4, \"unlimited\"]", "app.queue_limit: 4 unlimited [text]"),
        (
            "\"run.precision\" = { from = 0.1, to = \"30%\", points = 3 }",
            "run.precision: 10% 20% 30% [1]",
        ),
    ] {
        assert_eq!(swept(sweep), Ok(vec![expected.to_owned()]), "{sweep}");
    }
}

#[test]
fn the_command_line_says_the_same() {
    for (text, expected) in [
        ("users.count=1K..10M:5:log", "users.count: 1K 10K 100K 1M 10M [count, log]"),
        ("users.count = 1K..2K:3", "users.count: 1K 1500 2K [count]"),
        (
            "users.count=1K..1M",
            "users.count: 1K 2K 3980 7940 15800 31600 63100 126K 251K 501K 1M [count, log]",
        ),
        ("app.workers=2,4,8", "app.workers: 2 4 8 [count]"),
        ("app.workers=[2, 4]", "app.workers: 2 4 [count]"),
        ("app.workers=2", "app.workers: 2 [count]"),
        ("app.discipline=fcfs,processor_sharing", "app.discipline: fcfs processor_sharing [text]"),
        (
            "app.service_time={ exponential = \"4ms\" }",
            "app.service_time: { exponential = \"4ms\" } [text]",
        ),
    ] {
        assert_eq!(varied(text), Ok(vec![expected.to_owned()]), "{text}");
    }
}

#[test]
fn wrong_axes_are_refused() {
    for (sweep, expected) in [
        (
            "users.count = []",
            "[sweep] `users.count`: the list is empty | [] | as in [\"1K\", \"10K\"] or { from = \
             \"1K\", to = \"10M\", points = 25, scale = \"log\" }",
        ),
        (
            "users.count = 5",
            "[sweep] `users.count`: an axis needs several values | 5 | this is a number; as in \
             [\"1K\", \"10K\"] or { from = \"1K\", to = \"10M\", points = 25, scale = \"log\" }",
        ),
        ("users.count = [1, 2, 1]", "[sweep] `users.count`: 1 comes twice | 1 | each value once"),
        (
            "users.count = { from = \"1K\" }",
            "[sweep] `users.count`: `to` is missing | { from = \"1K\" } | a range has a first and \
             a last value",
        ),
    ] {
        assert_eq!(swept(sweep), Err(vec![expected.to_owned()]), "{sweep}");
    }
}

#[test]
fn wrong_ranges_are_refused() {
    for (sweep, expected) in [
        (
            "users.count = { from = 9, to = 3 }",
            "[sweep] `users.count`: the range begins after its end | { from = 9, to = 3 } | from \
             the lesser to the greater: 3 to 9",
        ),
        (
            "users.count = { from = 9, to = 9 }",
            "[sweep] `users.count`: the range is empty: both ends are the same | { from = 9, to = \
             9 } | give two",
        ),
        (
            "users.count = { from = 1, to = 9, points = 0 }",
            "[sweep] `users.count`: the range needs 2 points at least | { from = 1, to = 9, \
             points = 0 } | its ends",
        ),
        (
            "users.count = { from = 1, to = 3, points = 7 }",
            "[sweep] `users.count`: the range has fewer whole numbers than points | { from = 1, \
             to = 3, points = 7 } | fewer points, or ends further apart",
        ),
        (
            "users.count = { from = 0, to = 100, scale = \"log\" }",
            "[sweep] `users.count`: the range has no ratios where it begins | { from = 0, to = \
             100, scale = \"log\" } | begin above 0, or say scale = \"linear\"",
        ),
        (
            "users.count = { from = \"few\", to = 100 }",
            "[sweep] `users.count`: \"few\" is no end of it | \"few\" | `few` does not start with \
             a number such as 4 or 1.5",
        ),
        (
            "users.count = { from = 1, to = 100, pionts = 4 }",
            "[sweep]: unknown key `pionts` | pionts | did you mean `points`?",
        ),
        (
            "\"app.discipline\" = { from = 1, to = 2 }",
            "[sweep] `app.discipline`: there is nothing between two of its values | { from = 1, \
             to = 2 } | list the values, as in [\"round_robin\", \"random\"]",
        ),
    ] {
        assert_eq!(swept(sweep), Err(vec![expected.to_owned()]), "{sweep}");
    }
}

#[test]
fn wrong_words_on_the_command_line_are_refused() {
    for (text, expected) in [
        (
            "users.count",
            "`--vary` takes path=values | users.count | as in users.count=1K..10M:25:log, or a \
             list: db.cores=2,4,8",
        ),
        (
            "users.count=",
            "`--vary` lacks values behind `=` | users.count= | as in users.count=1K..10M:25:log, \
             or a list: db.cores=2,4,8",
        ),
        (
            "users.count=1K..2K:x",
            "`--vary`: `x` is no number of points | x | as in users.count=1K..10M:25:log, or a \
             list: db.cores=2,4,8",
        ),
        (
            "users.count=1..9:3:cubic",
            "`--vary`: `cubic` is no scale | cubic | accepted: log, linear",
        ),
        (
            "users.count=1K,,2K",
            "`--vary` `users.count`: a value is missing |  | each value once, between commas",
        ),
        (
            "users.count=2K..1K",
            "[sweep] `users.count`: the range begins after its end | 2K..1K | from the lesser to \
             the greater: \"1K\" to \"2K\"",
        ),
    ] {
        assert_eq!(varied(text), Err(vec![expected.to_owned()]), "{text}");
    }
}

#[test]
fn numbers_between_are_round_where_that_does_no_harm() {
    let spread = |ends: (f64, f64), points, log| range::spread(ends.0, ends.1, points, log, true);
    assert_eq!(spread((1e3, 1e4), 4, true), Some(vec![1000.0, 2150.0, 4640.0, 10_000.0]));
    assert_eq!(spread((12_345.0, 54_321.0), 3, false), Some(vec![12_345.0, 33_300.0, 54_321.0]));
    assert_eq!(spread((10_000.0, 10_004.0), 3, false), Some(vec![10_000.0, 10_002.0, 10_004.0]));
    assert_eq!(spread((1.0, 3.0), 4, false), None);
}
