//! The express lane: a run without a list of events, for models that need none.
//!
//! ```text
//! users -> [load balancer] -> service that only computes
//! arrival at t: servers that are looked at catch up to t -> choice -> worker, line, or rejection
//! ```
//!
//! Where users do not wait for answers, wires take no time, and a worker is held for just as long
//! as its job computes, a server is moved by its own arrivals only. So arrivals are taken one by
//! one, and each server catches up when somebody looks at it: the balancer, the next arrival, or
//! whoever stopped the run. The users, the balancer and the service are those of the general
//! engine and measure as they do there.
//!
//! The results are those of the general engine to the last bit. What must hold for that:
//! - a run stops between instants, and all servers catch up before: what is read off, reset or
//!   counted is a function of time alone. Sums, histograms and integrals of levels do not depend on
//!   the order in which servers catch up; the maximum of a line does, but only on the order at its
//!   own server, which is kept: departures before arrivals within an instant, as by rank;
//! - draws are keyed by request, so it does not matter when they are made, or whether;
//! - the end of a cohort halts the run at its very instant. Its last answer is known as soon as the
//!   cohort is complete: who comes later does not delay those before him in line;
//! - at an instant with several arrivals the general engine works as a pipeline. Each hop of a
//!   request waits behind the hops of those before it, so it chooses for the next request before
//!   the last one's rejection is back. Calls that linger are closed that late; nothing else of an
//!   instant shows how far its requests have come: a server sees them one after the other.

mod accounts;
mod departures;

use super::caller::passed_on;
use super::load_balancer::RunningBalancer;
use super::service::RunningService;
use super::source::{Request, Source};
use crate::blocks::balance::Glance;
use crate::blocks::station::{Admission, Full};
use crate::kernel::random::Luck;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{ComponentId, JobId, Ledger, Outcome};
use departures::{Departure, Departures};

/// A component that fits on the express lane.
#[derive(Debug)]
pub enum Part {
    /// A load balancer with one wire, which takes no time and has no timeout.
    Balancer(RunningBalancer),
    /// A service that only computes.
    Service(RunningService),
}

/// All requests are alike to the accounts: they are at all components from birth to end.
const ALL: ComponentId = ComponentId(0);
/// An answer that took no time is back when the balancer chooses for the third request after it,
/// if all come at the same instant: to the service, to the core, and back are three hops, and each
/// request is one hop behind the one before.
const CHOICES_BEFORE_ANSWER: u64 = 3;
/// A rejection never was on a core.
const CHOICES_BEFORE_REJECTION: u64 = 2;

/// A call that took no time and still counts as open at the balancer.
#[derive(Clone, Copy, Debug)]
struct Lingering {
    server: u16,
    since: Time,
    /// The first arrival that finds it closed, if it comes at the same instant.
    until: u64,
}

/// One run of a model that fits.
pub struct ExpressLane {
    source: Source,
    balancer: Option<RunningBalancer>,
    service: RunningService,
    /// The service's place in the model; the users are first and the balancer is the third.
    service_id: ComponentId,
    /// By server: the jobs that compute.
    departures: Vec<Departures>,
    lingering: Vec<Lingering>,
    accounts: Ledger,
    now: Time,
    next_arrival: Option<Time>,
    /// Arrivals so far.
    arrivals: u64,
}

impl ExpressLane {
    /// The lane at time zero; `parts` are the components after the users, each in the place it has
    /// in the model. `None` when they do not make up a lane.
    pub fn new(source: Source, parts: Vec<Part>) -> Option<ExpressLane> {
        let mut parts = parts.into_iter();
        let (balancer, service, service_id) = match (parts.next(), parts.next(), parts.next()) {
            (Some(Part::Service(service)), None, None) => (None, service, ComponentId(1)),
            (Some(Part::Service(service)), Some(Part::Balancer(balancer)), None) => {
                (Some(balancer), service, ComponentId(1))
            }
            (Some(Part::Balancer(balancer)), Some(Part::Service(service)), None) => {
                (Some(balancer), service, ComponentId(2))
            }
            _ => return None,
        };
        source.is_open().then(|| ExpressLane {
            departures: vec![Departures::default(); usize::from(service.servers())],
            source,
            balancer,
            service,
            service_id,
            lingering: Vec::new(),
            accounts: Ledger::new(1),
            now: Time::ZERO,
            next_arrival: None,
            arrivals: 0,
        })
    }

    /// The request that is due comes. Returns whether the run halts when this instant is over.
    fn arrive(&mut self, now: Time) -> bool {
        self.arrivals += 1;
        let Some(request) = self.source.send_express(now) else {
            self.next_arrival = None;
            return true;
        };
        let server = self.choose(request.luck, now);
        self.admit(&request, server, now);
        self.next_arrival = self.source.next_arrival(now);
        request.is_last || self.next_arrival.is_none()
    }

    /// The server for a request, which has caught up.
    #[inline(always)]
    fn choose(&mut self, luck: Luck, now: Time) -> u16 {
        let Some(balancer) = &self.balancer else {
            let server = self.service.take_turn();
            self.catch_up(server, now);
            return server;
        };
        let glance = balancer.glance(luck);
        match glance {
            Glance::At(server) => self.catch_up(server as u16, now),
            Glance::AtTwo(first, second) => {
                self.catch_up(first as u16, now);
                self.catch_up(second as u16, now);
            }
            Glance::AtAll => self.catch_up_all(now),
        }
        if !self.lingering.is_empty() {
            self.close_lingering(now);
        }
        self.balancer.as_mut().map_or(0, |balancer| balancer.decide(glance))
    }

