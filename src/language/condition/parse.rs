//! The grammar of conditions, read left to right.

use std::ops::Range;

use super::{Amount, Comparator, Comparison, Condition, ConditionError, MetricPath, Spans};
use crate::language::quantity::{Duration, Quantity};

/// Longer signs first, so that `>=` is not read as `>`.
const COMPARATORS: [Comparator; 4] =
    [Comparator::AtLeast, Comparator::AtMost, Comparator::Above, Comparator::Below];

pub(super) fn condition(text: &str) -> Result<Condition, ConditionError> {
    let mut parser = Parser { text, at: 0 };
    let mut any = vec![vec![parser.comparison()?]];
    loop {
        match parser.word() {
            None => return Ok(Condition { any, written: text.to_owned() }),
            Some("and") => {
                parser.at += "and".len();
                let all = any.last_mut().expect("the list of alternatives starts with one");
                all.push(parser.comparison()?);
            }
            // Quantities end at `and`, `or` or the end, so nothing else can stand here.
            Some(word) => {
                parser.at += word.len();
                any.push(vec![parser.comparison()?]);
            }
        }
    }
}

pub(super) fn metric_path(text: &str) -> Result<MetricPath, ConditionError> {
    let mut parser = Parser { text, at: 0 };
    let (metric, _) = parser.metric()?;
    match parser.word() {
        None => Ok(metric),
        Some(word) => {
            let span = parser.at..parser.at + word.len();
            Err(error(span, "a metric path ends before this"))
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// The next word, which is not taken.
    fn word(&mut self) -> Option<&'a str> {
        self.skip_space();
        self.rest().split_whitespace().next()
    }

    fn comparison(&mut self) -> Result<Comparison, ConditionError> {
        let (metric, metric_span) = self.metric()?;
        let comparator = self.comparator(&metric)?;
        let bound_span = self.until_keyword();
        if bound_span.is_empty() {
            let sign = comparator.sign();
            let message = format!("a quantity is missing behind `{sign}`: 60%, 200ms or 100/s");
            return Err(error(self.here(), &message));
        }
        for sign in ["&&", "||"] {
            if let Some(at) = self.text[bound_span.clone()].find(sign) {
                let start = bound_span.start + at;
                let message = "comparisons are joined by `and` or `or`";
                return Err(error(start..start + sign.len(), message));
            }
        }
        let bound = Amount::parse(&self.text[bound_span.clone()])
            .map_err(|refusal| error(bound_span.clone(), &refusal))?;
        let hold = self.hold()?;
        let (hold, hold_span) = hold.unzip();
        let spans = Spans { metric: metric_span, bound: bound_span, hold: hold_span };
        Ok(Comparison { metric, comparator, bound, hold, spans })
    }

    fn hold(&mut self) -> Result<Option<(Duration, Range<usize>)>, ConditionError> {
        if self.word() != Some("for") {
            return Ok(None);
        }
        self.at += "for".len();
        let span = self.until_keyword();
        let hold = Duration::parse(&self.text[span.clone()])
            .map_err(|refusal| error(span.clone(), &refusal))?;
        if self.word() == Some("for") {
            return Err(error(self.at..self.at + 3, "a comparison has one `for`"));
        }
        Ok(Some((hold, span)))
    }

    /// Bytes up to the next `for`, `and` or `or`, without the space around.
    fn until_keyword(&mut self) -> Range<usize> {
        self.skip_space();
        let start = self.at;
        let mut end = start;
        while let Some(word) = self.word().filter(|word| !["for", "and", "or"].contains(word)) {
            self.at += word.len();
            end = self.at;
        }
        start..end
    }

    fn comparator(&mut self, metric: &MetricPath) -> Result<Comparator, ConditionError> {
        self.skip_space();
        for comparator in COMPARATORS {
            if self.rest().starts_with(comparator.sign()) {
                self.at += comparator.sign().len();
                return Ok(comparator);
            }
        }
        let message = format!("`{metric}` is compared with >, >=, < or <=");
        Err(error(self.here(), &message))
    }

    fn metric(&mut self) -> Result<(MetricPath, Range<usize>), ConditionError> {
        self.skip_space();
        let start = self.at;
        let mut names = vec![self.name()?];
        let selectors = if self.take('[') { self.selectors()? } else { Vec::new() };
        while self.take('.') {
            names.push(self.name()?);
        }
        if self.rest().starts_with('[') {
            return Err(error(self.here(), "a selector follows the first name: db[region=eu].cpu"));
        }
        Ok((MetricPath { names, selectors }, start..self.at))
    }

    fn selectors(&mut self) -> Result<Vec<(String, String)>, ConditionError> {
        let mut selectors: Vec<(String, String)> = Vec::new();
        loop {
            self.skip_space();
            let start = self.at;
            let key = self.name()?;
            self.skip_space();
            if !self.take('=') {
                return Err(error(self.here(), "a selector is key=value: region=eu"));
            }
            self.skip_space();
            let value = self.name()?;
            if selectors.iter().any(|(present, _)| *present == key) {
                let message = format!("`{key}` is selected twice");
                return Err(error(start..self.at, &message));
            }
            selectors.push((key, value));
            self.skip_space();
            if self.take(']') {
                return Ok(selectors);
            }
            if !self.take(',') {
                return Err(error(self.here(), "selectors end with `]` or go on with `,`"));
            }
        }
    }

    fn name(&mut self) -> Result<String, ConditionError> {
        let rest = self.rest();
        let end = rest
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '-')
            .unwrap_or(rest.len());
        if end == 0 {
            return Err(error(self.here(), "a name is expected here, as in db.cpu"));
        }
        self.at += end;
        Ok(rest[..end].to_owned())
    }

    fn take(&mut self, letter: char) -> bool {
        let taken = self.rest().starts_with(letter);
        if taken {
            self.at += letter.len_utf8();
        }
        taken
    }

    /// The character at hand, or the end.
    fn here(&self) -> Range<usize> {
        self.at..self.at + self.rest().chars().next().map_or(0, char::len_utf8)
    }
}

