//! More shards for a component in the course of a run.

use crate::kernel::time::Duration;

/// More shards from some time on, and how the keys that move are copied.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Growth {
    /// When the copying begins, from the start of the run.
    pub at: Duration,
    /// Shards from then on, those that were there included.
    pub shards: u64,
    /// Bytes copied per second at most, in total.
    pub copy_rate: f64,
    /// Batches under way at once, in total.
    pub parallel: u16,
    /// Keys of a batch, at most.
    pub batch: u64,
    /// Core time of a key where it is read, and again on each node where it is written; none: a
    /// hundredth of the mean `read_time`.
    pub copy_time: Option<Duration>,
}

/// Why a component cannot grow so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The key of the change that is wrong.
    pub key: &'static str,
    /// What is wrong with it.
    pub message: String,
    /// What is accepted.
    pub label: String,
}

impl Refusal {
    /// A refusal of what this key says.
    pub fn new(key: &'static str, message: impl Into<String>, label: impl Into<String>) -> Refusal {
        Refusal { key, message: message.into(), label: label.into() }
    }
}
