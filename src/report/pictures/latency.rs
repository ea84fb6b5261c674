//! The distribution of latency: which share of requests is answered within which time.
//!
//! Time runs to the right on a logarithmic axis; upwards, each further nine takes the same room, so
//! that body and tail are both in sight.

use crate::experiment::result::{LatencyCell, LatencyDistribution, RunResult};
use crate::measure::unit::Unit;
use crate::report::format::{count, human};

use super::axis::{Axis, Spread, logarithmic_ticks, tail_ticks};
use super::palette::look;
use super::panel::{Curve, Panel, SignsAlong, draw_note};
use super::scene::{GREY, Point, Scene};
use super::{LEFT, RIGHT, WIDTH, heading, repeats_of, title_of};

const HEIGHT: f64 = 1000.0;
const TOP: f64 = 165.0;
const BOTTOM: f64 = HEIGHT - 95.0;

/// The distribution that is always drawn first.
const RESPONSE_TIME: &str = "response_time";

/// More curves than this hide one another.
const MOST_COMPONENTS: usize = 6;

/// Samples a curve must still have above a point for the point to mean anything.
const LEAST_TAIL: f64 = 10.0;

/// The picture of response time and of the components where most time is spent.
pub fn latency(result: &RunResult) -> Scene {
    let shown = shown(result);
    let mut scene = Scene::new(WIDTH, HEIGHT);
    let subtitle = format!(
        "{} pooled; 90%, 99% and 99.9% stand evenly, so that the slow tail shows",
        repeats_of(result)
    );
    heading(&mut scene, &title_of("Latency", result), &subtitle);
    let panel = panel(&shown);
    panel.draw_frame(&mut scene, None);
    if shown.is_empty() {
        panel.draw_emptiness(&mut scene, "no request was measured");
        return scene;
    }
    let curves: Vec<Curve> =
        shown.iter().enumerate().map(|(index, one)| curve(one, index, &panel)).collect();
    panel.draw_curves(&mut scene, &curves, SignsAlong::Up);
    panel.draw_legend(&mut scene, &curves);
    draw_percentiles(&mut scene, &panel, result, shown[0]);
    scene
}

/// Response time, then the components' distributions with the greatest mean.
fn shown(result: &RunResult) -> Vec<&LatencyDistribution> {
    let filled = |one: &&LatencyDistribution| one.cells.iter().any(|cell| cell.count > 0);
    let of_component = |one: &&LatencyDistribution| {
        let first = one.path.split(['.', '[']).next().unwrap_or_default();
        result.components.iter().any(|component| component.name == first)
    };
    let mut components: Vec<_> =
        result.latency.iter().filter(filled).filter(of_component).collect();
    components.sort_by(|a, b| mean(b).total_cmp(&mean(a)));
    components.truncate(MOST_COMPONENTS);
    let response = result.latency.iter().filter(filled).find(|one| one.path == RESPONSE_TIME);
    response.into_iter().chain(components).collect()
}

fn mean(distribution: &LatencyDistribution) -> f64 {
    let middle = |cell: &LatencyCell| (cell.from + cell.to) / 2.0 * cell.count as f64;
    distribution.cells.iter().map(middle).sum::<f64>() / total(distribution).max(1) as f64
}

fn total(distribution: &LatencyDistribution) -> u64 {
    distribution.cells.iter().map(|cell| cell.count).sum()
}

/// The frame around all curves: from the fastest hundredth to where samples run out.
fn panel(shown: &[&LatencyDistribution]) -> Panel {
    let most = shown.iter().map(|one| total(one)).max().unwrap_or(0);
    let nines = libm::floor(libm::log10((most as f64 / LEAST_TAIL).max(1.0))).clamp(2.0, 5.0);
    let top = 1.0 - libm::pow(10.0, -nines);
    let fold = |pick: fn(f64, f64) -> f64, share: f64| {
        shown.iter().filter_map(|one| quantile(one, share)).reduce(pick)
    };
    let low = fold(f64::min, 0.005).unwrap_or(0.001).max(1e-9);
    let high = fold(f64::max, top).unwrap_or(1.0).max(low * 2.0);
    // The right margin, an eighth of the axis, holds the note beside the last percentile.
    let (low, high) = (low / 1.1, high * libm::pow(high / low, 0.15));
    Panel {
        title: "Share answered within the time below".to_string(),
        across: Axis { low: (low, LEFT), high: (high, RIGHT), spread: Spread::Logarithmic },
        ticks_across: logarithmic_ticks(low, high, Unit::Seconds),
        title_across: Some("time (logarithmic)".to_string()),
        up: Axis { low: (0.0, BOTTOM), high: (top, TOP), spread: Spread::Tail },
        ticks_up: tail_ticks(nines as u32),
        headroom: 0.0,
    }
}

/// The curve of a distribution, as far as its samples carry it and the panel reaches.
fn curve(distribution: &LatencyDistribution, index: usize, panel: &Panel) -> Curve {
    let total = total(distribution) as f64;
    let mut below = 0;
    let mut points: Vec<Point> = Vec::new();
    for cell in distribution.cells.iter().filter(|cell| cell.count > 0) {
        points.push((cell.from, below as f64 / total));
        below += cell.count;
        points.push((cell.to, below as f64 / total));
    }
    let left = panel.across.low.0;
    // Every curve reaches p99, however few its samples.
    let top = panel.up.high.0.min((1.0 - LEAST_TAIL / total).max(0.99));
    let inside = |&(time, share): &Point| time >= left && share <= top;
    let cut = points.iter().position(|(_, share)| *share > top);
    let mut kept: Vec<Option<Point>> =
        points.iter().filter(|at| inside(at)).map(|at| Some(*at)).collect();
    if let Some(cut) = cut.filter(|cut| *cut > 0) {
        let ((from, low), (to, high)) = (points[cut - 1], points[cut]);
        kept.push(Some((from + (to - from) * (top - low) / (high - low), top)));
    }
    let name = format!("{} ({})", distribution.path, count(total as u64));
    Curve { name, look: look(index), points: kept }
}

/// The time within which a share of the samples lies, interpolated in its cell.
fn quantile(distribution: &LatencyDistribution, share: f64) -> Option<f64> {
    let rank = share * total(distribution) as f64;
    let mut below = 0.0;
    for cell in distribution.cells.iter().filter(|cell| cell.count > 0) {
        let inside = cell.count as f64;
        if below + inside >= rank {
            return Some(cell.from + (cell.to - cell.from) * ((rank - below) / inside).max(0.0));
        }
        below += inside;
    }
    distribution.cells.last().map(|cell| cell.to)
}

/// Marks median, p95 and p99 of the first curve, with the values of the summary.
fn draw_percentiles(
    scene: &mut Scene,
    panel: &Panel,
    result: &RunResult,
    distribution: &LatencyDistribution,
) {
    let marks = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];
    let placed = |&(name, share): &(&'static str, f64)| {
        let time = quantile(distribution, share)?;
        Some((name, time, panel.place((time, share))))
    };
    let marks: Vec<_> = marks.iter().filter_map(placed).collect();
    for (_, _, (x, y)) in &marks {
        scene.line(vec![(*x, *y), (*x, BOTTOM)], GREY, 1.0);
    }
    for (name, time, at) in marks {
        let path = format!("{}.{name}", distribution.path);
        let summary = result.metrics.iter().find(|metric| metric.path == path);
        let value = summary.and_then(|metric| metric.value).unwrap_or(time);
        draw_note(scene, at, &format!("{name} {}", human(value, Unit::Seconds)));
    }
}
