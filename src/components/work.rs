//! How long a piece of work takes: drawn from a law, or recorded in the trace that is replayed.

use crate::blocks::distribution::Distribution;
use crate::kernel::Job;
use crate::kernel::random::Stream;
use crate::kernel::time::Duration;
use crate::language::key::CustomValue;
use crate::language::node::{Node, Value};
use crate::language::reading::{FromNode, Reading};

/// A service time.
#[derive(Clone, Debug)]
pub enum Work {
    /// Drawn from a law.
    Drawn(Distribution),
    /// As recorded with the arrival.
    Recorded,
}

impl Work {
    /// Mean in seconds; `None` when it stands in a trace.
    pub fn mean(&self) -> Option<f64> {
        match self {
            Work::Drawn(law) => Some(law.mean()),
            Work::Recorded => None,
        }
    }

    /// How long the work of this job takes.
    #[inline]
    pub fn duration(&self, job: &Job, stream: Stream) -> Duration {
        match self {
            Work::Drawn(law) => law.sample(&mut stream.draw(job.identity)),
            Work::Recorded => job.recorded,
        }
    }
}

/// How the scenario language describes a service time.
pub static WORK: CustomValue = CustomValue {
    name: "a duration, a distribution or \"recorded\"",
    accepts: "`\"4ms\"`, `{ exponential = \"4ms\" }`, or `\"recorded\"` for the times in the trace",
    schema: || serde_json::json!({ "type": ["string", "object"] }),
};

impl FromNode for Work {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Work> {
        if matches!(&node.value, Value::Text(text) if text == "recorded") {
            return Some(Work::Recorded);
        }
        Distribution::from_node(node, reading).map(Work::Drawn)
    }
}
