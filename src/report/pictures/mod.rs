//! Pictures of a run (distribution of latency, and what happened over simulated time) and of sweeps
//! (a metric against users, utilisation against users, a metric over two axes).
//!
//! A picture is first composed as a [`Scene`]: plain shapes in pixels, so that tests can look at
//! it. [`svg`] and [`png`] paint the same scene. The font travels with the program, so no picture
//! depends on what the machine has installed. Curves differ in colour (Okabe and Ito's palette,
//! told apart by the colour-blind) and in their signs (told apart in black and white); what is not
//! steady is hatched.
//!
//! - [`latency`] and [`time_series`] compose a run's pictures; `panel`, `axis`, `beside` and
//!   `labels` are their parts;
//! - [`ladder`], [`utilisation`] and [`heat_map`] compose from what a sweep fills in (`stages`);
//!   their parts are `points` (what is joined and what is not), `bounds`, `lanes` (one a stage
//!   below the curves), `key`, `ramp` (values to colours) and `strokes` (dashes and hatchings);
//! - `paint` turns a scene into SVG text or pixels, `png` packs the pixels.

mod axis;
mod beside;
mod bounds;
mod font;
mod heat_map;
mod key;
mod labels;
mod ladder;
mod lanes;
mod latency;
mod paint;
mod palette;
mod panel;
mod png;
mod points;
mod ramp;
mod scene;
mod stages;
mod strokes;
mod time_series;
mod utilisation;

use crate::experiment::result::{RunResult, Verdict};
use crate::report::format::users;

pub use heat_map::{HeatAxis, HeatCell, HeatMap, heat_map};
pub use ladder::{LadderPicture, StageCurve, StagePoint, ladder};
pub use latency::latency;
pub use paint::{png, svg};
pub use scene::{Anchor, Colour, Point, Scene, Shape, Sign};
pub use stages::{AcrossAxis, CrossingMark, PointState, ThresholdLine};
pub use time_series::time_series;
pub use utilisation::{UtilisationCurve, UtilisationPicture, UtilisationStage, utilisation};

/// Width of every picture in pixels.
const WIDTH: f64 = 1600.0;

/// Space left of the panels, for tick labels.
const LEFT: f64 = 110.0;

/// Where panels end; names of curves stand to the right of it.
const RIGHT: f64 = 1180.0;

/// Title and subtitle over the panels; the subtitle leaves room for a key to its right.
fn heading(scene: &mut Scene, title: &str, subtitle: &str) {
    let room = WIDTH - 80.0;
    scene.bold((40.0, 40.0), font::fitted(title, 30.0, true, room), 30.0);
    scene.text(
        (40.0, 80.0),
        font::fitted(subtitle, 20.0, false, room - 400.0),
        20.0,
        Anchor::Start,
    );
}

/// How many repeats stand behind a picture: `8 repeats`.
fn repeats_of(result: &RunResult) -> String {
    if result.repeats == 1 { "1 repeat".to_string() } else { format!("{} repeats", result.repeats) }
}

/// Title of a run's picture: what it shows, of which scenario, at how many users.
fn title_of(what: &str, result: &RunResult) -> String {
    let doubt = match result.verdict {
        Verdict::Stable => String::new(),
        _ => format!(" - {}", result.verdict.word()),
    };
    let scenario = font::fitted(&result.scenario, 30.0, true, 700.0);
    format!("{what}: {scenario} at {}{doubt}", users(result.users))
}

#[cfg(test)]
mod tests;
