//! The key below a picture: what signs and hatchings mean, as far as they occur.

use super::WIDTH;
use super::font::width_of;
use super::palette::Look;
use super::panel::draw_sign;
use super::points::{draw_crossing, draw_ring};
use super::scene::{Anchor, Colour, GREY, INK, PALE, Scene, Sign};
use super::stages::PointState;
use super::strokes::{Hatching, hatch};

/// Height of the key's text.
const SIZE: f64 = 16.0;
/// Height of a row.
const ROW: f64 = 30.0;
/// Where rows start.
const START: f64 = 40.0;
/// Width of a sample, with the gap to its text.
const SAMPLE: f64 = 48.0;
/// Gap between items.
const GAP: f64 = 36.0;

/// Something a key explains.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// The band around a curve.
    Band,
    /// The mark of a crossing with its interval.
    Crossing,
    /// The mark of a crossing between two cases.
    Between,
    /// The sign of a point that is not steady.
    Hollow,
    /// The ring around a point with too few samples.
    Ring,
    /// The corner of a cell with too few samples.
    Corner,
    /// A hatched stretch or cell.
    Hatched(Hatching),
    /// A point on the lower edge of a logarithmic axis.
    Edge,
}

impl Item {
    fn text(self) -> &'static str {
        match self {
            Item::Band => "95% interval",
            Item::Crossing => "threshold crossed, 95% interval",
            Item::Between => "threshold crossed between two cases",
            Item::Hollow => "not a steady value: not joined",
            Item::Ring | Item::Corner => "too few samples",
            Item::Hatched(Hatching::Rising) => "saturated: grows without end",
            Item::Hatched(Hatching::Falling) => "loses more than 1% of the work",
            Item::Hatched(Hatching::Level) => "at capacity: more users only wait",
            Item::Edge => "on the lower edge: zero or less than shown",
        }
    }

    fn draw(self, scene: &mut Scene, (x, y): (f64, f64)) {
        let (from, to) = ((x, y - 9.0), (x + 36.0, y + 9.0));
        let middle = (x + 18.0, y);
        let look = |hollow| Look { colour: INK, sign: Sign::Circle, hollow, dashed: false };
        match self {
            Item::Band => {
                scene.area(from, to, PALE);
                scene.line(vec![(x, y), (x + 36.0, y)], INK, 2.0);
            }
            Item::Crossing | Item::Between => {
                draw_crossing(scene, middle, (x + 6.0, x + 30.0), 9.0);
            }
            Item::Hollow => draw_sign(scene, middle, look(true)),
            Item::Ring => {
                draw_sign(scene, middle, look(false));
                draw_ring(scene, middle);
            }
            Item::Corner => draw_corner(scene, from, to, PALE, INK),
            Item::Hatched(hatching) => {
                hatch(scene, from, to, hatching, INK);
                let corners = [from, (to.0, from.1), to, (from.0, to.1), from];
                scene.line(corners.to_vec(), GREY, 1.0);
            }
            Item::Edge => {
                scene.line(vec![(x, y + 4.0), (x + 36.0, y + 4.0)], GREY, 1.0);
                draw_sign(scene, (middle.0, y + 4.0), look(false));
            }
        }
    }
}

/// A rectangle with a triangle in its upper right corner.
pub fn draw_corner(
    scene: &mut Scene,
    from: (f64, f64),
    to: (f64, f64),
    ground: Colour,
    fold: Colour,
) {
    scene.area(from, to, ground);
    let side = f64::min(to.0 - from.0, to.1 - from.1).min(40.0);
    let (right, above) = (to.0 - 0.1 * side, from.1 + 0.1 * side);
    let fold_side = 0.4 * side;
    scene.polygon(
        vec![(right - fold_side, above), (right, above), (right, above + fold_side)],
        fold,
    );
}

/// The items that explain points of these states, in a fixed order.
pub fn items_of(states: &[PointState], few: Item) -> Vec<Item> {
    let all = [PointState::Saturated, PointState::LosingWork, PointState::AtCapacity];
    let occurring = all.into_iter().filter(|state| states.contains(state));
    let mut items: Vec<Item> =
        occurring.filter_map(PointState::hatching).map(Item::Hatched).collect();
    if states.contains(&PointState::TooFewSamples) {
        items.push(few);
    }
    items
}

/// Height of a key in pixels.
pub fn height(items: &[Item]) -> f64 {
    places(items).last().map_or(0.0, |(_, y)| y + ROW)
}

/// Places of the items: to the right of START, down from the top of the key.
fn places(items: &[Item]) -> Vec<(f64, f64)> {
    let (mut x, mut y) = (START, 0.0);
    let place = |item: &Item| {
        let width = SAMPLE + width_of(item.text(), SIZE, false);
        if x + width > WIDTH - START {
            (x, y) = (START, y + ROW);
        }
        let place = (x, y);
        x += width + GAP;
        place
    };
    items.iter().map(place).collect()
}

/// Draws a key whose upper edge is at `top`.
pub fn draw_key(scene: &mut Scene, items: &[Item], top: f64) {
    for (item, (x, y)) in items.iter().zip(places(items)) {
        let middle = top + y + ROW / 2.0;
        item.draw(scene, (x, middle));
        scene.text((x + SAMPLE, middle), item.text(), SIZE, Anchor::Start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_explains_what_occurs_and_breaks_its_rows() {
        let states = [PointState::Steady, PointState::LosingWork, PointState::TooFewSamples];
        let items = items_of(&states, Item::Ring);
        assert_eq!(items, [Item::Hatched(Hatching::Falling), Item::Ring]);
        assert_eq!(height(&items), ROW);
        assert_eq!(height(&[]), 0.0);
        assert_eq!(height(&[Item::Crossing; 11]), 3.0 * ROW);
        assert!(places(&[Item::Crossing; 11]).iter().all(|(x, _)| *x < WIDTH - 300.0));
    }
}
