//! The verdict: what the numbers are worth, told before any of them.
//!
//! In this order: losing work; saturated (from offered load, never from the slope of a backlog);
//! closed users at capacity; too few samples; stable. The rules and what they were measured to do
//! stand with [`judge_load`].

use super::result::Verdict;
use super::single::{LoadOfNode, Single};
use crate::measure::statistics::sectioning::{Estimate, Sections};
use crate::measure::statistics::verdict::{
    LoadClass, LoadJudgement, StationLoad, judge_load, judge_loss,
};
use crate::model::{Model, USERS};

/// A node this busy by its own work is at its capacity.
const AT_CAPACITY: f64 = 0.98;
/// The widest interval of p95, over its value, of a stable run.
const WIDEST_P95: f64 = 0.1;
/// Share of the cohort that may be unfinished at the end.
const UNFINISHED: f64 = 0.01;

/// What the verdict is drawn from.
pub struct Evidence<'a> {
    /// The model.
    pub model: &'a Model,
    /// The repeats.
    pub singles: &'a [Single],
    /// p95 of the response time, with its interval.
    pub p95: Option<Estimate>,
    /// Throughput, per second.
    pub throughput: f64,
}

/// A component's offered load, the largest among its nodes.
pub fn offered_load(singles: &[Single], component: usize) -> Option<f64> {
    let nodes = singles.first()?.loads[component].len();
    let loads = (0..nodes).map(|node| judge(singles, component, |index, _| index == node));
    loads.map(|judgement| judgement.offered_load).reduce(f64::max)
}

/// How near a system is to its limit.
#[derive(Clone, PartialEq, Debug)]
pub struct Limit {
    /// Offered load - 1 of the node that is loaded most, pooled and of each repeat.
    pub excess: Sections,
    /// The fewest standard errors between the load of a station that keeps up and 1: below 25 the
    /// run is too short for its percentiles.
    pub z: f64,
}

/// How near the system is to its limit; `None` when nothing in it has one.
pub fn limit(model: &Model, singles: &[Single]) -> Option<Limit> {
    let mut most: Option<Sections> = None;
    let mut z = f64::INFINITY;
    for component in 1..model.components.len() {
        for node in 0..singles.first()?.loads[component].len() {
            let loads = station_loads(singles, component, |index, _| index == node);
            let own: Vec<f64> = loads.iter().map(StationLoad::excess).collect();
            let pooled = own.iter().sum::<f64>() / own.len() as f64;
            if most.as_ref().is_none_or(|most| pooled > most.pooled) {
                most = Some(Sections { pooled, own: own.into_iter().map(Some).collect() });
            }
        }
        for role in roles(singles, component) {
            let judgement = judge(singles, component, |_, node| node.load.role == role);
            if judgement.offered_load < 1.0 {
                z = z.min(judgement.z);
            }
        }
    }
    most.map(|excess| Limit { excess, z })
}

/// The verdict.
pub fn verdict(evidence: &Evidence<'_>) -> Verdict {
    let singles = evidence.singles;
    if let Some(verdict) = losing_work(evidence) {
        return verdict;
    }
    if evidence.model.load.is_recorded() || evidence.model.is_changing {
        return Verdict::FiniteHorizon;
    }
    if evidence.model.load.is_closed() {
        if let Some(verdict) = at_capacity(evidence) {
            return verdict;
        }
    } else if let Some(verdict) = saturated(evidence) {
        return verdict;
    }
    too_few(evidence).unwrap_or_else(|| {
        let requests: u64 = singles.iter().map(|single| single.requests).sum();
        if requests == 0 {
            let reason = "no request was measured".to_owned();
            return Verdict::TooFewSamples { more: 1000, reason };
        }
        Verdict::Stable
    })
}

fn judge(
    singles: &[Single],
    component: usize,
    counts: impl Fn(usize, &LoadOfNode) -> bool,
) -> LoadJudgement {
    let requests = singles.iter().map(|single| single.requests).sum();
    judge_load(&station_loads(singles, component, counts), requests)
}

/// The load of those nodes of a component that count, in each repeat.
fn station_loads(
    singles: &[Single],
    component: usize,
    counts: impl Fn(usize, &LoadOfNode) -> bool,
) -> Vec<StationLoad> {
    let load = |single: &Single| {
        let nodes = single.loads[component].iter().enumerate();
        let nodes: Vec<&LoadOfNode> =
            nodes.filter(|(index, node)| counts(*index, node)).map(|(_, node)| node).collect();
        StationLoad {
            busy: nodes.iter().map(|node| node.load.busy).sum::<f64>() / nodes.len() as f64,
            backlog_change: nodes.iter().map(|node| node.backlog_change).sum(),
            departures: nodes.iter().map(|node| node.load.departures).sum(),
        }
    };
    singles.iter().map(load).collect()
}

fn losing_work(evidence: &Evidence<'_>) -> Option<Verdict> {
    let lost = |single: &Single| {
        let users = &single.hops[USERS.index()];
        (users.unsuccessful(), users.completed + users.unsuccessful())
    };
    let per_repeat: Vec<(u64, u64)> = evidence.singles.iter().map(lost).collect();
    let judgement = judge_loss(&per_repeat)?;
    if !judgement.is_losing_work() {
        return None;
    }
    let loser = worst_loser(evidence);
    let blamed = blamed(evidence, loser);
    let name = |component: usize| evidence.model.components[component].name.clone();
    Some(Verdict::LosingWork {
        share: judgement.share,
        component: name(loser),
        bottleneck: (blamed != loser).then(|| name(blamed)),
    })
}

