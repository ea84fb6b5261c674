//! A sound scenario for the tests of this layer, to change and to break.

use std::path::Path;

use super::{ROOT, Scenario};
use crate::language::diagnostic::Problems;
use crate::language::merge::merge;
use crate::language::node::Table;
use crate::language::parse;
use crate::language::source::Sources;

/// A scenario without fault.
pub const SOUND: &str = r#"
entry = "app"
users = { count = "5K", rate = "4/min" }
data.posts = { keys = "10K" }
components.app = { kind = "service", service_time = "2ms" }
"#;

/// Traces beside the scenario: file name and content.
const TRACES: &[(&str, &str)] = &[
    ("stamps.csv", "at,service_us,page\n0,100,a\n1.5,200,b\n4,300,a\n"),
    ("counts.csv", "timestamp,value\n2014-04-10 00:04,94\n2014-04-10 00:09,56\n"),
    ("none.csv", "timestamp,value\n2014-04-10 00:04,0\n"),
    (
        "rtt.csv",
        "from,to,ms\nus-east-1,us-east-1,3\neu-west-1,eu-west-1,3\nap,ap,3\n\
         us-east-1,eu-west-1,82\neu-west-1,us-east-1,84\nus-east-1,ap,210\n\
         eu-west-1,ap,240\nelsewhere,ap,1\n",
    ),
    ("one.csv", "timestamp,value\n2014-04-10 00:04,7\n"),
];

/// What the sound scenario, with `changes` laid over it, reads as, and the problems in the order
/// of the text, each as "message | what is marked | label".
pub fn read(changes: &str) -> (Option<Scenario>, Vec<String>) {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    for (name, content) in TRACES {
        std::fs::write(folder.path().join(name), content).expect("the folder is ours");
    }
    let mut sources = Sources::new();
    let above = parsed("a.toml", changes, folder.path(), &mut sources);
    let mut table = parsed("sound.toml", SOUND, folder.path(), &mut sources);
    merge(&mut table, above, ROOT);
    let mut problems = Problems::new();
    let scenario = Scenario::from_table(Path::new("a.toml"), table, &sources, &mut problems);
    let folder = format!("{}/", folder.path().display());
    let told = problems.sorted().into_iter().map(|problem| {
        let marked = problem.place.map_or("", |place| sources.excerpt(place));
        let message = problem.message.replace(&folder, "");
        format!("{message} | {marked} | {}", problem.label)
    });
    (scenario, told.collect())
}

/// The scenario that is sound with these changes.
///
/// # Panics
/// When it is not.
pub fn sound(changes: &str) -> Scenario {
    let (scenario, problems) = read(changes);
    scenario.unwrap_or_else(|| panic!("{problems:#?}"))
}

/// Checks the one problem that each of some changes brings.
///
/// # Panics
/// When it is another one, or not the only one.
pub fn check_problems(cases: &[(&str, &str)]) {
    for (changes, expected) in cases {
        let (scenario, problems) = read(changes);
        assert_eq!(problems, [*expected], "{changes}");
        assert!(scenario.is_none(), "{changes}");
    }
}

fn parsed(name: &str, text: &str, folder: &Path, sources: &mut Sources) -> Table {
    let mut problems = Problems::new();
    let source = sources.add(name, text, folder);
    parse::document(source, sources, &mut problems)
        .unwrap_or_else(|| panic!("{}", problems.render(sources, false)))
}
