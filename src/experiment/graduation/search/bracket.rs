//! A crossing narrowed down between two points, by secant steps.

use super::super::residual::Source;
use super::{Crossing, Point};

/// Two points of opposite sign.
#[derive(Clone, Debug)]
pub(super) struct Bracket {
    pub low: Point,
    pub high: Point,
    /// How much the residual of each end counts.
    weights: (f64, f64),
    /// The end that stayed at the last step.
    stayed: Option<End>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Low,
    High,
}

impl Bracket {
    /// Between a point that is not crossed and one that is.
    pub fn new(low: Point, high: Point) -> Bracket {
        Bracket { low, high, weights: (1.0, 1.0), stayed: None }
    }

    /// Takes a point between the ends in the place of the one of its sign.
    pub fn take(&mut self, point: Point) {
        let stays = if point.residual.sections.pooled > 0.0 { End::Low } else { End::High };
        let again = self.stayed == Some(stays);
        let halved = |weight: f64| if again { weight / 2.0 } else { 1.0 };
        match stays {
            End::Low => {
                self.weights = (halved(self.weights.0), 1.0);
                self.high = point;
            }
            End::High => {
                self.weights = (1.0, halved(self.weights.1));
                self.low = point;
            }
        }
        self.stayed = Some(stays);
    }

    /// Whether a line joins the residuals: both come from one source, and that does not jump.
    pub fn is_smooth(&self) -> bool {
        let (low, high) = (self.low.residual.source, self.high.residual.source);
        low == high && low != Source::Step
    }

    /// The next number of users: where the line through the weighted residuals is 0, but not at the
    /// very ends; half-way, by ratio, where a residual jumps or its ends say different things.
    pub fn secant(&self) -> f64 {
        const MARGIN: f64 = 0.05;
        let Bracket { low, high, weights, .. } = self;
        if !self.is_smooth() {
            return (low.users * high.users).sqrt();
        }
        let below = low.residual.sections.pooled * weights.0;
        let above = high.residual.sections.pooled * weights.1;
        let share = if above > below { -below / (above - below) } else { 0.5 };
        low.users + (high.users - low.users) * share.clamp(MARGIN, 1.0 - MARGIN)
    }

    /// The slope between the ends, and where their line is 0.
    pub fn line(&self) -> (f64, f64) {
        let residual = |point: &Point| point.residual.sections.pooled;
        let rise = residual(&self.high) - residual(&self.low);
        let slope = rise / (self.high.users - self.low.users);
        let root = self.low.users - residual(&self.low) / slope;
        (slope, root)
    }

    /// The crossing of a threshold that jumps: somewhere between the ends.
    pub fn jump(&self, is_narrow: bool) -> Crossing {
        Crossing {
            users: (self.low.users * self.high.users).sqrt(),
            interval: (self.low.users, self.high.users),
            is_settled: is_narrow,
            by_capacity: self.high.residual.source == Source::Capacity,
        }
    }
}
