//! A scenario's file, what it extends and what `--set` changes, as one table.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::diagnostic::Problems;
use super::key::Key;
use super::merge::{drop_not_inherited, merge};
use super::node::{Node, Table};
use super::parse;
use super::set::set;
use super::source::{Place, SourceId, Sources};

/// Reads the scenario at `path` with everything it extends and lays each of `sets` (`path=value`)
/// over it. `root` declares the whole scenario. What is removed says `"none"` until
/// [`remove_none`](super::merge::remove_none) takes it out.
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
    Some(scenario)
}

/// The same from a text that is in no file and is told of as `name`; names of files in it are
/// resolved against the current folder.
pub fn load_text(
    name: &str,
    text: &str,
    root: &'static [Key],
    sources: &mut Sources,
    problems: &mut Problems,
) -> Option<Table> {
    let source = sources.add(name, text, Path::new(""));
    let mut loading = Loading { root, chain: Vec::new(), sources, problems };
    loading.document(source, (PathBuf::from(name), PathBuf::new()), None)
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
        self.document(source, (path.to_path_buf(), found), asked_at)
    }

    /// The table of a text that was read, from a file as shown and as found on disk.
    fn document(
        &mut self,
        source: SourceId,
        file: (PathBuf, PathBuf),
        asked_at: Option<Place>,
    ) -> Option<Table> {
        let mut table = parse::document(source, self.sources, self.problems)?;
        if table.entries.is_empty() {
            let message = format!("`{}` says nothing", file.0.display());
            self.problems.error(asked_at, message, "a scenario gives values, or extends a file");
            return None;
        }
        let Some(extends) = table.remove("extends") else { return Some(table) };
        self.chain.push(file);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::merge::remove_none;
    use crate::language::testing::{ROOT, at, loaded};

    #[test]
    fn a_chain_of_files_is_one_scenario() {
        let scenario = loaded(
            &[
                ("c.toml", "extends = \"b.toml\"\nusers.count = 3"),
                ("b.toml", "extends = \"a.toml\"\ntitle = \"b\"\nrun.seed = 2"),
                ("a.toml", "users = { count = 1, rate = \"1/s\" }\nrun = { seed = 1 }"),
            ],
            &[],
        );
        let expected = "{ users = { count = 3, rate = \"1/s\" }, run = { seed = 2 } }";
        assert_eq!(scenario, Ok(expected.to_owned()));
    }

    #[test]
    fn every_value_keeps_the_file_it_came_from() {
        let folder = tempfile::tempdir().expect("the system has a temporary folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a.toml"), "users = { count = 1, rate = \"1/s\" }").expect("ours");
        fs::write(path("b.toml"), "extends = \"a.toml\"\nusers.count = 2").expect("ours");
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        let sets = ["users.growth=8%/month".to_owned()];
        let scenario = load(&path("b.toml"), ROOT, &sets, &mut sources, &mut problems);
        let scenario = scenario.expect("both files are well formed");
        let excerpt = |key: &str| {
            let node = at(&scenario, &["users", key]).expect("it is set");
            let source = sources.get(node.place.source);
            let name = Path::new(&source.name).file_name().and_then(|name| name.to_str());
            (name.unwrap_or("").to_owned(), sources.excerpt(node.place).to_owned())
        };
        assert_eq!(excerpt("count"), ("b.toml".to_owned(), "2".to_owned()));
        assert_eq!(excerpt("rate"), ("a.toml".to_owned(), "\"1/s\"".to_owned()));
        assert_eq!(excerpt("growth"), ("--set".to_owned(), "8%/month".to_owned()));
        assert_eq!(sources.resolve(scenario.entries[0].key_place, "x.csv"), path("x.csv"));
    }

    #[test]
    fn a_text_needs_no_file() {
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        let mut read = |text| load_text("ours", text, ROOT, &mut sources, &mut problems);
        let mut scenario = read("users = { count = 3, growth = \"none\" }").expect("it is sound");
        remove_none(&mut scenario, ROOT);
        assert!(at(&scenario, &["users", "count"]).is_some());
        assert!(at(&scenario, &["users", "growth"]).is_none());
        for wrong in ["users = {", "# only words", "extends = \"no-such-file.toml\""] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
        let told = problems.render(&sources, false);
        for part in ["ours:1:", "`ours` says nothing", "`no-such-file.toml` does not exist"] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }

    #[test]
    fn a_circle_is_shown_whole() {
        let problems = loaded(
            &[
                ("a.toml", "extends = \"b.toml\""),
                ("b.toml", "title = \"b\"\nextends = \"a.toml\""),
            ],
            &[],
        )
        .expect_err("a circle");
        assert!(problems.contains("goes in a circle: a.toml -> b.toml -> a.toml"), "{problems}");
        assert!(problems.contains("b.toml:2:11"), "{problems}");
    }

    #[test]
    fn what_cannot_be_read_is_said_plainly() {
        for (content, message) in [
            ("", "`a.toml` is empty"),
            (" \n", "`a.toml` is empty"),
            ("# only words\n", "`a.toml` says nothing"),
            ("extends = \"gone.toml\"", "`gone.toml` does not exist"),
            ("extends = \".\"", "is a folder"),
            ("extends = 3", "`extends` must be a file name"),
        ] {
            let problems = loaded(&[("a.toml", content)], &[]).expect_err(content);
            assert!(problems.contains(message), "{content}: {problems}");
            assert!(problems.ends_with("1 problem, nothing was run\n"), "{problems}");
        }
    }

    #[test]
    fn other_encodings_are_refused_with_the_line() {
        let folder = tempfile::tempdir().expect("the system has a temporary folder");
        let path = folder.path().join("a.toml");
        fs::write(&path, b"a = 1\ntitle = \"caf\xe9\"\n").expect("ours");
        let (mut sources, mut problems) = (Sources::new(), Problems::new());
        assert!(load(&path, ROOT, &[], &mut sources, &mut problems).is_none());
        let text = problems.render(&sources, false);
        assert!(text.contains("is not UTF-8 text: line 2, byte 18"), "{text}");
    }
}
