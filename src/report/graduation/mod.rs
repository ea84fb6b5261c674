//! From a ladder of stages to what people and programs read. Nothing here decides a number.
//!
//! - [`terminal`]: the ladder on the screen; [`json`], [`csv`]: the same for programs;
//! - [`manifest`]: what was searched, from which values.

pub mod csv;
pub mod json;
pub mod manifest;
pub mod terminal;

use super::{Format, MANIFEST, OutputFolder, Screen, WriteError};
use crate::experiment::graduation::result::Ladder;

/// A file of the folder of a ladder.
#[derive(Clone, Copy, Debug)]
pub struct LadderFile {
    /// Its name in the folder.
    pub name: &'static str,
    /// What it holds, in one line.
    pub meaning: &'static str,
    /// Its content.
    pub bytes: fn(&Ladder) -> Vec<u8>,
}

/// Every file a search leaves, in the order of writing: the manifest comes last.
pub const FILES: &[LadderFile] = &[
    LadderFile {
        name: "graduation.csv",
        meaning: "every threshold of every stage: users at which it is crossed, 95% interval",
        bytes: |ladder| csv::graduation(ladder).into_bytes(),
    },
    LadderFile {
        name: "points.csv",
        meaning: "the numbers of users that were run, with every metric",
        bytes: |ladder| csv::points(ladder).into_bytes(),
    },
    LadderFile {
        name: MANIFEST,
        meaning: "what was searched, from which values, and the command that repeats it",
        bytes: |ladder| manifest::render(ladder).into_bytes(),
    },
];

/// The report on a ladder for standard output; `screen` matters to [`Format::Table`] alone.
pub fn render(ladder: &Ladder, format: Format, screen: Screen) -> String {
    match format {
        Format::Table => terminal::render(ladder, screen),
        Format::Json => json::render(ladder),
        Format::Csv => csv::graduation(ladder),
    }
}

/// Writes every file of [`FILES`]; an old manifest is taken away first.
///
/// # Errors
/// When a file cannot be written; those before it stay.
pub fn write_all(ladder: &Ladder, folder: &OutputFolder) -> Result<(), WriteError> {
    folder.remove(MANIFEST)?;
    for file in FILES {
        folder.write(file.name, &(file.bytes)(ladder))?;
    }
    Ok(())
}

/// What was written, and where.
pub fn written(folder: &OutputFolder) -> String {
    let width = FILES.iter().map(|file| file.name.len()).max().unwrap_or(0);
    let lines = FILES.iter().map(|file| format!("  {:width$}  {}\n", file.name, file.meaning));
    format!("\nWritten to {}:\n{}", folder.path().display(), lines.collect::<String>())
}
