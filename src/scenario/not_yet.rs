//! What the language reserves but no version can simulate yet.
//!
//! It is taken out of the table before reading, so that each use is one problem that says what
//! works instead.

use crate::language::diagnostic::Problems;
use crate::language::node::{Table, Value};

/// A path (`*` for any name), what it belongs to, and what works instead.
struct NotYet {
    path: &'static [&'static str],
    what: &'static str,
    instead: &'static str,
}

const NOT_YET: &[NotYet] = &[NotYet {
    path: &["users", "sessions"],
    what: "sessions are",
    instead: "use `rate` or `think`",
}];

/// Reports and removes everything that cannot be simulated yet.
pub(super) fn refuse(scenario: &mut Table, problems: &mut Problems) {
    for not_yet in NOT_YET {
        refuse_one(scenario, not_yet.path, &mut Vec::new(), not_yet, problems);
    }
}

fn refuse_one(
    table: &mut Table,
    path: &[&str],
    walked: &mut Vec<String>,
    not_yet: &NotYet,
    problems: &mut Problems,
) {
    let (key, rest) = path.split_first().expect("a path has a key");
    if rest.is_empty() {
        if let Some(entry) = table.remove(key) {
            walked.push(entry.key);
            let path = walked.join(".");
            let message = format!("`{path}`: {} not supported yet", not_yet.what);
            problems.error(entry.key_place, message, not_yet.instead);
            walked.pop();
        }
        return;
    }
    for entry in table.entries.iter_mut().filter(|entry| *key == "*" || entry.key == *key) {
        if let Value::Table(inner) = &mut entry.node.value {
            walked.push(entry.key.clone());
            refuse_one(inner, rest, walked, not_yet, problems);
            walked.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::testing::check_problems;

    #[test]
    fn what_is_reserved_says_what_works_instead() {
        check_problems(&[(
            "users = { count = 5, sessions = { rate = \"1/h\" } }",
            "`users.sessions`: sessions are not supported yet | sessions | use `rate` or \
                 `think`",
        )]);
    }
}
