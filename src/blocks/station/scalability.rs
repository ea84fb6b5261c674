//! What cores do together when they wait for each other.
//!
//! The Universal Scalability Law (N. Gunther, "Guerrilla Capacity Planning", Springer 2007, chapter
//! 4): p busy cores do the work of
//!
//! ```text
//! C(p) = p / (1 + contention (p - 1) + coherency p (p - 1))
//! ```
//!
//! of them, because some work can only be done by one at a time (contention), and because each must
//! be told what each other has changed (coherency). What must hold: one core does the work of one;
//! the arithmetic is exact to the last bit on every machine, for it decides when jobs end.

/// The two coefficients of the law, both 0 where cores do not disturb each other.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Scalability {
    /// Share of the work that only one core at a time can do, 0 to 1.
    pub contention: f64,
    /// What each pair of busy cores costs, as a share of the work.
    pub coherency: f64,
}

/// Parts of a core in which speeds are counted, as a power of two.
pub const SPEED_BITS: u32 = 20;

impl Scalability {
    /// Cores that do not disturb each other.
    pub const LINEAR: Scalability = Scalability { contention: 0.0, coherency: 0.0 };

    /// Whether p cores do the work of p.
    pub fn is_linear(&self) -> bool {
        *self == Scalability::LINEAR
    }

    /// How many undisturbed cores do as much as `busy` of these.
    pub fn capacity(&self, busy: u64) -> f64 {
        let busy = busy as f64;
        let others = (busy - 1.0).max(0.0);
        busy / (1.0 + self.contention * others + self.coherency * busy * others)
    }

    /// The same in whole parts of a core, at least one.
    pub fn speed(&self, busy: u64) -> u64 {
        // One multiplication by a power of two, and a cut to whole numbers: the same everywhere.
        ((self.capacity(busy) * f64::from(1u32 << SPEED_BITS)) as u64).max(1)
    }

    /// The number of busy cores beyond which another one does harm; none without coherency.
    pub fn peak(&self) -> Option<f64> {
        (self.coherency > 0.0).then(|| ((1.0 - self.contention) / self.coherency).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With contention alone the law is Amdahl's: no more than 1 / contention cores' work.
    #[test]
    fn contention_alone_is_amdahls_law() {
        let amdahl = Scalability { contention: 0.05, coherency: 0.0 };
        for cores in [1, 2, 8, 1_000] {
            let parallel = 1.0 / (0.05 + 0.95 / cores as f64);
            assert!((amdahl.capacity(cores) - parallel).abs() < 1e-9, "{cores}");
        }
        assert_eq!(amdahl.peak(), None);
    }

    #[test]
    fn coherency_has_a_peak() {
        let law = Scalability { contention: 0.02, coherency: 0.0005 };
        let peak = law.peak().expect("coherency has one");
        assert!((peak - (0.98f64 / 0.0005).sqrt()).abs() < 1e-9);
        let best = (1..200).max_by_key(|cores| law.speed(*cores)).expect("there are some");
        assert!((best as f64 - peak).abs() <= 1.0, "{best} {peak}");
    }

    #[test]
    fn undisturbed_cores_add_up() {
        assert_eq!(Scalability::LINEAR.speed(7), 7 << SPEED_BITS);
        assert_eq!(Scalability { contention: 1.0, coherency: 0.0 }.speed(9), 1 << SPEED_BITS);
        assert_eq!(Scalability::LINEAR.capacity(0), 0.0);
    }
}
