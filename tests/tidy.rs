//! The code judged as text: layers, sizes and words.
//!
//! Every check names all that it finds, so that one run of the tests tells the whole of it.

use crate::support::project;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The layers from the outermost to the innermost; a module uses its own layer and those after it.
const LAYERS: &[&str] = &[
    "cli",
    "report",
    "experiment",
    "model",
    "scenario",
    "components",
    "blocks",
    "measure",
    "language",
    "kernel",
];

const LONGEST_LINE: usize = 100;
const LONGEST_FUNCTION: usize = 60;
const LONGEST_FILE: usize = 400;

/// Files that may be longer, and why.
const LONG_FILES: &[(&str, &str)] = &[];

/// A source file with its text, and the same text without comments and literals.
struct Source {
    /// Path from the project's folder, with slashes.
    path: String,
    text: String,
    code: String,
}

/// All Rust files below a folder of the project, in the order of their paths.
fn sources(folder: &str) -> Vec<Source> {
    let mut files = Vec::new();
    let mut folders = vec![project().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Source {
    let text = std::fs::read_to_string(path).expect("a source file can be read");
    let relative = path.strip_prefix(project()).expect("the file lies in the project");
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    Source { path: parts.join("/"), code: without_literals(&text), text }
}

/// The text with comments and the insides of literals blanked, line by line as long as before.
fn without_literals(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut code = String::new();
    let mut at = 0;
    while at < characters.len() {
        let end = end_of_literal(&characters, at);
        if end == at {
            code.push(characters[at]);
            at += 1;
        }
        for &character in &characters[at..end.max(at)] {
            code.push(if character == '\n' { '\n' } else { ' ' });
        }
        at = end.max(at);
    }
    code
}

/// Where the comment or literal that starts at `at` ends; `at` itself if none does.
fn end_of_literal(characters: &[char], at: usize) -> usize {
    let ahead = |offset: usize| characters.get(at + offset).copied().unwrap_or(' ');
    let find = |from: usize, wanted: &str| {
        let wanted: Vec<char> = wanted.chars().collect();
        let found = characters[from..].windows(wanted.len()).position(|part| part == wanted);
        found.map_or(characters.len(), |offset| from + offset + wanted.len())
    };
    let follows_a_word =
        at > 0 && (characters[at - 1].is_alphanumeric() || characters[at - 1] == '_');
    match (characters[at], ahead(1)) {
        ('/', '/') => find(at, "\n") - 1,
        ('/', '*') => find(at, "*/"),
        ('r', '"' | '#') if !follows_a_word => {
            let hashes = characters[at + 1..].iter().take_while(|&&it| it == '#').count();
            if ahead(1 + hashes) != '"' {
                return at;
            }
            find(at + hashes + 2, &format!("\"{}", "#".repeat(hashes)))
        }
        ('"', _) => end_of_text(characters, at),
        ('\'', '\\') => find(at + 3, "'"),
        ('\'', _) if ahead(2) == '\'' => at + 3,
        _ => at,
    }
}

/// Where a plain text literal ends: at the first quote that no backslash escapes.
fn end_of_text(characters: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < characters.len() && characters[at] != '"' {
        at += if characters[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(characters.len())
}

/// The code before the unit tests at a file's foot; nothing of a file that holds tests only.
fn before_tests(source: &Source) -> &str {
    if source.path.ends_with("/tests.rs") || source.path.ends_with("/testing.rs") {
        return "";
    }
    source.code.split("#[cfg(test)]\nmod ").next().unwrap_or("")
}

/// Fails with all that was found.
fn assert_none(what: &str, found: &[String]) {
    let mut list = String::new();
    for each in found {
        writeln!(list, "  {each}").expect("text can be appended to text");
    }
    assert!(found.is_empty(), "{what}:\n{list}");
}

/// Every place where a check finds something, as `file:line: what`.
fn places<'s>(
    sources: &'s [Source],
    code_of: impl Fn(&'s Source) -> &'s str,
    check: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (number, line) in code_of(source).lines().enumerate() {
            if let Some(what) = check(line) {
                found.push(format!("{}:{}: {what}", source.path, number + 1));
            }
        }
    }
    found
}

#[test]
fn layers_use_what_lies_below_them() {
    let mut found = Vec::new();
    for source in sources("src") {
        let inner = source.path.strip_prefix("src/").expect("it was looked for there");
        let name = inner.split(['/', '.']).next().unwrap_or("");
        let Some(own) = LAYERS.iter().position(|layer| *layer == name) else {
            assert!(["lib", "main"].contains(&name), "{} belongs to no layer", source.path);
            continue;
        };
        for (used, line) in used_layers(&source.code) {
            let other = LAYERS.iter().position(|layer| *layer == used);
            let other = other.unwrap_or_else(|| panic!("{}:{line}: `{used}`?", source.path));
            if other < own {
                found.push(format!("{}:{line}: `{name}` uses `{used}`", source.path));
            }
        }
    }
    assert_none("modules that use a layer above their own", &found);
}

/// The modules of the crate that some code names, each with its line.
fn used_layers(code: &str) -> Vec<(&str, usize)> {
    let mut used = Vec::new();
    for (start, matched) in code.match_indices("crate::") {
        let line = 1 + code[..start].matches('\n').count();
        let rest = &code[start + matched.len()..];
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or(""),
            None => rest,
        };
        let is_list = rest.starts_with('{');
        for name in names.split(',') {
            let name = name.trim();
            let end = name.find(|it: char| !it.is_alphanumeric() && it != '_');
            used.push((&name[..end.unwrap_or(name.len())], line));
            if !is_list {
                break;
            }
        }
    }
    used.retain(|(name, _)| !name.is_empty());
    used
}

#[test]
fn functions_are_short() {
    let mut found = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        for (name, line, length) in functions(&source.code) {
            if length > LONGEST_FUNCTION {
                found.push(format!("{}:{line}: `{name}` has {length} lines", source.path));
            }
        }
    }
    assert_none("functions that are too long", &found);
}

/// Name, first line and length in lines of every function with a body.
fn functions(code: &str) -> Vec<(&str, usize, usize)> {
    let mut functions = Vec::new();
    for (start, _) in code.match_indices("fn ") {
        let before = code[..start].chars().next_back();
        if before.is_some_and(|it| it.is_alphanumeric() || it == '_') {
            continue;
        }
        let rest = &code[start + 3..];
        let name = rest.split(|it: char| !it.is_alphanumeric() && it != '_').next();
        if let Some(length) = length_of_function(rest) {
            let line = 1 + code[..start].matches('\n').count();
            functions.push((name.unwrap_or(""), line, length));
        }
    }
    functions
}

/// Lines from a function's name to its closing brace; `None` for a declaration without a body.
fn length_of_function(rest: &str) -> Option<usize> {
    let (mut brackets, mut braces) = (0, 0);
    for (offset, character) in rest.char_indices() {
        match character {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            ';' if brackets == 0 && braces == 0 => return None,
            '{' => braces += 1,
            '}' if braces == 1 => return Some(1 + rest[..offset].matches('\n').count()),
            '}' => braces -= 1,
            _ => {}
        }
    }
    None
}

#[test]
fn files_are_short() {
    let mut found = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        let lines = source.text.lines().count();
        let is_excused = LONG_FILES.iter().any(|(path, _)| *path == source.path);
        if lines > LONGEST_FILE && !is_excused {
            found.push(format!("{}: {lines} lines", source.path));
        }
    }
    assert_none("files that are too long: split them by idea", &found);
}

