//! The numbers of users that are run first.

/// The most points of the grid.
const GRID: usize = 10;
/// The ratio of two points of the grid at least: closer ones tell little more.
const LEAST_RATIO: f64 = 1.3;

/// Numbers of users from `low` to `high`, apart by ratios.
pub fn grid(low: u64, high: u64) -> Vec<u64> {
    let ratio = high as f64 / low as f64;
    let fits = libm::log(ratio) / libm::log(LEAST_RATIO);
    let steps = libm::ceil(fits).clamp(1.0, (GRID - 1) as f64);
    let at = |step: usize| low as f64 * libm::pow(ratio, step as f64 / steps);
    let mut grid: Vec<u64> =
        (0..=steps as usize).map(|step| libm::round(at(step)) as u64).collect();
    grid.dedup();
    grid
}
