//! From a sweep to what people and programs read. Nothing here decides a number.
//!
//! - [`csv`]: a row per case, and where thresholds are crossed; [`json`]: one document;
//! - [`terminal`]: the table on the screen; `brackets`: between which cases a threshold is crossed;
//! - [`journal`]: what is kept while a sweep goes on, so that it can be resumed and merged;
//! - [`manifest`]: what was run, from which values; `pictures`: the same, drawn.
//!
//! What must hold: everything here follows from the head and the cases alone, so a sweep that was
//! resumed, or merged from parts, leaves the same bytes as one that ran through.

mod brackets;
pub mod csv;
pub mod journal;
pub mod json;
pub mod manifest;
mod pictures;
pub mod terminal;

use super::{Format, MANIFEST, NamedFile, Screen};
use crate::experiment::sweep::SweepResult;
use journal::Shard;

/// Name of the file with a row per case.
pub const ROWS: &str = "sweep.csv";

/// The report on a sweep for standard output; `screen` matters to [`Format::Table`] alone.
pub fn render(result: &SweepResult, format: Format, screen: Screen) -> String {
    match format {
        Format::Table => terminal::render(result, screen),
        Format::Json => json::render(result),
        Format::Csv => csv::render(result),
    }
}

/// Every file that a complete sweep leaves, or a part of one, in the order of writing.
///
/// A part leaves what it found, to be merged with the others; pictures need all of them.
pub fn files(result: &SweepResult, shard: Shard) -> Vec<NamedFile> {
    let manifest = manifest::render(&result.head);
    let mut files = vec![NamedFile::text(
        ROWS,
        "a row per case: verdict, every metric with its 95% interval, thresholds",
        csv::render(result),
    )];
    if shard == Shard::WHOLE {
        files.push(NamedFile::text(
            "graduation.csv",
            "between which cases each threshold is crossed",
            csv::graduation(result),
        ));
        files.extend(pictures::draw(result));
    }
    let journal = journal::render(result, shard);
    files.push(NamedFile::text(journal::NAME, "all cases, to resume and to merge", journal));
    files.push(NamedFile::text(
        MANIFEST,
        "what was run, from which values, and the command that repeats it",
        manifest,
    ));
    files
}
