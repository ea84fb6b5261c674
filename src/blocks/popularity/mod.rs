//! Which keys are asked for: laws over popularity ranks, and how ranks lie over key ids.
//!
//! - [`zipf`]: draws from a Zipf law over up to 2^53 ranks without a table;
//! - [`law`]: exact probabilities, by generalised harmonic numbers;
//! - [`order`]: bijections between ranks and key ids;
//! - [`read`]: how it is written in a scenario.
//!
//! Ranks count from 0, the most popular. What must hold: a draw is below the number of keys and
//! costs constant time; probabilities of a law sum to 1.

pub mod law;
pub mod order;
pub mod read;
pub mod zipf;

pub use law::RankLaw;
pub use order::{KeyOrder, Order};
pub use zipf::ZipfSampler;

use crate::kernel::random::Draw;

/// How the demand is spread over ranks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Popularity {
    /// All keys alike.
    Uniform,
    /// Probability of the rank-th key proportional to `(rank + 1)^-exponent`.
    Zipf {
        /// The exponent, at least 0; 0 is uniform.
        exponent: f64,
    },
}

impl Popularity {
    /// The exponent of the law: 0 for uniform.
    pub const fn exponent(self) -> f64 {
        match self {
            Popularity::Uniform => 0.0,
            Popularity::Zipf { exponent } => exponent,
        }
    }

    /// A sampler over `keys` ranks, with its constants computed once.
    ///
    /// # Panics
    /// When `keys` is zero or the exponent is negative or not finite.
    pub fn sampler(self, keys: u64) -> RankSampler {
        match self {
            Popularity::Zipf { exponent } if exponent != 0.0 => {
                RankSampler::Zipf(ZipfSampler::new(keys, exponent))
            }
            _ => {
                assert!(keys > 0, "a data set must hold at least one key");
                RankSampler::Uniform { keys }
            }
        }
    }

    /// A rank below `keys`, for a number of keys that changes from draw to draw; with a fixed
    /// number, [`Popularity::sampler`] saves the constants.
    pub fn draw_rank(self, keys: u64, draw: &mut Draw) -> u64 {
        self.sampler(keys).draw(draw)
    }
}

/// A [`Popularity`] over a given number of keys, ready to draw from.
#[derive(Clone, Debug)]
pub enum RankSampler {
    /// All ranks alike.
    Uniform {
        /// Number of keys.
        keys: u64,
    },
    /// A Zipf law.
    Zipf(ZipfSampler),
}

impl RankSampler {
    /// A rank, 0 the most popular.
    #[inline]
    pub fn draw(&self, draw: &mut Draw) -> u64 {
        match self {
            RankSampler::Uniform { keys } => draw.below(*keys),
            RankSampler::Zipf(sampler) => sampler.draw(draw),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::Stream;

    /// Chi-square against the exact probabilities, cells joined until each expects 20 draws. With
    /// f degrees of freedom the statistic has mean f and variance 2f; 4.5 deviations (and one more
    /// for its skew) leave a false alarm below 1 in 10,000.
    fn check_chi_square(popularity: Popularity, keys: u64, draws: u64) {
        let sampler = popularity.sampler(keys);
        let stream = Stream::new(20_261_120, 0, "popularity", "chi square");
        let mut counts = vec![0u64; keys as usize];
        for identity in 0..draws {
            counts[sampler.draw(&mut stream.draw(identity)) as usize] += 1;
        }
        let law = RankLaw::new(popularity, keys);
        let (mut statistic, mut cells, mut expected, mut seen) = (0.0, 0.0, 0.0, 0u64);
        for rank in 0..keys {
            expected += law.probability(rank) * draws as f64;
            seen += counts[rank as usize];
            if expected >= 20.0 {
                let off = seen as f64 - expected;
                statistic += off * off / expected;
                (cells, expected, seen) = (cells + 1.0, 0.0, 0);
            }
        }
        let freedom: f64 = cells - 1.0;
        let limit = freedom + 5.5 * (2.0 * freedom).sqrt();
        assert!(statistic < limit, "{popularity:?}: {statistic} with {freedom} degrees of freedom");
    }

    #[test]
    fn draws_follow_the_exact_probabilities() {
        check_chi_square(Popularity::Uniform, 1000, 200_000);
        for exponent in [0.0, 0.8, 0.99, 1.0, 1.2, 3.0] {
            check_chi_square(Popularity::Zipf { exponent }, 1000, 200_000);
        }
        check_chi_square(Popularity::Zipf { exponent: 0.99 }, 2, 50_000);
    }

    #[test]
    fn one_key_is_always_drawn() {
        let mut draw = Stream::new(1, 0, "popularity", "one key").draw(0);
        for exponent in [0.0, 0.5, 1.0, 2.0] {
            assert_eq!(Popularity::Zipf { exponent }.draw_rank(1, &mut draw), 0);
        }
    }
}
