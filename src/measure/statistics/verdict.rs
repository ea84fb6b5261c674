//! Whether a station keeps up with its work, and whether work is lost.
//!
//! The rule looks at the offered load, not at the slope of a backlog: at load 1.00 exactly, "the
//! backlog grows significantly" calls 60% of M/M/1 runs saturated, this rule 0 to 0.3% (measured).
//! Per repeat
//!
//! ```text
//! x = busy x (1 + backlog change / departures) - 1
//! ```
//!
//! estimates offered load - 1: work that came is work done and work left waiting, in the
//! proportion of jobs. Over the repeats, z = |mean x| / (sd / sqrt R) tells how far from 1 the load
//! surely is.
//!
//! All functions take one value a repeat. A single run has no spread between repeats; its caller
//! cuts it into sections (ten to twenty of equal length, each much longer than a busy period) and
//! passes those as the repeats: batch means (Law, "Simulation modeling and analysis", 5th edition,
//! section 9.5.3).

use super::sectioning;

/// z beyond which a load above 1 is called saturated.
const SURELY_ABOVE: f64 = 3.5;

/// z from which a load below 1 is called stable. Far more than significance asks: at z just over
/// 10 the 95th percentile is still 20 to 40% off (measured on M/M/1), because the same fluctuations
/// that blur the load make the waiting.
const SURELY_BELOW: f64 = 25.0;

/// Share of work lost above which a system is losing work.
const TOLERATED_LOSS: f64 = 0.01;

/// One-sided level of the bound on the loss.
const LOSS_LEVEL: f64 = 0.99;

/// What one station did in one repeat.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StationLoad {
    /// Busy time over capacity, 0 to 1.
    pub busy: f64,
    /// Jobs at the station at the end less those at the start.
    pub backlog_change: f64,
    /// Jobs that left it.
    pub departures: u64,
}

impl StationLoad {
    /// Offered load - 1. Without a departure the backlog is held against one, so that jobs stuck
    /// in a busy station count as overload, and an idle station as idle.
    pub fn excess(&self) -> f64 {
        self.busy * (1.0 + self.backlog_change / self.departures.max(1) as f64) - 1.0
    }
}

/// What the load of a station says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoadClass {
    /// Work comes faster than it can be done.
    Saturated,
    /// The station keeps up, and the run is long enough to know its percentiles.
    Stable,
    /// Too close to 1 for the length of the run.
    Undecided {
        /// About how many more requests are needed, all repeats together.
        more: u64,
    },
}

/// A station's load, judged.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LoadJudgement {
    /// Offered load: 1 is all the station can do.
    pub offered_load: f64,
    /// Standard errors between the load and 1; infinite when all repeats agree.
    pub z: f64,
    /// The class.
    pub class: LoadClass,
}

/// Judges a station from its load in each repeat, given the `requests` of all repeats together:
/// above 1 with z > 3.5 it is saturated, below with z >= 25 stable. Otherwise some
/// N((25/z)^2 - 1) more requests are needed, as z grows with the square root of the length; when z
/// is too small to extrapolate from, as many as `u64` holds. (Two repeats at least; one alone has
/// no spread and asks for as many again.)
///
/// That the percentiles' intervals are narrow enough is for the caller to ask beside it.
///
/// # Panics
/// When there is no repeat.
pub fn judge_load(repeats: &[StationLoad], requests: u64) -> LoadJudgement {
    assert!(!repeats.is_empty(), "a station is judged from one repeat at least");
    let excesses: Vec<f64> = repeats.iter().map(StationLoad::excess).collect();
    let count = excesses.len() as f64;
    let mean = excesses.iter().sum::<f64>() / count;
    let offered_load = 1.0 + mean;
    if excesses.len() < 2 {
        return LoadJudgement {
            offered_load,
            z: 0.0,
            class: LoadClass::Undecided { more: requests },
        };
    }
    let squares: f64 = excesses.iter().map(|excess| (excess - mean) * (excess - mean)).sum();
    let standard_error = (squares / (count * (count - 1.0))).sqrt();
    let z = match (mean == 0.0, standard_error == 0.0) {
        (true, _) => 0.0,
        (false, true) => f64::INFINITY,
        (false, false) => mean.abs() / standard_error,
    };
    let class = if mean > 0.0 && z > SURELY_ABOVE {
        LoadClass::Saturated
    } else if mean < 0.0 && z >= SURELY_BELOW {
        LoadClass::Stable
    } else {
        let times = SURELY_BELOW / z;
        // A conversion to u64 saturates, and so says "more than can be counted" at z = 0.
        LoadClass::Undecided { more: (requests as f64 * (times * times - 1.0)).ceil() as u64 }
    };
    LoadJudgement { offered_load, z, class }
}

