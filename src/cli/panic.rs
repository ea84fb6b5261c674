//! What a defect of simscale tells: version, place, and the command that shows it again.

use std::panic::PanicHookInfo;

use super::command_line::quoted;
use super::exit::PANICKED;

/// Makes every later panic, on any thread, print how to report it and end the process.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        eprint!("{}", report(info));
        // Other threads must not go on with half a result.
        std::process::exit(PANICKED);
    }));
}

fn report(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map_or_else(String::new, |place| format!(" at {place}"));
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let message = text.unwrap_or("no message");
    let words: Vec<String> = std::env::args().map(|word| quoted(&word)).collect();
    format!(
        "simscale {} has a defect{place}:\n  {message}\n\
         Please report it, with the scenario and the command that shows it again:\n  {}\n",
        env!("CARGO_PKG_VERSION"),
        words.join(" ")
    )
}
