//! The express lane as whoever runs it sees it: stops, components, and accounts of jobs.

use super::{ALL, ExpressLane};
use crate::components::machine::Machine;
use crate::components::running::Running;
use crate::kernel::time::Time;
use crate::kernel::{ComponentId, HopCounts, HopTimes, InFlight, Stop};

impl Machine for ExpressLane {
    fn start(&mut self) {
        self.next_arrival = self.source.next_arrival(self.now);
    }

    fn run_until(&mut self, until: Time) -> Stop {
        let end = self.end_of_cohort().filter(|end| *end <= until);
        let (mut stop, mut last) = match end {
            Some(end) => (Stop::Halted, end),
            None => (Stop::Paused, until),
        };
        while let Some(at) = self.next_arrival
            && at <= last
        {
            if self.arrive(at) {
                (stop, last) = (Stop::Halted, at);
            }
        }
        self.catch_up_all(last);
        self.tell_doors();
        self.now = last;
        stop
    }

    fn now(&self) -> Time {
        self.now
    }

    fn component(&self, id: ComponentId) -> &dyn Running {
        match &self.balancer {
            _ if id == ALL => &self.source,
            Some(balancer) if id != self.service_id => balancer,
            _ => &self.service,
        }
    }

    fn component_mut(&mut self, id: ComponentId) -> &mut dyn Running {
        match &mut self.balancer {
            _ if id == ALL => &mut self.source,
            Some(balancer) if id != self.service_id => balancer,
            _ => &mut self.service,
        }
    }

    /// A balancer answers with a failure where the service rejects.
    fn hop_counts(&self) -> Vec<HopCounts> {
        let at_service = self.counts();
        let mut before = at_service;
        if self.balancer.is_some() {
            before.failed += before.rejected;
            before.rejected = 0;
        }
        self.by_component(before, at_service)
    }

    /// All before the service wait for it all the time.
    fn hop_times(&self) -> Vec<HopTimes> {
        let at_service = self.accounts.times()[0];
        self.by_component(HopTimes { away: at_service.elapsed, ..at_service }, at_service)
    }

    fn littles_law(&self) -> Vec<bool> {
        let obeys = self.accounts.obeys_littles_law(&[self.in_flight()])[0];
        self.by_component(obeys, obeys)
    }

    /// A timer an arrival, a hop along each wire there and back, a timer a job that computed.
    fn handled(&self) -> u64 {
        let counts = self.counts();
        let wires = self.components() as u64 - 1;
        let ended = counts.completed + counts.rejected;
        self.arrivals + wires * (counts.arrived + ended) + counts.completed
    }
}

impl ExpressLane {
    /// How many components there are, the users included.
    fn components(&self) -> usize {
        2 + usize::from(self.balancer.is_some())
    }

    /// What holds for all components before the service, and what holds for that.
    fn by_component<T: Copy>(&self, before: T, at_service: T) -> Vec<T> {
        let mut all = vec![before; self.components()];
        all[self.service_id.index()] = at_service;
        all
    }

    fn counts(&self) -> HopCounts {
        self.accounts.counts(&[self.in_flight()])[0]
    }

    /// The requests that compute or wait.
    fn in_flight(&self) -> InFlight {
        let mut in_flight = InFlight::default();
        let mut count = |born: Time| {
            in_flight.jobs += 1;
            in_flight.arrivals += u128::from(born.nanos());
        };
        for (server, departures) in (0u16..).zip(&self.departures) {
            departures.iter().for_each(|departure| count(departure.born));
            self.service.line(server).for_each(|waiting| count(waiting.since));
        }
        in_flight
    }
}
