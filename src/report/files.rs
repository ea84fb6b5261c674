//! The one place that writes files.
//!
//! A file appears whole or not at all: its bytes go to a nameless neighbour first, which then takes
//! the name in one step. The folder is proved writable before the first event is simulated, so no
//! hour of work ends in a refused write.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::experiment::result::RunResult;

use super::{FILES, OutputFile};

/// Why nothing could be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The folder does not exist and cannot be made, or is no folder.
    #[error(
        "cannot make the folder `{}`: {cause}; make it yourself, or write to another",
        folder.display()
    )]
    NoFolder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The folder is there but takes no files.
    #[error(
        "cannot write to the folder `{}`: {cause}; make it writable, or write to another",
        folder.display()
    )]
    NotWritable {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file could not be written to its end; what stood there before is untouched.
    #[error("cannot write `{}`: {cause}; what stood there before is untouched", path.display())]
    NotWritten {
        /// The file.
        path: PathBuf,
        /// What the system said: no space left, say.
        cause: io::Error,
    },
    /// A file that grows could not; what stood in it before is whole.
    #[error("cannot add to `{}`: {cause}; what is done so far is kept", path.display())]
    NotAppended {
        /// The file.
        path: PathBuf,
        /// What the system said: no space left, say.
        cause: io::Error,
    },
    /// A file that is there cannot be read.
    #[error("cannot read `{}`: {cause}", path.display())]
    NotRead {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// A folder that took a file when it was prepared.
#[derive(Clone, Debug)]
pub struct OutputFolder {
    path: PathBuf,
}

/// Makes the folder, with those above it, and proves that it takes files.
///
/// # Errors
/// When the folder cannot be made or takes no file.
pub fn prepare(folder: &Path) -> Result<OutputFolder, WriteError> {
    fs::create_dir_all(folder)
        .map_err(|cause| WriteError::NoFolder { folder: folder.to_path_buf(), cause })?;
    beside(folder)
        .and_then(|mut trial| trial.write_all(b"trial"))
        .map_err(|cause| WriteError::NotWritable { folder: folder.to_path_buf(), cause })?;
    Ok(OutputFolder { path: folder.to_path_buf() })
}

/// A folder that is there, to read from.
///
/// # Errors
/// When it is not there, or is no folder.
pub fn existing(folder: &Path) -> Result<OutputFolder, WriteError> {
    let path = folder.to_path_buf();
    match fs::read_dir(folder) {
        Ok(_) => Ok(OutputFolder { path }),
        Err(cause) => Err(WriteError::NotRead { path, cause }),
    }
}

impl OutputFolder {
    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file whole, in the place of the one of this name, and tells where it is.
    ///
    /// # Errors
    /// When the bytes do not fit or the folder has become unwritable; the file of this name is then
    /// what it was before, and nothing is left behind.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, WriteError> {
        let path = self.path.join(name);
        let written = beside(&self.path).and_then(|mut file| {
            file.write_all(bytes)?;
            // Errors of a full disk may only show when the bytes leave for the disk.
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|refused| refused.error)?;
            Ok(())
        });
        match written {
            Ok(()) => Ok(path),
            Err(cause) => Err(WriteError::NotWritten { path, cause }),
        }
    }
}

/// A file that grows piece by piece.
#[derive(Debug)]
pub struct GrowingFile {
    path: PathBuf,
    file: fs::File,
}

impl OutputFolder {
    /// Begins a file with `bytes`, whole or not at all, in the place of the one of this name.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin(&self, name: &str, bytes: &[u8]) -> Result<GrowingFile, WriteError> {
        let path = self.write(name, bytes)?;
        let file = fs::File::options().append(true).open(&path);
        match file {
            Ok(file) => Ok(GrowingFile { path, file }),
            Err(cause) => Err(WriteError::NotWritten { path, cause }),
        }
    }

    /// The text of a file in the folder; `None` when there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<String>, WriteError> {
        let path = self.path.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(WriteError::NotRead { path, cause }),
        }
    }

    /// Takes a file away, if it is there.
    ///
    /// # Errors
    /// When it is there and stays.
    pub fn remove(&self, name: &str) -> Result<(), WriteError> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(WriteError::NotWritten { path, cause })
            }
            _ => Ok(()),
        }
    }
}

impl GrowingFile {
    /// Adds a piece at the end, in one go: whoever reads the file meanwhile sees whole pieces.
    ///
    /// # Errors
    /// When the piece does not fit; part of it may then stand at the end.
    pub fn append(&mut self, piece: &[u8]) -> Result<(), WriteError> {
        let written = self.file.write_all(piece);
        written.map_err(|cause| WriteError::NotAppended { path: self.path.clone(), cause })
    }
}

/// A file to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedFile {
    /// Its name in the folder.
    pub name: String,
    /// What it holds, in one line.
    pub meaning: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl NamedFile {
    /// A text.
    pub fn text(name: impl Into<String>, meaning: &'static str, text: String) -> NamedFile {
        NamedFile { name: name.into(), meaning, bytes: text.into_bytes() }
    }
}

