//! A panel: a frame with two axes, a grid, curves in it and their names to the right.

use super::axis::{Axis, Tick};
use super::beside::{DASHES, Entry, Sample, draw_entries, draw_name, fitted_names, room};
use super::font::{fitted, width_of};
use super::palette::Look;
use super::scene::{Anchor, GREY, INK, PALE, Point, SHADE, Scene, Shape, WHITE};
use super::strokes::dashed;
use super::{LEFT, RIGHT, WIDTH};

/// Height of tick labels and names.
pub const SMALL: f64 = 18.0;
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
    /// Height of the shaded strip over the panel for signs of values beyond the axis, if any.
    pub headroom: f64,
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
        room(height)
    }

    /// Pixel of the upper edge.
    pub fn top(&self) -> f64 {
        self.up.high.1
    }

    /// Pixel of the lower edge.
    pub fn bottom(&self) -> f64 {
        self.up.low.1
    }

    /// Draws shade, grid, ticks and titles.
    pub fn draw_frame(&self, scene: &mut Scene, shaded_up_to: Option<f64>) {
        let (top, bottom) = (self.top() - self.headroom, self.bottom());
        if let Some(end) = shaded_up_to {
            scene.area((LEFT, top), (self.across.pixel(end), bottom), SHADE);
        }
        if self.headroom > 0.0 {
            scene.area((LEFT, top), (RIGHT, self.top()), SHADE);
            let middle = top + self.headroom / 2.0;
            scene.text((LEFT - 10.0, middle), "beyond", SMALL, Anchor::End);
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
                if pixels.len() > 1 && curve.look.dashed {
                    dashed(scene, &pixels, DASHES, curve.look.colour, 2.0);
                } else if pixels.len() > 1 {
                    scene.line(pixels, curve.look.colour, 2.0);
                }
            }
            for at in marks {
                draw_sign(scene, at, curve.look);
            }
        }
    }

    /// Writes the names of curves beside their ends, and `more` below them.
    pub fn draw_names(&self, scene: &mut Scene, curves: &[Curve], more: Option<String>) {
        let mut entries: Vec<Entry> = curves.iter().map(|curve| self.entry(curve)).collect();
        let nothing = |text| Entry { text, sample: Sample::Nothing, end: None };
        entries.extend(more.map(nothing));
        draw_entries(scene, &entries, (self.top(), self.bottom()));
    }

    /// The name of a curve, level with its end.
    pub fn entry(&self, curve: &Curve) -> Entry {
        let end = curve.points.iter().flatten().last();
        Entry {
            text: curve.name.clone(),
            sample: Sample::Curve(curve.look),
            end: end.map(|at| self.place(*at)),
        }
    }

    /// Writes the names of curves in their order from the top.
    pub fn draw_legend(&self, scene: &mut Scene, curves: &[Curve]) {
        let names: Vec<&str> = curves.iter().map(|curve| curve.name.as_str()).collect();
        for (row, (curve, text)) in curves.iter().zip(fitted_names(&names)).enumerate() {
            let y = self.top() + row as f64 * 28.0;
            draw_name(scene, Sample::Curve(curve.look), text, y);
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

/// Draws the sign of a curve.
pub fn draw_sign(scene: &mut Scene, at: Point, look: Look) {
    let Look { sign, hollow, colour, .. } = look;
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
