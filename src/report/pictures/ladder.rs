//! A metric against users for several stages: where does each stop being enough?
//!
//! Above, one curve a stage with its interval as a band, and the bounds its thresholds set; below,
//! a lane a stage that shows where it is steady and where it crosses which threshold. Values that
//! are not steady stand alone, as hollow signs.

use crate::measure::unit::Unit;

use super::axis::{Axis, Spread};
use super::beside::{Entry, draw_entries, height_for, room};
use super::bounds::draw_bounds;
use super::key::{Item, draw_key, height, items_of};
use super::lanes::{Lane, draw_lanes};
use super::palette::{stage_look, thinned};
use super::panel::{Curve, Panel, SignsAlong};
use super::points::{
    Headroom, Measured, Range, draw_crossing, draw_single_points, is_below, joined,
};
use super::scene::{Point, Scene};
use super::stages::{AcrossAxis, CrossingMark, PointState, ThresholdLine, ticks, titled};
use super::{WIDTH, heading};

const TOP: f64 = 165.0;
/// Height of the panel of curves, unless more stages than usual need it for their names.
const HEIGHT: f64 = 480.0;
/// From the panel of curves to the lanes.
const GAP: f64 = 74.0;
/// Tick labels and title below the lanes.
const FOOTER: f64 = 78.0;

/// One stage's measured curve.
#[derive(Clone, PartialEq, Debug)]
pub struct StageCurve {
    /// Its name.
    pub name: String,
    /// Its points from left to right.
    pub points: Vec<StagePoint>,
    /// Where it crosses its thresholds, in any order.
    pub crossings: Vec<CrossingMark>,
}

/// One case of a sweep.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StagePoint {
    /// Value of the axis to the right.
    pub across: f64,
    /// The metric, if there was anything to measure.
    pub value: Option<f64>,
    /// Its 95% interval.
    pub interval: Option<(f64, f64)>,
    /// How far it can be trusted.
    pub state: PointState,
}

impl StageCurve {
    fn measured(&self) -> Vec<Measured> {
        self.points.iter().map(StagePoint::measured).collect()
    }
}

impl StagePoint {
    fn measured(&self) -> Measured {
        (self.across, self.value, self.state)
    }
}

/// What the picture of a ladder shows.
#[derive(Clone, PartialEq, Debug)]
pub struct LadderPicture {
    /// What it shows, in one line.
    pub title: String,
    /// What stands behind every point, such as `200K requests, 8 repeats each`.
    pub subtitle: String,
    /// The metric upwards, such as `response_time.p95`.
    pub metric: String,
    /// Unit of its values.
    pub unit: Unit,
    /// The axis to the right.
    pub across: AcrossAxis,
    /// Whether the axis upwards is logarithmic; without any value above zero it is not.
    pub logarithmic_up: bool,
    /// The stages, the smallest first.
    pub stages: Vec<StageCurve>,
    /// Bounds of the metric.
    pub thresholds: Vec<ThresholdLine>,
}

/// The picture of a metric against users, or what else is varied.
pub fn ladder(picture: &LadderPicture) -> Scene {
    let points = || picture.stages.iter().flat_map(|stage| &stage.points);
    let (across, ticks_across) = picture.across.over(points().map(|point| point.across));
    let unit = picture.across.unit;
    let up = range(picture).axis(picture.unit, picture.logarithmic_up, (HEIGHT, 0.0));
    let measured: Vec<Vec<Measured>> = picture.stages.iter().map(StageCurve::measured).collect();
    let headroom = Headroom::of(measured.iter(), up);
    let top = TOP + headroom.height();
    let bottom = top + HEIGHT.max(height_for(picture.stages.len() + 4));
    let up = Axis { low: (up.low.0, bottom), high: (up.high.0, top), ..up };
    let panel = Panel {
        title: titled(&picture.metric, up.spread),
        across,
        ticks_across,
        title_across: None,
        up,
        ticks_up: ticks(up, picture.unit, 10),
        headroom: headroom.height(),
    };
    let lanes = lanes(picture);
    let lane_top = bottom + GAP;
    let foot = lane_top + lanes.iter().map(|lane| lane.height(across, unit)).sum::<f64>();
    let items = items(picture, up);
    let mut scene = Scene::new(WIDTH, foot + FOOTER + height(&items) + 16.0);
    heading(&mut scene, &picture.title, &picture.subtitle);
    panel.draw_frame(&mut scene, None);
    draw_stages(&mut scene, &panel, picture, &headroom);
    if points().next().is_none() {
        panel.draw_emptiness(&mut scene, "no case was simulated");
    }
    below(&panel, picture, (lane_top - 12.0, foot)).draw_frame(&mut scene, None);
    draw_lanes(&mut scene, &lanes, across, unit, lane_top);
    draw_key(&mut scene, &items, foot + FOOTER);
    scene
}

/// The panel of the lanes.
fn below(panel: &Panel, picture: &LadderPicture, (top, bottom): (f64, f64)) -> Panel {
    let crossed = picture.stages.iter().any(|stage| !stage.crossings.is_empty());
    let what = if crossed { "crosses its thresholds" } else { "is steady" };
    Panel {
        title: format!("Where each stage {what}"),
        title_across: Some(picture.across.heading(panel.across)),
        up: Axis { low: (0.0, bottom), high: (1.0, top), spread: Spread::Linear },
        ticks_up: Vec::new(),
        headroom: 0.0,
        ..panel.clone()
    }
}

