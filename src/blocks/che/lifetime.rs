//! The life of one key's entry in a cache, given the characteristic time.
//!
//! Reads of the key are Poisson with rate r, writes (which delete its entry) Poisson with rate w.
//! An entry begins with the read that missed and filled it. It ends at the first of: a pause
//! between reads as long as the characteristic time t; the age T (time to live, counted from the
//! fill); a write. Its length L is a stopping time of the reads, so a life holds r E\[L\] hits
//! on average, and a cycle from miss to miss 1 + r E\[L\] reads. By renewal
//!
//! ```text
//! hit probability = r E[L] / (1 + r E[L]) = probability that a usable entry is there.
//! ```
//!
//! E\[L\] is the integral from 0 to T of S(u) e^(-wu), where S(u) is the probability that no pause
//! has reached t by age u. S has the Laplace transform (1 - e^(-(r+p)t)) / (p + r e^(-(r+p)t)).
//! Expanding it in powers of e^(-pt) gives, with x = u/t and b = rt,
//!
//! ```text
//! S = sum over k >= 0 of (-b e^-b)^k / k! * ((x-k)^k - e^-b (x-k-1)^k), negative bases left out,
//! ```
//!
//! and its second real pole the decay S ~ e^(-du) with r (e^((d-r)t) - 1) / (d-r) = 1, which is
//! what Lundberg's equation says of a sum of pauses below t. Lundberg's inequality bounds it:
//! S(u) <= e^(-d(u-t)). For T infinite the integral is q / (r + w - rq), q = 1 - e^(-(r+w)t).

use super::quadrature;
use crate::kernel::random::Draw;

/// Multiples of the characteristic time after which the series gives way to its pure decay. The
/// alternating terms lose at most two digits until here.
const SERIES_END: f64 = 12.0;

/// The law of one key's entry.
#[derive(Clone, Copy, Debug)]
pub struct EntryLaw {
    reads: f64,
    writes: f64,
    idle: f64,
    time_to_live: f64,
}

impl EntryLaw {
    /// The law for rates per second, a characteristic time and a time to live in seconds; both
    /// may be infinite.
    pub const fn new(reads: f64, writes: f64, characteristic_time: f64, time_to_live: f64) -> Self {
        EntryLaw { reads, writes, idle: characteristic_time, time_to_live }
    }

    /// Probability that a read finds a usable entry: equally, that one is there at any moment.
    pub fn hit_probability(&self) -> f64 {
        let hits = self.reads * self.mean_life();
        if hits.is_finite() { hits / (1.0 + hits) } else { f64::from(self.reads > 0.0) }
    }

    /// Probability that the key was read within the last `span` seconds and not written since.
    /// With the characteristic time as `span`: that an entry, usable or expired, is held.
    pub fn read_within(&self, span: f64) -> f64 {
        let rate = self.reads + self.writes;
        if self.reads == 0.0 { 0.0 } else { self.reads / rate * fading(rate, span) }
    }

    /// Mean seconds from the fill to the end.
    fn mean_life(&self) -> f64 {
        let EntryLaw { reads, writes, idle, time_to_live } = *self;
        if idle == 0.0 {
            return 0.0;
        }
        if time_to_live <= idle {
            return held_time(writes, time_to_live);
        }
        let rate = reads + writes;
        let share = fading(rate, idle);
        if time_to_live == f64::INFINITY {
            let loss = writes + reads * libm::exp(-rate * idle);
            return if rate > 0.0 { share / loss } else { idle };
        }
        self.mean_life_between(time_to_live)
    }

    /// The mean life when the time to live exceeds the characteristic time: the first piece, where
    /// no pause can have ended it, in closed form; then quadrature piece by piece, since S is a
    /// polynomial between multiples of the characteristic time; then the decay.
    fn mean_life_between(&self, time_to_live: f64) -> f64 {
        let EntryLaw { writes, idle, .. } = *self;
        let mut total = held_time(writes, idle);
        let series = self.series();
        let end = (time_to_live / idle).min(SERIES_END);
        let mut from = 1.0;
        while from < end {
            let to = end.min(from + 1.0);
            total += idle
                * quadrature(from, to, |place| {
                    series.survival(place) * libm::exp(-writes * idle * place)
                });
            from += 1.0;
        }
        let rest = time_to_live - SERIES_END * idle;
        if rest > 0.0 {
            let start = SERIES_END * idle;
            let there = series.survival(SERIES_END) * libm::exp(-writes * start);
            total += there * held_time(writes + self.decay(), rest);
        }
        total
    }

    fn series(&self) -> Series {
        let pause = libm::exp(-self.reads * self.idle);
        Series { ratio: -self.reads * self.idle * pause, pause }
    }

