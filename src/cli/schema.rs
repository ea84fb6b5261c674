//! `simscale schema`: a JSON Schema of the scenario language.

use super::console::Console;
use super::exit::Exit;
use crate::blocks::distribution::read::distribution_schema;
use crate::components::STEP_KEYS;
use crate::components::wiring::WIRE_KEYS;
use crate::language::schema;
use crate::scenario::ROOT;

/// Prints the schema.
///
/// # Errors
/// When standard output cannot be written.
pub fn schema(console: &mut Console<'_>) -> Result<(), Exit> {
    console.print(&text())
}

fn text() -> String {
    let document = schema::document(
        "simscale scenario",
        ROOT,
        vec![("distribution", distribution_schema()), ("wires", wires()), ("steps", steps())],
    );
    let text = serde_json::to_string_pretty(&document).expect("a JSON value is always JSON text");
    text + "\n"
}

/// A component's name, a wire's table, or a list of both.
fn wires() -> serde_json::Value {
    let wire = serde_json::json!({ "anyOf": [{ "type": "string" }, schema::of_keys(WIRE_KEYS)] });
    serde_json::json!({ "anyOf": [wire, { "type": "array", "items": wire }] })
}

/// A list of steps; an entry of `parallel` may be a list itself.
fn steps() -> serde_json::Value {
    let step = schema::of_keys(STEP_KEYS);
    let branch = serde_json::json!({ "type": "array", "items": step });
    serde_json::json!({ "type": "array", "items": { "anyOf": [step, branch] } })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every definition that is referred to is there, and every section and kind is in it.
    #[test]
    fn it_is_whole() {
        let text = text();
        let document: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        let definitions = document["$defs"].as_object().expect("forms are defined");
        for part in text.split("\"#/$defs/").skip(1) {
            let name = part.split('"').next().unwrap_or("");
            assert!(definitions.contains_key(name), "{name}");
        }
        for key in ROOT {
            assert!(document["properties"][key.name].is_object(), "{}", key.name);
        }
        for kind in crate::components::KINDS {
            assert!(text.contains(&format!("\"const\": \"{}\"", kind.name)), "{}", kind.name);
        }
    }
}
