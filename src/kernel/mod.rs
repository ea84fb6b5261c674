//! The simulation kernel: clock, order of events, jobs and their routes, random draws.
//!
//! A component is asked, answered, or woken ([`Component`]), and speaks through its [`Context`]:
//! `forward` sends a job on and puts the sender on the job's route, `reply` takes the route back,
//! `fork` makes a child job, `wake_after` sets a timer.
//!
//! ```text
//! users --forward--> app --forward--> db
//! users <---reply--- app <---reply--- db
//! ```
//!
//! An [`Observer`] is told what becomes of every job, and changes nothing.
//!
//! It knows nothing of databases or caches, and nothing of statistics. What must hold:
//! - time never goes back; events compare by (time, rank, first in first out) and by nothing else;
//! - a hand-over without delay waits in one line that is drained before the agenda;
//! - a draw depends on (seed, repeat, component, purpose, job identity) only, never on order;
//! - every job that came to a component ended there or is in flight.

mod agenda;
mod context;
mod engine;
mod event;
mod job;
mod ledger;
mod observer;
pub mod random;
pub mod time;

pub use agenda::Agenda;
pub use context::{Context, Hop};
pub use engine::{Answer, Component, Engine, Stop, Timer};
pub use event::{ComponentId, Event, Rank, Signal, TimerTag};
pub use job::{Job, JobId, JobTicket, NODE_ANY, Outcome};
pub use ledger::{HopCounts, HopTimes};
pub(crate) use ledger::{InFlight, Ledger};
pub use observer::{Moment, Note, Observer, Sight};