/// The loss of a system, judged.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LossJudgement {
    /// Share of the work that was lost, all repeats together.
    pub share: f64,
    /// The share that is surely lost: the lower one-sided 99% bound over the repeats, by Student's
    /// t. `None` when fewer than two repeats had work.
    pub surely: Option<f64>,
}

impl LossJudgement {
    /// Whether more than 1% of the work is surely lost.
    pub fn is_losing_work(&self) -> bool {
        self.surely.is_some_and(|bound| bound > TOLERATED_LOSS)
    }
}

/// Judges the loss from (lost, asked) of each repeat; `None` when nothing was asked.
pub fn judge_loss(repeats: &[(u64, u64)]) -> Option<LossJudgement> {
    let parts: Vec<(f64, f64)> =
        repeats.iter().map(|&(lost, asked)| (lost as f64, asked as f64)).collect();
    // The lower end of a two-sided interval at 98% is the one-sided bound at 99%.
    let estimate = sectioning::ratio(&parts)?.estimate(2.0 * LOSS_LEVEL - 1.0);
    let surely = estimate.interval().map(|(low, _)| low.max(0.0));
    Some(LossJudgement { share: estimate.value, surely })
}

/// The 95% upper bound of a share of which no case was seen in `trials`: 3/n, as (1 - 3/n)^n is
/// about exp(-3) = 0.05 (Hanley and Lippman-Hand, "If nothing goes wrong, is everything all
/// right?", JAMA 249, 1983). At most 1.
pub fn zero_loss_upper_bound(trials: u64) -> f64 {
    3.0 / trials.max(3) as f64
}

