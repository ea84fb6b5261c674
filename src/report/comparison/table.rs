//! The comparison people read: both verdicts, the headline in a sentence, what differs, thresholds.

use crate::experiment::comparison::{
    ComparisonResult, MetricDifference, NAMES, Significance, ThresholdPair,
};
use crate::experiment::result::{Horizon, MetricValue};
use crate::measure::unit::Unit;
use crate::report::format::{NOTHING, count, difference, human, human_or_nothing, relative};
use crate::report::terminal::tables::{MARK, table};
use crate::report::terminal::{headline, push_warning, wrapped};
use crate::report::{Screen, verdict};

/// The metric that the sentence at the top speaks of.
const HEADLINE: &str = "response_time.p95";

/// Stands beside differences that are significant alone, and together with all others.
const SURE_ALONE: &str = "•";
const SURE_TOGETHER: &str = "••";

/// The report on a comparison, ending in a newline.
pub fn render(result: &ComparisonResult, screen: Screen) -> String {
    let mut text = String::new();
    for (side, name) in result.sides.iter().zip(NAMES) {
        text.push_str(&wrapped(&format!("{name} is {}", side.label), screen.width, "  "));
        text.push_str(&headline(&side.result, screen));
        let words = verdict::words(&side.result);
        if words.mark.is_some() {
            text.push_str(&wrapped(&words.meaning, screen.width, ""));
        }
        text.push('\n');
    }
    text.push_str(&wrapped(&summary(result), screen.width, ""));
    for warning in warnings(result) {
        text.push('\n');
        push_warning(&mut text, &warning, screen);
    }
    text.push_str("\nMetrics\n");
    text.push_str(&metrics(result, screen));
    text.push_str(&legend(result, screen));
    if !result.thresholds.is_empty() {
        text.push_str("\nGraduation\n");
        text.push_str(&thresholds(result, screen));
    }
    text.push_str("\nWhat was simulated\n");
    text.push_str(&simulated(result, screen));
    text
}

/// The headline metric in a sentence or two.
fn summary(result: &ComparisonResult) -> String {
    let Some(metric) = result.metric(HEADLINE) else {
        return format!("Nothing is known of {HEADLINE} in both.");
    };
    let unit = metric.unit;
    let [a, b] = metric.values.map(|value| human_or_nothing(value, unit));
    let values = format!("{HEADLINE} is {a} in A and {b} in B");
    let (Some(value), Some(ends)) = (metric.difference, metric.difference_ci95) else {
        let note = metric.note.as_ref().map(|note| format!(": {note}"));
        return format!("{values}{}.", note.unwrap_or_default());
    };
    let change = metric.relative.map(|change| format!(" ({})", relative(change)));
    let so_sure = match metric.significance {
        Significance::NotJudged => metric.note.clone().unwrap_or_default(),
        Significance::No => "not significant, for the interval holds 0".to_owned(),
        Significance::Alone => format!(
            "significant alone, but not with all {} differences taken together",
            result.judged
        ),
        Significance::Together => {
            format!("significant, also with all {} differences taken together", result.judged)
        }
    };
    let (by, ends) = difference(value, Some(ends), unit);
    format!(
        "{values}: {by}, 95% interval {}{}; {so_sure}.{}",
        ends.unwrap_or_default(),
        change.unwrap_or_default(),
        metric.narrowing.map_or_else(String::new, narrowed)
    )
}

/// What the pairing did to an interval.
fn narrowed(factor: f64) -> String {
    let effect = if factor > 1.0 { "narrows" } else { "does not narrow" };
    let factor = number(factor);
    format!(
        " That both meet the same requests with the same luck {effect} this interval: that of two \
         runs apart would be {factor} times as wide."
    )
}

/// A factor in two digits, or whole.
fn number(factor: f64) -> String {
    if factor < 10.0 { format!("{factor:.1}") } else { format!("{factor:.0}") }
}

/// The warnings of both sides, each told once.
fn warnings(result: &ComparisonResult) -> Vec<String> {
    let [a, b] = result.sides.each_ref().map(|side| &side.result.warnings);
    let of_a = a.iter().map(|warning| {
        let names = if b.contains(warning) { "A and B" } else { "A" };
        format!("{names}: {warning}")
    });
    let of_b = b.iter().filter(|warning| !a.contains(warning));
    of_a.chain(of_b.map(|warning| format!("B: {warning}"))).collect()
}

const TITLES: [&str; 8] = ["metric", "A", "B", "B - A", "95% interval", "sure", "change", "gain"];

/// The headline metrics of both; where the screen is narrow the last columns are left out.
fn metrics(result: &ComparisonResult, screen: Screen) -> String {
    let mut rows = rows(result);
    let columns = columns(&rows, screen);
    rows.iter_mut().for_each(|row| row.truncate(columns));
    table(&TITLES[..columns], &[1, 2, 3, 4, 6, 7], rows.into_iter(), screen)
}

/// A row for every headline metric of either.
fn rows(result: &ComparisonResult) -> Vec<Vec<String>> {
    let marked = result.sides.each_ref().map(|side| verdict::words(&side.result).mark.is_some());
    let shown = result.metrics.iter().filter(|metric| metric.headline);
    let mut rows: Vec<Vec<String>> = shown.map(|metric| row(metric, marked)).collect();
    for (side, metrics) in result.only.iter().enumerate() {
        let shown = metrics.iter().filter(|metric| metric.headline);
        rows.extend(shown.map(|metric| row_of_one(side, metric, marked)));
    }
    rows
}

/// Columns that are shown on any screen.
const LEAST_COLUMNS: usize = 6;

