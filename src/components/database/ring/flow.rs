//! A ring's load by arithmetic: every write is done by all copies, every read by its quorum.

use crate::components::access::{Class, ReadFrom, Verb};
use crate::components::database::Database;
use crate::components::database::ring::Ring;
use crate::components::flow::{Flow, FlowContext, StationFlow, Unfit};

impl Ring {
    /// How many nodes work for a query.
    pub fn fan_out(&self, verb: Verb) -> f64 {
        match verb {
            Verb::Write => f64::from(self.copies),
            Verb::Scan if !self.by_owner => self.nodes.total() as f64,
            Verb::Read | Verb::Scan | Verb::Call => f64::from(self.read_quorum),
        }
    }

    /// The load of a database that is this ring.
    pub fn flow(&self, database: &Database, arriving: &[f64], context: &FlowContext<'_>) -> Flow {
        let mut flow = Flow::default();
        flow.note_delay(&self.lag);
        let (mut rate, mut busy) = (0.0, Some(0.0));
        for ((_, class), &arriving) in context.classes.iter().zip(arriving) {
            if arriving == 0.0 {
                continue;
            }
            flow.unfit.extend(unfit(class));
            let parts = arriving * self.fan_out(class.verb);
            rate += parts;
            busy = busy.zip(database.work_of(class).mean()).map(|(sum, mean)| sum + parts * mean);
        }
        let nodes = self.nodes.total() as f64;
        let cores = database.scalability.capacity(u64::from(database.cores)) * nodes;
        flow.stations.push(StationFlow { station: "cpu".to_owned(), servers: cores, rate, busy });
        flow
    }
}

/// What a ring cannot do for a class that arrives.
fn unfit(class: &Class) -> Option<Unfit> {
    if class.verb == Verb::Write && class.keys > 1 {
        let message = "a ring writes each key by itself, not several at once";
        return Some(Unfit::error(message.to_owned(), "one key a write".to_owned()));
    }
    if class.from == ReadFrom::Primary {
        let message = "a ring has no primary to read from";
        return Some(Unfit::error(message.to_owned(), "leave `from` away".to_owned()));
    }
    None
}
