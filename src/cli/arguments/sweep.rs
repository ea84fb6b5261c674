//! What `simscale sweep` and `simscale merge` take.

use std::path::PathBuf;

use clap::Args;

use super::{FormatName, OutputArguments, USUAL_PLOT};
use crate::report::sweep::journal::Shard;

/// Arguments of `simscale sweep`.
#[derive(Args, Clone, Debug, Default)]
pub struct SweepArguments {
    /// The scenario files (TOML); several make one ladder over the same axes.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// What to vary, beside the axes in the file: users.count=1K..10M:25:log, db.cores=2,4,8. Can
    /// be given many times; all axes are crossed.
    #[arg(long, value_name = "PATH=VALUES")]
    pub vary: Vec<String>,
    /// Change a value in all scenarios: db.cores=8, run.requests=50K. Can be given many times.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub changes: Vec<String>,
    /// The metric that is drawn and shown.
    #[arg(long, value_name = "METRIC", default_value = USUAL_PLOT)]
    pub plot: String,
    /// Run one part of the cases, for several machines: 2/8 is the second of eight. `simscale
    /// merge` joins the parts.
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<Shard>,
    /// Go on with a sweep that was interrupted; the end result is the same to the last byte.
    #[arg(long, conflicts_with = "restart")]
    pub resume: bool,
    /// Throw away what an interrupted sweep left in the folder, and begin anew.
    #[arg(long)]
    pub restart: bool,
    /// Where results go.
    #[command(flatten)]
    pub output: OutputArguments,
}

/// Arguments of `simscale merge`.
#[derive(Args, Clone, Debug, Default)]
pub struct MergeArguments {
    /// The folders of all parts.
    #[arg(value_name = "DIR", required = true)]
    pub parts: Vec<PathBuf>,
    /// Folder for what one machine would have written [default: output/ and the scenarios' names].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t = FormatName::Table)]
    pub format: FormatName,
    /// Print the report alone: no list of files.
    #[arg(long, short)]
    pub quiet: bool,
}

/// A part of a sweep, as in `2/8`.
fn shard(text: &str) -> Result<Shard, String> {
    const FORM: &str = "write I/N: 2/8 is the second of eight parts";
    let (index, parts) = text.split_once('/').ok_or(FORM)?;
    let number = |text: &str| text.trim().parse::<usize>().map_err(|_| FORM);
    let (index, parts) = (number(index)?, number(parts)?);
    if index == 0 || parts == 0 || index > parts {
        return Err(format!("there is no part {index} of {parts}: count from 1/{parts}"));
    }
    Ok(Shard { index, parts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_count_from_one() {
        assert_eq!(shard("2/8"), Ok(Shard { index: 2, parts: 8 }));
        for wrong in ["0/8", "9/8", "1/0", "2", "a/8", ""] {
            assert!(shard(wrong).is_err(), "{wrong}");
        }
    }
}
