//! Caches that start stationary against caches that were filled.

use crate::support::{TEST_SEED, run_text, value};

/// Repeats of every case.
const REPEATS: u32 = 20;
/// Requests measured, all repeats together.
const REQUESTS: u32 = 2_000_000;

const READS: &str = "operations.get = { does = \"read\", of = \"items\" }";
const WRITES: &str = "operations.get = { share = \"90%\", does = \"read\", of = \"items\" }\n\
                      operations.put = { share = \"rest\", does = \"write\", of = \"items\" }";

/// The hit rate of a cache in front of a store that answers at once, 1000 requests a second, 20,000
/// keys.
fn hit_rate(warm_up: &str, cache: &str, operations: &str) -> f64 {
    let each = REQUESTS / REPEATS;
    let scenario = format!(
        "run = {{ requests = {each}, repeats = {REPEATS}, seed = {TEST_SEED}, \
         warmup = \"{warm_up}\" }}\n\
         users = {{ count = 1_000, rate = \"1/s\" }}\n\
         entry = \"cache\"\n\
         data.items = {{ keys = 20_000, popularity = {{ zipf = 0.9 }} }}\n\
         {operations}\n\
         components.cache = {{ kind = \"cache\", holds = [\"items\"], threads = \"unlimited\", \
         service_time = \"1us\", sends_to = \"store\", {cache} }}\n\
         components.store = {{ kind = \"external\", delay = \"1us\" }}"
    );
    value(&run_text("filled", &scenario), "cache.hit_rate")
}

/// Half a point between a cache that starts stationary and one that was filled for long: 600 s are
/// 600,000 requests a repeat, or six lifetimes of the longest kind, and more than ten times what
/// passes until one of 2,000 entries is forgotten unread. What was filled at the same time expires
/// at the same time for long, so the 100 s measured are whole lifetimes.
#[test]
fn a_stationary_start_is_as_good_as_a_long_fill() {
    for (case, cache, operations) in [
        ("memory", "entries = 2_000", READS),
        ("lifetime", "entries = 20_000, ttl = \"100s\"", READS),
        ("memory and lifetime", "entries = 2_000, ttl = \"20s\"", READS),
        ("memory, lifetime and deletes", "entries = 2_000, ttl = \"20s\"", WRITES),
    ] {
        let cold = hit_rate("600s", &format!("{cache}, start = \"cold\""), operations);
        // Hardly a warm-up: a stationary start needs none.
        let stationary = hit_rate("1s", cache, operations);
        println!("{case:30} filled {cold:.4}  stationary {stationary:.4}");
        assert!((cold - stationary).abs() < 0.005, "{case}: {stationary} for {cold}");
    }
}
