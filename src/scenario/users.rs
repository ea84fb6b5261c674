//! `[users]`: how many there are, and when they ask.

use super::arrivals::{ARRIVALS, Arrivals, CountedLoad, StampedLoad};
use super::shape::{SHAPE, SPACING, ShapeValue, SpacingValue};
use crate::blocks::arrivals::{Shape, Spacing};
use crate::blocks::distribution::Distribution;
use crate::language::key::{Key, Takes};
use crate::language::quantity::{Growth, Rate};
use crate::language::reader::TableReader;

/// Who uses the system.
#[derive(Clone, Debug)]
pub struct UsersSection {
    /// People active in the hour that the steady state stands for; more than 0.
    pub count: u64,
    /// When they ask.
    pub load: Load,
    /// How the rate varies over the run; only with [`Load::Open`].
    pub shape: Option<Shape>,
    /// At which point of the shape thresholds are judged.
    pub at: JudgedAt,
    /// Relative growth of the count per month: 0.08 for 8%.
    pub growth: Option<f64>,
}

/// At which point of a varying load thresholds are judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JudgedAt {
    /// At its peak.
    Peak,
    /// At its mean.
    Mean,
}

/// When users ask.
#[derive(Clone, Debug)]
pub enum Load {
    /// Each asks at a rate, whether answered or not.
    Open {
        /// Requests per second of one user, more than 0.
        rate_per_user: f64,
        /// How regular the gaps of all users together are.
        spacing: Spacing,
    },
    /// Each waits for the answer, thinks, and asks again.
    Closed {
        /// Time from an answer to the next request.
        think: Distribution,
    },
    /// At the times recorded in a trace.
    Stamps(StampedLoad),
    /// At the counts recorded in a trace.
    Counts(CountedLoad),
}

impl Load {
    /// Whether service times are recorded with the arrivals.
    pub const fn has_recorded_work(&self) -> bool {
        matches!(self, Load::Stamps(trace) if trace.work.is_some())
    }

    /// Whether it comes from a trace that does not tell how many users made it, so that another
    /// number of users would not change it.
    pub const fn is_unscaled_trace(&self) -> bool {
        match self {
            Load::Stamps(trace) => trace.recorded_users.is_none(),
            Load::Counts(trace) => trace.recorded_users.is_none(),
            Load::Open { .. } | Load::Closed { .. } => false,
        }
    }
}

/// Keys of `[users]`.
pub const USERS: &[Key] = &[
    Key::required(
        "count",
        Takes::Count,
        "People active in the busy hour that the steady state stands for.",
    ),
    Key::optional("rate", Takes::Rate, "Requests of one user, whether answered or not.")
        .in_group("load"),
    Key::optional(
        "think",
        Takes::Distribution,
        "Each user waits for the answer, thinks so long (never no time), and asks again.",
    )
    .in_group("load"),
    Key::optional(
        "arrivals",
        Takes::Custom(&ARRIVALS),
        "A measured trace of arrival times, or of counts per interval.",
    )
    .in_group("load"),
    Key::computed(
        "spacing",
        Takes::Custom(&SPACING),
        "poisson, with `rate` or counts of a trace",
        "How regular the gaps between arrivals are.",
    ),
    Key::optional("shape", Takes::Custom(&SHAPE), "How the rate varies over the run."),
    Key::with_default(
        "at",
        Takes::OneOf(&["peak", "mean"]),
        "\"peak\"",
        "At which point of the shape thresholds without `for` are judged.",
    ),
    Key::optional(
        "growth",
        Takes::Growth,
        "How fast the count grows; tells when a threshold will be crossed.",
    ),
];

/// Reads `[users]`.
pub(super) fn read(reader: &mut TableReader<'_, '_>) -> Option<UsersSection> {
    let count = reader.get::<u64>("count");
    if count == Some(0) {
        reader.error("count", "there must be users", "1 or more");
    }
    let load = load(reader);
    let shape = shape(reader);
    let at = match reader.get_word("at") {
        Some("mean") => Some(JudgedAt::Mean),
        word => word.map(|_| JudgedAt::Peak),
    };
    let growth = reader.optional::<Growth>("growth");
    let growth = growth?.map(|growth| growth.0);
    Some(UsersSection { count: count?, load: load?, shape: shape?, at: at?, growth })
}

