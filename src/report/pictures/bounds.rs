//! Bounds that thresholds set to the values of a panel: dashed lines with their condition.

use super::RIGHT;
use super::beside::{BOUND, Entry, Sample};
use super::palette::stage_look;
use super::panel::Panel;
use super::scene::{INK, Scene};
use super::stages::ThresholdLine;
use super::strokes::dashed;

/// Draws bounds over the width of the panel; returns their names, at most `room` of them.
///
/// A bound has the colour of its stage, if it is of one.
pub fn draw_bounds(
    scene: &mut Scene,
    panel: &Panel,
    thresholds: &[ThresholdLine],
    room: usize,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for bound in &merged(thresholds) {
        let colour = bound.stage.map_or(INK, |stage| stage_look(stage).colour);
        let (left, y) = panel.place((panel.across.low.0, bound.bound));
        dashed(scene, &[(left, y), (RIGHT, y)], BOUND, colour, 2.0);
        let (text, sample) = (bound.label.clone(), Sample::Bound(colour));
        entries.push(Entry { text, sample, end: Some((RIGHT, y)) });
    }
    if entries.len() > room {
        let kept = room.saturating_sub(1);
        let text = format!("{} more thresholds", entries.len() - kept);
        entries.truncate(kept);
        entries.push(Entry { text, sample: Sample::Nothing, end: None });
    }
    entries
}

/// Bounds of one value and label are one line: of all stages, if they are of several.
fn merged(thresholds: &[ThresholdLine]) -> Vec<ThresholdLine> {
    let mut merged: Vec<ThresholdLine> = Vec::new();
    for threshold in thresholds.iter().filter(|threshold| threshold.bound.is_finite()) {
        let same = |other: &&mut ThresholdLine| {
            other.label == threshold.label && other.bound == threshold.bound
        };
        match merged.iter_mut().find(same) {
            Some(other) if other.stage != threshold.stage => other.stage = None,
            Some(_) => {}
            None => merged.push(threshold.clone()),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stages_share_is_one_line() {
        let bound = |label: &str, bound, stage| ThresholdLine {
            label: label.to_string(),
            bound,
            stage: Some(stage),
        };
        let given =
            [bound("a", 1.0, 0), bound("b", 1.0, 1), bound("a", 1.0, 2), bound("b", 1.0, 1)];
        let shared = ThresholdLine { stage: None, ..given[0].clone() };
        assert_eq!(merged(&given), [shared, given[1].clone()]);
        assert!(merged(&[bound("a", f64::INFINITY, 0)]).is_empty());
    }
}
