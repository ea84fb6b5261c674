//! A JSON Schema (draft 2020-12) of the scenario language, from the declarations of its keys.
//!
//! Editors that know TOML complete keys and mark wrong values by it. It is never stricter than
//! reading: what the schema refuses, reading refuses too.

use serde_json::{Map, Value, json};

use super::key::{Given, Key, Kind, Takes};
use super::node::{Node, Value as NodeValue};
use super::parse;
use super::quantity::{
    Bandwidth, Count, Duration, Fraction, Growth, Limit, Quantity, Rate, Seed, Size,
};
use super::source::{Place, SourceId};

/// The schema of the whole scenario.
///
/// `definitions` are the forms that higher layers own, by the names `distribution`, `wires` and
/// `steps`; one that is left out accepts anything.
pub fn document(title: &str, root: &'static [Key], definitions: Vec<(&str, Value)>) -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(title));
    // Files that extend another give only what they change, so nothing at the root is required.
    schema.extend(table(root, None));
    let mut forms = Map::new();
    for name in ["distribution", "wires", "steps"] {
        forms.insert(name.to_owned(), json!({}));
    }
    for (name, form) in definitions {
        forms.insert(name.to_owned(), form);
    }
    schema.insert("$defs".to_owned(), Value::Object(forms));
    Value::Object(schema)
}

/// The schema of a table with these keys, for values with a form of their own.
pub fn of_keys(keys: &'static [Key]) -> Value {
    Value::Object(table(keys, None))
}

/// A closed table; inherited keys may be left out, so none is required.
fn table(keys: &'static [Key], kind: Option<&Kind>) -> Map<String, Value> {
    let mut properties = Map::new();
    if let Some(kind) = kind {
        properties
            .insert("kind".to_owned(), json!({ "const": kind.name, "description": kind.meaning }));
    }
    for key in keys {
        properties.insert(key.name.to_owned(), property(key));
    }
    let mut table = Map::new();
    table.insert("type".to_owned(), json!("object"));
    table.insert("properties".to_owned(), Value::Object(properties));
    table.insert("additionalProperties".to_owned(), json!(false));
    table
}

fn property(key: &Key) -> Value {
    let value = form(&key.takes);
    // `"none"` removes what an extended file gives.
    let mut property = if key.takes.has_none_word() || accepts_any_text(&key.takes) {
        value
    } else {
        let mut removable = Map::new();
        removable.insert("anyOf".to_owned(), json!([value, { "const": "none" }]));
        removable
    };
    property.insert("title".to_owned(), json!(key.name));
    property.insert("description".to_owned(), json!(description(key)));
    if let Given::Text(text) = key.default {
        let nowhere = Place { source: SourceId(0), start: 0, end: 0 };
        let node = parse::value(text, nowhere)
            .unwrap_or_else(|error| panic!("the default of `{}`: {error}", key.name));
        property.insert("default".to_owned(), plain(&node));
    }
    Value::Object(property)
}

fn description(key: &Key) -> String {
    let mut text = key.meaning.to_owned();
    if let Given::Computed(rule) = key.default {
        text.push_str(&format!(" Default: {rule}."));
    }
    if !key.group.is_empty() {
        text.push_str(&format!(" Excludes the other keys of the group `{}`.", key.group));
    }
    text
}

fn accepts_any_text(takes: &Takes) -> bool {
    matches!(takes, Takes::Text | Takes::File | Takes::Name | Takes::Condition)
}

fn form(takes: &Takes) -> Map<String, Value> {
    let form = match takes {
        Takes::Duration => quantity::<Duration>(),
        Takes::Rate => quantity::<Rate>(),
        Takes::Size => quantity::<Size>(),
        Takes::Bandwidth => quantity::<Bandwidth>(),
        Takes::Growth => quantity::<Growth>(),
        Takes::Fraction => {
            either(json!({ "type": "number", "minimum": 0, "maximum": 1 }), quantity::<Fraction>())
        }
        Takes::Count => either(json!({ "type": "integer", "minimum": 0 }), quantity::<Count>()),
        Takes::Limit => either(json!({ "type": "integer", "minimum": 0 }), quantity::<Limit>()),
        Takes::Seed => either(json!({ "type": "integer", "minimum": 0 }), quantity::<Seed>()),
        Takes::Number => json!({ "type": "number" }),
        Takes::Flag => json!({ "type": "boolean" }),
        Takes::Text | Takes::File | Takes::Name | Takes::Condition => json!({ "type": "string" }),
        Takes::OneOf(words) => json!({ "type": "string", "enum": words }),
        Takes::Names => json!({ "type": "array", "items": { "type": "string" } }),
        Takes::Distribution => json!({ "$ref": "#/$defs/distribution" }),
        Takes::Wires => json!({ "$ref": "#/$defs/wires" }),
        Takes::Steps => json!({ "$ref": "#/$defs/steps" }),
        Takes::Table(keys) => Value::Object(table(keys, None)),
        Takes::TableOf(keys) => named(Value::Object(table(keys, None))),
        Takes::TablesByKind(kinds) => named(component(&kinds())),
        Takes::MapOf(values) => named(Value::Object(form(values))),
        Takes::ListOf(elements) => json!({ "type": "array", "items": form(elements) }),
        Takes::Custom(custom) => (custom.schema)(),
    };
    match form {
        Value::Object(form) => form,
        // `true` accepts anything, as `{}` does.
        _ => Map::new(),
    }
}

