//! Each kind of problem is shown where it stands, and each value that takes effect is recorded.

use std::path::Path;

use super::*;
use crate::language::condition::Condition;
use crate::language::quantity::{Bandwidth, Count, Duration, Limit, Rate, Seed, Size};
use crate::language::reading::Placed;
use crate::language::testing::{NOWHERE, ROOT, read};

/// Reads one database of the small language by `body`, and gives the problems.
fn problems_of<T>(
    text: &str,
    body: impl FnOnce(&mut TableReader<'_, '_>) -> T,
) -> (Option<T>, String) {
    let (result, problems, _) = read(text, |table, reading| {
        let mut root = TableReader::new("", table, NOWHERE, ROOT, reading);
        let mut database = root.named_table("components", "db")?;
        Some(body(&mut database))
    });
    (result, problems)
}

const DATABASE: &str = "[components.db]\nkind = \"database\"\n";

/// The problem that reading `line` of a database as `T` yields.
fn refusal<T: FromNode>(key: &'static str, value: &str) -> String {
    let text = format!("{DATABASE}{key} = {value}\n");
    let (result, problems) = problems_of(&text, |reader| reader.optional::<T>(key));
    assert!(result.flatten().is_none(), "{key} = {value}");
    problems
}

#[test]
fn an_unknown_key_names_the_table_and_the_nearest() {
    let (_, problems) = problems_of(&format!("{DATABASE}cors = 4\nsize = 3\n"), |_| ());
    let expected = "\
error: component `db` (database): unknown key `cors`
 --> a.toml:3:1
  |
3 | cors = 4
  | ^^^^ did you mean `cores`?
";
    assert!(problems.starts_with(expected), "{problems}");
    assert!(problems.contains("accepted: cores, connections, workers, order"), "{problems}");
    assert!(problems.ends_with("2 problems, nothing was run\n"), "{problems}");
}

#[test]
fn a_wrong_value_is_marked_with_what_is_accepted() {
    let expected = "\
error: component `db` (database): `cores` must be a count
 --> a.toml:3:9
  |
3 | cores = \"4k\"
  |         ^^^^ `k` is no multiplier: write K (10^3), M (10^6) or B (10^9)
";
    let problems = refusal::<Count>("cores", "\"4k\"");
    assert!(problems.starts_with(expected), "{problems}");
    for (problems, message, label) in [
        (refusal::<u64>("cores", "-1"), "must be a count", "-1 is negative"),
        (refusal::<u32>("cores", "\"5B\""), "must be a count", "at most 4294967295"),
        (refusal::<Size>("memory", "16"), "must be a size", "the unit is missing"),
        (refusal::<Size>("memory", "true"), "must be a size", "this is true or false"),
        (refusal::<Duration>("read_time", "\"5m\""), "must be a duration", "minutes or"),
        (refusal::<Rate>("read_time", "4"), "must be a rate", "per what is missing"),
        (refusal::<Bandwidth>("memory", "1.5"), "must be a bandwidth", "unit is missing"),
        (refusal::<f64>("memory", "\"x\""), "must be a number", "a plain number such as"),
        (refusal::<bool>("memory", "\"true\""), "must be true or false", "without quotes: true"),
        (refusal::<String>("memory", "4"), "must be a text", "in quotes: \"4\""),
        (refusal::<Vec<String>>("holds", "\"a\""), "must be a list", "in brackets: [\"a\"]"),
        (refusal::<Vec<String>>("holds", "[\"a\", 2]"), "`holds[1]` must be a text", "\"2\""),
    ] {
        assert!(problems.contains(message) && problems.contains(label), "{problems}");
    }
}

#[test]
fn a_caret_stands_under_the_part_of_a_condition_at_fault() {
    let text = "graduate.slow = \"db.query.p95 > 200ms for 5m\"\n";
    let (_, problems, _) = read(text, |table, reading| {
        let mut root = TableReader::new("", table, NOWHERE, ROOT, reading);
        assert!(root.named::<Condition>("graduate", "slow").is_none());
    });
    assert!(problems.contains("`graduate.slow` must be a condition"), "{problems}");
    assert!(problems.contains("a.toml:1:43"), "{problems}");
    assert!(problems.contains("^^ minutes or milliseconds?"), "{problems}");
}

