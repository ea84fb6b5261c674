//! Arrivals against the integrals and the dispersion that theory gives them.

use super::*;
use crate::blocks::trace::tests::recorded;
use crate::blocks::trace::{self, TimeUnit, TraceColumns, TraceFile};

fn stream(purpose: &str) -> Stream {
    Stream::new(20_261_120, 0, "arrivals", purpose)
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_seconds(seconds)
}

/// Arrivals in consecutive parts of equal length.
fn counts(arrivals: ArrivalTimes, part: f64, parts: usize) -> Vec<f64> {
    let mut counts = vec![0.0; parts];
    let mut last = Time::ZERO;
    for time in arrivals {
        assert!(time >= last, "{time} after {last}");
        last = time;
        match counts.get_mut((time.seconds() / part) as usize) {
            Some(count) => *count += 1.0,
            None => break,
        }
    }
    counts
}

/// Variance over mean of counts in 1000 windows of 1000 expected arrivals tends to cv^2 (Cox,
/// "Renewal Theory", section 4.5). The variance of 1000 nearly normal counts deviates by
/// sqrt(2 / 1000) = 4.5%: five of those and 2% for the finite window.
#[test]
fn dispersion_is_that_of_the_spacing() {
    for (spacing, expected) in [
        (Spacing::Poisson, 1.0),
        (Spacing::Gamma { cv: 0.5 }, 0.25),
        (Spacing::Gamma { cv: 2.0 }, 4.0),
    ] {
        let curve = RateCurve::constant(250.0);
        let arrivals = ArrivalTimes::from_curve(curve, spacing, stream("dispersion"));
        let counts = counts(arrivals, 4.0, 1000);
        let mean = counts.iter().sum::<f64>() / 1000.0;
        let variance = counts.iter().map(|count| (count - mean) * (count - mean)).sum::<f64>();
        let index = variance / 999.0 / mean;
        assert!((index / expected - 1.0).abs() < 0.245, "{spacing:?}: {index}");
        let deviation = (expected / 1000.0 / 1000.0).sqrt();
        assert!((mean / 1000.0 - 1.0).abs() < 5.0 * deviation, "{spacing:?}: {mean}");
    }
}

/// Even arrivals at 1.67 million a second: exactly 16,700,000 in ten seconds, where gaps rounded
/// one by one would give 0.1% more or less.
#[test]
fn rounding_loses_no_rate() {
    let curve = RateCurve::constant(1_670_000.0);
    let end = Time::ZERO + seconds(10.0);
    let arrivals = ArrivalTimes::from_curve(curve, Spacing::Even, stream("even"));
    let count = arrivals.take_while(|time| *time < end).count();
    assert_eq!(count, 16_700_000);
}

/// Counts in 24 parts are Poisson with the integral as mean: five deviations.
#[test]
fn shapes_have_their_integral_in_every_part() {
    for shape in [
        Shape::Diurnal { peak_to_mean: 2.0, period: seconds(400.0) },
        Shape::Spike { at: seconds(130.0), duration: seconds(75.0), factor: 6.0 },
        Shape::Ramp { from: 0.1, to: 3.0, over: seconds(500.0) },
    ] {
        let curve = RateCurve::new(200.0, shape);
        let arrivals = ArrivalTimes::from_curve(curve, Spacing::Poisson, stream("shapes"));
        for (part, count) in counts(arrivals, 25.0, 24).into_iter().enumerate() {
            let from = part as f64 * 25.0;
            let expected = curve.cumulative(from + 25.0) - curve.cumulative(from);
            let off = (count - expected).abs();
            assert!(
                off < 5.0 * expected.sqrt() + 1.0,
                "{shape:?}, part {part}: {count} {expected}"
            );
        }
    }
}

#[test]
fn arrivals_end_with_their_rate() {
    let fading = Shape::Ramp { from: 1.0, to: 0.0, over: seconds(100.0) };
    let curve = RateCurve::new(10.0, fading);
    let arrivals = ArrivalTimes::from_curve(curve, Spacing::Even, stream("fading"));
    assert_eq!(arrivals.count(), 500);
    let silent = RateCurve::constant(0.0);
    assert_eq!(ArrivalTimes::from_curve(silent, Spacing::Poisson, stream("none")).count(), 0);
    // At one arrival in a hundred years the clock ends before the second.
    let rare = RateCurve::constant(3e-10);
    assert!(ArrivalTimes::from_curve(rare, Spacing::Even, stream("rare")).count() <= 1);
}

