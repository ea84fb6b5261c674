//! `manifest.toml` of a sweep: what a reader needs to trust the files beside it and to make them
//! again. It names no time and no machine.

use crate::experiment::sweep::SweepHead;
use crate::report::manifest::{effective_line, quoted};

/// The manifest as TOML text: the sweep, then each scenario with its effective values at its first
/// point.
pub fn render(head: &SweepHead) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
    line("version", quoted(&head.version));
    line("sweep_hash", quoted(&head.hash));
    line("command", quoted(&head.command));
    line("cases", head.cases().to_string());
    line("plot", quoted(&head.plot));
    for axis in &head.axes {
        let values: Vec<String> = axis.values.iter().map(|value| quoted(value)).collect();
        let values = values.join(", ");
        text.push_str(&format!("\n[[axes]]\npath = {}\nvalues = [{values}]\n", quoted(&axis.path)));
    }
    for stage in &head.stages {
        text.push_str("\n[[scenarios]]\n");
        text.push_str(&format!("name = {}\n", quoted(&stage.scenario)));
        text.push_str(&format!("title = {}\n", quoted(&stage.title)));
        if let Some(range) = &stage.stage {
            text.push_str(&format!("stage = {}\n", quoted(range)));
        }
        text.push_str("\n[scenarios.effective]\n");
        stage.effective.iter().for_each(|value| text.push_str(&effective_line(value)));
    }
    text
}
