//! What is spent on a crossing: all of it on the threshold that trips first, less on those beyond.

/// How much wider the intervals are of thresholds that lie wholly beyond the one that trips first.
pub const COARSER: f64 = 2.5;
/// The capacity, and whatever is dear to simulate, is only told to lie between two numbers of users
/// that were run, where it lies wholly beyond: so far apart at most, from the middle.
const FOR_CAPACITY: f64 = 0.2;
/// The most requests of a repeat for these.
const MOST_BEYOND: u64 = 100_000;

/// How precisely, and at what cost.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Effort {
    /// Half-width of the interval over the crossing.
    pub precision: f64,
    /// Requests of each repeat on the grid.
    pub requests: u64,
    /// The most requests of a repeat.
    pub most_requests: u64,
    /// How many times as long the run is that confirms a crossing by overload, which drifts with
    /// the length of a run.
    pub longer: u64,
    /// Whether two points so close around the crossing are enough, and nothing is made of them.
    pub by_points: bool,
}

impl Effort {
    /// What is spent on a threshold that does not trip first, and on all before it is known which
    /// one does.
    pub fn beyond(self) -> Effort {
        let most_requests = self.most_requests.min(MOST_BEYOND);
        Effort { precision: self.precision * COARSER, most_requests, longer: 1, ..self }
    }

    /// The same where runs are dear, and on the capacity beside named thresholds, for overload
    /// always is.
    pub fn far(self) -> Effort {
        let precision = FOR_CAPACITY.max(self.beyond().precision);
        Effort { precision, by_points: true, ..self.beyond() }
    }
}