    #[inline(always)]
    fn admit(&mut self, request: &Request, server: u16, now: Time) {
        self.accounts.arrived(ALL, now);
        let work = self.service.work(request.operation, request.luck, request.recorded);
        let job = ticket(request.operation, request.measured);
        match self.service.admit(server, job, work, now) {
            Ok(Admission::Taken) if work == Duration::ZERO => {
                // Nobody waits where a worker was free.
                self.service.release(server, now);
                self.answer(now, job, Outcome::Completed, now);
                self.linger(server, CHOICES_BEFORE_ANSWER, now);
            }
            Ok(Admission::Taken) => {
                let departure = Departure { at: now + work, born: now, job };
                self.departures[usize::from(server)].push(departure);
            }
            Ok(Admission::Waits) => {}
            Err(Full) => {
                self.answer(now, job, Outcome::Rejected, now);
                self.linger(server, CHOICES_BEFORE_REJECTION, now);
            }
        }
    }

    /// A server does all that is due there up to and at `until`.
    #[inline(always)]
    fn catch_up(&mut self, server: u16, until: Time) {
        if self.departures[usize::from(server)].next().at <= until {
            self.let_go(server, until);
        }
    }

    /// Jobs leave a server where at least one is due.
    fn let_go(&mut self, server: u16, until: Time) {
        while let done = self.departures[usize::from(server)].next()
            && done.at <= until
        {
            let next = self.service.release(server, done.at);
            let departures = &mut self.departures[usize::from(server)];
            match next {
                Some(next) => {
                    let at = done.at + next.work;
                    departures.replace(Departure { at, born: next.since, job: next.job });
                }
                None => departures.pop(),
            }
            if let Some(balancer) = &mut self.balancer {
                balancer.close(server);
            }
            self.answer(done.born, done.job, Outcome::Completed, done.at);
        }
    }

    fn catch_up_all(&mut self, until: Time) {
        (0..self.service.servers()).for_each(|server| self.catch_up(server, until));
    }

    /// All requests leave by all doors at the instant at which users see their answers, so the
    /// doors are told when somebody may look.
    fn tell_doors(&mut self) {
        let (response, failed) = self.source.answered();
        if let Some(balancer) = &mut self.balancer {
            balancer.door().set(response.clone(), failed);
        }
        self.service.door().set(response, failed);
    }

    /// A job ends at the service, and with it everywhere.
    #[inline(always)]
    fn answer(&mut self, born: Time, job: JobId, outcome: Outcome, now: Time) {
        let response = now - born;
        self.accounts.ended(ALL, outcome, response, now);
        let seen = if self.balancer.is_some() { passed_on(outcome) } else { outcome };
        let (operation, measured) = read(job);
        self.source.answer_express(operation, born, response, seen, measured);
    }

    #[cold]
    fn linger(&mut self, server: u16, choices: u64, now: Time) {
        if self.balancer.is_some() {
            let until = self.arrivals + choices;
            self.lingering.push(Lingering { server, since: now, until });
        }
    }

    #[cold]
    fn close_lingering(&mut self, now: Time) {
        let Some(balancer) = &mut self.balancer else { return };
        let arrival = self.arrivals;
        self.lingering.retain(|call| {
            let is_open = call.since == now && arrival < call.until;
            if !is_open {
                balancer.close(call.server);
            }
            is_open
        });
    }

    /// When the last request of a complete cohort ends, if one is still under way. All servers have
    /// caught up.
    fn end_of_cohort(&self) -> Option<Time> {
        if !self.source.follows_cohort() {
            return None;
        }
        (0..self.service.servers()).filter_map(|server| self.end_of_cohort_at(server)).max()
    }

    /// The same for one server: its line is served in order, whoever still comes.
    fn end_of_cohort_at(&self, server: u16) -> Option<Time> {
        let is_measured = |job: JobId| read(job).1;
        let mut departures = self.departures[usize::from(server)].clone();
        let measured = departures.iter().filter(|departure| is_measured(departure.job));
        let mut end = measured.map(|departure| departure.at).max();
        for next in self.service.line(server) {
            let begins = departures.next().at;
            let at = Time::from_nanos(begins.nanos().saturating_add(next.work.nanos()));
            // What lies beyond the end of time is not reached, in whatever order.
            let at = at.min(Time::LAST);
            if is_measured(next.job) {
                end = end.max(Some(at));
            }
            departures.replace(Departure { at, born: next.since, job: next.job });
        }
        end
    }
}

/// What is to be known of a job, in the place of its slot: there is no table of jobs.
#[inline]
fn ticket(operation: u16, measured: bool) -> JobId {
    JobId(u32::from(operation) << 1 | u32::from(measured))
}

/// Operation of a job, and whether it is measured.
#[inline]
fn read(job: JobId) -> (u16, bool) {
    ((job.0 >> 1) as u16, job.0 & 1 != 0)
}
