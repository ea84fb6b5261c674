//! `manifest.toml`: what a reader needs to trust the files beside it and to make them again.
//!
//! It names no time and no machine: the same run writes the same manifest.

use crate::experiment::result::{EffectiveValue, Horizon, RunResult};

use super::format::exact;

/// The manifest as TOML text.
///
/// `[effective]` holds every effective value under its path as a quoted key; values that neither
/// file nor command line gave are followed by `# default`.
pub fn render(result: &RunResult) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
    line("version", quoted(&result.version));
    line("scenario", quoted(&result.scenario));
    line("scenario_hash", quoted(&result.scenario_hash));
    line("title", quoted(&result.title));
    if let Some(stage) = &result.stage {
        line("stage", quoted(stage));
    }
    line("users", result.users.to_string());
    line("seed", seed(result.seed));
    line("repeats", result.repeats.to_string());
    line("verdict", quoted(result.verdict.word()));
    line("command", quoted(&result.command));
    line("warnings", texts(&result.warnings));
    text.push_str("\n[horizon]\n");
    text.push_str(&horizon_lines(&result.horizon));
    text.push_str("\n[effective]\n");
    text.extend(result.effective.iter().map(effective_line));
    text
}

/// A seed; TOML integers end at 2^63 - 1, and a seed may use all 64 bits.
pub(super) fn seed(seed: u64) -> String {
    i64::try_from(seed).map_or(quoted(&seed.to_string()), |seed| seed.to_string())
}

/// A list of texts.
pub(super) fn texts(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// The lines of `[horizon]`.
pub(super) fn horizon_lines(horizon: &Horizon) -> String {
    format!(
        "warm_up_s = {}\nmeasured_s = {}\nrequests = {}\nsimulated = {}\nevents = {}\n",
        float(horizon.warm_up),
        float(horizon.measured),
        horizon.requests,
        horizon.simulated,
        horizon.events
    )
}

/// A line of `[effective]`.
pub(super) fn effective_line(effective: &EffectiveValue) -> String {
    let origin = if effective.given { "" } else { "  # default" };
    format!("{} = {}{origin}\n", quoted(&effective.path), value_text(&effective.value))
}

/// The value as it stands when that is TOML, else as a string: the manifest always parses.
fn value_text(value: &str) -> String {
    let parses = toml::from_str::<toml::Table>(&format!("value = {value}"));
    if parses.is_ok_and(|table| table.len() == 1) { value.to_string() } else { quoted(value) }
}

/// A TOML float: always with a point.
fn float(number: f64) -> String {
    let text = exact(number);
    if text.contains('.') || !number.is_finite() { text } else { text + ".0" }
}

/// A TOML basic string (TOML 1.0, "String").
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            control if control.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn parsed(result: &RunResult) -> toml::Table {
        toml::from_str(&render(result)).expect("the manifest is TOML")
    }

    #[test]
    fn it_reads_back() {
        let table = parsed(&sample::stable());
        assert_eq!(table["scenario"].as_str(), Some("stage3"));
        assert_eq!(table["seed"].as_integer(), Some(42));
        assert_eq!(table["horizon"]["measured_s"].as_float(), Some(120.5));
        let effective = &table["effective"];
        assert_eq!(effective["components.db.cores"].as_integer(), Some(8));
        assert_eq!(effective["components.db.read_time"]["exponential"].as_str(), Some("4ms"));
    }

    #[test]
    fn defaults_are_told_from_what_was_given() {
        let text = render(&sample::stable());
        assert!(text.contains("\"components.db.cores\" = 8\n"));
        assert!(text.contains("\"components.app.queue_limit\" = 512  # default\n"));
    }

    #[test]
    fn awkward_texts_read_back() {
        let mut result = sample::stable();
        result.title = "tab\t, \"quotes\", back\\slash,\nline, \u{7f}".to_string();
        result.seed = u64::MAX;
        result.warnings = vec!["`a` = \"b\"".to_string(); 2];
        result.effective[0].value = "as many as workers".to_string();
        result.effective[1].value = "8\nother = 1".to_string();
        let table = parsed(&result);
        assert_eq!(table["title"].as_str(), Some(result.title.as_str()));
        assert_eq!(table["seed"].as_str(), Some("18446744073709551615"));
        assert_eq!(table["effective"]["users.count"].as_str(), Some("as many as workers"));
        assert_eq!(table["effective"]["components.db.cores"].as_str(), Some("8\nother = 1"));
    }
}
