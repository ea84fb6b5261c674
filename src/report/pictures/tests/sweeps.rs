//! Pictures of ordinary and of odd sweeps.

use super::{assert_nothing_leaves_the_sheet, assert_texts_stand_apart, texts};
use crate::measure::unit::Unit;
use crate::report::pictures::*;

fn users() -> AcrossAxis {
    AcrossAxis { title: "users".to_string(), unit: Unit::Count, logarithmic: true }
}

/// Five stages that saturate one after the other, at 15K to 70M users, over `points` cases.
fn ordinary(points: usize) -> LadderPicture {
    let names = ["prototype", "caching", "read replicas", "sharding", "distributed"];
    let crossed = [8.8e3, 86e3, 933e3, 8.3e6, f64::INFINITY];
    let stage = |index: usize| {
        let capacity = [14.6e3, 140e3, 1.33e6, 21e6, 70e6][index];
        let crossings = vec![
            crossing(["db_cpu", "hit_rate", "write_load", "far_users", ""][index], crossed[index]),
            crossing("response_time", capacity * 0.97),
        ];
        let crossings = crossings.into_iter().filter(|one| one.at <= 1e7).collect();
        let least = [0.010, 0.012, 0.0125, 0.06, 0.035][index];
        StageCurve {
            name: format!("Stage {}: {}", index + 1, names[index]),
            points: (0..points).map(|i| point(i, points, capacity, least)).collect(),
            crossings,
        }
    };
    let bound = |stage| ThresholdLine {
        label: "response_time.p95 > 200ms".to_string(),
        bound: 0.2,
        stage: Some(stage),
    };
    LadderPicture {
        title: "Response time against users: stage1 to stage5".to_string(),
        subtitle: "25 cases a stage, 200K requests in 8 repeats each".to_string(),
        metric: "response_time.p95".to_string(),
        unit: Unit::Seconds,
        across: users(),
        logarithmic_up: true,
        stages: (0..5).map(stage).collect(),
        thresholds: vec![bound(0), bound(1), bound(3)],
    }
}

fn crossing(label: &str, at: f64) -> CrossingMark {
    CrossingMark {
        label: label.to_string(),
        at,
        interval: Some((at / 1.05, at * 1.06)),
        is_between: false,
    }
}

/// Waiting like that of M/M/1 up to a capacity; beyond it, a backlog that grows with the load.
fn point(index: usize, points: usize, capacity: f64, least: f64) -> StagePoint {
    let share = index as f64 / (points.max(2) - 1) as f64;
    let across = 1e3 * libm::pow(10.0, 4.0 * share);
    let load = across / capacity;
    let state = match load {
        load if load > 3.0 => PointState::LosingWork,
        load if load >= 1.0 => PointState::Saturated,
        load if load > 0.65 => PointState::TooFewSamples,
        _ => PointState::Steady,
    };
    let value = if load < 1.0 { least * (0.8 + 0.3 / (1.0 - load)) } else { 4.0 * load };
    let width = 0.02 + 0.3 * load * load;
    let interval = state.is_joined().then_some((value * (1.0 - width), value * (1.0 + width)));
    StagePoint { across, value: Some(value), interval, state }
}

/// The utilisation of three components in each of the stages of `ladder`.
fn utilisation_of(ladder: &LadderPicture) -> UtilisationPicture {
    let stage = |stage: &StageCurve| {
        let cases: Vec<(f64, PointState)> =
            stage.points.iter().map(|point| (point.across, point.state)).collect();
        let full = cases.iter().find(|(_, state)| !state.is_joined()).map_or(5e7, |case| case.0);
        let component = |(name, share): (&str, f64)| UtilisationCurve {
            name: name.to_string(),
            values: cases.iter().map(|(across, _)| Some(share * across / full)).collect(),
        };
        let components = [("db.cpu", 1.0), ("app.workers.busy", 0.45), ("cache.cpu", 0.08)];
        UtilisationStage {
            name: stage.name.clone(),
            cases: cases.clone(),
            components: components.into_iter().map(component).collect(),
            thresholds: vec![ThresholdLine {
                label: "db.cpu > 60%".to_string(),
                bound: 0.6,
                stage: None,
            }],
        }
    };
    UtilisationPicture {
        title: "Utilisation against users: stage1 to stage5".to_string(),
        subtitle: ladder.subtitle.clone(),
        across: ladder.across.clone(),
        stages: ladder.stages.iter().map(stage).collect(),
    }
}

