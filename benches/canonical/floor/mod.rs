//! The floor: each workload as a loop written by hand for it alone, as a measure of overhead.
//!
//! A loop takes the same steps and draws from the same laws, but keeps no statistics except one
//! histogram of response times, knows its model by heart, and checks nothing. What must hold: its
//! mean response time agrees with that of the simulated scenario, or it would be doing other work.
//!
//! ```text
//! mm1, supermarket, tiers, stage3, closed, impatient   one workload each
//! this file                                            pending events, draws, jobs
//! ```

pub mod closed;
pub mod impatient;
pub mod mm1;
pub mod stage3;
pub mod supermarket;
pub mod tiers;

use simscale::blocks::distribution::Distribution;
use simscale::kernel::random::{Draw, Stream};
use simscale::kernel::time::Duration;
use simscale::measure::histogram::Histogram;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

pub const MICROSECOND: u64 = 1_000;
pub const MILLISECOND: u64 = 1_000_000;
pub const SECOND: u64 = 1_000_000_000;

/// What a loop yields.
#[derive(Default)]
pub struct Answered {
    /// Response times in nanoseconds, those of requests that were answered well.
    pub times: Histogram,
    /// Requests that were not.
    pub failed: u64,
}

/// Pending events in a binary heap, packed into one word each: time, order of coming, and what.
#[derive(Default)]
pub struct Agenda {
    heap: BinaryHeap<Reverse<u128>>,
    pushed: u32,
}

/// Bits that tell kinds of events apart.
const KIND_BITS: u32 = 3;

impl Agenda {
    /// Adds an event of a `kind` below 8 that concerns a job, a server or a user.
    #[inline]
    pub fn push(&mut self, time: u64, kind: u32, number: u32) {
        let what = number << KIND_BITS | kind;
        let word = u128::from(time) << 64 | u128::from(self.pushed) << 32 | u128::from(what);
        self.heap.push(Reverse(word));
        self.pushed = self.pushed.wrapping_add(1);
    }

    /// Takes the next event: time, kind and number.
    #[inline]
    pub fn pop(&mut self) -> Option<(u64, u32, u32)> {
        let Reverse(word) = self.heap.pop()?;
        let what = word as u32;
        Some(((word >> 64) as u64, what & ((1 << KIND_BITS) - 1), what >> KIND_BITS))
    }
}

/// Spans of one law, drawn one after the other.
pub struct Spans {
    law: Distribution,
    draw: Draw,
}

impl Spans {
    /// Exponential spans of this mean in nanoseconds.
    pub fn exponential(mean: u64, owner: &str, repeat: u32) -> Spans {
        Spans::new(Distribution::exponential(Duration::from_nanos(mean)), owner, repeat)
    }

    /// Lognormal spans of this mean in nanoseconds and this coefficient of variation.
    pub fn lognormal(mean: u64, cv: f64, owner: &str, repeat: u32) -> Spans {
        Spans::new(Distribution::lognormal_mean_cv(Duration::from_nanos(mean), cv), owner, repeat)
    }

    /// Spans of any law.
    pub fn new(law: Result<Distribution, String>, owner: &str, repeat: u32) -> Spans {
        Spans { law: law.expect("the law's parameters are valid"), draw: uniform(owner, repeat) }
    }

    /// The next span in nanoseconds.
    #[inline]
    pub fn draw(&mut self) -> u64 {
        self.law.sample(&mut self.draw).nanos()
    }
}

/// Uniform draws, one after the other.
pub fn uniform(owner: &str, repeat: u32) -> Draw {
    Stream::new(1, repeat, owner, "floor").draw(0)
}

/// Jobs under way, each in a slot that is used again after it.
pub struct Jobs<Job> {
    slots: Vec<Job>,
    free: Vec<u32>,
}

impl<Job> Jobs<Job> {
    /// No job.
    pub fn new() -> Jobs<Job> {
        Jobs { slots: Vec::new(), free: Vec::new() }
    }

    /// Takes a slot for a job.
    #[inline]
    pub fn add(&mut self, job: Job) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = job;
                slot
            }
            None => {
                self.slots.push(job);
                self.slots.len() as u32 - 1
            }
        }
    }

    /// The job in a slot.
    #[inline]
    pub fn get(&mut self, slot: u32) -> &mut Job {
        &mut self.slots[slot as usize]
    }

    /// Gives a slot back.
    #[inline]
    pub fn remove(&mut self, slot: u32) {
        self.free.push(slot);
    }
}
