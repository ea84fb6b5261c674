//! `simscale profiles`: the figures of well-known stores, each with its source.

use serde_json::{Map, Value, json};

use super::arguments::{DocumentFormat, ProfilesArguments};
use super::columns::wrapped;
use super::console::Console;
use super::exit::Exit;
use crate::components::profiles::{Capacity, NAMES, Profile, all};
use crate::language::diagnostic::suggestion;

/// Prints one profile, or all of them.
///
/// # Errors
/// When there is no such profile or standard output cannot be written.
pub fn profiles(arguments: &ProfilesArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let is_chosen =
        |profile: &&Profile| arguments.name.as_ref().is_none_or(|name| profile.name == *name);
    let chosen: Vec<&Profile> = all().iter().filter(is_chosen).collect();
    if let (Some(name), true) = (&arguments.name, chosen.is_empty()) {
        let label = suggestion(name, NAMES.iter().copied());
        return Err(console.refuse(&format!("there is no profile `{name}`: {label}")));
    }
    if arguments.format == DocumentFormat::Json {
        let all: Vec<Value> = chosen.into_iter().map(of_profile).collect();
        return console.print(&format!("{:#}\n", Value::from(all)));
    }
    let mut parts: Vec<String> = chosen.into_iter().map(text).collect();
    if arguments.name.is_none() {
        parts.insert(0, INTRODUCTION.to_owned());
    }
    console.print(&parts.join("\n"))
}

const INTRODUCTION: &str = "\
A database that says profile = \"NAME\" starts from these figures; whatever the file, one it extends
or --set says of it goes before them. \"none\" leaves a key of the profile out. An assumption is
called one: put your own figure in its place.
";

fn text(profile: &Profile) -> String {
    let mut text = format!("{}\n{}", profile.name, wrapped(&profile.meaning, "  "));
    let Capacity { reads, writes } = profile.capacity();
    let capacity = format!(
        "A node does at most {} reads/s of what is in memory, or {} writes/s.",
        rounded(reads),
        rounded(writes)
    );
    text.push_str(&wrapped(&capacity, "  "));
    for figure in &profile.figures {
        text.push_str(&format!("\n  {} = {}\n", figure.key, figure.value));
        text.push_str(&wrapped(&figure.source, "      "));
    }
    text
}

/// A rate in words, to two or three digits: 158K, 8200, 510.
fn rounded(rate: f64) -> String {
    match rate {
        rate if rate >= 10_000.0 => format!("{:.0}K", rate / 1000.0),
        rate if rate >= 1000.0 => format!("{:.0}", libm::round(rate / 100.0) * 100.0),
        rate => format!("{rate:.0}"),
    }
}

