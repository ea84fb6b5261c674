//! Texts that were read, and places in them.
//!
//! Every value of a scenario knows the bytes it came from, whichever file or `--set` holds them.

use std::path::{Path, PathBuf};

/// Which text of [`Sources`] a place lies in; in the order of reading.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(pub u16);

/// A range of bytes in a source; `end` is exclusive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// Byte behind the last one.
    pub end: u32,
}

/// One text that was read.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name as the user knows it: the file's path as typed, or `--set`.
    pub name: String,
    /// All of it.
    pub text: String,
    /// The folder against which file names in it are resolved.
    pub folder: PathBuf,
}

/// Every text read for one scenario.
#[derive(Clone, Default, Debug)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// No text yet.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Keeps a text and gives its id.
    ///
    /// # Panics
    /// When more than 65 536 texts are read for one scenario.
    pub fn add(&mut self, name: &str, text: &str, folder: &Path) -> SourceId {
        let id = u16::try_from(self.list.len()).expect("a scenario has fewer than 65 536 sources");
        let source =
            Source { name: name.to_owned(), text: text.to_owned(), folder: folder.to_path_buf() };
        self.list.push(source);
        SourceId(id)
    }

    /// The text behind an id.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.list[usize::from(id.0)]
    }

    /// The beginning of the file that was read first, for what is wrong with it as a whole.
    pub fn file_place(&self) -> Place {
        Place { source: SourceId(0), start: 0, end: 0 }
    }

    /// Every text, in the order of reading.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter()
    }

    /// The bytes at a place, as text.
    pub fn excerpt(&self, place: Place) -> &str {
        let text = &self.get(place.source).text;
        text.get(place.start as usize..place.end as usize).unwrap_or("")
    }

    /// A file name written at `place`, relative to the folder of the file it was written in (the
    /// current folder for a `--set`).
    pub fn resolve(&self, place: Place, file: &str) -> PathBuf {
        self.get(place.source).folder.join(file)
    }

    /// The place of a part of a text value: `part` counts bytes of the value at `place`.
    ///
    /// Escapes move bytes, so a value that is not written out plainly yields the whole of it.
    pub fn part(&self, place: Place, value: &str, part: std::ops::Range<usize>) -> Place {
        let written = self.excerpt(place);
        let Some(lead) = written.find(value).filter(|_| part.end <= value.len()) else {
            return place;
        };
        let start = place.start + (lead + part.start) as u32;
        Place { start, end: start + (part.end - part.start) as u32, ..place }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(start: u32, end: u32) -> Place {
        Place { source: SourceId(0), start, end }
    }

    #[test]
    fn a_part_of_a_plain_text_has_its_own_place() {
        let mut sources = Sources::new();
        sources.add("a.toml", "x = \"db.cpu > 60%\"", Path::new("scenarios"));
        let whole = place(4, 18);
        assert_eq!(sources.excerpt(whole), "\"db.cpu > 60%\"");
        let part = sources.part(whole, "db.cpu > 60%", 9..12);
        assert_eq!(sources.excerpt(part), "60%");
    }

    #[test]
    fn a_part_of_an_escaped_text_is_the_whole() {
        let mut sources = Sources::new();
        sources.add("a.toml", r#"x = "a\u0062c""#, Path::new(""));
        let whole = place(4, 14);
        assert_eq!(sources.part(whole, "abc", 1..2), whole);
    }

    #[test]
    fn files_resolve_beside_the_file_that_names_them() {
        let mut sources = Sources::new();
        sources.add("scenarios/a.toml", "", Path::new("scenarios"));
        sources.add("--set", "", Path::new(""));
        assert_eq!(sources.resolve(place(0, 0), "elb.csv"), Path::new("scenarios/elb.csv"));
        let typed = Place { source: SourceId(1), start: 0, end: 0 };
        assert_eq!(sources.resolve(typed, "elb.csv"), Path::new("elb.csv"));
    }
}
