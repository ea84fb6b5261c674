//! What is wrong with a scenario, and how it is shown.
//!
//! Reading never stops at the first problem: all of them are collected, sorted by file and
//! position, and rendered together. A message says what is wrong, a label what to do about it.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::source::{Place, Sources};

/// How bad a problem is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// Nothing can be run.
    Error,
    /// It runs, but probably not as meant.
    Warning,
}

/// Something wrong in what the user wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands; `None` when it stands nowhere, as with a missing file.
    pub place: Option<Place>,
    /// What is wrong, naming the table: ``component `web` (service): unknown key `wrokers` ``.
    pub message: String,
    /// What is accepted or meant, shown beside the caret: ``did you mean `workers`?``; or empty.
    pub label: String,
}

/// All problems found so far.
#[derive(Clone, Default, Debug)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// None yet.
    pub fn new() -> Problems {
        Problems::default()
    }

    /// Reports what keeps the scenario from running.
    pub fn error(
        &mut self,
        place: impl Into<Option<Place>>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        self.push(Severity::Error, place.into(), message.into(), label.into());
    }

    /// Reports what is probably not meant.
    pub fn warn(
        &mut self,
        place: impl Into<Option<Place>>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        self.push(Severity::Warning, place.into(), message.into(), label.into());
    }

    /// Takes over what was found elsewhere.
    pub fn absorb(&mut self, other: Problems) {
        for Problem { severity, place, message, label } in other.list {
            self.push(severity, place, message, label);
        }
    }

    /// Keeps a problem once, however often it is found.
    fn push(&mut self, severity: Severity, place: Option<Place>, message: String, label: String) {
        let problem = Problem { severity, place, message, label };
        if !self.list.contains(&problem) {
            self.list.push(problem);
        }
    }

    /// Whether anything keeps the scenario from running.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// How many problems there are, warnings included.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems by file and position; those without a place come first.
    pub fn sorted(&self) -> Vec<&Problem> {
        let mut sorted: Vec<&Problem> = self.list.iter().collect();
        sorted.sort_by_key(|problem| problem.place);
        sorted
    }

    /// All problems as text, each with its excerpt, and a line that counts them.
    ///
    /// `coloured` asks for terminal escapes; the text is empty when there is no problem.
    pub fn render(&self, sources: &Sources, coloured: bool) -> String {
        if self.is_empty() {
            return String::new();
        }
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for problem in self.sorted() {
            text.push_str(&render_one(problem, sources, &renderer));
            text.push_str("\n\n");
        }
        text.push_str(&self.summary());
        text.push('\n');
        text
    }

    /// The count of problems in words: "2 problems, nothing was run".
    pub fn summary(&self) -> String {
        let errors = self.list.iter().filter(|problem| problem.severity == Severity::Error).count();
        let warnings = counted(self.len() - errors, "warning");
        match (errors, self.len() - errors) {
            (0, _) => warnings,
            (_, 0) => format!("{}, nothing was run", counted(errors, "problem")),
            _ => format!("{} and {warnings}, nothing was run", counted(errors, "problem")),
        }
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn render_one(problem: &Problem, sources: &Sources, renderer: &Renderer) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&problem.message);
    let Some(place) = problem.place else {
        let mut group = annotate_snippets::Group::with_title(title);
        if !problem.label.is_empty() {
            group = group.element(Level::HELP.message(&problem.label));
        }
        return renderer.render(&[group]);
    };
    let source = sources.get(place.source);
    let mut caret = AnnotationKind::Primary.span(first_line(&source.text, place));
    if !problem.label.is_empty() {
        caret = caret.label(&problem.label);
    }
    let excerpt = Snippet::source(&source.text).path(&source.name).annotation(caret);
    renderer.render(&[title.element(excerpt)])
}

/// The part of a place on its first line: a caret under ten lines shows nothing.
fn first_line(text: &str, place: Place) -> std::ops::Range<usize> {
    let start = (place.start as usize).min(text.len());
    let end = (place.end as usize).clamp(start, text.len());
    let line_end = text[start..end].find('\n').map_or(end, |offset| start + offset);
    start..line_end
}

