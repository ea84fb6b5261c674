//! What theory and simulation make of each other, for people and for programs.
//!
//! - [`table()`]: the table of theory, by bands of utilisation;
//! - [`coverage()`]: how often intervals held the truth.
//!
//! Both say first whether all is well.

mod coverage;
mod table;

use super::Screen;
use super::terminal::{GREEN, RED, painted};

pub use coverage::coverage;
pub use table::table;

const PASS: &str = "PASS";
const FAIL: &str = "FAIL";

/// The first line: the verdict, and how many of all are behind it.
fn headline(passed: usize, all: usize, what: &str, screen: Screen) -> String {
    let (word, colour) = if passed == all { (PASS, GREEN) } else { (FAIL, RED) };
    format!("{}: {passed} of {all} {what}\n", painted(word, colour, screen))
}
