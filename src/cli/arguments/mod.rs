//! The arguments of every command; their doc comments are the help.
//!
//! - [`Arguments`] and [`Command`]: the commands; what several of them take stands here;
//! - [`run`], [`sweep`], [`graduate`], [`compare`], [`trace`], [`validate`], [`inspect`]: what each
//!   command takes for itself.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::report::Format;

pub mod compare;
pub mod graduate;
pub mod inspect;
pub mod run;
pub mod sweep;
pub mod trace;
pub mod validate;

pub use compare::CompareArguments;
pub use graduate::GraduateArguments;
pub use inspect::{
    CheckArguments, ComponentsArguments, DocumentFormat, MetricsArguments, ProfilesArguments,
};
pub use run::RunArguments;
pub use sweep::{MergeArguments, SweepArguments};
pub use trace::{TraceArguments, TraceFormatName};
pub use validate::ValidateArguments;

/// Tells at how many users a data architecture stops being enough, what gives way first, and how
/// sure that is.
#[derive(Parser, Debug)]
#[command(
    name = "simscale",
    version,
    after_help = "\
Usual commands:
  simscale check scenarios/stage1.toml   users, rates and loads by plain arithmetic
  simscale run scenarios/stage1.toml     simulate it: verdict, percentiles, thresholds

Exit codes:
  0  fine, whatever the verdict on the simulated system
  1  a target that was to be checked is missed
  2  bad arguments, a wrong scenario, or a file that cannot be read or written"
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Simulate a scenario and report on it.
    ///
    /// Prints the verdict first, then metrics with their 95% intervals, thresholds, alerts and
    /// where time goes. Tables, series and pictures are written to the output folder. The same
    /// file, seed and version give the same bytes, whatever the number of threads.
    #[command(after_help = "\
Examples:
  simscale run scenarios/stage1.toml
  simscale run scenarios/stage3.toml --users 900K --set db.cores=16 --format json")]
    Run(RunArguments),
    /// Run scenarios over ranges of values: curves against users, tables, where thresholds lie.
    ///
    /// Every entry of the section `sweep` and every --vary is an axis; all are crossed. Without
    /// any, users run over the scenarios' stages. What is done is kept at once: an interrupted
    /// sweep goes on with --resume.
    #[command(after_help = "\
Examples:
  simscale sweep scenarios/stage1.toml scenarios/stage2.toml scenarios/stage3.toml
  simscale sweep scenarios/stage1.toml --vary users.count=1K..20K:20:log --vary db.cores=2,4")]
    Sweep(SweepArguments),
    /// Find at how many users each stage crosses each of its thresholds, and which trips first.
    ///
    /// Every threshold of the section `graduate`, and the capacity that every scenario has, is
    /// searched down to a 95% interval. Several files make a ladder.
    #[command(after_help = "\
Examples:
  simscale graduate scenarios/stage1.toml scenarios/stage2.toml scenarios/stage3.toml
  simscale graduate scenarios/stage1.toml --set db.cores=4 --precision 1%")]
    Graduate(GraduateArguments),
    /// Join the parts of a sweep that ran on several machines.
    #[command(after_help = "\
Example:
  simscale sweep scenarios/stage3.toml --shard 1/2     on one machine
  simscale sweep scenarios/stage3.toml --shard 2/2     on another
  simscale merge output/stage3-sweep/part-1-of-2 output/stage3-sweep/part-2-of-2")]
    Merge(MergeArguments),
    /// Follow one request of a run, hop by hop.
    ///
    /// Tells when it came to each component, what happened there, and how long it waited and was
    /// served, until it and all the work it caused has ended. The request behaves to the
    /// nanosecond as it does in `simscale run` with the same file, seed and repeat.
    Trace(TraceArguments),
    /// Compare two scenarios, or two variants of one: what differs, and how sure that is.
    ///
    /// Repeat r of A is paired with repeat r of B: both see the same requests with the same luck,
    /// so that small differences show in short runs. Each difference comes with its 95% interval;
    /// marked are those that leave out 0, alone and with all metrics taken together. Both
    /// verdicts come first, and nothing is claimed of values that are not steady.
    #[command(after_help = "\
Examples:
  simscale compare scenarios/stage1.toml scenarios/stage2.toml --users 8K
  simscale compare scenarios/stage1.toml --a db.cores=2 --b db.cores=3")]
    Compare(CompareArguments),
    /// Check a scenario without simulating it: rates, loads, hit rates, every value in effect.
    ///
    /// Exit code 2 when the scenario is wrong; all that is wrong is then said at once.
    #[command(after_help = "\
Example:
  simscale check scenarios/stage3.toml --users 900K")]
    Check(CheckArguments),
    /// Explain the scenario language: kinds of components and sections, with all their keys.
    #[command(after_help = "\