#[test]
fn what_is_missing_is_shown_at_its_table() {
    let (_, problems) = problems_of(DATABASE, |reader| reader.get::<Count>("cores"));
    assert!(problems.contains("component `db` (database): `cores` is missing"), "{problems}");
    assert!(problems.contains("a.toml:1:1"), "{problems}");
    assert!(problems.contains("it takes a count"), "{problems}");
}

#[test]
fn an_unknown_word_brings_the_words() {
    let text = format!("{DATABASE}order = \"fio\"\n");
    let (_, problems) = problems_of(&text, |reader| reader.get_word("order"));
    assert!(problems.contains("`order`: `fio` is not known"), "{problems}");
    assert!(problems.contains("did you mean `fifo`?"), "{problems}");
    let (word, problems) = problems_of(DATABASE, |reader| reader.get_word("order"));
    assert_eq!((word, problems.as_str()), (Some(Some("none")), ""));
}

#[test]
fn kinds_are_known_or_proposed() {
    for (text, message, label) in [
        ("[components.db]\ncores = 2\n", "component `db`: `kind` is missing", "one of database"),
        ("[components.db]\nkind = \"databse\"\n", "kind \"databse\" is not known", "`database`?"),
        ("components.db = 3\n", "component `db` must be a table, not a number", "db = {"),
    ] {
        let (_, problems) = problems_of(text, |_| ());
        assert!(problems.contains(message) && problems.contains(label), "{problems}");
    }
}

#[test]
fn an_exclusive_group_takes_exactly_one() {
    let group = |text: &str| {
        let (group, problems, _) = read(text, |table, reading| {
            let mut root = TableReader::new("", table, NOWHERE, ROOT, reading);
            root.table("users").and_then(|mut users| users.get_group("load"))
        });
        (group, problems)
    };
    assert_eq!(group("users.rate = \"4/min\""), (Some("rate"), String::new()));
    let (_, both) = group("users = { rate = \"4/min\", think = \"10s\" }");
    assert!(both.contains("[users]: `rate` and `think` exclude each other"), "{both}");
    assert!(both.contains("a.toml:1:27"), "{both}");
    let (_, none) = group("users.count = 4");
    assert!(none.contains("[users]: one of rate, think is needed"), "{none}");
}

#[test]
fn nested_tables_keep_the_name_of_the_component() {
    let text = format!("{DATABASE}replicas = {{ count = 4, lga = \"1s\", lag = 5 }}\n");
    let (count, problems) = problems_of(&text, |reader| {
        let mut replicas = reader.table("replicas").expect("it is given");
        assert!(replicas.get::<Duration>("lag").is_none());
        replicas.get::<Count>("count")
    });
    assert_eq!(count, Some(Some(Count(4))));
    assert!(problems.contains("(database): unknown key `replicas.lga`"), "{problems}");
    assert!(problems.contains("(database): `replicas.lag` must be a duration"), "{problems}");
    let (absent, problems) = problems_of(DATABASE, |reader| reader.table("replicas").is_none());
    assert_eq!((absent, problems.as_str()), (Some(true), ""));
}

#[test]
fn every_value_that_takes_effect_is_recorded() {
    let text = "[components.db]\nkind = \"database\"\ncores = 8\nmemory = \"1.5GiB\"\n\
                [rtt]\nus-eu = \"90ms\"\n";
    let (_, problems, effective) = read(text, |table, reading| {
        let mut root = TableReader::new("", table, NOWHERE, ROOT, reading);
        assert_eq!(root.table("run").and_then(|mut run| run.get::<Seed>("seed")), Some(Seed(42)));
        let mut database = root.named_table("components", "db").expect("it is given");
        assert_eq!(database.kind(), Some("database"));
        assert_eq!(database.get::<u64>("cores"), Some(8));
        assert_eq!(database.get::<Limit>("connections"), Some(Limit::Unlimited));
        assert_eq!(database.optional::<Size>("memory"), Some(Some(Size(3 << 29))));
        assert_eq!(database.optional::<Vec<String>>("holds"), Some(None));
        database.note_computed("workers", Count(8));
        for (name, _) in root.names("rtt") {
            assert!(root.named::<Duration>("rtt", name).is_some());
        }
    });
    assert_eq!(problems, "");
    let lines: Vec<String> = effective
        .iter()
        .map(|value| format!("{} = {} {:?}", value.path, value.value, value.origin))
        .collect();
    assert_eq!(
        lines,
        [
            "run.seed = 42 Default",
            "components.db.kind = \"database\" Given",
            "components.db.cores = 8 Given",
            "components.db.connections = \"unlimited\" Default",
            "components.db.memory = \"1.5GiB\" Given",
            "components.db.workers = 8 Computed",
            "rtt.us-eu = \"90ms\" Given",
        ]
    );
}

