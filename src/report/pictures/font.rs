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

/// Names fitted into `room` pixels; those that would come out alike lose what they begin with
/// alike.
pub fn fitted_apart(names: &[&str], size: f64, room: f64) -> Vec<String> {
    let fits: Vec<String> = names.iter().map(|name| fitted(name, size, false, room)).collect();
    let apart = |(index, name): (usize, &&str)| {
        let alike: Vec<&str> = (0..names.len())
            .filter(|&other| fits[other] == fits[index] && names[other] != *name)
            .map(|other| names[other])
            .collect();
        if alike.is_empty() {
            return fits[index].clone();
        }
        let start = alike.iter().map(|other| shared_words(name, other)).min().unwrap_or(0);
        begun(&format!("…{}", &name[start..]), size, room)
    };
    names.iter().enumerate().map(apart).collect()
}

/// Bytes of the words and separators with which both names begin.
fn shared_words(one: &str, other: &str) -> usize {
    let same = one.char_indices().zip(other.chars()).take_while(|((_, a), b)| a == b);
    let separators = same.filter(|((_, letter), _)| " .,[".contains(*letter));
    // Separators are one byte long, so the next word begins right behind them.
    separators.last().map_or(0, |((at, _), _)| at + 1)
}

/// As much of the beginning of a text as fits into `room` pixels.
fn begun(text: &str, size: f64, room: f64) -> String {
    let mut shorter = text.to_string();
    let mut kept: Vec<char> = text.chars().collect();
    while width_of(&shorter, size, false) > room && kept.pop().is_some() {
        shorter = kept.iter().chain(&['…']).collect();
    }
    shorter
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

    #[test]
    fn names_that_differ_look_different() {
        let shard =
            |number| format!("db[region=eu, shard={number}, role=replica].disk.utilization");
        let names = [shard(1), shard(10), shard(2), "db.cpu".to_string()];
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let fits = fitted_apart(&names, 18.0, 250.0);
        assert!(fits.iter().all(|fit| width_of(fit, 18.0, false) <= 250.0), "{fits:?}");
        assert!(fits[0].starts_with("…shard=1, role"), "{fits:?}");
        assert!(fits[1].starts_with("…shard=10, role"), "{fits:?}");
        assert_eq!(fits[3], "db.cpu");
    }
}
