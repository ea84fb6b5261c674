//! Typed records of a trace, and a check of the whole file before a run relies on it.

use super::calendar::TimeUnit;
use super::error::{Fault, TraceError};
use super::rows::{Rows, TraceFile};
use crate::kernel::random;
use crate::kernel::time::{Duration, Time};

/// The columns of a trace that are used.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct TraceColumns {
    /// Times of the rows, in order.
    pub time: Option<(String, TimeUnit)>,
    /// Amounts, 0 or more: requests in an interval, sizes.
    pub value: Option<String>,
    /// Keys: whole numbers as they are, other text by its hash.
    pub key: Option<String>,
}

/// One row of a trace.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TraceRecord {
    /// Time since the first row; zero without a column of times.
    pub time: Time,
    /// The amount; 1 without a column of amounts.
    pub value: f64,
    /// The key; the row's number, from 0, without a column of keys.
    pub key: u64,
}

/// What a whole trace amounts to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TraceSummary {
    /// Number of rows.
    pub rows: u64,
    /// Time from the first row to the last.
    pub span: Duration,
    /// The shortest time between two rows at different times: the step of a trace of counts.
    /// `None` when all rows are at one time.
    pub shortest_step: Option<Duration>,
    /// Sum of the amounts.
    pub sum: f64,
    /// The largest amount.
    pub largest: f64,
}

/// Reads the records of a trace one after the other.
pub struct TraceReader {
    rows: Rows,
    /// Positions of the columns among those asked for.
    time: Option<(usize, TimeUnit)>,
    value: Option<usize>,
    key: Option<usize>,
    first: Option<i64>,
    last: i64,
    count: u64,
}

impl TraceReader {
    /// Opens the trace at its first row.
    ///
    /// # Errors
    /// When the file cannot be read or lacks a column.
    pub fn open(file: &TraceFile, columns: &TraceColumns) -> Result<Self, TraceError> {
        let mut names: Vec<&str> = Vec::new();
        let mut place = |name| {
            names.push(name);
            names.len() - 1
        };
        let time = columns.time.as_ref().map(|(name, unit)| (place(name), *unit));
        let value = columns.value.as_deref().map(&mut place);
        let key = columns.key.as_deref().map(&mut place);
        let rows = file.open(&names)?;
        Ok(TraceReader { rows, time, value, key, first: None, last: i64::MIN, count: 0 })
    }

    /// The next record; `None` after the last.
    ///
    /// # Errors
    /// When the row is malformed, a field is not what it should be, or time goes back.
    pub fn read(&mut self) -> Result<Option<TraceRecord>, TraceError> {
        if !self.rows.advance()? {
            return Ok(None);
        }
        let time = match self.time {
            Some((column, unit)) => self.read_time(column, unit)?,
            None => Time::ZERO,
        };
        let value = self.value.map_or(Ok(1.0), |column| self.rows.amount(column))?;
        let key = match self.key {
            None => self.count,
            Some(column) => {
                let text = self.rows.text(column);
                text.parse().unwrap_or_else(|_| random::hash_name(text))
            }
        };
        self.count += 1;
        Ok(Some(TraceRecord { time, value, key }))
    }

    fn read_time(&mut self, column: usize, unit: TimeUnit) -> Result<Time, TraceError> {
        let text = self.rows.text(column);
        let nanos = unit.parse(text).ok_or_else(|| self.rows.unparsable(column, unit.wanted()))?;
        if nanos < self.last {
            let text = text.to_string();
            return Err(self.rows.fault(column, |column| Fault::TimeGoesBack { column, text }));
        }
        let since = nanos.abs_diff(*self.first.get_or_insert(nanos));
        if since > Time::LAST.nanos() {
            let text = text.to_string();
            return Err(self.rows.fault(column, |column| Fault::TooLong { column, text }));
        }
        self.last = nanos;
        Ok(Time::from_nanos(since))
    }
}

/// Reads a whole trace, so that no error can appear in the middle of a run.
///
/// # Errors
/// The first fault of the file.
pub fn check(file: &TraceFile, columns: &TraceColumns) -> Result<TraceSummary, TraceError> {
    let mut reader = TraceReader::open(file, columns)?;
    let (mut rows, mut sum, mut largest) = (0, 0.0, 0.0f64);
    let mut last = Time::ZERO;
    let mut shortest_step: Option<Duration> = None;
    while let Some(record) = reader.read()? {
        rows += 1;
        sum += record.value;
        largest = largest.max(record.value);
        if record.time > last {
            let step = record.time - last;
            shortest_step = Some(shortest_step.map_or(step, |shortest| shortest.min(step)));
            last = record.time;
        }
    }
    Ok(TraceSummary { rows, span: last - Time::ZERO, shortest_step, sum, largest })
}
