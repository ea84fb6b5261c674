//! Every form of a law, and every refusal where it stands.

use super::*;
use crate::blocks::trace::read::testing::{check_problems, read};

const VALUE: &[Key] = &[Key::required("value", Takes::Distribution, "A law.")];

#[test]
fn every_form_gives_its_law() {
    for (text, law) in [
        ("\"4ms\"", "4ms"),
        ("{ exponential = \"4ms\" }", "exponential(mean 4ms)"),
        ("{ lognormal = { mean = \"4ms\", cv = 1.2 } }", "lognormal(mean 4ms, cv 1.2)"),
        ("{ lognormal = { p50 = \"3ms\", p99 = \"20ms\" } }", "lognormal(p50 3ms, p99 20ms)"),
        ("{ lognormal = { p999 = \"9ms\", p5 = \"1ms\" } }", "lognormal(p05 1ms, p999 9ms)"),
        ("{ gamma = { mean = \"4ms\", cv = 0.5 } }", "gamma(mean 4ms, cv 0.5)"),
        ("{ erlang = { mean = \"4ms\", stages = 3 } }", "erlang(mean 4ms, stages 3)"),
        ("{ hyperexponential = { mean = \"4ms\", cv = 2 } }", "hyperexponential(mean 4ms, cv 2)"),
        ("{ weibull = { mean = \"4ms\", shape = 0.7 } }", "weibull(mean 4ms, shape 0.7)"),
        ("{ pareto = { mean = \"4ms\", shape = 1.5 } }", "pareto(mean 4ms, shape 1.5)"),
        (
            "{ pareto = { mean = \"4ms\", shape = 1.5, max = \"1s\" } }",
            "pareto(mean 4ms, shape 1.5, max 1s)",
        ),
        ("{ uniform = { min = \"1ms\", max = \"3ms\" } }", "uniform(min 1ms, max 3ms)"),
        (
            "{ empirical = \"trace.csv\", column = \"service\", unit = \"us\" }",
            "empirical(3 samples, 1.5us to 7us)",
        ),
        (
            "{ empirical = \"trace.csv\", column = \"service\", unit = \"ms\", \
             where = { run = \"open\" } }",
            "empirical(2 samples, 1.5ms to 2ms)",
        ),
        (
            "{ mixture = [ { share = \"99%\", of = \"2ms\" }, \
             { share = 0.01, of = { exponential = \"50ms\" } } ] }",
            "mixture(99% 2ms, 1% exponential(mean 50ms))",
        ),
        (
            "{ sum = [ \"4ms\", { uniform = { min = \"1ms\", max = \"3ms\" } } ] }",
            "sum(4ms, uniform(min 1ms, max 3ms))",
        ),
    ] {
        let read: Result<Distribution, _> = read(VALUE, text);
        assert_eq!(read.map(|law| law.to_string()), Ok(law.to_owned()), "{text}");
    }
}

