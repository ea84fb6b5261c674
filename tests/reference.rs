//! The README and the language's own lists say the same, and every kind is whole.
//!
//! The README holds the reference of the language between two comments, word for word as
//! `simscale components --markdown` prints it; `UPDATE_EXPECTED=1 cargo test --test main reference`
//! writes that part anew. Tests over the list of kinds hold for every kind there will ever be.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use serde_json::Value;
use simscale::blocks::distribution::read::LAWS;
use simscale::cli::{self, Arguments, Console, Exit};
use simscale::components::wiring::WIRE_KEYS;
use simscale::components::{ComponentKind, KINDS};
use simscale::language::declarations::faults;
use simscale::measure::metric::Scope;
use simscale::model::Model;
use simscale::model::catalogue::Catalogue;
use simscale::scenario::ROOT;

use crate::support::recorded::updates_expected;
use crate::support::{load, project};

const BEGINS: &str = "<!-- reference begins -->\n";
const ENDS: &str = "<!-- reference ends -->";

/// What a command prints that must end well.
fn printed(words: &[&str]) -> String {
    let words = ["simscale"].iter().chain(words);
    let arguments = Arguments::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let exit = cli::run(&arguments, &mut Console::plain(&mut output, &mut errors));
    assert_eq!(exit, Exit::Fine, "{}", String::from_utf8_lossy(&errors));
    String::from_utf8(output).expect("all that is printed is text")
}

#[test]
fn the_readme_tells_every_profile() {
    let readme = fs::read_to_string(project().join("README.md")).unwrap_or_default();
    for name in simscale::components::profiles::NAMES {
        assert!(readme.contains(&format!("\n| `{name}` | ")), "`{name}` is not in its table");
    }
}

#[test]
fn the_readme_holds_the_reference() {
    let path = project().join("README.md");
    let readme = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let parts = readme.split_once(BEGINS).and_then(|(before, rest)| {
        let (held, after) = rest.split_once(ENDS)?;
        Some((before, held, after))
    });
    let Some((before, held, after)) = parts else {
        panic!("README.md needs the lines `{}` and `{ENDS}`", BEGINS.trim_end());
    };
    let reference = format!("\n{}\n\n", printed(&["components", "--markdown"]).trim_end());
    if held == reference {
        return;
    }
    assert!(
        updates_expected(),
        "the reference in README.md is not that of `simscale components --markdown`; \
         UPDATE_EXPECTED=1 cargo test --test main reference writes it anew"
    );
    let text = format!("{before}{BEGINS}{reference}{ENDS}{after}");
    fs::write(path, text).expect("the project's folder can be written");
}

#[test]
fn declarations_are_without_fault() {
    for (name, keys) in [("scenario", ROOT), ("wire", WIRE_KEYS), ("laws", LAWS)] {
        assert_eq!(faults(keys), [""; 0], "{name}");
    }
}

#[test]
fn kinds_have_names_of_their_own_and_say_what_they_are() {
    let names: BTreeSet<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), KINDS.len());
    for ComponentKind { name, meaning, keys, metrics, .. } in KINDS {
        let is_sentence = meaning.ends_with('.')
            && meaning.starts_with(|first: char| first.is_ascii_uppercase())
            && meaning.matches(". ").count() == 0;
        assert!(is_sentence, "the meaning of {name}: {meaning}");
        for key in *keys {
            assert!(key.meaning.ends_with('.'), "the meaning of {name}.{}", key.name);
        }
        let metric_names: BTreeSet<&str> = metrics.iter().map(|metric| metric.name).collect();
        assert_eq!(metric_names.len(), metrics.len(), "{name} declares a metric twice");
        for metric in *metrics {
            let says_all = !metric.meaning.is_empty() && !metric.formula.is_empty();
            assert!(says_all, "{name}.{}: its meaning or its formula is missing", metric.name);
        }
    }
}

