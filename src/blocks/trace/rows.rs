//! Rows of a CSV file: named columns, a filter, one row in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::error::{Fault, TraceError};

/// Bytes read ahead from the file.
const READ_AHEAD: usize = 1 << 16;

/// A CSV file, and which of its rows count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceFile {
    /// Where it lies. Gzip is told by the file's first bytes.
    pub path: PathBuf,
    /// Columns and what a row must hold there: the same text, or the same number where both are
    /// numbers. Rows that differ are passed over.
    pub filter: Vec<(String, String)>,
}

impl TraceFile {
    /// A file whose rows all count.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        TraceFile { path: path.into(), filter: Vec::new() }
    }

    /// Opens the file at its first row, to read the columns named.
    ///
    /// # Errors
    /// When it cannot be read, has no header, or lacks a column.
    pub fn open(&self, columns: &[&str]) -> Result<Rows, TraceError> {
        let fail = |fault| TraceError::new(&self.path, None, fault);
        let (input, compressed) =
            open_text(&self.path).map_err(|error| fail(Fault::Unreadable(error)))?;
        let mut input = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .buffer_capacity(READ_AHEAD)
            .from_reader(input);
        let reading = Reading { path: self.path.clone(), compressed };
        let header = match input.headers() {
            Ok(header) => header.clone(),
            Err(error) => return Err(reading.error(error)),
        };
        if header.is_empty() {
            return Err(fail(Fault::Empty));
        }
        let place = |name: &str| place_of(&header, name).map_err(fail);
        let places = columns.iter().map(|name| place(name)).collect::<Result<_, _>>()?;
        let conditions = self
            .filter
            .iter()
            .map(|(name, wanted)| Ok(Condition { place: place(name)?, wanted: wanted.clone() }))
            .collect::<Result<_, _>>()?;
        let record = csv::StringRecord::new();
        Ok(Rows { reading, input, header, record, places, conditions, seen: 0, matched: 0 })
    }
}

