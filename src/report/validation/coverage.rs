//! How often intervals held the truth.

use serde_json::{Value, json};

use crate::experiment::validation::Coverage;
use crate::experiment::validation::coverage::{CoverageRow, LEVEL, RANGE_LEVEL};
use crate::experiment::validation::table::SEED;

use super::{FAIL, headline};
use crate::report::format::{count, exact};
use crate::report::terminal::{tables, wrapped};
use crate::report::{Format, Screen, csv};

/// How often intervals held the truth; `screen` matters to [`Format::Table`] alone.
pub fn coverage(found: &Coverage, format: Format, screen: Screen) -> String {
    match format {
        Format::Table => text_of_coverage(found, screen),
        Format::Json => format!("{:#}\n", json_of_coverage(found)),
        Format::Csv => csv_of_coverage(found),
    }
}

fn text_of_coverage(found: &Coverage, screen: Screen) -> String {
    let passed = found.rows.iter().filter(|row| row.passes()).count();
    let what = "quantities have intervals that hold the truth as often as promised";
    let mut text = headline(passed, found.rows.len(), what, screen);
    let titles = ["case", "quantity", "seeds", "held", "share", "expected", "verdict"];
    let rows = found.rows.iter().map(|row| {
        vec![
            row.case.clone(),
            row.quantity.clone(),
            row.seeds.to_string(),
            row.covered.to_string(),
            format!("{:.2}%", 100.0 * row.share()),
            format!("{}..{}", row.range.0, row.range.1),
            word(row).to_owned(),
        ]
    });
    text.push('\n');
    text.push_str(&tables::table(&titles, &[2, 3, 4, 5], rows, screen));
    let explanation = format!(
        "held: intervals of {}% that hold what theory says, one a seed. expected: the range that \
         the number lies in {} times in 1000 where nothing is wrong. Root seed {SEED}.",
        exact((100.0 * LEVEL).round()),
        count((1000.0 * RANGE_LEVEL).round() as u64),
    );
    text.push('\n');
    text + &wrapped(&explanation, screen.width, "")
}

fn word(row: &CoverageRow) -> &'static str {
    if row.passes() { "pass" } else { FAIL }
}

fn json_of_coverage(found: &Coverage) -> Value {
    let row = |row: &CoverageRow| {
        json!({
            "case": row.case,
            "quantity": row.quantity,
            "seeds": row.seeds,
            "covered": row.covered,
            "share": row.share(),
            "range": [row.range.0, row.range.1],
            "passes": row.passes(),
        })
    };
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "seed": SEED,
        "level": LEVEL,
        "range_level": RANGE_LEVEL,
        "passes": found.passes(),
        "coverage": found.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn csv_of_coverage(found: &Coverage) -> String {
    let titles =
        ["case", "quantity", "seeds", "covered", "share", "range_low", "range_high", "outcome"];
    let rows = found.rows.iter().map(|row| {
        let counts = [row.covered, row.range.0, row.range.1].map(|number| number.to_string());
        let [covered, low, high] = counts;
        let (case, quantity, outcome) = (row.case.clone(), row.quantity.clone(), word(row));
        let (seeds, share) = (row.seeds.to_string(), exact(row.share()));
        vec![case, quantity, seeds, covered, share, low, high, outcome.to_owned()]
    });
    csv::table(&titles, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Screen = Screen { width: 80, colour: false };

    fn coverage_of_two() -> Coverage {
        let row = |quantity: &str, covered| CoverageRow {
            case: "M/M/1 at 0.8".to_owned(),
            quantity: quantity.to_owned(),
            seeds: 400,
            covered,
            range: (364, 393),
        };
        let rows = vec![row("response_time.mean", 377), row("response_time.p95", 363)];
        Coverage { seeds: 400, rows }
    }

    #[test]
    fn coverage_tells_counts_and_what_was_to_be_expected() {
        let screen = Screen { width: 90, colour: false };
        insta::assert_snapshot!(coverage(&coverage_of_two(), Format::Table, screen), @r"
        FAIL: 1 of 2 quantities have intervals that hold the truth as often as promised

        case           quantity             seeds   held    share   expected   verdict
        ────────────────────────────────────────────────────────────────────────────────
        M/M/1 at 0.8   response_time.mean     400    377   94.25%   364..393   pass
        M/M/1 at 0.8   response_time.p95      400    363   90.75%   364..393   FAIL

        held: intervals of 95% that hold what theory says, one a seed. expected: the range that
        the number lies in 999 times in 1000 where nothing is wrong. Root seed 20261120.
        ");
        let text = coverage(&coverage_of_two(), Format::Json, NARROW);
        let document: Value = serde_json::from_str(&text).expect("the document is JSON");
        assert_eq!(document["passes"], false);
        assert_eq!(
            document["coverage"][1],
            json!({ "case": "M/M/1 at 0.8", "quantity": "response_time.p95", "seeds": 400,
                    "covered": 363, "share": 0.9075, "range": [364, 393], "passes": false })
        );
    }

    #[test]
    fn rows_have_a_header() {
        let expected = "case,quantity,seeds,covered,share,range_low,range_high,outcome\n\
                        M/M/1 at 0.8,response_time.mean,400,377,0.9425,364,393,pass\n\
                        M/M/1 at 0.8,response_time.p95,400,363,0.9075,364,393,FAIL\n";
        assert_eq!(coverage(&coverage_of_two(), Format::Csv, NARROW), expected);
    }
}
