//! The commands by which organisations come in, stay reachable and go, and by which communities are run.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `commonwatch invite`
#[derive(Debug, Subcommand)]
pub enum InviteCommand {
    /// Make an invitation; prints its link once
    New(InviteArgs),
    /// List invitations
    List,
    /// Take an invitation back
    Withdraw {
        /// Its name, as the list shows it
        uuid: uuid::Uuid,
    },
}

/// What an invitation needs.
#[derive(Debug, Args)]
pub struct InviteArgs {
    /// Whom it is for, as a note for yourself
    pub label: String,
    /// Community it leads to (alias); without one only an operator invites
    #[arg(long, short = 'c', value_name = "ALIAS")]
    pub community: Option<String>,
    /// It may read there only
    #[arg(long)]
    pub read_only: bool,
    /// The kind of member; the invited says it where none is given
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// The role of its first person: reader, contributor, analyst, coordinator
    #[arg(long, default_value = "coordinator", value_name = "ROLE")]
    pub role: String,
    /// How many members have to stand up for it: 0, 1 or 2
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub sponsors: i64,
    /// Days until it ends, 1 to 90
    #[arg(long, default_value_t = 14, value_name = "DAYS")]
    pub days: i64,
    /// A member that was entered before and is asked in
    #[arg(long, value_name = "MEMBER")]
    pub member: Option<String>,
}

/// The further commands of `commonwatch member`.
#[derive(Debug, Subcommand)]
pub enum MemberMore {
    /// Note that a member left: at once, and for good
    Leave {
        /// Its name
        name: String,
        /// Why; the ledger keeps it
        #[arg(long, default_value = "", value_name = "TEXT")]
        reason: String,
    },
    /// List members that wait for somebody to stand up for them
    Vetting,
    /// Stand up for a member that is being vetted
    Vouch {
        /// Its name
        name: String,
        /// Why; the ledger keeps it
        #[arg(long, default_value = "", value_name = "TEXT")]
        note: String,
    },
    /// List the people of a member
    People {
        /// The member's name
        member: String,
    },
    /// Change a person's role or name, or let them sign in no longer
    Change(PersonArgs),
    /// List the contacts of a member, or all that have to be checked
    Contacts {
        /// The member's name; without one, what is due of all
        member: Option<String>,
    },
    /// Name the first or second contact of a member
    Contact(ContactArgs),
    /// Note that a contact was reached and all of it is right
    Confirm {
        /// The member's name
        member: String,
        /// 1 or 2
        place: i64,
    },
    /// List agreements, who accepted them, and who has not
    Agreements,
    /// Put a version of an agreement there, from a file
    Agreement(AgreementArgs),
    /// Accept a version of an agreement for your member
    Accept {
        /// Its number
        number: i64,
        /// partnership or data-set
        #[arg(long, default_value = "partnership", value_name = "KIND")]
        kind: String,
    },
    /// Write the list of members as CSV
    Export {
        /// File to write; standard output where none is given
        output: Option<PathBuf>,
    },
    /// Take in a list of members from CSV
    Import {
        /// The file
        file: PathBuf,
        /// Only say what would become of it
        #[arg(long)]
        dry_run: bool,
    },
}

/// What to change of a person.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub struct PersonArgs {
    /// What they type to sign in
    pub login: String,
    /// reader, contributor, analyst, coordinator, operator
    #[arg(long, group = "change", value_name = "ROLE")]
    pub role: Option<String>,
    /// Their name
    #[arg(long, group = "change", value_name = "NAME")]
    pub name: Option<String>,
    /// They may sign in no longer
    #[arg(long, group = "change")]
    pub deactivate: bool,
    /// They may sign in again
    #[arg(long, group = "change", conflicts_with = "deactivate")]
    pub activate: bool,
}

/// A contact.
#[derive(Debug, Args)]
pub struct ContactArgs {
    /// The member's name
    pub member: String,
    /// 1 or 2
    pub place: i64,
    /// Who it is
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Their e-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// Their telephone number
    #[arg(long, value_name = "NUMBER")]
    pub telephone: String,
    /// The way beside these two, as in signal=+49123
    #[arg(long, value_name = "KIND=ADDRESS")]
    pub channel: String,
}

/// A version of an agreement.
#[derive(Debug, Args)]
pub struct AgreementArgs {
    /// File with the text
    pub file: PathBuf,
    /// What it is called
    #[arg(long, value_name = "TITLE")]
    pub title: String,
    /// partnership or data-set
    #[arg(long, default_value = "partnership", value_name = "KIND")]
    pub kind: String,
    /// When it takes effect, as in 2026-12-01T00:00:00Z; now where nothing is said
    #[arg(long, value_name = "TIME")]
    pub effective: Option<String>,
    /// Days after that by which members have to accept it
    #[arg(long, default_value_t = 30, value_name = "DAYS")]
    pub days: i64,
}

/// The further commands of `commonwatch community`.
#[derive(Debug, Subcommand)]
pub enum CommunityMore {
    /// Print a charter as JSON, or put one in force from a file
    Charter {
        /// The community (alias)
        community: String,
        /// File with the charter as JSON; its fields are in docs/guide/communities.md
        file: Option<PathBuf>,
    },
    /// List what waits for a community's moderators, or what became of your own
    Waiting {
        /// The community (alias)
        community: Option<String>,
    },
    /// Let something that waits through
    Release {
        /// Its name, as the list shows it
        uuid: uuid::Uuid,
    },
    /// Refuse something that waits
    Refuse {
        /// Its name, as the list shows it
        uuid: uuid::Uuid,
        /// Why; its contributor reads that
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Offer a community to another member
    HandOver {
        /// The community (alias)
        community: String,
        /// The member
        to: String,
    },
    /// Take over a community that was offered to your member
    TakeOver {
        /// The community (alias)
        community: String,
    },
    /// Let another member share in your name, or list who does
    Delegate {
        /// The member
        member: Option<String>,
        /// No longer
        #[arg(long, requires = "member")]
        end: bool,
    },
    /// Make a de-identified data set for a university or research institute
    DataSet {
        /// The community (alias)
        community: String,
        /// The member that gets it
        member: String,
        /// What was added from then on, as in 2026-01-01T00:00:00Z
        #[arg(long, value_name = "TIME")]
        from: String,
        /// Until then
        #[arg(long, value_name = "TIME")]
        until: String,
    },
}
