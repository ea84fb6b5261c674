//! Commands run as a shell would, on the shipped scenarios and on small ones.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;

use super::{Arguments, Console, Exit, run};

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub exit: Exit,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
}

/// Runs `simscale` with these words.
///
/// # Panics
/// When the words are no arguments.
pub fn simscale(words: &[&str]) -> Ran {
    let words = ["simscale"].iter().chain(words);
    let arguments = Arguments::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let exit = run(&arguments, &mut Console::plain(&mut output, &mut errors));
    let text = |bytes| String::from_utf8(bytes).expect("all that is printed is text");
    Ran { exit, output: text(output), errors: text(errors) }
}

/// What a command that must end well printed.
///
/// # Panics
/// When it did not.
pub fn output_of(words: &[&str]) -> String {
    let ran = simscale(words);
    assert_eq!(ran.exit, Exit::Fine, "{}", ran.errors);
    ran.output
}

/// Path of a shipped scenario.
pub fn shipped(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name).display().to_string()
}

/// A scenario file in a folder of its own, which lasts as long as what is returned.
///
/// # Panics
/// When the system has no temporary folder.
pub fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    let path = folder.path().join("small.toml");
    fs::write(&path, text).expect("the folder is ours");
    (folder, path)
}
