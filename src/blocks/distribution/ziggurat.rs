//! Exponential and normal variates by the ziggurat method.
//!
//! The area under a falling density is covered by 256 layers of equal area (Marsaglia and Tsang,
//! "The ziggurat method for generating random variables", Journal of Statistical Software 5(8),
//! 2000). One 64-bit word serves a variate in some 99% of all cases: its lowest 8 bits choose the
//! layer, bit 8 the sign, its highest 53 bits the place within the layer. No bit serves twice,
//! which was the flaw of the first published version (Doornik, "An improved ziggurat method to
//! generate normal random samples", 2005).
//!
//! Must hold: the same bits on every platform. Tables are literals, logarithms and exponentials
//! come from `libm`.

use super::ziggurat_tables::{
    EXPONENTIAL_EDGES, EXPONENTIAL_HEIGHTS, NORMAL_EDGES, NORMAL_HEIGHTS,
};
use crate::kernel::random::Draw;

/// The bits of a word that choose the layer.
const LAYER_BITS: u64 = 0xFF;

/// The bit of a word that chooses the sign of a normal variate.
const SIGN_BIT: u64 = 0x100;

/// The highest 53 bits of a word as a number in [0, 1).
#[inline]
fn fraction(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// An exponential variate of mean 1.
#[inline]
pub fn exponential(draw: &mut Draw) -> f64 {
    loop {
        let word = draw.next_u64();
        let layer = (word & LAYER_BITS) as usize;
        let value = fraction(word) * EXPONENTIAL_EDGES[layer];
        if value < EXPONENTIAL_EDGES[layer + 1] {
            return value;
        }
        if layer == 0 {
            return exponential_tail(draw);
        }
        let height = height_within(&EXPONENTIAL_HEIGHTS, layer, draw);
        if height < libm::exp(-value) {
            return value;
        }
    }
}

/// A standard normal variate: mean 0, variance 1.
#[inline]
pub fn normal(draw: &mut Draw) -> f64 {
    loop {
        let word = draw.next_u64();
        let layer = (word & LAYER_BITS) as usize;
        let value = fraction(word) * NORMAL_EDGES[layer];
        let sign = if word & SIGN_BIT == 0 { 1.0 } else { -1.0 };
        if value < NORMAL_EDGES[layer + 1] {
            return sign * value;
        }
        if layer == 0 {
            return sign * normal_tail(draw);
        }
        let height = height_within(&NORMAL_HEIGHTS, layer, draw);
        if height < libm::exp(-0.5 * value * value) {
            return sign * value;
        }
    }
}

/// A uniform height between the lower and the upper edge of a layer.
#[inline]
fn height_within(heights: &[f64; 257], layer: usize, draw: &mut Draw) -> f64 {
    heights[layer] + (heights[layer + 1] - heights[layer]) * draw.unit()
}

/// An exponential variate beyond the last edge: the law has no memory, so the edge plus a fresh one.
#[cold]
fn exponential_tail(draw: &mut Draw) -> f64 {
    EXPONENTIAL_EDGES[1] - libm::log(draw.unit_open())
}

/// A normal variate beyond the last edge (Marsaglia, "Generating a variable from the tail of the
/// normal distribution", Technometrics 6, 1964).
#[cold]
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
