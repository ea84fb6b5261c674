//! 100,000 users who think for 10 s, wait for one of 16 workers, and think again.

use super::{Agenda, Answered, MILLISECOND, SECOND, Spans};
use std::collections::VecDeque;

const USERS: u32 = 100_000;
const WORKERS: u32 = 16;
const THOUGHT: u32 = 0;
const DEPARTURE: u32 = 1;

/// Serves so many requests.
pub fn run(requests: u64, repeat: u32) -> Answered {
    let mut thinking = Spans::exponential(10 * SECOND, "users", repeat);
    let mut services = Spans::exponential(MILLISECOND, "server", repeat);
    let mut agenda = Agenda::default();
    let mut sent_at = vec![0; USERS as usize];
    let mut waiting: VecDeque<u32> = VecDeque::new();
    let mut free = WORKERS;
    let mut answered = Answered::default();
    (0..USERS).for_each(|user| agenda.push(thinking.draw(), THOUGHT, user));
    while let Some((now, kind, user)) = agenda.pop() {
        if kind == THOUGHT {
            sent_at[user as usize] = now;
            if free > 0 {
                free -= 1;
                agenda.push(now + services.draw(), DEPARTURE, user);
            } else {
                waiting.push_back(user);
            }
        } else {
            answered.times.record(now - sent_at[user as usize]);
            if answered.times.count() == requests {
                break;
            }
            match waiting.pop_front() {
                Some(next) => agenda.push(now + services.draw(), DEPARTURE, next),
                None => free += 1,
            }
            agenda.push(now + thinking.draw(), THOUGHT, user);
        }
    }
    answered
}
