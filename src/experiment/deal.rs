//! Many cases at once: every repeat of every case is dealt to the threads alone.
//!
//! The cases that take longest begin first, so that no thread is left with a long one when the
//! others are done. What must hold: who runs a repeat, and when, decides nothing; a case is judged
//! once all its repeats are there, in the order of their numbers.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use super::course::{Course, Runs};
use super::run::expected_requests;
use super::single::{Breach, Single};
use crate::model::Model;
use crate::scenario::Scenario;
use rayon::ScopeFifo;

/// A scenario and its model, ready to be run.
pub type Compiled = (Scenario, Model);

/// Called with the position of a case and all about it, from the thread that ran its last repeat;
/// tells whether to go on.
pub type Done<'a> = dyn Fn(usize, &Course<'_>, &Runs) -> ControlFlow<()> + Sync + 'a;

/// Runs all `cases` and hands each to `done` as soon as it is complete; `progress` is called with
/// the number of requests simulated since the last call, from several threads. Once `done` says
/// stop, repeats that have not begun are left out.
///
/// # Errors
/// When jobs got lost or appeared in a component: a defect of the simulator.
pub fn deal(
    cases: &[&Compiled],
    progress: &(dyn Fn(u64) + Sync),
    done: &Done<'_>,
) -> Result<(), Breach> {
    let breach = Mutex::new(None);
    let hands: Vec<Hand<'_>> = (0..).zip(cases).map(|(at, case)| Hand::new(at, case)).collect();
    let mut order: Vec<(&Hand<'_>, f64)> =
        std::iter::zip(&hands, cases).map(|(hand, case)| (hand, effort(case))).collect();
    order.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let is_over = AtomicBool::new(false);
    let table = Table { progress, done, breach: &breach, is_over: &is_over };
    rayon::scope_fifo(|scope| {
        for (hand, _) in order {
            table.begin(hand, scope);
        }
    });
    match locked(&breach).take() {
        None => Ok(()),
        Some(breach) => Err(breach),
    }
}

/// What a case takes about: requests, times the components that each of them comes to.
fn effort((scenario, model): &Compiled) -> f64 {
    let arrivals: f64 = model.components.iter().flat_map(|component| &component.arriving).sum();
    expected_requests(scenario, model) as f64 * (1.0 + arrivals / model.rate)
}

/// A case while its repeats are under way.
struct Hand<'a> {
    position: usize,
    course: RwLock<Course<'a>>,
    /// What each repeat of the round yielded, once it has.
    singles: Mutex<Vec<Option<Yield>>>,
}

impl<'a> Hand<'a> {
    fn new(position: usize, (scenario, model): &'a Compiled) -> Hand<'a> {
        let course = RwLock::new(Course::new(scenario, model).without_series());
        Hand { position, course, singles: Mutex::default() }
    }

    /// Keeps what a repeat yielded; gives all of the round when it was the last one.
    fn keep(&self, repeat: u32, single: Yield) -> Option<Vec<Yield>> {
        let mut singles = locked(&self.singles);
        singles[repeat as usize] = Some(single);
        let is_complete = singles.iter().all(Option::is_some);
        is_complete.then(|| std::mem::take(&mut *singles).into_iter().flatten().collect())
    }
}

/// What a repeat yields.
type Yield = Result<Single, Breach>;

#[derive(Clone, Copy)]
struct Table<'a> {
    progress: &'a (dyn Fn(u64) + Sync),
    done: &'a Done<'a>,
    breach: &'a Mutex<Option<Breach>>,
    is_over: &'a AtomicBool,
}

impl<'a> Table<'a> {
    /// Deals the repeats of a case's next round.
    fn begin(self, hand: &'a Hand<'a>, scope: &ScopeFifo<'a>) {
        let repeats = read(&hand.course).repeats();
        *locked(&hand.singles) = (0..repeats).map(|_| None).collect();
        for repeat in 0..repeats {
            scope.spawn_fifo(move |scope| {
                if self.is_over.load(Ordering::Relaxed) {
                    return;
                }
                let single = read(&hand.course).run(repeat, true, self.progress);
                if let Some(singles) = hand.keep(repeat, single) {
                    self.end(hand, singles, scope);
                }
            });
        }
    }

    /// Takes a round that is complete.
    fn end(self, hand: &'a Hand<'a>, singles: Vec<Yield>, scope: &ScopeFifo<'a>) {
        match singles.into_iter().collect::<Result<Vec<Single>, Breach>>() {
            Err(found) => {
                locked(self.breach).get_or_insert(found);
            }
            Ok(singles) => {
                let mut course = hand.course.write().unwrap_or_else(PoisonError::into_inner);
                let runs = course.take(singles);
                drop(course);
                match runs {
                    Some(runs) => {
                        let next = (self.done)(hand.position, &read(&hand.course), &runs);
                        self.is_over.fetch_or(next.is_break(), Ordering::Relaxed);
                    }
                    None => self.begin(hand, scope),
                }
            }
        }
    }
}

/// A thread that panics ends the process, so what a lock holds is never left half-way.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}
