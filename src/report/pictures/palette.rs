//! How curves differ from one another.

use super::scene::{Colour, Sign};

/// Colours of Okabe and Ito ("Color Universal Design", 2008) that show on white.
const COLOURS: [Colour; 7] = [
    Colour(0, 114, 178),
    Colour(213, 94, 0),
    Colour(0, 158, 115),
    Colour(204, 121, 167),
    Colour(230, 159, 0),
    Colour(86, 180, 233),
    Colour(0, 0, 0),
];

const SIGNS: [Sign; 6] =
    [Sign::Circle, Sign::Square, Sign::Triangle, Sign::Diamond, Sign::Wedge, Sign::Cross];

/// Colour and sign of a curve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// Its colour.
    pub colour: Colour,
    /// Its sign.
    pub sign: Sign,
    /// Whether the sign is an outline.
    pub hollow: bool,
}

/// The look of the `index`-th curve: twelve signs, and 84 pairs before any comes again.
pub fn look(index: usize) -> Look {
    Look {
        colour: COLOURS[index % COLOURS.len()],
        sign: SIGNS[index % SIGNS.len()],
        hollow: index / SIGNS.len() % 2 == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_look_different_in_colour_and_without() {
        let looks: Vec<Look> = (0..84).map(look).collect();
        for (at, one) in looks.iter().enumerate() {
            assert!(!looks[..at].contains(one), "{at}");
        }
        for (at, one) in looks[..11].iter().enumerate() {
            let alike = |other: &&Look| other.sign == one.sign && other.hollow == one.hollow;
            assert_eq!(looks[..at].iter().find(alike), None, "{at}");
        }
    }
}