    /// The rate d at which old entries meet a pause, per second. With y = dt the equation is
    /// y = b e^(y-b) without its root y = b: Lambert's function of -b e^-b on the other branch.
    fn decay(&self) -> f64 {
        // A key read more rarely than this never lives beyond the first pause.
        let load = (self.reads * self.idle).max(1e-100);
        let mut place = if load < 1.5 { load - 2.0 * libm::log(load) } else { 0.0 };
        for _ in 0..60 {
            let step = if load < 1.5 {
                // g(z) = b (e^z - 1) / z = 1 with z = y - b, rising and convex: Newton from the
                // right falls onto the root. g exceeds 1 there, because (e^z - 1) / z > e^(z/2).
                let z = place - load;
                let (ratio, slope) = if z.abs() < 1e-4 {
                    (1.0 + z / 2.0 + z * z / 6.0, 0.5 + z / 3.0)
                } else {
                    let ratio = libm::expm1(z) / z;
                    (ratio, (libm::exp(z) - ratio) / z)
                };
                (load * ratio - 1.0) / (load * slope)
            } else {
                // Here y is small, and y - b would lose its digits. The difference of both sides
                // is concave with a root beyond 0: Newton from 0 climbs onto it.
                let grown = load * libm::exp(place - load);
                (place - grown) / (1.0 - grown)
            };
            place -= step;
            if step.abs() <= 1e-14 * place {
                break;
            }
        }
        place.max(0.0) / self.idle
    }

    /// Draws the age since insertion, and the time since the last read, of an entry held at a
    /// moment of the steady state. The age exceeds the time to live when the entry has expired
    /// since that read.
    ///
    /// Every fill and every hit starts a time in which the entry is held until the next read or
    /// write or t. So the age v at the last read and the time y since then are independent: y
    /// exponential with rate r + w, cut at t; v is 0 with weight 1 and has the density
    /// r S(v) e^(-wv) below T, drawn by rejection from r min(1, e^(-d(v-t))) e^(-wv).
    pub(super) fn draw_ages(&self, draw: &mut Draw) -> (f64, f64) {
        let EntryLaw { reads, writes, idle, time_to_live } = *self;
        let since_read = truncated_exponential(reads + writes, idle, draw);
        let flat_end = idle.min(time_to_live);
        let flat = reads * held_time(writes, flat_end);
        let (mut steep, mut decay, mut rest) = (0.0, 0.0, 0.0);
        if time_to_live > idle {
            (decay, rest) = (self.decay(), time_to_live - idle);
            steep = reads * libm::exp(-writes * idle) * held_time(writes + decay, rest);
        }
        let at_read = loop {
            let choice = draw.unit() * (1.0 + flat + steep);
            if choice < 1.0 {
                break 0.0;
            }
            if steep == 0.0 || choice < 1.0 + flat {
                break truncated_exponential(writes, flat_end, draw);
            }
            let beyond = truncated_exponential(writes + decay, rest, draw);
            let place = (1.0 + beyond / idle).min(SERIES_END);
            let bound = libm::exp(-decay * idle * (place - 1.0));
            if draw.unit() * bound < self.series().survival(place) {
                break idle + beyond;
            }
        };
        (at_read + since_read, since_read)
    }
}

/// The series of S, in multiples of the characteristic time.
struct Series {
    /// -b e^-b.
    ratio: f64,
    /// e^-b, the probability that the time after a read is a pause.
    pause: f64,
}

impl Series {
    fn survival(&self, place: f64) -> f64 {
        // term(base, k) = (ratio * base)^k / k!, by multiplication.
        let term = |base: f64, order: u32| {
            (1..=order).fold(1.0, |product, k| product * self.ratio * base / f64::from(k))
        };
        let mut sum = 0.0;
        for order in 0..=SERIES_END as u32 {
            let base = place - f64::from(order);
            if base < 0.0 {
                break;
            }
            sum += term(base, order);
            if base >= 1.0 {
                sum -= self.pause * term(base - 1.0, order);
            }
        }
        sum.clamp(0.0, 1.0)
    }
}

/// `1 - e^(-rate * time)`; 0 for a rate of 0 over any time.
fn fading(rate: f64, time: f64) -> f64 {
    if rate == 0.0 { 0.0 } else { -libm::expm1(-rate * time) }
}

/// The integral of `e^(-rate * u)` from 0 to `time`.
fn held_time(rate: f64, time: f64) -> f64 {
    if rate == 0.0 { time } else { fading(rate, time) / rate }
}

