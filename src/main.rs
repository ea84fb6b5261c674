//! The `simscale` command: arguments in, exit code out. All else is in the library.

use std::process::ExitCode;

use clap::Parser;
use simscale::cli::{self, Arguments, Console};

fn main() -> ExitCode {
    cli::install_panic_hook();
    let arguments = Arguments::parse();
    cli::run(&arguments, &mut Console::of_process()).into()
}
