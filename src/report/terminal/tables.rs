//! The tables of the terminal report; an empty text where there is nothing to show.

use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width,
};

use crate::experiment::result::{
    AlertResult, ComponentResult, HopCounts, MetricValue, RunResult, ThresholdResult,
    ThresholdState,
};
use crate::measure::unit::Unit;
use crate::report::format::{NOTHING, count, human, human_or_nothing, interval};

use super::Screen;

/// Stands beside times that must be read with care.
pub const MARK: &str = "*";

/// Headline metrics: value, 95% interval, and what thresholds and notes say of them.
///
/// With `marked`, times carry [`MARK`].
pub fn metrics(result: &RunResult, marked: bool, screen: Screen) -> String {
    let shown: Vec<&MetricValue> = result.metrics.iter().filter(|metric| metric.headline).collect();
    let rows = shown.iter().map(|metric| {
        let mut value = human_or_nothing(metric.value, metric.unit);
        if marked && metric.value.is_some() && metric.unit == Unit::Seconds {
            value.push_str(MARK);
        }
        let ends = match (metric.value, metric.ci95) {
            (Some(value), Some(ends)) => interval(value, ends, metric.unit),
            _ => NOTHING.to_string(),
        };
        vec![metric.path.clone(), value, ends, remark(metric, &result.graduation)]
    });
    table(&["metric", "value", "95% interval", "threshold, note"], &[1, 2], rows, screen)
}

/// State of every threshold whose condition names the metric, then the metric's own note.
fn remark(metric: &MetricValue, thresholds: &[ThresholdResult]) -> String {
    let states = thresholds
        .iter()
        .filter(|threshold| mentions(&threshold.condition, &metric.path))
        .map(|threshold| format!("{}: {}", threshold.name, threshold.state.word()));
    states.chain(metric.note.clone()).collect::<Vec<_>>().join("; ")
}

/// Whether a condition names exactly this metric: `db.cpu>60%` names `db.cpu`, not `db.cpu.mean`.
fn mentions(condition: &str, path: &str) -> bool {
    let of_path = |letter: char| letter.is_alphanumeric() || "_.[]".contains(letter);
    condition.match_indices(path).any(|(start, _)| {
        let before = condition[..start].chars().next_back();
        let after = condition[start + path.len()..].chars().next();
        !before.is_some_and(of_path) && !after.is_some_and(of_path)
    })
}

/// The thresholds of `[graduate]` and the implicit capacity.
pub fn graduation(result: &RunResult, screen: Screen) -> String {
    let rows = result.graduation.iter().map(|threshold| {
        let state = match &threshold.state {
            ThresholdState::NotEvaluable(reason) => {
                format!("{}: {reason}", threshold.state.word())
            }
            state => state.word().to_string(),
        };
        vec![
            threshold.name.clone(),
            threshold.condition.clone(),
            human_or_nothing(threshold.value, threshold.unit),
            state,
        ]
    });
    table(&["threshold", "condition", "now", "state"], &[2], rows, screen)
}

/// The alerts: whether, when and for how long they fired.
pub fn alerts(result: &RunResult, screen: Screen) -> String {
    let rows = result.alerts.iter().map(|alert| {
        vec![
            alert.name.clone(),
            alert.condition.clone(),
            alert.severity.clone(),
            fired(alert, result.repeats),
        ]
    });
    table(&["alert", "condition", "severity", "fired"], &[], rows, screen)
}

fn fired(alert: &AlertResult, repeats: u32) -> String {
    match (&alert.not_evaluable, alert.fired_in, alert.first_at) {
        (Some(reason), _, _) => format!("not evaluable: {reason}"),
        (None, None, _) => "not evaluable".to_string(),
        (None, Some(0), _) => "no".to_string(),
        (None, Some(times), first) => {
            let at = first.map(|at| format!(", first after {}", human(at, Unit::Seconds)));
            format!(
                "in {times} of {repeats} repeats{}, on for {}",
                at.unwrap_or_default(),
                human(alert.active, Unit::Seconds)
            )
        }
    }
}

