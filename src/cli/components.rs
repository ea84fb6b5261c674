//! `simscale components`: the reference of the scenario language.

use serde_json::{Value, json};

use super::arguments::{ComponentsArguments, DocumentFormat};
use super::columns::{aligned, wrapped};
use super::console::Console;
use super::exit::Exit;
use super::reference::{KeyEntry, Topic, topics};
use crate::language::diagnostic::suggestion;
use crate::measure::metric::Metric;

/// Prints one topic of the reference, or all of it.
///
/// # Errors
/// When there is no such topic or standard output cannot be written.
pub fn components(arguments: &ComponentsArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let topics = topics();
    let chosen: Vec<&Topic> = match &arguments.name {
        None => topics.iter().collect(),
        Some(name) => topics.iter().filter(|topic| topic.name == name).collect(),
    };
    if let (Some(name), true) = (&arguments.name, chosen.is_empty()) {
        let label = suggestion(name, topics.iter().map(|topic| topic.name));
        return Err(console.refuse(&format!("there is no kind or section `{name}`: {label}")));
    }
    if arguments.format == DocumentFormat::Json {
        let all: Vec<Value> = chosen.into_iter().map(of_topic).collect();
        return console.print(&format!("{:#}\n", Value::from(all)));
    }
    let render = if arguments.markdown { markdown } else { plain };
    let mut parts: Vec<String> = chosen.into_iter().map(render).collect();
    if arguments.name.is_none() && !arguments.markdown {
        parts.insert(0, contents(&topics));
    }
    console.print(&parts.join("\n"))
}

/// A topic for programs.
fn of_topic(topic: &Topic) -> Value {
    let key = |key: &KeyEntry| {
        json!({ "key": key.path, "takes": key.takes, "default": key.default,
                "meaning": key.meaning })
    };
    let metric = |metric: &Metric| {
        let path = format!("{}{}", topic.scope, metric.name);
        json!({ "metric": path, "meaning": metric.meaning })
    };
    json!({
        "name": topic.name,
        "heading": topic.heading,
        "meaning": topic.meaning,
        "keys": topic.keys.iter().map(key).collect::<Vec<_>>(),
        "metrics": topic.metrics.iter().map(metric).collect::<Vec<_>>(),
        "example": topic.example,
    })
}

/// The names of all topics, each of which can be asked for alone.
fn contents(topics: &[Topic]) -> String {
    let names: Vec<&str> = topics.iter().map(|topic| topic.name).collect();
    wrapped(&format!("`simscale components NAME` explains one of: {}", names.join(", ")), "")
}

fn plain(topic: &Topic) -> String {
    let mut text = format!("{}: {}\n", topic.name, topic.heading);
    text.push_str(&wrapped(topic.meaning, "  "));
    for key in &topic.keys {
        text.push_str(&plain_key(key));
    }
    if !topic.metrics.is_empty() {
        let row = |metric: &Metric| {
            vec![format!("{}{}", topic.scope, metric.name), metric.meaning.to_owned()]
        };
        let rows: Vec<Vec<String>> = topic.metrics.iter().map(row).collect();
        text.push_str(&format!("\n  It measures\n{}", aligned(&rows, &[], "    ")));
    }
    if !topic.example.is_empty() {
        text.push_str("\n  Example\n");
        for line in topic.example.lines() {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text
}

fn plain_key(key: &KeyEntry) -> String {
    let KeyEntry { path, takes, default, meaning } = key;
    let what = format!("{takes} [{default}]");
    format!("\n  {path}\n{}{}", wrapped(&what, "      "), wrapped(meaning, "      "))
}

fn markdown(topic: &Topic) -> String {
    let mut text = format!("### `{}`\n\n`{}`\n\n", topic.name, topic.heading);
    text.push_str(&wrapped(topic.meaning, ""));
    if !topic.keys.is_empty() {
        text.push_str("\n| key | takes | default | meaning |\n|---|---|---|---|\n");
        for KeyEntry { path, takes, default, meaning } in &topic.keys {
            let (takes, default) = (cell(takes), cell(default));
            text.push_str(&format!("| `{path}` | {takes} | {default} | {} |\n", cell(meaning)));
        }
    }
    if !topic.metrics.is_empty() {
        text.push_str("\n| metric | meaning |\n|---|---|\n");
        for metric in topic.metrics {
            text.push_str(&format!(
                "| `{}{}` | {} |\n",
                topic.scope,
                metric.name,
                cell(metric.meaning)
            ));
        }
    }
    if !topic.example.is_empty() {
        text.push_str(&format!("\n```toml\n{}\n```\n", topic.example));
    }
    text
}

/// Text inside a Markdown table: a bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use crate::cli::Exit;
    use crate::cli::testing::{output_of, simscale};
    use crate::components::KINDS;
    use crate::scenario::ROOT;

    #[test]
    fn every_kind_and_every_section_is_explained_with_its_keys() {
        let text = output_of(&["components"]);
        for kind in KINDS {
            assert!(text.contains(&format!("\n{}: [components.NAME]", kind.name)), "{}", kind.name);
            for key in kind.keys {
                assert!(text.contains(&format!("\n  {}\n", key.name)), "{}", key.name);
            }
        }
        for key in ROOT {
            assert!(text.contains(&format!("\n  {}\n", key.name)), "{}", key.name);
        }
        assert!(text.lines().all(|line| line.chars().count() <= 160));
    }

    #[test]
    fn a_topic_can_be_asked_for_alone() {
        let text = output_of(&["components", "database"]);
        assert!(text.starts_with("database: [components.NAME] kind = \"database\"\n"), "{text}");
        assert!(text.contains("\n  replicas.lag\n      a duration or a distribution [\"0ms\"]\n"));
        assert!(!text.contains("invalidate"));
    }

    #[test]
    fn markdown_has_a_row_for_each_key() {
        let text = output_of(&["components", "run", "--markdown"]);
        assert!(text.starts_with("### `run`\n"), "{text}");
        let row = "| `seed` | a whole number | 42 | Where the random draws start. |\n";
        assert!(text.contains(row), "{text}");
    }

    #[test]
    fn an_unknown_topic_is_refused_with_the_nearest() {
        let ran = simscale(&["components", "databse"]);
        assert_eq!(ran.exit, Exit::BadInput);
        let why = "error: there is no kind or section `databse`: did you mean `database`?\n";
        assert_eq!(ran.errors, why);
    }
}
