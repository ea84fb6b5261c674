//! Ctrl-C: an interrupted run leaves nothing behind; a report that is being written is finished.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// The folder that a run has prepared and not written to yet.
static WAITING: Mutex<Option<PathBuf>> = Mutex::new(None);
static HANDLER: Once = Once::new();

/// Exit code of a command ended by Ctrl-C: 128 and the signal's number, as shells have it.
const INTERRUPTED: i32 = 130;

fn waiting() -> MutexGuard<'static, Option<PathBuf>> {
    // A path is whole whatever happened to the thread that held it.
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on an interrupt ends the command and takes the folder away, if nothing is in it.
pub(super) fn may_come(folder: &Path) {
    *waiting() = Some(folder.to_path_buf());
    HANDLER.call_once(|| {
        // Where no handler can be set the system's own ends the program; an empty folder stays.
        let _ = ctrlc::set_handler(|| {
            if let Some(folder) = waiting().as_ref() {
                let _ = std::fs::remove_dir(folder);
                eprintln!("\ninterrupted: nothing was written");
                std::process::exit(INTERRUPTED);
            }
        });
    });
}

/// From now on an interrupt waits: files are being written, which takes a moment.
pub(super) fn must_wait() {
    *waiting() = None;
}
