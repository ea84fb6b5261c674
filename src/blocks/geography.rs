//! Regions: where users live and nodes stand, and how long a message travels between them.
//!
//! What must hold: the shares sum to 1; the home of a user is a function of who it is, so nobody
//! needs to carry it along; what lies in one region only needs no travel at all.

use crate::kernel::random::mix;
use crate::kernel::time::Duration;

/// The regions of a scenario; a scenario without any has one, of no name.
#[derive(Clone, PartialEq, Debug)]
pub struct Geography {
    names: Vec<String>,
    shares: Vec<f64>,
    home: u16,
    /// Time one way: row by row, from each region to each.
    travel: Vec<Duration>,
}

/// A region as the scenario describes it.
#[derive(Clone, PartialEq, Debug)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// Share of the users who live there, 0 to 1.
    pub share: f64,
}

/// Spreads users over regions, apart from other uses of the same users.
const HOME_SALT: u64 = 0x7265_6769_6F6E;

impl Geography {
    /// Everything in one place.
    pub fn single() -> Geography {
        let whole = Region { name: String::new(), share: 1.0 };
        Geography::new(vec![whole], 0, vec![Duration::ZERO])
    }

    /// Some regions, of which `home` is where components stand unless they say otherwise;
    /// `travel` holds the time one way from each region to each, row by row.
    ///
    /// # Panics
    /// When there is no region, or the table of times does not fit their number.
    pub fn new(regions: Vec<Region>, home: u16, travel: Vec<Duration>) -> Geography {
        assert!(usize::from(home) < regions.len(), "the home is one of the regions");
        assert!(travel.len() == regions.len().pow(2), "a time from each region to each");
        let shares = regions.iter().map(|region| region.share).collect();
        let names = regions.into_iter().map(|region| region.name).collect();
        Geography { names, shares, home, travel }
    }

    /// How many regions there are.
    pub fn regions(&self) -> u16 {
        self.names.len() as u16
    }

    /// Whether everything is in one place.
    pub fn is_single(&self) -> bool {
        self.names.len() == 1
    }

    /// The numbers of all regions.
    pub fn all(&self) -> impl Iterator<Item = u16> + Clone + use<> {
        0..self.regions()
    }

    /// A region's name.
    pub fn name(&self, region: u16) -> &str {
        &self.names[usize::from(region)]
    }

    /// The region of this name.
    pub fn region(&self, name: &str) -> Option<u16> {
        self.names.iter().position(|known| known == name).map(|index| index as u16)
    }

    /// The share of the users who live in a region.
    pub fn share(&self, region: u16) -> f64 {
        self.shares[usize::from(region)]
    }

    /// Where components stand unless they say otherwise.
    pub fn home(&self) -> u16 {
        self.home
    }

    /// The region in which a user lives.
    #[inline]
    pub fn region_of(&self, user: u64) -> u16 {
        if self.is_single() {
            return 0;
        }
        let unit = (mix(user, HOME_SALT) >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
        let mut sum = 0.0;
        let last = self.shares.len() - 1;
        let found = self.shares[..last].iter().position(|share| {
            sum += share;
            unit < sum
        });
        found.unwrap_or(last) as u16
    }

    /// Time one way from a region to another (or within one, between users and servers and between
    /// copies of data).
    #[inline]
    pub fn travel(&self, from: u16, to: u16) -> Duration {
        self.travel[usize::from(from) * self.names.len() + usize::from(to)]
    }

    /// Time there and back.
    pub fn round_trip(&self, from: u16, to: u16) -> Duration {
        self.travel(from, to) + self.travel(to, from)
    }

    /// Time from a region to the farthest other one and back; none where all is in one place.
    pub fn longest_round_trip(&self) -> Duration {
        let pairs = self.all().flat_map(|from| self.all().map(move |to| (from, to)));
        let different = pairs.filter(|(from, to)| from != to);
        different.map(|(from, to)| self.round_trip(from, to)).max().unwrap_or(Duration::ZERO)
    }

    /// Some regions from the nearest to the farthest by round trip: `from` itself first if it is
    /// among them, equals in the order of their numbers.
    pub fn by_distance(&self, from: u16, among: &[u16]) -> Vec<u16> {
        let mut ordered = among.to_vec();
        ordered.sort_by_key(|&to| (to != from, self.round_trip(from, to), to));
        ordered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Geography {
        let region = |(name, share): (&str, f64)| Region { name: name.to_owned(), share };
        let regions = [("us", 0.64), ("eu", 0.3), ("ap", 0.06)].map(region).to_vec();
        let ms = |ms: u64| Duration::from_nanos(ms * 1_000_000);
        let travel = [1, 45, 110, 45, 1, 125, 100, 125, 1].map(ms).to_vec();
        Geography::new(regions, 0, travel)
    }

    /// 100,000 users: the share of a region has a standard error of at most 0.0016, four of which
    /// are 0.0064.
    #[test]
    fn users_are_spread_by_the_shares() {
        let geography = three();
        let mut counts = [0.0; 3];
        (0..100_000).for_each(|user| counts[usize::from(geography.region_of(user))] += 1e-5);
        for (region, count) in (0..).zip(counts) {
            assert!((count - geography.share(region)).abs() < 0.0064, "{region}: {count}");
        }
    }

    #[test]
    fn distances_may_differ_by_direction() {
        let geography = three();
        assert_eq!(geography.travel(0, 2).nanos(), 110_000_000);
        assert_eq!(geography.travel(2, 0).nanos(), 100_000_000);
        assert_eq!(geography.longest_round_trip().nanos(), 250_000_000);
        assert_eq!(geography.round_trip(2, 0).nanos(), 210_000_000);
        assert_eq!(geography.by_distance(2, &[1, 0, 2]), [2, 0, 1]);
        assert_eq!(geography.by_distance(1, &[0, 2]), [0, 2]);
        assert_eq!((geography.region("ap"), geography.region("sa")), (Some(2), None));
    }

    #[test]
    fn one_place_needs_no_travel() {
        let geography = Geography::single();
        assert!(geography.is_single());
        assert_eq!((geography.region_of(77), geography.travel(0, 0)), (0, Duration::ZERO));
        assert_eq!(geography.longest_round_trip(), Duration::ZERO);
    }
}
