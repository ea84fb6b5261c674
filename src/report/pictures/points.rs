//! Points of a stage on a panel: what is joined to a curve, and what stands alone.

use crate::measure::unit::Unit;

use super::axis::{Axis, Spread};
use super::palette::Look;
use super::panel::{Panel, draw_sign};
use super::scene::{Colour, INK, Point, Scene};
use super::stages::PointState;
use super::strokes::hatch;

/// A point of a curve: value to the right, value upwards, and how far it can be trusted.
pub type Measured = (f64, Option<f64>, PointState);

/// How far beyond steady values and bounds others may stretch a logarithmic axis, as a factor; what
/// lies farther stretches nothing.
const LOGARITHMIC_REACH: f64 = 10.0;
/// The same for a linear axis.
const LINEAR_REACH: f64 = 1.3;
/// Height of a row over the panel, and least height of all together.
const HEADROOM_ROW: f64 = 15.0;
const LEAST_HEADROOM: f64 = 34.0;
/// Half the stretch of a point that has no neighbours.
const ALONE: f64 = 20.0;
/// Radius of the ring around a point with too few samples.
const RING: f64 = 11.0;

/// What an axis upwards must hold.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Range {
    /// Steady values and bounds: the axis holds them all.
    pub firm: Vec<f64>,
    /// Values that are not steady, ends of intervals: the axis stretches to them, but not far.
    pub loose: Vec<f64>,
}

impl Range {
    /// Takes in a point.
    pub fn add(&mut self, (_, value, state): Measured) {
        let values = if state.is_joined() { &mut self.firm } else { &mut self.loose };
        values.extend(value);
    }

    /// The axis from `bottom` to `top`, logarithmic if that is asked for and can be.
    pub fn axis(&self, unit: Unit, logarithmic: bool, (bottom, top): (f64, f64)) -> Axis {
        let spread = if logarithmic && self.positive(&self.all()).next().is_some() {
            Spread::Logarithmic
        } else {
            Spread::Linear
        };
        let (low, high) = match spread {
            Spread::Logarithmic => self.logarithmic(),
            _ => (0.0, self.linear(unit)),
        };
        Axis { low: (low, bottom), high: (high, top), spread }
    }

    fn all(&self) -> Vec<f64> {
        self.firm.iter().chain(&self.loose).copied().collect()
    }

    fn positive<'a>(&self, values: &'a [f64]) -> impl Iterator<Item = f64> + Clone + use<'a> {
        values.iter().copied().filter(|value| value.is_finite() && *value > 0.0)
    }

    fn linear(&self, unit: Unit) -> f64 {
        let least = if unit == Unit::Fraction { 1.0 } else { 0.0 };
        let firm = self.positive(&self.firm).fold(least, f64::max);
        let near = |value: &f64| firm == 0.0 || *value <= firm * LINEAR_REACH;
        let high = self.positive(&self.loose).filter(near).fold(firm, f64::max);
        if high > 0.0 { high * 1.08 } else { 1.0 }
    }

    fn logarithmic(&self) -> (f64, f64) {
        let all = self.all();
        let any_firm = self.positive(&self.firm).next().is_some();
        let held = if any_firm { &self.firm } else { &all };
        let low = self.positive(held).fold(f64::MAX, f64::min);
        let high = self.positive(held).fold(0.0, f64::max);
        let near =
            |value: &f64| *value >= low / LOGARITHMIC_REACH && *value <= high * LOGARITHMIC_REACH;
        let least = self.positive(&self.loose).filter(near).fold(low, f64::min);
        let most = self.positive(&self.loose).filter(near).fold(high, f64::max);
        // A short range is widened, so that it does not make much of little.
        let widening = libm::sqrt(f64::max(3.0 / (most / least), 1.0)) * 1.15;
        (least / widening, most * widening)
    }
}

/// The joined points of a curve; `None` where it breaks.
pub fn joined(points: &[Measured], up: Axis) -> Vec<Option<Point>> {
    let point = |&(across, value, state): &Measured| {
        let value = value.filter(|value| state.is_joined() && stands_on(*value, up))?;
        Some((across, value))
    };
    points.iter().map(point).collect()
}

/// Whether a value has a place of its own on the axis, rather than beyond every edge.
fn stands_on(value: f64, up: Axis) -> bool {
    value.is_finite() && (up.spread != Spread::Logarithmic || value > 0.0)
}

