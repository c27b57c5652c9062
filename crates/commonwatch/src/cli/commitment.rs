//! The command that says who owes what to whom by when.

use clap::{Args, Subcommand};

/// `commonwatch commitment`
#[derive(Debug, Subcommand)]
pub enum CommitmentCommand {
    /// List what your member owes, or with --owed what is owed to it, by when it is due
    List(CommitmentListArgs),
    /// Show one with what became of it
    Show {
        /// Its id
        id: String,
    },
    /// Ask members for something about an item, or promise it for your own
    Make(CommitmentMakeArgs),
    /// Say that one is kept
    Keep {
        /// Its id
        id: String,
        /// What was done, and where it can be seen
        #[arg(long, value_name = "TEXT")]
        evidence: Option<String>,
    },
    /// Decide that one is not needed
    NotNeeded {
        /// Its id
        id: String,
        /// Why; both members read it
        #[arg(long, value_name = "TEXT")]
        because: String,
    },
    /// Name the person of your member who sees to it; nobody in particular where none is named
    Delegate {
        /// Its id
        id: String,
        /// Login
        login: Option<String>,
    },
    /// Give more time for what is owed to your member
    Extend {
        /// Its id
        id: String,
        /// When it is due now, as in 2026-12-31T17:00:00Z
        due: String,
        /// Why; both members read it
        #[arg(long, value_name = "TEXT")]
        because: Option<String>,
    },
    /// Give up what is owed to your member
    Withdraw {
        /// Its id
        id: String,
        /// Why; both members read it
        #[arg(long, value_name = "TEXT")]
        because: String,
    },
    /// Write them as a calendar, or make an address at which a calendar program reads them
    Calendar {
        /// Make an address; it is shown once, and ends with 'commonwatch key revoke'
        #[arg(long)]
        address: bool,
    },
    /// Write the notices that are due, and send what waits; 'commonwatch serve' does it by itself
    Remind,
}

/// Which ones.
#[derive(Debug, Args)]
pub struct CommitmentListArgs {
    /// What is owed to your member, instead of what it owes
    #[arg(long)]
    pub owed: bool,
    /// Only in this state: waiting, open, kept, not-needed, withdrawn, or all
    #[arg(long, value_name = "STATE")]
    pub state: Option<String>,
    /// Only of this kind
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Only what is over its time
    #[arg(long)]
    pub overdue: bool,
    /// Only what you are to see to
    #[arg(long)]
    pub mine: bool,
    /// How many at the most
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
}

/// What is asked of whom.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("who").required(true))]
pub struct CommitmentMakeArgs {
    /// acknowledge, act, answer-sighting, review-marking
    pub kind: String,
    /// STIX identifier of the item
    pub item: String,
    /// Which rule or agreement says so
    #[arg(long, value_name = "TEXT")]
    pub because: String,
    /// Member that shall owe it; may be given several times
    #[arg(long = "from", value_name = "MEMBER", group = "who")]
    pub members: Vec<String>,
    /// Every other member of this community (alias) that can read the item
    #[arg(long, short = 'c', value_name = "ALIAS", group = "who")]
    pub community: Option<String>,
    /// When it is due, as in '24 hours', '10 working days, Europe/Madrid', '1 month after ID', 'by 2026-12-31'
    #[arg(long, value_name = "CLOCK")]
    pub due: Option<String>,
    /// Who is told when, as in '1 day before: person', 'when due: coordinators', '2 days after: owed-to'; may be given
    /// several times
    #[arg(long = "tell", value_name = "WHEN: WHOM")]
    pub tell: Vec<String>,
}