/// What is given, and the one problem it brings.
const WRONG: &[(&str, &str)] = &[
    (
        "4",
        "`value` must be a duration or a distribution | 4 | the unit is \
         missing: write \"4ms\" or \"4s\"",
    ),
    (
        "\"4 parsecs\"",
        "`value` must be a duration or a distribution | \"4 parsecs\" | \
         `parsecs` is no unit of time: write ns, us, ms, s, min, h or d",
    ),
    (
        "[\"4ms\"]",
        "`value` must be a duration or a distribution | [\"4ms\"] | this is \
         a list",
    ),
    (
        "{}",
        "`value` names no law | {} | accepted: exponential, lognormal, \
         gamma, erlang, hyperexponential, weibull, pareto, uniform, \
         empirical, mixture, sum",
    ),
    (
        "{ lognorml = { mean = \"4ms\", cv = 1.2 } }",
        "`value` names no law | lognorml | did you mean `lognormal`?",
    ),
    (
        "{ column = \"service\" }",
        "`value` names no law | { column = \"service\" } | accepted: \
         exponential, lognormal, gamma, erlang, hyperexponential, weibull, \
         pareto, uniform, empirical, mixture, sum",
    ),
    (
        "{ exponential = \"4ms\", gamma = { mean = \"4ms\", cv = 0.5 } }",
        "`value.exponential` and `value.gamma` exclude each other | gamma | give one of \
         exponential, lognormal, gamma, erlang, hyperexponential, weibull, \
         pareto, uniform, empirical, mixture, sum",
    ),
    (
        "{ exponential = \"4ms\", unit = \"us\" }",
        "`value.unit`: has no meaning with `exponential` | \"us\" | it goes \
         with `empirical`",
    ),
    (
        "{ exponential = \"0ms\" }",
        "`value.exponential`: `mean` must be longer than 0s | \"0ms\" | ",
    ),
    (
        "{ exponential = { mean = \"4ms\" } }",
        "`value.exponential` must be a duration | { mean = \"4ms\" } | this \
         is a table",
    ),
    (
        "{ gamma = { mean = \"4ms\", cv = -1 } }",
        "`value.gamma.cv`: must lie between 0.001 and 1000, not -1 | -1 | ",
    ),
    (
        "{ gamma = { mean = \"4ms\" } }",
        "`value.gamma.cv` is missing | { mean = \"4ms\" } | it takes a number",
    ),
    (
        "{ gamma = { mean = \"4ms\", vc = 1, cv = 1 } }",
        "unknown key `value.gamma.vc` | vc | did you mean `cv`?",
    ),
    ("{ gamma = \"4ms\" }", "`value.gamma`: a table is needed | \"4ms\" | this is a text"),
    (
        "{ erlang = { mean = \"4ms\", stages = 0 } }",
        "`value.erlang.stages`: must lie between 1 and 1000000, not 0 | 0 | ",
    ),
    (
        "{ hyperexponential = { mean = \"4ms\", cv = 0.5 } }",
        "`value.hyperexponential.cv`: must be above 1 and at most 1000, not \
         0.5 | 0.5 | ",
    ),
    (
        "{ weibull = { mean = \"0s\", shape = 1 } }",
        "`value.weibull.mean`: must be longer than 0s | \"0s\" | ",
    ),
    (
        "{ pareto = { mean = \"4ms\", shape = 1.5, max = \"1ms\" } }",
        "`value.pareto.max`: must be longer than `mean`, 4ms, not 1ms | \
         \"1ms\" | ",
    ),
    (
        "{ uniform = { min = \"3ms\", max = \"1ms\" } }",
        "`value.uniform.min`: must be at most as long as `max`, 1ms, not 3ms | \
         \"3ms\" | ",
    ),
];

#[test]
fn wrong_laws_are_refused_where_they_are_wrong() {
    check_problems::<Distribution>(VALUE, WRONG);
}

#[test]
fn wrong_percentiles_are_refused() {
    check_problems::<Distribution>(
        VALUE,
        &[
            (
                "{ lognormal = \"4ms\" }",
                "`value.lognormal` must be a table | \"4ms\" | a table of mean, cv, \
                 not a text",
            ),
            (
                "{ lognormal = { p50 = \"4ms\" } }",
                "`value.lognormal` is no law: takes exactly two percentiles, not 1 | \
                 { p50 = \"4ms\" } | ",
            ),
            (
                "{ lognormal = { p50 = \"4ms\", p100 = \"9ms\" } }",
                "`value.lognormal` takes two percentiles, not `p100` | p100 | write \
                 p50, p99 or p999",
            ),
            (
                "{ lognormal = { p50 = \"4ms\", cv = 1.2 } }",
                "`value.lognormal` takes two percentiles, not `cv` | cv | write p50, \
                 p99 or p999",
            ),
            (
                "{ lognormal = { p50 = \"4ms\", p99 = 3 } }",
                "`value.lognormal.p99` must be a duration | 3 | the unit is missing: \
                 write \"3ms\" or \"3s\"",
            ),
            (
                "{ lognormal = { p50 = \"4ms\", p99 = \"3ms\" } }",
                "`value.lognormal` is no law: percentiles must rise, but `p50` is \
                 4ms and `p99` is 3ms | { p50 = \"4ms\", p99 = \"3ms\" } | ",
            ),
            (
                "{ lognormal = { mean = \"4ms\", cv = 1001 } }",
                "`value.lognormal.cv`: must lie between 0 and 1000, not 1001 | 1001 \
                 | ",
            ),
        ],
    );
}

