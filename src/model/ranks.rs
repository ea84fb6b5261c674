//! Who comes before whom on the way from the users.

use crate::components::wiring::WireSpec;
use crate::language::diagnostic::Problems;
use crate::scenario::{ComponentSection, Scenario};

/// The wires of a component, in whichever region.
fn specs(section: &ComponentSection) -> Vec<WireSpec> {
    section.specs().flat_map(|(_, spec)| spec.wires()).collect()
}

/// The users' and each section's longest distance from the users in calls; a cycle is reported.
///
/// # Panics
/// When a wire leads to what is not there: names are checked when the scenario is read.
pub fn ranks(scenario: &Scenario, problems: &mut Problems) -> Option<Vec<usize>> {
    let sections = &scenario.components;
    let number = |name: &str| {
        let found = sections.iter().position(|section| section.name == name);
        found.expect("wires were checked against what is declared") + 1
    };
    let mut calls = vec![vec![number(&scenario.entry.0)]];
    for section in sections {
        calls.push(specs(section).iter().map(|wire| number(&wire.to.text)).collect());
    }
    let mut ranks = vec![0; calls.len()];
    // Longest paths by relaxing all wires; in an acyclic model that is done after as many rounds
    // as there are components.
    for round in 0..=calls.len() {
        let mut changed = None;
        for (from, outgoing) in calls.iter().enumerate() {
            for &to in outgoing {
                if ranks[to] < ranks[from] + 1 {
                    ranks[to] = ranks[from] + 1;
                    changed = Some(from);
                }
            }
        }
        match changed {
            None => return Some(ranks),
            Some(from) if round == calls.len() => report_cycle(scenario, &calls, from, problems),
            Some(_) => {}
        }
    }
    None
}

fn report_cycle(scenario: &Scenario, calls: &[Vec<usize>], from: usize, problems: &mut Problems) {
    let name = |index: usize| scenario.components[index - 1].name.as_str();
    // Some component that can be reached from itself: walk until one comes again.
    let reaches = |from: usize, to: usize| {
        let mut seen = vec![false; calls.len()];
        let mut left = vec![from];
        while let Some(at) = left.pop() {
            for &next in &calls[at] {
                if next == to {
                    return true;
                }
                if !std::mem::replace(&mut seen[next], true) {
                    left.push(next);
                }
            }
        }
        false
    };
    let start = (1..calls.len()).find(|&at| reaches(at, at)).unwrap_or(from);
    let mut path = vec![start];
    loop {
        let at = path[path.len() - 1];
        let next = calls[at].iter().copied();
        let next = next
            .clone()
            .find(|&next| next == start)
            .or_else(|| next.clone().find(|&next| !path.contains(&next) && reaches(next, start)));
        match next {
            Some(next) if next != start => path.push(next),
            _ => break,
        }
    }
    let words: Vec<&str> = path.iter().chain([&start]).map(|&index| name(index)).collect();
    let section = &scenario.components[start - 1];
    let message = format!("{}: its calls come back to itself", section.subject());
    // The wire that closes the circle is the one to cut.
    let last = &scenario.components[path[path.len() - 1] - 1];
    let closing = specs(last).into_iter().find(|wire| wire.to.text == section.name);
    let place = closing.map_or(last.place, |wire| wire.to.place);
    problems.error(place, message, words.join(" -> "));
}