fn load(reader: &mut TableReader<'_, '_>) -> Option<Load> {
    let given_spacing = reader.optional::<SpacingValue>("spacing");
    let group = reader.get_group("load")?;
    let mut load = match group {
        "rate" => rate(reader)?,
        "think" => Load::Closed { think: reader.optional("think")?? },
        _ => match reader.optional("arrivals")?? {
            Arrivals::Stamps(trace) => Load::Stamps(trace),
            Arrivals::Counts(trace) => Load::Counts(trace),
        },
    };
    let given_spacing = given_spacing?.map(|spacing| spacing.0);
    match (&mut load, given_spacing) {
        (Load::Open { spacing, .. } | Load::Counts(CountedLoad { spacing, .. }), Some(given)) => {
            *spacing = given;
        }
        (Load::Open { .. } | Load::Counts(_), None) => reader.note_computed("spacing", "poisson"),
        (Load::Closed { .. }, Some(_)) => {
            reader.error("spacing", "has no meaning with `think`", "`think` may be a distribution");
        }
        (Load::Stamps(_), Some(_)) => {
            reader.error("spacing", "has no meaning for recorded times", "leave it out");
        }
        (Load::Closed { .. } | Load::Stamps(_), None) => {}
    }
    Some(load)
}

fn rate(reader: &mut TableReader<'_, '_>) -> Option<Load> {
    let Rate(rate_per_user) = reader.optional("rate")??;
    if rate_per_user == 0.0 {
        reader.error("rate", "nobody ever asks", "more than 0, as in \"4/min\"");
        return None;
    }
    Some(Load::Open { rate_per_user, spacing: Spacing::Poisson })
}

fn shape(reader: &mut TableReader<'_, '_>) -> Option<Option<Shape>> {
    let shape = reader.optional::<ShapeValue>("shape")?.map(|shape| shape.0);
    let other = ["think", "arrivals"].into_iter().find(|key| reader.given(key));
    if let (Some(_), Some(other), false) = (shape, other, reader.given("rate")) {
        reader.error("shape", &format!("has no meaning with `{other}`"), "it goes with `rate`");
    }
    Some(shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::testing::{check_problems, sound};

    #[test]
    fn users_ask_at_a_rate_or_after_thinking() {
        let users = sound("").users;
        assert_eq!((users.count, users.at, users.growth), (5_000, JudgedAt::Peak, None));
        let Load::Open { rate_per_user, spacing } = users.load else { panic!("{users:?}") };
        assert_eq!((rate_per_user, spacing), (4.0 / 60.0, Spacing::Poisson));
        let users = sound("users = { think = { exponential = \"30s\" }, at = \"mean\" }").users;
        assert!(matches!(&users.load, Load::Closed { think } if think.mean() == 30.0));
        assert_eq!(users.at, JudgedAt::Mean);
        let users = sound("users = { growth = \"8%/month\", spacing = \"even\" }").users;
        assert_eq!(users.growth, Some(0.08));
        assert!(matches!(users.load, Load::Open { spacing: Spacing::Even, .. }));
    }

    #[test]
    fn wrong_users_are_refused() {
        check_problems(&[
            ("users = \"none\"", "`users` is missing |  | it takes a table"),
            ("users.count = 0", "[users]: `count`: there must be users | 0 | 1 or more"),
            (
                "users.rate = \"0/s\"",
                "[users]: `rate`: nobody ever asks | \"0/s\" | more than 0, as in \"4/min\"",
            ),
            (
                "users.rate = \"none\"",
                "[users]: one of rate, think, arrivals is needed | { count = \"5K\", rate = \
                 \"4/min\" } | none is given here",
            ),
            (
                "users = { rate = \"4/min\", think = \"3s\" }",
                "[users]: `rate` and `think` exclude each other | think | give one of rate, \
                 think, arrivals",
            ),
            (
                "users.growth = \"8%\"",
                "[users]: `growth` must be a growth | \"8%\" | per what is missing: write \
                 \"8%/month\" or \"150%/year\"",
            ),
            (
                "users.at = \"top\"",
                "[users]: `at`: `top` is not known | \"top\" | accepted: peak, mean",
            ),
            (
                "users = { think = \"30s\", spacing = \"even\" }",
                "[users]: `spacing`: has no meaning with `think` | \"even\" | `think` may be \
                 a distribution",
            ),
            (
                "users = { think = \"30s\", shape = { diurnal = { peak = 1.5 } } }",
                "[users]: `shape`: has no meaning with `think` | { diurnal = { peak = 1.5 } \
                 } | it goes with `rate`",
            ),
        ]);
    }
}
