//! How long a piece of work takes: drawn from a law, or recorded in the trace that is replayed.

use crate::blocks::distribution::Distribution;
use crate::kernel::Job;
use crate::kernel::random::{Luck, Stream};
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
        self.of(job.luck, job.recorded, stream)
    }

    /// How long the work of a job with this luck and recorded time takes.
    #[inline]
    pub fn of(&self, luck: Luck, recorded: Duration, stream: Stream) -> Duration {
        let drawn = |law: &Distribution| law.sample(&mut stream.draw_for(luck));
        match self {
            Work::Drawn(law) => drawn(law),
            Work::Recorded => recorded,
            Work::RecordedAnd(law) => recorded + drawn(law),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::diagnostic::Problems;
    use crate::language::parse;
    use crate::language::source::Sources;
    use std::path::Path;

    /// The work that `text` describes, and the problems.
    fn work(text: &str) -> (Option<Work>, String) {
        let mut sources = Sources::new();
        let source = sources.add("a.toml", &format!("time = {text}"), Path::new(""));
        let (mut problems, mut effective) = (Problems::new(), Vec::new());
        let table = parse::document(source, &sources, &mut problems).expect("it is TOML");
        let mut reading = Reading::new(&mut problems, &sources, &mut effective);
        let work = Work::from_node(table.get("time").expect("it is there"), &mut reading);
        (work, problems.render(&sources, false))
    }

    #[test]
    fn a_recorded_time_may_be_a_term_of_a_sum() {
        assert!(matches!(work("\"recorded\""), (Some(Work::Recorded), _)));
        assert!(matches!(work("{ sum = [\"recorded\"] }"), (Some(Work::Recorded), _)));
        let (Some(Work::RecordedAnd(law)), _) = work("{ sum = [\"7us\", \"recorded\", \"2us\"] }")
        else {
            panic!("recorded and 9us")
        };
        assert!((law.mean() - 9e-6).abs() < 1e-12);
        assert!(matches!(work("{ sum = [\"7us\", \"2us\"] }"), (Some(Work::Drawn(_)), _)));
    }

    #[test]
    fn what_is_recorded_counts_once_and_in_sums_only() {
        let (none, problems) = work("{ sum = [\"recorded\", \"recorded\"] }");
        assert!(none.is_none());
        assert!(problems.contains("`recorded` stands in the sum already"), "{problems}");
        let (none, problems) = work("{ exponential = \"recorded\" }");
        assert!(none.is_none() && problems.contains("recorded"), "{problems}");
    }
}
