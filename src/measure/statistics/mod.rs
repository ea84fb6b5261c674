//! Plain statistics over the numbers of repeats: nothing here knows what a request is.
//!
//! - [`student`]: quantiles of the normal law and of Student's t; [`beta`]: the incomplete beta
//!   function behind them;
//! - [`sectioning`]: a pooled value and its interval from one value a repeat;
//! - [`warm_up`]: where the start of a run stops to show;
//! - [`verdict`]: whether a station keeps up, and whether work is lost;
//! - [`threshold`]: crossed, not crossed, or undecided;
//! - [`simultaneous`]: levels for many checks at once, and intervals of a share of successes.
//!
//! What must hold: every function is pure and works on `libm` alone, so equal numbers give equal
//! bytes on every machine; a level is a two-sided confidence level (0.95) unless a name says else.

pub mod beta;
pub mod sectioning;
pub mod simultaneous;
pub mod student;
pub mod threshold;
pub mod verdict;
pub mod warm_up;
