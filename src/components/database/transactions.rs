//! `[components.NAME.transactions]`: writes of several keys that lie on several shards.
//!
//! - Two-phase commit (J. Gray, "Notes on data base operating systems", 1978; C. Mohan, B. Lindsay,
//!   R. Obermarck, "Transaction management in the R* distributed database management system", ACM
//!   TODS 11, 1986, with presumed abort): all or nothing, at the price of locks over two round
//!   trips.
//! - Saga (H. Garcia-Molina, K. Salem, "Sagas", SIGMOD 1987): one local write after the other, each
//!   visible at once, and undone by another write where a later one fails.

use crate::blocks::distribution::Distribution;
use crate::components::access::{Classes, Dataset, KeyChoice, Verb};
use crate::components::flow::Unfit;
use crate::components::running::BuildContext;
use crate::kernel::random::Stream;
use crate::kernel::time::Duration;
use crate::language::key::{Key, Takes};
use crate::language::quantity::Fraction;
use crate::language::reader::TableReader;

/// Keys of the section.
pub const KEYS: &[Key] = &[
    Key::with_default(
        "style",
        Takes::OneOf(&["two_phase_commit", "saga"]),
        "\"two_phase_commit\"",
        "Writes of several shards: all prepare and all commit, or one after the other, each undone \
         if a later one fails.",
    ),
    Key::with_default(
        "abort",
        Takes::Fraction,
        "\"0%\"",
        "Chance that a shard refuses its part: it votes no, or its step of the saga fails.",
    ),
    Key::with_default(
        "flush",
        Takes::Distribution,
        "\"0ms\"",
        "Time to force a record of the log to disk: at each shard when it prepares and when it \
         commits, and at the coordinator when it decides.",
    ),
    Key::with_default(
        "lock_timeout",
        Takes::Duration,
        "\"5s\"",
        "A write that has waited so long for the lock on a key fails; this ends deadlocks, too.",
    ),
];

/// How writes of several shards are done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// All prepare, then all commit.
    TwoPhaseCommit,
    /// One after the other.
    Saga,
}

/// The section.
#[derive(Clone, Debug)]
pub struct Transactions {
    /// Whether the scenario has it.
    pub is_given: bool,
    /// How writes of several shards are done.
    pub style: Style,
    /// Chance that a shard refuses its part.
    pub abort: f64,
    /// Time to force a record to disk.
    pub flush: Distribution,
    /// The longest wait for a lock.
    pub lock_timeout: Duration,
}

/// What stays the same while a database runs that is asked to write several keys at once.
#[derive(Clone, Debug)]
pub struct TransactionSettings {
    /// The section.
    pub section: Transactions,
    /// Draws of refusals.
    pub abort: Stream,
    /// Draws of flushes.
    pub flush: Stream,
    /// Draws of the keys beside a job's own.
    pub keys: Stream,
}

/// What holds without the section.
fn defaults() -> Transactions {
    Transactions {
        is_given: false,
        style: Style::TwoPhaseCommit,
        abort: 0.0,
        flush: Distribution::zero(),
        lock_timeout: Duration::from_seconds(5.0),
    }
}

/// Reads the section.
pub fn read(table: &mut TableReader<'_, '_>) -> Option<Transactions> {
    if !table.given("transactions") {
        return Some(defaults());
    }
    let mut section = table.table("transactions")?;
    let style = section.get_word("style");
    let abort = section.get::<Fraction>("abort");
    let flush = section.get::<Distribution>("flush");
    let lock_timeout = section.get::<Duration>("lock_timeout");
    if abort.is_some_and(|abort| abort.0 >= 1.0) {
        section.error("abort", "nothing would ever be written", "less than 100%");
    }
    if lock_timeout == Some(Duration::ZERO) {
        section.error("lock_timeout", "no write could wait for another", "more than 0s");
    }
    Some(Transactions {
        is_given: true,
        style: if style? == "saga" { Style::Saga } else { Style::TwoPhaseCommit },
        abort: abort?.0,
        flush: flush?,
        lock_timeout: lock_timeout?,
    })
}

impl Transactions {
    /// The settings of a run; `None` where no write of several keys arrives.
    pub fn settings(&self, context: &BuildContext<'_>) -> Option<TransactionSettings> {
        arrives(context.classes, context.reached_by).next()?;
        Some(TransactionSettings {
            section: self.clone(),
            abort: context.stream("transaction abort"),
            flush: context.stream("transaction flush"),
            keys: context.stream("transaction keys"),
        })
    }

    /// What makes no sense with what arrives.
    pub fn unfit(&self, classes: &Classes, arriving: &[f64], datasets: &[Dataset]) -> Vec<Unfit> {
        if self.is_given && arrives(classes, arriving).next().is_none() {
            let message = "`transactions` does nothing: no write of several keys arrives";
            let label = "say keys = 2 or more beside does = \"write\"";
            return vec![Unfit::warning(message.to_owned(), label.to_owned())];
        }
        let written = arrives(classes, arriving).filter_map(|class| {
            let (_, class) = classes.iter().nth(usize::from(class))?;
            Some((class.keys, class.key, &datasets[usize::from(class.dataset?)]))
        });
        written.filter_map(|(keys, choice, dataset)| too_many(keys, choice, dataset)).collect()
    }
}

/// Classes of writes of several keys that arrive.
fn arrives<'c>(classes: &'c Classes, arriving: &'c [f64]) -> impl Iterator<Item = u16> + use<'c> {
    let with_rates = classes.iter().zip(arriving);
    with_rates
        .filter(|((_, class), rate)| **rate > 0.0 && class.verb == Verb::Write && class.keys > 1)
        .map(|((number, _), _)| number)
}

/// A write of more keys than it can choose from.
fn too_many(keys: u16, choice: KeyChoice, dataset: &Dataset) -> Option<Unfit> {
    let (name, all) = (&dataset.name, dataset.keys);
    let (message, label) = match choice {
        KeyChoice::Recorded | KeyChoice::Newest => (
            format!("a write of {keys} keys of `{name}` cannot draw the others"),
            "its own key is the recorded or the newest one: choose another `key`".to_owned(),
        ),
        KeyChoice::Own if u64::from(keys) > dataset.per_user.unwrap_or(1) => {
            let owned = dataset.per_user.unwrap_or(1);
            (
                format!("a write of {keys} of the user's own keys of `{name}`"),
                format!("a user owns {owned} of them: lower `keys`, or choose another `key`"),
            )
        }
        KeyChoice::Popular | KeyChoice::Uniform if u64::from(keys) > all => {
            (format!("a write of {keys} keys of `{name}`"), format!("it has {all}: lower `keys`"))
        }
        _ => return None,
    };
    Some(Unfit::error(message, label))
}
