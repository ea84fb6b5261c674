//! What `simscale graduate` takes.

use std::path::PathBuf;

use clap::Args;

use super::{OutputArguments, USUAL_PLOT};
use crate::language::quantity::{Count, Fraction, Quantity};

/// Arguments of `simscale graduate`.
#[derive(Args, Clone, Debug, Default)]
pub struct GraduateArguments {
    /// The scenario files (TOML), one for each stage.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// How narrow the interval of the threshold that trips first must be: half-width over the
    /// number of users. Thresholds wholly beyond it get 2.5 times as much.
    #[arg(long, value_name = "SHARE", default_value = "2%", value_parser = precision)]
    pub precision: f64,
    /// The numbers of users to search [default: 1K..10M, or further where a scenario is meant for
    /// fewer or more].
    #[arg(long, value_name = "FROM..TO", value_parser = range)]
    pub range: Option<(u64, u64)>,
    /// Change a value in all scenarios: db.cores=8. Can be given many times.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub changes: Vec<String>,
    /// The metric that is drawn over the users.
    #[arg(long, value_name = "METRIC", default_value = USUAL_PLOT)]
    pub plot: String,
    /// Where results go.
    #[command(flatten)]
    pub output: OutputArguments,
}

/// A share between 0.1% and 50%.
fn precision(text: &str) -> Result<f64, String> {
    let Fraction(share) = match text.trim().parse::<f64>() {
        Ok(number) => Fraction::from_number(number)?,
        Err(_) => Fraction::parse(text)?,
    };
    match (0.001..=0.5).contains(&share) {
        true => Ok(share),
        false => Err("from 0.1% to 50%, as in 2%".to_owned()),
    }
}

/// Two numbers of users, the lesser first.
fn range(text: &str) -> Result<(u64, u64), String> {
    let (low, high) = text.split_once("..").ok_or("two counts with two dots between: 1K..10M")?;
    let (Count(low), Count(high)) = (Count::parse(low)?, Count::parse(high)?);
    match low > 0 && low < high {
        true => Ok((low, high)),
        false => Err("from fewer to more users, as in 1K..10M".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precisions_and_ranges_have_their_forms() {
        assert_eq!((precision("2%"), precision("0.01")), (Ok(0.02), Ok(0.01)));
        assert_eq!(range("1K..10M"), Ok((1_000, 10_000_000)));
        for wrong in ["0%", "60%", "x", "-1%"] {
            assert!(precision(wrong).is_err(), "{wrong}");
        }
        for wrong in ["1K", "10K..1K", "0..5", "1K..1K", "a..b"] {
            assert!(range(wrong).is_err(), "{wrong}");
        }
    }
}
