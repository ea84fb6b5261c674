//! Records one request and its forked jobs while a run goes by.
//!
//! A job's stays at components form a stack, as its route does: an arrival adds a visit, an answer
//! takes it off. What must hold: within a visit one span ends where the next begins, and none is
//! open between them but at an instant.

use super::result::{GivenUp, Span, Step, Visit, Way, What};
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Job, JobId, Moment, NODE_ANY, Note, Observer, Outcome, Sight};

/// Steps recorded at most.
pub const MOST_STEPS: usize = 10_000;
/// Requests sent after the recorded one before it is followed no further.
pub const MOST_REQUESTS: u64 = 1_000_000;

/// A job that is or was followed.
#[derive(Debug)]
pub struct Followed {
    /// Its slot, while it lives.
    pub slot: Option<JobId>,
    /// The job it was forked from.
    pub parent: Option<usize>,
    /// What it is there for.
    pub purpose: &'static str,
    /// Whether its parent did not wait until it was done.
    pub alone: bool,
    /// Whether its maker counts its end among those of others, though cut off from it.
    pub gathered: bool,
    /// What it asked for when last looked at.
    pub asks: Asks,
    /// Children its component waits for on its behalf.
    pending: u32,
    /// What it waited for when it forked a child: it goes on doing so if the child is released.
    waited: Option<&'static str>,
    /// Its visits that have not ended, the last one first to end.
    stack: Vec<usize>,
}

/// What a job asks for, as numbers.
#[derive(Clone, Copy, Default, Debug)]
pub struct Asks {
    /// Its class of access.
    pub class: u16,
    /// The data key.
    pub key: u64,
    /// Its user.
    pub user: u64,
}

/// A span that has not ended.
#[derive(Clone, Copy, Debug)]
struct Open {
    way: Way,
    station: &'static str,
    from: Time,
}

/// What was recorded so far.
#[derive(Debug)]
pub struct Recorder {
    /// Number of the request to record, from 1.
    wanted: u64,
    /// Requests sent so far.
    pub sent: u64,
    /// The request, then its forked jobs.
    pub jobs: Vec<Followed>,
    /// Their visits.
    pub visits: Vec<Visit>,
    /// What happened, in the order in which it was told.
    pub steps: Vec<Step>,
    /// How the request ended, and when.
    pub ended: Option<(Time, Outcome)>,
    /// Why it is followed no further.
    pub given_up: Option<GivenUp>,
    /// For each visit, the span that has not ended.
    open: Vec<Option<Open>>,
}

impl Recorder {
    /// A recorder of the request with this number, from 1.
    pub fn new(wanted: u64) -> Recorder {
        Recorder {
            wanted,
            sent: 0,
            jobs: Vec::new(),
            visits: Vec::new(),
            steps: Vec::new(),
            ended: None,
            given_up: None,
            open: Vec::new(),
        }
    }

    /// Whether the request has been sent.
    pub fn has_begun(&self) -> bool {
        !self.jobs.is_empty()
    }

    /// Whether there is nothing more to record.
    pub fn is_done(&self) -> bool {
        let all_ended = self.has_begun() && self.jobs.iter().all(|job| job.slot.is_none());
        all_ended || self.given_up.is_some()
    }

    /// The followed job in this slot.
    fn followed(&self, slot: JobId) -> Option<usize> {
        self.jobs.iter().position(|job| job.slot == Some(slot))
    }

    /// The visit in which a job is.
    fn visit_of(&self, job: usize) -> usize {
        *self.jobs[job].stack.last().expect("a followed job is somewhere")
    }

