//! Published events and bundles, read and written in every format: nothing fails, and everything is accounted for.

use std::path::{Path, PathBuf};

use formats::write::{Change, Facts, Memory, Options, OutFormat, export};
use formats::{Found, Limits, ReadOptions, Sink, read_slice};
use stix::object::Object;
use stix::{Id, Problem, Timestamp};

struct Texts(Vec<String>);

impl Sink for Texts {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        self.0.push(found.text.into_owned());
        Ok(())
    }

    fn problem(&mut self, _: Problem) {}
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn published_indicators_go_out_in_every_format() {
    let Some(data) = std::env::var_os("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA is not set");
        return;
    };
    let now = Timestamp::parse("2026-03-02T00:00:00Z").unwrap();
    let options = ReadOptions {
        name: None,
        producer: Id::parse("identity--00000000-0000-4000-8000-000000000001").unwrap(),
        default_markings: Vec::new(),
        now,
        limits: Limits::default(),
    };
    let mut texts = Texts(Vec::new());
    for folder in ["sharing/eset-malware-ioc", "stix/unit42-playbooks"] {
        for file in files(&Path::new(&data).join(folder)) {
            let _ = read_slice(&std::fs::read(file).unwrap(), &options, &mut texts);
        }
    }
    let indicators = texts
        .0
        .iter()
        .filter(|text| Object::parse(text).is_ok_and(|object| object.map().str("type") == Some("indicator")))
        .count();
    assert!(indicators > 1_000, "{indicators}");
    println!("{} objects, {indicators} indicators", texts.0.len());
    for format in OutFormat::ALL {
        let options = Options {
            expired: true,
            ..Options::at(now)
        };
        let mut memory = Memory::default();
        let mut problems: Vec<Problem> = Vec::new();
        let mut take = |problem| problems.push(problem);
        let mut writer = export(format, &options, &mut memory, &mut take).unwrap();
        for text in &texts.0 {
            let object = Object::parse(text).unwrap();
            writer.add(&object, Change::Added, &Facts::default()).unwrap();
        }
        let summary = writer.finish().unwrap();
        println!("{format}: {} written, {:?}", summary.written, summary.left_out);
        for problem in problems
            .iter()
            .filter(|problem| problem.code != "export-not-expressible")
            .take(5)
        {
            println!("    {problem}");
        }
        let mut reasons: std::collections::BTreeMap<&str, u32> = std::collections::BTreeMap::new();
        for problem in &problems {
            *reasons
                .entry(problem.message.rsplit(": ").next().unwrap_or_default())
                .or_default() += 1;
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (reason, count) in reasons.iter().take(6) {
            println!("    {count} × {reason}");
        }
        assert!(summary.written > 100, "{format}");
        assert_eq!(summary.objects, texts.0.len() as u64);
    }
}
