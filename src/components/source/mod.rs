//! The users: where requests are born, and where their answers are measured.
//!
//! ```text
//! arrival -> draw operation, user, key -> entry component ... answer -> record
//! ```
//!
//! The source alone draws what a request is; its children inherit it. What must hold:
//! - there is one pending arrival at a time (for closed users: one event or request a user);
//! - the requests born while it measures form a cohort, which is followed to its end while new
//!   ones keep coming, so that long answers are not cut off;
//! - failures are counted and never enter a distribution of successes.

mod cohort;
mod express;
mod load;
mod measures;

pub use cohort::{Cohort, Phase};
pub use load::{KeyTrace, Load, WorkTrace};
pub use measures::{METRICS, OPERATION_METRICS, REGION_METRICS};

use cohort::Membership;
pub(super) use express::Request;

use super::access::{Dataset, KeyChoice};
use super::caller::{Caller, Ended, OnError};
use super::marks::MEASURED;
use super::running::{BuildContext, NodeLoad, Running};
use crate::blocks::geography::Geography;
use crate::kernel::random::{Luck, Stream, mix};
use crate::kernel::time::{Duration, Time};
use crate::kernel::{
    Answer, Component, Context, HopCounts, JobId, NODE_ANY, Outcome, Rank, Timer, TimerTag,
};
use crate::measure::metric::Sheet;
use crate::measure::statistics::warm_up::BatchMeans;
use measures::Measures;

/// An operation as the source needs it.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its share of the requests, 0 to 1.
    pub share: f64,
    /// Which key its requests ask for.
    pub key: KeyChoice,
    /// The dataset's number.
    pub dataset: Option<u16>,
    /// Answers later than this are no goodput.
    pub deadline: Option<Duration>,
    /// Whether it fetches static assets, which response times leave out.
    pub is_static: bool,
}

/// The draws of the source, by purpose.
#[derive(Clone, Copy, Debug)]
struct Streams {
    operation: Stream,
    user: Stream,
    key: Stream,
    think: Stream,
}

/// The source of all requests.
pub struct Source {
    load: Load,
    operations: Vec<Operation>,
    /// Sum of the shares up to and including each operation.
    cumulative_shares: Vec<f64>,
    datasets: Vec<Dataset>,
    users: u64,
    geography: Geography,
    newest: Vec<u64>,
    key_traces: Vec<Option<KeyTrace>>,
    caller: Caller,
    streams: Streams,
    /// Requests sent so far; the next one's number.
    sent: u64,
    /// Requests sent by each closed user.
    sent_by_user: Vec<u32>,
    cohort: Cohort,
    measures: Measures,
    ended: Vec<Ended>,
}

/// The next arrival is due.
const ARRIVAL: TimerTag = 0;
/// How long a closed user waits at least after an answer that took no time.
const SHORTEST_PAUSE: Duration = Duration::from_nanos(1_000_000);

/// A closed user has done thinking.
const THOUGHT: TimerTag = 1;

impl Source {
    /// The source of `operations` under `load`; classes 0.. are the operations.
    pub fn new(
        load: Load,
        operations: &[Operation],
        users: u64,
        key_traces: Vec<Option<KeyTrace>>,
        context: &BuildContext<'_>,
    ) -> Source {
        let mut sum = 0.0;
        let mut add = |operation: &Operation| {
            sum += operation.share;
            sum
        };
        let cumulative_shares = operations.iter().map(&mut add).collect();
        let newest = context.datasets.iter().map(|dataset| dataset.tag(dataset.keys - 1));
        let closed_users = if matches!(load, Load::Closed { .. }) { users } else { 0 };
        Source {
            load,
            operations: operations.to_vec(),
            cumulative_shares,
            datasets: context.datasets.to_vec(),
            users,
            geography: context.geography.clone(),
            newest: newest.collect(),
            key_traces,
            caller: context.caller(),
            streams: Streams {
                operation: context.stream("operation"),
                user: context.stream("user"),
                key: context.stream("key"),
                think: context.stream("think"),
            },
            sent: 0,
            sent_by_user: vec![0; closed_users as usize],
            cohort: Cohort::default(),
            measures: Measures::new(operations, context.geography),
            ended: Vec::new(),
        }
    }

