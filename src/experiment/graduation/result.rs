//! Where each threshold of each stage is crossed. Plain data.

use super::search::Crossing;
use crate::experiment::result::EffectiveValue;
use crate::experiment::sweep::CaseResult;
use crate::measure::unit::Unit;

/// The stages, in the order given.
#[derive(Clone, PartialEq, Debug)]
pub struct Ladder {
    /// Version of simscale.
    pub version: String,
    /// The command that repeats the search.
    pub command: String,
    /// The precision that was asked for: half-width over value.
    pub precision: f64,
    /// The numbers of users that were searched.
    pub range: (u64, u64),
    /// The stages.
    pub stages: Vec<Graduation>,
    /// The metric that is drawn.
    pub plot: String,
}

/// One stage.
#[derive(Clone, PartialEq, Debug)]
pub struct Graduation {
    /// Its name: the file's stem.
    pub scenario: String,
    /// Its title, or its name.
    pub title: String,
    /// The range of users it is meant for, as written.
    pub stage: Option<String>,
    /// Hash of its effective values.
    pub scenario_hash: String,
    /// Users of the scenario itself.
    pub users: u64,
    /// Growth of the users a month: 0.08 for 8%.
    pub growth: Option<f64>,
    /// Every threshold, the capacity last.
    pub thresholds: Vec<ThresholdGraduation>,
    /// The numbers of users that were run on the grid, rising, with what was found.
    pub points: Vec<CaseResult>,
    /// Requests simulated in all.
    pub simulated: u64,
    /// Every metric that a point offers, with its unit.
    pub columns: Vec<(String, Unit)>,
    /// Every effective value of the scenario.
    pub effective: Vec<EffectiveValue>,
}

/// One threshold.
#[derive(Clone, PartialEq, Debug)]
pub struct ThresholdGraduation {
    /// Its name.
    pub name: String,
    /// Its condition.
    pub condition: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Later changes: between which numbers of users it is no longer crossed, or again.
    pub later: Vec<Change>,
}

/// What became of a threshold.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// Crossed here.
    Crossed(Crossing),
    /// Crossed at the fewest users searched already.
    Already(u64),
    /// Not crossed up to the most users searched.
    Never(u64),
    /// Not crossed before the system is beyond its capacity, about here.
    NotBefore(u64),
    /// Nothing could be told, and why.
    NotEvaluable(String),
}

/// A later change of a threshold, between two numbers of users.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Whether it is crossed again, rather than no longer.
    pub crosses: bool,
    /// The last number of users before it.
    pub after: u64,
    /// The first number of users behind it.
    pub before: u64,
}

impl Outcome {
    /// The outcome's word in tables, JSON and CSV.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Crossed(_) => "crossed",
            Outcome::Already(_) => "already crossed",
            Outcome::Never(_) => "not crossed",
            Outcome::NotBefore(_) => "not crossed before capacity",
            Outcome::NotEvaluable(_) => "not evaluable",
        }
    }

    /// The fewest users known to be beyond it, about; `None` when it is not crossed.
    pub fn users(&self) -> Option<f64> {
        match self {
            Outcome::Crossed(crossing) => Some(crossing.users),
            Outcome::Already(users) => Some(*users as f64),
            _ => None,
        }
    }
}

impl Graduation {
    /// The threshold that is crossed at the fewest users.
    pub fn first(&self) -> Option<&ThresholdGraduation> {
        let crossed = self.thresholds.iter().filter(|one| one.outcome.users().is_some());
        crossed.min_by(|one, other| {
            let users = |threshold: &ThresholdGraduation| threshold.outcome.users();
            users(one).unwrap_or(f64::INFINITY).total_cmp(&users(other).unwrap_or(f64::INFINITY))
        })
    }

    /// Those whose intervals overlap that of the first: which of them trips first is not known.
    pub fn tied(&self) -> Vec<&ThresholdGraduation> {
        let Some(first) = self.first() else { return Vec::new() };
        let Outcome::Crossed(Crossing { interval: (_, end), .. }) = first.outcome else {
            return Vec::new();
        };
        let overlaps = |threshold: &&ThresholdGraduation| match threshold.outcome {
            Outcome::Crossed(Crossing { interval: (start, _), .. }) => start <= end,
            _ => false,
        };
        let others = self.thresholds.iter().filter(|threshold| threshold.name != first.name);
        others.filter(overlaps).collect()
    }

    /// How many times as many users the stage bears as it has: below 1 it is past its end. `None`
    /// when no threshold is crossed, or one is at the fewest users searched already.
    pub fn headroom(&self) -> Option<f64> {
        match &self.first()?.outcome {
            Outcome::Crossed(crossing) => Some(crossing.users / self.users as f64),
            _ => None,
        }
    }

    /// Months until the first threshold is crossed, at the growth of the users: 0 when it is.
    pub fn months(&self) -> Option<f64> {
        let growth = self.growth.filter(|growth| *growth > 0.0)?;
        let times = self.first()?.outcome.users()? / self.users as f64;
        Some((libm::log(times) / libm::log1p(growth)).max(0.0))
    }
}