/// The text of a file, unpacked if need be; true when it is compressed.
fn open_text(path: &Path) -> io::Result<(Box<dyn Read + Send>, bool)> {
    let mut file = BufReader::with_capacity(READ_AHEAD, File::open(path)?);
    let compressed = file.fill_buf()?.starts_with(&[0x1F, 0x8B]);
    let text: Box<dyn Read + Send> = match compressed {
        true => Box::new(MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    Ok((text, compressed))
}

/// The column of this name.
fn place_of(header: &csv::StringRecord, wanted: &str) -> Result<usize, Fault> {
    let mut places = (0..header.len()).filter(|&place| &header[place] == wanted);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => Err(Fault::AmbiguousColumn(wanted.to_string())),
        _ => {
            let mut present: Vec<String> = header.iter().map(str::to_string).collect();
            let likeness = |name: &str| strsim::jaro_winkler(name, wanted);
            present.sort_by(|one, other| likeness(other).total_cmp(&likeness(one)));
            Err(Fault::MissingColumn { wanted: wanted.to_string(), present })
        }
    }
}

/// What a row must hold in one column.
#[derive(Debug)]
struct Condition {
    place: usize,
    wanted: String,
}

impl Condition {
    fn holds(&self, record: &csv::StringRecord) -> bool {
        let field = &record[self.place];
        if field == self.wanted {
            return true;
        }
        match (field.parse::<f64>(), self.wanted.parse::<f64>()) {
            (Ok(number), Ok(wanted)) => number == wanted,
            _ => false,
        }
    }
}

/// The file being read, for its errors.
#[derive(Debug)]
struct Reading {
    path: PathBuf,
    compressed: bool,
}

impl Reading {
    fn error(&self, error: csv::Error) -> TraceError {
        let line = error.position().and_then(|position| self.line_at(position));
        let (line, fault) = match error.into_kind() {
            csv::ErrorKind::UnequalLengths { expected_len: expected, len: found, .. } => {
                (line, Fault::FieldCount { found, expected })
            }
            csv::ErrorKind::Utf8 { .. } => (line, Fault::NotUtf8),
            csv::ErrorKind::Io(error) if self.compressed => (None, Fault::Gzip(error)),
            csv::ErrorKind::Io(error) => (None, Fault::Unreadable(error)),
            other => (None, Fault::Unreadable(io::Error::other(format!("{other:?}")))),
        };
        TraceError::new(&self.path, line, fault)
    }

    /// The line of the row at this position, found by reading the file again: the position is where
    /// the row before ended, with line ends and blank lines still to come.
    fn line_at(&self, position: &csv::Position) -> Option<u64> {
        let (text, _) = open_text(&self.path).ok()?;
        let mut line = 1;
        for (offset, byte) in (0..).zip(BufReader::new(text).bytes()) {
            let byte = byte.ok()?;
            if offset >= position.byte() && byte != b'\n' && byte != b'\r' {
                break;
            }
            line += u64::from(byte == b'\n');
        }
        Some(line)
    }
}

/// The matching rows of an open file, one at a time.
pub struct Rows {
    reading: Reading,
    input: csv::Reader<Box<dyn Read + Send>>,
    header: csv::StringRecord,
    record: csv::StringRecord,
    /// Where the columns asked for stand.
    places: Vec<usize>,
    conditions: Vec<Condition>,
    seen: u64,
    matched: u64,
}

impl Rows {
    /// Goes to the next row that passes the filter; false at the end.
    ///
    /// # Errors
    /// A malformed row, matching or not; at the end, when no row passed.
    pub fn advance(&mut self) -> Result<bool, TraceError> {
        loop {
            match self.input.read_record(&mut self.record) {
                Ok(true) => self.seen += 1,
                Ok(false) => return self.end(),
                Err(error) => return Err(self.reading.error(error)),
            }
            if self.conditions.iter().all(|condition| condition.holds(&self.record)) {
                self.matched += 1;
                return Ok(true);
            }
        }
    }

    fn end(&self) -> Result<bool, TraceError> {
        let fault = match (self.seen, self.matched) {
            (0, _) => Fault::NoRows,
            (_, 0) => Fault::NothingMatches(self.filter_in_words()),
            _ => return Ok(false),
        };
        Err(TraceError::new(self.path(), None, fault))
    }

    fn filter_in_words(&self) -> String {
        let words = |condition: &Condition| {
            format!("`{}` is `{}`", &self.header[condition.place], condition.wanted)
        };
        self.conditions.iter().map(words).collect::<Vec<_>>().join(" and ")
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.reading.path
    }

    /// The field in the `column`-th of the columns asked for.
    pub fn text(&self, column: usize) -> &str {
        &self.record[self.places[column]]
    }

    /// The field as a finite number.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(&self, column: usize) -> Result<f64, TraceError> {
        let number = self.text(column).parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.unparsable(column, "a number"))
    }

    /// The field as a number, 0 or more.
    ///
    /// # Errors
    /// When it is none.
    pub fn amount(&self, column: usize) -> Result<f64, TraceError> {
        let number = self.number(column)?;
        if number >= 0.0 { Ok(number) } else { Err(self.unparsable(column, "0 or more")) }
    }

    /// The field as a whole number, 0 or more.
    ///
    /// # Errors
    /// When it is none.
    pub fn whole(&self, column: usize) -> Result<u64, TraceError> {
        let wanted = "a whole number, 0 or more";
        self.text(column).parse().map_err(|_| self.unparsable(column, wanted))
    }

    /// The error that this field is not what is `wanted`.
    pub fn unparsable(&self, column: usize, wanted: &'static str) -> TraceError {
        let text = self.text(column).to_string();
        self.fault(column, |column| Fault::Unparsable { column, text, wanted })
    }

    /// An error about a field of the present row.
    pub(super) fn fault(&self, column: usize, fault: impl FnOnce(String) -> Fault) -> TraceError {
        let name = self.header[self.places[column]].to_string();
        let line = self.record.position().and_then(|position| self.reading.line_at(position));
        TraceError::new(self.path(), line, fault(name))
    }
}