/// Whether a point is below a logarithmic axis, where no place is for it: it stands on the edge.
pub fn is_below(&(_, value, _): &Measured, up: Axis) -> bool {
    up.spread == Spread::Logarithmic && value.is_some_and(|value| value < up.low.0)
}

fn is_above(&(_, value, _): &Measured, up: Axis) -> bool {
    value.is_some_and(|value| value > up.high.0)
}

/// A row over the panel for each curve that has points beyond it.
#[derive(Clone, PartialEq, Debug)]
pub struct Headroom {
    rows: Vec<Option<usize>>,
}

impl Headroom {
    /// The rows that these curves need on an axis.
    pub fn of<'a>(curves: impl Iterator<Item = &'a Vec<Measured>>, up: Axis) -> Headroom {
        let mut number = 0;
        let row = |points: &Vec<Measured>| {
            points.iter().any(|point| is_above(point, up)).then(|| {
                number += 1;
                number - 1
            })
        };
        Headroom { rows: curves.map(row).collect() }
    }

    /// Height of all rows in pixels.
    pub fn height(&self) -> f64 {
        let rows = self.rows.iter().flatten().count();
        if rows == 0 { 0.0 } else { f64::max(rows as f64 * HEADROOM_ROW + 8.0, LEAST_HEADROOM) }
    }

    /// Draws the `index`-th curve's signs over the panel, as many as stand side by side.
    pub fn draw(
        &self,
        scene: &mut Scene,
        panel: &Panel,
        (index, look): (usize, Look),
        points: &[Measured],
    ) {
        let Some(row) = self.rows[index] else { return };
        let y = panel.top() - self.height() + 4.0 + HEADROOM_ROW * (row as f64 + 0.5);
        let mut free_from = 0.0;
        for point in points.iter().filter(|point| is_above(point, panel.up)) {
            let x = panel.across.pixel(point.0);
            if x >= free_from {
                draw_sign(scene, (x, y), Look { hollow: !point.2.is_joined(), ..look });
                free_from = x + HEADROOM_ROW;
            }
        }
    }
}

/// Draws the points inside of the panel that no curve joins, signs where curves end, and rings
/// around points with too few samples.
pub fn draw_single_points(scene: &mut Scene, panel: &Panel, look: Look, points: &[Measured]) {
    for run in joined(points, panel.up).split(Option::is_none) {
        // The sign at the end of a curve says whose end it is.
        if let Some(end) = run.iter().flatten().last() {
            draw_sign(scene, panel.place(*end), look);
        }
    }
    for point in points.iter().filter(|point| !is_above(point, panel.up)) {
        let (across, Some(value), state) = *point else { continue };
        if value.is_nan() {
            continue;
        }
        let at = panel.place((across, value));
        if !state.is_joined() || !stands_on(value, panel.up) {
            draw_sign(scene, at, Look { hollow: !state.is_joined(), ..look });
        }
        if state == PointState::TooFewSamples {
            draw_ring(scene, at);
        }
    }
}

/// A ring around a sign.
pub fn draw_ring(scene: &mut Scene, (x, y): Point) {
    let corner = |i: usize| {
        let angle = i as f64 / 24.0 * std::f64::consts::TAU;
        (x + RING * libm::cos(angle), y + RING * libm::sin(angle))
    };
    scene.line((0..=24).map(corner).collect(), INK, 1.5);
}

/// A tick, `half` as long in either direction, on a bar over the interval from left to right.
pub fn draw_crossing(scene: &mut Scene, (x, y): Point, (left, right): (f64, f64), half: f64) {
    scene.line(vec![(x, y - half), (x, y + half)], INK, 2.5);
    if right - left > 4.0 {
        scene.line(vec![(left, y), (right, y)], INK, 2.0);
        for end in [left, right] {
            scene.line(vec![(end, y - 4.0), (end, y + 4.0)], INK, 2.0);
        }
    }
}

