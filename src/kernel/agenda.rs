//! The pending events, in the one total order: (time, rank, first in first out).
//!
//! ```text
//! pop <- front: the next events, sorted | buckets: all later ones, roughly sorted
//!        keys up to `reach`             | by the highest bit in which they differ from `base`
//! ```
//!
//! The buckets are those of a monotone radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, "Faster
//! algorithms for the shortest path problem", JACM 1990). A bucket is looked at only when it has
//! become the lowest: a small one is sorted and becomes the front, a large one is dealt out to the
//! lower buckets. While few events are pending, the front holds all of them. Against a sorted array
//! up to 32 events and a plain radix heap above, this saves a third of the time at 10 to 100,000
//! pending events (benchmark `hold`). What must hold:
//! - no event is pushed before the last one popped (asserted): base <= last <= all pending keys;
//! - keys in the front are at most `reach`, keys in the buckets are greater;
//! - events of equal key leave in the order in which they came: they are always in the same place,
//!   and every move keeps their order, so no sequence number is stored.

use super::event::Event;

/// The front is sorted by insertion, so it is kept short.
const LONGEST_FRONT: usize = 32;
/// About how many events a part of a large bucket brings to the front.
const REFILL: usize = 12;

/// The pending events of a run.
#[derive(Debug)]
pub struct Agenda {
    /// Falling keys, the next event last.
    front: Vec<Event>,
    /// The greatest key that belongs to the front.
    reach: u64,
    /// Bucket b holds keys beyond `reach` whose highest bit that differs from `base` is bit b.
    buckets: Box<[Vec<Event>; 64]>,
    /// Bit b is set when bucket b holds events.
    occupied: u64,
    /// How many events the buckets hold.
    behind: usize,
    base: u64,
    /// Key of the event popped last.
    last: u64,
}

impl Default for Agenda {
    fn default() -> Agenda {
        Agenda {
            front: Vec::with_capacity(LONGEST_FRONT + 1),
            reach: u64::MAX,
            buckets: Box::new([const { Vec::new() }; 64]),
            occupied: 0,
            behind: 0,
            base: 0,
            last: 0,
        }
    }
}

impl Agenda {
    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.front.len() + self.behind
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an event.
    ///
    /// # Panics
    /// When it lies before the event popped last.
    #[inline]
    pub fn push(&mut self, event: Event) {
        assert!(event.key() >= self.last, "an event was scheduled in the past");
        if event.key() > self.reach {
            return self.place(event);
        }
        // Behind all of equal key: the front runs backwards, so before them in memory.
        let mut index = self.front.len();
        self.front.push(event);
        while index > 0 && self.front[index - 1].key() <= event.key() {
            self.front[index] = self.front[index - 1];
            index -= 1;
        }
        self.front[index] = event;
        if self.front.len() > LONGEST_FRONT {
            self.shorten_front();
        }
    }

    /// Takes the next event.
    #[inline]
    pub fn pop(&mut self) -> Option<Event> {
        if self.front.is_empty() {
            self.refill_front();
        }
        let event = self.front.pop()?;
        self.last = event.key();
        Some(event)
    }

    #[inline]
    fn place(&mut self, event: Event) {
        let bucket = (event.key() ^ self.base).ilog2();
        self.occupied |= 1 << bucket;
        self.behind += 1;
        self.buckets[bucket as usize].push(event);
    }

    /// Makes the first part of the lowest bucket the front. Only `pop` may do so: the event that it
    /// takes then lies at or after the new base, and so does all that is pushed later.
    #[inline(never)]
    fn refill_front(&mut self) {
        while self.front.is_empty() && self.occupied != 0 {
            let mut bits = self.occupied.trailing_zeros();
            self.occupied &= self.occupied - 1;
            let bucket = bits as usize;
            // It comes back to its place, so that a bucket's memory follows its own size.
            let mut events = std::mem::take(&mut self.buckets[bucket]);
            self.behind -= events.len();
            self.base = events[0].key() >> bits << bits;
            while events.len() > LONGEST_FRONT && bits > 0 {
                let parts = (events.len() / REFILL).ilog2();
                bits = bits.saturating_sub(parts);
                if !self.keep_first(&mut events, bits) {
                    // All crowd in one part, most often at one instant.
                    bits = differing_bits(&events);
                    self.base = events[0].key() >> bits << bits;
                }
            }
            self.front.append(&mut events);
            self.buckets[bucket] = events;
            let is_last = self.occupied == 0;
            self.reach = if is_last { u64::MAX } else { self.base | ((1 << bits) - 1) };
        }
        // Stable, so that equal keys keep their order; then turned round: the next event is last.
        if self.reach > self.base {
            self.front.sort_by_key(|event| event.key());
        }
        self.front.reverse();
    }

    /// Keeps the keys that differ from the base in the lowest `bits` only and deals the others out.
    /// Returns whether there were any.
    fn keep_first(&mut self, events: &mut Vec<Event>, bits: u32) -> bool {
        let mut kept = 0;
        for index in 0..events.len() {
            let event = events[index];
            if (event.key() ^ self.base) >> bits == 0 {
                events[kept] = event;
                kept += 1;
            } else {
                self.place(event);
            }
        }
        let are_dealt_out = kept < events.len();
        events.truncate(kept);
        are_dealt_out
    }

