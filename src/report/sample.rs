//! A made-up result for tests: a stage with a cache and a database, changed as a test needs it.

use crate::experiment::result::{
    AlertResult, ComponentResult, EffectiveValue, HopCounts, Horizon, LatencyCell,
    LatencyDistribution, MetricValue, RunResult, SeriesColumn, ThresholdResult, ThresholdState,
    TimeSeries, Verdict,
};
use crate::measure::unit::Unit;

/// A stable run of `stage3` with 300K users and eight repeats.
pub fn stable() -> RunResult {
    RunResult {
        scenario: "stage3".to_string(),
        title: "Stage 3: read replicas".to_string(),
        stage: Some("100K..1M".to_string()),
        users: 300_000,
        seed: 42,
        repeats: 8,
        version: "0.1.0".to_string(),
        scenario_hash: "0123456789abcdef".to_string(),
        command: "simscale run scenarios/stage3.toml --set db.cores=8".to_string(),
        horizon: Horizon {
            warm_up: 25.0,
            measured: 120.5,
            requests: 1_600_000,
            simulated: 1_950_000,
            events: 12_300_000,
        },
        verdict: Verdict::Stable,
        metrics: metrics(),
        components: components(),
        graduation: thresholds(),
        alerts: alerts(),
        latency: vec![
            bell("response_time", 0.00585, 100_000),
            bell("app.wait", 0.0004, 100_000),
            bell("db.query", 0.004, 20_000),
        ],
        series: series(60),
        warnings: vec!["`cache.memory` holds more than all of `posts`".to_string()],
        effective: vec![
            value("users.count", "\"300K\"", true),
            value("components.db.cores", "8", true),
            value("components.app.queue_limit", "512", false),
            value("components.db.read_time", "{ exponential = \"4ms\" }", false),
        ],
    }
}

/// The same run with another verdict.
pub fn with_verdict(verdict: Verdict) -> RunResult {
    RunResult { verdict, ..stable() }
}

/// A distribution shaped like a bell on a logarithmic axis around `centre` seconds.
pub fn bell(path: &str, centre: f64, most: u64) -> LatencyDistribution {
    let width = libm::pow(2.0, 0.125);
    let cells = (-24..=40).map(|step| {
        let from = centre * libm::pow(width, f64::from(step));
        let share = libm::exp(-f64::from(step * step) / 49.0);
        LatencyCell { from, to: from * width, count: (most as f64 * share) as u64 }
    });
    LatencyDistribution {
        path: path.to_string(),
        cells: cells.filter(|cell| cell.count > 0).collect(),
    }
}

/// `samples` samples ten seconds apart, the first three of them warm-up.
pub fn series(samples: usize) -> TimeSeries {
    let wave = |base: f64, swing: f64, beat: f64| {
        (0..samples).map(|i| Some(base + swing * libm::sin(i as f64 / beat))).collect::<Vec<_>>()
    };
    let column = |path: &str, unit, values| SeriesColumn { path: path.to_string(), unit, values };
    TimeSeries {
        step: 10.0,
        warm_up: 30.0,
        columns: vec![
            column("response_time.p50", Unit::Seconds, wave(0.006, 0.0005, 3.0)),
            column("response_time.p95", Unit::Seconds, wave(0.0123, 0.001, 2.0)),
            column("app.cpu", Unit::Fraction, wave(0.41, 0.03, 4.0)),
            column("app.workers.busy", Unit::Fraction, wave(0.44, 0.02, 2.5)),
            column("db.cpu", Unit::Fraction, wave(0.55, 0.05, 5.0)),
            column("cache.hit_rate", Unit::Fraction, wave(0.82, 0.01, 6.0)),
            column("db.replication_lag", Unit::Seconds, gaps(wave(0.2, 0.1, 2.0))),
        ],
    }
}

/// A metric with an interval, shown in the table.
pub fn metric(path: &str, value: Option<f64>, ci95: Option<(f64, f64)>, unit: Unit) -> MetricValue {
    MetricValue {
        path: path.to_string(),
        value,
        ci95,
        unit,
        meaning: format!("what {path} means"),
        note: None,
        headline: true,
    }
}

