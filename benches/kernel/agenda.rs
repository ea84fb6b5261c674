//! The hold model: take the next event and put one back, at a constant number of pending ones
//! (Jones, "An empirical comparison of priority-queue and event-set implementations", Comm. ACM
//! 29(4), 1986). Beside the agenda stands a binary heap from the standard library.

use crate::{MILLISECOND, STREAM, TABLE, exponential};
use criterion::Criterion;
use simscale::blocks::distribution::Distribution;
use simscale::kernel::time::{Duration, Time};
use simscale::kernel::{Agenda, ComponentId, Event, Rank, Signal};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration as WallTime;

const SIZES: &[usize] = &[2, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
/// How many events are pending under laws other than the exponential.
const MANY: usize = 100_000;
const TIMEOUT: Duration = Duration::from_nanos(10_000_000_000);

/// What can hold pending events.
trait Pending: Default {
    fn push(&mut self, event: Event);
    fn pop(&mut self) -> Option<Event>;
}

impl Pending for Agenda {
    fn push(&mut self, event: Event) {
        Agenda::push(self, event);
    }

    fn pop(&mut self) -> Option<Event> {
        Agenda::pop(self)
    }
}

/// The obvious agenda: a binary heap of time, order of coming, and slot. First in first out among
/// events of the same time, as the agenda is; all have the same rank here.
#[derive(Default)]
struct Heap {
    heap: BinaryHeap<Reverse<(u64, u32, u32)>>,
    pushed: u32,
}

impl Pending for Heap {
    fn push(&mut self, event: Event) {
        self.heap.push(Reverse((event.time().nanos(), self.pushed, event.signal.slot)));
        self.pushed = self.pushed.wrapping_add(1);
    }

    fn pop(&mut self) -> Option<Event> {
        let Reverse((nanos, _, slot)) = self.heap.pop()?;
        Some(event(Time::from_nanos(nanos), slot))
    }
}

fn event(at: Time, slot: u32) -> Event {
    Event::new(at, Rank::Timer, Signal { slot, component: ComponentId(0), tag: 0 })
}

/// All benchmarks of the agenda.
pub fn agenda(criterion: &mut Criterion) {
    for &pending in SIZES {
        let name = format!("hold, {pending} pending, exponential");
        compare(criterion, &name, pending, &exponential());
    }
    for (name, law) in other_laws() {
        compare(criterion, &format!("hold, {MANY} pending, {name}"), MANY, &law);
    }
}

/// Service times among long timeouts, masses of ties, and a tail without variance.
fn other_laws() -> [(&'static str, Distribution); 3] {
    let law = |law: Result<Distribution, String>| law.expect("the law's parameters are valid");
    let constant = |span| law(Distribution::constant(span));
    let timers = Distribution::mixture(vec![(0.9, exponential()), (0.1, constant(TIMEOUT))]);
    [
        ("90% of 1 ms and 10% timers of 10 s", law(timers)),
        ("constant", constant(MILLISECOND)),
        ("Pareto 1.1", law(Distribution::pareto(MILLISECOND, 1.1))),
    ]
}

fn compare(criterion: &mut Criterion, name: &str, pending: usize, law: &Distribution) {
    let mut group = criterion.benchmark_group(name);
    group.warm_up_time(WallTime::from_millis(500)).measurement_time(WallTime::from_secs(2));
    group.bench_function("agenda", |bencher| hold::<Agenda>(bencher, pending, law));
    group.bench_function("binary heap", |bencher| hold::<Heap>(bencher, pending, law));
    group.finish();
}

fn hold<P: Pending>(bencher: &mut criterion::Bencher<'_>, pending: usize, law: &Distribution) {
    let draw = |identity: usize| law.sample(&mut STREAM.draw(identity as u64));
    let mut events = P::default();
    for slot in 0..pending {
        events.push(event(Time::ZERO + draw(slot), slot as u32));
    }
    let spans: Vec<Duration> = (pending..pending + TABLE).map(draw).collect();
    let mut turn = 0;
    bencher.iter(|| {
        let next = events.pop().expect("as many are put back as taken");
        events.push(event(next.time() + spans[turn % TABLE], next.signal.slot));
        turn += 1;
    });
}