/// A system around one component, `subject`, that reads and writes reach.
const SURROUNDINGS: &str = r#"
entry = "front"
users = { count = "1K", rate = "1/s" }
data.posts = { keys = "10K" }
data.bound = { keys = { per_user = 1 }, stay_in = "us" }
regions.us.share = "100%"
network.rtt.within = "0ms"
operations.view = { share = "90%", does = "read", of = "posts" }
operations.edit = { share = "9%", does = "write", of = "posts" }
operations.move = { share = "0.5%", does = "write", of = "posts", keys = 2 }
operations.look = { share = "0.5%", does = "read", of = "bound" }
components.front = { kind = "service", service_time = "1ms", sends_to = "subject" }
components.app = { kind = "service", service_time = "1ms" }
components.db = { kind = "database", cores = 4, read_time = "1ms" }
"#;

/// Settings with which a kind measures what its example does not.
const FURTHER_SETTINGS: &[(&str, &str)] = &[
    ("cache", "holds = [\"bound\"]\nmemory = \"1GiB\"\nsends_to = \"db\""),
    (
        "database",
        "cores = 4\nread_time = \"1ms\"\ndisk_time = \"1ms\"\nmemory = \"1GiB\"\ndisk = \"1TB\"",
    ),
    (
        "database",
        "cores = 4\nread_time = \"1ms\"\non_partition = \"availability\"\n\
         shards = { count = 2, strategy = \"virtual\" }\n\
         [run]\nduration = \"1min\"\n\
         [[changes]]\nat = \"10s\"\ncomponent = \"subject\"\nshards = 3\n\
         [[faults]]\nkind = \"outage\"\ncomponent = \"subject\"\nnode = 0\n\
         at = \"20s\"\nfor = \"1s\"",
    ),
    (
        "database",
        "cores = 4\nread_time = \"1ms\"\n\
         replicas = { count = 2, lag = \"20ms\", reads = \"read_your_writes\" }",
    ),
    (
        "database",
        "cores = 4\nread_time = \"1ms\"\nring = {}\n\
         [run]\nduration = \"1min\"\n\
         [[faults]]\nkind = \"outage\"\ncomponent = \"subject\"\nnode = 0\n\
         at = \"20s\"\nfor = \"1s\"",
    ),
];

/// The model in which `subject` is of this kind, with these lines in its table.
fn around(kind: &str, lines: &str) -> Model {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    let file = folder.path().join("around.toml");
    let table = format!("[components.subject]\nkind = \"{kind}\"\n{lines}\n");
    // A ring refuses writes of several keys.
    let surroundings = match lines.contains("ring = ") {
        true => SURROUNDINGS.replace(", keys = 2 }", " }"),
        false => SURROUNDINGS.to_owned(),
    };
    fs::write(&file, format!("{surroundings}{table}")).expect("the folder is ours");
    load(&file, &[]).1
}

/// Names of what a component of this name measures.
fn measured(model: &Model, component: &str) -> BTreeSet<&'static str> {
    let named = |scope: Scope| match scope {
        Scope::Component(number) => model.components[usize::from(number)].name == component,
        Scope::System | Scope::Operation(_) | Scope::Region(_) => false,
    };
    let entries = Catalogue::of(model).entries;
    entries.iter().filter(|entry| named(entry.scope)).map(|entry| entry.metric.name).collect()
}

/// Every example loads, and every metric is measured if and only if it is declared.
#[test]
fn kinds_measure_what_they_declare() {
    for kind in KINDS {
        let mut found = measured(&around(kind.name, kind.example), "subject");
        for (_, lines) in FURTHER_SETTINGS.iter().filter(|(name, _)| *name == kind.name) {
            found.extend(measured(&around(kind.name, lines), "subject"));
        }
        let declared: BTreeSet<&str> = kind.metrics.iter().map(|metric| metric.name).collect();
        assert_eq!(found, declared, "measured (left) and declared by {}", kind.name);
    }
}

/// The schema as editors get it.
fn schema() -> Value {
    serde_json::from_str(&printed(&["schema"])).expect("the schema is JSON")
}

#[test]
fn the_schema_knows_every_key_of_every_kind() {
    let schema = schema();
    for kind in KINDS {
        let table = table_of_kind(&schema, kind.name);
        let table = table.unwrap_or_else(|| panic!("{} is not in the schema", kind.name));
        for key in kind.keys {
            let property = &table["properties"][key.name];
            assert!(property["description"].is_string(), "{}.{}", kind.name, key.name);
        }
    }
    for key in ROOT {
        assert!(schema["properties"][key.name].is_object(), "{}", key.name);
    }
}

