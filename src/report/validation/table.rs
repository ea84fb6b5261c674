//! The table of theory, by bands of utilisation.

use serde_json::{Value, json};

use crate::experiment::validation::table::{FAMILY_LEVEL, REPEATS, SEED};
use crate::experiment::validation::{Band, Outcome, Row, Validation};
use crate::measure::unit::Unit;

use super::headline;
use crate::report::format::{exact, exact_or_empty, scale_of};
use crate::report::terminal::wrapped;
use crate::report::{Format, Screen, csv};

/// The table of theory; `screen` matters to [`Format::Table`] alone.
pub fn table(found: &Validation, format: Format, screen: Screen) -> String {
    match format {
        Format::Table => text_of_table(found, screen),
        Format::Json => format!("{:#}\n", json_of_table(found)),
        Format::Csv => csv_of_table(found),
    }
}

fn text_of_table(found: &Validation, screen: Screen) -> String {
    let passed = found.rows.iter().filter(|row| row.outcome() == Outcome::Agrees).count();
    let mut text = headline(passed, found.rows.len(), "checks agree with theory", screen);
    for band in Band::ALL {
        let rows: Vec<Vec<String>> =
            found.rows.iter().filter(|row| row.band() == band).map(cells_of_row).collect();
        if !rows.is_empty() {
            let titles =
                ["case", "metric", "theory", "simulated", "error", "95%", "allowed", "pass?"];
            text.push_str(&format!("\n{}\n", band.title()));
            text.push_str(&columns(&titles, &rows));
        }
    }
    let explanation = format!(
        "error: simulated over theory, less one. 95%: half-width of the interval from {REPEATS} \
         repeats. allowed: the widest error that passes; {} checks are held against their \
         intervals at a level at which all of them pass together {} times in 100 where nothing is \
         wrong. An interval that is too wide to tell fails as well. Seed {SEED}{}.",
        found.family,
        exact((100.0 * FAMILY_LEVEL).round()),
        if found.effort.is_full() { "" } else { ", a tenth of the usual requests" },
    );
    text.push('\n');
    text + &wrapped(&explanation, screen.width, "")
}