/// A profile for programs.
fn of_profile(profile: &Profile) -> Value {
    let Capacity { reads, writes } = profile.capacity();
    let figures = profile.figures.iter().map(|figure| {
        (figure.key.clone(), json!({ "value": figure.value, "source": figure.source }))
    });
    json!({
        "name": profile.name,
        "meaning": profile.meaning,
        "node_capacity": { "reads_per_s": reads, "writes_per_s": writes },
        "figures": figures.collect::<Map<_, _>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::testing::{output_of, simscale, written};

    #[test]
    fn every_figure_is_listed_with_its_source() {
        let text = output_of(&["profiles"]);
        for profile in all() {
            assert!(text.contains(&format!("\n{}\n", profile.name)), "{}", profile.name);
            for figure in &profile.figures {
                let line = format!("\n  {} = {}\n", figure.key, figure.value);
                assert!(text.contains(&line), "{line}");
            }
        }
        assert!(text.lines().all(|line| line.chars().count() <= 160));
    }

    #[test]
    fn a_profile_can_be_asked_for_alone() {
        let text = output_of(&["profiles", "postgresql"]);
        assert!(text.starts_with("postgresql\n  PostgreSQL"), "{text}");
        assert!(text.contains("\n  read_time = \"20us\"\n      measured"), "{text}");
        assert!(text.contains("A node does at most 200K reads/s"), "{text}");
        assert!(!text.contains("\nredis\n"), "{text}");
    }

    #[test]
    fn programs_get_values_and_sources() {
        let text = output_of(&["profiles", "redis", "--format", "json"]);
        let document: Value = serde_json::from_str(&text).expect("it is JSON");
        let redis = &document[0];
        assert_eq!(redis["name"], "redis");
        assert_eq!(redis["figures"]["cores"]["value"], "1");
        let source = redis["figures"]["read_time"]["source"].as_str().unwrap_or_default();
        assert!(source.contains("measured"), "{source}");
        assert!(redis["node_capacity"]["reads_per_s"].is_f64());
    }

    #[test]
    fn an_unknown_profile_is_refused_with_the_nearest() {
        let ran = simscale(&["profiles", "postgres"]);
        assert_eq!(ran.exit, Exit::BadInput);
        let why = "error: there is no profile `postgres`: did you mean `postgresql`?\n";
        assert_eq!(ran.errors, why);
        let ran = simscale(&["profiles", "oracle"]);
        assert!(ran.errors.contains("accepted: postgresql, mysql"), "{}", ran.errors);
    }

    const SMALL: &str = "entry = \"db\"\nusers = { count = 20, rate = \"1/s\" }\n\
                         components.db = { kind = \"database\", profile = \"postgresql\" }";

    #[test]
    fn extending_files_and_sets_go_before_the_profile() {
        let (folder, below) = written(SMALL);
        let above = "extends = \"small.toml\"\n[components.db]\ndisk_time = \"none\"\n\
                     memory = \"none\"\nreplicas = { lag = \"5ms\", order = \"none\" }";
        let path = folder.path().join("above.toml");
        std::fs::write(&path, above).expect("the folder is ours");
        let (below, above) = (below.display().to_string(), path.display().to_string());
        let check = |file: &str, sets: &[&str]| {
            let words = sets.iter().flat_map(|set| ["--set", set]);
            simscale(&["check", file].into_iter().chain(words).collect::<Vec<_>>())
        };
        let lines = check(&below, &[]).output;
        assert!(lines.contains("profile   components.db.disk_time = \"170us\"\n"), "{lines}");
        let lines = check(&above, &["db.profile=mysql", "db.cores=16"]).output;
        for line in [
            "given     components.db.cores = 16",
            "profile   components.db.read_time = \"53us\"",
            "given     components.db.replicas.lag = \"5ms\"",
            "profile   components.db.replicas.mode = \"asynchronous\"",
            "default   components.db.replicas.order = \"parallel\"",
        ] {
            assert!(lines.contains(&format!("  {line}\n")), "{line}: {lines}");
        }
        assert!(!lines.contains("db.disk_time") && !lines.contains("db.memory"), "{lines}");
        let ran = check(&above, &["db.profile=none"]);
        assert!(ran.errors.contains("`cores` is missing"), "{}", ran.errors);
    }

    /// Every profile stands in for a whole database, from the file to the last answer, and what it
    /// brings is told apart from what the file gives.
    #[test]
    fn every_profile_simulates_end_to_end() {
        for name in NAMES {
            let (folder, path) = written(&format!(
                "entry = \"db\"\nusers = {{ count = 20, rate = \"1/s\" }}\n\
                 data.posts = {{ keys = \"10K\", value_size = \"1KiB\" }}\n\
                 operations.view = {{ share = \"80%\", does = \"read\", of = \"posts\" }}\n\
                 operations.list = {{ share = \"5%\", does = \"scan\", of = \"posts\" }}\n\
                 operations.edit = {{ share = \"rest\", does = \"write\", of = \"posts\" }}\n\
                 components.db = {{ kind = \"database\", profile = \"{name}\" }}\n\
                 run = {{ requests = \"2K\", repeats = 2, min_time = \"0s\" }}"
            ));
            let file = path.display().to_string();
            let check = output_of(&["check", &file]);
            assert!(check.contains("profile   components.db.read_time = "), "{name}: {check}");
            let out = folder.path().join("out");
            let out_text = out.display().to_string();
            let ran = simscale(&["run", &file, "--format", "json", "--out", &out_text]);
            assert_eq!(ran.exit, Exit::Fine, "{name}: {}", ran.errors);
            let result: Value = serde_json::from_str(&ran.output).expect("it is JSON");
            // The run is short; what matters is that no store is full at this load.
            let verdict = result["verdict"].as_str().unwrap_or_default();
            assert!(["stable", "too few samples"].contains(&verdict), "{name}: {verdict}");
            assert_eq!(result["conservation"], "holds", "{name}");
            let manifest = std::fs::read_to_string(out.join("manifest.toml"));
            let manifest = manifest.expect("a run writes it");
            assert!(manifest.contains("\"components.db.read_time\" = "), "{name}: {manifest}");
        }
    }
}
