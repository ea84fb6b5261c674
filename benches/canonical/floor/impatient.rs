//! 100,000 users who think for 10 s and wait for an answer for 1 s; 64 workers; few slow requests.
//!
//! Every request has its deadline among the pending events. One that was answered in time is not
//! taken out: its deadline finds that nobody waits any more.

use super::{Agenda, Answered, Jobs, MILLISECOND, SECOND, Spans};
use simscale::blocks::distribution::Distribution;
use simscale::kernel::time::Duration;
use std::collections::VecDeque;

const USERS: u32 = 100_000;
const WORKERS: u32 = 64;
const PATIENCE: u64 = SECOND;
const THOUGHT: u32 = 0;
const DEPARTURE: u32 = 1;
const DEADLINE: u32 = 2;

/// A job; the user may have given up while it is still worked on.
struct Job {
    user: u32,
    sent: u64,
}

/// 99.9% exponential with mean 1 ms, 0.1% of 3 s.
fn service() -> Result<Distribution, String> {
    let usual = Distribution::exponential(Duration::from_nanos(MILLISECOND))?;
    let slow = Distribution::constant(Duration::from_nanos(3 * SECOND))?;
    Distribution::mixture(vec![(0.999, usual), (0.001, slow)])
}

/// Serves so many requests.
pub fn run(requests: u64, repeat: u32) -> Answered {
    let mut thinking = Spans::exponential(10 * SECOND, "users", repeat);
    let mut services = Spans::new(service(), "server", repeat);
    let mut agenda = Agenda::default();
    // When each user sent the request that is waited for; nothing for those who think.
    let mut open: Vec<Option<u64>> = vec![None; USERS as usize];
    let mut jobs = Jobs::new();
    let mut waiting: VecDeque<u32> = VecDeque::new();
    let mut free = WORKERS;
    let mut answered = Answered::default();
    (0..USERS).for_each(|user| agenda.push(thinking.draw(), THOUGHT, user));
    while answered.times.count() + answered.failed < requests {
        let (now, kind, number) = agenda.pop().expect("every user thinks or waits");
        match kind {
            THOUGHT => {
                open[number as usize] = Some(now);
                agenda.push(now + PATIENCE, DEADLINE, number);
                let slot = jobs.add(Job { user: number, sent: now });
                if free > 0 {
                    free -= 1;
                    agenda.push(now + services.draw(), DEPARTURE, slot);
                } else {
                    waiting.push_back(slot);
                }
            }
            DEADLINE => {
                if open[number as usize] == Some(now - PATIENCE) {
                    open[number as usize] = None;
                    answered.failed += 1;
                    agenda.push(now + thinking.draw(), THOUGHT, number);
                }
            }
            _ => {
                match waiting.pop_front() {
                    Some(next) => agenda.push(now + services.draw(), DEPARTURE, next),
                    None => free += 1,
                }
                let Job { user, sent } = *jobs.get(number);
                jobs.remove(number);
                if open[user as usize] == Some(sent) {
                    open[user as usize] = None;
                    answered.times.record(now - sent);
                    agenda.push(now + thinking.draw(), THOUGHT, user);
                }
            }
        }
    }
    answered
}
