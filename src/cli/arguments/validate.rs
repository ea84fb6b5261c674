//! What `simscale validate` takes.

use clap::Args;

use super::FormatName;

/// Arguments of `simscale validate`.
#[derive(Args, Clone, Debug, Default)]
pub struct ValidateArguments {
    /// Simulate a tenth: seconds instead of minutes, with intervals three times as wide.
    #[arg(long, conflicts_with = "coverage")]
    pub quick: bool,
    /// Count how often 95% intervals hold the truth, over many seeds: of mean and p95 of M/M/1, and
    /// of the crossings that `simscale graduate` finds.
    #[arg(long)]
    pub coverage: bool,
    /// Seeds of each case [default: 400].
    #[arg(
        long,
        value_name = "N",
        requires = "coverage",
        value_parser = clap::value_parser!(u32).range(200..=1_000_000)
    )]
    pub seeds: Option<u32>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t = FormatName::Table)]
    pub format: FormatName,
    /// Show no progress.
    #[arg(long, short)]
    pub quiet: bool,
    /// Threads to use; results do not depend on it [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use crate::cli::Arguments;

    #[test]
    fn help_has_examples() {
        let mut arguments = Arguments::command().term_width(90);
        arguments.build();
        let command = arguments.find_subcommand_mut("validate").expect("it is a command");
        insta::assert_snapshot!(command.render_long_help().to_string(), @r"
        Simulate what queueing theory knows and compare: is the simulator right?

        One table by bands of utilisation: theory, simulated, 95% interval, error, what is
        allowed, pass or fail. With --coverage instead: how often 95% intervals hold the truth,
        over many seeds. Exit code 1 when a check fails.

        Usage: simscale validate [OPTIONS]

        Options:
              --quick
                  Simulate a tenth: seconds instead of minutes, with intervals three times as wide

              --coverage
                  Count how often 95% intervals hold the truth, over many seeds: of mean and p95
                  of M/M/1, and of the crossings that `simscale graduate` finds

              --seeds <N>
                  Seeds of each case [default: 400]

              --format <FORMAT>
                  What to print on standard output

                  Possible values:
                  - table: A report for people
                  - json:  One JSON document
                  - csv:   Rows of values under one header, as in summary.csv
                  
                  [default: table]

          -q, --quiet
                  Show no progress

              --threads <N>
                  Threads to use; results do not depend on it [default: one for each processor]

          -h, --help
                  Print help (see a summary with '-h')

        Examples:
          simscale validate                          the whole table, in minutes
          simscale validate --quick                  a tenth of it, in seconds
          simscale validate --coverage --seeds 2000  how far intervals can be trusted
        ");
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for (words, message) in [
            ("--seeds 400", "--coverage"),
            ("--coverage --seeds 100", "100 is not in 200..=1000000"),
            ("--coverage --seeds many", "invalid digit"),
            ("--quick --coverage", "cannot be used with"),
            ("--threads 0", "0 is not in 1.."),
            ("scenarios/stage1.toml", "unexpected argument"),
        ] {
            let line = format!("simscale validate {words}");
            let error = Arguments::try_parse_from(line.split(' ')).expect_err(words);
            assert_eq!(error.exit_code(), 2, "{words}");
            assert!(error.to_string().contains(message), "{words}: {error}");
        }
    }
}
