//! `cases.jsonl`: the head of a sweep in the first line, then a case in each.
//!
//! While a sweep goes on, cases are added as they are done, in any order; once it is complete, the
//! file is written anew in the order of the cases. A last line that was cut off is no case.

use serde::{Deserialize, Serialize};

use crate::experiment::sweep::{CaseResult, SweepHead, SweepResult};

/// Name of the file.
pub const NAME: &str = "cases.jsonl";

/// A part of a sweep: the `index`-th of `parts`, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Shard {
    /// Which part, from 1.
    pub index: usize,
    /// How many parts there are.
    pub parts: usize,
}

impl Shard {
    /// The whole sweep.
    pub const WHOLE: Shard = Shard { index: 1, parts: 1 };

    /// Whether a case belongs to the part: cases are dealt out in turn, so that all parts get long
    /// and short ones.
    pub fn holds(self, case: usize) -> bool {
        case % self.parts == self.index - 1
    }

    /// Numbers of the cases of a sweep that belong to the part, rising.
    pub fn cases(self, head: &SweepHead) -> impl Iterator<Item = usize> {
        (0..head.cases()).filter(move |case| self.holds(*case))
    }
}

/// What a journal holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Journal {
    /// What the sweep is about.
    pub head: SweepHead,
    /// Which part of it this is.
    pub shard: Shard,
    /// The cases that are done, in the order of their numbers.
    pub cases: Vec<CaseResult>,
}

#[derive(Serialize, Deserialize)]
struct FirstLine {
    sweep: SweepHead,
    shard: Shard,
}

impl Journal {
    /// Whether all cases of the part are there.
    pub fn is_complete(&self) -> bool {
        self.cases.len() == self.shard.cases(&self.head).count()
    }
}

/// The first line.
pub fn first_line(head: &SweepHead, shard: Shard) -> String {
    line(&FirstLine { sweep: head.clone(), shard })
}

/// The line of a case.
pub fn line_of(case: &CaseResult) -> String {
    line(case)
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data has a JSON form") + "\n"
}

/// The journal of a sweep, or of a part of one, that is complete.
pub fn render(result: &SweepResult, shard: Shard) -> String {
    first_line(&result.head, shard) + &result.cases.iter().map(line_of).collect::<String>()
}

/// Reads a journal, whether complete or not.
///
/// # Errors
/// In words, when the text is no journal, or one of another version's form.
pub fn read(text: &str) -> Result<Journal, String> {
    // What stands behind the last newline was cut off.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut lines = whole.lines();
    let first: FirstLine = serde_json::from_str(lines.next().unwrap_or_default())
        .map_err(|cause| format!("its first line is no head of a sweep ({cause})"))?;
    let mut cases: Vec<CaseResult> = Vec::new();
    for (number, line) in (2..).zip(lines) {
        let case: CaseResult = serde_json::from_str(line)
            .map_err(|cause| format!("line {number} is no case of a sweep ({cause})"))?;
        if case.case >= first.sweep.cases() || !first.shard.holds(case.case) {
            return Err(format!("line {number} is a case of another sweep"));
        }
        cases.push(case);
    }
    cases.sort_by_key(|case| case.case);
    cases.dedup_by_key(|case| case.case);
    Ok(Journal { head: first.sweep, shard: first.shard, cases })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::result::Verdict;
    use crate::experiment::sweep::{SweepAxis, SweepStage};
    use crate::measure::unit::Unit;

    fn head() -> SweepHead {
        let axis = SweepAxis {
            path: "users.count".to_owned(),
            values: ["1K", "2K", "3K"].map(str::to_owned).to_vec(),
            numbers: Some(vec![1e3, 2e3, 3e3]),
            unit: Unit::Count,
            is_logarithmic: false,
        };
        let stage = SweepStage {
            scenario: "small".to_owned(),
            title: "small".to_owned(),
            stage: None,
            thresholds: Vec::new(),
            effective: Vec::new(),
        };
        SweepHead {
            version: "0.1.0".to_owned(),
            hash: "0".to_owned(),
            command: String::new(),
            axes: vec![axis],
            stages: vec![stage],
            columns: Vec::new(),
            plot: String::new(),
        }
    }

    fn case(case: usize) -> CaseResult {
        CaseResult {
            case,
            users: 1_000,
            verdict: Verdict::Stable,
            repeats: 8,
            requests: 10,
            simulated: 11,
            metrics: Vec::new(),
            graduation: Vec::new(),
        }
    }

    #[test]
    fn what_was_kept_is_read_in_order_and_a_line_that_was_cut_off_is_no_case() {
        let text = first_line(&head(), Shard::WHOLE) + &line_of(&case(2)) + &line_of(&case(0));
        let cut = &line_of(&case(1))[..20];
        let journal = read(&(text.clone() + cut)).expect("it is a journal");
        let kept: Vec<usize> = journal.cases.iter().map(|case| case.case).collect();
        assert_eq!((kept, journal.is_complete()), (vec![0, 2], false));
        let whole = read(&(text + &line_of(&case(1)))).expect("it is a journal");
        assert!(whole.is_complete());
    }

    #[test]
    fn what_is_no_journal_says_where() {
        let begun = first_line(&head(), Shard { index: 1, parts: 2 });
        for (text, message) in [
            (String::new(), "its first line is no head of a sweep"),
            ("{}\n".to_owned(), "its first line is no head of a sweep"),
            (begun.clone() + "nonsense\n", "line 2 is no case of a sweep"),
            (begun.clone() + &line_of(&case(9)), "line 2 is a case of another sweep"),
            (begun + &line_of(&case(1)), "line 2 is a case of another sweep"),
        ] {
            let why = read(&text).expect_err("it is none");
            assert!(why.starts_with(message), "{why}");
        }
    }
}
