//! What users see: response times, throughput and errors, for the whole and by operation.

use std::borrow::Cow;

use super::Operation;
use crate::blocks::geography::Geography;
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

const AVAILABILITY: Metric = Metric::gauge(
    "availability",
    Unit::Fraction,
    "probability that a request finds all it needs up, where `mtbf` and `mttr` are given",
    "by arithmetic: over regions up or down, product over components of 1 - share of requests \
     there x P(too few nodes up)",
);

/// Metrics of the system as a whole.
pub const METRICS: &[Metric] = &[RESPONSE, THROUGHPUT, GOODPUT, ERROR_RATE, USERS, AVAILABILITY];

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

const REGION_RESPONSE: Metric = Metric::times(
    "response_time",
    "time from sending a request to its answer, successful non-static requests of users in the \
     region",
    "answered - sent, over the measured cohort",
);
const REGION_THROUGHPUT: Metric = Metric::ratio(
    "throughput",
    Unit::PerSecond,
    "requests of users in the region answered well per second, static ones included",
    "completed / measured seconds",
);
const REGION_GOODPUT: Metric = Metric::ratio(
    "goodput",
    Unit::PerSecond,
    "requests of users in the region answered well and in time per second",
    "completed in time / measured seconds",
);
const REGION_ERRORS: Metric = Metric::ratio(
    "error_rate",
    Unit::Fraction,
    "share of the requests of users in the region not answered well",
    "(ended - completed) / ended",
);
const REGION_USERS: Metric = Metric::gauge(
    "users",
    Unit::Count,
    "people active in the region in the busy hour",
    "users.count x share of the region",
);

/// Metrics of each region, where there are several.
pub const REGION_METRICS: &[Metric] =
    &[REGION_RESPONSE, REGION_THROUGHPUT, REGION_GOODPUT, REGION_ERRORS, REGION_USERS];

/// Requests that ended, the response times of those answered well, and how many of these were so
/// within their deadline.
#[derive(Clone, Debug, Default)]
struct Tally {
    response: Histogram,
    ended: u64,
    in_time: u64,
}

impl Tally {
    #[inline]
    fn record(&mut self, response: Duration, outcome: Outcome, deadline: Duration) {
        self.ended += 1;
        if outcome.is_ok() {
            self.response.record(response.nanos());
            self.in_time += u64::from(response <= deadline);
        }
    }

    fn counts(&self) -> Counts {
        let Tally { response, ended, in_time } = self;
        Counts { ended: *ended, completed: response.count(), in_time: *in_time }
    }

    fn add(&mut self, other: &Tally) {
        self.response.merge(&other.response);
        self.ended += other.ended;
        self.in_time += other.in_time;
    }
}

/// One operation, as its users see it. A request is in one of the two tallies; samples over time
/// add them up.
#[derive(Debug)]
struct OperationMeasures {
    /// Answers later than this are no goodput. No deadline is one that never passes.
    deadline: Duration,
    is_static: bool,
    /// The measured cohort.
    cohort: Tally,
    /// Requests before it and after it.
    others: Tally,
}

impl OperationMeasures {
    fn new(operation: &Operation) -> OperationMeasures {
        let Operation { deadline, is_static, .. } = *operation;
        let deadline = deadline.unwrap_or(Duration::from_nanos(u64::MAX));
        let (cohort, others) = (Tally::default(), Tally::default());
        OperationMeasures { deadline, is_static, cohort, others }
    }

    /// The cohort for a result, all that ended for a sample over time.
    fn tally(&self, wanted: Wanted) -> Cow<'_, Tally> {
        tally(&self.cohort, &self.others, wanted)
    }
}

/// The cohort for a result, all that ended for a sample over time.
fn tally<'t>(cohort: &'t Tally, others: &Tally, wanted: Wanted) -> Cow<'t, Tally> {
    match wanted {
        Wanted::Result => Cow::Borrowed(cohort),
        Wanted::Sample => {
            let mut all = others.clone();
            all.add(cohort);
            Cow::Owned(all)
        }
    }
}

/// What the users of one region see, by whether it is the cohort that is measured.
#[derive(Clone, Debug, Default)]
struct RegionMeasures {
    cohort: RegionTally,
    others: RegionTally,
}

/// Requests of a region's users, those for static assets apart.
#[derive(Clone, Debug, Default)]
struct RegionTally {
    dynamic: Tally,
    assets: Tally,
}

/// Numbers of requests.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    ended: u64,
    completed: u64,
    in_time: u64,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.ended += other.ended;
        self.completed += other.completed;
        self.in_time += other.in_time;
    }

    fn failures(self) -> u64 {
        self.ended - self.completed
    }
}

