//! Data: what a cache holds, and what a replica lacks.

use super::formulas::{che_hit_rate, lifetime_hit_rate};
use super::{Group, run_after, run_open};
use crate::support::value;

/// A cache in front of a store that answers at once, 1000 requests a second, 20,000 keys.
fn cached(cache: &str, operations: &str) -> String {
    format!(
        "users = {{ count = 1_000, rate = \"1/s\" }}\n\
         entry = \"cache\"\n\
         data.items = {{ keys = 20_000, popularity = {{ zipf = 0.9 }} }}\n\
         {operations}\n\
         components.cache = {{ kind = \"cache\", holds = [\"items\"], threads = \"unlimited\", \
         service_time = \"1us\", sends_to = \"store\", {cache} }}\n\
         components.store = {{ kind = \"external\", delay = \"1us\" }}"
    )
}

/// Hardly a warm-up: a stationary start needs none.
const ONE_SECOND: &str = "\"1s\"";
const READS: &str = "operations.get = { does = \"read\", of = \"items\" }";

fn hit_rate(warm_up: &str, scenario: &str) -> f64 {
    value(&run_after(warm_up, scenario, 2_000_000), "cache.hit_rate")
}

/// Within a point of Che's approximation, from a fortieth to half of the keys held; within half a
/// point of the exact hit rate when nothing but a lifetime ends an entry.
#[test]
fn hit_rates_follow_che() {
    let che = |entries: u32| che_hit_rate(20_000, 0.9, f64::from(entries));
    for (cache, theory, tolerance) in [
        ("entries = 500", che(500), 0.01),
        ("entries = 2_000", che(2_000), 0.01),
        ("entries = 10_000", che(10_000), 0.01),
        ("entries = 20_000, ttl = \"20s\"", lifetime_hit_rate(20_000, 0.9, 1_000.0, 20.0), 0.005),
    ] {
        let simulated = hit_rate(ONE_SECOND, &cached(cache, READS));
        println!("{cache:30} theory {theory:.4}  simulated {simulated:.4}");
        assert!((simulated - theory).abs() < tolerance, "{cache}: {simulated} for {theory}");
    }
}

/// Half a point between a cache that starts stationary and one that was filled for long: 600 s are
/// 600,000 requests a repeat, or six lifetimes of the longest kind, and more than ten times what
/// passes until one of 2,000 entries is forgotten unread. What was filled at the same time expires
/// at the same time for long, so the 100 s measured are whole lifetimes.
#[test]
fn a_stationary_start_is_as_good_as_a_long_fill() {
    let writes = "operations.get = { share = \"90%\", does = \"read\", of = \"items\" }\n\
                  operations.put = { share = \"rest\", does = \"write\", of = \"items\" }";
    for (case, cache, operations) in [
        ("memory", "entries = 2_000", READS),
        ("lifetime", "entries = 20_000, ttl = \"100s\"", READS),
        ("memory and lifetime", "entries = 2_000, ttl = \"20s\"", READS),
        ("memory, lifetime and deletes", "entries = 2_000, ttl = \"20s\"", writes),
    ] {
        let cold = cached(&format!("{cache}, start = \"cold\""), operations);
        let cold = hit_rate("\"600s\"", &cold);
        let stationary = hit_rate(ONE_SECOND, &cached(cache, operations));
        println!("{case:30} filled {cold:.4}  stationary {stationary:.4}");
        assert!((cold - stationary).abs() < 0.005, "{case}: {stationary} for {cold}");
    }
}

/// A read is stale when the last write of its key is younger than its lag. With w writes a second
/// of each key the age is exponential (even draws keep them Poisson), so the probability is
/// E[1 - exp(-wL)]: w m / (1 + w m) for exponential lags of mean m, 1 - exp(-wm) for constant ones.
///
/// 400 writes a second over 200 keys are w = 2; with m = 250 ms, w m is 0.5, so 0.3333 and 0.3935.
#[test]
fn reads_are_as_stale_as_the_lag_law_says() {
    let mut group = Group::new("stale reads");
    let (exponential, constant) = (0.5 / 1.5, -libm::expm1(-0.5));
    for (case, lag, stale) in [
        ("exponential lag", "{ exponential = \"250ms\" }", exponential),
        ("constant lag", "\"250ms\"", constant),
    ] {
        let system = format!(
            "entry = \"db\"\n\
             data.items = {{ keys = 200 }}\n\
             operations.get = {{ share = \"60%\", does = \"read\", of = \"items\" }}\n\
             operations.put = {{ share = \"rest\", does = \"write\", of = \"items\" }}\n\
             components.db = {{ kind = \"database\", cores = 4, connections = \"unlimited\", \
             read_time = {{ exponential = \"1ms\" }}, replicas = {{ count = 2, lag = {lag} }} }}"
        );
        let result = run_open(1_000, 2_000_000, &system);
        // The mean over both replicas; the bare name would mean the luckless one.
        group.check(case, &result, "db.stale_reads.mean", stale, 0.01);
    }
    group.finish();
}
