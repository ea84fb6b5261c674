//! Exponential and normal variates by the ziggurat method.
//!
//! The area under a falling density is covered by 256 layers of equal area (Marsaglia and Tsang,
//! "The ziggurat method for generating random variables", Journal of Statistical Software 5(8),
//! 2000). One 64-bit word serves a variate in some 99% of all cases: its lowest 8 bits choose the
//! layer, its highest 53 bits the place within the layer and, for the normal law, the side. No
//! bit serves twice, which was the flaw of the first published version (Doornik, "An improved
//! ziggurat method to generate normal random samples", 2005).
//!
//! Must hold: the same bits on every platform. Tables are literals, logarithms and exponentials
//! come from `libm`.

use super::ziggurat_tables::{
    EXPONENTIAL_EDGES, EXPONENTIAL_HEIGHTS, NORMAL_EDGES, NORMAL_HEIGHTS,
};
use crate::kernel::random::Draw;

/// The bits of a word that choose the layer.
const LAYER_BITS: u64 = 0xFF;

/// The highest 53 bits of a word as a number in [0, 1).
#[inline]
fn fraction(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// The highest 53 bits of a word as a number in [-1, 1).
#[inline]
fn signed_fraction(word: u64) -> f64 {
    (word.cast_signed() >> 11) as f64 * (1.0 / (1u64 << 52) as f64)
}

/// An exponential variate of mean 1.
#[inline]
pub fn exponential(draw: &mut Draw) -> f64 {
    let word = draw.next_u64();
    let layer = (word & LAYER_BITS) as usize;
    let value = fraction(word) * EXPONENTIAL_EDGES[layer];
    if value < EXPONENTIAL_EDGES[layer + 1] {
        return value;
    }
    exponential_at_edge(layer, value, draw)
}

/// An exponential variate after a place in the layer's box that may lie above the density: the
/// place itself, or one beyond the last edge, or a fresh variate.
#[cold]
#[inline(never)]
fn exponential_at_edge(layer: usize, value: f64, draw: &mut Draw) -> f64 {
    if layer == 0 {
        return exponential_tail(draw);
    }
    let height = height_within(&EXPONENTIAL_HEIGHTS, layer, draw);
    if height < libm::exp(-value) { value } else { exponential(draw) }
}

/// A standard normal variate: mean 0, variance 1.
#[inline]
pub fn normal(draw: &mut Draw) -> f64 {
    let word = draw.next_u64();
    let layer = (word & LAYER_BITS) as usize;
    let value = signed_fraction(word) * NORMAL_EDGES[layer];
    if value.abs() < NORMAL_EDGES[layer + 1] {
        return value;
    }
    normal_at_edge(layer, value, draw)
}

/// A normal variate after a place in the layer's box that may lie above the density.
#[cold]
#[inline(never)]
fn normal_at_edge(layer: usize, value: f64, draw: &mut Draw) -> f64 {
    if layer == 0 {
        return normal_tail(draw).copysign(value);
    }
    let height = height_within(&NORMAL_HEIGHTS, layer, draw);
    if height < libm::exp(-0.5 * value * value) { value } else { normal(draw) }
}

/// A uniform height between the lower and the upper edge of a layer.
fn height_within(heights: &[f64; 257], layer: usize, draw: &mut Draw) -> f64 {
    heights[layer] + (heights[layer + 1] - heights[layer]) * draw.unit()
}

/// An exponential variate beyond the last edge: the law has no memory, so the edge and a fresh one.
fn exponential_tail(draw: &mut Draw) -> f64 {
    EXPONENTIAL_EDGES[1] - libm::log(draw.unit_open())
}

/// A normal variate beyond the last edge (Marsaglia, "Generating a variable from the tail of the
/// normal distribution", Technometrics 6, 1964).
fn normal_tail(draw: &mut Draw) -> f64 {
    let edge = NORMAL_EDGES[1];
    loop {
        let beyond = -libm::log(draw.unit_open()) / edge;
        let bound = -libm::log(draw.unit_open());
        if 2.0 * bound > beyond * beyond {
            return edge + beyond;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2};

    use super::super::tests::TEST_SEED;
    use super::*;
    use crate::kernel::random::Stream;

    /// Edges fall, heights are the density at the edges, and all layers have one area; the bottom
    /// one together with its tail, the area under the density beyond the last edge.
    fn check_tables(
        edges: &[f64; 257],
        heights: &[f64; 257],
        density: fn(f64) -> f64,
        tail: fn(f64) -> f64,
    ) {
        assert!(edges.windows(2).all(|pair| pair[0] > pair[1]), "edges must fall");
        assert!(heights.windows(2).all(|pair| pair[0] < pair[1]), "heights must rise");
        assert_eq!((edges[256], heights[256]), (0.0, 1.0));
        for (&edge, &height) in edges.iter().zip(heights) {
            assert!((density(edge) / height - 1.0).abs() < 1e-14, "height at {edge}");
        }
        let area = edges[1] * heights[1] + tail(edges[1]);
        assert!((edges[0] * heights[1] / area - 1.0).abs() < 1e-13, "width of the bottom box");
        for layer in 1..256 {
            let this = edges[layer] * (heights[layer + 1] - heights[layer]);
            assert!((this / area - 1.0).abs() < 1e-12, "area of layer {layer}: {this}, not {area}");
        }
    }

    #[test]
    fn all_layers_have_one_area() {
        let exponential = |x: f64| libm::exp(-x);
        check_tables(&EXPONENTIAL_EDGES, &EXPONENTIAL_HEIGHTS, exponential, exponential);
        let bell = |x: f64| libm::exp(-0.5 * x * x);
        let bell_tail = |x: f64| libm::sqrt(FRAC_PI_2) * libm::erfc(x * FRAC_1_SQRT_2);
        check_tables(&NORMAL_EDGES, &NORMAL_HEIGHTS, bell, bell_tail);
    }

    /// The moments of a million variates, each within 4 standard errors: for the exponential law
    /// E[X^k] = k!, for the normal one E[X^k] = 0, 1, 0, 3, and the variance of a mean of n powers
    /// is (E[X^2k] - E[X^k]^2) / n. The share beyond the last edge is checked likewise, since the
    /// tail has a method of its own.
    #[test]
    fn moments_and_tails_are_right() {
        let count = 1_000_000;
        let stream = Stream::new(TEST_SEED, 0, "ziggurat", "moments");
        let check = |variate: fn(&mut Draw) -> f64, moments: [f64; 8], edge: f64, tail: f64| {
            let values: Vec<f64> = (0..count).map(|job| variate(&mut stream.draw(job))).collect();
            for order in 1..=4 {
                let power = |value: &f64| libm::pow(*value, order as f64);
                let mean = values.iter().map(power).sum::<f64>() / count as f64;
                let (wanted, twice) = (moments[order - 1], moments[2 * order - 1]);
                let error = libm::sqrt((twice - wanted * wanted) / count as f64);
                assert!((mean - wanted).abs() < 4.0 * error, "moment {order}: {mean}");
            }
            let beyond = values.iter().filter(|value| value.abs() > edge).count() as f64;
            let expected = tail * count as f64;
            assert!((beyond - expected).abs() < 4.0 * libm::sqrt(expected), "{beyond} in the tail");
        };
        let factorials = [1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5_040.0, 40_320.0];
        let edge = EXPONENTIAL_EDGES[1];
        check(exponential, factorials, edge, libm::exp(-edge));
        let edge = NORMAL_EDGES[1];
        let both_tails = libm::erfc(edge * FRAC_1_SQRT_2);
        check(normal, [0.0, 1.0, 0.0, 3.0, 0.0, 15.0, 0.0, 105.0], edge, both_tails);
    }

    /// The tails, too rare to weigh in the moments, by themselves: the distance of Kolmogorov and
    /// Smirnov to the law beyond the edge stays below its 99.9% point, 1.949 / sqrt(n).
    #[test]
    fn tails_follow_their_law() {
        let count = 200_000;
        let stream = Stream::new(TEST_SEED, 0, "ziggurat", "tails");
        let check = |variate: fn(&mut Draw) -> f64, share_above: &dyn Fn(f64) -> f64| {
            let mut values: Vec<f64> =
                (0..count).map(|job| variate(&mut stream.draw(job))).collect();
            values.sort_unstable_by(f64::total_cmp);
            let off = |(index, value): (usize, &f64)| {
                let below = (index as f64 + 0.5) / count as f64;
                (1.0 - share_above(*value) - below).abs()
            };
            let distance = values.iter().enumerate().map(off).fold(0.0, f64::max);
            assert!(distance < 1.949 / libm::sqrt(count as f64), "distance {distance}");
        };
        check(exponential_tail, &|value| libm::exp(EXPONENTIAL_EDGES[1] - value));
        let beyond = |value: f64| libm::erfc(value * FRAC_1_SQRT_2);
        check(normal_tail, &|value| beyond(value) / beyond(NORMAL_EDGES[1]));
    }
}
