//! From values to colours: the more, the darker.

use super::axis::{Axis, Spread};
use super::palette::mixed;
use super::scene::{Colour, INK, WHITE};

/// Yellow over green to dark blue, after Harrower and Brewer ("ColorBrewer.org", 2003): evenly
/// darker, so that it reads in print and to the colour-blind.
const COLOURS: [Colour; 8] = [
    Colour(237, 248, 177),
    Colour(199, 233, 180),
    Colour(127, 205, 187),
    Colour(65, 182, 196),
    Colour(29, 145, 192),
    Colour(34, 94, 168),
    Colour(37, 52, 148),
    Colour(8, 29, 88),
];

/// The colour at a share of the ramp, 0 (the lightest) to 1.
pub fn colour_at(share: f64) -> Colour {
    let place = share.clamp(0.0, 1.0) * (COLOURS.len() - 1) as f64;
    let index = (place as usize).min(COLOURS.len() - 2);
    mixed(COLOURS[index], COLOURS[index + 1], place - index as f64)
}

/// The ramp between two values: shares are read off an axis as long as one pixel.
pub fn ramp(low: f64, high: f64, spread: Spread) -> Axis {
    Axis { low: (low, 0.0), high: (high, 1.0), spread }
}

/// Ink or white, whichever stands out more from a ground.
pub fn writing_on(ground: Colour) -> Colour {
    if contrast(ground, INK) >= contrast(ground, WHITE) { INK } else { WHITE }
}

/// Contrast of two colours, 1 to 21 (Web Content Accessibility Guidelines 2.1, 1.4.3).
fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Relative luminance of a colour, 0 to 1 (same source).
fn luminance(Colour(red, green, blue): Colour) -> f64 {
    let linear = |part: u8| {
        let share = f64::from(part) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_darker_and_can_be_written_on() {
        let colours: Vec<Colour> = (0..=100).map(|i| colour_at(f64::from(i) / 100.0)).collect();
        for pair in colours.windows(2) {
            assert!(luminance(pair[1]) < luminance(pair[0]), "{pair:?}");
        }
        for &ground in &colours {
            // Two colours of contrast 16 leave at least 4 to one of them, whatever the ground.
            assert!(contrast(ground, writing_on(ground)) >= 3.9, "{ground:?}");
        }
        assert_eq!((colour_at(-1.0), colour_at(2.0)), (COLOURS[0], COLOURS[7]));
        assert!((contrast(WHITE, Colour(0, 0, 0)) - 21.0).abs() < 1e-9);
    }
}
