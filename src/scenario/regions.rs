//! `home`, `[regions]` and `[network]`: where users live, and how far apart places are.
//!
//! What must hold: a scenario without regions is in one place; with them the shares sum to 1 and
//! there is a time for each way. Regions are in the order of their names, so moving a table in the
//! file changes nothing.

use super::failures::read_repair;
use super::names;
use super::operations::{SHARE, Share, TOLERANCE, tidy};
use super::round_trips;
use crate::blocks::geography::{Geography, Region};
use crate::blocks::redundancy::Repair;
use crate::kernel::time::Duration;
use crate::language::diagnostic::suggestion;
use crate::language::key::{Key, Takes};
use crate::language::node::Node;
use crate::language::reader::TableReader;
use crate::language::source::Place;

/// Keys of a region's table.
pub const REGION: &[Key] = &[
    Key::required(
        "share",
        Takes::Custom(&SHARE),
        "Share of the users who live there; the shares sum to 100%, `rest` once.",
    ),
    Key::optional(
        "mtbf",
        Takes::Duration,
        "Mean time until the whole region fails, for `availability`; nothing goes down in a run \
         for it.",
    ),
    Key::optional("mttr", Takes::Duration, "Mean time until it is back."),
];

/// Keys of `[network]`.
pub const NETWORK: &[Key] = &[
    Key::optional(
        "rtt",
        Takes::MapOf(&round_trips::TAKEN),
        "Round trips by pair of regions, as in us-eu = \"90ms\", and `within` a region (between \
         users and servers, and between copies); or a table of them: file, from, to, value, unit, \
         names. A pair given in both directions takes half of each: us-eu out, eu-us back.",
    ),
    Key::with_default(
        "failover",
        Takes::Duration,
        "\"10s\"",
        "How long it takes callers to notice that a region or a component is down, or back; until \
         then their calls there are refused at once.",
    ),
];

/// How long callers take to notice a fault where nothing is said.
const USUAL_FAILOVER: Duration = Duration::from_nanos(10_000_000_000);

/// Names that mean something else where regions are named.
const RESERVED: &[&str] = &["all", "home", "none", "owner", "within"];

/// Regions that can fail: each doubles the sum over which are up.
const MOST_FAILING: usize = 16;

/// Regions a scenario can have.
const MOST_REGIONS: usize = 64;

/// Where everything is.
#[derive(Clone, PartialEq, Debug)]
pub struct RegionsSection {
    /// The regions; one without a name when the scenario has none.
    pub geography: Geography,
    /// How long it takes callers to notice that something is down.
    pub failover: Duration,
    /// How often each region fails, where that is said.
    pub repairs: Vec<Option<Repair>>,
}

impl RegionsSection {
    /// The number of the region of this name. An unknown one is reported: `message` says where it
    /// stands, as in "component `app`: ".
    pub(super) fn number(
        &self,
        (name, place): (&str, Place),
        message: &str,
        problems: &mut crate::language::diagnostic::Problems,
    ) -> Option<u16> {
        let found = if self.is_named() { self.geography.region(name) } else { None };
        if found.is_none() && self.is_named() {
            let geography = &self.geography;
            let known: Vec<&str> = geography.all().map(|region| geography.name(region)).collect();
            let label = suggestion(name, known.into_iter());
            problems.error(place, format!("{message}there is no region `{name}`"), label);
        } else if found.is_none() {
            let label = "declare it: regions.NAME = { share = \"...\" }";
            problems.error(place, format!("{message}there are no regions"), label);
        }
        found
    }

    /// Whether the scenario has regions.
    pub fn is_named(&self) -> bool {
        !self.geography.name(0).is_empty()
    }
}

/// Reads `home`, `[regions]` and `[network]`.
pub(super) fn read(root: &mut TableReader<'_, '_>) -> Option<RegionsSection> {
    let names = names::sorted(root, "regions", "region");
    let regions = regions(&names, root);
    let home = root.optional::<String>("home");
    let words: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    let home = home.and_then(|home| match home {
        Some(home) => known_home(&home, &words, root),
        None if names.len() > 1 => {
            let label = format!("where components stand, as in home = \"{}\"", words[0]);
            root.error("home", "is missing: there are several regions", label);
            None
        }
        None => Some(0),
    });
    let has_round_trips =
        root.node("network").and_then(Node::table).is_some_and(|table| table.get("rtt").is_some());
    if !names.is_empty() && !has_round_trips && root.node("network").is_none_or(is_table) {
        let label = "as in network.rtt = { us-eu = \"90ms\", within = \"1ms\" }";
        let place = root.place("regions");
        let message = "[regions]: how far apart they are is missing: `network.rtt`";
        root.reading().problems.error(place, message, label);
    }
    let mut failover = Some(USUAL_FAILOVER);
    let mut travel = names.is_empty().then(|| vec![Duration::ZERO]);
    if let Some(mut network) = root.table("network") {
        failover = network.get("failover");
        if network.given("rtt") {
            travel = round_trips::read(&mut network, &words);
        }
    } else if root.given("network") {
        failover = None;
    }
    let regions = regions?;
    let (home, travel, failover) = (home?, travel?, failover?);
    let (regions, repairs): (Vec<Region>, Vec<_>) = regions.into_iter().unzip();
    if regions.is_empty() {
        let (geography, repairs) = (Geography::single(), vec![None]);
        return Some(RegionsSection { geography, failover, repairs });
    }
    Some(RegionsSection { geography: Geography::new(regions, home, travel), failover, repairs })
}

