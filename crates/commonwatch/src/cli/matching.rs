//! The commands that look for indicators at home: `match`, `watchlist`, `hunt`, `backtest`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// The least score that is looked for where nothing is said: what has sunk to nothing is not.
const LEAST_SCORE: u8 = 1;

/// What is looked for.
#[derive(Clone, Debug, Default, Args)]
pub struct LookForArgs {
    /// Indicators in any format that 'share' reads; may be given several times
    #[arg(long, short = 'i', value_name = "FILE")]
    pub indicators: Vec<PathBuf>,
    /// A watchlist that 'watchlist compile' saved
    #[arg(long, short = 'w', value_name = "FILE", conflicts_with = "indicators")]
    pub watchlist: Option<PathBuf>,
    /// Sigma rules: a file, or a directory of them; may be given several times
    #[arg(long, value_name = "PATH")]
    pub sigma: Vec<PathBuf>,
    /// YARA rules: a file, or a directory of them; may be given several times
    #[arg(long, value_name = "PATH")]
    pub yara: Vec<PathBuf>,
    /// How it is chosen.
    #[command(flatten)]
    pub choice: ChoiceArgs,
}

/// Which indicators are looked for.
#[derive(Clone, Debug, Default, Args)]
pub struct ChoiceArgs {
    /// Leave out indicators whose score now is below this (0 to 100)
    #[arg(long, default_value_t = LEAST_SCORE, value_name = "SCORE", value_parser = clap::value_parser!(u8).range(..=100))]
    pub least_score: u8,
    /// Leave out indicators of which their producer is less sure (0 to 100)
    #[arg(long, default_value_t = 0, value_name = "CONFIDENCE", value_parser = clap::value_parser!(u8).range(..=100))]
    pub least_confidence: u8,
    /// Leave out what is marked more strictly: clear, green, amber, amber+strict, red
    #[arg(long, value_name = "TLP")]
    pub strictest_tlp: Option<String>,
    /// Leave out what may be used less freely: clear, green, amber, red
    #[arg(long, value_name = "PAP")]
    pub strictest_pap: Option<String>,
    /// Names only as they are, without the names below them
    #[arg(long)]
    pub exact_names: bool,
    /// Warninglists in MISP's format, beside the built-in ones; may be given several times
    #[arg(long = "warninglist", value_name = "FILE")]
    pub warninglists: Vec<PathBuf>,
    /// Look also for values that warninglists know as harmless
    #[arg(long)]
    pub no_warninglists: bool,
}

impl ChoiceArgs {
    /// Whether nothing was chosen: all is as it is without these options.
    pub fn is_usual(&self) -> bool {
        self.least_score == LEAST_SCORE
            && self.least_confidence == 0
            && self.strictest_tlp.is_none()
            && self.strictest_pap.is_none()
            && !self.exact_names
            && self.warninglists.is_empty()
            && !self.no_warninglists
    }
}

/// As what inputs are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReadAs {
    /// A named file as a log; in a directory, logs as logs and every file as a file
    #[default]
    Auto,
    /// Logs and traffic
    Logs,
    /// Files: their hashes, names, YARA rules, the members of archives
    Files,
}

/// `commonwatch match`
#[derive(Debug, Args)]
pub struct MatchArgs {
    /// Logs, captures, event files, directories, - for standard input, or streams (see docs/guide/am-i-hit.md)
    #[arg(value_name = "INPUT", required_unless_present = "explain")]
    pub inputs: Vec<String>,
    /// What is looked for; without any of it, what the node in --data has.
    #[command(flatten)]
    pub look_for: LookForArgs,
    /// Read the inputs as this
    #[arg(long = "as-what", value_enum, default_value_t, value_name = "WHAT")]
    pub read_as: ReadAs,
    /// Ask YARA rules of files up to this size, in MB; each thread holds one in memory
    #[arg(long, default_value_t = 64, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..=65_536))]
    pub yara_largest: u64,
    /// Seconds that the YARA rules may take for one file
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub yara_seconds: u64,
    /// Go on with what is added to the files, through rotation, until interrupted
    #[arg(long, short = 'f')]
    pub follow: bool,
    /// Say whether a value would be a hit, and why or why not, instead of matching
    #[arg(long, value_name = "VALUE", conflicts_with = "follow")]
    pub explain: Option<String>,
    /// Print every hit; otherwise those that repeat are counted
    #[arg(long)]
    pub every_hit: bool,
    /// Hits of one indicator that are printed one by one
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    pub most_of_one: usize,
    /// Threads (all processors where none is given)
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1_024))]
    pub threads: Option<u16>,
    /// No summary
    #[arg(long, short)]
    pub quiet: bool,
}

/// `commonwatch watchlist`
#[derive(Debug, Subcommand)]
pub enum WatchlistCommand {
    /// Compile indicators into a file that is there at once when it is needed
    Compile {
        /// Indicators in any format that 'share' reads; without any, what the node in --data has
        #[arg(value_name = "FILE")]
        indicators: Vec<PathBuf>,
        /// File to write
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
        /// How it is chosen.
        #[command(flatten)]
        choice: ChoiceArgs,
    },
    /// Say what a watchlist holds, and what was left out why
    Show {
        /// The watchlist
        file: PathBuf,
    },
    /// Say whether values would be hits, and why or why not
    Explain {
        /// The watchlist
        file: PathBuf,
        /// Values: addresses, names, URLs, hashes, defanged or not
        #[arg(required = true)]
        values: Vec<String>,
    },
}

/// `commonwatch hunt`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct HuntArgs {
    /// Index logs instead, so that hunts need not read all of them.
    #[command(subcommand)]
    pub command: Option<HuntCommand>,
    /// Logs of the past: files, directories, packed or not; s3://BUCKET/PREFIX with --indexes
    #[arg(value_name = "LOGS", required = true)]
    pub logs: Vec<String>,
    /// A value to look for, defanged or not; may be given several times
    #[arg(long = "value", value_name = "VALUE", conflicts_with_all = ["indicators", "watchlist"])]
    pub values: Vec<String>,
    /// What is looked for; without any of it, what the node in --data has.
    #[command(flatten)]
    pub look_for: LookForArgs,
    /// Folder with the indexes, where they do not stand beside the logs
    #[arg(long, value_name = "DIR")]
    pub indexes: Option<PathBuf>,
    /// Print every hit; otherwise those that repeat are counted
    #[arg(long)]
    pub every_hit: bool,
    /// Threads (all processors where none is given)
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1_024))]
    pub threads: Option<u16>,
}

/// `commonwatch hunt index`
#[derive(Debug, Subcommand)]
pub enum HuntCommand {
    /// Index logs; what is indexed already is passed over, what grew is continued
    Index {
        /// Files and directories
        #[arg(value_name = "LOGS", required = true)]
        logs: Vec<String>,
        /// Folder for the indexes; beside the logs where none is given
        #[arg(long, value_name = "DIR")]
        indexes: Option<PathBuf>,
    },
}

/// `commonwatch backtest`
#[derive(Debug, Args)]
pub struct BacktestArgs {
    /// Logs of the past
    #[arg(value_name = "LOGS", required = true)]
    pub logs: Vec<PathBuf>,
    /// What is tried.
    #[command(flatten)]
    pub look_for: LookForArgs,
    /// Hits a day from which on an indicator fires too often
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    pub too_often: u64,
    /// Threads (all processors where none is given)
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1_024))]
    pub threads: Option<u16>,
}
