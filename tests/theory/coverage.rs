//! How often intervals hold the truth.

use simscale::experiment::validation::coverage::{coverage, crossings, mm1};
use simscale::report::{Format, Screen, validation};

/// 400 seeds of M/M/1 at 0.8, each 8 repeats of 12,500 requests: intervals of mean and p95 hold
/// the truth 364 to 393 times, the range of 95% at 99.9%.
#[test]
fn intervals_of_mm1_hold_the_truth_as_often_as_they_promise() {
    let found = coverage(&[mm1(800)], 400, &|_| {}).expect("jobs are conserved");
    let screen = Screen { width: 100, colour: false };
    let table = validation::coverage(&found, Format::Table, screen);
    println!("{table}");
    assert!(found.passes(), "{table}");
}

/// The same of crossings that the search of `simscale graduate` finds to 2%: users at which p95
/// passes its value at a load of 0.7 and of 0.85.
#[test]
fn intervals_of_crossings_hold_the_truth_as_often_as_they_promise() {
    let found = coverage(&[crossings(&[0.7, 0.85])], 400, &|_| {}).expect("jobs are conserved");
    let screen = Screen { width: 100, colour: false };
    let table = validation::coverage(&found, Format::Table, screen);
    println!("{table}");
    assert!(found.passes(), "{table}");
}
