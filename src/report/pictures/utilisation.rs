//! Utilisation against users: a panel a stage, a curve a component. What is full first?
//!
//! Stretches that are not steady are hatched over the panel; their points stand alone.

use crate::measure::unit::Unit;

use super::axis::{Axis, linear_ticks};
use super::beside::{Entry, Sample, draw_entries, room};
use super::bounds::draw_bounds;
use super::key::{Item, draw_key, height, items_of};
use super::palette::stage_look;
use super::panel::{Curve, Panel, SignsAlong};
use super::points::{
    Headroom, Measured, Range, draw_single_points, hatch_stretches, joined, stretches,
};
use super::scene::{GREY, Scene};
use super::stages::{AcrossAxis, PointState, ThresholdLine};
use super::{WIDTH, heading};

const PANEL_HEIGHT: f64 = 230.0;
const PANEL_GAP: f64 = 85.0;
const HEADING: f64 = 175.0;
const FOOTER: f64 = 78.0;

/// Upper and lower edge of the hatching, from the upper edge of its panel.
const STRIP: (f64, f64) = (-13.0, -2.0);

/// Components a panel shows beside its bounds even when these are many.
const FEWEST_CURVES: usize = 3;

/// Utilisation of one stage's components.
#[derive(Clone, PartialEq, Debug)]
pub struct UtilisationStage {
    /// Its name.
    pub name: String,
    /// Value of the axis to the right and state of every case, from left to right.
    pub cases: Vec<(f64, PointState)>,
    /// Its components.
    pub components: Vec<UtilisationCurve>,
    /// Bounds that its thresholds set to any of these; their stage is best left out.
    pub thresholds: Vec<ThresholdLine>,
}

/// Utilisation of one component.
#[derive(Clone, PartialEq, Debug)]
pub struct UtilisationCurve {
    /// The metric, such as `db.cpu`.
    pub name: String,
    /// A share a case, in their order; `None` where nothing was measured.
    pub values: Vec<Option<f64>>,
}

/// What the picture of utilisation shows.
#[derive(Clone, PartialEq, Debug)]
pub struct UtilisationPicture {
    /// What it shows, in one line.
    pub title: String,
    /// What stands behind every point.
    pub subtitle: String,
    /// The axis to the right.
    pub across: AcrossAxis,
    /// The stages, the smallest first.
    pub stages: Vec<UtilisationStage>,
}

/// A stage with the components for whose names there is room, the busiest if not for all.
struct Shown<'a> {
    stage: &'a UtilisationStage,
    names: Vec<&'a str>,
    /// Points of each component.
    curves: Vec<Vec<Measured>>,
    /// How many others there are.
    more: usize,
}

impl Shown<'_> {
    fn of(stage: &UtilisationStage) -> Shown<'_> {
        let mut all: Vec<&UtilisationCurve> = stage.components.iter().collect();
        let room = room(PANEL_HEIGHT).saturating_sub(stage.thresholds.len());
        let room = room.max(FEWEST_CURVES + 1);
        let mut more = 0;
        if all.len() > room {
            all.sort_by(|a, b| mean(b).total_cmp(&mean(a)));
            more = all.len() - (room - 1);
            all.truncate(room - 1);
        }
        let points = |component: &&UtilisationCurve| {
            let pairs = stage.cases.iter().zip(&component.values);
            pairs.map(|((across, state), value)| (*across, *value, *state)).collect()
        };
        let curves = all.iter().map(points).collect();
        let names = all.into_iter().map(|component| component.name.as_str()).collect();
        Shown { stage, names, curves, more }
    }

    /// What the axis upwards must hold.
    fn range(&self) -> Range {
        let mut range = Range::default();
        self.curves.iter().flatten().for_each(|point| range.add(*point));
        range.firm.extend(self.stage.thresholds.iter().map(|threshold| threshold.bound));
        range
    }

    fn headroom(&self, up: Axis) -> Headroom {
        Headroom::of(self.curves.iter(), up)
    }
}

fn mean(component: &UtilisationCurve) -> f64 {
    let finite = component.values.iter().flatten().filter(|value| value.is_finite());
    finite.clone().sum::<f64>() / finite.count().max(1) as f64
}

