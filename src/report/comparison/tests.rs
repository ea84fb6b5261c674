//! Reports on a comparison made up so that every oddity is in it.

use super::*;
use crate::experiment::comparison::{MetricDifference, SideResult, Significance, ThresholdPair};
use crate::experiment::result::{RunResult, Verdict};
use crate::measure::unit::Unit;
use crate::report::sample;

const SCREEN: Screen = Screen { width: 94, colour: false };

fn metric(path: &str, unit: Unit, values: [Option<f64>; 2]) -> MetricDifference {
    let difference = values[0].zip(values[1]).map(|(a, b)| b - a);
    MetricDifference {
        path: path.to_string(),
        unit,
        values,
        ci95: values.map(|value| value.map(|value| (0.9 * value, 1.1 * value))),
        difference,
        difference_ci95: difference.map(|value| (value - 0.01, value + 0.01)),
        relative: difference.zip(values[0]).map(|(difference, a)| difference / a),
        significance: Significance::No,
        narrowing: Some(2.5),
        note: None,
        headline: true,
    }
}

fn metrics() -> Vec<MetricDifference> {
    let (seconds, share) = (Unit::Seconds, Unit::Fraction);
    vec![
        MetricDifference {
            difference_ci95: Some((-0.0064, -0.0058)),
            significance: Significance::Together,
            narrowing: Some(3.21),
            ..metric("response_time.p95", seconds, [Some(0.0184), Some(0.0123)])
        },
        MetricDifference {
            significance: Significance::Alone,
            ..metric("db.cpu", share, [Some(0.6), Some(0.62)])
        },
        metric("cache.hit_rate", share, [Some(0.8), Some(0.8025)]),
        MetricDifference {
            difference: Some(0.0),
            difference_ci95: Some((0.0, 0.0)),
            narrowing: None,
            ..metric("throughput", Unit::PerSecond, [Some(1667.0), Some(1667.0)])
        },
        MetricDifference {
            difference_ci95: None,
            relative: None,
            significance: Significance::NotJudged,
            narrowing: None,
            note: Some("infinite in B".to_string()),
            ..metric("response_time.p95_all", seconds, [Some(0.02), Some(f64::INFINITY)])
        },
        MetricDifference {
            significance: Significance::NotJudged,
            narrowing: None,
            note: Some("nothing measured in A".to_string()),
            ..metric("db.lost_own_writes", Unit::Count, [None, Some(4.0)])
        },
        MetricDifference {
            headline: false,
            ..metric("app.wait.p95", seconds, [Some(0.1), Some(0.2)])
        },
    ]
}

fn compared(verdict_of_b: Verdict) -> ComparisonResult {
    let a = sample::stable();
    let b = RunResult { repeats: 8, ..sample::with_verdict(verdict_of_b) };
    let pair = |number: usize, sides: [bool; 2]| ThresholdPair {
        name: a.graduation[number].name.clone(),
        sides: sides.map(|has| has.then(|| a.graduation[number].clone())),
    };
    ComparisonResult {
        metrics: metrics(),
        only: [vec![], vec![sample::metric("cdn.hit_rate", Some(0.9), None, Unit::Fraction)]],
        thresholds: vec![pair(0, [true, true]), pair(1, [false, true])],
        judged: 5,
        command: "simscale compare stage3.toml --a db.cores=2 --b db.cores=3".to_string(),
        sides: [("stage3.toml with db.cores=2", a.clone()), ("stage3.toml with db.cores=3", b)]
            .map(|(label, result)| SideResult { label: label.to_string(), result }),
    }
}

fn losing() -> ComparisonResult {
    compared(Verdict::LosingWork { share: 0.03, component: "app".to_string(), bottleneck: None })
}