/// About how many requests a repeat needs before its mean waiting time settles: 78 (ca^2 + cs^2) /
/// (1 - load)^2, from the squared coefficients of variation of the gaps between arrivals and of the
/// service times (the heavy-traffic variance of a GI/G/1 queue: Whitt, "Planning queueing
/// simulations", Management Science 35, 1989; the constant measured on M/M/1). Infinite from a load
/// of 1 on.
pub fn requests_needed(arrival_variation: f64, service_variation: f64, load: f64) -> f64 {
    if load >= 1.0 {
        return f64::INFINITY;
    }
    78.0 * (arrival_variation + service_variation) / ((1.0 - load) * (1.0 - load))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::{Draw, Stream};
    use crate::measure::statistics::simultaneous::binomial_range;

    fn exponential(draw: &mut Draw) -> f64 {
        -libm::log(draw.unit_open())
    }

    /// An M/M/1 from empty for `arrivals` arrivals of rate `load`, service rate 1: a race of two
    /// exponential clocks.
    fn single_server(load: f64, arrivals: u64, draw: &mut Draw) -> StationLoad {
        let (mut waiting, mut departures, mut arrived) = (0u64, 0u64, 0u64);
        let (mut time, mut busy) = (0.0, 0.0);
        while arrived < arrivals {
            let rate = if waiting > 0 { load + 1.0 } else { load };
            let step = exponential(draw) / rate;
            time += step;
            busy += if waiting > 0 { step } else { 0.0 };
            if draw.unit() * rate < load {
                waiting += 1;
                arrived += 1;
            } else {
                waiting -= 1;
                departures += 1;
            }
        }
        StationLoad { busy: busy / time, backlog_change: waiting as f64, departures }
    }

    fn judged(load: f64, arrivals: u64, macro_run: u64) -> LoadJudgement {
        let repeats: Vec<StationLoad> = (0..8)
            .map(|repeat| {
                let mut draw = Stream::new(42, repeat, "server", "race").draw(macro_run);
                single_server(load, arrivals, &mut draw)
            })
            .collect();
        judge_load(&repeats, 8 * arrivals)
    }

    /// x + 1 estimates the load without bias: arrivals x mean service / time. With 8 x 20,000
    /// requests its relative standard deviation is sqrt(2 / 160,000) = 0.35%.
    #[test]
    fn the_excess_is_the_offered_load_less_one() {
        for load in [0.5, 0.8, 1.2] {
            let found = judged(load, 20_000, 0).offered_load;
            assert!((found / load - 1.0).abs() < 4.0 * 0.003_5, "{found} for {load}");
        }
    }

    /// At load 1 x is symmetric around 0 and close to normal, so that t(7) > 3.5 calls some 0.5%
    /// saturated and |t(7)| > 25 next to none stable.
    #[test]
    fn a_load_of_one_is_hardly_ever_called_saturated() {
        let judgements: Vec<LoadJudgement> =
            (0..1_000).map(|run| judged(1.0, 2_000, run)).collect();
        let of = |class| judgements.iter().filter(|judgement| judgement.class == class).count();
        let (_, most) = binomial_range(1_000, 0.005, 0.999);
        assert!(of(LoadClass::Saturated) as u64 <= most, "{}", of(LoadClass::Saturated));
        assert_eq!(of(LoadClass::Stable), 0);
    }

    /// The expected z is (1 - load)/load sqrt(N/2): with N = 160,000 that is 71 at 0.8 and 47 at
    /// 1.2. The spread is known from 8 repeats only: z falls below 25 at 0.8 when chi-square(7) is
    /// above 7 x (71/25)^2 = 56, probability 1e-9; below 3.5 at 1.2 it is rarer still.
    #[test]
    fn clear_cases_are_decided() {
        for run in 0..20 {
            assert_eq!(judged(0.8, 20_000, run).class, LoadClass::Stable);
            assert_eq!(judged(1.2, 20_000, run).class, LoadClass::Saturated);
        }
    }

    /// By hand: x = -0.1 and -0.3: mean -0.2, standard error 0.1, z = 2, 1,000 ((25/2)^2 - 1).
    #[test]
    fn an_undecided_load_asks_for_what_it_lacks() {
        let load = |busy| StationLoad { busy, backlog_change: 0.0, departures: 10 };
        let judgement = judge_load(&[load(0.9), load(0.7)], 1_000);
        assert!((judgement.z - 2.0).abs() < 1e-9);
        let LoadClass::Undecided { more } = judgement.class else { panic!("{judgement:?}") };
        assert!(more.abs_diff(155_250) <= 1, "{more}");
        assert_eq!(judge_load(&[load(0.9)], 70).class, LoadClass::Undecided { more: 70 });
        let at_one = judge_load(&[load(1.0), load(1.0)], 70);
        assert_eq!(at_one.class, LoadClass::Undecided { more: u64::MAX });
    }

    #[test]
    fn repeats_that_agree_leave_no_doubt() {
        let idle = StationLoad { busy: 0.0, backlog_change: 0.0, departures: 0 };
        let judgement = judge_load(&[idle; 3], 10);
        assert_eq!((judgement.z, judgement.class), (f64::INFINITY, LoadClass::Stable));
        let stuck = StationLoad { busy: 1.0, backlog_change: 50.0, departures: 0 };
        assert_eq!(judge_load(&[stuck; 3], 10).class, LoadClass::Saturated);
    }

    /// Shares 2%, 3%, 4% around 3%: standard error 1%/sqrt(3), t(2, 0.99) = 6.964557: the bound is
    /// below 0. With shares of 2.9%, 3%, 3.1% it is 2.6%.
    #[test]
    fn losses_count_when_they_are_sure() {
        let doubtful = judge_loss(&[(20, 1_000), (30, 1_000), (40, 1_000)]).expect("work");
        assert_eq!((doubtful.share, doubtful.surely), (0.03, Some(0.0)));
        assert!(!doubtful.is_losing_work());
        let sure = judge_loss(&[(29, 1_000), (30, 1_000), (31, 1_000)]).expect("work");
        let bound = sure.surely.expect("three repeats");
        assert!((bound - (0.03 - 6.964_557 * 0.001 / 3.0_f64.sqrt())).abs() < 1e-8, "{bound}");
        assert!(sure.is_losing_work());
        assert!(!judge_loss(&[(500, 1_000)]).expect("work").is_losing_work());
        assert_eq!(judge_loss(&[(0, 0)]), None);
    }

    /// (1 - 3/n)^n is 0.05 within 2% from n = 200 on (next term: exp(-3) (1 - 4.5/n)).
    #[test]
    fn no_loss_in_many_trials_bounds_the_loss() {
        let miss = libm::pow(1.0 - zero_loss_upper_bound(1_000), 1_000.0);
        assert!((miss / libm::exp(-3.0) - 1.0).abs() < 0.01);
        assert_eq!(zero_loss_upper_bound(0), 1.0);
    }

    #[test]
    fn a_busier_station_needs_a_longer_run() {
        assert!((requests_needed(1.0, 1.0, 0.8) - 3_900.0).abs() < 1e-6);
        assert_eq!(requests_needed(1.0, 1.0, 1.0), f64::INFINITY);
    }
}