/// Where most work is lost: turned away, else given up on, else failed.
fn worst_loser(evidence: &Evidence<'_>) -> usize {
    let components = 1..evidence.model.components.len();
    let total = |component: usize, count: fn(&crate::kernel::HopCounts) -> u64| {
        evidence.singles.iter().map(|single| count(&single.hops[component])).sum::<u64>()
    };
    let own_failures = |component: usize| {
        let is_leaf = evidence.model.components[component].wires.is_empty();
        if is_leaf { total(component, |hops| hops.failed) } else { 0 }
    };
    let lost = |component: &usize| {
        total(*component, |hops| hops.rejected)
            .max(total(*component, |hops| hops.abandoned))
            .max(own_failures(*component))
    };
    components.max_by_key(lost).unwrap_or(USERS.index())
}

/// The component at capacity furthest from the users, by its own work: one that only waits for
/// another is blocked, not busy.
fn blamed(evidence: &Evidence<'_>, suspect: usize) -> usize {
    let own_busy = |component: usize| {
        let nodes = evidence.singles.first().map_or(0, |single| single.loads[component].len());
        let mean = |node: usize| {
            let sum: f64 = evidence
                .singles
                .iter()
                .map(|single| single.loads[component][node].load.own_busy)
                .sum();
            sum / evidence.singles.len() as f64
        };
        (0..nodes).map(mean).fold(0.0, f64::max)
    };
    let rank = |component: usize| evidence.model.components[component].rank;
    let busy = (1..evidence.model.components.len())
        .filter(|&component| rank(component) >= rank(suspect))
        .filter(|&component| own_busy(component) >= AT_CAPACITY);
    busy.max_by_key(|&component| rank(component)).unwrap_or(suspect)
}

fn saturated(evidence: &Evidence<'_>) -> Option<Verdict> {
    let mut worst: Option<(usize, f64)> = None;
    for component in 1..evidence.model.components.len() {
        let nodes = evidence.singles.first()?.loads[component].len();
        for node in 0..nodes {
            let judgement = judge(evidence.singles, component, |index, _| index == node);
            let load = judgement.offered_load;
            if judgement.class == LoadClass::Saturated && worst.is_none_or(|(_, most)| load > most)
            {
                worst = Some((component, load));
            }
        }
    }
    let (suspect, offered_load) = worst?;
    let component = evidence.model.components[blamed(evidence, suspect)].name.clone();
    Some(Verdict::Saturated { component, offered_load })
}

fn at_capacity(evidence: &Evidence<'_>) -> Option<Verdict> {
    let busiest = (1..evidence.model.components.len())
        .rev()
        .filter_map(|component| Some((component, offered_load_now(evidence, component)?)))
        .filter(|(_, busy)| *busy > AT_CAPACITY)
        .map(|(component, _)| component)
        .max_by_key(|&component| evidence.model.components[component].rank)?;
    let component = evidence.model.components[blamed(evidence, busiest)].name.clone();
    let think = evidence.model.load.think_time().map_or(0.0, |think| think.seconds());
    let knee = evidence.model.demand().map_or(f64::NAN, |demand| demand.knee(think));
    Some(Verdict::AtCapacity { component, throughput: evidence.throughput, knee })
}

/// Busy share of a component's busiest node, mean over the repeats.
fn offered_load_now(evidence: &Evidence<'_>, component: usize) -> Option<f64> {
    let nodes = evidence.singles.first()?.loads[component].len();
    let mean = |node: usize| {
        let busy = evidence.singles.iter().map(|single| single.loads[component][node].load.busy);
        busy.sum::<f64>() / evidence.singles.len() as f64
    };
    (0..nodes).map(mean).reduce(f64::max)
}

fn too_few(evidence: &Evidence<'_>) -> Option<Verdict> {
    let requests: u64 = evidence.singles.iter().map(|single| single.requests).sum();
    let unfinished: u64 = evidence.singles.iter().map(|single| single.unfinished).sum();
    if unfinished as f64 > UNFINISHED * requests as f64 {
        let reason = format!("{unfinished} of {requests} requests had not ended");
        return Some(Verdict::TooFewSamples { more: requests, reason });
    }
    let mut most: Option<(u64, String)> = None;
    let mut need = |more: u64, reason: String| {
        if most.as_ref().is_none_or(|(known, _)| more > *known) {
            most = Some((more, reason));
        }
    };
    if !evidence.model.load.is_closed() {
        for (number, component) in evidence.model.components.iter().enumerate().skip(1) {
            for role in roles(evidence.singles, number) {
                let judgement = judge(evidence.singles, number, |_, node| node.load.role == role);
                if let LoadClass::Undecided { more } = judgement.class {
                    let load = judgement.offered_load;
                    let reason = format!(
                        "the load of `{}` (about {load:.3}) is not settled",
                        component.name
                    );
                    need(more, reason);
                }
            }
        }
    }
    if let Some(p95) = evidence.p95 {
        let share = p95.half_width.map_or(f64::INFINITY, |half_width| half_width / p95.value);
        if share > WIDEST_P95 && p95.repeats > 1 {
            let times = (share / WIDEST_P95) * (share / WIDEST_P95) - 1.0;
            let more = (requests as f64 * times).min(1e15) as u64;
            need(more, format!("p95 is only known to +-{:.0}%", 100.0 * share));
        }
    }
    most.map(|(more, reason)| Verdict::TooFewSamples { more, reason })
}

/// The roles of a component's nodes.
fn roles(singles: &[Single], component: usize) -> Vec<&'static str> {
    let nodes = singles.first().map_or(&[][..], |single| &single.loads[component]);
    let mut roles: Vec<&'static str> = nodes.iter().map(|node| node.load.role).collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}
