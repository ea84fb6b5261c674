//! Arrivals at the counts of a trace.

use super::{Gaps, Spacing, Window};
use crate::blocks::trace::{
    TimeUnit, TraceColumns, TraceError, TraceFile, TraceReader, TraceRecord,
};
use crate::kernel::random::Stream;
use crate::kernel::time::{Duration, Time};

/// How a trace of counts is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountColumns {
    /// Times at which the rows' intervals begin; without them rows follow each other by the step.
    pub time: Option<(String, TimeUnit)>,
    /// Arrivals in the interval.
    pub value: String,
    /// Length of an interval.
    pub step: Duration,
}

/// A trace with one row an interval: its count, times a factor, spread over the interval.
///
/// An interval ends a step after it begins, or where the next one begins if that is earlier; rows
/// with the same time are added up; where a row is missing nothing arrives. Gaps of mean 1 run on
/// through the intervals, so with Poisson spacing the arrivals are a Poisson process whose rate is
/// constant in each.
pub struct CountedTrace {
    reader: TraceReader,
    timed: bool,
    step: Duration,
    factor: f64,
    window: Window,
    rows: u64,
    gaps: Gaps,
    interval: Interval,
    /// The row after the interval, read already.
    following: Option<(Time, f64)>,
    /// What is left of the present gap.
    gap: f64,
}

/// An interval, or what the window leaves of it.
#[derive(Clone, Copy)]
struct Interval {
    start: u64,
    length: u64,
    count: f64,
    /// How many of the count have passed.
    passed: f64,
}

impl CountedTrace {
    /// Opens a trace, already checked as a whole.
    ///
    /// # Errors
    /// When the file cannot be opened, lacks a column, or its first row is malformed.
    ///
    /// # Panics
    /// When `factor` is negative or not finite, or the step is zero.
    pub fn open(
        file: &TraceFile,
        columns: &CountColumns,
        factor: f64,
        window: Window,
        (spacing, stream): (Spacing, Stream),
    ) -> Result<Self, TraceError> {
        assert!(factor >= 0.0 && factor.is_finite(), "a trace scaled by {factor}");
        assert!(columns.step > Duration::ZERO, "an interval must last");
        let CountColumns { time, value, step } = columns.clone();
        let timed = time.is_some();
        let reader =
            TraceReader::open(file, &TraceColumns { time, value: Some(value), key: None })?;
        let mut gaps = Gaps::new(spacing, stream);
        let gap = gaps.draw();
        let interval = Interval { start: 0, length: 0, count: 0.0, passed: 0.0 };
        let (rows, following) = (0, None);
        let mut trace = CountedTrace {
            reader,
            timed,
            step,
            factor,
            window,
            rows,
            gaps,
            interval,
            following,
            gap,
        };
        let first = trace.reader.read()?;
        trace.following = first.map(|record| trace.placed(record));
        Ok(trace)
    }

    /// The next arrival, counted from the window's start.
    ///
    /// # Panics
    /// When the file has changed since it was checked.
    pub(super) fn next(&mut self) -> Option<Time> {
        loop {
            let interval = &mut self.interval;
            let left = interval.count - interval.passed;
            if self.gap < left {
                interval.passed += self.gap;
                self.gap = self.gaps.draw();
                let place = interval.passed / interval.count * interval.length as f64;
                return Some(Time::from_nanos(interval.start + (place + 0.5) as u64));
            }
            self.gap -= left.max(0.0);
            self.next_interval()?;
        }
    }

    /// Takes the next interval of the window; `None` at its end.
    fn next_interval(&mut self) -> Option<()> {
        let (time, mut count) = self.following.take()?;
        let next = loop {
            self.following = self.read();
            match self.following {
                Some((same, more)) if same == time => count += more,
                other => break other,
            }
        };
        let (start, from) = (time.nanos(), self.window.from.nanos());
        let end = next.map_or(u64::MAX, |(time, _)| time.nanos()).min(start + self.step.nanos());
        if start >= self.window.end_nanos() {
            self.following = None;
            return None;
        }
        let cut_start = start.max(from);
        let cut_end = end.min(self.window.end_nanos()).max(cut_start);
        let length = cut_end - cut_start;
        let count = self.factor * count * (length as f64 / (end - start) as f64);
        let start = cut_start - from;
        self.interval = Interval { start, length, count, passed: 0.0 };
        Some(())
    }

    fn read(&mut self) -> Option<(Time, f64)> {
        let record = self.reader.read().expect("a trace checked before the run stays as it is");
        record.map(|record| self.placed(record))
    }

    /// When a row's interval begins, and its count.
    fn placed(&mut self, record: TraceRecord) -> (Time, f64) {
        let time = match self.timed {
            true => record.time,
            false => Time::from_nanos(self.rows * self.step.nanos()),
        };
        self.rows += 1;
        (time, record.value)
    }
}
