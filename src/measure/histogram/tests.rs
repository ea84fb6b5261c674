//! The histogram against its slow twins.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn recorded(values: &[u64]) -> Histogram {
    let mut histogram = Histogram::new();
    for &value in values {
        histogram.record(value);
    }
    histogram
}

/// Values of every order of magnitude: a shifted word of random width.
fn any_value() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0u32..64).prop_map(|(word, shift)| word >> shift)
}

#[test]
fn cells_tile_all_values() {
    let last = cell_of(u64::MAX);
    assert_eq!((bounds_of(0).0, bounds_of(last).1), (0, u64::MAX));
    for cell in 0..last {
        let (lower, upper) = bounds_of(cell);
        assert_eq!(bounds_of(cell + 1).0, upper + 1);
        assert_eq!((cell_of(lower), cell_of(upper)), (cell, cell));
        assert!((upper - lower) as f64 <= lower as f64 / 256.0);
    }
}

#[test]
fn small_values_are_exact() {
    let histogram = recorded(&(0..512).collect::<Vec<u64>>());
    for value in 0..512u64 {
        assert_eq!(histogram.quantile((value + 1) as f64 / 512.0), Some(value as f64));
        assert_eq!(histogram.fraction_above(value), Some((511 - value) as f64 / 512.0));
    }
}

#[test]
fn an_empty_histogram_knows_nothing() {
    let empty = Histogram::new();
    let asked = (empty.quantile(0.5), empty.mean(), empty.fraction_above(3));
    assert_eq!(asked, (None, None, None));
    assert_eq!((empty.largest(), empty.smallest(), empty.cells().count()), (None, None, 0));
}

#[test]
fn equal_values_give_that_value_at_every_quantile() {
    let mut histogram = Histogram::new();
    histogram.record_many(4_000_001, 1_000);
    for q in [0.0, 0.3, 0.5, 0.999, 1.0] {
        assert_eq!(histogram.quantile(q), Some(4_000_001.0));
    }
}

/// 90 answers and 10 failures: the median stands among the answers, the 95th percentile among
/// the failures, and failures alone are all infinite.
#[test]
fn failures_count_as_endless() {
    let histogram = recorded(&(1..=90).collect::<Vec<u64>>());
    assert_eq!(histogram.quantile_with_infinite(0.5, 10), Some(50.0));
    assert_eq!(histogram.quantile_with_infinite(0.9, 10), Some(90.0));
    assert_eq!(histogram.quantile_with_infinite(0.95, 10), Some(f64::INFINITY));
    assert_eq!(Histogram::new().quantile_with_infinite(0.5, 1), Some(f64::INFINITY));
}

#[test]
#[should_panic(expected = "earlier state")]
fn only_an_earlier_state_can_be_subtracted() {
    let _ = recorded(&[5]).since(&recorded(&[6]));
}

/// Numbers of values up to beyond 2^40: in one part, over the edge to the second, far into it.
fn any_number() -> impl Strategy<Value = u64> {
    prop_oneof![1u64..4, 65_530u64..65_540, (1u64..1 << 40), (1u64..1 << 24).prop_map(|n| n << 16)]
}

/// Values, few of them unlike, so that cells meet again, each many times.
fn many() -> impl Strategy<Value = Vec<(u64, u64)>> {
    vec((prop_oneof![0u64..4, any_value()], any_number()), 0..20)
}

fn recorded_many(values: &[(u64, u64)]) -> Histogram {
    let mut histogram = Histogram::new();
    for &(value, times) in values {
        histogram.record_many(value, times);
    }
    histogram
}

/// One at a time over the edge, as a simulation does.
#[test]
fn no_value_is_lost_where_a_cell_outgrows_its_low_part() {
    let mut histogram = Histogram::new();
    for times in 1..=200_000u64 {
        histogram.record(7);
        assert_eq!(histogram.cells().next().map(|cell| cell.count), Some(times));
    }
    let mut at_once = Histogram::new();
    at_once.record_many(7, 200_000);
    assert_eq!(histogram, at_once);
}

