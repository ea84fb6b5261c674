//! The three workloads, put together.

use crate::stations::{
    Cache, Choice, Draws, Present, ResponseTimes, Source, Station, Tick, exponential, lognormal,
};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use simcore::{Id, Simulation};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

const SERVERS: usize = 100;

/// A simulation ready to run, and where it leaves its response times.
pub struct Model {
    pub simulation: Simulation,
    pub response_times: ResponseTimes,
    draws: Draws,
    present: Present,
}

/// What a station is made of.
struct Plan {
    workers: u32,
    service: fn(&mut Xoshiro256PlusPlus) -> f64,
    next: Option<Id>,
}

/// One of the three workloads, for so many requests.
pub fn build(workload: &str, requests: usize) -> Model {
    let mut model = Model {
        simulation: Simulation::new(1),
        response_times: Rc::new(RefCell::new(Vec::with_capacity(requests))),
        draws: Rc::new(RefCell::new(Xoshiro256PlusPlus::seed_from_u64(1))),
        present: Rc::new(vec![Cell::new(0); SERVERS]),
    };
    let one_worker = Plan { workers: 1, service: |draws| exponential(draws, 1.0), next: None };
    let (choice, servers, mean_gap) = match workload {
        "mm1" => (Choice::InTurn, model.servers(1, &one_worker), 1.25),
        "supermarket" => (Choice::ShorterOfTwo, model.servers(SERVERS, &one_worker), 1.0 / 90.0),
        "tiers" => {
            let cache = model.cache_before_database();
            let service = |draws: &mut Xoshiro256PlusPlus| lognormal(draws, 5.0);
            let plan = Plan { workers: 8, service, next: Some(cache) };
            (Choice::InTurn, model.servers(4, &plan), 1.0)
        }
        other => panic!("there is no workload `{other}`"),
    };
    model.source(requests, choice, servers, mean_gap);
    model
}

impl Model {
    fn servers(&mut self, count: usize, plan: &Plan) -> Vec<Id> {
        (0..count)
            .map(|place| self.station(&format!("server {place}"), Some(place), plan))
            .collect()
    }

    fn station(&mut self, name: &str, place: Option<usize>, plan: &Plan) -> Id {
        let station = Station {
            context: self.simulation.create_context(name),
            draws: self.draws.clone(),
            service: plan.service,
            free: plan.workers,
            waiting: VecDeque::new(),
            place,
            present: self.present.clone(),
            next: plan.next,
            response_times: self.response_times.clone(),
        };
        self.simulation.add_handler(name, Rc::new(RefCell::new(station)))
    }

    fn cache_before_database(&mut self) -> Id {
        let plan = Plan { workers: 16, service: |draws| lognormal(draws, 8.0), next: None };
        let database = self.station("database", None, &plan);
        let cache = Cache {
            context: self.simulation.create_context("cache"),
            draws: self.draws.clone(),
            database,
            response_times: self.response_times.clone(),
        };
        self.simulation.add_handler("cache", Rc::new(RefCell::new(cache)))
    }

    fn source(&mut self, requests: usize, choice: Choice, servers: Vec<Id>, mean_gap: f64) {
        let context = self.simulation.create_context("source");
        context.emit_self(Tick {}, 0.0);
        let source = Source {
            context,
            draws: self.draws.clone(),
            mean_gap,
            left: requests,
            choice,
            servers,
            present: self.present.clone(),
            next: 0,
        };
        self.simulation.add_handler("source", Rc::new(RefCell::new(source)));
    }
}