/// The name most like `word`, if any is near enough to be meant.
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the letters may be wrong; a transposition counts once.
    let tolerated = (word.chars().count().max(3) / 3).max(1);
    among
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .filter(|(distance, _)| *distance <= tolerated)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The remedy for an unknown name: the nearest one, or all that are accepted.
pub fn suggestion<'a>(word: &str, among: impl Iterator<Item = &'a str> + Clone) -> String {
    if let Some(name) = nearest(word, among.clone()) {
        return format!("did you mean `{name}`?");
    }
    let accepted: Vec<&str> = among.collect();
    if accepted.is_empty() {
        return "nothing is accepted here".to_owned();
    }
    format!("accepted: {}", accepted.join(", "))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::language::source::SourceId;

    fn place(source: u16, start: u32, end: u32) -> Place {
        Place { source: SourceId(source), start, end }
    }

    fn two_sources() -> Sources {
        let mut sources = Sources::new();
        let text = "[components.web]\nkind = \"service\"\nwrokers = 4\nmore = [1,\n  2]\n";
        sources.add("scenarios/a.toml", text, Path::new("scenarios"));
        sources.add("--set", "db.cores=four", Path::new(""));
        sources
    }

    #[test]
    fn a_problem_shows_its_line_and_the_remedy() {
        let mut problems = Problems::new();
        problems.error(
            place(0, 34, 41),
            "component `web` (service): unknown key `wrokers`",
            "did you mean `workers`?",
        );
        let expected = "\
error: component `web` (service): unknown key `wrokers`
 --> scenarios/a.toml:3:1
  |
3 | wrokers = 4
  | ^^^^^^^ did you mean `workers`?

1 problem, nothing was run
";
        assert_eq!(problems.render(&two_sources(), false), expected);
    }

    #[test]
    fn problems_come_by_file_and_position_each_once() {
        let mut problems = Problems::new();
        problems.error(place(1, 9, 13), "third", "");
        problems.warn(place(0, 34, 41), "second", "");
        problems.error(place(0, 0, 16), "first", "");
        problems.error(place(0, 0, 16), "first", "");
        problems.error(None, "nowhere", "look elsewhere");
        let messages: Vec<&str> =
            problems.sorted().iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, ["nowhere", "first", "second", "third"]);
        let text = problems.render(&two_sources(), false);
        assert!(text.contains("error: nowhere") && text.contains("help: look elsewhere"), "{text}");
        assert!(text.contains("warning: second"), "{text}");
        assert!(text.contains(" --> --set:1:10"), "{text}");
        assert!(text.ends_with("3 problems and 1 warning, nothing was run\n"), "{text}");
    }

    #[test]
    fn a_place_over_many_lines_is_marked_on_its_first() {
        let mut problems = Problems::new();
        problems.error(place(0, 53, 62), "list", "here");
        let text = problems.render(&two_sources(), false);
        assert!(text.contains("4 | more = [1,\n  |        ^^^ here\n"), "{text}");
    }

    #[test]
    fn the_end_of_a_text_can_be_marked() {
        let mut problems = Problems::new();
        problems.warn(place(1, 13, 13), "nothing follows", "");
        let text = problems.render(&two_sources(), false);
        assert!(text.contains("--set:1:14"), "{text}");
        assert!(text.ends_with("\n1 warning\n"), "{text}");
        assert!(!problems.has_errors());
    }

    #[test]
    fn colour_is_only_on_request() {
        let mut problems = Problems::new();
        problems.error(place(0, 0, 4), "wrong", "");
        assert!(!problems.render(&two_sources(), false).contains('\u{1b}'));
        assert!(problems.render(&two_sources(), true).contains('\u{1b}'));
        assert_eq!(Problems::new().render(&two_sources(), true), "");
    }

    #[test]
    fn only_near_names_are_proposed() {
        let names = ["workers", "cores", "sends_to", "ttl"];
        for (word, meant) in [
            ("wrokers", Some("workers")),
            ("core", Some("cores")),
            ("send_to", Some("sends_to")),
            ("tll", Some("ttl")),
            ("capacity", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, names.into_iter()), meant, "{word}");
        }
        assert_eq!(
            suggestion("capacity", names.into_iter()),
            "accepted: workers, cores, sends_to, ttl"
        );
    }
}