/// A value of a higher layer that is a table: `{ lognormal = { mean = "4ms" } }`.
#[derive(Debug)]
struct Law(Duration, f64);

const LAW: &[Key] = &[Key::optional("lognormal", Takes::Custom(&LAW_FORM), "The law.")];

static LAW_FORM: crate::language::key::CustomValue = crate::language::key::CustomValue {
    name: "a law",
    accepts: "{ mean, cv }",
    schema: || serde_json::json!({}),
};

const LOGNORMAL: &[Key] = &[
    Key::required("mean", Takes::Duration, "Mean."),
    Key::with_default("cv", Takes::Number, "1.0", "Coefficient of variation."),
];

impl FromNode for Law {
    fn from_node(node: &Node, reading: &mut Reading<'_>) -> Option<Law> {
        let mut law = reading.table(node, LAW)?;
        let mut moments = law.value_table("lognormal", LOGNORMAL)?;
        let (mean, cv) = (moments.get("mean"), moments.get("cv"));
        Some(Law(mean?, cv?))
    }
}

#[test]
fn values_may_be_tables_with_keys_of_their_own() {
    let text = format!("{DATABASE}read_time = {{ lognormal = {{ mean = \"4ms\" }} }}\n");
    let (law, problems, effective) = read(&text, |table, reading| {
        let mut root = TableReader::new("", table, NOWHERE, ROOT, reading);
        root.named_table("components", "db")?.optional::<Law>("read_time")?
    });
    assert_eq!(problems, "");
    assert!(law.is_some_and(|law| law.0.nanos() == 4_000_000 && law.1 == 1.0));
    let values: Vec<&str> = effective.iter().map(|value| value.value.as_str()).collect();
    assert_eq!(values, ["\"database\"", "1.0", "{ lognormal = { mean = \"4ms\" } }"]);
    assert_eq!(effective[1].path, "components.db.read_time.lognormal.cv");

    let text =
        format!("{DATABASE}read_time = {{ lognormal = {{ mena = \"4ms\", cv = \"x\" }} }}\n");
    let (_, problems) = problems_of(&text, |reader| reader.optional::<Law>("read_time"));
    for message in
        ["unknown key `read_time.lognormal.mena`", "`read_time.lognormal.cv` must be a number"]
    {
        assert!(problems.contains(&format!("component `db` (database): {message}")), "{problems}");
    }
    // The misspelt key is not missing as well.
    assert!(problems.contains("2 problems"), "{problems}");
}

#[test]
fn a_name_in_a_list_keeps_its_own_place() {
    let text = format!("{DATABASE}holds = [\"posts\", \"psots\"]\n");
    let (_, problems) = problems_of(&text, |reader| {
        let names: Vec<Placed<String>> = reader.optional("holds").flatten().expect("it is given");
        let wrong = &names[1];
        reader.reading().problems.error(wrong.place, format!("no data `{}`", wrong.value), "");
    });
    assert!(problems.contains("no data `psots`") && problems.contains("a.toml:3:19"), "{problems}");
}

#[test]
fn files_and_parts_resolve_where_they_were_written() {
    let text = format!("{DATABASE}holds = [\"elb.csv\"]\n");
    let (path, _) = problems_of(&text, |reader| {
        let place = reader.place("holds");
        reader.reading().resolve(place, "elb.csv")
    });
    assert_eq!(path.as_deref(), Some(Path::new("folder/elb.csv")));
}

#[test]
#[should_panic(expected = "`core` is not declared")]
fn reading_an_undeclared_key_is_our_mistake() {
    problems_of(DATABASE, |reader| reader.get::<Count>("core"));
}

#[test]
#[should_panic(expected = "the default `\"unlimited\"` of `components.db.connections` is refused")]
fn a_default_that_does_not_parse_is_our_mistake() {
    problems_of(DATABASE, |reader| reader.get::<Count>("connections"));
}