/// The closed table that holds for a kind: the one whose `kind` is explained as a constant.
fn table_of_kind<'s>(part: &'s Value, kind: &str) -> Option<&'s Value> {
    let own = &part["properties"]["kind"];
    if own["const"] == kind && own["description"].is_string() {
        return Some(part);
    }
    let inner: Vec<&Value> = match part {
        Value::Object(members) => members.values().collect(),
        Value::Array(elements) => elements.iter().collect(),
        _ => return None,
    };
    inner.into_iter().find_map(|inner| table_of_kind(inner, kind))
}

/// All scenario files below a folder of the project.
fn scenario_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is part of the project") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            files.extend(scenario_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    files
}

fn as_json(toml: &str) -> Value {
    toml::from_str(toml).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_schema_accepts_every_scenario_and_refuses_slips() {
    let schema = schema();
    for path in scenario_files(&project().join("scenarios")) {
        let scenario = as_json(&fs::read_to_string(&path).expect("it was listed"));
        let refused = refusal(&schema, &schema, &scenario);
        assert_eq!(refused, None, "{}", path.display());
    }
    for slip in [
        "titel = \"A\"",
        "users.cuont = 5",
        "users = 5",
        "components.db = { kind = \"database\", coers = 4 }",
        "components.db = { kind = \"databse\" }",
        "components.app = { kind = \"service\", sends_to = { too = \"db\" } }",
        "components.mail = { kind = \"external\", delay = { exponentail = \"4ms\" } }",
        "components.app = { kind = \"service\", async = \"yes\" }",
        "operations.view.does = \"raed\"",
        "run.repeats = \"many\"\nrun.repeat = 3",
    ] {
        assert!(refusal(&schema, &schema, &as_json(slip)).is_some(), "{slip}");
    }
}

/// Why a value does not fit a schema, as far as structure goes: types, names of keys, words.
/// Patterns of texts are left to editors and to the reading itself.
fn refusal(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    let refused = |inner: &Value| refusal(root, inner, value);
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return refused(&root["$defs"][name]);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let refusals: Vec<Option<String>> = any.iter().map(refused).collect();
        let all: Option<Vec<String>> = refusals.into_iter().collect();
        if let Some(all) = all {
            return Some(all.join("; "));
        }
    }
    if let Some(why) = schema["allOf"].as_array().and_then(|all| all.iter().find_map(refused)) {
        return Some(why);
    }
    if schema["if"].is_object() {
        let branch = if refused(&schema["if"]).is_none() { "then" } else { "else" };
        if let Some(why) = refused(&schema[branch]) {
            return Some(why);
        }
    }
    let is_const = schema.get("const").is_none_or(|only| only == value);
    let is_word = schema["enum"].as_array().is_none_or(|words| words.contains(value));
    let is_type = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        _ => true,
    };
    if !(is_const && is_word && is_type) {
        return Some(format!("{value} is none of what is accepted"));
    }
    refusal_of_members(root, schema, value)
}

/// Why the keys of a table or the elements of a list do not fit.
fn refusal_of_members(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    let nothing = Value::Null;
    if let Some(elements) = value.as_array() {
        let items = schema.get("items").unwrap_or(&nothing);
        return elements.iter().find_map(|element| refusal(root, items, element));
    }
    let members = value.as_object()?;
    for required in schema["required"].as_array().into_iter().flatten() {
        if required.as_str().is_none_or(|required| !members.contains_key(required)) {
            return Some(format!("{required} is missing"));
        }
    }
    let other = schema.get("additionalProperties").unwrap_or(&nothing);
    members.iter().find_map(|(key, member)| match schema["properties"].get(key) {
        Some(property) => refusal(root, property, member),
        None if matches_a_pattern(schema, key) => None,
        None if *other == Value::Bool(false) => Some(format!("unknown key `{key}`")),
        None => refusal(root, other, member),
    })
}

/// Whether a key fits the one sort of pattern that the language uses: percentiles such as `p99`.
fn matches_a_pattern(schema: &Value, key: &str) -> bool {
    let has_percentiles = schema["patternProperties"].get("^p[0-9]+$").is_some();
    let digits = key.strip_prefix('p').unwrap_or("");
    has_percentiles && !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit())
}
