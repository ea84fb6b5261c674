//! The least that an event loop for one server with one queue has to do: a binary heap of pending
//! events, a line of waiting jobs, the same draws, and a histogram of response times.

use simscale::blocks::distribution::Distribution;
use simscale::kernel::random::Stream;
use simscale::kernel::time::Duration;
use simscale::measure::histogram::Histogram;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// What happens next. Departures come first among events of the same instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Departure,
    Arrival,
}

/// Serves `requests` jobs at 800 per second with 1 ms each; yields their response times in
/// nanoseconds.
pub fn run(requests: u64) -> Histogram {
    let law = |nanos| {
        Distribution::exponential(Duration::from_nanos(nanos)).expect("a positive mean is a law")
    };
    let (gap, service) = (law(1_250_000), law(1_000_000));
    let mut gaps = Stream::new(1, 0, "users", "gap").draw(0);
    let mut services = Stream::new(1, 0, "server", "service").draw(0);
    let mut agenda: BinaryHeap<Reverse<(u64, Event)>> = BinaryHeap::new();
    let mut present: VecDeque<u64> = VecDeque::new();
    let mut answered = Histogram::default();
    let mut sent = 0;
    agenda.push(Reverse((gap.sample(&mut gaps).nanos(), Event::Arrival)));
    while let Some(Reverse((now, event))) = agenda.pop() {
        match event {
            Event::Arrival => {
                sent += 1;
                present.push_back(now);
                if present.len() == 1 {
                    let until = now + service.sample(&mut services).nanos();
                    agenda.push(Reverse((until, Event::Departure)));
                }
                if sent < requests {
                    let next = now + gap.sample(&mut gaps).nanos();
                    agenda.push(Reverse((next, Event::Arrival)));
                }
            }
            Event::Departure => {
                let arrived = present.pop_front().expect("who departs was present");
                answered.record(now - arrived);
                if !present.is_empty() {
                    let until = now + service.sample(&mut services).nanos();
                    agenda.push(Reverse((until, Event::Departure)));
                }
            }
        }
    }
    answered
}