/// How many columns fit the screen without breaking a cell.
fn columns(rows: &[Vec<String>], screen: Screen) -> usize {
    const GAP: usize = 3;
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.fold(TITLES[column].len(), usize::max) + GAP
    };
    let fits = |columns: &usize| (0..*columns).map(width).sum::<usize>() <= screen.width;
    (LEAST_COLUMNS..=TITLES.len()).rev().find(fits).unwrap_or(LEAST_COLUMNS)
}

fn row(metric: &MetricDifference, marked: [bool; 2]) -> Vec<String> {
    let unit = metric.unit;
    let value = |side: usize| marked_value(metric.values[side], unit, marked[side]);
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_string());
    let by = metric.difference.map(|value| difference(value, metric.difference_ci95, unit));
    let (by, ends) = by.map_or((None, None), |(by, ends)| (Some(by), ends));
    let sure = match metric.significance {
        Significance::NotJudged => NOTHING,
        Significance::No => "",
        Significance::Alone => SURE_ALONE,
        Significance::Together => SURE_TOGETHER,
    };
    vec![
        metric.path.clone(),
        value(0),
        value(1),
        or_nothing(by),
        or_nothing(ends),
        sure.to_string(),
        or_nothing(metric.relative.map(relative)),
        or_nothing(metric.narrowing.map(|factor| format!("{}x", number(factor)))),
    ]
}

fn row_of_one(side: usize, metric: &MetricValue, marked: [bool; 2]) -> Vec<String> {
    let mut row = vec![NOTHING.to_string(); TITLES.len()];
    row[0].clone_from(&metric.path);
    row[1 + side] = marked_value(metric.value, metric.unit, marked[side]);
    row
}

/// A value, marked when it is a time of a side whose times must be read with care.
fn marked_value(value: Option<f64>, unit: Unit, is_marked: bool) -> String {
    let mark = if is_marked && value.is_some() && unit == Unit::Seconds { MARK } else { "" };
    human_or_nothing(value, unit) + mark
}

/// What the marks mean, and what the table leaves out.
fn legend(result: &ComparisonResult, screen: Screen) -> String {
    let mut text = String::new();
    let mut line = |words: &str| text.push_str(&wrapped(words, screen.width, "  "));
    for (side, name) in result.sides.iter().zip(NAMES) {
        if let Some(mark) = verdict::words(&side.result).mark {
            line(&format!("{MARK} in {name}: {mark}"));
        }
    }
    line(&format!(
        "{SURE_ALONE} the interval leaves out 0; {SURE_TOGETHER} also at the level at which all \
         {} differences judged hold together (Bonferroni)",
        result.judged
    ));
    if columns(&rows(result), screen) == TITLES.len() {
        line("gain: how many times as wide the interval of two runs apart would be");
    }
    for note in notes(result) {
        line(&format!("{NOTHING} {note}"));
    }
    let hidden = result.metrics.iter().filter(|metric| !metric.headline).count();
    let [only_a, only_b] = result.only.each_ref().map(Vec::len);
    let mut more = vec![format!("{hidden} more of both")];
    for (number, name) in [(only_a, "A"), (only_b, "B")] {
        if number > 0 {
            more.push(format!("{number} that only {name} has"));
        }
    }
    line(&format!("comparison.csv and --format json hold all metrics: {}", more.join(", ")));
    text
}

/// Why differences that are shown are not judged, each reason once.
fn notes(result: &ComparisonResult) -> Vec<&str> {
    let shown = result.metrics.iter().filter(|metric| metric.headline);
    let unjudged = shown.filter(|metric| metric.significance == Significance::NotJudged);
    let mut notes: Vec<&str> = Vec::new();
    for note in unjudged.filter_map(|metric| metric.note.as_deref()) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

fn thresholds(result: &ComparisonResult, screen: Screen) -> String {
    let rows = result.thresholds.iter().map(|pair| {
        let mut row = vec![pair.name.clone(), condition(pair)];
        row.extend(pair.sides.iter().map(|threshold| match threshold {
            None => NOTHING.to_string(),
            Some(threshold) => format!(
                "{} at {}",
                threshold.state.word(),
                human_or_nothing(threshold.value, threshold.unit)
            ),
        }));
        row
    });
    table(&["threshold", "condition", "A", "B"], &[], rows, screen)
}

/// The condition, or both where they differ.
fn condition(pair: &ThresholdPair) -> String {
    match &pair.sides {
        [Some(a), Some(b)] if a.condition != b.condition => {
            format!("A: {}; B: {}", a.condition, b.condition)
        }
        sides => {
            sides.iter().flatten().next().map_or_else(String::new, |one| one.condition.clone())
        }
    }
}

/// How many pairs, how long, and how to get the same again.
fn simulated(result: &ComparisonResult, screen: Screen) -> String {
    let [a, b] = result.sides.each_ref().map(|side| &side.result);
    let pairs = if a.repeats == 1 { "pair" } else { "pairs" };
    let of = |name: &str, horizon: &Horizon| {
        format!(
            "{name} measured {} requests in {} each",
            count(horizon.requests),
            human(horizon.measured, Unit::Seconds)
        )
    };
    let length = format!(
        "{} {pairs} of repeats; {}, {}; {} requests simulated in all.",
        a.repeats,
        of("A", &a.horizon),
        of("B", &b.horizon),
        count(a.horizon.simulated + b.horizon.simulated)
    );
    // The command stays on one line: it is there to be copied.
    let again = format!("Same again (seed {}):\n  {}\n", a.seed, result.command);
    wrapped(&length, screen.width, "") + &again
}
