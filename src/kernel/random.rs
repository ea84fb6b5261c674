//! Random draws keyed by what they are for, never by the order in which they happen.
//!
//! A [`Stream`] stands for (seed, repeat, component, purpose); [`Stream::draw`] adds the job's
//! identity and yields a [`Draw`], a SplitMix64 generator of its own. Two cases of a sweep thus
//! give the same job the same luck even when its route differs, which is what makes common random
//! numbers work.
//!
//! The generator is pinned: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
//! number generators", OOPSLA 2014), with the output function of its reference version. Tests pin
//! its first outputs.

use std::convert::Infallible;

/// 2^64 divided by the golden ratio: the step of SplitMix64.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// The output function of SplitMix64 (Stafford's variant 13): a bijection of 64-bit words.
const fn scramble(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

/// Combines two words into one; the order of the two matters.
pub const fn mix(first: u64, second: u64) -> u64 {
    scramble(scramble(first.wrapping_add(STEP)) ^ second.wrapping_mul(STEP).rotate_left(29))
}

/// A pinned hash of a name: 64-bit FNV-1a (Fowler, Noll and Vo), then scrambled.
pub const fn hash_name(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0000_0100_0000_01B3);
        index += 1;
    }
    scramble(hash)
}

/// All draws of one purpose of one component in one repeat of one seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stream(u64);

impl Stream {
    /// The stream of `component` for `purpose`. Names, not numbers, so that adding a component
    /// moves nobody else's draws.
    pub const fn new(seed: u64, repeat: u32, component: &str, purpose: &str) -> Stream {
        let run = mix(seed, repeat as u64);
        Stream(mix(mix(run, hash_name(component)), hash_name(purpose)))
    }

    /// The draws of the job with this identity.
    #[inline]
    pub const fn draw(self, identity: u64) -> Draw {
        self.draw_for(Luck::of(identity))
    }

    /// The draws of the job with this luck.
    #[inline]
    pub const fn draw_for(self, luck: Luck) -> Draw {
        Draw { state: self.0 ^ luck.0 }
    }
}

/// What the draws of a job have in common for all purposes: its identity, scrambled. A job keeps
/// it, because a draw begins a long chain of instructions that wait for each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Luck(u64);

impl Luck {
    /// The luck of the job with this identity.
    #[inline]
    pub const fn of(identity: u64) -> Luck {
        Luck(scramble(identity.wrapping_add(STEP)))
    }
}

/// The draws of one job for one purpose: a small generator, made where it is needed.
#[derive(Clone, Debug)]
pub struct Draw {
    state: u64,
}

impl Draw {
    /// The next 64 random bits.
    #[inline]
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        scramble(self.state)
    }

    /// A uniform number in [0, 1), a multiple of 2^-53.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A uniform number in (0, 1): never 0, never 1.
    #[inline]
    pub fn unit_open(&mut self) -> f64 {
        ((self.next_u64() >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
    }

    /// A uniform whole number below `bound`, without bias (Lemire, "Fast random integer
    /// generation in an interval", ACM TOMACS 2019).
    ///
    /// # Panics
    /// When `bound` is zero.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "a range must hold at least one number");
        let mut product = u128::from(self.next_u64()) * u128::from(bound);
        if (product as u64) < bound {
            let threshold = bound.wrapping_neg() % bound;
            while (product as u64) < threshold {
                product = u128::from(self.next_u64()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }

    /// True with this probability.
    #[inline]
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }
}

/// Lets the laws of other libraries draw from a [`Draw`].
impl rand::rand_core::TryRng for Draw {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next_u64() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next_u64().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference outputs of SplitMix64 seeded with 1234567, as published with the algorithm.
    #[test]
    fn the_generator_is_splitmix64() {
        let mut draw = Draw { state: 1_234_567 };
        let outputs: Vec<u64> = (0..3).map(|_| draw.next_u64()).collect();
        assert_eq!(
            outputs,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn streams_differ_by_each_part_of_their_name() {
        let base = Stream::new(1, 0, "db", "service");
        for other in [
            Stream::new(2, 0, "db", "service"),
            Stream::new(1, 1, "db", "service"),
            Stream::new(1, 0, "app", "service"),
            Stream::new(1, 0, "db", "lag"),
        ] {
            assert_ne!(base.draw(7).next_u64(), other.draw(7).next_u64());
        }
        assert_ne!(base.draw(7).next_u64(), base.draw(8).next_u64());
        assert_eq!(base.draw(7).next_u64(), base.draw(7).next_u64());
    }

    /// First draws of consecutive identities are themselves uniform: chi-square over 64 cells with
    /// 64,000 draws has 63 degrees of freedom; 120 lies beyond its 99.998% point.
    #[test]
    fn first_draws_over_consecutive_jobs_are_uniform() {
        let stream = Stream::new(42, 3, "db", "service");
        let mut cells = [0u32; 64];
        for identity in 0..64_000 {
            cells[stream.draw(identity).below(64) as usize] += 1;
        }
        let chi_square: f64 = cells
            .iter()
            .map(|&count| {
                let off = f64::from(count) - 1000.0;
                off * off / 1000.0
            })
            .sum();
        assert!(chi_square < 120.0, "chi-square {chi_square}");
    }

    #[test]
    fn units_stay_inside_their_interval() {
        let mut draw = Draw { state: 5 };
        for _ in 0..10_000 {
            let unit = draw.unit();
            assert!((0.0..1.0).contains(&unit));
            let open = draw.unit_open();
            assert!(open > 0.0 && open < 1.0);
        }
    }
}
