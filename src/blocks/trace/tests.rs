//! Small files with every fault, and recorded traces where they are at hand.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};

use super::*;
use crate::blocks::least_recently_used::{Flags, LeastRecentlyUsed};
use crate::kernel::time::{Duration, Time};

fn written(content: &[u8]) -> (tempfile::TempDir, TraceFile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.csv");
    std::fs::write(&path, content).unwrap();
    (folder, TraceFile::new(path))
}

fn zipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn columns() -> TraceColumns {
    TraceColumns {
        time: Some(("at".to_string(), TimeUnit::Seconds)),
        value: Some("count".to_string()),
        key: None,
    }
}

/// Line and words of the error of this content.
fn fault(content: &[u8], filter: &[(&str, &str)]) -> (Option<u64>, String) {
    let (_folder, mut file) = written(content);
    let owned = |&(name, wanted): &(&str, &str)| (name.to_string(), wanted.to_string());
    file.filter = filter.iter().map(owned).collect();
    let error = check(&file, &columns()).expect_err("the content is faulty");
    (error.line, error.fault.to_string())
}

#[test]
fn every_fault_has_its_line_and_words() {
    let cases: [(&[u8], Option<u64>, &str); 17] = [
        (b"", None, "is empty; a header row"),
        (b"at,count\n", None, "has a header, but no rows"),
        (b"at,cuont,x\n1,2,3\n", None, "no column `count`; its columns are `cuont`, "),
        (b"at,count,count\n1,2,3\n", None, "several columns named `count`"),
        (b"at,count\n1,2\n1,2,3\n", Some(3), "fields in the row: 3, in the header: 2"),
        (b"at,count\n1,2\n\n2,many\n", Some(4), "column `count`: `many` is not a number"),
        (b"at,count\r\n1,1\r\n1,crlf\r\n2,1\r\n", Some(3), "crlf"),
        (b"\xEF\xBB\xBFat,count\n1,1\n1,bom\n2,1\n", Some(3), "bom"),
        (b"at,count\r\n1,1\r\n1,1,1\r\n2,1\r\n", Some(3), "in the row: 3"),
        (b"at,count,x\n1,1,\"a\nb\"\n1,quoted,1\n2,1\n", Some(4), "quoted"),
        (b"at,count\n1,NaN\n", Some(2), "column `count`: `NaN` is not a number"),
        (b"at,count\n1,inf\n", Some(2), "column `count`: `inf` is not a number"),
        (b"at,count\n1,-2\n", Some(2), "column `count`: `-2` is not 0 or more"),
        (b"at,count\nnoon,1\n", Some(2), "column `at`: `noon` is not a number of seconds"),
        (b"at,count\n5,1\n6,1\n5.9,1\n", Some(4), "column `at`: `5.9` lies before the row above"),
        (b"at,count\n0,1\n2400000000,1\n", Some(3), "more than 73 years after"),
        (b"at,count\n1,\xFF\n", Some(2), "not UTF-8"),
    ];
    for (content, line, words) in cases {
        let (found_line, found) = fault(content, &[]);
        assert!(found.contains(words), "{found}");
        assert_eq!(found_line, line, "{found}");
    }
    let (_, found) = fault(b"at,count\n1,2\n", &[("count", "7"), ("at", "1")]);
    assert_eq!(found, "has no row where `count` is `7` and `at` is `1`");
    let (_, found) = fault(b"at,count\n1,2\n", &[("run", "7")]);
    assert!(found.contains("no column `run`"));
}

#[test]
fn an_error_names_its_file() {
    let error = check(&TraceFile::new("no/such.csv"), &columns()).unwrap_err();
    assert!(error.to_string().starts_with("no/such.csv cannot be read: "), "{error}");
    let (_folder, file) = written(b"at,count\n1,x\n");
    let error = check(&file, &columns()).unwrap_err();
    assert!(error.to_string().ends_with("trace.csv:2: column `count`: `x` is not a number"));
}

#[test]
fn gzip_is_told_by_its_first_bytes_and_may_have_several_members() {
    let mut content = zipped(b"at,count\n1,2\n");
    content.extend(zipped(b"3,4\n"));
    let (_folder, file) = written(&content);
    let summary = check(&file, &columns()).unwrap();
    assert_eq!((summary.rows, summary.sum, summary.largest), (2, 6.0, 4.0));
    assert_eq!(summary.span, Duration::from_nanos(2_000_000_000));
    let (line, words) = fault(&content[..content.len() - 6], &[]);
    assert_eq!(line, None);
    assert!(words.contains("not a whole gzip file"), "{words}");
}

#[test]
fn filters_compare_numbers_as_numbers_and_text_as_text() {
    let content = b"run,rate,at,count\na,1400.0,1,1\nb,1400,1.5,2\na,1400,2,4\na,900,3,8\n";
    let (_folder, mut file) = written(content);
    file.filter = vec![("run".into(), "a".into()), ("rate".into(), "1400".into())];
    let summary = check(&file, &columns()).unwrap();
    assert_eq!((summary.rows, summary.sum), (2, 5.0));
}