#[test]
fn lines_are_short() {
    let mut all = sources("src");
    all.extend(sources("tests"));
    all.extend(sources("benches"));
    let too_long = |line: &str| {
        let length = line.chars().count();
        (length > LONGEST_LINE).then(|| format!("{length} columns"))
    };
    assert_none("lines that are too long", &places(&all, |source| &source.text, too_long));
}

#[test]
fn nothing_is_left_unfinished() {
    const LEFT: &[&str] = &["todo!(", "unimplemented!(", "dbg!(", "allow(dead_code)"];
    let mut all = sources("src");
    all.extend(sources("tests"));
    let left = |line: &str| {
        let word = LEFT.iter().find(|word| line.contains(**word));
        word.map(|word| format!("`{word}`"))
    };
    assert_none("unfinished code", &places(&all, |source| &source.code, left));
}

/// `expect` says why it cannot fail; `unwrap` does not.
#[test]
fn nothing_is_unwrapped_without_a_reason() {
    let unwraps =
        |line: &str| line.contains(".unwrap()").then(|| "give the reason: `expect`".to_owned());
    assert_none("`unwrap` outside of tests", &places(&sources("src"), before_tests, unwraps));
}

#[test]
fn files_say_what_lives_there() {
    let mut found = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")).chain(sources("benches")) {
        if !source.text.starts_with("//! ") {
            found.push(source.path);
        }
    }
    assert_none("files that do not open with `//!`", &found);
}

/// The project speaks of itself, not of the machine it was written on.
#[test]
fn no_path_of_a_machine_is_named() {
    let roots = ["home", "root", "tmp", "work", "Users", "mnt"].map(|root| format!("/{root}/"));
    let names_a_path = |line: &str| {
        let root = roots.iter().find(|root| {
            line.match_indices(root.as_str()).any(|(start, _)| {
                let before = line[..start].chars().next_back();
                before.is_none_or(|it| !it.is_alphanumeric() && it != '.' && it != '-')
            })
        });
        root.map(|root| format!("names a path in {root}"))
    };
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches", "examples"] {
        found.extend(places(&sources(folder), |source| &source.text, names_a_path));
    }
    for file in other_texts() {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let lines = text.lines().enumerate();
        let lines = lines.filter_map(|(number, line)| Some((number, names_a_path(line)?)));
        found.extend(
            lines.map(|(number, what)| format!("{}:{}: {what}", file.display(), number + 1)),
        );
    }
    assert_none("paths of some machine", &found);
}

/// Texts at the top of the project and the scenarios.
fn other_texts() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in [project().to_owned(), project().join("scenarios")] {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        let paths = entries.map(|entry| entry.expect("the folder can be listed").path());
        files.extend(paths.filter(|path| {
            path.extension().is_some_and(|extension| extension == "md" || extension == "toml")
        }));
    }
    files.sort();
    files
}

/// The judge itself: comments, texts and characters are no code.
#[test]
fn literals_are_told_from_code() {
    let text = "let a = \"fn \\\" {\"; // fn b() {\nlet c = '{'; let d: &'static str = r#\"}\"#;\n";
    let code = without_literals(text);
    assert_eq!(code.len(), text.len());
    assert!(!code.contains(['{', '}']), "{code}");
    assert!(code.contains("let d: &'static str ="), "{code}");
    let code = "impl A {\n    fn one(&self) -> u32 {\n        1\n    }\n    fn two();\n}\n";
    assert_eq!(functions(code), [("one", 2, 3)]);
}
