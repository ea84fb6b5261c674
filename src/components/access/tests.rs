//! Keys belong to their users, and equal classes are one.

use super::*;
use crate::blocks::geography::Region;
use crate::kernel::random::Stream;
use crate::kernel::time::Duration;

#[test]
fn own_keys_belong_to_their_user_only() {
    let popularity = Popularity::Uniform;
    let posts = Dataset::new("posts".into(), 1, 50, Some(5), popularity, Order::Scattered, 100);
    let stream = Stream::new(1, 0, "users", "key");
    for user in 0..10 {
        for identity in 0..20 {
            let mut draw = stream.draw(identity);
            let key = posts.draw_key(KeyChoice::Own, user, identity, &mut draw);
            assert_eq!(dataset_of(key), 1);
            let id = key & (MADE_BIT - 1);
            assert!((user * 5..user * 5 + 5).contains(&id), "user {user} got {id}");
            assert_eq!(posts.owner(key), Some(user));
            let made = posts.draw_key(KeyChoice::New, user, identity, &mut draw);
            assert_eq!((dataset_of(made), posts.owner(made)), (1, Some(user)));
        }
    }
}

/// 20,000 draws of each: a share of 0.8 has a standard error of 0.0028, four of which are
/// 0.0113. Zipf's law makes some keys hot, but not nearer.
#[test]
fn so_many_draws_stay_in_the_region_of_the_user() {
    let region = |name: &str, share| Region { name: name.to_owned(), share };
    let regions = vec![region("ap", 0.06), region("us", 0.94)];
    let geography = Geography::new(regions, 1, vec![Duration::ZERO; 4]);
    let law = Popularity::Zipf { exponent: 0.99 };
    let posts = Dataset::new("posts".into(), 1, 50_000, Some(5), law, Order::Scattered, 100)
        .in_regions(&geography, Some(0.8), Some(Residency::Owner));
    let stream = Stream::new(1, 0, "users", "key");
    let user = (0..10_000).find(|user| geography.region_of(*user) == 0);
    let user = user.expect("6% of 10,000 users live there");
    for choice in [KeyChoice::Popular, KeyChoice::Uniform] {
        let is_near = |identity: u64| {
            let key = posts.draw_key(choice, user, identity, &mut stream.draw(identity));
            posts.must_stay_in(key) == Some(0)
        };
        let near = (0..20_000).filter(|identity| is_near(*identity)).count() as f64 / 20_000.0;
        assert!((near - 0.8).abs() < 0.0113, "{choice:?}: {near}");
    }
}

#[test]
fn classes_are_shared_when_equal() {
    let mut classes = Classes::default();
    let read = Class {
        operation: 0,
        verb: Verb::Read,
        dataset: Some(0),
        key: KeyChoice::Popular,
        from: ReadFrom::Usual,
        keys: 1,
    };
    assert_eq!(classes.intern(read), 0);
    assert_eq!(classes.intern(Class { verb: Verb::Write, ..read }), 1);
    assert_eq!(classes.intern(read), 0);
    assert_eq!(classes.len(), 2);
}
