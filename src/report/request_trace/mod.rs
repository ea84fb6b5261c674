//! One request hop by hop, as text, as JSON, and as a file for trace viewers.
//!
//! - `table`: the lines people read; [`words`]: what happened, in words;
//! - `json`: everything in seconds; `chrome`: Chrome's trace events.

mod chrome;
mod json;
mod table;
pub mod words;

use crate::experiment::request_trace::result::RequestTrace;

/// What is made of a traced request.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum TraceFormat {
    /// A line a step, for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// Chrome's trace events, for trace viewers.
    Chrome,
}

/// A traced request in a format, ending in a newline.
pub fn render(trace: &RequestTrace, format: TraceFormat) -> String {
    match format {
        TraceFormat::Table => table::render(trace),
        TraceFormat::Json => json::render(trace),
        TraceFormat::Chrome => chrome::render(trace),
    }
}
