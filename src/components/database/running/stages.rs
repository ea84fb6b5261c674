//! What a job at the database is doing: the lower byte of its note.
//!
//! The rest of a query's note is the region of its caller, the rest of a child's note the number of
//! its gathering. Those of transactions are declared with them.

/// A query on the way to its node.
pub const QUERY_GOES: u32 = 1;
/// A query at its node.
pub const QUERY: u32 = 2;
/// A query whose answer waits for other members.
pub const COMMITTING: u32 = 3;
/// A query on the way back to its caller, done well.
pub const ANSWERED: u32 = 4;
/// The same, turned away.
pub const REJECTED: u32 = 5;
/// The same, failed.
pub const FAILED: u32 = 6;
/// A query that waits for its children.
pub const GATHERING: u32 = 7;
/// A child on the way to its node.
pub const PART_GOES: u32 = 8;
/// A child at its node.
pub const PART: u32 = 9;
/// A child on the way back, done well.
pub const PART_DONE: u32 = 10;
/// A child on the way back, failed.
pub const PART_FAILED: u32 = 11;
/// A copy of a write on the way to a follower.
pub const COPY_GOES: u32 = 12;
/// A copy of a write at a follower.
pub const COPY: u32 = 13;
/// A batch of keys that waits for its turn.
pub const BATCH_WAITS: u32 = 14;
/// A batch that is read at the old shard.
pub const BATCH_READ: u32 = 15;
/// A batch on the way to a node of the new shard.
pub const BATCH_GOES: u32 = 16;
/// A batch that is written there.
pub const BATCH_WRITTEN: u32 = 17;
/// A write on the way to the new shard of its key.
pub const TWIN_GOES: u32 = 18;
/// A write at the new shard of its key.
pub const TWIN: u32 = 19;

/// A write that reaches a copy on a ring late, on the way there.
pub const DELIVERY_GOES: u32 = 20;
/// The same at its node.
pub const DELIVERY: u32 = 21;

/// What a job waits for that takes its next step only after a while, in words.
pub const fn awaited(doing: u32) -> &'static str {
    match doing {
        QUERY_GOES | PART_GOES | COPY_GOES | BATCH_GOES | TWIN_GOES | DELIVERY_GOES => {
            "the way there"
        }
        ANSWERED | REJECTED | FAILED | PART_DONE | PART_FAILED => "the way back",
        COMMITTING => "the other members",
        _ => "the others",
    }
}

/// A note of what a job is doing, and the rest.
pub const fn note(doing: u32, rest: u32) -> u32 {
    doing | rest << 8
}

/// What a job of this note is doing.
pub const fn doing(note: u32) -> u32 {
    note & 0xFF
}

/// The rest of a note.
pub const fn rest(note: u32) -> u32 {
    note >> 8
}
