//! A metric over two axes of a sweep: a cell a case, the darker the more.
//!
//! Values that are not steady are hatched: they get a colour, but do not decide which colour stands
//! for what.

use crate::measure::unit::Unit;
use crate::report::format::{NOTHING, human};

use super::axis::{Axis, Spread};
use super::font::{fitted, fitted_apart, width_of};
use super::key::{Item, draw_corner, draw_key, height, items_of};
use super::palette::mixed;
use super::panel::SMALL;
use super::ramp::{colour_at, ramp, writing_on};
use super::scene::{Anchor, GREY, INK, Point, Scene, WHITE};
use super::stages::{PointState, ticks, titled};
use super::strokes::hatch;
use super::{RIGHT, WIDTH, heading};

/// Left edge of the cells; values of the axis upwards stand before it.
const CELLS: f64 = 240.0;
const TOP: f64 = 165.0;
/// Height of all cells together, unless they are few or very many.
const HEIGHT: f64 = 640.0;
/// Least and greatest height of a cell.
const CELL_HEIGHT: (f64, f64) = (8.0, 110.0);
/// Tick labels and title below the cells.
const FOOTER: f64 = 78.0;
/// Least distance between tick labels on top of one another.
const LABEL_GAP: f64 = 23.0;
/// Sizes of the font inside of cells, the most wanted first.
const SIZES: [f64; 4] = [18.0, 16.0, 14.0, 12.0];
/// Left edge, width and height of the colours' key.
const KEY: (f64, f64, f64) = (RIGHT + 50.0, 36.0, 400.0);
/// Steps of colour in the key.
const STEPS: usize = 100;

/// One axis of a sweep.
#[derive(Clone, PartialEq, Debug)]
pub struct HeatAxis {
    /// What is varied, such as `db.cores`.
    pub title: String,
    /// Its values as given, from left to right or from the bottom upwards.
    pub values: Vec<String>,
}

/// One case of a sweep.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HeatCell {
    /// The metric, if there was anything to measure.
    pub value: Option<f64>,
    /// How far it can be trusted.
    pub state: PointState,
}

/// What a heat map shows.
#[derive(Clone, PartialEq, Debug)]
pub struct HeatMap {
    /// What it shows, in one line.
    pub title: String,
    /// What stands behind every cell.
    pub subtitle: String,
    /// The metric, such as `response_time.p95`.
    pub metric: String,
    /// Unit of its values.
    pub unit: Unit,
    /// Whether each tenfold takes as many steps of colour as the next.
    pub logarithmic: bool,
    /// The axis to the right.
    pub across: HeatAxis,
    /// The axis upwards.
    pub up: HeatAxis,
    /// The cases: row by row from the bottom, each from left to right.
    pub cells: Vec<HeatCell>,
}

/// The picture of a sweep over two axes.
///
/// # Panics
///
/// If there are not as many cells as pairs of values.
pub fn heat_map(map: &HeatMap) -> Scene {
    let (columns, rows) = (map.across.values.len(), map.up.values.len());
    assert_eq!(map.cells.len(), columns * rows, "every pair of values has its cell");
    let states: Vec<PointState> = map.cells.iter().map(|cell| cell.state).collect();
    let items = items_of(&states, Item::Corner);
    let grid = Grid::of(map);
    let foot = f64::max(grid.bottom, TOP + KEY.2) + FOOTER;
    let mut scene = Scene::new(WIDTH, foot + height(&items) + 16.0);
    heading(&mut scene, &map.title, &map.subtitle);
    grid.draw_axes(&mut scene, map);
    if map.cells.is_empty() {
        let middle = ((CELLS + RIGHT) / 2.0, TOP + 200.0);
        scene.text(middle, "no case was simulated", 20.0, Anchor::Middle);
        return scene;
    }
    let ramp = ramp_of(map);
    let size = grid.size_of_values(map);
    for (index, cell) in map.cells.iter().enumerate() {
        grid.draw_cell(&mut scene, (index % columns, index / columns), cell, map.unit, ramp, size);
    }
    draw_colours(&mut scene, map, ramp);
    draw_key(&mut scene, &items, foot);
    scene
}

