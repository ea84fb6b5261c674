//! What keeps a sweep while it goes on: every case is in the journal as soon as it is done, and in
//! `sweep.csv` as soon as all before it are.

use std::collections::BTreeMap;

use crate::experiment::sweep::{CaseResult, SweepHead, SweepResult};
use crate::report::sweep::journal::{self, Journal, Shard};
use crate::report::sweep::{ROWS, csv};
use crate::report::{GrowingFile, MANIFEST, OutputFolder, WriteError};

/// A sweep that is under way.
pub(super) struct Keeper {
    head: SweepHead,
    shard: Shard,
    journal: GrowingFile,
    rows: GrowingFile,
    /// Numbers of the cases whose rows are to come, in order.
    to_come: std::vec::IntoIter<usize>,
    next: Option<usize>,
    /// Cases that are done, by number.
    done: BTreeMap<usize, CaseResult>,
}

impl Keeper {
    /// Begins in a folder, with the cases that an earlier attempt had done.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn begin(
        folder: &OutputFolder,
        head: SweepHead,
        shard: Shard,
        kept: Vec<CaseResult>,
    ) -> Result<Keeper, WriteError> {
        // Without a manifest the folder says of itself that it is not complete.
        folder.remove(MANIFEST)?;
        let begun = journal::first_line(&head, shard)
            + &kept.iter().map(journal::line_of).collect::<String>();
        let journal = folder.begin(journal::NAME, begun.as_bytes())?;
        let rows = folder.begin(ROWS, csv::titles(&head).as_bytes())?;
        let cases: Vec<usize> = shard.cases(&head).collect();
        let mut to_come = cases.into_iter();
        let next = to_come.next();
        let done = kept.into_iter().map(|case| (case.case, case)).collect();
        let mut keeper = Keeper { head, shard, journal, rows, to_come, next, done };
        keeper.write_rows()?;
        Ok(keeper)
    }

    /// Keeps a case that is done.
    ///
    /// # Errors
    /// When it cannot be written; all cases before it are kept.
    pub fn keep(&mut self, case: CaseResult) -> Result<(), WriteError> {
        self.journal.append(journal::line_of(&case).as_bytes())?;
        self.done.insert(case.case, case);
        self.write_rows()
    }

    /// Writes the rows that are due.
    fn write_rows(&mut self) -> Result<(), WriteError> {
        while let Some(case) = self.next.and_then(|next| self.done.get(&next)) {
            self.rows.append(csv::row(&self.head, case).as_bytes())?;
            self.next = self.to_come.next();
        }
        Ok(())
    }

    /// Whether a case is done.
    pub fn has(&self, case: usize) -> bool {
        self.done.contains_key(&case)
    }

    /// How many cases are done, and of how many.
    pub fn progress(&self) -> (usize, usize) {
        (self.done.len(), self.shard.cases(&self.head).count())
    }

    /// All that was found.
    pub fn result(&self) -> SweepResult {
        SweepResult { head: self.head.clone(), cases: self.done.values().cloned().collect() }
    }
}

/// The cases that an earlier attempt left in the folder, if they are of this very sweep.
///
/// # Errors
/// In words, when what is there is of another sweep, or cannot be read.
pub(super) fn kept(
    folder: &OutputFolder,
    head: &SweepHead,
    shard: Shard,
) -> Result<Vec<CaseResult>, String> {
    let Some(found) = read(folder)? else { return Ok(Vec::new()) };
    let place = folder.path().display();
    if found.head.version != head.version {
        let version = &found.head.version;
        return Err(format!("`{place}` holds a sweep of version {version}: add --restart"));
    }
    if found.head.hash != head.hash || found.head.axes != head.axes {
        return Err(format!(
            "`{place}` holds another sweep (hash {}, this one {}), begun by\n  {}\nrepeat that \
             command to go on with it, give --out for another folder, or --restart",
            found.head.hash, head.hash, found.head.command
        ));
    }
    if found.shard != shard {
        let Shard { index, parts } = found.shard;
        return Err(format!("`{place}` holds part {index}/{parts} of this sweep: give --out"));
    }
    Ok(found.cases)
}

/// The journal in a folder; `None` when there is none.
///
/// # Errors
/// In words, when it cannot be read.
pub(super) fn read(folder: &OutputFolder) -> Result<Option<Journal>, String> {
    let text = folder.read(journal::NAME).map_err(|error| error.to_string())?;
    let place = folder.path().join(journal::NAME);
    let read = |text: String| {
        journal::read(&text).map_err(|why| format!("`{}` is no journal: {why}", place.display()))
    };
    text.map(read).transpose()
}
