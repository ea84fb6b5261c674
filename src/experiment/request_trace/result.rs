//! One request hop by hop, as plain data: all instants in whole nanoseconds, names resolved.
//!
//! ```text
//! jobs    the request and what was forked for it     job 0 is the request
//! visits  a job's stay at a component                visit 0 is the request's at the users
//! steps   what happened, in the order of time        each belongs to a visit
//! ```
//!
//! What must hold: from arrival to answer, a visit's time is waiting, service and time away, and
//! nothing else. So, over the visits of jobs that somebody waited for until they were done,
//! waiting, service and time on wires add up to the response time, where nothing was done in
//! parallel.

use crate::kernel::Outcome;
use crate::kernel::time::{Duration, Time};

/// A request, followed until it and all the work it caused has ended.
#[derive(Clone, PartialEq, Debug)]
pub struct RequestTrace {
    /// The scenario's name.
    pub scenario: String,
    /// Its title, or its name if it has none.
    pub title: String,
    /// Root seed.
    pub seed: u64,
    /// Users of the busy hour.
    pub users: u64,
    /// Which repeat, from 1.
    pub repeat: u32,
    /// Which of the repeat's requests in the order of sending, from 1.
    pub request: u64,
    /// When it was sent, since the start of the repeat.
    pub born: Time,
    /// Number of the user who sent it, from 0.
    pub user: u64,
    /// Name of its operation.
    pub operation: String,
    /// How it ended; none when it was still under way when following it was given up.
    pub end: Option<End>,
    /// The users, then all components of the model.
    pub components: Vec<TracedComponent>,
    /// The request, then its forked jobs in the order of forking.
    pub jobs: Vec<TracedJob>,
    /// Every stay of these jobs at a component, in the order of arrival.
    pub visits: Vec<Visit>,
    /// What happened, in the order of time.
    pub steps: Vec<Step>,
    /// Why it was not followed to the end of all its work, if it was not.
    pub given_up: Option<GivenUp>,
}

impl RequestTrace {
    /// Whether nobody waits for a job any more: its parent does not, or nobody waits for that.
    pub fn is_alone(&self, job: usize) -> bool {
        let TracedJob { alone, parent, .. } = self.jobs[job];
        alone || parent.is_some_and(|parent| self.is_alone(parent))
    }

    /// Waiting, service and time on wires of all the work that somebody waited for.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for visit in self.visits.iter().filter(|visit| !self.is_alone(visit.job)) {
            totals.waiting += visit.total(Way::Waiting);
            totals.service += visit.total(Way::Service);
            totals.wire += visit.wire();
        }
        totals
    }

    /// How deep a visit lies below that at the users.
    pub fn depth(&self, visit: usize) -> usize {
        self.visits[visit].caller.map_or(0, |caller| 1 + self.depth(caller))
    }

    /// The instant of the last step.
    pub fn last(&self) -> Time {
        self.steps.last().map_or(self.born, |step| step.at)
    }
}

/// Where the time of a request went.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Totals {
    /// In lines, and for answers in vain.
    pub waiting: Duration,
    /// At work.
    pub service: Duration,
    /// On wires.
    pub wire: Duration,
}

impl Totals {
    /// All of it.
    pub fn sum(&self) -> Duration {
        self.waiting + self.service + self.wire
    }
}

/// How a request ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {
    /// The users' view of it.
    pub outcome: Outcome,
    /// Time from sending to the answer.
    pub response: Duration,
}

/// Why a request is followed no further.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GivenUp {
    /// So many steps were taken already.
    Steps(usize),
    /// So many other requests have been sent since.
    Requests(u64),
}

/// A component by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TracedComponent {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Names of its nodes by their number; empty where there is but one.
    pub nodes: Vec<String>,
}

/// The request or a job forked for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TracedJob {
    /// `1` for the request, `1.2` for its second child, and so on.
    pub path: String,
    /// The job it was forked from; none for the request.
    pub parent: Option<usize>,
    /// What it is there for: `request`, `parallel branch`.
    pub purpose: &'static str,
    /// What it asks for: `read posts 5512`.
    pub access: Access,
    /// Whether its parent did not wait until it was done: the work goes on alone.
    pub alone: bool,
    /// Whether that counts its end among those of others all the same.
    pub gathered: bool,
}

/// What a job does to the data.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Access {
    /// `call`, `read`, `write` or `scan`.
    pub verb: &'static str,
    /// The dataset, if it touches one.
    pub dataset: Option<String>,
    /// Number of the key within the dataset, if it touches one.
    pub key: Option<u64>,
}

/// A job's stay at a component.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    /// Which job.
    pub job: usize,
    /// Which component.
    pub component: usize,
    /// Number of the component's node, once one was chosen.
    pub node: Option<u16>,
    /// The visit from which it was sent here; for a forked job, that in which it was forked.
    pub caller: Option<usize>,
    /// When it was sent here, or forked.
    pub sent: Time,
    /// When it came.
    pub arrived: Time,
    /// When and how it was answered; a forked job is never answered where it was made.
    pub answered: Option<(Time, Outcome)>,
    /// When the answer was back.
    pub returned: Option<Time>,
    /// How it spent its time, in order; spans of no length are left out.
    pub spans: Vec<Span>,
}

impl Visit {
    /// Time spent in one way.
    pub fn total(&self, way: Way) -> Duration {
        let spans = self.spans.iter().filter(|span| span.way == way);
        spans.fold(Duration::ZERO, |sum, span| sum + (span.to - span.from))
    }

    /// Time on the wire to the component and back.
    pub fn wire(&self) -> Duration {
        let homeward = match (self.answered, self.returned) {
            (Some((answered, _)), Some(returned)) => returned - answered,
            _ => Duration::ZERO,
        };
        (self.arrived - self.sent) + homeward
    }
}

/// How a job spends time at a component.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// It stands in line, or waits for an answer in vain.
    Waiting,
    /// It is served there.
    Service,
    /// It, or a child it waits for, is at other components or on the wires to them.
    Away,
}

/// A span of a visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// How it is spent.
    pub way: Way,
    /// For what it waits or by what it is served: `worker`; empty while it is away.
    pub station: &'static str,
    /// Its start.
    pub from: Time,
    /// Its end.
    pub to: Time,
}

/// Something that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// When.
    pub at: Time,
    /// In which visit.
    pub visit: usize,
    /// What.
    pub what: What,
    /// Waiting that ended with it.
    pub wait: Duration,
    /// Service that ended with it.
    pub service: Duration,
    /// Time on a wire that ended with it.
    pub wire: Duration,
}

/// What happened to a job in a visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A user sends the request.
    Born,
    /// It is sent along a wire, where this visit begins.
    Sends(usize),
    /// It arrives.
    Arrives,
    /// It waits for this.
    Waits(&'static str),
    /// It has this.
    Takes(&'static str),
    /// It is served by this.
    Starts(&'static str),
    /// No room to wait for this.
    Full(&'static str),
    /// Something turned out.
    Found(&'static str),
    /// This job is forked from it.
    Forks(usize),
    /// It gives up waiting for this job, which goes on alone.
    GivesUp(usize),
    /// It is answered.
    Answers(Outcome),
    /// The answer given in this visit is back.
    Back(usize),
    /// All is done, and the job is no more.
    Done,
    /// The users have the answer.
    Ended(Outcome),
}
