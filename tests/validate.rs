//! `simscale validate` as its users see it: the real binary, in its quick form.

use std::process::{Command, Output};

use serde_json::Value;

fn validate(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simscale"));
    let output = command.arg("validate").args(words).output();
    output.expect("the program was built for this test")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("all that is printed is text")
}

/// A tenth of the table agrees with theory too, and each row says by how much it might have been
/// off.
#[test]
fn a_quick_table_passes_and_has_the_documented_shape() {
    let ran = validate(&["--quick", "--format", "json"]);
    let document: Value = serde_json::from_slice(&ran.stdout).expect("it is one JSON document");
    let checks = document["checks"].as_array().expect("a list of checks");
    let failed: Vec<&Value> = checks.iter().filter(|check| check["passes"] != true).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!((ran.status.code(), text(&ran.stderr)), (Some(0), ""));
    assert_eq!((&document["effort"], &document["passes"]), (&"quick".into(), &true.into()));
    for check in checks {
        let number = |key: &str| check[key].as_f64().unwrap_or_else(|| panic!("{key}: {check}"));
        let error = number("simulated") / number("theory") - 1.0;
        assert!((number("error") - error).abs() < 1e-12, "{check}");
        assert!(error.abs() <= number("allowed") && number("half_width") <= number("cap"));
        assert!(number("allowed") < 0.4, "nothing could fail: {check}");
        let [low, high] = [&check["ci95"][0], &check["ci95"][1]].map(Value::as_f64);
        assert!(low <= check["simulated"].as_f64() && check["simulated"].as_f64() <= high);
    }
    for model in ["M/M/1", "M/M/c/c", "processor sharing", "tandem", "Che", "power of two"] {
        assert!(checks.iter().any(|check| check["model"] == model), "{model}");
    }
}

#[test]
fn wrong_arguments_are_refused_with_a_hint() {
    for (words, message) in [
        (&["--seeds", "400"][..], "--coverage"),
        (&["--coverage", "--seeds", "7"], "7 is not in 200..=1000000"),
        (&["--quick", "--coverage"], "'--quick' cannot be used with '--coverage'"),
        (&["--format", "xml"], "possible values: table, json, csv"),
        (&["--quik"], "a similar argument exists: '--quick'"),
    ] {
        let ran = validate(words);
        let told = text(&ran.stderr);
        assert_eq!((ran.status.code(), text(&ran.stdout)), (Some(2), ""), "{words:?}");
        assert!(told.contains(message), "{words:?}: {told}");
    }
}
