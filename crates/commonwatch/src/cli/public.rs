//! The commands for what everybody may see and say.

use clap::{Args, Subcommand};

/// `commonwatch public`
#[derive(Debug, Subcommand)]
pub enum PublicCommand {
    /// List what is published, and whether everybody sees it
    List,
    /// Publish advice about an item that everybody may read (TLP:CLEAR)
    Publish(PublishArgs),
    /// Take back what was published; the item stays
    TakeBack {
        /// Its name, as the list shows it
        uuid: uuid::Uuid,
    },
    /// List what strangers reported
    Reports,
    /// Show a report, and what was said about it since
    Report {
        /// Its name, as the list shows it
        uuid: uuid::Uuid,
    },
    /// Answer a report, close it, or both
    Answer {
        /// Its name, as the list shows it
        uuid: uuid::Uuid,
        /// The answer, or a question
        #[arg(long, value_name = "TEXT", default_value = "", required_unless_present = "close")]
        text: String,
        /// Close it with that
        #[arg(long)]
        close: bool,
    },
}

/// Words for everybody.
#[derive(Debug, Args)]
pub struct PublishArgs {
    /// The item, by its STIX identifier
    pub object: String,
    /// What it is about, in a line
    #[arg(long, value_name = "TEXT")]
    pub title: String,
    /// What happened
    #[arg(long, value_name = "TEXT")]
    pub happened: String,
    /// Whom it concerns
    #[arg(long, value_name = "TEXT")]
    pub concerned: String,
    /// What to do
    #[arg(long, value_name = "TEXT")]
    pub advice: String,
    /// Until when it holds, as in 2027-01-31
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
    /// For which sector, as in water; may be given several times, and is for all where it is not
    #[arg(long, value_name = "SECTOR")]
    pub sector: Vec<String>,
    /// The language of the words
    #[arg(long, value_name = "TAG", default_value = "en")]
    pub language: String,
}
