//! `manifest.toml` of a ladder: what was searched, from which values. It names no time and no
//! machine.

use crate::experiment::graduation::result::Ladder;
use crate::report::format::exact;
use crate::report::manifest::{effective_line, quoted};

/// The manifest as TOML text: the search, then each stage with its effective values.
pub fn render(ladder: &Ladder) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
    line("version", quoted(&ladder.version));
    line("command", quoted(&ladder.command));
    line("precision", exact(ladder.precision));
    line("range", format!("[{}, {}]", ladder.range.0, ladder.range.1));
    for stage in &ladder.stages {
        text.push_str("\n[[scenarios]]\n");
        text.push_str(&format!("name = {}\n", quoted(&stage.scenario)));
        text.push_str(&format!("scenario_hash = {}\n", quoted(&stage.scenario_hash)));
        text.push_str(&format!("title = {}\n", quoted(&stage.title)));
        if let Some(range) = &stage.stage {
            text.push_str(&format!("stage = {}\n", quoted(range)));
        }
        text.push_str(&format!("simulated = {}\n\n[scenarios.effective]\n", stage.simulated));
        stage.effective.iter().for_each(|value| text.push_str(&effective_line(value)));
    }
    text
}