#[test]
fn the_table_says_what_is_known_and_what_is_not() {
    insta::assert_snapshot!(table::render(&losing(), SCREEN), @"
    A is stage3.toml with db.cores=2
    STABLE: Stage 3: read replicas at 300K users (meant for 100K..1M)

    B is stage3.toml with db.cores=3
    LOSING WORK: Stage 3: read replicas at 300K users (meant for 100K..1M)
    3.00% of the work is lost, most of it at `app`. Times are those of the requests that got
    through, so they look better than what users meet.

    response_time.p95 is 18.4 ms in A and 12.3 ms in B: -6.10 ms, 95% interval -6.40..-5.80
    (-33.2%); significant, also with all 5 differences taken together. That both meet the same
    requests with the same luck narrows this interval: that of two runs apart would be 3.2 times
    as wide.

    warning: A and B: `cache.memory` holds more than all of `posts`

    Metrics
    metric                        A           B           B - A   95% interval   sure    change
    ─────────────────────────────────────────────────────────────────────────────────────────────
    response_time.p95       18.4 ms    12.3 ms*        -6.10 ms   -6.40..-5.80   ••      -33.2%
    db.cpu                    60.0%       62.0%    +2.00 points     +1.0..+3.0   •       +3.33%
    cache.hit_rate            80.0%       80.2%   +0.250 points     -0.8..+1.2          +0.312%
    throughput              1.67K/s     1.67K/s             0/s           0..0               0%
    response_time.p95_all   20.0 ms   infinite*       +infinite              -   -            -
    db.lost_own_writes            -           4               -              -   -            -
    cdn.hit_rate                  -       90.0%               -              -   -            -
    * in B: of the requests that got through
    • the interval leaves out 0; •• also at the level at which all 5 differences judged hold
      together (Bonferroni)
    - infinite in B
    - nothing measured in A
    comparison.csv and --format json hold all metrics: 1 more of both, 1 that only B has

    Graduation
    threshold    condition              A                      B
    ─────────────────────────────────────────────────────────────────────────────────
    write_load   db.write_load > 70%    not crossed at 41.2%   not crossed at 41.2%
    hit_rate     cache.hit_rate < 82%   -                      undecided at 81.7%

    What was simulated
    8 pairs of repeats; A measured 1.6M requests in 2.01 min each, B measured 1.6M requests in
    2.01 min each; 3.9M requests simulated in all.
    Same again (seed 42):
      simscale compare stage3.toml --a db.cores=2 --b db.cores=3
    ");
}

#[test]
fn nothing_is_said_above_the_verdicts_of_both() {
    let text = table::render(&losing(), SCREEN);
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
    let order = ["A is ", "STABLE: ", "B is ", "LOSING WORK: ", "response_time.p95 is", "Metrics"];
    assert!(order.windows(2).all(|pair| place(pair[0]) < place(pair[1])), "{text}");
}

#[test]
fn every_line_but_the_command_fits_the_screen() {
    for width in [60, 80, 100] {
        let text = table::render(&losing(), Screen { width, colour: false });
        for line in text.lines().filter(|line| !line.starts_with("  simscale compare")) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn a_pairing_that_does_not_help_is_said_not_to() {
    let mut result = losing();
    assert!(table::render(&result, SCREEN).contains("narrows this interval"));
    result.metrics[0].narrowing = Some(0.9);
    assert!(table::render(&result, SCREEN).contains("does not narrow this interval"));
}

#[test]
fn json_has_null_and_a_note_where_there_is_no_number() {
    let document = json::render(&compared(Verdict::Stable));
    let document: serde_json::Value = serde_json::from_str(&document).expect("it is JSON");
    let endless = &document["metrics"]["response_time.p95_all"];
    assert!(endless["b"]["value"].is_null() && endless["difference"].is_null(), "{endless}");
    assert_eq!(endless["note"], "infinite in B");
    let p95 = &document["metrics"]["response_time.p95"];
    assert_eq!((p95["a"]["value"].as_f64(), p95["unit"].as_str()), (Some(0.0184), Some("s")));
    assert_eq!(p95["significance"], "together");
    assert_eq!(p95["ci95"], serde_json::json!([-0.0064, -0.0058]));
    assert_eq!(document["only_b"]["cdn.hit_rate"]["value"].as_f64(), Some(0.9));
    assert!(document["thresholds"][1]["a"].is_null());
    assert_eq!(document["thresholds"][1]["b"]["state"], "undecided");
    assert_eq!((&document["judged"], &document["a"]["verdict"]), (&5.into(), &"stable".into()));
}

#[test]
fn csv_has_a_row_for_every_metric_of_either() {
    let text = csv::render(&compared(Verdict::Stable));
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<_> = reader.records().map(|row| row.expect("as many cells as titles")).collect();
    assert_eq!(rows.len(), metrics().len() + 1);
    assert_eq!(&rows[0][11], "together");
    assert_eq!((&rows[4][4], &rows[4][8], &rows[4][14]), ("inf", "", "infinite in B"));
    let only = rows.last().expect("there are rows");
    assert_eq!((&only[0], &only[1], &only[4]), ("cdn.hit_rate", "", "0.9"));
    assert_eq!((&only[13], &only[14]), ("1", "only in B"));
}

#[test]
fn the_manifest_reads_back() {
    let text = manifest::render(&losing());
    let table: toml::Table = toml::from_str(&text).expect("the manifest is TOML");
    assert_eq!(table["b"]["verdict"].as_str(), Some("losing work"));
    assert_eq!(table["a"]["horizon"]["requests"].as_integer(), Some(1_600_000));
    assert_eq!(table["a"]["effective"]["components.db.cores"].as_integer(), Some(8));
    assert_eq!(FILES.last().map(|file| file.name), Some(MANIFEST));
}
