//! The Zeek logs of the data folder: every line is read, and both forms of a log say the same.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use events::lines::{Directive, Layout, Shape};
use events::{Event, Role};

#[expect(clippy::print_stdout, reason = "says that the test was skipped")]
fn folder(name: &str) -> Option<PathBuf> {
    let Ok(root) = std::env::var("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA is not set");
        return None;
    };
    Some(Path::new(&root).join(name))
}

#[expect(clippy::disallowed_methods, reason = "the test's own data, whole in memory")]
fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

fn logs(folder: &Path) -> BTreeMap<String, PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = entries.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        (name.split('.').next().unwrap().to_owned(), path)
    });
    named.collect()
}

/// Every event of a text, after checking that all of its lines are read and have the shape they should have.
fn each_event(text: &[u8], format: &str, mut call: impl FnMut(&Event<'_>)) -> usize {
    let mut layout = Layout::detect(&text[..text.len().min(64 << 10)]);
    assert_eq!(layout.name(), format);
    let mut event = Event::default();
    let mut count = 0;
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        if line[0] == b'#' {
            match layout.directive(line) {
                Directive::Changes(next) => layout = next,
                Directive::Ignored => {}
                Directive::NotOne => panic!("{}", String::from_utf8_lossy(line)),
            }
            continue;
        }
        match layout.shape() {
            Shape::Braces => assert!(line.starts_with(b"{") && line.ends_with(b"}")),
            Shape::Tabs(tabs) => assert_eq!(line.iter().filter(|byte| **byte == b'\t').count(), tabs),
            Shape::Any => panic!("a log of Zeek has a shape"),
        }
        layout.read(line, &mut event).unwrap();
        call(&event);
        count += 1;
    }
    count
}

/// The values that can be looked for, in the order of their names. Numbers and times are written differently.
fn comparable(event: &Event<'_>) -> String {
    let mut values: Vec<String> = event
        .fields
        .iter()
        .filter(|field| field.role != Role::Other)
        .map(|field| format!("{}={:?} {:?}", field.name, field.value, field.role))
        .collect();
    values.sort();
    format!("{:?} {}", event.time, values.join("\n"))
}

#[test]
fn both_forms_of_every_log_say_the_same_and_no_line_is_lost() {
    let Some(folder) = folder("detect/zeek") else { return };
    let json = logs(&folder.join("zeek-json"));
    let (mut lines, mut different) = (0, Vec::new());
    for (log, path) in logs(&folder.join("zeek-default")) {
        let tsv = unpacked(&path);
        let data = tsv
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty() && line[0] != b'#');
        let expected = data.count();
        let mut all = Vec::new();
        assert_eq!(
            each_event(&tsv, "zeek-tsv", |event| all.push(comparable(event))),
            expected,
            "{log}"
        );
        let mut at = 0;
        let count = each_event(&unpacked(&json[&log]), "zeek-json", |event| {
            let other = comparable(event);
            if all[at] != other {
                different.push(format!("{log}: {}\n     {other}", all[at]));
            }
            at += 1;
        });
        assert_eq!(count, expected, "{log}");
        lines += count;
    }
    println!("{} logs, {lines} lines each, {} differ", json.len(), different.len());
    assert!(
        different.is_empty(),
        "{}",
        different[..different.len().min(12)].join("\n")
    );
}

/// Logs of the tests of a Zeek plugin, in which times are blanked out.
#[test]
fn logs_of_industrial_protocols_are_read_whole() {
    let Some(folder) = folder("detect/ics/icsnpp-modbus/testing/baseline/analyzer.basic") else {
        return;
    };
    let mut lines = 0;
    for path in logs(&folder)
        .into_values()
        .filter(|path| path.extension().is_some_and(|end| end == "log"))
    {
        let text = std::fs::read(&path).unwrap();
        if !text.windows(8).any(|window| window == b"#fields\t") {
            // One of them is a baseline of a few columns, without a header: nothing says what they are.
            continue;
        }
        let data = text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty() && line[0] != b'#');
        let expected = data.count();
        let count = each_event(&text, "zeek-tsv", |event| {
            assert_eq!(
                event.first(Role::Source).is_some(),
                event.first(Role::Destination).is_some()
            );
            assert!(event.first(Role::DestinationPort).is_some());
        });
        assert_eq!(count, expected, "{}", path.display());
        lines += count;
    }
    println!("{lines} lines");
}
