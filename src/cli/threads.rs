//! The threads that commands simulate on; no result depends on how many there are.

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::console::Console;
use super::exit::Exit;

/// So many threads, or one for each processor.
///
/// # Errors
/// When the system gives no threads.
pub(super) fn pool(threads: Option<u16>, console: &mut Console<'_>) -> Result<ThreadPool, Exit> {
    // Zero threads is how rayon says: one for each processor.
    let builder = ThreadPoolBuilder::new().num_threads(usize::from(threads.unwrap_or(0)));
    builder.build().map_err(|error| console.refuse(&format!("cannot start threads: {error}")))
}
