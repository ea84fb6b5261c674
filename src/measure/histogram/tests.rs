//! The histogram against its slow twins.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

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

proptest! {
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