/// Stretches of the axis by the state of their points: each reaches half way to its neighbours, and
/// as far to the other side where it has none.
pub fn stretches(points: &[(f64, PointState)], across: Axis) -> Vec<(f64, f64, PointState)> {
    let pixels: Vec<f64> = points.iter().map(|(value, _)| across.pixel(*value)).collect();
    let mut found: Vec<(f64, f64, PointState)> = Vec::new();
    for (i, (_, state)) in points.iter().enumerate() {
        let left = i.checked_sub(1).map(|before| (pixels[i] - pixels[before]) / 2.0);
        let right = pixels.get(i + 1).map(|next| (next - pixels[i]) / 2.0);
        let before = (pixels[i] - left.or(right).unwrap_or(ALONE)).max(across.low.1);
        let behind = (pixels[i] + right.or(left).unwrap_or(ALONE)).min(across.high.1);
        match found.last_mut() {
            Some((_, end, last)) if last == state => *end = behind,
            _ => found.push((before, behind, *state)),
        }
    }
    found
}

/// Hatches the stretches that are not steady between two heights.
pub fn hatch_stretches(
    scene: &mut Scene,
    stretches: &[(f64, f64, PointState)],
    (top, bottom): (f64, f64),
    colour: Colour,
) {
    for (left, right, state) in stretches {
        if let Some(hatching) = state.hatching() {
            hatch(scene, (*left, top), (*right, bottom), hatching, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEIGHTS: (f64, f64) = (600.0, 100.0);

    fn ends(range: &Range, unit: Unit, logarithmic: bool) -> (f64, f64) {
        let axis = range.axis(unit, logarithmic, HEIGHTS);
        (axis.low.0, axis.high.0)
    }

    #[test]
    fn values_that_are_not_steady_stretch_an_axis_only_so_far() {
        let firm = vec![0.01, 0.2];
        let (low, high) = ends(&Range { firm, loose: vec![1e5, 1.0] }, Unit::Seconds, true);
        assert!(low < 0.01 && low > 0.005, "{low}");
        assert!(high > 1.0 && high < 1.5, "{high}");
        let range = Range { firm: vec![0.5], loose: vec![40.0, 1.2, f64::INFINITY] };
        assert!((ends(&range, Unit::Fraction, false).1 - 1.2 * 1.08).abs() < 1e-9);
        let range = Range { firm: Vec::new(), loose: vec![40.0] };
        assert!(ends(&range, Unit::Count, false).1 >= 40.0);
    }

    #[test]
    fn odd_values_leave_an_axis() {
        for values in [vec![], vec![0.0], vec![f64::INFINITY], vec![5.0]] {
            for logarithmic in [false, true] {
                let range = Range { firm: values.clone(), loose: Vec::new() };
                let (low, high) = ends(&range, Unit::Seconds, logarithmic);
                assert!(low < high && high.is_finite(), "{values:?}");
            }
        }
    }

    #[test]
    fn only_steady_points_are_joined() {
        let up = Axis { low: (1.0, 600.0), high: (10.0, 100.0), spread: Spread::Logarithmic };
        let points = [
            (1.0, Some(2.0), PointState::Steady),
            (2.0, Some(0.0), PointState::Steady),
            (3.0, None, PointState::Steady),
            (4.0, Some(3.0), PointState::TooFewSamples),
            (5.0, Some(f64::INFINITY), PointState::AtCapacity),
            (6.0, Some(4.0), PointState::Saturated),
            (7.0, Some(5.0), PointState::LosingWork),
        ];
        let curve = [Some((1.0, 2.0)), None, None, Some((4.0, 3.0)), None, None, None];
        assert_eq!(joined(&points, up), curve);
        let below: Vec<bool> = points.iter().map(|point| is_below(point, up)).collect();
        assert_eq!(below, [false, true, false, false, false, false, false]);
        let curves = [points[..4].to_vec(), points.to_vec(), Vec::new(), points[4..5].to_vec()];
        let headroom = Headroom::of(curves.iter(), up);
        assert_eq!(headroom.rows, [None, Some(0), None, Some(1)]);
        assert_eq!(headroom.height(), 38.0);
        assert_eq!(Headroom::of(curves[..1].iter(), up).height(), 0.0);
    }

    #[test]
    fn stretches_meet_half_way() {
        let across = Axis { low: (0.0, 0.0), high: (100.0, 100.0), spread: Spread::Linear };
        let (steady, saturated) = (PointState::Steady, PointState::Saturated);
        let points = [(10.0, steady), (20.0, steady), (40.0, saturated), (90.0, saturated)];
        let found = [(5.0, 30.0, steady), (30.0, 100.0, saturated)];
        assert_eq!(stretches(&points, across), found);
        assert_eq!(stretches(&points[3..], across), [(70.0, 100.0, saturated)]);
        assert!(stretches(&[], across).is_empty());
    }
}
