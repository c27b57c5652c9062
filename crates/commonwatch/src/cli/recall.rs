//! `commonwatch recall`, `receipts` and `request`.

use clap::{Args, Subcommand};

/// `commonwatch recall`
#[derive(Debug, Subcommand)]
pub enum RecallCommand {
    /// Take an item back, correct it, or keep it among fewer
    Make(RecallArgs),
    /// List the recalls of your member's items and of the communities it coordinates
    List,
    /// Show who was given a recalled item, who has answered, and who has not
    Show {
        /// Its name
        id: String,
    },
    /// List the recalls that your member has to act on
    Owed {
        /// Only those that it has not answered
        #[arg(long)]
        open: bool,
    },
    /// Say what your member did about a recall
    Acknowledge {
        /// Its name
        id: String,
        /// What was done: removed, replaced, kept
        done: String,
        /// In words; needed with 'kept'
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Remind whoever has not answered, each once a day at the most
    Remind {
        /// Its name
        id: String,
        /// Only this member
        #[arg(long, value_name = "NAME")]
        member: Option<String>,
    },
}

/// A recall.
#[derive(Debug, Args)]
pub struct RecallArgs {
    /// STIX identifier of the item
    pub object: String,
    /// What is wanted: retract, correct, narrow, exclude
    #[arg(long, default_value = "retract", value_name = "KIND")]
    pub kind: String,
    /// Why; everybody who has to act reads it
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Only what was addressed to this community (alias); a coordinator names theirs
    #[arg(long, value_name = "ALIAS")]
    pub community: Option<String>,
    /// With 'narrow': the colour at least
    #[arg(long, value_name = "COLOUR")]
    pub tlp: Option<String>,
    /// With 'narrow': the permitted actions at most
    #[arg(long, value_name = "COLOUR")]
    pub pap: Option<String>,
    /// With 'exclude': the member that is taken out
    #[arg(long, value_name = "NAME")]
    pub member: Option<String>,
}

/// `commonwatch receipts`
#[derive(Debug, Subcommand)]
pub enum ReceiptsCommand {
    /// Show who could see, was given, opened, acknowledged, acted on and saw an item that your member shared
    Item {
        /// STIX identifier
        id: String,
    },
    /// Say that your member took note of an item, or acted on it
    Say {
        /// STIX identifier
        id: String,
        /// What: acknowledged, acted
        what: String,
        /// In words, for your member's own record
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Show your member's own numbers; 'commonwatch ledger recount' gives them from its receipts
    Numbers,
    /// Show what others may read of what your member did, or choose it for a community
    Disclosure(DisclosureArgs),
}

/// What others may read.
#[derive(Debug, Args)]
pub struct DisclosureArgs {
    /// The community (alias), or 'default' for all that have no line of their own
    pub community: Option<String>,
    /// That it was given an item: none, count, name
    #[arg(long, value_name = "HOW")]
    pub received: Option<String>,
    /// That one of its people opened it
    #[arg(long, value_name = "HOW")]
    pub opened: Option<String>,
    /// That it acknowledged
    #[arg(long, value_name = "HOW")]
    pub acknowledged: Option<String>,
    /// That it acted
    #[arg(long, value_name = "HOW")]
    pub acted: Option<String>,
    /// That it saw it at home
    #[arg(long, value_name = "HOW")]
    pub saw: Option<String>,
}

/// `commonwatch request`
#[derive(Debug, Subcommand)]
pub enum RequestCommand {
    /// Ask a community
    Ask {
        /// The community (alias)
        community: String,
        /// The question
        question: String,
        /// Until when answers help, as in 2026-12-01T12:00:00Z
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// Keep our name in the hub's own record only
        #[arg(long)]
        anonymous: bool,
        /// Let answers be read by the whole community
        #[arg(long)]
        to_all: bool,
        /// Ask partner hubs too, over bridges; your name does not pass
        #[arg(long)]
        beyond: bool,
    },
    /// List what a community was asked
    List {
        /// The community (alias)
        community: String,
    },
    /// Show a request with its answers
    Show {
        /// Its name
        id: String,
    },
    /// Answer a request
    Answer {
        /// Its name
        id: String,
        /// The answer
        text: String,
        /// Let the whole community read it
        #[arg(long)]
        to_all: bool,
    },
    /// Close your member's own request with what came of it
    Close {
        /// Its name
        id: String,
        /// What came of it, for the whole community
        summary: String,
    },
}
