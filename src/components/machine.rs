//! What moves a run: the general engine, or the express lane for models that need no events.

use super::running::Running;
use super::source::Source;
use crate::kernel::time::Time;
use crate::kernel::{ComponentId, Engine, HopCounts, HopTimes, Stop};

/// Place of the users among the components.
const USERS: ComponentId = ComponentId(0);

/// One run of a model, whatever moves it.
pub trait Machine {
    /// The run begins.
    fn start(&mut self);

    /// Runs until all that is due up to and at `until` has happened, or the source halts the run.
    fn run_until(&mut self, until: Time) -> Stop;

    /// The current instant.
    fn now(&self) -> Time;

    /// A component.
    fn component(&self, id: ComponentId) -> &dyn Running;

    /// A component, to change between two stops.
    fn component_mut(&mut self, id: ComponentId) -> &mut dyn Running;

    /// Every component's account of jobs since time zero; the jobs in flight are counted afresh.
    fn hop_counts(&self) -> Vec<HopCounts>;

    /// Every component's times since time zero, over the hops that ended.
    fn hop_times(&self) -> Vec<HopTimes>;

    /// For every component, whether Little's law holds as an identity since time zero.
    fn littles_law(&self) -> Vec<bool>;

    /// Signals that the general engine handles up to now.
    fn handled(&self) -> u64;

    /// The users.
    fn source(&mut self) -> &mut Source {
        self.component_mut(USERS).as_source().expect("component 0 is the users")
    }
}

impl Machine for Engine<dyn Running> {
    fn start(&mut self) {
        Engine::start(self);
    }

    fn run_until(&mut self, until: Time) -> Stop {
        Engine::run_until(self, until)
    }

    fn now(&self) -> Time {
        Engine::now(self)
    }

    fn component(&self, id: ComponentId) -> &dyn Running {
        Engine::component(self, id)
    }

    fn component_mut(&mut self, id: ComponentId) -> &mut dyn Running {
        Engine::component_mut(self, id)
    }

    fn hop_counts(&self) -> Vec<HopCounts> {
        Engine::hop_counts(self)
    }

    fn hop_times(&self) -> Vec<HopTimes> {
        Engine::hop_times(self)
    }

    fn littles_law(&self) -> Vec<bool> {
        Engine::littles_law(self)
    }

    fn handled(&self) -> u64 {
        Engine::handled(self)
    }
}
