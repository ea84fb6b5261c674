//! The verdict in words: what it means for the numbers, and what to do about it.

use crate::experiment::result::{RunResult, Verdict};
use crate::measure::unit::Unit;

use super::format::{human, round_up, users};

/// What a verdict tells a reader who has read nothing else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    /// What happened and what the numbers below are worth, in sentences.
    pub meaning: String,
    /// What to do next; empty when there is nothing to do.
    pub advice: String,
    /// What the mark beside percentiles stands for; `None` when they need no mark.
    pub mark: Option<&'static str>,
}

/// The words for the verdict on `result`.
pub fn words(result: &RunResult) -> Words {
    let users = users(result.users);
    match &result.verdict {
        Verdict::Stable => Words {
            meaning: format!(
                "The system keeps up with {users}, and the run is long enough to judge it."
            ),
            advice: String::new(),
            mark: None,
        },
        Verdict::Saturated { component, offered_load } => Words {
            meaning: format!(
                "Work for `{component}` arrives faster than it can be done: the offered load is {} \
                 of what it can do. What waits there grows for as long as the load lasts.",
                human(*offered_load, Unit::Fraction)
            ),
            advice: format!(
                "Give `{component}` more capacity or less work, or find the load it bears with \
                 fewer users."
            ),
            mark: Some("grows with the length of the run: there is no steady state"),
        },
        Verdict::LosingWork { share, component, bottleneck } => Words {
            meaning: format!(
                "{} of the work is lost, most of it at `{component}`{}. Times are those of the \
                 requests that got through, so they look better than what users meet.",
                human(*share, Unit::Fraction),
                bottleneck.as_ref().map_or(String::new(), |bottleneck| format!(
                    ", which waits for `{bottleneck}`: that one works all the time"
                )),
            ),
            advice: match bottleneck {
                None if is_given(result, "faults") => format!(
                    "Something is down or cut off in this run (`faults`). What is refused because \
                     of that wants somebody else to turn to, or to be noticed sooner, rather than \
                     a larger `{component}`; timeseries.csv tells when it was lost."
                ),
                _ => format!(
                    "Give `{}` more capacity, or bring down the load; a longer queue only turns \
                     losses into waiting.",
                    bottleneck.as_ref().unwrap_or(component)
                ),
            },
            mark: Some("of the requests that got through"),
        },
        Verdict::AtCapacity { component, throughput, knee } => Words {
            meaning: format!(
                "`{component}` works all the time: throughput ends at {}. Up to about {} users it \
                 keeps up; every further user only makes all wait longer.",
                human(*throughput, Unit::PerSecond),
                human(*knee, Unit::Count)
            ),
            advice: format!("Give `{component}` more capacity or less work per request."),
            mark: Some("at capacity: decided by the number of users, not by the system's speed"),
        },
        Verdict::TooFewSamples { more, reason } => too_few(result, *more, reason),
        Verdict::FiniteHorizon => finite_horizon(result),
    }
}

/// Whether the scenario has this section.
fn is_given(result: &RunResult, section: &str) -> bool {
    result.effective.iter().any(|value| value.path == section)
}

/// Words for a run that is all there is: a recorded trace, or a change in the course of it.
fn finite_horizon(result: &RunResult) -> Words {
    let (meaning, mark) = if is_given(result, "changes") {
        (
            "The system changes in the course of the run, which was simulated from its start to \
             its end. Nothing in it is in steady state: the numbers hold for this change in a run \
             of this length. `simscale check` reckons with the system after it.",
            "of a run with a change in it, as a whole",
        )
    } else {
        (
            "The recorded trace was simulated from its start to its end. Nothing in it is in \
             steady state: the numbers describe this recording and nothing beyond.",
            "of this recording as a whole",
        )
    };
    Words { meaning: meaning.to_owned(), advice: String::new(), mark: Some(mark) }
}

/// Words for a run that is too short, with the very flag that makes it long enough.
///
/// `run.requests` counts per repeat; the verdict counts over all repeats.
fn too_few(result: &RunResult, more: u64, reason: &str) -> Words {
    let total = result.horizon.requests.saturating_add(more);
    let per_repeat = total.div_ceil(u64::from(result.repeats.max(1)));
    Words {
        meaning: format!("The run is too short to judge: {}.", reason.trim_end_matches('.')),
        advice: format!(
            "About {} more requests are needed: add --set run.requests={}",
            round_up(more),
            round_up(per_repeat)
        ),
        mark: Some("too few samples to rely on"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_run_too_short_names_the_flag() {
        // 1.6M measured in 8 repeats, 4.7M more: 6.3M / 8 = 787,500 each, rounded up to 790K.
        let reason = "the interval of response_time.p95 spans 38% of it".to_string();
        let verdict = Verdict::TooFewSamples { more: 4_700_000, reason };
        let words = words(&sample::with_verdict(verdict));
        assert_eq!(
            words.advice,
            "About 4.7M more requests are needed: add --set run.requests=790K"
        );
        assert!(words.meaning.ends_with("spans 38% of it."), "{}", words.meaning);
    }

    #[test]
    fn only_stable_runs_go_unmarked() {
        let component = "db".to_string();
        let others = [
            Verdict::Saturated { component: component.clone(), offered_load: 1.2 },
            Verdict::LosingWork { share: 0.032, component: component.clone(), bottleneck: None },
            Verdict::AtCapacity { component, throughput: 500.0, knee: 5200.0 },
            Verdict::TooFewSamples { more: 1, reason: String::new() },
            Verdict::FiniteHorizon,
        ];
        assert_eq!(words(&sample::stable()).mark, None);
        for verdict in others {
            let words = words(&sample::with_verdict(verdict.clone()));
            assert!(words.mark.is_some(), "{verdict:?}");
        }
    }

    /// Where something is down, more capacity is no advice, unless something works all the time.
    #[test]
    fn losses_to_faults_are_told_from_a_lack_of_capacity() {
        let advice = |bottleneck: Option<&str>, is_down: bool| {
            let (share, component) = (0.032, "app".to_owned());
            let bottleneck = bottleneck.map(str::to_owned);
            let verdict = Verdict::LosingWork { share, component, bottleneck };
            let mut result = sample::with_verdict(verdict);
            if is_down {
                let mut value = result.effective[0].clone();
                value.path = "faults".to_owned();
                result.effective.push(value);
            }
            words(&result).advice
        };
        assert!(advice(None, true).starts_with("Something is down"));
        for capacity in [advice(None, false), advice(Some("db"), true)] {
            assert!(capacity.starts_with("Give `"), "{capacity}");
        }
    }

    #[test]
    fn saturation_names_the_component_and_its_load() {
        let verdict = Verdict::Saturated { component: "db".to_string(), offered_load: 1.234 };
        let words = words(&sample::with_verdict(verdict));
        assert!(words.meaning.contains("`db`") && words.meaning.contains("123%"));
    }
}
