//! Locks on keys: who holds one writes it, the others stand in line.
//!
//! What must hold: a key is held by one job at most; a line is first come, first served; whoever
//! asked either holds the key, stands in its line, or was told; a key nobody wants takes no room.

use crate::blocks::keyed::KeyedTable;
use crate::kernel::JobId;
use crate::kernel::time::Time;
use std::collections::VecDeque;

/// One who stands in line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiter {
    /// Who waits.
    pub job: JobId,
    /// Since when.
    pub since: Time,
    /// Tells this wait from all others.
    pub number: u64,
}

/// What becomes of one who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// The key was free and is held from now on.
    Granted,
    /// The job has held it before.
    HeldAlready,
    /// The job stands in line; the number of its wait.
    Waits(u64),
}

#[derive(Clone, Debug)]
struct Line {
    holder: JobId,
    waiting: VecDeque<Waiter>,
}

/// All keys that are held.
#[derive(Clone, Debug, Default)]
pub struct LockTable {
    lines: KeyedTable<Line>,
    /// Waits so far.
    waits: u64,
}

impl LockTable {
    /// A job asks for a key.
    pub fn acquire(&mut self, key: u64, job: JobId, now: Time) -> Asked {
        let Some(line) = self.lines.get_mut(key) else {
            self.lines.insert(key, Line { holder: job, waiting: VecDeque::new() });
            return Asked::Granted;
        };
        if line.holder == job {
            return Asked::HeldAlready;
        }
        self.waits += 1;
        line.waiting.push_back(Waiter { job, since: now, number: self.waits });
        Asked::Waits(self.waits)
    }

    /// Whether a job holds a key.
    pub fn holds(&self, key: u64, job: JobId) -> bool {
        self.lines.get(key).is_some_and(|line| line.holder == job)
    }

    /// The holder of a key gives it back. Returns the one in line who holds it from now on.
    ///
    /// # Panics
    /// When the job does not hold it.
    pub fn release(&mut self, key: u64, job: JobId) -> Option<Waiter> {
        let line = self.lines.get_mut(key).expect("only a held key is given back");
        assert!(line.holder == job, "only its holder gives a key back");
        match line.waiting.pop_front() {
            Some(next) => {
                line.holder = next.job;
                Some(next)
            }
            None => {
                self.lines.remove(key);
                None
            }
        }
    }

    /// Whoever waits under this number leaves the line, if it still stands there.
    pub fn give_up(&mut self, key: u64, number: u64) -> Option<Waiter> {
        let line = self.lines.get_mut(key)?;
        let at = line.waiting.iter().position(|waiter| waiter.number == number)?;
        line.waiting.remove(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// What a job does next: ask for a key, give one back, or leave a line.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        Acquire(u64, u32),
        Release(u64),
        GiveUp(u64, usize),
    }

    fn act() -> impl Strategy<Value = Act> {
        let key = 0..3_u64;
        prop_oneof![
            4 => (key.clone(), 0..200_u32).prop_map(|(key, job)| Act::Acquire(key, job)),
            3 => key.clone().prop_map(Act::Release),
            1 => (key, 0..4_usize).prop_map(|(key, place)| Act::GiveUp(key, place)),
        ]
    }

    proptest! {
        /// The table against lists: the first of a list holds the key, the others stand in line.
        #[test]
        fn a_key_is_held_by_one_and_its_line_is_fair(acts in vec(act(), 1..200)) {
            let mut table = LockTable::default();
            let mut lists: BTreeMap<u64, Vec<(JobId, u64)>> = BTreeMap::new();
            for (at, act) in acts.into_iter().enumerate() {
                let now = Time::from_nanos(at as u64);
                match act {
                    Act::Acquire(key, job) => {
                        let (job, list) = (JobId(job), lists.entry(key).or_default());
                        if list.iter().skip(1).any(|(other, _)| *other == job) {
                            continue;
                        }
                        match table.acquire(key, job, now) {
                            Asked::Granted => {
                                prop_assert!(list.is_empty());
                                list.push((job, 0));
                            }
                            Asked::HeldAlready => prop_assert_eq!(list[0].0, job),
                            Asked::Waits(number) => {
                                prop_assert!(!list.is_empty() && list[0].0 != job);
                                list.push((job, number));
                            }
                        }
                    }
                    Act::Release(key) => {
                        let list = lists.entry(key).or_default();
                        let Some(&(holder, _)) = list.first() else { continue };
                        let next = table.release(key, holder);
                        list.remove(0);
                        prop_assert_eq!(next.map(|it| it.job), list.first().map(|it| it.0));
                    }
                    Act::GiveUp(key, place) => {
                        let list = lists.entry(key).or_default();
                        let number = list.get(place + 1).map_or(u64::MAX, |it| it.1);
                        let gone = table.give_up(key, number).map(|it| it.job);
                        prop_assert_eq!(gone, list.get(place + 1).map(|it| it.0));
                        if gone.is_some() {
                            list.remove(place + 1);
                        }
                    }
                }
                for (&key, list) in &lists {
                    for (place, (job, _)) in list.iter().enumerate() {
                        prop_assert_eq!(table.holds(key, *job), place == 0);
                    }
                }
                let held = lists.values().filter(|list| !list.is_empty()).count();
                prop_assert_eq!(table.lines.len(), held, "a free key takes no room");
            }
        }
    }
}
