//! Tables for other programs: SI units, full precision, an empty cell where nothing was measured.
//!
//! Each function yields one whole file with a header line; columns never change their order.

use crate::experiment::result::{RunResult, ThresholdState};

use super::format::{exact, exact_or_empty};

/// `summary.csv`: a row per metric.
pub fn summary(result: &RunResult) -> String {
    let rows = result.metrics.iter().map(|metric| {
        vec![
            metric.path.clone(),
            exact_or_empty(metric.value),
            exact_or_empty(metric.ci95.map(|(low, _)| low)),
            exact_or_empty(metric.ci95.map(|(_, high)| high)),
            metric.unit.symbol().to_string(),
            metric.note.clone().unwrap_or_default(),
        ]
    });
    table(&["metric", "value", "ci_low", "ci_high", "unit", "note"], rows)
}

/// `components.csv`: a row per component; times in seconds, shares 0 to 1, jobs from time zero.
pub fn components(result: &RunResult) -> String {
    let titles = [
        "component",
        "kind",
        "arrived",
        "completed",
        "rejected",
        "failed",
        "timed_out",
        "cancelled",
        "lost",
        "in_flight",
        "abandoned",
        "offered_load",
        "own_time_s",
        "share_of_time",
    ];
    let rows = result.components.iter().map(|component| {
        let hops = &component.hops;
        let counts = [
            hops.arrived,
            hops.completed,
            hops.rejected,
            hops.failed,
            hops.timed_out,
            hops.cancelled,
            hops.lost,
            hops.in_flight,
            hops.abandoned,
        ];
        let mut row = vec![component.name.clone(), component.kind.clone()];
        row.extend(counts.iter().map(u64::to_string));
        row.push(exact_or_empty(component.offered_load));
        row.push(exact(component.own_time));
        row.push(exact(component.share_of_time));
        row
    });
    table(&titles, rows)
}

/// `timeseries.csv`: a row per sample, a column per metric; `time_s` is where the sample starts.
pub fn time_series(result: &RunResult) -> String {
    let series = &result.series;
    let titles: Vec<&str> = std::iter::once("time_s")
        .chain(series.columns.iter().map(|column| column.path.as_str()))
        .collect();
    let samples = series.columns.iter().map(|column| column.values.len()).max().unwrap_or(0);
    let rows = (0..samples).map(|sample| {
        let values = series
            .columns
            .iter()
            .map(|column| exact_or_empty(column.values.get(sample).copied().flatten()));
        std::iter::once(exact(sample as f64 * series.step)).chain(values).collect()
    });
    table(&titles, rows)
}

/// `latency.csv`: a row per occupied cell of every distribution.
///
/// `cumulative_fraction` is the share of samples in this cell and those below.
pub fn latency(result: &RunResult) -> String {
    let titles = ["path", "from_s", "to_s", "count", "cumulative_fraction"];
    let rows = result.latency.iter().flat_map(|distribution| {
        let total: u64 = distribution.cells.iter().map(|cell| cell.count).sum();
        distribution.cells.iter().scan(0, move |below, cell| {
            *below += cell.count;
            Some(vec![
                distribution.path.clone(),
                exact(cell.from),
                exact(cell.to),
                cell.count.to_string(),
                exact(*below as f64 / total.max(1) as f64),
            ])
        })
    });
    table(&titles, rows)
}

/// `graduation.csv`: a row per threshold.
pub fn graduation(result: &RunResult) -> String {
    let rows = result.graduation.iter().map(|threshold| {
        let note = match &threshold.state {
            ThresholdState::NotEvaluable(reason) => reason.clone(),
            _ => String::new(),
        };
        vec![
            threshold.name.clone(),
            threshold.condition.clone(),
            exact_or_empty(threshold.value),
            threshold.unit.symbol().to_string(),
            threshold.state.word().to_string(),
            note,
        ]
    });
    table(&["threshold", "condition", "value", "unit", "state", "note"], rows)
}

/// `alerts.csv`: a row per alert; `fired_in` counts repeats, `first_at_s` starts after the warm-up.
pub fn alerts(result: &RunResult) -> String {
    let titles = ["alert", "condition", "severity", "fired_in", "first_at_s", "active_s", "note"];
    let rows = result.alerts.iter().map(|alert| {
        vec![
            alert.name.clone(),
            alert.condition.clone(),
            alert.severity.clone(),
            alert.fired_in.map(|repeats| repeats.to_string()).unwrap_or_default(),
            exact_or_empty(alert.first_at),
            exact(alert.active),
            alert.not_evaluable.clone().unwrap_or_default(),
        ]
    });
    table(&titles, rows)
}

/// Header and rows as CSV text (RFC 4180, with lines ending in a newline alone).
pub(super) fn table(titles: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let expectation = "rows have as many cells as titles, and writing to memory cannot fail";
    writer.write_record(titles).expect(expectation);
    for row in rows {
        writer.write_record(row).expect(expectation);
    }
    let bytes = writer.into_inner().expect(expectation);
    String::from_utf8(bytes).expect("cells and separators are UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    /// The rows of a CSV text as (title, cell) look-ups, so that tests read by column name.
    fn rows(text: &str) -> Vec<Vec<(String, String)>> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let titles = reader.headers().expect("a header").clone();
        let cells = |record: csv::StringRecord| {
            titles.iter().map(String::from).zip(record.iter().map(String::from)).collect()
        };
        reader.records().map(|record| cells(record.expect("as many cells as titles"))).collect()
    }

    fn cell<'a>(row: &'a [(String, String)], title: &str) -> &'a str {
        &row.iter().find(|(name, _)| name == title).expect("the column exists").1
    }

    #[test]
    fn the_summary_reads_back() {
        let result = sample::stable();
        let rows = rows(&summary(&result));
        assert_eq!(rows.len(), result.metrics.len());
        for (row, metric) in rows.iter().zip(&result.metrics) {
            assert_eq!(cell(row, "metric"), metric.path);
            assert_eq!(cell(row, "value").parse().ok(), metric.value);
            assert_eq!(cell(row, "ci_high").parse().ok(), metric.ci95.map(|(_, high)| high));
        }
    }

    #[test]
    fn text_with_commas_and_quotes_reads_back() {
        let mut result = sample::stable();
        result.graduation[0].condition = "a > 1, \"b\"\n< 2".to_string();
        assert_eq!(cell(&rows(&graduation(&result))[0], "condition"), "a > 1, \"b\"\n< 2");
    }

    #[test]
    fn gaps_in_the_time_series_are_empty_cells() {
        let mut result = sample::stable();
        result.series.columns[0].values.truncate(2);
        let rows = rows(&time_series(&result));
        assert_eq!(rows.len(), 60);
        assert_eq!(cell(&rows[3], "time_s"), "30");
        assert_eq!(cell(&rows[3], "db.replication_lag"), "");
        assert_eq!(cell(&rows[3], "response_time.p50"), "");
    }

    #[test]
    fn distributions_add_up_to_one() {
        let rows = rows(&latency(&sample::stable()));
        let last = rows.iter().rfind(|row| cell(row, "path") == "response_time").expect("rows");
        assert_eq!(cell(last, "cumulative_fraction"), "1");
    }

    #[test]
    fn a_run_without_anything_has_headers_only() {
        let mut result = sample::stable();
        result.series.columns.clear();
        result.alerts.clear();
        assert_eq!(time_series(&result), "time_s\n");
        assert_eq!(alerts(&result), "alert,condition,severity,fired_in,first_at_s,active_s,note\n");
    }
}
