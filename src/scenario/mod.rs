//! What a scenario file says, as typed and checked values.
//!
//! - [`root`]: the keys of the whole file;
//! - [`stage`], [`users`] (with [`arrivals`] and [`shape`]), [`regions`] (with `round_trips`),
//!   [`data`], [`operations`], [`components`] (with `standing`), [`run`], [`faults`],
//!   [`conditions`]: its sections, each with its keys, its type and how it is read;
//! - [`changes`]: what becomes different in the course of a run;
//! - [`axes`]: what a sweep varies;
//! - `load`: all of them together, and what must hold between them;
//! - `profiles`: what lies under a component's own values; `names`: which names can be given;
//!   `not_yet`: what the language reserves.
//!
//! What must hold: a [`Scenario`] exists only when nothing is wrong with the file; whatever is
//! wrong is reported all at once, each with its place and a remedy; datasets, operations and
//! components are in the order of their names, so moving a table in the file changes nothing.

pub mod arrivals;
pub mod axes;
pub mod changes;
pub mod components;
pub mod conditions;
pub mod data;
pub mod failures;
pub mod faults;
mod load;
mod names;
mod not_yet;
pub mod operations;
mod profiles;
pub mod regions;
pub mod root;
mod round_trips;
pub mod run;
pub mod shape;
pub mod stage;
mod standing;
#[cfg(test)]
mod testing;
pub mod users;
mod wiring;

use std::path::PathBuf;

use crate::language::node::Node;
use crate::language::reading::Effective;
use crate::language::source::Place;

pub use arrivals::{CountedLoad, StampedLoad};
pub use changes::Change;
pub use components::ComponentSection;
pub use conditions::{Alert, AlertSeverity, Threshold};
pub use data::{DataSection, KeyCount};
pub use failures::Failures;
pub use faults::{FaultOf, FaultSection};
pub use operations::OperationSection;
pub use regions::RegionsSection;
pub use root::ROOT;
pub use run::{RunSection, Warmup};
pub use stage::Stage;
pub use users::{JudgedAt, Load, UsersSection};

/// A scenario file with everything it extends, checked.
#[derive(Debug)]
pub struct Scenario {
    /// The file's name without its ending.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// What it is about.
    pub title: Option<String>,
    /// The numbers of users it is meant for.
    pub stage: Option<Stage>,
    /// The component that users' requests reach first, and where that is said.
    pub entry: (String, Place),
    /// Who uses the system.
    pub users: UsersSection,
    /// Where they live, and how far apart places are.
    pub regions: RegionsSection,
    /// The datasets, by name.
    pub data: Vec<DataSection>,
    /// What users ask for, by name; never empty.
    pub operations: Vec<OperationSection>,
    /// The parts of the system, by name; never empty.
    pub components: Vec<ComponentSection>,
    /// How long and how often it is simulated.
    pub run: RunSection,
    /// What goes down when, in the order of the file.
    pub faults: Vec<FaultSection>,
    /// What becomes different in the course of the run, in the order of time.
    pub changes: Vec<Change>,
    /// The conditions of `[graduate]`, in the order of the file.
    pub thresholds: Vec<Threshold>,
    /// The alerts, in the order of the file.
    pub alerts: Vec<Alert>,
    /// The axes of a sweep as they stand.
    pub sweep: Option<Node>,
    /// Every value that takes effect, in the order of reading.
    pub effective: Vec<Effective>,
    /// All effective values as 16 hexadecimal digits: equal for files that say the same.
    pub hash: String,
}
