//! Data that must stay in a region (`data.NAME.stay_in`), and nodes elsewhere that answer with it
//! or keep it. Nothing is refused: it is counted.

use super::RunningDatabase;
use crate::components::access::dataset_of;

impl RunningDatabase {
    /// A node answers with what lies under a key, or keeps it from now on.
    #[inline]
    pub(super) fn look_for_violation(&mut self, key: u64, node: usize) {
        if !self.settings.has_residents {
            return;
        }
        let dataset = &self.settings.datasets[usize::from(dataset_of(key))];
        let place = dataset.must_stay_in(key);
        let is_elsewhere = place.is_some_and(|region| region != self.topology.region(node));
        self.tally.out_of_place += u64::from(is_elsewhere);
    }
}