fn error(span: Range<usize>, message: &str) -> ConditionError {
    ConditionError { span, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::language::quantity::{Rate, Size};

    #[test]
    fn the_designs_own_conditions() {
        for (text, printed) in [
            ("db.query.p95 > 200ms for 5 minutes", "db.query.p95 > 200ms for 5min"),
            ("db.replication_lag > 10s for 2 minutes", "db.replication_lag > 10s for 2min"),
            ("cache.hit_rate < 70% for 10 minutes", "cache.hit_rate < 70% for 10min"),
            ("queue.depth > 10000 for 5 minutes", "queue.depth > 10K for 5min"),
            (
                "regions.ap.response_time.p95 > 200ms and regions.ap.users >= 500K",
                "regions.ap.response_time.p95 > 200ms and regions.ap.users >= 500K",
            ),
            (
                "db[region=eu, shard=3, role=replica].cpu<=60%",
                "db[region=eu, shard=3, role=replica].cpu <= 60%",
            ),
        ] {
            let condition = Condition::parse(text).expect(text);
            assert_eq!(condition.to_string(), printed);
            assert_eq!(condition.written, text);
            assert_eq!(Condition::parse(printed).as_ref(), Ok(&condition));
        }
    }

    #[test]
    fn and_binds_tighter_and_parts_know_their_bytes() {
        let text = "a.x > 1 and b.y < 2 or c.z >= 3 for 1min";
        let condition = Condition::parse(text).expect(text);
        let sizes: Vec<usize> = condition.any.iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1]);
        let last = &condition.any[1][0];
        assert_eq!(&text[last.spans.metric.clone()], "c.z");
        assert_eq!(&text[last.spans.bound.clone()], "3");
        assert_eq!(last.spans.hold.clone().map(|span| &text[span]), Some("1min"));
        assert_eq!(condition.comparisons().count(), 3);
    }

    #[test]
    fn refused_at_the_byte_at_fault() {
        for (text, at, sentence) in [
            ("", "", "a name is expected here"),
            ("db.cpu", "", "is compared with >, >=, < or <="),
            ("db.cpu = 3", "=", "is compared with"),
            ("db.cpu and x > 3", "a", "is compared with"),
            ("db.cpu >", "", "a quantity is missing behind `>`"),
            ("a > 60% && b > 1", "&&", "joined by `and` or `or`"),
            ("db.cpu > 5m", "5m", "minutes or milliseconds?"),
            ("db.cpu > 60% for 5", "5", "the unit is missing"),
            ("db.cpu > 60% for", "", "an empty text"),
            ("db.cpu > 60% for 1s for 2s", "for", "one `for`"),
            ("db.cpu > 60% and", "", "a name is expected"),
            ("db..cpu > 60%", ".", "a name is expected"),
            ("db.cpu[role=primary] > 60%", "[", "follows the first name"),
            ("db[role].cpu > 60%", "]", "a selector is key=value"),
            ("db[role=a role=b].cpu > 60%", "r", "end with `]`"),
            ("db[role=a, role=b].cpu > 60%", "role=b", "selected twice"),
            ("db.cpu > 60% xor b > 1", "60% xor b > 1", "is no percentage"),
        ] {
            let refusal = Condition::parse(text).expect_err(text);
            assert_eq!(&text[refusal.span.clone()], at, "{text}: {}", refusal.message);
            assert!(refusal.message.contains(sentence), "{text}: {}", refusal.message);
        }
        assert!(MetricPath::parse("db.cpu").is_ok());
        assert!(MetricPath::parse("db.cpu > 1").is_err());
    }

    fn amounts() -> impl Strategy<Value = Amount> {
        prop_oneof![
            (0u64..1 << 61).prop_map(|nanos| Amount::Duration(Duration::from_nanos(nanos))),
            (1e-6..5.0f64).prop_map(Amount::Fraction),
            (0.0..1e6f64).prop_map(|rate| Amount::Rate(Rate(rate))),
            (0u64..=1 << 60).prop_map(|bytes| Amount::Size(Size(bytes))),
            (1e-6..1e15f64).prop_map(Amount::Number),
            (0u32..).prop_map(|number| Amount::Number(f64::from(number))),
        ]
    }

    fn comparisons() -> impl Strategy<Value = Comparison> {
        let names = proptest::collection::vec("[a-z][a-z0-9_-]{0,5}", 1..4);
        let selectors = proptest::collection::btree_map("[a-z]{1,5}", "[a-z0-9]{1,4}", 0..3);
        let hold = proptest::option::of((0u64..1 << 61).prop_map(Duration::from_nanos));
        (names, selectors, 0usize..4, amounts(), hold).prop_map(
            |(names, selectors, comparator, bound, hold)| Comparison {
                metric: MetricPath { names, selectors: selectors.into_iter().collect() },
                comparator: COMPARATORS[comparator],
                bound,
                hold,
                spans: Spans { metric: 0..0, bound: 0..0, hold: None },
            },
        )
    }

    proptest! {
        #[test]
        fn prints_what_it_parses(
            any in proptest::collection::vec(proptest::collection::vec(comparisons(), 1..3), 1..3)
        ) {
            let condition = Condition { any, written: String::new() };
            prop_assert_eq!(Condition::parse(&condition.to_string()), Ok(condition));
        }
    }
}
