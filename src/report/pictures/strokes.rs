//! Dashed lines and hatched rectangles, made of plain lines.

use super::scene::{Colour, Point, Scene};

/// Direction of the lines that fill a rectangle: each says something else in black and white.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hatching {
    /// From lower left to upper right.
    Rising,
    /// From upper left to lower right.
    Falling,
    /// From left to right.
    Level,
}

/// Pixels between lines of a hatching, along either side of the rectangle.
const HATCH_GAP: f64 = 9.0;

/// Fills a rectangle with lines. Rectangles side by side continue each other's lines.
pub fn hatch(scene: &mut Scene, from: Point, to: Point, hatching: Hatching, colour: Colour) {
    let (left, top) = from;
    let (right, bottom) = to;
    let (least, most) = match hatching {
        Hatching::Rising => (left + top, right + bottom),
        Hatching::Falling => (left - bottom, right - top),
        Hatching::Level => (top, bottom),
    };
    let mut number = libm::floor(least / HATCH_GAP) + 1.0;
    while number * HATCH_GAP < most {
        let sum = number * HATCH_GAP;
        let line = match hatching {
            Hatching::Rising => {
                let (above, below) = (top.max(sum - right), bottom.min(sum - left));
                vec![(sum - above, above), (sum - below, below)]
            }
            Hatching::Falling => {
                let (above, below) = (top.max(left - sum), bottom.min(right - sum));
                vec![(sum + above, above), (sum + below, below)]
            }
            Hatching::Level => vec![(left, sum), (right, sum)],
        };
        scene.line(line, colour, 1.5);
        number += 1.0;
    }
}

/// A line through points in strokes of `on` pixels with gaps of `off` pixels.
pub fn dashed(
    scene: &mut Scene,
    points: &[Point],
    (on, off): (f64, f64),
    colour: Colour,
    width: f64,
) {
    for stroke in strokes(points, on, off) {
        scene.line(stroke, colour, width);
    }
}

/// The strokes of a dashed line; bends lie inside of strokes.
fn strokes(points: &[Point], on: f64, off: f64) -> Vec<Vec<Point>> {
    let mut strokes = Vec::new();
    let mut stroke: Vec<Point> = points.first().copied().into_iter().collect();
    let (mut draws, mut left) = (true, on);
    for pair in points.windows(2) {
        let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
        let length = libm::hypot(to_x - x, to_y - y);
        let mut gone = 0.0;
        while length - gone > left {
            gone += left;
            let share = gone / length;
            stroke.push((x + share * (to_x - x), y + share * (to_y - y)));
            if draws {
                strokes.push(std::mem::take(&mut stroke));
            }
            draws = !draws;
            left = if draws { on } else { off };
            // A gap remembers its end alone: there the next stroke starts.
            stroke.drain(..stroke.len().saturating_sub(1));
        }
        left -= length - gone;
        if draws {
            stroke.push((to_x, to_y));
        }
    }
    if draws && stroke.len() > 1 {
        strokes.push(stroke);
    }
    strokes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(scene: &Scene) -> Vec<Vec<Point>> {
        let line = |shape: &super::super::Shape| match shape {
            super::super::Shape::Line { points, .. } => Some(points.clone()),
            _ => None,
        };
        scene.shapes.iter().filter_map(line).collect()
    }

    #[test]
    fn strokes_and_gaps_take_turns_around_bends() {
        let bend = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)];
        let found = strokes(&bend, 6.0, 2.0);
        let second = vec![(8.0, 0.0), (10.0, 0.0), (10.0, 4.0)];
        let expected = vec![vec![(0.0, 0.0), (6.0, 0.0)], second, vec![(10.0, 6.0), (10.0, 10.0)]];
        assert_eq!(found, expected);
        assert!(strokes(&[], 6.0, 2.0).is_empty());
        assert!(strokes(&[(1.0, 1.0)], 6.0, 2.0).is_empty());
    }

    #[test]
    fn hatching_stays_inside_and_reaches_every_corner() {
        for hatching in [Hatching::Rising, Hatching::Falling, Hatching::Level] {
            let mut scene = Scene::new(200.0, 200.0);
            hatch(&mut scene, (20.0, 30.0), (120.0, 60.0), hatching, Colour(0, 0, 0));
            let lines = lines(&scene);
            assert!(lines.len() >= 3, "{hatching:?}");
            for (x, y) in lines.iter().flatten() {
                let inside = (20.0..=120.0).contains(x) && (30.0..=60.0).contains(y);
                assert!(inside, "{hatching:?}: {x} {y}");
            }
            let left = lines.iter().flatten().map(|(x, _)| *x).fold(f64::MAX, f64::min);
            let right = lines.iter().flatten().map(|(x, _)| *x).fold(0.0, f64::max);
            assert!(left < 20.0 + HATCH_GAP && right > 120.0 - HATCH_GAP, "{hatching:?}");
        }
    }
}
