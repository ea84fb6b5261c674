//! Jobs and their routes.
//!
//! A job is a request or its forked child. Its route is a stack of frames, one for each component
//! that waits for its answer; a reply pops one. Slots are used again, so whoever keeps a job for
//! later (a timeout) keeps its generation too and finds out when the job has gone. What must hold:
//! - a job is at one component; every frame belongs to another one that waits for it;
//! - a forked child's first frame belongs to the component where its parent waits;
//! - routes are never deeper than the longest path through the model, so they live in one flat
//!   table and no job allocates.

use super::event::ComponentId;
use super::ledger::InFlight;
use super::random::Luck;
use super::time::{Duration, Time};

/// How a job ended at a component.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Outcome {
    /// Answered well.
    Completed,
    /// Turned away: no room.
    Rejected,
    /// Answered with an error.
    Failed,
    /// Answered too late: a call made on its behalf ran into its timeout.
    TimedOut,
    /// Called off before it was done.
    Cancelled,
    /// Vanished with a node.
    Lost,
}

impl Outcome {
    /// Every outcome, in the order of their counters.
    pub const ALL: [Outcome; 6] = [
        Outcome::Completed,
        Outcome::Rejected,
        Outcome::Failed,
        Outcome::TimedOut,
        Outcome::Cancelled,
        Outcome::Lost,
    ];

    /// Whether the caller got what it asked for.
    pub fn is_ok(self) -> bool {
        self == Outcome::Completed
    }
}

/// A job's slot. Valid while the job lives; see [`JobTicket`] for keeping one longer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct JobId(pub u32);

/// A job's slot and generation: tells whether the job it was made for still lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JobTicket {
    /// The slot.
    pub job: JobId,
    generation: u32,
}

impl JobTicket {
    /// The ticket of no job at all: the parent of a child whose parent no longer waits.
    pub(super) const NOBODY: JobTicket = JobTicket { job: JobId(u32::MAX), generation: 0 };
}

/// No node chosen: the component that receives the job picks one itself.
pub const NODE_ANY: u16 = u16::MAX;

/// What a job carries along.
#[derive(Clone, Debug)]
pub struct Job {
    /// Who it is, for draws: (source, ordinal), or mixed from its parent's and its branch.
    pub identity: u64,
    /// What its draws have in common.
    pub luck: Luck,
    /// When its source sent it.
    pub born: Time,
    /// The data key it asks for.
    pub key: u64,
    /// A service time recorded with the arrival, when a trace is replayed.
    pub recorded: Duration,
    /// The user on whose behalf it runs.
    pub user: u64,
    /// What it asks for: an index into the model's table of classes.
    pub class: u16,
    /// Node of the component it is at.
    pub node: u16,
    /// Marks that travel with it; their meaning belongs to the components.
    pub marks: u8,
    /// Note of the component it is at; kept for it while the job is away.
    pub local: u32,
    /// Children that have not come back.
    pub pending: u16,
    /// How the component that answered it last did.
    pub(super) outcome: Outcome,
    /// The wire by which the component it is at had sent it there.
    pub(super) wire: u16,
    is_live: bool,
    pub(super) at: ComponentId,
    pub(super) depth: u8,
    pub(super) entered: Time,
    pub(super) parent: Option<JobTicket>,
    generation: u32,
}

/// A component that waits for the job's answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// When the job reached that component.
    pub entered: Time,
    /// When that component sent it on.
    pub sent: Time,
    /// The component's note.
    pub local: u32,
    /// Nanoseconds the answer takes on the wire.
    pub homeward: u32,
    pub component: ComponentId,
    /// The component's node at which the job is waited for.
    pub node: u16,
    /// Which of its wires the component used.
    pub wire: u16,
}

const NO_FRAME: Frame = Frame {
    entered: Time::ZERO,
    sent: Time::ZERO,
    local: 0,
    homeward: 0,
    component: ComponentId(0),
    node: 0,
    wire: 0,
};

/// All live jobs and their routes.
#[derive(Debug)]
pub(super) struct Jobs {
    slots: Vec<Job>,
    frames: Vec<Frame>,
    /// Frames reserved for each job.
    depth: usize,
    free: Vec<u32>,
}

impl Jobs {
    /// An empty table for routes of at most `depth` frames.
    pub fn new(depth: usize) -> Jobs {
        assert!(depth < usize::from(u8::MAX), "a route of {depth} components is too deep");
        Jobs { slots: Vec::new(), frames: Vec::new(), depth: depth.max(1), free: Vec::new() }
    }

