//! The real binary in a folder of its own, as its users have it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::project;

/// A temporary folder in which commands are run.
pub struct Shell {
    folder: tempfile::TempDir,
}

impl Shell {
    /// An empty folder.
    pub fn new() -> Shell {
        Shell { folder: tempfile::tempdir().expect("the system has a temporary folder") }
    }

    /// Where something of this name lies in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The real binary with these words, in the folder.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_simscale"));
        command.args(words).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Runs `simscale` to its end.
    pub fn simscale(&self, words: &[&str]) -> Ran {
        Ran::of(self.command(words).output().expect("the program was built for this test"))
    }

    /// Starts `simscale` and does not wait.
    pub fn start(&self, words: &[&str]) -> Child {
        let mut command = self.command(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program was built for this test")
    }

    /// Names of all files below the folder, with their folders.
    pub fn files(&self) -> Vec<String> {
        files_below(self.folder.path(), "")
    }
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub output: String,
    pub errors: String,
}

impl Ran {
    /// What a process left.
    pub fn of(output: Output) -> Ran {
        let text = |bytes| String::from_utf8(bytes).expect("all that is printed is text");
        Ran { code: output.status.code(), output: text(output.stdout), errors: text(output.stderr) }
    }

    /// Panics unless it ended well.
    pub fn fine(self) -> Ran {
        assert_eq!(self.code, Some(0), "{}", self.errors);
        self
    }

    /// Panics unless it was refused with this in the message and nothing else printed.
    pub fn refused(&self, message: &str) {
        assert_eq!((self.code, self.output.as_str()), (Some(2), ""), "{}", self.errors);
        assert!(self.errors.contains(message), "`{message}` is not in:\n{}", self.errors);
        assert!(!self.errors.contains("panicked"), "{}", self.errors);
    }
}

/// Names of all files below a folder, with their folders, sorted.
pub fn files_below(folder: &Path, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("the folder can be listed");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            names.extend(files_below(&entry.path(), &format!("{name}/")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

/// Path of a shipped scenario.
pub fn shipped(name: &str) -> String {
    project().join("scenarios").join(name).display().to_string()
}

/// Waits for a program, but not for long.
pub fn ended(mut child: Child, seconds: u32) -> Ran {
    for _ in 0..seconds * 20 {
        if child.try_wait().expect("the program was started here").is_some() {
            return Ran::of(child.wait_with_output().expect("it has ended"));
        }
        sleep(Duration::from_millis(50));
    }
    // Nothing is left running behind a failed test.
    let _ = child.kill();
    let ran = Ran::of(child.wait_with_output().expect("it was killed"));
    panic!("still running after {seconds} seconds: {ran:?}");
}

/// Waits until something holds, but not for long.
pub fn wait_until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..400 {
        if holds() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("in vain: {what}");
}

/// Sends a running program the signal of Ctrl-C.
#[cfg(unix)]
pub fn interrupt(child: &Child) {
    let signalled = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(signalled.expect("every Unix has kill").success());
}