    /// The same, with what arithmetic says of failures.
    pub fn with_availability(mut self, availability: Option<f64>) -> Source {
        self.measures.availability = availability;
        self
    }

    /// The cohort that is measured.
    pub fn cohort(&mut self) -> &mut Cohort {
        &mut self.cohort
    }

    /// Requests sent so far.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Collects the response times of all requests by the time they were sent, for the warm-up.
    pub fn collect_batches(&mut self, width: Duration) {
        self.measures.batches = Some(BatchMeans::new(width));
    }

    /// The batches collected so far.
    pub fn take_batches(&mut self) -> Option<BatchMeans> {
        self.measures.batches.take()
    }

    #[inline(always)]
    fn schedule_arrival(&mut self, context: &mut Context<'_>) {
        match self.load.next_arrival() {
            Some(time) => context.wake_at(time.max(context.now()), Rank::Arrival, ARRIVAL, 0),
            None => self.close(context),
        }
    }

    /// No more requests come.
    fn close(&mut self, context: &mut Context<'_>) {
        self.cohort.close();
        context.halt();
    }

    /// A user thinks; one that was answered at the very instant of asking at least for
    /// [`SHORTEST_PAUSE`], or a full system that rejects at once would be asked without end.
    fn think(&mut self, user: u32, answered_at_once: bool, context: &mut Context<'_>) {
        let Load::Closed { think } = &self.load else { return };
        let ordinal = self.sent_by_user[user as usize];
        let identity = mix(u64::from(user), u64::from(ordinal));
        let least = if answered_at_once { SHORTEST_PAUSE } else { Duration::ZERO };
        let span = think.sample(&mut self.streams.think.draw(identity)).max(least);
        context.wake_after(span, Rank::Arrival, THOUGHT, user);
    }

    /// Sends a request; `user` is known when users are closed.
    #[inline(always)]
    fn send(&mut self, user: Option<u32>, context: &mut Context<'_>) {
        let identity = match user {
            Some(user) => {
                let ordinal = &mut self.sent_by_user[user as usize];
                *ordinal += 1;
                mix(u64::from(user), u64::from(*ordinal))
            }
            None => self.sent,
        };
        let luck = Luck::of(identity);
        let operation = self.draw_operation(luck);
        let user = match user {
            Some(user) => u64::from(user),
            None if self.users == 1 => 0,
            None => self.streams.user.draw_for(luck).below(self.users),
        };
        let Some(key) = self.draw_key(operation, user, (identity, luck)) else {
            // A recorded trace of keys is over, and with it the run.
            return self.close(context);
        };
        let job = context.spawn(identity);
        let (membership, recorded) = self.count_in(context.now());
        if membership == Membership::Last {
            context.halt();
        }
        let measured = membership != Membership::None;
        let data = context.job_mut(job);
        data.class = operation as u16;
        data.user = user;
        data.key = key;
        data.recorded = recorded;
        data.marks = if measured { MEASURED } else { 0 };
        // The users of each region have a wire of their own, which takes every class.
        let wire = usize::from(self.geography.region_of(user));
        self.caller.call(job, wire, NODE_ANY, context);
    }

    /// A request is sent: what it is to the cohort, and the work recorded with it.
    #[inline(always)]
    fn count_in(&mut self, now: Time) -> (Membership, Duration) {
        self.sent += 1;
        (self.cohort.admit(now), self.load.recorded_work())
    }

    #[inline(always)]
    fn draw_operation(&self, luck: Luck) -> usize {
        let last = self.operations.len() - 1;
        if last == 0 {
            return 0;
        }
        let unit = self.streams.operation.draw_for(luck).unit();
        self.cumulative_shares.iter().position(|&sum| unit < sum).unwrap_or(last)
    }