#[test]
fn records_count_time_from_the_first_row() {
    let content = "\u{feff}when,page\r\n2014-04-10 00:04,7\r\n2014-04-10 00:05,\"home, sweet\"\r\n";
    let (_folder, file) = written(content.as_bytes());
    let columns = TraceColumns {
        time: Some(("when".to_string(), TimeUnit::Calendar)),
        value: None,
        key: Some("page".to_string()),
    };
    let mut reader = TraceReader::open(&file, &columns).unwrap();
    let first = reader.read().unwrap().unwrap();
    assert_eq!((first.time, first.value, first.key), (Time::ZERO, 1.0, 7));
    let second = reader.read().unwrap().unwrap();
    assert_eq!(second.time, Time::from_nanos(60_000_000_000));
    assert_eq!(second.key, crate::kernel::random::hash_name("home, sweet"));
    assert_eq!(reader.read().unwrap(), None);
}

#[test]
fn fields_are_read_as_text_or_numbers() {
    let (_folder, file) = written(b"name,size,delta\n a b ,7,-1.5e1\n c,7.5,1\n");
    let mut rows = file.open(&["delta", "size", "name"]).unwrap();
    assert!(rows.advance().unwrap());
    assert_eq!((rows.number(0).unwrap(), rows.whole(1).unwrap(), rows.text(2)), (-15.0, 7, "a b"));
    assert!(rows.amount(0).unwrap_err().to_string().contains("`-1.5e1` is not 0 or more"));
    assert!(rows.advance().unwrap());
    assert!(rows.whole(1).unwrap_err().to_string().contains("`7.5` is not a whole number"));
    assert!(!rows.advance().unwrap());
}

/// The recorded traces, where the project lies beside them.
pub(in crate::blocks) fn recorded(name: &str) -> Option<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = project.ancestors().map(|above| above.join("shared/data")).find(|f| f.is_dir());
    if folder.is_none() {
        eprintln!("skipped: no recorded data beside the project, wanted {name}");
    }
    folder.map(|folder| folder.join(name))
}

#[test]
fn recorded_counts_have_their_known_totals() {
    if let Some(path) = recorded("worldcup98-minute/requests_per_minute.csv.gz") {
        let time = Some(("minute".to_string(), TimeUnit::Calendar));
        let value = Some("requests".to_string());
        let columns = TraceColumns { time, value, key: None };
        let summary = check(&TraceFile::new(path), &columns).unwrap();
        assert_eq!((summary.rows, summary.sum), (125_300, 1_352_804_107.0));
        assert_eq!(summary.largest, 229_426.0);
        assert_eq!(summary.shortest_step, Some(Duration::from_seconds(60.0)));
    }
    if let Some(path) = recorded("nab-cloudwatch/elb_request_count_8c0756.csv") {
        let time = Some(("timestamp".to_string(), TimeUnit::Calendar));
        let columns = TraceColumns { time, value: Some("value".to_string()), key: None };
        let summary = check(&TraceFile::new(path), &columns).unwrap();
        assert_eq!(summary.rows, 4032);
        assert!((summary.sum / 4032.0 - 61.84).abs() < 0.005);
        assert_eq!(summary.shortest_step, Some(Duration::from_seconds(300.0)));
    }
}

fn keys_of(path: PathBuf, column: &str) -> TraceReader {
    let columns = TraceColumns { key: Some(column.to_string()), ..TraceColumns::default() };
    TraceReader::open(&TraceFile::new(path), &columns).unwrap()
}

/// Hit ratios of the trace OLTP as the ARC paper's table gives them (Megiddo and Modha, "ARC: a
/// self-tuning, low overhead replacement cache", USENIX FAST 2003).
#[test]
fn recorded_pages_give_the_published_hit_ratios() {
    let Some(path) = recorded("cache-arc-oltp/pages.csv.gz") else { return };
    for (capacity, percent) in [(1000, 32.83), (5000, 53.65), (10_000, 60.70)] {
        let mut reader = keys_of(path.clone(), "page");
        let mut cache = LeastRecentlyUsed::new(capacity);
        let (mut hits, mut reads) = (0u64, 0u64);
        while let Some(record) = reader.read().unwrap() {
            reads += 1;
            if cache.touch(record.key).is_some() {
                hits += 1;
            } else {
                cache.insert(record.key, Time::ZERO, Flags::EMPTY);
            }
        }
        assert_eq!(reads, 914_145);
        let ratio = 100.0 * hits as f64 / reads as f64;
        assert!((ratio - percent).abs() < 0.01, "{capacity} entries: {ratio}%");
    }
}

#[test]
fn recorded_keys_stream_to_the_last_row() {
    let Some(path) = recorded("cache-scarab-recs/keys.csv.gz") else { return };
    let mut reader = keys_of(path, "key");
    let (mut rows, mut largest) = (0u64, 0);
    while let Some(record) = reader.read().unwrap() {
        rows += 1;
        largest = largest.max(record.key);
    }
    assert_eq!((rows, largest), (1_000_000, 221_099));
}
