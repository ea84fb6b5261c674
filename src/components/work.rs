//! How long a piece of work takes: drawn from a law, or recorded in the trace that is replayed.

use crate::blocks::distribution::Distribution;
use crate::kernel::Job;
use crate::kernel::random::Stream;
use crate::kernel::time::Duration;
use crate::language::key::CustomValue;
use crate::language::node::{Entry, Node, Table, Value};
use crate::language::reading::{FromNode, Reading};

/// A service time.
#[derive(Clone, Debug)]
pub enum Work {
    /// Drawn from a law.
    Drawn(Distribution),
    /// As recorded with the arrival.
    Recorded,
    /// As recorded with the arrival, and a draw from a law on top: what the recording left out.
    RecordedAnd(Distribution),
}

impl Work {
    /// Mean in seconds; `None` when it stands in a trace.
    pub fn mean(&self) -> Option<f64> {
        match self {
            Work::Drawn(law) => Some(law.mean()),
            Work::Recorded | Work::RecordedAnd(_) => None,
        }
    }

    /// Whether it needs a trace with recorded service times.
    pub fn is_recorded(&self) -> bool {
        matches!(self, Work::Recorded | Work::RecordedAnd(_))
    }

    /// How long the work of this job takes.
    #[inline]
    pub fn duration(&self, job: &Job, stream: Stream) -> Duration {
        let drawn = |law: &Distribution| law.sample(&mut stream.draw(job.identity));
        match self {
            Work::Drawn(law) => drawn(law),
            Work::Recorded => job.recorded,
            Work::RecordedAnd(law) => job.recorded + drawn(law),
        }
    }
}

/// How the scenario language describes a service time.
pub static WORK: CustomValue = CustomValue {
    name: "a duration, a distribution or \"recorded\"",
    accepts: "`\"4ms\"`, `{ exponential = \"4ms\" }`, `\"recorded\"` for the times in the trace, \
              or `{ sum = [\"recorded\", \"7us\"] }`",
    schema: || serde_json::json!({ "type": ["string", "object"] }),
};

impl FromNode for Work {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Work> {
        if is_recorded_word(node) {
            return Some(Work::Recorded);
        }
        let Some((sum, terms)) = sum_with_recorded(node) else {
            return Distribution::from_node(node, reading).map(Work::Drawn);
        };
        let mut recorded = terms.iter().filter(|term| is_recorded_word(term));
        if let Some(again) = recorded.nth(1) {
            let label = "a trace holds one service time an arrival";
            reading.error(again.place, "`recorded` stands in the sum already", label);
            return None;
        }
        let drawn: Vec<Node> =
            terms.iter().filter(|term| !is_recorded_word(term)).cloned().collect();
        if drawn.is_empty() {
            return Some(Work::Recorded);
        }
        // What is left of the sum is a law like any other.
        let rest = Node { value: Value::List(drawn), place: sum.node.place };
        let entries = vec![Entry { node: rest, ..sum.clone() }];
        let law = Node { value: Value::Table(Table { entries }), place: node.place };
        Distribution::from_node(&law, reading).map(Work::RecordedAnd)
    }
}

fn is_recorded_word(node: &Node) -> bool {
    node.text() == Some("recorded")
}

/// The sum and its terms, when `recorded` is one of them.
fn sum_with_recorded(node: &Node) -> Option<(&Entry, &[Node])> {
    let [sum] = &node.table()?.entries[..] else { return None };
    let terms = sum.node.list().filter(|_| sum.key == "sum")?;
    terms.iter().any(is_recorded_word).then_some((sum, terms))
}
