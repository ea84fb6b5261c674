//! Exit codes, all in one place.

use std::process::ExitCode;

/// How a command ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// All went well; what the simulated system did, well or badly, is a result and not an error.
    Fine = 0,
    /// A target that was to be checked is missed.
    TargetMissed = 1,
    /// Wrong arguments, a wrong scenario, or a file that cannot be read or written.
    BadInput = 2,
}

/// The code of a panic, as Rust has it; a defect of simscale.
pub(super) const PANICKED: i32 = 101;

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
