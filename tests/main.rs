//! Integration tests: one binary, one module per concern.
//!
//! - [`theory`]: queueing theory as the oracle, through plain scenario files;
//! - [`properties`]: conservation, Little's law and more, over random valid scenarios;
//! - [`availability`]: failures and repairs against arithmetic;
//! - [`compare`]: two cases side by side, against what is known of their difference;
//! - [`determinism`]: the same bytes for any number of threads;
//! - [`express`]: the express lane against the general engine;
//! - [`sweep`]: cases over axes, kept, resumed and merged; [`graduation`]: known crossings;
//! - [`golden`]: every file in `scenarios/` against its recorded summary;
//! - [`invalid`]: every wrong file in `tests/invalid/` against its message;
//! - [`command_line`]: the program as its users see it;
//! - [`real_data`]: measured traces, where they are at hand;
//! - [`regions`]: several regions and faults against arithmetic;
//! - [`reference`]: the README and the language's own lists say the same;
//! - [`resharding`]: shards that are added in the course of a run;
//! - [`request_trace`]: one request hop by hop;
//! - [`transactions`]: writes of several keys while something is down;
//! - [`validate`]: the table of theory in its quick form, as its users see it;
//! - [`tidy`]: layers, sizes and names of the code itself.

mod availability;
mod command_line;
mod compare;
mod determinism;
mod express;
mod golden;
mod graduation;
mod invalid;
mod properties;
mod real_data;
mod reference;
mod regions;
mod request_trace;
mod resharding;
mod support;
mod sweep;
mod theory;
mod tidy;
mod transactions;
mod validate;