/// Rows below their titles in columns as narrow as they can be, so that a row fits on a line:
/// words flush left, numbers between them flush right.
fn columns(titles: &[&str; 8], rows: &[Vec<String>]) -> String {
    const NUMBERS: std::ops::Range<usize> = 2..7;
    let titles: Vec<String> = titles.iter().map(ToString::to_string).collect();
    let lines = || std::iter::once(&titles).chain(rows);
    let width_of =
        |column: usize| lines().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..titles.len()).map(width_of).collect();
    let line = |cells: &Vec<String>| {
        let padded = std::iter::zip(cells, &widths).enumerate().map(|(column, (cell, width))| {
            if NUMBERS.contains(&column) {
                format!("{cell:>width$}")
            } else {
                format!("{cell:width$}")
            }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * (widths.len() - 1));
    let header = line(&titles) + &rule + "\n";
    header + &rows.iter().map(line).collect::<String>()
}

fn cells_of_row(row: &Row) -> Vec<String> {
    vec![
        row.case.clone(),
        row.metric.to_owned(),
        four_digits(row.theory, row.theory, row.unit),
        four_digits(row.simulated, row.theory, row.unit),
        format!("{:+.2}%", 100.0 * row.error),
        format!("±{:.2}%", 100.0 * row.half_width),
        format!("{:.2}%", 100.0 * row.allowed),
        row.outcome().word().to_owned(),
    ]
}

/// A value with the decimals and the unit that show four digits of `reference`.
fn four_digits(value: f64, reference: f64, unit: Unit) -> String {
    let scale = scale_of(reference, unit);
    let magnitude = libm::floor(libm::log10((reference / scale.size).abs())) as i32;
    let decimals = (3 - magnitude).clamp(0, 9) as usize;
    format!("{:.decimals$}{}", value / scale.size, scale.suffix)
}

fn json_of_table(found: &Validation) -> Value {
    let row = |row: &Row| {
        json!({
            "model": row.model,
            "case": row.case,
            "band": row.band().title(),
            "load": row.load,
            "metric": row.metric,
            "unit": row.unit.symbol(),
            "theory": row.theory,
            "simulated": row.simulated,
            "ci95": [row.ci95.0, row.ci95.1],
            "error": row.error,
            "half_width": row.half_width,
            "allowed": row.allowed,
            "cap": row.cap,
            "passes": row.outcome() == Outcome::Agrees,
            "outcome": row.outcome().word(),
        })
    };
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "seed": SEED,
        "repeats": REPEATS,
        "effort": found.effort.word(),
        "family": found.family,
        "family_level": FAMILY_LEVEL,
        "passes": found.passes(),
        "checks": found.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn csv_of_table(found: &Validation) -> String {
    let titles = [
        "model",
        "case",
        "load",
        "metric",
        "unit",
        "theory",
        "simulated",
        "ci_low",
        "ci_high",
        "error",
        "half_width",
        "allowed",
        "cap",
        "outcome",
    ];
    let rows = found.rows.iter().map(|row| {
        let mut cells = vec![row.model.to_owned(), row.case.clone(), exact_or_empty(row.load)];
        cells.extend([row.metric.to_owned(), row.unit.symbol().to_owned()]);
        let numbers = [row.theory, row.simulated, row.ci95.0, row.ci95.1, row.error];
        cells.extend(numbers.map(exact));
        cells.extend([row.half_width, row.allowed, row.cap].map(exact));
        cells.push(row.outcome().word().to_owned());
        cells
    });
    csv::table(&titles, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::validation::Effort;

    const NARROW: Screen = Screen { width: 80, colour: false };

    fn row(case: &str, load: Option<f64>, error: f64, half_width: f64) -> Row {
        let theory = 0.002;
        let simulated = theory * (1.0 + error);
        Row {
            model: "M/M/1",
            case: case.to_owned(),
            load,
            metric: "response_time.mean",
            unit: Unit::Seconds,
            theory,
            simulated,
            ci95: (simulated - theory * half_width, simulated + theory * half_width),
            half_width,
            error,
            allowed: 2.0 * half_width,
            cap: 0.01,
        }
    }

    fn validation() -> Validation {
        let hit_rate = Row {
            model: "Che",
            metric: "cache.hit_rate",
            unit: Unit::Fraction,
            theory: 0.39,
            simulated: 0.3898,
            ..row("Che", None, -0.0005, 0.002)
        };
        let rows = vec![
            row("M/M/1 at 0.5", Some(0.5), 0.001, 0.002),
            row("M/M/1 at 0.95", Some(0.95), 0.005, 0.002),
            row("M/M/4 at 0.5", Some(0.5), -0.03, 0.02),
            hit_rate,
        ];
        Validation { effort: Effort::Full, family: 3, rows }
    }

    #[test]
    fn the_table_is_read_band_by_band() {
        insta::assert_snapshot!(table(&validation(), Format::Table, NARROW), @r"
        FAIL: 2 of 4 checks agree with theory

        Load below 0.6
        case          metric                theory  simulated   error     95%  allowed  pass?
        ───────────────────────────────────────────────────────────────────────────────────────────
        M/M/1 at 0.5  response_time.mean  2.000 ms   2.002 ms  +0.10%  ±0.20%    0.40%  pass
        M/M/4 at 0.5  response_time.mean  2.000 ms   1.940 ms  -3.00%  ±2.00%    4.00%  FAIL: vague

        Load 0.92 and above
        case           metric                theory  simulated   error     95%  allowed  pass?
        ──────────────────────────────────────────────────────────────────────────────────────────
        M/M/1 at 0.95  response_time.mean  2.000 ms   2.010 ms  +0.50%  ±0.20%    0.40%  FAIL: off

        Caches and replicas
        case  metric          theory  simulated   error     95%  allowed  pass?
        ───────────────────────────────────────────────────────────────────────
        Che   cache.hit_rate  39.00%     38.98%  -0.05%  ±0.20%    0.40%  pass

        error: simulated over theory, less one. 95%: half-width of the interval from 20
        repeats. allowed: the widest error that passes; 3 checks are held against their
        intervals at a level at which all of them pass together 99 times in 100 where
        nothing is wrong. An interval that is too wide to tell fails as well. Seed
        20261120.
        ");
    }

    #[test]
    fn a_quick_table_says_so_and_one_without_fault_passes() {
        let mut found = validation();
        found.effort = Effort::Quick;
        found.rows.remove(2);
        found.rows.remove(1);
        let text = table(&found, Format::Table, NARROW);
        assert!(text.starts_with("PASS: 2 of 2 checks agree with theory\n"), "{text}");
        assert!(text.replace('\n', " ").contains("a tenth of the usual requests."), "{text}");
    }

    #[test]
    fn the_document_has_its_shape() {
        let text = table(&validation(), Format::Json, NARROW);
        let document: Value = serde_json::from_str(&text).expect("the document is JSON");
        assert_eq!((&document["effort"], &document["passes"]), (&json!("full"), &json!(false)));
        assert_eq!((&document["family"], &document["family_level"]), (&json!(3), &json!(0.99)));
        let first = &document["checks"][0];
        let keys: Vec<&String> = first.as_object().expect("an object").keys().collect();
        assert_eq!(
            keys,
            [
                "model",
                "case",
                "band",
                "load",
                "metric",
                "unit",
                "theory",
                "simulated",
                "ci95",
                "error",
                "half_width",
                "allowed",
                "cap",
                "passes",
                "outcome"
            ]
        );
        assert_eq!((&first["theory"], &first["passes"]), (&json!(0.002), &json!(true)));
        assert_eq!(document["checks"][1]["outcome"], "FAIL: off");
        assert_eq!(document["checks"][3]["load"], Value::Null);
    }

    #[test]
    fn rows_have_a_header() {
        let text = table(&validation(), Format::Csv, NARROW);
        let mut lines = text.lines();
        let header = "model,case,load,metric,unit,theory,simulated,ci_low,ci_high,error,\
                      half_width,allowed,cap,outcome";
        assert_eq!(lines.next(), Some(header));
        let last = "Che,Che,,cache.hit_rate,1,0.39,0.3898,";
        assert!(lines.last().is_some_and(|line| line.starts_with(last)), "{text}");
    }

    #[test]
    fn values_show_four_digits_of_what_they_are_held_against() {
        for (value, reference, unit, text) in [
            (0.005017, 0.005, Unit::Seconds, "5.017 ms"),
            (0.0149787, 0.0149787, Unit::Seconds, "14.98 ms"),
            (0.7, 0.7, Unit::Fraction, "70.00%"),
            (600.06, 600.0, Unit::PerSecond, "600.1/s"),
        ] {
            assert_eq!(four_digits(value, reference, unit), text);
        }
    }
}