/// A heat map whose cells fill up to the right and empty upwards.
fn map_of(columns: usize, rows: usize) -> HeatMap {
    let users = |i: usize| 1e3 * libm::pow(10.0, 1.6 * i as f64 / columns.max(2) as f64);
    let cell = |index: usize| {
        let load = users(index % columns) / (3.7e3 * (1.0 + (index / columns) as f64));
        let state = match load {
            load if load > 2.0 => PointState::LosingWork,
            load if load >= 1.0 => PointState::Saturated,
            load if load > 0.93 => PointState::AtCapacity,
            load if load > 0.85 => PointState::TooFewSamples,
            _ => PointState::Steady,
        };
        let value = if load < 1.0 { 0.008 / (1.0 - load) } else { 4.0 * load };
        HeatCell { value: Some(value), state }
    };
    HeatMap {
        title: "Response time over two axes: stage1".to_string(),
        subtitle: "100 cases, 200K requests in 8 repeats each".to_string(),
        metric: "response_time.p95".to_string(),
        unit: Unit::Seconds,
        logarithmic: true,
        across: HeatAxis {
            title: "users.count".to_string(),
            values: (0..columns).map(|i| format!("{:.2}K", users(i) / 1e3)).collect(),
        },
        up: HeatAxis {
            title: "db.cores".to_string(),
            values: (0..rows).map(|i| (i + 1).to_string()).collect(),
        },
        cells: (0..columns * rows).map(cell).collect(),
    }
}

/// Ladders whose pictures could go wrong, each with a word for it.
fn odd_ladders() -> Vec<(&'static str, LadderPicture)> {
    let changed = |change: &dyn Fn(&mut StageCurve)| {
        let mut ladder = ordinary(12);
        ladder.stages.iter_mut().for_each(change);
        ladder
    };
    let every = |change: &dyn Fn(&mut StagePoint)| {
        changed(&|stage| stage.points.iter_mut().for_each(change))
    };
    let mut linear = ordinary(12);
    linear.across.logarithmic = false;
    linear.logarithmic_up = false;
    let zero = |point: &mut StagePoint| {
        (point.value, point.interval) = (Some(0.0), Some((0.0, 0.0)));
    };
    let infinite = |point: &mut StagePoint| {
        (point.value, point.interval) = (Some(f64::INFINITY), Some((0.1, f64::INFINITY)));
    };
    let unknown = |point: &mut StagePoint| {
        (point.value, point.interval) = (Some(f64::NAN), Some((f64::NAN, f64::NAN)));
    };
    let some_zero = changed(&|stage| zero(&mut stage.points[1]));
    vec![
        ("ordinary", ordinary(25)),
        ("many points", ordinary(40)),
        ("two hundred points", ordinary(200)),
        ("one point", ordinary(1)),
        ("no points", ordinary(0)),
        ("no stages", LadderPicture { stages: Vec::new(), ..ordinary(1) }),
        ("linear", linear),
        ("zeros", every(&zero)),
        ("some zeros", some_zero),
        ("infinite", every(&infinite)),
        ("unknown", every(&unknown)),
        ("empty", every(&|point| point.value = None)),
        ("saturated", every(&|point| point.state = PointState::Saturated)),
        ("at capacity", every(&|point| point.state = PointState::AtCapacity)),
        ("too few", every(&|point| point.state = PointState::TooFewSamples)),
        ("no crossing", changed(&|stage| stage.crossings.clear())),
        ("crowded", crowded()),
    ]
}

/// Fourteen stages with very long names, a dozen bounds and a dozen crossings each.
fn crowded() -> LadderPicture {
    let mut crowded = ordinary(40);
    let long = "a_name_that_goes_on_and_on_".repeat(5);
    (crowded.title, crowded.subtitle) = (long.clone(), long.clone());
    (crowded.metric, crowded.across.title) = (long.clone(), "users.count".to_string());
    crowded.stages = (0..14)
        .map(|index| StageCurve {
            name: format!("{long}{index}"),
            crossings: (0..12)
                .map(|i| CrossingMark {
                    interval: Some((0.0, f64::INFINITY)).filter(|_| i % 2 == 0),
                    ..crossing(&format!("{long}{i}"), 1e5 * f64::from(i * i * i * i))
                })
                .collect(),
            ..crowded.stages[index % 5].clone()
        })
        .collect();
    crowded.thresholds = (0..12)
        .map(|i| ThresholdLine {
            label: format!("{long} > {i}ms"),
            bound: 0.2 + f64::from(i / 4) * 0.001,
            stage: Some(i as usize),
        })
        .collect();
    crowded
}

fn odd_maps() -> Vec<(&'static str, HeatMap)> {
    let every = |change: &dyn Fn(&mut HeatCell)| {
        let mut map = map_of(10, 8);
        map.cells.iter_mut().for_each(change);
        map
    };
    let mut long = map_of(7, 5);
    let values = long.across.values.iter_mut().chain(&mut long.up.values);
    for (index, value) in values.enumerate() {
        *value = format!("{{ lognormal = {{ mean = \"4ms\", cv = {index} }} }}");
    }
    (long.across.title, long.up.title) = ("axis.".repeat(60), "axis.".repeat(60));
    (long.metric, long.title) = ("metric.".repeat(20), "title ".repeat(60));
    vec![
        ("ordinary", map_of(10, 8)),
        ("two by two", map_of(2, 2)),
        ("large", map_of(25, 25)),
        ("huge", map_of(120, 90)),
        ("one", map_of(1, 1)),
        ("none", map_of(0, 0)),
        ("linear", HeatMap { logarithmic: false, ..map_of(10, 8) }),
        ("long", long),
        ("zeros", every(&|cell| cell.value = Some(0.0))),
        ("alike", every(&|cell| cell.value = Some(0.2))),
        ("infinite", every(&|cell| cell.value = Some(f64::INFINITY))),
        ("empty", every(&|cell| cell.value = None)),
        ("saturated", every(&|cell| cell.state = PointState::Saturated)),
    ]
}