proptest! {
    /// The slow twin is a map from cells to counts; states are merged and told apart with it.
    #[test]
    fn counts_of_any_size_are_exact(first in many(), second in many(), q in 0.0f64..=1.0) {
        let mut twin = BTreeMap::new();
        for &(value, times) in first.iter().chain(&second) {
            *twin.entry(bounds_of(cell_of(value)).0).or_insert(0u64) += times;
        }
        let earlier = recorded_many(&first);
        let mut merged = earlier.clone();
        merged.merge(&recorded_many(&second));
        let all: Vec<(u64, u64)> = first.iter().chain(&second).copied().collect();
        prop_assert_eq!(&merged, &recorded_many(&all));
        prop_assert!(merged.cells().map(|cell| (cell.lower, cell.count)).eq(twin.clone()));
        let count: u64 = twin.values().sum();
        prop_assert_eq!(merged.count(), count);

        let between = merged.since(&earlier);
        let truth = recorded_many(&second);
        prop_assert_eq!(&between.counts, &truth.counts);
        prop_assert_eq!((between.count(), between.sum()), (truth.count(), truth.sum()));

        // The cell of the quantile and the share above a cell's end follow from the twin as well.
        if let Some(found) = merged.quantile(q) {
            let rank = q * count as f64;
            let mut below = 0;
            let reaches = |&(_, &times): &(&u64, &u64)| {
                below += times;
                below as f64 >= rank
            };
            let lower = *twin.iter().find(reaches).expect("the last cell reaches every rank").0;
            let (lower, upper) = bounds_of(cell_of(lower));
            prop_assert!(found >= lower as f64 && found <= upper as f64);
            let above: u64 = twin.range(upper.saturating_add(1)..).map(|(_, times)| times).sum();
            let share = if upper == u64::MAX { 0.0 } else { above as f64 / count as f64 };
            let stated = merged.fraction_above(upper).expect("not empty");
            // Where a cell's end is not the largest value, one part of its width still counts.
            let part = twin[&lower] as f64 / count as f64;
            prop_assert!(stated >= share - 1e-12 && stated <= share + part + 1e-12);
        }
    }

    #[test]
    fn an_earlier_state_holds_no_more_of_any_cell(
        values in many(), extra in any_value(), times in any_number(),
    ) {
        let later = recorded_many(&values);
        let mut earlier = later.clone();
        earlier.record_many(extra, times);
        prop_assert!(later.counts.since(&earlier.counts).is_none());
        prop_assert!(earlier.counts.since(&later.counts).is_some());
    }

    /// The slow twin sorts: the sample of rank ceil(q x count) shares a cell with the answer.
    #[test]
    fn quantiles_are_within_four_tenths_of_a_percent(
        mut values in vec(any_value(), 1..200), q in 0.0f64..=1.0,
    ) {
        let histogram = recorded(&values);
        values.sort_unstable();
        let rank = (q * values.len() as f64).ceil().max(1.0) as usize;
        let truth = values[rank - 1] as f64;
        let found = histogram.quantile(q).expect("not empty");
        prop_assert!((found - truth).abs() <= 0.004 * truth, "{found} for {truth}");
        prop_assert!(found >= values[0] as f64);
        prop_assert!(found <= values[values.len() - 1] as f64);
    }

    #[test]
    fn shares_above_are_off_by_the_cell_at_most(
        values in vec(any_value(), 1..200), place in any::<prop::sample::Index>(),
    ) {
        let histogram = recorded(&values);
        let threshold = values[place.index(values.len())];
        let (lower, upper) = bounds_of(cell_of(threshold));
        let share_from = |bound: u64| {
            values.iter().filter(|&&value| value >= bound).count() as f64 / values.len() as f64
        };
        let beyond = if upper == u64::MAX { 0.0 } else { share_from(upper + 1) };
        let found = histogram.fraction_above(threshold).expect("not empty");
        // Rounding of one division and one sum.
        prop_assert!(found >= beyond - 1e-12 && found <= share_from(lower) + 1e-12);
    }

    #[test]
    fn merging_equals_recording_all(
        first in vec(any_value(), 0..50), second in vec(any_value(), 0..50),
    ) {
        let mut merged = recorded(&first);
        merged.merge(&recorded(&second));
        let all: Vec<u64> = first.iter().chain(&second).copied().collect();
        prop_assert_eq!(&merged, &recorded(&all));
        prop_assert_eq!(merged.sum(), all.iter().map(|&value| u128::from(value)).sum::<u128>());
        prop_assert_eq!(merged.cells().map(|cell| cell.count).sum::<u64>(), all.len() as u64);
    }

    #[test]
    fn the_difference_of_two_states_is_what_came_between(
        first in vec(any_value(), 0..50), second in vec(any_value(), 0..50),
    ) {
        let earlier = recorded(&first);
        let mut later = earlier.clone();
        later.merge(&recorded(&second));
        let between = later.since(&earlier);
        let truth = recorded(&second);
        prop_assert_eq!(between.count(), truth.count());
        prop_assert_eq!(between.sum(), truth.sum());
        prop_assert!(between.cells().eq(truth.cells()));
        prop_assert_eq!(between.counts.len(), truth.counts.len());
        let mut again = earlier.clone();
        again.merge(&between);
        prop_assert_eq!(again, later);
    }

    #[test]
    fn a_cleared_histogram_is_a_new_one(
        first in vec(any_value(), 0..50), second in vec(any_value(), 0..50),
    ) {
        let mut histogram = recorded(&first);
        histogram.clear();
        prop_assert_eq!(&histogram, &Histogram::new());
        for &value in &second {
            histogram.record(value);
        }
        prop_assert_eq!(histogram, recorded(&second));
    }
}
