//! A panel: a frame with two axes, a grid, curves in it and their names to the right.

use super::axis::{Axis, Tick};
use super::font::{fitted, fitted_apart, width_of};
use super::labels::spread;
use super::palette::Look;
use super::scene::{Anchor, GREY, INK, PALE, Point, SHADE, Scene, Shape, WHITE};
use super::{LEFT, RIGHT, WIDTH};

/// Height of tick labels and names.
const SMALL: f64 = 18.0;
/// Distance between names of curves.
const NAME_GAP: f64 = 23.0;
/// Where signs beside names stand, from the right edge of the panel.
const SIGN_OFFSET: f64 = 34.0;
/// Pixels between two signs on a curve.
const SIGN_GAP: f64 = 170.0;

/// A frame on the sheet, as wide as all panels are.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What it shows, with the unit where ticks do not tell.
    pub title: String,
    /// Values to the right; ticks and, below the last panel, labels and a title.
    pub across: Axis,
    /// Ticks of the axis to the right.
    pub ticks_across: Vec<Tick>,
    /// Title of the axis to the right; without it ticks have no labels.
    pub title_across: Option<String>,
    /// Values upwards.
    pub up: Axis,
    /// Ticks of the axis upwards.
    pub ticks_up: Vec<Tick>,
}

/// A curve in a panel, in values of its axes.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Its name.
    pub name: String,
    /// How it looks.
    pub look: Look,
    /// Its points from left to right; nothing is drawn across `None`.
    pub points: Vec<Option<Point>>,
}

/// Along which axis the signs of a curve stand evenly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignsAlong {
    /// To the right.
    Across,
    /// Upwards.
    Up,
}

impl Panel {
    /// How many names find room to the right of a panel of this height.
    pub fn room_for_names(height: f64) -> usize {
        (height / NAME_GAP) as usize + 1
    }

    fn top(&self) -> f64 {
        self.up.high.1
    }

    fn bottom(&self) -> f64 {
        self.up.low.1
    }

    /// Draws shade, grid, ticks and titles.
    pub fn draw_frame(&self, scene: &mut Scene, shaded_up_to: Option<f64>) {
        let (top, bottom) = (self.top(), self.bottom());
        if let Some(end) = shaded_up_to {
            scene.area((LEFT, top), (self.across.pixel(end), bottom), SHADE);
        }
        for tick in &self.ticks_up {
            let y = self.up.pixel(tick.value);
            scene.line(vec![(LEFT, y), (RIGHT, y)], PALE, 1.0);
            scene.text((LEFT - 10.0, y), &*tick.label, SMALL, Anchor::End);
        }
        for tick in &self.ticks_across {
            let x = self.across.pixel(tick.value);
            scene.line(vec![(x, top), (x, bottom)], PALE, 1.0);
            scene.line(vec![(x, bottom), (x, bottom + 6.0)], GREY, 1.0);
            if self.title_across.is_some() {
                scene.text((x, bottom + 22.0), &*tick.label, SMALL, Anchor::Middle);
            }
        }
        if let Some(title) = &self.title_across {
            let middle = (LEFT + RIGHT) / 2.0;
            scene.text((middle, bottom + 54.0), title, SMALL, Anchor::Middle);
        }
        scene.line(vec![(LEFT, top), (LEFT, bottom), (RIGHT, bottom)], GREY, 1.0);
        let title = fitted(&self.title, 20.0, true, WIDTH - LEFT - 40.0);
        scene.bold((LEFT - 70.0, top - 24.0), title, 20.0);
    }

    /// Draws the curves, each with its signs.
    pub fn draw_curves(&self, scene: &mut Scene, curves: &[Curve], signs: SignsAlong) {
        for (index, curve) in curves.iter().enumerate() {
            // Signs of curves stand apart even where the curves meet: multiples of the golden
            // ratio, modulo one, never come close to each other.
            let turn = index as f64 * 0.618_034;
            let mut next_sign = SIGN_GAP * (0.2 + 0.8 * (turn - libm::floor(turn)));
            let mut marks = Vec::new();
            for run in curve.points.split(Option::is_none) {
                let pixels: Vec<Point> = run.iter().flatten().map(|at| self.place(*at)).collect();
                for &at in &pixels {
                    let along = match signs {
                        SignsAlong::Across => at.0 - LEFT,
                        SignsAlong::Up => self.bottom() - at.1,
                    };
                    if along >= next_sign || pixels.len() == 1 {
                        marks.push(at);
                        next_sign = f64::max(along, next_sign) + SIGN_GAP;
                    }
                }
                if pixels.len() > 1 {
                    scene.line(pixels, curve.look.colour, 2.0);
                }
            }
            for at in marks {
                draw_sign(scene, at, curve.look);
            }
        }
    }

