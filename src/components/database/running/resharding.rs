//! More shards in the course of a run: when a change begins and ends, and what is counted.
//!
//! ```text
//! begun -> bucket after bucket is copied -> all have moved -> the new placement holds
//! ```
//! What must hold: at any time one change is under way at most; a later one waits for its end.

use super::copying::Lane;
use super::{GROWTH, RunningDatabase};
use crate::blocks::placement::Placement;
use crate::components::database::buckets::{Buckets, Sample};
use crate::components::database::resharding_metrics as metrics;
use crate::components::growth::Growth;
use crate::kernel::time::{Duration, Time};
use crate::kernel::{Context, Rank};
use crate::measure::histogram::Histogram;
use crate::measure::metric::{Metric, Node, Sheet};

/// Keys of a dataset that are looked at one by one. Of more keys so many, at even distances, stand
/// for all: the share that moves is then known to a part in 500.
const MOST_LOOKED_AT: u64 = 1 << 18;

/// The changes of a database.
#[derive(Debug, Default)]
pub struct Resharding {
    /// All of them, in the order of time, each with the share of the keys that it moves.
    planned: Vec<(Growth, f64)>,
    /// Shards before the first one.
    shards_at_start: u16,
    /// How many have begun.
    begun: usize,
    /// The one that is under way.
    pub(super) current: Option<Change>,
    pub(super) tally: Tally,
}

/// A change that is under way.
#[derive(Debug)]
pub(super) struct Change {
    pub growth: Growth,
    pub buckets: Buckets,
    /// What is copied side by side.
    pub lanes: Vec<Lane>,
    /// When the next batch may begin.
    pub next_start: Time,
    began: Time,
}

/// What is counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Bytes of the batches written.
    pub copied: f64,
    /// Writes that went to both shards of their key.
    pub double_writes: u64,
    /// Queries answered while a change was under way.
    query_times: Histogram,
    /// Time taken by the changes that are done.
    spent: Duration,
    /// Queries of each shard when the first change began.
    at_begin: Option<Vec<u64>>,
    /// The same when the last one was done.
    at_end: Option<Vec<u64>>,
}

impl Resharding {
    /// Whether there is a change at any time.
    pub fn is_planned(&self) -> bool {
        !self.planned.is_empty()
    }

    /// Whether a change has begun.
    pub(super) fn has_begun(&self) -> bool {
        self.begun > 0
    }

    /// A query was answered well.
    #[inline]
    pub(super) fn answered(&mut self, elapsed: Duration) {
        if self.current.is_some() {
            self.tally.query_times.record(elapsed.nanos());
        }
    }

    /// Forgets what was measured; what was moved stays moved.
    pub fn reset(&mut self) {
        self.tally.query_times.clear();
        self.tally.double_writes = 0;
        for counted in [&mut self.tally.at_begin, &mut self.tally.at_end].into_iter().flatten() {
            counted.fill(0);
        }
    }

    /// Whether all changes are done.
    fn is_done(&self) -> bool {
        self.begun == self.planned.len() && self.current.is_none()
    }

    fn moved_share(&self) -> f64 {
        self.planned.iter().map(|(_, share)| share).sum()
    }

    /// How much of what moves in all changes has moved.
    fn progress(&self) -> f64 {
        let begun: f64 = self.planned[..self.begun].iter().map(|(_, share)| share).sum();
        let open = self.current.as_ref().map_or(0.0, |change| 1.0 - change.buckets.progress());
        let of_open = self.begun.checked_sub(1).map_or(0.0, |last| self.planned[last].1);
        let all = self.moved_share();
        if all > 0.0 { (begun - open * of_open) / all } else { 1.0 }
    }
}

impl RunningDatabase {
    /// Plans changes, in the order of time.
    pub fn plan_growth(&mut self, growth: &[Growth]) {
        self.resharding.shards_at_start = self.placement.shards();
        let mut placement: Option<Placement> = None;
        for &growth in growth {
            let before = placement.as_ref().unwrap_or(&self.placement);
            let after = before.grown_to(growth.shards as u16);
            self.resharding.planned.push((growth, before.moved_share(&after)));
            placement = Some(after);
        }
    }

    /// Wakes up at every change.
    pub(super) fn watch_growth(&mut self, context: &mut Context<'_>) {
        for (growth, _) in &self.resharding.planned {
            context.wake_at(Time::ZERO + growth.at, Rank::Timer, GROWTH, 0);
        }
    }