    /// Moves the later part of the front to the buckets; of equal keys all or none.
    #[inline(never)]
    fn shorten_front(&mut self) {
        if self.occupied == 0 {
            self.base = self.last;
        }
        let (latest, middle) = (self.front[0].key(), self.front[self.front.len() / 2].key());
        let reach = if middle < latest { middle } else { latest.saturating_sub(1) };
        // Events of the current instant and rank cannot lie beyond the front's reach.
        self.reach = reach.max(self.last);
        let later = self.front.iter().take_while(|event| event.key() > self.reach).count();
        let mut front = std::mem::take(&mut self.front);
        // First in, first out within a key: the earliest of the later ones lies at their end.
        front.drain(..later).rev().for_each(|event| self.place(event));
        self.front = front;
    }
}

/// How many of the lowest bits of their keys tell these events apart.
fn differing_bits(events: &[Event]) -> u32 {
    let differing = |bits, event: &Event| bits | (event.key() ^ events[0].key());
    u64::BITS - events.iter().fold(0, differing).leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::super::event::{ComponentId, Rank, Signal};
    use super::super::time::Time;
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Reverse;
    use std::collections::{BTreeSet, BinaryHeap};

    /// The obvious agenda: a binary heap of (key, running number), from which what is cancelled is
    /// taken out at once.
    #[derive(Default)]
    struct SlowTwin {
        heap: BinaryHeap<Reverse<(u64, u32)>>,
    }

    /// Both, driven side by side. The agenda cannot cancel: whoever pops an event that was called
    /// off passes over it, as a caller does with the timeouts of calls that were answered.
    #[derive(Default)]
    struct Twins {
        agenda: Agenda,
        cancelled: BTreeSet<u32>,
        twin: SlowTwin,
        pushed: u32,
        now: u64,
    }

    impl Twins {
        fn push(&mut self, nanos: u64, rank: u8) {
            let event = event(nanos, rank, self.pushed);
            self.agenda.push(event);
            self.twin.heap.push(Reverse((event.key(), self.pushed)));
            self.pushed += 1;
        }

        /// Cancels one of the pending events. Returns when it was due.
        fn cancel(&mut self, choice: usize) -> Option<u64> {
            let mut pending = std::mem::take(&mut self.twin.heap).into_vec();
            let cancelled = (!pending.is_empty()).then(|| {
                pending.sort_unstable();
                let Reverse((key, number)) = pending.remove(choice % pending.len());
                self.cancelled.insert(number);
                key >> 3
            });
            self.twin.heap = pending.into();
            cancelled
        }

        /// Pops from both. Returns whether there was anything.
        fn pop(&mut self) -> Result<bool, TestCaseError> {
            let popped = loop {
                match self.agenda.pop() {
                    Some(event) if self.cancelled.remove(&event.signal.slot) => {
                        self.now = event.time().nanos();
                    }
                    other => break other,
                }
            };
            let expected = self.twin.heap.pop().map(|Reverse(pair)| pair);
            prop_assert_eq!(popped.map(|event| (event.key(), event.signal.slot)), expected);
            self.now = popped.map_or(self.now, |event| event.time().nanos());
            Ok(popped.is_some())
        }
    }

    fn event(nanos: u64, rank: u8, slot: u32) -> Event {
        let ranks = [Rank::Release, Rank::Timer, Rank::Arrival, Rank::Deadline, Rank::Observer];
        let signal = Signal { slot, component: ComponentId(0), tag: 0 };
        Event::new(Time::from_nanos(nanos), ranks[rank as usize % 5], signal)
    }

    /// What is done next to both.
    #[derive(Clone, Debug)]
    enum Step {
        /// Push so many events of one rank, so far ahead.
        Push(u64, u8, u32),
        Pop(u32),
        Cancel(usize),
        /// Cancel one and push it again, so much later.
        Reschedule(usize, u64),
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0u64..50, 0u8..5, 0u32..20).prop_map(|(at, rank, all)| Step::Push(at, rank, all)),
            4 => (1u32..20).prop_map(Step::Pop),
            1 => any::<usize>().prop_map(Step::Cancel),
            1 => (any::<usize>(), 0u64..50).prop_map(|(one, later)| Step::Reschedule(one, later)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        /// Pushes with many ties, pops, cancels and reschedules in any mix; the two never differ.
        #[test]
        fn agrees_with_a_binary_heap(
            steps in prop::collection::vec(any_step(), 1..400), stretch in 0u32..40,
        ) {
            let mut twins = Twins::default();
            for step in steps {
                match step {
                    // Lower ranks of the current instant have passed, so all lie ahead.
                    Step::Push(ahead, rank, count) => {
                        let at = twins.now + ((ahead + 1) << stretch);
                        (0..count).for_each(|_| twins.push(at, rank));
                    }
                    Step::Pop(count) => {
                        for _ in 0..count {
                            twins.pop()?;
                        }
                    }
                    Step::Cancel(which) => drop(twins.cancel(which)),
                    Step::Reschedule(which, later) => {
                        if let Some(at) = twins.cancel(which) {
                            twins.push(at + (later << stretch) + 1, 3);
                        }
                    }
                }
                prop_assert_eq!(twins.agenda.len(), twins.twin.heap.len() + twins.cancelled.len());
            }
            while twins.pop()? {}
            prop_assert!(twins.agenda.is_empty());
        }
    }

    #[test]
    #[should_panic(expected = "in the past")]
    fn the_past_is_closed() {
        let mut agenda = Agenda::default();
        agenda.push(event(10, 0, 0));
        agenda.pop();
        agenda.push(event(9, 0, 0));
    }
}
