//! Measured traces: CSV files, plain or gzipped, read row by row.
//!
//! - [`rows`]: opens a file, picks named columns and matching rows, and gives their fields;
//! - [`records`]: typed records (time, value, key) and [`check`], which reads a whole file once;
//! - [`calendar`]: time stamps as text;
//! - [`error`]: what can be wrong with a file, with its line;
//! - [`read`]: how a scenario names files, columns, units and filters.
//!
//! What must hold: memory does not grow with the file, except for one row; a file that [`check`]
//! accepted yields no error later (unless it changes meanwhile), because both read it the same way.

pub mod calendar;
pub mod error;
pub mod read;
pub mod records;
pub mod rows;

pub use calendar::TimeUnit;
pub use error::{Fault, TraceError};
pub use records::{TraceColumns, TraceReader, TraceRecord, TraceSummary, check};
pub use rows::{Rows, TraceFile};

#[cfg(test)]
pub(super) mod tests;