/// The picture of utilisation against users, or what else is varied.
pub fn utilisation(picture: &UtilisationPicture) -> Scene {
    let stages: Vec<Shown<'_>> = picture.stages.iter().map(Shown::of).collect();
    let panels = panels(picture, &stages);
    let items = items(&stages);
    let foot = panels.last().map_or(0.0, Panel::bottom) + FOOTER;
    let mut scene = Scene::new(WIDTH, foot + height(&items) + 16.0);
    heading(&mut scene, &picture.title, &picture.subtitle);
    for (row, panel) in panels.iter().enumerate() {
        panel.draw_frame(&mut scene, None);
        match stages.get(row).filter(|shown| !shown.stage.cases.is_empty()) {
            Some(shown) => draw(&mut scene, panel, shown),
            None => panel.draw_emptiness(&mut scene, "no case was simulated"),
        }
    }
    draw_key(&mut scene, &items, foot);
    scene
}

/// A panel a stage, from the top down; an empty one if there are no stages.
fn panels(picture: &UtilisationPicture, stages: &[Shown<'_>]) -> Vec<Panel> {
    let cases = picture.stages.iter().flat_map(|stage| &stage.cases);
    let (across, ticks_across) = picture.across.over(cases.map(|(value, _)| *value));
    let rows = stages.len().max(1);
    let mut bottom = HEADING - PANEL_GAP;
    let panel = |row: usize| {
        let shown = stages.get(row);
        let range = shown.map(Shown::range).unwrap_or_default();
        let up = range.axis(Unit::Fraction, false, (PANEL_HEIGHT, 0.0));
        let headroom = shown.map_or(0.0, |shown| shown.headroom(up).height());
        bottom += PANEL_GAP + headroom + PANEL_HEIGHT;
        let high = (up.high.0, bottom - PANEL_HEIGHT);
        Panel {
            title: shown.map_or("Utilisation", |shown| &shown.stage.name).to_string(),
            across,
            ticks_across: ticks_across.clone(),
            title_across: (row + 1 == rows).then(|| picture.across.heading(across)),
            up: Axis { low: (0.0, bottom), high, ..up },
            ticks_up: linear_ticks(up.high.0, Unit::Fraction, 5),
            headroom,
        }
    };
    (0..rows).map(panel).collect()
}

/// What the key explains.
fn items(stages: &[Shown<'_>]) -> Vec<Item> {
    let points: Vec<&Measured> =
        stages.iter().flat_map(|shown| shown.curves.iter().flatten()).collect();
    let alone = points.iter().any(|(_, value, state)| value.is_some() && !state.is_joined());
    let states: Vec<PointState> = points.iter().map(|(_, _, state)| *state).collect();
    alone.then_some(Item::Hollow).into_iter().chain(items_of(&states, Item::Ring)).collect()
}

/// Draws the stage's bounds, curves, single points and names into its panel.
fn draw(scene: &mut Scene, panel: &Panel, shown: &Shown<'_>) {
    let edge = panel.top() - panel.headroom;
    let stretches = stretches(&shown.stage.cases, panel.across);
    hatch_stretches(scene, &stretches, (edge + STRIP.0, edge + STRIP.1), GREY);
    let curve = |(index, (name, points)): (usize, (&&str, &Vec<Measured>))| Curve {
        name: name.to_string(),
        look: stage_look(index),
        points: joined(points, panel.up),
    };
    let curves: Vec<Curve> = shown.names.iter().zip(&shown.curves).enumerate().map(curve).collect();
    let room = room(PANEL_HEIGHT).saturating_sub(curves.len() + usize::from(shown.more > 0));
    let bounds = draw_bounds(scene, panel, &shown.stage.thresholds, room);
    panel.draw_curves(scene, &curves, SignsAlong::Across);
    let headroom = shown.headroom(panel.up);
    for (index, (points, curve)) in shown.curves.iter().zip(&curves).enumerate() {
        draw_single_points(scene, panel, curve.look, points);
        headroom.draw(scene, panel, (index, curve.look), points);
    }
    let mut entries: Vec<Entry> = curves.iter().map(|curve| panel.entry(curve)).collect();
    entries.extend(bounds);
    if shown.more > 0 {
        let text = format!("{} more: sweep.csv", shown.more);
        entries.push(Entry { text, sample: Sample::Nothing, end: None });
    }
    draw_entries(scene, &entries, (panel.top(), panel.bottom()));
}
