//! The jobs that a server works on, by the instants at which they are done.

use crate::kernel::JobId;
use crate::kernel::time::Time;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// A job that computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Departure {
    /// When it is done.
    pub at: Time,
    /// When it came.
    pub born: Time,
    /// What is to be known of it.
    pub job: JobId,
}

/// Later than all others: nobody computes.
const NEVER: Departure =
    Departure { at: Time::from_nanos(u64::MAX), born: Time::ZERO, job: JobId(0) };

/// By instants; jobs that are done at the same one may leave in any order.
impl Ord for Departure {
    fn cmp(&self, other: &Departure) -> Ordering {
        self.at.cmp(&other.at)
    }
}

impl PartialOrd for Departure {
    fn partial_cmp(&self, other: &Departure) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The jobs of one server. The next one lies apart: with one worker it is all there is.
#[derive(Clone, Debug)]
pub struct Departures {
    next: Departure,
    later: BinaryHeap<Reverse<Departure>>,
}

impl Default for Departures {
    fn default() -> Departures {
        Departures { next: NEVER, later: BinaryHeap::new() }
    }
}

impl Departures {
    /// The next job to leave; far beyond the end of time when there is none.
    #[inline]
    pub fn next(&self) -> Departure {
        self.next
    }

    /// One more job computes.
    ///
    /// # Panics
    /// When it is done after [`Time::LAST`].
    #[inline]
    pub fn push(&mut self, departure: Departure) {
        assert!(departure.at <= Time::LAST, "the clock's 73 years are over");
        if self.next == NEVER {
            self.next = departure;
        } else {
            let later = std::cmp::max(departure, self.next);
            self.next = std::cmp::min(departure, self.next);
            self.later.push(Reverse(later));
        }
    }

    /// The next job leaves.
    #[inline]
    pub fn pop(&mut self) {
        self.next = self.later.pop().map_or(NEVER, |Reverse(departure)| departure);
    }

    /// The next job leaves, and another one computes in its place.
    ///
    /// # Panics
    /// When that is done after [`Time::LAST`].
    #[inline]
    pub fn replace(&mut self, departure: Departure) {
        if self.later.is_empty() {
            assert!(departure.at <= Time::LAST, "the clock's 73 years are over");
            self.next = departure;
        } else {
            self.pop();
            self.push(departure);
        }
    }

    /// All jobs that compute, in no order.
    pub fn iter(&self) -> impl Iterator<Item = Departure> {
        let next = (self.next != NEVER).then_some(self.next);
        next.into_iter().chain(self.later.iter().map(|Reverse(departure)| *departure))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn departure(nanos: u64) -> Departure {
        Departure { at: Time::from_nanos(nanos), ..NEVER }
    }

    proptest! {
        /// The slow twin is a sorted list.
        #[test]
        fn the_earliest_leaves_first(steps in prop::collection::vec((0u8..3, 0u64..9), 0..60)) {
            let (mut departures, mut twin) = (Departures::default(), Vec::new());
            for (step, nanos) in steps {
                let one = departure(nanos);
                if step == 0 || twin.is_empty() {
                    departures.push(one);
                    twin.push(one);
                } else {
                    twin.remove(0);
                    if step == 1 {
                        departures.pop();
                    } else {
                        departures.replace(one);
                        twin.push(one);
                    }
                }
                twin.sort();
                prop_assert_eq!(departures.next(), twin.first().copied().unwrap_or(NEVER));
                let mut all: Vec<Departure> = departures.iter().collect();
                all.sort();
                prop_assert_eq!(&all, &twin);
            }
        }
    }

    #[test]
    #[should_panic(expected = "73 years are over")]
    fn nobody_leaves_after_the_end_of_time() {
        Departures::default().push(departure(Time::LAST.nanos() + 1));
    }
}
