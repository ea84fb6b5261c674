//! The command line: a file for each command, and what they share.
//!
//! - [`run`](mod@run), [`sweep`], [`graduate`], [`compare`](mod@compare), [`trace`](mod@trace),
//!   [`check`], [`components`], [`profiles`](mod@profiles), [`metrics`], [`schema`], [`validate`]:
//!   the commands;
//! - [`arguments`]: what each takes; its doc comments are the help;
//! - [`loading`]: from a file to a model, with everything wrong told at once;
//! - [`console`], [`exit`]: where commands print and how they end; [`command_line`]: commands as
//!   text; [`panic`](mod@panic): what a defect tells;
//! - `reference`: the language, as `components` prints it; `columns`: tables without lines;
//!   `threads`: what they simulate on.
//!
//! What must hold: results go to standard output and everything else to standard error; nothing is
//! written or simulated before the whole scenario is known to be sound.

pub mod arguments;
pub mod check;
mod columns;
pub mod command_line;
pub mod compare;
pub mod components;
pub mod console;
pub mod exit;
pub mod graduate;
mod interrupt;
pub mod loading;
pub mod metrics;
mod overload;
pub mod panic;
pub mod profiles;
mod reference;
pub mod run;
pub mod schema;
pub mod sweep;
#[cfg(test)]
mod testing;
mod threads;
pub mod trace;
pub mod validate;

pub use arguments::{Arguments, Command};
pub use console::Console;
pub use exit::Exit;
pub use loading::{Loaded, load};
pub use panic::install_panic_hook;

/// Does what the arguments ask for.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Exit {
    let done = match &arguments.command {
        Command::Run(arguments) => run::run(arguments, console),
        Command::Compare(arguments) => compare::compare(arguments, console),
        Command::Trace(arguments) => trace::trace(arguments, console),
        Command::Check(arguments) => check::check(arguments, console),
        Command::Components(arguments) => components::components(arguments, console),
        Command::Profiles(arguments) => profiles::profiles(arguments, console),
        Command::Metrics(arguments) => metrics::metrics(arguments, console),
        Command::Graduate(arguments) => graduate::graduate(arguments, console),
        Command::Validate(arguments) => validate::validate(arguments, console),
        Command::Schema => schema::schema(console),
        Command::Sweep(arguments) => sweep::sweep(arguments, console),
        Command::Merge(arguments) => sweep::merge::merge(arguments, console),
    };
    done.err().unwrap_or(Exit::Fine)
}
