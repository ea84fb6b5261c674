//! Scatter and gather: a query that goes to several shards, and its parts on their way back.

use super::gather::Gathered;
use super::{COMMITTING, GATHERING, PART_FAILED, PART_GOES, RunningDatabase, doing, note, rest};
use crate::components::marks::STALE;
use crate::kernel::time::Duration;
use crate::kernel::{Context, JobId, Note, Outcome};

/// Tells the parts of a scan apart.
const SCAN_SALT: u64 = 1 << 35;

impl RunningDatabase {
    /// The region from which a gathering's query was asked.
    pub(super) fn caller_of_part(&self, gathering: u32, context: &Context<'_>) -> u16 {
        let waiting = self.gatherings.waiting(gathering);
        // Where nobody waits it does not matter how long the way is.
        waiting.map_or(self.settings.geography.home(), |job| rest(context.job(job).local) as u16)
    }

    /// A query goes to several shards at once and waits for all of them.
    pub(super) fn scatter(
        &mut self,
        job: JobId,
        shards: &[u16],
        caller: u16,
        context: &mut Context<'_>,
    ) {
        context.job_mut(job).local = note(GATHERING, u32::from(caller));
        let count = shards.len() as u16;
        context.note(job, Note::Waits("its parts"));
        let gathering = self.gatherings.open(job, count, count);
        for &shard in shards {
            let child = context.fork(job, SCAN_SALT | u64::from(shard));
            context.note(child, Note::Part("part of a scan"));
            context.cut_off(child);
            context.job_mut(child).local = note(PART_GOES, gathering);
            match self.choose_member(child, shard, caller, context) {
                Some(node) => {
                    context.job_mut(child).node = node as u16;
                    let way = self.way(caller, self.topology.region(node));
                    self.step_after(child, way, PART_GOES, context);
                }
                None => self.step_after(child, Duration::ZERO, PART_FAILED, context),
            }
        }
    }

    pub(super) fn part_is_back(&mut self, child: JobId, ok: bool, context: &mut Context<'_>) {
        if self.ring.is_some() {
            return self.copy_answers(child, ok, context);
        }
        let data = context.job(child);
        let (gathering, stale) = (rest(data.local), data.marks & STALE);
        if let Some(query) = self.gatherings.waiting(gathering) {
            context.job_mut(query).marks |= stale;
        }
        context.join(child);
        match self.gatherings.came_back(gathering, ok) {
            Gathered::NotYet => {}
            Gathered::Enough(query) => self.gathered(query, context),
            Gathered::Failed(query) => self.reply(query, Outcome::Failed, context),
        }
    }

    /// Enough of what a query waited for has come.
    pub(super) fn gathered(&mut self, query: JobId, context: &mut Context<'_>) {
        match doing(context.job(query).local) {
            COMMITTING => self.committed(query, context),
            _ => self.reply(query, Outcome::Completed, context),
        }
    }
}
