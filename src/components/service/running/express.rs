//! The service on the express lane: a leaf whose jobs compute once, on a core of their own.

use super::{Door, RunningService};
use crate::blocks::station::{Admission, Full, Station, Unlimited, Waiting};
use crate::components::service::program::Instruction;
use crate::kernel::JobId;
use crate::kernel::random::Luck;
use crate::kernel::time::{Duration, Time};

impl RunningService {
    /// Whether all it does for any job is to compute once, with a core for each worker, and to
    /// answer: its worker is then held for just as long as its work takes.
    pub(in crate::components) fn only_computes(&self) -> bool {
        let programs = &self.settings.programs;
        let has_core_each = |server: &super::Server| matches!(server.cores, Station::Unlimited(_));
        self.servers.iter().all(has_core_each)
            && (0..programs.classes()).all(|class| programs.only_computes(class))
    }

    /// Its servers.
    pub(in crate::components) fn servers(&self) -> u16 {
        self.servers.len() as u16
    }

    /// How long a job of this class computes.
    #[inline(always)]
    pub(in crate::components) fn work(
        &self,
        class: u16,
        luck: Luck,
        recorded: Duration,
    ) -> Duration {
        let programs = &self.settings.programs;
        match programs.at(programs.entry(class)) {
            Instruction::Compute(work, stream) => work.of(luck, recorded, *stream),
            _ => unreachable!("a service on the express lane only computes"),
        }
    }

    /// A job comes: it computes from now on, waits, or is answered with a rejection.
    #[inline(always)]
    pub(in crate::components) fn admit(
        &mut self,
        server: u16,
        job: JobId,
        work: Duration,
        now: Time,
    ) -> Result<Admission, Full> {
        let at = &mut self.servers[usize::from(server)];
        let admission = at.workers.take(job, work, now);
        match admission {
            Ok(Admission::Taken) => unlimited(&mut at.cores).enter(now),
            Ok(Admission::Waits) => {}
            Err(Full) => self.rejected += 1,
        }
        admission
    }

    /// A job is done. Returns the one that computes from now on.
    #[inline(always)]
    pub(in crate::components) fn release(&mut self, server: u16, now: Time) -> Option<Waiting> {
        let at = &mut self.servers[usize::from(server)];
        let next = at.workers.give_back(now);
        let cores = unlimited(&mut at.cores);
        match next {
            Some(_) => cores.take_turns(),
            None => cores.leave(now),
        }
        next
    }

    /// What leaves by its door.
    pub(in crate::components) fn door(&mut self) -> &mut Door {
        &mut self.door
    }

    /// The jobs that wait for a worker of a server, the next one first.
    pub(in crate::components) fn line(&self, server: u16) -> impl Iterator<Item = &Waiting> {
        self.servers[usize::from(server)].workers.line()
    }
}

#[inline]
fn unlimited(cores: &mut Station) -> &mut Unlimited {
    cores.as_unlimited().expect("a service on the express lane has a core for each worker")
}
