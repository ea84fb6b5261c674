//! Data that must stay in a region (`data.NAME.stay_in`), and nodes elsewhere that answer with it
//! or keep it. Nothing is refused: it is counted.

use super::RunningDatabase;
use crate::components::access::must_be_elsewhere;

impl RunningDatabase {
    /// A node answers with what lies under a key, or keeps it from now on.
    #[inline]
    pub(super) fn look_for_violation(&mut self, key: u64, node: usize) {
        if !self.settings.has_residents {
            return;
        }
        let region = self.topology.region(node);
        let is_out_of_place = must_be_elsewhere(&self.settings.datasets, key, region);
        self.tally.out_of_place += u64::from(is_out_of_place);
    }
}
