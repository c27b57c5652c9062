//! The command line of `commonwatch saved-search`.

use clap::{Args, Subcommand};

/// `commonwatch saved-search`
#[derive(Debug, Subcommand)]
pub enum SavedSearchCommand {
    /// Keep a search under a name
    Add(AddArgs),
    /// List your saved searches and what is new of each
    List,
    /// Show what is new of one; from then on it is not new any more
    Look {
        /// Its name
        name: String,
    },
    /// Forget one
    Remove {
        /// Its name
        name: String,
    },
}

/// `commonwatch saved-search add`
#[derive(Debug, Args)]
pub struct AddArgs {
    /// What you call it
    pub name: String,
    /// Words and filters, as in: type:malware sector:water since:7d; nothing: everything
    pub words: Vec<String>,
    /// Have an e-mail say that there is something new
    #[arg(long)]
    pub mail: bool,
    /// Have your member's webhooks told so
    #[arg(long)]
    pub webhook: bool,
    /// Leave it out of the start page
    #[arg(long)]
    pub not_today: bool,
}
