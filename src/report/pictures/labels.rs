//! Names beside curves, kept from covering one another.

/// Places for labels as near as can be to those desired, `gap` apart, between `low` and `high`.
///
/// The order of the desired places is kept; equal ones keep the order given. When there is no room
/// for all, they stand evenly.
pub fn spread(desired: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let room = (high - low) / desired.len().saturating_sub(1).max(1) as f64;
    let gap = gap.min(room);
    let mut order: Vec<usize> = (0..desired.len()).collect();
    order.sort_by(|&a, &b| desired[a].total_cmp(&desired[b]));
    let mut places = vec![0.0; desired.len()];
    let mut least = low;
    for &label in &order {
        places[label] = desired[label].clamp(least, high.max(least));
        least = places[label] + gap;
    }
    // Those pushed past the end push back those before them.
    let mut most = high;
    for &label in order.iter().rev() {
        places[label] = f64::min(places[label], most);
        most = places[label] - gap;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_with_room_stay_where_they_are() {
        assert_eq!(spread(&[10.0, 50.0, 30.0], 20.0, 0.0, 100.0), [10.0, 50.0, 30.0]);
    }

    #[test]
    fn crowded_labels_make_room() {
        assert_eq!(spread(&[98.0, 99.0, 97.0], 20.0, 0.0, 100.0), [80.0, 100.0, 60.0]);
        assert_eq!(spread(&[0.0; 3], 20.0, 0.0, 100.0), [0.0, 20.0, 40.0]);
        assert_eq!(spread(&[0.0; 3], 200.0, 0.0, 100.0), [0.0, 50.0, 100.0]);
        assert!(spread(&[], 20.0, 0.0, 100.0).is_empty());
    }

    proptest! {
        #[test]
        fn labels_stay_inside_and_apart(desired in prop::collection::vec(-50.0..250.0, 1..11)) {
            // Ten gaps of 20 fill 0..200 exactly, so all labels have room.
            let mut places = spread(&desired, 20.0, 0.0, 200.0);
            places.sort_by(f64::total_cmp);
            for pair in places.windows(2) {
                prop_assert!(pair[1] - pair[0] >= 20.0 - 1e-9);
            }
            prop_assert!(places[0] >= -1e-9 && places[places.len() - 1] <= 200.0 + 1e-9);
        }
    }
}
