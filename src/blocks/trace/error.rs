//! What can be wrong with a trace file.

use std::fmt;
use std::path::{Path, PathBuf};

/// A fault of a trace file, with its place.
#[derive(Debug)]
pub struct TraceError {
    /// The file as it was named.
    pub file: PathBuf,
    /// The line, counted from 1 (of the text inside, for a gzipped file); none when the fault is
    /// of the file as a whole.
    pub line: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
}

/// Kinds of faults.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The file cannot be opened or read.
    #[error("cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// Damaged or cut compressed data.
    #[error("is not a whole gzip file: {0}")]
    Gzip(std::io::Error),
    /// A file without a header row.
    #[error("is empty; a header row with the names of the columns is needed")]
    Empty,
    /// A column that is not there.
    #[error("has no column `{wanted}`; its columns are {}", in_quotes(.present))]
    MissingColumn {
        /// The name asked for.
        wanted: String,
        /// The names there are, the most similar first.
        present: Vec<String>,
    },
    /// A column asked for that stands in the header more than once.
    #[error("has several columns named `{0}`")]
    AmbiguousColumn(String),
    /// A row with more or fewer fields than the header.
    #[error("fields in the row: {found}, in the header: {expected}")]
    FieldCount {
        /// Fields in the row.
        found: u64,
        /// Fields in the header.
        expected: u64,
    },
    /// Bytes that are not UTF-8.
    #[error("the row is not UTF-8 text")]
    NotUtf8,
    /// A field that cannot be read as what is wanted.
    #[error("column `{column}`: `{text}` is not {wanted}")]
    Unparsable {
        /// The column's name.
        column: String,
        /// The field.
        text: String,
        /// What is accepted.
        wanted: &'static str,
    },
    /// A time before the time of the row above.
    #[error("column `{column}`: `{text}` lies before the row above; rows must be in order of time")]
    TimeGoesBack {
        /// The column's name.
        column: String,
        /// The field.
        text: String,
    },
    /// A trace longer than the clock.
    #[error("column `{column}`: `{text}` is more than 73 years after the first row")]
    TooLong {
        /// The column's name.
        column: String,
        /// The field.
        text: String,
    },
    /// A header without rows.
    #[error("has a header, but no rows")]
    NoRows,
    /// A filter that no row passes.
    #[error("has no row where {0}")]
    NothingMatches(String),
}

impl TraceError {
    pub(super) fn new(file: &Path, line: Option<u64>, fault: Fault) -> Self {
        TraceError { file: file.to_path_buf(), line, fault }
    }
}

impl fmt::Display for TraceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.file.display(), self.fault),
            None => write!(formatter, "{} {}", self.file.display(), self.fault),
        }
    }
}

impl std::error::Error for TraceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Unreadable(error) | Fault::Gzip(error) => Some(error),
            _ => None,
        }
    }
}

fn in_quotes(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
