//! Placements against theory and against each other.