/// What the axis upwards must hold.
fn range(picture: &LadderPicture) -> Range {
    let mut range = Range::default();
    for point in picture.stages.iter().flat_map(|stage| &stage.points) {
        range.add(point.measured());
        let (low, high) = point.interval.filter(|_| point.state.is_joined()).unzip();
        range.loose.extend(low.into_iter().chain(high));
    }
    // Bounds alone do not say where values that are not steady lie.
    if !range.firm.is_empty() {
        range.firm.extend(picture.thresholds.iter().map(|threshold| threshold.bound));
    }
    range
}

fn lanes(picture: &LadderPicture) -> Vec<Lane<'_>> {
    let stages = picture.stages.iter().enumerate();
    stages
        .map(|(index, stage)| Lane {
            name: &stage.name,
            look: stage_look(index),
            points: stage.points.iter().map(|point| (point.across, point.state)).collect(),
            crossings: &stage.crossings,
        })
        .collect()
}

/// What the key explains.
fn items(picture: &LadderPicture, up: Axis) -> Vec<Item> {
    let points: Vec<&StagePoint> = picture.stages.iter().flat_map(|stage| &stage.points).collect();
    let banded = points.iter().any(|point| point.interval.is_some() && point.state.is_joined());
    let crossed = |is_between: bool| {
        let mut crossings = picture.stages.iter().flat_map(|stage| &stage.crossings);
        crossings.any(|crossing| crossing.is_between == is_between)
    };
    let alone = points.iter().any(|point| !point.state.is_joined() && point.value.is_some());
    let below = points.iter().any(|point| is_below(&point.measured(), up));
    let states: Vec<PointState> = points.iter().map(|point| point.state).collect();
    let first = [
        (banded, Item::Band),
        (crossed(false), Item::Crossing),
        (crossed(true), Item::Between),
        (alone, Item::Hollow),
        (below, Item::Edge),
    ];
    let first = first.into_iter().filter(|(occurs, _)| *occurs).map(|(_, item)| item);
    first.chain(items_of(&states, Item::Ring)).collect()
}

/// Draws bands, bounds, curves, single points and crossings, the finer over the wider.
fn draw_stages(scene: &mut Scene, panel: &Panel, picture: &LadderPicture, headroom: &Headroom) {
    let curve = |(index, stage): (usize, &StageCurve)| Curve {
        name: stage.name.clone(),
        look: stage_look(index),
        points: joined(&stage.measured(), panel.up),
    };
    let curves: Vec<Curve> = picture.stages.iter().enumerate().map(curve).collect();
    draw_bands(scene, panel, picture, &curves);
    let mut entries: Vec<Entry> = curves.iter().map(|curve| panel.entry(curve)).collect();
    let room = room(panel.bottom() - panel.top()).saturating_sub(entries.len());
    entries.extend(draw_bounds(scene, panel, &picture.thresholds, room));
    panel.draw_curves(scene, &curves, SignsAlong::Across);
    for (index, (stage, curve)) in picture.stages.iter().zip(&curves).enumerate() {
        let points = stage.measured();
        draw_single_points(scene, panel, curve.look, &points);
        headroom.draw(scene, panel, (index, curve.look), &points);
    }
    for (stage, curve) in picture.stages.iter().zip(&curves) {
        draw_crossings(scene, panel, &stage.crossings, curve);
    }
    draw_entries(scene, &entries, (panel.top(), panel.bottom()));
}

/// All bands first, then their outlines, so that each shows where they overlap.
fn draw_bands(scene: &mut Scene, panel: &Panel, picture: &LadderPicture, curves: &[Curve]) {
    let mut outlines = Vec::new();
    for (stage, curve) in picture.stages.iter().zip(curves) {
        let banded: Vec<Option<(Point, Point)>> = stage
            .points
            .iter()
            .zip(&curve.points)
            .map(|(point, at)| {
                let (low, high) = point.interval.filter(|_| at.is_some())?;
                let known = !low.is_nan() && !high.is_nan();
                known.then(|| (panel.place((point.across, low)), panel.place((point.across, high))))
            })
            .collect();
        for run in banded.split(Option::is_none).filter(|run| !run.is_empty()) {
            let (lower, upper): (Vec<Point>, Vec<Point>) = run.iter().flatten().copied().unzip();
            let colour = thinned(curve.look.colour, 0.6);
            if run.len() == 1 {
                // No neighbour: the band is a bar.
                outlines.push((vec![lower[0], upper[0]], curve.look.colour));
                continue;
            }
            let corners = lower.iter().chain(upper.iter().rev()).copied().collect();
            scene.polygon(corners, thinned(curve.look.colour, 0.25));
            outlines.extend([(lower, colour), (upper, colour)]);
        }
    }
    for (points, colour) in outlines {
        scene.line(points, colour, 1.0);
    }
}

/// Marks crossings on the curve of their stage, as far as it reaches them.
fn draw_crossings(scene: &mut Scene, panel: &Panel, crossings: &[CrossingMark], curve: &Curve) {
    for crossing in crossings.iter().filter(|crossing| crossing.at.is_finite()) {
        let x = panel.across.pixel(crossing.at);
        let Some(y) = level_at(panel, curve, x) else { continue };
        let ends = crossing.interval.map_or((x, x), |(low, high)| {
            (panel.across.pixel(low).min(x), panel.across.pixel(high).max(x))
        });
        draw_crossing(scene, (x, y), ends, 11.0);
    }
}

/// Height of a curve's line at a pixel to the right.
fn level_at(panel: &Panel, curve: &Curve, x: f64) -> Option<f64> {
    curve.points.windows(2).find_map(|pair| {
        let (from, to) = (panel.place(pair[0]?), panel.place(pair[1]?));
        let share = (x - from.0) / (to.0 - from.0);
        let inside = from.0 < to.0 && (0.0..=1.0).contains(&share);
        inside.then_some(from.1 + share * (to.1 - from.1))
    })
}
