//! What users see: response times, throughput and errors, for the whole and by operation.

use super::Operation;
use crate::kernel::Outcome;
use crate::kernel::time::{Duration, Time};
use crate::measure::histogram::Histogram;
use crate::measure::metric::{Metric, Node, Scope, Sheet, Wanted};
use crate::measure::statistics::warm_up::BatchMeans;
use crate::measure::unit::Unit;

const RESPONSE: Metric = Metric::times(
    "response_time",
    "time from sending a request to its answer, successful non-static requests",
    "answered - sent, over the measured cohort",
)
.headline();
const THROUGHPUT: Metric = Metric::ratio(
    "throughput",
    Unit::PerSecond,
    "requests answered well per second, static ones included",
    "completed / measured seconds",
)
.headline();
const GOODPUT: Metric = Metric::ratio(
    "goodput",
    Unit::PerSecond,
    "requests answered well and within their deadline per second",
    "completed in time / measured seconds",
);
const ERROR_RATE: Metric = Metric::ratio(
    "error_rate",
    Unit::Fraction,
    "share of requests not answered well",
    "(ended - completed) / ended",
)
.headline();
const USERS: Metric =
    Metric::gauge("users", Unit::Count, "people active in the busy hour", "users.count");

/// Metrics of the system as a whole.
pub const METRICS: &[Metric] = &[RESPONSE, THROUGHPUT, GOODPUT, ERROR_RATE, USERS];

const OPERATION_RESPONSE: Metric = Metric::times(
    "response_time",
    "time from sending a request of this operation to its answer, successful ones",
    "answered - sent, over the measured cohort",
);
const OPERATION_THROUGHPUT: Metric = Metric::ratio(
    "throughput",
    Unit::PerSecond,
    "requests of this operation answered well per second",
    "completed / measured seconds",
);
const OPERATION_GOODPUT: Metric = Metric::ratio(
    "goodput",
    Unit::PerSecond,
    "requests of this operation answered well and in time per second",
    "completed in time / measured seconds",
);
const OPERATION_ERRORS: Metric = Metric::ratio(
    "error_rate",
    Unit::Fraction,
    "share of this operation's requests not answered well",
    "(ended - completed) / ended",
);

/// Metrics of each operation.
pub const OPERATION_METRICS: &[Metric] =
    &[OPERATION_RESPONSE, OPERATION_THROUGHPUT, OPERATION_GOODPUT, OPERATION_ERRORS];

/// Requests of one operation that ended.
#[derive(Clone, Debug, Default)]
struct Tally {
    response: Histogram,
    ended: u64,
    in_time: u64,
}

impl Tally {
    fn record(&mut self, response: Duration, outcome: Outcome, deadline: Option<Duration>) {
        self.ended += 1;
        if outcome.is_ok() {
            self.response.record(response.nanos());
            self.in_time += u64::from(deadline.is_none_or(|deadline| response <= deadline));
        }
    }

    fn completed(&self) -> u64 {
        self.response.count()
    }

    fn add(&mut self, other: &Tally) {
        self.response.merge(&other.response);
        self.ended += other.ended;
        self.in_time += other.in_time;
    }
}

/// What users saw.
#[derive(Debug)]
pub(super) struct Measures {
    deadlines: Vec<Option<Duration>>,
    statics: Vec<bool>,
    /// By operation: the measured cohort.
    cohort: Vec<Tally>,
    /// By operation: all that ended, for samples over time.
    running: Vec<Tally>,
    /// Response times by the time requests were sent, for the warm-up.
    pub batches: Option<BatchMeans>,
}

impl Measures {
    pub fn new(operations: &[Operation]) -> Measures {
        Measures {
            deadlines: operations.iter().map(|operation| operation.deadline).collect(),
            statics: operations.iter().map(|operation| operation.is_static).collect(),
            cohort: vec![Tally::default(); operations.len()],
            running: vec![Tally::default(); operations.len()],
            batches: None,
        }
    }

    #[inline]
    pub fn record(
        &mut self,
        operation: usize,
        born: Time,
        response: Duration,
        outcome: Outcome,
        measured: bool,
    ) {
        let deadline = self.deadlines[operation];
        self.running[operation].record(response, outcome, deadline);
        if measured {
            self.cohort[operation].record(response, outcome, deadline);
        }
        if let Some(batches) = &mut self.batches
            && !self.statics[operation]
        {
            batches.add(born, response.nanos());
        }
    }

    pub fn reset(&mut self) {
        self.cohort.fill(Tally::default());
        self.running.fill(Tally::default());
    }

    pub fn fill(&self, operations: &[Operation], users: u64, sheet: &mut Sheet) {
        let tallies = match sheet.wanted {
            Wanted::Result => &self.cohort,
            Wanted::Sample => &self.running,
        };
        let mut all = Tally::default();
        let mut dynamic = Tally::default();
        for (operation, tally) in operations.iter().zip(tallies) {
            all.add(tally);
            if !operation.is_static {
                dynamic.add(tally);
            }
        }
        sheet.begin(Scope::System);
        let failures = dynamic.ended - dynamic.completed();
        sheet.distribution_with_failures(&RESPONSE, Node::WHOLE, &dynamic.response, failures);
        let metrics = [&THROUGHPUT, &GOODPUT, &ERROR_RATE];
        fill_counts(metrics, &all, sheet);
        sheet.gauge(&USERS, Node::WHOLE, users as f64);
        for (number, tally) in (0u16..).zip(tallies) {
            sheet.begin(Scope::Operation(number));
            let failures = tally.ended - tally.completed();
            let response = &OPERATION_RESPONSE;
            sheet.distribution_with_failures(response, Node::WHOLE, &tally.response, failures);
            let metrics = [&OPERATION_THROUGHPUT, &OPERATION_GOODPUT, &OPERATION_ERRORS];
            fill_counts(metrics, tally, sheet);
        }
    }
}

fn fill_counts(metrics: [&'static Metric; 3], tally: &Tally, sheet: &mut Sheet) {
    let [throughput, goodput, errors] = metrics;
    sheet.rate(throughput, Node::WHOLE, tally.completed());
    sheet.rate(goodput, Node::WHOLE, tally.in_time);
    let failures = (tally.ended - tally.completed()) as f64;
    sheet.ratio(errors, Node::WHOLE, failures, tally.ended as f64);
}
