//! `[operations.NAME]`: what users ask for.

use super::root::{KeyChoice, Verb};
use crate::language::key::Key;
use crate::language::quantity::Duration;

/// Something users ask for.
#[derive(Clone, PartialEq, Debug)]
pub struct OperationSection {
    /// Its name.
    pub name: String,
    /// Its share of all requests, 0 to 1; the shares of all operations sum to 1.
    pub share: f64,
    /// What it does to the data.
    pub does: Verb,
    /// To which dataset, as an index into the scenario's; none exactly for [`Verb::Call`].
    pub of: Option<usize>,
    /// To which of its keys.
    pub key: KeyChoice,
    /// Answers that take longer are no goodput.
    pub deadline: Option<Duration>,
    /// Whether it asks for assets, which stay outside of `response_time`.
    pub is_static: bool,
}

/// Keys of an operation's table.
pub const OPERATION: &[Key] = &[];