/// Writes files in their order; an old manifest is taken away first, so the manifest must come
/// last: where one stands, all files beside it belong to it.
///
/// # Errors
/// When a file cannot be written; those before it stay.
pub fn write_named(files: &[NamedFile], folder: &OutputFolder) -> Result<(), WriteError> {
    folder.remove(super::MANIFEST)?;
    files.iter().try_for_each(|file| folder.write(&file.name, &file.bytes).map(|_| ()))
}

/// What was written, and where, for people.
pub fn listing(files: &[NamedFile], folder: &OutputFolder) -> String {
    let width = files.iter().map(|file| file.name.len()).max().unwrap_or(0);
    let lines = files.iter().map(|file| format!("  {:width$}  {}\n", file.name, file.meaning));
    format!("\nWritten to {}:\n{}", folder.path().display(), lines.collect::<String>())
}

/// Writes every file of [`FILES`] and tells where they are.
///
/// # Errors
/// When a file cannot be written; those before it stay.
pub fn write_all(result: &RunResult, folder: &OutputFolder) -> Result<Vec<PathBuf>, WriteError> {
    write_files(FILES, result, folder)
}

/// Writes every file of a list whose last one is the manifest, and tells where they are.
///
/// The manifest goes last, and an old one is taken away first: where a manifest stands, all files
/// beside it belong to it.
///
/// # Errors
/// When a file cannot be written; those before it stay.
pub fn write_files<Of>(
    files: &[OutputFile<Of>],
    result: &Of,
    folder: &OutputFolder,
) -> Result<Vec<PathBuf>, WriteError> {
    folder.remove(super::MANIFEST)?;
    files.iter().map(|file| folder.write(file.name, &(file.bytes)(result))).collect()
}

/// A file without a lasting name in the folder; it vanishes unless it is persisted.
fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".simscale-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Results are for everyone whom the user's mask lets read; the default is the owner alone.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn preparing_makes_the_folder_and_leaves_nothing_in_it() {
        let home = tempfile::tempdir().expect("a folder for the test");
        let folder = prepare(&home.path().join("output/stage3")).expect("it can be made");
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_a_remedy() {
        let home = tempfile::tempdir().expect("a folder for the test");
        let file = home.path().join("file");
        fs::write(&file, "in the way").expect("a file");
        let error = prepare(&file.join("stage3")).expect_err("a file is no folder");
        assert!(matches!(error, WriteError::NoFolder { .. }));
        let message = error.to_string();
        assert!(message.contains("file/stage3") && message.contains("another"), "{message}");
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let home = tempfile::tempdir().expect("a folder for the test");
        let folder = prepare(home.path()).expect("it is there");
        folder.write("summary.csv", b"a long first version").expect("room");
        let path = folder.write("summary.csv", b"second").expect("room");
        assert_eq!(fs::read(path).expect("it is there"), b"second");
        assert_eq!(names(home.path()), ["summary.csv"]);
    }

    #[test]
    fn a_refused_write_leaves_the_folder_as_it_was() {
        let home = tempfile::tempdir().expect("a folder for the test");
        let folder = prepare(home.path()).expect("it is there");
        // A folder that is not empty cannot be replaced by a file, whoever runs the test.
        fs::create_dir_all(home.path().join("summary.csv/inner")).expect("a folder in the way");
        let error = folder.write("summary.csv", b"text").expect_err("the name is taken");
        assert!(error.to_string().contains("summary.csv"));
        assert_eq!(names(home.path()), ["summary.csv"]);
    }

    #[test]
    fn a_run_yields_every_file_of_the_list() {
        let home = tempfile::tempdir().expect("a folder for the test");
        let folder = prepare(home.path()).expect("it is there");
        let written = write_all(&sample::stable(), &folder).expect("room");
        assert_eq!(written.len(), FILES.len());
        let mut expected: Vec<&str> = FILES.iter().map(|file| file.name).collect();
        assert_eq!(expected.last(), Some(&super::super::MANIFEST));
        expected.sort_unstable();
        assert_eq!(names(home.path()), expected);
    }

    #[test]
    fn no_manifest_vouches_for_half_a_run() {
        let home = tempfile::tempdir().expect("a folder for the test");
        let folder = prepare(home.path()).expect("it is there");
        write_all(&sample::stable(), &folder).expect("room");
        fs::remove_file(home.path().join("latency.csv")).expect("it was written");
        fs::create_dir_all(home.path().join("latency.csv/inner")).expect("a folder in the way");
        write_all(&sample::stable(), &folder).expect_err("one name is taken");
        assert!(!home.path().join(super::super::MANIFEST).exists());
    }

    #[cfg(unix)]
    #[test]
    fn results_are_as_readable_as_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().expect("a folder for the test");
        let folder = prepare(home.path()).expect("it is there");
        let ours = folder.write("summary.csv", b"text").expect("room");
        let plain = home.path().join("plain");
        fs::write(&plain, "text").expect("room");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }
}