    /// Writes the names of curves beside their ends, and `more` below them.
    ///
    /// A thin line leads from the end of a curve that reaches the right edge to its name.
    pub fn draw_names(&self, scene: &mut Scene, curves: &[Curve], more: Option<String>) {
        let (top, bottom) = (self.top(), self.bottom());
        let ends: Vec<Option<Point>> =
            curves.iter().map(|curve| curve.points.iter().flatten().last().copied()).collect();
        let ends: Vec<Option<Point>> =
            ends.iter().map(|end| end.map(|at| self.place(at))).collect();
        let mut desired: Vec<f64> = ends.iter().map(|end| end.map_or(bottom, |(_, y)| y)).collect();
        if more.is_some() {
            desired.push(bottom);
        }
        let places = spread(&desired, NAME_GAP, top, bottom);
        for (((curve, end), &y), text) in curves.iter().zip(ends).zip(&places).zip(names(curves)) {
            if let Some(end) = end.filter(|(x, _)| *x > RIGHT - 40.0) {
                let middle = (RIGHT + 4.0, end.1);
                let leader = vec![end, middle, (RIGHT + SIGN_OFFSET - 10.0, y)];
                scene.line(leader, curve.look.colour, 1.0);
            }
            name(scene, curve.look, text, y);
        }
        if let (Some(more), Some(&y)) = (more, places.last()) {
            scene.text((RIGHT + SIGN_OFFSET + 14.0, y), more, SMALL, Anchor::Start);
        }
    }

    /// Writes the names of curves in their order from the top.
    pub fn draw_legend(&self, scene: &mut Scene, curves: &[Curve]) {
        for (row, (curve, text)) in curves.iter().zip(names(curves)).enumerate() {
            name(scene, curve.look, text, self.top() + row as f64 * 28.0);
        }
    }

    /// Pixels of a point given in values.
    pub fn place(&self, (across, up): Point) -> Point {
        (self.across.pixel(across), self.up.pixel(up))
    }

    /// Says in the middle of the panel why it is empty.
    pub fn draw_emptiness(&self, scene: &mut Scene, reason: &str) {
        let middle = ((LEFT + RIGHT) / 2.0, (self.top() + self.bottom()) / 2.0);
        scene.text(middle, reason, 20.0, Anchor::Middle);
    }
}

/// Where names start.
const NAMES: f64 = RIGHT + SIGN_OFFSET + 18.0;

/// The names of curves as far as there is room for them.
fn names(curves: &[Curve]) -> Vec<String> {
    let names: Vec<&str> = curves.iter().map(|curve| curve.name.as_str()).collect();
    fitted_apart(&names, SMALL, WIDTH - NAMES - 20.0)
}

/// Writes a name behind a piece of its curve.
fn name(scene: &mut Scene, look: Look, text: String, y: f64) {
    let sign = (RIGHT + SIGN_OFFSET, y);
    scene.line(vec![(sign.0 - 10.0, y), (sign.0 + 10.0, y)], look.colour, 2.0);
    draw_sign(scene, sign, look);
    scene.text((NAMES, y), text, SMALL, Anchor::Start);
}

/// Draws the sign of a curve.
pub fn draw_sign(scene: &mut Scene, at: Point, look: Look) {
    let Look { sign, hollow, colour } = look;
    scene.shapes.push(Shape::Mark { at, sign, hollow, colour });
}

/// A black square on a point, and a label on white ground to its lower right.
pub fn draw_note(scene: &mut Scene, (x, y): Point, text: &str) {
    let (start, middle) = (x + 14.0, y + 16.0);
    let end = start + width_of(text, SMALL, true);
    scene.area((start - 3.0, middle - 11.0), (end + 3.0, middle + 11.0), WHITE);
    scene.bold((start, middle), text, SMALL);
    scene.area((x - 4.0, y - 4.0), (x + 4.0, y + 4.0), INK);
}
