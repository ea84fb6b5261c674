//! Source, station and cache: what the three workloads are made of. Times are milliseconds.

use rand::Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::Serialize;
use simcore::{Event, EventHandler, Id, SimulationContext, cast};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// One generator for all.
pub type Draws = Rc<RefCell<Xoshiro256PlusPlus>>;
/// Response times of all requests answered.
pub type ResponseTimes = Rc<RefCell<Vec<f64>>>;
/// Requests present at each server.
pub type Present = Rc<Vec<Cell<u32>>>;

/// An exponential span.
pub fn exponential(draws: &mut Xoshiro256PlusPlus, mean: f64) -> f64 {
    let unit: f64 = Exp1.sample(draws);
    unit * mean
}

/// A lognormal span with coefficient of variation 1.
pub fn lognormal(draws: &mut Xoshiro256PlusPlus, mean: f64) -> f64 {
    let variance = 2f64.ln();
    let normal: f64 = StandardNormal.sample(draws);
    (mean.ln() - variance / 2.0 + variance.sqrt() * normal).exp()
}

#[derive(Clone, Serialize)]
pub struct Tick {}

#[derive(Clone, Serialize)]
pub struct Arrive {
    sent: f64,
}

#[derive(Clone, Serialize)]
pub struct Done {
    sent: f64,
}

/// How the source chooses among its servers.
#[derive(Clone, Copy)]
pub enum Choice {
    InTurn,
    ShorterOfTwo,
}

/// Sends requests.
pub struct Source {
    pub context: SimulationContext,
    pub draws: Draws,
    pub mean_gap: f64,
    pub left: usize,
    pub choice: Choice,
    pub servers: Vec<Id>,
    pub present: Present,
    pub next: usize,
}

impl Source {
    fn choose(&mut self) -> usize {
        match self.choice {
            Choice::InTurn => {
                self.next = (self.next + 1) % self.servers.len();
                self.next
            }
            Choice::ShorterOfTwo => {
                let servers = self.servers.len() as u64;
                let word = self.draws.borrow_mut().next_u64();
                let first = (((word & 0xFFFF_FFFF) * servers) >> 32) as usize;
                let other = (((word >> 32) * (servers - 1)) >> 32) as usize;
                let second = other + usize::from(other >= first);
                let is_shorter = self.present[second].get() < self.present[first].get();
                if is_shorter { second } else { first }
            }
        }
    }
}

impl EventHandler for Source {
    fn on(&mut self, _event: Event) {
        self.left -= 1;
        if self.left > 0 {
            let gap = exponential(&mut self.draws.borrow_mut(), self.mean_gap);
            self.context.emit_self(Tick {}, gap);
        }
        let server = self.choose();
        self.present[server].set(self.present[server].get() + 1);
        let sent = self.context.time();
        self.context.emit_now(Arrive { sent }, self.servers[server]);
    }
}

/// Workers with one line.
pub struct Station {
    pub context: SimulationContext,
    pub draws: Draws,
    pub service: fn(&mut Xoshiro256PlusPlus) -> f64,
    pub free: u32,
    pub waiting: VecDeque<f64>,
    /// Its place among the servers the source chooses from.
    pub place: Option<usize>,
    pub present: Present,
    pub next: Option<Id>,
    pub response_times: ResponseTimes,
}

impl Station {
    fn serve(&self, sent: f64) {
        let span = (self.service)(&mut self.draws.borrow_mut());
        self.context.emit_self(Done { sent }, span);
    }
}

impl EventHandler for Station {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrive { sent } => {
                if self.free > 0 {
                    self.free -= 1;
                    self.serve(sent);
                } else {
                    self.waiting.push_back(sent);
                }
            }
            Done { sent } => {
                if let Some(place) = self.place {
                    self.present[place].set(self.present[place].get() - 1);
                }
                match self.waiting.pop_front() {
                    Some(next) => self.serve(next),
                    None => self.free += 1,
                }
                match self.next {
                    Some(next) => {
                        self.context.emit_now(Arrive { sent }, next);
                    }
                    None => self.response_times.borrow_mut().push(self.context.time() - sent),
                }
            }
        })
    }
}

/// Answers four of five requests itself, and sends the others on.
pub struct Cache {
    pub context: SimulationContext,
    pub draws: Draws,
    pub database: Id,
    pub response_times: ResponseTimes,
}

impl EventHandler for Cache {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrive { sent } => {
                let draws = &mut self.draws.borrow_mut();
                let is_hit = draws.next_u64() % 5 < 4;
                if is_hit {
                    self.context.emit_self(Done { sent }, exponential(draws, 0.5));
                } else {
                    self.context.emit_now(Arrive { sent }, self.database);
                }
            }
            Done { sent } => {
                self.response_times.borrow_mut().push(self.context.time() - sent);
            }
        })
    }
}
