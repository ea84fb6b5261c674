//! What happened over simulated time: panels one above the other that share the time axis.

use crate::experiment::result::{RunResult, SeriesColumn};
use crate::measure::unit::Unit;
use crate::report::format::short;

use super::axis::{Axis, Spread, linear_ticks, time_ticks};
use super::font::width_of;
use super::palette::look;
use super::panel::{Curve, Panel, SignsAlong};
use super::scene::{Anchor, SHADE, Scene};
use super::{LEFT, RIGHT, WIDTH, heading, repeats_of, title_of};

const PANEL_HEIGHT: f64 = 240.0;
const PANEL_GAP: f64 = 75.0;
const HEADING: f64 = 165.0;
const FOOTER: f64 = 90.0;

/// More points than this fall on the same pixels.
const MOST_POINTS: usize = 560;

/// What one panel shows.
struct Theme {
    title: &'static str,
    unit: Unit,
    /// Value the axis reaches at least: shares go to 100%.
    reach: f64,
    picks: fn(&SeriesColumn) -> bool,
}

const THEMES: [Theme; 6] = [
    Theme {
        title: "Response time",
        unit: Unit::Seconds,
        reach: 0.0,
        picks: |column| column.path.starts_with("response_time."),
    },
    Theme {
        title: "Utilisation (share of the time or capacity in use)",
        unit: Unit::Fraction,
        reach: 1.0,
        picks: |column| {
            let last = last_word(&column.path);
            column.unit == Unit::Fraction && !last.ends_with("_rate") && last != "availability"
        },
    },
    Theme {
        title: "Hit rate (share of the requests)",
        unit: Unit::Fraction,
        reach: 1.0,
        picks: |column| last_word(&column.path) == "hit_rate",
    },
    Theme {
        title: "Lost work (share of the requests)",
        unit: Unit::Fraction,
        reach: 0.01,
        picks: |column| last_word(&column.path) == "error_rate" && has_more_than_zero(column),
    },
    Theme {
        title: "Replication lag",
        unit: Unit::Seconds,
        reach: 0.0,
        picks: |column| column.unit == Unit::Seconds && column.path.contains("replication_lag"),
    },
    Theme {
        title: "Waiting (jobs)",
        unit: Unit::Count,
        reach: 1.0,
        picks: |column| {
            let depth = column.path.contains("queue_depth") || last_word(&column.path) == "depth";
            depth && has_more_than_zero(column)
        },
    },
];

/// The picture of all themes that the run has columns for.
pub fn time_series(result: &RunResult) -> Scene {
    let themes: Vec<(&Theme, Vec<&SeriesColumn>)> = THEMES
        .iter()
        .map(|theme| (theme, picked(theme, &result.series.columns)))
        .filter(|(_, columns)| !columns.is_empty())
        .collect();
    let panels = themes.len().max(1);
    let bottom = |row: usize| HEADING + row as f64 * (PANEL_HEIGHT + PANEL_GAP) + PANEL_HEIGHT;
    let mut scene = Scene::new(WIDTH, bottom(panels - 1) + FOOTER);
    heading(&mut scene, &title_of("Over simulated time", result), &subtitle(result));
    draw_shade_key(&mut scene, result);
    if themes.is_empty() {
        let panel = panel(&THEMES[0], &[], result, bottom(0), true);
        panel.draw_frame(&mut scene, None);
        panel.draw_emptiness(&mut scene, "no time series was recorded");
    }
    for (row, (theme, columns)) in themes.iter().enumerate() {
        let panel = panel(theme, columns, result, bottom(row), row + 1 == panels);
        draw(&mut scene, &panel, columns, result);
    }
    scene
}

/// Columns of a theme that hold anything.
fn picked<'a>(theme: &Theme, columns: &'a [SeriesColumn]) -> Vec<&'a SeriesColumn> {
    let filled = |column: &&SeriesColumn| column.values.iter().any(Option::is_some);
    columns.iter().filter(filled).filter(|column| (theme.picks)(column)).collect()
}

