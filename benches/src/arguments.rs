//! The command line of the measuring program.

use std::path::PathBuf;

use crate::Outcome;

const USAGE: &str = "\
usage: benches [--only WHAT]... [--objects N] [--lines N] [--indicators N] [--reports N] [--events N] [--program FILE] [--peers PYTHON]
               [--scratch DIR] [--output FILE]
       benches generate objects|event|indicators|stix-indicators N FILE
       benches generate logs LINES INDICATORS LOG TRUTH
  --only      exchange, million, conversion, patterns, matching, hunt, telemetry, misp; all of them where none is named
  --objects   how many objects 'million' stores (1,000,000)
  --lines     log lines that 'matching' and 'hunt' read (3,000,000)
  --indicators  how many of them 'matching' looks for (1,000,000)
  --reports   how many 'telemetry' sends (10,000,000)
  --events    how many of 100 attributes each 'misp' takes in and gives out (10,000)
  --program   the binary to measure (target/release/commonwatch)
  --peers     the Python of an environment that has the peers; without it they are left out
  --scratch   where databases and generated files go (target/bench-scratch)
  --output    where the tables go (standard output)
Real data is taken from the directory named by COMMONWATCH_DATA, where that is set.";

/// What was asked for.
#[derive(Debug)]
pub struct Arguments {
    /// What to measure; empty for everything.
    pub only: Vec<String>,
    /// What to write instead of measuring.
    pub generate: Option<Generate>,
    /// Objects of the large node.
    pub objects: u64,
    /// Lines of the log.
    pub lines: u64,
    /// Values of the list.
    pub indicators: u64,
    /// Reports of many systems.
    pub reports: u64,
    /// Events of which `misp` measures many.
    pub events: u64,
    /// The binary.
    pub program: PathBuf,
    /// Python with the peers.
    pub peers: Option<PathBuf>,
    /// Directory for what is made on the way.
    pub scratch: PathBuf,
    /// Where the tables go.
    pub output: Option<PathBuf>,
}

/// What to write.
#[derive(Debug)]
pub struct Generate {
    /// The kind of data.
    pub kind: String,
    /// How many items of it.
    pub count: u64,
    /// The files that it concerns, the one to write last or, with its truth, among the last.
    pub files: Vec<PathBuf>,
}

impl Arguments {
    /// Reads the command line.
    pub fn read(mut words: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut arguments = Self {
            only: Vec::new(),
            generate: None,
            objects: 1_000_000,
            lines: 3_000_000,
            indicators: 1_000_000,
            reports: 10_000_000,
            events: 10_000,
            program: "target/release/commonwatch".into(),
            peers: None,
            scratch: "target/bench-scratch".into(),
            output: None,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(USAGE);
            match word.as_str() {
                "--only" => arguments.only.push(value()?),
                "--objects" => arguments.objects = value()?.parse()?,
                "--lines" => arguments.lines = value()?.parse()?,
                "--indicators" => arguments.indicators = value()?.parse()?,
                "--reports" => arguments.reports = value()?.parse()?,
                "--events" => arguments.events = value()?.parse()?,
                "--program" => arguments.program = value()?.into(),
                "--peers" => arguments.peers = Some(value()?.into()),
                "--scratch" => arguments.scratch = value()?.into(),
                "--output" => arguments.output = Some(value()?.into()),
                "generate" => {
                    arguments.generate = Some(Generate {
                        kind: value()?,
                        count: value()?.parse()?,
                        files: words.by_ref().map(PathBuf::from).collect(),
                    });
                }
                _ => return Err(USAGE.into()),
            }
        }
        Ok(arguments)
    }

    /// Whether something is to be measured.
    pub fn wants(&self, what: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|one| one == what)
    }
}