/// Which colours stand for what: from the least to the greatest steady value.
fn ramp_of(map: &HeatMap) -> Axis {
    let finite = |cell: &HeatCell| cell.value.filter(|value| value.is_finite());
    let steady = map.cells.iter().filter(|cell| cell.state.is_joined()).filter_map(finite);
    let any = map.cells.iter().filter_map(finite);
    let values: Vec<f64> =
        if steady.clone().next().is_some() { steady.collect() } else { any.collect() };
    let positive: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
    let logarithmic = map.logarithmic && !positive.is_empty();
    let values = if logarithmic { positive } else { values };
    let low = values.iter().copied().reduce(f64::min).unwrap_or(0.0);
    let high = values.iter().copied().reduce(f64::max).unwrap_or(1.0);
    let spread = if logarithmic { Spread::Logarithmic } else { Spread::Linear };
    if high > low {
        return ramp(low, high, spread);
    }
    // All alike: a middling colour.
    let around = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
    ramp(low - around, low + around, spread)
}

/// How the cells lie on the sheet.
#[derive(Clone, Copy, Debug)]
struct Grid {
    /// Width and height of a cell.
    cell: (f64, f64),
    /// Lower edge of the lowest row.
    bottom: f64,
}

impl Grid {
    fn of(map: &HeatMap) -> Grid {
        let (columns, rows) = (map.across.values.len(), map.up.values.len());
        let wide = (RIGHT - CELLS) / columns.max(1) as f64;
        let high = (HEIGHT / rows.max(1) as f64).clamp(CELL_HEIGHT.0, CELL_HEIGHT.1);
        Grid { cell: (wide, high), bottom: TOP + high * rows as f64 }
    }

    /// Upper left and lower right corner of a cell.
    fn corners(&self, (column, row): (usize, usize)) -> (Point, Point) {
        let left = CELLS + column as f64 * self.cell.0;
        let bottom = self.bottom - row as f64 * self.cell.1;
        ((left + 0.5, bottom - self.cell.1 + 0.5), (left + self.cell.0 - 0.5, bottom - 0.5))
    }

    /// Values and titles of both axes; where values stand too close, only some.
    fn draw_axes(&self, scene: &mut Scene, map: &HeatMap) {
        let names: Vec<&str> = map.up.values.iter().map(String::as_str).collect();
        let every = libm::ceil(LABEL_GAP / self.cell.1) as usize;
        let names = fitted_apart(&names, SMALL, CELLS - 60.0);
        for (row, name) in names.into_iter().enumerate().step_by(every) {
            let (from, to) = self.corners((0, row));
            scene.text((CELLS - 12.0, (from.1 + to.1) / 2.0), name, SMALL, Anchor::End);
        }
        let names: Vec<&str> = map.across.values.iter().map(String::as_str).collect();
        // Names at either end reach beyond the cells, but neither over the edge nor to the key.
        let names = fitted_apart(&names, SMALL, f64::min(self.cell.0 + 80.0, CELLS - 20.0));
        let widest = names.iter().map(|name| width_of(name, SMALL, false)).fold(0.0, f64::max);
        let every = libm::ceil((widest + 14.0) / self.cell.0) as usize;
        for (column, name) in names.into_iter().enumerate().step_by(every.max(1)) {
            let (from, to) = self.corners((column, 0));
            let middle = (from.0 + to.0) / 2.0;
            scene.line(vec![(middle, self.bottom), (middle, self.bottom + 6.0)], GREY, 1.0);
            scene.text((middle, self.bottom + 22.0), name, SMALL, Anchor::Middle);
        }
        let title = fitted(&map.across.title, SMALL, false, RIGHT - CELLS);
        let middle = ((CELLS + RIGHT) / 2.0, self.bottom + 54.0);
        scene.text(middle, title, SMALL, Anchor::Middle);
        let title = fitted(&map.up.title, SMALL, false, RIGHT - 160.0);
        scene.text((40.0, TOP - 24.0), format!("{title} (upwards)"), SMALL, Anchor::Start);
    }