    /// A new job at `at`, entering now.
    #[inline]
    pub fn insert(&mut self, identity: u64, at: ComponentId, now: Time) -> JobId {
        let slot = self.free.pop().unwrap_or_else(|| {
            let slot = u32::try_from(self.slots.len()).expect("fewer than 2^32 live jobs");
            self.frames.resize(self.frames.len() + self.depth, NO_FRAME);
            self.slots.push(Job::vacant());
            slot
        });
        let generation = self.slots[slot as usize].generation;
        self.slots[slot as usize] = Job {
            identity,
            luck: Luck::of(identity),
            born: now,
            at,
            entered: now,
            is_live: true,
            generation,
            ..Job::vacant()
        };
        JobId(slot)
    }

    /// Frees a job's slot; tickets for it expire.
    #[inline]
    pub fn remove(&mut self, job: JobId) {
        let slot = &mut self.slots[job.0 as usize];
        debug_assert!(slot.is_live, "a job is removed once");
        slot.is_live = false;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(job.0);
    }

    #[inline]
    pub fn get(&self, job: JobId) -> &Job {
        let job = &self.slots[job.0 as usize];
        debug_assert!(job.is_live, "a job is used while it lives");
        job
    }

    #[inline]
    pub fn get_mut(&mut self, job: JobId) -> &mut Job {
        let job = &mut self.slots[job.0 as usize];
        debug_assert!(job.is_live, "a job is used while it lives");
        job
    }

    pub fn ticket(&self, job: JobId) -> JobTicket {
        JobTicket { job, generation: self.get(job).generation }
    }

    pub fn is_live(&self, ticket: JobTicket) -> bool {
        self.slots
            .get(ticket.job.0 as usize)
            .is_some_and(|slot| slot.is_live && slot.generation == ticket.generation)
    }

    /// A job, and the place of the next frame on its route.
    ///
    /// # Panics
    /// When the route is as deep as the model's longest path already.
    #[inline]
    pub fn next_frame(&mut self, job: JobId) -> (&mut Job, &mut Frame) {
        let start = job.0 as usize * self.depth;
        let job = &mut self.slots[job.0 as usize];
        let depth = usize::from(job.depth);
        assert!(depth < self.depth, "a route is deeper than the model's longest path");
        (job, &mut self.frames[start + depth])
    }

    /// A job, and the frame on top of its route.
    ///
    /// # Panics
    /// When its route is empty.
    #[inline]
    pub fn top_frame(&mut self, job: JobId) -> (&mut Job, &Frame) {
        let start = job.0 as usize * self.depth;
        let job = &mut self.slots[job.0 as usize];
        let depth = usize::from(job.depth).checked_sub(1).expect("a reply has a caller");
        (job, &self.frames[start + depth])
    }

    /// When the job was sent to where it is.
    pub fn sent(&self, job: JobId) -> Time {
        let depth = usize::from(self.get(job).depth);
        self.frames[job.0 as usize * self.depth + depth - 1].sent
    }

    /// When a job that is back at `now` was answered: the frame taken off its route last is still
    /// in its place.
    pub fn answered(&self, job: JobId, now: Time) -> Time {
        let depth = usize::from(self.get(job).depth);
        let homeward = self.frames[job.0 as usize * self.depth + depth].homeward;
        Time::from_nanos(now.nanos() - u64::from(homeward))
    }

    /// Jobs in flight at each of `components` components: a job counts where it is and at every
    /// component that waits for it; a child's first frame is its parent's wait, counted there.
    pub fn in_flight(&self, components: usize) -> Vec<InFlight> {
        let mut at = vec![InFlight::default(); components];
        let mut count = |component: ComponentId, arrived: Time| {
            at[component.index()].jobs += 1;
            at[component.index()].arrivals += u128::from(arrived.nanos());
        };
        for (index, job) in self.slots.iter().enumerate() {
            if !job.is_live {
                continue;
            }
            let is_child = job.is_child();
            let waiting = &self.frames[index * self.depth..][..usize::from(job.depth)];
            let is_at_home = is_child && waiting.is_empty();
            if !is_at_home {
                count(job.at, job.entered);
            }
            for frame in waiting.iter().skip(usize::from(is_child)) {
                count(frame.component, frame.entered);
            }
        }
        at
    }

    /// How many jobs live.
    pub fn live(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}

impl Job {
    fn vacant() -> Job {
        Job {
            identity: 0,
            luck: Luck::of(0),
            born: Time::ZERO,
            key: 0,
            recorded: Duration::ZERO,
            user: 0,
            class: 0,
            node: NODE_ANY,
            marks: 0,
            local: 0,
            pending: 0,
            outcome: Outcome::Completed,
            wire: 0,
            is_live: false,
            at: ComponentId(0),
            depth: 0,
            entered: Time::ZERO,
            parent: None,
            generation: 0,
        }
    }

    /// When it reached the component it is at.
    pub fn entered(&self) -> Time {
        self.entered
    }

    /// The component it is at.
    pub fn at(&self) -> ComponentId {
        self.at
    }

    /// Whether it was forked from another job.
    pub fn is_child(&self) -> bool {
        self.parent.is_some()
    }
}