    /// The key that the request of this identity and luck asks for; `None` when its recorded trace
    /// is over.
    #[inline]
    fn draw_key(
        &mut self,
        operation: usize,
        user: u64,
        (identity, luck): (u64, Luck),
    ) -> Option<u64> {
        let Operation { key: choice, dataset, .. } = self.operations[operation];
        let Some(number) = dataset else { return Some(0) };
        let number = usize::from(number);
        let dataset = &self.datasets[number];
        match choice {
            KeyChoice::Recorded => {
                let trace = self.key_traces[number].as_mut();
                let id = trace.expect("a recorded key has its trace").next()?;
                Some(dataset.tag(id))
            }
            KeyChoice::Newest => Some(self.newest[number]),
            choice => {
                let draw = &mut self.streams.key.draw_for(luck);
                let key = dataset.draw_key(choice, user, identity, draw);
                if choice == KeyChoice::New {
                    self.newest[number] = key;
                }
                Some(key)
            }
        }
    }

    #[inline(always)]
    fn call_ended(&mut self, ended: Ended, context: &mut Context<'_>) {
        let Ended { job, wire, mut outcome } = ended;
        if !outcome.is_ok() && self.caller.on_error(wire) == OnError::Skip {
            let class = context.job(job).class;
            if let Some(next) = self.caller.route_after(class, wire) {
                return self.caller.call(job, next, NODE_ANY, context);
            }
            outcome = Outcome::Completed;
        }
        let data = context.job(job);
        let identity = data.user;
        let (operation, user, born) = (usize::from(data.class), identity as u32, data.born);
        let measured = data.marks & MEASURED != 0;
        let response = context.finish(job, outcome);
        self.measures.record(operation, born, response, outcome, measured);
        if !self.geography.is_single() {
            let region = self.geography.region_of(identity);
            self.measures.record_in_region((operation, region), response, outcome, measured);
        }
        if measured && self.cohort.ended() {
            context.halt();
        }
        if matches!(self.load, Load::Closed { .. }) {
            self.think(user, response == Duration::ZERO, context);
        }
    }
}

impl Component for Source {
    fn on_start(&mut self, context: &mut Context<'_>) {
        if matches!(self.load, Load::Closed { .. }) {
            // Everybody begins by thinking; the warm-up takes care of the rest.
            (0..self.users as u32).for_each(|user| self.think(user, false, context));
        } else {
            self.schedule_arrival(context);
        }
    }

    fn on_request(&mut self, _job: JobId, _context: &mut Context<'_>) {
        unreachable!("nobody sends requests to the users");
    }

    fn on_reply(&mut self, answer: Answer, context: &mut Context<'_>) {
        if let Some(ended) = self.caller.answered(answer, context) {
            self.call_ended(ended, context);
        }
    }

    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        match timer.tag {
            ARRIVAL => {
                self.send(None, context);
                if !self.cohort.is_closed() {
                    self.schedule_arrival(context);
                }
            }
            THOUGHT => self.send(Some(timer.slot), context),
            tag => {
                let mut ended = std::mem::take(&mut self.ended);
                self.caller.expire(tag, context, &mut ended);
                ended.drain(..).for_each(|call| self.call_ended(call, context));
                self.ended = ended;
            }
        }
    }
}

impl Running for Source {
    fn measure(&self, _now: Time, sheet: &mut Sheet) {
        self.measures.fill(&self.operations, self.users, sheet);
        self.measures.fill_regions(&self.geography, self.users, sheet);
    }

    fn reset(&mut self, _now: Time) {
        self.measures.reset();
    }

    fn loads(&self, _now: Time) -> Vec<NodeLoad> {
        Vec::new()
    }

    fn audit(&self, counts: &HopCounts) -> Result<(), String> {
        if counts.arrived == self.sent {
            return Ok(());
        }
        Err(format!("the users sent {}, the kernel counts {}", self.sent, counts.arrived))
    }

    fn as_source(&mut self) -> Option<&mut Source> {
        Some(self)
    }
}
