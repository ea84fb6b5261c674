//! The keys of a whole scenario.

use crate::components::kinds;
use crate::language::key::{CustomValue, Key, Takes};

use super::changes::CHANGE;
use super::conditions::ALERT;
use super::data::DATA;
use super::faults::FAULT;
use super::operations::OPERATION;
use super::regions::{NETWORK, REGION};
use super::run::RUN;
use super::stage::STAGE;
use super::users::USERS;

/// Axes of a sweep, as they stand.
pub(super) static SWEEP: CustomValue = CustomValue {
    name: "a table of axes",
    accepts: "{ \"users.count\" = [\"1K\", \"10K\"] }, or for a range \
              { \"users.count\" = { from = \"1K\", to = \"10M\", points = 25, scale = \"log\" } }",
    schema: || {
        serde_json::json!({
            "type": "object",
            "description": "Axes by path, such as users.count: a list of values, or a range",
        })
    },
};

/// Every key of a scenario.
pub const ROOT: &[Key] = &[
    Key::optional("title", Takes::Text, "What the scenario is about, in a few words.")
        .not_inherited(),
    Key::optional("stage", Takes::Custom(&STAGE), "The numbers of users it is meant for.")
        .not_inherited(),
    Key::optional("extends", Takes::File, "The scenario file this one starts from.")
        .not_inherited(),
    Key::required("entry", Takes::Name, "The component that users' requests reach first."),
    Key::required("users", Takes::Table(USERS), "How many users there are, and what they ask."),
    Key::optional(
        "home",
        Takes::Name,
        "The region in which components stand unless they say otherwise.",
    ),
    Key::optional(
        "regions",
        Takes::TableOf(REGION),
        "Where users live, by name; without any, everything is in one place.",
    ),
    Key::optional("network", Takes::Table(NETWORK), "How far apart the regions are."),
    Key::optional("data", Takes::TableOf(DATA), "The datasets, by name."),
    Key::optional(
        "operations",
        Takes::TableOf(OPERATION),
        "What users ask for, by name; without any, one operation `request` that is just served.",
    ),
    Key::required("components", Takes::TablesByKind(kinds), "The parts of the system, by name."),
    Key::with_default("run", Takes::Table(RUN), "{}", "How long and how often it is simulated."),
    Key::optional(
        "changes",
        Takes::ListOf(&Takes::Table(CHANGE)),
        "What becomes different in the course of the run.",
    ),
    Key::optional(
        "graduate",
        Takes::MapOf(&Takes::Condition),
        "Conditions on steady values that say: time for the next stage.",
    )
    .not_inherited(),
    Key::optional(
        "faults",
        Takes::ListOf(&Takes::Table(FAULT)),
        "What goes down when: outages and partitions; they need `run.duration`.",
    ),
    Key::optional("alerts", Takes::TableOf(ALERT), "Conditions judged on the time series."),
    Key::optional(
        "sweep",
        Takes::Custom(&SWEEP),
        "Axes of `simscale sweep`: values to run through, by path.",
    )
    .not_inherited(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::distribution::read::distribution_schema;
    use crate::language::schema;

    #[test]
    fn the_schema_holds_every_section_and_every_form() {
        let definitions = vec![("distribution", distribution_schema())];
        let schema = schema::document("simscale", ROOT, definitions).to_string();
        for word in ["newest_hot", "per_user", "diurnal", "recorded_users", "zipf", "precision"] {
            assert!(schema.contains(&format!("\"{word}\"")), "{word}");
        }
        for key in ROOT {
            assert!(schema.contains(&format!("\"title\":\"{}\"", key.name)), "{}", key.name);
        }
    }
}
