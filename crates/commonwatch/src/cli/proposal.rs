//! The commands for what takes two people.

use clap::Subcommand;

/// `commonwatch proposal`
#[derive(Debug, Subcommand)]
pub enum ProposalCommand {
    /// List the proposals that you may decide on or made
    List {
        /// Those that are decided or over, too
        #[arg(long)]
        all: bool,
    },
    /// Propose to put a member out of the partnership
    Expel {
        /// Its name
        member: String,
        /// Why; who decides reads that, and the ledger keeps it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Propose to let something TLP:RED through that waits for a community's moderators
    Release {
        /// Its name, as 'commonwatch community waiting' shows it
        uuid: uuid::Uuid,
        /// Why; who decides reads that, and the ledger keeps it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Confirm what somebody else proposed, which does it
    Confirm {
        /// Its name, as the list shows it
        uuid: uuid::Uuid,
    },
    /// Refuse what somebody else proposed
    Refuse {
        /// Its name, as the list shows it
        uuid: uuid::Uuid,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Take back what you proposed
    Withdraw {
        /// Its name, as the list shows it
        uuid: uuid::Uuid,
    },
}
