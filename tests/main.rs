//! Integration tests: one binary, one module per concern.
//!
//! - [`theory`]: queueing theory as the oracle, through plain scenario files;
//! - [`properties`]: conservation, Little's law and more, over random valid scenarios;
//! - [`compare`]: two cases side by side, against what is known of their difference;
//! - [`determinism`]: the same bytes for any number of threads;
//! - [`express`]: the express lane against the general engine;
//! - [`golden`]: every file in `scenarios/` against its recorded summary;
//! - [`invalid`]: every wrong file in `tests/invalid/` against its message;
//! - [`command_line`]: the program as its users see it;
//! - [`real_data`]: measured traces, where they are at hand;
//! - [`reference`]: the README and the language's own lists say the same;
//! - [`tidy`]: layers, sizes and names of the code itself.

mod command_line;
mod compare;
mod determinism;
mod express;
mod golden;
mod invalid;
mod properties;
mod real_data;
mod reference;
mod support;
mod theory;
mod tidy;
