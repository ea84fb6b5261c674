//! 100 servers at 90%; each job goes to the shorter of two random queues.

use super::{Agenda, Answered, MILLISECOND, SECOND, Spans, uniform};
use std::collections::VecDeque;

const SERVERS: usize = 100;
const ARRIVAL: u32 = 0;
const DEPARTURE: u32 = 1;

/// Serves so many requests.
pub fn run(requests: u64, repeat: u32) -> Answered {
    let mut gaps = Spans::exponential(SECOND / 90_000, "users", repeat);
    let mut services = Spans::exponential(MILLISECOND, "servers", repeat);
    let mut choices = uniform("balancer", repeat);
    let mut agenda = Agenda::default();
    let mut present: Vec<VecDeque<u64>> = vec![VecDeque::new(); SERVERS];
    let mut answered = Answered::default();
    let mut sent = 0;
    agenda.push(gaps.draw(), ARRIVAL, 0);
    while let Some((now, kind, server)) = agenda.pop() {
        if kind == ARRIVAL {
            let first = choices.below(SERVERS as u64) as usize;
            let other = choices.below(SERVERS as u64 - 1) as usize;
            let second = if other >= first { other + 1 } else { other };
            let is_shorter = present[second].len() < present[first].len();
            let server = if is_shorter { second } else { first };
            present[server].push_back(now);
            if present[server].len() == 1 {
                agenda.push(now + services.draw(), DEPARTURE, server as u32);
            }
            sent += 1;
            if sent < requests {
                agenda.push(now + gaps.draw(), ARRIVAL, 0);
            }
        } else {
            let line = &mut present[server as usize];
            let arrived = line.pop_front().expect("who departs was present");
            answered.times.record(now - arrived);
            if !line.is_empty() {
                agenda.push(now + services.draw(), DEPARTURE, server);
            }
        }
    }
    answered
}
