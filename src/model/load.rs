//! How requests come, ready to be started once for every run.

use crate::blocks::arrivals::{
    ArrivalTimes, CountColumns, CountedTrace, RateCurve, Shape, Spacing, StampedTrace, Window,
};
use crate::blocks::distribution::Distribution;
use crate::blocks::trace::{TimeUnit, TraceColumns, TraceFile, TraceReader};
use crate::components::running::BuildContext;
use crate::components::source::{KeyTrace, Load, WorkTrace};
use crate::kernel::time::Duration;

/// How requests come.
#[derive(Clone, Debug)]
pub struct LoadPlan {
    /// The process of arrivals.
    pub arrivals: Arrivals,
    /// For each dataset, the trace its keys come from.
    pub keys: Vec<Option<KeyColumn>>,
}

/// The process of arrivals.
#[derive(Clone, Debug)]
pub enum Arrivals {
    /// A rate, constant or shaped.
    Rate {
        /// Requests per second, before the shape.
        rate: f64,
        /// How it varies.
        shape: Shape,
        /// How regular the gaps are.
        spacing: Spacing,
    },
    /// Users that wait for their answers.
    Closed {
        /// How long they think.
        think: Distribution,
    },
    /// Recorded instants.
    Stamps {
        /// The file.
        file: TraceFile,
        /// The column of times.
        time: (String, TimeUnit),
        /// The column of service times, and the seconds in its unit.
        work: Option<(String, f64)>,
        /// How many requests each row stands for.
        factor: f64,
        /// The part that is replayed.
        window: Window,
        /// How long that is.
        span: Duration,
    },
    /// Recorded counts per interval.
    Counts {
        /// The file.
        file: TraceFile,
        /// Its columns.
        columns: CountColumns,
        /// How many requests each counted one stands for.
        factor: f64,
        /// How regular the gaps are.
        spacing: Spacing,
        /// The part that is replayed.
        window: Window,
        /// How long that is.
        span: Duration,
    },
}

/// A recorded column of keys.
#[derive(Clone, Debug)]
pub struct KeyColumn {
    /// The file.
    pub file: TraceFile,
    /// The column.
    pub column: String,
    /// Rows in it.
    pub rows: u64,
}

impl LoadPlan {
    /// Whether all that can be simulated is recorded: the run ends with its trace.
    pub fn is_recorded(&self) -> bool {
        self.has_recorded_arrivals() || self.keys.iter().any(Option::is_some)
    }

    /// Whether the arrivals stand in a trace.
    pub fn has_recorded_arrivals(&self) -> bool {
        matches!(self.arrivals, Arrivals::Stamps { .. } | Arrivals::Counts { .. })
    }

    /// How the rate varies over a run.
    pub fn shape(&self) -> Shape {
        match self.arrivals {
            Arrivals::Rate { shape, .. } => shape,
            _ => Shape::Constant,
        }
    }

    /// Whether each user waits for the answer before asking again.
    pub fn is_closed(&self) -> bool {
        matches!(self.arrivals, Arrivals::Closed { .. })
    }

    /// The load at time zero of a run.
    ///
    /// # Panics
    /// When a trace that was read before the run can no longer be.
    pub fn start(&self, context: &BuildContext<'_>) -> Load {
        const CHANGED: &str = "a trace that was checked before the run is still there";
        let stream = context.stream("arrivals");
        let open = |arrivals| Load::Open { arrivals: Box::new(arrivals), work: None };
        match &self.arrivals {
            Arrivals::Rate { rate, shape, spacing } => {
                open(ArrivalTimes::from_curve(RateCurve::new(*rate, *shape), *spacing, stream))
            }
            Arrivals::Closed { think } => Load::Closed { think: think.clone() },
            Arrivals::Stamps { file, time, work, factor, window, .. } => {
                let column = (time.0.as_str(), time.1);
                let trace = StampedTrace::open(file, column, *factor, *window, stream);
                let arrivals = ArrivalTimes::from_stamps(trace.expect(CHANGED));
                let work = work.as_ref().map(|(column, unit)| {
                    let value = Some(column.clone());
                    let columns =
                        TraceColumns { time: Some(time.clone()), value, ..Default::default() };
                    let reader = TraceReader::open(file, &columns).expect(CHANGED);
                    Box::new(WorkTrace::new(reader, *unit, window.from))
                });
                Load::Open { arrivals: Box::new(arrivals), work }
            }
            Arrivals::Counts { file, columns, factor, spacing, window, .. } => {
                let gaps = (*spacing, stream);
                let trace = CountedTrace::open(file, columns, *factor, *window, gaps);
                open(ArrivalTimes::from_counts(trace.expect(CHANGED)))
            }
        }
    }

    /// The recorded keys of each dataset, from the first row.
    ///
    /// # Panics
    /// When a trace that was read before the run can no longer be.
    pub fn key_traces(&self) -> Vec<Option<KeyTrace>> {
        let open = |keys: &KeyColumn| {
            let columns = TraceColumns { key: Some(keys.column.clone()), ..Default::default() };
            let reader = TraceReader::open(&keys.file, &columns);
            KeyTrace::new(reader.expect("a trace that was checked before the run is still there"))
        };
        self.keys.iter().map(|keys| keys.as_ref().map(open)).collect()
    }

    /// About how many seconds the trace lasts, when requests come at `rate`.
    pub fn recorded_seconds(&self, rate: f64) -> f64 {
        match &self.arrivals {
            Arrivals::Stamps { span, .. } | Arrivals::Counts { span, .. } => span.seconds(),
            Arrivals::Rate { .. } | Arrivals::Closed { .. } => {
                let rows = self.keys.iter().flatten().map(|keys| keys.rows).max();
                rows.unwrap_or(0) as f64 / rate
            }
        }
    }

    /// The mean time between two requests of one closed user, beside the system's own time.
    pub fn think_time(&self) -> Option<Duration> {
        match &self.arrivals {
            Arrivals::Closed { think } => Some(Duration::from_seconds(think.mean())),
            _ => None,
        }
    }
}
