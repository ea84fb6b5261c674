//! Two runs side by side: the verdicts first, then what differs and how sure that is.
//!
//! - [`table`]: the text on the screen;
//! - [`json`], [`csv`], [`manifest`]: every metric, full precision, SI units, for programs.

pub mod csv;
pub mod json;
pub mod manifest;
pub mod table;
#[cfg(test)]
mod tests;

use super::{Format, MANIFEST, OutputFile, Screen};
use crate::experiment::comparison::ComparisonResult;

/// The report on a comparison for standard output; `screen` matters to [`Format::Table`] alone.
pub fn render(result: &ComparisonResult, format: Format, screen: Screen) -> String {
    match format {
        Format::Table => table::render(result, screen),
        Format::Json => json::render(result),
        Format::Csv => csv::render(result),
    }
}

/// Every file a comparison leaves, in the order of writing: the manifest comes last.
pub const FILES: &[OutputFile<ComparisonResult>] = &[
    OutputFile {
        name: "comparison.csv",
        meaning: "every metric of A and of B, and their difference with its 95% interval",
        bytes: |result| csv::render(result).into_bytes(),
    },
    OutputFile {
        name: MANIFEST,
        meaning: "what was compared, from which values, and the command that repeats it",
        bytes: |result| manifest::render(result).into_bytes(),
    },
];
