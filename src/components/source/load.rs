//! When requests come, and what a replayed trace says of them.

use crate::blocks::arrivals::ArrivalTimes;
use crate::blocks::distribution::Distribution;
use crate::blocks::trace::TraceReader;
use crate::kernel::time::{Duration, Time};

/// The load the users put on the system.
pub enum Load {
    /// Requests come at times of their own, whatever the system does.
    Open {
        /// When.
        arrivals: Box<ArrivalTimes>,
        /// How much work each brings, when that is recorded.
        work: Option<Box<WorkTrace>>,
    },
    /// Each user waits for the answer, thinks, and asks again.
    Closed {
        /// How long a user thinks.
        think: Distribution,
    },
}

impl Load {
    /// When the next request comes; `None` when there is none or users are closed.
    #[inline]
    pub(super) fn next_arrival(&mut self) -> Option<Time> {
        match self {
            Load::Open { arrivals, .. } => arrivals.next(),
            Load::Closed { .. } => None,
        }
    }

    /// The work recorded with the arrival that is due.
    #[inline]
    pub(super) fn recorded_work(&mut self) -> Duration {
        match self {
            Load::Open { work: Some(trace), .. } => trace.next(),
            _ => Duration::ZERO,
        }
    }
}

/// The recorded service times of a trace, one an arrival.
pub struct WorkTrace {
    reader: TraceReader,
    /// Seconds in the column's unit.
    unit: f64,
    /// Rows before this are not replayed.
    from: Duration,
}

impl WorkTrace {
    /// The amounts of a reader as times, from the row at `from` on; `unit` is in seconds.
    pub fn new(reader: TraceReader, unit: f64, from: Duration) -> WorkTrace {
        WorkTrace { reader, unit, from }
    }

    #[inline(never)]
    fn next(&mut self) -> Duration {
        let start = Time::ZERO + self.from;
        loop {
            let record = self.reader.read().expect("the trace was read to its end before the run");
            // The column is as long as that of the arrival times: the same rows of the same file.
            let Some(record) = record else { return Duration::ZERO };
            if record.time >= start {
                return Duration::from_seconds(record.value * self.unit);
            }
        }
    }
}

/// The recorded keys of a trace, one a request.
pub struct KeyTrace {
    reader: TraceReader,
}

impl KeyTrace {
    /// The keys of a reader.
    pub fn new(reader: TraceReader) -> KeyTrace {
        KeyTrace { reader }
    }

    /// The next key; `None` when the trace is over.
    pub(super) fn next(&mut self) -> Option<u64> {
        let record = self.reader.read().expect("the trace was read to its end before the run");
        // The upper bits of a key name its dataset.
        record.map(|record| record.key & ((1 << 55) - 1))
    }
}
