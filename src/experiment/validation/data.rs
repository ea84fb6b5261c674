//! Data: what a cache holds, and what a replica lacks.

use super::case::Case;
use super::formulas::{che_hit_rate, lifetime_hit_rate};

pub(super) fn cases() -> Vec<Case> {
    [hit_rates(), vec![buffer_pool()], stale_reads()].concat()
}

/// A cache in front of a store that answers at once, 1000 requests a second, 20,000 keys. Within a
/// point of Che's approximation, from a fortieth to half of the keys held; within half a point of
/// the exact hit rate when nothing but a lifetime ends an entry. Hardly a warm-up: a stationary
/// start needs none.
fn hit_rates() -> Vec<Case> {
    let che = |entries: u32| che_hit_rate(20_000, 0.9, f64::from(entries));
    let kept = lifetime_hit_rate(20_000, 0.9, 1_000.0, 20.0);
    let case = |(name, cache, theory, tolerance): (&str, &str, f64, f64)| {
        let system = format!(
            "entry = \"cache\"\n\
             data.items = {{ keys = 20_000, popularity = {{ zipf = 0.9 }} }}\n\
             operations.get = {{ does = \"read\", of = \"items\" }}\n\
             components.cache = {{ kind = \"cache\", holds = [\"items\"], \
             threads = \"unlimited\", service_time = \"1us\", sends_to = \"store\", {cache} }}\n\
             components.store = {{ kind = \"external\", delay = \"1us\" }}"
        );
        Case::open("Che", name.to_owned(), 1_000, system)
            .without_waiting(2_000_000)
            .after("1s")
            .check_to("cache.hit_rate", theory, tolerance)
    };
    let cases = [
        ("Che, 2.5% of keys held", "entries = 500", che(500), 0.01),
        ("Che, 10% of keys held", "entries = 2_000", che(2_000), 0.01),
        ("Che, half of keys held", "entries = 10_000", che(10_000), 0.01),
        ("lifetime of 20 s alone", "entries = 20_000, ttl = \"20s\"", kept, 0.005),
    ];
    cases.into_iter().map(case).collect()
}

/// The same of a database's buffer pool, which reads and writes fill alike.
fn buffer_pool() -> Case {
    let system = "entry = \"db\"\n\
         data.items = { keys = 20_000, popularity = { zipf = 0.9 }, value_size = \"1KiB\" }\n\
         operations.get = { share = \"80%\", does = \"read\", of = \"items\" }\n\
         operations.put = { share = \"rest\", does = \"write\", of = \"items\" }\n\
         components.db = { kind = \"database\", cores = 1_000, connections = \"unlimited\", \
         read_time = \"1us\", disk_time = \"1ms\", iops = \"100000/s\", memory = \"2000KiB\" }";
    let name = "buffer pool of 10%".to_owned();
    Case::open("Che", name, 1_000, system.to_owned())
        .without_waiting(1_000_000)
        .after("1s")
        .check_to("db.buffer.hit_rate", che_hit_rate(20_000, 0.9, 2_000.0), 0.01)
}

/// A read is stale when the last write of its key is younger than its lag. With w writes a second
/// of each key the age is exponential (even draws keep them Poisson), so the probability is
/// E[1 - exp(-wL)]: w m / (1 + w m) for exponential lags of mean m, 1 - exp(-wm) for constant ones.
///
/// 400 writes a second over 200 keys are w = 2; with m = 250 ms, w m is 0.5, so 0.3333 and 0.3935.
/// The mean is that over both replicas; the bare name would mean the luckless one.
fn stale_reads() -> Vec<Case> {
    let case =
        |(name, lag, stale): (&str, &str, f64)| {
            let system = format!(
                "entry = \"db\"\n\
             data.items = {{ keys = 200 }}\n\
             operations.get = {{ share = \"60%\", does = \"read\", of = \"items\" }}\n\
             operations.put = {{ share = \"rest\", does = \"write\", of = \"items\" }}\n\
             components.db = {{ kind = \"database\", cores = 4, connections = \"unlimited\", \
             read_time = {{ exponential = \"1ms\" }}, replicas = {{ count = 2, lag = {lag} }} }}"
            );
            Case::open("stale reads", name.to_owned(), 1_000, system)
                .without_waiting(2_000_000)
                .check("db.stale_reads.mean", stale, 0.01)
        };
    let (exponential, constant) = (0.5 / 1.5, -libm::expm1(-0.5));
    let cases = [
        ("stale, exponential lag", "{ exponential = \"250ms\" }", exponential),
        ("stale, constant lag", "\"250ms\"", constant),
    ];
    cases.into_iter().map(case).collect()
}
