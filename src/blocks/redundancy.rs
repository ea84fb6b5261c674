//! How often nodes that fail and are repaired are up, alone and together.
//!
//! A node works for a time of mean `mtbf` and is repaired in a time of mean `mttr`, so that it is
//! up for mtbf / (mtbf + mttr) of the time, whatever the laws of both (alternating renewal process;
//! Barlow and Proschan, Statistical Theory of Reliability, 1975, section 7.2). What must hold:
//! nodes fail independently of each other; nothing here is drawn.

use crate::kernel::time::Duration;

/// How often a node fails, and how long it takes to repair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Repair {
    /// Mean time from a repair to the next failure.
    pub mtbf: Duration,
    /// Mean time from a failure to its repair.
    pub mttr: Duration,
}

impl Repair {
    /// Share of the time it is up.
    pub fn availability(&self) -> f64 {
        let (up, down) = (self.mtbf.seconds(), self.mttr.seconds());
        up / (up + down)
    }

    /// Failures per second, in the long run.
    pub fn rate(&self) -> f64 {
        1.0 / (self.mtbf.seconds() + self.mttr.seconds())
    }
}

/// The probability that at least `needed` are up of nodes that are up with these probabilities.
pub fn at_least(needed: usize, nodes: impl IntoIterator<Item = f64>) -> f64 {
    // By the number that are up, one node after the other.
    let mut counts = vec![1.0];
    for up in nodes {
        let before = counts.clone();
        counts.push(0.0);
        for (count, probability) in counts.iter_mut().enumerate() {
            let stays = before.get(count).map_or(0.0, |before| before * (1.0 - up));
            let rises = if count > 0 { before[count - 1] * up } else { 0.0 };
            *probability = stays + rises;
        }
    }
    counts.iter().skip(needed).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_up_between_failure_and_repair() {
        let repair =
            Repair { mtbf: Duration::from_seconds(99.0), mttr: Duration::from_seconds(1.0) };
        assert!((repair.availability() - 0.99).abs() < 1e-12);
        assert!((repair.rate() - 0.01).abs() < 1e-12);
    }

    /// 2 of 3 at 0.9: 3 x 0.81 x 0.1 + 0.729 = 0.972.
    #[test]
    fn k_of_n_is_binomial() {
        assert!((at_least(2, [0.9; 3]) - 0.972).abs() < 1e-12);
        assert!((at_least(1, [0.9, 0.5]) - 0.95).abs() < 1e-12);
        assert_eq!(at_least(0, []), 1.0);
        assert_eq!(at_least(1, []), 0.0);
        assert_eq!(at_least(3, [1.0, 1.0]), 0.0);
    }
}
