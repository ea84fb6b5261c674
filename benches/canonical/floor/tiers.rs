//! Round robin over 4 servers with 8 workers, then a cache for 80% of the jobs, and a database with
//! 16 connections for the others.

use super::{Agenda, Answered, Jobs, MICROSECOND, MILLISECOND, Spans, uniform};
use std::collections::VecDeque;

const SERVERS: usize = 4;
const WORKERS: u32 = 8;
const CONNECTIONS: u32 = 16;
const HITS: f64 = 0.8;

const ARRIVAL: u32 = 0;
const COMPUTED: u32 = 1;
const LOOKED_UP: u32 = 2;
const QUERIED: u32 = 3;

/// When a job was sent, and the server it is on.
struct Job {
    sent: u64,
    server: usize,
}

/// Jobs in service, and those that wait.
struct Station {
    free: u32,
    waiting: VecDeque<u32>,
}

impl Station {
    fn new(servers: u32) -> Station {
        Station { free: servers, waiting: VecDeque::new() }
    }

    /// A job comes. Whether it is served at once; otherwise it waits.
    #[inline]
    fn arrive(&mut self, slot: u32) -> bool {
        if self.free > 0 {
            self.free -= 1;
            return true;
        }
        self.waiting.push_back(slot);
        false
    }

    /// A job leaves; yields the one that is served in its place.
    #[inline]
    fn leave(&mut self) -> Option<u32> {
        let next = self.waiting.pop_front();
        self.free += u32::from(next.is_none());
        next
    }
}

/// Serves so many requests.
pub fn run(requests: u64, repeat: u32) -> Answered {
    let mut gaps = Spans::exponential(MILLISECOND, "users", repeat);
    let mut computing = Spans::lognormal(5 * MILLISECOND, 1.0, "app", repeat);
    let mut looking_up = Spans::exponential(500 * MICROSECOND, "cache", repeat);
    let mut querying = Spans::lognormal(8 * MILLISECOND, 1.0, "db", repeat);
    let mut luck = uniform("users", repeat);
    let mut agenda = Agenda::default();
    let mut jobs = Jobs::new();
    let mut servers: Vec<Station> = (0..SERVERS).map(|_| Station::new(WORKERS)).collect();
    let mut database = Station::new(CONNECTIONS);
    let mut answered = Answered::default();
    let mut sent = 0;
    agenda.push(gaps.draw(), ARRIVAL, 0);
    while let Some((now, kind, slot)) = agenda.pop() {
        match kind {
            ARRIVAL => {
                let server = sent as usize % SERVERS;
                let slot = jobs.add(Job { sent: now, server });
                if servers[server].arrive(slot) {
                    agenda.push(now + computing.draw(), COMPUTED, slot);
                }
                sent += 1;
                if sent < requests {
                    agenda.push(now + gaps.draw(), ARRIVAL, 0);
                }
                continue;
            }
            COMPUTED => {
                if let Some(next) = servers[jobs.get(slot).server].leave() {
                    agenda.push(now + computing.draw(), COMPUTED, next);
                }
                if luck.unit() < HITS {
                    agenda.push(now + looking_up.draw(), LOOKED_UP, slot);
                } else if database.arrive(slot) {
                    agenda.push(now + querying.draw(), QUERIED, slot);
                }
                continue;
            }
            QUERIED => {
                if let Some(next) = database.leave() {
                    agenda.push(now + querying.draw(), QUERIED, next);
                }
            }
            _ => {}
        }
        answered.times.record(now - jobs.get(slot).sent);
        jobs.remove(slot);
    }
    answered
}