/// An outcome other than well: its word in the table, and how many jobs met it.
type Outcome = (&'static str, fn(&HopCounts) -> u64);

const OUTCOMES: [Outcome; 6] = [
    ("rejected", |hops| hops.rejected),
    ("failed", |hops| hops.failed),
    ("timed out", |hops| hops.timed_out),
    ("cancelled", |hops| hops.cancelled),
    ("lost", |hops| hops.lost),
    ("abandoned", |hops| hops.abandoned),
];

/// Where time goes and what is lost on the way; outcomes nobody met have no column.
pub fn components(result: &RunResult, screen: Screen) -> String {
    let met: Vec<&Outcome> = OUTCOMES
        .iter()
        .filter(|(_, number)| result.components.iter().any(|one| number(&one.hops) > 0))
        .collect();
    let mut titles = vec!["component", "share of time", "own time", "offered load", "arrived"];
    titles.extend(met.iter().map(|(word, _)| *word));
    let right: Vec<usize> = (1..titles.len()).collect();
    let rows = result.components.iter().map(|component: &ComponentResult| {
        let mut row = vec![
            component.name.clone(),
            human(component.share_of_time, Unit::Fraction),
            human(component.own_time, Unit::Seconds),
            human_or_nothing(component.offered_load, Unit::Fraction),
            count(component.hops.arrived),
        ];
        row.extend(met.iter().map(|(_, number)| count(number(&component.hops))));
        row
    });
    table(&titles, &right, rows, screen)
}

/// Blanks between two columns.
const GAP: u16 = 2;

/// A table without frame, its titles underlined, columns in `right` set flush right.
pub(in crate::report) fn table(
    titles: &[&str],
    right: &[usize],
    rows: impl Iterator<Item = Vec<String>>,
    screen: Screen,
) -> String {
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    let rule = LineStyle::none().fill('─').junction('─');
    table.load_style(TableStyle::new().header_separator(rule));
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let width = u16::try_from(screen.width).unwrap_or(u16::MAX);
    table.set_width(width);
    let aligned = |(column, text): (usize, String)| {
        let cell = Cell::new(text);
        if right.contains(&column) { cell.set_alignment(CellAlignment::Right) } else { cell }
    };
    let words = longest_words(titles, &rows);
    let header = titles.iter().map(ToString::to_string).enumerate().map(aligned);
    table.set_header(header.collect::<Vec<_>>());
    for row in rows {
        table.add_row(row.into_iter().enumerate().map(aligned).collect::<Vec<_>>());
    }
    let whole_words_fit = words.iter().map(|word| word + GAP).sum::<u16>() <= width;
    for (column, word) in table.column_iter_mut().zip(words) {
        column.set_padding((0, GAP));
        if whole_words_fit {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(word + GAP)));
        }
    }
    table.lines().map(|line| line.trim_end().to_string() + "\n").collect()
}

/// Letters of the longest word in each column: narrower, a metric path would be torn apart.
fn longest_words(titles: &[&str], rows: &[Vec<String>]) -> Vec<u16> {
    let longest = |text: &str| text.split(' ').map(|word| word.chars().count()).max().unwrap_or(0);
    let of_column = |(column, title): (usize, &&str)| {
        let cells = rows.iter().map(|row| longest(&row[column]));
        // A word of more than a thousand letters fits no screen, whatever its width.
        cells.fold(longest(title), usize::max).min(1000) as u16
    };
    titles.iter().enumerate().map(of_column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_name_whole_paths() {
        assert!(mentions("db.cpu > 60%", "db.cpu"));
        assert!(mentions("app.cpu>60% and db.cpu>60%", "db.cpu"));
        assert!(mentions("db[role=replica].cpu < 70% for 5min", "db[role=replica].cpu"));
        assert!(!mentions("db.cpu.mean > 60%", "db.cpu"));
        assert!(!mentions("olddb.cpu > 60%", "db.cpu"));
        assert!(!mentions("regions.ap.response_time.p95 > 1s", "response_time.p95"));
    }

    #[test]
    fn long_words_are_kept_whole_where_the_screen_has_room() {
        let row = || vec!["a.path.of.thirty.letters.or.so".to_string(), "many words ".repeat(9)];
        let drawn =
            |width| table(&["a", "b"], &[], [row()].into_iter(), Screen { width, colour: false });
        assert!(drawn(60).contains("a.path.of.thirty.letters.or.so"));
        assert!(drawn(30).lines().all(|line| line.chars().count() <= 30), "{}", drawn(30));
        assert_eq!(table(&["a"], &[], std::iter::empty(), Screen { width: 30, colour: false }), "");
    }
}