fn is_table(node: &Node) -> bool {
    node.table().is_some()
}

fn known_home(home: &str, names: &[&str], root: &mut TableReader<'_, '_>) -> Option<u16> {
    let found = names.iter().position(|name| *name == home);
    if found.is_none() {
        let label = match names {
            [] => format!("declare it: regions.{home} = {{ share = \"100%\" }}"),
            _ => suggestion(home, names.iter().copied()),
        };
        root.error("home", &format!("there is no region `{home}`"), label);
    }
    found.map(|index| index as u16)
}

/// The regions with their shares; none when the section is not there.
fn regions(
    names: &[(&str, Place)],
    root: &mut TableReader<'_, '_>,
) -> Option<Vec<(Region, Option<Repair>)>> {
    if names.is_empty() {
        if root.given("regions") {
            if root.node("regions").is_some_and(is_table) {
                root.error("regions", "at least one is needed", "or leave the section out");
            }
            return None;
        }
        return Some(Vec::new());
    }
    let mut is_sound = true;
    for (name, place) in names {
        let label = if name.contains('-') {
            "without `-`, which joins two regions in `network.rtt`"
        } else if RESERVED.contains(name) {
            "it is a word of the language: choose another name"
        } else {
            continue;
        };
        let message = format!("region `{name}`: this is no name of a region");
        root.reading().problems.error(*place, message, label);
        is_sound = false;
    }
    if let Some((name, place)) = names.get(MOST_REGIONS) {
        let message = format!("region `{name}` is one too many");
        root.reading().problems.error(*place, message, "at most 64 regions");
        is_sound = false;
    }
    let both = names
        .iter()
        .map(|(name, _)| {
            let mut reader = root.named_table("regions", name)?;
            let share = reader.get::<Share>("share");
            let repair = read_repair(&mut reader);
            Some(((share?, reader.place("share")), repair?))
        })
        .collect::<Vec<Option<_>>>();
    let both: Vec<_> = both.into_iter().collect::<Option<_>>()?;
    let (shares, repairs): (Vec<_>, Vec<_>) = both.into_iter().unzip();
    if repairs.iter().flatten().count() > MOST_FAILING {
        root.error("regions", "too many of them can fail", "`mtbf` for 16 regions at most");
        return None;
    }
    let shares = share_out(&shares, root)?;
    let region = |(name, share): (&(&str, Place), f64)| Region { name: name.0.to_owned(), share };
    is_sound.then(|| names.iter().zip(shares).map(region).zip(repairs).collect())
}