/// What users saw.
#[derive(Debug)]
pub(super) struct Measures {
    operations: Vec<OperationMeasures>,
    /// By region; empty where there is one.
    regions: Vec<RegionMeasures>,
    /// Response times by the time requests were sent, for the warm-up.
    pub batches: Option<BatchMeans>,
    /// What arithmetic says of failures, if something is said of them.
    pub availability: Option<f64>,
}

impl Measures {
    pub fn new(operations: &[Operation], geography: &Geography) -> Measures {
        let operations = operations.iter().map(OperationMeasures::new).collect();
        let regions = if geography.is_single() { 0 } else { usize::from(geography.regions()) };
        let regions = vec![RegionMeasures::default(); regions];
        Measures { operations, regions, batches: None, availability: None }
    }

    /// A request of a user in a region ended.
    pub fn record_in_region(
        &mut self,
        (operation, region): (usize, u16),
        response: Duration,
        outcome: Outcome,
        measured: bool,
    ) {
        let OperationMeasures { deadline, is_static, .. } = self.operations[operation];
        let seen = &mut self.regions[usize::from(region)];
        let tally = if measured { &mut seen.cohort } else { &mut seen.others };
        let tally = if is_static { &mut tally.assets } else { &mut tally.dynamic };
        tally.record(response, outcome, deadline);
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
        let seen = &mut self.operations[operation];
        let tally = if measured { &mut seen.cohort } else { &mut seen.others };
        tally.record(response, outcome, seen.deadline);
        if let Some(batches) = &mut self.batches
            && !seen.is_static
        {
            batches.add(born, response.nanos());
        }
    }

    pub fn reset(&mut self) {
        for seen in &mut self.operations {
            seen.cohort = Tally::default();
            seen.others = Tally::default();
        }
        self.regions.fill(RegionMeasures::default());
    }

    /// Response times of all requests answered well since the last reset, and how many others
    /// ended.
    pub fn answered(&self) -> (Histogram, u64) {
        let mut all = Tally::default();
        for seen in &self.operations {
            all.add(&seen.cohort);
            all.add(&seen.others);
        }
        let failures = all.counts().failures();
        (all.response, failures)
    }

    /// Fills in what the users of each region saw, where there are several.
    pub fn fill_regions(&self, geography: &Geography, users: u64, sheet: &mut Sheet) {
        for (number, RegionMeasures { cohort, others }) in (0u16..).zip(&self.regions) {
            let dynamic = tally(&cohort.dynamic, &others.dynamic, sheet.wanted);
            let mut all = tally(&cohort.assets, &others.assets, sheet.wanted).counts();
            all.add(dynamic.counts());
            sheet.begin(Scope::Region(number));
            let (response, failures) = (&REGION_RESPONSE, dynamic.counts().failures());
            sheet.distribution_with_failures(response, Node::WHOLE, &dynamic.response, failures);
            fill_counts([&REGION_THROUGHPUT, &REGION_GOODPUT, &REGION_ERRORS], all, sheet);
            sheet.gauge(&REGION_USERS, Node::WHOLE, users as f64 * geography.share(number));
        }
    }

    pub fn fill(&self, operations: &[Operation], users: u64, sheet: &mut Sheet) {
        let tallies: Vec<Cow<'_, Tally>> =
            self.operations.iter().map(|seen| seen.tally(sheet.wanted)).collect();
        let mut all = Counts::default();
        let mut dynamic = Tally::default();
        for (operation, tally) in operations.iter().zip(&tallies) {
            all.add(tally.counts());
            if !operation.is_static {
                dynamic.add(tally);
            }
        }
        sheet.begin(Scope::System);
        let failures = dynamic.counts().failures();
        sheet.distribution_with_failures(&RESPONSE, Node::WHOLE, &dynamic.response, failures);
        let metrics = [&THROUGHPUT, &GOODPUT, &ERROR_RATE];
        fill_counts(metrics, all, sheet);
        sheet.gauge(&USERS, Node::WHOLE, users as f64);
        if let Some(availability) = self.availability {
            sheet.gauge(&AVAILABILITY, Node::WHOLE, availability);
        }
        for (number, tally) in (0u16..).zip(&tallies) {
            sheet.begin(Scope::Operation(number));
            let (response, counts) = (&OPERATION_RESPONSE, tally.counts());
            let failures = counts.failures();
            sheet.distribution_with_failures(response, Node::WHOLE, &tally.response, failures);
            let metrics = [&OPERATION_THROUGHPUT, &OPERATION_GOODPUT, &OPERATION_ERRORS];
            fill_counts(metrics, counts, sheet);
        }
    }
}

fn fill_counts(metrics: [&'static Metric; 3], counts: Counts, sheet: &mut Sheet) {
    let [throughput, goodput, errors] = metrics;
    sheet.rate(throughput, Node::WHOLE, counts.completed);
    sheet.rate(goodput, Node::WHOLE, counts.in_time);
    sheet.ratio(errors, Node::WHOLE, counts.failures() as f64, counts.ended as f64);
}