#[test]
fn wrong_parts_are_refused() {
    check_problems::<Distribution>(
        VALUE,
        &[
            (
                "{ mixture = [{ share = \"70%\", of = \"2ms\" }, \
                 { share = \"20%\", of = \"1ms\" }] }",
                "`value.mixture`: the shares must sum to 100%, not 90% | [{ share = \
                 \"70%\", of = \"2ms\" }, { share = \"20%\", of = \"1ms\" }] | ",
            ),
            ("{ mixture = [] }", "`value.mixture`: there must be at least one law | [] | "),
            (
                "{ mixture = [{ share = \"100%\" }] }",
                "`value.mixture[0].of` is missing | { share = \"100%\" } | it takes \
                 a duration or a distribution",
            ),
            (
                "{ mixture = [{ share = 2, of = \"2ms\" }] }",
                "`value.mixture[0].share` must be a fraction | 2 | 2 is more than 1: \
                 write \"2%\" for a percentage",
            ),
            ("{ sum = [] }", "`value.sum`: there must be at least one law | [] | "),
            (
                "{ sum = [\"1ms\", { gama = 3 }] }",
                "`value.sum[1]` names no law | gama | did you mean `gamma`?",
            ),
            ("{ sum = \"1ms\" }", "`value.sum` must be a list | \"1ms\" | in brackets: [\"1ms\"]"),
        ],
    );
}

#[test]
fn wrong_samples_are_refused() {
    check_problems::<Distribution>(
        VALUE,
        &[
            (
                "{ empirical = \"trace.csv\", column = \"service\" }",
                "`value.empirical`: needs `unit` beside it | \"trace.csv\" | the \
                 unit of the values: s, ms, us or ns",
            ),
            (
                "{ empirical = \"trace.csv\", unit = \"us\" }",
                "`value.empirical`: needs `column` beside it | \"trace.csv\" | the \
                 name of the column of values",
            ),
            (
                "{ empirical = \"lost.csv\", column = \"service\", unit = \"us\" }",
                "`value.empirical`: `lost.csv` does not exist | \"lost.csv\" | file \
                 names are relative to the file they stand in",
            ),
            (
                "{ empirical = \"trace.csv\", column = \"servce\", unit = \"us\" }",
                "`value.column`: `trace.csv` has no column `servce` | \"servce\" | \
                 did you mean `service`?",
            ),
            (
                "{ empirical = \"trace.csv\", column = \"page\", unit = \"us\" }",
                "`value.column`: trace.csv:2: column `page`: `a` is not a number | \
                 \"page\" | ",
            ),
            (
                "{ empirical = \"trace.csv\", column = \"service\", unit = \"m\" }",
                "`value.unit`: `m` is not known | \"m\" | did you mean `s`?",
            ),
            (
                "{ empirical = \"trace.csv\", column = \"service\", unit = \"s\", \
                 where = { run = 5 } }",
                "`value.where`: trace.csv has no row where `run` is `5` | { run = 5 \
                 } | ",
            ),
        ],
    );
}

#[test]
fn the_schema_names_every_law() {
    let schema = distribution_schema();
    for law in LAWS {
        assert!(schema["anyOf"][1]["properties"].get(law.name).is_some(), "{}", law.name);
    }
}