/// The shares of the regions, of 1 in total.
fn share_out(shares: &[(Share, Place)], root: &mut TableReader<'_, '_>) -> Option<Vec<f64>> {
    let problems = &mut *root.reading().problems;
    let mut rests = shares.iter().filter(|(share, _)| *share == Share::Rest);
    let rest = rests.next();
    if let Some((_, place)) = rests.next() {
        let message = "the shares of regions: only one can be the rest";
        problems.error(*place, message, "give a share, as in \"10%\"");
        return None;
    }
    let fixed: f64 = shares
        .iter()
        .map(|(share, _)| if let Share::Fixed(share) = share { *share } else { 0.0 })
        .sum();
    let too_much = fixed > 1.0 + TOLERANCE;
    if too_much || (rest.is_none() && fixed < 1.0 - TOLERANCE) {
        let message = format!("the shares of regions sum to {}, not 100%", tidy(fixed));
        let label = if too_much {
            format!("{} too much", tidy(fixed - 1.0))
        } else {
            format!("{} are missing: let one share be \"rest\"", tidy(1.0 - fixed))
        };
        let place = shares.iter().map(|(_, place)| *place).max();
        problems.error(place, message, label);
        return None;
    }
    let share = |(share, _): &(Share, Place)| match share {
        Share::Fixed(share) => *share,
        Share::Rest => (1.0 - fixed).max(0.0),
    };
    Some(shares.iter().map(share).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::testing::{check_problems, sound};

    const THREE: &str = "home = \"us\"\nregions.us.share = \"64%\"\n\
         regions.eu.share = \"rest\"\nregions.ap.share = \"6%\"\n";
    const APART: &str = "network.rtt.us-eu = \"90ms\"\nnetwork.rtt.us-ap = \"220ms\"\n\
         network.rtt.eu-ap = \"250ms\"\nnetwork.rtt.within = \"1ms\"\n";

    fn ms(ms: f64) -> Duration {
        Duration::from_seconds(ms / 1e3)
    }

    #[test]
    fn regions_come_in_the_order_of_names_with_half_of_each_round_trip() {
        let RegionsSection { geography, failover, .. } =
            sound(&format!("{THREE}{APART}network.rtt.ap-eu = \"260ms\"")).regions;
        let names: Vec<&str> = geography.all().map(|region| geography.name(region)).collect();
        assert_eq!((names, geography.home()), (vec!["ap", "eu", "us"], 2));
        assert!((geography.share(1) - 0.3).abs() < 1e-12);
        assert_eq!((geography.travel(0, 0), geography.travel(2, 1)), (ms(0.5), ms(45.0)));
        assert_eq!((geography.travel(1, 0), geography.travel(0, 1)), (ms(125.0), ms(130.0)));
        assert_eq!(failover, ms(10_000.0));
        assert!(sound("").regions.geography.is_single());
    }

    #[test]
    fn round_trips_may_stand_in_a_file() {
        let rtt = "network.rtt = { file = \"rtt.csv\", from = \"from\", to = \"to\", \
                   value = \"ms\", names = { us = \"us-east-1\", eu = \"eu-west-1\" }, \
                   us-ap = \"200ms\" }";
        let geography = sound(&format!("{THREE}{rtt}")).regions.geography;
        assert_eq!((geography.travel(2, 1), geography.travel(1, 2)), (ms(41.0), ms(42.0)));
        assert_eq!((geography.travel(0, 0), geography.travel(2, 0)), (ms(1.5), ms(100.0)));
        let rtt = rtt.replace("us-ap = ", "within = \"2ms\", us-ap = ");
        let with = sound(&format!("{THREE}{rtt}")).regions;
        assert_eq!(with.geography.travel(0, 0), ms(1.0));
    }

    #[test]
    fn wrong_regions_are_refused() {
        let all = format!("{THREE}{APART}");
        let above = all.replace("rest", "95%");
        let below = all.replace("rest", "20%");
        let missing = format!("{THREE}network.rtt = {{ us-eu = \"90ms\" }}");
        let unknown = format!("{all}network.rtt.us-sa = \"90ms\"");
        let within = format!("{all}network.rtt.us-us = \"90ms\"");
        let homeless = all.replace("home = \"us\"", "");
        let nowhere = all.replace("home = \"us\"", "home = \"uk\"");
        let negative = all.replace("\"90ms\"", "\"-90ms\"");
        let huge = all.replace("\"90ms\"", "\"5s\"");
        check_problems(&[
            (&above, "the shares of regions sum to 165%, not 100% | \"6%\" | 65% too much"),
            (
                &below,
                "the shares of regions sum to 90%, not 100% | \"6%\" | 10% are missing: let one \
                 share be \"rest\"",
            ),
            (
                THREE,
                "[regions]: how far apart they are is missing: `network.rtt` | regions | as in \
                 network.rtt = { us-eu = \"90ms\", within = \"1ms\" }",
            ),
            (
                &missing,
                "[network]: `rtt`: `within`, `ap-eu`, `ap-us` is missing | { us-eu = \"90ms\" } | \
                 as in within = \"90ms\"",
            ),
            (
                &unknown,
                "[network]: `rtt.us-sa`: there is no region `sa` | us-sa | accepted: ap, eu, us",
            ),
            (
                &within,
                "[network]: `rtt.us-us` leads nowhere | us-us | the round trip inside regions is \
                 `within`",
            ),
            (
                &homeless,
                "`home`: is missing: there are several regions |  | where components stand, as \
                 in home = \"ap\"",
            ),
            (&nowhere, "`home`: there is no region `uk` | \"uk\" | did you mean `us`?"),
            (
                &negative,
                "[network]: `rtt.us-eu` must be a duration | \"-90ms\" | `-90ms` is negative",
            ),
            (&huge, "[network]: `rtt.us-eu` is no round trip on this planet | \"5s\" | at most 4s"),
        ]);
    }
}
