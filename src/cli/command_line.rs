//! Commands as text that a shell reads back as the same words.

use std::path::PathBuf;

use super::arguments::{CompareArguments, ScenarioArguments};

/// The command that repeats a run: what decides its numbers, and nothing else. The number of
/// threads, the format and the output folder are left out, so that they leave no trace in a result.
pub fn repeating(scenario: &ScenarioArguments) -> String {
    command("run", std::slice::from_ref(&scenario.file), &[("--set", &scenario.sets())])
}

/// The command that repeats a comparison, as [`repeating`] does a run.
pub fn comparing(arguments: &CompareArguments) -> String {
    let options = [
        ("--set", &arguments.sets()[..]),
        ("--a", &arguments.changes_of_a),
        ("--b", &arguments.changes_of_b),
    ];
    command("compare", &arguments.files, &options)
}

/// A command with its files, then every value of each option.
pub fn command(name: &str, files: &[PathBuf], options: &[(&str, &[String])]) -> String {
    let mut words = vec!["simscale".to_owned(), name.to_owned()];
    words.extend(files.iter().map(|file| quoted(&file.display().to_string())));
    for (option, values) in options {
        for value in *values {
            words.extend([(*option).to_owned(), quoted(value)]);
        }
    }
    words.join(" ")
}

/// A word as a POSIX shell takes it: bare when it is harmless, else in single quotes.
pub fn quoted(word: &str) -> String {
    let is_harmless =
        |letter: char| letter.is_ascii_alphanumeric() || "_-./=:,%+@".contains(letter);
    if !word.is_empty() && word.chars().all(is_harmless) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(quoted("users.count=10K"), "users.count=10K");
        assert_eq!(
            quoted("db.read_time={ exponential = \"4ms\" }"),
            "'db.read_time={ exponential = \"4ms\" }'"
        );
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
