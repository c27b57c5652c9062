//! The words of `commonwatch scorecard`.

use clap::{Args, Subcommand, ValueEnum};

/// `commonwatch scorecard`
#[derive(Debug, Subcommand)]
pub enum ScorecardCommand {
    /// Show the numbers of your member, and of all members where that is about no few
    Show(ShowArgs),
    /// Make the report of a year that is over: it is about nobody, and may be published
    Report {
        /// The year, as in 2025
        year: String,
        /// In which form
        #[arg(long, value_enum, default_value_t = ScorecardForm::Table)]
        format: ScorecardForm,
    },
    /// Count everything again from the ledger and compare: what differs is an alarm
    Check,
    /// Put what the ledger says in place of the stored numbers
    Rebuild,
}

/// What of a scorecard is shown.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The community (alias); the whole partnership where none is named
    #[arg(long, value_name = "ALIAS")]
    pub community: Option<String>,
    /// The first month, as in 2026-01; eleven months before the last where it is left out
    #[arg(long, value_name = "MONTH")]
    pub from: Option<String>,
    /// The last month; this one where it is left out
    #[arg(long, value_name = "MONTH")]
    pub to: Option<String>,
    /// In which form
    #[arg(long, value_enum, default_value_t = ScorecardForm::Table)]
    pub format: ScorecardForm,
}

/// The form of a scorecard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScorecardForm {
    /// A table to read here
    Table,
    /// A table for spreadsheets (not of reports)
    Csv,
    /// A page to print
    Html,
}
