//! How curves differ from one another.

use super::scene::{Colour, Sign, WHITE};

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
    /// Whether its line is dashed.
    pub dashed: bool,
}

/// The look of the `index`-th curve: twelve signs, and 84 pairs before any comes again.
pub fn look(index: usize) -> Look {
    Look {
        colour: COLOURS[index % COLOURS.len()],
        sign: SIGNS[index % SIGNS.len()],
        hollow: index / SIGNS.len() % 2 == 1,
        dashed: false,
    }
}

/// The look of the `index`-th stage: a hollow sign is kept for what is not steady, so from the
/// seventh on the line is dashed.
pub fn stage_look(index: usize) -> Look {
    Look { hollow: false, dashed: index / SIGNS.len() % 2 == 1, ..look(index) }
}

/// The colour, thinned with white: `share` of it stays.
pub fn thinned(colour: Colour, share: f64) -> Colour {
    mixed(WHITE, colour, share)
}

/// A colour between two: `share` of the way from one to the other.
pub fn mixed(one: Colour, other: Colour, share: f64) -> Colour {
    let Colour(red, green, blue) = other;
    let mix = |from: u8, to: u8| {
        libm::round(f64::from(from) + share * (f64::from(to) - f64::from(from))) as u8
    };
    Colour(mix(one.0, red), mix(one.1, green), mix(one.2, blue))
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

    #[test]
    fn stages_look_different_in_colour_and_without() {
        let looks: Vec<Look> = (0..12).map(stage_look).collect();
        for (at, one) in looks.iter().enumerate() {
            let alike = |other: &&Look| other.sign == one.sign && other.dashed == one.dashed;
            assert_eq!(looks[..at].iter().find(alike), None, "{at}");
            assert!(!one.hollow);
        }
    }

    #[test]
    fn thin_colours_are_between_the_colour_and_white() {
        let colour = Colour(0, 114, 178);
        assert_eq!(thinned(colour, 1.0), colour);
        assert_eq!(thinned(colour, 0.0), Colour(255, 255, 255));
        assert_eq!(thinned(colour, 0.2), Colour(204, 227, 240));
    }
}
