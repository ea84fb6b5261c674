//! Text to checked values: TOML, units and places, no component.
//!
//! - [`source`], [`node`]: the texts read and the values in them, each with its place;
//! - [`parse`], [`merge`], [`set`], [`load`]: a file, what it extends and what `--set` changes,
//!   as one table;
//! - [`key`], [`declarations`]: what tables accept, and what must hold of such lists;
//! - [`reading`], [`reader`]: typed values read by them;
//! - [`quantity`], [`condition`]: the forms of single values;
//! - [`diagnostic`]: all that is wrong, shown in the user's own text;
//! - [`schema`]: a JSON Schema for editors, from the same declarations.
//!
//! What must hold: every problem is collected, none stops the reading; every value keeps the place
//! it came from through extending and overriding; a printed quantity parses back to itself.

pub mod condition;
pub mod declarations;
pub mod diagnostic;
pub mod key;
pub mod load;
pub mod merge;
pub mod node;
pub mod parse;
pub mod quantity;
pub mod reader;
pub mod reading;
pub mod schema;
pub mod set;
pub mod source;
#[cfg(test)]
mod testing;
