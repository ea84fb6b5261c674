//! From a ladder of stages to what people and programs read. Nothing here decides a number.
//!
//! - [`terminal`]: the ladder on the screen; [`json`], [`csv`]: the same for programs;
//! - [`manifest`]: what was searched, from which values; `pictures`: the same, drawn.

pub mod csv;
pub mod json;
pub mod manifest;
mod pictures;
pub mod terminal;

use super::{Format, MANIFEST, NamedFile, Screen};
use crate::experiment::graduation::result::Ladder;

/// The report on a ladder for standard output; `screen` matters to [`Format::Table`] alone.
pub fn render(ladder: &Ladder, format: Format, screen: Screen) -> String {
    match format {
        Format::Table => terminal::render(ladder, screen),
        Format::Json => json::render(ladder),
        Format::Csv => csv::graduation(ladder),
    }
}

/// Every file that a search leaves, in the order of writing.
pub fn files(ladder: &Ladder) -> Vec<NamedFile> {
    let mut files = vec![
        NamedFile::text(
            "graduation.csv",
            "every threshold of every stage: users at which it is crossed, 95% interval",
            csv::graduation(ladder),
        ),
        NamedFile::text(
            "points.csv",
            "the numbers of users that were run, with every metric",
            csv::points(ladder),
        ),
    ];
    files.extend(pictures::draw(ladder));
    files.push(NamedFile::text(
        MANIFEST,
        "what was searched, from which values, and the command that repeats it",
        manifest::render(ladder),
    ));
    files
}