    /// The largest size in which every value fits into its cell, or else the smallest.
    fn size_of_values(&self, map: &HeatMap) -> f64 {
        let texts: Vec<String> = map.cells.iter().map(|cell| text_of(cell, map.unit)).collect();
        let fits = |size: &f64| texts.iter().all(|text| self.fits(text, *size));
        SIZES.into_iter().find(fits).unwrap_or(SIZES[SIZES.len() - 1])
    }

    fn fits(&self, text: &str, size: f64) -> bool {
        width_of(text, size, false) + 12.0 <= self.cell.0 && size + 4.0 <= self.cell.1
    }

    fn draw_cell(
        &self,
        scene: &mut Scene,
        place: (usize, usize),
        cell: &HeatCell,
        unit: Unit,
        ramp: Axis,
        size: f64,
    ) {
        let (from, to) = self.corners(place);
        let value = cell.value.filter(|value| !value.is_nan());
        let ground = value.map_or(WHITE, |value| colour_at(ramp.pixel(value)));
        let writing = writing_on(ground);
        if cell.state == PointState::TooFewSamples {
            draw_corner(scene, from, to, ground, writing);
        } else {
            scene.area(from, to, ground);
        }
        let hatching = cell.state.hatching();
        if let Some(hatching) = hatching {
            hatch(scene, from, to, hatching, mixed(ground, writing, 0.6));
        }
        let text = text_of(cell, unit);
        if !self.fits(&text, size) {
            return;
        }
        let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        if hatching.is_some() {
            let half = (width_of(&text, size, false) / 2.0 + 4.0, size / 2.0 + 1.0);
            let patch =
                ((middle.0 - half.0, middle.1 - half.1), (middle.0 + half.0, middle.1 + half.1));
            scene.area(patch.0, patch.1, ground);
        }
        scene.tinted(middle, text, size, Anchor::Middle, writing);
    }
}

/// What a cell says.
fn text_of(cell: &HeatCell, unit: Unit) -> String {
    cell.value.map_or_else(|| NOTHING.to_string(), |value| human(value, unit))
}

/// The colours with the values they stand for, to the right of the cells.
fn draw_colours(scene: &mut Scene, map: &HeatMap, ramp: Axis) {
    let (left, width, height) = KEY;
    let title = titled(&map.metric, ramp.spread);
    let title = fitted(&title, SMALL, true, WIDTH - left - 20.0);
    scene.bold((left, TOP - 24.0), title, SMALL);
    let bottom = TOP + height;
    let step = height / STEPS as f64;
    for i in 0..STEPS {
        let share = (i as f64 + 0.5) / STEPS as f64;
        let lower = bottom - i as f64 * step;
        scene.area((left, lower - step), (left + width, lower), colour_at(share));
    }
    let scale = Axis { low: (ramp.low.0, bottom), high: (ramp.high.0, TOP), ..ramp };
    for tick in ticks(scale, map.unit, 8) {
        let y = scale.pixel(tick.value);
        let end = left + width;
        scene.line(vec![(end, y), (end + 6.0, y)], INK, 1.0);
        scene.text((end + 14.0, y), tick.label, SMALL, Anchor::Start);
    }
    let beyond =
        |cell: &HeatCell| cell.value.is_some_and(|value| value < ramp.low.0 || value > ramp.high.0);
    if map.cells.iter().any(beyond) {
        let text = "values beyond an end have its colour";
        scene.text((left, bottom + 26.0), text, 16.0, Anchor::Start);
    }
}