fn scenes() -> Vec<(String, Scene)> {
    let mut scenes = Vec::new();
    for (name, picture) in odd_ladders() {
        scenes.push((format!("{name}, ladder"), ladder(&picture)));
        let mut used = utilisation_of(&picture);
        scenes.push((format!("{name}, utilisation"), utilisation(&used)));
        for stage in &mut used.stages {
            stage.components = stage.components.iter().cycle().take(30).cloned().collect();
            stage.thresholds = picture.thresholds.clone();
        }
        scenes.push((format!("{name}, crowded utilisation"), utilisation(&used)));
    }
    let maps = odd_maps().into_iter();
    scenes.extend(maps.map(|(name, map)| (format!("{name}, heat map"), heat_map(&map))));
    scenes
}

#[test]
fn no_text_covers_another_or_is_cut() {
    assert_texts_stand_apart(&scenes());
}

#[test]
fn every_shape_stands_on_the_sheet() {
    assert_nothing_leaves_the_sheet(&scenes());
}

#[test]
fn pictures_say_what_they_show() {
    let words = |scene: &Scene| texts(scene).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
    let expect = |drawn: Vec<String>, expected: &[&str]| {
        for text in expected {
            assert!(drawn.iter().any(|word| word == text), "{text} in {drawn:?}");
        }
    };
    let picture = ordinary(25);
    let expected = [
        "Response time against users: stage1 to stage5",
        "response_time.p95 (logarithmic)",
        "Stage 3: read replicas",
        "response_time.p95 > 200ms",
        "db_cpu 8.8K",
        "far_users 8.3M",
        "users (logarithmic)",
        "10M",
        "beyond",
        "saturated: grows without end",
    ];
    expect(words(&ladder(&picture)), &expected);
    let expected = ["db.cpu", "app.workers.busy", "db.cpu > 60%", "100%", "too few samples"];
    expect(words(&utilisation(&utilisation_of(&picture))), &expected);
    let expected = ["db.cores (upwards)", "users.count", "1.00K", "8", "8.28 ms", "100 ms"];
    expect(words(&heat_map(&map_of(10, 8))), &expected);
    expect(words(&ladder(&ordinary(0))), &["no case was simulated"]);
    expect(words(&heat_map(&map_of(0, 0))), &["no case was simulated"]);
}

#[test]
fn saturated_points_are_not_joined_to_steady_ones() {
    let mut picture = ordinary(4);
    picture.stages.truncate(1);
    picture.thresholds.clear();
    for (index, point) in picture.stages[0].points.iter_mut().enumerate() {
        let saturated = index >= 2;
        point.state = if saturated { PointState::Saturated } else { PointState::Steady };
        point.value = Some(0.01 + 0.01 * index as f64);
        point.interval = None;
    }
    let scene = ladder(&picture);
    let blue = Colour(0, 114, 178);
    let (mut curve, mut hollow) = (Vec::new(), Vec::new());
    for shape in &scene.shapes {
        match shape {
            // The name's line is to the right of the panel.
            Shape::Line { points, colour, width } if *colour == blue && *width == 2.0 => {
                curve.extend(points.iter().filter(|(x, _)| *x < RIGHT));
            }
            Shape::Mark { at, hollow: true, colour, .. } if *colour == blue => hollow.push(*at),
            _ => {}
        }
    }
    assert_eq!((curve.len(), hollow.len()), (2, 2));
    assert!(curve.iter().all(|(x, _)| *x < hollow[0].0), "{curve:?} {hollow:?}");
}

#[test]
fn vectors_and_pixels_show_the_same_sheet() {
    let scene = heat_map(&map_of(10, 8));
    let text = svg(&scene);
    assert!(text.contains("<polygon ") && text.contains("8.28 ms"));
    let (width, height, pixels) = super::super::png::tests::decode(&png(&scene));
    assert_eq!((width, height), scene.size);
    let lightest = pixels.chunks(3).filter(|pixel| *pixel == [237, 248, 177]).count();
    assert!(lightest > 2000, "cells are filled: {lightest}");

    let scene = ladder(&ordinary(25));
    let (_, _, pixels) = super::super::png::tests::decode(&png(&scene));
    let band = pixels.chunks(3).filter(|pixel| *pixel == [191, 220, 236]).count();
    assert!(svg(&scene).contains("#BFDCEC") && band > 200, "the first band is there: {band}");
}
