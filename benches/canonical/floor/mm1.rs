//! One server with one queue at 80%.

use super::{Agenda, Answered, MICROSECOND, MILLISECOND, Spans};
use std::collections::VecDeque;

const ARRIVAL: u32 = 0;
const DEPARTURE: u32 = 1;

/// Serves so many requests.
pub fn run(requests: u64, repeat: u32) -> Answered {
    let mut gaps = Spans::exponential(1250 * MICROSECOND, "users", repeat);
    let mut services = Spans::exponential(MILLISECOND, "server", repeat);
    let mut agenda = Agenda::default();
    let mut present: VecDeque<u64> = VecDeque::new();
    let mut answered = Answered::default();
    let mut sent = 0;
    agenda.push(gaps.draw(), ARRIVAL, 0);
    while let Some((now, kind, _)) = agenda.pop() {
        if kind == ARRIVAL {
            present.push_back(now);
            if present.len() == 1 {
                agenda.push(now + services.draw(), DEPARTURE, 0);
            }
            sent += 1;
            if sent < requests {
                agenda.push(now + gaps.draw(), ARRIVAL, 0);
            }
        } else {
            let arrived = present.pop_front().expect("who departs was present");
            answered.times.record(now - arrived);
            if !present.is_empty() {
                agenda.push(now + services.draw(), DEPARTURE, 0);
            }
        }
    }
    answered
}
