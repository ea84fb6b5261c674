//! Stations that are asked for more than they can do, told before anything is simulated.

use crate::language::diagnostic::Problems;
use crate::measure::unit::Unit;
use crate::model::Model;
use crate::report::format::human;
use crate::scenario::Scenario;

/// An offered load is above 1 only by more than rounding.
const ROUNDING: f64 = 1e-9;

/// Warns of every station whose offered load is above 1; `label` gets the names of its component
/// and of itself.
pub(super) fn warn(
    scenario: &Scenario,
    model: &Model,
    warnings: &mut Problems,
    label: impl Fn(&str, &str) -> String,
) {
    for (_, component) in model.in_order() {
        for station in &component.flow.stations {
            let Some(offered) = station.offered().filter(|load| *load > 1.0 + ROUNDING) else {
                continue;
            };
            let section =
                scenario.components.iter().find(|section| section.name == component.plain_name);
            let message = format!(
                "component `{}`: its {} is asked for {} of what it can do",
                component.name,
                station.station,
                human(offered, Unit::Fraction)
            );
            let place = section.map(|section| section.place);
            warnings.warn(place, message, label(&component.name, &station.station));
        }
    }
}
