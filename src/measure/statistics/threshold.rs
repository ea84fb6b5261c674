//! Whether a threshold is crossed, given that the value is known only within an interval.
//!
//! What must hold: an interval that holds the threshold decides nothing; joined conditions are
//! decided as soon as the decided ones among them suffice, and not earlier.

/// How a value is held against a bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

impl Comparison {
    /// Whether a value known exactly satisfies the comparison.
    pub fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Comparison::Above => value > bound,
            Comparison::AtLeast => value >= bound,
            Comparison::Below => value < bound,
            Comparison::AtMost => value <= bound,
        }
    }
}

/// What can be said about a threshold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Crossing {
    /// The whole interval satisfies the condition.
    Crossed,
    /// No point of the interval satisfies it.
    NotCrossed,
    /// Part of the interval does, or there is no interval.
    Undecided,
}

impl Crossing {
    /// Judges `value`, known within `interval`, against `bound`. Without an interval nothing is
    /// decided, unless the value is infinite: a quantile that reaches into the failures.
    pub fn judge(
        value: f64,
        interval: Option<(f64, f64)>,
        comparison: Comparison,
        bound: f64,
    ) -> Crossing {
        let ends = if value.is_infinite() { Some((value, value)) } else { interval };
        let Some((low, high)) = ends else { return Crossing::Undecided };
        if low.is_nan() || high.is_nan() {
            return Crossing::Undecided;
        }
        match (comparison.holds(low, bound), comparison.holds(high, bound)) {
            (true, true) => Crossing::Crossed,
            (false, false) => Crossing::NotCrossed,
            _ => Crossing::Undecided,
        }
    }

    /// Both conditions, in the three-valued logic of Kleene ("Introduction to metamathematics",
    /// 1952, section 64): one that is not crossed settles it.
    pub fn and(self, other: Crossing) -> Crossing {
        match (self, other) {
            (Crossing::NotCrossed, _) | (_, Crossing::NotCrossed) => Crossing::NotCrossed,
            (Crossing::Crossed, Crossing::Crossed) => Crossing::Crossed,
            _ => Crossing::Undecided,
        }
    }

    /// Either condition, in the same logic: one that is crossed settles it.
    pub fn or(self, other: Crossing) -> Crossing {
        match (self, other) {
            (Crossing::Crossed, _) | (_, Crossing::Crossed) => Crossing::Crossed,
            (Crossing::NotCrossed, Crossing::NotCrossed) => Crossing::NotCrossed,
            _ => Crossing::Undecided,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Crossing::{Crossed, NotCrossed, Undecided};

    #[test]
    fn the_interval_decides() {
        let above = |low, high| Crossing::judge(0.65, Some((low, high)), Comparison::Above, 0.6);
        assert_eq!(above(0.61, 0.69), Crossed);
        assert_eq!(above(0.51, 0.59), NotCrossed);
        assert_eq!(above(0.55, 0.75), Undecided);
        let below = |low, high| Crossing::judge(0.75, Some((low, high)), Comparison::Below, 0.8);
        assert_eq!(below(0.7, 0.79), Crossed);
        assert_eq!(below(0.81, 0.85), NotCrossed);
        assert_eq!(below(0.79, 0.81), Undecided);
    }

    #[test]
    fn a_bound_met_exactly_counts_only_where_equality_does() {
        let at = |comparison| Crossing::judge(5.0, Some((5.0, 5.0)), comparison, 5.0);
        assert_eq!(at(Comparison::Above), NotCrossed);
        assert_eq!(at(Comparison::AtLeast), Crossed);
        assert_eq!(at(Comparison::Below), NotCrossed);
        assert_eq!(at(Comparison::AtMost), Crossed);
    }

    #[test]
    fn only_an_infinite_value_needs_no_interval() {
        assert_eq!(Crossing::judge(0.9, None, Comparison::Above, 0.6), Undecided);
        assert_eq!(Crossing::judge(f64::INFINITY, None, Comparison::Above, 0.6), Crossed);
        assert_eq!(Crossing::judge(f64::INFINITY, None, Comparison::Below, 0.6), NotCrossed);
    }

    /// The slow twin: an undecided condition may turn out either way, so a joined condition is
    /// decided exactly when all ways agree.
    #[test]
    fn joined_conditions_are_decided_when_every_outcome_agrees() {
        let outcomes = |crossing| match crossing {
            Crossed => vec![true],
            NotCrossed => vec![false],
            Undecided => vec![true, false],
        };
        let agreed = |results: Vec<bool>| match (results.contains(&true), results.contains(&false))
        {
            (true, false) => Crossed,
            (false, true) => NotCrossed,
            _ => Undecided,
        };
        for first in [Crossed, NotCrossed, Undecided] {
            for second in [Crossed, NotCrossed, Undecided] {
                let join = |rule: fn(bool, bool) -> bool| {
                    let pairs = outcomes(first).into_iter().flat_map(|one| {
                        outcomes(second).into_iter().map(move |other| rule(one, other))
                    });
                    agreed(pairs.collect())
                };
                assert_eq!(first.and(second), join(|one, other| one && other));
                assert_eq!(first.or(second), join(|one, other| one || other));
            }
        }
    }
}
