//! What stands to the right of a panel: names of curves and bounds, each as level with its line as
//! the others allow.

use super::font::fitted_apart;
use super::labels::spread;
use super::palette::Look;
use super::panel::{SMALL, draw_sign};
use super::scene::{Anchor, Colour, Point, Scene};
use super::strokes::dashed;
use super::{RIGHT, WIDTH};

/// Distance between names.
const NAME_GAP: f64 = 23.0;
/// Where signs beside names stand, from the right edge of the panel.
const SIGN_OFFSET: f64 = 34.0;
/// Where names start.
const NAMES: f64 = RIGHT + SIGN_OFFSET + 18.0;
/// Pixels from the right edge within which a curve is seen to reach it.
const NEAR_THE_EDGE: f64 = 40.0;
/// Strokes and gaps of a bound.
pub const BOUND: (f64, f64) = (4.0, 5.0);
/// Strokes and gaps of a dashed curve.
pub const DASHES: (f64, f64) = (12.0, 5.0);

/// The piece of line in front of a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sample {
    /// A curve with its sign.
    Curve(Look),
    /// A bound.
    Bound(Colour),
    /// The text belongs to no line.
    Nothing,
}

/// A name to the right of a panel.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The text.
    pub text: String,
    /// What its line looks like.
    pub sample: Sample,
    /// Where its line ends, in pixels; without an end, the name goes to the bottom.
    pub end: Option<Point>,
}

/// How many names find room beside a panel of this height.
pub fn room(height: f64) -> usize {
    (height / NAME_GAP) as usize + 1
}

/// Height of a panel that has room for as many names.
pub fn height_for(names: usize) -> f64 {
    names as f64 * NAME_GAP
}

/// Writes names between `top` and `bottom`.
///
/// A thin line leads from the end of a curve that reaches the right edge to its name.
pub fn draw_entries(scene: &mut Scene, entries: &[Entry], (top, bottom): (f64, f64)) {
    let level = |entry: &Entry| entry.end.map_or(bottom, |(_, y)| y);
    let desired: Vec<f64> = entries.iter().map(level).collect();
    let places = spread(&desired, NAME_GAP, top, bottom);
    let texts: Vec<&str> = entries.iter().map(|entry| entry.text.as_str()).collect();
    for ((entry, &y), text) in entries.iter().zip(&places).zip(fitted_names(&texts)) {
        let colour = match entry.sample {
            Sample::Curve(look) => look.colour,
            Sample::Bound(colour) => colour,
            Sample::Nothing => {
                scene.text((NAMES, y), text, SMALL, Anchor::Start);
                continue;
            }
        };
        if let Some(end) = entry.end.filter(|(x, _)| *x > RIGHT - NEAR_THE_EDGE) {
            let middle = (RIGHT + 4.0, end.1);
            let leader = vec![end, middle, (RIGHT + SIGN_OFFSET - 10.0, y)];
            scene.line(leader, colour, 1.0);
        }
        draw_name(scene, entry.sample, text, y);
    }
}

/// The names as far as there is room for them.
pub fn fitted_names(names: &[&str]) -> Vec<String> {
    fitted_apart(names, SMALL, WIDTH - NAMES - 20.0)
}

/// Writes a name behind a piece of its line.
pub fn draw_name(scene: &mut Scene, sample: Sample, text: String, y: f64) {
    let sign = (RIGHT + SIGN_OFFSET, y);
    let piece = [(sign.0 - 10.0, y), (sign.0 + 10.0, y)];
    match sample {
        Sample::Curve(look) => {
            scene.line(piece.to_vec(), look.colour, 2.0);
            draw_sign(scene, sign, look);
        }
        Sample::Bound(colour) => dashed(scene, &piece, BOUND, colour, 2.0),
        Sample::Nothing => {}
    }
    scene.text((NAMES, y), text, SMALL, Anchor::Start);
}
