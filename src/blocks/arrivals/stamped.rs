//! Arrivals at the times of a trace.

use super::Window;
use crate::blocks::trace::{TimeUnit, TraceColumns, TraceError, TraceFile, TraceReader};
use crate::kernel::random::{Draw, Stream};
use crate::kernel::time::Time;

/// A trace with one row an arrival, replayed or scaled.
///
/// With a factor of 1 the times are those recorded. With another factor k each arrival stands for
/// floor(k) ones and one more with the probability of the rest, drawn for the row's number: the
/// first at the recorded time, the others at uniform times up to the next row.
pub struct StampedTrace {
    reader: TraceReader,
    factor: f64,
    window: Window,
    stream: Stream,
    row: u64,
    /// The row after the present one, read already.
    following: Option<Time>,
    copies: Copies,
}

/// What is still to come of one row.
struct Copies {
    draw: Draw,
    time: Time,
    until: Time,
    left: u64,
    /// Where between `time` and `until` the last copy came, 0 to 1; negative before the first.
    place: f64,
}

impl StampedTrace {
    /// Opens a trace whose `column` holds times in `unit`, already checked as a whole.
    ///
    /// # Errors
    /// When the file cannot be opened, lacks the column, or its first row is malformed.
    ///
    /// # Panics
    /// When `factor` is negative or not finite.
    pub fn open(
        file: &TraceFile,
        (column, unit): (&str, TimeUnit),
        factor: f64,
        window: Window,
        stream: Stream,
    ) -> Result<Self, TraceError> {
        assert!(factor >= 0.0 && factor.is_finite(), "a trace scaled by {factor}");
        let time = Some((column.to_string(), unit));
        let mut reader = TraceReader::open(file, &TraceColumns { time, ..Default::default() })?;
        let following = reader.read()?.map(|record| record.time);
        let (time, until) = (Time::ZERO, Time::ZERO);
        let copies = Copies { draw: stream.draw(0), time, until, left: 0, place: 0.0 };
        Ok(StampedTrace { reader, factor, window, stream, row: 0, following, copies })
    }

    /// The next arrival, counted from the window's start.
    ///
    /// # Panics
    /// When the file has changed since it was checked.
    pub(super) fn next(&mut self) -> Option<Time> {
        while self.copies.left == 0 {
            self.next_row()?;
        }
        Some(self.copies.next())
    }

    /// Takes the next row of the window; `None` at its end.
    fn next_row(&mut self) -> Option<()> {
        let time = self.following.filter(|time| time.nanos() < self.window.end_nanos())?;
        let record = self.reader.read().expect("a trace checked before the run stays as it is");
        self.following = record.map(|record| record.time);
        self.row += 1;
        let from = self.window.from.nanos();
        if time.nanos() < from {
            return Some(());
        }
        let shifted = |time: Time| Time::from_nanos(time.nanos() - from);
        let mut draw = self.stream.draw(self.row);
        let whole = self.factor.floor();
        let left = whole as u64 + u64::from(draw.chance(self.factor - whole));
        let until = shifted(self.following.unwrap_or(time));
        self.copies = Copies { draw, time: shifted(time), until, left, place: -1.0 };
        Some(())
    }
}

impl Copies {
    /// The next copy. The smallest of m uniform numbers above p is p + (1-p)(1 - U^(1/m)), so the
    /// copies come in order without being kept.
    fn next(&mut self) -> Time {
        if self.place < 0.0 {
            self.place = 0.0;
        } else {
            let power = libm::pow(self.draw.unit_open(), 1.0 / self.left as f64);
            self.place = 1.0 - (1.0 - self.place) * power;
        }
        self.left -= 1;
        let length = (self.until - self.time).nanos() as f64;
        Time::from_nanos(self.time.nanos() + (self.place * length + 0.5) as u64)
    }
}
