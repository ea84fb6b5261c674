//! A scenario's file, what it extends and what `--set` changes, as one table.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::diagnostic::Problems;
use super::key::Key;
use super::merge::{drop_not_inherited, merge, remove_none};
use super::node::{Node, Table};
use super::parse;
use super::set::set;
use super::source::{Place, SourceId, Sources};

/// Reads the scenario at `path` with everything it extends, lays each of `sets` (`path=value`) over
/// it, and removes what says `"none"`. `root` declares the whole scenario.
///
/// `None` when a file could not be read or is no TOML; every reason is then among the problems.
/// All texts read are among the sources, in the order file, what it extends, each of `sets`.
pub fn load(
    path: &Path,
    root: &'static [Key],
    sets: &[String],
    sources: &mut Sources,
    problems: &mut Problems,
) -> Option<Table> {
    let mut loading = Loading { root, chain: Vec::new(), sources, problems };
    let mut scenario = loading.file(path, None)?;
    for text in sets {
        set(&mut scenario, text, root, sources, problems);
    }
    remove_none(&mut scenario, root);
    Some(scenario)
}

struct Loading<'a> {
    root: &'static [Key],
    /// The files being read, each extending the next: as shown and as found on disk.
    chain: Vec<(PathBuf, PathBuf)>,
    sources: &'a mut Sources,
    problems: &'a mut Problems,
}

impl Loading<'_> {
    /// The table of a file, laid over what it extends; `asked_at` is where another names it.
    fn file(&mut self, path: &Path, asked_at: Option<Place>) -> Option<Table> {
        let found = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if self.chain.iter().any(|(_, earlier)| *earlier == found) {
            self.report_circle(path, asked_at);
            return None;
        }
        let source = self.read(path, asked_at)?;
        let mut table = parse::document(source, self.sources, self.problems)?;
        if table.entries.is_empty() {
            let message = format!("`{}` says nothing", path.display());
            self.problems.error(asked_at, message, "a scenario gives values, or extends a file");
            return None;
        }
        let Some(extends) = table.remove("extends") else { return Some(table) };
        self.chain.push((path.to_path_buf(), found));
        let below = self.extended(&extends.node);
        self.chain.pop();
        let mut below = below?;
        drop_not_inherited(&mut below, self.root);
        merge(&mut below, table, self.root);
        Some(below)
    }

    fn extended(&mut self, node: &Node) -> Option<Table> {
        let Some(file) = node.text() else {
            let label = format!("this is {}", node.value.what());
            self.problems.error(node.place, "`extends` must be a file name", label);
            return None;
        };
        let path = self.sources.resolve(node.place, file);
        self.file(&path, Some(node.place))
    }

    fn report_circle(&mut self, path: &Path, asked_at: Option<Place>) {
        let names: Vec<String> = self
            .chain
            .iter()
            .map(|(shown, _)| shown.as_path())
            .chain([path])
            .map(|path| path.display().to_string())
            .collect();
        let message = format!("`extends` goes in a circle: {}", names.join(" -> "));
        self.problems.error(asked_at, message, "this file is being read already");
    }

    fn read(&mut self, path: &Path, asked_at: Option<Place>) -> Option<SourceId> {
        let name = path.display().to_string();
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let (message, label) = match error.kind() {
                    ErrorKind::NotFound => (format!("`{name}` does not exist"), ""),
                    ErrorKind::IsADirectory => {
                        (format!("`{name}` is a folder"), "name a scenario file in it")
                    }
                    _ => (format!("`{name}` cannot be read: {error}"), ""),
                };
                self.problems.error(asked_at, message, label);
                return None;
            }
        };
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let before = &error.as_bytes()[..valid];
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                let message = format!("`{name}` is not UTF-8 text: line {line}, byte {valid}");
                self.problems.error(asked_at, message, "save it as UTF-8");
                return None;
            }
        };
        if text.trim().is_empty() {
            self.problems.error(
                asked_at,
                format!("`{name}` is empty"),
                "a scenario gives values, or extends a file",
            );
            return None;
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        Some(self.sources.add(&name, &text, folder))
    }
}
