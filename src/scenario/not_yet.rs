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

const ONE_PLACE: &str = "leave it out: everything runs in one place";

const NOT_YET: &[NotYet] = &[
    NotYet { path: &["users", "sessions"], what: "sessions are", instead: "use `rate` or `think`" },
    NotYet { path: &["home"], what: "regions are", instead: ONE_PLACE },
    NotYet { path: &["regions"], what: "regions are", instead: ONE_PLACE },
    NotYet { path: &["network"], what: "regions are", instead: "use `latency` in `sends_to`" },
    NotYet { path: &["data", "*", "locality"], what: "regions are", instead: ONE_PLACE },
    NotYet { path: &["components", "*", "regions"], what: "regions are", instead: ONE_PLACE },
    NotYet { path: &["components", "*", "at"], what: "regions are", instead: ONE_PLACE },
];

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
        check_problems(&[
            (
                "users = { count = 5, sessions = { rate = \"1/h\" } }",
                "`users.sessions`: sessions are not supported yet | sessions | use `rate` or \
                 `think`",
            ),
            (
                "home = \"us\"",
                "`home`: regions are not supported yet | home | leave it out: everything \
                 runs in one place",
            ),
            (
                "regions = { us = { share = \"100%\" } }",
                "`regions`: regions are not supported yet | regions | leave it out: \
                 everything runs in one place",
            ),
            (
                "network.rtt = { us-eu = \"90ms\" }",
                "`network`: regions are not supported yet | network | use `latency` in \
                 `sends_to`",
            ),
            (
                "data.posts.locality = \"80%\"",
                "`data.posts.locality`: regions are not supported yet | locality | leave it \
                 out: everything runs in one place",
            ),
            (
                "components.app.regions = \"all\"",
                "`components.app.regions`: regions are not supported yet | regions | leave \
                 it out: everything runs in one place",
            ),
            (
                "components.app.at = { us.servers = 4 }",
                "`components.app.at`: regions are not supported yet | at | leave it out: \
                 everything runs in one place",
            ),
        ]);
    }
}
