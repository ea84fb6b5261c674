//! A lane per stage below its curve: where it is steady, and where it crosses its thresholds.
//!
//! ```text
//! ────────────┼─────────/////////////   bar: plain where steady, hatched where not
//!             │└ db_cpu 8.81K           a row of labels for as many as stand side by side
//!             └ response_time 8.75K
//! ```

use crate::measure::unit::Unit;
use crate::report::format::{human, short};

use super::WIDTH;
use super::axis::Axis;
use super::beside::{Sample, draw_name, fitted_names};
use super::font::{fitted, width_of};
use super::palette::{Look, thinned};
use super::panel::SMALL;
use super::points::{draw_crossing, hatch_stretches, stretches};
use super::scene::{Anchor, GREY, Scene};
use super::stages::{CrossingMark, PointState};

/// Height of a bar.
const BAR: f64 = 20.0;
/// Height of a row of labels.
const ROW: f64 = 22.0;
/// Space below a lane.
const GAP: f64 = 14.0;
/// Space between a tick and its label.
const BLANK: f64 = 7.0;
/// Widest label in pixels: one that starts at the right end of the axis stays on the sheet.
const WIDEST: f64 = WIDTH - super::RIGHT - BLANK - 20.0;

/// A stage as a lane shows it.
#[derive(Clone, Debug)]
pub struct Lane<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its look.
    pub look: Look,
    /// Its points from left to right.
    pub points: Vec<(f64, PointState)>,
    /// Its crossings.
    pub crossings: &'a [CrossingMark],
}

/// A crossing with the place of its label.
struct Placed {
    tick: f64,
    ends: (f64, f64),
    text: String,
    row: usize,
}

impl Lane<'_> {
    /// Height of the lane with the space below it.
    pub fn height(&self, across: Axis, unit: Unit) -> f64 {
        let rows = self.placed(across, unit).iter().map(|placed| placed.row + 1).max();
        BAR + rows.unwrap_or(0) as f64 * ROW + GAP
    }

    /// The crossings from right to left.
    fn placed(&self, across: Axis, unit: Unit) -> Vec<Placed> {
        let finite = self.crossings.iter().filter(|crossing| crossing.at.is_finite());
        let placed = |crossing: &CrossingMark| {
            let tick = across.pixel(crossing.at);
            let ends = crossing.interval.map_or((tick, tick), |(low, high)| {
                (across.pixel(low).min(tick), across.pixel(high).max(tick))
            });
            let value = match crossing.interval.filter(|_| crossing.is_between) {
                Some((low, high)) => format!("{}..{}", short(low, unit), short(high, unit)),
                None => human(crossing.at, unit),
            };
            let room = WIDEST - width_of(&value, SMALL, false) - 8.0;
            let text = format!("{} {value}", fitted(&crossing.label, SMALL, false, room));
            Placed { tick, ends, text, row: 0 }
        };
        let mut all: Vec<Placed> = finite.map(placed).collect();
        all.sort_by(|a, b| b.tick.total_cmp(&a.tick));
        let spans: Vec<(f64, f64)> = all
            .iter()
            .map(|one| (one.tick, one.tick + BLANK + width_of(&one.text, SMALL, false)))
            .collect();
        for (one, row) in all.iter_mut().zip(rows(&spans)) {
            one.row = row;
        }
        all
    }

    /// Draws the lane with its upper edge at `top`, its name to the right of the bar.
    fn draw(&self, scene: &mut Scene, name: String, across: Axis, unit: Unit, top: f64) {
        let (middle, bottom) = (top + BAR / 2.0, top + BAR);
        let stretches = stretches(&self.points, across);
        for (left, right, state) in &stretches {
            if state.hatching().is_none() {
                let colour = thinned(self.look.colour, 0.35);
                scene.area((*left, top), (*right, bottom), colour);
            }
        }
        hatch_stretches(scene, &stretches, (top, bottom), self.look.colour);
        let (left, right) = (across.low.1, across.high.1);
        let frame = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        scene.line(frame.to_vec(), self.look.colour, 1.0);
        draw_name(scene, Sample::Curve(self.look), name, middle);
        for Placed { tick, ends, text, row } in self.placed(across, unit) {
            let y = bottom + 3.0 + ROW * (row as f64 + 0.5);
            scene.line(vec![(tick, bottom), (tick, y), (tick + BLANK - 3.0, y)], GREY, 1.0);
            draw_crossing(scene, (tick, middle), ends, BAR / 2.0 + 2.0);
            scene.text((tick + BLANK, y), text, SMALL, Anchor::Start);
        }
    }
}

/// Draws lanes one below the other.
pub fn draw_lanes(scene: &mut Scene, lanes: &[Lane<'_>], across: Axis, unit: Unit, top: f64) {
    let names: Vec<&str> = lanes.iter().map(|lane| lane.name).collect();
    let mut y = top;
    for (lane, name) in lanes.iter().zip(fitted_names(&names)) {
        lane.draw(scene, name, across, unit, y);
        y += lane.height(across, unit);
    }
}

/// Rows of labels that reach from their tick to the right, given from right to left.
///
/// A tick's line leads down to its row. It passes those above, where it meets no label: they all
/// start at ticks farther to the right.
fn rows(spans: &[(f64, f64)]) -> Vec<usize> {
    // Left ends of the leftmost label in each row.
    let mut starts: Vec<f64> = Vec::new();
    let row = |&(start, end): &(f64, f64)| {
        let row = starts.iter().position(|left| end + BLANK < *left).unwrap_or(starts.len());
        starts.resize(starts.len().max(row + 1), start);
        starts[row] = start;
        row
    };
    spans.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_share_a_row_where_there_is_room() {
        assert_eq!(rows(&[(300.0, 400.0), (100.0, 200.0)]), [0, 0]);
        assert_eq!(rows(&[(300.0, 400.0), (250.0, 350.0), (100.0, 200.0)]), [0, 1, 0]);
        assert_eq!(rows(&[(300.0, 400.0); 3]), [0, 1, 2]);
        assert!(rows(&[]).is_empty());
    }
}
