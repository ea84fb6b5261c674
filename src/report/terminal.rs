//! The report people read first: verdict, warnings, headline numbers, thresholds, where time goes.
//!
//! Everything fits the width of the screen; no metric stands above the verdict. Colour is used
//! for the verdict and for warnings alone and only when asked for.

pub(super) mod tables;

use crate::experiment::result::{RunResult, Verdict};
use crate::measure::unit::Unit;

use super::format::{count, human, users};
use super::verdict;

/// How wide the text may be, and whether it may be coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Screen {
    /// Columns.
    pub width: usize,
    /// Whether to use terminal colours.
    pub colour: bool,
}

impl Screen {
    const DEFAULT_WIDTH: usize = 100;
    const LEAST_WIDTH: usize = 40;
    const MOST_WIDTH: usize = 160;

    /// A screen as wide as the environment variable `COLUMNS` says, else 100 columns.
    pub fn from_environment(colour: bool) -> Screen {
        Screen::from_columns(std::env::var("COLUMNS").ok().as_deref(), colour)
    }

    /// A screen of `columns` columns, written as text; 100 when that is no number.
    fn from_columns(columns: Option<&str>, colour: bool) -> Screen {
        let width = columns
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(Screen::DEFAULT_WIDTH)
            .clamp(Screen::LEAST_WIDTH, Screen::MOST_WIDTH);
        Screen { width, colour }
    }
}

/// The report on one run, ending in a newline.
pub fn render(result: &RunResult, screen: Screen) -> String {
    let words = verdict::words(result);
    let mut text = String::new();
    text.push_str(&headline(result, screen));
    push_paragraph(&mut text, &words.meaning, screen);
    push_paragraph(&mut text, &words.advice, screen);
    for warning in &result.warnings {
        text.push('\n');
        push_warning(&mut text, warning, screen);
    }
    let sections = [
        ("Metrics", tables::metrics(result, words.mark.is_some(), screen)),
        ("", mark_note(words.mark, screen)),
        ("Graduation", tables::graduation(result, screen)),
        ("Alerts", tables::alerts(result, screen)),
        ("Where time goes", tables::components(result, screen)),
        ("What was simulated", simulated(result, screen)),
    ];
    for (heading, body) in sections {
        if body.is_empty() {
            continue;
        }
        if !heading.is_empty() {
            text.push_str(&format!("\n{heading}\n"));
        }
        text.push_str(&body);
    }
    text
}

/// The first line: verdict, load, and what it is the verdict on.
pub(super) fn headline(result: &RunResult, screen: Screen) -> String {
    let word = result.verdict.word().to_uppercase();
    let colour = match result.verdict {
        Verdict::Stable => GREEN,
        Verdict::Saturated { .. } | Verdict::LosingWork { .. } => RED,
        Verdict::AtCapacity { .. } | Verdict::TooFewSamples { .. } | Verdict::FiniteHorizon => {
            YELLOW
        }
    };
    let meant_for = result.stage.as_ref().map(|stage| format!(" (meant for {stage})"));
    let rest =
        format!(": {} at {}{}", result.title, users(result.users), meant_for.unwrap_or_default());
    let line = wrapped(&format!("{word}{rest}"), screen.width, "");
    painted(&word, colour, screen) + &line[word.len()..]
}

fn push_paragraph(text: &mut String, sentences: &str, screen: Screen) {
    if !sentences.is_empty() {
        text.push_str(&wrapped(sentences, screen.width, ""));
    }
}

/// Adds a warning.
pub(super) fn push_warning(text: &mut String, warning: &str, screen: Screen) {
    const LABEL: &str = "warning:";
    let lines = wrapped(&format!("{LABEL} {warning}"), screen.width, "         ");
    text.push_str(&painted(LABEL, YELLOW, screen));
    text.push_str(&lines[LABEL.len()..]);
}

fn mark_note(mark: Option<&'static str>, screen: Screen) -> String {
    mark.map(|mark| wrapped(&format!("{} {mark}", tables::MARK), screen.width, "  "))
        .unwrap_or_default()
}

/// How long, how many, from which seed, and how to get the same again.
fn simulated(result: &RunResult, screen: Screen) -> String {
    let horizon = &result.horizon;
    let repeats = if result.repeats == 1 {
        "1 repeat".to_string()
    } else {
        format!("{} repeats", result.repeats)
    };
    let warm_up = if horizon.warm_up > 0.0 {
        format!("after a warm-up of {} that was cut", human(horizon.warm_up, Unit::Seconds))
    } else {
        "with no warm-up cut".to_string()
    };
    let length = format!(
        "{repeats} of {} measured {warm_up}; {} requests measured, {} simulated in {} events.",
        human(horizon.measured, Unit::Seconds),
        count(horizon.requests),
        count(horizon.simulated),
        count(horizon.events),
    );
    // The command stays on one line: it is there to be copied.
    let again = format!("Same again (seed {}):\n  {}\n", result.seed, result.command);
    wrapped(&length, screen.width, "") + &again
}

pub(super) const RED: &str = "1;31";
pub(super) const GREEN: &str = "1;32";
pub(super) const YELLOW: &str = "1;33";

/// `text` in a colour (a select-graphic-rendition code of ECMA-48), when colours are wanted.
pub(super) fn painted(text: &str, code: &str, screen: Screen) -> String {
    if screen.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
}