fn panel(
    theme: &Theme,
    columns: &[&SeriesColumn],
    result: &RunResult,
    bottom: f64,
    last: bool,
) -> Panel {
    let values = columns.iter().flat_map(|column| column.values.iter().flatten());
    let largest = values.copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    let largest = largest.max(theme.reach);
    let high = if largest > 0.0 { largest * 1.08 } else { 1.0 };
    let length = length(result);
    Panel {
        title: theme.title.to_string(),
        across: Axis { low: (0.0, LEFT), high: (length, RIGHT), spread: Spread::Linear },
        ticks_across: time_ticks(length, 10),
        title_across: last.then(|| "simulated time".to_string()),
        up: Axis {
            low: (0.0, bottom),
            high: (high, bottom - PANEL_HEIGHT),
            spread: Spread::Linear,
        },
        ticks_up: linear_ticks(high, theme.unit, 5),
        headroom: 0.0,
    }
}

/// Simulated seconds covered by the samples, or a second when there are none.
fn length(result: &RunResult) -> f64 {
    let samples = result.series.columns.iter().map(|column| column.values.len()).max();
    let length = samples.unwrap_or(0) as f64 * result.series.step;
    if length > 0.0 { length } else { 1.0 }
}

/// Draws the columns for whose names there is room: those with the greatest mean.
fn draw(scene: &mut Scene, panel: &Panel, columns: &[&SeriesColumn], result: &RunResult) {
    let warm_up = Some(result.series.warm_up).filter(|end| *end > 0.0);
    panel.draw_frame(scene, warm_up);
    let room = Panel::room_for_names(PANEL_HEIGHT);
    let mut ranked: Vec<&SeriesColumn> = columns.to_vec();
    let mut more = None;
    if ranked.len() > room {
        ranked.sort_by(|a, b| mean(b).total_cmp(&mean(a)));
        ranked.truncate(room - 1);
        more = Some(format!("{} more: timeseries.csv", columns.len() - ranked.len()));
    }
    let curves: Vec<Curve> = ranked
        .iter()
        .enumerate()
        .map(|(index, column)| curve(column, index, result.series.step))
        .collect();
    panel.draw_curves(scene, &curves, SignsAlong::Across);
    panel.draw_names(scene, &curves, more);
}

/// A point at the middle of each sample, or of each group of samples where there are too many.
fn curve(column: &SeriesColumn, index: usize, step: f64) -> Curve {
    let group = group_of(column.values.len());
    let point = |(number, samples): (usize, &[Option<f64>])| {
        let present: Vec<f64> =
            samples.iter().flatten().copied().filter(|value| value.is_finite()).collect();
        let middle = (number * group) as f64 + samples.len() as f64 / 2.0;
        let sum: f64 = present.iter().sum();
        (!present.is_empty()).then(|| (middle * step, sum / present.len() as f64))
    };
    Curve {
        name: column.path.clone(),
        look: look(index),
        points: column.values.chunks(group).enumerate().map(point).collect(),
    }
}

/// Samples that share one point.
fn group_of(samples: usize) -> usize {
    samples.div_ceil(MOST_POINTS).max(1)
}

fn mean(column: &SeriesColumn) -> f64 {
    let present = column.values.iter().flatten();
    present.clone().sum::<f64>() / present.count().max(1) as f64
}

fn has_more_than_zero(column: &SeriesColumn) -> bool {
    column.values.iter().flatten().any(|value| *value > 0.0)
}

fn last_word(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn subtitle(result: &RunResult) -> String {
    let samples = result.series.columns.iter().map(|column| column.values.len()).max();
    let group = group_of(samples.unwrap_or(0));
    let every = short(result.series.step * group as f64, Unit::Seconds);
    let grouped =
        if group > 1 { format!(", each the mean of {group} samples") } else { String::new() };
    let repeats = repeats_of(result);
    format!("mean of {repeats}; one point per {every}{grouped}")
}

/// Says at the right of the subtitle what the shade stands for.
fn draw_shade_key(scene: &mut Scene, result: &RunResult) {
    if result.series.warm_up <= 0.0 {
        return;
    }
    let text = format!("warm-up, cut ({})", short(result.series.warm_up, Unit::Seconds));
    let start = WIDTH - 40.0 - width_of(&text, 20.0, false);
    scene.area((start - 48.0, 68.0), (start - 12.0, 92.0), SHADE);
    scene.text((start, 80.0), text, 20.0, Anchor::Start);
}