#[test]
fn first_arrivals_are_pinned() {
    let first = |shape, spacing| -> Vec<u64> {
        let curve = RateCurve::new(1000.0, shape);
        let arrivals = ArrivalTimes::from_curve(curve, spacing, stream("pinned"));
        arrivals.take(4).map(Time::nanos).collect()
    };
    let day = Shape::Diurnal { peak_to_mean: 1.5, period: seconds(86_400.0) };
    assert_eq!(first(Shape::Constant, Spacing::Poisson), [615_825, 790_801, 2_261_039, 4_133_230]);
    assert_eq!(first(day, Spacing::Poisson), [1_231_650, 1_581_602, 4_522_079, 8_266_459]);
    assert_eq!(
        first(Shape::Constant, Spacing::Gamma { cv: 2.0 }),
        [617_967, 1_533_305, 1_543_793, 1_544_328]
    );
}

fn file_of(content: &str) -> (tempfile::TempDir, TraceFile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.csv");
    std::fs::write(&path, content).unwrap();
    (folder, TraceFile::new(path))
}

fn stamped(file: &TraceFile, factor: f64, window: Window) -> ArrivalTimes {
    let column = ("at", TimeUnit::Milliseconds);
    let trace = StampedTrace::open(file, column, factor, window, stream("stamps"));
    ArrivalTimes::from_stamps(trace.unwrap())
}

#[test]
fn stamps_are_replayed_as_recorded() {
    let (_folder, file) = file_of("at\n1000\n1000\n1007.5\n1020\n1020.25\n");
    let times = |window| -> Vec<u64> {
        stamped(&file, 1.0, window).map(|time| time.nanos() / 1000).collect()
    };
    assert_eq!(times(Window::default()), [0, 0, 7500, 20_000, 20_250]);
    let window = Window { from: seconds(0.005), to: Some(seconds(0.02)) };
    assert_eq!(times(window), [2500]);
}

/// Of 40,000 rows one in a millisecond, k copies each: the count is within five deviations of a
/// choice with k's fraction. Copies beyond the first lie evenly between rows, so halves of a
/// millisecond without the first share them equally.
#[test]
fn scaled_stamps_have_their_number_and_lie_between_rows() {
    let mut content = String::from("at\n");
    for row in 0..40_000 {
        content.push_str(&format!("{row}\n"));
    }
    let (_folder, file) = file_of(&content);
    for factor in [0.0, 0.3, 1.0, 2.6, 5.0] {
        let times: Vec<u64> = stamped(&file, factor, Window::default()).map(Time::nanos).collect();
        let (count, fraction) = (times.len() as f64, f64::fract(factor));
        let deviation = (40_000.0 * fraction * (1.0 - fraction)).sqrt();
        assert!((count - 40_000.0 * factor).abs() <= 5.0 * deviation, "{factor}: {count}");
        assert!(times.is_sorted());
        let between: Vec<u64> = times.iter().map(|time| time % 1_000_000).collect();
        let later = between.iter().filter(|&&part| part >= 500_000).count() as f64;
        let others = between.iter().filter(|&&part| part > 0).count() as f64;
        let off = (later - others / 2.0).abs();
        assert!(off <= 5.0 * (others / 4.0).sqrt(), "{factor}: {later} of {others}");
    }
}

fn counted(
    file: &TraceFile,
    timed: bool,
    factor: f64,
    window: Window,
    spacing: Spacing,
) -> ArrivalTimes {
    let columns = CountColumns {
        time: timed.then(|| ("at".to_string(), TimeUnit::Seconds)),
        value: "count".to_string(),
        step: seconds(60.0),
    };
    let spacing = (spacing, stream("counts"));
    ArrivalTimes::from_counts(CountedTrace::open(file, &columns, factor, window, spacing).unwrap())
}