/// Words broken into lines of at most `width` characters, all but the first indented.
///
/// A word longer than the line keeps a line of its own: a command must stay in one piece.
pub(super) fn wrapped(words: &str, width: usize, indent: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            text.push('\n');
            text.push_str(indent);
            column = indent.len();
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    const NARROW: Screen = Screen { width: 80, colour: false };

    #[test]
    fn a_report_reads_from_the_verdict_down() {
        let mut result = sample::with_verdict(Verdict::TooFewSamples {
            more: 4_700_000,
            reason: "the interval of response_time.p95 spans 38% of it".to_string(),
        });
        result.alerts.truncate(2);
        insta::assert_snapshot!(render(&result, NARROW), @r"
        TOO FEW SAMPLES: Stage 3: read replicas at 300K users (meant for 100K..1M)
        The run is too short to judge: the interval of response_time.p95 spans 38% of
        it.
        About 4.7M more requests are needed: add --set run.requests=790K

        warning: `cache.memory` holds more than all of `posts`

        Metrics
        metric                  value    95% interval   threshold, note
        ─────────────────────────────────────────────────────────────────────────
        response_time.p50    6.10 ms*   6.05..6.15 ms
        response_time.p95    12.3 ms*   12.1..12.5 ms
        throughput            1.67K/s   1.66..1.67K/s
        error_rate                 0%           0..0%
        db.write_load           41.2%     41.0..41.4%   write_load: not crossed
        cache.hit_rate          81.7%     81.6..81.8%   hit_rate: undecided
        db.replication_lag    250 ms*               -   hottest replica
        db.lost_own_writes          -               -
        * too few samples to rely on

        Graduation
        threshold    condition                        now   state
        ────────────────────────────────────────────────────────────────────────────────
        write_load   db.write_load > 70%            41.2%   not crossed
        hit_rate     cache.hit_rate < 82%           81.7%   undecided
        far_users    regions.ap.response_time.p95       -   not evaluable: there is no
                     > 200ms and regions.ap.users           region `ap`
                     >= 500K

        Alerts
        alert                condition                severity   fired
        ────────────────────────────────────────────────────────────────────────────────
        HighReplicationLag   db.replication_lag >     critical   no
                             10s for 2 minutes
        HighLatency          response_time.p95 >      critical   in 3 of 8 repeats,
                             10ms                                first after 40.0 s,
                                                                 on for 12.5 s

        Where time goes
        component   share of time   own time   offered load   arrived   rejected
        ──────────────────────────────────────────────────────────────────────────
        app                 35.5%    2.20 ms          41.2%     1.95M        117
        cache               1.60%     100 us          5.00%      1.6M          0
        db                  62.9%    3.90 ms          55.0%      293K          0
        mail                   0%        0 s              -         0          0

        What was simulated
        8 repeats of 2.01 min measured after a warm-up of 25.0 s that was cut; 1.6M
        requests measured, 1.95M simulated in 12.3M events.
        Same again (seed 42):
          simscale run scenarios/stage3.toml --set db.cores=8
        ");
    }

    #[test]
    fn columns_come_from_the_environment_or_are_a_hundred() {
        assert_eq!(Screen::from_columns(None, false).width, 100);
        assert_eq!(Screen::from_columns(Some("72"), false).width, 72);
        assert_eq!(Screen::from_columns(Some("wide"), false).width, 100);
        assert_eq!(Screen::from_columns(Some("3"), false).width, 40);
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 7, ""), "one two\nthree\n");
        assert_eq!(wrapped("a enormous-word b", 5, "  "), "a\n  enormous-word\n  b\n");
    }

    #[test]
    fn the_verdict_stands_first_whatever_it_is() {
        let component = "db".to_string();
        for verdict in [
            Verdict::Stable,
            Verdict::Saturated { component: component.clone(), offered_load: 1.2 },
            Verdict::LosingWork { share: 0.032, component: component.clone(), bottleneck: None },
            Verdict::AtCapacity { component, throughput: 500.0, knee: 5200.0 },
            Verdict::TooFewSamples { more: 500, reason: "few tail samples".to_string() },
            Verdict::FiniteHorizon,
        ] {
            let word = verdict.word().to_uppercase();
            let text = render(&sample::with_verdict(verdict), NARROW);
            assert!(text.starts_with(&format!("{word}: Stage 3: read replicas")), "{text}");
        }
    }

    #[test]
    fn colour_is_used_only_when_asked_for() {
        let coloured = render(&sample::stable(), Screen { colour: true, ..NARROW });
        assert!(coloured.starts_with("\u{1b}[1;32mSTABLE\u{1b}[0m: "));
        assert!(!render(&sample::stable(), NARROW).contains('\u{1b}'));
    }

    #[test]
    fn every_line_fits_the_screen() {
        let mut result = sample::stable();
        result.title = "A title that goes on and on ".repeat(5);
        result.components[0].name = "a_component_with_quite_a_long_name".to_string();
        result.components[0].hops.lost = 5;
        result.components[0].hops.timed_out = 1_234_567;
        for width in [60, 80, 100] {
            let screen = Screen { width, colour: false };
            for line in render(&result, screen).lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }
}
