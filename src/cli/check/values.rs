//! Every value in effect, and where it comes from.

use crate::cli::columns::aligned;
use crate::language::reading::Origin;
use crate::scenario::Scenario;

/// The values under their paths, as `--set` takes them; what is neither default nor computed was
/// given by a file or by `--set`.
pub(super) fn text(scenario: &Scenario) -> String {
    let rows: Vec<Vec<String>> = scenario
        .effective
        .iter()
        .map(|effective| {
            let origin = match effective.origin {
                Origin::Given => "given",
                Origin::Profile => "profile",
                Origin::Default => "default",
                Origin::Computed => "computed",
            };
            vec![origin.to_owned(), format!("{} = {}", effective.path, effective.value)]
        })
        .collect();
    format!("\nValues in effect\n{}", aligned(&rows, &[], "  "))
}
