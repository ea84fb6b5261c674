//! From a sweep to what people and programs read. Nothing here decides a number.
//!
//! - [`csv`]: a row per case, and where thresholds are crossed; [`json`]: one document;
//! - [`terminal`]: the table on the screen; `brackets`: between which cases a threshold is crossed;
//! - [`journal`]: what is kept while a sweep goes on, so that it can be resumed and merged;
//! - [`manifest`]: what was run, from which values.
//!
//! What must hold: everything here follows from the head and the cases alone, so a sweep that was
//! resumed, or merged from parts, leaves the same bytes as one that ran through.

mod brackets;
pub mod csv;
pub mod journal;
pub mod json;
pub mod manifest;
pub mod terminal;

use super::{Format, MANIFEST, OutputFolder, Screen, WriteError};
use crate::experiment::sweep::SweepResult;

/// Name of the file with a row per case.
pub const ROWS: &str = "sweep.csv";

/// A file of the folder of a sweep.
#[derive(Clone, Copy, Debug)]
pub struct SweepFile {
    /// Its name in the folder.
    pub name: &'static str,
    /// What it holds, in one line.
    pub meaning: &'static str,
    /// Whether a part of a sweep leaves it too.
    pub of_parts: bool,
    /// Its content.
    pub bytes: fn(&SweepResult) -> Vec<u8>,
}

/// Every file a sweep leaves, in the order of writing: the manifest comes last.
pub const FILES: &[SweepFile] = &[
    SweepFile {
        name: ROWS,
        meaning: "a row per case: verdict, every metric with its 95% interval, thresholds",
        of_parts: true,
        bytes: |result| csv::render(result).into_bytes(),
    },
    SweepFile {
        name: "graduation.csv",
        meaning: "between which cases each threshold is crossed",
        of_parts: false,
        bytes: |result| csv::graduation(result).into_bytes(),
    },
    SweepFile {
        name: journal::NAME,
        meaning: "all cases, to resume and to merge",
        of_parts: true,
        bytes: |result| journal::render(result).into_bytes(),
    },
    SweepFile {
        name: MANIFEST,
        meaning: "what was run, from which values, and the command that repeats it",
        of_parts: true,
        bytes: |result| manifest::render(&result.head).into_bytes(),
    },
];

/// The report on a sweep for standard output; `screen` matters to [`Format::Table`] alone.
pub fn render(result: &SweepResult, format: Format, screen: Screen) -> String {
    match format {
        Format::Table => terminal::render(result, screen),
        Format::Json => json::render(result),
        Format::Csv => csv::render(result),
    }
}

/// Writes every file of [`FILES`]; an old manifest is taken away first.
///
/// # Errors
/// When a file cannot be written; those before it stay.
pub fn write_all(result: &SweepResult, folder: &OutputFolder) -> Result<(), WriteError> {
    folder.remove(MANIFEST)?;
    for file in FILES {
        folder.write(file.name, &(file.bytes)(result))?;
    }
    Ok(())
}

/// Writes what a part of a sweep leaves: what it found, to be merged with the other parts.
///
/// # Errors
/// When a file cannot be written; those before it stay.
pub fn write_part(
    result: &SweepResult,
    shard: journal::Shard,
    folder: &OutputFolder,
) -> Result<(), WriteError> {
    folder.write(ROWS, csv::render(result).as_bytes())?;
    folder.write(journal::NAME, journal::render_part(result, shard).as_bytes())?;
    folder.write(MANIFEST, manifest::render(&result.head).as_bytes())?;
    Ok(())
}