    /// Begins the next change if its time has come and none is under way.
    pub(super) fn growth_is_due(&mut self, context: &mut Context<'_>) {
        let now = context.now();
        let next = self.resharding.planned.get(self.resharding.begun).map(|(growth, _)| *growth);
        let is_due = |growth: &Growth| Time::ZERO + growth.at <= now;
        let Some(growth) = next.filter(is_due).filter(|_| self.resharding.current.is_none()) else {
            return;
        };
        let after = self.placement.grown_to(growth.shards as u16);
        let buckets = Buckets::new(&self.placement, after, self.samples());
        let lanes = vec![Lane::default(); usize::from(growth.parallel)];
        let counted = self.queries_of_shards();
        let resharding = &mut self.resharding;
        resharding.tally.at_begin.get_or_insert(counted);
        resharding.begun += 1;
        resharding.current = Some(Change { growth, buckets, lanes, next_start: now, began: now });
        for lane in 0..usize::from(growth.parallel) {
            self.next_batch(lane, context);
        }
    }

    /// Ends the change if all has moved: the new placement holds.
    pub(super) fn end_growth(&mut self, context: &mut Context<'_>) {
        let is_done = |change: &mut Change| change.buckets.are_done();
        let Some(change) = self.resharding.current.take_if(is_done) else { return };
        self.placement = change.buckets.into_after();
        self.resharding.tally.spent += context.now() - change.began;
        if self.resharding.is_done() {
            self.resharding.tally.at_end = Some(self.queries_of_shards());
        }
        // Another one may have waited for this one.
        context.wake_after(Duration::ZERO, Rank::Timer, GROWTH, 0);
    }

    /// The keys that are there. Those made in the course of the run are taken to be like the
    /// others.
    fn samples(&self) -> impl Iterator<Item = Sample> + use<'_> {
        let made = self.storage() / self.settings.stored_bytes;
        self.settings.stored.iter().flat_map(move |&number| {
            let dataset = &self.settings.datasets[usize::from(number)];
            let count = dataset.keys.min(MOST_LOOKED_AT);
            let keys = made * dataset.keys as f64 / count as f64;
            (0..count).map(move |index| {
                let id = u128::from(index) * u128::from(dataset.keys) / u128::from(count);
                let place = self.place(dataset.tag(id as u64));
                Sample { place, keys, bytes: keys * dataset.value_size as f64 }
            })
        })
    }

    /// Queries done on each shard since the last reset.
    pub(in crate::components::database) fn queries_of_shards(&self) -> Vec<u64> {
        let of_shard = |shard: u16| {
            let members = 0..self.topology.members();
            members.map(|member| self.nodes[self.topology.node(shard, member)].tally.queries).sum()
        };
        (0..self.topology.shards()).map(of_shard).collect()
    }

    /// Fills in what is measured of the changes.
    pub(in crate::components::database) fn measure_resharding(&self, sheet: &mut Sheet) {
        let (resharding, tally) = (&self.resharding, &self.resharding.tally);
        sheet.gauge(&metrics::MOVED, Node::WHOLE, resharding.moved_share());
        sheet.gauge(&metrics::PROGRESS, Node::WHOLE, resharding.progress());
        let finished = f64::from(u8::from(resharding.is_done()));
        let spent = finished * tally.spent.seconds();
        sheet.ratio(&metrics::SECONDS, Node::WHOLE, spent, finished);
        sheet.gauge(&metrics::COPIED, Node::WHOLE, tally.copied);
        sheet.gauge(&metrics::DOUBLE_WRITES, Node::WHOLE, tally.double_writes as f64);
        sheet.distribution(&metrics::QUERY, Node::WHOLE, &tally.query_times);
        self.measure_balances(sheet);
    }

    /// The balance before the first change and after the last.
    fn measure_balances(&self, sheet: &mut Sheet) {
        let (tally, now) = (&self.resharding.tally, self.queries_of_shards());
        let mut fill = |metric: &'static Metric, queries: &[u64]| {
            let most = queries.iter().max().map_or(0.0, |most| *most as f64);
            let mean = queries.iter().sum::<u64>() as f64 / queries.len() as f64;
            sheet.ratio(metric, Node::WHOLE, most, mean);
        };
        let first = usize::from(self.resharding.shards_at_start);
        let before = tally.at_begin.as_ref().unwrap_or(&now);
        fill(&metrics::IMBALANCE_BEFORE, &before[..first]);
        let end = tally.at_end.as_ref().unwrap_or(&now);
        let after: Vec<u64> = now.iter().zip(end).map(|(now, then)| now - then).collect();
        fill(&metrics::IMBALANCE_AFTER, &after);
    }
}
