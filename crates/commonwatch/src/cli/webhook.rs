//! The command line of `commonwatch webhook`.

use clap::Subcommand;
use uuid::Uuid;

/// `commonwatch webhook`
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Have messages posted to an address; prints the secret of their signatures once
    Add {
        /// A public address of https, unless the node's [webhooks] allow others
        url: String,
        /// Of which kind, as in object-added, reminder or digest; all where none is given
        #[arg(long = "kind", value_name = "KIND")]
        kinds: Vec<String>,
    },
    /// List your member's webhooks and how they go
    List,
    /// Show what was posted to one, and what waits
    Show {
        /// Its id
        webhook: Uuid,
    },
    /// Post a message that says nothing, to see whether it arrives
    Test {
        /// Its id
        webhook: Uuid,
    },
    /// Give one another secret, printed once; for a time messages are signed with both
    Rotate {
        /// Its id
        webhook: Uuid,
        /// Hours for which the secret before still counts; 0: it ends at once
        #[arg(long, default_value_t = 24, value_name = "HOURS")]
        keep_hours: u32,
    },
    /// Post again to one that was switched off
    Enable {
        /// Its id
        webhook: Uuid,
    },
    /// Post nothing for now
    Disable {
        /// Its id
        webhook: Uuid,
    },
    /// Take one away
    Remove {
        /// Its id
        webhook: Uuid,
    },
}
