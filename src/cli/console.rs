//! Where commands print: standard output and standard error, or two buffers in tests.

use std::io::{self, ErrorKind, IsTerminal, Write};

use super::exit::Exit;

/// Standard output and standard error, and whether each may be coloured.
pub struct Console<'a> {
    output: Box<dyn Write + 'a>,
    errors: Box<dyn Write + 'a>,
    /// Whether what is printed may carry terminal colours.
    pub colours_output: bool,
    /// Whether what is complained may carry terminal colours.
    pub colours_errors: bool,
}

impl Console<'static> {
    /// Those of this process; coloured on terminals unless the environment says `NO_COLOR`.
    pub fn of_process() -> Console<'static> {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Console {
            output: Box::new(io::stdout()),
            errors: Box::new(io::stderr()),
            colours_output: wanted && io::stdout().is_terminal(),
            colours_errors: wanted && io::stderr().is_terminal(),
        }
    }
}

impl<'a> Console<'a> {
    /// Two plain writers without colours.
    pub fn plain(output: impl Write + 'a, errors: impl Write + 'a) -> Console<'a> {
        Console {
            output: Box::new(output),
            errors: Box::new(errors),
            colours_output: false,
            colours_errors: false,
        }
    }

    /// Prints a result. A reader who has left, as `head` does, is no error.
    ///
    /// # Errors
    /// [`Exit::BadInput`] when standard output cannot be written, which is then complained about.
    pub fn print(&mut self, text: &str) -> Result<(), Exit> {
        let printed = self.output.write_all(text.as_bytes()).and_then(|()| self.output.flush());
        match printed {
            Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
                Err(self.refuse(&format!("cannot write to standard output: {cause}")))
            }
            _ => Ok(()),
        }
    }

    /// Tells something beside the result, on standard error.
    pub fn tell(&mut self, text: &str) {
        // When not even standard error can be written, there is nobody left to tell.
        let _ = self.errors.write_all(text.as_bytes()).and_then(|()| self.errors.flush());
    }

    /// Tells why nothing can be done, and gives the exit code for it.
    pub fn refuse(&mut self, why: &str) -> Exit {
        self.tell(&format!("error: {why}\n"));
        Exit::BadInput
    }
}
