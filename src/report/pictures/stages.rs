//! What pictures of sweeps are drawn from: stages, their points, and how far each can be trusted.
//!
//! Plain data in SI units. A point that is saturated or loses work is never joined to the curve: it
//! stands alone as a hollow sign, and its stretch of the axis is hatched.

use crate::experiment::result::Verdict;
use crate::measure::unit::Unit;

use super::axis::{Axis, Spread, Tick, linear_ticks_between, logarithmic_ticks};
use super::strokes::Hatching;
use super::{LEFT, RIGHT};

/// The axis to the right that all stages of a picture share.
#[derive(Clone, PartialEq, Debug)]
pub struct AcrossAxis {
    /// What is varied, such as `users`.
    pub title: String,
    /// Unit of the values.
    pub unit: Unit,
    /// Whether each tenfold is as long as the next; needs values above zero.
    pub logarithmic: bool,
}

/// How far a simulated point can be trusted: a [`Verdict`] without its details.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PointState {
    /// The system keeps up and the sample is long enough.
    Steady,
    /// Work arrives faster than it can be done: there is no steady value.
    Saturated,
    /// More than 1% of the work is lost: the value is that of survivors.
    LosingWork,
    /// Closed users drive a component at its capacity; the value is steady.
    AtCapacity,
    /// The sample is too short to judge.
    TooFewSamples,
    /// A recorded trace was simulated from its start to its end.
    FiniteHorizon,
}

impl From<&Verdict> for PointState {
    fn from(verdict: &Verdict) -> PointState {
        match verdict {
            Verdict::Stable => PointState::Steady,
            Verdict::Saturated { .. } => PointState::Saturated,
            Verdict::LosingWork { .. } => PointState::LosingWork,
            Verdict::AtCapacity { .. } => PointState::AtCapacity,
            Verdict::TooFewSamples { .. } => PointState::TooFewSamples,
            Verdict::FiniteHorizon => PointState::FiniteHorizon,
        }
    }
}

impl PointState {
    /// Whether the point may be joined to its neighbours.
    pub fn is_joined(self) -> bool {
        !matches!(self, PointState::Saturated | PointState::LosingWork)
    }

    /// How the point's stretch of the axis is hatched, if at all.
    pub fn hatching(self) -> Option<Hatching> {
        match self {
            PointState::Saturated => Some(Hatching::Rising),
            PointState::LosingWork => Some(Hatching::Falling),
            PointState::AtCapacity => Some(Hatching::Level),
            PointState::Steady | PointState::TooFewSamples | PointState::FiniteHorizon => None,
        }
    }
}

/// A bound that some threshold sets to the values of a panel.
#[derive(Clone, PartialEq, Debug)]
pub struct ThresholdLine {
    /// The condition as written, such as `response_time.p95 > 200ms`.
    pub label: String,
    /// The bound, in the unit of the panel's values.
    pub bound: f64,
    /// Index of the stage it belongs to; `None` when it belongs to all.
    pub stage: Option<usize>,
}

/// Where a stage crosses one of its thresholds.
#[derive(Clone, PartialEq, Debug)]
pub struct CrossingMark {
    /// Name of the threshold, such as `db_cpu`; the picture adds the value.
    pub label: String,
    /// The value of the axis to the right at which it is crossed.
    pub at: f64,
    /// The 95% interval of that value, or the two cases it lies between.
    pub interval: Option<(f64, f64)>,
    /// Whether all that is known is that it lies between two cases.
    pub is_between: bool,
}

/// Share of the axis left free at either end, so that signs stand inside.
const MARGIN: f64 = 0.02;

impl AcrossAxis {
    /// The axis over all values, and its ticks.
    pub(super) fn over(&self, values: impl Iterator<Item = f64> + Clone) -> (Axis, Vec<Tick>) {
        let finite = values.filter(|value| value.is_finite());
        let low = finite.clone().reduce(f64::min);
        let high = finite.reduce(f64::max);
        let (Some(low), Some(high)) = (low, high) else {
            let axis = Axis { low: (0.0, LEFT), high: (1.0, RIGHT), spread: Spread::Linear };
            return (axis, Vec::new());
        };
        let (low, high, spread) = if self.logarithmic && low > 0.0 {
            let (low, high) = if high > low { (low, high) } else { (low / 2.0, high * 2.0) };
            let margin = libm::pow(high / low, MARGIN);
            (low / margin, high * margin, Spread::Logarithmic)
        } else {
            let alone = f64::max(low.abs(), 1.0) / 2.0;
            let (low, high) = if high > low { (low, high) } else { (low - alone, high + alone) };
            let margin = (high - low) * MARGIN;
            (low - margin, high + margin, Spread::Linear)
        };
        let axis = Axis { low: (low, LEFT), high: (high, RIGHT), spread };
        (axis, ticks(axis, self.unit, 10))
    }

    /// The title below the axis.
    pub(super) fn heading(&self, axis: Axis) -> String {
        titled(&self.title, axis.spread)
    }
}

/// A title that says whether the axis is logarithmic.
pub(super) fn titled(title: &str, spread: Spread) -> String {
    match spread {
        Spread::Logarithmic => format!("{title} (logarithmic)"),
        _ => title.to_string(),
    }
}

/// Ticks of an axis: at least two, on a logarithmic axis that is too short for round ones too.
pub(super) fn ticks(axis: Axis, unit: Unit, most: usize) -> Vec<Tick> {
    let (low, high) = (axis.low.0, axis.high.0);
    if axis.spread == Spread::Logarithmic {
        let ticks = logarithmic_ticks(low, high, unit);
        if ticks.len() > 1 {
            return ticks;
        }
    }
    linear_ticks_between(low, high, unit, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(logarithmic: bool) -> AcrossAxis {
        AcrossAxis { title: "users".to_string(), unit: Unit::Count, logarithmic }
    }

    #[test]
    fn only_what_has_a_steady_value_is_joined() {
        let component = "db".to_string();
        let saturated = Verdict::Saturated { component: component.clone(), offered_load: 1.2 };
        let losing = Verdict::LosingWork { share: 0.1, component, bottleneck: None };
        for verdict in [saturated, losing] {
            let state = PointState::from(&verdict);
            assert!(!state.is_joined() && state.hatching().is_some(), "{state:?}");
        }
        let few = Verdict::TooFewSamples { more: 10, reason: String::new() };
        for verdict in [Verdict::Stable, few, Verdict::FiniteHorizon] {
            let state = PointState::from(&verdict);
            assert!(state.is_joined() && state.hatching().is_none(), "{state:?}");
        }
    }

    #[test]
    fn an_axis_holds_its_values_and_has_ticks() {
        let cases: [(&[f64], bool); 6] = [
            (&[1e3, 1e7], true),
            (&[110e3, 140e3], true),
            (&[5.0], true),
            (&[0.0, 8.0], true),
            (&[0.0], false),
            (&[1000.0, 1010.0, f64::INFINITY], false),
        ];
        for (values, logarithmic) in cases {
            let (axis, ticks) = users(logarithmic).over(values.iter().copied());
            for value in values.iter().filter(|value| value.is_finite()) {
                let pixel = axis.pixel(*value);
                assert!(pixel > LEFT && pixel < RIGHT, "{values:?}: {pixel}");
            }
            assert!(ticks.len() > 1, "{values:?}");
        }
        let (_, ticks) = users(true).over([1e3, 1e7].into_iter());
        let labels: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, ["1K", "10K", "100K", "1M", "10M"]);
        assert!(users(true).over(std::iter::empty()).1.is_empty());
    }
}