fn quantity<T: Quantity>() -> Value {
    json!({ "type": "string", "pattern": T::PATTERN })
}

fn either(number: Value, text: Value) -> Value {
    json!({ "anyOf": [number, text] })
}

fn named(values: Value) -> Value {
    let removable = json!({ "anyOf": [values, { "const": "none" }] });
    json!({ "type": "object", "additionalProperties": removable })
}

/// One component: its kind decides its keys; a table without one changes an inherited component.
fn component(kinds: &[Kind]) -> Value {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
    let cases: Vec<Value> = kinds
        .iter()
        .map(|kind| {
            json!({
                "if": { "properties": { "kind": { "const": kind.name } }, "required": ["kind"] },
                "then": table(kind.keys, Some(kind)),
            })
        })
        .collect();
    json!({
        "type": "object",
        "properties": { "kind": { "enum": names, "description": "Kind of component." } },
        "allOf": cases,
    })
}

/// A node as JSON.
fn plain(node: &Node) -> Value {
    match &node.value {
        NodeValue::Text(text) => json!(text),
        NodeValue::Integer(integer) => json!(integer),
        NodeValue::Float(float) => json!(float),
        NodeValue::Flag(flag) => json!(flag),
        NodeValue::List(list) => list.iter().map(plain).collect(),
        NodeValue::Table(table) => {
            let entries = table.entries.iter();
            Value::Object(entries.map(|entry| (entry.key.clone(), plain(&entry.node))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::testing::ROOT;

    fn schema() -> Value {
        document("scenario", ROOT, vec![("distribution", json!({ "type": "string" }))])
    }

    /// The declaration of a key that may also be `"none"`.
    fn unwrapped(value: &Value) -> &Value {
        &value["anyOf"][0]
    }

    #[test]
    fn tables_are_closed_and_keys_explain_themselves() {
        let schema = schema();
        assert_eq!(schema["additionalProperties"], json!(false));
        let run = &schema["properties"]["run"];
        assert_eq!(run["description"], json!("The run."));
        assert_eq!(run["default"], json!({}));
        let seed = &unwrapped(run)["properties"]["seed"];
        assert_eq!((&seed["title"], &seed["default"]), (&json!("seed"), &json!(42)));
        assert_eq!(unwrapped(run)["additionalProperties"], json!(false));
        let rate = &unwrapped(&schema["properties"]["users"])["properties"]["rate"];
        assert_eq!(unwrapped(rate)["pattern"], json!(Rate::PATTERN));
        assert!(rate["description"].as_str().is_some_and(|text| text.contains("group `load`")));
    }

    #[test]
    fn the_kind_of_a_component_decides_its_keys() {
        let schema = schema();
        let components = unwrapped(&schema["properties"]["components"]);
        let component = unwrapped(&components["additionalProperties"]);
        assert_eq!(component["properties"]["kind"]["enum"], json!(["database", "cache"]));
        let database = &component["allOf"][0]["then"];
        assert_eq!(database["properties"]["kind"]["const"], json!("database"));
        assert_eq!(database["additionalProperties"], json!(false));
        let order = &database["properties"]["order"];
        assert_eq!((&order["enum"], &order["anyOf"]), (&json!(["none", "fifo"]), &Value::Null));
        let workers = &database["properties"]["workers"]["description"];
        assert_eq!(workers, "Workers. Default: as many as cores.");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let schema = schema();
        let text = schema.to_string();
        for reference in text.split("\"#/$defs/").skip(1) {
            let name = reference.split('"').next().unwrap_or("");
            assert!(schema["$defs"].get(name).is_some(), "{name}");
        }
        assert_eq!(schema["$defs"]["distribution"]["type"], json!("string"));
        assert_eq!(schema["$defs"]["steps"], json!({}));
    }
}
