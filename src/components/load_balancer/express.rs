//! The load balancer on the express lane: it has one wire, which takes no time and every class.

use super::{Choice, Door, RunningBalancer};
use crate::blocks::balance::{Balance, Glance};
use crate::kernel::random::Luck;

/// What a model on the express lane has.
const ONE_REGION: &str = "a plain wire leads to one region, whose servers are chosen among";

impl RunningBalancer {
    /// The first half of the choice for a job: which servers it will look at.
    #[inline]
    pub(in crate::components) fn glance(&self, luck: Luck) -> Glance {
        self.servers().glance(&mut self.choice.draw_for(luck))
    }

    /// The second half: the server, on which a call is open now.
    #[inline]
    pub(in crate::components) fn decide(&mut self, glance: Glance) -> u16 {
        self.servers_mut().decide(glance)
    }

    /// A call on a server has ended.
    #[inline]
    pub(in crate::components) fn close(&mut self, server: u16) {
        self.servers_mut().close(server);
    }

    #[inline]
    fn servers(&self) -> &Balance {
        let Choice::Servers(servers) = &self.choices[0] else { panic!("{ONE_REGION}") };
        servers
    }

    #[inline]
    fn servers_mut(&mut self) -> &mut Balance {
        let Choice::Servers(servers) = &mut self.choices[0] else { panic!("{ONE_REGION}") };
        servers
    }

    /// What leaves by its door.
    pub(in crate::components) fn door(&mut self) -> &mut Door {
        &mut self.door
    }
}
