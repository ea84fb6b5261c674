//! Commands as text that a shell reads back as the same words.

use super::arguments::{CompareArguments, ScenarioArguments};

/// The command that repeats a run: what decides its numbers, and nothing else. The number of
/// threads, the format and the output folder are left out, so that they leave no trace in a result.
pub fn repeating(scenario: &ScenarioArguments) -> String {
    let mut words = vec!["simscale".to_owned(), "run".to_owned()];
    words.push(quoted(&scenario.file.display().to_string()));
    for set in scenario.sets() {
        words.extend(["--set".to_owned(), quoted(&set)]);
    }
    words.join(" ")
}

/// The command that repeats a comparison, as [`repeating`] does a run.
pub fn comparing(arguments: &CompareArguments) -> String {
    let mut words = vec!["simscale".to_owned(), "compare".to_owned()];
    words.extend(arguments.files.iter().map(|file| quoted(&file.display().to_string())));
    let options = [
        ("--set", &arguments.sets()),
        ("--a", &arguments.changes_of_a),
        ("--b", &arguments.changes_of_b),
    ];
    for (option, changes) in options {
        for change in changes {
            words.extend([option.to_owned(), quoted(change)]);
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
