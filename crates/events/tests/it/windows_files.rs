//! Event files that hold real attacks (COMMONWATCH_DATA) are read without loss.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use events::{Event, Limits, Sink, windows};
use stix::Problem;

#[derive(Default)]
struct Counted {
    events: u64,
    timed: u64,
    with_channel: u64,
    problems: Vec<Problem>,
}

impl Sink for Counted {
    fn event(&mut self, number: u64, event: &Event<'_>) -> ControlFlow<()> {
        self.events += 1;
        assert!(number >= self.events, "records are counted from one");
        self.timed += u64::from(event.time.is_some());
        self.with_channel += u64::from(event.get("Channel").is_some());
        assert!(event.get("EventID").is_some());
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// Records as python-evtx 0.8 (not the same code) counts them, in all files and in some.
const TOTAL: u64 = 3_648;
const SOME: [(&str, u64); 4] = [
    ("bits_openvpn.evtx", 1_537),
    ("discovery_bloodhound.evtx", 10),
    ("exec_sysmon_lobin_regsvr32_sct.evtx", 3),
    ("rogue_msi_url_1040_1042.evtx", 351),
];

/// The folder of real event files, where there is one.
pub fn folder() -> Option<PathBuf> {
    let Ok(root) = std::env::var("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA is not set");
        return None;
    };
    Some(Path::new(&root).join("detect/evtx"))
}

/// The event files in it.
pub fn event_files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "evtx"))
        .collect()
}

#[test]
fn every_record_of_real_files_is_read() {
    let Some(folder) = folder() else { return };
    let mut all = Counted::default();
    let mut files = 0;
    for path in event_files(&folder) {
        files += 1;
        let mut counted = Counted::default();
        let summary = windows::read(File::open(&path).unwrap(), &Limits::default(), &mut counted).unwrap();
        assert_eq!(counted.problems, [], "{}", path.display());
        assert_eq!(
            (summary.records, summary.events, summary.broken),
            (counted.events, counted.events, 0)
        );
        let name = path.file_name().unwrap().to_string_lossy();
        if let Some((_, records)) = SOME.iter().find(|(file, _)| *file == name) {
            assert_eq!(counted.events, *records, "{name}");
        }
        all.events += counted.events;
        all.timed += counted.timed;
        all.with_channel += counted.with_channel;
    }
    assert_eq!(files, 54);
    assert_eq!((all.events, all.timed), (TOTAL, TOTAL));
    // 415 records of one file have no channel.
    assert_eq!(all.with_channel, TOTAL - 415);
}
