//! One number from readings: of one sheet, or pooled over repeats with an interval.
//!
//! What must hold: quotients are pooled as quotients of sums, quantiles as quantiles of the pooled
//! samples; intervals come from sectioning over the repeats. Among several nodes the bare name
//! means the one with the highest mean over all repeats, so that luck in one repeat does not
//! choose.

use crate::kernel::time::NANOS_PER_SECOND;
use crate::measure::histogram::Histogram;
use crate::measure::metric::{Reading, Row};
use crate::measure::statistics::sectioning::{self, Estimate, Sections};
use crate::model::catalogue::{Selected, Statistic};

/// Level of the printed intervals.
pub const LEVEL: f64 = 0.95;

const SECOND: f64 = 1.0 / NANOS_PER_SECOND as f64;

/// The value of one reading, in SI units; `None` when nothing was there to measure.
fn value_of(reading: &Reading, statistic: Statistic) -> Option<f64> {
    match reading {
        Reading::Ratio { numerator, denominator } => quotient(*numerator, *denominator),
        Reading::Gauge(value) => Some(*value),
        Reading::Level { integral, seconds, maximum } => match statistic {
            Statistic::Maximum => Some(*maximum),
            _ => quotient(*integral, *seconds),
        },
        Reading::Distribution { samples, failures } => {
            time_of(samples, *failures, statistic).map(|nanos| nanos * SECOND)
        }
    }
}

fn time_of(samples: &Histogram, failures: u64, statistic: Statistic) -> Option<f64> {
    match statistic {
        Statistic::Bare | Statistic::Mean => samples.mean(),
        Statistic::Maximum => samples.largest().map(|nanos| nanos as f64),
        Statistic::Quantile(q) => samples.quantile(q),
        Statistic::QuantileOfAll(q) => samples.quantile_with_infinite(q, failures),
    }
}

fn quotient(numerator: f64, denominator: f64) -> Option<f64> {
    (denominator > 0.0).then(|| numerator / denominator)
}

/// What is selected, as one sheet has it.
pub fn of_sheet(rows: &[Row], selected: &Selected) -> Option<f64> {
    let values = selected
        .places
        .iter()
        .filter_map(|&place| value_of(&rows[place].reading, selected.statistic));
    if selected.statistic == Statistic::Mean && selected.places.len() > 1 {
        let values: Vec<f64> = values.collect();
        return quotient(values.iter().sum(), values.len() as f64);
    }
    values.reduce(f64::max)
}

/// What is selected, pooled over the repeats' sheets, with its interval.
pub fn pooled(sheets: &[&[Row]], selected: &Selected) -> Option<Estimate> {
    if selected.statistic == Statistic::Maximum {
        return largest(sheets, selected);
    }
    sections(sheets, selected).map(|sections| sections.estimate(LEVEL))
}

/// What is selected, pooled over the repeats' sheets, beside each repeat's own value. `None` when
/// nothing was there to measure.
pub fn sections(sheets: &[&[Row]], selected: &Selected) -> Option<Sections> {
    if selected.statistic == Statistic::Mean && selected.places.len() > 1 {
        return average_over_nodes(sheets, selected);
    }
    let place = hottest(sheets, selected)?;
    sections_of_reading(sheets, place, selected.statistic)
}

/// The largest value of all repeats; it has no interval, for it grows with the length of a run.
fn largest(sheets: &[&[Row]], selected: &Selected) -> Option<Estimate> {
    let place = hottest(sheets, selected)?;
    let readings = sheets.iter().map(|rows| &rows[place].reading);
    let values = readings.filter_map(|reading| value_of(reading, selected.statistic));
    let value = values.reduce(f64::max)?;
    Some(Estimate { value, half_width: None, repeats: sheets.len() as u32 })
}

/// The place of the node with the highest mean over all repeats.
fn hottest(sheets: &[&[Row]], selected: &Selected) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for &place in &selected.places {
        let mean = sections_of_reading(sheets, place, Statistic::Bare).map(|found| found.pooled);
        if let Some(mean) = mean
            && best.is_none_or(|(_, most)| mean > most)
        {
            best = Some((place, mean));
        }
    }
    best.map(|(place, _)| place)
}

fn average_over_nodes(sheets: &[&[Row]], selected: &Selected) -> Option<Sections> {
    mean_of_repeats(sheets.iter().map(|rows| of_sheet(rows, selected)).collect())
}

fn mean_of_repeats(own: Vec<Option<f64>>) -> Option<Sections> {
    let present: Vec<f64> = own.iter().flatten().copied().collect();
    let pooled = quotient(present.iter().sum(), present.len() as f64)?;
    Some(Sections { pooled, own })
}

fn sections_of_reading(sheets: &[&[Row]], place: usize, statistic: Statistic) -> Option<Sections> {
    let readings = || sheets.iter().map(|rows| &rows[place].reading);
    let each = || readings().map(|reading| value_of(reading, statistic)).collect();
    match (&sheets.first()?[place].reading, statistic) {
        (Reading::Distribution { .. }, Statistic::Quantile(q)) => quantile(sheets, place, q, false),
        (Reading::Distribution { .. }, Statistic::QuantileOfAll(q)) => {
            quantile(sheets, place, q, true)
        }
        (Reading::Gauge(_), _) | (_, Statistic::Maximum) => mean_of_repeats(each()),
        _ => sectioning::ratio(&readings().map(parts_of).collect::<Vec<_>>()),
    }
}

fn quantile(sheets: &[&[Row]], place: usize, q: f64, of_all: bool) -> Option<Sections> {
    let samples: Vec<(&Histogram, u64)> = sheets
        .iter()
        .filter_map(|rows| match &rows[place].reading {
            Reading::Distribution { samples, failures } => {
                Some((samples, if of_all { *failures } else { 0 }))
            }
            _ => None,
        })
        .collect();
    sectioning::quantile(&samples, q).map(|sections| sections.map(|nanos| nanos * SECOND))
}

/// A reading as a quotient of two totals, in SI units.
fn parts_of(reading: &Reading) -> (f64, f64) {
    match reading {
        Reading::Ratio { numerator, denominator } => (*numerator, *denominator),
        Reading::Gauge(value) => (*value, 1.0),
        Reading::Level { integral, seconds, .. } => (*integral, *seconds),
        Reading::Distribution { samples, .. } => {
            (samples.sum() as f64 * SECOND, samples.count() as f64)
        }
    }
}

/// What happened between two samples of the same sheet; `earlier` is empty after a reset.
pub fn difference(later: &[Row], earlier: &[Row]) -> Vec<Row> {
    let since = |(place, row): (usize, &Row)| {
        let reading = match earlier.get(place) {
            Some(earlier) => reading_since(&row.reading, &earlier.reading),
            None => row.reading.clone(),
        };
        Row { reading, ..*row }
    };
    later.iter().enumerate().map(since).collect()
}

fn reading_since(later: &Reading, earlier: &Reading) -> Reading {
    match (later, earlier) {
        (
            Reading::Ratio { numerator, denominator },
            Reading::Ratio { numerator: before, denominator: out_of },
        ) => Reading::Ratio { numerator: numerator - before, denominator: denominator - out_of },
        (
            Reading::Level { integral, seconds, maximum },
            Reading::Level { integral: before, seconds: until, .. },
        ) => Reading::Level {
            integral: integral - before,
            seconds: seconds - until,
            maximum: *maximum,
        },
        (
            Reading::Distribution { samples, failures },
            Reading::Distribution { samples: before, failures: failed },
        ) => Reading::Distribution { samples: samples.since(before), failures: failures - failed },
        (reading, _) => reading.clone(),
    }
}
