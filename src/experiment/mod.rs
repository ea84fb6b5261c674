//! Running a model: repeats in parallel, warm-up, verdict, thresholds, alerts.

pub mod result;
