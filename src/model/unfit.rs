//! What fits the language but makes no sense together.

use super::layout::Layout;
use super::{Model, ModelComponent};
use crate::language::diagnostic::Problems;

/// Reports classes that can go nowhere, that nobody answers, and components that nothing reaches.
/// What is so in several regions is said once.
pub fn report_unfit(layout: &Layout<'_>, model: &Model, problems: &mut Problems) {
    for (number, section) in layout.sections.iter().enumerate() {
        let components: Vec<&ModelComponent> =
            layout.of_section(number).map(|(id, _)| &model.components[id.index()]).collect();
        let operation =
            |class: u16| &model.operation_names[usize::from(model.classes.get(class).operation)];
        for class in each_once(&components, |component| &component.flow.stuck) {
            let message =
                format!("{}: no wire takes operation `{}`", section.subject(), operation(class));
            problems.error(section.place, message, "add an entry to `sends_to` that does");
        }
        for class in each_once(&components, |component| &component.flow.unanswered) {
            let message = format!(
                "{}: nothing behind it has the data of operation `{}`",
                section.subject(),
                operation(class)
            );
            let label = "no entry of `sends_to` takes it: it is answered here";
            problems.warn(section.place, message, label);
        }
        // What does not fit together is the same in all regions.
        for unfit in components.first().map_or(&[][..], |component| &component.flow.unfit) {
            let message = format!("{}: {}", section.subject(), unfit.message);
            match unfit.is_error {
                true => problems.error(section.place, message, unfit.label.clone()),
                false => problems.warn(section.place, message, unfit.label.clone()),
            }
        }
        let arriving = components.iter().flat_map(|component| &component.arriving);
        if arriving.sum::<f64>() == 0.0 {
            let message = format!("{}: nothing reaches it", section.subject());
            problems.warn(section.place, message, "no wire from the users leads here");
        }
    }
}

/// The classes of all instances, in order of their first appearance.
fn each_once<'m>(
    components: &[&'m ModelComponent],
    classes: impl Fn(&'m ModelComponent) -> &'m Vec<u16>,
) -> Vec<u16> {
    let mut all = Vec::new();
    for class in components.iter().flat_map(|component| classes(component)) {
        if !all.contains(class) {
            all.push(*class);
        }
    }
    all
}
