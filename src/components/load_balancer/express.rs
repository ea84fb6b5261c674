//! The load balancer on the express lane: it has one wire, which takes no time and every class.

use super::{Door, RunningBalancer};
use crate::blocks::balance::Glance;
use crate::kernel::random::Luck;

impl RunningBalancer {
    /// The first half of the choice for a job: which servers it will look at.
    #[inline]
    pub(in crate::components) fn glance(&self, luck: Luck) -> Glance {
        self.balances[0].glance(&mut self.choice.draw_for(luck))
    }

    /// The second half: the server, on which a call is open now.
    #[inline]
    pub(in crate::components) fn decide(&mut self, glance: Glance) -> u16 {
        self.balances[0].decide(glance)
    }

    /// A call on a server has ended.
    #[inline]
    pub(in crate::components) fn close(&mut self, server: u16) {
        self.balances[0].close(server);
    }

    /// What leaves by its door.
    pub(in crate::components) fn door(&mut self) -> &mut Door {
        &mut self.door
    }
}