/// An exponential time with this rate, given that it is below `bound`; uniform for a rate of 0.
fn truncated_exponential(rate: f64, bound: f64, draw: &mut Draw) -> f64 {
    let unit = draw.unit_open();
    if rate == 0.0 || rate * bound < 1e-12 {
        return unit * bound;
    }
    (-libm::log1p(-unit * fading(rate, bound)) / rate).min(bound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::Stream;

    /// What a simulation of one key's entry sees at moments a fixed step apart.
    #[derive(Default)]
    struct Seen {
        moments: f64,
        usable: f64,
        held: f64,
        age: f64,
        since_read: f64,
    }

    /// The slow twin: reads and writes of one key one by one, looked at every `step` seconds.
    fn simulate(law: EntryLaw, step: f64, moments: u32) -> Seen {
        let mut draw = Stream::new(20_261_120, 0, "entry law", "twin").draw(0);
        let rate = law.reads + law.writes;
        let mut seen = Seen::default();
        let mut next = 0.0;
        let mut entry: Option<(f64, f64)> = None;
        for moment in 1..=moments {
            let look = f64::from(moment) * step;
            while next < look {
                let now = next;
                next = now - libm::log(draw.unit_open()) / rate;
                entry = match entry {
                    _ if now > 0.0 && draw.chance(law.writes / rate) => None,
                    Some((filled, read))
                        if now - read < law.idle && now - filled < law.time_to_live =>
                    {
                        Some((filled, now))
                    }
                    _ => Some((now, now)),
                };
            }
            seen.moments += 1.0;
            let Some((filled, read)) = entry.filter(|entry| look - entry.1 < law.idle) else {
                continue;
            };
            seen.held += 1.0;
            seen.since_read += look - read;
            seen.age += look - filled;
            seen.usable += f64::from(look - filled < law.time_to_live);
        }
        seen
    }

    /// Looks 3 characteristic times or more apart are nearly independent where lives are short;
    /// where they last 20, some 10,000 of 200,000 count: a standard deviation of half a point for
    /// probabilities and 1.5% for mean ages, of which three are allowed.
    #[test]
    fn entries_live_as_a_simulation_says() {
        for reads in [0.3, 1.0, 2.5] {
            for (writes, time_to_live) in
                [(0.0, 0.6), (0.0, 3.5), (0.2, 20.0), (0.1, f64::INFINITY)]
            {
                let law = EntryLaw::new(reads, writes, 1.0, time_to_live);
                let seen = simulate(law, 3.0, 200_000);
                let name = format!("r = {reads}, w = {writes}, T = {time_to_live}");
                let near = |what: &str, computed: f64, simulated: f64, tolerance: f64| {
                    let off = (computed - simulated).abs();
                    assert!(off < tolerance, "{name}: {what} {computed}, simulated {simulated}");
                };
                near("usable", law.hit_probability(), seen.usable / seen.moments, 0.015);
                near("held", law.read_within(1.0), seen.held / seen.moments, 0.015);
                let stream = Stream::new(20_261_120, 0, "entry law", "ages");
                let ages: Vec<(f64, f64)> =
                    (0..50_000).map(|identity| law.draw_ages(&mut stream.draw(identity))).collect();
                let count = ages.len() as f64;
                let age = ages.iter().map(|ages| ages.0).sum::<f64>() / count;
                let since_read = ages.iter().map(|ages| ages.1).sum::<f64>() / count;
                let usable = ages.iter().filter(|ages| ages.0 < time_to_live).count() as f64;
                near("age", age / (seen.age / seen.held), 1.0, 0.045);
                near("since read", since_read / (seen.since_read / seen.held), 1.0, 0.045);
                near("share usable", usable / count, seen.usable / seen.held, 0.015);
            }
        }
    }

    /// The decay solves its equation for loads far from and at 1, where both roots meet.
    #[test]
    fn decay_solves_lundbergs_equation() {
        for load in [1e-9, 0.1, 0.9, 0.999_999, 1.0, 1.2, 1.5, 4.0, 30.0, 200.0] {
            let law = EntryLaw::new(load / 2.0, 0.0, 2.0, f64::INFINITY);
            let place = law.decay() * 2.0;
            let other = load * libm::exp(place - load);
            assert!((place / other - 1.0).abs() < 1e-6, "{load}: {place} and {other}");
        }
    }

    /// With a distant age limit the series, its quadrature and the decay together must give the
    /// closed form of the unlimited life.
    #[test]
    fn long_lives_approach_the_unlimited_one() {
        for load in [0.05, 0.7, 1.0, 3.0, 8.0] {
            for writes in [0.0, 0.01, 1.0] {
                let long = EntryLaw::new(load, writes, 1.0, 1e7).mean_life();
                let unlimited = EntryLaw::new(load, writes, 1.0, f64::INFINITY).mean_life();
                assert!(
                    (long / unlimited - 1.0).abs() < 1e-6,
                    "{load} {writes}: {long} {unlimited}"
                );
            }
        }
    }
}
