//! Ctrl-C: an interrupted command says what is left of it; what is being written is finished.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// What an interrupted command does last; it gives what to tell.
type Farewell = Box<dyn FnMut() -> String + Send>;

/// The farewell of the command that is running, while it may be interrupted.
static WAITING: Mutex<Option<Farewell>> = Mutex::new(None);
static HANDLER: Once = Once::new();

/// Exit code of a command ended by Ctrl-C: 128 and the signal's number, as shells have it.
const INTERRUPTED: i32 = 130;

fn waiting() -> MutexGuard<'static, Option<Farewell>> {
    // A farewell is whole whatever happened to the thread that held it.
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on an interrupt ends the command, after `farewell`.
pub(super) fn may_come(farewell: impl FnMut() -> String + Send + 'static) {
    *waiting() = Some(Box::new(farewell));
    HANDLER.call_once(|| {
        // Where no handler can be set the system's own ends the program; nothing is told then.
        let _ = ctrlc::set_handler(|| {
            if let Some(farewell) = waiting().as_mut() {
                eprintln!("\n{}", farewell());
                std::process::exit(INTERRUPTED);
            }
        });
    });
}

/// From now on an interrupt ends the command and takes the folder away, if nothing is in it.
pub(super) fn leaves_nothing(folder: &Path) {
    let folder = folder.to_path_buf();
    may_come(move || {
        let _ = std::fs::remove_dir(&folder);
        "interrupted: nothing was written".to_owned()
    });
}

/// From now on an interrupt waits: files are being written, which takes a moment.
pub(super) fn must_wait() {
    *waiting() = None;
}
