//! The font of all pictures, DejaVu Sans, carried inside the program.

use std::sync::Once;

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

/// The name under which the font is registered.
///
/// SVG viewers read it as a list of fonts to try; Verdana is of the same family and width.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// The font at a height in pixels.
pub fn font(size: f64, bold: bool) -> FontDesc<'static> {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let fonts =
            [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())];
        for (style, bytes) in fonts {
            let registered = register_font(FAMILY, style, bytes);
            assert!(registered.is_ok(), "the font inside the program is a font");
        }
    });
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FAMILY), size, style)
}

/// Width of a line of text in pixels.
pub fn width_of(text: &str, size: f64, bold: bool) -> f64 {
    let ((left, _), (right, _)) =
        font(size, bold).layout_box(text).expect("the font is registered");
    f64::from(right - left)
}

/// The text, its middle replaced by an ellipsis where it is wider than `room` pixels.
///
/// Metric paths differ at their ends, so both ends stay.
pub fn fitted(text: &str, size: f64, bold: bool, room: f64) -> String {
    if width_of(text, size, bold) <= room {
        return text.to_string();
    }
    let letters: Vec<char> = text.chars().collect();
    let mut kept = letters.len();
    while kept > 2 {
        kept -= 1;
        let head: String = letters[..kept / 2].iter().collect();
        let tail: String = letters[letters.len() - (kept - kept / 2)..].iter().collect();
        let shorter = format!("{head}…{tail}");
        if width_of(&shorter, size, bold) <= room {
            return shorter;
        }
    }
    "…".to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_both_ends() {
        let name = "db[region=eu, shard=3, role=replica].replication_lag.p95";
        let short = fitted(name, 18.0, false, 200.0);
        assert!(width_of(&short, 18.0, false) <= 200.0);
        assert!(short.starts_with("db[reg") && short.ends_with("lag.p95"), "{short}");
        assert_eq!(fitted("db.cpu", 18.0, false, 200.0), "db.cpu");
    }
}
