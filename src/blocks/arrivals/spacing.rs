//! Gaps of mean 1 between arrivals.

use crate::blocks::distribution::gamma::standard_gamma;
use crate::blocks::distribution::ziggurat;
use crate::kernel::random::{Draw, Stream};

/// How regular arrivals are.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Spacing {
    /// Exponential gaps: arrivals of many independent users.
    Poisson,
    /// Equal gaps.
    Even,
    /// Gamma gaps.
    Gamma {
        /// Standard deviation of a gap over its mean: below 1 more regular than Poisson, above
        /// 1 in bursts. More than 0.
        cv: f64,
    },
}

impl Spacing {
    /// A gap between two arrivals.
    pub fn gap(self, draw: &mut Draw) -> f64 {
        match self {
            Spacing::Poisson => ziggurat::exponential(draw),
            Spacing::Even => 1.0,
            Spacing::Gamma { cv } => {
                let shape = 1.0 / (cv * cv);
                standard_gamma(shape, draw) / shape
            }
        }
    }

    /// The time from a moment chosen at random to the next arrival: a uniform part of the gap
    /// around it, which is likelier the longer it is (D. R. Cox, "Renewal Theory", 1962, chapter
    /// 5). The length-biased gamma law is the one with a shape larger by 1.
    pub fn first_gap(self, draw: &mut Draw) -> f64 {
        match self {
            Spacing::Poisson => ziggurat::exponential(draw),
            Spacing::Even => draw.unit_open(),
            Spacing::Gamma { cv } => {
                let shape = 1.0 / (cv * cv);
                standard_gamma(shape + 1.0, draw) / shape * draw.unit_open()
            }
        }
    }

    /// The first gap or one between two arrivals.
    #[inline(never)]
    fn gap_with_memory(self, is_first: bool, draw: &mut Draw) -> f64 {
        if is_first { self.first_gap(draw) } else { self.gap(draw) }
    }
}

/// Gaps one after the other; gap n depends on its stream and n alone.
#[derive(Clone, Debug)]
pub struct Gaps {
    spacing: Spacing,
    stream: Stream,
    ordinal: u64,
}

impl Gaps {
    /// The gaps of a process that has run since long before.
    ///
    /// # Panics
    /// When a coefficient of variation is not above 0 and finite.
    pub fn new(spacing: Spacing, stream: Stream) -> Self {
        if let Spacing::Gamma { cv } = spacing {
            assert!(cv > 0.0 && cv.is_finite(), "a coefficient of variation of {cv}");
        }
        Gaps { spacing, stream, ordinal: 0 }
    }

    /// The next gap.
    #[inline]
    pub fn draw(&mut self) -> f64 {
        let mut draw = self.stream.draw(self.ordinal);
        self.ordinal += 1;
        match self.spacing {
            // A law without memory: the first gap is like any other.
            Spacing::Poisson => ziggurat::exponential(&mut draw),
            spacing => spacing.gap_with_memory(self.ordinal == 1, &mut draw),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACINGS: [Spacing; 6] = [
        Spacing::Poisson,
        Spacing::Even,
        Spacing::Gamma { cv: 0.3 },
        Spacing::Gamma { cv: 1.0 },
        Spacing::Gamma { cv: 2.0 },
        Spacing::Gamma { cv: 4.0 },
    ];

    fn cv(spacing: Spacing) -> f64 {
        match spacing {
            Spacing::Poisson => 1.0,
            Spacing::Even => 0.0,
            Spacing::Gamma { cv } => cv,
        }
    }

    /// Moments of a gamma law of shape k = 1/cv^2 and mean 1: the square has mean 1 + cv^2 and the
    /// fourth power (1 + cv^2)(1 + 2 cv^2)(1 + 3 cv^2). Five standard deviations are allowed; the
    /// mean of the first gap is (1 + cv^2) / 2, its square has mean (1 + cv^2)(1 + 2 cv^2) / 3.
    #[test]
    fn gaps_have_their_moments() {
        let count = 200_000;
        for spacing in SPACINGS {
            let stream = Stream::new(20_261_120, 0, "spacing", "moments");
            let (mut sum, mut squares, mut first) = (0.0, 0.0, 0.0);
            for identity in 0..count {
                let gap = spacing.gap(&mut stream.draw(identity));
                sum += gap;
                squares += gap * gap;
                first += spacing.first_gap(&mut stream.draw(identity));
            }
            let (count, c) = (count as f64, cv(spacing) * cv(spacing));
            let near = |mean: f64, expected: f64, square: f64| {
                let deviation = ((square - expected * expected) / count).sqrt() + 1e-12;
                assert!(
                    (mean - expected).abs() < 5.0 * deviation,
                    "{spacing:?}: {mean} {expected}"
                );
            };
            near(sum / count, 1.0, 1.0 + c);
            near(squares / count, 1.0 + c, (1.0 + c) * (1.0 + 2.0 * c) * (1.0 + 3.0 * c));
            let first_square = (1.0 + c) * (1.0 + 2.0 * c) / 3.0;
            near(first / count, (1.0 + c) / 2.0, first_square);
        }
    }

    /// The distribution of gamma gaps against another library's, by a Kolmogorov-Smirnov distance
    /// of two samples: beyond 2.3 sqrt(2 / n) once in 20,000.
    #[test]
    fn gamma_gaps_agree_with_another_library() {
        use rand_distr::Distribution;
        let count = 50_000;
        for cv in [0.4, 1.7, 3.0] {
            let shape = 1.0 / (cv * cv);
            let stream = Stream::new(20_261_120, 0, "spacing", "oracle");
            let oracle = rand_distr::Gamma::new(shape, 1.0 / shape).unwrap();
            let mut ours: Vec<f64> = (0..count)
                .map(|identity| Spacing::Gamma { cv }.gap(&mut stream.draw(identity)))
                .collect();
            let mut theirs: Vec<f64> = (count..2 * count)
                .map(|identity| oracle.sample(&mut stream.draw(identity)))
                .collect();
            ours.sort_by(f64::total_cmp);
            theirs.sort_by(f64::total_cmp);
            let distance = (0..ours.len())
                .map(|place| theirs.partition_point(|&gap| gap < ours[place]).abs_diff(place))
                .max()
                .unwrap() as f64
                / count as f64;
            assert!(distance < 2.3 * (2.0 / count as f64).sqrt(), "cv {cv}: {distance}");
        }
    }
}
