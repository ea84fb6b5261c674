//! Pictures of ordinary and of odd results: nothing cut, nothing overlapping, nothing missing.

mod sweeps;

use super::font::width_of;
use super::*;
use crate::experiment::result::{LatencyCell, LatencyDistribution, SeriesColumn};
use crate::measure::unit::Unit;
use crate::report::sample;

/// Results whose pictures could go wrong, each with a word for it.
fn odd_results() -> Vec<(&'static str, RunResult)> {
    let mut zeros = sample::stable();
    for value in zeros.series.columns.iter_mut().flat_map(|column| &mut column.values) {
        *value = value.map(|_| 0.0);
    }
    let mut one = RunResult { repeats: 1, series: sample::series(1), ..sample::stable() };
    let cells = vec![LatencyCell { from: 0.004, to: 0.00401, count: 1 }];
    one.latency = vec![LatencyDistribution { path: "response_time".to_string(), cells }];
    let mut nothing = sample::stable();
    nothing.latency.clear();
    nothing.series.columns.clear();
    let mut empty = sample::stable();
    empty.latency.iter_mut().for_each(|distribution| distribution.cells.clear());
    empty.series.columns.iter_mut().for_each(|column| column.values.fill(None));
    let mut instant = sample::stable();
    instant.latency[0].cells.insert(0, LatencyCell { from: 0.0, to: 1e-9, count: 10 });
    vec![
        ("ordinary", sample::stable()),
        ("crowded", crowded()),
        ("zeros", zeros),
        ("one", one),
        ("nothing", nothing),
        ("empty", empty),
        ("instant", instant),
    ]
}

/// Thousands of samples, a score of columns, very long names.
fn crowded() -> RunResult {
    let mut result = sample::with_verdict(Verdict::FiniteHorizon);
    result.scenario = "a_name_that_goes_on_and_on_".repeat(5);
    result.series = sample::series(5000);
    let wave = result.series.columns[2].values.clone();
    for node in 0..20 {
        let share = 0.2 + f64::from(node) / 15.0;
        result.series.columns.push(SeriesColumn {
            path: format!("db[region=eu, shard={node}, role=replica].disk.utilization"),
            unit: Unit::Fraction,
            values: wave.iter().map(|value| value.map(|value| value * share)).collect(),
        });
        let path = format!("db[region=eu, shard={node}, role=replica].query");
        result.latency.push(sample::bell(&path, 0.0001 * f64::from(node + 1), 300));
    }
    result
}

fn texts(scene: &Scene) -> Vec<(String, [f64; 4])> {
    let boxed = |shape: &Shape| {
        let Shape::Text { at: (x, y), text, size, bold, anchor, .. } = shape else { return None };
        let width = width_of(text, *size, *bold);
        let left = match anchor {
            Anchor::Start => *x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        // Letters of DejaVu Sans are three quarters of the font's height.
        let half = size * 0.375;
        Some((text.clone(), [left, y - half, left + width, y + half]))
    };
    scene.shapes.iter().filter_map(boxed).collect()
}

fn scenes() -> Vec<(String, Scene)> {
    let both = |(name, result): (&str, RunResult)| {
        [
            (format!("{name}, latency"), latency(&result)),
            (format!("{name}, time series"), time_series(&result)),
        ]
    };
    odd_results().into_iter().flat_map(both).collect()
}

#[test]
fn no_text_covers_another_or_is_cut() {
    assert_texts_stand_apart(&scenes());
}

fn assert_texts_stand_apart(scenes: &[(String, Scene)]) {
    for (name, scene) in scenes {
        let (width, height) = (f64::from(scene.size.0), f64::from(scene.size.1));
        let texts = texts(scene);
        for (at, (text, [left, top, right, bottom])) in texts.iter().enumerate() {
            let inside = *left >= 0.0 && *top >= 0.0 && *right <= width && *bottom <= height;
            assert!(inside, "{name}: `{text}` is cut");
            for (other, [from, above, to, below]) in &texts[..at] {
                let apart = right < from || to < left || bottom < above || below < top;
                assert!(apart, "{name}: `{text}` covers `{other}`");
            }
        }
    }
}

#[test]
fn every_shape_stands_on_the_sheet() {
    assert_nothing_leaves_the_sheet(&scenes());
}

fn assert_nothing_leaves_the_sheet(scenes: &[(String, Scene)]) {
    for (name, scene) in scenes {
        let (width, height) = (f64::from(scene.size.0), f64::from(scene.size.1));
        let inside = |&(x, y): &Point| (0.0..=width).contains(&x) && (0.0..=height).contains(&y);
        for shape in &scene.shapes {
            let all_inside = match shape {
                Shape::Area { from, to, .. } => inside(from) && inside(to),
                Shape::Line { points, .. } | Shape::Polygon { corners: points, .. } => {
                    points.iter().all(inside)
                }
                Shape::Mark { at, .. } | Shape::Text { at, .. } => inside(at),
            };
            assert!(all_inside, "{name}: {shape:?}");
        }
    }
}

#[test]
fn pictures_say_what_they_show() {
    let words = |scene: &Scene| texts(scene).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
    let result = sample::stable();
    let drawn = words(&latency(&result));
    for text in ["Latency: stage3 at 300K users", "p50 6.10 ms", "p95 12.3 ms", "10 ms", "99.9%"] {
        assert!(drawn.iter().any(|word| word == text), "{text} in {drawn:?}");
    }
    let drawn = words(&time_series(&result));
    for text in ["response_time.p95", "db.cpu", "app.workers.busy", "cache.hit_rate", "5 min"] {
        assert!(drawn.iter().any(|word| word == text), "{text} in {drawn:?}");
    }
    let crowded = crowded();
    assert!(words(&latency(&crowded))[0].ends_with("finite horizon"));
    assert!(
        words(&time_series(&crowded)).iter().any(|word| word.ends_with("more: timeseries.csv"))
    );
}

#[test]
fn vectors_and_pixels_show_the_same_sheet() {
    let scene = latency(&sample::stable());
    let text = svg(&scene);
    assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"));
    assert!(text.contains("p95 12.3 ms") && text.contains("width=\"1600\""));

    let (width, height, pixels) = png::tests::decode(&png(&scene));
    assert_eq!((width, height), scene.size);
    let colours = |wanted: [u8; 3]| pixels.chunks(3).filter(|pixel| *pixel == wanted).count();
    let all = (width * height) as usize;
    assert!(colours([255, 255, 255]) > all / 2, "the sheet is white");
    assert!(colours([0, 114, 178]) > 500, "the first curve is there");
}
