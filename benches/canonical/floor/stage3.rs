//! The shipped scenario `stage3`, step by step, for its 300,000 users.
//!
//! ```text
//! asset       50%  network 50 us
//! view        49%  balancer, server, wire, cache thread, then the cache or one of 4 replicas, wire
//! edit         1%  the same way to the primary, which sends it to 4 replicas; the entry is deleted
//! ```
//!
//! Written for this model alone, so what it need not do is left out: all assets are held; all posts
//! fit into the cache, so no order of use is kept, only when each entry ends; application servers
//! and database, at a quarter of what they can do, let hardly anybody wait and are pure delays.
//! Filling the cache at the start is part of the work, here and there.

use super::{Agenda, Answered, Jobs, MICROSECOND, MILLISECOND, SECOND, Spans, uniform};
use simscale::blocks::distribution::Distribution;
use simscale::blocks::popularity::{Popularity, RankLaw, RankSampler};
use simscale::kernel::random::Draw;
use simscale::kernel::time::Duration;

const POSTS: u64 = 1_500_000;
const POPULARITY: Popularity = Popularity::Zipf { exponent: 0.99 };
const VIEWS_PER_SECOND: f64 = 9_800.0;
const EDITS_PER_SECOND: f64 = 200.0;
const TIME_TO_LIVE: u64 = 300 * SECOND;
const WIRE: u64 = 200 * MICROSECOND;
const LOOK_UP: u64 = 10 * MICROSECOND;
const SERVERS: usize = 6;
const REPLICAS: u32 = 4;

const ARRIVAL: u32 = 0;
const ASSET_SERVED: u32 = 1;
const COMPUTED: u32 = 2;
const LOOKED_UP: u32 = 3;
const QUERIED: u32 = 4;
const REPLIED: u32 = 5;
const VISIBLE: u32 = 6;
const APPLIED: u32 = 7;

struct Job {
    sent: u64,
    key: usize,
    server: usize,
    is_edit: bool,
}

/// When the entry of each post ends, as a cache that has run for long has it: an entry lives until
/// its time is over or its post is edited, and is away until the post is read again.
fn steady_cache(draw: &mut Draw) -> Vec<u64> {
    let law = RankLaw::new(POPULARITY, POSTS);
    let edits = EDITS_PER_SECOND / POSTS as f64;
    let seconds = TIME_TO_LIVE as f64 / SECOND as f64;
    let life = -libm::expm1(-edits * seconds) / edits;
    let end_of = |rank| {
        let reads_in_a_life = VIEWS_PER_SECOND * law.probability(rank) * life;
        let is_held = draw.unit() < reads_in_a_life / (1.0 + reads_in_a_life);
        if is_held { draw.below(TIME_TO_LIVE) } else { 0 }
    };
    (0..POSTS).map(end_of).collect()
}

/// The server with the fewest open requests.
fn least_busy(open: &[u32; SERVERS]) -> usize {
    (1..SERVERS).fold(0, |best, server| if open[server] < open[best] { server } else { best })
}

/// The law of the replication lag.
fn lag() -> Result<Distribution, String> {
    let percentiles = [(0.5, 20 * MILLISECOND), (0.99, 500 * MILLISECOND)];
    let percentiles = percentiles.map(|(share, nanos)| (share, Duration::from_nanos(nanos)));
    Distribution::lognormal_percentiles(&percentiles)
}

/// The draws, by purpose.
struct Draws {
    gaps: Spans,
    luck: Draw,
    popular: RankSampler,
    computing: Spans,
    reading: Spans,
    writing: Spans,
    lags: Spans,
}

impl Draws {
    fn new(repeat: u32) -> Draws {
        Draws {
            gaps: Spans::exponential(50 * MICROSECOND, "users", repeat),
            luck: uniform("users", repeat),
            popular: POPULARITY.sampler(POSTS),
            computing: Spans::lognormal(2 * MILLISECOND, 1.0, "app", repeat),
            reading: Spans::lognormal(4 * MILLISECOND, 1.2, "db reads", repeat),
            writing: Spans::lognormal(9 * MILLISECOND, 1.2, "db writes", repeat),
            lags: Spans::new(lag(), "db lag", repeat),
        }
    }
}

struct Site {
    draws: Draws,
    agenda: Agenda,
    jobs: Jobs<Job>,
    /// Requests under way at each server.
    open: [u32; SERVERS],
    /// When the cache's one thread has done what waits for it.
    thread_is_free_at: u64,
    entry_ends: Vec<u64>,
    answered: Answered,
}

/// Serves so many requests.
pub fn run(requests: u64, repeat: u32) -> Answered {
    let mut site = Site {
        draws: Draws::new(repeat),
        agenda: Agenda::default(),
        jobs: Jobs::new(),
        open: [0; SERVERS],
        thread_is_free_at: 0,
        entry_ends: steady_cache(&mut uniform("cache", repeat)),
        answered: Answered::default(),
    };
    let mut sent = 0;
    site.agenda.push(site.draws.gaps.draw(), ARRIVAL, 0);
    while let Some((now, kind, number)) = site.agenda.pop() {
        match kind {
            ARRIVAL => {
                site.arrive(now);
                sent += 1;
                if sent < requests {
                    site.agenda.push(now + site.draws.gaps.draw(), ARRIVAL, 0);
                }
            }
            VISIBLE => site.agenda.push(now + 2 * MILLISECOND, APPLIED, number),
            ASSET_SERVED | APPLIED => {}
            _ => site.go_on(now, kind, number),
        }
    }
    site.answered
}

impl Site {
    fn arrive(&mut self, now: u64) {
        let draws = &mut self.draws;
        let operation = draws.luck.unit();
        if operation < 0.5 {
            return self.agenda.push(now + 50 * MICROSECOND, ASSET_SERVED, 0);
        }
        let is_edit = operation >= 0.99;
        let luck = &mut draws.luck;
        let key = if is_edit { luck.below(POSTS) } else { draws.popular.draw(luck) } as usize;
        let server = least_busy(&self.open);
        self.open[server] += 1;
        let slot = self.jobs.add(Job { sent: now, key, server, is_edit });
        self.agenda.push(now + draws.computing.draw(), COMPUTED, slot);
    }

    /// A job's next step.
    fn go_on(&mut self, now: u64, kind: u32, slot: u32) {
        let Job { sent, key, server, is_edit } = *self.jobs.get(slot);
        let draws = &mut self.draws;
        let (time, next) = match (kind, is_edit) {
            (COMPUTED, true) => (now + WIRE + draws.writing.draw(), QUERIED),
            (COMPUTED, false) => {
                // The wire is equally long for all, so they come to the thread in this order.
                self.thread_is_free_at = self.thread_is_free_at.max(now + WIRE) + LOOK_UP;
                (self.thread_is_free_at, LOOKED_UP)
            }
            (LOOKED_UP, _) if now < self.entry_ends[key] => (now + WIRE, REPLIED),
            (LOOKED_UP, _) => (now + draws.reading.draw(), QUERIED),
            (QUERIED, true) => {
                self.entry_ends[key] = 0;
                for replica in 0..REPLICAS {
                    self.agenda.push(now + draws.lags.draw(), VISIBLE, replica);
                }
                (now + LOOK_UP + WIRE, REPLIED)
            }
            (QUERIED, false) => {
                self.entry_ends[key] = now + TIME_TO_LIVE;
                (now + WIRE, REPLIED)
            }
            _ => {
                self.open[server] -= 1;
                self.answered.times.record(now - sent);
                return self.jobs.remove(slot);
            }
        };
        self.agenda.push(time, next, slot);
    }
}