Example:
  simscale components database")]
    Components(ComponentsArguments),
    /// List the profiles of databases: well-known stores, each figure with its source.
    ///
    /// A database that says `profile = "postgresql"` starts from these figures; whatever it says
    /// itself goes before them.
    #[command(after_help = "\
Examples:
  simscale profiles
  simscale profiles postgresql --format json")]
    Profiles(ProfilesArguments),
    /// List every metric a scenario offers, as thresholds and alerts can name it.
    #[command(after_help = "\
Example:
  simscale metrics scenarios/stage3.toml")]
    Metrics(MetricsArguments),
    /// Simulate what queueing theory knows and compare: is the simulator right?
    ///
    /// One table by bands of utilisation: theory, simulated, 95% interval, error, what is allowed,
    /// pass or fail. With --coverage instead: how often 95% intervals hold the truth, over many
    /// seeds. Exit code 1 when a check fails.
    #[command(after_help = "\
Examples:
  simscale validate                          the whole table, in minutes
  simscale validate --quick                  a tenth of it, in seconds
  simscale validate --coverage --seeds 2000  how far intervals can be trusted")]
    Validate(ValidateArguments),
    /// Print a JSON Schema of the scenario language, for editors.
    #[command(after_help = "\
Example:
  simscale schema > simscale.schema.json")]
    Schema,
}

/// Which scenario, and what is changed in it.
#[derive(Args, Clone, Debug, Default)]
pub struct ScenarioArguments {
    /// The scenario file (TOML).
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Change a value: users.count=10K, db.cores=8, db.replicas=none. Can be given many times.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub changes: Vec<String>,
    /// Short for --set users.count=N.
    #[arg(long, value_name = "N")]
    pub users: Option<String>,
}

/// Where the results of a simulating command go, and what it works with.
#[derive(Args, Clone, Debug, Default)]
pub struct OutputArguments {
    /// Folder for tables and pictures [default: in output/, named after the scenarios].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t = FormatName::Table)]
    pub format: FormatName,
    /// Print the report alone: no warnings, no progress, no list of files.
    #[arg(long, short)]
    pub quiet: bool,
    /// Threads to use; results do not depend on it [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// What to print on standard output.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum FormatName {
    /// A report for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// Rows of values under one header, as in summary.csv.
    Csv,
}

/// The metric that is drawn over the users where no other is asked for.
const USUAL_PLOT: &str = "response_time.p95";

/// What `--plot` must say in a command that draws this metric: nothing for the usual one.
pub(super) fn plotting(plot: &str) -> Vec<String> {
    if plot == USUAL_PLOT { Vec::new() } else { vec![plot.to_owned()] }
}

impl ScenarioArguments {
    /// All changes as `path=value`, shorthands last.
    pub fn sets(&self) -> Vec<String> {
        let users = self.users.iter().map(|users| format!("users.count={users}"));
        self.changes.iter().cloned().chain(users).collect()
    }
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Format {
        match name {
            FormatName::Table => Format::Table,
            FormatName::Json => Format::Json,
            FormatName::Csv => Format::Csv,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parsed(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_declarations_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_run_takes_changes_and_choices() {
        let line = "simscale run a.toml --set db.cores=8 --set users.rate=1/s --users 10K \
                    --out there --format json -q --threads 3";
        let Command::Run(run) = parsed(line).expect("all of it is declared").command else {
            panic!("it is a run")
        };
        assert_eq!(run.scenario.sets(), ["db.cores=8", "users.rate=1/s", "users.count=10K"]);
        let OutputArguments { out, format, quiet, threads } = run.output;
        assert_eq!((format, quiet, threads), (FormatName::Json, true, Some(3)));
        assert_eq!(out, Some(PathBuf::from("there")));
    }

    #[test]
    fn wrong_arguments_are_refused() {
        for line in [
            "simscale",
            "simscale run",
            "simscale run a.toml --threads 0",
            "simscale run a.toml --format xml",
            "simscale trace a.toml",
            "simscale trace a.toml --request 0",
            "simscale trace a.toml --request 1000000001",
            "simscale trace a.toml --request first",
            "simscale trace a.toml --request 1 --repeat 0",
            "simscale trace a.toml --request 1 --format csv",
            "simscale chek a.toml",
        ] {
            let error = parsed(line).err().unwrap_or_else(|| panic!("{line} is refused"));
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn help_explains_exit_codes_and_usual_commands() {
        let help = Arguments::command().render_help().to_string();
        for part in
            ["Exit codes:", "0  fine", "1  a target", "2  bad", "simscale check ", "simscale run "]
        {
            assert!(help.contains(part), "{part}: {help}");
        }
    }
}