/// Even spacing makes counts exact but for the phase at both ends. Row 2 is doubled, a row is
/// missing before 240, and the last interval is whole.
#[test]
fn counts_arrive_in_their_interval() {
    let content = "at,count\n0,600\n60,0\n120,100\n120,200\n240,60\n";
    let (_folder, file) = file_of(content);
    let whole = counted(&file, true, 2.0, Window::default(), Spacing::Even);
    assert_eq!(counts(whole, 60.0, 5), [1200.0, 0.0, 600.0, 0.0, 120.0]);
    let untimed = counted(&file, false, 1.0, Window::default(), Spacing::Even);
    assert_eq!(counts(untimed, 60.0, 5), [600.0, 0.0, 100.0, 200.0, 60.0]);
    let window = Window { from: seconds(30.0), to: Some(seconds(150.0)) };
    let part = counted(&file, true, 1.0, window, Spacing::Even);
    assert_eq!(counts(part, 30.0, 5), [300.0, 0.0, 0.0, 150.0, 0.0]);
}

#[test]
fn counts_with_poisson_spacing_vary_as_poisson() {
    let mut content = String::from("at,count\n");
    for row in 0..2000 {
        content.push_str(&format!("{},{}\n", row * 60, 50 + row % 100));
    }
    let (_folder, file) = file_of(&content);
    let arrivals = counted(&file, true, 1.0, Window::default(), Spacing::Poisson);
    let squares: f64 = counts(arrivals, 60.0, 2000)
        .into_iter()
        .enumerate()
        .map(|(row, count)| {
            let expected = 50.0 + (row % 100) as f64;
            (count - expected) * (count - expected) / expected
        })
        .sum();
    // Chi-square with 2000 degrees of freedom: deviation sqrt(4000) = 63.
    assert!((squares - 2000.0).abs() < 5.0 * 63.3, "{squares}");
}

/// A recorded match day scaled to a hundredth: its 1.35 billion requests become a Poisson number
/// of mean 13,528,041.
#[test]
fn a_recorded_year_of_counts_is_replayed() {
    let Some(path) = recorded("worldcup98-minute/requests_per_minute.csv.gz") else { return };
    let file = TraceFile::new(path);
    let time = Some(("minute".to_string(), TimeUnit::Calendar));
    let value = "requests".to_string();
    let columns = CountColumns { time, value, step: seconds(60.0) };
    let spacing = (Spacing::Poisson, stream("recorded"));
    let trace = CountedTrace::open(&file, &columns, 0.01, Window::default(), spacing).unwrap();
    let (mut count, mut last) = (0.0, Time::ZERO);
    for time in ArrivalTimes::from_counts(trace) {
        count += 1.0;
        last = time;
    }
    let expected: f64 = 13_528_041.07;
    assert!((count - expected).abs() < 5.0 * expected.sqrt(), "{count}");
    assert!(last > Time::ZERO + seconds(86.0 * 86_400.0));
}

/// Gaps of a recorded hour: rate and coefficient of variation as described beside the data.
#[test]
fn a_recorded_hour_of_stamps_is_replayed() {
    let Some(path) = recorded("azure-llm-arrivals/conv.csv.gz") else { return };
    let file = TraceFile::new(path);
    let column = ("t_s", TimeUnit::Seconds);
    let time = Some((column.0.to_string(), column.1));
    let summary = trace::check(&file, &TraceColumns { time, ..Default::default() }).unwrap();
    let open = StampedTrace::open(&file, column, 1.0, Window::default(), stream("recorded"));
    let times: Vec<Time> = ArrivalTimes::from_stamps(open.unwrap()).collect();
    assert_eq!((times.len() as u64, summary.rows), (19_366, 19_366));
    let gaps: Vec<f64> = times.windows(2).map(|pair| (pair[1] - pair[0]).seconds()).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let variance = gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>();
    let cv = (variance / gaps.len() as f64).sqrt() / mean;
    assert!((1.0 / mean - 5.53).abs() < 0.01 && (cv - 1.09).abs() < 0.01, "{mean} {cv}");
}