    /// Ends the open span of a visit, which is now spent in the `next` way. Returns the wait and
    /// the service that ended.
    fn turn(
        &mut self,
        visit: usize,
        now: Time,
        next: Option<(Way, &'static str)>,
    ) -> [Duration; 2] {
        let next = next.map(|(way, station)| Open { way, station, from: now });
        let Some(Open { way, station, from }) = std::mem::replace(&mut self.open[visit], next)
        else {
            return [Duration::ZERO; 2];
        };
        if now > from {
            self.visits[visit].spans.push(Span { way, station, from, to: now });
        }
        match way {
            Way::Waiting => [now - from, Duration::ZERO],
            Way::Service => [Duration::ZERO, now - from],
            Way::Away => [Duration::ZERO; 2],
        }
    }

    fn step(&mut self, at: Time, visit: usize, what: What, [wait, service]: [Duration; 2]) {
        let wire = Duration::ZERO;
        self.steps.push(Step { at, visit, what, wait, service, wire });
        if self.steps.len() >= MOST_STEPS {
            self.given_up = Some(GivenUp::Steps(MOST_STEPS));
        }
    }

    /// A step that ends a time on a wire and nothing else.
    fn step_off_wire(&mut self, at: Time, visit: usize, what: What, wire: Duration) {
        self.step(at, visit, what, [Duration::ZERO; 2]);
        if let Some(last) = self.steps.last_mut() {
            last.wire = wire;
        }
    }

    /// A job begins to be followed, in a visit of its own at the component where it was made.
    fn follow(&mut self, moment: Moment, parent: Option<usize>, data: &Job) -> usize {
        let caller = parent.map(|parent| self.visit_of(parent));
        self.jobs.push(Followed {
            slot: Some(moment.job),
            parent,
            purpose: if parent.is_some() { "child" } else { "request" },
            alone: false,
            gathered: false,
            asks: Asks::default(),
            pending: 0,
            waited: None,
            stack: Vec::new(),
        });
        let job = self.jobs.len() - 1;
        self.enter(job, moment, moment.now, caller, data);
        job
    }

    /// A job comes to a component.
    fn enter(
        &mut self,
        job: usize,
        moment: Moment,
        sent: Time,
        caller: Option<usize>,
        data: &Job,
    ) -> usize {
        let visit = self.visits.len();
        self.visits.push(Visit {
            job,
            component: moment.component.index(),
            node: (data.node != NODE_ANY).then_some(data.node),
            caller,
            sent,
            arrived: moment.now,
            answered: None,
            returned: None,
            spans: Vec::new(),
        });
        self.open.push(None);
        self.jobs[job].stack.push(visit);
        self.jobs[job].asks = Asks { class: data.class, key: data.key, user: data.user };
        visit
    }

    fn born(&mut self, moment: Moment, data: &Job) {
        self.sent += 1;
        if self.sent == self.wanted {
            self.follow(moment, None, data);
            self.step(moment.now, 0, What::Born, [Duration::ZERO; 2]);
        } else if self.sent > self.wanted + MOST_REQUESTS {
            self.given_up = Some(GivenUp::Requests(MOST_REQUESTS));
            // What still lasts is told up to now.
            (0..self.open.len()).for_each(|visit| _ = self.turn(visit, moment.now, None));
        }
    }

    fn forked(&mut self, moment: Moment, parent: usize, data: &Job) {
        let visit = self.visit_of(parent);
        if let Some(open) = self.open[visit].as_ref().filter(|open| open.way == Way::Waiting) {
            self.jobs[parent].waited = Some(open.station);
        }
        let ended = self.turn(visit, moment.now, Some((Way::Away, "")));
        let child = self.follow(moment, Some(parent), data);
        // Until it is sent on, a child carries what its parent carries.
        self.jobs[parent].asks = self.jobs[child].asks;
        self.jobs[parent].pending += 1;
        self.step(moment.now, visit, What::Forks(child), ended);
    }

    fn arrived(&mut self, job: usize, moment: Moment, sent: Time, data: &Job) {
        let caller = self.visit_of(job);
        let ended = self.turn(caller, sent, Some((Way::Away, "")));
        let visit = self.enter(job, moment, sent, Some(caller), data);
        self.step(sent, caller, What::Sends(visit), ended);
        self.step_off_wire(moment.now, visit, What::Arrives, moment.now - sent);
    }

    fn answered(&mut self, job: usize, now: Time, at: Time, outcome: Outcome) {
        let visit = self.jobs[job].stack.pop().expect("it was answered where it was");
        let ended = self.turn(visit, at, None);
        self.step(at, visit, What::Answers(outcome), ended);
        self.visits[visit].answered = Some((at, outcome));
        self.visits[visit].returned = Some(now);
        let caller = self.visit_of(job);
        self.turn(caller, now, None);
        self.step_off_wire(now, caller, What::Back(visit), now - at);
    }

    /// A caller gives up: the time since it called was a wait in vain.
    fn abandoned(&mut self, child: usize, now: Time) {
        let Some(parent) = self.jobs[child].parent else { return };
        if self.jobs[parent].slot.is_none() || self.jobs[child].alone {
            return;
        }
        let visit = self.visit_of(parent);
        if let Some(open) = &mut self.open[visit] {
            (open.way, open.station) = (Way::Waiting, "the answer, in vain");
        }
        let ended = self.turn(visit, now, None);
        self.step(now, visit, What::GivesUp(child), ended);
    }

    /// A parent no longer waits for a child, be it done or not.
    fn released(&mut self, child: usize, now: Time) {
        let Some(parent) = self.jobs[child].parent else { return };
        if self.jobs[child].alone || self.jobs[parent].slot.is_none() {
            return;
        }
        self.jobs[parent].pending -= 1;
        if self.jobs[parent].pending == 0 {
            let visit = self.visit_of(parent);
            let waited = self.jobs[parent].waited.take();
            self.turn(visit, now, waited.map(|station| (Way::Waiting, station)));
        }
    }

    fn joined(&mut self, child: usize, now: Time) {
        let home = self.visit_of(child);
        let ended = self.turn(home, now, None);
        // A job that only carries a call is done when the call is: that is a step already.
        let carries = |step: &&Step| matches!(step.what, What::Sends(_) | What::Back(_));
        let own = self.steps.iter().filter(|step| step.visit == home);
        if self.jobs[child].alone || own.clone().any(|step| !carries(&step)) {
            self.step(now, home, What::Done, ended);
        }
        self.released(child, now);
        self.jobs[child].slot = None;
    }

    fn noted(&mut self, job: usize, moment: Moment, note: Note, data: &Job) {
        let visit = self.visit_of(job);
        if data.node != NODE_ANY {
            self.visits[visit].node = Some(data.node);
        }
        let now = moment.now;
        let unchanged = [Duration::ZERO; 2];
        match note {
            Note::Purpose(purpose) => self.jobs[job].purpose = purpose,
            Note::Part(purpose) => {
                (self.jobs[job].purpose, self.jobs[job].gathered) = (purpose, true);
            }
            Note::Waits(name) => {
                let ended = self.turn(visit, now, Some((Way::Waiting, name)));
                self.step(now, visit, What::Waits(name), ended);
            }
            Note::Takes(name) => {
                let ended = self.turn(visit, now, None);
                self.step(now, visit, What::Takes(name), ended);
            }
            Note::Starts(name) => {
                let ended = self.turn(visit, now, Some((Way::Service, name)));
                self.step(now, visit, What::Starts(name), ended);
            }
            Note::Full(name) => self.step(now, visit, What::Full(name), unchanged),
            Note::Found(what) => self.step(now, visit, What::Found(what), unchanged),
        }
    }

    fn ended(&mut self, now: Time, outcome: Outcome) {
        let ended = self.turn(0, now, None);
        self.step(now, 0, What::Ended(outcome), ended);
        self.visits[0].answered = Some((now, outcome));
        self.ended = Some((now, outcome));
        self.jobs[0].slot = None;
    }
}

impl Observer for Recorder {
    fn on_sight(&mut self, moment: Moment, data: &Job, sight: Sight) {
        if self.given_up.is_some() {
            return;
        }
        match sight {
            Sight::Born => return self.born(moment, data),
            Sight::Forked { parent } => {
                if let Some(parent) = self.followed(parent) {
                    self.forked(moment, parent, data);
                }
                return;
            }
            _ => {}
        }
        let Some(job) = self.followed(moment.job) else { return };
        match sight {
            Sight::Arrived { sent } => self.arrived(job, moment, sent, data),
            Sight::Answered { at, outcome } => self.answered(job, moment.now, at, outcome),
            Sight::Abandoned => self.abandoned(job, moment.now),
            Sight::CutOff => {
                self.released(job, moment.now);
                self.jobs[job].alone = true;
            }
            Sight::Joined => self.joined(job, moment.now),
            Sight::Ended { outcome } => self.ended(moment.now, outcome),
            Sight::Noted(note) => self.noted(job, moment, note, data),
            Sight::Born | Sight::Forked { .. } => {}
        }
    }
}
