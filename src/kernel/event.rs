//! What the agenda holds: 16 bytes that say when, in which order among equals, and to whom.

use super::time::Time;

/// Order among events of the same instant. Servers free up before timers run, timers before new
/// arrivals, arrivals before deadlines, and an observer sees the instant when all is done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Rank {
    /// A server frees up or an answer arrives.
    Release = 0,
    /// A component's own timer.
    Timer = 1,
    /// A job arrives.
    Arrival = 2,
    /// A caller's patience ends.
    Deadline = 3,
    /// The end of the run or of a sample.
    Observer = 4,
}

/// A component's place in the model.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ComponentId(pub u16);

impl ComponentId {
    /// The component's index in tables by component.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which of a component's timers an event is.
pub type TimerTag = u16;

/// Tag of an event that delivers a job to a component.
pub(super) const TAG_REQUEST: u16 = u16::MAX;
/// Tag of an event that delivers an answered job to its caller.
pub(super) const TAG_REPLY: u16 = u16::MAX - 1;
/// Tag of an event that hands control back to whoever runs the engine.
pub(super) const TAG_PAUSE: u16 = u16::MAX - 2;
/// Timer tags of components must stay below this.
pub const TAG_LIMIT: u16 = u16::MAX - 2;

/// What is handed to a component.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signal {
    /// A job's slot, or whatever the timer's owner put there.
    pub slot: u32,
    /// Whom it is for.
    pub component: ComponentId,
    /// Which timer, or one of the kernel's own tags.
    pub tag: u16,
}

/// A pending signal and when it is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    /// Time and rank in one word: `nanoseconds << 3 | rank`.
    key: u64,
    /// What happens then.
    pub signal: Signal,
}

const _: () = assert!(size_of::<Event>() == 16);

impl Event {
    /// An event at `time` with `rank`.
    ///
    /// # Panics
    /// When `time` lies past [`Time::LAST`].
    #[inline]
    pub fn new(time: Time, rank: Rank, signal: Signal) -> Event {
        assert!(time <= Time::LAST, "the clock's 73 years are over");
        Event { key: time.nanos() << 3 | rank as u64, signal }
    }

    /// The word by which events are ordered.
    #[inline]
    pub const fn key(self) -> u64 {
        self.key
    }

    /// When it is due.
    #[inline]
    pub const fn time(self) -> Time {
        Time::from_nanos(self.key >> 3)
    }
}
