//! The pending events, in the one total order: (time, rank, first in first out).
//!
//! Two structures share the work. Up to [`SMALL`] events lie in one sorted array. Above that a
//! monotone radix heap takes over (Ahuja, Mehlhorn, Orlin and Tarjan, "Faster algorithms for the
//! shortest path problem", JACM 1990): events sit in buckets by the highest bit in which their key
//! differs from the last key popped, and a bucket is dealt out again only when it becomes the
//! lowest. What must hold:
//! - no event is pushed before the last one popped (asserted): the radix heap relies on it;
//! - events of equal key leave in the order in which they came: they always share a bucket, and
//!   every move keeps their order, so no sequence number is stored.

use super::event::Event;

/// Above this many events the radix heap takes over.
const SMALL: usize = 32;
/// Below this many the sorted array comes back.
const SMALL_AGAIN: usize = 12;
/// One bucket for equal keys and one for each bit in which a key can differ.
const BUCKETS: usize = 65;

/// The pending events of a run.
#[derive(Debug)]
pub struct Agenda {
    /// Falling keys, the next event last; used while `spread` is false.
    sorted: Vec<Event>,
    /// `buckets[0]` holds keys equal to `last`; bucket b > 0 those whose highest differing bit is
    /// b - 1.
    buckets: Vec<Vec<Event>>,
    /// How many of `buckets[0]` have left already.
    taken: usize,
    /// Bit b is set when `buckets[b]` holds events, for b > 0.
    occupied: u64,
    /// Key of the event popped last.
    last: u64,
    length: usize,
    spread: bool,
}

impl Default for Agenda {
    fn default() -> Agenda {
        Agenda {
            sorted: Vec::with_capacity(SMALL + 1),
            buckets: vec![Vec::new(); BUCKETS],
            taken: 0,
            occupied: 0,
            last: 0,
            length: 0,
            spread: false,
        }
    }
}

impl Agenda {
    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Adds an event.
    ///
    /// # Panics
    /// When it lies before the event popped last.
    #[inline]
    pub fn push(&mut self, event: Event) {
        assert!(event.key() >= self.last, "an event was scheduled in the past");
        self.length += 1;
        if self.spread {
            self.place(event);
        } else {
            // Behind all of equal key: the array runs backwards, so before them in memory.
            let mut index = self.sorted.len();
            while index > 0 && self.sorted[index - 1].key() <= event.key() {
                index -= 1;
            }
            self.sorted.insert(index, event);
            if self.length > SMALL {
                self.spread_out();
            }
        }
    }

    /// Takes the next event.
    #[inline]
    pub fn pop(&mut self) -> Option<Event> {
        if self.spread {
            return self.pop_spread();
        }
        let event = self.sorted.pop()?;
        self.length -= 1;
        self.last = event.key();
        Some(event)
    }

    fn pop_spread(&mut self) -> Option<Event> {
        if self.taken == self.buckets[0].len() {
            self.buckets[0].clear();
            self.taken = 0;
            self.deal_out_lowest();
        }
        let event = self.buckets[0][self.taken];
        self.taken += 1;
        self.length -= 1;
        if self.length < SMALL_AGAIN {
            self.draw_together();
        }
        Some(event)
    }

    /// Makes the smallest pending key the last one and deals its bucket out to the lower ones.
    fn deal_out_lowest(&mut self) {
        let lowest = self.occupied.trailing_zeros() as usize + 1;
        self.occupied &= self.occupied - 1;
        let mut bucket = std::mem::take(&mut self.buckets[lowest]);
        self.last = bucket.iter().map(|event| event.key()).min().expect("an occupied bucket");
        for event in bucket.drain(..) {
            self.place(event);
        }
        self.buckets[lowest] = bucket;
    }

    #[inline]
    fn place(&mut self, event: Event) {
        let differing = event.key() ^ self.last;
        let bucket = 64 - differing.leading_zeros() as usize;
        if bucket > 0 {
            self.occupied |= 1 << (bucket - 1);
        }
        self.buckets[bucket].push(event);
    }

    fn spread_out(&mut self) {
        self.spread = true;
        while let Some(event) = self.sorted.pop() {
            self.place(event);
        }
    }

    fn draw_together(&mut self) {
        self.spread = false;
        let taken = std::mem::take(&mut self.taken);
        self.sorted.extend(self.buckets[0].drain(..).skip(taken));
        while self.occupied != 0 {
            let lowest = self.occupied.trailing_zeros() as usize + 1;
            self.occupied &= self.occupied - 1;
            self.sorted.append(&mut self.buckets[lowest]);
        }
        // Stable, so that equal keys keep their order; then turned round: the next event is last.
        self.sorted.sort_by_key(|event| event.key());
        self.sorted.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::{ComponentId, Rank};
    use super::super::time::Time;
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    /// The obvious agenda: a binary heap of (key, running number).
    #[derive(Default)]
    struct SlowTwin {
        heap: BinaryHeap<Reverse<(u64, u32)>>,
    }

    fn event(nanos: u64, rank: u8, slot: u32) -> Event {
        let ranks = [Rank::Release, Rank::Timer, Rank::Arrival, Rank::Deadline, Rank::Observer];
        Event::new(Time::from_nanos(nanos), ranks[rank as usize % 5], ComponentId(0), 0, slot)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        /// Pushes (with many ties) and pops in any mix; the two never differ.
        #[test]
        fn agrees_with_a_binary_heap(
            steps in prop::collection::vec((any::<bool>(), 0u64..50, 0u8..5, 0u32..20), 1..3000),
            stretch in 0u32..40,
        ) {
            let mut agenda = Agenda::default();
            let mut twin = SlowTwin::default();
            let mut now = 0;
            for (number, (push, ahead, rank, burst)) in steps.into_iter().enumerate() {
                if push {
                    // Rank 4 at the current instant stays allowed; lower ranks must lie ahead.
                    let ahead = (ahead + 1) << (stretch % 40);
                    for copy in 0..burst {
                        let slot = number as u32 * 100 + copy;
                        let event = event(now + ahead, rank, slot);
                        agenda.push(event);
                        twin.heap.push(Reverse((event.key(), slot)));
                    }
                } else {
                    let popped = agenda.pop();
                    let expected = twin.heap.pop().map(|Reverse(pair)| pair);
                    prop_assert_eq!(popped.map(|event| (event.key(), event.slot)), expected);
                    now = popped.map_or(now, |event| event.time().nanos());
                }
                prop_assert_eq!(agenda.len(), twin.heap.len());
            }
            while let Some(event) = agenda.pop() {
                let Reverse(expected) = twin.heap.pop().expect("the twins hold as many");
                prop_assert_eq!((event.key(), event.slot), expected);
            }
            prop_assert!(twin.heap.is_empty());
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
