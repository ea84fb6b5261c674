//! `simscale trace`: one request of a run, hop by hop.

use std::path::Path;

use super::arguments::TraceArguments;
use super::console::Console;
use super::exit::Exit;
use super::loading::load;
use crate::experiment::request_trace::{Wanted, trace as trace_request};
use crate::report::request_trace::render;
use crate::report::{self, OutputFolder, Progress};

/// Follows a request of a repeat until it and all the work it caused has ended, and tells how.
///
/// # Errors
/// When the scenario is wrong, the users do not send so many requests, or something cannot be
/// written.
pub fn trace(arguments: &TraceArguments, console: &mut Console<'_>) -> Result<(), Exit> {
    let loaded = load(&arguments.scenario, console)?;
    console.tell(&loaded.warnings.render(&loaded.sources, console.colours_errors));
    let file = arguments.out.as_deref().map(|path| prepared(path, console)).transpose()?;
    let wanted = Wanted { repeat: arguments.repeat, request: arguments.request };
    let progress = Progress::new(arguments.request, true);
    let advance = |requests| progress.advance(requests);
    let traced = trace_request(&loaded.scenario, &loaded.model, wanted, &advance);
    progress.finish();
    let traced = traced.map_err(|none| console.refuse(&none.to_string()))?;
    let text = render(&traced, arguments.format.into());
    let Some((folder, name)) = file else { return console.print(&text) };
    let written = folder.write(name, text.as_bytes());
    let path = written.map_err(|error| console.refuse(&error.to_string()))?;
    console.tell(&format!("Written to {}\n", path.display()));
    Ok(())
}

/// The folder and the name of a file, when the folder takes files.
fn prepared<'a>(
    path: &'a Path,
    console: &mut Console<'_>,
) -> Result<(OutputFolder, &'a str), Exit> {
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(name) = name.filter(|_| !path.is_dir()) else {
        let path = path.display();
        return Err(console.refuse(&format!("`{path}` is no name for a file; give --out a file")));
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = report::prepare(folder.unwrap_or(Path::new(".")));
    Ok((folder.map_err(|error| console.refuse(&error.to_string()))?, name))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::cli::Exit;
    use crate::cli::testing::{output_of, shipped, simscale, written};

    #[test]
    fn a_request_is_told_from_its_sending_to_its_answer() {
        let text = output_of(&["trace", &shipped("stage1.toml"), "--request", "3"]);
        assert!(text.starts_with("Request 3: "), "{text}");
        assert!(text.contains("a user sends the request"), "{text}");
        assert!(text.contains("the user has the answer: completed"), "{text}");
        assert!(text.contains("that is the response time."), "{text}");
    }

    #[test]
    fn what_is_set_and_the_repeat_make_another_request() {
        let scenario = shipped("stage1.toml");
        let traced = |more: &[&str]| {
            let words = ["trace", &scenario, "--request", "3"];
            output_of(&words.iter().chain(more).copied().collect::<Vec<_>>())
        };
        assert_eq!(traced(&[]), traced(&["--repeat", "1"]));
        assert_ne!(traced(&[]), traced(&["--repeat", "2"]));
        assert!(traced(&["--users", "7K"]).contains("at 7K users"));
        assert!(traced(&["--set", "run.seed=9"]).contains("seed 9;"));
    }

    #[test]
    fn a_file_is_written_instead_of_the_output() {
        let folder = tempfile::tempdir().expect("the system has a temporary folder");
        let file = folder.path().join("deep/request.json");
        let out = file.display().to_string();
        let scenario = shipped("stage2.toml");
        let words = ["trace", &scenario, "--request", "2", "--format", "chrome"];
        let printed = output_of(&words);
        let words: Vec<&str> = words.iter().copied().chain(["--out", &out]).collect();
        let ran = simscale(&words);
        assert_eq!((ran.exit, ran.output.as_str()), (Exit::Fine, ""));
        assert_eq!(ran.errors, format!("Written to {out}\n"));
        assert_eq!(fs::read_to_string(file).expect("it was written"), printed);
    }

    #[test]
    fn what_cannot_be_traced_or_written_is_refused() {
        let scenario = shipped("stage1.toml");
        let (folder, path) = written("entry = \"app\"");
        let inside = path.join("request.json").display().to_string();
        let as_folder = folder.path().display().to_string();
        let wrong = path.display().to_string();
        for (words, message) in [
            (vec!["gone.toml"], "`gone.toml` does not exist"),
            (vec![wrong.as_str()], "nothing was run"),
            (vec![scenario.as_str(), "--set", "db.coers=8"], "unknown key `coers`"),
            (vec![scenario.as_str(), "--out", &inside], "error: cannot make the folder `"),
            (vec![scenario.as_str(), "--out", &as_folder], "is no name for a file; give --out"),
        ] {
            let all = ["trace", "--request", "1"].into_iter().chain(words);
            let ran = simscale(&all.collect::<Vec<_>>());
            assert_eq!((ran.exit, ran.output.as_str()), (Exit::BadInput, ""), "{message}");
            assert!(ran.errors.contains(message), "{message}: {}", ran.errors);
        }
    }

    #[test]
    fn a_recorded_trace_may_be_over_before() {
        let (folder, path) = written(
            "entry = \"app\"\n\
             users.count = 1\n\
             users.arrivals = { trace = \"log.csv\", time = \"at\", unit = \"s\" }\n\
             components.app = { kind = \"service\", service_time = \"1ms\" }\n",
        );
        fs::write(folder.path().join("log.csv"), "at\n1\n2\n3\n").expect("the folder is ours");
        let file = path.display().to_string();
        let last = output_of(&["trace", &file, "--request", "3"]);
        assert!(last.contains("sent at 2.000000000 s"), "{last}");
        let ran = simscale(&["trace", &file, "--request", "4", "--repeat", "2"]);
        assert_eq!((ran.exit, ran.output.as_str()), (Exit::BadInput, ""));
        let message = "error: there is no request 4: the users send only 3 in repeat 2, then the \
                       recorded trace is over; ask for a request from 1 to 3\n";
        assert!(ran.errors.ends_with(message), "{}", ran.errors);
    }
}
