//! A progress bar on standard error: only on a terminal, and only for what takes over a second.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that takes less is not worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar that several threads may move.
pub struct Progress {
    bar: ProgressBar,
    /// Whether the bar still waits for its time to be shown.
    waiting: AtomicBool,
}

impl Progress {
    /// A bar over `total` steps; drawn when `visible` and standard error is a terminal.
    pub fn new(total: u64, visible: bool) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:40} {percent:>3}%  {eta} left");
        bar.set_style(style.expect("the template is a constant that parses"));
        Progress { bar, waiting: AtomicBool::new(visible && std::io::stderr().is_terminal()) }
    }

    /// Moves the bar `steps` further.
    pub fn advance(&self, steps: u64) {
        self.bar.inc(steps);
        let due = self.waiting.load(Ordering::Relaxed) && self.bar.elapsed() >= PATIENCE;
        // The swap lets one thread alone bring the bar up.
        if due && self.waiting.swap(false, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// So many more steps are to come than was known.
    pub fn expect(&self, steps: u64) {
        self.bar.inc_length(steps);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_move_one_bar() {
        let progress = Progress::new(400, false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..100).for_each(|_| progress.advance(1)));
            }
        });
        assert_eq!(progress.bar.position(), 400);
        progress.finish();
        assert!(progress.bar.is_finished());
    }

    #[test]
    fn an_invisible_bar_is_never_drawn() {
        let progress = Progress::new(1, false);
        progress.advance(1);
        assert!(progress.bar.is_hidden());
    }
}
