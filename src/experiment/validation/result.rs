//! What a validation found: plain data, and how a check is judged.

use super::Effort;
use crate::measure::unit::Unit;

/// All that was checked.
#[derive(Clone, PartialEq, Debug)]
pub struct Validation {
    /// How much was simulated.
    pub effort: Effort,
    /// Checks of the whole table that are held against an interval: the family.
    pub family: u32,
    /// A row a check, in the order of the table.
    pub rows: Vec<Row>,
}

impl Validation {
    /// Whether every check agrees and is sharp.
    pub fn passes(&self) -> bool {
        self.rows.iter().all(|row| row.outcome() == Outcome::Agrees)
    }
}

/// What one check found.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The model in the words of queueing theory.
    pub model: &'static str,
    /// The case.
    pub case: String,
    /// Offered load of its busiest station; none where nothing waits to speak of.
    pub load: Option<f64>,
    /// Path of the metric.
    pub metric: &'static str,
    /// Unit of the metric.
    pub unit: Unit,
    /// What it must be.
    pub theory: f64,
    /// What it is.
    pub simulated: f64,
    /// Its 95% interval.
    pub ci95: (f64, f64),
    /// Half of the interval's width over the theory's value.
    pub half_width: f64,
    /// Simulated over theory, less one.
    pub error: f64,
    /// The largest error that passes.
    pub allowed: f64,
    /// The largest half-width that passes.
    pub cap: f64,
}

impl Row {
    /// How the check ended.
    pub fn outcome(&self) -> Outcome {
        // Asked so that a number that is none passes nothing.
        match (self.error.abs() <= self.allowed, self.half_width <= self.cap) {
            (false, _) => Outcome::Off,
            (true, false) => Outcome::Vague,
            (true, true) => Outcome::Agrees,
        }
    }

    /// The band of utilisation it belongs to.
    pub fn band(&self) -> Band {
        match self.load {
            None => Band::Data,
            Some(load) if load < 0.6 => Band::Light,
            Some(load) if load < 0.85 => Band::Busy,
            Some(load) if load < 0.92 => Band::Heavy,
            Some(_) => Band::Extreme,
        }
    }
}

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Within what is allowed, and sharp.
    Agrees,
    /// Further off than allowed.
    Off,
    /// The interval is too wide to say anything.
    Vague,
}

impl Outcome {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Agrees => "pass",
            Outcome::Off => "FAIL: off",
            Outcome::Vague => "FAIL: vague",
        }
    }
}

/// A band of offered load of the busiest station.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Band {
    /// Below 0.6.
    Light,
    /// From 0.6 to below 0.85.
    Busy,
    /// From 0.85 to below 0.92.
    Heavy,
    /// 0.92 and above.
    Extreme,
    /// Nothing waits to speak of: what caches hold and replicas lack.
    Data,
}

impl Band {
    /// All of them, in the order of the table.
    pub const ALL: [Band; 5] = [Band::Light, Band::Busy, Band::Heavy, Band::Extreme, Band::Data];

    /// What it holds, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Band::Light => "Load below 0.6",
            Band::Busy => "Load 0.6 to 0.85",
            Band::Heavy => "Load 0.85 to 0.92",
            Band::Extreme => "Load 0.92 and above",
            Band::Data => "Caches and replicas",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(error: f64, half_width: f64) -> Row {
        Row {
            model: "M/M/1",
            case: "one".to_owned(),
            load: Some(0.5),
            metric: "response_time.mean",
            unit: Unit::Seconds,
            theory: 1.0,
            simulated: 1.0 + error,
            ci95: (1.0 + error - half_width, 1.0 + error + half_width),
            half_width,
            error,
            allowed: 0.02,
            cap: 0.01,
        }
    }

    #[test]
    fn a_check_fails_when_off_when_vague_and_when_there_is_no_number() {
        for (error, half_width, outcome) in [
            (-0.02, 0.01, Outcome::Agrees),
            (0.021, 0.01, Outcome::Off),
            (-0.021, 0.01, Outcome::Off),
            (0.0, 0.011, Outcome::Vague),
            (0.03, 0.011, Outcome::Off),
            (f64::NAN, 0.01, Outcome::Off),
            (0.0, f64::NAN, Outcome::Vague),
        ] {
            assert_eq!(row(error, half_width).outcome(), outcome, "{error} +- {half_width}");
        }
        let mut found =
            Validation { effort: Effort::Full, family: 2, rows: vec![row(0.0, 0.0); 2] };
        assert!(found.passes());
        found.rows[1].error = 0.03;
        assert!(!found.passes());
    }

    #[test]
    fn every_load_has_a_band() {
        let band = |load| Row { load, ..row(0.0, 0.0) }.band();
        let loads = [Some(0.5), Some(0.8), Some(0.9), Some(0.95), None];
        assert_eq!(loads.map(band), Band::ALL);
    }
}