fn gaps(values: Vec<Option<f64>>) -> Vec<Option<f64>> {
    values.into_iter().enumerate().map(|(i, value)| value.filter(|_| i % 7 != 3)).collect()
}

fn metrics() -> Vec<MetricValue> {
    let quiet = MetricValue {
        headline: false,
        ..metric("db.pool.utilization", Some(0.25), Some((0.24, 0.26)), Unit::Fraction)
    };
    let lag = MetricValue {
        note: Some("hottest replica".to_string()),
        ..metric("db.replication_lag", Some(0.25), None, Unit::Seconds)
    };
    // The percentiles are those of the distribution above.
    vec![
        metric("response_time.p50", Some(0.0061), Some((0.00605, 0.00615)), Unit::Seconds),
        metric("response_time.p95", Some(0.0123), Some((0.0121, 0.0125)), Unit::Seconds),
        metric("throughput", Some(1667.25), Some((1660.0, 1674.0)), Unit::PerSecond),
        metric("error_rate", Some(0.0), Some((0.0, 0.0)), Unit::Fraction),
        metric("db.write_load", Some(0.4123), Some((0.41, 0.414)), Unit::Fraction),
        metric("cache.hit_rate", Some(0.8171), Some((0.816, 0.818)), Unit::Fraction),
        lag,
        quiet,
        metric("db.lost_own_writes", None, None, Unit::Count),
    ]
}

fn components() -> Vec<ComponentResult> {
    let component =
        |name: &str, kind: &str, hops, offered_load, own_time, share_of_time| ComponentResult {
            name: name.to_string(),
            kind: kind.to_string(),
            hops,
            offered_load,
            own_time,
            share_of_time,
        };
    let well = |arrived| HopCounts {
        arrived,
        completed: arrived - 3,
        in_flight: 3,
        ..HopCounts::default()
    };
    let mut app = well(1_950_000);
    app.completed -= 117;
    app.rejected = 117;
    vec![
        component("app", "service", app, Some(0.412), 0.0022, 0.355),
        component("cache", "cache", well(1_600_000), Some(0.05), 0.0001, 0.016),
        component("db", "database", well(293_000), Some(0.55), 0.0039, 0.629),
        component("mail", "external", HopCounts::default(), None, 0.0, 0.0),
    ]
}

fn thresholds() -> Vec<ThresholdResult> {
    let threshold = |name: &str, condition: &str, value, unit, state| ThresholdResult {
        name: name.to_string(),
        condition: condition.to_string(),
        value,
        unit,
        state,
    };
    vec![
        threshold(
            "write_load",
            "db.write_load > 70%",
            Some(0.4123),
            Unit::Fraction,
            ThresholdState::NotCrossed,
        ),
        threshold(
            "hit_rate",
            "cache.hit_rate < 82%",
            Some(0.8171),
            Unit::Fraction,
            ThresholdState::Undecided,
        ),
        threshold(
            "far_users",
            "regions.ap.response_time.p95 > 200ms and regions.ap.users >= 500K",
            None,
            Unit::Seconds,
            ThresholdState::NotEvaluable("there is no region `ap`".to_string()),
        ),
    ]
}

fn alerts() -> Vec<AlertResult> {
    let alert = |name: &str, condition: &str, fired_in, first_at, active| AlertResult {
        name: name.to_string(),
        condition: condition.to_string(),
        severity: "critical".to_string(),
        fired_in,
        first_at,
        active,
        not_evaluable: None,
    };
    vec![
        alert("HighReplicationLag", "db.replication_lag > 10s for 2 minutes", Some(0), None, 0.0),
        alert("HighLatency", "response_time.p95 > 10ms", Some(3), Some(40.0), 12.5),
        AlertResult {
            not_evaluable: Some("the run is shorter than 1 hour".to_string()),
            ..alert("Slow", "response_time.p95 > 1s for 1 hour", None, None, 0.0)
        },
    ]
}

fn value(path: &str, value: &str, given: bool) -> EffectiveValue {
    EffectiveValue { path: path.to_string(), value: value.to_string(), given }
}
