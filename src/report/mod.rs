//! From a run's result to what people and programs read. Nothing here decides a number.
//!
//! - [`terminal`]: the text on the screen, verdict first ([`verdict`] finds the words);
//! - [`json`], [`csv`], [`manifest`]: full precision, SI units, for programs;
//! - [`sweep`], [`graduation`]: the same for many cases, and for a ladder of stages; `curves`:
//!   their pictures;
//! - [`pictures`]: latency distribution, time series and sweeps, as SVG and PNG;
//! - [`request_trace`]: one request hop by hop;
//! - [`validation`]: what theory and simulation make of each other;
//! - [`comparison`]: two runs side by side, in the same forms;
//! - [`files`]: the only code that writes, each file whole or not at all;
//! - [`mod@format`]: numbers as text; [`progress`]: the bar on standard error.
//!
//! Renderers map a [`RunResult`] to bytes and do nothing else. A new output file is one more row of
//! [`FILES`].

pub mod comparison;
pub mod csv;
mod curves;
pub mod files;
pub mod format;
pub mod graduation;
pub mod json;
pub mod manifest;
pub mod pictures;
pub mod progress;
pub mod request_trace;
#[cfg(test)]
pub(crate) mod sample;
pub mod sweep;
pub mod terminal;
pub mod validation;
pub mod verdict;

use crate::experiment::result::RunResult;

pub use files::{
    GrowingFile, NamedFile, OutputFolder, WriteError, existing, listing, prepare, write_all,
    write_files, write_named,
};
pub use progress::Progress;
pub use terminal::Screen;

/// What goes to standard output.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Format {
    /// The report people read.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// The rows of `summary.csv`.
    Csv,
}

/// The report on one run for standard output; `screen` matters to [`Format::Table`] alone.
pub fn render(result: &RunResult, format: Format, screen: Screen) -> String {
    match format {
        Format::Table => terminal::render(result, screen),
        Format::Json => json::render(result),
        Format::Csv => csv::summary(result),
    }
}

/// A file of the output folder, made from a result of this type.
#[derive(Clone, Copy, Debug)]
pub struct OutputFile<Of = RunResult> {
    /// Its name in the folder.
    pub name: &'static str,
    /// What it holds, in one line.
    pub meaning: &'static str,
    /// Its content.
    pub bytes: fn(&Of) -> Vec<u8>,
}

/// Name of the file that vouches for all others.
pub const MANIFEST: &str = "manifest.toml";

/// Every file a run leaves, in the order of writing: the manifest comes last.
pub const FILES: &[OutputFile] = &[
    OutputFile {
        name: "summary.csv",
        meaning: "every metric with its 95% interval",
        bytes: |result| csv::summary(result).into_bytes(),
    },
    OutputFile {
        name: "components.csv",
        meaning: "jobs, outcomes and time at every component",
        bytes: |result| csv::components(result).into_bytes(),
    },
    OutputFile {
        name: "graduation.csv",
        meaning: "thresholds and whether they are crossed",
        bytes: |result| csv::graduation(result).into_bytes(),
    },
    OutputFile {
        name: "alerts.csv",
        meaning: "alerts and when they fired",
        bytes: |result| csv::alerts(result).into_bytes(),
    },
    OutputFile {
        name: "timeseries.csv",
        meaning: "metrics over simulated time",
        bytes: |result| csv::time_series(result).into_bytes(),
    },
    OutputFile {
        name: "latency.csv",
        meaning: "distributions of latency",
        bytes: |result| csv::latency(result).into_bytes(),
    },
    OutputFile {
        name: "latency.svg",
        meaning: "distributions of latency, drawn",
        bytes: |result| pictures::svg(&pictures::latency(result)).into_bytes(),
    },
    OutputFile {
        name: "latency.png",
        meaning: "the same as pixels",
        bytes: |result| pictures::png(&pictures::latency(result)),
    },
    OutputFile {
        name: "timeseries.svg",
        meaning: "response time, utilisation and hit rates over simulated time, drawn",
        bytes: |result| pictures::svg(&pictures::time_series(result)).into_bytes(),
    },
    OutputFile {
        name: "timeseries.png",
        meaning: "the same as pixels",
        bytes: |result| pictures::png(&pictures::time_series(result)),
    },
    OutputFile {
        name: MANIFEST,
        meaning: "what was run, from which values, and the command that repeats it",
        bytes: |result| manifest::render(result).into_bytes(),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_differ_and_all_say_the_verdict_or_the_values() {
        let result = sample::stable();
        let screen = Screen { width: 80, colour: false };
        assert!(render(&result, Format::Table, screen).starts_with("STABLE"));
        assert!(render(&result, Format::Json, screen).contains("\"verdict\": \"stable\""));
        assert!(render(&result, Format::Csv, screen).starts_with("metric,value,ci_low,ci_high"));
    }

    #[test]
    fn file_names_are_unique() {
        for (at, file) in FILES.iter().enumerate() {
            assert!(FILES[..at].iter().all(|other| other.name != file.name), "{}", file.name);
        }
    }
}
