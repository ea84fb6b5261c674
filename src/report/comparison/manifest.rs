//! `manifest.toml` of a comparison: both sides with every value, and the command that repeats it.

use crate::experiment::comparison::{ComparisonResult, SideResult};
use crate::report::manifest::{effective_line, horizon_lines, quoted, seed, texts};

/// The manifest as TOML text: `[a]` and `[b]`, each with its `horizon` and `effective`.
pub fn render(result: &ComparisonResult) -> String {
    let [a, b] = &result.sides;
    let mut text = format!(
        "version = {}\nseed = {}\nrepeats = {}\njudged = {}\ncommand = {}\n",
        quoted(&a.result.version),
        seed(a.result.seed),
        a.result.repeats,
        result.judged,
        quoted(&result.command)
    );
    push_side(&mut text, "a", a);
    push_side(&mut text, "b", b);
    text
}

fn push_side(text: &mut String, name: &str, side: &SideResult) {
    let result = &side.result;
    text.push_str(&format!("\n[{name}]\n"));
    let mut line = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
    line("label", quoted(&side.label));
    line("scenario", quoted(&result.scenario));
    line("scenario_hash", quoted(&result.scenario_hash));
    line("title", quoted(&result.title));
    line("users", result.users.to_string());
    line("verdict", quoted(result.verdict.word()));
    line("command", quoted(&result.command));
    line("warnings", texts(&result.warnings));
    text.push_str(&format!("\n[{name}.horizon]\n"));
    text.push_str(&horizon_lines(&result.horizon));
    text.push_str(&format!("\n[{name}.effective]\n"));
    text.extend(result.effective.iter().map(effective_line));
}
