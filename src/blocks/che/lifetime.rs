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

    /// Probability that an entry, usable or expired, is held: the last read or write was a read,
    /// and within the characteristic time.
    pub fn held_probability(&self) -> f64 {
        let rate = self.reads + self.writes;
        if self.reads == 0.0 { 0.0 } else { self.reads / rate * fading(rate, self.idle) }
    }

    /// Mean seconds from the fill to the end.
    fn mean_life(&self) -> f64 {
        let EntryLaw { reads, writes, idle, time_to_live } = *self;
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
    /// g(y) = b (e^(y-b) - 1) / (y-b) = 1, g rising and convex: Newton from the right of the root
    /// falls onto it.
    fn decay(&self) -> f64 {
        let load = self.reads * self.idle;
        // g exceeds 1 there: for b >= 1 by g(b) = b, else because (e^z - 1) / z >= e^(z/2).
        let mut place = if load >= 1.0 { load } else { load - 2.0 * libm::log(load) };
        for _ in 0..60 {
            let z = place - load;
            let (ratio, slope) = if z.abs() < 1e-4 {
                (1.0 + z / 2.0 + z * z / 6.0, 0.5 + z / 3.0)
            } else {
                let ratio = libm::expm1(z) / z;
                (ratio, (libm::exp(z) - ratio) / z)
            };
            let step = (load * ratio - 1.0) / (load * slope);
            place -= step;
            if step.abs() <= 1e-14 * place {
                break;
            }
        }
        place.max(0.0) / self.idle
    }

    /// Draws the age since insertion and the time since the last read of an entry held at a
    /// moment of the steady state, expired ones included: the age exceeds the time to live
    /// then.
    ///
    /// Every read of a usable entry, and every fill, starts a span in which the entry is held until
    /// the next read or write or t. So the age v at the last read and the time y since then are
    /// independent: y exponential with rate r + w below t; v is 0 with weight 1 and has density
    /// r S(v) e^(-wv) below T.
    pub(super) fn draw_ages(&self, draw: &mut Draw) -> (f64, f64) {
        let since_read = truncated_exponential(self.reads + self.writes, self.idle, draw);
        let filled = 1.0 / (1.0 + self.reads * self.mean_life());
        let at_read = if draw.chance(filled) { 0.0 } else { self.draw_age_at_read(draw) };
        (at_read + since_read, since_read)
    }

    /// An age with density proportional to S(v) e^(-wv) below T, by rejection from
    /// min(1, e^(-d(v-t))) e^(-wv).
    fn draw_age_at_read(&self, draw: &mut Draw) -> f64 {
        let EntryLaw { writes, idle, time_to_live, .. } = *self;
        if time_to_live <= idle {
            return truncated_exponential(writes, time_to_live, draw);
        }
        let series = self.series();
        let decay = self.decay();
        let flat = held_time(writes, idle);
        let rest = time_to_live - idle;
        let steep = libm::exp(-writes * idle) * held_time(writes + decay, rest);
        loop {
            if draw.unit() * (flat + steep) < flat {
                return truncated_exponential(writes, idle, draw);
            }
            let beyond = truncated_exponential(writes + decay, rest, draw);
            let place = beyond / idle;
            let survival = if place + 1.0 <= SERIES_END {
                series.survival(place + 1.0) * libm::exp(decay * beyond)
            } else {
                series.survival(SERIES_END) * libm::exp(decay * idle * (SERIES_END - 1.0))
            };
            if draw.unit() < survival {
                return idle + beyond;
            }
        }
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
    if rate * bound < 1e-12 {
        return unit * bound;
    }
    (-libm::log1p(-unit * fading(rate, bound)) / rate).min(bound)
}
