//! What `simscale compare` takes.

use std::path::PathBuf;

use clap::Args;

use super::OutputArguments;

/// Arguments of `simscale compare`.
#[derive(Args, Clone, Debug, Default)]
pub struct CompareArguments {
    /// Two scenario files, A and B; or one, with --a or --b for its variants.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Change a value in both: users.count=10K, db.cores=8. Can be given many times.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub changes: Vec<String>,
    /// Short for --set users.count=N.
    #[arg(long, value_name = "N")]
    pub users: Option<String>,
    /// Change a value in A alone, the first variant of one file. Can be given many times.
    #[arg(long = "a", value_name = "PATH=VALUE")]
    pub changes_of_a: Vec<String>,
    /// Change a value in B alone, the second variant of one file. Can be given many times.
    #[arg(long = "b", value_name = "PATH=VALUE")]
    pub changes_of_b: Vec<String>,
    /// Where results go.
    #[command(flatten)]
    pub output: OutputArguments,
}

impl CompareArguments {
    /// All changes of both sides as `path=value`, the shorthand last.
    pub fn sets(&self) -> Vec<String> {
        let users = self.users.iter().map(|users| format!("users.count={users}"));
        self.changes.iter().cloned().chain(users).collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::{Arguments, Command};

    #[test]
    fn a_comparison_takes_files_and_changes_of_each_side() {
        let line = "simscale compare a.toml b.toml --set x=1 --users 10K --a y=2 --b y=3 --b z=4";
        let arguments = Arguments::try_parse_from(line.split(' ')).expect("all of it is declared");
        let Command::Compare(compare) = arguments.command else { panic!("it is a comparison") };
        assert_eq!(compare.files.len(), 2);
        assert_eq!(compare.sets(), ["x=1", "users.count=10K"]);
        assert_eq!(compare.changes_of_a, ["y=2"]);
        assert_eq!(compare.changes_of_b, ["y=3", "z=4"]);
    }
}
