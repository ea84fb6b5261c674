//! Regions and faults of random scenarios.

use super::{Draft, Kind};

const NAMES: [&str; 3] = ["us", "eu", "ap"];

impl Draft<'_> {
    /// The sections that say where everything is; none when all is in one place.
    pub(super) fn regions(&mut self) -> Vec<String> {
        if self.regions == 0 {
            return Vec::new();
        }
        let names = &NAMES[..self.regions];
        let tape = &mut self.tape;
        let mut lines = vec![format!("home = \"{}\"", names[tape.below(names.len())])];
        lines.push(format!("network.rtt.within = \"{}\"", tape.pick(&["1ms", "0ms"])));
        lines.push(format!("network.failover = \"{}\"", tape.pick(&["100ms", "0ms", "10s"])));
        for (index, name) in names.iter().enumerate() {
            let last = index + 1 == names.len();
            let share = if last { "rest" } else { tape.pick(&["40%", "0%", "1%"]) };
            lines.push(format!("regions.{name}.share = \"{share}\""));
            for other in &names[..index] {
                let trip = tape.pick(&["90ms", "0ms", "250ms"]);
                lines.push(format!("network.rtt.{other}-{name} = \"{trip}\""));
                if tape.chance(20) {
                    lines.push(format!("network.rtt.{name}-{other} = \"70ms\""));
                }
            }
        }
        lines
    }

    /// Where a component stands, and how it differs there.
    pub(super) fn standing(&mut self, number: usize) -> String {
        let is_at_home = self.kinds[number] == Kind::Database;
        if self.regions == 0 || is_at_home || !self.tape.chance(60) {
            return String::new();
        }
        let one = NAMES[self.tape.below(self.regions)];
        let mut text = match self.tape.chance(40) {
            true => format!("regions = [\"{one}\"], "),
            false => "regions = \"all\", ".to_owned(),
        };
        let key = match self.kinds[number] {
            Kind::Service => "servers",
            Kind::Cache => "nodes",
            Kind::Queue => "consumers",
            _ => return text,
        };
        if self.tape.chance(40) {
            text += &format!("at.{one}.{key} = {}, ", self.tape.pick(&[2, 5]));
        }
        text
    }

    /// What a dataset with these keys says of regions.
    pub(super) fn near(&mut self, keys: &str) -> String {
        if self.regions == 0 {
            return String::new();
        }
        let is_owned = keys.contains("per_user");
        let locality =
            if is_owned { self.tape.option(50, "locality", &["\"80%\""]) } else { String::new() };
        let residency = if is_owned { "\"owner\"" } else { "\"us\"" };
        locality + &self.tape.option(30, "stay_in", &[residency])
    }

    /// Wires of a balancer that chooses among regions.
    pub(super) fn to_all_regions(&self, number: usize) -> String {
        let wire = |callee: &usize| format!("{{ to = \"c{callee}\", scope = \"all\" }}");
        let wires: Vec<String> = self.calls[number].iter().map(wire).collect();
        format!("sends_to = [ {} ], ", wires.join(", "))
    }

    /// What goes down; nothing when nobody knows how long the run is.
    pub(super) fn faults(&mut self, ends: bool) -> Vec<String> {
        if !ends || !self.tape.chance(40) {
            return Vec::new();
        }
        let mut faults = Vec::new();
        for _ in 0..=self.tape.below(2) {
            let region = NAMES[self.tape.below(self.regions.max(1))];
            let component = self.tape.below(self.kinds.len());
            let what = match self.tape.below(3) {
                1 if self.regions > 0 => format!("kind = \"outage\", region = \"{region}\""),
                2 if self.regions > 1 => {
                    format!("kind = \"partition\", isolate = [\"{region}\"]")
                }
                _ => {
                    let node = match self.kinds[component] {
                        Kind::Database => self.tape.option(60, "node", &["0"]),
                        _ => String::new(),
                    };
                    format!("{node}kind = \"outage\", component = \"c{component}\"")
                }
            };
            let at = self.tape.pick(&["200ms", "0ms", "700ms"]);
            let span = self.tape.pick(&["200ms", "50ms", "2s"]);
            faults.push(format!("{{ {what}, at = \"{at}\", for = \"{span}\" }}"));
        }
        vec![format!("faults = [ {} ]", faults.join(", "))]
    }
}
